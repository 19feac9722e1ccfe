"""Which exchanges show a failure, so that they can be sent again elsewhere.

A reader needs what changed something before the exchange that is blamed, that exchange, and what
was read after it. Who sends it to another PBX needs one thing more: the PBX gives ids of its own,
so that the answer that showed an id has to come before the request that uses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.sax.saxutils import escape, unescape

from lxml import etree

from conformance.lab.safety import SafetyClass
from conformance.secrecy import SECRET_NAME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from conformance.wire.exchange import Exchange

__all__ = ["LONGEST_SEQUENCE", "Given", "changes", "given", "key_of", "minimal", "value_in"]

# More exchanges than these show nothing more to a reader of a failure.
LONGEST_SEQUENCE = 40
MOST_READ_AFTERWARDS = 3
APPLY = "PUT /pbx/apply"
ID = "id"
# Of what tells a record from the others: best what people call it by.
TELLING = ("name", "destination", "exten", "phone", "mail")
LONGEST_HOLD = 120
_BLANKS = re.compile(r"[ \t\r\n]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_SECRET = re.compile(SECRET_NAME, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Given:
    """A value that the PBX gave, and how it is found in the answer that showed it.

    Attributes:
        exchange: the number of the exchange in its sequence, from 0.
        record: the tag of the record that holds it.
        holds: what that record holds and no other does, as it is written: `<name>eth0</name>`.
        tag: the tag of the value.
        value: what it was.
    """

    exchange: int
    record: str
    holds: str
    tag: str
    value: str


def changes(exchange: Exchange) -> bool:
    """Whether a request may change something; some that only ask are sent with POST."""
    if exchange.request.method == "GET":
        return False
    end = exchange.endpoint
    return end is None or end.safety is not SafetyClass.READ


def minimal(exchanges: Sequence[Exchange], shown: Collection[Exchange]) -> tuple[Exchange, ...]:
    """The exchanges that show a failure, in their order.

    Args:
        exchanges: all of a check, so far.
        shown: those that are blamed; without one, the last.
    """
    if not exchanges or any(one not in exchanges for one in shown):
        return tuple(shown) or tuple(exchanges[-1:])
    blamed = list(shown) or [exchanges[-1]]
    last = max(exchanges.index(one) for one in blamed)
    blamed += _lists_of(exchanges[:last], exchanges[last])
    before = [one for one in exchanges[:last] if changes(one) or one in blamed]
    after = [*takewhile(_only_shows, exchanges[last + 1 :])]
    reads = [one for one in after if not changes(one)][-MOST_READ_AFTERWARDS:]
    told = [one for one in after if changes(one) or one in reads]
    kept = [*before[-LONGEST_SEQUENCE + 1 :], exchanges[last], *told]
    return _with_givers(exchanges, kept)


def _lists_of(before: Sequence[Exchange], blamed: Exchange) -> list[Exchange]:
    """The last list before the answer that shows one of its objects: both are to agree."""
    end = blamed.endpoint
    if end is None or not end.placeholder or changes(blamed):
        return []
    path = end.path.partition("<")[0].rstrip("/")
    lists = [one for one in before if one.endpoint and one.endpoint.path.rstrip("/") == path]
    return [one for one in lists if not changes(one)][-1:]


def _only_shows(exchange: Exchange) -> bool:
    """Whether an exchange after the one blamed belongs to what it showed (RD-36)."""
    applies = exchange.endpoint is not None and exchange.endpoint.name == APPLY
    return applies or not changes(exchange)


def _with_givers(exchanges: Sequence[Exchange], kept: list[Exchange]) -> tuple[Exchange, ...]:
    """The same with the answers that showed the ids used in it."""
    wanted = set(kept)
    for one in kept:
        key = key_of(one)
        earlier = exchanges[: exchanges.index(one)] if key else ()
        if not any(_tells(giver, key) for giver in earlier if giver in wanted):
            showing = [other for other in reversed(earlier) if _shows(other, key)]
            # Who asks for an object by its id has learnt that elsewhere.
            telling = [other for other in showing if _tells(other, key)]
            wanted |= {*(telling or showing)[:1]}
    return tuple(one for one in exchanges if one in wanted)


def _shows(exchange: Exchange, key: str) -> bool:
    return next(_records(exchange, key), None) is not None


def _tells(exchange: Exchange, key: str) -> bool:
    """Whether an answer shows an id that its request did not name."""
    return key_of(exchange) != key and _shows(exchange, key)


def key_of(exchange: Exchange) -> str:
    """The object that a request names by an id, in its path or its body; empty if it names none."""
    end, request = exchange.endpoint, exchange.request
    if end is None:
        return ""
    if end.placeholder:
        return unquote(request.path.partition("?")[0].rpartition("/")[2])
    if request.method != "PUT":
        return ""
    root = _parsed(request.body)
    return "" if root is None else (root.findtext(f"*/{ID}") or "").strip()


def _parsed(data: bytes) -> etree._Element | None:
    if not data.strip():
        return None
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _records(exchange: Exchange, key: str) -> Iterator[etree._Element]:
    """The records of an answer that have an id, in whatever list they stand."""
    body = exchange.response.body if exchange.response else b""
    if key.encode() not in body or b"<id" not in body:
        return
    root = exchange.root if exchange.root is not None else _parsed(body)
    for found in () if root is None else root.iter(ID):
        record = found.getparent()
        if (found.text or "").strip() == key and record is not None and record is not root:
            yield record


def given(sequence: Sequence[Exchange]) -> list[Given]:
    """The values of a sequence that the PBX gave: ids, and what was read beside them.

    A request that names an object of the PBX and repeats a value of it (an interface's address)
    means the value that is there; what the sequence itself has sent before it means as it is.
    """
    found: dict[tuple[str, str], Given] = {}
    for number, exchange in enumerate(sequence):
        key = key_of(exchange)
        if not key:
            continue
        earlier = range(number - 1, -1, -1)
        for giver in sorted(earlier, key=lambda one: key_of(sequence[one]) == key):
            values = list(_values_of(sequence, giver, exchange, key))
            if values:
                for one in values:
                    found.setdefault((one.tag, one.value), one)
                break
    return list(found.values())


def _values_of(
    sequence: Sequence[Exchange], giver: int, user: Exchange, key: str
) -> Iterator[Given]:
    answer, sent = sequence[giver], _sent_before(sequence, user)
    text = answer.response.body.decode("utf-8", "replace") if answer.response else ""
    for record in _records(answer, key):
        for holds in _holds(record, sent):
            name = str(record.tag)
            if not _NAME.fullmatch(name) or value_in(text, name, holds, ID) != key:
                continue
            yield Given(giver, name, holds, ID, key)
            root = _parsed(user.request.body)
            for field in root.iterfind("*/*") if root is not None else ():
                tag, value = str(field.tag), (field.text or "").strip()
                own = value in sent or (record.findtext(tag) or "").strip() != value
                if (
                    _NAME.fullmatch(tag)
                    and tag != ID
                    and value
                    and not own
                    and value_in(text, name, holds, tag) == value
                ):
                    yield Given(giver, name, holds, tag, value)
            return


def _sent_before(sequence: Sequence[Exchange], user: Exchange) -> set[str]:
    """The texts that the sequence has sent before a request."""
    texts: set[str] = set()
    for one in sequence:
        if one is user:
            break
        root = _parsed(one.request.body)
        found = root.iter() if root is not None else ()
        texts |= {(element.text or "").strip() for element in found}
    return texts - {""}


def _holds(record: etree._Element, sent: set[str]) -> Iterator[str]:
    """What may tell a record from others, as it is written; what was sent comes first."""
    fields = [
        (str(field.tag), (field.text or "").strip())
        for field in record
        if isinstance(field.tag, str) and not len(field) and field.tag != ID
    ]
    usable = [
        (tag, value)
        for tag, value in fields
        if value and len(value) <= LONGEST_HOLD and "\n" not in value
        if _NAME.fullmatch(tag) and not _SECRET.search(tag)
    ]
    usable.sort(key=lambda one: (one[1] not in sent, one[0] not in TELLING, -len(one[1])))
    return (f"<{tag}>{escape(value)}</{tag}>" for tag, value in usable)


def value_in(answer: str, record: str, holds: str, tag: str) -> str:
    """The value of a tag in the only record that holds something, as a script finds it.

    Returns:
        The text, empty if no record or more than one holds it.
    """
    folded = re.sub("> ", ">", re.sub(" <", "<", _BLANKS.sub(" ", answer)))
    pieces = [
        one for one in folded.split(f"<{record}>")[1:] if holds in one.split(f"</{record}>")[0]
    ]
    if len(pieces) != 1:
        return ""
    _, start, rest = pieces[0].partition(f"<{tag}>")
    return unescape(rest.partition("<")[0]).strip() if start else ""
