"""Text as it is found in real phone books: scripts, markup, blanks, wildcards, nothing, a lot."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["CURATED", "non_blank", "text"]

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
    "x" * 255,
)
# Characters of XML 1.0 that survive a parser unchanged: no controls, no surrogates, no CR.
_ALPHABET = st.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff"
)
_LONGEST = 24


def text() -> st.SearchStrategy[str]:
    """Any text, the empty one included."""
    return st.sampled_from(("", *CURATED)) | st.text(_ALPHABET, max_size=_LONGEST)


def non_blank() -> st.SearchStrategy[str]:
    """Text with something in it, for fields that are mandatory."""
    drawn = st.text(_ALPHABET, min_size=1, max_size=_LONGEST).filter(str.strip)
    return st.sampled_from(CURATED) | drawn
