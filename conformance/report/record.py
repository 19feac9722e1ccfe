"""What one check leaves behind, as plain data that can cross a process boundary, redacted."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from conformance.secrecy import WITHHELD
from conformance.wire import har
from conformance.wire.client import basic, md5

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.check import Check
    from conformance.lab.target import Target
    from conformance.verdict import Observation
    from conformance.wire.exchange import Exchange
    from conformance.wire.redact import Redactor

__all__ = ["Recorder"]

# A failure shows this much of a body; exchanges.har has more of it.
LONGEST_SHOWN = 32 * 1024
# The md5 of a web password, made by the shell from the environment (Introduction).
_HASHED = '"$(printf %s "${variable}" | md5sum | cut -c1-32)"'
_USER = '-u "{username}:$(printf %s "$KPBX_PASSWORD" | md5sum | cut -c1-32)"'


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
        self._unwritten: list[Exchange] = []

    def keep(self, exchange: Exchange) -> None:
        """Take an exchange as it happens; it is written with the check during which it did."""
        self._unwritten.append(exchange)

    def entries(self) -> list[dict[str, Any]]:
        """The exchanges kept since this was last asked, as HAR entries."""
        kept, self._unwritten = self._unwritten, []
        return [har.entry(exchange, self._redactor) for exchange in kept]

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
            "entries": self.entries(),
            "leftovers": [
                self._redactor.shown(text) for text in (check.leftovers if check else ())
            ],
            "dialect": check.sut.dialect.as_dict() if check else {},
        }

    def _observation(self, item: Observation, exchanges: int) -> dict[str, Any]:
        failure = None
        if item.failure:
            failure = {
                "expected": self._redactor.shown(item.failure.expected),
                "observed": self._redactor.shown(item.failure.observed),
                "exchanges": [self.exchange(one) for one in item.failure.exchanges],
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
            answer = {
                "status": response.status,
                "headers": _by_name(self._redactor.headers(response.headers)),
                "body": self._shown(response.body, response.media_type),
            }
        return {
            "method": request.method,
            "path": self._redactor.literals(request.path),
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
        """A curl line that sends the request again; the password comes from KPBX_PASSWORD."""
        request = exchange.request
        parts = ["curl -sS -i", *self._tls()]
        if request.method != "GET":
            parts.append(f"-X {request.method}")
        for name, value in request.headers:
            if name == "Authorization":
                parts.append(self._authorization(value))
            elif name not in {"User-Agent", "Accept-Encoding"}:
                parts.append("-H " + shlex.quote(f"{name}: {value}"))
        if request.body:
            parts.append("--data-binary " + self._body(request.body))
        parts.append(shlex.quote(self._redactor.literals(request.url)))
        return " ".join(parts)

    def _tls(self) -> list[str]:
        connection = self._target.connection
        if not connection.verify:
            return ["-k"]
        return [f"--cacert {shlex.quote(connection.ca_file.name)}"] if connection.ca_file else []

    def _authorization(self, value: str) -> str:
        connection = self._target.connection
        if value == basic(connection.username, md5(connection.password)):
            return _USER.format(username=connection.username)
        if value == basic(connection.username, connection.password):
            return f'-u "{connection.username}:$KPBX_PASSWORD"'
        return "-H " + shlex.quote(f"Authorization: {WITHHELD}")

    def _body(self, body: bytes) -> str:
        text = body.decode("utf-8", "replace")
        privacy = self._target.pixit.privacy_password
        marker = "\ue000"
        if privacy:
            text = text.replace(md5(privacy), marker)
        text = self._redactor.literals(text) if marker in text else self._redactor.text(text)
        hashed = _HASHED.replace("{variable}", "KPBX_PRIVACY_PASSWORD")
        return shlex.quote(text).replace(marker, f"'{hashed}'")
