"""The compiled schemas, one for each message, compiled when first asked for."""

from __future__ import annotations

from copy import deepcopy
from functools import cache, cached_property
from threading import Lock
from typing import TYPE_CHECKING

from lxml import etree

from conformance.errors import SchemaStoreError
from conformance.resources import xsd_dir
from conformance.schema.model import XS, Model, read_schema

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element as Element
    from lxml.etree import _LogEntry as LogEntry

__all__ = ["BATCH", "Compiled", "MessageSchema", "RecordSchema", "message_schema"]

# The element that records are gathered under when they are judged without their document.
BATCH = "batch"
_compiling = Lock()


class Compiled:
    """A schema that libxml2 has compiled; threads may share it, and take turns."""

    def __init__(self, tree: etree._ElementTree, name: str) -> None:
        try:
            self._schema = etree.XMLSchema(tree)
        except etree.XMLSchemaParseError as error:
            raise SchemaStoreError(f"{name}: the schema can't be compiled: {error}") from None
        self._turn = Lock()

    def complaints(self, element: Element) -> list[LogEntry] | None:
        """What is wrong with an element and all below it: None if it is valid."""
        with self._turn:
            try:
                return None if self._schema.validate(element) else list(self._schema.error_log)
            except etree.XMLSchemaValidateError:
                # libxml2 gives up, for instance on a pattern over an absurdly long value.
                return list(self._schema.error_log)


class RecordSchema:
    """Any number of one record, without the document around them."""

    def __init__(self, model: Model, declaration: Element) -> None:
        self.name = declaration.get("name", "")
        self._model = model
        self._declaration = declaration

    @cached_property
    def any_order(self) -> Compiled:
        """The records as the message's schema has them."""
        return self._compile(deepcopy(self._declaration))

    @cached_property
    def as_shown(self) -> Compiled | None:
        """The records with their elements in the order shown, if the schema allows every order.

        What is valid here is valid there, and libxml2 finds out in half the time.
        """
        content = self._model.type_of(self._declaration)
        if content is None or not self._model.any_order(self._declaration):
            return None
        fixed = deepcopy(content)
        fixed.attrib.pop("name", None)
        for group in fixed.iterchildren(f"{XS}all"):
            group.tag = f"{XS}sequence"
        declaration = deepcopy(self._declaration)
        declaration.attrib.pop("type", None)
        declaration[:] = [fixed]
        return self._compile(declaration)

    def _compile(self, declaration: Element) -> Compiled:
        """Compile the message's schema with one more global element: the batch of records."""
        tree = read_schema(self._model.path)
        schema = tree.getroot()
        if self._declaration.nsmap != schema.nsmap:
            raise SchemaStoreError(f"{self._model.path.name}: its includes use other prefixes")
        declaration.set("minOccurs", "0")
        declaration.set("maxOccurs", "unbounded")
        batch = etree.SubElement(schema, f"{XS}element", name=BATCH)
        content = etree.SubElement(batch, f"{XS}complexType")
        etree.SubElement(content, f"{XS}sequence").append(declaration)
        return Compiled(tree, self._model.path.name)


class MessageSchema:
    """The schema of one message: the whole document, and its records alone."""

    def __init__(self, path: Path, relative: str) -> None:
        self.relative = relative
        self.path = path
        self.model = Model(path)
        self.whole = Compiled(read_schema(path), relative)
        self._records: dict[Element, RecordSchema] = {}

    def __repr__(self) -> str:
        return f"MessageSchema({self.relative!r})"

    def records(self, declaration: Element) -> RecordSchema:
        """The schema of the records with that declaration."""
        with _compiling:
            return self._records.setdefault(declaration, RecordSchema(self.model, declaration))


def message_schema(relative: str) -> MessageSchema:
    """Return the schema at a path below `xsd/`, such as `cdr/cdr.post.response-1.1.xsd`.

    Raises:
        SchemaStoreError: there is none, or it can't be compiled.
    """
    with _compiling:
        return _load(relative)


@cache
def _load(relative: str) -> MessageSchema:
    folder = xsd_dir()
    path = (folder / relative).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise SchemaStoreError(f"{relative}: there is no such schema")
    return MessageSchema(path, relative)
