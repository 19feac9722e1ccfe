"""Checks of what POST /cdrcallcenter shows with and without the privacy password (RD-52)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.callrecords import privacy
from conformance.check import requirement

if TYPE_CHECKING:
    from conformance.callrecords.calls import Calls

STEM = "cdrcallcenter.post"


@requirement(f"{STEM}.masked-numbers")
def test_external_numbers_end_in_xxx(calls: Calls) -> None:
    privacy.numbers_masked(calls)


@requirement(f"{STEM}.internal-numbers-whole")
def test_internal_numbers_are_whole(calls: Calls) -> None:
    privacy.internal_whole(calls)


@requirement(f"{STEM}.masking-changes-nothing-else")
def test_everything_else_is_the_same(calls: Calls) -> None:
    privacy.nothing_else(calls)


@requirement(f"{STEM}.unmasked-with-password")
def test_password_shows_numbers(calls: Calls) -> None:
    privacy.whole(calls)
