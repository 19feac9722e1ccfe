"""One run of the suite against the emulated PBX with something seeded into it.

A trial runs in a forked process: the modules of the suite are loaded once, and whatever a defect
does to the process ends with it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from conformance import selection
from conformance.emulator.seeded import Defect, alterations
from conformance.errors import KpbxError
from conformance.plugin import Collector, start_emulator
from conformance.run import Run, Settings
from conformance.suite import Wiring, arguments
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from conformance.emulator.seeded import Seed

__all__ = ["Outcome", "Running", "Trial", "conduct", "warm_up"]

# A defect may make checks wait; one that takes this long has hung the suite.
LONGEST_TRIAL_S = 300.0
MOST_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried.

    Attributes:
        seeds: What is seeded; nothing for a PBX without fault.
        number: The seed of the run.
        profile: The profile of the run.
        until_found: Stop at the first requirement that fails.
        in_order: Keep the order of an ordinary run; else the likeliest checks come first.
    """

    seeds: tuple[Seed, ...] = ()
    number: int = 0
    profile: str = "quick"
    until_found: bool = False
    in_order: bool = False

    @property
    def name(self) -> str:
        """What is tried, for a reader."""
        return ", ".join(seed.id for seed in self.seeds) or f"clean, seed {self.number}"

    @property
    def near(self) -> tuple[str, ...]:
        """Globs of the requirements whose checks come first."""
        if self.in_order:
            return ()
        found = [glob for seed in self.seeds if isinstance(seed, Defect) for glob in seed.near]
        if not found:
            found = [f"{seed.family}.*" for seed in self.seeds if seed.family != "api"]
        return tuple(found)


@dataclass(slots=True)
class Outcome:
    """What the suite made of it.

    Attributes:
        failed: The requirements found broken, each with what was observed.
        errors: The requirements that ended in an error of the harness, each with the reason.
        trouble: Why there was no run to the end; empty if there was.
        checks: How many checks ran.
        seconds: How long it took.
    """

    failed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    checks: int = 0
    seconds: float = 0.0

    @property
    def found(self) -> bool:
        """Whether a requirement failed."""
        return bool(self.failed)


class _Order:
    """Has the likeliest checks come first, and the session end when something was found."""

    def __init__(self, run: Run, trial: Trial) -> None:
        self.run, self.trial = run, trial
        self.checks = 0
        self._session: pytest.Session | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Keep what has to be told to stop."""
        self._session = session

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Move the checks near to the seed to the front; the order among them stays."""
        near, known = self.trial.near, self.run.catalogue.requirements
        items.sort(key=lambda item: not selection.wanted(item, known, near))

    def pytest_runtest_logfinish(self) -> None:
        """Stop when the defect has been found."""
        self.checks += 1
        if self.trial.until_found and self.run.ledger.counts()[Verdict.FAIL] and self._session:
            self._session.shouldstop = "found"


def warm_up() -> None:
    """Load what every trial needs, before the first is forked."""
    run = Run(Settings(url="http://127.0.0.1:9"))
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - no file of ours
        stdout, sys.stdout = sys.stdout, nowhere
        try:
            pytest.main([*arguments(run), "--collect-only"])
        finally:
            sys.stdout = stdout
            run.close()


def conduct(trial: Trial) -> Outcome:
    """Run the suite against what is seeded, in this process."""
    started, outcome = time.monotonic(), Outcome()
    server = start_emulator(alterations(trial.seeds))
    try:
        run = Run(Settings(seed=trial.number, profile=trial.profile), server)
        order = _Order(run, trial)
        try:
            run.open()
            pytest.main(arguments(run), [Wiring(run), Collector(run), order])
        except KpbxError as error:
            outcome.trouble = str(error)
        finally:
            run.close()
        _read(outcome, run.results()["requirements"])
        outcome.checks = order.checks
    finally:
        server.stop()
    outcome.seconds = round(time.monotonic() - started, 2)
    return outcome


def _read(outcome: Outcome, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if row["verdict"] == Verdict.FAIL and len(outcome.failed) < MOST_FAILURES:
            outcome.failed[row["id"]] = row["failure"]["observed"][:200]
        elif row["verdict"] == Verdict.ERROR:
            outcome.errors[row["id"]] = row["reason"][:200]


class Running:
    """A trial under way in a process of its own."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self._started = time.monotonic()
        context = multiprocessing.get_context("fork")
        self.reader, writer = context.Pipe(duplex=False)
        self._process = context.Process(target=_child, args=(trial, writer), daemon=True)
        self._process.start()
        writer.close()

    @property
    def seconds_left(self) -> float:
        """How long it may still take."""
        return self._started + LONGEST_TRIAL_S - time.monotonic()

    def outcome(self) -> Outcome:
        """Take the outcome of a trial that has ended, or end one that takes too long."""
        found = Outcome(trouble=f"the suite hung for {LONGEST_TRIAL_S:.0f} s")
        try:
            if self.reader.poll(0):
                found = Outcome(**json.loads(self.reader.recv_bytes()))
            else:
                self._process.kill()
        except EOFError:
            found = Outcome(trouble="the process of the trial died")
        self.reader.close()
        self._process.join()
        return found


def _child(trial: Trial, writer: Connection) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    try:
        outcome = conduct(trial)
    except BaseException as problem:  # noqa: BLE001 - the parent has to hear of anything
        outcome = Outcome(trouble=f"{type(problem).__name__}: {problem}")
    writer.send_bytes(json.dumps(asdict(outcome)).encode())
    # Threads and pools of the parent were forked along; nothing of them is to be wound up here.
    os._exit(0)
