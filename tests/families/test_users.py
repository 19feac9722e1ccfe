"""How the checks of /users compare what was sent with what is shown, and choose whom to ask for."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.families.users.fields import failover_mismatches, mismatches, normal, resent
from conformance.families.users.targets import TO_CALLGROUP, targets_of
from conformance.families.users.views import odd_ones, sample
from conformance.objects import failover, hangup, user_fields

Record = dict[str, Any]


def record(exten: str = "9000", **changes: Any) -> Record:
    """A record as an answer shows what `user_fields` sends."""
    fields = user_fields(exten, **changes)
    target = fields.pop("failover")
    shown: Record = {
        tag: [str(value).lower() if isinstance(value, bool) else value]
        for tag, value in fields.items()
    }
    inner = {tag: [value] for tag, value in target["destination"].items()}
    shown["failover"] = [{"intro": [""], "type": [target["type"]], "destination": [inner]}]
    return shown


def test_a_record_as_sent_has_no_mismatch() -> None:
    assert mismatches(user_fields("9000"), record()) == []


def test_white_space_around_a_value_is_none_of_ours() -> None:
    assert mismatches({"vm_enabled": True, "exten": "9000"}, record() | {
        "vm_enabled": ["\n true "], "exten": [" 9000 "]
    }) == []  # fmt: skip


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("vm_attach_enabled", "false"),
        ("vm_enabled", "True"),
        ("first_name", "elodie"),
        ("vm_email", ""),
        ("exten", "09000"),
    ],
)
def test_another_value_is_a_mismatch_that_says_both(field: str, shown: str) -> None:
    found = mismatches(user_fields("9000"), record() | {field: [shown]})
    sent = user_fields("9000")[field]
    wanted = str(sent).lower() if isinstance(sent, bool) else sent
    assert found == [f"{field} is {shown!r}, sent was {wanted!r}"]


@pytest.mark.parametrize("field", ["sip_secret", "vm_secret"])
def test_a_secret_is_compared_and_not_told(field: str) -> None:
    found = mismatches(user_fields("9000"), record() | {field: ["9000"]})
    assert found == [f"{field} is another"]


def test_a_missing_record_is_a_mismatch_of_every_field() -> None:
    sent = user_fields("9000", failover=None)
    del sent["failover"]
    assert len(mismatches(sent, {})) == len(sent)


@pytest.mark.parametrize("empty", [[{}], [""], []])
def test_a_failover_that_was_lost_is_a_mismatch(empty: list[Any]) -> None:
    shown = record() | ({"failover": empty} if empty else {})
    if not empty:
        del shown["failover"]
    assert failover_mismatches(hangup(), shown) == ["failover/type is '', sent was 'HANGUP'"]


def test_what_was_sent_empty_of_a_failover_is_not_compared() -> None:
    shown = record(failover=failover("FORWARD_TO_VOICEMAIL", "9001", "computed by the PBX"))
    assert failover_mismatches(failover("FORWARD_TO_VOICEMAIL", "9001"), shown) == []


@pytest.mark.parametrize(
    ("shown", "same"),
    [("Ada Lovelace", True), ("Lovelace Ada", True), ("Ada", False), ("", False)],
)
def test_an_identity_may_come_in_either_order(shown: str, same: bool) -> None:
    sent = failover("FORWARD_TO_EXTEN", "9001", "Ada Lovelace")
    found = failover_mismatches(sent, record(failover=failover("FORWARD_TO_EXTEN", "9001", shown)))
    assert (found == []) is same


def test_a_failover_is_sent_again_whole() -> None:
    target = failover("FORWARD_TO_EXTERNAL_NUMBER", "0123")
    target["destination"] |= {"gateway_type": "TRUNK", "gateway_id": "7", "gateway_name": "ISDN"}
    assert resent(record(failover=target)) == target


@pytest.mark.parametrize("shown", [{}, {"failover": [""]}, record(failover=failover(""))])
def test_no_failover_is_not_sent_again(shown: Record) -> None:
    assert resent(shown) is None


def test_an_empty_block_equals_an_absent_one() -> None:
    assert normal({"exten": [" 1 "], "failover": [{"type": [""]}]}) == normal({"exten": ["1"]})


def test_odd_ones_are_those_added_removed_or_changed() -> None:
    before: dict[str, Record] = {"1": {"a": ["x"]}, "2": {"a": ["x"]}, "3": {"a": ["x"]}}
    after: dict[str, Record] = {"1": {"a": ["x"]}, "2": {"a": ["y"]}, "4": {"a": ["x"]}}
    assert odd_ones(before, after) == ["2", "3", "4"]


def test_a_sample_holds_every_kind_and_is_spread() -> None:
    listed = {str(exten): record(str(exten)) for exten in range(100, 400)}
    listed["237"]["enabled"] = ["false"]
    listed["391"]["first_name"] = ["Юлия"]
    chosen = sample(listed, 12)
    assert {"237", "391"} <= set(chosen)
    assert len(chosen) == len(set(chosen)) <= 12
    assert max(map(int, chosen)) - min(map(int, chosen)) > 200


def test_a_small_list_is_asked_for_whole() -> None:
    listed = {str(exten): record(str(exten)) for exten in range(10)}
    assert sorted(sample(listed)) == sorted(listed)


def test_targets_are_those_that_are_used_and_a_callgroup() -> None:
    queue = failover("FORWARD_TO_QUEUE_WITH_CHECKTIME", "31", "Helpdesk")
    groups: dict[str, Record] = {"incoming": {"name": ["Incoming"]}, "7": {"name": [" Sales "]}}
    found = targets_of([record(failover=queue), record(), {}], groups)
    twin = "FORWARD_TO_QUEUE_WITHOUT_CHECKTIME"
    assert set(found) == {"HANGUP", queue["type"], twin, *TO_CALLGROUP}
    assert found[twin] == failover(twin, "31", "Helpdesk")
    assert found[TO_CALLGROUP[1]] == failover(TO_CALLGROUP[1], "7", "Sales")


def test_the_one_callgroup_there_is_is_a_target() -> None:
    found = targets_of([], {"incoming": {"name": ["Incoming"]}})
    assert {target["destination"]["value"] for target in found.values()} == {"incoming"}
    assert targets_of([], {}) == {}
