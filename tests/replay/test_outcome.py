"""What trying a case again has shown."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.replay.outcome import State, outcome_of
from tests.gate.made import NAMES, results, row

ONE, TWO = NAMES[:2]
OTHER = "3.9.6-3000"


def case(*names: str) -> dict[str, Any]:
    rows = [{"id": name, "observed": f"was {name}"} for name in names]
    return {"firmware": "3.9.5-2891", "requirements": rows}


def failed(name: str) -> dict[str, Any]:
    return row(name, "fail", failure={"expected": "e", "observed": "now", "exchanges": []})


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([row(ONE, "pass"), row(TWO, "pass")], State.HOLDS),
        ([row(ONE, "pass"), failed(TWO)], State.FAILS),
        ([row(ONE, "inconc"), failed(TWO)], State.FAILS),
        ([row(ONE, "pass"), row(TWO, "inconc")], State.UNDECIDED),
        ([row(ONE, "pass"), row(TWO, "none")], State.UNDECIDED),
        ([row(ONE, "pass")], State.UNDECIDED),
        ([], State.UNDECIDED),
        ([row(ONE, "error"), row(TWO, "pass")], State.ERROR),
        ([row(ONE, "error"), failed(TWO)], State.FAILS),
    ],
)
def test_state(rows: list[dict[str, Any]], state: State) -> None:
    outcome = outcome_of(case(ONE, TWO), results(*rows, firmware=OTHER), "")
    assert (outcome.state, outcome.firmware) == (state, OTHER)


def test_what_could_not_be_tried_is_never_fixed() -> None:
    held = results(row(ONE, "pass"), firmware=OTHER)
    outcome = outcome_of(case(ONE), held, "drawn otherwise")
    assert outcome.state is State.UNDECIDED
    assert "  not tried as it was found: drawn otherwise" in outcome.lines
    assert not any("fixed" in line for line in outcome.lines)
    cut = outcome_of(case(ONE), held | {"complete": False}, "")
    assert cut.state is State.UNDECIDED
    assert outcome_of(case(ONE), results(failed(ONE)), "drawn otherwise").state is State.FAILS


def test_what_is_said() -> None:
    said = outcome_of(case(ONE, TWO), results(failed(ONE), row(TWO, "pass"), firmware=OTHER), "")
    assert said.lines == (
        f"{ONE}: still fails in {OTHER}",
        "  expected: e",
        "  observed now: now",
        f"  observed in 3.9.5-2891: was {ONE}",
        f"{TWO}: fixed in {OTHER}",
    )
    same = outcome_of(case(ONE), results(row(ONE, "pass"), firmware="3.9.5-2891"), "")
    assert same.lines == (
        f"{ONE}: no longer fails in 3.9.5-2891, the firmware in which it was found",
    )
    (line,) = outcome_of(case(ONE), results(row(ONE, "inconc"), firmware=OTHER), "").lines
    assert line == f"{ONE}: not decided in {OTHER}: why it is inconc"
    (line,) = outcome_of(case("gone"), results(), "").lines
    assert line == "gone: not decided: this release has no such requirement"
