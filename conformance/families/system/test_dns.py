"""Checks of /system/network/dns: written, read back, and put back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.behaviour.values import DNS_ADDRESSES
from conformance.check import requirement
from conformance.families.system.network import (
    dns,
    is_address,
    network,
    settled,
)
from conformance.families.system.tidy import leave_as_found, rejects

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Body

PUT = "system.network.dns.put"
NOTHING = f"{PUT}.rejected-changes-nothing"
BAD_ADDRESSES = (
    "999.1.1.1",
    "192.0.2.256",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.x",
    "192.0.2.53/24",
    "text",
)


def put(check: Check, address: str | None, broken: str = "") -> Exchange:
    """Send an update; None leaves the address out."""
    return check.call("PUT /system/network/dns", {"dns": {"ip_address": address}}, broken=broken)


def other_than(found: str) -> str:
    """An address that is not the one configured."""
    return next(one for one in DNS_ADDRESSES if one != found)


@requirement("system.network.dns.get.response-schema")
def test_configured_address_is_shown(check: Check) -> None:
    exchange = check.call("GET /system/network/dns")
    shown = exchange.find("dns/ip_address") is not None
    requirement_id = "system.network.dns.get.response-schema"
    check.that(requirement_id, shown, "an ip_address in dns", exchange.summary(), exchange)


@requirement(f"{PUT}.code-0", f"{PUT}.stored", f"{PUT}.rest-untouched")
def test_written_address_is_read_back(check: Check) -> None:
    before = leave_as_found(check)
    if not is_address(before.dns):
        check.not_run(f"the configured address can't be written back: {before.dns!r}")
    for address in (other_than(before.dns), before.dns):
        exchange = put(check, address)
        check.expect_code(exchange, 0)
        is_stored(check, address, exchange)
        rest = replace(before, dns=address).differences(network(check))
        requirement_id = f"{PUT}.rest-untouched"
        check.that(requirement_id, not rest, "interfaces and routes as before", rest, exchange)


def is_stored(check: Check, address: str, exchange: Exchange) -> None:
    """State that an address that was written is shown."""
    found = settled(check, f"{PUT}.stored", lambda: dns(check), lambda now: now == address)
    check.that(f"{PUT}.stored", found == address, address, found, exchange)


@requirement(f"{PUT}.code-37", NOTHING)
def test_dns_tag_missing(check: Check) -> None:
    with rejects(check, NOTHING) as before:
        address = {"ip_address": other_than(before.dns)}
        bodies: dict[str, Body] = {
            "nothing": {},
            "another tag": {"network": address},
            "the address alone": address,
        }
        for said, body in bodies.items():
            exchange = check.call("PUT /system/network/dns", body, broken=f"{said} in place of dns")
            check.expect_code(exchange, 37)


@requirement(f"{PUT}.code-12", NOTHING)
def test_address_missing(check: Check) -> None:
    with rejects(check, NOTHING):
        check.expect_code(put(check, None, "no ip_address"), 12)
        check.expect_code(put(check, "", "an empty ip_address"), 12)


@requirement(f"{PUT}.code-38", NOTHING)
def test_invalid_address(check: Check) -> None:
    with rejects(check, NOTHING):
        for bad in BAD_ADDRESSES:
            check.expect_code(put(check, bad, f"{bad} is no address"), 38)


@requirement(f"{PUT}.code-39", f"{PUT}.failure-changes-nothing")
def test_storage_fails(check: Check) -> None:
    requirement_id = f"{PUT}.failure-changes-nothing"
    with rejects(check, requirement_id) as before, check.condition("storage-failure"):
        check.expect_code(put(check, other_than(before.dns)), 39)
