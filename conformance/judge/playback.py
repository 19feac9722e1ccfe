"""A run's own recording judged by the checks that made it, played back."""

from __future__ import annotations

import gc
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from conformance import pace
from conformance.custody import Custody, unknown
from conformance.dialect import Dialect
from conformance.errors import ConfigurationError, SutError
from conformance.judge.tape import Tape, TapeClock, normal_node, tracks
from conformance.lab.conditions import Lab
from conformance.lab.safety import parse_classes
from conformance.lab.target import Connection, Pics, Pixit, Target
from conformance.lab.traces import Traces
from conformance.objects import take_as_at_rest
from conformance.probe import probe
from conformance.report.head import HEAD_VERSION
from conformance.report.record import Recorder
from conformance.run import HOLD_SECRETS, Run, Settings
from conformance.suite import Wiring, arguments, forget_other_suites
from conformance.sut import Sut
from conformance.verdict import Inconclusive, NotRun
from conformance.wire.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conformance.catalogue import Requirement
    from conformance.judge.capture import Capture

__all__ = ["Playback", "play", "playable", "played_results"]

MOST_DRAWN = 1_000_000
PASSWORD, PRIVACY, KEY = "web-stand-in", "privacy-stand-in", "key-stand-in"
NOT_THERE = "not seen in the recording"


def playable(capture: Capture) -> bool:
    """Whether a recording is a run's own, in a form that can be played back."""
    head = capture.head
    return head.get("version") == HEAD_VERSION and bool(head.get("checks"))


class _TapeLab(Lab):
    """Nods: a condition that could be had was on when the recording needs it."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said

    def unavailable(self, condition: str) -> str:
        """As the lab of the run said."""
        return str(self._said.get(condition, f"{condition} is not in the recording"))

    def switch(self, condition: str, *, on: bool) -> None:  # noqa: ARG002
        """Bring nothing about; refuse what the run's lab refused."""
        if reason := self.unavailable(condition):
            raise NotRun(reason)


class _Quiet(Recorder):
    """A recorder that writes no second recording."""

    def entries(self, node: str = "") -> list[dict[str, Any]]:  # noqa: ARG002
        """None: they are in the first."""
        self._unwritten.clear()
        return []


def _target(head: Mapping[str, Any]) -> Target:
    said, pixit = head["target"], dict(head["pixit"])
    same = bool(pixit.pop("privacy_is_password", False))
    privacy = pixit.pop("privacy_password", 0)
    key = pixit.pop("activation_key", 0)
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in pixit.items()
    }
    return Target(
        connection=Connection(
            url=str(said["url"]),
            name=str(said["name"]),
            username=str(said["username"]),
            password=PASSWORD,
            timeout_s=float(said["timeout_s"]),
            verify=bool(said["verify"]),
        ),
        pics=Pics(**head["pics"]),
        pixit=Pixit(
            **given,
            privacy_password="" if not privacy else PASSWORD if same else PRIVACY,
            activation_key=KEY if key else "",
        ),
        shared=bool(said["shared"]),
    )


