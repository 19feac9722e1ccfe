"""The HTTP client: one connection pool for a run, and the one gate every request passes.

It is httpx's transport alone: nothing follows redirects (the credentials would go along), keeps
cookies, or looks at proxies and `.netrc` of the environment. Compressed answers are not asked for
and not unpacked, answers are read up to a limit and within a deadline. A request whose safety class
is not allowed raises before a byte is sent.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, Self
from urllib.parse import quote, urlencode

import httpx

from conformance import __version__
from conformance.lab.asked import assert_allowed
from conformance.lab.target import authority
from conformance.text import printable, shortened
from conformance.wire.exchange import Exchange, Request, Response
from conformance.wire.stream import LATE, WatchedTransport

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType

    from conformance.catalogue import Endpoint
    from conformance.lab.guard import Guard
    from conformance.lab.safety import SafetyClass
    from conformance.lab.target import Connection

__all__ = ["NO_CONNECTION", "Outgoing", "Sink", "WireClient", "basic", "md5"]

NO_CONNECTION = "no connection"
LARGEST_BODY = 64 * 1024 * 1024
# Of an answer that is known to be broken no more is read than a reader needs.
ENOUGH_OF_BROKEN = 1024 * 1024
LONGEST_REASON = 300
# What the layers below say where that is hard to read.
_IN_WORDS = {
    "Receive buffer too long": "a chunk's head, or its trailer, is endless",
    "Received server _SWITCH_UPGRADE event without a pending proposal": (
        "HTTP 101: it switches protocols, which nobody proposed"
    ),
    "timed out": "",
    "The read operation timed out": "",
}
# A slow answer may trickle in; one that takes this many time-outs in all is given up.
DEADLINE_TIMEOUTS = 12


class Sink(Protocol):
    """What takes the answer's bytes while they arrive."""

    ended: bool
    """It has seen enough: what it was fed is broken."""

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request before it is sent; `path` is the one below /rest, with its placeholder filled."""

    endpoint: Endpoint | None
    method: str
    path: str
    safety: SafetyClass
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    authorization: str | None = field(default="", repr=False)
    request_id: str | None = None
    broken: str = ""
    patience: float = 1.0


@dataclass(slots=True)
class _Reading:
    """What came back of one request."""

    response: Response | None
    lost: str = ""
    timed_out: bool = False
    surplus: bytes = b""


def md5(password: str) -> str:
    """The API password of a web password (Introduction)."""
    return hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()


def basic(username: str, password: str) -> str:
    """An Authorization header of HTTP Basic (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def _context(connection: Connection) -> ssl.SSLContext | bool:
    if not connection.verify:
        return False
    if connection.ca_file is None:
        return True
    return authority(connection.ca_file, "target.ca_file")


class WireClient:
    """Sends requests, within the allowed safety classes, and records every exchange."""

    def __init__(
        self,
        connection: Connection,
        allow: frozenset[SafetyClass],
        record: Callable[[Exchange], None] = lambda _exchange: None,
    ) -> None:
        self.guard: Guard | None = None
        self.connection = connection
        self.allow = allow
        self.record = record
        self.authorization = basic(connection.username, md5(connection.password))
        # It would log the headers of answers as they came.
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._http = WatchedTransport(_context(connection))
        self._turn = threading.Lock()
        self._earliest = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(
        self, outgoing: Outgoing, sink_for: Callable[[Response], Sink | None] | None = None
    ) -> Exchange:
        """Send one request and read its answer, feeding it to the sink chosen by its head.

        Raises:
            SafetyViolation: the request's safety class is not allowed in this run, whatever it
                claims to be, or it would touch what the run did not make.
        """
        assert_allowed(outgoing, self.allow)
        if self.guard is not None:
            self.guard.before(outgoing)
        exchange = self._attempt(outgoing, sink_for)
        if exchange.response is None and not exchange.timed_out and outgoing.method == "GET":
            # A server may close an idle connection just as it is used again (RFC 9112, 9.3.1).
            again = self._attempt(outgoing, sink_for)
            again.notes.append(f"sent again after: {exchange.lost}")
            return again
        return exchange

    def _attempt(
        self, outgoing: Outgoing, sink_for: Callable[[Response], Sink | None] | None
    ) -> Exchange:
        self._wait_for_turn()
        request = self._request(outgoing)
        started, clock = datetime.now(UTC), time.perf_counter()
        timeout_s = self.connection.timeout_s * outgoing.patience
        reading = self._exchange(request, sink_for, timeout_s)
        exchange = Exchange(
            endpoint=outgoing.endpoint,
            request=request,
            response=reading.response,
            started=started,
            seconds=time.perf_counter() - clock,
            request_id=outgoing.request_id,
            broken=outgoing.broken,
            lost=reading.lost,
            timed_out=reading.timed_out,
            surplus=reading.surplus,
        )
        self.record(exchange)
        return exchange

    def _wait_for_turn(self) -> None:
        rate = self.connection.max_requests_per_s
        if not rate:
            return
        with self._turn:
            now = time.monotonic()
            start = max(now, self._earliest)
            self._earliest = start + 1 / rate
        time.sleep(start - now)

    def _request(self, outgoing: Outgoing) -> Request:
        query = "?" + urlencode(outgoing.query, quote_via=quote) if outgoing.query else ""
        headers = [("User-Agent", f"kpbx-conformance/{__version__}")]
        authorization = outgoing.authorization
        if authorization == "":
            authorization = self.authorization
        if authorization is not None:
            headers.append(("Authorization", authorization))
        if outgoing.body:
            headers.append(("Content-Type", "application/xml"))
        headers += [("Accept-Encoding", "identity"), *outgoing.headers]
        url = f"{self.connection.url}/rest{outgoing.path}{query}"
        path = f"/rest{outgoing.path}{query}"
        return Request(outgoing.method, url, path, tuple(headers), outgoing.body)

    def _exchange(
        self,
        request: Request,
        sink_for: Callable[[Response], Sink | None] | None,
        timeout_s: float,
    ) -> _Reading:
        wire = httpx.Request(
            request.method,
            request.url,
            headers=list(request.headers),
            content=request.body,
            extensions={"timeout": httpx.Timeout(timeout_s).as_dict()},
        )
        self._http.begin(DEADLINE_TIMEOUTS * timeout_s)
        try:
            answer = self._http.handle_request(wire)
        except httpx.HTTPError as error:
            late = isinstance(error, httpx.ReadTimeout)
            return _Reading(None, lost=_reason(error), timed_out=late)
        head = _head(answer)
        reading = _Reading(head)
        try:
            self._read(answer, reading, sink_for(head) if sink_for else None)
        finally:
            answer.close()
        return reading

    def _read(self, answer: httpx.Response, reading: _Reading, sink: Sink | None) -> None:
        """Read the body, as far as it comes and is wanted."""
        assert isinstance(answer.stream, httpx.SyncByteStream)  # noqa: S101 - for the type checker
        head, body, whole = reading.response, bytearray(), False
        assert head is not None  # noqa: S101 - for the type checker
        try:
            for chunk in answer.stream:
                body += chunk
                if sink:
                    sink.feed(chunk)
                if len(body) > LARGEST_BODY or (sink and sink.ended and _enough(body)):
                    break
            else:
                whole = True
                reading.surplus = self._http.surplus()
        except httpx.HTTPError as error:
            reading.timed_out = isinstance(error, httpx.ReadTimeout)
            reading.lost = f"the answer breaks off after {len(body)} bytes: {_reason(error)}"
            if LATE in str(error):
                reading.lost = f"the answer was not complete after {DEADLINE_TIMEOUTS} time-outs"
        oversized = len(body) > LARGEST_BODY
        if oversized:
            reading.lost = f"the answer is larger than {LARGEST_BODY} bytes; the rest was not read"
        reading.response = replace(head, body=bytes(body), truncated=not whole, oversized=oversized)


def _enough(body: bytearray) -> bool:
    return len(body) > ENOUGH_OF_BROKEN


def _head(answer: httpx.Response) -> Response:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw
    )
    reason = answer.reason_phrase.encode("ascii", "replace").decode()
    return Response(answer.status_code, reason, headers, b"", answer.http_version)


def _reason(error: httpx.HTTPError) -> str:
    """What went wrong, for a reader; what the PBX sent may be quoted in it."""
    kinds: dict[type[httpx.HTTPError], str] = {
        httpx.ConnectTimeout: f"{NO_CONNECTION} within the time-out",
        httpx.ReadTimeout: "no answer within the time-out",
        httpx.ConnectError: NO_CONNECTION,
        httpx.RemoteProtocolError: "the connection was closed or the answer is not HTTP",
    }
    kind, said = kinds.get(type(error), type(error).__name__), str(error)
    if LATE in said:
        return f"no whole answer: not even its head came within {DEADLINE_TIMEOUTS} time-outs"
    said = _IN_WORDS.get(said, said)
    return f"{kind} ({printable(shortened(said, LONGEST_REASON))})" if said else kind
