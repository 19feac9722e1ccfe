"""Exchanges as HAR 1.2 entries, redacted."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from conformance.secrecy import WITHHELD
from conformance.wire.encoding import UTF_8, encoding_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.wire.exchange import Exchange, Headers, Request
    from conformance.wire.numbered import Numbers
    from conformance.wire.redact import Redactor

__all__ = ["BINARY", "LONGEST_BODY", "body_text", "document", "entry", "is_file"]

# Beyond this a recorded body is cut: a year of call records would make the report unusable.
LONGEST_BODY = 1024 * 1024
LONGEST_SECRET = 1024
WIDE = "utf-16"
BINARY = "application/octet-stream"
BACKUPS = "/system/backup"
REFUSALS = 400
_ANSWER = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>\s*)?<kpbx_response\b")


def is_file(exchange: Exchange) -> bool:
    """Whether the answer is a backup, which holds every secret of the PBX in whatever form."""
    end, response = exchange.endpoint, exchange.response
    if end is None or response is None or not end.path.startswith(BACKUPS):
        return False
    return response.status < REFUSALS and not _ANSWER.match(response.body)


def body_text(
    body: bytes,
    media_type: str,
    redactor: Redactor,
    longest: int = LONGEST_BODY,
    encoding: str = UTF_8,
) -> str:
    """A body for a reader: redacted text, or size and digest of what is not text."""
    if media_type == BINARY or (b"\0" in body[:4096] and not encoding.startswith(WIDE)):
        digest = hashlib.sha256(body).hexdigest()
        return f"[{len(body)} bytes of binary data, sha256 {digest}, not recorded]"
    # A secret that the cut would halve is withheld first.
    start = body[: longest + LONGEST_SECRET]
    text = redactor.text(start.decode(encoding or UTF_8, "replace"))
    if len(body) > longest:
        text = f"{text[:longest]}\n[cut after {longest} of {len(body)} bytes]"
    return text


def _pairs(headers: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _media_type(headers: Headers) -> str:
    values = (value for name, value in headers if name.lower() == "content-type")
    return next(values, "").partition(";")[0].strip().lower()


def _request(request: Request, redactor: Redactor) -> dict[str, Any]:
    query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    found: dict[str, Any] = {
        "method": request.method,
        "url": redactor.text(request.url),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(redactor.headers(request.headers)),
        "queryString": _pairs((name, redactor.text(value)) for name, value in query),
        "headersSize": -1,
        "bodySize": len(request.body),
    }
    if request.body:
        media_type = _media_type(request.headers)
        text = body_text(request.body, media_type, redactor)
        found["postData"] = {"mimeType": media_type, "text": text}
    return found


def _response(exchange: Exchange, redactor: Redactor, encoding: str) -> dict[str, Any]:
    response = exchange.response
    if response is None:
        headers: list[dict[str, str]] = []
        content = {"size": 0, "mimeType": "x-unknown", "text": ""}
        status, reason, version = 0, "", ""
    else:
        headers = _pairs(redactor.headers(response.headers))
        kind = BINARY if is_file(exchange) else response.media_type
        text = body_text(response.body, kind, redactor, encoding=encoding)
        mime = redactor.text(response.header("content-type")) or "x-unknown"
        content = {"size": len(response.body), "mimeType": mime, "text": text}
        status, version = response.status, response.http_version
        reason = redactor.text(response.reason)
    return {
        "status": status,
        "statusText": reason,
        "httpVersion": version,
        "cookies": [],
        "headers": headers,
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": content["size"],
    }


def entry(
    exchange: Exchange,
    redactor: Redactor,
    check: str = "",
    numbers: Numbers | None = None,
    *,
    after_lab: bool = False,
) -> dict[str, Any]:
    """One exchange as a HAR entry; what HAR has no field for stands under `_kpbx`.

    Args:
        exchange: the exchange.
        redactor: takes the secrets out of it.
        check: the check that it is part of.
        numbers: gives numbers to the values that are withheld, so that equal ones can be told.
        after_lab: a lab condition began or ended just before.
    """
    milliseconds = round(exchange.seconds * 1000, 3)
    answer = exchange.response
    # It decodes the whole body.
    encoding = encoding_of(answer.body, answer.charset) if answer is not None else UTF_8
    request = _request(exchange.request, redactor)
    response = _response(exchange, redactor, encoding)
    found = _beside(exchange, encoding)
    if numbers is not None and (
        withheld := _withheld(exchange, request, response, numbers, encoding)
    ):
        found["withheld"] = withheld
    return {
        "startedDateTime": exchange.started.isoformat(timespec="milliseconds"),
        "time": milliseconds,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_kpbx": {
            "endpoint": exchange.endpoint.name if exchange.endpoint else None,
            "broken": redactor.text(exchange.broken),
            "lost": redactor.text(exchange.lost),
            "check": check,
            **({"lab": True} if after_lab else {}),
            **found,
        },
    }


def _beside(exchange: Exchange, encoding: str) -> dict[str, Any]:
    """What is rarely there: how an answer ended."""
    response = exchange.response
    said: dict[str, Any] = {
        "timed_out": exchange.timed_out,
        "surplus": len(exchange.surplus),
        "encoding": "" if encoding == UTF_8 else encoding,
        "truncated": response is not None and response.truncated,
        "oversized": response is not None and response.oversized,
    }
    return {name: value for name, value in said.items() if value}


def _withheld(
    exchange: Exchange,
    request: dict[str, Any],
    response: dict[str, Any],
    numbers: Numbers,
    encoding: str,
) -> dict[str, list[int]]:
    """The numbers of what was withheld from the bodies of an entry, if anything was."""
    found: dict[str, list[int]] = {"sent": [], "answered": []}
    if WITHHELD in request.get("postData", {}).get("text", ""):
        found["sent"] = _numbered(exchange.request.body, numbers)
    if exchange.response is not None and WITHHELD in response["content"]["text"]:
        found["answered"] = _numbered(exchange.response.body, numbers, encoding or UTF_8)
    return found if any(found.values()) else {}


def _numbered(body: bytes, numbers: Numbers, encoding: str = UTF_8) -> list[int]:
    if not body or len(body) > LONGEST_BODY:
        return []
    return numbers.of_document(body.decode(encoding, "replace"))


def document(
    entries: list[dict[str, Any]], version: str, head: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A whole HAR 1.2 document.

    Args:
        entries: its entries.
        version: of this project's own fields.
        head: what is to be known of the run that was recorded; it stands under `_kpbx`.
    """
    creator = {"name": "kpbx-conformance", "version": version}
    log: dict[str, Any] = {"version": "1.2", "creator": creator}
    return {"log": {**log, **({"_kpbx": head} if head else {}), "entries": entries}}
