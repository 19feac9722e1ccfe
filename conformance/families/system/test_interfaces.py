"""Checks of /system/network/interfaces.

No interface is ever changed: what must succeed writes the values that one has already, and never to
the interface the harness talks through (RD-45); everything else must be rejected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.check import requirement
from conformance.families.system.network import Interface, Network, interfaces, network
from conformance.families.system.spare import ETH0, may_be_ours, spare, spares
from conformance.families.system.tidy import leave_as_found, rejects
from conformance.objects import let_show

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Body

LIST = "system.network.interfaces.post"
PUT = "system.network.interfaces.put"
ENDPOINT = "PUT /system/network/interfaces"
NOTHING = f"{PUT}.rejected-changes-nothing"
UNKNOWN_ID = "999999999"
BAD_ADDRESSES = ("999.1.1.1", "10.0.0.256", "1.2.3", "1.2.3.4.5", "10.0.0.1/24", "text")
BAD_NETMASKS = ("999.255.255.0", "255.255.255.256", "255.255.255", "255.255.255.0.0", "text")
OPTIONAL = ("enabled", "ip_address", "netmask")
BAD_ADDRESS, BAD_NETMASK = 34, 35


def put(check: Check, body: Body, broken: str = "") -> Exchange:
    """Send an update."""
    return check.call(ENDPOINT, body, broken=broken)


def writable(check: Check, found: Network) -> Interface:
    """An interface that may be sent its own values.

    Raises:
        NotRun: there is none.
    """
    one = spare(check, found)
    if one is None or not one.regular:
        check.not_run("no interface but eth0 and the one the harness talks through (RD-45)")
    return one


def any_interface(check: Check, found: Network) -> Interface:
    """An interface for requests that must be rejected, best one that may be written to.

    A PBX that should have rejected them has changed it: so it is never the one talked through.

    Raises:
        NotRun: the list holds none whose values can be sent back, and that is not talked through.
    """
    url, listed = check.sut.target.connection.url, found.interfaces
    usable = [one for one in listed if one.regular and not may_be_ours(url, listed, one)]
    if not usable:
        check.not_run("no interface with values to send back but the one talked through (RD-45)")
    best = spare(check, found)
    return best if best in usable else min(usable, key=lambda one: (one.dhcp, one.id))


def tolerated(one: Interface) -> set[int]:
    """Codes that an interface's own values may bring: 0.0.0.0 may not be writable (RD-45)."""
    return {BAD_ADDRESS, BAD_NETMASK} if one.dhcp else set()


def with_values(one: Interface, **changes: Any) -> Body:
    """A request with an interface's own values, some of them changed or left out."""
    return {"interface": {**one.body()["interface"], **changes}}


@requirement(f"{LIST}.unique-ids")
def test_listed_interfaces(check: Check) -> None:
    listed = interfaces(check)
    if check.sut.dialect.get("RD-02") == "GET":
        check.remark(f"{LIST}.unique-ids", "the list is known to GET, not to POST (RD-02)")
    ids = [one.id for one in listed]
    shown = f"ids {', '.join(ids)}"
    check.soft(f"{LIST}.unique-ids", len(ids) == len(set(ids)), "each id once", shown)
    for one in listed:
        if one.enabled == "true" and one.dhcp and one.ip_address != one.netmask:
            check.remark(f"{LIST}.unique-ids", f"0.0.0.0 for one of the two alone: {one}")


@requirement(f"{PUT}.code-0", f"{PUT}.same-values")
def test_own_values_are_accepted(check: Check) -> None:
    before = leave_as_found(check)
    one = writable(check, before)
    check.expect_code(put(check, one.body()), 0, also=tolerated(one))
    unchanged(check, before, f"{PUT}.same-values")


@requirement(f"{PUT}.optional-tags")
def test_each_optional_tag_alone(check: Check) -> None:
    before = leave_as_found(check)
    first = writable(check, before)
    # What a tag left out becomes shows on an interface that has another value.
    others = [one for one in spares(check, before) if one.regular and one.enabled != first.enabled]
    for one in (first, *others[:1]):
        for tag in OPTIONAL:
            exchange = put(check, one.body("id", tag))
            tolerable = tolerated(one) if tag != "enabled" else set()
            held, said = exchange.code in {0} | tolerable, exchange.summary()
            check.that(f"{PUT}.optional-tags", held, f"code 0 for {tag} alone", said, exchange)
            let_show(check)
            found = before.differences(network(check))
            check.that(f"{PUT}.optional-tags", not found, "the settings as before", found)
    unchanged(check, before, f"{PUT}.optional-tags")


