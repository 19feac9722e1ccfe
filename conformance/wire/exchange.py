"""One request and its answer, as they went over the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from conformance.text import shortened
from conformance.wire.message import whole_number

if TYPE_CHECKING:
    from datetime import datetime

    from lxml import etree

    from conformance.catalogue import Endpoint
    from conformance.schema.validate import ValidationResult

__all__ = ["Exchange", "Request", "Response"]

_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([^\s;,"']+)""", re.IGNORECASE)

REDIRECTION = 3
LONGEST_QUOTE = 120

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent: the whole URL, the headers without the client's own defaults, the body.

    What may hold secrets does not show when it is printed, as in a traceback.
    """

    method: str
    url: str = field(repr=False)
    path: str
    headers: Headers = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back.

    Attributes:
        truncated: the body did not come whole, or was not read whole.
        oversized: it was the harness that stopped, at the size that it reads at most.
    """

    status: int
    reason: str = field(repr=False)
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)
    http_version: str = "HTTP/1.1"
    truncated: bool = False
    oversized: bool = False

    def header(self, name: str) -> str:
        """The values of a header, joined by commas; empty without one."""
        wanted = name.lower()
        return ", ".join(value for key, value in self.headers if key.lower() == wanted)

    @property
    def media_type(self) -> str:
        """The media type of the body in lower case, without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def content_coding(self) -> str:
        """How the body is packed (RFC 9110, 8.4), in lower case; empty if it is not."""
        coding = self.header("content-encoding").strip().lower()
        return "" if coding == "identity" else coding

    @property
    def charset(self) -> str:
        """The charset that the Content-Type names; empty if it names none."""
        found = _CHARSET.search(self.header("content-type"))
        return found[1] if found else ""


@dataclass(eq=False)
class Exchange:
    """A request, the answer to it (or why there is none), and what was found in both."""

    endpoint: Endpoint | None
    request: Request
    response: Response | None
    started: datetime
    seconds: float
    request_id: str | None = None
    broken: str = ""
    lost: str = ""
    timed_out: bool = False
    surplus: bytes = field(default=b"", repr=False)
    validation: ValidationResult | None = field(default=None, repr=False)
    notes: list[str] = field(default_factory=list)
    conditions: tuple[str, ...] = ()
    """The lab conditions that a check had brought about."""

    @property
    def status(self) -> int:
        """The HTTP status; 0 without an answer."""
        return self.response.status if self.response else 0

    @cached_property
    def root(self) -> etree._Element | None:
        """The answer's root element, if the answer is well-formed XML."""
        return self.validation.tree if self.validation and self.validation.well_formed else None

    def find(self, path: str) -> etree._Element | None:
        """The element at that path below the root, if there is one."""
        return None if self.root is None else self.root.find(path)

    def records(self, path: str) -> list[etree._Element]:
        """All elements at that path below the root."""
        return [] if self.root is None else self.root.findall(path)

    @cached_property
    def gated(self) -> bool:
        """Whether the answer is the licence gate's."""
        return self.find("request_not_allowed") is not None

    @cached_property
    def _block(self) -> etree._Element | None:
        if self.root is None:
            return None
        blocks = (
            block
            for container in self.root
            for block in (container.find("error"), container.find("error_code"))
            if block is not None
        )
        return next(blocks, None)

    @cached_property
    def code(self) -> int | None:
        """The application code in the answer's error block, if it is a number."""
        return whole_number(self._text_of("code"))

    @cached_property
    def message(self) -> str:
        """The message in the answer's error block."""
        return self._text_of("message")

    def _text_of(self, name: str) -> str:
        return "" if self._block is None else (self._block.findtext(name) or "").strip()

    @property
    def unreadable(self) -> str:
        """Why the answer can't be read as a document, as far as HTTP or XML say; else empty."""
        said = list(filter(None, (self.lost, self._elsewhere, self._packed)))
        if self.validation is not None and self.validation.tree is None and not said:
            said = [error.message for error in self.validation.errors[:1]]
        if self.surplus.strip():
            said.append(
                f"{len(self.surplus)} bytes or more follow the end that its header fields give it"
            )
        return "; ".join(said)

    @property
    def _elsewhere(self) -> str:
        location = self.response.header("location") if self.response else ""
        if not location or self.status // 100 != REDIRECTION:
            return ""
        return f"it redirects to {shortened(location, LONGEST_QUOTE)!r}, where nothing was sent"

    @property
    def _packed(self) -> str:
        coding = self.response.content_coding if self.response else ""
        if not coding or self.root is not None:
            return ""
        return f"it is packed ({shortened(coding, LONGEST_QUOTE)!r}), which nobody asked for"

    def flag(self, name: str) -> bool | None:
        """The boolean directly under the root with that name; None if it is none."""
        text = "" if self.root is None else (self.root.findtext(name) or "").strip()
        return {"true": True, "false": False}.get(text)

    def forget(self) -> None:
        """Let go of the parsed answer: a search makes thousands of exchanges that nobody reads."""
        self.validation = None
        self.__dict__.pop("root", None)
        self.__dict__.pop("_block", None)

    def summary(self) -> str:
        """The answer in a few words, for a reader."""
        if self.response is None:
            return f"no answer ({self.lost})"
        parts = [f"HTTP {self.status}"]
        kind = shortened(self.response.media_type or "no Content-Type", LONGEST_QUOTE)
        if self.code is not None:
            where = "request_not_allowed " if self.gated else ""
            parts.append(f"{where}code {self.code} {self.message!r}")
        elif self.root is not None and self.root.tag != "kpbx_response":
            parts.append(f"<{shortened(str(self.root.tag), LONGEST_QUOTE)}> as {kind}")
        elif self.root is not None:
            tags = "/".join(str(child.tag) for child in self.root[:4])
            parts.append(f"<{shortened(tags, LONGEST_QUOTE)}>")
        else:
            parts.append(f"{len(self.response.body)} bytes of {kind}")
            parts += filter(None, (self.unreadable,))
        return ", ".join(parts)
