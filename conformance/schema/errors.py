"""What can be wrong with a document before any schema is asked."""

from __future__ import annotations

from conformance.errors import KpbxError

__all__ = ["DocumentError", "ForbiddenDoctype", "NotWellFormed", "TooLarge"]


class DocumentError(KpbxError):
    """A document that can't be read as XML: `line` is 0 where it is unknown."""

    def __init__(self, line: int, found: str, allowed: str) -> None:
        where = f"line {line}: " if line else ""
        super().__init__(f"{where}found {found}; allowed: {allowed}")
        self.line = line
        self.found = found
        self.allowed = allowed


class NotWellFormed(DocumentError):
    """The document breaks the rules of XML itself, or the parser's limits."""

    def __init__(self, line: int, found: str, allowed: str = "a well-formed XML document") -> None:
        super().__init__(line, found, allowed)


class ForbiddenDoctype(DocumentError):
    """The document carries a DTD: none is documented, and none is ever read."""

    def __init__(self, line: int) -> None:
        super().__init__(line, "a document type declaration (DTD)", "a document without one")


class TooLarge(DocumentError):
    """More than can be held of a document that does not consist of records."""

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(0, found, allowed)
