"""What sequences write: bodies from a few plain choices, and what marks them as the run's own."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any

from conformance.behaviour.kinds import INTERFACE, ROUTE
from conformance.behaviour.reading import network_of
from conformance.objects import user_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.behaviour.model import Fields, State
    from conformance.dialect import Dialect

__all__ = [
    "DNS_ADDRESSES",
    "USER_CHANGES",
    "callgroup",
    "contact",
    "gateways",
    "new_user",
    "priorities",
    "route_change",
]

# Addresses that stand in documents and in nobody's network (RFC 5737).
DNS_ADDRESSES = ("192.0.2.53", "198.51.100.53", "203.0.113.53")
NAMES = ("Ada", "Elodie", "Sofia")
# In the guide's order; voicemail stays on, so that what belongs to it is kept.
USER_CHANGES: Mapping[str, tuple[Any, ...]] = {
    "sip_secret": ("0Another-Secret0",),
    "first_name": ("Ottavia", "Eleonora"),
    "last_name": ("Renamed", "Two Words"),
    "vm_secret": ("0042",),
    "vm_email": ("elsewhere@pbx.example",),
    "vm_message_delete": (True, False),
}
WITH_HOSTS = 30
RD_35_PRINTED = "ip_address and netmask"


def new_user(exten: str, choice: int) -> dict[str, Any]:
    """The request for an extension."""
    return user_fields(exten, first_name=NAMES[choice % len(NAMES)])


def priorities(members: Sequence[str]) -> dict[str, Any]:
    """The `<priorities>` of a request: the first member alone, the others after it."""
    levels = [one for one in (members[:1], members[1:]) if one]
    return {
        "priority": [
            {"id": level, "members": {"member": [{"exten": exten} for exten in extens]}}
            for level, extens in enumerate(levels, 1)
        ]
    }


def callgroup(name: str, selection: str, members: Sequence[str], timeout: int) -> dict[str, Any]:
    """The request for a callgroup."""
    return {
        "name": name,
        "timeout": timeout,
        "selection": selection,
        "enabled": True,
        "priorities": priorities(members),
    }


def contact(mark: str, number: int) -> dict[str, Any]:
    """The fields of a contact, each another one for each number, with a mark by which it is found.

    Two contacts with the same fields may count as one and the same.
    """
    return {
        "first_name": f"Ada {number}",
        "last_name": f"Sequence {number}",
        "organization": f"{mark} {number}",
        "organizational_unit": f"Unit {number}",
        "phone": f"055{number:06}",
        "mail": f"{mark.lower()}.{number}@pbx.example",
    }


def route_change(dialect: Dialect, route_id: str, fields: Fields) -> dict[str, Any]:
    """The request that gives a route all its values, in the form that this PBX knows (RD-35)."""
    net = network_of(fields["destination"])
    body: dict[str, Any] = {"id": route_id, "enabled": fields["enabled"]}
    if net is None or dialect.get("RD-35", RD_35_PRINTED) != RD_35_PRINTED:
        body["destination"] = fields["destination"]
    else:
        body |= {"ip_address": str(net.network_address), "netmask": str(net.netmask)}
    return body | {"gateway": fields["gateway"]}


def gateways(found: State) -> list[str]:
    """Gateways that a route may have: those of other routes, if in a local subnet, and hosts."""
    local = list(_subnets(found))
    own = {one.get("ip_address") for one in found[INTERFACE.name].values()}
    used = [one.get("gateway", "") for one in found[ROUTE.name].values()]
    inside = [one for one in used if any(_within(one, net) for net in local)]
    wide = [net for net in local if net.prefixlen < WITH_HOSTS]
    hosts = [str(net.broadcast_address - step) for net in wide for step in (1, 2, 3)]
    likely = [*inside, *(one for one in hosts if one not in own)]
    return list(dict.fromkeys(likely or filter(None, used)))


def _subnets(found: State) -> Iterator[IPv4Network]:
    for one in found[INTERFACE.name].values():
        address, mask = one.get("ip_address", ""), one.get("netmask", "")
        net = network_of(f"{address}/{mask}")
        # 0.0.0.0 stands for DHCP: the subnet is unknown.
        if net is not None and one.get("enabled") == "true" and net.prefixlen:
            yield net


def _within(address: str, subnet: IPv4Network) -> bool:
    try:
        return IPv4Address(address) in subnet
    except ValueError:
        return False
