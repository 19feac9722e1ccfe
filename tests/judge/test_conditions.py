"""The conditions that a request proves by itself."""

from __future__ import annotations

import pytest
from lxml import etree

from conformance import catalogue
from conformance.errors import CatalogueError
from conformance.judge.conditions import all_of, any_of, holds


def root(inner: str) -> etree._Element:
    return etree.fromstring(f"<kpbx_request>{inner}</kpbx_request>")


@pytest.mark.parametrize(
    ("condition", "inner", "expected"),
    [
        ("no user", "", True),
        ("no user", "<user/>", False),
        ("no user/exten", "", False),
        ("no user/exten", "<user/>", True),
        ("no user/exten", "<user><exten/></user>", True),
        ("no user/exten", "<user><exten>  </exten></user>", None),
        ("no user/exten", "<user><exten>9</exten></user>", False),
        ("no user/exten", "<user/><user/>", None),
        ("has cdr/begin", "<cdr><begin>x</begin></cdr>", True),
        ("has cdr/begin", "<cdr/>", False),
        ("hollow user", "<user/>", True),
        ("hollow user", "<user><a/></user>", False),
        ("hollow user", "<user> </user>", False),
        ("alone interface/id", "<interface><id>1</id></interface>", True),
        ("alone interface/id", "<interface><id>1</id><enabled/></interface>", False),
        ("no-address dns/ip", "<dns><ip>1.2.3.4</ip></dns>", False),
        ("no-address dns/ip", "<dns><ip>1.2.3.256</ip></dns>", True),
        ("no-address dns/ip", "<dns><ip>1.2.3.4.5</ip></dns>", True),
        ("no-address dns/ip", "<dns><ip>host</ip></dns>", True),
        ("no-address dns/ip", "<dns><ip>1.2.3</ip></dns>", None),
        ("no-address dns/ip", "<dns><ip>01.2.3.4</ip></dns>", None),
        ("no-address dns/ip", "<dns><ip>0x0a000001</ip></dns>", None),
        ("no-address dns/ip", "<dns><ip/></dns>", False),
        ("no-destination r/d", "<r><d>1.2.3.0/24</d></r>", False),
        ("no-destination r/d", "<r><d>1.2.3.0</d></r>", True),
        ("no-destination r/d", "<r><d>1.2.3.0/33</d></r>", True),
        ("no-destination r/d", "<r><d>1.2.3.0/x</d></r>", True),
        ("no-destination r/d", "<r><d>1.2.3.0/255.255.255.0</d></r>", None),
        ("no-version u/v", "<u><v>3.9.5-2891</v></u>", False),
        ("no-version u/v", "<u><v>3.9.5</v></u>", True),
    ],
)
def test_a_condition(condition: str, inner: str, expected: bool | None) -> None:
    assert holds(condition, root(inner)) is expected


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("2014-05-20 12:00:00", "2014-05-20 11:59:59", True),
        ("2014-05-20 12:00:00", "2014-05-20 12:00:00", False),
        ("2014-05-20 12:00:00", "", None),
        ("2014-02-30 12:00:00", "2014-01-01 00:00:00", None),
    ],
)
def test_an_interval_that_ends_before_it_begins(
    begin: str, end: str, expected: bool | None
) -> None:
    inner = f"<cdr><begin>{begin}</begin><end>{end}</end></cdr>"
    assert holds("reversed cdr/begin cdr/end", root(inner)) is expected


def test_several_conditions() -> None:
    found = root("<user><exten> </exten></user>")
    assert any_of(["no user", "no user/exten"], found) is None
    assert any_of(["no user/exten", "no user/last_name"], found) is True
    assert all_of(["no user/exten", "no user/last_name"], found) is None
    assert all_of(["no user", "no user/exten"], found) is False


def test_every_condition_of_the_guide_is_known() -> None:
    for end, code in catalogue.load().pairs():
        for condition in (*code.provoked, *code.only_if):
            assert holds(condition, root("")) in {True, False, None}, end.name
    with pytest.raises(CatalogueError, match="'perhaps'"):
        holds("perhaps user", root(""))
