"""The search for a sequence that goes wrong, and for the shortest one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import hypothesis
from hypothesis.errors import Flaky, HypothesisException
from hypothesis.stateful import run_state_machine_as_test

from conformance.behaviour.ground import PROBLEMS, Ground
from conformance.behaviour.machine import Machine
from conformance.verdict import NonConformance, Observation, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.behaviour.sequence import Sequence
    from conformance.check import Check

__all__ = ["Hunt", "hunt"]

STEPS = 12
# Restarts take minutes on a real PBX.
MOST_RESTARTS = 2
SHRINKING_S = 20.0
UNDECIDED = "no sequence came to decide it"


@dataclass(frozen=True, slots=True)
class _Found:
    """A sequence that went wrong."""

    length: int
    observation: Observation
    error: NonConformance


class Hunt:
    """One search: its limits, and the shortest sequence so far that went wrong."""

    def __init__(self, check: Check, ground: Ground, *, seconds: float) -> None:
        self.check = check
        self.ground = ground
        self.best: _Found | None = None
        self.stopped = ""
        self.wrong = False
        self.mistake: Exception | None = None
        self._ends = time.monotonic() + seconds
        self._restarts = 0
        self._unclear = False

    @property
    def over(self) -> bool:
        """Whether nothing more is to be sent."""
        return bool(self.stopped or self.check.sut.dead) or time.monotonic() > self._ends

    def warm_up(self) -> None:
        """Have the ground learn what it can; what goes wrong here is looked for once more."""
        self._unclear = True
        try:
            self.ground.warm_up()
        except NonConformance as error:
            self._keep(error)

    def begin(self) -> Sequence:
        """Start a sequence on what the one before has left."""
        if self._unclear and not self.over:
            self._clear()
        self.check.exchanges.clear()
        self.wrong = self._unclear = False
        sequence = self.ground.begin()
        if self.ground.exhausted:
            self.stopped = self.stopped or self.ground.exhausted
        return sequence

    def _clear(self) -> None:
        try:
            self.ground.clear()
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
        self._unclear = True
        try:
            request()
        except PROBLEMS as problem:
            self.stopped = self.stopped or str(problem)
        except NonConformance as error:
            self._keep(error)
            raise
        except Exception as mistake:
            self.mistake, self.stopped = mistake, str(mistake)
            raise

    def end(self, sequence: Sequence) -> None:
        """See that all is as in the model at the end of a sequence that went well."""
        if self._unclear and not self.wrong:
            self.play(sequence.judge_everything)

    def _keep(self, error: NonConformance) -> None:
        """Keep a failure if it is the shortest one; the search goes on for one still shorter."""
        self.wrong = True
        observation = self.check.observations.pop()
        length = len(observation.failure.exchanges) if observation.failure else 0
        if self.best is None:
            self._ends = time.monotonic() + SHRINKING_S
        if self.best is None or length <= self.best.length:
            self.best = _Found(length, observation, error)


def hunt(check: Check, *, examples: int, seconds: float) -> None:
    """Draw sequences of requests and compare the PBX with the model after each request.

    Args:
        check: the check; of its claims, those that no sequence came to decide are left undecided.
        examples: how many sequences are drawn at most.
        seconds: for how long; finding the shortest sequence that goes wrong comes on top.

    Raises:
        NonConformance: a sequence went wrong; the exchanges are those of the shortest one.
        Inconclusive: nothing could be compared.
    """
    search = Hunt(check, Ground(check), seconds=seconds)
    search.warm_up()
    trouble = _search(search, check.sut.seed, examples)
    _only_the_last_failures(check)
    if search.mistake is not None:
        raise search.mistake
    if search.best is not None:
        check.observations.append(search.best.observation)
        raise search.best.error
    if trouble or (search.stopped and not search.ground.habits.judged):
        check.inconclusive(search.stopped or trouble)
    for claim in check.claims:
        if claim.id not in search.ground.habits.judged:
            reason = search.stopped or UNDECIDED
            check.observe(Observation(claim.id, Verdict.INCONC, reason))


def _search(search: Hunt, seed: int, examples: int) -> str:
    """Draw sequences until one goes wrong, and shorten it; what went wrong with the search."""

    @hypothesis.seed(seed)
    def machine() -> Machine:
        return Machine(search)

    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=hypothesis.Verbosity.quiet,
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
    )
    try:
        run_state_machine_as_test(machine, settings=settings)
    except NonConformance:
        return ""
    except Flaky:
        # The time for shortening was over, or the PBX does not always do the same.
        return "" if search.best else "the PBX did not do the same again"
    except HypothesisException as problem:
        return f"no sequence could be drawn: {problem}"
    return ""


def _only_the_last_failures(check: Check) -> None:
    """Keep one failure of each requirement that the general oracles found on the way."""
    last = {item.requirement: item for item in check.observations if item.verdict is Verdict.FAIL}
    check.observations[:] = [
        item
        for item in check.observations
        if item.verdict is not Verdict.FAIL or last[item.requirement] is item
    ]
