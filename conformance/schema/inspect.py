"""The same schemas through xmlschema, which shows what they are made of.

Slower than libxml2 by far, so it is imported only where its components or messages are needed.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import xmlschema

from conformance.errors import SchemaStoreError
from conformance.schema.store import message_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["complaints", "components"]


@cache
def components(relative: str) -> xmlschema.XMLSchema10:
    """Return a message's schema as components; nothing outside the schemas' folder is loaded.

    Raises:
        SchemaStoreError: it is missing, or xmlschema finds it wrong.
    """
    path = message_schema(relative).path
    try:
        return xmlschema.XMLSchema10(str(path), allow="local", defuse="always")
    except xmlschema.XMLSchemaException as error:
        raise SchemaStoreError(f"{relative}: xmlschema finds it wrong: {error}") from None


def complaints(relative: str, data: bytes) -> Iterator[str]:
    """What xmlschema finds wrong with a well-formed document, a sentence each; nothing if valid."""
    for error in components(relative).iter_errors(data):
        yield f"{error.path}: {error.reason}"
