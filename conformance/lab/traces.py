"""What requests leave on a PBX, and how it is told from what others made there.

Each family says for its objects which requests make, change and remove them, where they are
listed, and by which marks one that a request asked for is known again: the PBX gives most of them
an id of its own, and tells it to nobody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

from lxml import etree

from conformance.lab.journal import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.check import Check
    from conformance.lab.target import Pixit
    from conformance.wire.client import Outgoing
    from conformance.wire.exchange import Exchange

__all__ = ["ObjectKind", "Setting", "State", "Traces", "Untouchable", "normal_key", "text_of"]

T = TypeVar("T")
Marks = tuple[str, ...]
Record = Mapping[str, Any]


def text_of(element: etree._Element, tag: str) -> str:
    """The text of a child with that tag, else of the first one further down, without blanks."""
    found = element.find(tag)
    if found is None:
        found = next(element.iter(tag), None)
    return "" if found is None else (found.text or "").strip()


def normal_key(text: str) -> str:
    """A key as a PBX may read it: without blanks, what follows a slash, and leading zeros."""
    key = text.strip().partition("/")[0].strip()
    return key.lstrip("0") or key


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """A kind of object that requests make.

    Attributes:
        name: what it is called in messages.
        made_by: the guide's heading of the request that makes one.
        changed_by: of the one that changes one.
        removed_by: of the one that removes one.
        listed_by: of the one that lists them.
        records: where the objects stand in the list.
        key: the tag that names one there, and in the requests that change and remove one.
        marks: what tells one, from a request for it and from its record in the list.
        protected: whether the guide keeps one from being removed, by key and record: a request
            that must be rejected may be tried on it.
        outside: why an object that a request asks for is none that tests may make, by the PIXIT.
        restores: whether a request gives one that was there before nothing but the values that its
            record had then: so it may be brought back.
    """

    name: str
    made_by: str
    changed_by: str
    removed_by: str
    listed_by: str
    records: str
    key: str
    marks: Callable[[etree._Element], Marks]
    protected: Callable[[str, Record], bool] = lambda _key, _record: False
    outside: Callable[[etree._Element, Pixit], str] = lambda _root, _pixit: ""
    restores: Callable[[etree._Element, Record], bool] = lambda _root, _record: False

    def key_in(self, outgoing: Outgoing) -> str:
        """The object that a request to change or remove one names."""
        end = outgoing.endpoint
        if end is None or end.name not in {self.changed_by, self.removed_by}:
            return ""
        if end.placeholder:
            return normal_key(unquote(outgoing.path.rstrip("/").rpartition("/")[2]))
        root = _parsed(outgoing.body)
        return "" if root is None else normal_key(text_of(root, self.key))

    def brings_back(self, outgoing: Outgoing, record: object) -> bool:
        """Whether a request gives an object the values that it had; no, if they are not known."""
        if outgoing.endpoint is None or outgoing.endpoint.name != self.changed_by:
            return False
        root = _parsed(outgoing.body)
        return root is not None and isinstance(record, Mapping) and self.restores(root, record)

    def outside_of(self, outgoing: Outgoing, pixit: Pixit) -> str:
        """Why a request must not be sent: it asks for what tests may not make; empty if it may.

        One that is broken on purpose is to be rejected, and may name anything.
        """
        name = outgoing.endpoint.name if outgoing.endpoint else ""
        if name != self.made_by or outgoing.broken:
            return ""
        root = _parsed(outgoing.body)
        return "" if root is None else self.outside(root, pixit)

    def trace_of(self, outgoing: Outgoing) -> Trace | None:
        """What a request may leave; None if it is about something else."""
        name = outgoing.endpoint.name if outgoing.endpoint else ""
        if name not in {self.made_by, self.changed_by}:
            return None
        root = _parsed(outgoing.body)
        if root is None:
            return Trace(self.name)
        key = self.key_in(outgoing)
        if key and next(root.iter(self.key), None) is None:
            etree.SubElement(root, self.key).text = key  # it stands in the path
        return Trace(self.name, tuple(mark for mark in self.marks(root) if mark.strip()))


@dataclass(frozen=True, slots=True)
class Untouchable:
    """Objects that no request may change, whatever it means to.

    Attributes:
        name: what one is called in messages.
        changed_by: the guide's heading of the request that changes one.
        listed_by: of the one that lists them.
        kept: why a request must not be sent to a SUT at that URL, by the records of the list as
            they were found; empty if it may.
    """

    name: str
    changed_by: str
    listed_by: str
    kept: Callable[[str, etree._Element, Mapping[str, Record]], str]

    def kept_from(self, outgoing: Outgoing, url: str, found: object) -> str:
        """Why a request must not be sent; empty if it may."""
        if outgoing.endpoint is None or outgoing.endpoint.name != self.changed_by:
            return ""
        if not isinstance(found, Mapping) or not all(
            isinstance(record, Mapping) for record in found.values()
        ):
            return f"{self.name}s: how they were before the run is not known"
        root = _parsed(outgoing.body)
        return "" if root is None else self.kept(url, root, found)


def _shown(check: Check, read_by: str, shown_in: Callable[[Exchange], T | None]) -> T:
    exchange = check.call(read_by)
    shown = shown_in(exchange)
    if shown is None:
        check.inconclusive(f"{read_by} does not show it: {exchange.summary()}")
    return shown


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that the PBX always has, and requests change.

    Attributes:
        name: what it is called in messages.
        changed_by: the guide's heading of the request that changes it.
        read_by: of the one that shows it.
        path: where it stands in the answer; its last tag holds it in the request as well.
    """

    name: str
    changed_by: str
    read_by: str
    path: str

    def trace_of(self, outgoing: Outgoing) -> Trace | None:
        """What a request may leave; None if it is about something else."""
        if outgoing.endpoint is None or outgoing.endpoint.name != self.changed_by:
            return None
        root = _parsed(outgoing.body)
        value = "" if root is None else text_of(root, self.path.rpartition("/")[2])
        return Trace(self.name, (value,))

    def shown_in(self, exchange: Exchange) -> str | None:
        """What an answer to `read_by` shows; None if it does not show it."""
        found = exchange.find(self.path)
        return None if found is None else (found.text or "").strip()

    def value(self, check: Check) -> str:
        """What the PBX shows now.

        Raises:
            Inconclusive: it does not show it.
        """
        return _shown(check, self.read_by, self.shown_in)


