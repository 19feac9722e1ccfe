"""The last look at a request before it leaves for a PBX that others work on.

Whatever a check does, an object that was there before the run is neither changed nor removed,
somebody else's pending changes are neither applied nor reverted, and what a request may leave
behind stands in the journal first. The wire client asks here before each attempt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.errors import SafetyViolation
from conformance.lab.safety import SafetyClass
from conformance.lab.traces import normal_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from conformance.lab.journal import Journal
    from conformance.lab.target import Pixit
    from conformance.lab.traces import ObjectKind, Traces
    from conformance.wire.client import Outgoing
    from conformance.wire.exchange import Exchange

__all__ = ["Guard"]

APPLY, REVERT, PENDING = "PUT /pbx/apply", "PUT /pbx/revert", "GET /pbx/pending"
TAKING_DOWN = {SafetyClass.REBOOT, SafetyClass.HALT}
SILENT_METHODS = {"GET", "OPTIONS", "HEAD"}


class Guard:
    """Refuses what would touch others' work, and keeps the journal."""

    def __init__(  # noqa: PLR0913 - wired in one place
        self,
        traces: Traces,
        journal: Journal,
        lists: Mapping[str, Collection[str]],
        pixit: Pixit,
        ask_pending: Callable[[], object],
        *,
        foreign_pending: bool = False,
    ) -> None:
        """Guard what was there before.

        Args:
            traces: what requests may leave.
            journal: where it is written down.
            lists: for each list by its heading, the keys that are not to be touched.
            pixit: what tests may use.
            ask_pending: sends `GET /pbx/pending`, whose answer comes to `after`.
            foreign_pending: somebody else's changes are pending.
        """
        self._traces = traces
        self._journal = journal
        self._lists = lists
        self._pixit = pixit
        self._ask_pending = ask_pending
        self._foreign_pending = foreign_pending

    def before(self, outgoing: Outgoing) -> None:
        """Look at a request before it is sent.

        Raises:
            SafetyViolation: it would touch what the run did not make.
        """
        name = outgoing.endpoint.name if outgoing.endpoint else ""
        if outgoing.method in SILENT_METHODS or outgoing.safety is SafetyClass.READ:
            self._assert_asks(outgoing)
            return
        if name in {APPLY, REVERT} or outgoing.safety in TAKING_DOWN:
            self._look_for_others()
        if self._foreign_pending and not self._journal.past.pending:
            raise SafetyViolation(f"{name}: somebody else's pending changes are in the way")
        if name in {APPLY, REVERT}:
            return
        for kind in self._traces.objects:
            self._assert_own(kind, outgoing)
            if outside := kind.outside_of(outgoing, self._pixit):
                raise SafetyViolation(f"{name}: {outside}")
        for one in self._traces.untouchable:
            if one.named_in(outgoing) in self._lists.get(one.listed_by, ()):
                raise SafetyViolation(f"{name}: {one.name} {one.named_in(outgoing)} stays as it is")
        self._journal.intend(self._traces.of(outgoing), pending=True)

    def after(self, exchange: Exchange) -> None:
        """Learn from an answer what is pending."""
        if exchange.endpoint is None or exchange.endpoint.name != PENDING:
            return
        shown = exchange.flag("pbx_pending")
        if shown is False:
            self._journal.at_rest()
            self._foreign_pending = False
        elif shown and not self._journal.past.pending:
            self._foreign_pending = True

    @staticmethod
    def _assert_asks(outgoing: Outgoing) -> None:
        """See that a request that claims to ask is none of those that change something."""
        end = outgoing.endpoint
        asks = end is not None and end.rejected_safety is SafetyClass.READ and end.method == "POST"
        if outgoing.method not in SILENT_METHODS and not asks:
            raise SafetyViolation(f"{outgoing.method} {outgoing.path} does more than ask")

    def _look_for_others(self) -> None:
        """Ask what is pending, where nothing of the run's own can be."""
        if not self._journal.past.pending:
            self._ask_pending()

    def _assert_own(self, kind: ObjectKind, outgoing: Outgoing) -> None:
        name = outgoing.endpoint.name if outgoing.endpoint else ""
        theirs = self._lists.get(kind.listed_by)
        if theirs is None and name in {kind.made_by, kind.changed_by, kind.removed_by}:
            raise SafetyViolation(
                f"{name}: the {kind.name}s that were there before the run could not be read"
            )
        key = kind.key_in(outgoing)
        if not key or key not in map(normal_key, theirs or ()):
            return
        changes = outgoing.endpoint is not None and outgoing.endpoint.name == kind.changed_by
        if kind.restorable and changes:
            return
        raise SafetyViolation(
            f"{outgoing.method} {outgoing.path}: the {kind.name} {key} was there before the run"
        )
