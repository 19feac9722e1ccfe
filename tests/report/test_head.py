"""What a recording says of its run: enough to repeat it, and no secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance.report.head import HEAD_VERSION
from conformance.run import Run, Settings
from conformance.wire.client import md5

if TYPE_CHECKING:
    import pytest


def test_the_head_tells_the_course_and_no_secret() -> None:
    run = Run(Settings(url="http://pbx.example", allow=("config",), seed=5, select=("users.*",)))
    run.ledger.courses["a"] = {"words": 1, "ids": 2, "free": ["9000"]}
    head = run.head()
    assert head["version"] == HEAD_VERSION
    assert (head["seed"], head["allow"], head["select"]) == (5, ["read", "config"], ["users.*"])
    assert head["checks"] == {"a": {"words": 1, "ids": 2, "free": ["9000"]}}
    assert head["target"]["url"] == "http://pbx.example"
    assert head["pixit"]["extensions"][0] == "9000"
    assert (head["pixit"]["privacy_password"], head["pixit"]["activation_key"]) == (0, 0)
    assert "no lab hook" in head["lab"]["power"]
    text = json.dumps(head)
    assert md5("admin") not in text
    assert '"password"' not in text
    run.sut.give_up("stopped answering", [])
    assert run.head()["complete"] is False


def test_secrets_of_the_pixit_are_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPBX_PRIVACY_PASSWORD", "of the fifth floor")
    monkeypatch.setenv("KPBX_PASSWORD", "of the fifth floor")
    run = Run(Settings(url="http://pbx.example"))
    head = run.head()
    number = run.recorder.numbers.of_value(md5("of the fifth floor"))
    assert head["pixit"]["privacy_password"] == number
    assert head["pixit"]["privacy_is_password"] is True
    assert "fifth floor" not in json.dumps(head)
    assert md5("of the fifth floor") not in json.dumps(head)
