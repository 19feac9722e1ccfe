"""The command as it is used: files in; a page, a line and an exit status out."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from conformance.cli import main
from tests.gate.made import NAMES, results, row

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

ONE, TWO = NAMES[:2]


def saved(folder: Path, name: str, data: Any) -> Path:
    (folder / name).mkdir(parents=True)
    text = data if isinstance(data, str) else json.dumps(data)
    (folder / name / "results.json").write_text(text, encoding="utf-8")
    return folder / name


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    old = results(row(ONE, "pass"), row(TWO, "pass"), firmware="3.9.5-2891")
    saved(tmp_path / "reports", "old", old)
    saved(tmp_path / "reports", "new", results(row(ONE, "fail"), row(TWO, "pass")))
    return tmp_path / "reports"


def matrix(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["matrix", *map(str, arguments)])


def test_it_writes_the_page_and_says_what_is_on_it(runs: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = matrix(runs / "old", runs / "new" / "results.json", "-o", page)
    assert done.exit_code == 0
    assert done.stdout == f"2 firmwares, 2 runs, 2 requirements, 1 difference: {page}\n"
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>\n<html")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["page.html"]


def test_without_an_option_it_writes_to_matrix_html(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert matrix(runs / "old").exit_code == 0
    assert (tmp_path / "matrix.html").is_file()


def test_a_folder_of_runs_stands_for_all_of_them(runs: Path, tmp_path: Path) -> None:
    (runs / "empty").mkdir()
    done = matrix(runs, "-o", tmp_path / "page.html")
    assert done.stdout.startswith("2 firmwares, 2 runs, ")


def test_a_run_that_is_given_twice_is_shown_once(runs: Path, tmp_path: Path) -> None:
    given = [runs / "old", runs / "old" / "results.json", runs, runs / "new" / ".." / "old"]
    done = matrix(*given, "-o", tmp_path / "page.html")
    assert done.stdout.startswith("2 firmwares, 2 runs, ")


def test_two_runs_of_one_firmware_are_both_shown(runs: Path, tmp_path: Path) -> None:
    again = saved(tmp_path, "again", results(row(ONE, "pass")))
    done = matrix(runs, again, "-o", tmp_path / "page.html")
    assert done.stdout.startswith("2 firmwares, 3 runs, ")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{", "is not JSON"),
        (results() | {"format": "other"}, "format: these are no results"),
        (results() | {"version": 2}, "version: 2 is not 1"),
        (results(row(ONE, "pass") | {"verdict": "great"}), "requirements[0].verdict: 'great' is"),
    ],
)
def test_a_file_that_can_t_be_used_is_named_and_nothing_written(
    runs: Path, tmp_path: Path, data: Any, said: str
) -> None:
    broken, page = saved(tmp_path, "broken", data), tmp_path / "page.html"
    done = matrix(runs, broken, "-o", page)
    assert done.exit_code == 2
    assert str(broken / "results.json") in done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not page.exists()


def test_arguments_that_can_t_be_used(tmp_path: Path) -> None:
    assert matrix().exit_code == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    for given in (empty, tmp_path / "nothing"):
        done = matrix(given, "-o", tmp_path / "page.html")
        assert (done.exit_code, "can't be read" in done.stderr) == (2, True)


@pytest.mark.parametrize("name", ["nowhere/page.html", "folder"])
def test_a_page_that_can_t_be_written_leaves_nothing_behind(
    runs: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder").mkdir()
    done = matrix(runs, "-o", tmp_path / name)
    assert done.exit_code == 2
    assert "can't be written" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert {one.name for one in tmp_path.iterdir()} == {"reports", "folder"}


def test_it_never_writes_over_results(runs: Path) -> None:
    file = runs / "old" / "results.json"
    before = file.read_bytes()
    done = matrix(runs, "-o", runs / "new" / ".." / "old" / "results.json")
    assert (done.exit_code, "is one of the RESULTS" in done.stderr) == (2, True)
    assert file.read_bytes() == before
