"""Requests for call records with any combination of filters and intervals, drawn and judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from conformance.callrecords.choices import ENUMERATED, FORMS, Choices
from conformance.callrecords.clock import moment
from conformance.callrecords.patterns import Selection, ended, started
from conformance.rejections import Rejections
from conformance.search import search
from conformance.strategies.documents import bodies
from conformance.strategies.operators import Rule
from conformance.strategies.values import timestamps

if TYPE_CHECKING:
    from datetime import datetime

    from conformance.callrecords.calls import Calls
    from conformance.callrecords.kind import Row
    from conformance.callrecords.patterns import Oracle
    from conformance.wire.exchange import Exchange

__all__ = ["any_filter", "any_interval", "broken_requests"]

REVERSED, WRONG_PASSWORD = 11, 3
SECOND, YEAR = timedelta(seconds=1), timedelta(days=365)
DIGITS = "0123456789abcdef"


def _values(calls: Calls) -> dict[str, list[str]]:
    """For each filter what is worth sending: whole values, fragments, wildcards of each form."""
    chosen = Choices(calls.kind, calls.reference.rows, masked=calls.reference.masked)
    found: dict[str, list[str]] = {}
    for tag in calls.kind.filters:
        values = [*chosen.exact(tag), *chosen.fragments(tag)]
        if tag not in ENUMERATED:
            values += [*chosen.values(tag)][:8]
            values += [one for form in FORMS for one in chosen.wildcards(tag, form)]
        values += filter(None, [chosen.nothing(tag)])
        if values:
            found[tag] = list(dict.fromkeys(values))
    return found


def _tags(values: dict[str, list[str]]) -> dict[str, st.SearchStrategy[str]]:
    return {tag: st.sampled_from(found) for tag, found in values.items()}


def _filters(calls: Calls) -> st.SearchStrategy[dict[str, Any]]:
    """What stands in `<filter>`: any combination of its tags."""
    values = _values(calls)
    tags = _tags(values)
    everywhere = [value for tag in calls.kind.texts for value in values.get(tag, ())]
    combined = st.fixed_dictionaries({}, optional=tags)
    if not everywhere:
        return combined
    anywhere = {"any": st.sampled_from(list(dict.fromkeys(everywhere)))}
    return combined | st.fixed_dictionaries(anywhere, optional=tags)


def _words(filters: dict[str, str]) -> str:
    """The requirement that a filter shows."""
    if "any" not in filters:
        return "filters-combined"
    return "any" if len(filters) == 1 else "any-excludes-others"


def any_filter(calls: Calls) -> None:
    """State that any combination of filters selects what matches.

    Raises:
        NonConformance: one does not.
        Inconclusive: the PBX has no calls.
    """

    def holds(filters: dict[str, str]) -> None:
        calls.select(_words(filters), filters)

    search(calls.check, _filters(calls), holds, name=calls.kind.slug)


def any_interval(calls: Calls) -> None:
    """State that any interval, by start or by end, and any filters together select what matches.

    Beside `<any>` the details of calls that end outside the window would have to be known.

    Raises:
        NonConformance: one does not.
        Inconclusive: the PBX has no calls.
    """
    reference = calls.reference
    first, last = _moment(reference.begin), _moment(reference.end)
    # Whether a value of these wants quotes is found out elsewhere (RD-21).
    values = {tag: some for tag, some in _values(calls).items() if tag not in calls.kind.quoted}
    filters = st.fixed_dictionaries({}, optional=_tags(values))
    within = timestamps(first, last)
    interval = st.tuples(within, within).map(sorted)
    drawn = st.tuples(interval, st.sampled_from([None, False, True]), filters)

    def holds(request: tuple[list[str], bool | None, dict[str, str]]) -> None:
        (begin, end), flag, chosen = request
        asked = replace(calls.window, begin=begin, end=end, start_flag=flag, filters=chosen)
        exchange = calls.answered(asked)
        oracle = _both(
            Selection(calls.kind, chosen, masked=reference.masked),
            (started if flag else ended)(begin, end),
        )
        name = calls.kind.requirement("interval")
        said = f"{begin} to {end}, start_flag {flag}, {chosen}"
        calls.state(name, exchange, oracle, said)

    search(calls.check, drawn, holds, name=calls.kind.slug)


def _both(one: Oracle, other: Oracle) -> Oracle:
    def judge(row: Row) -> bool | None:
        answers = (one(row), other(row))
        if False in answers:
            return False
        return None if None in answers else True

    return judge


def _moment(text: str) -> datetime:
    found = moment(text)
    assert found is not None, "the window was written by us"  # noqa: S101
    return found


def broken_requests(calls: Calls, schema: str, container: str) -> None:
    """State that reversed intervals and wrong privacy passwords bring their code and no calls.

    Args:
        calls: the call record.
        schema: of the request, below `xsd/`.
        container: the element that holds the request, as this SUT knows it.

    Raises:
        NonConformance: they do not.
    """
    check, kind = calls.check, calls.kind
    end = _moment(calls.window.end or "")
    begin = end.strftime("%Y-%m-%d %H:%M:%S")
    wrong = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")
    wrong |= st.sampled_from(DIGITS).map(lambda digit: f"{calls.password or '0' * 32}"[:-1] + digit)
    rules = [
        Rule(
            "dates reversed",
            f"{container}/end",
            (REVERSED,),
            timestamps(end - YEAR, end - SECOND),
        ),
        Rule(
            "secret wrong",
            f"{container}/privacy_password",
            (WRONG_PASSWORD,),
            wrong.filter(lambda digest: digest != calls.password),
        ),
    ]

    def no_calls(exchange: Exchange) -> None:
        name = kind.requirement("calls-only-on-success")
        there = kind.calls(exchange) is not None and exchange.code != 0
        check.that(name, not there, "no calls tag beside an error", "a calls tag", exchange)

    def whole(body: dict[str, Any]) -> dict[str, Any]:
        drawn = next(iter(body.values()))
        order = ("privacy_password", "begin", "end", "start_flag", "details", "filter")
        tags = {**drawn, "privacy_password": calls.password, "begin": begin, "end": begin}
        return {container: {tag: tags[tag] for tag in order if tag in tags}}

    valid = bodies(schema, {"request_id": None}).map(whole)
    Rejections(check, kind.endpoint, "", doubt=no_calls).hold(valid, rules, weight=0.25)
