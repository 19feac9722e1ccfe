"""XML in and out, and what is not described: malformed XML, unknown paths, wrong methods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.check import Answer, requirement
from conformance.objects import Extensions, one
from conformance.oracles import is_xml

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange, Headers
    from conformance.wire.message import Body

SERVER_ERROR, NOT_SAVED = 500, 14
ACCEPTING_XML: tuple[Headers, ...] = ((), (("Accept", "*/*"),), (("Accept", "application/xml"),))
MALFORMED = {
    "cut": b'<?xml version="1.0"?>\n<kpbx_request><filter><first_name>a',
    "no XML": b"first_name=a&last_name=b",
    "two roots": b"<kpbx_request/><kpbx_request/>",
    "another root": b'<?xml version="1.0"?>\n<request><filter/></request>',
    "invalid UTF-8": b"<kpbx_request><filter><any>\xff</any></filter></kpbx_request>",
    "empty": b"",
}


FIRST, LAST = "A & B <c>", "Zoë"
# The same names, as XML permits to write them.
FORMS = {
    "CDATA": f"<user><first_name><![CDATA[{FIRST}]]></first_name>"
    f"<last_name>{LAST}</last_name></user>",
    "character references": "<user><first_name>A &#38; B &#x3C;c&#62;</first_name>"
    "<last_name>Zo&#235;</last_name></user>",
    "blanks between tags": "\n\t<user>\n    <first_name >A &amp; B &lt;c></first_name>\r\n"
    f"    <last_name>{LAST}</last_name\n>\n  </user>\n",
}


def note_oddities(check: Check, said: str, exchange: Exchange) -> None:
    """RD-34: a server error or no answer is a remark."""
    if exchange.response is None:
        check.remark("api.robustness", f"{said}: {exchange.lost} (RD-34)")
    elif exchange.status >= SERVER_ERROR:
        check.remark("api.robustness", f"{said}: HTTP {exchange.status} (RD-34)")


def still_answers(check: Check) -> None:
    """State that the SUT answers an ordinary request."""
    exchange = check.call("GET /pbx/pending")
    held = exchange.flag("pbx_pending") is not None
    if not held:
        check.inconclusive(f"afterwards GET /pbx/pending gave {exchange.summary()} (RD-34)")


@requirement("api.xml.well-formed", "api.xml.by-default")
@pytest.mark.parametrize(
    "endpoint", ["GET /users/configs/", "GET /phonebook/contacts", "POST /cdr"]
)
def test_answer_is_xml_without_being_asked(check: Check, endpoint: str) -> None:
    body: Body | None = {"cdr": {}} if endpoint == "POST /cdr" else None
    # Of the three, call records alone come in another form, and only to those who ask for it.
    for accepting in ACCEPTING_XML if endpoint == "POST /cdr" else ACCEPTING_XML[:1]:
        exchange = check.call(endpoint, body, headers=accepting)
        assert exchange.response is not None
        held = exchange.root is not None and exchange.root.tag == "kpbx_response"
        check.that("api.xml.by-default", held, "a kpbx_response", exchange.summary(), exchange)
        if not is_xml(exchange.response.media_type):
            kind = exchange.response.media_type or "no Content-Type"
            check.remark("api.xml.by-default", f"XML came as {kind} (RD-40)")


@requirement("api.xml.any-form")
@pytest.mark.parametrize("said", FORMS)
def test_request_says_the_same_in_any_form(check: Check, said: str) -> None:
    extensions = Extensions(check)
    exten, request_id = extensions.create(), check.sut.fresh_id()
    head = f"<kpbx_request><request_id>{request_id}</request_id>"
    document = f'<?xml version="1.0"?>\n{head}{FORMS[said]}</kpbx_request>'
    exchange = extensions.change(exten, {}, raw=document.encode(), request_id=request_id)
    if exchange.code == NOT_SAVED:
        check.inconclusive("the names were not saved (code 14)")
    record = extensions.listed().get(exten, {})
    found = [one(record, tag).strip() for tag in ("first_name", "last_name")]
    held, expected = found == [FIRST, LAST], f"the names {FIRST!r}, {LAST!r}, sent with {said}"
    summary = f"{exchange.summary()}, {found}"
    check.that("api.xml.any-form", held, expected, summary, exchange)


@requirement("api.robustness")
@pytest.mark.parametrize("said", MALFORMED)
def test_malformed_document_leaves_the_pbx_answering(check: Check, said: str) -> None:
    exchange = check.call(
        "POST /phonebook/search",
        raw=MALFORMED[said],
        broken=said,
        answer=Answer.ANYTHING,
        may_be_lost=True,
    )
    note_oddities(check, f"a malformed document ({said})", exchange)
    still_answers(check)


@requirement("api.robustness")
@pytest.mark.parametrize(
    ("method", "path"),
    # Nothing but questions: a router may take another wrong method for the right one.
    [("GET", "/no/such/path"), ("GET", "/"), ("GET", "/phonebook/search"), ("OPTIONS", "/cdr")],
)
def test_unknown_request_leaves_the_pbx_answering(check: Check, method: str, path: str) -> None:
    outgoing = replace(check.sut.outgoing("GET /pbx/pending"), method=method, path=path)
    exchange = check.sut.send(outgoing, Answer.ANYTHING)
    check.exchanges.append(exchange)
    note_oddities(check, f"{method} {path}", exchange)
    still_answers(check)
