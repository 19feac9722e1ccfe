"""The model: what requests make of a configuration, and how two of them differ."""

from __future__ import annotations

import pytest

from conformance.behaviour.model import Difference, Model, What, differences

ADA = {"first_name": "Ada", "enabled": "true"}


def model() -> Model:
    return Model({"extension": {"101": ADA}, "route": {}})


def test_what_is_written_waits_until_it_is_applied() -> None:
    one = model()
    one.put("extension", "9000", {"first_name": "Eva"})
    assert one.waits("extension")
    assert one.pending
    assert "9000" not in one.running["extension"]
    assert not one.agreed("extension", "9000")
    one.apply()
    assert one.running["extension"]["9000"] == {"first_name": "Eva"}
    assert not one.pending
    assert one.agreed("extension", "9000")


def test_change_keeps_what_it_does_not_name() -> None:
    one = model()
    one.put("extension", "101", {"first_name": "Zoe"})
    assert one.draft["extension"]["101"] == {"first_name": "Zoe", "enabled": "true"}
    assert one.running["extension"]["101"] == ADA


def test_revert_brings_back_what_was_applied_last() -> None:
    one = model()
    one.put("extension", "101", {"first_name": "Zoe"})
    one.apply()
    one.drop("extension", "101")
    one.put("route", "7", {"destination": "198.51.100.0/24"})
    one.revert()
    assert one.draft["extension"]["101"]["first_name"] == "Zoe"
    assert one.draft["route"] == {}
    assert not one.pending


def test_what_a_revert_dropped_is_known_until_it_is_written_again() -> None:
    one = model()
    one.put("route", "7", {"enabled": "true"})
    one.revert()
    assert one.dropped["route"] == {"7": {"enabled": "true"}}
    assert one.rewritten == set()
    one.put("route", "7", {"enabled": "true"})
    assert one.rewritten == {("route", "7")}


def test_kind_in_operation_at_once_leaves_the_others_pending() -> None:
    one = model()
    one.put("extension", "101", {"first_name": "Zoe"})
    one.put("route", "7", {"enabled": "true"})
    one.in_operation("route")
    assert one.running["route"] == {"7": {"enabled": "true"}}
    assert one.unsaid == {"route": {}}
    assert one.pending
    one.in_operation("extension")
    assert not one.pending


def test_object_whose_fate_is_open_is_compared_no_longer() -> None:
    one = model()
    one.leave_open("extension", "101")
    assert one.draft["extension"] == {} == one.running["extension"]
    assert one.judged("extension", {"101": ADA, "102": ADA}) == {"102": ADA}


def test_model_does_not_share_what_it_was_given() -> None:
    given = {"extension": {"101": ADA}}
    one = Model(given)  # type: ignore[arg-type]
    one.drop("extension", "101")
    assert given == {"extension": {"101": ADA}}
    assert one.running == given


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ({"101": ADA}, []),
        ({"101": ADA | {"vm_email": ""}}, []),
        ({}, [Difference("101", What.MISSING)]),
        ({"101": ADA, "102": ADA}, [Difference("102", What.EXTRA)]),
        ({"101": ADA | {"enabled": "false"}}, [Difference("101", What.CHANGED, ("enabled",))]),
        ({"101": {"enabled": "true"}}, [Difference("101", What.CHANGED, ("first_name",))]),
    ],
)
def test_differences(shown: dict[str, dict[str, str]], found: list[Difference]) -> None:
    assert differences({"101": ADA}, dict(shown)) == found


def test_difference_names_tags_and_no_values() -> None:
    [one] = differences({"101": {"sip_secret": "one"}}, {"101": {"sip_secret": "two"}})
    assert str(one) == "101: sip_secret differs"
