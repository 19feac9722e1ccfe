"""What became of each requirement, and what is never green."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from conformance.gate.compare import BARRING, Comparison, Group, compare
from conformance.gate.waivers import Waiver
from tests.gate.made import NAMES, results, row

TODAY = dt.date(2026, 11, 26)
ONE, TWO, THREE = NAMES[:3]
HELD = row(THREE, "pass")
ABSENT = None


def judged(
    before: dict[str, Any] | None, now: dict[str, Any] | None, *waivers: Waiver
) -> Comparison:
    old = results(*filter(None, [before, HELD]), firmware="3.9.5-2891")
    new = results(*filter(None, [now, HELD]))
    return compare(old, new, waivers, TODAY)


def groups(comparison: Comparison) -> dict[str, list[str]]:
    return {
        str(group): [change.id for change in changes]
        for group, changes in comparison.groups.items()
        if changes
    }


@pytest.mark.parametrize(
    ("before", "now", "group"),
    [
        ("pass", "fail", "regression"),
        ("fail", "pass", "fixed"),
        ("fail", "fail", "still-failing"),
        ("pass", "inconc", "undecided"),
        ("pass", "none", "undecided"),
        ("pass", "error", "undecided"),
        ("fail", "none", "undecided"),
        ("inconc", "fail", "new-failure"),
        ("none", "fail", "new-failure"),
        ("error", "fail", "new-failure"),
        ("pass", "pass", None),
        ("none", "pass", None),
        ("none", "inconc", None),
    ],
)
def test_what_became_of_a_requirement(before: str, now: str, group: str | None) -> None:
    found = judged(row(ONE, before), row(ONE, now))
    assert groups(found) == ({group: [ONE]} if group else {})
    assert found.green is (group not in {str(one) for one in BARRING})


def test_requirements_of_one_run_alone() -> None:
    assert groups(judged(ABSENT, row(ONE, "fail"))) == {"new-failure": [ONE]}
    assert groups(judged(ABSENT, row(ONE, "pass"))) == {"new": [ONE]}
    gone = judged(row(ONE, "none"), ABSENT)
    assert groups(gone) == {"vanished": [ONE]}
    assert gone.green


@pytest.mark.parametrize("before", ["pass", "fail"])
def test_what_was_judged_and_has_vanished_is_never_green(before: str) -> None:
    gone = judged(row(ONE, before), ABSENT)
    assert groups(gone) == {"vanished": [ONE]}
    assert not gone.green
    assert gone.incomparable == [
        "1 of what the baseline run has judged the candidate's does not know"
    ]


def test_the_failure_is_told_in_its_own_words() -> None:
    (change,) = judged(row(ONE, "pass"), row(ONE, "fail")).groups[Group.REGRESSION]
    assert change.said == f"{ONE} broke"
    (change,) = judged(row(ONE, "pass"), row(ONE, "none")).groups[Group.UNDECIDED]
    assert change.said == "why it is none"


def test_a_find_of_the_search_is_shown_apart_and_bars_nothing() -> None:
    found = judged(row(ONE, "pass"), row(ONE, "fail", core="pass"))
    assert groups(found) == {"search-only": [ONE]}
    assert found.green
    found = judged(row(ONE, "fail", core="pass"), row(ONE, "pass"))
    assert groups(found) == {}, "what a search found before and not now is not fixed"


def test_what_the_core_finds_bars_whatever_the_search_says() -> None:
    found = judged(row(ONE, "pass"), row(ONE, "fail"))
    assert not found.green


def test_api_versions_are_compared_in_what_both_have() -> None:
    other = "belongs to API 1.1; this is 1.0"
    old = results(row(ONE, "none", reason=other), row(TWO, "pass"), api_version="1.0")
    new = results(row(ONE, "pass"), row(TWO, "fail"))
    assert groups(compare(old, new, (), TODAY)) == {"other-version": [ONE], "regression": [TWO]}
    old = results(row(TWO, "pass"), api_version="1.0")
    assert groups(compare(old, new, (), TODAY)) == {"other-version": [ONE], "regression": [TWO]}
    new = results(row(ONE, "fail"), row(TWO, "pass"))
    assert groups(compare(old, new, (), TODAY)) == {"new-failure": [ONE]}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"catalogue": "another"}, "different sets of requirements"),
        ({"allow": ["read"]}, "different safety classes were allowed: read config and read"),
        ({"select": ["users.*"]}, "different requirements were selected: all and users.*"),
        ({"complete": False}, "the candidate run was not completed"),
    ],
)
def test_runs_that_can_t_be_compared_are_never_green(more: dict[str, Any], said: str) -> None:
    same = results(row(ONE, "pass"))
    assert compare(same, same, (), TODAY).green
    found = compare(same, results(row(ONE, "pass")) | more, (), TODAY)
    assert not found.green
    assert any(said in reason for reason in found.incomparable)


def test_a_run_without_a_check_is_never_green() -> None:
    full, empty = results(row(ONE, "pass")), results(row(ONE, "none"))
    for old, new in ((full, empty), (empty, full), (empty, empty), (results(), results())):
        found = compare(old, new, (), TODAY)
        assert not found.green
        assert any("has judged nothing" in reason for reason in found.incomparable)
    found = compare(full, results() | {"summary": full["summary"]}, (), TODAY)
    assert not found.green, "the rows count, not what the summary says of them"


def test_a_waived_regression_shows_as_such() -> None:
    waiver = Waiver(ONE, "known", "voice team", "https://x.example/1", dt.date(2026, 12, 31))
    found = judged(row(ONE, "pass"), row(ONE, "fail"), waiver)
    assert groups(found) == {"waived": [ONE]}
    assert found.green
    assert found.groups[Group.WAIVED][0].waiver is waiver
    assert waiver.used == [ONE]
    assert not waiver.problems


def test_results_of_before_the_core_was_told_apart_are_read_by_their_verdict() -> None:
    old, new = row(ONE, "pass"), row(ONE, "fail")
    del old["core"], new["core"]
    assert groups(judged(old, new)) == {"regression": [ONE]}
