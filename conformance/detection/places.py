"""Where elements stand in the documents of a schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.schema.model import XS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element as Element

    from conformance.schema.model import Model, Particle

__all__ = ["Place", "places"]

# The envelope's own elements: they are broken by themselves, elsewhere.
_ENVELOPE = frozenset({"request_id", "request_not_allowed"})


@dataclass(frozen=True, slots=True)
class Place:
    """An element of a schema's documents.

    Attributes:
        path: The names from below the root down to it.
        declaration: Its declaration.
        required: Whether it may not be left out where its parent stands.
        repeats: Whether it is a record of a list.
        leaf: Whether it holds a value rather than elements.
    """

    path: tuple[str, ...]
    declaration: Element
    required: bool
    repeats: bool
    leaf: bool

    @classmethod
    def root(cls, top: Place) -> Place:
        """The root of the document that an element stands in."""
        return cls((), top.declaration, required=True, repeats=False, leaf=False)

    @property
    def name(self) -> str:
        """Its name."""
        return self.path[-1]

    @property
    def depth(self) -> int:
        """How far below the root it stands."""
        return len(self.path)

    def inside(self, other: Place) -> bool:
        """Whether it stands within another."""
        return self.depth > other.depth and self.path[: other.depth] == other.path

    def of(self, root: Element) -> Sequence[Element]:
        """The elements of a document that stand here."""
        return root.findall("/".join(self.path)) if self.path else [root]


def places(model: Model) -> Iterator[Place]:
    """Every place of a schema's documents, apart from the envelope's, from the outside in."""
    yield from _below(model, model.root, ())


def _below(model: Model, declaration: Element, path: tuple[str, ...]) -> Iterator[Place]:
    particles = model.children(declaration)
    for name in dict.fromkeys(particle.name for particle in particles):
        same = [particle for particle in particles if particle.name == name]
        if (not path and name in _ENVELOPE) or _never_shown(same, particles):
            continue
        first = same[0].declaration
        yield Place(
            path=(*path, name),
            declaration=first,
            required=any(particle.required for particle in same),
            repeats=any(particle.repeats for particle in same),
            leaf=not model.children(first) and not _is_complex(model, first),
        )
        yield from _below(model, first, (*path, name))


def _is_complex(model: Model, declaration: Element) -> bool:
    content = model.type_of(declaration)
    return content is not None and content.tag == f"{XS}complexType"


def _never_shown(same: Sequence[Particle], particles: Sequence[Particle]) -> bool:
    """Whether a reading permits an element that the guide does not print there.

    It is another name for what comes before it in the same choice, or a block beside records.
    """
    declaration = same[0].declaration
    above = declaration.getparent()
    if above is not None and above.tag == f"{XS}choice":
        for other in declaration.itersiblings(f"{XS}element", preceding=True):
            if other.get("type") == declaration.get("type"):
                return True
    records = any(particle.repeats for particle in particles)
    return records and any(not particle.repeats for particle in same)
