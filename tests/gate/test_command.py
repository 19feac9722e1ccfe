"""The gate as it is used: files in, words, files and an exit status out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.formats.reading import problems
from tests.gate.made import NAMES, results, row

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

ONE, TWO, THREE = NAMES[:3]
HOSTILE = "\x1b[31m<script>alert(1)</script> | a `b` \u202e\n# c"
WAIVER = """
[[waiver]]
requirement = "%s"
reason = "known"
owner = "voice team"
link = "https://tickets.example/42"
expires = %s
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    old = results(row(ONE, "pass"), row(TWO, "pass"), row(THREE, "fail"), firmware="3.9.5-2891")
    failure = {"expected": "x", "observed": HOSTILE, "exchanges": []}
    new = results(row(ONE, "fail", failure=failure), row(TWO, "pass"), row(THREE, "pass"))
    return saved(tmp_path, "3.9.5-2891", old), saved(tmp_path, "3.9.6-3000", new)


def saved(folder: Path, name: str, data: Any) -> Path:
    (folder / name).mkdir()
    text = data if isinstance(data, str) else json.dumps(data)
    (folder / name / "results.json").write_text(text, encoding="utf-8")
    return folder / name


def gate(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["gate", *map(str, arguments)])


def test_a_regression_bars_the_candidate(files: tuple[Path, Path]) -> None:
    done = gate(*files)
    assert done.exit_code == 1
    assert "3.9.5-2891 (API 1.1" in done.output
    assert "Regressions: held before, broken now (1)" in done.output
    assert f"  {ONE} (POST /users/configs/): " in done.output
    assert "Fixed (1)" in done.output
    assert done.output.splitlines()[-1] == "Not to be rolled out: 1 regression"


def test_the_same_run_twice_may_be_rolled_out(files: tuple[Path, Path]) -> None:
    done = gate(files[0], files[0])
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "May be rolled out")


def test_a_waiver_lets_it_through_until_it_expires(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    waivers = tmp_path / "waivers.toml"
    waivers.write_text(WAIVER % (ONE, "2999-12-31"), encoding="utf-8")
    done = gate(*files, "--waivers", waivers)
    assert done.exit_code == 0
    assert "[voice team: known]" in done.output
    assert done.output.splitlines()[-1] == "May be rolled out, with 1 waived"
    waivers.write_text(WAIVER % (ONE, "2020-12-31"), encoding="utf-8")
    done = gate(*files, "--waivers", waivers)
    assert done.exit_code == 1
    assert f"{ONE} of voice team expired on 2020-12-31" in done.output


def test_what_the_pbx_said_is_text_everywhere(files: tuple[Path, Path], tmp_path: Path) -> None:
    markdown, junit = tmp_path / "gate.md", tmp_path / "gate.xml"
    done = gate(*files, "--markdown", markdown, "--junit", junit)
    assert "\x1b" not in done.output
    assert "\u202e" not in done.output
    text = markdown.read_text(encoding="utf-8")
    assert text.startswith("## Not to be rolled out: 1 regression\n")
    assert "<script>" not in text
    (line,) = [line for line in text.splitlines() if ONE in line]
    assert line.count("|") == 4
    suite = ET.parse(junit).getroot()[0]  # noqa: S314 - written just now
    assert suite.attrib["failures"] == "1"
    assert suite.attrib["tests"] == "2"
    failed = [case for case in suite if case.find("failure") is not None]
    assert [(case.get("classname"), case.get("name")) for case in failed] == [
        ("gate.regression", ONE)
    ]


def test_what_a_program_gets_fits_its_schema(files: tuple[Path, Path], tmp_path: Path) -> None:
    waivers = tmp_path / "waivers.toml"
    waivers.write_text(WAIVER % ("users.*", "2999-12-31"), encoding="utf-8")
    done = gate(*files, "--json", "--waivers", waivers)
    data = json.loads(done.output)
    assert problems("gate", data) == ""
    assert data["may_be_rolled_out"]
    assert [change["id"] for change in data["groups"]["waived"]] == [ONE]
    assert data["groups"]["waived"][0]["waiver"] == "users.*"
    assert "too wide" in data["waivers"][0]["problems"][0]


def test_runs_that_can_t_be_compared(files: tuple[Path, Path], tmp_path: Path) -> None:
    cut = saved(tmp_path, "cut", results(row(ONE, "pass"), complete=False))
    done = gate(files[0], cut)
    assert done.exit_code == 1
    assert "not comparable: the candidate run was not completed" in done.output
    assert done.output.splitlines()[-1] == "No answer: the two runs can't be compared"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "format: these are no results"),
        (results() | {"format": "other"}, "format: these are no results"),
        (results() | {"version": 0}, "version: 0 is not 1"),
        (results() | {"version": 2}, "version: 2 is not 1"),
        (results(row(ONE, "pass") | {"verdict": "great"}), "requirements[0].verdict: 'great' is"),
        (results() | {"requirements": {}}, "requirements: {} is not of type 'array'"),
    ],
)
def test_a_file_that_can_t_be_used(
    files: tuple[Path, Path], tmp_path: Path, data: Any, said: str
) -> None:
    broken = saved(tmp_path, "broken", data)
    for arguments in ((files[0], broken), (broken, files[0])):
        done = gate(*arguments)
        assert done.exit_code == 2
        assert str(broken / "results.json") in done.stderr
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_file_that_is_not_there_or_can_t_be_written(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    done = gate(files[0], tmp_path / "none")
    assert (done.exit_code, "can't be read" in done.stderr) == (2, True)
    done = gate(*files, "--markdown", tmp_path / "none" / "gate.md")
    assert (done.exit_code, "can't be written" in done.stderr) == (2, True)
