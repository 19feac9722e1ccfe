"""Documents judged against their schema while they arrive, in memory that does not grow with them.

Nothing that a document contains makes these functions raise: what is wrong with it is in the
result. A document is held only as far as it is not made of records, and no further than the limits
below; a DTD is refused before the parser sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from conformance.schema.errors import DocumentError, ForbiddenDoctype, NotWellFormed
from conformance.schema.explain import Explainer, SchemaError, schema_error
from conformance.schema.parse import hardened_parser, not_well_formed, refuse_doctype
from conformance.schema.place import Places
from conformance.schema.prolog import Prolog
from conformance.schema.prune import Pruner, drop_hints

if TYPE_CHECKING:
    from typing import BinaryIO

    from lxml.etree import _Element as Element

    from conformance.schema.store import MessageSchema

__all__ = [
    "DocumentValidator",
    "SchemaError",
    "ValidationResult",
    "validate_bytes",
    "validate_stream",
]

# Small enough for memory, large enough that what is done once for each costs nothing.
SLICE = 64 * 1024
MEBIBYTE = 1024 * 1024
# What may stand around the records, or in one record; measured whenever so much has come in.
MOST_BYTES_HELD = 2 * MEBIBYTE
MOST_NODES_HELD = 100_000
MEASURED_EVERY = MEBIBYTE // 2
_HINT = b"chemaLocation"
# Encodings in which ASCII text is written in ASCII's bytes, and nothing else is.
_ASCII_BASED = ("utf-8", "us-ascii", "iso-8859-", "windows-125")
_nodes = etree.XPath("count(//node() | //@*)")


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """What a document turned out to be.

    Attributes:
        errors: the violations, in document order as far as possible; none if it is valid.
        well_formed: no rule of XML itself was broken, as far as the document was read. Reading ends
            early once a streamed document has as many errors as were asked for.
        tree: the root element, if it was asked for and the document is well-formed.
    """

    errors: tuple[SchemaError, ...]
    well_formed: bool
    tree: Element | None = None

    @property
    def valid(self) -> bool:
        """Whether the document is what the schema allows."""
        return not self.errors


class DocumentValidator:
    """Judges one document, which is fed in pieces of any size.

    Attributes:
        ended: the verdict is settled, nothing more needs to be fed.
    """

    def __init__(
        self, schema: MessageSchema, *, max_errors: int = 20, keep_tree: bool = False
    ) -> None:
        self._schema = schema
        self._max_errors = max_errors
        self._keep_tree = keep_tree
        self._errors: list[SchemaError] = []
        self._well_formed = True
        self.ended = False
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self._prolog = Prolog(anchored=not keep_tree)
        self._parser: etree.XMLPullParser[Element] | None = None
        self._anchor: Element | None = None
        self._root: Element | None = None
        self._unmeasured = 0
        self._overlap = b""
        self._places = Places(schema.model)
        self._explainer = Explainer(schema.model, self._places)
        self._pruner = Pruner(schema, self._places, self._explainer)

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the document; what is wrong with them is said by `close`."""
        if self.ended:
            return
        self._waiting.append(data)
        self._waiting_size += len(data)
        if self._waiting_size < SLICE:
            return
        block = data if len(self._waiting) == 1 else b"".join(self._waiting)
        self._waiting.clear()
        self._waiting_size = 0
        for start in range(0, len(block), SLICE):
            self._take(block[start : start + SLICE])
            self._prune()

    def close(self) -> ValidationResult:
        """Return the verdict on all that was fed."""
        self._take(b"".join(self._waiting), final=True)
        self._waiting.clear()
        root = None if self.ended else self._finish()
        self.ended = True
        tree = root if self._keep_tree and self._well_formed else None
        self._errors.sort(key=lambda error: (error.line == 0, error.line))
        errors = tuple(self._errors[: self._max_errors])
        return ValidationResult(errors, self._well_formed, tree)

    def _take(self, data: bytes, *, final: bool = False) -> None:
        if self.ended:
            return
        try:
            text = self._prolog.feed(data, final=final)
            if text:
                self._look_for_hints(text)
                self._feed_parser(text)
        except DocumentError as error:
            self._reject(error)

    def _feed_parser(self, text: bytes) -> None:
        if self._parser is None:
            self._parser = hardened_parser(transcoded=self._prolog.transcoded)
        try:
            self._parser.feed(text)
        except etree.XMLSyntaxError as error:
            self._reject(not_well_formed(self._parser, error))
            return
        for _, instruction in self._parser.read_events():
            # The first one is the prolog's anchor; the rest have been seen and are let go.
            self._anchor = instruction if self._anchor is None else self._anchor

    def _look_for_hints(self, text: bytes) -> None:
        """Notice the attributes that tell a validator to load schemas from elsewhere."""
        if not self._pruner.suspect_hints:
            self._pruner.suspect_hints = _HINT in self._overlap + text
            self._overlap = text[-len(_HINT) :]

    def _prune(self) -> None:
        """Judge and drop what is complete, and see that the rest has not grown too large."""
        if self.ended or self._keep_tree:
            return
        if self._root is None and not self._meet_root():
            return
        assert self._root is not None  # noqa: S101 - for the type checker
        self._errors += self._pruner.prune(self._root)
        self._unmeasured += SLICE
        if len(self._errors) >= self._max_errors:
            self.ended = True
        elif self._unmeasured >= MEASURED_EVERY:
            self._unmeasured = 0
            self._measure(self._root)

    def _meet_root(self) -> bool:
        root = self._anchor.getnext() if self._anchor is not None else None
        if root is None:
            return False
        try:
            refuse_doctype(root)
        except DocumentError as error:
            self._reject(error)
            return False
        self._pruner.suspect_hints |= self._hides_ascii(root)
        self._root = root
        return True

    def _measure(self, root: Element) -> None:
        tree = root.getroottree()
        nodes = int(_nodes(tree))
        if nodes > MOST_NODES_HELD or len(etree.tostring(tree)) > MOST_BYTES_HELD:
            found = "too much in one record, or around the records"
            allowed = f"at most {MOST_BYTES_HELD // MEBIBYTE} MiB and {MOST_NODES_HELD} nodes there"
            self._errors.append(schema_error(0, "", found, allowed))
            self.ended = True

    def _finish(self) -> Element | None:
        """Judge what has not been judged: the document around the records."""
        if self._parser is None:
            self._reject(NotWellFormed(0, "no element at all"))
            return None
        try:
            root = self._parser.close()
            refuse_doctype(root)
        except DocumentError as error:
            self._reject(error)
            return None
        except etree.XMLSyntaxError as error:
            self._reject(not_well_formed(self._parser, error))
            return None
        if self._pruner.suspect_hints or self._hides_ascii(root):
            drop_hints(root)
        complaints = self._schema.whole.complaints(root)
        if complaints is not None:
            self._errors += self._explainer.explain(complaints, root)
        return root

    def _hides_ascii(self, root: Element) -> bool:
        encoding = (root.getroottree().docinfo.encoding or "utf-8").lower()
        return not (self._prolog.transcoded or encoding.startswith(_ASCII_BASED))

    def _reject(self, error: DocumentError) -> None:
        self._errors.append(schema_error(error.line, "", error.found, error.allowed))
        self._well_formed = isinstance(error, ForbiddenDoctype)
        self.ended = True


def validate_bytes(
    schema: MessageSchema, data: bytes, *, max_errors: int = 20, keep_tree: bool = True
) -> ValidationResult:
    """Judge a whole document."""
    validator = DocumentValidator(schema, max_errors=max_errors, keep_tree=keep_tree)
    validator.feed(data)
    return validator.close()


def validate_stream(
    schema: MessageSchema, stream: BinaryIO, *, max_errors: int = 20
) -> ValidationResult:
    """Judge a document while it is read.

    Raises:
        OSError: the stream can't be read.
    """
    validator = DocumentValidator(schema, max_errors=max_errors)
    while not validator.ended and (data := stream.read(SLICE)):
        validator.feed(data)
    return validator.close()
