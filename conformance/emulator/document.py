"""XML in and out: requests parsed safely, responses built as trees, never as text."""

import re
from collections.abc import Iterator

from lxml import etree
from lxml.etree import SubElement
from lxml.etree import _Element as Element

REQUEST, RESPONSE = "kpbx_request", "kpbx_response"

_MAX_DEPTH = 16
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (_MAX_DEPTH + 1) + ")")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_DIGITS = 9


class BadDocumentError(ValueError):
    """The body is no request: not well-formed, a DTD, another root, too deep."""


class InvalidValueError(ValueError):
    """A field holds what its type does not allow; the message is the field's name."""


def parse_request(body: bytes) -> "Form":
    """Read a request body; an empty one is a request without parameters.

    No DTD is accepted, no entity expanded, nothing fetched.

    Raises:
        BadDocumentError: It is not a `kpbx_request`; the message says why.
    """
    if not body.strip():
        return Form.empty()
    # A parser of its own per request: lxml's parsers are locked while they work.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise BadDocumentError(f"not well-formed: {error.msg}") from error
    if root.getroottree().docinfo.doctype:
        raise BadDocumentError("a document type declaration is not accepted")
    if root.tag != REQUEST:
        raise BadDocumentError(f"the root must be {REQUEST}")
    if _TOO_DEEP(root):
        raise BadDocumentError(f"more than {_MAX_DEPTH} levels")
    return Form(root)


def is_text(value: str) -> bool:
    """Say whether XML can carry a string: most control characters have no place in it."""
    return _NOT_XML.search(value) is None


def add(parent: Element, tag: str, text: str = "") -> Element:
    """Append an element with a text to its parent."""
    child = SubElement(parent, tag)
    if text:
        child.text = text
    return child


def add_flag(parent: Element, tag: str, value: bool) -> None:
    """Append `true` or `false`."""
    SubElement(parent, tag).text = "true" if value else "false"


def number(text: str) -> int | None:
    """Return a non-negative integer of reasonable length, or None."""
    word = text.strip()
    # int() would take other scripts' digits, signs, underscores, and hours for a long one.
    if not (word.isascii() and word.isdigit() and len(word) <= _MAX_DIGITS):
        return None
    return int(word)


class Form:
    """The fields of a request, or of one block of it, by tag."""

    def __init__(self, element: Element) -> None:
        self._element = element

    @classmethod
    def empty(cls) -> "Form":
        """Return a request without parameters."""
        return cls(etree.Element(REQUEST))

    @property
    def element(self) -> Element:
        """The element that holds the fields."""
        return self._element

    def __contains__(self, tag: str) -> bool:
        return self._element.find(tag) is not None

    def text(self, tag: str, default: str = "") -> str:
        """Return a field as it was written, or the default when it is not there."""
        found = self._element.find(tag)
        return default if found is None else found.text or ""

    def word(self, tag: str) -> str:
        """Return a field without surrounding white space."""
        return self.text(tag).strip()

    def lacks(self, *tags: str) -> bool:
        """Say whether any of these is missing or blank."""
        return not all(self.word(tag) for tag in tags)

    def has_any(self, *tags: str) -> bool:
        """Say whether any of these is there, blank or not."""
        return any(tag in self for tag in tags)

    def flag(self, tag: str, default: bool) -> bool:
        """Return a boolean, or the default when it is not there.

        Raises:
            InvalidValueError: It is neither `true` nor `false`.
        """
        if tag not in self:
            return default
        word = self.word(tag)
        if word not in {"true", "false"}:
            raise InvalidValueError(tag)
        return word == "true"

    def block(self, tag: str) -> "Form | None":
        """Return a block of fields, or None when it is not there."""
        found = self._element.find(tag)
        return None if found is None else Form(found)

    def blocks(self, tag: str) -> Iterator["Form"]:
        """Iterate over repeated blocks."""
        return map(Form, self._element.iterfind(tag))
