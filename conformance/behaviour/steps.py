"""The steps of a sequence as plain data, which can be written to a file and played again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from conformance.behaviour import values
from conformance.behaviour.kinds import KINDS, Kind
from conformance.secrecy import SECRET_ELEMENTS

if TYPE_CHECKING:
    from conformance.behaviour.shrink import Trace

__all__ = ["decoded", "encoded"]

KIND, SET, CHOICE = "kind", "set", "choice"


def encoded(trace: Trace) -> list[list[Any]]:
    """The steps of a sequence, each with what was drawn for it."""
    return [
        [name, {tag: _encode(tag, value) for tag, value in drawn.items()}] for name, drawn in trace
    ]


def _encode(tag: str, value: Any) -> Any:
    if isinstance(value, Kind):
        return {KIND: value.name}
    if isinstance(value, set | frozenset):
        return {SET: sorted(value)}
    if isinstance(value, Mapping):
        return {other: _encode(other, one) for other, one in value.items()}
    if tag in SECRET_ELEMENTS:  # by its place: what it is stands in no file
        return {CHOICE: values.USER_CHANGES[tag].index(value)}
    return value


def decoded(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """What was drawn for a step.

    Raises:
        ValueError: it holds what no step has.
    """
    return {tag: _decode(tag, value) for tag, value in drawn.items()}


def _decode(tag: str, value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    try:
        if value.keys() == {KIND}:
            return KINDS[value[KIND]]
        if value.keys() == {SET}:
            return set(value[SET])
        if value.keys() == {CHOICE}:
            return values.USER_CHANGES[tag][value[CHOICE]]
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError(f"{tag}: {error!r}") from None
    return decoded(value)
