"""A content model compiled into the draws that make a document of it.

Nested optional strategies cost Hypothesis a span each. Here a whole content model takes flat draws:
one integer says which optional elements are there and how each text is drawn, one number each
choice and the length of each list, then come the values. What such a draw can't shrink on its own,
`minimal` cuts down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st
from xmlschema.validators import XsdElement, XsdGroup, XsdSimpleType

from conformance.strategies.values import value_draws

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xmlschema.validators import XsdComponent

__all__ = ["Known", "Leaf", "Node", "Plan", "compile_element"]

Known: TypeAlias = "Mapping[str, st.SearchStrategy[Any] | None]"

# Lists without a bound are drawn up to this length; longer ones show nothing more.
LONGEST_LIST = 3


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element that holds a value, drawn in one of several ways."""

    tag: str
    values: tuple[st.SearchStrategy[Any], ...]


@dataclass(slots=True)
class Node:
    """An element that holds others."""

    tag: str
    plan: Plan


@dataclass(slots=True)
class Plan:
    """What stands inside an element: parts in order, or one of several."""

    choice: bool = False
    parts: list[tuple[Leaf | Node | Plan, int, int]] = field(default_factory=list)
    layout: st.SearchStrategy[int] | None = None

    def freeze(self) -> Plan:
        """Prepare the draws that all documents share."""
        states = 1
        for what, least, most in self.parts:
            states *= 2 if least == 0 and most else 1
            states *= len(what.values) if isinstance(what, Leaf) else 1
        if not self.choice and states > 1:
            self.layout = st.integers(0, states - 1)
        return self


def compile_element(element: XsdElement, known: Known, path: str = "") -> Leaf | Node:
    """The plan of an element.

    Args:
        element: its declaration.
        known: strategies that stand in for the type's own, by path below the root such as
            `user/exten`, or by the last part of it; None leaves an optional element out.
        path: where the element stands below the root.
    """
    tag = str(element.local_name)
    strategy = _known(known, path)
    if strategy is not None:
        return Leaf(tag, (strategy,))
    kind = element.type
    if isinstance(kind, XsdSimpleType):
        return Leaf(tag, value_draws(kind))
    if not isinstance(kind.content, XsdGroup):
        raise TypeError(f"{path}: the project's schemas have no text beside attributes")
    plan = _group(kind.content, known, path)
    if kind.content.min_occurs == 0:  # all of it, or nothing
        plan = Plan(parts=[(plan, 0, 1)]).freeze()
    return Node(tag, plan)


def _known(known: Known, path: str) -> st.SearchStrategy[Any] | None:
    named = known.get(path)
    return known.get(path.rpartition("/")[2]) if named is None else named


def _below(path: str, part: XsdComponent) -> str:
    return f"{path}/{part.local_name}" if path else str(part.local_name)


def _group(group: XsdGroup, known: Known, path: str) -> Plan:
    plan = Plan(choice=group.model == "choice")
    for part in group:
        below = _below(path, part)
        left_out = part.min_occurs == 0 and below in known and known[below] is None
        if not left_out:
            plan.parts.append((_part(part, known, path), part.min_occurs, _most(part)))
    return plan.freeze()


def _most(part: Any) -> int:
    # A body keeps the values of one tag together: a group that repeats would lose its order.
    several = isinstance(part, XsdGroup) and part.model != "choice" and len(part) > 1
    longest = 1 if several else LONGEST_LIST
    return longest if part.max_occurs is None else min(part.max_occurs, longest)


def _part(part: XsdComponent, known: Known, path: str) -> Leaf | Node | Plan:
    if isinstance(part, XsdElement):
        return compile_element(part, known, _below(path, part))
    if isinstance(part, XsdGroup):
        return _group(part, known, path)
    raise TypeError(f"{part!r}: the project's schemas hold elements and groups only")
