"""Generated search: routes and DNS addresses, and requests broken in one way each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from conformance.check import requirement
from conformance.families.system.network import Route, dns, network, settled
from conformance.families.system.ownroutes import ADD, CHANGE, OwnRoutes, foreign_gateways
from conformance.families.system.spare import spare
from conformance.families.system.tidy import leave_as_found, route_request
from conformance.rejections import Rejections
from conformance.search import generated, search
from conformance.strategies.documents import bodies
from conformance.strategies.known import Facts, known_of
from conformance.strategies.operators import (
    Rule,
    bad_addresses,
    bad_destinations,
    bad_netmasks,
    container,
    mandatory,
)

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from conformance.check import Check
    from conformance.families.system.network import Interface, Network

POST, PUT = "system.network.routes.post", "system.network.routes.put"
DNS, INTERFACES = "system.network.dns.put", "system.network.interfaces.put"
POSTED = "system/system.network.routes.post.request.xsd"
NOT_SAVED, DNS_NOT_SAVED = 44, 39
UNKNOWN_ID = "999999999"
BAD_ADDRESS, BAD_NETMASK = 34, 35


def drawn_routes(own: OwnRoutes) -> st.SearchStrategy[dict[str, Any]]:
    """Requests for routes that may be added, with every documented field (RD-31)."""
    facts = Facts(destination=str(own.whole), gateways=own.gateways)
    valid = bodies(POSTED, known_of(facts))
    return valid.map(lambda body: {"route": {"enabled": "true", **body["route"]}})


def same(found: Route | None, wanted: Route) -> bool:
    """Whether two routes have the same values, however the destination is written."""
    alike = replace(wanted, id=found.id, destination=found.destination) if found else None
    return found is not None and alike == found and found.network == wanted.network


def target(wanted: Route) -> IPv4Network:
    """Where a drawn route leads to."""
    assert wanted.network is not None, "drawn from a network"
    return wanted.network


@generated
@requirement(f"{POST}.stored")
def test_any_route_is_stored(check: Check) -> None:
    own = OwnRoutes(check)

    def holds(body: dict[str, Any]) -> bool:
        wanted = Route("", **body["route"])
        exchange = check.call(ADD, body)
        if exchange.code == NOT_SAVED:  # a PBX may have no such routes
            return False
        check.expect_code(exchange, 0)
        found = settled(check, f"{POST}.stored", lambda: own.new(target(wanted)), bool)
        try:
            held = len(found) == 1 and same(found[0], wanted)
            shown = ", ".join(map(str, found)) or "no such route"
            check.that(f"{POST}.stored", held, f"{wanted}, once", shown, exchange)
        finally:
            for one in found:
                own.remove(one)
        return True

    search(check, drawn_routes(own), holds, weight=0.7)


@generated
@requirement(f"{PUT}.stored")
def test_any_change_of_a_route_is_stored(check: Check) -> None:
    own = OwnRoutes(check)
    route = own.ready()

    def holds(body: dict[str, Any]) -> bool:
        wanted = Route(route.id, **body["route"])
        exchange = own.change(wanted)
        if exchange.code == NOT_SAVED:  # a PBX may have no such routes
            return False
        check.expect_code(exchange, 0)
        found = settled(
            check,
            f"{PUT}.stored",
            lambda: network(check).route(route.id),
            lambda now: same(now, wanted),
        )
        check.that(f"{PUT}.stored", same(found, wanted), str(wanted), str(found), exchange)
        return True

    search(check, drawn_routes(own), holds, weight=0.7)


@generated
@requirement(f"{DNS}.stored")
def test_any_dns_address_is_stored(check: Check) -> None:
    leave_as_found(check)
    drawn = bodies("system/system.network.dns.put.request.xsd", known_of(Facts()))

    def holds(body: dict[str, Any]) -> bool:
        address = body["dns"]["ip_address"]
        exchange = check.call("PUT /system/network/dns", body)
        if exchange.code == DNS_NOT_SAVED:
            return False
        check.expect_code(exchange, 0)
        found = settled(check, f"{DNS}.stored", lambda: dns(check), lambda now: now == address)
        check.that(f"{DNS}.stored", found == address, address, found, exchange)
        return True

    search(check, drawn, holds, weight=0.5)


@generated
@requirement(f"{POST}.rejected-adds-nothing")
def test_broken_route_is_rejected(check: Check) -> None:
    own = OwnRoutes(check)
    rules = [
        *container("route", 40),
        *mandatory("route/destination", 12, also=41),
        *mandatory("route/gateway", 12, also=42),
        broken("route/destination", 41, bad_destinations(str(own.whole))),
        broken("route/gateway", 42, bad_addresses()),
        *foreign(own),
    ]

    def mend() -> None:
        for one in sorted(network(check).routes - own.before.routes, key=str):
            if own.before.route(one.id) is None:
                own.remove(one)

    nothing = f"{POST}.rejected-adds-nothing"
    Rejections(check, ADD, nothing, mend=mend).hold(drawn_routes(own), rules)


def broken(path: str, code: int, values: st.SearchStrategy[str]) -> Rule:
    """The rule for a value outside its type."""
    return Rule("outside its type", path, (code,), values)


def foreign(own: OwnRoutes) -> list[Rule]:
    """The rule for a gateway in no local subnet, where such an address is known."""
    # Of a pair only one may be outside: which one is not known.
    alone = [group for group in foreign_gateways(own.before) if len(group) == 1]
    found = [gateway for group in alone for gateway in group]
    values = st.sampled_from(found) if found else None
    rule = Rule("outside the subnets", "route/gateway", (43,), values)
    return [rule] if found else []


@generated
@requirement(f"{PUT}.rejected-changes-nothing")
def test_broken_change_of_a_route_is_rejected(check: Check) -> None:
    own = OwnRoutes(check)
    route = own.ready()
    valid = drawn_routes(own).map(
        lambda body: dict(route_request(check, Route(route.id, **body["route"])))
    )
    fields = route_request(check, route)["route"]
    rules = [*container("route", 40), *mandatory("route/id", 12, also=45)]
    rules.append(Rule("id unknown", "route/id", (45,), st.just(UNKNOWN_ID)))
    rules += [broken("route/gateway", 42, bad_addresses()), *foreign(own)]
    for tag, bad in (
        ("ip_address", bad_addresses()),
        ("netmask", bad_netmasks()),
        ("destination", bad_destinations(str(own.whole))),
    ):
        rules += [broken(f"route/{tag}", 41, bad)] if tag in fields else []

    nothing = f"{PUT}.rejected-changes-nothing"
    Rejections(check, CHANGE, nothing, mend=lambda: own.change(route)).hold(valid, rules)


@generated
@requirement(f"{DNS}.rejected-changes-nothing")
def test_broken_dns_address_is_rejected(check: Check) -> None:
    leave_as_found(check)
    valid = bodies("system/system.network.dns.put.request.xsd", known_of(Facts()))
    rules = [*container("dns", 37), *mandatory("dns/ip_address", 12, also=38)]
    rules.append(broken("dns/ip_address", 38, bad_addresses()))
    nothing = f"{DNS}.rejected-changes-nothing"
    Rejections(check, "PUT /system/network/dns", nothing).hold(valid, rules)


def for_rejections(check: Check, found: Network) -> Interface:
    """An interface for requests that must be rejected, best one that may be written to.

    Raises:
        NotRun: there is none whose values can be sent back.
    """
    usable = [one for one in found.interfaces if one.regular and not one.dhcp]
    best = spare(check, found)
    if best in usable:
        usable = [one for one in usable if one == best]
    if not usable:
        check.not_run("the PBX lists no interface with an address and a netmask to send back")
    return min(usable, key=lambda one: one.id)


@generated
@requirement(f"{INTERFACES}.rejected-changes-nothing")
def test_broken_interface_is_rejected(check: Check) -> None:
    one = for_rejections(check, leave_as_found(check))
    rules = [
        *container("interface", 32),
        *mandatory("interface/id", 12, also=33),
        Rule("id unknown", "interface/id", (33,), st.just(UNKNOWN_ID)),
        broken("interface/ip_address", BAD_ADDRESS, bad_addresses()),
        broken("interface/netmask", BAD_NETMASK, bad_netmasks()),
    ]
    nothing = f"{INTERFACES}.rejected-changes-nothing"
    valid = st.just(one.body())
    Rejections(check, "PUT /system/network/interfaces", nothing).hold(valid, rules)
