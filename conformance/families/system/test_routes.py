"""Checks of /system/network/routes: a route of the run's own is added, changed and removed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.check import requirement
from conformance.families.system.network import Route, network, routes, settled
from conformance.families.system.ownroutes import REMOVE, OwnRoutes

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.families.system.network import Network
    from conformance.wire.exchange import Exchange

GET = "system.network.routes.get"
POST = "system.network.routes.post"
PUT = "system.network.routes.put"
DELETE = "system.network.routes.id.delete"
OTHERS = "the other routes, the interfaces and the DNS address as before"


def same(found: Route, wanted: Route) -> bool:
    """Whether two routes have the same values, however the destination is written."""
    return found.network == wanted.network and replace(
        found, destination=wanted.destination
    ) == replace(wanted, id=found.id)


def rest_untouched(check: Check, requirement_id: str, before: Network, but: str) -> None:
    """State that all but one route is as before."""
    rest = before.without(but).differences(network(check).without(but))
    check.that(requirement_id, not rest, OTHERS, rest)


@requirement(f"{GET}.unique-ids")
def test_listed_routes(check: Check) -> None:
    ids = [one.id for one in routes(check)]
    held, shown = len(ids) == len(set(ids)), f"ids {', '.join(ids)}"
    check.that(f"{GET}.unique-ids", held, "each id once", shown)


@pytest.mark.parametrize("enabled", [True, False], ids=["enabled", "disabled"])
@requirement(f"{POST}.code-0", f"{POST}.stored", f"{POST}.others-untouched")
def test_added_route_is_listed_once(check: Check, enabled: bool) -> None:
    own = OwnRoutes(check)
    route = own.create(enabled=enabled)
    wanted = Route("", str(enabled).lower(), str(own.whole), own.gateways[0])
    check.that(f"{POST}.stored", same(route, wanted), str(wanted), str(route))
    rest_untouched(check, f"{POST}.others-untouched", own.before, route.id)


@requirement(f"{POST}.code-0", f"{POST}.stored")
def test_two_routes_are_both_listed(check: Check) -> None:
    own = OwnRoutes(check)
    if own.part == own.whole:
        check.not_run("pixit.route_destination is a single address: no room for two routes")
    gateway = own.gateways[-1]
    first = own.create(destination=str(own.part))
    second = own.create(gateway=gateway, enabled=False)
    now = network(check)
    shown = ", ".join(map(str, (now.route(first.id), now.route(second.id))))
    kept = now.route(first.id) == first and first.id != second.id
    check.that(f"{POST}.stored", kept, "both, with ids of their own", shown)
    wanted = Route(second.id, "false", str(own.whole), gateway)
    check.that(f"{POST}.stored", same(second, wanted), str(wanted), str(second))


def steps(own: OwnRoutes, route: Route) -> list[Route]:
    """Changes of one value each, then of all."""
    elsewhere = own.part if route.network == own.whole else own.whole
    gateway = next((one for one in own.gateways if one != route.gateway), route.gateway)
    disabled = replace(route, enabled="false")
    moved = replace(disabled, destination=str(elsewhere))
    through = replace(moved, gateway=gateway)
    return [disabled, moved, through, route]


@requirement(f"{PUT}.code-0", f"{PUT}.stored", f"{PUT}.others-untouched")
def test_changed_route_is_read_back(check: Check) -> None:
    own = OwnRoutes(check)
    for wanted in steps(own, own.ready()):
        exchange = own.change(wanted)
        check.expect_code(exchange, 0)
        is_stored(check, wanted, exchange)
        rest_untouched(check, f"{PUT}.others-untouched", own.before, wanted.id)


def is_stored(check: Check, wanted: Route, exchange: Exchange) -> None:
    """State that a route is listed under its id with the values that were sent."""

    def shown() -> Route | None:
        return network(check).route(wanted.id)

    def holds(found: Route | None) -> bool:
        return found is not None and same(found, wanted)

    found = settled(check, f"{PUT}.stored", shown, holds)
    check.that(f"{PUT}.stored", holds(found), str(wanted), str(found), exchange)


@requirement(f"{DELETE}.code-0", f"{DELETE}.gone", f"{DELETE}.others-untouched")
def test_removed_route_is_gone(check: Check) -> None:
    own = OwnRoutes(check)
    route = own.create()
    exchange = own.remove(route)
    check.expect_code(exchange, 0)
    form = "dns" if exchange.find("dns") is not None else "route"
    check.sut.dialect.see("RD-03", form)
    if form == "route":
        check.remark(f"{DELETE}.code-0", "answered in <route>, not in <dns> (RD-03)")
    read = settled(
        check, f"{DELETE}.gone", lambda: network(check), lambda now: now.route(route.id) is None
    )
    held, shown = read.route(route.id) is None, f"still listed: {read.route(route.id)}"
    check.that(f"{DELETE}.gone", held, "the route is no longer listed", shown, exchange)
    rest_untouched(check, f"{DELETE}.others-untouched", own.before, route.id)
    check.expect_code(check.call(REMOVE, key=route.id), 45)
