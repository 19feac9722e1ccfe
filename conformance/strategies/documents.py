"""Whole messages drawn from a schema: bodies for the wire client, or documents."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from conformance.schema.inspect import components
from conformance.strategies.plan import Leaf, Node, Plan, compile_element

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

    from conformance.strategies.plan import Known

__all__ = ["bodies", "draw_body"]


@cache
def _compiled(relative: str) -> Node:
    return _compile(relative, {})


def _compile(relative: str, known: Known) -> Node:
    (root,) = components(relative).elements.values()
    node = compile_element(root, known)
    if not isinstance(node, Node):
        raise TypeError(f"{relative}: the root holds text")
    return node


def bodies(relative: str, known: Known | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """What stands below the root of a message, as a mapping from tag to value.

    Args:
        relative: the message's schema below `xsd/`, such as `cdr/cdr.post.request-1.1.xsd`.
        known: strategies for elements of which the caller knows more than the schema (free
            extensions, a gateway inside a local subnet), by path below the root or by tag; None
            leaves an optional element out. See `conformance.strategies.known`.
    """
    node = _compile(relative, known) if known else _compiled(relative)
    return _bodies(node)


@st.composite
def _bodies(draw: DrawFn, node: Node) -> dict[str, Any]:
    return draw_body(draw, node)


def draw_body(draw: DrawFn, node: Node) -> dict[str, Any]:
    """Draw what stands inside an element."""
    body: dict[str, Any] = {}
    _fill(draw, node.plan, body)
    return body


def _fill(draw: DrawFn, plan: Plan, body: dict[str, Any]) -> None:
    if plan.choice:
        picked = draw(st.integers(0, len(plan.parts) - 1)) if len(plan.parts) > 1 else 0
        _put(draw, plan.parts[picked], body, None)
        return
    layout = draw(plan.layout) if plan.layout is not None else 0
    for part in plan.parts:
        what, least, most = part
        present, way = True, 0
        if least == 0 and most:
            layout, there = divmod(layout, 2)
            present = bool(there)
        if isinstance(what, Leaf):
            layout, way = divmod(layout, len(what.values))
        if present and most:
            _put(draw, part, body, way)


def _put(
    draw: DrawFn, part: tuple[Leaf | Node | Plan, int, int], body: dict[str, Any], way: int | None
) -> None:
    """Draw what is there; a leaf in one way for all of its list, or in one drawn for it."""
    what, least, most = part
    times = draw(st.integers(max(1, least), most)) if most > 1 else 1
    for _ in range(times):
        if isinstance(what, Plan):
            _fill(draw, what, body)
            continue
        value = _leaf(draw, what, way) if isinstance(what, Leaf) else draw_body(draw, what)
        if what.tag in body:
            earlier = body[what.tag]
            body[what.tag] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            body[what.tag] = value


def _leaf(draw: DrawFn, leaf: Leaf, way: int | None) -> Any:
    several = len(leaf.values) > 1
    if way is None:
        way = draw(st.integers(0, len(leaf.values) - 1)) if several else 0
    return draw(leaf.values[way])
