"""The last look at a request before it leaves for a PBX that others work on.

Whatever a check does, an object that was there before the run is neither changed nor removed,
somebody else's pending changes are neither applied nor reverted, and what a request may leave
behind stands in the journal first. The wire client asks here before each attempt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.errors import SafetyViolation
from conformance.lab.safety import SafetyClass

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from conformance.lab.journal import Journal
    from conformance.lab.target import Pixit
    from conformance.lab.traces import ObjectKind, Traces
    from conformance.wire.client import Outgoing
    from conformance.wire.exchange import Exchange

__all__ = ["Guard"]

APPLY, REVERT, PENDING = "PUT /pbx/apply", "PUT /pbx/revert", "GET /pbx/pending"
CHANGING = {SafetyClass.CONFIG, SafetyClass.NETWORK}
SILENT_METHODS = {"GET", "OPTIONS", "HEAD"}


class Guard:
    """Refuses what would touch others' work, and keeps the journal."""

    def __init__(
        self,
        traces: Traces,
        journal: Journal,
        lists: Mapping[str, Collection[str]],
        pixit: Pixit,
        *,
        foreign_pending: bool = False,
    ) -> None:
        """Guard what was there before.

        Args:
            traces: what requests may leave.
            journal: where it is written down.
            lists: for each list by its heading, the keys that are not to be touched.
            pixit: what tests may use.
            foreign_pending: somebody else's changes are pending.
        """
        self._traces = traces
        self._journal = journal
        self._lists = lists
        self._pixit = pixit
        self._foreign_pending = foreign_pending

    def before(self, outgoing: Outgoing) -> None:
        """Look at a request before it is sent.

        Raises:
            SafetyViolation: it would touch what the run did not make.
        """
        name = outgoing.endpoint.name if outgoing.endpoint else ""
        if name in {APPLY, REVERT}:
            self._assert_own_pending(name)
            return
        for kind in self._traces.objects:
            self._assert_own(kind, outgoing)
            if outside := kind.outside_of(outgoing, self._pixit):
                raise SafetyViolation(f"{name}: {outside}")
        for one in self._traces.untouchable:
            if one.named_in(outgoing) in self._lists.get(one.listed_by, ()):
                raise SafetyViolation(f"{name}: {one.name} {one.named_in(outgoing)} stays as it is")
        changes = outgoing.method not in SILENT_METHODS and outgoing.safety in CHANGING
        self._journal.intend(self._traces.of(outgoing), pending=changes)

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

    def _assert_own_pending(self, name: str) -> None:
        if self._foreign_pending and not self._journal.past.pending:
            raise SafetyViolation(f"{name} would take somebody else's pending changes with it")

    def _assert_own(self, kind: ObjectKind, outgoing: Outgoing) -> None:
        key = kind.key_in(outgoing)
        theirs = self._lists.get(kind.listed_by, ())
        if not key or key not in theirs:
            return
        changes = outgoing.endpoint is not None and outgoing.endpoint.name == kind.changed_by
        if kind.restorable and changes:
            return
        raise SafetyViolation(
            f"{outgoing.method} {outgoing.path}: the {kind.name} {key} was there before the run"
        )
