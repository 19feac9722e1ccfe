"""Generated search: a statement held against many drawn messages, the shortest failure kept.

The deterministic core decides every requirement with fixed data. `--profile full` and `soak` add
this search, which repeats with the run's seed: the same requests in the same order, unless a
failing example of an earlier run is kept, which is tried before all others.
"""

from __future__ import annotations

import base64
import math
import re
import unittest
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import hypothesis
import pytest
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import Flaky

from conformance.errors import HarnessError
from conformance.pinned import Chosen, Noting, alike, opened_message, plain
from conformance.strategies.minimal import cut_down
from conformance.verdict import Inconclusive, NonConformance, NotRun, Observation, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from hypothesis.database import ExampleDatabase

    from conformance.check import Check
    from conformance.pinned import Pinned

__all__ = ["EXAMPLES", "FOLDER", "Search", "generated", "keep_caches", "search"]

# About how many messages a generated check of weight 1 draws, by profile; quick has no such checks.
EXAMPLES = {"quick": 0, "full": 60, "soak": 2000}
# Where failing examples are kept, below the folder that a run writes to.
FOLDER = ".examples"
PHASES = (hypothesis.Phase.reuse, hypothesis.Phase.generate, hypothesis.Phase.shrink)
UNREADABLE = "what was drawn can't be drawn again by this release"
UNLIKE = "what is drawn here is not what was recorded"
# Most of what an example costs Hypothesis is the same however much it draws.
AT_ONCE = 10
AGAIN = "not seen again when the same message was sent once more"
T = TypeVar("T")

generated = pytest.mark.generated


def search(
    check: Check,
    drawn: hypothesis.strategies.SearchStrategy[T],
    holds: Callable[[T], object],
    *,
    weight: float = 1.0,
    name: str = "",
) -> None:
    """Hold a statement against drawn messages.

    Args:
        check: the check; the exchanges of a failure begin with the example that shows it.
        drawn: the messages.
        holds: asks the SUT and states what must hold; it returns False where it could not tell.
        weight: about how many messages, in parts of what a profile draws (`EXAMPLES`).
        name: tells the searches of one function apart, by which failing examples are kept.

    Raises:
        NonConformance: it does not, for the message that shrinking ended with.
        Inconclusive: no message told.
    """
    Search(check, holds).run(drawn, weight, f"{holds.__module__}.{holds.__qualname__}{name}")


def keep_caches(folder: Path | None) -> None:
    """Have Hypothesis keep its caches below a run's output, not in whatever folder one is in."""
    set_hypothesis_home_dir(folder and folder / "cache")


