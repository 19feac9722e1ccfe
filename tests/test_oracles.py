"""What every answer is judged by, table by table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import pytest

from conformance import catalogue
from conformance.oracles import Answer, carries_xml, is_xml, judge, same_message
from conformance.schema.store import message_schema
from conformance.schema.validate import validate_bytes
from conformance.verdict import Observation, Verdict
from conformance.wire.exchange import Exchange, Request, Response
from tests.support import Canned, error, kpbx

if TYPE_CHECKING:
    from collections.abc import Collection

GUIDE = catalogue.load()
PASS, FAIL = Verdict.PASS, Verdict.FAIL
SCHEMA, MESSAGE, ID = "response-schema", "message-11", "request-id"
WELL_FORMED = "api.xml.well-formed"
POST = "users.configs.post"
EXISTS = error("user", 11, "User already exists")


def exchanged(
    answer: Canned,
    endpoint: str = "POST /users/configs/",
    request_id: str | None = "x1",
    lost: str = "",
) -> Exchange:
    end = GUIDE.endpoints[endpoint]
    headers = (("Content-Type", answer.content_type),) if answer.content_type is not None else ()
    request = Request(end.method, "http://x/rest" + end.path, "/rest" + end.path, ())
    response = Response(answer.status, "", headers, answer.body, truncated=bool(lost))
    exchange = Exchange(
        end, request, response, datetime.now(UTC), 0.1, request_id=request_id, lost=lost
    )
    relative = end.schema("response", "1.1")
    assert relative is not None
    exchange.validation = validate_bytes(message_schema(relative), answer.body, keep_tree=True)
    return exchange


def judged(
    exchange: Exchange, answer: Answer = Answer.XML, earlier: Collection[str] = ()
) -> dict[str, Observation]:
    found = list(judge(GUIDE, exchange, answer, frozenset(earlier)))
    by_id = {item.requirement: item for item in found}
    assert len(by_id) == len(found), "each requirement is judged once"
    for item in found:
        assert item.requirement in GUIDE.requirements
        assert (item.failure is not None) == (item.verdict is FAIL)
        if item.failure:
            assert item.failure.exchanges == (exchange,)
            assert item.failure.expected
            assert item.failure.observed
    return by_id


NONE = Verdict.NONE


class Row(NamedTuple):
    """One answer to `POST /users/configs/` with request_id x1, and what it shows."""

    said: str
    answer: Canned
    verdicts: dict[str, Verdict]
    remark: str = ""


HTML = b"<html><body>Bad gateway</html>"
# A refusal shows nothing of what the endpoint answers otherwise: its schema is not decided by it.
ALL_PASS = {SCHEMA: NONE, MESSAGE: PASS, ID: PASS, WELL_FORMED: PASS}
NO_XML = {SCHEMA: FAIL, WELL_FORMED: FAIL}

ROWS = [
    Row("the documented answer", kpbx(EXISTS, "x1"), ALL_PASS),
    Row(
        "success",
        kpbx(error("user", 0, "Success"), "x1"),
        {SCHEMA: PASS, ID: PASS, WELL_FORMED: PASS, "message-0": PASS},
    ),
    Row("4xx with the body", kpbx(EXISTS, "x1", status=409), ALL_PASS, "HTTP 409"),
    Row("5xx with the body", kpbx(EXISTS, "x1", status=500), ALL_PASS, "HTTP 500"),
    Row("201 with the body", kpbx(EXISTS, "x1", status=201), ALL_PASS, "HTTP 201"),
    Row("200 with HTML", Canned(HTML), NO_XML),
    Row("404 with text", Canned(b"not found", 404, "text/plain"), NO_XML),
    Row("500 with HTML", Canned(HTML, 500, "text/html"), NO_XML),
    Row("204 without a body", Canned(b"", 204, None), NO_XML),
    Row("text/xml", kpbx(EXISTS, "x1", content_type="text/xml"), ALL_PASS),
    Row("a suffix", kpbx(EXISTS, "x1", content_type="application/kpbx+xml"), ALL_PASS),
    Row("parameters", kpbx(EXISTS, "x1", content_type="text/xml; charset=utf-8"), ALL_PASS),
    Row("text/html", kpbx(EXISTS, "x1", content_type="text/html"), ALL_PASS, "came as text/html"),
    Row("untyped", kpbx(EXISTS, "x1", content_type=None), ALL_PASS, "no Content-Type"),
    Row(
        "another message",
        kpbx(error("user", 11, "User exists"), "x1"),
        ALL_PASS | {MESSAGE: FAIL},
    ),
    Row("no message", kpbx(error("user", 11, ""), "x1"), ALL_PASS | {MESSAGE: FAIL}),
    Row(
        "another endpoint's code",
        kpbx(error("user", 15, "User does not exist"), "x1"),
        {SCHEMA: FAIL, ID: PASS, WELL_FORMED: PASS},
    ),
    Row(
        "a folded message",
        kpbx(error("user", 11, "\n  user ALREADY\texists "), "x1"),
        ALL_PASS,
    ),
    Row("request_id lost", kpbx(EXISTS), ALL_PASS | {ID: FAIL}),
    Row("another request_id", kpbx(EXISTS, "x2"), ALL_PASS | {ID: FAIL}),
    Row("request_id in capitals", kpbx(EXISTS, "X1"), ALL_PASS | {ID: FAIL}),
    Row("request_id with blanks", kpbx(EXISTS, " x1 "), ALL_PASS | {ID: FAIL}),
    Row(
        "request_id inside",
        kpbx(EXISTS.replace("<error>", "<request_id>x1</request_id><error>")),
        ALL_PASS | {SCHEMA: FAIL, ID: FAIL},
    ),
    Row("request_id last", kpbx(EXISTS + "<request_id>x1</request_id>"), ALL_PASS),
    Row("one element more", kpbx(EXISTS + "<server>a</server>", "x1"), ALL_PASS | {SCHEMA: FAIL}),
    Row(
        "one element more inside",
        kpbx(EXISTS.replace("</error>", "<detail/></error>"), "x1"),
        ALL_PASS | {SCHEMA: FAIL},
    ),
    Row(
        "another root",
        Canned(kpbx(EXISTS, "x1").body.replace(b"kpbx_response", b"response")),
        {SCHEMA: FAIL, WELL_FORMED: PASS, ID: PASS, MESSAGE: PASS},
    ),
    Row("cut", Canned(kpbx(EXISTS, "x1").body[:-4]), NO_XML),
    Row("two roots", Canned(kpbx(EXISTS, "x1").body + b"<a/>"), NO_XML),
    Row(
        "an undeclared entity",
        kpbx(error("user", 11, "User already&nbsp;exists"), "x1"),
        NO_XML,
    ),
    Row(
        "bytes that are not the encoding's",
        Canned(kpbx(EXISTS, "x1").body.replace(b"User", b"Us\xe9r")),
        NO_XML,
    ),
    Row(
        "the licence block",
        kpbx(error("request_not_allowed", 1, "License missing"), "x1"),
        {SCHEMA: NONE, ID: PASS, WELL_FORMED: PASS, "api.license.message-1": PASS},
    ),
    Row(
        "the licence block with another message",
        kpbx(error("request_not_allowed", 3, "License invalid"), "x1"),
        {SCHEMA: NONE, ID: PASS, WELL_FORMED: PASS, "api.license.message-3": FAIL},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.said)
def test_answers(row: Row) -> None:
    found = judged(exchanged(row.answer))
    wanted = {
        name if name.startswith("api.") else f"{POST}.{name}": verdict
        for name, verdict in row.verdicts.items()
    }
    assert {name: item.verdict for name, item in found.items()} == wanted
    remarks = " ".join(text for item in found.values() for text in item.remarks)
    if row.remark:
        assert row.remark in remarks
    else:
        assert not remarks


def test_a_status_without_the_documented_body_is_named() -> None:
    failure = judged(exchanged(Canned(HTML, 502, "text/html")))[f"{POST}.{SCHEMA}"].failure
    assert failure is not None
    assert failure.observed.startswith("HTTP 502 without the documented body: ")


def test_an_exempt_endpoint_has_no_licence_block() -> None:
    gate = error("request_not_allowed", 1, "License missing")
    found = judged(exchanged(kpbx(gate, "x1"), "PUT /pbx/apply"))
    assert found["pbx.apply.put.response-schema"].verdict is FAIL


def test_a_body_that_broke_off_fails_even_if_what_came_is_valid() -> None:
    found = judged(exchanged(kpbx(EXISTS, "x1"), lost="the answer breaks off after 9 bytes"))
    item = found[f"{POST}.{SCHEMA}"]
    assert item.verdict is FAIL
    assert item.failure is not None
    assert "breaks off" in item.failure.observed


def test_a_body_larger_than_we_read_is_nobodys_fault() -> None:
    exchange = exchanged(kpbx(EXISTS, "x1"), lost="the answer is larger than 9 bytes")
    assert exchange.response is not None
    exchange.response = replace(exchange.response, oversized=True)
    assert judged(exchange)[f"{POST}.{SCHEMA}"].verdict is Verdict.INCONC


# --- request_id that nobody asked for ----------------------------------------------------------


@pytest.mark.parametrize(
    ("answered", "verdict", "remark"),
    [(None, PASS, False), ("", PASS, False), ("z9", PASS, True), ("old1", FAIL, False)],
)
def test_a_request_without_request_id(answered: str | None, verdict: Verdict, remark: bool) -> None:
    exchange = exchanged(kpbx(EXISTS, answered), request_id=None)
    found = judged(exchange, earlier={"old1", "old2"})
    assert f"{POST}.{ID}" not in found
    item = found["api.request-id.optional"]
    assert item.verdict is verdict
    assert bool(item.remarks) is remark


# --- answers that are not XML ------------------------------------------------------------------

CSV = Canned(b"id,direction\n1,2\n", content_type="text/csv")
STREAM = Canned(b"PK\x03\x04", content_type="application/octet-stream")
WRONG_PASSWORD = error("cdr", 3, "Authentication error", "error_code")


def test_csv_is_not_judged_as_xml() -> None:
    assert not judged(exchanged(CSV, "POST /cdr"), Answer.CSV)


def test_csv_where_xml_was_asked_for_is_a_failure() -> None:
    found = judged(exchanged(CSV, "POST /cdr"))
    assert found["cdr.post.response-schema"].verdict is FAIL


@pytest.mark.parametrize("kind", ["application/xml", "text/csv", None])
def test_an_error_in_place_of_csv_is_judged_as_xml(kind: str | None) -> None:
    answer = kpbx(WRONG_PASSWORD, "x1", content_type=kind)
    found = judged(exchanged(answer, "POST /cdr"), Answer.CSV)
    assert found["cdr.post.response-schema"].verdict is NONE
    assert found["cdr.post.message-3"].verdict is PASS
    assert found["cdr.post.request-id"].verdict is PASS


def test_a_stream_is_not_judged_as_xml_and_its_error_is() -> None:
    backup = "POST /system/backup/create"
    assert not judged(exchanged(STREAM, backup), Answer.STREAM)
    wrong = kpbx(error("backup", 12, "Field missing"), "x1")
    found = judged(exchanged(wrong, backup), Answer.STREAM)
    assert found["system.backup.create.post.message-12"].verdict is FAIL


@pytest.mark.parametrize("answer", [Answer.ANYTHING, Answer.REFUSED])
def test_what_may_be_anything_is_not_judged(answer: Answer) -> None:
    assert not judged(exchanged(Canned(HTML, 401, "text/html")), answer)


def test_no_answer_and_no_endpoint_show_nothing() -> None:
    exchange = exchanged(kpbx(EXISTS, "x1"))
    exchange.response = None
    assert not judged(exchange)
    exchange = exchanged(kpbx(EXISTS, "x1"))
    exchange.endpoint = None
    assert not judged(exchange)


# --- RD-13 -------------------------------------------------------------------------------------

ONE = "GET /users/brief/<exten>"


@pytest.mark.parametrize(
    "answer",
    [
        Canned(b"not found", 404, "text/plain"),
        kpbx("<users/>", "x1", status=404),
        kpbx(error("users", 15, "User does not exist"), "x1"),
    ],
)
def test_an_unknown_object_may_be_answered_in_ways_left_to_the_check(answer: Canned) -> None:
    assert not judged(exchanged(answer, ONE), Answer.UNKNOWN_OBJECT)


def test_a_valid_answer_for_an_unknown_object_is_judged() -> None:
    found = judged(exchanged(kpbx("<users/>"), ONE), Answer.UNKNOWN_OBJECT)
    assert found["users.brief.exten.get.response-schema"].verdict is PASS
    assert found["users.brief.exten.get.request-id"].verdict is FAIL


# --- small parts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media_type", "xml"),
    [
        ("application/xml", True),
        ("text/xml", True),
        ("application/soap+xml", True),
        ("text/html", False),
        ("application/xhtml", False),
        ("", False),
    ],
)
def test_xml_types(media_type: str, xml: bool) -> None:
    assert is_xml(media_type) is xml


def test_messages_are_compared_folded() -> None:
    assert same_message(" One  or\nmore ", "one or more")
    assert not same_message("One or more.", "One or more")
    assert not same_message("", "Success")


@pytest.mark.parametrize("answer", [Answer.CSV, Answer.STREAM])
@pytest.mark.parametrize(
    ("body", "kind", "xml"),
    [
        (b"<kpbx_response/>", "text/csv", True),
        (b"\xef\xbb\xbf <kpbx_response>", "application/octet-stream", True),
        (b'<?xml version="1.0"?>\n<kpbx_response>', "", True),
        (b"anything", "application/xml", True),
        (b'<?xml version="1.0"?>\n<backup>', "application/octet-stream", False),
        (b"<id>,2\n", "text/csv", False),
        (b"", "text/csv", False),
    ],
)
def test_what_is_read_as_xml_where_something_else_was_asked_for(
    answer: Answer, body: bytes, kind: str, xml: bool
) -> None:
    response = Response(200, "", (("Content-Type", kind),), body)
    assert carries_xml(answer, response) is xml
