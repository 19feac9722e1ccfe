"""What cells open to: once each, within a bound, and the latest runs first."""

from __future__ import annotations

from typing import Any

from conformance.matrix.embed import LONGEST, SHORTEST, details
from conformance.matrix.table import build
from tests.gate.made import NAMES, results, row
from tests.matrix.made import exchange, many

ONE, TWO, THREE = NAMES[:3]


def failed(text: str, count: int = 1) -> dict[str, Any]:
    return {"expected": "e", "observed": text, "exchanges": [exchange(text)] * count}


def of(kept: dict[str, Any], line: int, column: int) -> dict[str, Any]:
    """What a cell opens to, with its numbers followed."""
    texts = kept["texts"]
    detail = dict(kept["details"][kept["cells"][line][column]])
    detail["reason"] = texts[detail["reason"]]
    detail["remarks"] = [texts[number] for number in detail["remarks"]]
    if detail["failure"] >= 0:
        failure = dict(kept["failures"][detail["failure"]])
        shown = [kept["exchanges"][number] for number in failure["exchanges"]]
        failure["exchanges"] = [
            {key: value if key == "status" else texts[value] for key, value in one.items()}
            for one in shown
        ]
        detail["failure"] = failure | {key: texts[failure[key]] for key in ("expected", "observed")}
    return detail


def test_a_cell_opens_to_reason_remarks_and_exchanges() -> None:
    first = row(ONE, "fail", failure=failed("gone", 2), remarks=["r", "s"], exchanges=7)
    kept = details(build([results(first, row(TWO, "inconc"))]))
    found = of(kept, 0, 0)
    assert (found["verdict"], found["remarks"], found["exchanges"]) == ("fail", ["r", "s"], 7)
    assert (found["failure"]["expected"], found["failure"]["observed"]) == ("e", "gone")
    asked = exchange("gone")
    assert len(found["failure"]["exchanges"]) == 2
    for shown in found["failure"]["exchanges"]:
        assert shown["body"] == asked["body"]
        assert shown["answer"] == asked["response"]["body"]
        assert "Content-Type: text/xml" in shown["headers"]
        assert shown["status"] == 200
        assert shown["curl"] == asked["curl"]
    assert of(kept, 1, 0)["reason"] == "why it is inconc"
    assert of(kept, 1, 0)["failure"] == -1


def test_an_exchange_without_an_answer_has_no_status() -> None:
    lost = exchange("x") | {"response": None, "lost": "nothing came"}
    failure = {"expected": "e", "observed": "o", "exchanges": [lost]}
    kept = details(build([results(row(ONE, "fail", failure=failure))]))
    (shown,) = of(kept, 0, 0)["failure"]["exchanges"]
    assert shown["lost"] == "nothing came"
    assert "status" not in shown


def test_what_is_alike_is_kept_once() -> None:
    rows = [row(name, "fail", failure=failed("same")) for name in NAMES]
    runs = [results(*rows, firmware=f"3.9.{number}-1") for number in range(20)]
    kept = details(build(runs))
    assert [len(kept[key]) for key in ("details", "failures", "exchanges")] == [1, 1, 1]
    assert len(kept["texts"]) == len(set(kept["texts"]))


def test_a_very_long_text_is_cut_and_says_so() -> None:
    kept = details(build([results(row(ONE, "inconc", reason="x" * 9000))]))
    reason = of(kept, 0, 0)["reason"]
    assert reason.startswith("x" * LONGEST)
    assert reason.endswith(f"and {9000 - LONGEST} characters more: see results.json")


def test_where_there_is_no_room_the_latest_run_goes_first() -> None:
    def run(number: int) -> dict[str, Any]:
        text = f"{number} " + "x" * 3000
        return results(
            row(ONE, "fail", failure=failed(text)),
            firmware=f"3.9.{number}-1",
            started=f"2026-11-{30 - number}T10:00:00Z",
        )

    kept = details(build(map(run, (5, 6, 7))), room=9000)
    whole, cut = of(kept, 0, 0)["failure"], of(kept, 0, 2)["failure"]
    assert (len(whole["exchanges"]), whole["left_out"]) == (1, 0)
    assert (len(cut["exchanges"]), cut["left_out"]) == (0, 1)
    assert cut["observed"].startswith("7 xxx")
    assert len(cut["observed"]) < SHORTEST + 100
    assert of(kept, 0, 2)["verdict"] == "fail"


def test_every_cell_has_its_number() -> None:
    table = build(many(4))
    kept = details(table)
    for number, line in enumerate(table.lines):
        for column, cell in enumerate(line.cells):
            found = of(kept, number, column)
            assert (found["verdict"], found["reason"]) == (cell.verdict, cell.reason)
    assert kept["runs"] == [column.label for column in table.columns]
    assert [kept["texts"][number] for number in kept["clauses"]] == [
        line.clause for line in table.lines
    ]
