"""Secrets taken out of everything that is recorded or printed.

Two nets: the elements whose content is secret by the guide (whatever they hold, also in a document
that is not well-formed), and the run's own secrets wherever they occur, in plain, URL-encoded or
base64 form.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from conformance.secrecy import SECRET_ELEMENTS, WITHHELD
from conformance.text import shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SECRET_HEADERS", "Redactor"]

SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "www-authenticate-info"}
)
# A very short password (or one like the default user name) occurs in ordinary text; withholding it
# everywhere would make reports unreadable and give the password away by the holes.
SHORTEST_LITERAL = 6
# What was expected, observed and remarked is prose; whole answers stand in exchanges.har.
LONGEST_SHOWN = 4000

# The blank of RD-05, capitals (RD-46), a prefix and markup inside the element are allowed for;
# so is an element cut short, even within its tag. Nothing of it is tried twice: a PBX may send a
# thousand beginnings and no end.
_ELEMENT = re.compile(
    r"(<\s*(?P<tag>(?:[\w.-]+:)?(?:"
    + "|".join(tag.replace("_", "[_ ]") for tag in SECRET_ELEMENTS)
    + r"))\b(?:[^>]*+(?<!/)>|(?=[^>]*+\Z)))(?P<value>.*?)(?=<\s*/\s*(?P=tag)\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)


def _forms(secret: str) -> set[str]:
    raw = secret.encode()
    digest = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    plain = {secret, escape(secret), quote(secret, safe=""), quote_plus(secret)}
    plain |= {digest, digest.upper()}
    return plain | {base64.b64encode(raw).decode(), base64.b64encode(digest.encode()).decode()}


def _names_a_secret(text: str) -> bool:
    # Most bodies name none, and a plain search says so far faster than the expression above.
    folded = text.casefold().replace(" ", "_")
    return any(tag in folded for tag in SECRET_ELEMENTS)


def _pattern(literal: str) -> str:
    """Where a secret stands; one that is a mere word stands alone, and is no part of a tag's name.

    Else a password such as "privacy" would tear `<privacy_password>` apart in every recording.
    """
    if literal.isalpha():
        return rf"(?<![\w<])(?<!</){re.escape(literal)}(?!\w)"
    return re.escape(literal)


class Redactor:
    """Withholds the secrets of one run."""

    def __init__(self, secrets: Iterable[str] = (), username: str = "admin") -> None:
        forms: set[str] = set()
        for secret in filter(None, secrets):
            digest = hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest()
            forms |= _forms(secret)
            for password in (secret, digest):
                pair = f"{username}:{password}".encode()
                forms.add(base64.b64encode(pair).decode())
        literals = sorted((f for f in forms if len(f) >= SHORTEST_LITERAL), key=len, reverse=True)
        self._literals = re.compile("|".join(map(_pattern, literals))) if literals else None

    def text(self, text: str) -> str:
        """The text without the content of secret elements and without the run's secrets."""
        if "<" in text and _names_a_secret(text):
            text = _ELEMENT.sub(
                lambda found: f"{found[1]}{WITHHELD if found['value'].strip() else ''}", text
            )
        return self.literals(text)

    def shown(self, text: str) -> str:
        """A text for a reader: without secrets, without controls, and of a length to be read."""
        return visible(shortened(self.text(text), LONGEST_SHOWN))

    def literals(self, text: str) -> str:
        """The text without the run's secrets."""
        return self._literals.sub(WITHHELD, text) if self._literals else text

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Headers with the values of the secret ones withheld."""
        return [
            (name, WITHHELD if name.lower() in SECRET_HEADERS else self.literals(value))
            for name, value in headers
        ]
