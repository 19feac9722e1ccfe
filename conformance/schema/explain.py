"""What libxml2 complains about, in words: where, what was found, what is allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from conformance.schema.values import allowed_values
from conformance.secrecy import SECRET_ELEMENTS
from conformance.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element as Element
    from lxml.etree import _LogEntry as LogEntry

    from conformance.schema.model import Model, Particle
    from conformance.schema.place import Batch, Places

__all__ = ["Explainer", "SchemaError", "schema_error"]

WITHHELD = "(withheld)"
LONGEST_QUOTE = 80
LONGEST_LIST = 10  # libxml2 names so many expected elements and is silent about the rest
_CODES = etree.ErrorTypes
_UNWANTED_CONTENT = {
    _CODES.SCHEMAV_CVC_COMPLEX_TYPE_2_1,
    _CODES.SCHEMAV_CVC_COMPLEX_TYPE_2_2,
    _CODES.SCHEMAV_CVC_COMPLEX_TYPE_2_3,
}
_UNWANTED_ATTRIBUTE = {
    _CODES.SCHEMAV_CVC_COMPLEX_TYPE_3_2_1,
    _CODES.SCHEMAV_CVC_COMPLEX_TYPE_3_2_2,
    _CODES.SCHEMAV_CVC_TYPE_3_1_1,
}
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*) \)\.$")
_ATTRIBUTE = re.compile(r"Element '[^']*', attribute '([^']*)'")
_PREFIX = re.compile(r"([\w.-]+):")


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One violation.

    Attributes:
        line: 1-based, 0 if unknown.
        path: such as `/kpbx_response/cdr/calls/call[3]/start`; empty for the document itself.
        found: what was found, shortened, control characters escaped, secrets withheld.
        allowed: what was allowed there.
        message: all of it in one sentence.
        record: the number of the record in its list, None outside records.
    """

    line: int
    path: str
    found: str
    allowed: str
    message: str
    record: int | None = None


def schema_error(
    line: int, path: str, found: str, allowed: str, record: int | None = None
) -> SchemaError:
    """Put a violation into words that can be printed anywhere."""
    where = ", ".join(filter(None, (f"line {line}" if line else "", path)))
    message = (
        f"{where}: found {found}; allowed: {allowed}"
        if where
        else f"found {found}; allowed: {allowed}"
    )
    return SchemaError(
        line, printable(path), printable(found), printable(allowed), printable(message), record
    )


