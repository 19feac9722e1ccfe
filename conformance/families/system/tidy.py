"""The network's settings left as they were found, whatever a check or the SUT did to them.

Changes wait to be applied, or are in operation at once (RD-17). So what is pending is reverted
first, and what that does not bring back is written again and applied.
"""

from __future__ import annotations

from contextlib import contextmanager
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from conformance.families.system.network import Route, network, pending
from conformance.families.system.spare import harmless_to_write
from conformance.objects import apply_at_exit
from conformance.verdict import Inconclusive, NonConformance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.check import Check
    from conformance.families.system.network import Network
    from conformance.wire.message import Body

__all__ = ["leave_as_found", "rejects", "route_request"]

OWN_VALUES = "values that the PBX itself has shown"
_tidied: WeakSet[Check] = WeakSet()


def route_request(check: Check, route: Route) -> Body:
    """The request that gives a route all its values, in the form that this SUT knows (RD-35)."""
    fields = {"id": route.id, "enabled": route.enabled}
    net = route.network
    if check.sut.dialect.get("RD-35") == "destination" or net is None:
        fields["destination"] = route.destination
    else:
        fields |= {"ip_address": str(net.network_address), "netmask": str(net.netmask)}
    return {"route": fields | {"gateway": route.gateway}}


def leave_as_found(check: Check) -> Network:
    """Have the settings put back when the check ends; what they are now.

    What counts is how the check found them first.
    """
    before = network(check)
    if check not in _tidied:
        apply_at_exit(check)
        _tidied.add(check)
        check.on_exit(lambda: _put_back(check, before))
    return before


@contextmanager
def rejects(check: Check, requirement_id: str) -> Iterator[Network]:
    """A block whose requests are all rejected: the network's settings stay as they are.

    Raises:
        NonConformance: something has changed.
    """
    before = leave_as_found(check)
    waiting = pending(check)
    yield before
    found = before.differences(network(check))
    check.that(requirement_id, not found, "the settings as before", found)
    if waiting or not pending(check):
        return
    # Nothing has changed to look at. Where a GET shows what runs, it may well have (RD-36).
    said = "pbx_pending became true"
    shows_what_runs = check.sut.dialect.get("RD-36") == "running"
    check.that(requirement_id, not shows_what_runs, "nothing pending", said)
    check.remark(requirement_id, f"{said} after nothing but rejected requests")


def _put_back(check: Check, before: Network) -> None:
    if check.sut.dead:
        return
    if pending(check):
        check.call("PUT /pbx/revert")
    now = network(check)
    if not before.differences(now):
        return
    _write_back(check, before, now)
    check.call("PUT /pbx/apply")
    left = before.differences(network(check))
    if left:
        check.leftovers.append(f"the network's settings are not as before: {left}")


def _write_back(check: Check, before: Network, now: Network) -> None:
    """Write what is not as before, each item on its own: one that fails keeps no other back."""
    if now.dns != before.dns:
        _send(check, "PUT /system/network/dns", {"dns": {"ip_address": before.dns}})
    for interface in sorted(before.interfaces - now.interfaces, key=str):
        if harmless_to_write(check, before, interface):
            _send(check, "PUT /system/network/interfaces", interface.body())
    for route in sorted(now.routes, key=str):
        if before.route(route.id) is None and _is_ours(check, route):
            _send(check, "DELETE /system/network/routes/<id>", None, key=route.id)
    for route in sorted(before.routes - now.routes, key=str):
        if now.route(route.id):
            _send(check, "PUT /system/network/routes", route_request(check, route))
        else:
            fields = {tag: getattr(route, tag) for tag in ("enabled", "destination", "gateway")}
            _send(check, "POST /system/network/routes", {"route": fields})


def _send(check: Check, endpoint: str, body: Body | None, **how: Any) -> None:
    """Send values that the PBX itself has shown, whether they fit the schema or not."""
    try:
        check.call(endpoint, body, broken="" if body is None else OWN_VALUES, **how)
    except (NonConformance, Inconclusive) as problem:
        check.leftovers.append(str(problem))


def _is_ours(check: Check, route: Route) -> bool:
    """Whether this check asked for a route, be it one that should have been rejected."""
    sent = any(route.destination.encode() in exchange.request.body for exchange in check.exchanges)
    net, given = route.network, check.pixit.route_destination
    return sent or bool(net and given and net.subnet_of(IPv4Network(given, strict=False)))
