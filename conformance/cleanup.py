"""Takes from a PBX what a run left on it, as its journal has it, and nothing else.

It can be repeated, and broken off, at any time: what is gone already is passed over. Requests go
the same way as in a run, within the target's safety classes, and the guard looks at each of them.

What is pending is reverted only if it is the run's own, as far as the API shows it; what somebody
else has set since is left as it is, and named.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.asfound import CONFIGURED, capture
from conformance.check import ENDINGS, Check
from conformance.errors import LabError, SafetyViolation, SutError
from conformance.lab.conditions import normal
from conformance.objects import GONE
from conformance.outage import await_return

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.lab.journal import Past
    from conformance.lab.traces import ObjectKind, Setting, State, Traces
    from conformance.sut import Sut

__all__ = ["Cleanup", "state_before"]

APPLY, REVERT = "PUT /pbx/apply", "PUT /pbx/revert"
# What names another object may keep it from going: a second round finds it free.
ROUNDS = 2
TROUBLE = (*ENDINGS, LabError, SutError, SafetyViolation)


@dataclass(slots=True)
class Cleanup:
    """One cleaning.

    Attributes:
        done: what was put back.
        left: what was not, and may be when it is tried again.
        lost: what the API can't bring back, such as a firmware that an update has overwritten, and
            what is somebody else's by now.
        differences: how the PBX differs from how it was found, if that was asked.
    """

    sut: Sut
    traces: Traces
    past: Past
    done: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    _check: Check = field(init=False)
    _reverted: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._check = Check(self.sut, ())

    def run(self) -> None:
        """Put everything back; what can't be is in `left`, each with the reason."""
        for condition, on in reversed([*self.past.conditions.items()]):
            if on is not normal(condition):
                self._try(f"lab condition {condition}", partial(self._end, condition))
        if not self._try("the PBX", lambda: await_return(self._check)):
            return
        if not (self.past.traces or self.past.pending):
            return
        # First of all: a reboot would lose what somebody else has not applied yet.
        if self._try("the configuration", self._settle):
            for state in self.traces.states:
                if self.past.of(state.name):
                    self._try(state.name, partial(self._bring_back, state))
            if self._changed_configuration():
                self._try("the configuration", self._configuration)
        self.lost += self._check.leftovers

    def _try(self, what: str, act: Callable[[], object]) -> bool:
        try:
            act()
        except TROUBLE as problem:
            self.left.append(f"{what}: {problem}")
            return False
        return True

    def _end(self, condition: str) -> None:
        self.sut.lab.switch(condition, on=normal(condition))
        self.done.append(f"lab condition {condition} ended")

    def _bring_back(self, state: State) -> None:
        before = self.past.before.get(state.name)
        if before is None:
            return
        was = state.value(self._check)
        marks = {mark for trace in self.past.of(state.name) for mark in trace.marks}
        if was != before and not state.among(was, marks):
            self.lost.append(
                f"{state.name}: {_listed(was)}, which the run did not bring about and which stays; "
                f"it was {_listed(before)}"
            )
            return
        state.put_back(self._check, before)
        if state.value(self._check) != was:
            self.done.append(f"{state.name} brought back")

    def _changed_configuration(self) -> bool:
        states = {state.name for state in self.traces.states}
        made = any(trace.kind not in states for trace in self.past.traces)
        return made or self.past.pending or self._reverted

    def _settle(self) -> None:
        """Revert what is pending, if it is the run's own."""
        if self._check.call("GET /pbx/pending").flag("pbx_pending") is not True:
            return
        self._assert_own_pending()
        self._check.call(REVERT)
        self._reverted = True
        self.done.append("what was pending reverted")

    def _configuration(self) -> None:
        changed = self._reverted
        for _ in range(ROUNDS):
            found = [self._remove_all(kind) for kind in self.traces.objects]
            restored = [self._restore(setting) for setting in self.traces.settings]
            changed = changed or any(found) or any(restored)
            if changed:
                self._check.call(APPLY)
            if not any(found):
                break
        for kind in self.traces.objects:
            self.left += [f"{kind.name} {key} is still there" for key in self._own(kind)]

    def _assert_own_pending(self) -> None:
        """See that what is pending is the run's own: no list shows anything else that is new.

        Raises:
            NotRun: it is not, or it can't be told.
        """
        remedy = "apply or revert them, and try again"
        if not self.past.pending:
            self._check.not_run(f"somebody else's changes are pending; {remedy}")
        known = {name for name, _, _ in CONFIGURED}
        before = self.past.before.get("lists", {})
        digests = {name: keys for name, keys in before.items() if name in known}
        own = {(kind.listed_by, key) for kind in self.traces.objects for key in self._own(kind)}
        own |= {
            (setting.read_by, "")
            for setting in self.traces.settings
            if setting.read_by in digests and self._is_own(setting)
        }
        now = capture(self.sut, CONFIGURED)
        if strange := now.unlike(digests, lambda name, key: (name, key) in own):
            self._check.not_run(
                "changes are pending, and the run did not make all that is different, so that they "
                f"stay ({'; '.join(strange)}); {remedy}"
            )

    # --- objects ----------------------------------------------------------------------------

    def _own(self, kind: ObjectKind) -> list[str]:
        """The keys of what the run made of a kind, as far as the PBX lists it now."""
        traces = self.past.of(kind.name)
        if not traces:
            return []
        exchange = self._check.call(kind.listed_by)
        if exchange.find(kind.records.partition("/")[0]) is None:
            self._check.inconclusive(f"{kind.listed_by} gave no list: {exchange.summary()}")
        before = self.past.before.get("lists", {}).get(kind.listed_by)
        if before is None:
            # Without knowing what was there, nothing is surely the run's own.
            said = f"{kind.name}s: the list could not be read before the run; look at them yourself"
            if said not in self.left:
                self.left.append(said)
            return []
        marks = {mark for trace in traces for mark in trace.marks}
        own = []
        for record in exchange.records(kind.records):
            key = (record.findtext(kind.key) or "").strip()
            known = marks.intersection(mark for mark in kind.marks(record) if mark.strip())
            ours = known and not kind.outside(record, self._check.pixit)
            if key and key not in before and ours:
                own.append(key)
        return own

    def _remove_all(self, kind: ObjectKind) -> int:
        removed = 0
        for key in self._own(kind):
            exchange = self._check.call(kind.removed_by, key=key)
            if exchange.code in GONE:
                removed += 1
                self.done.append(f"{kind.name} {key} removed")
        return removed

    # --- settings ---------------------------------------------------------------------------

    def _written(self, setting: Setting) -> set[str]:
        return {mark for trace in self.past.of(setting.name) for mark in trace.marks}

    def _is_own(self, setting: Setting) -> bool:
        """Whether a setting is what the run wrote, or what it was before."""
        now = setting.value(self._check)
        return now == self.past.before.get(setting.name) or now in self._written(setting)

    def _restore(self, setting: Setting) -> bool:
        """Write back a value, if the one that stands there now is the run's."""
        before = self.past.before.get(setting.name)
        written = self._written(setting)
        if before is None or not written:
            return False
        now = setting.value(self._check)
        if now == before:
            return False
        if now not in written:
            said = (
                f"{setting.name} is {now}, which the run did not write and which stays; "
                f"it was {before}"
            )
            if said not in self.lost:
                self.lost.append(said)
            return False
        container, _, tag = setting.path.rpartition("/")
        self._check.expect_code(self._check.call(setting.changed_by, {container: {tag: before}}), 0)
        self.done.append(f"{setting.name} set to {before} again")
        return True


def _listed(values: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def state_before(sut: Sut, traces: Traces) -> dict[str, Any]:
    """What settings and states are now, for a journal; one that can't be read is left out."""
    check, found = Check(sut, ()), dict[str, Any]()
    for one in traces.values:
        with suppress(*TROUBLE):
            found[one.name] = one.value(check)
    return found
