"""Many trials, and what they come to: the kill rate, the survivors, the false alarms."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from conformance.detection.trial import Outcome, Running, Trial
from conformance.emulator.seeded import Defect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from conformance.emulator.seeded import Variant

__all__ = ["CLEAN_RUNS", "Campaign", "Result", "planned", "sampled"]

FORMAT, FORMAT_VERSION = "kpbx-conformance/detection", 1
# How many seeds the emulator without fault is tried with.
CLEAN_RUNS = 20
# A sample of so many defects has one variant, and one run without fault.
DEFECTS_PER_VARIANT = 8


@dataclass(frozen=True, slots=True)
class Result:
    """A trial and its outcome."""

    trial: Trial
    outcome: Outcome

    @property
    def defect(self) -> Defect | None:
        """The defect that was tried, if it was one."""
        return next((seed for seed in self.trial.seeds if isinstance(seed, Defect)), None)

    @property
    def survived(self) -> bool:
        """Whether a defect went by unseen."""
        return self.defect is not None and not self.outcome.found

    @property
    def false_alarm(self) -> bool:
        """Whether the suite held something against a PBX that does nothing forbidden."""
        outcome = self.outcome
        return self.defect is None and bool(outcome.failed or outcome.errors or outcome.trouble)


@dataclass(slots=True)
class Campaign:
    """The results of many trials."""

    seed: int
    profile: str
    results: list[Result] = field(default_factory=list)

    def run(
        self, trials: Iterable[Trial], jobs: int, ended: Callable[[Result], None] = lambda _: None
    ) -> None:
        """Conduct trials, several at a time; a defect that survives once more, in ordinary order.

        Args:
            trials: what is to be tried.
            jobs: how many processes may run at a time.
            ended: told of each result as it comes.
        """
        waiting, under_way = list(trials)[::-1], list[Running]()
        while waiting or under_way:
            while waiting and len(under_way) < jobs:
                under_way.append(Running(waiting.pop()))
            patience = min(max(running.seconds_left, 0) for running in under_way)
            ready = wait([running.reader for running in under_way], timeout=patience)
            for running in list(under_way):
                if running.reader in ready or running.seconds_left <= 0:
                    under_way.remove(running)
                    result = Result(running.trial, running.outcome())
                    if result.survived and not running.trial.in_order:
                        # What a check knows of the PBX depends on those before it.
                        waiting.append(replace(running.trial, in_order=True))
                        continue
                    self.results.append(result)
                    ended(result)

    @property
    def survivors(self) -> list[Result]:
        """The defects that went by unseen."""
        return [result for result in self.results if result.survived]

    @property
    def false_alarms(self) -> list[Result]:
        """What was held against a PBX that does nothing forbidden."""
        return [result for result in self.results if result.false_alarm]

    def rates(self, of: Callable[[Defect], str]) -> Iterator[tuple[str, int, int]]:
        """For each group of defects: its name, how many were found, how many there were."""
        tried = [(result, result.defect) for result in self.results if result.defect]
        there = Counter(of(defect) for _, defect in tried if defect)
        found = Counter(of(defect) for result, defect in tried if defect and result.outcome.found)
        for name in sorted(there):
            yield name, found[name], there[name]

    def data(self) -> dict[str, Any]:
        """Everything, for a program."""
        return {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "seed": self.seed,
            "profile": self.profile,
            "trials": [_row(result) for result in self.results],
        }


def _row(result: Result) -> dict[str, Any]:
    defect, outcome = result.defect, result.outcome
    return {
        "id": result.trial.name,
        "kind": defect.kind if defect else "variant" if result.trial.seeds else "clean",
        "oracle": defect.oracle if defect else "",
        "found": outcome.found,
        "failed": outcome.failed,
        "errors": outcome.errors,
        "trouble": outcome.trouble,
        "checks": outcome.checks,
        "seconds": outcome.seconds,
    }


def planned(
    defects: Sequence[Defect],
    variants: Sequence[Variant],
    seed: int,
    profile: str,
    *,
    clean: bool = True,
) -> Iterator[Trial]:
    """Every defect and variant once, and (`clean`) the PBX without fault with many seeds."""
    for number in range(CLEAN_RUNS if clean else 0):
        yield Trial(number=seed + number, profile=profile)
    for variant in variants:
        yield Trial((variant,), seed, profile)
    for defect in defects:
        yield Trial((defect,), seed, profile, until_found=True)


def sampled(
    defects: Sequence[Defect], variants: Sequence[Variant], seed: int, profile: str, size: int
) -> Iterator[Trial]:
    """A part of the plan that a seed chooses: some defects, a few variants, one clean run."""
    draw = random.Random(seed)  # noqa: S311 - repeatable, not secret
    yield Trial(number=seed, profile=profile)
    few = min(len(variants), max(1, size // DEFECTS_PER_VARIANT))
    for variant in draw.sample(list(variants), few):
        yield Trial((variant,), seed, profile)
    for defect in draw.sample(list(defects), min(size, len(defects))):
        yield Trial((defect,), seed, profile, until_found=True)
