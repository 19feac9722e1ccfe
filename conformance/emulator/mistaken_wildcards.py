"""How a `%` in a filter or a search can be mistaken, whatever is selected with it."""

from collections.abc import Callable

__all__ = ["WILDCARDS"]

WILDCARDS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("wildcard-end-ignored", "knows no % at the end", lambda text: text.removesuffix("%")),
    ("wildcard-start-ignored", "knows no % before", lambda text: text.removeprefix("%")),
    (
        "wildcard-both-as-start",
        "takes a % at both ends for one at the beginning",
        lambda text: text.rstrip("%") if text.startswith("%") else text,
    ),
    (
        "wildcard-both-as-end",
        "takes a % at both ends for one at the end",
        lambda text: text.lstrip("%") if text.endswith("%") else text,
    ),
    (
        "wildcard-end-as-both",
        "takes a % at the end for one at both ends",
        lambda text: f"%{text}" if text.endswith("%") else text,
    ),
    (
        "wildcard-start-as-both",
        "takes a % at the beginning for one at both ends",
        lambda text: f"{text}%" if text.startswith("%") else text,
    ),
)
"""End of the id, what happens, and what the text is taken for."""
