"""The shortest sequence that still goes wrong: steps left out, then what is drawn made simpler.

Hypothesis would do it byte by byte, and every try here costs a PBX a whole sequence of requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Trace", "shortest"]

Trace: TypeAlias = list[tuple[str, dict[str, Any]]]


def shortest(trace: Trace, fails: Callable[[Trace], bool]) -> Trace:
    """A trace from which nothing can be left out.

    Args:
        trace: the steps, by the name of the rule and what was drawn for it.
        fails: whether a trace goes wrong in the same way.
    """
    shorter = _same_everywhere(_without_steps(trace, fails), fails)
    for number in range(len(shorter)):
        shorter = _simpler(shorter, number, fails)
    return _without_steps(shorter, fails) if shorter != trace else shorter


def _without_steps(trace: Trace, fails: Callable[[Trace], bool]) -> Trace:
    size = max(len(trace) // 2, 1)
    while size:
        start = len(trace) - size
        while start >= 0:
            tried = trace[:start] + trace[start + size :]
            if tried and fails(tried):
                trace = tried
            start -= size
        size //= 2
    return trace


def _same_everywhere(trace: Trace, fails: Callable[[Trace], bool]) -> Trace:
    """Draw the lowest number wherever one is drawn: which object it is seldom matters."""
    lowest = [
        (name, {tag: 0 if type(value) is int else value for tag, value in drawn.items()})
        for name, drawn in trace
    ]
    return lowest if lowest != trace and fails(lowest) else trace


def _simpler(trace: Trace, number: int, fails: Callable[[Trace], bool]) -> Trace:
    name, drawn = trace[number]
    for tag in drawn:
        for value in _simpler_values(drawn[tag]):
            tried = [*trace[:number], (name, {**drawn, tag: value}), *trace[number + 1 :]]
            if fails(tried):
                trace, drawn = tried, {**drawn, tag: value}
                break
    return trace


def _simpler_values(value: Any) -> Iterator[Any]:
    """Values simpler than one, the simplest first."""
    if isinstance(value, bool):
        if value:
            yield False
    elif isinstance(value, int):
        yield from range(value)
    elif isinstance(value, dict):
        yield from ({tag: value[tag]} for tag in value if len(value) > 1)
    elif isinstance(value, list):
        yield from ([one] for one in sorted(value) if value != [one])
