"""Checks of the filters of POST /cdr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.callrecords import filters
from conformance.callrecords.choices import FORMS
from conformance.check import requirement
from conformance.families.cdr.record import CDR

if TYPE_CHECKING:
    from conformance.callrecords.calls import Calls


@pytest.mark.parametrize(
    "tag",
    [
        pytest.param(tag, marks=requirement(f"cdr.post.filter-{tag.replace('_', '-')}"), id=tag)
        for tag in CDR.filters
    ],
)
def test_filter_selects_by_exact_value(calls: Calls, tag: str) -> None:
    filters.exact(calls, tag)


@pytest.mark.parametrize(
    "form",
    [pytest.param(form, marks=requirement(f"cdr.post.wildcard-{form}"), id=form) for form in FORMS],
)
def test_wildcard_stands_for_any_characters(calls: Calls, form: str) -> None:
    filters.wildcard(calls, form)


@requirement("cdr.post.filters-combined")
def test_several_filters_select_what_matches_all(calls: Calls) -> None:
    filters.combined(calls)


@requirement("cdr.post.any")
def test_any_is_searched_in_all_fields(calls: Calls) -> None:
    filters.everywhere(calls)


@requirement("cdr.post.any-excludes-others")
def test_other_filters_do_not_count_beside_any(calls: Calls) -> None:
    filters.excludes_others(calls)
