"""Sequences against emulated PBXs: defects are found, what is unusual is not blamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.behaviour import scripts
from conformance.behaviour.ground import Ground
from conformance.behaviour.hunt import hunt, play
from conformance.behaviour.kinds import (
    CALLGROUP,
    CONTACT,
    DNS,
    INTERFACE,
    KINDS,
    ROUTE,
    USER,
    Kind,
)
from conformance.evidence import changes
from conformance.lab.safety import ALL_CLASSES, SafetyClass
from conformance.verdict import NonConformance, Verdict
from tests.behaviour import pbx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.behaviour.shrink import Trace
    from conformance.check import Check
    from conformance.emulator.dispatch import Interceptor

SCRIPTS = (
    scripts.EXTENSIONS,
    scripts.CALLGROUPS,
    scripts.CONTACTS,
    scripts.DNS_ADDRESS,
    scripts.ROUTES,
)
USERS, CALLGROUPS, CONTACTS = "users.configs", "pbx.callgroups", "phonebook.contacts"
NETWORK = (USER, ROUTE, DNS, INTERFACE)


def requests(check: Check) -> list[str]:
    """What the failure shows: the requests that change something, and the last."""
    [failure] = [item.failure for item in check.observations if item.failure]
    *before, last = failure.exchanges
    shown = [*filter(changes, before), last]
    return [f"{one.request.method} {one.request.path}" for one in shown]


def found_by(
    check: Check, *traces: Trace, examples: int = 0, kinds: Sequence[Kind] = tuple(KINDS.values())
) -> str:
    """The requirement that sequences find broken."""
    ground = Ground(check, kinds)

    def search() -> None:
        if examples:
            hunt(check, ground, *traces, examples=examples)
        else:
            play(check, ground, *traces)

    with pytest.raises(NonConformance) as raised:
        search()
    failed = [item for item in check.observations if item.verdict is Verdict.FAIL]
    assert [item.requirement for item in failed] == [raised.value.requirement]
    return raised.value.requirement


@pytest.mark.parametrize(
    ("defect", "kinds", "requirement", "length"),
    [
        (pbx.lost_update, (USER,), f"{USERS}.exten.put.stored", 3),
        (pbx.resets_the_mail, (USER,), f"{USERS}.exten.put.partial", 3),
        (pbx.overwrites, (USER,), f"{USERS}.post.code-11", 3),
        (pbx.brief_is_late(), (USER,), f"{USERS}.exten.put.stored", 3),
        (pbx.changes_all_contacts, (USER, CONTACT), f"{CONTACTS}.put.others-untouched", 3),
        (pbx.revert_forgets_dns, NETWORK, "pbx.revert.put.restores-values", 3),
        (pbx.deletes_nothing, (USER, CALLGROUP), f"{CALLGROUPS}.callgroupid.delete.gone", 5),
    ],
)
def test_drawn_sequences_find_a_defect_and_shorten_it(
    defect: Interceptor, kinds: tuple[Kind, ...], requirement: str, length: int
) -> None:
    with pbx.check_on(defect, seed=1) as check:
        assert found_by(check, examples=40, kinds=kinds) == requirement
        assert len(requests(check)) <= length


@pytest.mark.parametrize(
    ("defect", "requirement", "length"),
    [
        (pbx.revert_forgets_callgroups, "pbx.revert.put.drops-additions", 5),
        (pbx.apply_forgets_routes, "pbx.apply.put.survives-revert", 3),
        (pbx.lost_route, "system.network.routes.put.stored", 3),
        # Each try leaves a callgroup behind, until no selection is free for one more.
        (pbx.deletes_nothing, f"{CALLGROUPS}.callgroupid.delete.gone", 12),
        (pbx.pending_forgets_routes, "pbx.pending.get.true-after-change", 4),
        (pbx.brief_is_late(), f"{USERS}.exten.put.stored", 3),
        (pbx.revert_forgets_dns, "pbx.revert.put.restores-values", 3),
    ],
)
def test_fixed_sequences_find_a_defect_and_shorten_it(
    defect: Interceptor, requirement: str, length: int
) -> None:
    with pbx.check_on(defect) as check:
        assert found_by(check, *SCRIPTS) == requirement
        assert len(requests(check)) <= length


@pytest.mark.parametrize(
    "unusual",
    [
        [],
        [pbx.immediate],
        [pbx.immediate_network],
        [pbx.shows_running],
        [pbx.immediate, pbx.shows_running],
        [pbx.reverts_the_phonebook()],
    ],
    ids=["usual", "immediate", "network-immediate", "running-shown", "both", "phonebook-pending"],
)
def test_nothing_is_found_where_nothing_is_wrong(unusual: list[Interceptor]) -> None:
    with pbx.check_on(*unusual, seed=len(unusual)) as check:
        hunt(check, Ground(check), *SCRIPTS, examples=4)
        assert not [item for item in check.observations if item.failure]
    assert check.leftovers == []
    assert pbx.is_as_before(check)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_found_with_any_seed(seed: int) -> None:
    with pbx.check_on(seed=seed) as check:
        hunt(check, Ground(check), examples=10)
        assert not [item for item in check.observations if item.failure]
    assert pbx.is_as_before(check)


def test_lost_update_is_found_where_a_get_shows_what_runs() -> None:
    with pbx.check_on(pbx.lost_update, pbx.shows_running) as check:
        assert found_by(check, *SCRIPTS) == f"{USERS}.exten.put.stored"


def test_what_can_not_be_removed_is_reported() -> None:
    with pbx.check_on(pbx.deletes_nothing) as check:
        found_by(check, scripts.CALLGROUPS)
    assert check.leftovers
    assert all("callgroup" in one and "could not be removed" in one for one in check.leftovers)


def test_same_seed_same_requests() -> None:
    sent = []
    for seed in (3, 3, 4):
        with pbx.check_on(seed=seed) as check:
            seen = pbx.recorded(check)
            hunt(check, Ground(check), examples=3)
        sent.append(seen)
    assert sent[0] == sent[1]
    assert sent[0] != sent[2]


def test_nothing_of_the_network_is_written_where_that_is_not_allowed() -> None:
    with pbx.check_on(allow=frozenset({SafetyClass.READ, SafetyClass.CONFIG})) as check:
        seen = pbx.recorded(check)
        hunt(check, Ground(check), *SCRIPTS, examples=3)
    assert not [line for line in seen if "/network/" in line or "/restart" in line]
    assert any("/users/configs/" in line for line in seen)


def test_restart_keeps_what_was_applied_and_loses_the_rest() -> None:
    add, restart = ("add_extension", {"slot": 0, "choice": 0}), ("restart", {"dice": 15})
    trace = [add, ("apply", {}), ("set_dns", {"number": 0}), restart]
    with pbx.check_on(allow=ALL_CLASSES) as check:
        play(check, Ground(check), trace)
    assert pbx.is_as_before(check)
    with pbx.check_on(pbx.keeps("dns", "PUT /system/restart"), allow=ALL_CLASSES) as check:
        assert found_by(check, trace) == "pbx.pending.get.lost-on-reboot"
        assert requests(check)[-2:] == ["PUT /rest/system/restart", requests(check)[-1]]
