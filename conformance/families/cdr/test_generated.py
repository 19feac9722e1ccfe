"""Generated search: any filter and interval of POST /cdr, and broken requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.callrecords import drawn
from conformance.check import requirement
from conformance.search import generated

if TYPE_CHECKING:
    from conformance.callrecords.calls import Calls
    from conformance.check import Check

POST = "cdr.post"


@generated
@requirement(f"{POST}.filters-combined", f"{POST}.any", f"{POST}.any-excludes-others")
def test_any_combination_of_filters(calls: Calls) -> None:
    drawn.any_filter(calls)


@generated
@requirement(f"{POST}.interval")
def test_any_interval_and_filter(calls: Calls) -> None:
    drawn.any_interval(calls)


@generated
@requirement(f"{POST}.calls-only-on-success")
def test_broken_requests_bring_no_calls(check: Check, calls: Calls) -> None:
    schema = f"cdr/cdr.post.request-{check.sut.api_version}.xsd"
    drawn.broken_requests(calls, schema, "cdr")
