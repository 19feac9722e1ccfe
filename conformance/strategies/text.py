"""Text as it is found in real phone books: scripts, markup, blanks, wildcards, nothing, a lot."""

from __future__ import annotations

import unicodedata
from functools import cache

from hypothesis import strategies as st

from conformance.wire.message import CData, References

__all__ = [
    "CURATED",
    "LONG",
    "any_texts",
    "folded",
    "non_blank",
    "non_blank_texts",
    "text",
]

LONG = "x" * 255
# Sorted from plain to strange: Hypothesis shrinks towards the first.
CURATED = (
    "a",
    "Rossi",
    "Zoë Müller-Ñandú",
    "D'Amico & Figli",
    'a "quoted" <b>tag</b>',
    "]]> &amp; &#65;",
    "100%",
    "%",
    "under_score\\back",
    "Ελένη Παπαδοπούλου",
    "Юлия Ёжикова",
    "שלום עולם",
    "محمد الأحمد",
    "王小明",
    "ありがとう 株式会社",
    "नमस्ते",
    "e\u0301 combining",
    "𝄞 𐍈 😀",
    "  blanks at both ends  ",
    "two\nlines\tand a tab",
    LONG,
)
# Whole runs of assigned letters: an alphabet of a few ranges is made and drawn from faster than one
# of hundreds or of whole scripts, and no letter of theirs changes when it is composed.
_RANGES = (
    (0x20, 0x7E),
    (0xC0, 0x17E),
    (0x3B1, 0x3C9),
    (0x400, 0x45F),
    (0x5D0, 0x5EA),
    (0x641, 0x64A),
    (0x905, 0x939),
    (0x3041, 0x3094),
    (0x4E00, 0x4EFF),
    (0xAC00, 0xAC7F),
    (0x10330, 0x1034A),
    (0x1F600, 0x1F64F),
)
_ALPHABET = "".join(chr(code) for first, last in _RANGES for code in range(first, last + 1))
_LONGEST = 24


def _written(*texts: str) -> tuple[str, ...]:
    """Texts, and the same as CDATA sections and with character references on the way in."""
    return (*texts, *map(CData, texts), *map(References, texts))


@cache
def any_texts() -> tuple[st.SearchStrategy[str], ...]:
    """The ways to draw any text, the empty one included: curated, or letter by letter."""
    return st.sampled_from(("", *_written(*CURATED))), st.text(_ALPHABET, max_size=_LONGEST)


@cache
def non_blank_texts() -> tuple[st.SearchStrategy[str], ...]:
    """The ways to draw text with something in it, for fields that are mandatory."""
    drawn = st.text(_ALPHABET, min_size=1, max_size=_LONGEST).filter(str.strip)
    return st.sampled_from(_written(*CURATED)), drawn


def text() -> st.SearchStrategy[str]:
    """Any text, the empty one included."""
    return st.one_of(*any_texts())


def non_blank() -> st.SearchStrategy[str]:
    """Text with something in it."""
    return st.one_of(*non_blank_texts())


def folded(value: str) -> str:
    """A text without what a PBX may do to it: white space folded, characters composed (NFC)."""
    return " ".join(unicodedata.normalize("NFC", value).split())
