"""The search for a sequence that goes wrong, and for the shortest one."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

import hypothesis
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from conformance.behaviour.ground import PROBLEMS, Ground
from conformance.behaviour.kinds import CONTACT
from conformance.behaviour.machine import REQUESTS, Machine
from conformance.behaviour.shrink import shortest
from conformance.behaviour.steps import decoded, encoded
from conformance.verdict import NonConformance, Observation, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.behaviour.sequence import Sequence
    from conformance.behaviour.shrink import Trace
    from conformance.check import Check
    from conformance.pinned import Pinned

__all__ = ["Hunt", "hunt", "play"]

STEPS = 12
# Restarts take minutes on a real PBX.
MOST_RESTARTS = 2
SHRINKING_S = 20.0
SEQUENCE, PRIVATE = "sequence", "add_private_contact"
UNDECIDED = "no sequence came to decide it"


@dataclass(frozen=True, slots=True)
class Found:
    """A sequence that went wrong."""

    trace: Trace
    observation: Observation
    error: NonConformance


class Hunt:
    """One search: its limits, and the last sequence that went wrong.

    Attributes:
        trace: the steps of the sequence that is being played.
        found: the last sequence that went wrong.
        stopped: why nothing more is to be sent.
        mistake: what went wrong in the harness.
    """

    def __init__(self, check: Check, ground: Ground, *, seconds: float) -> None:
        self.check = check
        self.ground = ground
        self.trace: Trace = []
        self.found: Found | None = None
        self.stopped = ""
        self.mistake: Exception | None = None
        self._ends = time.monotonic() + seconds
        self._restarts = 0
        self._sequence: Sequence | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more is to be sent."""
        return bool(self.stopped or self.check.sut.dead) or time.monotonic() > self._ends

    def allow(self, seconds: float) -> None:
        """Go on for so many seconds, whatever was planned."""
        self._ends, self._restarts = time.monotonic() + seconds, 0

    def begin(self) -> Sequence:
        """Start a sequence on what the one before has left."""
        if self._sequence is not None and self._sequence.written and not self.over:
            self._clear(self._sequence.own)
        self.check.exchanges.clear()
        self.trace = []
        self._sequence = self.ground.begin()
        self.stopped = self.stopped or self.ground.exhausted
        return self._sequence

    def _clear(self, own: list[tuple[str, str]]) -> None:
        try:
            self.ground.clear(own)
        except (NonConformance, *PROBLEMS) as problem:
            self.stopped = self.stopped or f"cleaning up between two sequences: {problem}"

    def may_restart(self) -> bool:
        """Whether one more restart may be asked for."""
        self._restarts += not self.over
        return self._restarts <= MOST_RESTARTS

    def play(self, request: Callable[[], object]) -> None:
        """Send one request, unless the search is over.

        Raises:
            NonConformance: the PBX differs from the model.
        """
        if self.over:
            return
        try:
            request()
        except PROBLEMS as problem:
            self.stopped = self.stopped or str(problem)
        except NonConformance as error:
            if self._sequence is not None:
                self._sequence.wrong = True
            self._keep(error)
            raise
        except Exception as mistake:
            self.mistake, self.stopped = mistake, str(mistake)
            raise

    def end(self, sequence: Sequence) -> None:
        """Drop what is still pending, and see that all is as in the model then."""
        if sequence.written and not sequence.wrong:
            waits = sequence.model.pending
            self.play(sequence.revert if waits else sequence.judge_everything)

    def _keep(self, error: NonConformance) -> None:
        self.found = Found(list(self.trace), self.check.observations.pop(), error)

    def repeat(self, trace: Trace) -> None:
        """Play a sequence; what goes wrong is kept."""
        with suppress(NonConformance):
            machine = Machine(self)
            try:
                for name, drawn in trace:
                    machine.repeat(name, drawn)
            finally:
                machine.teardown()

    def fails(self, trace: Trace) -> bool:
        """Whether a sequence, played again, breaks the requirement that was broken last."""
        if self.over or self.found is None:
            return False
        known, self.found = self.found, None
        self.repeat(trace)
        played: Found | None = self.found
        if played is not None and played.error.requirement == known.error.requirement:
            return True
        self.found = known
        return False


def play(check: Check, ground: Ground, *traces: Trace) -> None:
    """Play sequences that are written down, and compare the PBX with the model after each request.

    Raises:
        NonConformance: one went wrong; the exchanges are those of the shortest part that does.
        Inconclusive: nothing could be compared.
    """
    search = Hunt(check, ground, seconds=math.inf)
    _play_pinned(search) if _pinned(check) else _play(search, traces)
    _conclude(search)


