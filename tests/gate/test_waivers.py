"""Waivers: whole, in force, used, and no wider than they need be."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from conformance.errors import ConfigurationError
from conformance.gate.compare import compare
from conformance.gate.firmware import order, within
from conformance.gate.waivers import Waiver, read_waivers
from tests.gate.made import NAMES, results, row

if TYPE_CHECKING:
    from pathlib import Path

TODAY = dt.date(2026, 11, 26)
ONE, TWO, THREE = NAMES[:3]
WHOLE = f"""
[[waiver]]
requirement = "{ONE}"
reason = "the vendor mends it in 3.9.7"
owner = "voice team"
link = "https://tickets.example/42"
expires = 2026-12-31
firmware = ">=3.9.6-3000,<3.9.7"
"""


def read(folder: Path, text: str) -> list[Waiver]:
    file = folder / "waivers.toml"
    file.write_text(text, encoding="utf-8")
    return read_waivers(file)


def after(waiver: Waiver, *now: str) -> Waiver:
    """The waiver after a comparison in which all held before, and now these verdicts came."""
    old = results(*(row(name, "pass") for name in NAMES[: len(now)]), firmware="3.9.5-2891")
    new = results(*(row(name, verdict) for name, verdict in zip(NAMES, now, strict=False)))
    compare(old, new, [waiver], TODAY)
    return waiver


def waiver(requirement: str = ONE, expires: str = "2026-12-31", firmware: str = "") -> Waiver:
    day = dt.date.fromisoformat(expires)
    return Waiver(requirement, "known", "voice team", "https://x.example", day, firmware)


def test_a_whole_waiver(tmp_path: Path) -> None:
    (found,) = read(tmp_path, WHOLE)
    assert found.requirement == ONE
    assert found.expires == dt.date(2026, 12, 31)
    assert found.waives(ONE, "3.9.6-3000", TODAY)
    assert not found.waives(TWO, "3.9.6-3000", TODAY)
    assert not found.waives(ONE, "3.9.7-1000", TODAY)
    assert read(tmp_path, "") == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expires = 2026-12-31\n", "", "[[waiver]] 1 expires: missing; it must be a date"),
        ("2026-12-31", '"2026-12-31"', "expires: must be a date, like 2027-01-31, without"),
        ("2026-12-31", "2026-12-31T10:00:00", "expires: must be a date"),
        ('owner = "voice team"\n', "", "owner: missing; it must be a string"),
        ('"voice team"', '" "', "owner: is empty; it must say something"),
        ('link = "https://tickets.example/42"\n', "", "link: missing"),
        ('reason = "the vendor', 'reasons = "the vendor', "reasons: unknown key; known are"),
        (">=3.9.6-3000,<3.9.7", "3.9.6 or so", "is no range; write it like >=3.9.5-2891"),
        ("[[waiver]]", "[waiver]", "waiver: must be tables; write [[waiver]]"),
        ("[[waiver]]", "[[waivers]]", "waivers: unknown; known is [[waiver]]"),
        ("[[waiver]]", "[[waiver", "is not TOML"),
    ],
)
def test_mistakes_name_file_key_and_remedy(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in WHOLE
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, WHOLE.replace(old, new, 1))
    assert str(tmp_path / "waivers.toml") in str(caught.value)
    assert said in str(caught.value)


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be read"):
        read_waivers(tmp_path / "none.toml")


def test_an_expired_waiver_waives_nothing() -> None:
    assert not waiver(expires="2026-11-26").problems, "its last day counts"
    assert after(waiver(expires="2026-11-26"), "fail").used == [ONE]
    late = after(waiver(expires="2026-11-25"), "fail")
    assert not late.used
    assert late.problems == ["expired on 2026-11-25: it waives nothing any more"]


def test_an_unused_waiver_is_told() -> None:
    (problem,) = after(waiver(), "pass").problems
    assert "was not needed" in problem
    (problem,) = after(waiver(firmware="<3.9.6"), "fail").problems
    assert "is for firmware <3.9.6, and this is 3.9.6-3000" in problem


def test_a_waiver_that_is_too_wide_is_told() -> None:
    wide = after(waiver("users.configs.post.*"), "fail", "pass", "pass")
    assert wide.used == [ONE]
    (problem,) = wide.problems
    assert "is too wide: it names 2 requirements that hold" in problem
    fitting = after(waiver("users.configs.post.*"), "fail", "fail")
    assert not fitting.problems


@pytest.mark.parametrize(
    ("version", "ranges", "held"),
    [
        ("3.9.5-2891", "", True),
        ("3.9.5-2891", ">=3.9.5-2891", True),
        ("3.9.5-2891", ">3.9.5-2891", False),
        ("3.9.5-2891", "==3.9.5", True),
        ("3.9.5-2891", ">3.9.5", False),
        ("3.9.5-2891", "<=3.9.5", True),
        ("3.9.10-1000", ">3.9.9-9999", True),
        ("3.10.0-1000", ">=3.9.5 , < 3.10.0", False),
        ("3.9.6-3000", ">=3.9.5 , < 3.10.0", True),
        ("3.9.6-3000", "!=3.9.6-3000", False),
    ],
)
def test_ranges_of_firmware(version: str, ranges: str, held: bool) -> None:
    assert within(version, ranges) is held


def test_versions_are_ordered_by_their_numbers() -> None:
    shuffled = ["3.10.0-1", "3.9.10-5", "3.9.9-4000", "3.9.9-999", "unknown"]
    assert sorted(shuffled, key=order) == [
        "unknown", "3.9.9-999", "3.9.9-4000", "3.9.10-5", "3.10.0-1",
    ]  # fmt: skip
