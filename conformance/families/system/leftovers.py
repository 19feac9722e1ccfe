"""What requests of this family leave behind: routes, the DNS address, firmware slots, a halt."""

from __future__ import annotations

from dataclasses import asdict, replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from conformance.families.system.firmware import (
    PRIMARY,
    PROMOTE,
    REBOOT,
    RESTORE,
    SECONDARY,
    Slots,
    bring_back,
    shown_in,
)
from conformance.families.system.network import Interface, Route, is_address
from conformance.families.system.spare import ETH0, may_be_ours
from conformance.families.system.update import UPDATE, let_it_end
from conformance.lab.traces import (
    ObjectKind,
    Setting,
    State,
    Untouchable,
    normal_key,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from conformance.check import Check
    from conformance.lab.target import Pixit
    from conformance.wire.client import Outgoing
    from conformance.wire.exchange import Exchange

DEFAULT = ("0.0.0.0/0", "0.0.0.0/0.0.0.0")
ROUTE_TAGS = {"id", "enabled", "destination", "ip_address", "netmask", "gateway"}
STARTING = {"PUT /system/restart", "PUT /system/halt"}
__all__ = ["OBJECTS", "SETTINGS", "STATES", "UNTOUCHABLE"]


def _destination(element: etree._Element) -> tuple[str, ...]:
    written = text_of(element, "destination")
    parts = text_of(element, "ip_address"), text_of(element, "netmask")
    text = written or "/".join(filter(None, parts))
    try:
        return (str(IPv4Network(text, strict=False)),)
    except ValueError:
        return (text,)


def _goes_everywhere(record: Mapping[str, Any]) -> bool:
    return _first(record, "destination") in DEFAULT


def _outside(root: etree._Element, pixit: Pixit) -> str:
    (destination,) = _destination(root)
    try:
        ours = IPv4Network(destination).subnet_of(
            IPv4Network(pixit.route_destination, strict=False)
        )
    except ValueError:
        ours = False
    return "" if ours else f"{destination} is not within pixit.route_destination"


def _first(record: Mapping[str, Any], tag: str) -> str:
    return str(next(iter(record.get(tag, [])), "")).strip()


def _same_route(root: etree._Element, record: Mapping[str, Any]) -> bool:
    """Whether a request gives a route every value that it had, and nothing else."""
    was = Route(*(_first(record, tag) for tag in ("id", "enabled", "destination", "gateway")))
    block = root.find("route")
    if block is None or not {one.tag for one in block} <= ROUTE_TAGS:
        return False
    said = replace(was, enabled=text_of(block, "enabled"), gateway=text_of(block, "gateway"))
    return said == was and was.network is not None and _destination(block) == (str(was.network),)


def _slots_in(exchange: Exchange) -> dict[str, str] | None:
    found = shown_in(exchange)
    return None if found is None else asdict(found)


def _leads_to(outgoing: Outgoing, known: Mapping[str, str]) -> dict[str, str] | None:
    """What is certain of the slots after a request, if it has an effect."""
    name = outgoing.endpoint.name if outgoing.endpoint else ""
    if name in {REBOOT, RESTORE}:
        return {**known, "running": SECONDARY if name == REBOOT else PRIMARY}
    if name == PROMOTE:  # what the secondary slot holds then is not said (RD-53)
        was = known.get(SECONDARY)
        return {PRIMARY: was, "running": PRIMARY} if was else {}
    if name == UPDATE:
        return {tag: value for tag, value in known.items() if tag != SECONDARY}
    if name in STARTING and known.get("running") == SECONDARY:  # which one starts is not said
        return {tag: value for tag, value in known.items() if tag != "running"}
    return None


def _put_back(check: Check, before: dict[str, str]) -> None:
    let_it_end(check)
    bring_back(check, Slots(**before))


def _kept(url: str, root: etree._Element, records: Mapping[str, Mapping[str, Any]]) -> str:
    """Why a request must not be sent: it changes an interface, or names the one talked through.

    What the guide has rejected may be sent to the others, and so may the values that one has.
    """
    tags = ("id", "enabled", "name", "ip_address", "netmask")
    listed = [Interface(*(_first(record, tag) for tag in tags)) for record in records.values()]
    named = [one for one in listed if normal_key(one.id) == normal_key(text_of(root, "id"))]
    for one in named:
        if may_be_ours(url, listed, one):
            return f"the harness may be talking through interface {one.id}: it stays as it is"
        if _changes(one, root):
            return f"interface {one.id} would be changed"
    return ""


def _changes(one: Interface, root: etree._Element) -> bool:
    """Whether a request, if it is taken for a good one, gives an interface another value."""
    given = {tag: text_of(root, tag) for tag in ("enabled", "ip_address", "netmask")}
    given = {tag: value for tag, value in given.items() if value}
    addresses = [value for tag, value in given.items() if tag != "enabled"]
    if not all(map(is_address, addresses)):
        return False
    if one.name == ETH0 and given.get("enabled") == "false":  # which can't be disabled (RD-15)
        given.pop("enabled")
    return any(value != getattr(one, tag) for tag, value in given.items())


OBJECTS = [
    ObjectKind(
        name="route",
        made_by="POST /system/network/routes",
        changed_by="PUT /system/network/routes",
        removed_by="DELETE /system/network/routes/<id>",
        listed_by="GET /system/network/routes",
        records="routes/route",
        key="id",
        marks=_destination,
        outside=_outside,
        protected=lambda _key, record: _goes_everywhere(record),
        restores=_same_route,
    )
]
UNTOUCHABLE = [
    Untouchable(
        name="interface",
        changed_by="PUT /system/network/interfaces",
        listed_by="POST /system/network/interfaces",
        kept=_kept,
    )
]
SETTINGS = [
    Setting(
        name="DNS address",
        changed_by="PUT /system/network/dns",
        read_by="GET /system/network/dns",
        path="dns/ip_address",
    )
]
STATES = [
    State(
        name="firmware",
        read_by="GET /system/firmware",
        shown_in=_slots_in,
        leads_to=_leads_to,
        put_back=_put_back,
    )
]