def hunt(
    check: Check, ground: Ground, *traces: Trace, examples: int, seconds: float = math.inf
) -> None:
    """Draw sequences of requests and compare the PBX with the model after each request.

    Args:
        check: the check; of its claims, those that no sequence came to decide are left undecided.
        ground: what the sequences may write.
        traces: sequences to be played first: they show which readings the PBX follows.
        examples: how many sequences are drawn at most.
        seconds: for how long; finding the shortest sequence that goes wrong comes on top.

    Raises:
        NonConformance: a sequence went wrong; the exchanges are those of the shortest one.
        Inconclusive: nothing could be compared.
    """
    search = Hunt(check, ground, seconds=seconds)
    if _pinned(check):
        _play_pinned(search)
        _conclude(search)
        return
    _play(search, traces)
    if search.found is None and not search.over:
        if CONTACT in ground.kinds:
            ground.learn_privates()
        _search(search, check.sut.seed, examples)
    _conclude(search)


def _play(search: Hunt, traces: Iterable[Trace]) -> None:
    """Play sequences until one goes wrong."""
    for trace in traces:
        search.repeat(trace)
        if search.found is not None:
            return


def _pinned(check: Check) -> Pinned | None:
    """The sequence that is to be tried again, if it is one."""
    pinned = check.sut.pinned
    return pinned if pinned is not None and pinned.search == SEQUENCE else None


def _play_pinned(search: Hunt) -> None:
    """Play the sequence that is to be tried again.

    Raises:
        Inconclusive: some of its requests could not follow here.
    """
    pinned = _pinned(search.check)
    assert pinned is not None, "asked before"  # noqa: S101
    try:
        steps = [(name, decoded(drawn)) for name, drawn in pinned.steps if name in REQUESTS]
    except ValueError as error:
        search.check.inconclusive(f"what was recorded is no sequence of this release: {error}")
    if any(name == PRIVATE for name, _ in steps):
        search.ground.learn_privates()
    search.repeat(steps)
    sent, recorded = len(search.trace), len(pinned.steps)
    if search.found is None and (sent < recorded or not steps):
        pinned.unlike = f"{sent} of {recorded} recorded requests could be sent here"
        search.check.inconclusive(search.stopped or pinned.unlike)
    pinned.tried = True


def _conclude(search: Hunt) -> None:
    """Report what was found, or what was not decided.

    Raises:
        NonConformance: a sequence went wrong.
        Inconclusive: nothing could be compared.
    """
    check, judged = search.check, search.ground.habits.judged
    if search.mistake is not None:
        raise search.mistake
    if search.found is not None:
        _report(search, search.found)
    _only_the_last_failures(check)
    if not judged:
        check.inconclusive(search.stopped or UNDECIDED)
    claimed = {claim.id for claim in check.claims}
    if _pinned(check) and not search.stopped:
        # What the sequence was found to break may be more than the check claims.
        for name in sorted(judged - claimed):
            check.observe(Observation(name, Verdict.PASS))
    for claim in check.claims:
        if claim.id not in judged:
            reason = search.stopped or UNDECIDED
            check.observe(Observation(claim.id, Verdict.INCONC, reason))


def _report(search: Hunt, found: Found) -> NoReturn:
    """Find the shortest sequence that goes wrong like the one found, and fail with it."""
    check = search.check
    search.allow(SHRINKING_S)
    if found.trace and not _pinned(check):
        shortest(found.trace, search.fails)
    last = search.found or found
    if last.observation.failure:
        drawn = {"search": SEQUENCE, "steps": encoded(last.trace)}
        last.observation.failure = replace(last.observation.failure, drawn=drawn)
    _only_the_last_failures(check)
    check.observations.append(last.observation)
    raise last.error


def _search(search: Hunt, seed: int, examples: int) -> None:
    """Draw sequences until one goes wrong."""

    @hypothesis.seed(seed)
    def start() -> Machine:
        return Machine(search)

    machine: Any = start

    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=hypothesis.Verbosity.quiet,
        phases=(hypothesis.Phase.generate,),
    )
    # What goes wrong is known to the search; whether it does so again, it finds out itself.
    with suppress(NonConformance, Flaky):
        run_state_machine_as_test(machine, settings=settings)


def _only_the_last_failures(check: Check) -> None:
    """Keep one failure of each requirement that the general oracles found on the way."""
    last = {item.requirement: item for item in check.observations if item.verdict is Verdict.FAIL}
    check.observations[:] = [
        item
        for item in check.observations
        if item.verdict is not Verdict.FAIL or last[item.requirement] is item
    ]
