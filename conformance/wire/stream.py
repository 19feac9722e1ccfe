"""The connections of a client, watched: no answer outlasts its deadline, no head is endless.

httpx bounds each single read in time. A PBX that sends a byte now and then, an endless head or one
interim answer after the other would keep a run for ever, so here every read is held against the
exchange as a whole. What a PBX sends beyond the end of its answer stays here as well: it can't be
taken for the answer to the next request.
"""

from __future__ import annotations

import re
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

__all__ = ["LARGEST_HEAD", "LATE", "WatchedTransport"]

# Status line and header fields, those of interim answers (1xx) included.
LARGEST_HEAD = 64 * 1024
BODILESS = {204, 304}
LATE = "the deadline of the whole exchange has passed"
MOST_CONNECTIONS, MOST_IDLE, IDLE_S = 100, 20, 5.0
# A head and a chunked body end with an empty line (RFC 9112, 2.1 and 7.1).
_EMPTY_LINE = re.compile(rb"\n\r?\n")
# No empty line before the last chunk, of size 0, is the end of a chunked body.
_LAST_CHUNK = re.compile(rb"\n0+[ \t]*[;\r]")
_CARRIED = 32


class _Watch(threading.local):
    """What holds for the exchange that this thread is having."""

    deadline = 0.0
    head_left: int | None = None
    stream: _WatchedStream | None = None

    def begin(self, seconds: float) -> None:
        """Begin an exchange that may take so long, in seconds."""
        self.deadline = time.monotonic() + seconds
        self.head_left = LARGEST_HEAD
        self.stream = None


class _WatchedStream(httpcore.NetworkStream):
    """A connection that hands on no more than belongs to the answer that is being read."""

    def __init__(self, inner: httpcore.NetworkStream, watch: _Watch) -> None:
        self._inner = inner
        self._watch = watch
        self._pending = b""
        self._at = 0
        self._tail = b""
        self._length: int | None = None
        self._by_lines = True
        self._last_chunk_seen = True

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Hand on what has come, waiting until the read's or the exchange's time is over."""
        watch = self._watch
        watch.stream = self
        left = watch.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout(LATE)
        if self._at == len(self._pending):
            try:
                wait = left if timeout is None else min(left, timeout)
                self._pending, self._at = self._inner.read(max_bytes, wait), 0
            except httpcore.ReadTimeout:
                if timeout is not None and timeout <= left:
                    raise
                raise httpcore.ReadTimeout(LATE) from None
        data = self._next()
        if watch.head_left is not None:
            watch.head_left -= len(data)
            if watch.head_left < 0:
                raise httpcore.RemoteProtocolError(
                    f"status line and header fields go on after {LARGEST_HEAD} bytes"
                )
        return data

    def _next(self) -> bytes:
        start, end = self._at, len(self._pending)
        if self._length is not None:
            end = min(end, start + self._length)
            self._length -= end - start
        elif self._by_lines:
            end = self._end_of_lines(start) or end
        self._at = end
        data = self._pending[start:end]
        if self._by_lines:
            self._tail = (self._tail + data[-_CARRIED:])[-_CARRIED:]
        return data

    def _end_of_lines(self, start: int) -> int | None:
        """Where the empty line ends that ends the message; all may have begun in earlier reads."""
        if not self._last_chunk_seen:
            last = _LAST_CHUNK.search(self._tail + self._pending[start:])
            if last is None:
                return None
            self._last_chunk_seen = True
            if last.start() >= len(self._tail):
                start += last.start() - len(self._tail)
                found = _EMPTY_LINE.search(self._pending, start)
                return found.end() if found else None
        tail = self._tail[-2:]
        tail = tail[1:] if tail == b"\n\n" else tail  # that one was seen
        seam = _EMPTY_LINE.search(tail + self._pending[start : start + 2])
        if seam:
            return start + seam.end() - len(tail)
        found = _EMPTY_LINE.search(self._pending, start)
        return found.end() if found else None

    def expect_body(self, length: int | None, *, chunked: bool) -> None:
        """The head is over: say how the body ends, by its length, by chunks or by the close."""
        self._watch.head_left = None
        self._length = length
        self._by_lines = chunked
        self._last_chunk_seen = not chunked
        self._tail = b"\n"

    def surplus(self) -> bytes:
        """What came after the end of the answer; the connection is ready for another one."""
        self._length, self._by_lines, self._last_chunk_seen, self._tail = None, True, True, b""
        if self._at == len(self._pending) and self._inner.get_extra_info("is_readable"):
            with suppress(httpcore.NetworkError, httpcore.TimeoutException):
                self._pending, self._at = self._inner.read(LARGEST_HEAD, 0), 0
        return self._pending[self._at :]

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Go on encrypted."""
        return _WatchedStream(
            self._inner.start_tls(ssl_context, server_hostname, timeout), self._watch
        )

    def get_extra_info(self, info: str) -> Any:
        """What is known of the connection; one that holds a surplus is not used again."""
        if info == "is_readable" and self._at < len(self._pending):
            return True
        return self._inner.get_extra_info(info)


class _WatchedBackend(httpcore.NetworkBackend):
    """Opens watched connections."""

    def __init__(self, watch: _Watch) -> None:
        self._inner = httpcore.SyncBackend()
        self._watch = watch

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect."""
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _WatchedStream(stream, self._watch)


class WatchedTransport(httpx.HTTPTransport):
    """httpx's transport over watched connections."""

    def __init__(self, verify: ssl.SSLContext | bool) -> None:
        context = httpx.create_ssl_context(verify=verify, trust_env=False)
        super().__init__(verify=context)
        self._watch = _Watch()
        # httpx has no parameter for what stands between its pool and the sockets.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=MOST_IDLE,
            keepalive_expiry=IDLE_S,
            network_backend=_WatchedBackend(self._watch),
        )

    def begin(self, seconds: float) -> None:
        """Give this thread's next exchange so many seconds, from its first to its last byte."""
        self._watch.begin(seconds)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the head of its answer."""
        answer = super().handle_request(request)
        stream = self._watch.stream
        if stream is not None:
            chunked = "transfer-encoding" in answer.headers
            length = _length(answer.headers.get("content-length", ""))
            if answer.status_code in BODILESS:
                chunked, length = False, 0
            stream.expect_body(None if chunked else length, chunked=chunked)
        return answer

    def surplus(self) -> bytes:
        """What the PBX sent beyond the end of the answer that was just read whole."""
        return b"" if self._watch.stream is None else self._watch.stream.surplus()


def _length(text: str) -> int | None:
    # Of several equal ones httpx makes a list.
    first = text.partition(",")[0].strip()
    return int(first) if first.isascii() and first.isdigit() else None
