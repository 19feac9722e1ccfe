"""Routes of the run's own: to the destination that the PIXIT gives, removed when a check ends."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from itertools import islice
from typing import TYPE_CHECKING, Any

from conformance.families.system.network import Route, network, routes, settled, within
from conformance.families.system.tidy import leave_as_found, route_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.check import Check
    from conformance.families.system.network import Network
    from conformance.wire.exchange import Exchange

__all__ = ["OwnRoutes", "foreign_gateways", "gateways"]

ADD, CHANGE = "POST /system/network/routes", "PUT /system/network/routes"
REMOVE = "DELETE /system/network/routes/<id>"
STORED = "system.network.routes.post.stored"
CHANGED = "system.network.routes.put.stored"
PRINTED, ALTERNATIVE = "ip_address and netmask", "destination"
# A subnet with fewer addresses than this has no hosts to choose from.
LEAST_HOSTS = 8
# What lies below and above these is no ordinary address of a host, or of another kind.
FIRST_HOST, LAST_HOST = IPv4Address("1.0.1.0"), IPv4Address("223.255.254.255")
# Addresses that stand in documents and in nobody's network (RFC 5737).
DOCUMENTATION = ("203.0.113.1", "192.0.2.1", "198.51.100.1")


def gateways(before: Network) -> Iterator[str]:
    """Gateways that a route may have: those of other routes first, if they are in local subnets."""
    used = [
        one.gateway for one in sorted(before.routes, key=lambda one: (not one.default, str(one)))
    ]
    own = {one.ip_address for one in before.interfaces}
    local = [net for one in sorted(before.interfaces, key=str) if (net := one.subnet)]
    inside = [one for one in used if any(within(one, net) for net in local)]
    wide = (net for net in local if net.num_addresses >= LEAST_HOSTS)
    hosts = [str(net.broadcast_address - step) for net in wide for step in (1, 2, 3)]
    likely = [*inside, *(one for one in hosts if one not in own)]
    yield from dict.fromkeys(likely or used)


def foreign_gateways(before: Network) -> Iterator[tuple[str, ...]]:
    """Gateways outside all local subnets: far away, and just beyond each subnet on either side.

    They come in groups of which not all can be inside: the subnet of an interface with DHCP is
    unknown and may be the neighbouring one, but not on both sides at once.
    """
    every = [net for one in before.interfaces if (net := replace(one, enabled="true").subnet)]
    unknown = sum(one.dhcp and one.enabled == "true" for one in before.interfaces)

    def outside(address: str) -> bool:
        return not any(within(address, net) for net in every)

    yield from ((far,) for far in islice(filter(outside, DOCUMENTATION), 1))
    for net in sorted(filter(_has_neighbours, every)):
        beyond = (str(net.broadcast_address + 2), str(net.network_address - 2))
        strangers = tuple(filter(outside, beyond))
        if not unknown:
            yield from ((one,) for one in strangers)
        elif unknown == 1 and len(strangers) == len(beyond):
            yield strangers


def _has_neighbours(net: IPv4Network) -> bool:
    """Whether what lies just beyond a subnet are ordinary addresses of hosts."""
    return net.network_address > FIRST_HOST and net.broadcast_address < LAST_HOST


class OwnRoutes:
    """Creates, changes and finds routes of the run's own."""

    def __init__(self, check: Check) -> None:
        """Look at what is there, and have it put back when the check ends.

        Raises:
            NotRun: the PIXIT's destination can't be used, or no gateway is known.
        """
        self._check = check
        self.before = leave_as_found(check)
        self.whole = self._destination()
        self.gateways = [*gateways(self.before)]
        if not self.gateways:
            check.not_run("no interface shows a local subnet, no route a gateway")

    def _destination(self) -> IPv4Network:
        given = self._check.pixit.route_destination
        try:
            whole = IPv4Network(given, strict=False)
        except ValueError:
            self._check.not_run(f"pixit.route_destination {given!r} is not a network")
        if any(one.network and one.network.subnet_of(whole) for one in self.before.routes):
            self._check.not_run(f"pixit.route_destination {given} is routed already")
        return whole

    @property
    def part(self) -> IPv4Network:
        """The first half of the destination; all of it where that is one address."""
        return next(iter(self.whole.subnets()))

    def fields(self, **changes: Any) -> dict[str, Any]:
        """Every field of a POST, in the guide's order; None leaves one out."""
        fields = {"enabled": True, "destination": str(self.whole), "gateway": self.gateways[0]}
        return fields | changes

    def add(self, *, broken: str = "", **changes: Any) -> Exchange:
        """Send a POST."""
        body = {"route": self.fields(**changes)}
        return self._check.call(ADD, body, broken=broken)

    def ready(self) -> Route:
        """Add a route, and find out how this SUT lets it be changed.

        Raises:
            NonConformance: as for `create`.
        """
        route = self.create()
        known = "RD-35" in self._check.sut.dialect.as_dict()
        return route if known else self._learn_form(route)

    def create(self, **changes: Any) -> Route:
        """Add a route; what is listed of it.

        Raises:
            NonConformance: the SUT did not answer with code 0, or does not list the route once.
        """
        exchange = self.add(**changes)
        self._check.expect_code(exchange, 0)
        destination = IPv4Network(self.fields(**changes)["destination"])
        found = settled(self._check, STORED, lambda: self.new(destination), bool)
        expected, said = f"a route to {destination} listed once", f"listed {len(found)} times"
        self._check.that(STORED, len(found) == 1, expected, said, exchange)
        return found[0]

    def new(self, destination: IPv4Network) -> list[Route]:
        """The routes to a destination that were not there before."""
        return [
            one
            for one in routes(self._check)
            if self.before.route(one.id) is None and one.network == destination
        ]

    def change(self, route: Route, **how: Any) -> Exchange:
        """Send a PUT that gives a route all its values."""
        return self._check.call(CHANGE, route_request(self._check, route), **how)

    def remove(self, route: Route) -> Exchange:
        """Send a DELETE."""
        return self._check.call(REMOVE, key=route.id)

    def _learn_form(self, route: Route) -> Route:
        """Find out which form of a changed destination this SUT knows (RD-35); the route then.

        The destination becomes the other one of `whole` and `part`.
        """
        dialect = self._check.sut.dialect
        wanted = self.part if route.network == self.whole else self.whole
        changed = replace(route, destination=str(wanted))
        for form in (PRINTED, ALTERNATIVE):
            dialect.assume("RD-35", form)
            self.change(changed)
            if settled(self._check, CHANGED, lambda: self.has(changed), bool):
                dialect.see("RD-35", form)
                if form == ALTERNATIVE:
                    said = "a destination is changed by <destination>, not as printed (RD-35)"
                    self._check.remark(CHANGED, said)
                return changed
        dialect.assume("RD-35", PRINTED)
        return route

    def has(self, route: Route) -> bool:
        """Whether a route is listed under its id with its destination."""
        found = network(self._check).route(route.id)
        return found is not None and found.network == route.network
