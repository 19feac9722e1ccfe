"""Mistakes that both call records can have in their filters and lists."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml.etree import _Element as Element

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import edited, intercepting
from conformance.emulator.dispatch import Answer
from conformance.emulator.document import Form
from conformance.emulator.matching import Match, matcher
from conformance.emulator.mistaken_objects import doubled
from conformance.emulator.mistaken_wildcards import WILDCARDS
from conformance.emulator.mistakes import asking, defect, listing
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

__all__ = ["Source", "Values", "filter_defects"]

Values = dict[str, str]
"""A call's fields by tag."""


@dataclass(frozen=True, slots=True)
class Source:
    """One of the call records.

    Attributes:
        endpoint: Where it is asked for.
        tag: The element that holds a request.
        held: The attribute of the PBX that holds the calls.
        filters: The tags of a filter beside `any`.
        searched: Fields in which `any` must be searched.
    """

    endpoint: str
    tag: str
    held: str
    filters: tuple[str, ...]
    searched: tuple[str, ...]


Select = Callable[[Source, Form, list[Any]], Iterable[Any]]
"""Of a filter and all calls, those that match."""


def _selecting(source: Source, select: Select) -> Alteration:
    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        form = request.body.block(source.tag)
        block = form.block("filter") if form else None
        if block is None:
            return proceed(request)
        calls = getattr(pbx, source.held)
        setattr(pbx, source.held, list(select(source, block, calls)))
        try:
            return proceed(edited(request, _without(f"{source.tag}/filter")))
        finally:
            setattr(pbx, source.held, calls)

    return intercepting(source.endpoint, by=intercept)


def _without(path: str) -> Callable[[Element], None]:
    holder, _, tag = path.rpartition("/")

    def change(body: Element) -> None:
        for parent in body.findall(holder):
            for found in parent.findall(tag):
                parent.remove(found)

    return change


def _fields(call: Any) -> Values:
    return {tag: text for tag in call.__slots__ if isinstance(text := getattr(call, tag), str)}


def _tests(source: Source, form: Form, pattern: Callable[[str], str]) -> list[tuple[str, Match]]:
    asked = ((tag, form.text(tag)) for tag in source.filters)
    return [(tag, matcher(pattern(text))) for tag, text in asked if text]


def _found(
    source: Source, form: Form, calls: list[Any], pattern: Callable[[str], str] = str
) -> list[Any]:
    """Select as it should be, with other patterns."""
    if wanted := form.text("any"):
        matches = matcher(pattern(wanted))
        return [call for call in calls if any(map(matches, _fields(call).values()))]
    tests = _tests(source, form, pattern)
    return [call for call in calls if all(match(getattr(call, tag)) for tag, match in tests)]


def _by(pattern: Callable[[str], str]) -> Select:
    return lambda source, form, calls: _found(source, form, calls, pattern)


def _any_but(left_out: str) -> Select:
    def select(source: Source, form: Form, calls: list[Any]) -> list[Any]:
        wanted = form.text("any")
        if not wanted:
            return _found(source, form, calls)
        matches = matcher(wanted)
        seen = ((call, _fields(call)) for call in calls)
        return [
            call
            for call, values in seen
            if any(matches(text) for tag, text in values.items() if tag != left_out)
        ]

    return select


def _either(source: Source, form: Form, calls: list[Any]) -> list[Any]:
    tests = _tests(source, form, str)
    if form.text("any") or not tests:
        return _found(source, form, calls)
    return [call for call in calls if any(match(getattr(call, tag)) for tag, match in tests)]


def _some_tests(which: slice) -> Select:
    def select(source: Source, form: Form, calls: list[Any]) -> list[Any]:
        if form.text("any"):
            return _found(source, form, calls)
        tests = _tests(source, form, str)[which]
        return [call for call in calls if all(match(getattr(call, tag)) for tag, match in tests)]

    return select


def _any_and_others(source: Source, form: Form, calls: list[Any]) -> list[Any]:
    tests = _tests(source, form, str)
    return [
        call
        for call in _found(source, form, calls)
        if all(match(getattr(call, tag)) for tag, match in tests)
    ]


def _others_first(source: Source, form: Form, calls: list[Any]) -> list[Any]:
    tests = _tests(source, form, str)
    if not tests:
        return _found(source, form, calls)
    return [call for call in calls if all(match(getattr(call, tag)) for tag, match in tests)]


def _one_character_at_least(source: Source, form: Form, calls: list[Any]) -> list[Any]:
    texts = {form.text(tag).strip("%") for tag in source.filters if "%" in form.text(tag)}
    return [
        call
        for call in _found(source, form, calls)
        if not any(getattr(call, tag) in texts for tag in source.filters if "%" in form.text(tag))
    ]


SELECTIONS: tuple[tuple[str, str, Select], ...] = (
    ("within", "finds a value within a longer one", _by(lambda text: f"%{text}%")),
    ("begins", "finds what only begins with the value", _by(lambda text: f"{text}%")),
    ("ends", "finds what only ends with the value", _by(lambda text: f"%{text}")),
    *((name, title, _by(rewrite)) for name, title, rewrite in WILDCARDS),
    (
        "wildcard-one-at-least",
        "takes a % for one character at least",
        _one_character_at_least,
    ),
    ("or", "finds what matches one of several filters", _either),
    ("first-filter-only", "heeds the first of several filters alone", _some_tests(slice(1))),
    ("last-filter-only", "heeds the last of several filters alone", _some_tests(slice(-1, None))),
    ("any-and-others", "heeds the other filters beside any", _any_and_others),
    ("others-before-any", "heeds any only where there is no other filter", _others_first),
)
"""End of the id, what happens, and what is found."""


def filter_defects(source: Source) -> Iterator[Defect]:
    """Too many calls are found, too few, or others."""
    end = source.endpoint

    def a_filter(name: str, title: str, alteration: Alteration) -> Defect:
        return defect(end, name, "filter", title, alteration)

    for name, title, select in SELECTIONS:
        yield a_filter(f"filter-{name}", title, _selecting(source, select))
    for tag in (*source.filters, "any"):
        ignoring = asking(end, _without(f"{source.tag}/filter/{tag}"))
        yield a_filter(f"filter-{tag}-ignored", f"does not heed the filter {tag}", ignoring)
    for tag in source.searched:
        alteration = _selecting(source, _any_but(tag))
        yield a_filter(f"any-misses-{tag}", f"does not search any in {tag}", alteration)
    for one, other in (("caller_num", "called_num"), ("gateway_id", "status")):
        alteration = asking(end, _renaming(source, one, other))
        yield a_filter(f"filter-{one}-as-{other}", f"takes {one} for {other}", alteration)
    for name, title, pick in (
        ("last-missing", "leaves out the last call", lambda calls: calls[:-1]),
        ("first-missing", "leaves out the first call", lambda calls: calls[1:]),
        ("first-twice", "shows the first call twice", doubled),
        ("only-100", "shows a hundred calls at most", lambda calls: calls[:100]),
    ):
        alteration = listing(end, f"{source.tag}/calls/call", pick)
        yield defect(end, name, "read", title, alteration, oracle="views")


def _renaming(source: Source, one: str, other: str) -> Callable[[Element], None]:
    def change(body: Element) -> None:
        for found in body.findall(f"{source.tag}/filter/{one}"):
            found.tag = other

    return change
