"""Values are drawn from a type's facets; flat draws say what their pattern says."""

from __future__ import annotations

import re
from typing import Any

import pytest
import xmlschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xmlschema.validators import XsdSimpleType

from conformance.schema.inspect import components
from conformance.strategies.values import FLAT, networks, simple_values, value_draws

FEW = settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="it"><xs:simpleType>{}</xs:simpleType></xs:element>
</xs:schema>"""


def type_of(content: str) -> Any:
    (element,) = xmlschema.XMLSchema10(SCHEMA.format(content)).elements.values()
    return element.type


def drawn(kind: Any, count: int = 25) -> list[str]:
    found: list[str] = []

    @settings(FEW, max_examples=count)
    @given(simple_values(kind))
    def collect(value: str) -> None:
        assert kind.is_valid(value), value
        found.append(value)

    collect()
    return found


TYPES: Any = components("system/system.network.routes.post.request.xsd").maps.types
NAMED = sorted(
    str(name)
    for name, kind in TYPES.items()
    if isinstance(kind, XsdSimpleType) and not str(name).startswith("{")
)


@pytest.mark.parametrize("name", NAMED)
def test_drawn_values_fit_each_named_type(name: str) -> None:
    assert drawn(TYPES[name], 15)


def test_every_flat_draw_stands_for_a_type_of_ours() -> None:
    patterns = {
        tuple(kind.patterns.regexps)
        for kind in TYPES.values()
        if isinstance(kind, XsdSimpleType) and kind.patterns is not None
    }
    assert set(FLAT) <= patterns


def restriction(base: str, **facets: str) -> str:
    inside = "".join(f'<xs:{name} value="{value}"/>' for name, value in facets.items())
    return f'<xs:restriction base="xs:{base}">{inside}</xs:restriction>'


@pytest.mark.parametrize(
    ("content", "allowed"),
    [
        (restriction("integer", minInclusive="3", maxInclusive="5"), {"3", "4", "5"}),
        (restriction("integer", minExclusive="3", maxExclusive="6"), {"4", "5"}),
        (restriction("string", enumeration="a"), {"a"}),
        (restriction("string", pattern="x[12]"), {"x1", "x2"}),
        (restriction("boolean"), {"true", "false"}),
    ],
)
def test_small_types_are_drawn_whole(content: str, allowed: set[str]) -> None:
    assert set(drawn(type_of(content), 60)) == allowed


def test_lengths_bound_texts() -> None:
    exact = type_of(restriction("string", length="7"))
    assert {len(value) for value in drawn(exact)} == {7}
    most = type_of(restriction("string", minLength="2", maxLength="4"))
    assert {len(value) for value in drawn(most)} == {2, 3, 4}


def test_decimals_have_places() -> None:
    kind = type_of(restriction("decimal", minInclusive="0.5", maxInclusive="1.5"))
    assert any("." in value for value in drawn(kind))


def test_what_is_no_text_has_one_way_to_be_drawn() -> None:
    assert len(value_draws(TYPES["non_blank"])) == 2
    assert len(value_draws(TYPES["ipv4"])) == 1


def test_dates_of_xml_are_refused() -> None:
    with pytest.raises(TypeError, match="no dates"):
        simple_values(type_of(restriction("date")))


@FEW
@given(networks("198.51.100.0/24"))
def test_networks_lie_inside_the_one_given(value: str) -> None:
    assert re.fullmatch(r"198\.51\.100\.[0-9]+/(2[4-9]|3[0-2])", value)


def test_one_strategy_serves_all_texts() -> None:
    kind = TYPES["non_blank"]
    assert isinstance(simple_values(kind), st.SearchStrategy)
    assert value_draws(kind)[1] is value_draws(kind)[1]
