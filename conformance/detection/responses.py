"""Responses as bytes: what HTTP and XML can do to them on their way."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from conformance.emulator.app import DROP

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

__all__ = [
    "CloseDelimited",
    "Cut",
    "Late",
    "Unfinished",
    "code_in",
    "is_xml",
    "rewritten",
    "with_body",
]


class Cut(Response):
    """No answer at all: the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Drop the connection, and wait until it is gone."""
        drop = scope.get("extensions", {}).get(DROP)
        if drop is None:
            await super().__call__(scope, receive, send)
            return
        drop()
        while (await receive())["type"] != "http.disconnect":
            pass


class Unfinished(Response):
    """An answer that breaks off: it announces more bytes than come."""

    def __init__(self, whole: Response, sent: int) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers), whole.media_type)
        self._sent = sent

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the head and a part of the body, and drop the connection."""
        drop = scope.get("extensions", {}).get(DROP)
        await send({"type": "http.response.start", "status": self.status_code,
                    "headers": self.raw_headers})  # fmt: skip
        part = bytes(self.body)[: self._sent]
        await send({"type": "http.response.body", "body": part, "more_body": True})
        if drop is not None:
            drop()


def is_xml(response: Response) -> bool:
    """Whether a response holds the whole of an XML answer."""
    streamed = isinstance(response, StreamingResponse)
    return not streamed and "xml" in response.headers.get("content-type", "")


def code_in(response: Response) -> int | None:
    """The application code of an XML answer, if it has one."""
    if not is_xml(response):
        return None
    _, found, rest = bytes(response.body).partition(b"<code>")
    digits = rest.partition(b"<")[0].strip()
    return int(digits) if found and digits.isdigit() else None


def with_body(response: Response, body: bytes) -> Response:
    """The same response with another body, its length said rightly."""
    headers = {k: v for k, v in response.headers.items() if k != "content-length"}
    return Response(body, response.status_code, headers, response.media_type)


def rewritten(change: Callable[[bytes], bytes]) -> Callable[[Response], Response]:
    """Return what changes the bytes of XML answers, and leaves others as they are."""

    def respond(response: Response) -> Response:
        if not is_xml(response):
            return response
        return with_body(response, change(bytes(response.body)))

    return respond


class Late(Response):
    """An answer that takes its time."""

    def __init__(self, whole: Response, seconds: float) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers), whole.media_type)
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, and send."""
        await asyncio.sleep(self._seconds)
        await super().__call__(scope, receive, send)


class CloseDelimited(Response):
    """An answer as HTTP/1.0 has it: without a length, it ends where the connection ends."""

    def __init__(self, whole: Response) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers), whole.media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write the answer past the server, which would add a length or chunks, and close."""
        transport = getattr(scope.get("extensions", {}).get(DROP), "__self__", None)
        if transport is None:
            await super().__call__(scope, receive, send)
            return
        head = [f"HTTP/1.0 {self.status_code} {HTTPStatus(self.status_code).phrase}".encode()]
        kept = (pair for pair in self.raw_headers if pair[0].lower() != b"content-length")
        head += [b": ".join(pair) for pair in kept]
        transport.write(b"\r\n".join([*head, b"", b""]) + bytes(self.body))
        transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass
