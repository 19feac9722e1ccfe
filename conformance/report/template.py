"""A failure's requests as they can be sent again to any PBX: what belongs to one PBX left open.

In a template stands, in place of a secret, of a number that the PIXIT gave or of an id that the PBX
gave, the name of a value. A text is a list of pieces: what is sent as it is, and objects that say
which value stands there (`failure.replay` in results.schema.json).
"""

from __future__ import annotations

import base64
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote
from xml.sax.saxutils import escape, unescape

from conformance.evidence import Given, given, key_of
from conformance.secrecy import SECRET_ELEMENTS, WITHHELD
from conformance.wire.client import md5
from conformance.wire.message import is_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.lab.target import Target
    from conformance.wire.exchange import Exchange
    from conformance.wire.redact import Redactor

__all__ = ["Pieces", "of_failure", "stand_in"]

Pieces: TypeAlias = "list[str | dict[str, Any]]"

# Values of the lab that stand in requests: another PBX may have others.
OF_THE_LAB = {"exten", "gateway", "selection"}
_LAB = re.compile(rf"<(?P<tag>{'|'.join(sorted(OF_THE_LAB))})>(?P<text>[^<&\s]+)</(?P=tag)>")
_SECRETS = re.compile(
    rf"<(?P<tag>{'|'.join(SECRET_ELEMENTS)})>(?P<text>[^<]+)</(?P=tag)>", re.IGNORECASE
)
# Stands for a piece while a text is put together: characters that no document of a run holds.
_FIRST = 0xF0000
_MARK = re.compile("[\U000f0000-\U000fffff]")
LETTERS, DIGITS = "kpbxconformance", "1357924680"
LONGEST_BODY = 64 * 1024
NEARLY = (32, 31)


def stand_in(secret: str, number: int) -> str:
    """A harmless value of the same form as a secret, another one for each number."""
    made = []
    for place, char in enumerate(secret, number):
        if char in "0123456789":
            made.append(DIGITS[place % len(DIGITS)])
        elif char.isascii() and char.isalpha():
            letter = LETTERS[place % len(LETTERS)]
            # Of a digest the letters are those of hexadecimal numbers.
            letter = "abcdef"[place % 6] if re.fullmatch("[0-9a-fA-F]{32}", secret) else letter
            made.append(letter.upper() if char.isupper() else letter)
        else:
            made.append(char)
    text = "".join(made)
    return text if text != secret else f"Stand-in-{number}"


@dataclass(slots=True)
class _Values:
    """The values that a sequence leaves open, by name."""

    of_secrets: dict[tuple[str, str], str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)

    def name(self, tag: str, text: str, *, secret: bool) -> str:
        """The name of a value, which is a new one at its first time."""
        key = (tag.lower(), text)
        if key not in self.of_secrets:
            number = 1 + sum(1 for known, _ in self.of_secrets if known == tag.lower())
            name = f"KPBX_{tag.upper()}_{number}"
            self.of_secrets[key] = name
            self.defaults[name] = stand_in(text, number) if secret else text
        return self.of_secrets[key]


class _Text:
    """One text while its pieces are found."""

    def __init__(self) -> None:
        self._pieces: list[dict[str, Any]] = []

    def mark(self, piece: dict[str, Any]) -> str:
        """The character that stands for a piece."""
        self._pieces.append(piece)
        return chr(_FIRST + len(self._pieces) - 1)

    @property
    def marks(self) -> tuple[str, ...]:
        """All of them so far."""
        return tuple(chr(_FIRST + number) for number in range(len(self._pieces)))

    def pieces(self, text: str) -> Pieces:
        """The text, taken apart."""
        found: Pieces = []
        at = 0
        for mark in _MARK.finditer(text):
            if mark.start() > at:
                found.append(text[at : mark.start()])
            found.append(self._pieces[ord(mark[0]) - _FIRST])
            at = mark.end()
        return [*found, text[at:]] if text[at:] else found


