"""The steps of a sequence as plain data, and played again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.behaviour import scripts
from conformance.behaviour.ground import Ground
from conformance.behaviour.hunt import SEQUENCE, play
from conformance.behaviour.kinds import CONTACT, USER
from conformance.behaviour.steps import decoded, encoded
from conformance.behaviour.values import USER_CHANGES
from conformance.pinned import Pinned
from conformance.verdict import Inconclusive
from tests.behaviour import pbx

SECRET = USER_CHANGES["sip_secret"][0]
TRACE: list[tuple[str, dict[str, Any]]] = [
    ("change_callgroup", {"number": 1, "numbers": [0, 2], "kept": {"name", "enabled"}}),
    ("change_extension", {"slot": 0, "fields": {"sip_secret": SECRET, "vm_message_delete": True}}),
    ("remove_what_is_not_there", {"kind": CONTACT}),
    ("apply", {}),
]


@pytest.mark.parametrize(
    "trace", [TRACE, scripts.EXTENSIONS, scripts.CALLGROUPS, scripts.CONTACTS, scripts.ROUTES]
)
def test_steps_survive_a_file_and_hold_no_secret(trace: Any) -> None:
    text = json.dumps(encoded(trace))
    assert SECRET not in text
    assert [(name, decoded(drawn)) for name, drawn in json.loads(text)] == trace


@pytest.mark.parametrize(
    "drawn", [{"kind": {"kind": "nothing"}}, {"sip_secret": {"choice": 9}}, {"x": {"choice": 0}}]
)
def test_what_no_step_has(drawn: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(drawn))):
        decoded(drawn)


def test_only_what_is_pinned_is_played() -> None:
    steps: Any = (("add_extension", {"slot": 0, "choice": 0}), ("revert", {}))
    with pbx.check_on() as check:
        check.sut.pinned = Pinned(SEQUENCE, steps=steps)
        ground = Ground(check, (USER,))
        sent = pbx.recorded(check)
        play(check, ground, scripts.EXTENSIONS)
        assert check.sut.pinned.tried
    changing = [line.split()[:2] for line in sent if not line.startswith("GET")]
    assert changing[:2] == [["POST", "/users/configs/"], ["PUT", "/pbx/revert"]]
    assert sum(line.startswith("POST /users/configs/") for line in sent) == 1


@pytest.mark.parametrize(
    "steps",
    [
        (("remove_callgroup", {"number": 0}),),
        (("teardown", {}),),
        (("add_extension", {"slot": 0, "choice": 0}), ("__init__", {})),
        (("change_extension", {"slot": 0, "fields": {"sip_secret": {"choice": 7}}}),),
        (),
    ],
)
def test_what_can_t_be_played_here_decides_nothing(steps: Any) -> None:
    with pbx.check_on() as check:
        check.sut.pinned = Pinned(SEQUENCE, steps=steps)
        with pytest.raises(Inconclusive):
            play(check, Ground(check, (USER,)), scripts.EXTENSIONS)
        assert not check.sut.pinned.tried


def test_what_a_search_of_messages_drew_is_none_of_its_business() -> None:
    with pbx.check_on() as check:
        check.sut.pinned = Pinned("another search", b"x")
        play(check, Ground(check, (USER,)), [("add_extension", {"slot": 0, "choice": 0})])
        assert any(one.request.method == "POST" for one in check.exchanges)
