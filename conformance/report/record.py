"""What one check leaves behind, as plain data that can cross a process boundary, redacted."""

from __future__ import annotations

import base64
import shlex
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from conformance.pinned import shown
from conformance.report.template import of_failure
from conformance.secrecy import WITHHELD
from conformance.wire import har
from conformance.wire.client import md5
from conformance.wire.encoding import UTF_8, encoding_of
from conformance.wire.numbered import Numbers
from conformance.wire.redact import SAID_BY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.check import Check
    from conformance.dialect import Dialect
    from conformance.lab.target import Target
    from conformance.verdict import Observation
    from conformance.wire.exchange import Exchange
    from conformance.wire.redact import Redactor

__all__ = ["Recorder"]

# A failure shows this much of a body; exchanges.har has more of it.
LONGEST_SHOWN = 32 * 1024
# What a curl line takes from the environment: the md5 of a password, made by the shell
# (Introduction), and a text as XML has it.
_HASHED = '"$(printf %s "${variable}" | md5sum | cut -c1-{length})"'
_ESCAPED = """"$(printf %s "${variable}" | sed 's/&/\\&amp;/g; s/</\\&lt;/g; s/>/\\&gt;/g')\""""
DIGITS = 32
# In place of what the shell fills in: characters of no alphabet.
_PRIVACY, _KEY = "\ue000", "\ue001"


