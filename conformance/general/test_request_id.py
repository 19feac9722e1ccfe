"""request_id beyond its echo, which the oracles judge on every answer (Request_id)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from conformance.check import requirement

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange

ARBITRARY = (
    "7",
    "a",
    "Z",
    "0123456789",
    "abcXYZ",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "x1" * 64,
    "007",
    "12345678901234567890123",
    "1e5",
    "0x1F",
    "true",
)
OK = 200
CLIENTS = 8
ROUNDS = 4


def echoed(exchange: Exchange) -> str | None:
    """The request_id of an answer."""
    element = exchange.find("request_id")
    return None if element is None else (element.text or "")


@requirement("api.request-id.arbitrary")
@pytest.mark.parametrize("value", ARBITRARY)
def test_any_alphanumeric_value_is_echoed(check: Check, value: str) -> None:
    for exchange in (
        check.call("GET /pbx/pending", request_id=value),
        check.call("POST /system/network/interfaces", request_id=value),
    ):
        found = echoed(exchange)
        check.that("api.request-id.arbitrary", found == value, repr(value), repr(found), exchange)


@requirement("api.request-id.not-unique")
def test_same_value_may_come_again(check: Check) -> None:
    value = check.sut.fresh_id()
    for endpoint in ("GET /pbx/pending", "GET /system/network/dns", "GET /pbx/pending"):
        exchange = check.call(endpoint, request_id=value)
        found = echoed(exchange)
        expected = f"an answer with request_id {value!r}"
        check.that("api.request-id.not-unique", found == value, expected, repr(found), exchange)


@requirement("api.request-id.optional")
def test_request_without_it_is_answered(check: Check) -> None:
    for endpoint in ("GET /pbx/pending", "GET /users/brief/", "POST /system/network/interfaces"):
        exchange = check.call(endpoint, request_id=None)
        answered = exchange.validation is not None and exchange.validation.valid
        expected = "the documented answer"
        check.that("api.request-id.optional", answered, expected, exchange.summary(), exchange)


@requirement("api.request-id.concurrent")
def test_each_of_many_clients_gets_its_own(check: Check) -> None:
    # A longer answer beside short ones: what is mixed up while it is made shows.
    names = ("GET /pbx/pending", "GET /users/configs/", "POST /system/network/interfaces")
    requests = [check.sut.outgoing(names[i % len(names)]) for i in range(CLIENTS * ROUNDS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        exchanges = list(pool.map(check.sut.send, requests))
    answered = [exchange for exchange in exchanges if exchange.status == OK]
    for exchange in answered:
        check.judge(exchange)
        found = echoed(exchange)
        expected = f"request_id {exchange.request_id!r}"
        held = found == exchange.request_id
        check.that("api.request-id.concurrent", held, expected, f"{found!r}", exchange)
    if len(answered) < len(exchanges) // 2:
        check.inconclusive(f"{len(exchanges) - len(answered)} of {len(exchanges)} not answered")
