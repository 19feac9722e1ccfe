"""Masking as one answer shows it: the privacy password was sent, or it was not (RD-19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.callrecords.kind import NUMBERS
from conformance.callrecords.patterns import MASK
from conformance.callrecords.privacy import properly
from conformance.judge.single import failed
from conformance.verdict import Observation, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.callrecords.kind import Kind, Row
    from conformance.judge.recorded import Recorded

__all__ = ["masked", "whole"]


def masked(kind: Kind, one: Recorded, rows: Sequence[Row]) -> Iterator[Observation]:
    """What holds of calls that were asked for without the privacy password."""
    yield from _external(kind, one, rows)
    yield from _internal(kind, one, rows)
    if not kind.names or not rows:
        return
    requirement = kind.requirement("masked-names")
    named = next(((row, tag) for row in rows for tag in kind.names if row[tag]), None)
    if named is None:
        yield Observation(requirement, Verdict.PASS)
    else:
        observed = f"a {named[1]} in call {named[0]['id']}"
        yield failed(requirement, "every name empty", observed, one)


def _external(kind: Kind, one: Recorded, rows: Sequence[Row]) -> Iterator[Observation]:
    requirement, seen = kind.requirement("masked-numbers"), False
    for row in rows:
        tag = kind.external.get(row["direction"])
        held = properly(row[tag], None) if tag else None
        seen = seen or held is not None
        if held is False:
            expected = f"{tag} of direction {row['direction']} ends in {MASK}"
            observed = f"{row[tag or '']!r} in call {row['id']}"
            yield failed(requirement, expected, observed, one)
            return
    if seen:
        yield Observation(requirement, Verdict.PASS)


def _internal(kind: Kind, one: Recorded, rows: Sequence[Row]) -> Iterator[Observation]:
    requirement = kind.requirement("internal-numbers-whole")
    inside = [
        (row, tag) for row in rows for tag in NUMBERS if kind.external.get(row["direction"]) != tag
    ]
    odd = next(((row, tag) for row, tag in inside if row[tag].endswith("X")), None)
    if odd is not None:
        row, tag = odd
        expected = f"{tag} of direction {row['direction']} whole"
        yield failed(requirement, expected, f"{row[tag]!r} in call {row['id']}", one)
    elif any(row[tag] for row, tag in inside):
        yield Observation(requirement, Verdict.PASS)


def whole(kind: Kind, one: Recorded, rows: Sequence[Row]) -> Iterator[Observation]:
    """What holds of calls that were asked for with a privacy password that the PBX took."""
    for row in rows:
        tag = kind.external.get(row["direction"], "")
        if tag and row[tag].endswith(MASK):
            expected, observed = f"{tag} whole", f"{tag} masked in call {row['id']}"
            yield failed(kind.requirement("unmasked-with-password"), expected, observed, one)
            return
