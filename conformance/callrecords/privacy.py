"""What the guide says of the privacy password, stated for any call record (RD-19).

POST /cdr: "If missing, the external numbers will have the last three digits masked by XXX, and the
names will be empty."
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from conformance.callrecords.calls import NOBODY
from conformance.callrecords.choices import sendable
from conformance.callrecords.filters import FREQUENT
from conformance.callrecords.kind import NUMBERS, Row, key
from conformance.callrecords.patterns import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.callrecords.calls import Calls, Request
    from conformance.wire.exchange import Exchange

__all__ = ["internal_whole", "names_empty", "nothing_else", "numbers_masked", "whole"]

DIGITS = len(MASK)
SHOWN = re.compile(r"\+?[0-9]*")


def masked(calls: Calls) -> Iterator[tuple[Exchange, list[Row]]]:
    """The calls of the reference as they are shown without the password, asked for in many ways.

    Raises:
        Inconclusive: there are none.
    """
    plain: Request = replace(calls.reference.request, password=None)
    requests = [plain, replace(plain, start_flag=True)]
    for tag in ("gateway_name", "status"):
        value = next((row[tag] for row in calls.reference.rows if sendable(row[tag])), "")
        requests.append(replace(plain, filters={tag: value or NOBODY}))
    requests.append(replace(plain, filters={"any": "%1%"}))
    for request in requests:
        exchange = calls.answered(request)
        yield exchange, calls.kind.rows(exchange)


def pairs(calls: Calls, rows: list[Row]) -> Iterator[tuple[Row, Row | None]]:
    """Masked calls, each with the same call as the password shows it, if that is known."""
    known: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    if not calls.reference.masked:
        for row in calls.reference.rows:
            known[key(row, calls.kind.open_tags)].append(row)
    for row in rows:
        same = known[key(row, calls.kind.open_tags)]
        yield row, same[0] if len(same) == 1 else None


def properly(value: str, real: str | None) -> bool | None:
    """Whether a number is masked as it should be; None where that is not judged."""
    if real == "":
        return value == ""
    if real is not None:
        if len(real) < DIGITS or not real[-DIGITS:].isdigit():
            return None
        return value == real[:-DIGITS] + MASK
    if len(value) < DIGITS or not SHOWN.fullmatch(value.rstrip("X")):
        return None
    return value.endswith(MASK) and bool(SHOWN.fullmatch(value.removesuffix(MASK)))


def numbers_masked(calls: Calls) -> None:
    """State that the last three digits of external numbers are XXX, in each direction.

    Raises:
        Inconclusive: there is no external number in one of the directions.
    """
    requirement_id = calls.kind.requirement("masked-numbers")
    seen = set()
    for exchange, rows in masked(calls):
        for row, real in pairs(calls, rows):
            direction = row["direction"]
            tag = calls.kind.external.get(direction)
            held = tag and properly(row[tag], real[tag] if real else None)
            if held is None or not tag:
                continue
            shown = "empty, as it is" if real and not real[tag] else "with its last digits as XXX"
            if row[tag]:
                seen.add(direction)
            expected = f"{tag} of direction {direction} {shown}"
            observed = f"{row[tag]!r} in call {row['id']}"
            calls.check.that(requirement_id, held, expected, observed, exchange)
    for direction in calls.kind.external.keys() - seen:
        reason = f"no external number of direction {direction} to judge"
        calls.check.remark(requirement_id, reason)
    if not seen:
        calls.check.inconclusive("no external number to judge")


def names_empty(calls: Calls) -> None:
    """State that the names of caller and called are empty.

    Raises:
        NonConformance: one is not.
    """
    requirement_id = calls.kind.requirement("masked-names")
    for (exchange, rows), tag in product(masked(calls), calls.kind.names):
        shown = [row for row in rows if row[tag]]
        observed = f"{len(shown)} call(s) with a {tag}, the first of id {_first(shown)}"
        calls.check.that(requirement_id, not shown, f"every {tag} empty", observed, exchange)


def _first(rows: list[Row]) -> str:
    return rows[0]["id"] if rows else ""


def internal_whole(calls: Calls) -> None:
    """State that internal numbers are shown whole.

    Raises:
        NonConformance: one is not.
        Inconclusive: there is none.
    """
    requirement_id, seen = calls.kind.requirement("internal-numbers-whole"), False
    for exchange, rows in masked(calls):
        for (row, real), tag in product(pairs(calls, rows), NUMBERS):
            if calls.kind.external.get(row["direction"]) == tag:
                continue
            held = row[tag] == real[tag] if real else not row[tag].endswith("X")
            expected = f"{tag} of direction {row['direction']} whole"
            observed = f"{row[tag]!r} in call {row['id']}"
            calls.check.that(requirement_id, held, expected, observed, exchange)
            seen = seen or bool(row[tag])
    if not seen:
        calls.check.inconclusive("no internal number to judge")


def nothing_else(calls: Calls) -> None:
    """State that all that is neither a number nor a name is the same with and without password.

    Raises:
        NonConformance: it is not.
    """
    exchange, _rows = next(masked(calls))
    wrong = calls.difference(exchange, lambda _row: True, calls.kind.open_tags)
    calls.check.that(
        calls.kind.requirement("masking-changes-nothing-else"),
        not wrong,
        "the same calls with and without the privacy password",
        wrong,
        calls.reference.exchange,
        exchange,
    )


def whole(calls: Calls) -> None:
    """State that with the privacy password numbers and names are shown whole.

    Raises:
        NonConformance: they are not.
    """
    reference, requirement_id = calls.reference, calls.kind.requirement("unmasked-with-password")
    check = calls.check
    known = not reference.masked
    observed = "code 3 for the privacy password of this run: is it the one of this PBX?"
    check.that(requirement_id, known, "the privacy password accepted", observed)
    for direction, tag in calls.kind.external.items():
        hidden = [
            row for row in reference.rows if row["direction"] == direction and MASK in row[tag]
        ]
        observed = f"{tag} masked in call {_first(hidden)}"
        expected = f"{tag} of direction {direction} whole"
        check.soft(requirement_id, not hidden, expected, observed, reference.exchange)
    for tag in calls.kind.names:
        for direction in sorted({row["direction"] for row in reference.rows}):
            if not any(row[tag] for row in reference.rows if row["direction"] == direction):
                _really_empty(calls, tag, direction)
    if calls.kind.names and not any(row[tag] for row in reference.rows for tag in calls.kind.names):
        check.inconclusive("no call has a name")


def _really_empty(calls: Calls, tag: str, direction: str) -> None:
    """State that names that are not shown are not there: no filter finds one."""
    for pattern in FREQUENT:
        filters = {tag: pattern, "direction": direction}
        exchange = calls.answered(replace(calls.window, filters=filters))
        rows = calls.kind.rows(exchange)
        observed = f"a filter for {pattern!r} finds call {_first(rows)}, its {tag} shown empty"
        requirement_id = calls.kind.requirement("unmasked-with-password")
        calls.check.that(requirement_id, not rows, f"{tag} shown", observed, exchange)