@dataclass(frozen=True, slots=True)
class State:
    """Something else that requests change, which takes more than a request to bring back.

    Attributes:
        name: what it is called in messages.
        read_by: the guide's heading of the request that shows it.
        shown_in: what an answer to that shows, by name; None if it does not show it.
        leads_to: what a request may make of it, by the names that are certain afterwards; None if
            it leaves it alone.
        put_back: brings back what was shown.
    """

    name: str
    read_by: str
    shown_in: Callable[[Exchange], dict[str, str] | None]
    leads_to: Callable[[Outgoing, Mapping[str, str]], dict[str, str] | None]
    put_back: Callable[[Check, dict[str, str]], None]

    def trace_of(self, outgoing: Outgoing, known: Mapping[str, str]) -> Trace | None:
        """What a request may leave, from the state that is known; None if it leaves it alone."""
        target = self.leads_to(outgoing, known)
        return None if target is None else Trace(self.name, (json.dumps(target, sort_keys=True),))

    @staticmethod
    def among(shown: Mapping[str, str], marks: Iterable[str]) -> bool:
        """Whether a state is one of those that requests led to."""
        return any(json.loads(mark).items() <= shown.items() for mark in marks)

    def value(self, check: Check) -> dict[str, str]:
        """What the PBX shows now.

        Raises:
            Inconclusive: it does not show it.
        """
        return _shown(check, self.read_by, self.shown_in)


@dataclass(frozen=True, slots=True)
class Traces:
    """Everything that requests may leave, in the order in which it is taken away."""

    objects: tuple[ObjectKind, ...]
    settings: tuple[Setting, ...] = ()
    states: tuple[State, ...] = ()
    untouchable: tuple[Untouchable, ...] = ()

    @property
    def values(self) -> tuple[Setting | State, ...]:
        """Those that the PBX always has."""
        return (*self.settings, *self.states)

    def of(self, outgoing: Outgoing, known: Mapping[str, Mapping[str, str]]) -> Iterable[Trace]:
        """What a request may leave, from the states that are known by name."""
        found = [kind.trace_of(outgoing) for kind in self.objects]
        found += [setting.trace_of(outgoing) for setting in self.settings]
        found += [one.trace_of(outgoing, known.get(one.name, {})) for one in self.states]
        yield from filter(None, found)


def _parsed(body: bytes) -> etree._Element | None:
    """The document of a request, also of one that is broken on purpose: a PBX may read it."""
    if not body:
        return None
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None
