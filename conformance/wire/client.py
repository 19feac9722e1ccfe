"""The HTTP client: one connection pool for a run, and the one gate every request passes.

It is httpx's transport alone: nothing follows redirects (the credentials would go along), keeps
cookies, or looks at proxies and `.netrc` of the environment. Compressed answers are not asked for,
answers are read up to a limit and within a deadline. A request whose safety class is not allowed
raises before a byte is sent.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import ssl
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, Self
from urllib.parse import quote, urlencode

import httpx

from conformance import __version__
from conformance.errors import ConfigurationError, SafetyViolation
from conformance.wire.exchange import Exchange, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from conformance.catalogue import Endpoint
    from conformance.lab.safety import SafetyClass
    from conformance.lab.target import Connection

__all__ = ["NO_CONNECTION", "Outgoing", "Sink", "WireClient", "basic", "md5"]

NO_CONNECTION = "no connection"
LARGEST_BODY = 64 * 1024 * 1024
# A slow answer may trickle in; one that takes this many time-outs in all is given up.
DEADLINE_TIMEOUTS = 12


class Sink(Protocol):
    """What takes the answer's bytes while they arrive."""

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
    try:
        return ssl.create_default_context(cafile=str(connection.ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"target.ca_file: {connection.ca_file} can't be used: {error}; "
            "name a file with the certificate authority in PEM form"
        ) from error


class WireClient:
    """Sends requests, within the allowed safety classes, and records every exchange."""

    def __init__(
        self,
        connection: Connection,
        allow: frozenset[SafetyClass],
        record: Callable[[Exchange], None] = lambda _exchange: None,
    ) -> None:
        self.connection = connection
        self.allow = allow
        self.record = record
        self.authorization = basic(connection.username, md5(connection.password))
        # It would log the headers of answers as they came.
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._http = httpx.HTTPTransport(verify=_context(connection), trust_env=False)
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
            SafetyViolation: the request's safety class is not allowed in this run.
        """
        if outgoing.safety not in self.allow:
            allowed = sorted(self.allow, key=lambda item: item.rank)
            raise SafetyViolation(
                f"{outgoing.method} {outgoing.path} is of class {outgoing.safety}, "
                f"allowed are {', '.join(allowed)}"
            )
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
        response, lost, timed_out = self._exchange(request, sink_for, timeout_s)
        exchange = Exchange(
            endpoint=outgoing.endpoint,
            request=request,
            response=response,
            started=started,
            seconds=time.perf_counter() - clock,
            request_id=outgoing.request_id,
            broken=outgoing.broken,
            lost=lost,
            timed_out=timed_out,
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
    ) -> tuple[Response | None, str, bool]:
        wire = httpx.Request(
            request.method,
            request.url,
            headers=list(request.headers),
            content=request.body,
            extensions={"timeout": httpx.Timeout(timeout_s).as_dict()},
        )
        try:
            answer = self._http.handle_request(wire)
        except httpx.HTTPError as error:
            return None, _reason(error), isinstance(error, httpx.ReadTimeout)
        lost, timed_out = "", False
        head = _head(answer)
        sink = sink_for(head) if sink_for else None
        body = bytearray()
        deadline = time.monotonic() + DEADLINE_TIMEOUTS * timeout_s
        try:
            for chunk in answer.iter_raw():
                body += chunk
                if sink:
                    sink.feed(chunk)
                if len(body) > LARGEST_BODY:
                    lost = f"the answer is larger than {LARGEST_BODY} bytes; the rest was not read"
                elif time.monotonic() > deadline:
                    lost = f"the answer was not complete after {DEADLINE_TIMEOUTS} time-outs"
                if lost:
                    break
        except httpx.HTTPError as error:
            lost = f"the answer breaks off after {len(body)} bytes: {_reason(error)}"
            timed_out = isinstance(error, httpx.ReadTimeout)
        finally:
            answer.close()
        oversized = len(body) > LARGEST_BODY
        whole = replace(head, body=bytes(body), truncated=bool(lost), oversized=oversized)
        return whole, lost, timed_out


def _head(answer: httpx.Response) -> Response:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw
    )
    reason = answer.reason_phrase.encode("ascii", "replace").decode()
    return Response(answer.status_code, reason, headers, b"", answer.http_version)


def _reason(error: httpx.HTTPError) -> str:
    kinds: dict[type[httpx.HTTPError], str] = {
        httpx.ConnectTimeout: f"{NO_CONNECTION} within the time-out",
        httpx.ReadTimeout: "no answer within the time-out",
        httpx.ConnectError: NO_CONNECTION,
        httpx.RemoteProtocolError: "the connection was closed or the answer is not HTTP",
    }
    kind = kinds.get(type(error), type(error).__name__)
    return f"{kind} ({error})" if str(error) else kind
