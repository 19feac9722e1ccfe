"""What stands before the root element: the encoding is settled here, and a DTD refused.

The parser never sees a DTD, so nothing of it can be loaded, declared or expanded. Documents in
UTF-16 or UTF-32 go to the parser as UTF-8; all others as they are, in an encoding whose markup is
ASCII.
"""

from __future__ import annotations

import codecs
import re

from conformance.schema.errors import ForbiddenDoctype, NotWellFormed

__all__ = ["ANCHOR", "LONGEST_PROLOG", "Prolog"]

LONGEST_PROLOG = 64 * 1024
ANCHOR = "kpbx-anchor"
ENOUGH_TO_TELL = 4

# The first bytes of a document that is not written in ASCII's code units, the longer ones first.
_WIDE = (
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\xfe\xff", "utf-16"),
    (b"\xff\xfe", "utf-16"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
)
_DOCTYPE = b"<!DOCTYPE"
_OPEN_ENDED = (b"<?", b"<!--")
_MISC = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t\r\n]++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_SAYS_ENCODING = re.compile(rb"\xef\xbb\xbf|<\?xml[ \t\r\n][^>]*[ \t\r\n]encoding[ \t\r\n]*=")
_SINGLE_BYTE = ("iso8859-", "cp125")
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml[ \t\r\n].*?\?>)?", re.DOTALL)


def _is_single_byte(charset: str) -> bool:
    """Whether a charset is one of those, other than UTF-8, in which ASCII's bytes are ASCII."""
    try:
        return codecs.lookup(charset).name.startswith(_SINGLE_BYTE)
    except (LookupError, ValueError):
        return False


class _Utf8First:
    """Decodes UTF-8, as XML does without a declaration, and a charset where it is none.

    A server may name a charset for all that it serves, which the documents are not in.
    """

    def __init__(self, charset: str) -> None:
        self._decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder("utf-8")()
        self._charset = charset

    def decode(self, data: bytes, final: bool = False) -> str:
        """Return the text of the next bytes.

        Raises:
            UnicodeDecodeError: they are in neither.
        """
        pending = self._decoder.getstate()[0]
        try:
            return self._decoder.decode(data, final)
        except UnicodeDecodeError:
            if not self._charset:
                raise
        self._decoder = codecs.getincrementaldecoder(self._charset)()
        self._charset = ""
        return self._decoder.decode(pending + data, final)


class Prolog:
    """Takes a document from its first byte and passes it on once its root element has begun.

    Attributes:
        transcoded: the parser gets UTF-8, whatever the document's XML declaration says.
    """

    def __init__(self, *, anchored: bool = False, charset: str = "") -> None:
        """Begin.

        Args:
            anchored: a processing instruction is to stand before the root.
            charset: what the transport says of the encoding (RFC 7303): it counts where neither a
                byte order mark nor the document's own declaration says another, and the bytes are
                not UTF-8.
        """
        self.transcoded = False
        self._charset = charset
        self._anchored = anchored
        self._head = b""
        self._line = 1
        self._started = False
        self._passed = False
        self._decoder: codecs.IncrementalDecoder | _Utf8First | None = None

    def feed(self, data: bytes, *, final: bool = False) -> bytes:
        """Return what can go to the parser now: nothing as long as a DTD could still follow.

        Raises:
            ForbiddenDoctype: the document has a DTD.
            NotWellFormed: its bytes are not in the encoding they begin in, or the root element is
                too far away.
        """
        if self._passed and self._decoder is None:
            return data
        if not self._started:
            data = self._head + data
            if len(data) < ENOUGH_TO_TELL and not final:
                self._head = data
                return b""
            self._begin(data)
        if self._decoder is not None:
            data = self._transcode(data, final=final)
        return data if self._passed else self._release(data, final=final)

    def _begin(self, data: bytes) -> None:
        self._started = True
        self._head = b""
        for magic, encoding in _WIDE:
            if data.startswith(magic):
                self.transcoded = True
                self._decoder = codecs.getincrementaldecoder(encoding)()
                return
        if self._charset and not _SAYS_ENCODING.match(data) and _is_single_byte(self._charset):
            self.transcoded = True
            self._decoder = _Utf8First(self._charset)

    def _transcode(self, data: bytes, *, final: bool) -> bytes:
        assert self._decoder is not None  # noqa: S101 - for the type checker
        try:
            text = self._decoder.decode(data, final).encode()
        except UnicodeError as error:
            raise self._not_text(error) from None
        self._line += text.count(b"\n")
        return text

    def _not_text(self, error: UnicodeError) -> NotWellFormed:
        line, encoding = self._line, "Unicode"
        if isinstance(error, UnicodeDecodeError):
            encoding = error.encoding
            line += error.object[: error.start].decode(encoding, "replace").count("\n")
        return NotWellFormed(line, f"bytes that are not {encoding} text")

    def _release(self, data: bytes, *, final: bool) -> bytes:
        head = self._head + data
        misc = _MISC.match(head)
        end = misc.end() if misc else 0
        rest = head[end : end + len(_DOCTYPE)]
        if rest == _DOCTYPE:
            raise ForbiddenDoctype(head.count(b"\n", 0, end) + 1)
        if not final and (_DOCTYPE.startswith(rest) or rest.startswith(_OPEN_ENDED)):
            if len(head) > LONGEST_PROLOG:
                raise NotWellFormed(
                    head.count(b"\n", 0, end) + 1,
                    "no root element so far",
                    f"a root element within the first {LONGEST_PROLOG // 1024} KiB",
                )
            self._head = head
            return b""
        self._passed = True
        self._head = b""
        return self._with_anchor(head) if self._anchored else head

    @staticmethod
    def _with_anchor(head: bytes) -> bytes:
        """Put a processing instruction before the root: lxml shows a tree in the making beside it.

        On the declaration's own line, so that line numbers stay.
        """
        declaration = _DECLARATION.match(head)
        end = declaration.end() if declaration else 0
        return b"%b<?%b?>%b" % (head[:end], ANCHOR.encode(), head[end:])
