"""Messages of the API built from plain values, and plain values read from its messages.

A body is written as a mapping from tag to value: a string is the element's text, None leaves the
element out, a mapping nests, a list repeats. The order of the mapping is the order on the wire
(RD-27).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any, TypeAlias

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Body",
    "CData",
    "Content",
    "References",
    "child_texts",
    "content",
    "document",
    "plain",
    "whole_number",
]

Body: TypeAlias = Mapping[str, Any]

# More digits than any id, count or time of a PBX has; int() refuses a few thousand.
LONGEST_NUMBER = 18
DECLARATION = b'<?xml version="1.0"?>\n'
# What ends a CDATA section can't stand in one (XML 1.0, 2.7).
END_OF_CDATA = "]]>"


class CData(str):
    """Text that is sent as a CDATA section, if it can be: another way to write the same."""

    __slots__ = ()


class References(str):
    """Text whose characters beyond ASCII are sent as references, as in its whole document.

    Where another text of the document is a CDATA section, they are sent as they are.
    """

    __slots__ = ()


def _fill(parent: etree._Element, body: Body, styles: set[type]) -> None:
    """Build what stands below an element, and collect in which ways it is to be written."""
    for tag, value in body.items():
        if value is None:
            continue
        several = isinstance(value, Sequence) and not isinstance(value, str)
        for item in value if several else [value]:
            element = etree.SubElement(parent, tag)
            if isinstance(item, Mapping):
                _fill(element, item, styles)
            elif isinstance(item, bool):
                element.text = "true" if item else "false"
            elif isinstance(item, CData) and END_OF_CDATA not in item:
                element.text = etree.CDATA(str(item))
                styles.add(CData)
            else:
                element.text = str(item)
                styles.add(type(item))


def document(body: Body | None, request_id: str | None) -> bytes:
    """A request document: `<kpbx_request>` with the request_id first, then the body.

    Introduction and Request_id: "POST and PUT methods require that request parameters are passed
    in the request body".
    """
    root = etree.Element("kpbx_request")
    if request_id is not None:
        etree.SubElement(root, "request_id").text = request_id
    styles: set[type] = set()
    _fill(root, body or {}, styles)
    # In a CDATA section a reference would be text.
    escaped = References in styles and CData not in styles
    return DECLARATION + etree.tostring(root, encoding="ascii" if escaped else "utf-8")


def plain(element: etree._Element | None) -> str:
    """The text of an element, empty if there is none."""
    return "" if element is None else (element.text or "")


def child_texts(element: etree._Element, tags: Iterable[str] = ()) -> dict[str, str]:
    """The texts of an element's children by tag: of all, or of those named (empty if absent)."""
    wanted = tuple(tags)
    if wanted:
        return {tag: plain(element.find(tag)) for tag in wanted}
    return {str(child.tag): plain(child) for child in element if not len(child)}


Content: TypeAlias = "str | dict[str, list[Content]]"


def content(element: etree._Element) -> Content:
    """An element's content for comparisons: text of a leaf, else the children by tag.

    The order of different tags does not count (RD-27), that of equal ones does.
    """
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        return element.text or ""
    found: dict[str, list[Content]] = {}
    for child in children:
        found.setdefault(str(child.tag), []).append(content(child))
    return found


def whole_number(text: str | None) -> int | None:
    """The number that a PBX wrote; None if it is none, or absurdly long."""
    digits = (text or "").strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > LONGEST_NUMBER:
        return None
    return int(digits)


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 address."""
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True