class Explainer:
    """Puts libxml2's complaints about one document into words, one for each offending node."""

    def __init__(self, model: Model, places: Places) -> None:
        self._model = model
        self._places = places

    def explain(
        self, complaints: Iterable[LogEntry], top: Element, batch: Batch | None = None
    ) -> Iterator[SchemaError]:
        """Translate the complaints about an element that was judged."""
        seen: set[tuple[Element, str]] = set()
        for complaint in complaints:
            element = _target(top, complaint.path)
            if element is None:
                element = top
            attribute = _ATTRIBUTE.match(complaint.message)
            about = (
                attribute[1] if attribute else str(complaint.type == _CODES.SCHEMAV_ELEMENT_CONTENT)
            )
            if (element, about) in seen:
                continue
            seen.add((element, about))
            place = self._places.place(element, batch)
            if complaint.type == _CODES.SCHEMAV_CVC_ELT_1:
                found, allowed = _tag(element), f"<{self._model.root_name}>"
            elif complaint.type == _CODES.SCHEMAV_ELEMENT_CONTENT:
                found, allowed = self._content(complaint.message, element, place.names)
            else:
                found, allowed = self._value(complaint, element, place.names)
            yield schema_error(place.line, place.path, found, allowed, place.record)
        if not seen:
            yield schema_error(0, "", "something that libxml2 could not judge", "shorter values")

    def _value(
        self, complaint: LogEntry, element: Element, names: tuple[str, ...]
    ) -> tuple[str, str]:
        declaration = self._model.find(names)
        particles = self._model.children(declaration) if declaration is not None else []
        if complaint.type in _UNWANTED_CONTENT:
            return _stray_text(element, names), _elements(particles)
        if complaint.type in _UNWANTED_ATTRIBUTE:
            return _attribute_found(complaint.message), "no such attribute"
        values = (
            "what its type allows"
            if declaration is None
            else allowed_values(self._model, declaration)
        )
        if complaint.type == _CODES.SCHEMAV_CVC_TYPE_3_1_2:
            return f"elements inside {_tag(element)}", values
        if _ATTRIBUTE.match(complaint.message):
            return _attribute_found(complaint.message), "no such attribute, or another value"
        return _quoted("".join(element.itertext()), names), values

    def _content(self, message: str, element: Element, names: tuple[str, ...]) -> tuple[str, str]:
        expected = self._expected(message, names)
        if "Missing child element" not in message:
            earlier = next(element.itersiblings(str(element.tag), preceding=True), None)
            another = "another " if earlier is not None else ""
            return another + _tag(element), self._not_there_yet(element, names) or expected
        declaration = self._model.find(names)
        particles = self._model.children(declaration) if declaration is not None else []
        present = {child.tag for child in element}
        missing = [f"<{p.name}>" for p in particles if p.required and p.name not in present]
        if missing and declaration is not None and self._model.any_order(declaration):
            return f"no {' and no '.join(missing)}", f"{_tag(element)} with {_elements(particles)}"
        return f"the end of {_tag(element)}", f"{expected} before it"

    def _expected(self, message: str, names: tuple[str, ...]) -> str:
        """The elements that libxml2 expected, with a word on those it kept to itself."""
        listed = _EXPECTED.search(message)
        expected = listed[1].split(", ") if listed else []
        if len(expected) < LONGEST_LIST:
            return _choice(expected)
        around = self._model.find(names if "Missing child" in message else names[:-1])
        declared = [p.name for p in self._model.children(around)] if around is not None else []
        all_named = expected[-1] in declared[-1:]
        return _choice(expected) + ("" if all_named else " or one that comes later")

    def _not_there_yet(self, element: Element, names: tuple[str, ...]) -> str:
        """The elements that could come instead; libxml2 names no more than ten of them."""
        parent = self._model.find(names[:-1])
        if parent is None or not self._model.any_order(parent):
            return ""
        there = {sibling.tag for sibling in element.itersiblings("*", preceding=True)}
        return _choice([p.name for p in self._model.children(parent) if p.name not in there])


def _target(top: Element, path: str | None) -> Element | None:
    """The element at the path that libxml2 gives, or the nearest above it that can be found."""
    tree = top.getroottree()
    while path and path != "/":
        prefixes = set(_PREFIX.findall(path))
        namespaces = {
            prefix: uri
            for node in (tree.iter("*") if prefixes else ())
            for prefix, uri in node.nsmap.items()
            if prefix is not None and prefix in prefixes
        }
        try:
            found = tree.xpath(path, namespaces=namespaces)
        except etree.XPathError:
            found = []
        if isinstance(found, list) and found and isinstance(found[0], etree._Element):  # noqa: SLF001
            return found[0]
        path = path.rpartition("/")[0]
    return None


def _quoted(text: str, names: tuple[str, ...]) -> str:
    if not set(SECRET_ELEMENTS).isdisjoint(names):
        return WITHHELD
    if not text:
        return "nothing"
    return f"'{text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + '…'}'"


def _tag(element: Element) -> str:
    name = etree.QName(element)
    short = (
        name.localname
        if len(name.localname) <= LONGEST_QUOTE
        else name.localname[:LONGEST_QUOTE] + "…"
    )
    return (
        f"<{short}> of the namespace {_quoted(name.namespace, ())}"
        if name.namespace
        else f"<{short}>"
    )


def _choice(names: list[str]) -> str:
    tags = [f"<{name}>" for name in names]
    if len(tags) < 2:  # noqa: PLR2004 - a list of alternatives begins with the second
        return "".join(tags) or "nothing more there"
    return f"{', '.join(tags[:-1])} or {tags[-1]}"


def _elements(particles: list[Particle]) -> str:
    names = dict.fromkeys(f"<{p.name}>" for p in particles)
    return ", ".join(names) + " and nothing else" if names else "nothing"


def _stray_text(element: Element, names: tuple[str, ...]) -> str:
    texts = [element.text, *(child.tail for child in element)]
    stray = next((text.strip() for text in texts if text and text.strip()), None)
    return (
        f"elements inside {_tag(element)}" if stray is None else f"the text {_quoted(stray, names)}"
    )


def _attribute_found(message: str) -> str:
    name = _ATTRIBUTE.match(message)
    return f"the attribute {_quoted(name[1], ()) if name else ''}"
