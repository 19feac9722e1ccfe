"""What a run knows of its PBX beyond the schemas, element by element, in one place.

A drawn extension exists nowhere, a drawn gateway lies in no subnet of this PBX: such a message
would be rejected, rightly. Here stands for each such element how its value is drawn from what the
PIXIT gives and the PBX shows, so that a message that is meant to succeed can succeed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from conformance.strategies.text import text
from conformance.strategies.values import WORD, networks, timestamps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.strategies.plan import Known

__all__ = ["BY_ELEMENT", "Facts", "known_of"]

# Addresses that stand in documents and in nobody's network (RFC 5737): as unicast as any.
DOCUMENTATION = ("192.0.2.", "198.51.100.", "203.0.113.")
MOST_PRIORITIES, LONGEST_TIMEOUT_S = 3, 120
MOST_DIGITS = 10
YEARS = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the PBX; empty where nothing is, or where it does not matter.

    Attributes:
        exten: a number of the PIXIT that no extension has, or one of the run's own.
        members: extensions of the run's own, in operation.
        callgroup: a name that no callgroup has; drawn names begin with it.
        selections: selections that no callgroup has.
        contact: the id of a contact of the run's own.
        owners: extensions that may own a contact.
        mark: a word by which a contact of the run's own is found again.
        speed_dials: numbers that may be a speed dial.
        route: the id of a route of the run's own.
        destination: the network that routes of the run's own may lead to.
        gateways: addresses inside the local subnets.
        interface: the id of an interface.
        past: a moment in the past of the PBX, before which intervals are drawn.
    """

    exten: str = ""
    members: Sequence[str] = ()
    callgroup: str = ""
    selections: Sequence[str] = ()
    contact: str = ""
    owners: Sequence[str] = ()
    mark: str = ""
    speed_dials: Sequence[str] = ()
    route: str = ""
    destination: str = ""
    gateways: Sequence[str] = ()
    interface: str = ""
    past: str = ""


def _digits(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=least, max_size=most)


def _mails(_facts: Facts) -> st.SearchStrategy[str]:
    user = st.text(WORD, min_size=1, max_size=12)
    return st.just("") | user.map(lambda name: f"{name}@pbx.example")


def _failovers(facts: Facts) -> st.SearchStrategy[dict[str, Any]]:
    """To hang up, or the voicemail of an extension of the run's own."""
    targets = [("HANGUP", "")]
    targets += [("FORWARD_TO_VOICEMAIL", exten) for exten in facts.members]
    rest = {"gateway_type": "", "gateway_id": "", "gateway_name": ""}
    blocks = [
        {"intro": "", "type": kind, "destination": {"name": "", "value": value, **rest}}
        for kind, value in targets
    ]
    return st.sampled_from(blocks)


def _priorities(facts: Facts) -> st.SearchStrategy[dict[str, Any]]:
    """Every member in one of a few priorities, or in none but not all of them."""
    levels = st.integers(0, (MOST_PRIORITIES + 1) ** len(facts.members) - 1)

    def block(drawn: tuple[int, bool]) -> dict[str, Any]:
        number, backwards = drawn
        found: dict[int, list[str]] = {}
        for exten in facts.members:
            number, level = divmod(number, MOST_PRIORITIES + 1)
            if level:
                found.setdefault(level, []).append(exten)
        # Numbered without a gap: a PBX may number them itself.
        groups = list(enumerate(found.values() or [[facts.members[0]]], 1))
        return {
            "priority": [
                {"id": str(level), "members": {"member": [{"exten": one} for one in extens]}}
                for level, extens in (groups[::-1] if backwards else groups)
            ]
        }

    return st.tuples(levels, st.booleans()).map(block)


def _intervals(facts: Facts) -> st.SearchStrategy[str]:
    last = datetime.strptime(facts.past, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - as the PBX says it
    return timestamps(last - YEARS, last)


def _addresses(_facts: Facts) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(DOCUMENTATION), st.integers(1, 254)).map(
        lambda drawn: f"{drawn[0]}{drawn[1]}"
    )


# By path below the root, as in the schemas: the fact without which nothing is known (empty: none is
# needed), and the draw.
BY_ELEMENT: dict[str, tuple[str, Callable[[Facts], st.SearchStrategy[Any]]]] = {
    "user/exten": ("exten", lambda facts: st.just(facts.exten)),
    "user/vm_secret": ("", lambda _: st.just("") | _digits(1, MOST_DIGITS)),
    "user/vm_email": ("", _mails),
    "user/failover": ("", _failovers),
    "callgroup/name": (
        "callgroup",
        lambda facts: text().map(lambda said: f"{facts.callgroup} {said}"),
    ),
    "callgroup/timeout": ("", lambda _: st.integers(5, LONGEST_TIMEOUT_S).map(str)),
    "callgroup/selection": ("selections", lambda facts: st.sampled_from(["", *facts.selections])),
    "callgroup/priorities": ("members", _priorities),
    "contact/id": ("contact", lambda facts: st.just(facts.contact)),
    "contact/owner": ("", lambda facts: st.sampled_from(["-1", *facts.owners])),
    "contact/last_name": ("mark", lambda facts: text().map(lambda said: f"{said}{facts.mark}")),
    "contact/phone": ("", lambda _: _digits(1, MOST_DIGITS + 2)),
    "contact/mail": ("", _mails),
    "contact/speed_dial": ("", lambda facts: st.sampled_from(["", *facts.speed_dials])),
    "route/id": ("route", lambda facts: st.just(facts.route)),
    "route/destination": ("destination", lambda facts: networks(facts.destination)),
    "route/gateway": ("gateways", lambda facts: st.sampled_from(list(facts.gateways))),
    "dns/ip_address": ("", _addresses),
    "interface/id": ("interface", lambda facts: st.just(facts.interface)),
    "cdr/begin": ("past", _intervals),
    "cdr/end": ("past", _intervals),
    "cdrcallercenter/begin": ("past", _intervals),
    "cdrcallercenter/end": ("past", _intervals),
}


def known_of(facts: Facts, **more: st.SearchStrategy[Any] | None) -> Known:
    """The draws of all elements of which something is known, and the request_id left to the check.

    Args:
        facts: what is known of the PBX.
        more: what the caller knows besides, by tag.
    """
    there = {one.name for one in fields(facts) if getattr(facts, one.name)} | {""}
    draws = {path: draw(facts) for path, (fact, draw) in BY_ELEMENT.items() if fact in there}
    return {"request_id": None, **draws, **more}
