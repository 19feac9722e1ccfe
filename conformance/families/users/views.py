"""The three sights of an extension: registration, brief and full configuration.

Each is a list of all and a GET of one (`GET /users/brief/`, `GET /users/brief/<exten>`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance import pace
from conformance.families.users.fields import block
from conformance.objects import let_show, listing, one, records

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.objects import Record, Records
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Content

__all__ = [
    "BRIEF",
    "CONFIGS",
    "REGISTRATIONS",
    "View",
    "callgroups",
    "nothing_changed",
    "odd_ones",
    "sample",
]

# A PBX with a thousand extensions is not asked for each of them.
SAMPLE = 24
# An applied change may take a moment until telephones can register.
PATIENCE_S, PAUSE_S = 5.0, 0.2


@dataclass(frozen=True, slots=True)
class View:
    """One sight of an extension: its folder below /users and the path of its records."""

    name: str
    path: str

    @property
    def all(self) -> str:
        """The endpoint that lists all extensions."""
        return f"GET /users/{self.name}/"

    @property
    def one(self) -> str:
        """The endpoint that shows one extension."""
        return f"GET /users/{self.name}/<exten>"

    @property
    def all_slug(self) -> str:
        """The stem of the list's requirements."""
        return f"users.{self.name}.get"

    @property
    def one_slug(self) -> str:
        """The stem of the requirements of the GET of one."""
        return f"users.{self.name}.exten.get"

    def extens(self, exchange: Exchange) -> list[str]:
        """The extension numbers of the records in an answer, in its order."""
        return [(record.findtext("exten") or "").strip() for record in exchange.records(self.path)]

    def record(self, exchange: Exchange) -> Record:
        """The first record of an answer; empty if there is none."""
        found = records(exchange, self.path, "exten")
        return next(iter(found.values()), {})

    def listed(self, check: Check) -> Records:
        """All records by extension number.

        Raises:
            Inconclusive: the answer holds no such list.
        """
        return listing(check, self.all, self.path, "exten")

    def comes_to_list(self, check: Check, exten: str, times: int) -> bool:
        """Whether the list holds an extension so many times, now or after a moment."""
        end = pace.monotonic() + PATIENCE_S
        while Counter(self.extens(check.call(self.all)))[exten] != times:
            if pace.monotonic() > end:
                return False
            pace.sleep(PAUSE_S)
        return True


REGISTRATIONS = View("registrations", "registrations/registration")
BRIEF = View("brief", "users/user")
CONFIGS = View("configs", "configs/config")


def callgroups(check: Check) -> Records:
    """All callgroups by id: none of them changes with an extension that is no member.

    What a callgroup shows of other objects, the names of members and targets, is left out.
    """
    found = records(check.call("GET /pbx/callgroups"), "callgroups/callgroup", "id")
    return {
        key: {tag: unnamed(values) for tag, values in row.items()} for key, row in found.items()
    }


def unnamed(values: list[Content]) -> list[Content]:
    """Contents without the names of other objects, equal tags in one order (RD-27)."""
    kept: list[Content] = [
        value
        if isinstance(value, str)
        else {
            tag: unnamed(below)
            for tag, below in value.items()
            if tag not in {"display_name", "name", "gateway_name"}
        }
        for value in values
    ]
    return sorted(kept, key=str)


def odd_ones(before: Records, after: Records) -> list[str]:
    """The extensions that are not as they were: added, removed or changed."""
    return sorted(exten for exten in before | after if before.get(exten) != after.get(exten))


def nothing_changed(check: Check, before: Records, requirement_id: str) -> None:
    """State that every extension is as it was, after a request that was rejected.

    Raises:
        NonConformance: one was added, removed or changed.
    """
    let_show(check)
    odd = odd_ones(before, CONFIGS.listed(check))
    observed = f"added, removed or changed: {', '.join(map(repr, odd))}"
    check.that(requirement_id, not odd, "every extension as before", observed)


def _kind(record: Record) -> tuple[str | bool, ...]:
    """What makes an extension unlike another: state, voicemail, failover, registration, script."""
    names = one(record, "first_name") + one(record, "last_name")
    kind = one(block(record, "failover"), "type").strip()
    words = (one(record, tag).strip() for tag in ("enabled", "vm_enabled", "status"))
    return (*words, kind, names.isascii(), "&" in names)


def sample(listed: Records, most: int = SAMPLE) -> list[str]:
    """Some of the extensions: first one of each kind, then evenly spread over the rest."""
    first: dict[tuple[str | bool, ...], str] = {}
    for exten, record in listed.items():
        first.setdefault(_kind(record), exten)
    chosen = list(first.values())[:most]
    rest = [exten for exten in listed if exten not in chosen]
    room = most - len(chosen)
    if room > 0 and rest:
        step = max(1, -(-len(rest) // room))
        chosen += rest[::step]
    return chosen
