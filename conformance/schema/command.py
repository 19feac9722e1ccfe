"""`kpbx-conformance validate`: a document against its schema, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.schema.store import message_schema
from conformance.schema.validate import validate_stream
from conformance.text import printable

if TYPE_CHECKING:
    from typing import BinaryIO, TextIO

__all__ = ["run_validate"]


def run_validate(schema_path: str, source: BinaryIO, name: str, out: TextIO) -> int:
    """Print what is wrong with a document, a line each, or `valid`.

    Args:
        schema_path: the message's schema, below `xsd/`.
        source: the document.
        name: what to call it in the lines printed.
        out: where they go.

    Returns:
        0 for a valid document, 1 for an invalid one.

    Raises:
        OSError: the document can't be read.
        SchemaStoreError: the schema is missing or broken.
    """
    result = validate_stream(message_schema(schema_path), source)
    for error in result.errors:
        where = printable(f"{name}:{error.line}: " if error.line else f"{name}: ")
        path = f"{error.path}: " if error.path else ""
        out.write(f"{where}{path}found {error.found}; allowed: {error.allowed}\n")
    if result.valid:
        out.write(f"{printable(name)}: valid\n")
    return 0 if result.valid else 1
