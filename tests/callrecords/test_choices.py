from __future__ import annotations

import pytest

from conformance.callrecords.choices import Choices
from conformance.callrecords.patterns import Pattern, Selection
from tests.callrecords.rows import KIND, row

ROWS = [
    row(1, called_num="101", status="8"),
    row(2, called_num="1012", status="8"),
    row(3, called_num="2101", status="4", caller_name="Ana"),
    row(4, called_num="31014", status="4", direction="4", caller_name="Å & B"),
    row(5, called_num="77", direction="4"),
]
CHOICES = Choices(KIND, ROWS, masked=False)


def test_value_inside_others_is_chosen_and_every_direction_has_one() -> None:
    assert CHOICES.exact("called_num") == ["101", "31014"]
    assert CHOICES.exact("status") == ["1", "2", "3", "4", "8"]
    assert "Å & B" in CHOICES.exact("caller_name")


def test_fragments_are_no_values() -> None:
    fragments = CHOICES.fragments("called_num")
    assert fragments
    assert not set(fragments) & {one["called_num"] for one in ROWS}
    assert all(any(part in one["called_num"] for one in ROWS) for part in fragments)


@pytest.mark.parametrize("form", ["end", "start", "both"])
def test_wildcard_tells_its_form_from_an_exact_match(form: str) -> None:
    best = Pattern.read(CHOICES.wildcards("called_num", form)[0])
    found = {one["called_num"] for one in ROWS if best.matches(one["called_num"])}
    assert found - {best.core}
    assert found < {one["called_num"] for one in ROWS}


def test_values_that_masking_hides_are_not_sent() -> None:
    shown = [row(1, caller_num="050XXX", caller_name=""), row(2, direction="4", caller_num="102")]
    assert list(Choices(KIND, shown, masked=True).values("caller_num")) == ["102"]


def test_values_with_a_meaning_to_filters_are_not_sent() -> None:
    odd = [row(1, caller_name="100%"), row(2, caller_name="a_b"), row(3, caller_name='"q"')]
    assert not Choices(KIND, odd, masked=False).values("caller_name")


def test_pairs_and_triples_select_less_than_their_parts() -> None:
    rows = [
        row(n, direction="14"[n & 1], status="48"[n >> 1 & 1], called_num=f"10{n >> 2 & 1}")
        for n in range(8)
    ]
    chosen = Choices(KIND, rows, masked=False)
    for filters in (*(pair.filters for pair in chosen.pairs()), *chosen.triples()):
        together = count(rows, filters)
        assert together
        for left_out in filters:
            part = {tag: value for tag, value in filters.items() if tag != left_out}
            assert count(rows, part) > together
    assert count(rows, chosen.exclusive() or {}) in {0, len(rows)}


def count(rows: list[dict[str, str]], filters: dict[str, str]) -> int:
    return sum(bool(Selection(KIND, filters, masked=False)(one)) for one in rows)
