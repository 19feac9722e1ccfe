"""The table: what stands where, what differs, and what is told of runs that are not alike."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from conformance import catalogue
from conformance.matrix.column import notes
from conformance.matrix.table import EITHER, NOT_KNOWN, NOT_SELECTED, Table, build, family_of
from tests.gate.made import NAMES, results, row

GUIDE = catalogue.load()
ONE, TWO, THREE = NAMES[:3]
NOON = "2026-11-26T12:00:00+00:00"


def verdicts(table: Table) -> dict[str, list[str]]:
    return {line.id: [cell.verdict for cell in line.cells] for line in table.lines}


def run(verdict: str = "pass", name: str = ONE, **more: Any) -> dict[str, Any]:
    return results(row(name, verdict), **more)


# --- columns -----------------------------------------------------------------------------------


def test_firmwares_stand_in_version_order() -> None:
    given = ["3.9.10-2", "3.10.0-1", "3.9.9-4000", "3.9.5-10000", "3.9.5-2891"]
    table = build(run(firmware=one) for one in given)
    order = ["3.9.5-2891", "3.9.5-10000", "3.9.9-4000", "3.9.10-2", "3.10.0-1"]
    assert [column.firmware for column in table.columns] == table.firmwares == order


def test_runs_of_one_firmware_stand_in_the_order_of_time_whatever_their_time_zone() -> None:
    given = ["2026-11-26T13:30:00+02:00", "2026-11-26T11:45:00Z", "2026-11-26T05:00:00-06:00"]
    table = build(run(started=one) for one in given)
    assert [column.told for column in table.columns] == [
        "2026-11-26 11:00:00",
        "2026-11-26 11:30:00",
        "2026-11-26 11:45:00",
    ]
    assert table.firmwares == ["3.9.6-3000"]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({}, {"firmware": "3.9.7-1"}, ["2026-11-26", "2026-11-26"]),
        ({}, {"started": "2026-11-27T12:00:00Z"}, ["2026-11-26", "2026-11-27"]),
        (
            {},
            {"started": "2026-11-26T12:00:01Z"},
            ["2026-11-26 12:00:00", "2026-11-26 12:00:01"],
        ),
        (
            {"target": {"name": "a", "url": "http://192.0.2.1"}},
            {"target": {"name": "b", "url": "http://192.0.2.1"}},
            ["2026-11-26 12:00:00, a", "2026-11-26 12:00:00, b"],
        ),
        (
            {"target": {"name": "a", "url": "http://192.0.2.1"}},
            {"target": {"name": "a", "url": "http://192.0.2.2"}},
            [f"2026-11-26 12:00:00, a, http://192.0.2.{number}" for number in (1, 2)],
        ),
        ({}, {}, [f"2026-11-26 12:00:00, lab, http://192.0.2.1, no. {one}" for one in (1, 2)]),
    ],
)
def test_runs_of_one_firmware_are_told_apart(
    first: dict[str, Any], second: dict[str, Any], told: list[str]
) -> None:
    table = build([run(**({"started": NOON} | second)), run(**({"started": NOON} | first))])
    assert sorted(column.told for column in table.columns) == told
    assert len({column.label for column in table.columns}) == 2


@pytest.mark.parametrize("started", ["", "yesterday", "0001-01-01T00:00:00+23:59", "2026-13-01"])
def test_a_date_that_can_t_be_read_is_shown_as_it_is(started: str) -> None:
    table = build([run(), run(started=started)])
    assert [column.date("%Y") for column in table.columns] == [started, "2026"]


def test_a_firmware_without_a_version_comes_first() -> None:
    assert build([run(), run(firmware="")]).firmwares == ["unknown", "3.9.6-3000"]


# --- lines -------------------------------------------------------------------------------------


def test_a_requirement_has_a_cell_for_each_run() -> None:
    old = results(row(ONE, "pass"), row(TWO, "inconc"), firmware="3.9.5-2891")
    new = results(row(TWO, "error"), row(ONE, "fail"))
    assert verdicts(build([new, old])) == {ONE: ["pass", "fail"], TWO: ["inconc", "error"]}


def test_requirements_are_grouped_as_the_guide_has_them() -> None:
    rows = [row(name, "pass") for name in GUIDE.requirements]
    table = build([results(*rows)])
    assert {line.id for line in table.lines} == set(GUIDE.requirements)
    for group in table.groups:
        for line in group.lines:
            assert (GUIDE.requirements[line.id].endpoint or "every endpoint") == group.endpoint
    families = [group.family for group in table.groups]
    assert len([one for one, two in pairwise(families) if one != two]) == 9
    assert set(families) == {end.family for end in GUIDE.endpoints.values()} | {"every endpoint"}


def test_the_family_is_the_first_part_of_the_path() -> None:
    assert {end.name: end.family for end in GUIDE.endpoints.values()} == {
        end.name: family_of(end.name) for end in GUIDE.endpoints.values()
    }
    for odd in (None, "", "GET", "GET ", "GET /", "<b>"):
        assert family_of(odd) == "every endpoint"


def test_endpoints_of_other_catalogues_stay_with_their_family() -> None:
    def at(name: str, endpoint: str) -> dict[str, Any]:
        return row(name, "pass", endpoint=endpoint)

    old = results(at("x", "GET /users/x"), at("y", "GET /pbx/y"), started="2026-01-01T00:00:00Z")
    new = results(at("a", "GET /pbx/a"), at("b", "GET /users/b"))
    table = build([old, new])
    endpoints = ["GET /pbx/a", "GET /pbx/y", "GET /users/b", "GET /users/x"]
    assert [group.endpoint for group in table.groups] == endpoints


def test_the_latest_run_gives_a_requirement_its_words() -> None:
    old = results(row(ONE, "pass", title="old"), started="2026-01-01T00:00:00Z", firmware="3.9.9-1")
    new = results(row(ONE, "pass", title="new"), firmware="3.9.5-1")
    assert [line.title for line in build([old, new]).lines] == ["new"]


# --- verdicts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "cell"),
    [
        ({"verdict": "pass", "core": "pass"}, ("pass", "")),
        ({"verdict": "fail", "core": "pass"}, ("pass", "fail")),
        ({"verdict": "error", "core": "none"}, ("none", "error")),
        ({"verdict": "pass", "core": "inconc"}, ("inconc", "")),
        ({"verdict": "fail", "core": "fail"}, ("fail", "")),
    ],
)
def test_a_cell_shows_the_fixed_checks_and_marks_what_a_search_found(
    given: dict[str, str], cell: tuple[str, str]
) -> None:
    failure = {"expected": "a", "observed": "b", "exchanges": []}
    table = build([results(row(ONE, "pass", failure=failure) | given)])
    (found,) = table.lines[0].cells
    assert (found.verdict, found.found) == cell
    assert table.columns[0].counts[cell[0]] == 1
    assert table.columns[0].found == bool(cell[1])


def test_results_without_a_core_are_read_by_their_verdict() -> None:
    old = row(ONE, "fail")
    del old["core"]
    assert verdicts(build([results(old)])) == {ONE: ["fail"]}


@pytest.mark.parametrize(
    ("given", "differs", "flips"),
    [
        (["pass", "pass"], False, False),
        (["pass", "fail"], True, True),
        (["fail", "fail"], False, False),
        (["inconc", "fail"], True, False),
        (["pass", "none"], True, False),
        (["pass", None, "pass"], False, False),
        (["pass", None, "fail"], True, True),
        ([None, "fail"], False, False),
    ],
)
def test_differences(given: list[str | None], differs: bool, flips: bool) -> None:
    runs = [
        results(*([row(ONE, verdict)] if verdict else []), firmware=f"3.9.{number}-1")
        for number, verdict in enumerate(given)
    ]
    (line,) = build(runs).lines
    assert (line.differs, line.flips) == (differs, flips)
    assert line.verdicts == {verdict or "unknown" for verdict in given}


def test_what_only_a_search_found_is_a_difference() -> None:
    found = row(ONE, "fail", core="pass")
    (line,) = build([results(found, firmware="3.9.5-1"), run("pass")]).lines
    assert (line.differs, line.flips) == (True, True)
    (line,) = build([results(found, firmware="3.9.5-1"), run("fail")]).lines
    assert (line.differs, line.flips) == (True, False)


# --- what a run does not know ------------------------------------------------------------------


def reasons(table: Table, name: str) -> list[str]:
    (line,) = [line for line in table.lines if line.id == name]
    return [cell.reason for cell in line.cells if cell.verdict == "unknown"]


def test_a_requirement_of_another_catalogue_is_not_known_and_a_note_says_so() -> None:
    old = results(row(ONE, "pass"), firmware="3.9.5-1", catalogue="old")
    new = results(row(ONE, "pass"), row(TWO, "fail"), catalogue="new")
    table = build([old, new])
    assert verdicts(table)[TWO] == ["unknown", "fail"]
    assert reasons(table, TWO) == [NOT_KNOWN]
    assert [note for note in notes(table.columns) if "same set of requirements" in note]
    assert not list(notes(build([new, new | {"firmware": "3.9.7-1"}]).columns))


def test_a_run_that_was_narrowed_left_it_out_if_its_catalogue_has_it() -> None:
    def narrowed(name: str) -> dict[str, Any]:
        return results(row(ONE, "pass"), firmware="3.9.5-1", catalogue=name, select=["x"])

    new = results(row(ONE, "pass"), row(TWO, "fail"), catalogue="new")
    assert reasons(build([narrowed("new"), new]), TWO) == [NOT_SELECTED]
    assert reasons(build([narrowed("old"), new]), TWO) == [EITHER]
    assert reasons(build([narrowed(""), new | {"catalogue": ""}]), TWO) == [EITHER]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"complete": False}, "Not completed: 3.9.5-1 (2026-11-26)."),
        ({"select": ["users.*"]}, "Narrowed by --select: 3.9.5-1 (2026-11-26)."),
        ({"tls_verified": False}, "somebody else's: 3.9.5-1 (2026-11-26)."),
        ({"allow": ["read"]}, "Different safety classes were allowed"),
    ],
)
def test_notes(more: dict[str, Any], said: str) -> None:
    (note,) = notes(build([run(firmware="3.9.5-1", **more), run()]).columns)
    assert said in note


def test_results_of_an_older_release_need_none_of_the_newer_fields() -> None:
    old = run(firmware="3.9.5-1")
    for key in ("catalogue", "select", "complete", "tls_verified", "leftovers"):
        del old[key]
    table = build([old])
    assert verdicts(table) == {ONE: ["pass"]}
    assert list(notes(table.columns)) == []
