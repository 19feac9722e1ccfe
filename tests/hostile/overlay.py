"""A PBX that answers as the emulated one does, but for one endpoint: there it sends raw bytes."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Self, TypeAlias
from urllib.parse import urlsplit

from tests.support import Seen

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

__all__ = ["ELSEWHERE", "RESET", "Answer", "Overlay", "Part", "Recorder"]

# What an answer is made of: bytes to send, seconds to wait, RESET to break the connection.
RESET = object()
# In every answer this stands for the address of a host that must never hear of us.
ELSEWHERE = b"http://elsewhere.local"
Part: TypeAlias = "bytes | float | object"
Answer: TypeAlias = Callable[[Seen], "Iterator[Part]"]
LINGER_NOT = struct.pack("ii", 1, 0)
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class _Server:
    """Accepts connections on 127.0.0.1, a thread for each, until its context ends."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self.stopping = threading.Event()
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(plain)
        connection = plain
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(plain, server_side=True)
            with connection.makefile("rb") as stream:
                while (seen := _request(stream)) is not None:
                    self.seen.append(seen)
                    if not self._answer(connection, seen):
                        break
        except (OSError, ValueError):
            pass  # the harness hung up, or does not trust us
        finally:
            self._open.discard(plain)
            connection.close()
            plain.close()

    def _answer(self, connection: socket.socket, seen: Seen) -> bool:
        raise NotImplementedError


class Recorder(_Server):
    """Where nothing must ever arrive: it remembers what did."""

    def _answer(self, connection: socket.socket, seen: Seen) -> bool:  # noqa: ARG002
        """Say yes to everything."""
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        return True


class Overlay(_Server):
    """Hands requests on to a PBX behind it, and answers those of `line` itself.

    Attributes:
        bad: the answer to them; None for the one of the PBX behind.
        line: method and path below /rest; empty for every request.
        elsewhere: what is sent for `ELSEWHERE`.
        changed: what becomes of the body of any other answer.
        added: header fields that any other answer gets as well.
    """

    def __init__(self, behind: str, line: str, context: ssl.SSLContext | None = None) -> None:
        super().__init__(context)
        self.line = line
        self.bad: Answer | None = None
        self.elsewhere = ELSEWHERE
        self.changed: Callable[[bytes], bytes] = lambda body: body
        self.added: tuple[tuple[str, str], ...] = ()
        self._behind = urlsplit(behind)
        self._links = threading.local()

    def _answer(self, connection: socket.socket, seen: Seen) -> bool:
        if self.bad is not None and self.line in {"", seen.line}:
            self._play(connection, self.bad(seen))
            return False
        connection.sendall(self._forward(seen))
        return True

    def _play(self, connection: socket.socket, parts: Iterator[Part]) -> None:
        for part in parts:
            if isinstance(part, float):
                if self.stopping.wait(part):
                    return
            elif isinstance(part, bytes):
                connection.sendall(part.replace(ELSEWHERE, self.elsewhere))
            else:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
                return

    def _forward(self, seen: Seen) -> bytes:
        if not hasattr(self._links, "http"):
            self._links.http = http.client.HTTPConnection(str(self._behind.netloc), timeout=30)
        link = self._links.http
        link.request(seen.method, seen.target, seen.body, dict(seen.headers))
        answer = link.getresponse()
        body = self.changed(answer.read())
        lines = [f"HTTP/1.1 {answer.status} {answer.reason}"]
        kept = [item for item in answer.getheaders() if item[0].lower() not in HOP_BY_HOP]
        lines += [f"{name}: {value}" for name, value in [*kept, *self.added]]
        lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _request(stream: object) -> Seen | None:
    """Read one request; None at the end of the connection."""
    readline: Callable[[], bytes] = stream.readline  # type: ignore[attr-defined]
    first = readline().decode("latin-1").split()
    if len(first) < 2:
        return None
    headers: dict[str, str] = {}
    while line := readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", 0)))  # type: ignore[attr-defined]
    return Seen(first[0], first[1], headers, body)
