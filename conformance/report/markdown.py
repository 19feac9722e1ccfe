"""Text of a PBX within Markdown: neither markup nor the end of what it stands in."""

from __future__ import annotations

import re

from conformance.text import printable, visible

__all__ = ["code", "fenced", "inline"]

# A sign that begins a list does so at the head of a line alone.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>()#!|~&]|^\+")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
_TICKS = re.compile(r"`+")


def inline(text: str) -> str:
    """A text within a line or a table's cell."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", printable(text.replace("\n", " ")))


def code(name: str) -> str:
    """An identifier, set as code where it is one."""
    return f"`{name}`" if _PLAIN.fullmatch(name) else inline(name)


def fenced(text: str, language: str = "") -> str:
    """A text as a block that is shown as it stands, whatever it holds."""
    shown = visible(text.replace("\r\n", "\n"))
    longest = max((len(ticks) for ticks in _TICKS.findall(shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{shown}\n{fence}"
