"""How a secret may be written by whoever repeats it: escaped, encoded, hashed.

What is looked for is a list of literals. The digest that the API takes in place of a password
(Introduction) is as good as the password, so it is looked for as well.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from markupsafe import escape as html_escape

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["base64_cores", "digests", "spellings"]

LATIN = "latin-1"
ALPHABETS = (base64.b64encode, base64.urlsafe_b64encode)
# Of the characters at the edges of an encoded secret these many depend on what stands beside it.
_SHARED_BEFORE = (0, 2, 3)


def _references(text: str, form: str) -> str:
    """Text in ASCII alone: markup and everything else as character references."""
    return "".join(
        char if char.isascii() and char not in "&<>\"'" else form.format(ord(char)) for char in text
    )


def _percent(text: str) -> Iterator[str]:
    for quoted in (partial(quote, safe=""), quote, quote_plus):
        whole = quoted(text)
        yield whole
        pieces = whole.split("%")
        yield pieces[0] + "".join(f"%{piece[:2].lower()}{piece[2:]}" for piece in pieces[1:])
    yield quote(text.encode(LATIN, "replace"), safe="")


def spellings(secret: str) -> set[str]:
    """A text as XML, HTML, JSON, Python, a URL and a wrong charset show it; itself included."""
    dumped = json.dumps(secret)[1:-1]
    found = {
        secret,
        escape(secret),
        escape(secret, {'"': "&quot;", "'": "&apos;"}),
        html.escape(secret),
        str(html_escape(secret)),
        _references(secret, "&#{};"),
        _references(secret, "&#x{:x};"),
        _references(secret, "&#x{:X};"),
        dumped,
        json.dumps(secret, ensure_ascii=False)[1:-1],
        dumped.replace("/", "\\/"),
        repr(secret)[1:-1],
        repr(secret.encode())[2:-1],
        secret.encode(LATIN, "replace").decode("utf-8", "replace"),
        secret.encode().decode(LATIN),
        *_percent(secret),
    }
    return found | {escape(text) for text in found}


def base64_cores(raw: bytes) -> set[str]:
    """What base64 makes of bytes in the midst of others, wherever they stand.

    The characters at the edges also hold bits of the neighbours and are left out.
    """
    found = set()
    for before, shared in enumerate(_SHARED_BEFORE):
        whole = (before + len(raw)) // 3 * 4
        # An incomplete group at the end: the bits of its whole sextets are known.
        rest = ((before + len(raw)) % 3) * 8 // 6
        for encode in ALPHABETS:
            encoded = encode(b"\0" * before + raw).decode()
            found.add(encoded[shared : whole + rest])
    return found


def digests(secret: str) -> set[str]:
    """The md5 sum of a secret, in both cases."""
    digest = hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest()
    return {digest, digest.upper()}
