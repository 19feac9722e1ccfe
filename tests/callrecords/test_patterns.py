from __future__ import annotations

import pytest

from conformance.callrecords.kind import STEPS
from conformance.callrecords.patterns import Pattern, Selection, ended
from tests.callrecords.rows import KIND, row


@pytest.mark.parametrize(
    ("pattern", "value", "answer"),
    [
        ("10", "10", True),
        ("10", "101", False),
        ("10%", "10", True),
        ("10%", "101", True),
        ("10%", "210", False),
        ("%10", "210", True),
        ("%10", "101", False),
        ("%10%", "2101", True),
        ("%10%", "201", False),
        ("zoë", "Zoë", None),
        ("Zoe", "Zoë", None),
        ("%", "anything", True),
        ("1%0", "1%0", True),
        ("1%0", "110", False),
    ],
)
def test_pattern(pattern: str, value: str, answer: bool | None) -> None:
    assert Pattern.read(pattern).matches(value) is answer
    assert str(Pattern.read(pattern)) in {pattern, "%%"}


def test_filters_are_anded_and_one_no_is_enough() -> None:
    select = Selection(KIND, {"caller_name": "ZOË", "status": "8"}, masked=False)
    assert select(row(1)) is None
    assert select(row(1, status="4")) is False
    assert Selection(KIND, {"status": "8", "called_num": "101"}, masked=False)(row(1)) is True


def test_masked_values_are_not_judged_unless_what_is_left_rules_them_out() -> None:
    shown = row(1, caller_num="0501234XXX", caller_name="")
    assert Selection(KIND, {"caller_num": "0501234001"}, masked=True)(shown) is None
    assert Selection(KIND, {"caller_num": "0509234001"}, masked=True)(shown) is False
    assert Selection(KIND, {"caller_num": "050%"}, masked=True)(shown) is None
    assert Selection(KIND, {"caller_name": "Zoë"}, masked=True)(shown) is None
    assert Selection(KIND, {"called_num": "101"}, masked=True)(shown) is True


def test_any_is_sure_in_texts_open_elsewhere_and_excludes_the_rest() -> None:
    assert Selection(KIND, {"any": "101", "status": "4"}, masked=False)(row(1)) is True
    assert Selection(KIND, {"any": "05012"}, masked=False)(row(1)) is None
    assert Selection(KIND, {"any": "8"}, masked=False)(row(1)) is None
    assert Selection(KIND, {"any": "nobody"}, masked=False)(row(1)) is False
    assert Selection(KIND, {"any": "queue"}, masked=False)(row(1, **{STEPS: "Queue 1"})) is None


def test_edge_of_an_interval_is_not_judged() -> None:
    oracle = ended("2014-05-20 10:02:00", "2014-05-20 10:04:00")
    assert [oracle(row(number)) for number in range(5)] == [False, None, True, None, False]
