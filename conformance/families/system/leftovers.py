"""What requests of this family leave behind: routes, the DNS address, firmware slots, a halt."""

from __future__ import annotations

from dataclasses import asdict
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from conformance.families.system.firmware import (
    PROMOTE,
    REBOOT,
    RESTORE,
    Slots,
    bring_back,
    slots,
)
from conformance.families.system.network import Interface
from conformance.families.system.spare import may_be_ours
from conformance.families.system.update import UPDATE, let_it_end
from conformance.lab.traces import ObjectKind, Setting, State, Untouchable, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from conformance.check import Check
    from conformance.lab.target import Pixit

DEFAULT = ("0.0.0.0/0", "0.0.0.0/0.0.0.0")
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
    return str(next(iter(record.get("destination", [])), "")).strip() in DEFAULT


def _outside(root: etree._Element, pixit: Pixit) -> str:
    (destination,) = _destination(root)
    try:
        ours = IPv4Network(destination).subnet_of(
            IPv4Network(pixit.route_destination, strict=False)
        )
    except ValueError:
        ours = False
    return "" if ours else f"{destination} is not within pixit.route_destination"


def _read(check: Check) -> dict[str, str]:
    return asdict(slots(check))


def _put_back(check: Check, before: dict[str, str]) -> None:
    let_it_end(check)
    bring_back(check, Slots(**before))


def _talked_through(url: str, records: Mapping[str, Mapping[str, Any]]) -> set[str]:
    tags = ("id", "enabled", "name", "ip_address", "netmask")
    listed = [
        Interface(*(str(next(iter(record.get(tag, [])), "")).strip() for tag in tags))
        for record in records.values()
    ]
    return {one.id for one in listed if may_be_ours(url, listed, one)}


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
        restorable=True,
    )
]
UNTOUCHABLE = [
    Untouchable(
        name="the interface that the harness may be talking through,",
        changed_by="PUT /system/network/interfaces",
        listed_by="POST /system/network/interfaces",
        key="id",
        keys=_talked_through,
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
        changed_by=frozenset({REBOOT, PROMOTE, RESTORE, UPDATE}),
        value=_read,
        put_back=_put_back,
    )
]
