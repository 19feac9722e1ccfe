"""Progress on a terminal and where there is none."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from conformance.report.progress import Progress
from conformance.run import Run, Settings

HOSTILE = "[bold]\x1b[2J\N{RIGHT-TO-LEFT OVERRIDE}[/]"


def progress(**console: Any) -> tuple[Progress, io.StringIO]:
    out = io.StringIO()
    run = Run(Settings(url="http://pbx.example", seed=3))
    run.sut.firmware = "3.9.5-2891 [red]"
    shown = Console(file=out, highlight=False, soft_wrap=True, width=100, **console)
    return Progress(run, embedded=False, console=shown), out


def through(shown: Progress, checks: int) -> None:
    session: Any = SimpleNamespace(items=range(checks))
    shown.pytest_collection_finish(session)
    for number in range(checks):
        shown.pytest_runtest_logstart(f"conformance/test_x.py::test_{number}[a]")
        shown.pytest_runtest_logfinish()


def test_plain_lines_where_there_is_no_terminal() -> None:
    shown, out = progress()
    with shown:
        through(shown, 40)
    lines = out.getvalue().splitlines()
    assert "http://pbx.example" in lines[0]
    assert "3.9.5-2891 [red]" in lines[0], "a firmware's name is text, not markup"
    assert "seed 3" in lines[0]
    assert lines[1] == "Safety classes allowed: read"
    assert lines[2:] == [f"  {number}/40 checks" for number in range(4, 41, 4)]
    assert "\x1b" not in out.getvalue()


def test_a_few_checks_and_none() -> None:
    for checks in (0, 1, 3):
        shown, out = progress()
        with shown:
            through(shown, checks)
        assert out.getvalue().count(" checks") == checks


def test_a_live_line_on_a_terminal() -> None:
    shown, out = progress(force_terminal=True)
    with shown:
        through(shown, 5)
    assert "\x1b" in out.getvalue()
    assert "/5 checks" not in out.getvalue()


def test_the_summary_names_failures_errors_and_the_report() -> None:
    shown, out = progress()
    results = shown.run.results() | {"complete": False, "leftovers": [HOSTILE], "duration_s": 1.23}
    one, two, *_ = results["requirements"]
    one |= {"verdict": "fail", "failure": {"observed": HOSTILE + "x" * 5000}}
    two |= {"verdict": "error", "reason": "[red]oops[/]"}
    results["summary"] |= {"fail": 1, "error": 1}
    shown.closing(results, Path("reports/3.9.5-2891"))
    text = out.getvalue()
    assert f"fail   {one['id']}: [bold]" in text
    assert f"error  {two['id']}: [red]oops[/]" in text
    assert "1 fail, 0 inconc, 1 error" in text
    assert text.splitlines()[-1] == "Report: reports/3.9.5-2891/report.html"
    assert "The run is not complete" in text
    assert "left on the PBX: [bold]" in text
    assert "\x1b" not in text
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text
    assert len(text) < 3000
