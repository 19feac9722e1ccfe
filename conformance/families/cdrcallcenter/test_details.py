"""Checks of `<details>`: "the details of each step of the call inside the queuing system"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.callrecords.choices import Choices
from conformance.callrecords.times import straddles
from conformance.check import requirement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from conformance.callrecords.calls import Calls, Request
    from conformance.wire.exchange import Exchange

STEM = "cdrcallcenter.post"
CLEARED = "8"


def elements(calls: Calls, exchange: Exchange) -> list[etree._Element]:
    """The calls of an answer."""
    found = calls.kind.calls(exchange)
    return [] if found is None else found.findall("call")


def requests(calls: Calls) -> Iterator[Request]:
    """Requests of several sorts that find calls."""
    yield calls.window
    yield replace(calls.window, password=None)
    yield from (
        replace(calls.window, begin=place.begin, end=place.end, start_flag=True)
        for place in straddles(calls)[:1]
    )
    reference = calls.reference
    chosen = Choices(calls.kind, reference.rows, masked=reference.masked)
    yield from (replace(calls.window, filters={"status": v}) for v in chosen.exact("status"))


@requirement(f"{STEM}.details-true")
def test_details_bring_the_steps_of_each_call(calls: Calls) -> None:
    requirement_id, seen = f"{STEM}.details-true", False
    for request in requests(calls):
        exchange = calls.answered(replace(request, details=True))
        found = elements(calls, exchange)
        without = [call for call in found if call.find("details/detail") is None]
        answered = [call for call in without if (call.findtext("status") or "").strip() == CLEARED]
        observed = f"{len(without)} of {len(found)} call(s) without a detail"
        expected = "details with a detail in every call that was answered"
        calls.check.that(requirement_id, not answered, expected, observed, exchange)
        seen = seen or len(without) < len(found)
        if without:
            calls.check.remark(requirement_id, f"{observed}, none of them answered (RD-28)")
    if not seen:
        calls.check.inconclusive("no call was answered, and none has a step")


@requirement(f"{STEM}.details-false")
@pytest.mark.parametrize("details", [False, None], ids=["false", "missing"])
def test_no_steps_without_details(calls: Calls, details: bool | None) -> None:
    for request in requests(calls):
        exchange = calls.answered(replace(request, details=details))
        found = [
            call for call in elements(calls, exchange) if call.find("details/detail") is not None
        ]
        observed = f"{len(found)} call(s) with details"
        calls.check.that(f"{STEM}.details-false", not found, "no detail", observed, exchange)


@requirement(f"{STEM}.details-change-nothing-else")
def test_details_select_the_same_calls(calls: Calls) -> None:
    requirement_id = f"{STEM}.details-change-nothing-else"
    for request in requests(calls):
        plain = calls.answered(replace(request, details=None))
        for details in (True, False):
            exchange = calls.answered(replace(request, details=details))
            same = calls.same(plain, exchange)
            expected = "the same calls, apart from their details"
            calls.check.that(requirement_id, same, expected, "other calls", plain, exchange)
