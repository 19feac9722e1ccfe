"""Failovers as the PBX shows them: those of its callgroups and those of its extensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from conformance.check import Check
    from conformance.wire.exchange import Exchange

__all__ = ["Failover", "configured_failovers", "read_failover", "same_words", "states_identity"]


@dataclass(frozen=True, slots=True)
class Failover:
    """A failover that is configured, and whose it is."""

    owner: str
    type: str
    name: str
    value: str
    gateway_type: str
    gateway_id: str
    gateway_name: str


def read_failover(element: Element, owner: str) -> Failover | None:
    """The failover of a callgroup's or an extension's record; None where none is configured."""

    def text(path: str) -> str:
        return " ".join((element.findtext(f"failover/{path}") or "").split())

    kind = text("type")
    if not kind:
        return None
    return Failover(
        owner=owner,
        type=kind,
        name=text("destination/name"),
        value=text("destination/value"),
        gateway_type=text("destination/gateway_type"),
        gateway_id=text("destination/gateway_id"),
        gateway_name=text("destination/gateway_name"),
    )


def configured_failovers(check: Check) -> list[tuple[Failover, Exchange]]:
    """Every failover that is configured on the PBX, each with the exchange that showed it."""
    groups, users = check.call("GET /pbx/callgroups"), check.call("GET /users/configs/")
    found = [
        (read_failover(one, f"callgroup {_key(one, 'id')}"), groups)
        for one in groups.records("callgroups/callgroup")
    ]
    found += [
        (read_failover(one, f"extension {_key(one, 'exten')}"), users)
        for one in users.records("configs/config")
    ]
    return [(failover, exchange) for failover, exchange in found if failover is not None]


def _key(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def same_words(found: str, wanted: str) -> bool:
    """Whether two names are the same but for white space."""
    return found.split() == wanted.split()


def states_identity(name: str, first: str, last: str) -> bool:
    """Whether a name states a first and a last name.

    The guide says "the identity (first and last name)" and not how the two are joined.
    """
    return all(" ".join(part.split()) in name for part in (first, last))