def _courses(head: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the requests of each check depended on.

    Raises:
        ConfigurationError: it can't be that.
    """
    rows = head.get("checks")
    found = {normal_node(node): row for node, row in rows.items()} if isinstance(rows, dict) else {}
    for node, row in found.items():
        drawn = [row.get(name) for name in ("words", "ids")] if isinstance(row, dict) else [None]
        if not all(isinstance(one, int) and 0 <= one <= MOST_DRAWN for one in drawn):
            raise ConfigurationError(f"the recording's own head can't be read: checks: {node}")
    return found


class Playback(Run):
    """A run whose PBX is a recording."""

    def __init__(self, capture: Capture) -> None:
        self._capture, self._said = capture, capture.head
        self._courses = _courses(capture.head)
        self.clock = TapeClock()
        head = capture.head
        # What a generated search asks depends on what it found before: fixed checks alone repeat.
        try:
            settings = Settings(
                allow=tuple(head.get("allow", ())),
                select=tuple(head.get("select", ())),
                seed=int(head.get("seed", 0)),
            )
            super().__init__(settings)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(
                f"the recording's own head can't be read: {error!r}; record the run again"
            ) from error

    def _prepare(self) -> None:
        target = _target(self._said)
        self.declared = target.pics
        self.redactor = Redactor(target.secrets, target.connection.username)
        self.recorder = _Quiet(target, self.redactor)
        allow = parse_classes(self.settings.allow or (), "the recording's allow")
        self.tape = Tape(
            target.connection, allow, tracks(self._capture.entries), self.clock, self.recorder.keep
        )
        self.sut = Sut(
            catalogue=self.catalogue,
            target=target,
            client=self.tape,
            lab=_TapeLab(dict(self._said.get("lab", {}))),
            dialect=Dialect(),
            seed=self.seed,
        )
        self.custody = Custody(self.sut, Traces(objects=()))

    def open(self) -> None:
        """Make first contact again, as far as it is recorded."""
        self.sut.connect()
        for name in HOLD_SECRETS:
            self.sut.send(self.sut.outgoing(name, request_id=None))
        probe(self.sut)
        self.ledger.dialect.update(self.recorder.dialect(self.sut.dialect))

    def begin(self, node: str) -> None:
        """Answer from what was recorded of this check, and ask as it did."""
        if self.tape.departed:
            # The run itself went on to its end there, and the next check began at rest.
            take_as_at_rest(self.sut)
        self.tape.turn_to(node)
        self.sut.resume(self._courses[node])

    def end(self) -> None:
        """There is nothing to give back."""
        self.as_found = unknown("it was judged from a recording")

    def close(self) -> None:
        """Close nothing."""
        self.sut.close()

    def results(self) -> dict[str, Any]:
        """The results, with what the recording says of its run."""
        return super().results() | {
            "started": str(self._said.get("started")),
            "complete": bool(self._said.get("complete", True)),
        }

    def _unseen(self, requirement: Requirement) -> str:
        return self.sut.unmet(requirement) or NOT_THERE

    def played(self, node: str) -> bool:
        """Whether a check is in the recording."""
        return node in self._courses


class _Listener:
    """Keeps to the checks that were recorded, and adds up what they find."""

    def __init__(self, run: Playback) -> None:
        self.run = run

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what was not recorded."""
        items[:] = [item for item in items if self.run.played(item.nodeid)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one check's findings."""
        record = getattr(report, "kpbx", None)
        if record is not None:
            self.run.ledger.add(record)


@contextmanager
def _zone(offset_s: int) -> Iterator[None]:
    """The zone of the machine that recorded: the PBX's clock was held against its."""
    before = os.environ.get("TZ")
    sign, rest = ("-" if offset_s >= 0 else "+"), abs(offset_s)
    os.environ["TZ"] = f"REC{sign}{rest // 3600:02}:{rest % 3600 // 60:02}"
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def play(capture: Capture) -> Playback:
    """Play a recording back through its checks; the run with everything that was found.

    Raises:
        ConfigurationError: the recording's head can't be read.
    """
    forget_other_suites()
    run = Playback(capture)
    offset = capture.head.get("utc_offset_s", 0)
    with pace.kept_by(run.clock), _zone(offset if isinstance(offset, int) else 0):
        try:
            run.open()
        except (Inconclusive, SutError) as reason:
            raise ConfigurationError(
                f"the recording can't be played back: {reason}; try --passive"
            ) from reason
        gc.freeze()
        pytest.main(arguments(run), [Wiring(run), _Listener(run)])
        run.end()
        run.close()
    return run


def played_results(capture: Capture, file: Path) -> dict[str, Any]:
    """The results of a recording that was played back, with `judged` beside them."""
    run = play(capture)
    results, entries = run.results(), len(capture.entries) + capture.unreadable
    rest = entries - run.tape.taken
    connection = {**results["target"], "name": run.redactor.shown(file.name)}
    return results | {
        "target": connection,
        "judged": {
            "recording": run.redactor.shown(file.name),
            "creator": run.redactor.shown(capture.creator),
            "how": "by the fixed checks that made it",
            "entries": entries,
            "judged": run.tape.taken,
            "left_out": {"no check asks for it again": rest} if rest else {},
            "client_faults": 0,
            "faults": [],
        },
    }
