"""Watched connections: nothing of one answer becomes part of the next."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.lab.safety import ALL_CLASSES
from conformance.wire import client as client_module
from conformance.wire.client import WireClient
from tests.support import Canned, connection_to, outgoing

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support import Script, ScriptedServer, Seen

    Start = Callable[[Script], ScriptedServer]

POST = outgoing("POST", "/phonebook/search", body=b"<kpbx_request/>")
PIECES = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n" + b"x" * 20_000_000
SECOND = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"


def say(answer: Canned, _seen: Seen) -> Canned:
    return answer


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst",
        PIECES + b"5\r\nfirst\r\n0\r\n\r\n",
        PIECES + b"5;a=b\r\nfirst\r\n000;c\r\nX: y\r\nY: z\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst",
    ],
)
def test_what_follows_an_answer_is_no_answer(scripted: Start, first: bytes) -> None:
    server = scripted(lambda _seen: Canned(raw=first + SECOND))
    with WireClient(connection_to(server), ALL_CLASSES) as client:
        for _ in range(2):
            exchange = client.send(POST)
            assert exchange.response is not None
            assert exchange.response.body == b"first"
            assert exchange.surplus == SECOND
            assert "follow the end" in exchange.unreadable


@pytest.mark.parametrize(
    "data", [b"first\n\n\nlast", b"0\r\n\r\nno end", b"\r\n\r\n", b"\n" * 9, b"a\n0;\n\n\n0\r\n"]
)
def test_empty_lines_within_a_body_end_nothing(scripted: Start, data: bytes) -> None:
    pieces = b"".join(b"1\r\n%c\r\n" % byte for byte in data)
    whole = b"%x\r\n%b\r\n" % (len(data), data)
    for chunks in (pieces, whole):
        answer = Canned(raw=PIECES + chunks + b"0\r\n\r\n")
        server = scripted(partial(say, answer))
        with WireClient(connection_to(server), ALL_CLASSES) as client:
            exchange = client.send(POST)
        assert exchange.response is not None
        assert exchange.response.body == data
        assert not exchange.surplus
        assert not exchange.lost


def test_a_deadline_holds_for_the_whole_exchange(
    scripted: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each byte comes in time, and so would the next ten thousand.
    monkeypatch.setattr(client_module, "DEADLINE_TIMEOUTS", 0.5)
    server = scripted(lambda _seen: Canned(b"x" * 10_000, trickle_s=0.02))
    with WireClient(connection_to(server, timeout_s=2.0), ALL_CLASSES) as client:
        exchange = client.send(POST)
    assert exchange.seconds < 2
    assert exchange.timed_out
    assert "not complete after 0.5 time-outs" in exchange.lost


def test_a_broken_answer_is_not_read_to_its_end(scripted: Start) -> None:
    class Broken:
        ended = True

        def feed(self, data: bytes) -> None:
            """Look at nothing."""

    server = scripted(lambda _seen: Canned(raw=LARGE))
    with WireClient(connection_to(server), ALL_CLASSES) as client:
        exchange = client.send(POST, lambda _head: Broken())
    assert exchange.response is not None
    assert exchange.response.truncated
    assert not exchange.response.oversized
    assert 1_000_000 < len(exchange.response.body) < 3_000_000
