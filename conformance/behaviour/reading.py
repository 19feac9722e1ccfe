"""What a PBX shows, in the form in which it is compared with the model.

Left out of it is what the guide leaves open: the order of elements (RD-27), absent and empty blocks
(RD-28), white space in texts, leading zeros, host bits of a destination (RD-47), and names that the
PBX puts together by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from conformance.check import Answer
from conformance.wire.message import content, whole_number

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from conformance.behaviour.kinds import Sight
    from conformance.behaviour.model import Fields, Objects
    from conformance.check import Check
    from conformance.wire.exchange import Exchange

__all__ = ["View", "flat", "folded", "look", "look_at_one", "network_of", "objects", "projected"]

COMPOSED = {"failover/destination/name"}
NUMBERS = {"timeout"}
# What a request says and no list shows.
UNSEEN = {"owner"}


@dataclass(frozen=True, slots=True)
class View:
    """One answer that lists objects."""

    exchange: Exchange
    objects: Objects
    repeated: tuple[str, ...] = ()
    """Keys that more than one record has."""


def folded(text: str) -> str:
    """A text without what a PBX may do to white space."""
    return " ".join(text.split())


def network_of(destination: str) -> IPv4Network | None:
    """The network of a route's destination; None if it is none."""
    try:
        return IPv4Network(destination.strip(), strict=False)
    except ValueError:
        return None


def flat(content: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """The fields of a record or of a request's body by path, without empty ones."""
    found: dict[str, str] = {}
    for tag, several in content.items():
        path = f"{above}{tag}"
        for value in several if isinstance(several, list) else [several]:
            if path == "priorities":
                found["members"] = _members(value)
            elif isinstance(value, Mapping):
                found |= flat(value, f"{path}/")
            elif value is not None and path not in COMPOSED | UNSEEN:
                found[path] = _normal(path, value)
    return {path: text for path, text in found.items() if text}


def _normal(path: str, value: object) -> str:
    text = folded(str(value).lower() if isinstance(value, bool) else str(value))
    if path in NUMBERS:
        number = whole_number(text)
        return text if number is None else str(number)
    if path == "destination":
        return str(network_of(text) or text)
    return text


def _members(priorities: object) -> str:
    """The members of a callgroup by priority; one that nobody is left in may be shown or not."""
    levels = []
    for level in _below(priorities, "priority"):
        members = [one for block in _below(level, "members") for one in _below(block, "member")]
        extens = sorted(folded(str(_first(one, "exten"))) for one in members)
        if extens:
            levels.append(f"{_normal('timeout', _first(level, 'id'))}: {' '.join(extens)}")
    return "; ".join(sorted(levels))


def _below(value: object, tag: str) -> list[Any]:
    found = value.get(tag, []) if isinstance(value, Mapping) else []
    return found if isinstance(found, list) else [found]


def _first(value: object, tag: str) -> object:
    return next(iter(_below(value, tag)), "")


def objects(elements: list[Element], key: str) -> tuple[Objects, tuple[str, ...]]:
    """Objects by key, and the keys that come more than once."""
    keys = [folded(element.findtext(key) or "") if key else "" for element in elements]
    found: Objects = {}
    for name, element in zip(keys, elements, strict=True):
        record = content(element)
        found[name] = flat(record) if isinstance(record, dict) else {}
    return found, tuple(name for name, times in Counter(keys).items() if times > 1)


def look(check: Check, sight: Sight) -> View:
    """Ask for a list.

    Raises:
        Inconclusive: the answer holds none.
    """
    exchange = check.call(sight.endpoint)
    if exchange.find(sight.path.partition("/")[0]) is None:
        check.inconclusive(f"{sight.endpoint} gave no list: {exchange.summary()}")
    return View(exchange, *objects(exchange.records(sight.path), sight.key))


def look_at_one(check: Check, sight: Sight, key: str, *, exists: bool) -> View:
    """Ask for one object; one that may not exist may be answered as RD-13 permits."""
    answer = Answer.XML if exists else Answer.UNKNOWN_OBJECT
    exchange = check.call(sight.one, key=key, answer=answer)
    return View(exchange, *objects(exchange.records(sight.path), sight.key))


def projected(fields: Fields, sight: Sight) -> Fields:
    """What a sight shows of an object."""
    return {tag: fields[tag] for tag in sight.tags if tag in fields} if sight.tags else fields
