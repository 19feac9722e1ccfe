"""The ledger: which of several judgements of one requirement stands."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from conformance import catalogue
from conformance.report.ledger import Ledger, catalogue_digest, summary
from conformance.verdict import Verdict

GUIDE = catalogue.load()
ONE = "users.configs.post.code-11"
FAILURE = {"expected": "a", "observed": "b", "exchanges": []}


def record(*verdicts: str, node: str = "n", **more: Any) -> dict[str, Any]:
    observations: list[dict[str, Any]] = [
        {
            "requirement": ONE,
            "verdict": verdict,
            "reason": f"reason of {verdict}" if verdict not in {"pass", "fail"} else "",
            "remarks": [],
            "exchanges": 2,
            "failure": FAILURE if verdict == "fail" else None,
        }
        for verdict in verdicts
    ]
    empty: dict[str, Any] = {"node": node, "observations": observations, "searched": False}
    return {**empty, "entries": [], "leftovers": [], "dialect": {}, **more}


def remark(text: str) -> dict[str, Any]:
    found = record("none")
    found["observations"][0] |= {"reason": "", "remarks": [text]}
    return found


def row(ledger: Ledger) -> dict[str, Any]:
    rows = ledger.requirements(GUIDE, lambda item: item.id == ONE, lambda _item: "unseen")
    (found,) = rows
    return found


STRENGTH = ["none", "inconc", "pass", "error", "fail"]


@pytest.mark.parametrize("pair", list(itertools.product(STRENGTH, repeat=2)), ids="-".join)
@pytest.mark.parametrize("together", [True, False])
def test_the_stronger_verdict_stands_in_any_order(pair: tuple[str, str], together: bool) -> None:
    ledger = Ledger()
    for item in [record(*pair)] if together else [record(pair[0]), record(pair[1])]:
        ledger.add(json.loads(json.dumps(item)))
    strongest = max(pair, key=STRENGTH.index)
    found = row(ledger)
    assert found["verdict"] == strongest
    assert (found["failure"] is not None) == (strongest == "fail")
    if strongest not in {"pass", "fail"}:
        assert found["reason"] == f"reason of {strongest}"


def test_of_two_failures_the_first_stands() -> None:
    ledger = Ledger()
    for observed in ("first", "second"):
        found = record("fail")
        found["observations"][0]["failure"] = FAILURE | {"observed": observed}
        ledger.add(found)
    assert row(ledger)["failure"]["observed"] == "first"


def test_ranks_follow_that_order() -> None:
    assert [str(item) for item in sorted(Verdict, key=lambda one: one.rank)] == STRENGTH


@pytest.mark.parametrize("order", [("pass", "inconc"), ("inconc", "pass")])
def test_what_one_check_could_not_tell_is_a_remark_on_what_another_could(
    order: tuple[str, str],
) -> None:
    ledger = Ledger()
    for verdict in order:
        ledger.add(record(verdict))
    assert row(ledger)["remarks"] == ["one check could not tell: reason of inconc"]
    assert row(ledger)["reason"] == ""


def test_remarks_alone_decide_nothing() -> None:
    ledger = Ledger()
    ledger.add(remark("odd"))
    ledger.add(remark("odd"))
    found = row(ledger)
    assert (found["verdict"], found["reason"]) == ("none", "unseen")
    assert found["remarks"] == ["odd"]
    ledger.add(record("pass"))
    assert row(ledger)["verdict"] == "pass"
    assert row(ledger)["remarks"] == ["odd"]


def test_exchanges_are_counted_once_for_each_check() -> None:
    ledger = Ledger()
    ledger.add(record("pass", "pass"))
    ledger.add(record("pass"))
    assert row(ledger)["exchanges"] == 4


def test_what_was_never_seen_says_why() -> None:
    found = row(Ledger())
    assert (found["verdict"], found["reason"], found["exchanges"]) == ("none", "unseen", 0)
    requirement = GUIDE.requirements[ONE]
    assert found["clause"] == requirement.clause == "POST /users/configs/"
    assert found["endpoint"] == "POST /users/configs/"
    assert found["code"] == 11
    assert found["safety"] == "config"
    assert found["title"]


def test_the_rest_of_a_record_is_kept() -> None:
    ledger = Ledger()
    ledger.add(record(entries=[{"a": 1}], leftovers=["x"], dialect={"RD-13": "HTTP 404"}))
    ledger.add(record(entries=[{"b": 2}], leftovers=["y"]))
    assert ledger.har == [{"a": 1}, {"b": 2}]
    assert ledger.leftovers == ["x", "y"]
    assert ledger.dialect == {"RD-13": "HTTP 404"}


def test_rows_come_in_the_catalogue_s_order() -> None:
    rows = Ledger().requirements(GUIDE, lambda item: "code-1" in item.id, lambda _item: "x")
    ids = [item["id"] for item in rows]
    assert ids == [name for name in GUIDE.requirements if "code-1" in name]


def test_summary_counts_every_verdict() -> None:
    assert summary([{"verdict": "pass"}, {"verdict": "pass"}, {"verdict": "none"}]) == {
        "pass": 2,
        "fail": 0,
        "inconc": 0,
        "error": 0,
        "none": 1,
    }


def test_a_digest_names_the_catalogue() -> None:
    assert catalogue_digest(GUIDE) == catalogue_digest(GUIDE)
    assert len(catalogue_digest(GUIDE)) == 12


def test_a_search_decides_the_verdict_and_never_the_core() -> None:
    ledger = Ledger()
    ledger.add(record("pass"))
    ledger.add(record("fail", searched=True))
    found = row(ledger)
    assert (found["verdict"], found["core"]) == ("fail", "pass")
    ledger = Ledger()
    ledger.add(record("pass", searched=True))
    assert (row(ledger)["verdict"], row(ledger)["core"]) == ("pass", "none")


def test_how_often_and_by_which_checks() -> None:
    ledger = Ledger()
    for one in (record("pass", "fail", "fail", node="a"), record("pass", node="b")):
        ledger.add(one)
    ledger.add(record("inconc", node="c"))
    ledger.add(remark("odd"))
    found = row(ledger)
    assert (found["checks"], found["times"]) == ({"fail": 1, "pass": 1, "inconc": 1}, 2)
    assert found["failure"] == {**FAILURE, "check": "a"}


@pytest.mark.parametrize("searched_first", [True, False])
def test_a_fixed_check_s_failure_comes_before_that_of_a_search(searched_first: bool) -> None:
    ledger = Ledger()
    both = [record("fail", node="drawn", searched=True), record("fail", node="fixed")]
    for one in both if searched_first else both[::-1]:
        ledger.add(one)
    assert row(ledger)["failure"]["check"] == "fixed"
    assert FAILURE.keys() == {"expected", "observed", "exchanges"}, "the record is left as it was"
