"""What a PBX said, made fit to be shown: no controls, no turned direction, no endless lines."""

from __future__ import annotations

__all__ = ["printable", "shortened", "visible"]


class _Escapes(dict[int, str]):
    """By code point, what `str.translate` puts in a character's place; filled when asked."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        shown = char if char.isprintable() else char.encode("unicode_escape").decode()
        self[point] = shown
        return shown


_LINE = _Escapes()
_LINES = _Escapes({ord("\n"): "\n", ord("\t"): "\t"})


def printable(text: str) -> str:
    """Escape what a terminal or a reader's eye could be deceived with: controls, bidi marks."""
    return text if text.isprintable() else text.translate(_LINE)


def visible(text: str) -> str:
    """The same, but lines and tabulators stay."""
    return text if text.isprintable() else text.translate(_LINES)


def shortened(text: str, most: int) -> str:
    """At most so many characters of a text, and how many there were."""
    if len(text) <= most:
        return text
    return f"{text[:most]}… [cut after {most} of {len(text)} characters]"
