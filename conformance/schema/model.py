"""An XSD read as data: which elements are declared where, and which of them are records.

A record is an element that may follow itself without end: a call of the CDR, a user of a list.
Nothing here knows the families' names; the schemas say it all. Only what the project's schemas use
is understood (no target namespace, no import, no redefinition). Where a content model holds more
than that, it simply has no records, and its documents are held whole while they are judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from conformance.errors import SchemaStoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from lxml.etree import _Element as Element

__all__ = ["XS", "Branch", "Model", "Particle", "local", "read_schema"]

XS_NAMESPACE = "http://www.w3.org/2001/XMLSchema"
XS = f"{{{XS_NAMESPACE}}}"
UNBOUNDED = "unbounded"
_GROUPS = frozenset({f"{XS}sequence", f"{XS}choice", f"{XS}all"})
# What a document of records, judged one after the other, could slip through.
_WHOLE_DOCUMENT = ("key", "keyref", "unique", "any", "import", "redefine")
_WHOLE_TYPES = frozenset({"ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NOTATION"})


@dataclass(frozen=True, slots=True)
class Particle:
    """An element's place in a content model."""

    name: str
    declaration: Element
    required: bool
    repeats: bool


@dataclass(slots=True)
class Branch:
    """What lies below an element: records by name, and the branches that lead to records."""

    records: dict[str, Element] = field(default_factory=dict)
    children: dict[str, Branch] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.records or self.children)


def read_schema(path: Path) -> etree._ElementTree:
    """Read one XSD file.

    Raises:
        SchemaStoreError: it can't be read, or is no XSD.
    """
    parser = etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False)
    try:
        tree = etree.parse(path, parser)
    except (OSError, etree.XMLSyntaxError) as error:
        raise SchemaStoreError(f"{path.name}: the schema can't be read: {error}") from None
    if tree.getroot().tag != f"{XS}schema":
        raise SchemaStoreError(f"{path.name}: not an XML Schema")
    return tree


def local(qname: str) -> str:
    """The local part of a name as schemas write it."""
    return qname.rpartition(":")[2]


class Model:
    """One message's schema with all that it includes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._types: dict[str, Element] = {}
        self._groups: dict[str, Element] = {}
        self._documents = list(_with_includes(path))
        for document in self._documents:
            for node in document.iterchildren(f"{XS}complexType", f"{XS}simpleType"):
                self._types[node.get("name", "")] = node
            for node in document.iterchildren(f"{XS}group"):
                self._groups[node.get("name", "")] = node
        roots = list(self._documents[0].iterchildren(f"{XS}element"))
        if len(roots) != 1:
            raise SchemaStoreError(f"{path.name}: {len(roots)} root elements instead of one")
        self.root = roots[0]
        self.root_name = self.root.get("name", "")
        branch = Branch() if self._judged_whole() else self._branch(self.root, ())
        self.branch = branch

    def find(self, names: Sequence[str]) -> Element | None:
        """The declaration of the element at a path that begins with the root, if there is one."""
        if not names or names[0] != self.root_name:
            return None
        found: Element | None = self.root
        for name in names[1:]:
            particles = self.children(found) if found is not None else ()
            found = next((p.declaration for p in particles if p.name == name), None)
        return found

    def children(self, declaration: Element) -> list[Particle]:
        """The elements that may stand inside a declared one; none if it holds text."""
        content = self.type_of(declaration)
        if content is None or content.tag != f"{XS}complexType":
            return []
        return list(self._particles(content, endless=False))

    def type_of(self, node: Element, attribute: str = "type") -> Element | None:
        """The type that an element (or a restriction, by its base) has, unless it is built in."""
        named = node.get(attribute)
        if named is not None:
            prefix = named.rpartition(":")[0] or None
            return None if node.nsmap.get(prefix) == XS_NAMESPACE else self._types.get(named)
        return next(node.iterchildren(f"{XS}complexType", f"{XS}simpleType"), None)

    def any_order(self, declaration: Element) -> bool:
        """Whether the elements inside a declared one may come in any order."""
        content = self.type_of(declaration)
        return content is not None and content.find(f"{XS}all") is not None

    def type_named(self, name: str) -> Element | None:
        """A type by its name, if the schemas define it."""
        return self._types.get(name)

    def _judged_whole(self) -> bool:
        return any(
            next(document.iter(*(XS + name for name in _WHOLE_DOCUMENT)), None) is not None
            or any(
                local(value) in _WHOLE_TYPES
                for node in document.iter(f"{XS}*")
                for value in (node.get("type"), node.get("base"), node.get("itemType"))
                if value and ":" in value
            )
            for document in self._documents
        )

    def _branch(self, declaration: Element, above: tuple[Element, ...]) -> Branch:
        branch = Branch()
        content = self.type_of(declaration)
        if content is None or content in above or not self._understood(content):
            return branch
        particles = list(self._particles(content, endless=False))
        single = {p.name for p in particles if not p.repeats}
        for particle in particles:
            if particle.name not in single:
                branch.records.setdefault(particle.name, particle.declaration)
            elif particle.name not in branch.children:
                below = self._branch(particle.declaration, (*above, content))
                if below:
                    branch.children[particle.name] = below
        return branch

    @staticmethod
    def _understood(content: Element) -> bool:
        """Whether a type holds elements alone, all of them named in it."""
        if content.tag != f"{XS}complexType" or content.get("mixed") in {"true", "1"}:
            return False
        return next(content.iterchildren(f"{XS}complexContent", f"{XS}simpleContent"), None) is None

    def _particles(self, group: Element, *, endless: bool) -> Iterator[Particle]:
        """Flatten a content model.

        A deterministic model, as XML Schema demands it, is in the same state after one such
        element and after a run of them if each of its places repeats: that is what makes an
        element a record.

        Args:
            group: the model, or a group within it.
            endless: the group is a choice that can be made again and again.
        """
        for node in group.iterchildren(f"{XS}*"):
            most = node.get("maxOccurs", "1")
            if most == "0":
                continue
            if node.tag == f"{XS}element":
                least = node.get("minOccurs", "1")
                repeats = (most == UNBOUNDED or endless) and least in {"0", "1"}
                yield Particle(node.get("name", ""), node, least != "0", repeats)
            elif node.tag in _GROUPS:
                alone = node.tag == f"{XS}choice" or len(list(node.iterchildren(f"{XS}*"))) == 1
                yield from self._particles(node, endless=most == UNBOUNDED and alone)
            elif node.tag == f"{XS}group" and node.get("ref") in self._groups:
                yield from self._particles(self._groups[node.get("ref", "")], endless=False)


def _with_includes(path: Path) -> Iterable[Element]:
    """The schema at a path, then each that it includes, once."""
    waiting, seen = [path.resolve()], set()
    while waiting:
        here = waiting.pop(0)
        if here in seen:
            continue
        seen.add(here)
        root = read_schema(here).getroot()
        if root.get("targetNamespace") is not None:
            raise SchemaStoreError(f"{here.name}: a target namespace, which no message has")
        waiting.extend(
            (here.parent / node.get("schemaLocation", "")).resolve()
            for node in root.iterchildren(f"{XS}include")
        )
        yield root
