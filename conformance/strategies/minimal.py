"""A failing message cut down: what Hypothesis can't take out of a flat draw is taken out here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["cut_down"]

# Each try is a message or more to a PBX, which may be slow.
MOST_TRIES = 120


def cut_down(body: Mapping[str, Any], fails: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The smallest message that still fails, by leaving out one element after another.

    Args:
        body: a message that fails.
        fails: whether another one does; a message that makes no sense does not.
    """
    smallest, tries, again = dict(body), 0, True
    while again:
        again = False
        for candidate in _smaller(smallest):
            tries += 1
            if tries > MOST_TRIES:
                return smallest
            if fails(candidate):
                smallest, again = candidate, True
                break
    return smallest


def _smaller(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The same message without one element, whole blocks first, or with a shorter value."""
    for tag in reversed(list(body)):
        yield {other: value for other, value in body.items() if other != tag}
    for tag, value in body.items():
        for smaller in _smaller_values(value):
            yield {**body, tag: smaller}


def _smaller_values(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from _smaller(value)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if len(value) > 1:
                yield [*value[:index], *value[index + 1 :]]
            for smaller in _smaller_values(item):
                yield [*value[:index], smaller, *value[index + 1 :]]
    elif isinstance(value, str) and type(value) is not str:
        yield str(value)
