"""What handlers answer, before any of it becomes bytes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from lxml.etree import SubElement
from lxml.etree import _Element as Element


@dataclass(slots=True, kw_only=True)
class Reply:
    """Any answer.

    Attributes:
        last: Whether the connection ends with it, because the PBX is about to go away.
    """

    last: bool = False


@dataclass(slots=True)
class Outcome(Reply):
    """A code and its message, in their block of their container."""

    container: str
    code: int
    message: str
    block: str = "error"


@dataclass(slots=True)
class Document(Reply):
    """The content of a `kpbx_response`."""

    content: Element
    code: int | None = None


@dataclass(slots=True)
class Records(Reply):
    """The content of a `kpbx_response` that ends in a list, however long.

    Attributes:
        content: The container, with what stands before the list.
        tag: The element that holds the list.
        records: Its entries, made as they are needed.
        code: The code beside it.
    """

    content: Element
    tag: str
    records: Iterator[Element]
    code: int

    def document(self) -> Document:
        """Return it with all its records in place."""
        listing = SubElement(self.content, self.tag)
        listing.extend(self.records)
        return Document(self.content, self.code)


@dataclass(slots=True)
class Table(Reply):
    """Rows for a CSV answer."""

    columns: Sequence[str]
    rows: Iterable[Sequence[str]]


@dataclass(slots=True)
class Attachment(Reply):
    """A file, as a stream of octets."""

    data: bytes
    filename: str


@dataclass(slots=True)
class Refusal(Reply):
    """An answer of HTTP itself: the request never reached the API."""

    status: HTTPStatus
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Codes:
    """The documented codes of an endpoint, ready to be answered."""

    container: str
    messages: Mapping[int, str]
    block: str = "error"

    def __call__(self, code: int, *, last: bool = False) -> Outcome:
        """Answer one of them.

        Raises:
            KeyError: The endpoint documents no such code.
        """
        return Outcome(self.container, code, self.messages[code], self.block, last=last)
