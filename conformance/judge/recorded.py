"""A recorded entry as an exchange that the oracles can judge, and what its client did wrong."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from conformance.judge.conditions import any_of
from conformance.judge.marks import numbers_of, restored
from conformance.oracles import Answer, carries_xml
from conformance.schema.store import message_schema
from conformance.schema.validate import validate_bytes
from conformance.secrecy import WITHHELD
from conformance.wire.exchange import Exchange, Request, Response

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from conformance.catalogue import Endpoint
    from conformance.judge.capture import Body, Entry
    from conformance.judge.resolve import Resolved
    from conformance.schema.model import Model
    from conformance.schema.validate import SchemaError

__all__ = ["CALL_CENTER_TAGS", "NOT_THE_PBX", "Recorded", "credentials", "recorded"]

CALL_CENTER_TAGS = ("cdrcallercenter", "cdrcallcenter")
BY_BODY = {"POST", "PUT"}
# Statuses that come from what stands between client and PBX, or say nothing of the request.
REFUSED, NOT_FOUND, WRONG_METHOD = 401, 404, 405
NOT_THE_PBX = {304, 403, 407, 429, 502, 503, 504}
REDIRECTION = 3
BACKUP = "POST /system/backup/create"
MOST_FAULTS = 5
_INDEX = re.compile(r"\[\d+\]")
_TAG = re.compile(r"<(\w+)>")
_MD5 = re.compile(r"[0-9a-fA-F]{32}")
_ANSWER = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>\s*)?<kpbx_response\b")


@dataclass(eq=False)
class Recorded:
    """One entry, read.

    Attributes:
        answer: the kind of answer that the request calls for.
        root: the request's document; None if there is none, or none that can be read.
        faults: where the request breaks the guide.
        documented: the guide says what is answered to all that is wrong with the request.
        knows_id: it is known with which request_id it was sent, if with any.
        doubt: why what seems wrong with the answer may be the recording's doing.
        secrets_known: equal secrets can be told from different ones in it.
        understood: the PBX is known to know the request's container.
    """

    entry: Entry
    resolved: Resolved
    exchange: Exchange
    answer: Answer = Answer.XML
    root: Element | None = None
    faults: list[str] = field(default_factory=list)
    documented: bool = True
    knows_id: bool = True
    doubt: str = ""
    secrets_known: bool = True
    understood: bool = True

    @property
    def endpoint(self) -> Endpoint | None:
        """The guide's endpoint, if it has one."""
        return self.resolved.endpoint

    @property
    def judged(self) -> bool:
        """Whether the answer can be held against the guide."""
        return self.answer is not Answer.ANYTHING and self.exchange.response is not None


def credentials(header: str) -> tuple[str, str] | None:
    """User name and password of an Authorization header (RFC 7617); None if it shows none."""
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(token.strip()).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon else None


def recorded(entry: Entry, resolved: Resolved, api_version: str) -> Recorded:
    """Read an entry, its documents judged by the schemas of an API version."""
    sent, response = _plain(entry, "sent"), None
    answer_data, doubt = _plain(entry, "answered"), entry.answer.doubt
    if entry.status:
        if answer_data is None:
            doubt = entry.answer.doubt or "something in the answer was withheld"
        response = Response(
            entry.status,
            entry.reason,
            entry.answer_headers,
            answer_data or entry.answer.data or b"",
        )
    split = urlsplit(entry.url)
    path = split.path + (f"?{split.query}" if split.query else "")
    request = Request(entry.method, entry.url, path, entry.headers, sent or b"")
    lost = "" if response else str(entry.own.get("lost") or "the recording shows no answer")
    exchange = Exchange(
        resolved.endpoint, request, response, entry.started, entry.seconds, lost=lost
    )
    known = not any(_unnumbered(entry, side) for side in ("sent", "answered"))
    one = Recorded(entry, resolved, exchange, doubt=doubt, secrets_known=known)
    _read_request(one, sent, api_version)
    one.answer = _kind_of_answer(one)
    _validate(one, api_version)
    if one.answer is Answer.UNKNOWN_OBJECT:
        one.answer = _for_one_object(one)
    return one


def _plain(entry: Entry, side: str) -> bytes | None:
    """A body with stand-ins for what was withheld; None if it is not known well enough."""
    body: Body = entry.sent if side == "sent" else entry.answer
    if WITHHELD not in body.text:
        return body.data
    text, whole = restored(body.text, numbers_of(entry.own, side))
    return text.encode(body.encoding, "replace") if whole else None


def _unnumbered(entry: Entry, side: str) -> bool:
    body = entry.sent if side == "sent" else entry.answer
    return WITHHELD in body.text and not numbers_of(entry.own, side)


# --- the request ------------------------------------------------------------------------------


def _read_request(one: Recorded, sent: bytes | None, api_version: str) -> None:
    query = parse_qsl(urlsplit(one.entry.url).query, keep_blank_values=True)
    ids = [value for name, value in query if name == "request_id"]
    in_body = one.entry.method in BY_BODY
    if one.resolved.fault:
        one.faults.append(one.resolved.fault)
    one.faults += _wrong_credentials(one.entry)
    others = sorted({name for name, _ in query if in_body or name != "request_id"})
    if others:
        one.faults.append(f"the guide knows no parameter {', '.join(others)} here")
        one.documented = False
    if in_body:
        one.knows_id = sent is not None and not ids
        if one.endpoint is not None:
            _read_document(one, one.endpoint, sent, api_version)
        ids = [] if one.root is None else [e.text or "" for e in one.root.findall("request_id")]
    elif one.entry.sent.data is None or one.entry.sent.data:
        one.faults.append(f"{one.entry.method} with a body (Introduction)")
        one.documented = one.knows_id = False
    _take_id(one, ids)


