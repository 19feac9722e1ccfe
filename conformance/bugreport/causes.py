"""What is one cause, and which is worse: failures put together and in order.

Two failures are one cause only where they surely are: rather two reports than a wrong one. They are
where the same answer shows the same, or where requests of one form to one endpoint were answered
alike, and the same was expected of them; and where an answer holds nothing that could be judged, it
is the cause of everything that was expected of it. A sentence of the guide that is about all
endpoints, and is broken by several of them in one way, is one cause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.lab.safety import SafetyClass
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["SEVERITIES", "Cause", "Row", "Severity", "causes_of"]

Row = dict[str, Any]
SERVER_ERROR = 500
_VARYING = re.compile(r"request_id[= '>\"]*\w+|\d+")
_TAG = re.compile(r"<(/?[\w.:-]+)")
_CODE = re.compile(r"<code>\s*(\d+)\s*</code>")
_REQUEST_ID = re.compile(r"<request_id>[^<]*</request_id>")
_SENT_ID = re.compile(r"request_id '[^']*'")
_GATED = "<request_not_allowed>"


@dataclass(frozen=True, slots=True)
class Severity:
    """A kind of failures: `what` in words, `names` finds its requirements by their end."""

    what: str
    names: re.Pattern[str]


# The worst first. What loses or spoils somebody's work, or lets in who should stay out, comes
# before what a client can see and cope with.
SEVERITIES = (
    Severity(
        "who is let in, and what is shown to whom",
        re.compile(r"authentication|challenge|password-is-md5|username-is-admin|license|masked-.*"),
    ),
    Severity(
        "the configuration: lost, changed unasked, or not as it was written",
        re.compile(
            r".*stored|partial|idempotent|.*untouched|.*-nothing|gone|listed|members-replaced"
            r"|survives-.*|drops-.*|restores-.*|lost-on-.*|.*-stays?|.*keeps?-.*|number-free"
            r"|.*stays-enabled|same-values|one-of-three|private-with-owner"
        ),
    ),
    Severity("no answer, or a server error", re.compile(r"(?!)")),
    Severity("what it does or shows", re.compile(r".*")),
    Severity("another application code", re.compile(r"code-\d+")),
    Severity("the form of an answer", re.compile(r"response-schema|well-formed|csv.*|format")),
    Severity("texts: messages and request_id", re.compile(r"message-\d+|request-id")),
)
NO_ANSWER, OTHERWISE = 2, 3


@dataclass(slots=True)
class Cause:
    """Failures with one cause; the first row leads, the others break with it."""

    rows: list[Row]

    @property
    def lead(self) -> Row:
        """The requirement that the report is about."""
        return self.rows[0]

    @property
    def failure(self) -> dict[str, Any]:
        """How it was found broken."""
        found: dict[str, Any] = self.lead["failure"]
        return found

    @property
    def endpoints(self) -> list[str]:
        """The endpoints that it breaks."""
        return list(dict.fromkeys(row["endpoint"] for row in self.rows if row["endpoint"]))

    @property
    def searched(self) -> bool:
        """Whether a generated search alone found it."""
        return all(row.get("core", "fail") != Verdict.FAIL for row in self.rows)

    @property
    def severity(self) -> int:
        """Its place in `SEVERITIES`."""
        return min(_severity(row) for row in self.rows)


def _severity(row: Row) -> int:
    name = row["id"].rpartition(".")[2]
    found = [
        place
        for place, kind in enumerate(SEVERITIES)
        if place != OTHERWISE and kind.names.fullmatch(name)
    ]
    last = _last(row)
    if last is not None and _unusable(last):
        found.append(NO_ANSWER)
    return min(found, default=OTHERWISE)


def causes_of(rows: Iterable[Row]) -> list[Cause]:
    """The causes of failed requirements, the worst first."""
    causes: list[Cause] = []
    for row in rows:
        known = next((one for one in causes if any(_same(row, other) for other in one.rows)), None)
        if known is None:
            causes.append(Cause([row]))
        else:
            known.rows.append(row)
    for cause in causes:
        # What was expected of the answer tells more than that it has not its form.
        cause.rows.sort(key=lambda row: (_severity(row), SafetyClass(row["safety"]).rank))
    return sorted(causes, key=lambda one: (one.searched, one.severity))


def _last(row: Row) -> dict[str, Any] | None:
    exchanges: Sequence[dict[str, Any]] = row["failure"]["exchanges"]
    return exchanges[-1] if exchanges else None


def _unusable(exchange: dict[str, Any]) -> bool:
    """Whether an answer holds nothing that could be judged."""
    response = exchange["response"]
    if response is None:
        return True
    empty = not response["body"].strip()
    return not _CODE.search(response["body"]) and (response["status"] >= SERVER_ERROR or empty)


def _same(one: Row, other: Row) -> bool:
    mine, theirs = _last(one), _last(other)
    if mine is None or theirs is None or not _tried_alike(one, other):
        return False
    first, second = one["failure"], other["failure"]
    seen = _plain(first["observed"]) == _plain(second["observed"])
    if seen and first["observed"] == second["observed"] and _sent(mine) == _sent(theirs):
        return True  # one exchange, seen twice
    if one["endpoint"] != other["endpoint"]:
        return _said_of_all(one, other) and _way(mine) == _way(theirs)
    if _shape(mine) != _shape(theirs):
        return False
    if _answer(mine) != _answer(theirs):
        return False
    expected = _plain(first["expected"], numbers=True) == _plain(second["expected"], numbers=True)
    return (seen and expected) or (_unusable(mine) and _unusable(theirs))


def _said_of_all(one: Row, other: Row) -> bool:
    """Whether two endpoints break one sentence of the guide that is about all of them."""
    texts = [
        (row["clause"], row["title"], _SENT_ID.sub("", row["failure"]["expected"]))
        for row in (one, other)
    ]
    return texts[0] == texts[1] and one["clause"] not in {one["endpoint"], other["endpoint"]}


def _way(exchange: dict[str, Any]) -> object:
    """In which way an answer breaks what holds for all endpoints."""
    response = exchange["response"]
    if _unusable(exchange):
        return object()  # like no other: the endpoint has a fault of its own
    text = response["body"]
    code = _CODE.search(text) if _GATED in text else None
    return response["status"], _GATED in text, code and code[1], bool(_REQUEST_ID.search(text))


def _tried_alike(one: Row, other: Row) -> bool:
    """Whether one run of the checks can try both again: of searches only one can be pinned."""
    drawn = [row["failure"].get("drawn") for row in (one, other)]
    return None in drawn or drawn[0] == drawn[1]


def _sent(exchange: dict[str, Any]) -> tuple[str, str, str]:
    """A request; its request_id makes it another one than all others of the run."""
    return exchange["method"], exchange["path"], exchange["body"]


def _plain(text: str, *, numbers: bool = False) -> str:
    """A text without what differs from run to run; with numbers where they are what is meant."""
    return text if numbers else _VARYING.sub("#", text)


def _shape(exchange: dict[str, Any]) -> tuple[object, ...]:
    """The form of a request: its path without numbers, and the tags of its body."""
    path = re.sub(r"\d+", "#", exchange["path"].partition("?")[0])
    return exchange["method"], path, tuple(_TAG.findall(exchange["body"])), exchange["broken"]


def _answer(exchange: dict[str, Any]) -> tuple[object, ...]:
    """What matters of an answer: its status and its code, else its text."""
    response = exchange["response"]
    if response is None:
        return ("lost",)
    code = _CODE.search(response["body"])
    text = _REQUEST_ID.sub("", response["body"])
    return response["status"], code[1] if code else _plain(text)
