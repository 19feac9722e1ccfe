"""What a check works with: it asks the SUT, says what must hold, and cleans up.

A check claims requirements (`@requirement(...)`). Whatever it calls passes the general oracles;
what it states itself goes through `expect_code` and `that`. When it returns, all it claimed and did
not fail has passed.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from conformance.errors import LabError, SafetyViolation, SutError
from conformance.evidence import minimal
from conformance.oracles import Answer, given_up, judge
from conformance.sut import AUTO
from conformance.verdict import (
    Failure,
    Inconclusive,
    NonConformance,
    NotRun,
    Observation,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from conformance.catalogue import Endpoint, Requirement
    from conformance.lab.target import Pixit
    from conformance.sut import Sut
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Body

__all__ = ["AUTO", "Answer", "Check", "requirement"]

RETURN_AFTER_LOSS_S = 5.0
ENDINGS = (NonConformance, Inconclusive, NotRun)
SMALL, MOST_HELD = 1024 * 1024, 192 * 1024 * 1024


def requirement(*ids: str) -> pytest.MarkDecorator:
    """Mark a check with the ids of the requirements that it decides."""
    return pytest.mark.requirement(*ids)


class Check:
    """One check while it runs."""

    def __init__(self, sut: Sut, claims: Collection[Requirement]) -> None:
        self.sut = sut
        self.claims = tuple(claims)
        self.exchanges: list[Exchange] = []
        self.observations: list[Observation] = []
        self.leftovers: list[str] = []
        self.applies = False
        self._remarks: dict[str, list[str]] = {}
        self._exits = ExitStack()
        self._passed_once: set[str] = set()
        self._stated: set[str] = set()
        self._under: tuple[str, ...] = ()
        self._ended = (Verdict.ERROR, "the check was never reached")

    @property
    def pixit(self) -> Pixit:
        """What this check may use on the SUT."""
        return self.sut.target.pixit

    # --- asking -----------------------------------------------------------------------------

    def call(
        self,
        endpoint: str,
        body: Body | None = None,
        *,
        answer: Answer = Answer.XML,
        may_be_lost: bool = False,
        **how: Any,
    ) -> Exchange:
        """Send one request and judge what holds for every answer.

        Args:
            endpoint: the guide's heading, such as `POST /users/configs/`.
            body: what stands below `<kpbx_request>`.
            answer: the kind of answer that the request calls for.
            may_be_lost: the connection may break, as the request restarts the PBX.
            how: `key` (fills the path's placeholder), `request_id` (None: without one), `raw`
                (bytes in place of the document), `broken` (why the document is invalid on
                purpose), `rejected`, `authorization`, `headers`; see `Sut.outgoing`.

        Raises:
            NonConformance: there was no answer, or not a whole one.
            Inconclusive: the answer is larger than the harness reads, or takes longer than it waits
                where waiting is the PBX's right.
        """
        outgoing = self.sut.outgoing(endpoint, body, **how)
        exchange = self.sut.send(outgoing, answer)
        self.judge(exchange, answer, self.sut.sent_ids)
        if exchange.response is None and not may_be_lost:
            self._lost(exchange)
        self._hold(exchange)
        if exchange.response is not None and exchange.lost:
            self._incomplete(exchange, may_be_lost=may_be_lost)
        return exchange

    def judge(
        self,
        exchange: Exchange,
        answer: Answer = Answer.XML,
        earlier_ids: Collection[str] = frozenset(),
    ) -> None:
        """Take an exchange into this check, and judge what holds for every answer."""
        exchange.conditions = self._under
        self.exchanges.append(exchange)
        for observation in judge(self.sut.catalogue, exchange, answer, earlier_ids):
            self.observe(observation)

    def _lost(self, exchange: Exchange) -> NoReturn:
        end = exchange.endpoint
        stem = end.slug if end else "api"
        if exchange.timed_out and end and end.patience > 1 and self.sut.answers():
            raise Inconclusive(f"{end.name}: {exchange.lost}; it may need longer (timeout_s)")
        if not self.sut.wait_until_back(RETURN_AFTER_LOSS_S):
            said = f"stopped answering at {exchange.request.method} {exchange.request.path}"
            self.sut.give_up(said, self.exchanges)
        self.fail(f"{stem}.response-schema", "an answer", f"no answer: {exchange.lost}", exchange)

    def _hold(self, exchange: Exchange) -> None:
        """See that the answers of one check fit into memory together, as trees."""
        if exchange.response is None or len(exchange.response.body) <= SMALL:
            return
        held = (one.response for one in self.exchanges if one.response and one.validation)
        if sum(len(response.body) for response in held) > MOST_HELD:
            raise Inconclusive(f"the answers to this check are more than {MOST_HELD} bytes in all")

    def _incomplete(self, exchange: Exchange, *, may_be_lost: bool) -> None:
        end = self._endpoint_of(exchange)
        if given_up(end, exchange):
            raise Inconclusive(f"{end.name}: {exchange.lost}")
        if not may_be_lost:
            self.fail(f"{end.slug}.response-schema", "a whole answer", exchange.lost, exchange)

    # --- stating ----------------------------------------------------------------------------

    def observe(self, observation: Observation) -> None:
        """Keep one judgement; a pass that was seen before adds nothing."""
        if observation.verdict is Verdict.PASS and not observation.remarks:
            if observation.requirement in self._passed_once:
                return
            self._passed_once.add(observation.requirement)
        if observation.failure and len(observation.failure.exchanges) <= 1:
            sequence = minimal(self.exchanges, observation.failure.exchanges)
            observation.failure = replace(observation.failure, exchanges=sequence)
        self.observations.append(observation)

    def passed(self, requirement_id: str) -> None:
        """Say that a requirement holds, as far as this check has seen."""
        self.observe(Observation(requirement_id, Verdict.PASS))

    def remark(self, requirement_id: str, text: str) -> None:
        """Tell the reader something about a requirement that is not a violation."""
        self._remarks.setdefault(requirement_id, []).append(text)

    def fail(
        self, requirement_id: str, expected: str, observed: str, *exchanges: Exchange
    ) -> NoReturn:
        """Say that the SUT breaks a requirement, and end the check.

        Raises:
            NonConformance: always.
        """
        failure = Failure(expected, observed, minimal(self.exchanges, exchanges))
        self.observe(Observation(requirement_id, Verdict.FAIL, failure=failure))
        raise NonConformance(requirement_id, failure)

    def that(
        self,
        requirement_id: str,
        condition: object,
        expected: str,
        observed: str,
        *exchanges: Exchange,
    ) -> None:
        """State what must hold; the check ends where it does not.

        Raises:
            NonConformance: the condition is false.
        """
        if not condition:
            self.fail(requirement_id, expected, observed, *exchanges)
        self._stated.add(requirement_id)

    def soft(
        self,
        requirement_id: str,
        condition: object,
        expected: str,
        observed: str,
        *exchanges: Exchange,
    ) -> bool:
        """State what must hold and go on either way; whether it held."""
        if condition:
            self.passed(requirement_id)
        else:
            failure = Failure(expected, observed, minimal(self.exchanges, exchanges))
            self.observe(Observation(requirement_id, Verdict.FAIL, failure=failure))
        return bool(condition)

    def expect_code(self, exchange: Exchange, code: int, *, also: Collection[int] = ()) -> None:
        """State the application code of an answer.

        Args:
            exchange: the exchange to judge.
            code: the documented code that the guide's condition calls for.
            also: other documented codes that apply as well (RD-16); one of them leaves the
                requirement of `code` undecided.

        Raises:
            NonConformance: another code, or none.
            Inconclusive: one of `also`.
        """
        end = self._endpoint_of(exchange)
        requirement_id = f"{end.slug}.code-{code}"
        if exchange.code == code and not exchange.gated:
            self.passed(requirement_id)
            return
        if exchange.code in also and not exchange.gated:
            reason = f"code {exchange.code} was answered, which applies as well (RD-16)"
            self.observe(Observation(requirement_id, Verdict.INCONC, reason))
            raise Inconclusive(reason)
        documented = end.code(code)
        message = f" ({documented.message})" if documented else ""
        when = f", for {documented.when}" if documented and documented.when else ""
        self.fail(requirement_id, f"code {code}{message}{when}", exchange.summary(), exchange)

    def expect_rejected(self, requirement_id: str, exchange: Exchange) -> None:
        """State that an answer is one of the endpoint's documented codes other than 0 (RD-15).

        Raises:
            NonConformance: it is not.
        """
        end = self._endpoint_of(exchange)
        codes = {code.code for code in end.codes} - {0}
        self.that(
            requirement_id,
            exchange.code in codes and not exchange.gated,
            "a documented code other than 0",
            exchange.summary(),
            exchange,
        )

    @staticmethod
    def _endpoint_of(exchange: Exchange) -> Endpoint:
        assert exchange.endpoint is not None, "every call of a check names its endpoint"  # noqa: S101
        return exchange.endpoint

    def unknown_object(self, requirement_id: str, exchange: Exchange, records: str) -> None:
        """State what RD-13 permits for an object that does not exist, and note which it was.

        Raises:
            NonConformance: an object came, or an answer that RD-13 does not know.
        """
        found = exchange.records(records)
        if exchange.status == 404:  # noqa: PLR2004
            form = "HTTP 404"
        elif found:
            self.fail(requirement_id, "no record", f"{len(found)} record(s)", exchange)
        elif exchange.validation is not None and exchange.validation.valid:
            form = "an empty list" if exchange.code is None else "an error block"
        elif exchange.code:
            form = "an error block"
        else:
            expected = "an empty list, an error block or HTTP 404 (RD-13)"
            self.fail(requirement_id, expected, exchange.summary(), exchange)
        self.sut.dialect.see("RD-13", form)
        self.remark(requirement_id, f"an unknown object is answered with {form} (RD-13)")

    def inconclusive(self, reason: str) -> NoReturn:
        """End the check without a verdict on what it has not decided yet.

        Raises:
            Inconclusive: always.
        """
        raise Inconclusive(reason)

    def not_run(self, reason: str) -> NoReturn:
        """End the check as one that does not apply.

        Raises:
            NotRun: always.
        """
        raise NotRun(reason)

    # --- the lab and the way out ------------------------------------------------------------

    @contextmanager
    def condition(self, *names: str) -> Iterator[None]:
        """Lab conditions for the length of a block."""
        with ExitStack() as stack:
            for name in names:
                stack.enter_context(self.sut.lab.condition(name))
            before, self._under = self._under, (*self._under, *names)
            try:
                yield
            finally:
                self._under = before

    def on_exit(self, undo: Callable[[], object]) -> None:
        """Have something done when the check ends, whatever its verdict; last in, first out."""
        self._exits.callback(self._undo, undo)

    def _undo(self, undo: Callable[[], object]) -> None:
        if self.sut.dead:
            self.leftovers.append(f"not put back, as the PBX {self.sut.dead}")
            return
        try:
            undo()
        except (*ENDINGS, LabError, SutError, SafetyViolation) as problem:
            self.leftovers.append(str(problem))

    def finish(self) -> None:
        """Put everything back."""
        self._exits.close()

    def end(self, verdict: Verdict, reason: str) -> None:
        """Say how the check ended; what it claimed and did not decide gets that verdict."""
        self._ended = (verdict, reason)

    def spoil(self, reason: str) -> None:
        """Say that cleaning up failed: that is an error, also where all claims were decided."""
        self.end(Verdict.ERROR, reason)
        for claim in self.claims:
            self.observe(Observation(claim.id, Verdict.ERROR, reason))

    def settle(self) -> list[Observation]:
        """All judgements of the check, after it has ended."""
        verdict, reason = self._ended
        decided = {item.requirement for item in self.observations}
        for claim in self.claims:
            if claim.id not in decided:
                self.observe(Observation(claim.id, verdict, reason))
        claimed = {claim.id for claim in self.claims}
        if verdict is Verdict.PASS and self.sut.again:
            for requirement_id in sorted(self._stated - claimed - decided):
                self.observe(Observation(requirement_id, verdict))
        for requirement_id, remarks in self._remarks.items():
            self.observations.append(
                Observation(requirement_id, Verdict.NONE, remarks=list(dict.fromkeys(remarks)))
            )
        return self.observations
