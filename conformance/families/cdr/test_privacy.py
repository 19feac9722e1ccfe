"""Checks of what POST /cdr shows with and without the privacy password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.callrecords import privacy
from conformance.check import requirement

if TYPE_CHECKING:
    from conformance.callrecords.calls import Calls


@requirement("cdr.post.masked-numbers")
def test_external_numbers_end_in_xxx(calls: Calls) -> None:
    privacy.numbers_masked(calls)


@requirement("cdr.post.masked-names")
def test_names_are_empty(calls: Calls) -> None:
    privacy.names_empty(calls)


@requirement("cdr.post.internal-numbers-whole")
def test_internal_numbers_are_whole(calls: Calls) -> None:
    privacy.internal_whole(calls)


@requirement("cdr.post.masking-changes-nothing-else")
def test_everything_else_is_the_same(calls: Calls) -> None:
    privacy.nothing_else(calls)


@requirement("cdr.post.unmasked-with-password")
def test_password_shows_numbers_and_names(calls: Calls) -> None:
    privacy.whole(calls)