class _Template:
    def __init__(self, target: Target, redactor: Redactor, sequence: Sequence[Exchange]) -> None:
        self._target, self._redactor, self._sequence = target, redactor, sequence
        self._values = _Values()
        self._given = given(sequence)
        self._extens: set[str] = set()

    def as_data(self) -> dict[str, Any]:
        """Everything, as `failure.replay` has it."""
        requests = [self._request(one, number) for number, one in enumerate(self._sequence)]
        rows = [asdict(one) for one in self._given]
        for row in rows:
            row["holds"] = self._holds(row["holds"])
            row["value"] = self._redactor.text(row["value"])
        return {"requests": requests, "given": rows, "values": self._values.defaults}

    def _holds(self, holds: str) -> Pieces:
        text = _Text()
        return text.pieces(self._redactor.text(self._lab(holds, text), text.marks))

    def _request(self, exchange: Exchange, number: int) -> dict[str, Any]:
        request, end = exchange.request, exchange.endpoint
        known = {id(one): place for place, one in enumerate(self._given) if one.exchange < number}
        named = [one for one in self._given if id(one) in known]
        body = self._body(exchange, named, known)
        return {
            "endpoint": end.name if end else None,
            "safety": str(_safety(exchange)),
            "conditions": list(exchange.conditions),
            "method": request.method,
            "path": self._path(exchange, named, known),
            "headers": {
                name: self._redactor.text(value)
                for name, value in request.headers
                if name not in {"Authorization", "User-Agent", "Accept-Encoding"}
            },
            "authorization": self._authorization(dict(request.headers).get("Authorization")),
            "body": body,
        }

    def _path(self, exchange: Exchange, named: list[Given], known: Mapping[int, int]) -> Pieces:
        text, request = _Text(), exchange.request
        path, question, query = request.path.partition("?")
        stem, _, last = path.rpartition("/")
        key = key_of(exchange) if exchange.endpoint and exchange.endpoint.placeholder else ""
        for one in named:
            if key and one.tag == "id" and one.value == key:
                last = text.mark({"given": known[id(one)], "as": "path"})
                break
        else:
            if key in self._extens and last == quote(key, safe=""):
                name = self._values.name("exten", key, secret=False)
                last = text.mark({"value": name, "as": "path"})
        whole = f"{stem}/{last}{question}{query}"
        return text.pieces(self._redactor.text(whole, text.marks))

    def _authorization(self, header: str | None) -> dict[str, Any] | None:
        """User and password, as far as they are the run's; None if nothing was sent."""
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        try:
            user, colon, password = base64.b64decode(token, validate=True).decode().partition(":")
        except ValueError:
            colon = ""
        if scheme != "Basic" or not colon:
            return {"header": [WITHHELD]}
        text = _Text()
        if user == self._target.connection.username:
            user = text.mark({"secret": "username", "as": "text"})
        return {"user": text.pieces(user), "password": self._password(password)}

    def _password(self, password: str) -> Pieces:
        right = self._target.connection.password
        if not password:
            return []
        if password == right:
            return [{"secret": "password", "as": "text"}]
        hashed = md5(right)
        same = next((n for n in NEARLY if password.startswith(hashed[:n])), 0)
        if not same:
            return [WITHHELD]
        rest = [password[same:]] if password[same:] else []
        return [{"secret": "password", "as": "md5", "length": same}, *rest]

    def _body(self, exchange: Exchange, named: list[Given], known: Mapping[int, int]) -> Pieces:
        body = exchange.request.body
        try:
            plain = body.decode()
        except UnicodeDecodeError:
            plain = body.decode("latin-1")
        # No shell holds a null in a text.
        coded = plain.encode() != body or "\0" in plain
        if coded and self._redactor.text(plain) == plain:
            return [{"base64": base64.b64encode(body).decode()}]
        if _MARK.search(plain) or len(body) > LONGEST_BODY:
            return [self._redactor.text(plain)]
        text, pixit = _Text(), self._target.pixit
        if pixit.privacy_password:
            piece = {"secret": "privacy_password", "as": "md5", "length": NEARLY[0]}
            plain = plain.replace(md5(pixit.privacy_password), text.mark(piece))
        if pixit.activation_key:
            piece = {"secret": "activation_key", "as": "xml"}
            plain = plain.replace(escape(pixit.activation_key), text.mark(piece))
        plain = _SECRETS.sub(lambda found: self._secret(found, text), plain)
        plain = self._lab(plain, text, exchange)
        if not (exchange.endpoint and exchange.endpoint.placeholder):
            for one in named if key_of(exchange) else ():
                mark = text.mark({"given": known[id(one)], "as": "xml"})
                written = f"<{one.tag}>{escape(one.value)}</{one.tag}>"
                plain = plain.replace(written, f"<{one.tag}>{mark}</{one.tag}>", 1)
        return text.pieces(self._redactor.text(plain, text.marks))

    def _secret(self, found: re.Match[str], text: _Text) -> str:
        said = unescape(found["text"])
        if _MARK.search(said):
            return found[0]
        name = self._values.name(found["tag"], said, secret=True)
        mark = text.mark({"value": name, "as": "xml"})
        return f"<{found['tag']}>{mark}</{found['tag']}>"

    def _lab(self, plain: str, text: _Text, exchange: Exchange | None = None) -> str:
        """A text with the values of the lab left open: those that the sequence's objects have."""

        def put(found: re.Match[str]) -> str:
            tag, said = found["tag"], found["text"]
            known = (tag, said) in self._values.of_secrets
            if (exchange is None and not known) or (tag == "gateway" and not is_address(said)):
                return found[0]  # no address on purpose: that is what the request is about
            if tag == "exten":
                self._extens.add(said)
            mark = text.mark({"value": self._values.name(tag, said, secret=False), "as": "xml"})
            return f"<{tag}>{mark}</{tag}>"

        return _LAB.sub(put, plain)


def _safety(exchange: Exchange) -> str:
    end = exchange.endpoint
    if end is None:
        return "read"
    return end.rejected_safety if exchange.broken else end.safety


def of_failure(target: Target, redactor: Redactor, sequence: Sequence[Exchange]) -> dict[str, Any]:
    """The requests of a failure as templates, with the values that they leave open."""
    return _Template(target, redactor, sequence).as_data()