def _take_id(one: Recorded, ids: list[str]) -> None:
    if len(ids) > 1:
        one.knows_id = False
    elif ids:
        one.exchange.request_id = ids[0]
        if not (ids[0].isascii() and ids[0].isalnum()):
            one.knows_id = False
            if one.entry.method not in BY_BODY:  # else its schema says so
                one.faults.append("the request_id is no alphanumeric string (Request_id)")


def _wrong_credentials(entry: Entry) -> list[str]:
    known = credentials(entry.header("authorization"))
    if known is None or WITHHELD in entry.header("authorization"):
        return []
    wrong = [] if known[0] == "admin" else ["the user name is not admin (Introduction)"]
    hashed = bool(_MD5.fullmatch(known[1]))
    return wrong + ([] if hashed else ["the password is no md5 sum (Introduction)"])


@cache
def _needs_document(relative: str) -> bool:
    return not validate_bytes(message_schema(relative), b"<kpbx_request/>", keep_tree=False).valid


def _read_document(one: Recorded, end: Endpoint, sent: bytes | None, api_version: str) -> None:
    relative = end.schema("request", api_version)
    if sent is None or one.entry.sent.doubt:
        one.documented = one.documented and one.entry.sent.data is not None
        one.documented = one.documented and not one.entry.sent.doubt
        one.knows_id = False
        return
    if relative is None:
        return
    if not sent:
        if _needs_document(relative):
            one.faults.append("no request body (Introduction)")
            one.documented = False
        return
    found = validate_bytes(message_schema(relative), sent, keep_tree=True)
    one.faults += [error.message for error in found.errors[:MOST_FAULTS]]
    one.root = found.tree
    if found.tree is not None and end.name == "POST /cdrcallcenter":
        _spell(found.tree)
    if found.tree is None:
        one.documented = one.knows_id = False
        return
    provoked = [
        condition
        for code in end.codes
        for condition in code.provoked
        if any_of([condition], found.tree)
    ]
    known = all(_explained(error, provoked) for error in found.errors)
    model = message_schema(relative).model
    one.documented = one.documented and known and not _has_unknown(found.tree, model, ())


def _has_unknown(element: Element, model: Model, above: tuple[str, ...]) -> bool:
    """Whether an element, or one below it, stands where the schema knows no such element."""
    place = (*above, str(element.tag))
    return model.find(place) is None or any(_has_unknown(one, model, place) for one in element)


def _explained(error: SchemaError, provoked: list[str]) -> bool:
    """Whether the guide has a code for what the schema complains about, or it is a mere id."""
    path = _INDEX.sub("", error.path).removeprefix("/kpbx_request").removeprefix("/")
    words = {condition.split()[0] for condition in provoked}
    if path == "request_id":
        return True
    if error.found.startswith(("no <", "the end of")):
        return bool(words & {"no", "alone", "hollow"})
    missing = {condition.rpartition("/")[2] for condition in provoked if condition[:3] == "no "}
    if missing & set(_TAG.findall(error.allowed)):  # something comes where that should be
        return True
    return any(path in condition.split() for condition in provoked)


def _spell(root: Element) -> None:
    """Give the container the one spelling in which conditions and readers look for it (RD-04)."""
    for child in root.findall(CALL_CENTER_TAGS[1]):
        child.tag = CALL_CENTER_TAGS[0]


# --- the answer -------------------------------------------------------------------------------


def _kind_of_answer(one: Recorded) -> Answer:
    end, response = one.endpoint, one.exchange.response
    if end is None or response is None or one.entry.answer.data is None:
        return Answer.ANYTHING
    documented = bool(_ANSWER.match(response.body))
    status = response.status
    if status == REFUSED:
        return Answer.REFUSED
    aside = status in NOT_THE_PBX or status // 100 == REDIRECTION
    spelled = end.family == "license" or "RD-02" in (one.resolved.reading or ())
    spelled = spelled or end.name == "POST /system/network/interfaces"
    if not documented and (aside or (spelled and status in {NOT_FOUND, WRONG_METHOD})):
        return Answer.ANYTHING
    accept = one.entry.header("accept").lower()
    if end.family == "cdr" and "text/csv" in accept:
        return Answer.CSV
    if end.name == BACKUP:
        return Answer.STREAM
    return Answer.UNKNOWN_OBJECT if end.method == "GET" and end.placeholder else Answer.XML


def _validate(one: Recorded, api_version: str) -> None:
    end, response = one.endpoint, one.exchange.response
    if end is None or response is None or one.answer in {Answer.ANYTHING, Answer.REFUSED}:
        return
    relative = end.schema("response", api_version)
    if relative and carries_xml(one.answer, response):
        one.exchange.validation = validate_bytes(
            message_schema(relative), response.body, keep_tree=True, charset=response.charset
        )


def _for_one_object(one: Recorded) -> Answer:
    """Whether the answer to a GET of one object is judged: RD-13 permits much for one unknown."""
    exchange = one.exchange
    valid = exchange.validation is not None and exchange.validation.valid
    if exchange.status == NOT_FOUND or (exchange.code and not valid):
        return Answer.ANYTHING
    return Answer.XML
