"""Checks of the codes of POST /cdrcallcenter, and of calls that stand beside code 0 alone."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.callrecords import codes, course
from conformance.callrecords.calls import Request
from conformance.callrecords.times import reversed_intervals
from conformance.check import Answer, requirement

if TYPE_CHECKING:
    from conformance.callrecords.calls import Calls

STEM = "cdrcallcenter.post"
ONLY = f"{STEM}.calls-only-on-success"
NO_LICENCE = 10


@requirement(f"{STEM}.code-0", ONLY)
def test_valid_interval_is_answered_with_calls(calls: Calls) -> None:
    codes.success(calls)


@requirement(f"{STEM}.code-3", ONLY)
def test_wrong_privacy_password_is_refused(calls: Calls) -> None:
    codes.wrong_password(calls)


@requirement(f"{STEM}.privacy-password-is-md5")
def test_plain_privacy_password_shows_nothing(calls: Calls) -> None:
    codes.plain_password(calls)


@requirement(f"{STEM}.code-10")
def test_missing_call_centre_licence_is_reported(calls: Calls) -> None:
    lacking = calls.check.sut.target.pics.call_center_license is False
    condition = calls.check.condition("call-center-license-absent")
    with nullcontext() if lacking else condition:
        for request in (Request(), Request(codes.GUIDE_DATE, codes.GUIDE_DATE, details=True)):
            calls.refused(calls.ask(request), NO_LICENCE)


@requirement(f"{STEM}.code-11", ONLY)
def test_end_before_begin_is_refused(calls: Calls) -> None:
    codes.reversed_interval(calls)


@requirement(f"{STEM}.code-12")
def test_internal_error_is_reported(calls: Calls) -> None:
    codes.internal_error(calls)


@requirement(f"{STEM}.same-tag")
def test_answer_is_in_one_spelling_of_the_tag(calls: Calls) -> None:
    for request in (Request(), calls.window, next(reversed_intervals(calls))):
        exchange = calls.ask(request)
        found = [tag for tag in calls.kind.containers if exchange.find(tag) is not None]
        spelled = ", ".join(found) or exchange.summary()
        calls.check.that(f"{STEM}.same-tag", len(found) == 1, "one spelling", spelled, exchange)


@requirement(f"{STEM}.same-tag")
@pytest.mark.parametrize("sent", ["cdrcallercenter", "cdrcallcenter"])
def test_tag_is_closed_as_it_was_opened(calls: Calls, sent: str) -> None:
    body = {sent: {"begin": codes.GUIDE_DATE, "end": codes.GUIDE_DATE}}
    # What becomes of the spelling that this SUT does not know is not described (RD-04).
    exchange = calls.check.call(calls.kind.endpoint, body, answer=Answer.ANYTHING)
    assert exchange.response is not None
    text = exchange.response.body
    for tag in (name.encode() for name in calls.kind.containers):
        opened, closed = text.count(b"<%b>" % tag), text.count(b"</%b>" % tag)
        observed = f"{opened} of <{tag.decode()}>, {closed} of </{tag.decode()}>"
        calls.check.that(f"{STEM}.same-tag", opened == closed, "as many", observed, exchange)


@requirement(f"{STEM}.answer")
def test_answered_call_has_the_time_of_its_answer(calls: Calls) -> None:
    codes.answered(calls, "conversation_time")


@requirement(f"{STEM}.course")
def test_times_and_seconds_of_a_call_agree(calls: Calls) -> None:
    course.in_order(calls)
    course.seconds(calls, "conversation_time", others=("waiting_time",))


@requirement(f"{STEM}.directions")
def test_calls_to_queues_come_in_or_are_internal(calls: Calls) -> None:
    for request in (calls.reference.request, replace(calls.window, start_flag=True)):
        exchange = calls.answered(request)
        odd = [row for row in calls.kind.rows(exchange) if row["direction"] not in {"1", "4"}]
        observed = f"{odd[0]['direction']} in call {odd[0]['id']}" if odd else ""
        calls.check.that(f"{STEM}.directions", not odd, "direction 1 or 4", observed, exchange)
