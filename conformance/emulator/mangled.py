"""What happens to texts on their way into a database and out of it again."""

import re
import unicodedata
from collections.abc import Callable

__all__ = ["MANGLED"]

Mangle = Callable[[str], str]

_LONGEST = 32


def _misread(text: str) -> str:
    return text.encode().decode("latin-1")


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


MANGLED: dict[str, tuple[str, Mangle]] = {
    "cut-at-32": ("cuts off after 32 characters", lambda text: text[:_LONGEST]),
    "lower-cased": ("turns into lower case", str.lower),
    "percent-lost": ("loses every % of", lambda text: text.replace("%", "")),
    "ascii-only": (
        "puts a question mark for each character beyond ASCII of",
        lambda text: text.encode("ascii", "replace").decode(),
    ),
    "latin-1-only": (
        "puts a question mark for each character beyond Latin-1 of",
        lambda text: text.encode("latin-1", "replace").decode("latin-1"),
    ),
    "accents-lost": ("drops the accents of", _plain),
    "misread-as-latin-1": ("takes the UTF-8 for Latin-1 of", _misread),
    "astral-lost": (
        "drops characters beyond the Basic Multilingual Plane of",
        lambda text: re.sub("[\U00010000-\U0010ffff]", "", text),
    ),
    "escaped-twice": (
        "escapes markup a second time in",
        lambda text: text.replace("&", "&amp;").replace("<", "&lt;"),
    ),
    "tags-stripped": (
        "takes for a tag and drops what stands in < > of",
        lambda text: re.sub("<[^>]*>", "", text),
    ),
    "quotes-slashed": (
        "puts a backslash before each quote of",
        lambda text: re.sub("(['\"])", r"\\\1", text),
    ),
    "backslash-lost": ("loses every backslash of", lambda text: text.replace("\\", "")),
}
"""By the end of a defect's id: what happens (followed by the field), and how."""
