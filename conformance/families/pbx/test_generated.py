"""Generated search: callgroups with any values, and requests broken in one way each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from conformance.check import requirement
from conformance.families.pbx.callgroups import Callgroups
from conformance.rejections import Rejections
from conformance.search import generated, search
from conformance.strategies.documents import bodies
from conformance.strategies.known import Facts, known_of
from conformance.strategies.operators import Rule, container, mandatory
from conformance.strategies.text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.check import Check
    from conformance.families.pbx.record import Callgroup, Members
    from conformance.wire.exchange import Exchange

ADD, CHANGE = "POST /pbx/callgroups", "PUT /pbx/callgroups/<callgroupid>"
POST, PUT = "pbx.callgroups.post", "pbx.callgroups.callgroupid.put"
POSTED = "pbx/pbx.callgroups.post.request.xsd"
CHANGED = "pbx/pbx.callgroups.callgroupid.put.request.xsd"
FIELDS = ("name", "timeout", "selection", "enabled")
NOT_SAVED, LIMIT_REACHED = 14, 13


class Ground:
    """Members in operation, and what is known for drawn callgroups."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.members = Callgroups(check).members(3)
        self.callgroups = Callgroups(check)
        self.selection = self.callgroups.selection()

    def facts(self, members: int) -> Facts:
        """What is known, with so many members."""
        name = self.callgroups.name()
        return Facts(callgroup=name, selections=[self.selection], members=self.members[:members])

    def whole(self, drawn: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        """Drawn requests with every documented field (RD-31)."""
        name, selection = self.callgroups.name(), self.selection
        base = self.callgroups.fields({1: self.members[:1]}, name=name, selection=selection)
        return drawn.map(lambda body: {"callgroup": {**base, **body["callgroup"]}})

    def drop_new(self, before: set[str]) -> None:
        """Delete what this check has added, and was not there before."""
        for key in sorted(self.callgroups.made().keys() - before):
            self.callgroups.delete(key)


@pytest.fixture
def ground(check: Check) -> Ground:
    """What the checks work with."""
    return Ground(check)


def members_of(sent: Mapping[str, Any]) -> Members:
    """The members in a request, in the form in which records are compared."""
    found = []
    for level in sent["priorities"]["priority"]:
        extens = [member["exten"] for member in level["members"]["member"]]
        found.append((str(int(level["id"])), tuple(sorted(extens))))
    return tuple(sorted(found))


def shows(check: Check, sent: Mapping[str, Any], record: Callgroup, exchange: Exchange) -> None:
    """State that a record shows what was sent."""
    stem = exchange.endpoint.slug if exchange.endpoint else ""
    for tag in FIELDS:
        if tag in sent:
            wanted = str(sent[tag]).lower() if tag == "enabled" else str(sent[tag])
            held = folded(getattr(record, tag)) == folded(wanted)
            observed = f"{tag} is {getattr(record, tag)!r}"
            check.that(f"{stem}.stored", held, f"{tag} {wanted!r} as sent", observed, exchange)
    wanted_members = members_of(sent)
    held, observed = record.members == wanted_members, f"the members {record.members}"
    name = f"{stem}.members-replaced" if stem == PUT else f"{stem}.stored"
    check.that(name, held, f"the members {wanted_members}", observed, exchange)


@generated
@requirement(f"{POST}.stored", f"{POST}.listed")
def test_any_callgroup_is_stored(check: Check, ground: Ground) -> None:
    callgroups = ground.callgroups
    callgroups.delete_at_exit()
    before = set(callgroups.listed())

    def holds(body: dict[str, Any]) -> bool:
        exchange = callgroups.add(body["callgroup"])
        if exchange.code == LIMIT_REACHED:
            check.inconclusive("the licence allows no more callgroups on this PBX (code 13)")
        if exchange.code == NOT_SAVED:  # a PBX may refuse a text that it can't store
            return False
        check.expect_code(exchange, 0)
        new = {key: one for key, one in callgroups.listed().items() if key not in before}
        try:
            held, observed = len(new) == 1, f"listed {len(new)} times"
            check.that(f"{POST}.listed", held, "the new callgroup, once", observed, exchange)
            shows(check, body["callgroup"], next(iter(new.values())), exchange)
        finally:
            ground.drop_new(before)
        return True

    search(check, ground.whole(bodies(POSTED, known_of(ground.facts(3)))), holds)


@generated
@requirement(f"{PUT}.stored", f"{PUT}.partial", f"{PUT}.members-replaced")
def test_any_change_is_stored(check: Check, ground: Ground) -> None:
    callgroups = ground.callgroups
    key = callgroups.create({1: ground.members[:1]}, selection=ground.selection)
    drawn = bodies(CHANGED, known_of(ground.facts(3)))

    def holds(body: dict[str, Any]) -> bool:
        sent, before = body["callgroup"], callgroups.written(key)
        exchange = callgroups.change(key, sent)
        if exchange.code == NOT_SAVED:  # a PBX may refuse a text that it can't store
            return False
        check.expect_code(exchange, 0)
        after = callgroups.written(key)
        shows(check, sent, after, exchange)
        rest = {*before.differences(after)} - {*sent, "members", "display_names"}
        observed = f"{', '.join(sorted(rest))} changed as well"
        check.that(f"{PUT}.partial", not rest, "the rest as before", observed, exchange)
        return True

    search(check, drawn, holds)


@generated
@requirement(f"{POST}.rejected-adds-nothing")
def test_broken_callgroup_is_rejected(check: Check, ground: Ground) -> None:
    callgroups = ground.callgroups
    callgroups.delete_at_exit()
    before = set(callgroups.listed())
    rules = [*container("callgroup", 10), *mandatory("callgroup/name", 12)]
    rules += lacks_members()

    def limit(exchange: Exchange) -> None:
        if exchange.code == LIMIT_REACHED:
            check.inconclusive("the licence may allow no more callgroups (RD-16)")

    nothing = f"{POST}.rejected-adds-nothing"
    rejections = Rejections(check, ADD, nothing, mend=lambda: ground.drop_new(before), doubt=limit)
    valid = ground.whole(bodies(POSTED, known_of(ground.facts(1))))
    rejections.hold(valid, rules)


def lacks_members() -> list[Rule]:
    """The rules for a request without a member (RD-31), if it has one member at most."""
    place, twelve = "callgroup/priorities", (12,)
    rules = [Rule("field missing", place, twelve), Rule("block empty", place, twelve)]
    rules.append(Rule("block empty", f"{place}/priority/members", twelve))
    return rules


@generated
@requirement(f"{PUT}.rejected-changes-nothing")
def test_broken_change_is_rejected(check: Check, ground: Ground) -> None:
    callgroups = ground.callgroups
    key = callgroups.create({1: ground.members[:1]}, selection=ground.selection)
    unknown = st.sampled_from(callgroups.unknown_ids(near=key))
    rules = [
        *container("callgroup", 10),
        # The members are missing as well (RD-16).
        Rule("container empty", "callgroup", (16, 12)),
        *lacks_members(),
        Rule("id unknown in the URL", "key", (15,), unknown),
    ]
    nothing = f"{PUT}.rejected-changes-nothing"
    rejections = Rejections(check, CHANGE, nothing, key=key)
    rejections.hold(ground.whole(bodies(CHANGED, known_of(ground.facts(1)))), rules)
