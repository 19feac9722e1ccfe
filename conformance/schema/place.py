"""Where an element stands in its document: line, path, record; also when most of it is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from conformance.schema.model import Model

__all__ = ["Batch", "Place", "Places", "line_of"]

# libxml2 keeps 16 bits of an element's line; beyond them it answers with a text's nearby.
LAST_LINE_KEPT = 65535
LONGEST_STEP = 80


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element stands; `names` are the steps of its path without their numbers."""

    line: int
    path: str
    names: tuple[str, ...]
    record: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Records taken out of their container: `before` of them went earlier."""

    holder: Element
    container: Element
    before: int


class Places:
    """Finds elements in a document whose earlier records may have been dropped."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._dropped: dict[tuple[Element, str], int] = {}
        self._ordinals: dict[Element, int] = {}

    def drop(self, container: Element, name: str, number: int) -> None:
        """Count records of a container that are dropped."""
        self._dropped[container, name] = self._dropped.get((container, name), 0) + number

    def keep(self, record: Element, ordinal: int) -> None:
        """Remember a record's number, which stays while some after it are dropped."""
        self._ordinals[record] = ordinal

    def place(self, element: Element, batch: Batch | None = None) -> Place:
        """Where an element of the document, or of a batch taken out of it, stands."""
        line = line_of(element)
        steps: list[tuple[str, int, bool]] = []
        node: Element | None = element
        while node is not None:
            if batch is not None and node is batch.holder:
                node = batch.container
            steps.append(self._step(node, batch))
            node = node.getparent()
        steps.reverse()
        record = self._number_records(steps)
        path = "".join(f"/{name}[{n}]" if many else f"/{name}" for name, n, many in steps)
        return Place(line, path, tuple(name for name, _, _ in steps), record)

    def _step(self, node: Element, batch: Batch | None) -> tuple[str, int, bool]:
        parent = node.getparent()
        position = 1 + sum(1 for _ in node.itersiblings(str(node.tag), preceding=True))
        if batch is not None and parent is batch.holder:
            position += batch.before
        elif node in self._ordinals:
            position = self._ordinals[node]
        elif parent is not None:
            position += self._dropped.get((parent, str(node.tag)), 0)
        many = position > 1 or next(node.itersiblings(str(node.tag)), None) is not None
        return _shortened(str(node.tag)), position, many

    def _number_records(self, steps: list[tuple[str, int, bool]]) -> int | None:
        """Give a record its number even where it is the only one, and return that number."""
        branch = self._model.branch if steps[0][0] == self._model.root_name else None
        for index, (name, position, _) in enumerate(steps[1:], start=1):
            if branch is None:
                break
            if name in branch.records:
                steps[index] = (name, position, True)
                return position
            branch = branch.children.get(name)
        return None


def line_of(element: Element) -> int:
    """The line of an element's start tag, 0 if unknown.

    Beyond the lines that libxml2 keeps, the line it answers with is the one where the next text
    ends, so the line breaks in that text are taken off. Only a text of several lines with a
    character reference in it makes this wrong.
    """
    line = element.sourceline or 0
    if line < LAST_LINE_KEPT:
        return line
    node: Element = element
    while not node.text and len(node):
        node = node[0]
    between = node.text or ("" if len(element) else element.tail) or ""
    return line - between.count("\n")


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_STEP else name[: LONGEST_STEP - 1] + "…"
