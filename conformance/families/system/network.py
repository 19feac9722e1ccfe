"""The network's settings, read as a whole: interfaces, DNS address, routes."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.wire.message import is_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from conformance.check import Check

__all__ = [
    "Interface",
    "Network",
    "Route",
    "dns",
    "interfaces",
    "is_address",
    "network",
    "pending",
    "routes",
    "settled",
    "within",
]

DHCP = "0.0.0.0"  # noqa: S104 - an address that stands for DHCP
DEFAULT = IPv4Network("0.0.0.0/0")
T = TypeVar("T")


def within(address: str, subnet: IPv4Network) -> bool:
    """Whether an address, if it is one, lies in a subnet."""
    try:
        return IPv4Address(address) in subnet
    except ValueError:
        return False


def _subnet(address: str, mask: str) -> IPv4Network | None:
    """The network of an address, None if there is none of that kind."""
    try:
        return IPv4Network(f"{address}/{mask}", strict=False)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface of `POST /system/network/interfaces`."""

    id: str
    enabled: str
    name: str
    ip_address: str
    netmask: str

    @property
    def dhcp(self) -> bool:
        """Whether it shows the address that stands for DHCP."""
        return DHCP in {self.ip_address, self.netmask}

    @property
    def regular(self) -> bool:
        """Whether its values can be sent back: an address, and a contiguous netmask (RD-47)."""
        return is_address(self.ip_address) and _subnet(DHCP, self.netmask) is not None

    @property
    def subnet(self) -> IPv4Network | None:
        """Its network, if it is enabled and its address is known."""
        known = self.enabled == "true" and not self.dhcp
        return _subnet(self.ip_address, self.netmask) if known else None

    def __str__(self) -> str:
        address = f"{self.ip_address}, {self.netmask}"
        return f"interface {self.id} ({self.name}, enabled {self.enabled}, {address})"

    def body(self, *tags: str) -> dict[str, Any]:
        """A request for an update with its own values: all of them, or the tags named."""
        chosen = tags or ("id", "enabled", "ip_address", "netmask")
        return {"interface": {tag: getattr(self, tag) for tag in chosen}}


@dataclass(frozen=True, slots=True)
class Route:
    """One route of `GET /system/network/routes`."""

    id: str
    enabled: str
    destination: str
    gateway: str

    @property
    def network(self) -> IPv4Network | None:
        """Its destination."""
        address, _, prefix = self.destination.partition("/")
        return _subnet(address, prefix)

    @property
    def default(self) -> bool:
        """Whether it is the default gateway."""
        return self.network == DEFAULT

    def __str__(self) -> str:
        way = f"{self.destination} through {self.gateway}"
        return f"route {self.id} ({way}, enabled {self.enabled})"


@dataclass(frozen=True, slots=True)
class Network:
    """Everything below /system/network, in no order."""

    interfaces: frozenset[Interface]
    dns: str
    routes: frozenset[Route]

    def route(self, route_id: str) -> Route | None:
        """The route with that id, if there is one."""
        return next((one for one in self.routes if one.id == route_id), None)

    def without(self, route_id: str) -> Network:
        """The same without one route."""
        kept = frozenset(one for one in self.routes if one.id != route_id)
        return Network(self.interfaces, self.dns, kept)

    def differences(self, now: Network) -> str:
        """What is different now, for a reader; empty if nothing is."""
        parts = [f"DNS {self.dns} is now {now.dns}"] if self.dns != now.dns else []
        parts += _changes(self.interfaces, now.interfaces)
        parts += _changes(self.routes, now.routes)
        return "; ".join(parts)


def _changes(was: Iterable[Interface | Route], now: Iterable[Interface | Route]) -> Iterator[str]:
    """What became of the entries of a list, by id."""
    old, new = _by_id(was), _by_id(now)
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            yield f"{old[key]} is gone"
        elif key not in old:
            yield f"{new[key]} is new"
        elif old[key] != new[key]:
            yield f"{old[key]} is now {new[key]}"


def _by_id(entries: Iterable[Interface | Route]) -> dict[str, str]:
    """Entries for a reader; those with the same id stand together."""
    found: dict[str, str] = {}
    for one in sorted(entries, key=str):
        found[one.id] = f"{found[one.id]} and {one}" if one.id in found else str(one)
    return found


def _rows(check: Check, endpoint: str, path: str, *tags: str) -> list[tuple[str, ...]]:
    exchange = check.call(endpoint)
    if exchange.find(path.partition("/")[0]) is None:
        check.inconclusive(f"{endpoint}: {exchange.summary()}")
    return [
        tuple((element.findtext(tag) or "").strip() for tag in tags)
        for element in exchange.records(path)
    ]


def interfaces(check: Check) -> list[Interface]:
    """The interfaces, as listed."""
    tags = ("id", "enabled", "name", "ip_address", "netmask")
    rows = _rows(check, "POST /system/network/interfaces", "interfaces/interface", *tags)
    return [Interface(*row) for row in rows]


def dns(check: Check) -> str:
    """The DNS address."""
    return _rows(check, "GET /system/network/dns", "dns", "ip_address")[0][0]


def routes(check: Check) -> list[Route]:
    """The routes, as listed."""
    tags = ("id", "enabled", "destination", "gateway")
    rows = _rows(check, "GET /system/network/routes", "routes/route", *tags)
    return [Route(*row) for row in rows]


def network(check: Check) -> Network:
    """The whole of it.

    Raises:
        Inconclusive: one of the three can't be read.
    """
    return Network(frozenset(interfaces(check)), dns(check), frozenset(routes(check)))


def pending(check: Check) -> bool:
    """Whether changes wait to be applied."""
    return check.call("GET /pbx/pending").flag("pbx_pending") is True


def settled(
    check: Check, requirement_id: str, read: Callable[[], T], holds: Callable[[T], object]
) -> T:
    """Read until something holds: at once, or else once more after apply (RD-36); what was read."""
    found = read()
    if holds(found) or not pending(check):
        return found
    check.call("PUT /pbx/apply")
    found = read()
    if holds(found):
        check.sut.dialect.see("RD-36", "running")
        check.remark(requirement_id, "a change is shown only once it has been applied (RD-36)")
    return found
