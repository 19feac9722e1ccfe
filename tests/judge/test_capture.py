"""HAR files as tools write them, odd and broken ones among them."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from conformance.errors import ConfigurationError
from conformance.judge.capture import UNDATED, read_capture
from tests.judge.made import HOST, har

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.judge.capture import Entry

DNS = "<kpbx_response><dns><ip_address>192.0.2.1</ip_address></dns></kpbx_response>"


def saved(folder: Path, data: bytes | str) -> Path:
    file = folder / "some.har"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


def one(folder: Path, content: dict[str, Any], **response: Any) -> Entry:
    row = {
        "request": {"method": "get", "url": f"{HOST}/rest/system/network/dns"},
        "response": {"status": 200, "content": content, **response},
    }
    [entry] = read_capture(saved(folder, json.dumps(har(row)))).entries
    return entry


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is no HAR"),
        ('{"log": 5}', "is no HAR"),
        ('{"log": {"entries": {}}}', "is no HAR"),
        ('{"log": {"version": "1.2"}}', "is no HAR"),
    ],
)
def test_what_is_no_har_is_refused(tmp_path: Path, data: bytes | str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        read_capture(saved(tmp_path, data))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be read"):
        read_capture(tmp_path / "none.har")


def test_entries_that_are_none_are_counted(tmp_path: Path) -> None:
    rows: list[Any] = [None, 5, {}, {"request": []}, {"request": {"method": "GET", "url": "x:"}}]
    rows.append({"request": {"method": "GET", "url": f"{HOST}/rest/pbx/pending"}})
    found = read_capture(saved(tmp_path, json.dumps(har(*rows))))
    assert (len(found.entries), found.unreadable) == (1, 5)
    entry = found.entries[0]
    assert (entry.status, entry.answer.data, entry.started) == (0, None, UNDATED)


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    assert read_capture(saved(tmp_path, b"\xef\xbb\xbf" + json.dumps(har()).encode())).entries == ()


@pytest.mark.parametrize(
    "headers",
    [None, 5, [5, None, {}], [{"name": ":status", "value": "200"}], [{"name": "Age", "value": 5}]],
)
def test_odd_header_fields_are_no_harm(tmp_path: Path, headers: Any) -> None:
    entry = one(tmp_path, {"text": DNS, "size": len(DNS)}, headers=headers)
    assert entry.answer.data == DNS.encode()


def test_base64_holds_the_bytes_themselves(tmp_path: Path) -> None:
    text = base64.b64encode(b"\xe9t\xe9").decode()
    entry = one(tmp_path, {"text": text, "encoding": "base64", "size": 3})
    assert (entry.answer.data, entry.answer.as_sent) == (b"\xe9t\xe9", True)


def test_what_was_kept_packed_is_unpacked(tmp_path: Path) -> None:
    text = base64.b64encode(gzip.compress(DNS.encode())).decode()
    packed = [{"name": "Content-Encoding", "value": "gzip"}]
    entry = one(tmp_path, {"text": text, "encoding": "base64"}, headers=packed)
    assert entry.answer.data == DNS.encode()
    assert entry.answer_headers == ()
    broken = base64.b64encode(gzip.compress(DNS.encode())[:-9]).decode()
    entry = one(tmp_path, {"text": broken, "encoding": "base64"}, headers=packed)
    assert entry.answer.data is None
    assert "packed" in entry.answer.doubt


def test_a_text_is_put_into_the_encoding_that_it_declares(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>'
    entry = one(tmp_path, {"text": text, "size": len(text)})
    assert entry.answer.data == text.encode("latin-1")
    assert not entry.answer.as_sent


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "does not hold the body"),
        ({"text": "", "size": 40}, "does not hold the body"),
        ({"text": "<a/>", "size": 4000}, "only in part"),
        ({"text": "<a>\ufffd</a>", "size": 10}, "could not be read"),
        ({"text": "<a>\ud800</a>", "size": 10}, "can't hold"),
        ({"text": "[9 bytes of binary data, sha256 " + "0" * 64 + ", not recorded]"}, "binary"),
        ({"text": "<a>\n[cut after 10 of 20 bytes]", "size": 20}, "only in part"),
    ],
)
def test_what_the_recording_lost_is_in_doubt(
    tmp_path: Path, content: dict[str, Any], said: str
) -> None:
    assert said in one(tmp_path, content).answer.doubt


def test_an_answer_that_is_known_to_be_empty_is_empty(tmp_path: Path) -> None:
    headers = [{"name": "Content-Length", "value": "0"}]
    assert one(tmp_path, {"text": "", "size": 0}, headers=headers).answer.data == b""


def test_a_request_body_that_was_not_kept_is_unknown(tmp_path: Path) -> None:
    url = f"{HOST}/rest/cdr"
    rows = [
        {"request": {"method": "POST", "url": url, "bodySize": 80}},
        {"request": {"method": "POST", "url": url, "postData": {"params": [{"name": "a"}]}}},
        {"request": {"method": "PUT", "url": url}},
    ]
    found = read_capture(saved(tmp_path, json.dumps(har(*rows)))).entries
    assert [entry.sent.data for entry in found] == [None, None, b""]


def test_entries_come_in_the_order_of_their_times(tmp_path: Path) -> None:
    url = f"{HOST}/rest/pbx/pending"
    rows = [
        {"request": {"method": "GET", "url": url}, "startedDateTime": f"2026-03-04T12:00:0{n}Z"}
        for n in (2, 1, 3)
    ]
    found = read_capture(saved(tmp_path, json.dumps(har(*rows)))).entries
    assert [entry.number for entry in found] == [2, 1, 3]


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "soon", 5, None]
)
def test_an_odd_moment_is_none(tmp_path: Path, moment: Any) -> None:
    url = f"{HOST}/rest/pbx/pending"
    row = {"request": {"method": "GET", "url": url}, "startedDateTime": moment, "time": 1e400}
    [entry] = read_capture(saved(tmp_path, json.dumps(har(row)))).entries
    assert (entry.started, entry.seconds) == (UNDATED, 0.0)
