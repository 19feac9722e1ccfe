"""The command: files in, words, files and an exit status out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.formats.reading import problems, read_results
from conformance.judge.results import NOT_SEEN
from tests.judge.made import Recording, answer, har, request

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

GOOD = answer("<pbx_pending>true</pbx_pending>")
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m"


def judge(folder: Path, document: Any, *options: str) -> Result:
    file = folder / "proxy.har"
    file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    arguments = ["judge", str(file), "--out", str(folder / "out"), *options]
    return CliRunner().invoke(main, arguments)


def test_a_good_recording(tmp_path: Path) -> None:
    done = judge(tmp_path, har(*Recording().add("GET /pbx/pending", GOOD).entries))
    assert done.exit_code == 0, done.output
    results = read_results(tmp_path / "out" / "unknown")
    assert problems("results", results) == ""
    assert results["judged"]["recording"] == "proxy.har"
    assert results["allow"] == ["read"]
    rows = {row["id"]: row for row in results["requirements"]}
    assert rows["pbx.pending.get.response-schema"]["verdict"] == "pass"
    assert rows["cdr.post.code-0"]["verdict"] == "none"
    assert rows["cdr.post.code-0"]["reason"] == NOT_SEEN
    assert "1 of 1 entries judged" in done.output


def test_a_fail_and_a_fault_of_the_client(tmp_path: Path) -> None:
    recording = Recording().add(
        "GET /pbx/pending", answer(f"<p>{HOSTILE[:8]}</p>".replace("<s", "&lt;s"))
    )
    recording.add("POST /cdr", "x", request(f"<nothing>{'&lt;script&gt;'}</nothing>"))
    done = judge(tmp_path, har(*recording.entries))
    assert done.exit_code == 1
    assert "fail   pbx.pending.get.response-schema: " in done.output
    assert "The client's own faults, 1 request(s):" in done.output
    page = (tmp_path / "out" / "unknown" / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("</html>") == 1
    assert "The client&#39;s own faults" in page or "The client's own faults" in page
    assert not re.search(r"<script>alert", page)


def test_what_a_pbx_says_is_text(tmp_path: Path) -> None:
    recording = Recording().add(f"GET /users/brief/{'%1b%5b31m'}", HOSTILE, kind=HOSTILE)
    recording.entries[0]["response"]["statusText"] = HOSTILE
    done = judge(tmp_path, har(*recording.entries, creator="proxy"))
    assert done.exit_code == 1
    page = (tmp_path / "out" / "unknown" / "report.html").read_text(encoding="utf-8")
    for text in (done.output, page):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("no json", "is not JSON"),
        ({"log": {}}, "is no HAR"),
        (har(), "no entry of the recording is for this API"),
    ],
)
def test_bad_input(tmp_path: Path, document: Any, said: str) -> None:
    done = judge(tmp_path, document)
    assert done.exit_code == 2
    assert said in done.output
    assert not (tmp_path / "out").exists()


def test_the_results_of_the_run_itself_are_not_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "unknown"
    folder.mkdir()
    file = folder / "exchanges.har"
    entries = Recording().add("GET /pbx/pending", GOOD).entries
    file.write_text(json.dumps(har(*entries)), encoding="utf-8")
    done = CliRunner().invoke(main, ["judge", str(file), "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "overwritten" in done.output
    assert list(folder.iterdir()) == [file]


def test_help_has_an_example() -> None:
    done = CliRunner().invoke(main, ["judge", "--help"])
    assert done.exit_code == 0
    assert "Example: kpbx-conformance judge" in done.output


def test_a_head_that_is_none_is_refused_or_left_alone(tmp_path: Path) -> None:
    entries = Recording().add("GET /pbx/pending", GOOD).entries
    for head in ({}, {"version": 99, "checks": {"a": {}}}, "no head"):
        done = judge(tmp_path, har(*entries, creator="kpbx-conformance", _kpbx=head))
        assert done.exit_code == 0, done.output
    for head in (
        {"version": 1, "checks": {"a": 5}},
        {"version": 1, "checks": {"a": {"words": 10**12, "ids": 0, "free": None}}},
        {"version": 1, "checks": {"a": {"words": 1, "ids": 0, "free": None}}},
    ):
        done = judge(tmp_path, har(*entries, creator="kpbx-conformance", _kpbx=head))
        assert done.exit_code == 2, done.output
        assert "the recording's own head can't be read" in done.output
        assert judge(
            tmp_path, har(*entries, creator="kpbx-conformance", _kpbx=head), "--passive"
        ).exit_code == 0  # fmt: skip
