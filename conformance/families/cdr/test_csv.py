"""Checks of the CSV of POST /cdr: "the response will be provided as a CSV file"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.callrecords import filters, table, times
from conformance.callrecords.calls import Calls, Request
from conformance.callrecords.codes import some_password
from conformance.check import requirement
from conformance.oracles import is_xml

if TYPE_CHECKING:
    from conformance.wire.exchange import Exchange

Case = Callable[[Calls], Request]
CSV, TYPE = "cdr.post.csv", "cdr.post.csv-content-type"


def one_filter(calls: Calls) -> Request:
    """A request with a filter that finds calls."""
    pairs = list(filters.choices(calls).pairs())
    if not pairs:
        calls.check.inconclusive("no two filters select less together than alone")
    return replace(calls.window, filters=pairs[-1].filters)


def any_filter(calls: Calls) -> Request:
    """A request with `<any>` that finds calls."""
    values = list(filters.telling(calls).values())
    if not values:
        calls.check.inconclusive("no call has a text to search for")
    return replace(calls.window, filters={"any": f"{values[-1][:2]}%"})


def by_start(calls: Calls) -> Request:
    """A request at whose edge a call starts on one side and ends on the other."""
    places = times.straddles(calls)
    if not places:
        calls.check.inconclusive("no call lasts long enough to lie on an edge")
    return replace(calls.window, begin=places[0].begin, end=places[0].end, start_flag=True)


def by_end(calls: Calls) -> Request:
    """The same for the end of a call."""
    return replace(by_start(calls), start_flag=None)


CASES: dict[str, Case] = {
    "whole": lambda calls: calls.reference.request,
    "masked": lambda calls: replace(calls.reference.request, password=None),
    "filtered": one_filter,
    "any": any_filter,
    "by start": by_start,
    "by end": by_end,
    "nothing": lambda calls: replace(
        calls.reference.request, filters={"called_num": "no such number"}
    ),
}


def rows_of_csv(calls: Calls, exchange: Exchange) -> table.Table:
    """The table of a CSV answer."""
    response = exchange.response
    assert response is not None
    try:
        found = table.read_table(calls.kind, response)
    except table.TableError as problem:
        calls.check.fail(CSV, "CSV with a column for each tag", str(problem), exchange)
    if found.records:
        calls.check.sut.dialect.see("RD-22", found.form)
    if found.guessed:
        calls.check.remark(CSV, f"read as {found.guessed}: no charset is declared (RD-22)")
    return found


def judge_type(calls: Calls, exchange: Exchange) -> None:
    """State that the answer does not come as something else than CSV (RD-61)."""
    kind = exchange.response.media_type if exchange.response else ""
    other = not kind or is_xml(kind) or kind == "text/html"
    calls.check.that(TYPE, not other, "text/csv", kind or "no Content-Type", exchange)
    if kind != "text/csv":
        calls.check.sut.dialect.see("RD-61", "another type")
        calls.check.remark(TYPE, f"the CSV came as {kind} (RD-61)")


@requirement(CSV, TYPE)
@pytest.mark.parametrize("case", CASES)
def test_csv_holds_the_same_calls_as_the_xml(calls: Calls, case: str) -> None:
    request = CASES[case](calls)
    expected = calls.answered(request)
    exchange = calls.ask(request, csv=True)
    judge_type(calls, exchange)
    found = rows_of_csv(calls, exchange)
    wrong = table.difference(calls.kind, found, calls.kind.rows(expected))
    calls.check.that(CSV, not wrong, "the same calls as the XML", wrong, expected, exchange)


def shown_in(calls: Calls, exchange: Exchange) -> int:
    """How many calls an answer shows, as CSV or as XML."""
    if exchange.root is not None:
        return len(calls.kind.rows(exchange))
    assert exchange.response is not None
    try:
        return len(table.read_table(calls.kind, exchange.response).records)
    except table.TableError:
        return 0  # an error in words, whose form is not described


@requirement("cdr.post.csv-rejected")
def test_rejected_request_brings_no_calls_as_csv(calls: Calls) -> None:
    wrong_password = replace(calls.window, password=some_password(calls))
    for request in (wrong_password, next(times.reversed_intervals(calls))):
        exchange = calls.ask(request, csv=True)
        shown = shown_in(calls, exchange)
        calls_shown = f"{shown} call(s)" if shown else ""
        expected = "no calls: the request is to be rejected"
        calls.check.that("cdr.post.csv-rejected", not calls_shown, expected, calls_shown, exchange)
