"""A PBX in a run's hands: locked, guarded, and given back as it was found.

What was found is remembered from before the first change; what an earlier run left is taken away
first; what this one left is taken away at its end, whatever its checks managed by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.asfound import AsFound, capture
from conformance.cleanup import Cleanup, state_before
from conformance.errors import ConfigurationError
from conformance.lab.conditions import POWER, JournaledLab
from conformance.lab.guard import Guard
from conformance.lab.journal import Journal, Past, assert_writable, journal_file, read
from conformance.lab.lock import Lock
from conformance.lab.safety import SafetyClass
from conformance.probe import probe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.lab.traces import Traces
    from conformance.sut import Sut

__all__ = ["Custody", "unknown"]

# Where the numbers that can be dialled stand: of users, of callgroups, of rooms.
NUMBERS = (
    ("GET /users/configs/", ("exten",)),
    ("GET /pbx/callgroups", ("selection",)),
    ("GET /pbx/conferences", ("internal", "external")),
)
MOST_NAMED = 5


class Custody:
    """One run's hold on a SUT; on one that is the run's alone, nothing is locked or guarded."""

    def __init__(self, sut: Sut, traces: Traces) -> None:
        self._sut, self._traces = sut, traces
        self._lock: Lock | None = None
        self._journal: Journal | None = None
        self._found: AsFound | None = None
        self._given_back: dict[str, Any] | None = None
        self._finished = False
        self.earlier: list[str] = []
        """What was done about an earlier run that was interrupted."""

    @property
    def _url(self) -> str:
        return self._sut.target.connection.url

    def lock(self) -> None:
        """Keep other runs on this machine away; before the first request.

        Raises:
            ConfigurationError: another run is going on.
        """
        if self._sut.target.shared:
            self._lock = Lock(self._url)

    def take(self) -> None:
        """Remember how the SUT is found, and guard what is there; after first contact.

        Raises:
            ConfigurationError: an earlier run left what can't be taken away, the journal can't be
                written, or an extension of the PIXIT exists.
        """
        sut = self._sut
        self._found = capture(sut)
        if not sut.target.shared:
            return
        file = journal_file(self._url)
        past = read(file)
        if sut.client.allow == {SafetyClass.READ}:
            if past is not None:
                said = f"a run of {past.started} was interrupted: kpbx-conformance cleanup ends it"
                self.earlier.append(said)
            return
        assert_writable(file)
        if past is not None:
            past = self._finish_earlier(past, file)
        self._assert_free()
        resumed = past is not None
        if past is None:
            before = {"lists": self._found.digests(), **state_before(sut, self._traces)}
            past = Past(url=self._url, before=before)
        self._journal = Journal(file, past, resumed=resumed)
        sut.client.guard = Guard(
            self._traces,
            self._journal,
            self._theirs(self._found),
            sut.target,
            sut.ask,
            foreign_pending=sut.pending_at_start,
        )
        sut.lab = JournaledLab(sut.lab, self._journal)

    def _finish_earlier(self, past: Past, file: Path) -> Past | None:
        """Clean up after a run that was interrupted; None if nothing is left of it."""
        cleanup = self._clean_up(past, file)
        self.earlier = [
            f"a run of {past.started} was interrupted: {said}"
            for said in (*cleanup.done, *cleanup.lost)
        ]
        self._sut.look_for_pending()
        self._found = capture(self._sut)
        if not cleanup.left:
            return None
        self.earlier += [
            f"still left of the run of {past.started}: {said}" for said in cleanup.left
        ]
        return past

    def _clean_up(self, past: Past, file: Path) -> Cleanup:
        """Finish from a journal that lies there; it goes when nothing is left."""
        journal = Journal(file, past, resumed=True)
        cleanup = clean(self._sut, self._traces, journal)
        journal.close(finished=not cleanup.left)
        return cleanup

    def _theirs(self, found: AsFound) -> dict[str, dict[str, Any]]:
        """What is there and not to be touched, by list; the guide itself protects the rest."""
        theirs = {
            kind.listed_by: {
                key: record
                for key, record in found.records(kind.listed_by).items()
                if not kind.protected(key, record)
            }
            for kind in self._traces.objects
        }
        kept = {one.listed_by: found.records(one.listed_by) for one in self._traces.untouchable}
        return {name: keys for name, keys in (theirs | kept).items() if name not in found.unread}

    def _assert_free(self) -> None:
        """See that nobody has the numbers that tests would give.

        A selection that a callgroup has is passed over by them, one that rings somewhere else is
        taken for a mistake in the target file.
        """
        if SafetyClass.CONFIG not in self._sut.client.allow or self._found is None:
            return
        pixit = self._sut.target.pixit
        users, groups, rooms = (self._numbers(endpoint, tags) for endpoint, tags in NUMBERS)
        for key, wanted, taken in (
            ("extensions", pixit.extensions, users | groups | rooms),
            ("callgroup_selections", pixit.callgroup_selections, users | rooms),
        ):
            found = [number for number in wanted if number in taken]
            if found:
                named = ", ".join(found[:MOST_NAMED]) + (" …" if len(found) > MOST_NAMED else "")
                raise ConfigurationError(
                    f"pixit.{key}: the PBX has {named} already, and the tests would create and "
                    "delete them; name free numbers in the target file"
                )

    def _numbers(self, endpoint: str, tags: tuple[str, ...]) -> set[str]:
        """The numbers that the records of a list hold in some of their tags, at whatever depth."""
        assert self._found is not None, "read before"  # noqa: S101
        records = self._found.records(endpoint).values()
        return {text for record in records for text in _texts(record, tags)} - {""}

    # --- after an interruption --------------------------------------------------------------

    def finish_earlier(self) -> Cleanup | None:
        """Clean up after an interrupted run, without beginning one; None if there was none.

        Raises:
            ConfigurationError: another run is going on, or the journal can't be read.
            SutError: the SUT can't be reached, also not after `reboot_timeout_s` where the run may
                have taken it down.
        """
        self.lock()
        file = journal_file(self._url)
        past = read(file)
        if past is None:
            # What was killed while it wrote its first line had not sent its first request.
            file.unlink(missing_ok=True)
            return None
        self._reach(past)
        probe(self._sut)
        cleanup = self._clean_up(past, file)
        lists = past.before.get("lists", {})
        cleanup.differences = capture(self._sut).unlike(lists)
        return cleanup

    def _reach(self, past: Past) -> None:
        """Make first contact, with a PBX that may be off or about to come back."""
        sut = self._sut
        if past.conditions.get(POWER) is False:
            sut.lab.switch(POWER, on=True)
        states = {state.name for state in self._traces.states}
        away = any(trace.kind in states for trace in past.traces) or POWER in past.conditions
        if away and not sut.wait_until_back(sut.target.pixit.reboot_timeout_s):
            if SafetyClass.HALT not in sut.client.allow or sut.lab.unavailable(POWER):
                sut.connect()
            sut.lab.switch(POWER, on=False)
            sut.lab.switch(POWER, on=True)
            sut.wait_until_back(sut.target.pixit.reboot_timeout_s)
        sut.connect()

    # --- the end ----------------------------------------------------------------------------

    def give_back(self) -> dict[str, Any]:
        """Take away what is left of this run, and compare; what results.json says of it."""
        if self._given_back is None:
            self._given_back = self._end()
        return self._given_back

    def _end(self) -> dict[str, Any]:
        sut, journal = self._sut, self._journal
        if self._found is None:
            return unknown("the run ended before the configuration was read")
        if sut.dead:
            return unknown(f"the PBX {sut.dead}", *self._remedy())
        left: list[str] = []
        lost: list[str] = []
        if journal is not None and journal.past.unfinished:
            cleanup = clean(sut, self._traces, journal)
            left, lost = cleanup.left, cleanup.lost
        self._finished = not left
        now = capture(sut)
        return {
            "compared": True,
            "differences": self._found.differences(now),
            "unread": sorted({*self._found.unread, *now.unread}),
            "left": [*lost, *left, *(self._remedy() if left else ())],
        }

    def _remedy(self) -> list[str]:
        if self._journal is None or not self._journal.past.unfinished:
            return []
        return ["kpbx-conformance cleanup takes away what is left, once the PBX answers again"]

    def release(self) -> None:
        """Let go of the SUT; the journal stays if anything may be left."""
        if self._journal is not None:
            self._journal.close(finished=self._finished)
            self._journal = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def unknown(reason: str, *left: str) -> dict[str, Any]:
    """What results.json says where the configuration was not compared."""
    return {"compared": False, "reason": reason, "differences": [], "unread": [], "left": [*left]}


def _texts(record: Any, tags: tuple[str, ...]) -> Iterator[str]:
    for tag, items in record.items():
        for item in items:
            if isinstance(item, dict):
                yield from _texts(item, tags)
            elif tag in tags:
                yield item.strip()


def clean(sut: Sut, traces: Traces, journal: Journal) -> Cleanup:
    """Clean up after the run that a journal tells of, guarded by what it found."""
    before, lab = sut.client.guard, sut.lab
    sut.client.guard = Guard(
        traces,
        journal,
        journal.past.before.get("lists", {}),
        sut.target,
        sut.ask,
    )
    sut.lab = lab if isinstance(lab, JournaledLab) else JournaledLab(lab, journal)
    try:
        cleanup = Cleanup(sut, traces, journal.past)
        cleanup.run()
    finally:
        sut.client.guard, sut.lab = before, lab
    return cleanup
