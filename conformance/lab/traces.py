"""What requests leave on a PBX, and how it is told from what others made there.

Each family says for its objects which requests make, change and remove them, where they are
listed, and by which marks one that a request asked for is known again: the PBX gives most of them
an id of its own, and tells it to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from lxml import etree

from conformance.lab.journal import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.check import Check
    from conformance.lab.target import Pixit
    from conformance.wire.client import Outgoing

__all__ = ["ObjectKind", "Setting", "State", "Traces", "Untouchable", "normal_key", "text_of"]

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
        restorable: whether one that was there before may be written to, to bring back its values.
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
    restorable: bool = False

    def key_in(self, outgoing: Outgoing) -> str:
        """The object that a request to change or remove one names."""
        end = outgoing.endpoint
        if end is None or end.name not in {self.changed_by, self.removed_by}:
            return ""
        if end.placeholder:
            return normal_key(unquote(outgoing.path.rstrip("/").rpartition("/")[2]))
        root = _parsed(outgoing.body)
        return "" if root is None else normal_key(text_of(root, self.key))

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
    """Objects that no request may name, be it one that must be rejected.

    Attributes:
        name: what they are called in messages.
        changed_by: the guide's heading of the request that changes one.
        listed_by: of the one that lists them.
        key: the tag that names one in a request.
        keys: which of the records of the list are meant, for a SUT at that URL.
    """

    name: str
    changed_by: str
    listed_by: str
    key: str
    keys: Callable[[str, Mapping[str, Record]], Collection[str]]

    def named_in(self, outgoing: Outgoing) -> str:
        """The object that a request would change, if it were accepted; empty if none."""
        if outgoing.endpoint is None or outgoing.endpoint.name != self.changed_by:
            return ""
        root = _parsed(outgoing.body)
        return "" if root is None else text_of(root, self.key)


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

    def value(self, check: Check) -> str:
        """What the PBX shows now.

        Raises:
            Inconclusive: it does not show it.
        """
        exchange = check.call(self.read_by)
        found = exchange.find(self.path)
        if found is None:
            check.inconclusive(f"{self.read_by} does not show it: {exchange.summary()}")
        return (found.text or "").strip()


@dataclass(frozen=True, slots=True)
class State:
    """Something else that requests change, which takes more than a request to bring back.

    Attributes:
        name: what it is called in messages.
        changed_by: the guide's headings of the requests that change it.
        value: what it is now, by name.
        put_back: brings back what `value` gave.
    """

    name: str
    changed_by: frozenset[str]
    value: Callable[[Check], dict[str, str]]
    put_back: Callable[[Check, dict[str, str]], None]

    def trace_of(self, outgoing: Outgoing) -> Trace | None:
        """What a request may leave; None if it is about something else."""
        changes = outgoing.endpoint is not None and outgoing.endpoint.name in self.changed_by
        return Trace(self.name) if changes else None


@dataclass(frozen=True, slots=True)
class Traces:
    """Everything that requests may leave, in the order in which it is taken away."""

    objects: tuple[ObjectKind, ...]
    settings: tuple[Setting, ...] = ()
    states: tuple[State, ...] = ()
    untouchable: tuple[Untouchable, ...] = ()

    @property
    def every(self) -> tuple[ObjectKind | Setting | State, ...]:
        """All of them."""
        return (*self.objects, *self.settings, *self.states)

    @property
    def values(self) -> tuple[Setting | State, ...]:
        """Those that the PBX always has."""
        return (*self.settings, *self.states)

    def of(self, outgoing: Outgoing) -> Iterable[Trace]:
        """What a request may leave."""
        for kind in self.every:
            trace = kind.trace_of(outgoing)
            if trace is not None:
                yield trace


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
