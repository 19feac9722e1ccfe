"""What stands under the name of a secret, in whatever markup: found without a parser.

A document may be cut short, not well-formed, or quoted within another. So it is read tag by tag,
and whatever comes between a secret's start tag and its end tag is the secret.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from conformance.secrecy import SECRET_NAME, WITHHELD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["hide", "unnamed"]

HOW = re.DOTALL | re.IGNORECASE
# The blanks of RD-05, capitals (RD-46) and a prefix are allowed for.
_TAG = re.compile(
    rf"(?P<end>\s*/)?\s*(?P<name>(?:[\w.:-]+ )?[\w.:-]*?{SECRET_NAME})(?=[\s/]|\Z)(?!\s*=)", HOW
)
# An attribute, JSON, a form, Python: a name and what it is said to be.
_PAIR = re.compile(
    rf"(?P<name>{SECRET_NAME}[\"']?\s*(?:=>|[:=])\s*[\[(]*\s*b?)"
    r"""(?P<value>'(?:[^'\\]|\\.)+(?:'|\Z)|"(?:[^"\\]|\\.)+(?:"|\Z)|[^\s,;&<>"'\])}]+)""",
    HOW,
)
# An element whose markup is escaped, once or more often.
_ESCAPED = re.compile(
    rf"(?P<open>&(?:amp;){{0,4}}lt;\s*[\w.: -]{{0,40}}?{SECRET_NAME}(?!\s*=)"
    r"(?:(?!&(?:amp;){0,4}gt;).){0,200}&(?:amp;){0,4}gt;)(?P<value>(?:(?!&(?:amp;){0,4}lt;\s*/).)+)",
    HOW,
)
_ATTRIBUTE = re.compile(r"""(=\s*)("[^"]+(?:"|\Z)|'[^']+(?:'|\Z))""")


@lru_cache(1024)
def _secret(tag: str) -> re.Match[str] | None:
    """The name in a tag, if it is one of a secret; messages have few tags, again and again."""
    return _TAG.match(tag)


def hide(text: str, names: Iterable[str], kept: Collection[str] = ()) -> tuple[str, list[str]]:
    """A document without the content of its secret elements, and what they held.

    Args:
        text: the document, or a part of it.
        names: the parts of it, between its markup, that hold the name of a secret.
        kept: contents of secret elements that stay, as they stand for something else.
    """
    shown, held = [], []
    inside, at = "", 0
    for tag in _finder(frozenset(filter(_secret, names))).finditer(text):
        found = _secret(tag[1])
        if found is None or (inside and not (found["end"] and _name(found) == inside)):
            continue
        before = text[at : tag.start()]
        at = tag.start()
        if inside:
            held.append(before)
            shown.append(_said(before, kept))
            inside = ""
        elif found["end"]:
            # The beginning of the element was cut off: what stands before its end is the rest.
            head, bracket, rest = before.rpartition(">")
            shown += [head, bracket, _said(rest, kept)]
        else:
            shown += [before, "<", _ATTRIBUTE.sub(rf'\1"{WITHHELD}"', tag[1]), tag[2]]
            at = tag.end()
            inside = _name(found) if tag[2] and not tag[1].endswith("/") else ""
    shown.append(_said(text[at:], kept) if inside else text[at:])
    return "".join(shown), held


@lru_cache
def _finder(tags: frozenset[str]) -> re.Pattern[str]:
    """Finds these tags: the others of a long list are passed over quickly."""
    longest_first = sorted(map(re.escape, tags), key=len, reverse=True)
    return re.compile(rf"<({'|'.join(longest_first)})(>|(?=<)|\Z)" if tags else r"(?!)")


def _name(found: re.Match[str]) -> str:
    return found["name"].casefold()


def _said(content: str, kept: Collection[str]) -> str:
    if not content.strip():
        return ""
    return content if content in kept else WITHHELD


def unnamed(text: str, names: Iterable[str], kept: Collection[str] = ()) -> str:
    """A text without what stands under the name of a secret, whatever the notation.

    Args:
        text: what is to be written.
        names: the parts of it, between its markup, that hold the name of a secret.
        kept: see `hide`.
    """
    said = "".join(names)
    if "<" in text:
        text, _ = hide(text, names, kept)
    if "lt;" in said:
        text = _ESCAPED.sub(lambda found: found["open"] + WITHHELD, text)
    if ":" in said or "=" in said:
        text = _PAIR.sub(_pair, text)
    return text


def _pair(found: re.Match[str]) -> str:
    quote = found["value"][0] if found["value"][0] in "\"'" else ""
    return f"{found['name']}{quote}{WITHHELD}{quote}"