class Search:
    """One search while it runs."""

    def __init__(self, check: Check, holds: Callable[[Any], object]) -> None:
        self._check, self._holds = check, holds
        self._before = list(check.exchanges)
        self._failure: NonConformance | None = None
        self._body: Any = None
        self._drawn: dict[str, Any] | None = None
        self._told, self._reason = False, "no drawn message could be judged"

    def run(
        self, drawn: hypothesis.strategies.SearchStrategy[Any], weight: float, name: str
    ) -> None:
        """Draw messages until one fails; see `search`."""
        check, pinned = self._check, self._check.sut.pinned
        if pinned is not None:
            if pinned.search == name:  # else another one drew what is tried again
                self._repeat(drawn, weight, pinned)
            return
        known, noting = len(check.observations), Noting(_kept(check.sut.kept_examples, name))
        try:
            self._test(drawn, weight, self._one, noting, PHASES)
        except NonConformance:
            self._note(name, noting.failed)
            self._cut_down()
            raise self._failure or AssertionError from None
        except Flaky:
            # The PBX broke its word once; that it did not do so again makes it no better.
            if self._failure is None:
                raise
            check.remark(self._failure.requirement, AGAIN)
            raise self._failure from None
        finally:
            self._keep_last_failures(known)
        if not self._told:
            raise Inconclusive(self._reason)

    def _test(
        self,
        drawn: hypothesis.strategies.SearchStrategy[Any],
        weight: float,
        one: Callable[[Any], object],
        kept: ExampleDatabase,
        phases: Sequence[hypothesis.Phase],
    ) -> None:
        """Have Hypothesis draw messages, some at once, and hand over one after the other."""
        wanted = max(1, round(self._check.sut.examples * weight))
        most = min(AT_ONCE, wanted)

        # A seed alone would have Hypothesis forget its examples: the settings come after it.
        @hypothesis.settings(
            # The first example is the simplest message alone; lists of one to `most` follow.
            max_examples=1 + math.ceil((wanted - 1) / ((1 + most) / 2)),
            deadline=None,
            database=kept,
            phases=phases,
            suppress_health_check=list(hypothesis.HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
            verbosity=hypothesis.Verbosity.quiet,
        )
        @hypothesis.seed(self._check.sut.seed)
        @hypothesis.given(hypothesis.strategies.lists(drawn, min_size=1, max_size=most))
        def example(bodies: list[Any]) -> None:
            for body in bodies:
                one(body)

        example()

    def _repeat(
        self, drawn: hypothesis.strategies.SearchStrategy[Any], weight: float, pinned: Pinned
    ) -> None:
        """Try one message that was drawn before, if it comes out the same here.

        Raises:
            NonConformance: it breaks a requirement.
            Inconclusive: it could not be tried, or told nothing.
        """
        known = len(self._check.observations)

        def one(body: Any) -> None:
            if alike(plain(body), pinned.message, self._check.sut.words):
                pinned.tried = True
                self._one(body)
            else:
                pinned.unlike = f"{UNLIKE}: {plain(body)}"

        try:
            # Hypothesis skips a test of which it knows no example.
            with suppress(unittest.SkipTest):
                self._test(drawn, weight, one, Chosen(pinned.choices), PHASES[:1])
        except (NonConformance, Flaky):
            raise self._failure or AssertionError from None
        finally:
            self._keep_last_failures(known)
        if not pinned.tried or not self._told:
            raise Inconclusive(self._reason if pinned.tried else pinned.unlike or UNREADABLE)

    def _note(self, name: str, choices: bytes) -> None:
        """Keep what was drawn, so that it alone can be tried again."""
        message = opened_message(plain(self._body), self._check.sut.words)
        encoded = base64.b64encode(choices).decode()
        self._drawn = {"search": name, "choices": encoded, "message": message}

    def _one(self, body: Any) -> None:
        """Hold the statement against one message."""
        check = self._check
        if check.sut.dead:
            return  # nothing more can be seen, and each look would take its time
        check.exchanges[:] = self._before
        try:
            told = self._holds(body)
        except NonConformance as found:
            self._failure, self._body = found, body
            raise
        except (Inconclusive, NotRun) as reason:
            self._reason = str(reason)
            return
        self._told = self._told or told is not False
        for exchange in check.exchanges[len(self._before) :]:
            exchange.forget()

    def _cut_down(self) -> None:
        """Look for a shorter message that breaks the same requirement."""
        broken = self._failure.requirement if self._failure else ""

        def fails(body: dict[str, Any]) -> bool:
            kept = (self._failure, self._body, list(self._check.exchanges))
            known = len(self._check.observations)
            try:
                self._one(body)
            except NonConformance as found:
                if found.requirement == broken:
                    return True
            except (HarnessError, LookupError):
                pass  # no message of this endpoint
            self._failure, self._body, self._check.exchanges[:] = kept
            del self._check.observations[known:]
            return False

        if isinstance(self._body, dict):
            cut_down(self._body, fails)

    def _keep_last_failures(self, known: int) -> None:
        """Keep one failure of each requirement: of the shortest message, which came last."""
        found = self._check.observations[known:]
        failures = [item for item in found if item.verdict is Verdict.FAIL]
        last: dict[str, Observation] = {item.requirement: item for item in failures}
        kept = [item for item in found if item not in failures]
        for item in last.values():
            if item.failure and self._failure and item.requirement == self._failure.requirement:
                item.failure = replace(item.failure, drawn=self._drawn)
        self._check.observations[known:] = [*kept, *last.values()]


def _kept(folder: Path | None, name: str) -> DirectoryBasedExampleDatabase | None:
    """The failing examples of one search: what was chosen, never what a message holds besides."""
    if folder is None:
        return None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return DirectoryBasedExampleDatabase(folder / re.sub(r"[^0-9A-Za-z_.-]", "_", name))