def unchanged(check: Check, before: Network, requirement_id: str) -> None:
    """State that the settings are what they were, also after apply (RD-36)."""
    for when in ("", ", also after apply"):
        found = before.differences(network(check))
        check.that(requirement_id, not found, f"the settings as before{when}", found)
        if not when:
            check.call("PUT /pbx/apply")


@requirement(f"{PUT}.code-32", NOTHING)
def test_interface_tag_missing(check: Check) -> None:
    with rejects(check, NOTHING) as before:
        one = any_interface(check, before)
        check.expect_code(put(check, {}, "no interface"), 32)
        other = {"network": one.body()["interface"]}
        check.expect_code(put(check, other, "another tag in place of interface"), 32)


@requirement(f"{PUT}.code-12", f"{PUT}.one-of-three", NOTHING)
def test_required_tags_missing(check: Check) -> None:
    with rejects(check, NOTHING) as before:
        one = any_interface(check, before)
        exchange = put(check, with_values(one, id=None), "no id")
        check.expect_code(exchange, 12, also=tolerated(one))
        exchange = put(check, one.body("id"), "nothing but the id")
        held, said = exchange.code == 12, exchange.summary()
        check.soft(f"{PUT}.one-of-three", held, "code 12 for the id alone", said, exchange)
        check.expect_code(exchange, 12)
        # An empty id is also one that no interface has (RD-56).
        exchange = put(check, with_values(one, id=""), "an empty id")
        check.expect_code(exchange, 12, also={33} | tolerated(one))


@requirement(f"{PUT}.code-33", NOTHING)
def test_unknown_interface(check: Check) -> None:
    with rejects(check, NOTHING) as before:
        one = any_interface(check, before)
        if not all(other.id.isdecimal() for other in before.interfaces):
            check.inconclusive("the ids of the interfaces are no numbers")
        following = str(max(int(one.id) for one in before.interfaces) + 1)
        for unknown in (following, UNKNOWN_ID):
            exchange = put(check, with_values(one, id=unknown))
            check.expect_code(exchange, 33, also=tolerated(one))


@requirement(f"{PUT}.code-34", NOTHING)
def test_invalid_address(check: Check) -> None:
    with rejects(check, NOTHING) as before:
        one = any_interface(check, before)
        for bad in BAD_ADDRESSES:
            body = with_values(one, ip_address=bad)
            exchange = put(check, body, f"{bad} is no address")
            check.expect_code(exchange, BAD_ADDRESS, also=tolerated(one) - {BAD_ADDRESS})


@requirement(f"{PUT}.code-35", NOTHING)
def test_invalid_netmask(check: Check) -> None:
    with rejects(check, NOTHING) as before:
        one = any_interface(check, before)
        for bad in BAD_NETMASKS:
            body = with_values(one, netmask=bad)
            exchange = put(check, body, f"{bad} is no netmask")
            check.expect_code(exchange, BAD_NETMASK, also=tolerated(one) - {BAD_NETMASK})


@requirement(f"{PUT}.code-36", f"{PUT}.failure-changes-nothing")
def test_storage_fails(check: Check) -> None:
    with rejects(check, f"{PUT}.failure-changes-nothing") as before:
        one = writable(check, before)
        with check.condition("storage-failure"):
            check.expect_code(put(check, one.body()), 36, also=tolerated(one))


@requirement(f"{PUT}.eth0-stays-enabled")
def test_eth0_can_not_be_disabled(check: Check) -> None:
    requirement_id = f"{PUT}.eth0-stays-enabled"
    with rejects(check, requirement_id) as before:
        eth0 = next((one for one in before.interfaces if one.name == ETH0), None)
        if eth0 is None or eth0.enabled != "true":
            check.not_run("the PBX lists no enabled eth0")
        if may_be_ours(check.sut.target.connection.url, before.interfaces, eth0):
            check.not_run("eth0 may be the interface that the harness talks through")
        if not eth0.regular:
            check.not_run(f"the values of eth0 can't be sent back: {eth0}")
        for body in (with_values(eth0, enabled=False), disabled(eth0)):
            check.expect_rejected(requirement_id, put(check, body))


def disabled(one: Interface) -> Body:
    """A request that disables an interface and says nothing else."""
    return {"interface": {"id": one.id, "enabled": False}}
