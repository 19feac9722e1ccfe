"""What bad answers are made of."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.hostile.overlay import Answer, Part
    from tests.support import Seen

__all__ = [
    "DECLARATION",
    "USER",
    "body",
    "chunk",
    "chunks",
    "document",
    "endless",
    "head",
    "once",
    "slowly",
    "text",
    "whole",
]

DECLARATION = b'<?xml version="1.0"?>\n'
USER = (
    b"<user><exten>100</exten><enabled>true</enabled>"
    b"<first_name>Ada</first_name><last_name>Rossi</last_name></user>"
)
XML = ("Content-Type: application/xml",)
MEBIBYTE = 1 << 20


def document(seen: Seen, inner: bytes = b"<users>" + USER + b"</users>") -> bytes:
    """The documented answer to GET /users/brief/, or another inside for it."""
    echo = b"<request_id>%b</request_id>" % (seen.request_id or "").encode()
    return DECLARATION + b"<kpbx_response>" + echo + inner + b"</kpbx_response>"


def head(*fields: str, status: str = "200 OK") -> bytes:
    """The head of an answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode("latin-1")


def whole(data: bytes, *fields: str, status: str = "200 OK") -> bytes:
    """A whole answer, of a length that is right."""
    return head(*(fields or XML), f"Content-Length: {len(data)}", status=status) + data


def once(make: Callable[[Seen], bytes]) -> Answer:
    """The answer that is sent at once."""
    return lambda seen: iter([make(seen)])


def body(make: Callable[[Seen], bytes], *fields: str, status: str = "200 OK") -> Answer:
    """The answer with that body, sent as HTTP wants it."""
    return once(lambda seen: whole(make(seen), *fields, status=status))


def text(data: bytes, *fields: str, status: str = "200 OK") -> Answer:
    """The same, whatever was asked."""
    return body(lambda _seen: data, *fields, status=status)


def chunk(data: bytes) -> bytes:
    """One chunk (RFC 9112, 7.1)."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def chunks(*data: bytes) -> bytes:
    """An answer in chunks, whose end is left to the caller."""
    return head(*XML, "Transfer-Encoding: chunked") + b"".join(map(chunk, data))


def endless(start: Callable[[Seen], bytes], piece: bytes, *, most: int = 1 << 30) -> Answer:
    """A gigabyte: the start, then a piece again and again, up to the close."""
    block = piece * max(1, MEBIBYTE // len(piece))

    def answer(seen: Seen) -> Iterator[Part]:
        yield head(*XML, f"Content-Length: {1 << 40}") + start(seen)
        yield from itertools.repeat(block, most // len(block))

    return answer


def slowly(
    start: Callable[[Seen], bytes], rest: Callable[[Seen], bytes], pause_s: float = 0.05
) -> Answer:
    """The start at once, the rest byte by byte."""

    def answer(seen: Seen) -> Iterator[Part]:
        yield start(seen)
        data = rest(seen)
        for place in range(len(data)):
            yield pause_s
            yield data[place : place + 1]

    return answer
