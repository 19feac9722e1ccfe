"""What a search drew, kept and tried again: the same message, or none."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st

from conformance.pinned import Pinned, alike, opened_message, plain, shown
from conformance.search import search
from conformance.secrecy import WITHHELD
from conformance.strategies.operators import Rule, apply_rule
from conformance.verdict import Failure, Inconclusive, NonConformance, Observation, Verdict
from conformance.wire.redact import Redactor

ONE = "users.configs.post.stored"


def check_with(word: str = "", pinned: Pinned | None = None) -> Any:
    words = [word] if word else []
    sut = SimpleNamespace(
        seed=3, examples=80, kept_examples=None, dead="", pinned=pinned, words=words
    )
    return SimpleNamespace(exchanges=[], observations=[], sut=sut, remark=lambda *_: None)


def bodies(word: str) -> st.SearchStrategy[dict[str, Any]]:
    names = st.text("ab&", max_size=12).map(lambda name: f"{word} {name}")
    return st.fixed_dictionaries({"name": names, "sip_secret": st.text("xyz", min_size=1)})


def failing(check: Any, word: str, seen: list[str], mark: str = "&") -> None:
    def holds(body: dict[str, Any]) -> None:
        seen.append(body["name"])
        if mark in body["name"]:
            failure = Failure("as sent", body["name"])
            check.observations.append(Observation(ONE, Verdict.FAIL, failure=failure))
            raise NonConformance(ONE, failure)

    search(check, bodies(word), holds)


def drawn_by(word: str) -> dict[str, Any]:
    check = check_with(word)
    with pytest.raises(NonConformance):
        failing(check, word, [])
    [found] = check.observations
    drawn = shown(found.failure.drawn, Redactor())
    assert drawn is not None
    written: dict[str, Any] = json.loads(json.dumps(drawn))
    return written


def test_the_message_is_drawn_again_with_the_words_of_the_other_run() -> None:
    drawn = drawn_by("AbCdEfGhIjKl")
    assert drawn["message"] == {"name": "§ &", "sip_secret": WITHHELD}
    pinned, seen = Pinned.of(drawn), list[str]()
    with pytest.raises(NonConformance):
        failing(check_with("MnOpQrStUvWx", pinned), "MnOpQrStUvWx", seen)
    assert set(seen) == {"MnOpQrStUvWx &"}
    assert pinned.tried


def test_nothing_else_is_tried_where_it_holds_now() -> None:
    pinned, seen = Pinned.of(drawn_by("AbCdEfGhIjKl")), list[str]()
    failing(check_with("MnOpQrStUvWx", pinned), "MnOpQrStUvWx", seen, mark="never")
    assert seen == ["MnOpQrStUvWx &"]
    assert pinned.tried


def test_a_message_that_comes_out_otherwise_decides_nothing() -> None:
    drawn = drawn_by("AbCdEfGhIjKl") | {"message": {"name": "§ a&b", "sip_secret": WITHHELD}}
    pinned, seen = Pinned.of(drawn), list[str]()
    with pytest.raises(Inconclusive, match="not what was recorded"):
        failing(check_with("MnOpQrStUvWx", pinned), "MnOpQrStUvWx", seen)
    assert seen == []
    assert not pinned.tried


@pytest.mark.parametrize("choices", ["", "AAAA", base64.b64encode(b"\xff" * 40).decode()])
def test_choices_that_can_t_be_read_decide_nothing(choices: str) -> None:
    drawn = drawn_by("AbCdEfGhIjKl") | {"choices": choices}
    drawn["message"]["name"] = "§ abbabb&"
    pinned = Pinned.of(drawn)
    with pytest.raises(Inconclusive):
        failing(check_with("MnOpQrStUvWx", pinned), "MnOpQrStUvWx", [])
    assert not pinned.tried
    with pytest.raises(ValueError, match="choices"):
        Pinned.of({"search": "x", "choices": "§"})


def test_another_search_of_the_check_is_passed_over() -> None:
    pinned, seen = Pinned.of(drawn_by("AbCdEfGhIjKl") | {"search": "another"}), list[str]()
    failing(check_with("MnOpQrStUvWx", pinned), "MnOpQrStUvWx", seen)
    assert seen == []
    assert not pinned.tried


@pytest.mark.parametrize(
    ("now", "then", "same"),
    [
        ({"a": "x"}, {"a": "x"}, True),
        ({"a": "x"}, {"a": "y"}, False),
        ({"a": "x"}, {"b": "x"}, False),
        ({"a": "x", "b": "y"}, {"a": "x"}, False),
        ({"id": "17"}, {"id": "414"}, True),
        ({"n": "Word1234abcd x"}, {"n": "§ x"}, True),
        ({"n": "Word1234 x"}, {"n": "§ x"}, True),
        ({"n": "word1234abcd"}, {"n": "§"}, True),
        ({"sip_secret": "a"}, {"sip_secret": WITHHELD}, True),
        ({"n": "anything"}, {"n": f"a {WITHHELD}"}, True),
        (["a", "b"], ["a"], False),
        (["a", True, None], ["a", True, None], True),
        ([True], ["true"], False),
    ],
)
def test_alike(now: Any, then: Any, same: bool) -> None:
    assert alike(now, then, ["Word1234abcd"]) is same


def test_what_is_drawn_as_plain_data() -> None:
    broken = apply_rule({"user": {"exten": "1"}}, Rule("field empty", "user/exten", (12,)), "")
    body = {"user": {"exten": ""}}
    assert plain(broken) == {"body": body, "said": "an empty user/exten", "key": None}
    assert plain((["a"], None, True, {"b"})) == [["a"], None, True, ["b"]]
    assert opened_message({"a": ["Word1234abcd 1", 2]}, ["Word1234abcd"]) == {"a": ["§ 1", 2]}
