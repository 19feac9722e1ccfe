"""The interface that the harness talks through, and one that may be written to (RD-45)."""

from __future__ import annotations

import socket
from functools import cache
from ipaddress import IPv4Address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.check import Check
    from conformance.families.system.network import Interface, Network

__all__ = ["ETH0", "harmless_to_write", "may_be_ours", "near", "spare", "spares"]

ETH0 = "eth0"


@cache
def _addresses(host: str) -> frozenset[str]:
    """The IPv4 addresses of a host; none if its name can't be resolved."""
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET)
    except OSError:
        return frozenset()
    return frozenset(str(entry[4][0]) for entry in found)


def may_be_ours(url: str, listed: Collection[Interface], interface: Interface) -> bool:
    """Whether the harness may be talking to the SUT at a URL through that one of its interfaces.

    The address in the URL tells. Where no interface shows it (address translation, DHCP), any
    that is enabled may be the one, unless the SUT is on this machine.
    """
    ours = _addresses(urlsplit(url).hostname or "")
    if interface.ip_address in ours:
        return True
    if any(one.ip_address in ours for one in listed):
        return False
    here = bool(ours) and all(IPv4Address(address).is_loopback for address in ours)
    return interface.enabled == "true" and not here


def near(check: Check, network: Network) -> bool:
    """Whether the SUT needs no default route to answer us: we are here or in a local subnet."""
    url = urlsplit(check.sut.target.connection.url)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            # Connecting a datagram socket chooses our address, and sends nothing.
            probe.connect((url.hostname or "", url.port or 443))
            local = IPv4Address(probe.getsockname()[0])
    except OSError:
        return False
    subnets = [net for one in network.interfaces if (net := one.subnet)]
    return local.is_loopback or any(local in net for net in subnets)


def harmless_to_write(check: Check, network: Network, interface: Interface) -> bool:
    """Whether an interface may be sent the values that it has."""
    url = check.sut.target.connection.url
    return interface.name != ETH0 and not may_be_ours(url, network.interfaces, interface)


def spares(check: Check, network: Network) -> list[Interface]:
    """The interfaces that may be sent the values that they have, first those that do nothing."""
    candidates = [one for one in network.interfaces if harmless_to_write(check, network, one)]
    return sorted(candidates, key=lambda one: (one.dhcp, one.enabled == "true", one.id))


def spare(check: Check, network: Network) -> Interface | None:
    """An interface that may be sent the values that it has; best one that does nothing anyway."""
    return next(iter(spares(check, network)), None)
