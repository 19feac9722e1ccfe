"""Records judged and dropped while their document arrives, so that memory does not grow with it.

A run of equal records leaves the content model of their container where a single one would (see
`Model`), so of each run all but one can go once they are judged: what remains, judged at the end
with the whole schema, is valid if and only if the document was. Anything in a container that is
not its record stays in the document; so does the last record, which the parser may be inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

from conformance.schema.model import Branch
from conformance.schema.place import Batch
from conformance.schema.store import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from conformance.schema.explain import Explainer, SchemaError
    from conformance.schema.place import Places
    from conformance.schema.store import MessageSchema, RecordSchema

__all__ = ["Pruner", "drop_hints"]

NOWHERE = Branch()
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_count = etree.XPath("count(*)")
_hints = etree.XPath(
    "descendant-or-self::*/@xsi:schemaLocation"
    " | descendant-or-self::*/@xsi:noNamespaceSchemaLocation",
    namespaces={"xsi": XSI},
)


def drop_hints(element: Element) -> None:
    """Remove the attributes that tell a validator to load schemas from elsewhere."""
    for hint in _hints(element):
        owner = hint.getparent()
        del owner.attrib[hint.attrname]


@dataclass(slots=True)
class _List:
    """A container whose records are being dropped: `passed` of them are judged or stay in it."""

    schema: RecordSchema
    stays: int = 0
    passed: int = 0
    as_shown: bool = True


class Pruner:
    """Judges the complete records of a growing tree and takes them out of it.

    Attributes:
        dropped: how many are gone.
    """

    def __init__(
        self, schema: MessageSchema, places: Places, explainer: Explainer, max_errors: int
    ) -> None:
        self.dropped = 0
        self._max_errors = max_errors
        self._schema = schema
        self._places = places
        self._explainer = explainer
        self._lists: dict[tuple[Element, str], _List] = {}

    def prune(self, root: Element, *, suspect_hints: bool) -> list[SchemaError]:
        """Judge the records that are complete; return what is wrong with them."""
        if root.tag != self._schema.model.root_name:
            return []
        branch = self._schema.model.branch
        node = root
        while branch and node.get(f"{{{XSI}}}type") is None:
            last = next(node.iterchildren("*", reversed=True), None)
            if last is None:
                break
            declaration = branch.records.get(str(last.tag))
            if declaration is not None:
                return self._take(node, last, declaration, suspect_hints)
            node, branch = last, branch.children.get(str(last.tag), NOWHERE)
        return []

    def _take(
        self, container: Element, last: Element, declaration: Element, suspect_hints: bool
    ) -> list[SchemaError]:
        schema = self._schema.records(declaration)
        records = self._lists.setdefault((container, schema.name), _List(schema))
        taken = container[records.stays : container.index(last)]
        if not taken:
            return []
        batch = Batch(etree.Element(BATCH, nsmap=container.nsmap), container, records.passed)
        batch.holder[:] = taken
        if suspect_hints:
            drop_hints(batch.holder)
        if self._valid(records, batch):
            self._drop(records, batch)
            return []
        return self._errors(records, batch)

    def _valid(self, records: _List, batch: Batch) -> bool:
        as_shown = records.schema.as_shown if records.as_shown else None
        if as_shown is not None and as_shown.complaints(batch.holder) is None:
            return True
        valid = records.schema.any_order.complaints(batch.holder) is None
        # Valid, but not in the order shown: nor will the rest of this document be.
        records.as_shown &= not valid
        return valid

    def _errors(self, records: _List, batch: Batch) -> list[SchemaError]:
        errors: list[SchemaError] = []
        for run in self._runs(records, batch):
            complaints = records.schema.any_order.complaints(run.holder)
            if complaints is not None:
                wanted = self._max_errors - len(errors)
                errors += islice(self._explainer.explain(complaints, run.holder, run), wanted)
                if len(errors) == self._max_errors:
                    break  # nobody reads on
            self._drop(records, run)
        return errors

    def _runs(self, records: _List, batch: Batch) -> Iterator[Batch]:
        """Put back what is no record, each time with the record before it; yield the others."""
        stay: list[Element] = []
        run: list[Element] = []
        for node in list(batch.holder):
            if node.tag == records.schema.name:
                run.append(node)
            elif isinstance(node.tag, str):
                last = run.pop() if run else None
                if run:
                    yield self._run(records, batch, run)
                    run = []
                if last is not None:
                    records.passed += 1
                    self._places.keep(last, records.passed)
                    stay.append(last)
                stay.append(node)
        if run:
            yield self._run(records, batch, run)
        batch.container[records.stays : records.stays] = stay
        records.stays += len(stay)

    @staticmethod
    def _run(records: _List, batch: Batch, run: list[Element]) -> Batch:
        holder = etree.Element(BATCH, nsmap=batch.container.nsmap)
        holder[:] = run
        return Batch(holder, batch.container, records.passed)

    def _drop(self, records: _List, batch: Batch) -> None:
        number = int(_count(batch.holder))
        self.dropped += number
        records.passed += number
        self._places.drop(batch.container, records.schema.name, number)
