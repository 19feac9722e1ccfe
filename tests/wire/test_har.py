"""HAR entries: complete, redacted, bounded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from conformance.secrecy import WITHHELD
from conformance.wire import har
from conformance.wire.client import basic, md5
from conformance.wire.exchange import Exchange, Request, Response
from conformance.wire.numbered import Numbers
from conformance.wire.redact import Redactor

PASSWORD = "hunter22"
REDACTOR = Redactor([PASSWORD])
REQUEST = Request(
    "POST",
    f"http://x/rest/users/configs/?request_id=a%20b&key={PASSWORD}&none=",
    "/rest/users/configs/",
    (("Authorization", basic("admin", md5(PASSWORD))), ("Content-Type", "application/xml")),
    b"<user><sip_secret>s3cr3t</sip_secret></user>",
)
RESPONSE = Response(
    200,
    "OK",
    (("Content-Type", "application/xml; charset=utf-8"), ("Set-Cookie", "session=s3cr3t")),
    "<a>é hunter22</a>".encode(),
)


def exchange(request: Request = REQUEST, response: Response | None = RESPONSE) -> Exchange:
    started = datetime(2014, 5, 20, 12, 0, 0, 123456, tzinfo=UTC)
    return Exchange(None, request, response, started, 0.0123456)


def test_an_entry_is_har_and_holds_no_secret() -> None:
    entry = har.entry(exchange(), REDACTOR)
    text = json.dumps(entry, ensure_ascii=False)
    for secret in (PASSWORD, md5(PASSWORD), "s3cr3t", basic("admin", md5(PASSWORD))):
        assert secret not in text
    assert entry["startedDateTime"] == "2014-05-20T12:00:00.123+00:00"
    assert entry["time"] == 12.346
    assert entry["request"]["method"] == "POST"
    assert entry["request"]["queryString"] == [
        {"name": "request_id", "value": "a b"},
        {"name": "key", "value": WITHHELD},
        {"name": "none", "value": ""},
    ]
    posted = entry["request"]["postData"]
    assert posted == {
        "mimeType": "application/xml",
        "text": f"<user><sip_secret>{WITHHELD}</sip_secret></user>",
    }
    assert entry["request"]["bodySize"] == len(REQUEST.body)
    assert entry["response"]["status"] == 200
    assert entry["response"]["content"] == {
        "size": len(RESPONSE.body),
        "mimeType": "application/xml; charset=utf-8",
        "text": f"<a>é {WITHHELD}</a>",
    }
    for part in ("request", "response"):
        needed = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
        assert needed <= entry[part].keys()
    assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= entry.keys()


def test_a_lost_answer_is_an_entry_too() -> None:
    lost = exchange(response=None)
    lost.lost, lost.broken = f"no answer to {PASSWORD}", "user missing"
    entry = har.entry(lost, REDACTOR)
    assert entry["response"]["status"] == 0
    assert entry["_kpbx"] == {
        "endpoint": None,
        "broken": "user missing",
        "lost": f"no answer to {WITHHELD}",
        "check": "",
    }


@pytest.mark.parametrize("kind", ["application/octet-stream", "text/plain"])
def test_binary_data_are_named_not_recorded(kind: str) -> None:
    body = har.body_text(b"hunter22\0\xff", kind, REDACTOR)
    assert body.startswith("[10 bytes of binary data, sha256 ")
    assert PASSWORD not in body


def test_a_long_body_is_cut_and_says_so() -> None:
    found = har.body_text(b"x" * 3000, "text/csv", REDACTOR, 1000)
    assert found == "x" * 1000 + "\n[cut after 1000 of 3000 bytes]"
    assert len(har.body_text(b"x" * (har.LONGEST_BODY + 1), "text/csv", REDACTOR)) < 1_100_000


def test_a_cut_leaves_no_piece_of_a_secret() -> None:
    body = b"x" * 990 + b"<sip_secret>s3cr3t</sip_secret>"
    assert "s3cr" not in har.body_text(body, "application/xml", REDACTOR, 1006)
    body = b"x" * 994 + PASSWORD.encode()
    assert "hunte" not in har.body_text(body, "application/xml", REDACTOR, 1000)


def test_what_is_not_utf8_stays_readable() -> None:
    assert har.body_text(b"caf\xe9", "text/plain", REDACTOR) == "caf\N{REPLACEMENT CHARACTER}"


def test_a_document_is_har_1_2() -> None:
    entry = har.entry(replace_body(), REDACTOR)
    assert "postData" not in entry["request"]
    log = har.document([entry], "9")["log"]
    assert log["version"] == "1.2"
    assert log["creator"] == {"name": "kpbx-conformance", "version": "9"}
    assert log["entries"] == [entry]


def replace_body() -> Exchange:
    return exchange(replace(REQUEST, body=b""))


def test_an_entry_tells_what_a_recording_is_played_back_by() -> None:
    one = exchange()
    found = har.entry(one, REDACTOR, "a/test_b.py::test_c", Numbers(), after_lab=True)
    assert found["_kpbx"]["check"] == "a/test_b.py::test_c"
    assert found["_kpbx"]["lab"] is True
    head = {"version": 1}
    assert har.document([found], "1", head)["log"]["_kpbx"] == head
    assert "_kpbx" not in har.document([found], "1")["log"]


def test_a_text_in_another_encoding_is_a_text() -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>'
    one = exchange()
    assert one.response is not None
    for body, name in (
        (text.encode("latin-1"), "ISO-8859-1"),
        (text.encode("utf-16-le"), "utf-16-le"),
    ):
        one.response = replace(one.response, body=body)
        found = har.entry(one, REDACTOR)
        assert found["response"]["content"]["text"] == text
        assert found["_kpbx"]["encoding"] == name
