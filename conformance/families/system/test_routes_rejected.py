"""Checks of what /system/network/routes refuses, and that nothing comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.check import requirement
from conformance.families.system.ownroutes import (
    ADD,
    ALTERNATIVE,
    CHANGE,
    REMOVE,
    OwnRoutes,
    foreign_gateways,
)
from conformance.families.system.tidy import rejects, route_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.check import Check
    from conformance.families.system.network import Route
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Body

POST = "system.network.routes.post"
PUT = "system.network.routes.put"
DELETE = "system.network.routes.id.delete"
ADDS_NOTHING = f"{POST}.rejected-adds-nothing"
CHANGES_NOTHING = f"{PUT}.rejected-changes-nothing"
UNKNOWN_ID = "999999999"
# A PUT's ip_address with a prefix is left out: it is what code 41 calls a destination (RD-35).
BAD_ADDRESSES = ("999.1.1.1", "192.168.1.256", "1.2.3", "1.2.3.4.5", "text")
BAD_GATEWAYS = (*BAD_ADDRESSES, "192.168.1.1/24")
BAD_NETMASKS = ("255.255.255.256", "255.255.255", "text")
BAD_DESTINATION, BAD_GATEWAY, FOREIGN_GATEWAY = 41, 42, 43


def bad_destinations(own: OwnRoutes) -> Iterator[str]:
    """What is not aa.bb.cc.dd/NN, made from the destination that may be used."""
    address = str(own.whole.network_address)
    head = address.rpartition(".")[0]
    yield address
    yield f"{address}/"
    yield f"{address}/33"
    yield f"{address}/-1"
    yield f"{address}/x"
    yield f"{head}/{own.whole.prefixlen}"
    yield f"{head}.256/{own.whole.prefixlen}"
    yield f"{address}.0/{own.whole.prefixlen}"
    yield "text"


@requirement(f"{POST}.code-40")
def test_route_tag_missing_when_adding(check: Check) -> None:
    with rejects(check, ADDS_NOTHING):
        for said, body in wrong_containers({"enabled": True}).items():
            check.expect_code(check.call(ADD, body, broken=said), 40)


@requirement(f"{PUT}.code-40")
def test_route_tag_missing_when_changing(check: Check) -> None:
    with rejects(check, CHANGES_NOTHING):
        for said, body in wrong_containers({"id": UNKNOWN_ID, "enabled": True}).items():
            check.expect_code(check.call(CHANGE, body, broken=said), 40)


def wrong_containers(fields: Body) -> dict[str, Body]:
    """Requests without a route tag."""
    return {"no route": {}, "another tag": {"network": fields}, "fields alone": fields}


@requirement(f"{POST}.code-12", ADDS_NOTHING)
def test_field_missing_when_adding(check: Check) -> None:
    own = OwnRoutes(check)
    with rejects(check, ADDS_NOTHING):
        for field in ("destination", "gateway"):
            check.expect_code(own.add(broken=f"no {field}", **{field: None}), 12)
            check.expect_code(own.add(broken=f"an empty {field}", **{field: ""}), 12)


@requirement(f"{POST}.code-41", ADDS_NOTHING)
def test_malformed_destination_when_adding(check: Check) -> None:
    own = OwnRoutes(check)
    with rejects(check, ADDS_NOTHING):
        for bad in bad_destinations(own):
            exchange = own.add(broken=f"{bad} is not aa.bb.cc.dd/NN", destination=bad)
            check.expect_code(exchange, BAD_DESTINATION)


@requirement(f"{POST}.code-42", ADDS_NOTHING)
def test_invalid_gateway_when_adding(check: Check) -> None:
    own = OwnRoutes(check)
    with rejects(check, ADDS_NOTHING):
        for bad in BAD_GATEWAYS:
            exchange = own.add(broken=f"{bad} is no address", gateway=bad)
            check.expect_code(exchange, BAD_GATEWAY)


@requirement(f"{POST}.code-43", ADDS_NOTHING)
def test_gateway_outside_the_local_subnets_when_adding(check: Check) -> None:
    own = OwnRoutes(check)
    with rejects(check, ADDS_NOTHING):
        for group in foreign_gateways(own.before):
            refused(check, [own.add(gateway=gateway) for gateway in group])


def refused(check: Check, exchanges: list[Exchange]) -> None:
    """State that gateways of which not all can be inside a local subnet are not all accepted.

    Raises:
        NonConformance: one alone is, or another code came.
        Inconclusive: one of several is: the subnet of an interface with DHCP may hold it.
    """
    if len(exchanges) > 1 and any(exchange.code == 0 for exchange in exchanges):
        check.inconclusive("a gateway beside a local subnet may be in one that DHCP has chosen")
    for exchange in exchanges:
        check.expect_code(exchange, FOREIGN_GATEWAY)


@requirement(f"{POST}.code-44", f"{POST}.failure-adds-nothing")
def test_storage_fails_when_adding(check: Check) -> None:
    own = OwnRoutes(check)
    with rejects(check, f"{POST}.failure-adds-nothing"), check.condition("storage-failure"):
        check.expect_code(own.add(), 44)


def changed_otherwise(own: OwnRoutes, route: Route) -> Route:
    """A route with its other values changed, so that a half of a rejected change would show."""
    elsewhere = own.part if route.network == own.whole else own.whole
    return replace(route, enabled="false", destination=str(elsewhere))


@requirement(f"{PUT}.code-12", CHANGES_NOTHING)
def test_id_missing_when_changing(check: Check) -> None:
    own = OwnRoutes(check)
    wanted = changed_otherwise(own, own.ready())
    fields = route_request(check, wanted)["route"]
    with rejects(check, CHANGES_NOTHING):
        missing = {"route": {**fields, "id": None}}
        check.expect_code(check.call(CHANGE, missing, broken="no id"), 12)
        # An empty id is also one that no route has (RD-56).
        empty = {"route": {**fields, "id": ""}}
        check.expect_code(check.call(CHANGE, empty, broken="an empty id"), 12, also={45})


@requirement(f"{PUT}.code-41", CHANGES_NOTHING)
def test_malformed_destination_when_changing(check: Check) -> None:
    own = OwnRoutes(check)
    route = own.ready()
    fields = route_request(check, changed_otherwise(own, route))["route"]
    bad: list[Body]
    if check.sut.dialect.get("RD-35") == ALTERNATIVE:
        bad = [{"destination": one} for one in bad_destinations(own)]
    else:
        bad = [{"ip_address": one} for one in BAD_ADDRESSES]
        bad += [{"netmask": one} for one in BAD_NETMASKS]
    with rejects(check, CHANGES_NOTHING):
        for change in bad:
            said = ", ".join(f"{tag} {value}" for tag, value in change.items())
            exchange = check.call(CHANGE, {"route": {**fields, **change}}, broken=said)
            check.expect_code(exchange, BAD_DESTINATION)


@requirement(f"{PUT}.code-42", CHANGES_NOTHING)
def test_invalid_gateway_when_changing(check: Check) -> None:
    own = OwnRoutes(check)
    wanted = changed_otherwise(own, own.ready())
    with rejects(check, CHANGES_NOTHING):
        for bad in BAD_GATEWAYS:
            exchange = own.change(replace(wanted, gateway=bad), broken=f"{bad} is no address")
            check.expect_code(exchange, BAD_GATEWAY)


@requirement(f"{PUT}.code-43", CHANGES_NOTHING)
def test_gateway_outside_the_local_subnets_when_changing(check: Check) -> None:
    own = OwnRoutes(check)
    wanted = changed_otherwise(own, own.ready())
    with rejects(check, CHANGES_NOTHING):
        for group in foreign_gateways(own.before):
            refused(check, [own.change(replace(wanted, gateway=gateway)) for gateway in group])


@requirement(f"{PUT}.code-45", CHANGES_NOTHING)
def test_unknown_route_when_changing(check: Check) -> None:
    own = OwnRoutes(check)
    wanted = changed_otherwise(own, own.ready())
    following = str(max(int(one) for one in (wanted.id, "0") if one.isdigit()) + 1000)
    with rejects(check, CHANGES_NOTHING):
        for unknown in (following, UNKNOWN_ID):
            check.expect_code(own.change(replace(wanted, id=unknown)), 45)


@requirement(f"{PUT}.code-44", f"{PUT}.failure-changes-nothing")
def test_storage_fails_when_changing(check: Check) -> None:
    own = OwnRoutes(check)
    wanted = changed_otherwise(own, own.ready())
    with rejects(check, f"{PUT}.failure-changes-nothing"), check.condition("storage-failure"):
        check.expect_code(own.change(wanted), 44)


@requirement(f"{DELETE}.code-45", f"{DELETE}.rejected-removes-nothing")
def test_unknown_route_when_removing(check: Check) -> None:
    with rejects(check, f"{DELETE}.rejected-removes-nothing"):
        for unknown in (UNKNOWN_ID, "999999998"):
            check.expect_code(check.call(REMOVE, key=unknown), 45)


@requirement(f"{DELETE}.code-46", f"{DELETE}.failure-keeps-route")
def test_storage_fails_when_removing(check: Check) -> None:
    own = OwnRoutes(check)
    route = own.create()
    with rejects(check, f"{DELETE}.failure-keeps-route"), check.condition("storage-failure"):
        check.expect_code(own.remove(route), 46)
