"""The last look at a request before it leaves for a PBX that others work on.

Whatever a check does, an object that was there before the run is neither changed nor removed,
somebody else's pending changes are neither applied nor reverted, and what a request may leave
behind stands in the journal first. The wire client asks here before each attempt.

What others set while the run goes on is seen in the answers, and is what counts from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.errors import SafetyViolation
from conformance.lab.asked import APPLYING_CLASSES, asked_for
from conformance.lab.safety import SafetyClass
from conformance.lab.traces import normal_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from conformance.lab.journal import Journal
    from conformance.lab.target import Target
    from conformance.lab.traces import ObjectKind, Traces
    from conformance.wire.client import Outgoing
    from conformance.wire.exchange import Exchange

__all__ = ["Guard"]

APPLY, REVERT, PENDING = "PUT /pbx/apply", "PUT /pbx/revert", "GET /pbx/pending"
SILENT_METHODS = {"GET", "OPTIONS", "HEAD"}
LOWEST_ERROR = 400


class Guard:
    """Refuses what would touch others' work, and keeps the journal."""

    def __init__(  # noqa: PLR0913 - wired in one place
        self,
        traces: Traces,
        journal: Journal,
        lists: Mapping[str, Collection[str]],
        target: Target,
        ask: Callable[[str], object],
        *,
        foreign_pending: bool = False,
    ) -> None:
        """Guard what was there before.

        Args:
            traces: what requests may leave.
            journal: where it is written down.
            lists: for each list by its heading, the keys that are not to be touched; with their
                records, where what they held may be written to them again.
            target: the PBX, and what tests may use on it.
            ask: sends the request with a heading of the guide, whose answer comes to `after`.
            foreign_pending: somebody else's changes are pending.
        """
        self._traces = traces
        self._journal = journal
        self._found = lists
        self._theirs = {
            name: {
                normal_key(key): keys[key] if isinstance(keys, Mapping) else None for key in keys
            }
            for name, keys in lists.items()
        }
        self._target = target
        self._ask = ask
        self._foreign_pending = foreign_pending
        before = journal.past.before
        self._known: dict[str, dict[str, str]] = {
            state.name: before[state.name] for state in traces.states if before.get(state.name)
        }
        self._homeward: set[str] = set()
        self._changed = journal.past.pending
        self._looked = False

    def before(self, outgoing: Outgoing) -> None:
        """Look at a request before it is sent.

        Raises:
            SafetyViolation: it would touch what the run did not make.
        """
        end = asked_for(outgoing)
        if end is not None and end != outgoing.endpoint:
            outgoing = replace(outgoing, endpoint=end)
        name = outgoing.endpoint.name if outgoing.endpoint else ""
        if outgoing.method in SILENT_METHODS or outgoing.safety is SafetyClass.READ:
            self._assert_asks(outgoing)
            return
        self._look_for_others()
        if self._foreign_pending:
            raise SafetyViolation(f"{name}: somebody else's pending changes are in the way")
        if name in {APPLY, REVERT}:
            return
        for kind in self._traces.objects:
            self._assert_own(kind, outgoing)
            if outside := kind.outside_of(outgoing, self._target.pixit):
                raise SafetyViolation(f"{name}: {outside}")
        for one in self._traces.untouchable:
            found = self._found.get(one.listed_by)
            if reason := one.kept_from(outgoing, self._target.connection.url, found):
                raise SafetyViolation(f"{name}: {reason}")
        self._journal.intend(self._traces.of(outgoing, self._known), pending=True)
        self._turn_home(outgoing)

    def after(self, exchange: Exchange) -> None:
        """Learn from an answer what is pending, and what settings and states are."""
        name = exchange.endpoint.name if exchange.endpoint else ""
        self._looked = False
        if name == PENDING:
            self._learn_pending(exchange.flag("pbx_pending"))
        elif self._is_at_rest(exchange):
            self._ask(PENDING)
        for setting in self._traces.settings:
            # While changes of the run's own are pending, what is shown may be yet to come.
            if name == setting.read_by and not self._journal.past.pending:
                self._learn(setting.name, setting.shown_in(exchange), settled=True)
        for state in self._traces.states:
            if name == state.read_by and (shown := state.shown_in(exchange)) is not None:
                self._known[state.name] = shown
                self._learn(state.name, shown, settled=state.name in self._homeward)

    def _learn_pending(self, shown: bool | None) -> None:
        ours = self._journal.past.pending
        if shown is False:
            self._foreign_pending = self._changed = False
            self._looked = True
            self._journal.at_rest()
            for setting in self._traces.settings:
                if ours and self._journal.past.of(setting.name):
                    self._ask(setting.read_by)
        elif shown and not ours:
            self._foreign_pending = True

    def _learn(self, name: str, shown: Any, *, settled: bool) -> None:
        """Take in what a setting or state is.

        Args:
            name: which.
            shown: what it is; None if that is not shown.
            settled: if it is what it was before, the run has brought it back; it is not that a
                change of the run has yet to take effect.
        """
        before = self._journal.past.before.get(name)
        if before is None or shown is None:
            return
        if shown != before and not self._journal.past.of(name):
            self._journal.adopt(name, shown)
        elif shown == before and settled:
            self._journal.home(name)
            self._homeward.discard(name)

    def _turn_home(self, outgoing: Outgoing) -> None:
        """Note whether a request leads a state from elsewhere to what it was before."""
        for state in self._traces.states:
            known, before = self._known.get(state.name), self._journal.past.before.get(state.name)
            target = state.leads_to(outgoing, known or {})
            if target is None:
                continue
            self._homeward.discard(state.name)
            if known and before and known != before and target.items() <= before.items():
                self._homeward.add(state.name)

    @staticmethod
    def _assert_asks(outgoing: Outgoing) -> None:
        """See that a request that claims to ask is none of those that change something."""
        end = outgoing.endpoint
        asks = end is not None and end.rejected_safety is SafetyClass.READ and end.method == "POST"
        if outgoing.method not in SILENT_METHODS and not asks:
            raise SafetyViolation(f"{outgoing.method} {outgoing.path} does more than ask")

    def _look_for_others(self) -> None:
        """Ask what is pending, where nothing of the run's own can be.

        Also before a change: once it is made, theirs can't be told from it, nor be left out of what
        is applied.
        """
        if not self._journal.past.pending and not self._looked:
            self._ask(PENDING)

    def _is_at_rest(self, exchange: Exchange) -> bool:
        """Whether nothing of the run's own can be pending after an answer, if it is true.

        To be asked at once: what shows up later is somebody else's then.
        """
        end, response = exchange.endpoint, exchange.response
        if end is None or response is None or exchange.request.method in SILENT_METHODS:
            return False
        if end.name in {APPLY, REVERT}:
            return self._journal.past.pending
        if end.safety not in APPLYING_CLASSES:
            return False
        rejected = exchange.code not in {None, 0} or response.status >= LOWEST_ERROR
        self._changed = self._changed or not rejected
        return self._journal.past.pending and not self._changed

    def _assert_own(self, kind: ObjectKind, outgoing: Outgoing) -> None:
        name = outgoing.endpoint.name if outgoing.endpoint else ""
        theirs = self._theirs.get(kind.listed_by)
        if theirs is None and name in {kind.made_by, kind.changed_by, kind.removed_by}:
            raise SafetyViolation(
                f"{name}: the {kind.name}s that were there before the run could not be read"
            )
        key = kind.key_in(outgoing)
        if not key or not theirs or key not in theirs:
            return
        if kind.brings_back(outgoing, theirs[key]):
            return
        raise SafetyViolation(
            f"{outgoing.method} {outgoing.path}: the {kind.name} {key} was there before the run"
        )
