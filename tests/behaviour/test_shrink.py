"""Sequences are shortened to those steps without which nothing goes wrong."""

from __future__ import annotations

from conformance.behaviour.shrink import Trace, shortest


def steps(*names: str) -> Trace:
    return [(name, {}) for name in names]


def test_only_needed_steps_are_left() -> None:
    def fails(trace: Trace) -> bool:
        names = [name for name, _ in trace]
        return "add" in names and "remove" in names[names.index("add") :]

    whole = steps("apply", "add", "set", "apply", "add", "revert", "remove", "apply", "set")
    assert shortest(whole, fails) == steps("add", "remove")


def test_drawn_values_become_simple() -> None:
    def fails(trace: Trace) -> bool:
        return any(drawn["fields"].get("b") and drawn["slot"] >= 1 for _, drawn in trace)

    whole: Trace = [
        ("change", {"slot": 2, "fields": {"a": 1, "b": 2}, "long": True}),
        ("change", {"slot": 0, "fields": {"a": 1}, "long": True}),
    ]
    assert shortest(whole, fails) == [("change", {"slot": 1, "fields": {"b": 2}, "long": False})]


def test_what_fails_only_as_a_whole_is_left_as_it_is() -> None:
    whole = steps("a", "b", "c")
    assert shortest(whole, lambda trace: trace == whole) == whole
