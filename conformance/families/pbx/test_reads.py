"""Checks that only ask: callgroups and conference rooms as the PBX has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.check import Answer, requirement
from conformance.families.pbx.callgroups import INCOMING, Callgroups
from conformance.families.pbx.changes import is_pending
from conformance.families.pbx.failovers import configured_failovers
from conformance.families.pbx.record import read_callgroup, text

if TYPE_CHECKING:
    from conformance.check import Check

LIST = "pbx.callgroups.get"
ONE = "pbx.callgroups.callgroupid.get"
# Enough to see a PBX that answers with the wrong record, and kind to one with hundreds.
MOST_ASKED = 12


@requirement(f"{LIST}.unique-ids")
def test_each_callgroup_has_an_id_of_its_own(check: Check) -> None:
    exchange = check.call("GET /pbx/callgroups")
    ids = [text(one, "id") for one in exchange.records("callgroups/callgroup")]
    if not ids:
        check.inconclusive(f"no callgroup to judge: {exchange.summary()}")
    twice = sorted({key for key in ids if ids.count(key) > 1})
    observed = f"more than one callgroup with id {', '.join(twice)}"
    check.that(f"{LIST}.unique-ids", not twice, "ids that differ", observed, exchange)


@requirement(f"{LIST}.all")
def test_each_callgroup_that_is_known_is_listed(check: Check) -> None:
    known = {item.value for item, _ in configured_failovers(check) if "_CALLGROUP_" in item.type}
    listed = Callgroups(check).shown()
    for key in sorted({INCOMING, *known} - {*listed, ""}):
        endpoint = "GET /pbx/callgroups/<callgroupid>"
        exchange = check.call(endpoint, key=key, answer=Answer.UNKNOWN_OBJECT)
        found = [text(row, "id") for row in exchange.records("callgroups/callgroup")]
        expected, observed = f"callgroup {key} in the list", "it is shown alone, and not listed"
        check.that(f"{LIST}.all", key not in found, expected, observed, exchange)
    if not listed:
        check.inconclusive("no callgroup is listed or known")


@requirement(f"{ONE}.own-record")
def test_single_answer_is_the_record_of_the_list(check: Check) -> None:
    listed = Callgroups(check).shown()
    if not listed:
        check.inconclusive("no callgroup to judge")
    if is_pending(check):
        check.inconclusive("changes are pending, and which GET shows them is not said (RD-36)")
    asked = sorted(listed, key=lambda key: key != INCOMING)[:MOST_ASKED]
    for key in asked:
        exchange = check.call("GET /pbx/callgroups/<callgroupid>", key=key)
        found = [read_callgroup(one) for one in exchange.records("callgroups/callgroup")]
        ids = ", ".join(one.id for one in found) or "none"
        alone = [one.id for one in found] == [key]
        check.that(f"{ONE}.own-record", alone, f"callgroup {key} alone", ids, exchange)
        odd = ", ".join(listed[key].differences(found[0]))
        expected = f"callgroup {key} as in GET /pbx/callgroups"
        check.that(f"{ONE}.own-record", not odd, expected, f"{odd} differs", exchange)


@requirement(f"{ONE}.unknown")
def test_unknown_callgroup_brings_no_record(check: Check) -> None:
    callgroups = Callgroups(check)
    near = next((key for key in callgroups.shown() if key.isdigit()), "")
    for key in callgroups.unknown_ids(near):
        endpoint = "GET /pbx/callgroups/<callgroupid>"
        exchange = check.call(endpoint, key=key, answer=Answer.UNKNOWN_OBJECT)
        check.unknown_object(f"{ONE}.unknown", exchange, "callgroups/callgroup")


@requirement("pbx.conferences.get.response-schema")
def test_conference_rooms_are_listed(check: Check) -> None:
    exchange = check.call("GET /pbx/conferences")
    if exchange.find("conferences") is None:
        check.inconclusive(f"no list of conference rooms: {exchange.summary()}")
