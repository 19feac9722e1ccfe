"""The secrets of a foreign recording, learnt before anything of it is written."""

from __future__ import annotations

import base64
import binascii
import os
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.judge.recorded import credentials
from conformance.secrecy import SECRET_WORD, WITHHELD
from conformance.wire.redact import SAID_BY, SECRET_HEADERS, Redactor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.judge.capture import Entry

__all__ = ["learn_secrets", "without_credentials"]

VARIABLES = ("KPBX_PASSWORD", "KPBX_PRIVACY_PASSWORD", "KPBX_ACTIVATION_KEY")


def learn_secrets(entries: Iterable[Entry]) -> Redactor:
    """Make a redactor that knows the secrets of a recording, wherever in it they stand.

    They are what authenticates, what stands under the name of a secret in any body or URL, and what
    the environment holds for a run.
    """
    found = {os.environ.get(name, "") for name in VARIABLES}
    bodies: list[str] = []
    for entry in entries:
        found.update(_said(entry))
        bodies += [
            body.decode("utf-8", "replace")
            for body in (entry.sent.data, entry.answer.data)
            if body and any(word in body for word in SAID_BY)
        ]
    redactor = Redactor(sorted(found - {"", WITHHELD}))
    for text in bodies:
        redactor.learn(text)
    return redactor


def _said(entry: Entry) -> Iterator[str]:
    split = urlsplit(entry.url)
    yield unquote(split.password or "")
    for name, value in parse_qsl(split.query):
        if SECRET_WORD.search(name):
            yield value
    for name, value in (*entry.headers, *entry.answer_headers):
        if name.lower() in SECRET_HEADERS or SECRET_WORD.search(name):
            yield from _in_header(name.lower(), value)


def _in_header(name: str, value: str) -> Iterator[str]:
    if name in {"cookie", "set-cookie"}:
        for part in value.split(";"):
            yield part.partition("=")[2].strip()
        return
    yield value
    yield value.partition(" ")[2].strip()
    known = credentials(value)
    if known is not None:
        yield known[1]
    elif " " in value:
        try:
            yield base64.b64decode(value.partition(" ")[2]).decode()
        except (binascii.Error, ValueError):
            return


def without_credentials(url: str) -> str:
    """A URL without a user name and password before its host."""
    split = urlsplit(url)
    host = split.netloc.rpartition("@")[2]
    return split._replace(netloc=host).geturl()
