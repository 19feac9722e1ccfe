"""A HAR file as exchanges: what was sent and answered, and how far the recording can be trusted.

HAR 1.2 says little of what must be there, and tools leave out more. What is missing here is
unknown, never empty: a body that a tool did not keep says nothing about the PBX.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.errors import ConfigurationError
from conformance.judge.packed import unpacked
from conformance.secrecy import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conformance.wire.exchange import Headers

__all__ = ["OURS", "Body", "Capture", "Entry", "read_capture"]

OURS = "kpbx-conformance"
UNDATED = datetime.fromtimestamp(0, UTC)
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
IN_PART = "the recording holds the body only in part"
NOT_ENCODED = "the recording is a text that its own encoding can't hold"
NOT_KEPT = "the recording does not hold the body"
# What this project puts in the place of bodies, or of their ends.
_CUT = re.compile(r"\n\[cut after \d+ of \d+ bytes\]\Z")
_BINARY = re.compile(r"\[\d+ bytes of binary data, sha256 [0-9a-f]{64}, not recorded\]\Z")
_DECLARED = re.compile(r"""\ufeff?\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.-]+)""", re.IGNORECASE)
NO_BODY = {204, 304}
LAST_YEAR = 9000


@dataclass(frozen=True, slots=True)
class Body:
    """A recorded body.

    Attributes:
        data: its bytes, as far as they can be restored; None if the recording does not hold it.
        doubt: why the bytes may not be those that went over the wire; empty if there is none.
        as_sent: they are certainly the bytes themselves, and not a text made from them.
        encoding: in which they are a text.
    """

    data: bytes | None
    doubt: str = ""
    as_sent: bool = True
    encoding: str = "utf-8"

    @property
    def text(self) -> str:
        """The text; empty if the recording does not hold it."""
        return (self.data or b"").decode(self.encoding, "replace")


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded exchange; `number` counts from 1, in the order of the file.

    Attributes:
        status: 0 without an answer.
        started: when it was sent, in UTC; `UNDATED` if it is not said.
        seconds: how long it took.
        own: what this project's own recordings say beside it.
        cached: a browser took the answer from its own cache.
    """

    number: int
    method: str
    url: str
    headers: Headers = field(repr=False)
    sent: Body = field(repr=False)
    status: int
    reason: str
    answer_headers: Headers = field(repr=False)
    answer: Body = field(repr=False)
    started: datetime
    seconds: float
    own: Mapping[str, Any]
    cached: bool = False

    def header(self, name: str) -> str:
        """The value of a request's header field; empty without one."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


@dataclass(frozen=True, slots=True)
class Capture:
    """A whole recording, in the order in which its requests were sent.

    Attributes:
        creator: the tool that made it.
        head: what this project's own recordings say of the run; empty in others.
        unreadable: how many entries are none.
    """

    entries: tuple[Entry, ...]
    creator: str
    head: Mapping[str, Any]
    unreadable: int


def read_capture(file: Path) -> Capture:
    """Read a HAR file.

    Raises:
        ConfigurationError: it can't be read, is not JSON or no HAR.
    """
    try:
        data = json.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(
            f"{file}: can't be read: {error.strerror}; name a HAR file"
        ) from error
    except (ValueError, RecursionError) as error:
        said = str(error)[:200] or "too deeply nested"
        raise ConfigurationError(f"{file}: is not JSON: {said}; name a HAR file") from error
    log = data.get("log") if isinstance(data, dict) else None
    rows = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(log, dict) or not isinstance(rows, list):
        raise ConfigurationError(f"{file}: is no HAR: it has no log.entries; name a HAR file")
    creator = _text(_mapping(log.get("creator")).get("name"))
    head = _mapping(log.get("_kpbx")) if creator == OURS else {}
    entries = [_entry(number, row, creator) for number, row in enumerate(rows, 1)]
    found = [entry for entry in entries if entry is not None]
    if all(entry.started is not UNDATED for entry in found):
        found.sort(key=lambda entry: entry.started)
    return Capture(tuple(found), creator, head, len(entries) - len(found))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _entry(number: int, row: Any, creator: str) -> Entry | None:
    request, response = (
        _mapping(_mapping(row).get("request")),
        _mapping(_mapping(row).get("response")),
    )
    method, url = _text(request.get("method")).upper(), _text(request.get("url"))
    if not method or not _is_url(url):
        return None
    answer_headers = tuple(_pairs(response.get("headers")))
    content = _mapping(response.get("content"))
    if not answer_headers and _text(content.get("mimeType")):
        answer_headers = (("Content-Type", _text(content.get("mimeType"))),)
    ours = creator == OURS
    own = _mapping(row.get("_kpbx")) if ours else {}
    answer = _answer(content, response, answer_headers, own if ours else None)
    if not ours:  # other tools unpack what they keep
        answer_headers = tuple(
            (name, value) for name, value in answer_headers if name.lower() != "content-encoding"
        )
    headers = tuple(_pairs(request.get("headers")))
    return Entry(
        number=number,
        method=method,
        url=url,
        headers=headers,
        sent=_sent(request, headers, ours=ours),
        status=_status(response),
        reason=_text(response.get("statusText")),
        answer_headers=answer_headers,
        answer=answer,
        started=_moment(row.get("startedDateTime")),
        seconds=_seconds(row.get("time")),
        own=own,
        cached=bool(row.get("_fromCache")),
    )


def _status(response: Mapping[str, Any]) -> int:
    status = response.get("status")
    known = isinstance(status, int) and 0 < status < 1000  # noqa: PLR2004
    return int(status) if isinstance(status, int) and known else 0


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _pairs(rows: Any) -> Iterator[tuple[str, str]]:
    for row in rows if isinstance(rows, list) else ():
        name, value = _text(_mapping(row).get("name")), _mapping(row).get("value")
        if name and not name.startswith(":"):  # HTTP/2 has its own, as Chromium shows them
            yield name, str(value) if isinstance(value, (str, int, float)) else ""


def _moment(text: Any) -> datetime:
    try:
        found = datetime.fromisoformat(_text(text))
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return UNDATED
    return found if UNDATED.year < found.year < LAST_YEAR else UNDATED


def _seconds(milliseconds: Any) -> float:
    good = isinstance(milliseconds, (int, float)) and 0 <= milliseconds < 1e9  # noqa: PLR2004
    return float(milliseconds) / 1000 if good else 0.0


def _sent(request: Mapping[str, Any], headers: Headers, *, ours: bool) -> Body:
    posted = request.get("postData")
    if isinstance(posted, dict) and isinstance(posted.get("text"), str):
        mime = _text(posted.get("mimeType"))
        if posted["text"] or not posted.get("params"):
            return _body(
                posted["text"], _text(posted.get("encoding")), mime, "utf-8" if ours else ""
            )
    if isinstance(posted, dict) and posted.get("params"):
        return Body(None, "the recording holds form parameters instead of the body")
    length = next((value for name, value in headers if name.lower() == "content-length"), "0")
    size = request.get("bodySize")
    if length.strip() not in {"", "0"} or (isinstance(size, int) and size > 0):
        return Body(None, NOT_KEPT)
    return Body(b"")


def _answer(
    content: Mapping[str, Any],
    response: Mapping[str, Any],
    headers: Headers,
    own: Mapping[str, Any] | None,
) -> Body:
    text, size = content.get("text"), content.get("size")
    if _status(response) in NO_BODY:
        return Body(b"")
    named = {name.lower(): value.strip() for name, value in headers}
    length = named.get("content-length", "")
    if not isinstance(text, str) or (not text and (size or length not in {"", "0"})):
        known_empty = not text and size == 0 and length == "0"
        return Body(b"") if known_empty else Body(None, NOT_KEPT)
    mime = named.get("content-type", "")
    ours = _text(own.get("encoding")) or "utf-8" if own is not None else ""
    body = _body(text, _text(content.get("encoding")), mime, ours)
    if not ours and body.data is not None and body.as_sent and not body.doubt:
        data = unpacked(body.data, named.get("content-encoding", ""))
        if data is None:
            return Body(None, "the recording holds a packed body that can't be unpacked")
        if isinstance(size, int) and size > len(data) and WITHHELD[:-1] not in text:
            return Body(data, IN_PART, as_sent=False)
        return Body(data)
    return body


def _body(text: str, encoding: str, mime: str, ours: str) -> Body:
    if encoding.lower() == "base64":
        try:
            return Body(base64.b64decode(text, validate=False))
        except (binascii.Error, ValueError):
            return Body(None, "the recording holds base64 that can't be read")
    if _BINARY.match(text):
        return Body(None, "the recording leaves out binary data")
    if _CUT.search(text):
        return Body(None, IN_PART)
    if text.isascii() and not ours.startswith("utf-16"):
        return Body(text.encode())
    return _encoded(text, mime, ours)


def _encoded(text: str, mime: str, ours: str) -> Body:
    """A text in the encoding in which it was sent, as far as that can be told.

    Args:
        text: what was recorded.
        mime: the media type, with the charset that it names.
        ours: the encoding that a recording of this project names; empty in others.
    """
    doubt = "the recording shows characters that could not be read" if REPLACEMENT in text else ""
    if ours:  # whatever the document says of itself
        try:
            return Body(text.encode(ours), doubt, not doubt, ours)
        except (LookupError, UnicodeError):
            return Body(text.encode("utf-8", "replace"), doubt or NOT_ENCODED, as_sent=False)
    declared = _DECLARED.match(text) or _CHARSET.search(mime)
    encoding = declared[1] if declared else "utf-8"
    try:
        return Body(text.encode(encoding), doubt, as_sent=False, encoding=encoding)
    except (LookupError, UnicodeError):
        return Body(text.encode("utf-8", "replace"), doubt or NOT_ENCODED, as_sent=False)
