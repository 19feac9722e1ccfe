"""A document read in pieces into a tree that can be looked at, and thinned out, while it grows."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lxml import etree

from conformance.schema.errors import NotWellFormed, TooLarge
from conformance.schema.parse import hardened_parser, not_well_formed, refuse_doctype
from conformance.schema.prolog import Prolog

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

__all__ = ["DocumentReader"]

MEBIBYTE = 1024 * 1024
# What the tree may hold of a document at a time; measured whenever so much has come in.
MOST_BYTES_HELD = 2 * MEBIBYTE
MOST_NODES_HELD = 50_000
MEASURED_EVERY = MEBIBYTE // 4
INSTRUCTION_SIZE = 128
# What a tree that is wanted whole may consist of, about 250 bytes each: a year's call records.
MOST_NODES_WHOLE = 2_500_000
_HINT = b"chemaLocation"
# Encodings in which ASCII text is written in ASCII's bytes, and nothing else is.
_ASCII_BASED = ("utf-8", "us-ascii", "iso-8859-", "windows-125")
_nodes = etree.XPath("count(//node()) + count(//@*)")


class DocumentReader:
    """Reads one document.

    Attributes:
        root: the root element as far as it has been read; None before it begins, and in a document
            that is read whole.
        suspect_hints: the document may have attributes that tell a validator to load schemas.
    """

    def __init__(self, *, whole: bool, charset: str = "") -> None:
        """Begin.

        Args:
            whole: the tree is wanted as a whole: nobody thins it out, and it may grow.
            charset: the encoding of a document that says none, by its transport.
        """
        self.root: Element | None = None
        self.suspect_hints = False
        self._whole = whole
        self._prolog = Prolog(anchored=not whole, charset=charset)
        self._parser: etree.XMLPullParser[Element] | None = None
        self._anchor: Element | None = None
        self._overlap = b""
        self._beside_root = 0
        self._in_parser = 0
        self._unmeasured = 0
        self._measured = (0, 0, 0)
        self._nodes = 0

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Read on.

        Raises:
            DocumentError: the document can't be read any further.
            TooLarge: a document that is read whole has too many parts.
        """
        text = self._prolog.feed(data, final=final)
        if not text:
            return
        self._look_for_hints(text)
        if self._whole:
            self._count(text)
        if self._parser is None:
            self._parser = hardened_parser(
                transcoded=self._prolog.transcoded, instructions=not self._whole
            )
        try:
            self._parser.feed(text)
        except etree.XMLSyntaxError as error:
            raise not_well_formed(self._parser, error) from None
        if not self._whole:
            self._look_around(self._parser)
            self._unmeasured += len(text)

    def close(self) -> Element:
        """Return the root of what is in the tree at the end.

        Raises:
            DocumentError: the document is not complete, or has a DTD after all.
        """
        if self._parser is None:
            raise NotWellFormed(0, "no element at all")
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise not_well_formed(self._parser, error) from None
        self._meet(root)
        return root

    def abandon(self) -> None:
        """Let go of a document that is not read to its end: lxml frees only what was closed."""
        self.root = self._anchor = None
        if self._parser is not None:
            with suppress(etree.XMLSyntaxError):
                self._parser.close()
            self._parser = None

    def measure(self, dropped: int) -> None:
        """See that neither the tree nor the parser holds too much; costs little if called often.

        Args:
            dropped: how many records have been taken out of the tree so far.

        Raises:
            TooLarge: one of them does.
        """
        if self._unmeasured < MEASURED_EVERY:
            return
        nodes = size = 0
        if self.root is not None:
            nodes = int(_nodes(self.root.getroottree()))
            # A tree with too many nodes is not worth writing out.
            size = (
                len(etree.tostring(self.root)) if nodes <= MOST_NODES_HELD else MOST_BYTES_HELD + 1
            )
        # What changes nothing in the tree waits in the parser, for the end of a tag for instance.
        still = (nodes, size, dropped) == self._measured
        self._in_parser = self._in_parser + self._unmeasured if still else 0
        self._measured = (nodes, size, dropped)
        self._unmeasured = 0
        if max(size, self._in_parser, self._beside_root) > MOST_BYTES_HELD:
            raise TooLarge(
                "too much in one record, or around the records",
                f"at most {MOST_BYTES_HELD // MEBIBYTE} MiB and {MOST_NODES_HELD} nodes there",
            )

    def _count(self, text: bytes) -> None:
        """Count, before they are made, the elements, instructions and attributes of a piece."""
        self._nodes += text.count(b"<") - text.count(b"</") + text.count(b"=")
        if self._nodes > MOST_NODES_WHOLE:
            raise TooLarge(
                "more elements and attributes than can be held", f"at most {MOST_NODES_WHOLE}"
            )

    def _look_for_hints(self, text: bytes) -> None:
        if not self.suspect_hints:
            self.suspect_hints = _HINT in self._overlap + text
            self._overlap = text[-len(_HINT) :]

    def _look_around(self, parser: etree.XMLPullParser[Element]) -> None:
        """Find the root beside the anchor, and count what else stands beside it."""
        for _, instruction in parser.read_events():
            if self._anchor is None:
                self._anchor = instruction
            elif instruction.getparent() is None:
                self._beside_root += INSTRUCTION_SIZE + len(instruction.text or "")
        if self.root is None and self._anchor is not None:
            self.root = next(self._anchor.itersiblings("*"), None)
            if self.root is not None:
                self._meet(self.root)

    def _meet(self, root: Element) -> None:
        refuse_doctype(root)
        encoding = (root.getroottree().docinfo.encoding or "utf-8").lower()
        if not self._prolog.transcoded and not encoding.startswith(_ASCII_BASED):
            self.suspect_hints = True
