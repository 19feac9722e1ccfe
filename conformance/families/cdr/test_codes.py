"""Checks of the codes of POST /cdr, and of calls that stand beside code 0 alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.callrecords import codes, course
from conformance.check import requirement

if TYPE_CHECKING:
    from conformance.callrecords.calls import Calls, Request

ONLY = "cdr.post.calls-only-on-success"


def by_start(calls: Calls) -> Request:
    """A request for the calls that start in the window."""
    return replace(calls.window, start_flag=True)


@requirement("cdr.post.code-0", ONLY)
def test_valid_interval_is_answered_with_calls(calls: Calls) -> None:
    codes.success(calls)


@requirement("cdr.post.code-3", ONLY)
def test_wrong_privacy_password_is_refused(calls: Calls) -> None:
    codes.wrong_password(calls)


@requirement("cdr.post.privacy-password-is-md5")
def test_plain_privacy_password_shows_nothing(calls: Calls) -> None:
    codes.plain_password(calls)


@requirement("cdr.post.code-11", ONLY)
def test_end_before_begin_is_refused(calls: Calls) -> None:
    codes.reversed_interval(calls)


@requirement("cdr.post.code-12")
def test_internal_error_is_reported(calls: Calls) -> None:
    codes.internal_error(calls)


@requirement("cdr.post.unique-id")
def test_every_call_has_a_unique_id(calls: Calls) -> None:
    # The oldest calls may be from before the firmware that knows it.
    for exchange in (calls.answered(by_start(calls)), *calls.oldest()):
        without = exchange.records("cdr/calls/call")
        without = [call for call in without if call.find("unique_id") is None]
        observed = f"{len(without)} call(s) without it"
        calls.check.that("cdr.post.unique-id", not without, "unique_id in each", observed, exchange)


@requirement("cdr.post.no-unique-id")
def test_no_call_has_a_unique_id_yet(calls: Calls) -> None:
    for request in (calls.reference.request, by_start(calls)):
        exchange = calls.answered(request)
        found = exchange.records("cdr/calls/call/unique_id")
        observed = f"{len(found)} of them"
        calls.check.that("cdr.post.no-unique-id", not found, "no unique_id", observed, exchange)


@requirement("cdr.post.answer")
def test_answered_call_has_the_time_of_its_answer(calls: Calls) -> None:
    codes.answered(calls, "billsec")


@requirement("cdr.post.course")
def test_times_and_seconds_of_a_call_agree(calls: Calls) -> None:
    course.in_order(calls)
    course.seconds(calls, "billsec", others=("duration",))
