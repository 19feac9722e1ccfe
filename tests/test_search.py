"""Generated search keeps the shortest failure, and repeats with the seed."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from conformance.search import search
from conformance.verdict import (
    Failure,
    Inconclusive,
    NonConformance,
    Observation,
    Verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

ONE = "phonebook.contacts.put.stored"


def check_with(seed: int, kept: Path | None = None) -> Any:
    return SimpleNamespace(
        exchanges=["set-up"],
        observations=[Observation("users.configs.post.code-0", Verdict.PASS)],
        sut=SimpleNamespace(
            seed=seed, examples=80, kept_examples=kept, dead="", pinned=None, words=[]
        ),
        remark=lambda *_: None,
    )


def bodies() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"name": st.text("ab&", max_size=12)})


def loses_ampersands(check: Any, seen: list[str]) -> None:
    def holds(body: dict[str, Any]) -> None:
        seen.append(body["name"])
        assert check.exchanges == ["set-up"], "each example begins where the set-up ended"
        check.exchanges.append(SimpleNamespace(name=body["name"], forget=lambda: None))
        if "&" in body["name"]:
            failure = Failure("as sent", body["name"])
            check.observations.append(Observation(ONE, Verdict.FAIL, failure=failure))
            raise NonConformance(ONE, failure)

    search(check, bodies(), holds)


def test_only_the_shortest_failure_is_kept() -> None:
    check, seen = check_with(7), list[str]()
    with pytest.raises(NonConformance):
        loses_ampersands(check, seen)
    failures = [item.failure for item in check.observations if item.failure]
    assert [failure.observed for failure in failures] == ["&"]
    assert [getattr(one, "name", one) for one in check.exchanges] == ["set-up", "&"]
    assert check.observations[0].verdict is Verdict.PASS


def test_same_seed_same_examples() -> None:
    runs: list[list[str]] = [[], [], []]
    for seen, seed in zip(runs, (7, 7, 8), strict=True):
        with pytest.raises(NonConformance):
            loses_ampersands(check_with(seed), seen)
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_a_statement_that_holds_is_held_against_many() -> None:
    seen: list[str] = []
    search(check_with(1), bodies(), lambda body: seen.append(body["name"]))
    assert len(seen) > 40


def test_a_failing_message_is_tried_first_next_time(tmp_path: Path) -> None:
    runs: list[list[str]] = [[], []]
    for seen, seed in zip(runs, (7, 8), strict=True):
        with pytest.raises(NonConformance):
            loses_ampersands(check_with(seed, tmp_path / "kept"), seen)
    assert "&" not in runs[0][0]
    assert runs[1][0] == "&"


def test_nothing_that_a_message_holds_besides_is_kept(tmp_path: Path) -> None:
    drawn = st.fixed_dictionaries({"name": st.text("ab&"), "secret": st.just("hunter2-hunter2")})

    def holds(body: dict[str, Any]) -> None:
        if "&" in body["name"]:
            raise NonConformance(ONE, Failure("as sent", body["name"]))

    with pytest.raises(NonConformance):
        search(check_with(1, tmp_path), drawn, holds)
    kept = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert kept
    assert not any(b"hunter2" in data for data in kept)


def test_a_failure_that_does_not_come_again_is_one_all_the_same() -> None:
    seen: list[str] = []

    def holds(body: dict[str, Any]) -> None:
        seen.append(body["name"])
        if len(seen) == 9:
            raise NonConformance(ONE, Failure("as sent", "another"))

    with pytest.raises(NonConformance):
        search(check_with(1), bodies(), holds)


def test_a_search_that_could_never_tell_is_inconclusive() -> None:
    with pytest.raises(Inconclusive):
        search(check_with(1), bodies(), lambda _: False)

    def licence(_body: dict[str, Any]) -> None:
        raise Inconclusive("the licence allows no more")

    with pytest.raises(Inconclusive, match="allows no more"):
        search(check_with(1), bodies(), licence)


def test_the_rest_of_a_failing_message_is_left_out() -> None:
    parts = st.fixed_dictionaries({}, optional={tag: st.text() for tag in "abcdefgh"})
    failing: list[dict[str, Any]] = []

    def holds(body: dict[str, Any]) -> None:
        if "c" in body["block"] and "g" in body["block"]:
            failing.append(body)
            raise NonConformance(ONE, Failure("not both", "both"))

    with pytest.raises(NonConformance):
        search(check_with(3), st.fixed_dictionaries({"block": parts}), holds)
    assert failing[-1] == {"block": {"c": "", "g": ""}}


def test_weight_is_a_part_of_the_examples() -> None:
    seen: list[str] = []
    search(check_with(1), bodies(), lambda body: seen.append(body["name"]), weight=0.1)
    few = len(seen)
    search(check_with(1), bodies(), lambda body: seen.append(body["name"]))
    assert 1 < few < (len(seen) - few) / 3


def requests_of(folder: Path) -> list[tuple[str, str, str]]:
    """What a run sent, in order: method, path and body."""
    (file,) = folder.glob("*/exchanges.har")
    entries = json.loads(file.read_text(encoding="utf-8"))["log"]["entries"]
    return [
        (
            entry["request"]["method"],
            entry["request"]["url"].partition("/rest/")[2],
            entry["request"].get("postData", {}).get("text", ""),
        )
        for entry in entries
    ]


@pytest.mark.slow
def test_same_seed_same_requests_in_the_same_order(tmp_path: Path) -> None:
    options = ["--profile", "full", "--seed", "11", "--select", "phonebook.contacts.put.*"]
    options += ["--allow", "read,config"]
    runs = []
    for name in ("one", "two"):
        command = [sys.executable, "-m", "conformance", "run", *options, "--out", name]
        done = subprocess.run(  # noqa: S603
            command, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode in {0, 1}, done.stdout + done.stderr
        runs.append(requests_of(tmp_path / name))
    assert len(runs[0]) > 100
    odd = [pair for pair in zip(*runs, strict=False) if pair[0] != pair[1]]
    # How many sequences a search plays before its time is over may differ, their order may not.
    assert not odd[:1]
