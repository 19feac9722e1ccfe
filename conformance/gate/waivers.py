"""Waivers: regressions that somebody answers for, until a date."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from conformance.errors import ConfigurationError
from conformance.gate.firmware import within

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

__all__ = ["Waiver", "read_waivers"]

_WORDS = {str: "a string", dt.date: "a date, like 2027-01-31, without quotes"}
_KEYS: dict[str, type] = {
    "requirement": str,
    "reason": str,
    "owner": str,
    "link": str,
    "expires": dt.date,
    "firmware": str,
}
OPTIONAL = {"firmware"}
WILD = set("*?[")


@dataclass(slots=True)
class Waiver:
    """One waiver, and what became of it in one comparison."""

    requirement: str
    reason: str
    owner: str
    link: str
    expires: dt.date
    firmware: str = ""
    used: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def expired(self, today: dt.date) -> bool:
        """Whether its last day is over."""
        return today > self.expires

    def names(self, requirement: str) -> bool:
        """Whether it is about a requirement."""
        return fnmatchcase(requirement, self.requirement)

    def waives(self, requirement: str, firmware: str, today: dt.date) -> bool:
        """Whether it lets a requirement fail on a firmware today."""
        holds = within(firmware, self.firmware) and not self.expired(today)
        return holds and self.names(requirement)

    def review(self, passing: Collection[str], firmware: str, today: dt.date) -> None:
        """Say what is wrong with it, once it is known what it was used for.

        Args:
            passing: the requirements that hold, and so need no waiver.
            firmware: the candidate's.
            today: the day on which expiry is judged.
        """
        if self.expired(today):
            self.problems.append(f"expired on {self.expires}: it waives nothing any more")
        elif not within(firmware, self.firmware):
            self.problems.append(f"is for firmware {self.firmware}, and this is {firmware}")
        elif not self.used:
            self.problems.append("was not needed: nothing that it names has failed; remove it")
        held = [name for name in passing if self.names(name)]
        if WILD & set(self.requirement) and held and self.used:
            self.problems.append(
                f"is too wide: it names {len(held)} requirements that hold as well as "
                f"{', '.join(self.used)}; name those alone"
            )


def read_waivers(file: Path) -> list[Waiver]:
    """Read a file of waivers: tables `[[waiver]]`.

    Raises:
        ConfigurationError: it can't be read, or a waiver is not whole.
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: can't be read: {error}; name a waivers file") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: is not TOML: {error}") from error
    rows = data.pop("waiver", [])
    if data:
        raise ConfigurationError(f"{file}: {next(iter(data))}: unknown; known is [[waiver]]")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigurationError(f"{file}: waiver: must be tables; write [[waiver]]")
    return [_waiver(f"{file}: [[waiver]] {number}", row) for number, row in enumerate(rows, 1)]


def _waiver(where: str, row: dict[str, Any]) -> Waiver:
    unknown = sorted(row.keys() - _KEYS.keys())
    if unknown:
        raise ConfigurationError(f"{where} {unknown[0]}: unknown key; known are {', '.join(_KEYS)}")
    for key, kind in _KEYS.items():
        if key not in row:
            if key in OPTIONAL:
                continue
            raise ConfigurationError(f"{where} {key}: missing; it must be {_WORDS[kind]}")
        # A TOML date with a time is a date to Python as well.
        if not isinstance(row[key], kind) or isinstance(row[key], dt.datetime):
            raise ConfigurationError(f"{where} {key}: must be {_WORDS[kind]}")
        if kind is str and not row[key].strip():
            raise ConfigurationError(f"{where} {key}: is empty; it must say something")
    try:
        within("0.0.0-0000", row.get("firmware", ""))
    except ValueError as error:
        raise ConfigurationError(f"{where} firmware: {error}") from error
    return Waiver(**row)