def _by_name(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Header fields by name, one that came several times with all its values."""
    found: dict[str, str] = {}
    for name, value in headers:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


class Recorder:
    """Turns checks, observations and exchanges into plain, redacted data."""

    def __init__(self, target: Target, redactor: Redactor) -> None:
        self._target = target
        self._redactor = redactor
        self._unwritten: list[tuple[Exchange, bool]] = []
        self._lab_acted = False
        self.numbers = Numbers()

    def keep(self, exchange: Exchange) -> None:
        """Take an exchange as it happens; it is written with the check during which it did.

        What its secret elements hold is withheld from then on, wherever it occurs.
        """
        self._unwritten.append((exchange, self._lab_acted))
        self._lab_acted = False
        response = exchange.response
        self._learn(exchange.request.body, "")
        if response is not None:
            self._learn(response.body, response.charset)

    def _learn(self, body: bytes, charset: str) -> None:
        plain = b"\0" not in body[:4]  # in code units of two bytes no word stands so
        if body and (not plain or any(word in body for word in SAID_BY)):
            encoding = encoding_of(body, charset) or UTF_8
            self._redactor.learn(body.decode(encoding, "replace"))

    def entries(self, node: str = "") -> list[dict[str, Any]]:
        """The exchanges kept since this was last asked, as HAR entries of a check."""
        kept, self._unwritten = self._unwritten, []
        return [
            har.entry(exchange, self._redactor, node, self.numbers, after_lab=lab)
            for exchange, lab in kept
        ]

    def lab_acts(self) -> None:
        """A lab condition begins or ends before the next exchange."""
        self._lab_acted = True

    def check(
        self,
        node: str,
        check: Check | None,
        observations: list[Observation],
        *,
        searched: bool = False,
    ) -> dict[str, Any]:
        """One check, whole; `searched` if it is a generated search and no part of the core."""
        exchanges = check.exchanges if check else []
        return {
            "node": node,
            "searched": searched,
            "observations": [self._observation(item, len(exchanges)) for item in observations],
            "entries": self.entries(node),
            "leftovers": [
                self._redactor.shown(text) for text in (check.leftovers if check else ())
            ],
            "dialect": self.dialect(check.sut.dialect) if check else {},
        }

    def dialect(self, dialect: Dialect) -> dict[str, str]:
        """The readings found so far."""
        return {name: self._redactor.text(said) for name, said in dialect.as_dict().items()}

    def _observation(self, item: Observation, exchanges: int) -> dict[str, Any]:
        failure = None
        if item.failure:
            failure = {
                "expected": self._redactor.shown(item.failure.expected),
                "observed": self._redactor.shown(item.failure.observed),
                "exchanges": [self.exchange(one) for one in item.failure.exchanges],
                "replay": of_failure(self._target, self._redactor, item.failure.exchanges),
                "drawn": shown(item.failure.drawn, self._redactor),
            }
        return {
            "requirement": item.requirement,
            "verdict": str(item.verdict),
            "reason": self._redactor.shown(item.reason),
            "remarks": [self._redactor.shown(text) for text in item.remarks],
            "exchanges": exchanges,
            "failure": failure,
        }

    def exchange(self, exchange: Exchange) -> dict[str, Any]:
        """One exchange as a failure shows it, with its curl line."""
        request, response = exchange.request, exchange.response
        answer = None
        if response is not None:
            kind = har.BINARY if har.is_file(exchange) else response.media_type
            answer = {
                "status": response.status,
                "headers": _by_name(self._redactor.headers(response.headers)),
                "body": self._shown(response.body, kind),
            }
        return {
            "method": request.method,
            "path": self._redactor.text(request.path),
            "headers": dict(self._redactor.headers(request.headers)),
            "body": self._shown(request.body, "application/xml"),
            "broken": self._redactor.shown(exchange.broken),
            "lost": self._redactor.shown(exchange.lost),
            "response": answer,
            "curl": self.curl(exchange),
        }

    def _shown(self, body: bytes, media_type: str) -> str:
        return har.body_text(body, media_type, self._redactor, LONGEST_SHOWN)

    def curl(self, exchange: Exchange) -> str:
        """A curl line that sends the request again; secrets come from the environment."""
        request = exchange.request
        parts = ["curl -sS -i", *self._tls()]
        if request.method != "GET":
            parts.append(f"-X {request.method}")
        for name, value in request.headers:
            if name == "Authorization":
                parts.append(self._authorization(value))
            elif name not in {"User-Agent", "Accept-Encoding"}:
                parts.append("-H " + shlex.quote(f"{name}: {self._redactor.text(value)}"))
        if request.body:
            parts.append("--data-binary " + self._body(request.body))
        url = shlex.quote(self._redactor.text(request.url))
        if "/." in url:  # curl would take `..` out of the path
            parts.append("--path-as-is")
        return " ".join([*parts, url])

    def _tls(self) -> list[str]:
        connection = self._target.connection
        if not connection.verify:
            return ["-k"]
        return [f"--cacert {shlex.quote(connection.ca_file.name)}"] if connection.ca_file else []

    def _authorization(self, value: str) -> str:
        scheme, _, token = value.partition(" ")
        try:
            username, colon, password = (
                base64.b64decode(token, validate=True).decode().partition(":")
            )
        except ValueError:
            colon = ""
        if scheme != "Basic" or not colon:
            return "-H " + shlex.quote(f"Authorization: {WITHHELD}")
        return f"-u {shlex.quote(username + ':')}{self._password(password)}"

    def _password(self, password: str) -> str:
        """A password for the shell: the right one, nearly the right one, or another."""
        right, variable = self._target.connection.password, self._target.variables.password
        if not password:
            return ""
        if password == right:
            return f'"${variable}"'
        hashed = md5(right)
        same = next((n for n in (DIGITS, DIGITS - 1) if password.startswith(hashed[:n])), 0)
        if same:
            known = _HASHED.format(variable=variable, length=same)
            return known + (shlex.quote(password[same:]) if password[same:] else "")
        return shlex.quote(WITHHELD)

    def _body(self, body: bytes) -> str:
        """A body for the shell; one that is no UTF-8 text as a file of bash."""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            text = body.decode("latin-1")
            if self._redactor.text(text) == text:
                encoded = base64.b64encode(body).decode()
                return f"@<(printf %s {encoded} | base64 -d)"
        pixit, variables = self._target.pixit, self._target.variables
        if pixit.privacy_password:
            text = text.replace(md5(pixit.privacy_password), _PRIVACY)
        if pixit.activation_key:
            text = text.replace(escape(pixit.activation_key), _KEY)
        quoted = shlex.quote(self._redactor.text(text, (_PRIVACY, _KEY)))
        hashed = _HASHED.format(variable=variables.privacy_password, length=DIGITS)
        quoted = quoted.replace(_PRIVACY, f"'{hashed}'")
        key = _ESCAPED.format(variable=variables.activation_key)
        return quoted.replace(_KEY, f"'{key}'")
