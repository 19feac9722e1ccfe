"""The compliance report: what this project adds to the page of pytest-html.

The page is one file without scripts or styles from elsewhere. Whatever the PBX sent is text there:
every template is rendered with autoescaping, and nothing is marked as safe.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from conformance.report.markup import GENERAL, SIGNS, WORDS, environment
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

    from conformance.catalogue import Catalogue
    from conformance.run import Run

__all__ = ["Page", "render"]

WORST = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONC, Verdict.NONE, Verdict.PASS)
BAR_WIDTH = 560


def _family(row: dict[str, Any], catalogue: Catalogue) -> str:
    return catalogue.endpoints[row["endpoint"]].family if row["endpoint"] else GENERAL


def _bars(rows: Iterable[dict[str, Any]], catalogue: Catalogue) -> list[dict[str, Any]]:
    counts: dict[str, Counter[str]] = {GENERAL: Counter()}
    for end in catalogue.endpoints.values():
        counts.setdefault(end.family, Counter())
    for row in rows:
        counts[_family(row, catalogue)][row["verdict"]] += 1
    longest = max((sum(count.values()) for count in counts.values()), default=0) or 1
    bars = []
    for family, count in counts.items():
        parts, left = [], 0.0
        for verdict in WORST:
            width = BAR_WIDTH * count[str(verdict)] / longest
            if width:
                part = {"verdict": verdict, "x": left, "width": width, "count": count[str(verdict)]}
                parts.append(part)
                left += width
        bars.append({"family": family, "parts": parts, "total": sum(count.values()), "end": left})
    return bars


def _grid(rows: dict[str, dict[str, Any]], catalogue: Catalogue) -> list[dict[str, Any]]:
    def cell(prefix: str, number: int, message: str) -> dict[str, Any]:
        row = rows.get(f"{prefix}.code-{number}")
        verdict = Verdict(row["verdict"]) if row else Verdict.NONE
        reason = row["reason"] if row else "not selected"
        return {"code": number, "verdict": verdict, "message": message, "reason": reason}

    grid = [
        {
            "endpoint": end.name,
            "family": end.family,
            "cells": [cell(end.slug, code.code, code.message) for code in end.codes],
        }
        for end in catalogue.endpoints.values()
        if end.codes
    ]
    cells = [cell("api.license", code.code, code.message) for code in catalogue.global_codes]
    return [*grid, {"endpoint": "request_not_allowed", "family": GENERAL, "cells": cells}]


def _answer(results: dict[str, Any]) -> tuple[str, str]:
    """The verdict on the whole, and how it is shown."""
    counts = results["summary"]
    if counts[Verdict.FAIL]:
        noun = "requirement is" if counts[Verdict.FAIL] == 1 else "requirements are"
        return f"Does not conform: {counts[Verdict.FAIL]} {noun} broken", "fail"
    if counts[Verdict.ERROR]:
        return "No answer: the harness itself failed", "error"
    if not counts[Verdict.PASS]:
        return "No answer: nothing was judged", "none"
    if not results["complete"]:
        return "No answer yet: the run was not completed", "inconc"
    return "Conforms in everything that was judged", "pass"


def render(results: dict[str, Any], catalogue: Catalogue, template: str = "page.html") -> str:
    """The project's part of the page, as HTML; `judged.html` is a page of its own."""
    rows = results["requirements"]
    answer, mood = _answer(results)
    readings = {
        name: {"found": found, "reading": catalogue.readings.get(name)}
        for name, found in results["dialect"].items()
    }
    return environment("conformance.report").get_template(template).render(
        answer=answer,
        mood=mood,
        results=results,
        verdicts=[(verdict, SIGNS[verdict], WORDS[verdict]) for verdict in Verdict],
        signs=SIGNS,
        bars=_bars(rows, catalogue),
        bar_width=BAR_WIDTH,
        grid=_grid({row["id"]: row for row in rows}, catalogue),
        rows=sorted(
            ({**row, "family": _family(row, catalogue)} for row in rows),
            key=lambda row: WORST.index(Verdict(row["verdict"])),
        ),
        readings=readings,
        document=catalogue.document,
    )  # fmt: skip


class Page:
    """Gives pytest-html's page its beginning; a plugin of the pytest session."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """Name the page after the firmware."""
        report.title = f"KalliopePBX REST API conformance, firmware {self.run.sut.firmware}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Put the answer before the list of checks."""
        prefix.append(render(self.run.results(), self.run.catalogue))

    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_metadata(self, metadata: MutableMapping[str, Any]) -> None:
        """Keep the machine that the run was started on out of the report."""
        metadata.clear()
