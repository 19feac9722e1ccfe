"""Generated search keeps the shortest failure, and repeats with the seed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st

from conformance.search import search
from conformance.verdict import Failure, NonConformance, Observation, Verdict

ONE = "phonebook.contacts.put.stored"


def check_with(seed: int) -> Any:
    return SimpleNamespace(
        exchanges=["set-up"],
        observations=[Observation("users.configs.post.code-0", Verdict.PASS)],
        sut=SimpleNamespace(seed=seed, examples=80),
    )


def bodies() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"name": st.text("ab&", max_size=12)})


def loses_ampersands(check: Any, seen: list[str]) -> None:
    def holds(body: dict[str, Any]) -> None:
        seen.append(body["name"])
        assert check.exchanges == ["set-up"], "each example begins where the set-up ended"
        check.exchanges.append(body["name"])
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
    assert check.exchanges == ["set-up", "&"]
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
