"""Documents judged against their schema while they arrive, in memory that does not grow with them.

Nothing that a document contains makes these functions raise: what is wrong with it is in the
result. A document is held only as far as it is not made of records, and no further than the limits
below; a DTD is refused before the parser sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

from conformance.schema.errors import DocumentError, NotWellFormed, TooLarge
from conformance.schema.explain import Explainer, SchemaError, schema_error
from conformance.schema.place import Places
from conformance.schema.prune import Pruner, drop_hints
from conformance.schema.reader import DocumentReader

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


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """What a document turned out to be.

    Attributes:
        errors: the violations, in document order as far as possible; none if it is valid.
        well_formed: no rule of XML itself was broken, as far as the document was read. Reading ends
            early once a streamed document has as many errors as were asked for.
        given_up: there is more of it than can be held: the rest was not judged.
        tree: the root element without comments and processing instructions, if it was asked for
            and the document is well-formed.
    """

    errors: tuple[SchemaError, ...]
    well_formed: bool
    tree: Element | None = None
    given_up: bool = False

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
        self,
        schema: MessageSchema,
        *,
        max_errors: int = 20,
        keep_tree: bool = False,
        charset: str = "",
    ) -> None:
        self.ended = False
        self._schema = schema
        self._max_errors = max_errors
        self._keep_tree = keep_tree
        self._errors: list[SchemaError] = []
        self._well_formed = True
        self._given_up = False
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self._reader = DocumentReader(whole=keep_tree, charset=charset)
        places = Places(schema.model)
        self._explainer = Explainer(schema.model, places)
        self._pruner = Pruner(schema, places, self._explainer, max_errors)

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
        try:
            for start in range(0, len(block), SLICE):
                if not self.ended:
                    self._reader.feed(block[start : start + SLICE])
                    self._thin_out()
        except DocumentError as error:
            self._reject(error)

    def close(self) -> ValidationResult:
        """Return the verdict on all that was fed."""
        root = None
        if not self.ended:
            try:
                self._reader.feed(b"".join(self._waiting), final=True)
                root = self._reader.close()
                self._judge_rest(root)
            except DocumentError as error:
                self._reject(error)
        else:
            self._reader.abandon()
        self.ended = True
        self._waiting.clear()
        tree = root if self._keep_tree else None
        if tree is not None:  # they say nothing, and would cut the texts around them in two
            etree.strip_tags(tree, etree.ProcessingInstruction)
        self._errors.sort(key=lambda error: (error.line == 0, error.line))
        errors = tuple(self._errors[: self._max_errors])
        return ValidationResult(errors, self._well_formed, tree, self._given_up)

    def _thin_out(self) -> None:
        """Judge and drop the records that are complete."""
        root = self._reader.root
        if root is not None:
            self._errors += self._pruner.prune(root, suspect_hints=self._reader.suspect_hints)
            self.ended = len(self._errors) >= self._max_errors
        self._reader.measure(self._pruner.dropped)

    def _judge_rest(self, root: Element) -> None:
        if self._reader.suspect_hints:
            drop_hints(root)
        complaints = self._schema.whole.complaints(root)
        if complaints is not None:
            wanted = max(1, self._max_errors - len(self._errors))
            self._errors += islice(self._explainer.explain(complaints, root), wanted)

    def _reject(self, error: DocumentError) -> None:
        self._errors.append(schema_error(error.line, "", error.found, error.allowed))
        self._well_formed = not isinstance(error, NotWellFormed)
        self._given_up = isinstance(error, TooLarge)
        self._reader.abandon()
        self.ended = True


def validate_bytes(
    schema: MessageSchema,
    data: bytes,
    *,
    max_errors: int = 20,
    keep_tree: bool = True,
    charset: str = "",
) -> ValidationResult:
    """Judge a whole document; `charset` is the encoding that its transport names, if any."""
    validator = DocumentValidator(
        schema, max_errors=max_errors, keep_tree=keep_tree, charset=charset
    )
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
