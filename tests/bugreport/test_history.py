"""Since when a requirement is broken."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.bugreport.history import history_of
from tests.gate.made import NAMES, results, row

ONE = NAMES[0]


def run(firmware: str, verdict: str) -> dict[str, Any]:
    rows = [row(ONE, verdict)] if verdict else []
    return results(*rows, firmware=firmware)


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        ([], "Since when is not known: no results of earlier firmwares were given"),
        (
            ["3.9.5-1 pass"],
            "Since 3.9.6-3000; it last held in 3.9.5-1; broken in 0 of 1 earlier runs",
        ),
        (
            ["3.9.5-1 fail", "3.9.4-1 pass", "3.9.10-1 pass"],
            "Since 3.9.5-1; it last held in 3.9.4-1; broken in 1 of 2 earlier runs",
        ),
        (
            ["3.9.3-1 fail", "3.9.4-1 pass", "3.9.5-1 none"],
            "Since 3.9.6-3000; it last held in 3.9.4-1; broken in 1 of 3 earlier runs",
        ),
        (
            ["3.9.3-1 fail", "3.9.5-1 fail"],
            "Since 3.9.3-1; no earlier run saw it hold; broken in 2 of 2 earlier runs",
        ),
        (
            ["3.9.5-1 "],
            "Since 3.9.6-3000; no earlier run saw it hold; broken in 0 of 1 earlier runs",
        ),
    ],
)
def test_since_when(earlier: list[str], said: str) -> None:
    runs = [run(*one.split(" ")) for one in earlier]
    history = history_of(ONE, run("3.9.6-3000", "fail"), runs)
    assert history.said == said
    firmwares = [one[0] for one in history.runs]
    assert len(firmwares) == len(earlier)
    assert history.since == (said.partition(";")[0].removeprefix("Since ") if earlier else "")
