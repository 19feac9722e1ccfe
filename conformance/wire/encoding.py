"""In which encoding a body is a text, so that a recording can hold the text and give it back."""

from __future__ import annotations

import re

__all__ = ["UTF_8", "encoding_of"]

UTF_8 = "utf-8"
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']""")
# The first bytes of a text in code units of two bytes; its byte order mark stays part of the text.
_WIDE = {
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
BEGINNING = 1024


def encoding_of(body: bytes, charset: str) -> str:
    """The encoding of a body; empty if it is no text in any that is named.

    Args:
        body: the body.
        charset: what its Content-Type names; empty if it names none.
    """
    wide = _WIDE.get(body[:2])
    if wide is not None:
        return wide if _holds(body, wide) else ""
    if _holds(body, UTF_8):
        return UTF_8
    declared = _DECLARED.search(body[:BEGINNING])
    for name in (declared[1].decode() if declared else "", charset):
        if name and _holds(body, name):
            return name
    return ""


def _holds(body: bytes, name: str) -> bool:
    """Whether a body is a text in that encoding, and the same again when it is encoded."""
    try:
        text = body.decode(name)
        return name == UTF_8 or text.encode(name) == body
    except (LookupError, ValueError):
        return False
