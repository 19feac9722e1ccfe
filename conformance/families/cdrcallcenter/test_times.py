"""Checks of begin, end and start_flag of POST /cdrcallcenter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.callrecords import times
from conformance.check import requirement

if TYPE_CHECKING:
    from conformance.callrecords.calls import Calls


@requirement("cdrcallcenter.post.interval")
def test_interval_selects_the_calls_that_end_in_it(calls: Calls) -> None:
    times.interval(calls)


@requirement("cdrcallcenter.post.start-flag-true")
def test_start_flag_true_lets_the_start_count(calls: Calls) -> None:
    times.start_flag(calls, flag=True)


@requirement("cdrcallcenter.post.start-flag-false")
@pytest.mark.parametrize("flag", [False, None], ids=["false", "missing"])
def test_otherwise_the_end_counts(calls: Calls, flag: bool | None) -> None:
    times.start_flag(calls, flag=flag)


@requirement("cdrcallcenter.post.default-begin")
def test_default_begin_is_the_first_of_the_month(calls: Calls) -> None:
    times.default_begin(calls)


@requirement("cdrcallcenter.post.default-end")
def test_default_end_is_now(calls: Calls) -> None:
    times.default_end(calls)


@requirement("cdrcallcenter.post.no-tags")
def test_self_closing_tag_brings_the_calls_of_this_month(calls: Calls) -> None:
    times.no_tags(calls)
