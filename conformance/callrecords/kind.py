"""What one sort of call record is made of, and how its calls are read from an answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from conformance.wire.message import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml import etree

    from conformance.wire.exchange import Exchange

__all__ = ["STEPS", "Kind", "Row", "ids", "key", "unquoted"]

Row: TypeAlias = "Mapping[str, str]"

INBOUND, OUTBOUND = "1", "2"
NUMBERS = ("caller_num", "called_num")
UNIQUE_ID = "unique_id"
# Where a row keeps the texts of its `<details>`: no tag of a call holds a blank.
STEPS = "steps inside"
MOST_IDS = 8


@dataclass(frozen=True, slots=True)
class Kind:
    """A call record by its clause of the guide.

    Attributes:
        endpoint: the guide's heading.
        slug: the stem of its requirement ids.
        containers: the spellings of the element that holds the answer.
        tags: the tags of a call, in the guide's order.
        filters: the tags of `<filter>` beside `<any>`, in the guide's order.
        texts: the tags in which `<any>` is sure to be searched (RD-42).
        names: the tags that are empty without the privacy password (RD-19).
        quoted: the tags whose value may stand in quotes (RD-21).
        external: the tag of the outside number, by direction (RD-19).
        details: whether a request may ask for the steps of each call.
    """

    endpoint: str
    slug: str
    containers: tuple[str, ...]
    tags: tuple[str, ...]
    filters: tuple[str, ...]
    texts: tuple[str, ...]
    names: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ("called_num",)
    external: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({INBOUND: "caller_num", OUTBOUND: "called_num"})
    )
    details: bool = False

    def requirement(self, words: str) -> str:
        """The id of one of its requirements."""
        return f"{self.slug}.{words.replace('_', '-')}"

    def of_version(self, api_version: str) -> Kind:
        """The same in a version of the API: 1.0 has no unique_id."""
        if api_version != "1.0":
            return self

        def known(tags: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(tag for tag in tags if tag != UNIQUE_ID)

        return replace(
            self, tags=known(self.tags), filters=known(self.filters), texts=known(self.texts)
        )

    @property
    def open_tags(self) -> tuple[str, ...]:
        """The tags that no masking touches, by which a masked call is known again."""
        return tuple(tag for tag in self.tags if tag not in {*NUMBERS, *self.names})

    def calls(self, exchange: Exchange) -> etree._Element | None:
        """The `<calls>` of an answer, if it has one."""
        found = (exchange.find(f"{container}/calls") for container in self.containers)
        return next((calls for calls in found if calls is not None), None)

    def rows(self, exchange: Exchange) -> list[Row]:
        """The calls of an answer, without white space around values and without quotes."""
        calls = self.calls(exchange)
        return [] if calls is None else [self._row(call) for call in calls.iterfind("call")]

    def _row(self, call: etree._Element) -> Row:
        # In this direction the first of two equal tags stands, as with `find`.
        parts = {child.tag: child for child in reversed(call)}
        row = {tag: self.read(tag, plain(parts.get(tag))) for tag in self.tags}
        steps = parts.get("details")
        row[STEPS] = "" if steps is None else "\n".join(steps.itertext())
        return row

    def read(self, tag: str, text: str) -> str:
        """A value as filters see it."""
        return unquoted(text.strip()) if tag in self.quoted else text.strip()


def unquoted(text: str) -> str:
    """The text without one pair of quotes around it (RD-21)."""
    whole = len(text) > 1 and text.startswith('"') and text.endswith('"')
    return text[1:-1] if whole else text


def key(row: Row, tags: Iterable[str]) -> tuple[str, ...]:
    """The values of some tags of a row."""
    return tuple(row[tag] for tag in tags)


def ids(rows: Iterable[Row]) -> str:
    """The ids of calls for a reader, the first few of many."""
    found = [row["id"] for row in rows]
    more = f" and {len(found) - MOST_IDS} more" if len(found) > MOST_IDS else ""
    return ", ".join(found[:MOST_IDS]) + more if found else "none"
