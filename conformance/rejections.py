"""Broken messages held against an endpoint: a code that applies, and nothing changed anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.check import Answer
from conformance.search import search
from conformance.strategies.operators import broken_by
from conformance.verdict import NonConformance
from conformance.whole import Configuration, differences, whole_configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis import strategies as st

    from conformance.check import Check
    from conformance.strategies.operators import Broken, Rule
    from conformance.wire.exchange import Exchange

__all__ = ["Rejections"]

# Of what a generated check draws: a few messages for each way to break one.
WEIGHT = 0.06


class Rejections:
    """Requests to one endpoint that must all be rejected.

    Args:
        check: the check.
        endpoint: the guide's heading.
        nothing: the requirement that a rejected request changes nothing; empty where the guide's
            endpoint can change nothing of what is shown.
        key: the id in the URL, where there is one.
        also: codes that apply whatever is wrong, as far as is known (RD-16).
        mend: takes back what a PBX did that should have done nothing.
        doubt: looks at each answer first, and may end the example.
        answer: the kind of answer that a request calls for.
    """

    def __init__(  # noqa: PLR0913 - an endpoint has that many sides
        self,
        check: Check,
        endpoint: str,
        nothing: str,
        *,
        key: str | None = None,
        also: frozenset[int] = frozenset(),
        mend: Callable[[], object] = lambda: None,
        doubt: Callable[[Exchange], object] = lambda _exchange: None,
        answer: Answer = Answer.XML,
    ) -> None:
        self._check, self._endpoint, self._nothing = check, endpoint, nothing
        self._key, self._also, self._mend, self._doubt = key, also, mend, doubt
        self._answer = answer
        self._before: Configuration | None = None

    def hold(
        self,
        valid: st.SearchStrategy[dict[str, Any]],
        rules: Sequence[Rule],
        *,
        weight: float = WEIGHT,
    ) -> None:
        """State that valid messages, broken by each of the rules, are rejected and change nothing.

        Args:
            valid: messages that would succeed.
            rules: the ways to break them; each has its turn, however few examples there are.
            weight: how many examples a rule gets, see `search`.

        Raises:
            NonConformance: one is accepted, gets a code that does not apply, or changes something.
        """
        for rule in rules:
            name = f" {self._endpoint} {rule.operator} {rule.path}"
            search(self._check, broken_by(rule, valid), self._rejected, weight=weight, name=name)

    def _rejected(self, broken: Broken) -> bool:
        if self._nothing and self._before is None:
            self._before = whole_configuration(self._check)
        try:
            return self._judge(broken)
        except NonConformance:
            self._mend()
            self._before = None
            raise

    def _judge(self, broken: Broken) -> bool:
        check, rule = self._check, broken.rule
        key = self._key if broken.key is None else broken.key
        said = "" if broken.fits_the_schema else broken.said
        exchange = check.call(
            self._endpoint, broken.body, key=key, broken=said, rejected=True, answer=self._answer
        )
        self._doubt(exchange)
        end = check.sut.endpoint(self._endpoint)
        codes: set[int | None] = {*rule.codes, *self._also}
        if rule.lenient:
            codes |= {None, *(code.code for code in end.codes)}
        held = exchange.code in codes and not exchange.gated
        wanted = " or ".join(map(str, rule.codes))
        requirement_id = f"{end.slug}.code-{rule.codes[0]}"
        expected = f"code {wanted}, for {broken.said}"
        check.that(requirement_id, held, expected, exchange.summary(), exchange)
        if exchange.code == rule.codes[0]:
            check.passed(requirement_id)
        if exchange.code in {0, None}:
            self._mend()
            self._before = None
        elif self._before is not None:
            self._unchanged(exchange)
        return rule.lenient or exchange.code in rule.codes

    def _unchanged(self, exchange: Exchange) -> None:
        after = whole_configuration(self._check, self._before)
        found = differences(self._before or {}, after)
        self._check.that(self._nothing, not found, "everything as before", found, exchange)
        self._before = after
