"""Seeded into /pbx/apply and /pbx/revert: what they forget, and what they should not touch."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.emulator.alteration import Alteration
from conformance.emulator.altering import intercepting, name_of
from conformance.emulator.configuration import Configuration
from conformance.emulator.dispatch import Answer
from conformance.emulator.mistakes import defect, ineffective, showing
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import Defect

APPLY, REVERT, RESTART = "PUT /pbx/apply", "PUT /pbx/revert", "PUT /system/restart"

DHCP = "0.0.0.0"  # noqa: S104 - an address that stands for it
KINDS = ("users", "callgroups", "routes", "dns")

# Where it shows: extensions and callgroups, routes and DNS, and what a restart leaves.
NEAR = ("pbx.*", "system.network.*", "system.restart.*")

Mix = Callable[[Configuration, Configuration], Configuration]
"""Of the configuration as it was and as it would be, the one that is kept."""


def _took_away(kind: str) -> Mix:
    """One kind stays as it was."""

    def mix(before: Configuration, after: Configuration) -> Configuration:
        kept = after.copy()
        value = getattr(before, kind)
        setattr(kept, kind, value if isinstance(value, str) else dict(value))
        return kept

    return mix


def _without_additions(before: Configuration, after: Configuration) -> Configuration:
    kept = after.copy()
    for kind in ("users", "callgroups", "routes"):
        known, there = getattr(before, kind), getattr(kept, kind)
        for key in there.keys() - known.keys():
            del there[key]
    return kept


def _without_removals(before: Configuration, after: Configuration) -> Configuration:
    kept = after.copy()
    for kind in ("users", "callgroups", "routes"):
        there = getattr(kept, kind)
        for key, item in getattr(before, kind).items():
            there.setdefault(key, item)
    return kept


def _without_changes(before: Configuration, after: Configuration) -> Configuration:
    kept = after.copy()
    for kind in ("users", "callgroups", "routes"):
        known, there = getattr(before, kind), getattr(kept, kind)
        there.update({key: known[key] for key in there.keys() & known.keys()})
    return kept


def _after(endpoint: str, mix: Mix, *, of_draft: bool) -> Alteration:
    """After apply or revert, both configurations are a mixture of what was and what should be.

    `of_draft` says whose part is kept against what the request asks: that of the draft (revert
    forgets something) or that of the running configuration (apply forgets something).
    """

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        config = pbx.config
        source = config.draft if of_draft else config.running
        before, pending = source.copy(), config.pending
        reply = proceed(request)
        if pending:
            config.running = mix(before, config.running)
            config.draft = config.running.copy()
        return reply

    return intercepting(endpoint, by=intercept)


def _volatile(mix: Mix) -> Alteration:
    """What apply should save is gone after a restart."""
    saved: list[Configuration] = []

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        config = pbx.config
        if name_of(request) == APPLY:
            before = config.running.copy()
            reply = proceed(request)
            saved[:] = [mix(saved[0] if saved else before, config.running)]
            return reply
        reply = proceed(request)
        if saved:
            config.running = saved[0].copy()
            config.draft = config.running.copy()
        return reply

    return replace(intercepting(APPLY, RESTART, by=intercept), prepare=_without_leases)


def _without_leases(pbx: Pbx) -> None:
    """No interface has DHCP: a lease may bring another DNS address at each start."""
    for configuration in (pbx.config.running, pbx.config.draft):
        listed = configuration.interfaces
        for key, one in listed.items():
            listed[key] = replace(one, enabled=one.enabled and one.ip_address != DHCP)


def apply() -> Iterator[Defect]:
    """PUT /pbx/apply does not apply, not all, or not for good."""
    answer = "pbx_applied"
    rows = [
        ("answers-false", "answers false", showing(APPLY, answer, lambda _: "false")),
        ("does-nothing", "answers true and applies nothing", ineffective(APPLY)),
        ("reverts", "drops the changes", intercepting(APPLY, by=_reverting)),
        (
            "additions-lost",
            "drops what was added",
            _after(APPLY, _without_additions, of_draft=False),
        ),
        (
            "removals-lost",
            "restores what was removed",
            _after(APPLY, _without_removals, of_draft=False),
        ),
        ("changes-lost", "drops what was changed", _after(APPLY, _without_changes, of_draft=False)),
        (
            "not-saved",
            "what was applied is gone after a restart",
            _volatile(lambda before, _: before),
        ),
    ]
    for kind in KINDS:
        mix = _took_away(kind)
        rows += [
            (f"{kind}-lost", f"drops changes of {kind}", _after(APPLY, mix, of_draft=False)),
            (
                f"{kind}-not-saved",
                f"applied changes of {kind} are gone after a restart",
                _volatile(mix),
            ),
        ]
    for name, title, alteration in rows:
        yield defect(APPLY, name, "pending", title, alteration, near=NEAR, oracle="model")


def _reverting(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    if pbx.config.pending:
        pbx.config.draft = pbx.config.running.copy()
    return proceed(request)


def revert() -> Iterator[Defect]:
    """PUT /pbx/revert does not revert, not all, or too much."""
    rows = [
        ("answers-false", "answers false", showing(REVERT, "pbx_reverted", lambda _: "false")),
        ("does-nothing", "answers true and drops nothing", ineffective(REVERT)),
        ("applies", "applies the changes instead", intercepting(REVERT, by=_applying_first)),
        (
            "additions-stay",
            "what was added stays",
            _after(REVERT, _without_removals, of_draft=True),
        ),
        (
            "removals-stay",
            "what was removed stays away",
            _after(REVERT, _without_additions, of_draft=True),
        ),
        (
            "changes-stay",
            "what was changed stays so",
            _after(REVERT, _without_changes, of_draft=True),
        ),
        ("applied-lost", "drops what was applied last as well", _going_back()),
    ]
    for kind in KINDS:
        title = f"changes of {kind} stay"
        rows.append((f"{kind}-stay", title, _after(REVERT, _took_away(kind), of_draft=True)))
    for name, title, alteration in rows:
        yield defect(REVERT, name, "pending", title, alteration, near=NEAR, oracle="model")


def _applying_first(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
    pbx.config.apply()
    return proceed(request)


def _going_back() -> Alteration:
    former: list[Configuration] = []

    def intercept(pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        config = pbx.config
        if name_of(request) == APPLY and config.pending:
            former[:] = [config.running.copy()]
        reply = proceed(request)
        if name_of(request) == REVERT and former:
            config.running = former.pop()
            config.draft = config.running.copy()
        return reply

    return intercepting(APPLY, REVERT, by=intercept)


def apply_defects() -> list[Defect]:
    """Everything of this module."""
    return [*apply(), *revert()]
