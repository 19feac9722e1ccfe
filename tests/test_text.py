"""What a PBX said, made fit to be shown."""

from __future__ import annotations

import unicodedata

import pytest

from conformance.text import printable, shortened, visible

TEXT = "Ada è \u4e2d 😀"


def test_what_can_be_seen_stays() -> None:
    assert printable(TEXT) == visible(TEXT) == TEXT
    assert visible("a\n\tb") == "a\n\tb"
    assert printable("a\n\tb") == r"a\n\tb"


@pytest.mark.parametrize(
    "char", ["\x1b", "\x07", "\0", "\x7f", "\x9b", "\u202e", "\u2066", "\ufeff"]
)
def test_what_does_something_is_escaped(char: str) -> None:
    assert (
        printable(f"<{char}>")
        == visible(f"<{char}>")
        == f"<{char.encode('unicode_escape').decode()}>"
    )


def test_no_character_that_is_not_seen_gets_through() -> None:
    everything = "".join(map(chr, range(0x11000)))
    shown = visible(everything)
    assert not {c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} - {"\n", "\t"}


def test_long_texts_are_cut_and_say_so() -> None:
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd" * 100, 3) == "abc… [cut after 3 of 400 characters]"
