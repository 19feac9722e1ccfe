"""Secrets taken out of everything that is recorded or printed.

Three nets: what stands under the name of a secret (whatever it is, also in a document that is not
well-formed, in an attribute, in JSON); the run's own secrets wherever they occur, in whatever
spelling; and the PBX's secrets, learnt from the messages that hold them, wherever else they occur.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from typing import TYPE_CHECKING

from conformance.secrecy import SECRET_WORD, WITHHELD
from conformance.text import shortened, visible
from conformance.wire.named import hide, unnamed
from conformance.wire.spelling import base64_cores, digests, spellings
from conformance.wire.vocabulary import KEY, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["SAID_BY", "SECRET_HEADERS", "Redactor"]

SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "www-authenticate-info"}
)
# A very short secret (or one like the default user name) occurs in ordinary text; withholding it
# everywhere would make reports unreadable and give the secret away by the holes. So would one that
# is the same character again and again.
SHORTEST_LITERAL = KEY
FEWEST_CHARACTERS = 3
# What the names of the guide's secret elements have in common: most messages hold none.
SAID_BY = (b"secret", b"_pin", b"password", b"activation", b"SECRET", b"Secret")

_BASIC = re.compile(r"\b(basic\s+)([0-9A-Z+/_-]{6,}=*)", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_EXTEN = re.compile(r"<exten\s*>\s*([^<]*?)\s*<")
_MARKUP = re.compile(r"<[^>]*>")
# What was expected, observed and remarked is prose; whole answers stand in exchanges.har.
LONGEST_SHOWN = 4000
LONGEST_REPEATED, MOST_REPEATED = 80, 10_000


class Redactor:
    """Withholds the secrets of one run."""

    def __init__(self, secrets: Iterable[str] = (), username: str = "admin") -> None:
        self._username = username
        self._vocabulary = Vocabulary(SECRET_WORD)
        self._learnt: set[str] = set()
        # Header fields and the like, the same in each exchange.
        self._repeated: dict[str, str] = {}
        for secret in filter(None, secrets):
            self._vocabulary.add(spellings(secret) | digests(secret))
            for text in (secret, *digests(secret)):
                self._vocabulary.add(base64_cores(text.encode()), encoded=True)

    def learn(self, text: str) -> None:
        """Keep the values of the secret elements in a message, to withhold them elsewhere."""
        values = set(hide(text, self._vocabulary.look(text)[0])[1])
        values -= self._learnt
        if not values:
            return
        self._learnt |= values
        self._repeated.clear()
        numbers = set(_EXTEN.findall(text))  # a secret that is the extension's number is none
        for value in values:
            secret = _content(value)
            if len(secret) >= SHORTEST_LITERAL and len(set(secret)) >= FEWEST_CHARACTERS:
                if secret in numbers or secret == self._username:
                    continue
                self._vocabulary.add(spellings(secret))
                self._vocabulary.add(base64_cores(secret.encode()), encoded=True)

    def text(self, text: str, kept: Collection[str] = ()) -> str:
        """The text without what stands under the name of a secret, and without known secrets.

        Args:
            text: what is to be written.
            kept: contents of secret elements that stay, as they stand for something else.
        """
        if len(text) > LONGEST_REPEATED or kept:
            return self._without(text, kept)
        if text not in self._repeated:
            if len(self._repeated) >= MOST_REPEATED:
                self._repeated.clear()
            self._repeated[text] = self._without(text, kept)
        return self._repeated[text]

    def _without(self, text: str, kept: Collection[str]) -> str:
        names, held = self._vocabulary.look(text)
        if names:
            text = unnamed(text, names, kept)
            _, held = self._vocabulary.look(text)
        if held:
            text = self._vocabulary.withhold(text, held, WITHHELD)
        return _BASIC.sub(_credentials, text) if "asic " in text or "ASIC " in text else text

    def shown(self, text: str) -> str:
        """A text for a reader: without secrets, without controls, and of a length to be read."""
        return visible(shortened(self.text(text), LONGEST_SHOWN))

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Headers with the values of the secret ones withheld."""
        return [
            (self.text(name), WITHHELD if _is_secret(name) else self.text(value))
            for name, value in headers
        ]


def _is_secret(header: str) -> bool:
    return header.lower() in SECRET_HEADERS or bool(SECRET_WORD.search(header))


def _content(value: str) -> str:
    """The text of an element as the PBX means it, without markup and references."""
    whole = _CDATA.sub(lambda found: html.escape(found[1]), value)
    return html.unescape(_MARKUP.sub("", whole)).strip()


def _credentials(found: re.Match[str]) -> str:
    """What follows the word Basic, if it is a user name and a password (RFC 7617)."""
    token = found[2].rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return found[0]
    return found[1] + WITHHELD if b":" in decoded else found[0]
