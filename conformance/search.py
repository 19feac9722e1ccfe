"""Generated search: a statement held against many drawn messages, the shortest failure kept.

The deterministic core decides every requirement with fixed data. `--profile full` and `soak` add
this search, which repeats with the run's seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from conformance.verdict import NonConformance, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.check import Check

__all__ = ["EXAMPLES", "generated", "search"]

# Examples that each generated check draws, by profile; quick leaves these checks out.
EXAMPLES = {"quick": 0, "full": 60, "soak": 2000}

generated = pytest.mark.generated


def search(
    check: Check,
    drawn: hypothesis.strategies.SearchStrategy[dict[str, Any]],
    holds: Callable[[dict[str, Any]], None],
) -> None:
    """Hold a statement against drawn messages.

    Args:
        check: the check; the exchanges of a failure begin with the example that shows it.
        drawn: the messages.
        holds: asks the SUT and states what must hold.

    Raises:
        NonConformance: it does not, for the message that shrinking ended with.
    """
    before = list(check.exchanges)

    @hypothesis.seed(check.sut.seed)
    @hypothesis.settings(
        max_examples=check.sut.examples,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @hypothesis.given(drawn)
    def example(body: dict[str, Any]) -> None:
        check.exchanges[:] = before
        holds(body)

    known = len(check.observations)
    try:
        example()
    except NonConformance:
        found = check.observations[known:]
        failures = [item for item in found if item.verdict is Verdict.FAIL]
        last = {item.requirement: item for item in failures}
        kept = [item for item in found if item not in failures]
        check.observations[known:] = [*kept, *last.values()]
        raise
