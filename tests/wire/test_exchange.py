"""What an exchange says of itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from conformance.schema.store import message_schema
from conformance.schema.validate import validate_bytes
from conformance.wire.exchange import Exchange, Request, Response
from tests.support import error, kpbx

SCHEMA = "users/users.configs.post.response.xsd"


def answered(
    body: bytes | None, status: int = 200, kind: str = "application/xml", lost: str = ""
) -> Exchange:
    request = Request("POST", "http://x/rest/users/configs/", "/rest/users/configs/", ())
    response = None
    if body is not None:
        response = Response(status, "", (("Content-Type", kind),), body)
    exchange = Exchange(None, request, response, datetime.now(UTC), 0.1, lost=lost)
    if body is not None:
        exchange.validation = validate_bytes(message_schema(SCHEMA), body, keep_tree=True)
    return exchange


@pytest.mark.parametrize("block", ["error", "error_code"])
def test_code_and_message_of_either_block(block: str) -> None:
    exchange = answered(kpbx(error("user", 11, " User already exists\n", block)).body)
    assert exchange.code == 11
    assert exchange.message == "User already exists"
    assert not exchange.gated
    assert exchange.summary() == "HTTP 200, code 11 'User already exists'"


def test_the_licence_gate() -> None:
    exchange = answered(kpbx(error("request_not_allowed", 2, "License expired")).body)
    assert exchange.gated
    assert exchange.code == 2
    assert "request_not_allowed code 2" in exchange.summary()


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "²", "0x1", "1 1"])
def test_a_code_that_is_no_number_is_none(text: str) -> None:
    block = f"<user><error><code>{text}</code><message/></error></user>"
    assert answered(kpbx(block).body).code is None


def test_a_code_elsewhere_is_not_the_answers() -> None:
    deep = "<user><x><error><code>11</code></error></x></user>"
    assert answered(kpbx(deep).body).code is None


@pytest.mark.parametrize(
    ("text", "flag"),
    [("true", True), ("\n false ", False), ("TRUE", None), ("1", None), ("", None)],
)
def test_flags(text: str, flag: bool | None) -> None:
    exchange = answered(kpbx(f"<pbx_pending>{text}</pbx_pending>").body)
    assert exchange.flag("pbx_pending") is flag
    assert exchange.flag("pbx_applied") is None


def test_what_is_not_xml_has_neither_root_nor_code() -> None:
    exchange = answered(b"<html>Bad gateway", 502, "text/html")
    assert exchange.root is None
    assert exchange.code is None
    assert exchange.find("a") is None
    assert exchange.records("a") == []
    assert exchange.flag("a") is None
    assert exchange.summary().startswith("HTTP 502, 17 bytes of text/html, line 1: ")


def test_no_answer() -> None:
    exchange = answered(None, lost="no connection")
    assert exchange.status == 0
    assert exchange.summary() == "no answer (no connection)"


def test_media_type() -> None:
    for value in ("Application/XML; charset=utf-8", " application/xml ;x"):
        assert Response(200, "", (("content-type", value),), b"").media_type == "application/xml"
    assert Response(200, "", (), b"").media_type == ""
