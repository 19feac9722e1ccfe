"""What one recorded exchange shows by itself: the general oracles, and what its request proves."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from conformance.behaviour.kinds import KINDS
from conformance.judge.conditions import any_of
from conformance.lab.traces import normal_key
from conformance.oracles import Answer, judge
from conformance.verdict import Failure, Observation, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from conformance.catalogue import Catalogue, Code, Endpoint
    from conformance.dialect import Dialect
    from conformance.judge.recorded import Recorded

__all__ = ["failed", "judge_single"]

WELL_FORMED = "api.xml.well-formed"
BY_DEFAULT = "api.xml.by-default"
CHALLENGE = "api.authentication.challenge"
GATE_FORMAT = "api.license.format"
UNAUTHORIZED = 401
UNIQUE, MOST_SHOWN = "unique", 5
# RFC 7617, section 2: the realm is required.
_CHALLENGE = re.compile(r"(^|,)\s*basic\s+([^,]*,\s*)*?realm\s*=", re.IGNORECASE)
REGISTRATION, REGISTRATIONS = "registrations/registration", "/users/registrations/"
ADDRESS = ("contact", "ip", "port", "useragent")
# Where the records of a GET of one object stand, and what names one; beside those of KINDS.
ONE = {"GET /users/registrations/<exten>": (REGISTRATION, "exten")} | {
    sight.one: (sight.path, sight.key)
    for kind in KINDS.values()
    for sight in kind.sights
    if sight.one
}
LISTS = {
    sight.endpoint: (sight.path, sight.key, sight.twice)
    for kind in KINDS.values()
    for sight in kind.sights
    if sight.twice
}


def failed(requirement: str, expected: str, observed: str, *shown: Recorded) -> Observation:
    """An observation that a requirement is broken."""
    failure = Failure(expected, observed, tuple(one.exchange for one in shown))
    return Observation(requirement, Verdict.FAIL, failure=failure)


def judge_single(
    catalogue: Catalogue, one: Recorded, earlier_ids: Collection[str], dialect: Dialect
) -> Iterator[Observation]:
    """Everything that holds of this exchange; a fail only where nothing else explains it."""
    for found in _everything(catalogue, one, earlier_ids, dialect):
        if found.verdict is not Verdict.FAIL:
            yield found
        elif one.doubt:
            yield Observation(found.requirement, Verdict.INCONC, one.doubt)
        elif one.documented:
            yield found


def _everything(
    catalogue: Catalogue, one: Recorded, earlier_ids: Collection[str], dialect: Dialect
) -> Iterator[Observation]:
    yield from _challenge(one)
    if not one.judged or one.answer is Answer.REFUSED:
        return
    for found in judge(catalogue, one.exchange, one.answer, earlier_ids):
        about_id = found.requirement.endswith((".request-id", ".optional"))
        passed = found.verdict is Verdict.PASS
        if about_id and not one.knows_id:
            continue
        if found.requirement == WELL_FORMED and passed and not one.entry.answer.as_sent:
            continue  # whatever encoding it came in is gone
        yield found
    _learn(one, dialect)
    yield from _gate(one)
    if one.endpoint is None or one.exchange.gated:
        return
    yield from _by_default(one)
    yield from _code(one, one.endpoint)
    yield from _records(one, one.endpoint)


def _challenge(one: Recorded) -> Iterator[Observation]:
    if one.exchange.status != UNAUTHORIZED or not one.entry.answer_headers:
        return
    assert one.exchange.response is not None, "there is a status"  # noqa: S101
    challenge = one.exchange.response.header("www-authenticate")
    if _CHALLENGE.search(challenge):
        yield Observation(CHALLENGE, Verdict.PASS)
    else:
        observed = f"HTTP 401, WWW-Authenticate: {challenge or '(none)'}"
        yield failed(CHALLENGE, "401 with a Basic challenge and its realm", observed, one)


def _learn(one: Recorded, dialect: Dialect) -> None:
    if one.resolved.reading and one.exchange.root is not None:
        dialect.see(*one.resolved.reading)


def _gate(one: Recorded) -> Iterator[Observation]:
    exchange, end = one.exchange, one.endpoint
    if not exchange.gated or end is None:
        return
    if end.license_exempt:
        expected = "an answer, whatever the licence's state (RD-48)"
        yield failed(f"{end.slug}.license", expected, exchange.summary(), one)
    elif exchange.validation is not None and exchange.validation.valid:
        yield Observation(GATE_FORMAT, Verdict.PASS)


def _by_default(one: Recorded) -> Iterator[Observation]:
    asked = one.entry.header("accept")
    if one.entry.headers and not asked and one.exchange.root is not None:
        yield Observation(BY_DEFAULT, Verdict.PASS)


# --- codes ------------------------------------------------------------------------------------


def _code(one: Recorded, end: Endpoint) -> Iterator[Observation]:
    """The code that the request calls for by itself, and the one that it rules out."""
    known = one.documented and one.understood and one.entry.sent.data is not None
    if not end.codes or not known:
        return
    number, root = one.exchange.code, one.root
    if root is None:
        if number == 0 and end.method not in {"POST", "PUT"}:
            yield Observation(f"{end.slug}.code-0", Verdict.PASS)
        return
    called_for = [code for code in end.codes if any_of(code.provoked, root)]
    if called_for:
        yield from _called_for(one, end, called_for)
    elif number is not None and not one.faults:
        yield from _not_called_for(one, end, number)


def _called_for(one: Recorded, end: Endpoint, codes: list[Code]) -> Iterator[Observation]:
    number, first = one.exchange.code, codes[0]
    if number is None and (one.exchange.root is not None or one.answer is not Answer.STREAM):
        return  # the schema says that there is no code
    own = {code.code for code in codes}
    if number in own:
        yield Observation(f"{end.slug}.code-{number}", Verdict.PASS)
        return
    requirement = f"{end.slug}.code-{first.code}"
    children = () if one.root is None else one.root
    blocks = [child for child in children if child.tag != "request_id"]
    hollow = bool(blocks) and not any(len(child) for child in blocks)
    if number and (number in _also(one, end, codes) or (hollow and end.code(number))):
        reason = f"code {number} was answered, which may apply as well (RD-16)"
        yield Observation(requirement, Verdict.INCONC, reason)
        return
    wanted = " or ".join(map(str, sorted(own)))
    expected = f"code {wanted}: {first.when}"
    yield failed(requirement, expected, one.exchange.summary(), one)


def _also(one: Recorded, end: Endpoint, codes: list[Code]) -> set[int]:
    """Codes that may come instead: those that the PBX's state calls for, and those of RD-16."""
    assert one.root is not None, "only a document calls for a code"  # noqa: S101
    by_state = {
        code.code
        for code in end.codes
        if code.code
        and not code.provoked
        and (not code.only_if or any_of(code.only_if, one.root) is not False)
    }
    open_ones = {code.code for code in end.codes if any_of(code.provoked, one.root) is None}
    return by_state | open_ones | {other for code in codes for other in code.also}


def _not_called_for(one: Recorded, end: Endpoint, number: int) -> Iterator[Observation]:
    code = end.code(number)
    if code is None or one.root is None:
        return
    if number == 0:
        yield Observation(f"{end.slug}.code-0", Verdict.PASS)
    elif code.only_if and any_of(code.only_if, one.root) is False and end.code(0):
        expected = f"no code {number} ({code.when}), which the request rules out"
        yield failed(f"{end.slug}.code-0", expected, one.exchange.summary(), one)


# --- records ----------------------------------------------------------------------------------


def _records(one: Recorded, end: Endpoint) -> Iterator[Observation]:
    exchange = one.exchange
    if exchange.root is None:
        return
    if end.name in ONE:
        yield from _own_record(one, end)
    if end.name in LISTS and exchange.code is None:
        path, key, requirement = LISTS[end.name]
        keys = Counter((item.findtext(key) or "").strip() for item in exchange.records(path))
        twice = [name for name, times in keys.items() if name and times > 1][:MOST_SHOWN]
        if twice:
            yield failed(requirement, "each once", f"more than once: {', '.join(twice)}", one)
        elif len(keys) > 1 and UNIQUE in requirement:
            yield Observation(requirement, Verdict.PASS)
    if end.path.startswith(REGISTRATIONS):
        yield from _addresses(one, end)


def _own_record(one: Recorded, end: Endpoint) -> Iterator[Observation]:
    """Never an object of another id (RD-13)."""
    path, tag = ONE[end.name]
    wanted = normal_key(one.resolved.key)
    found = [(item.findtext(tag) or "").strip() for item in one.exchange.records(path)]
    others = [name for name in found if normal_key(name) != wanted]
    if others:
        expected = f"no record but that of {one.resolved.key}"
        observed = f"{len(found)} record(s), among them {others[0]!r}"
        yield failed(f"{end.slug}.own-record", expected, observed, one)


def _addresses(one: Recorded, end: Endpoint) -> Iterator[Observation]:
    """A registration that is OK has an address (RD-28)."""
    requirement, seen = f"{end.slug}.ok-has-address", False
    for item in one.exchange.records(REGISTRATION):
        if (item.findtext("status") or "").strip() != "OK":
            continue
        seen = True
        blank = [tag for tag in ADDRESS if not (item.findtext(tag) or "").strip()]
        if blank:
            observed = f"{', '.join(blank)} empty for {(item.findtext('exten') or '').strip()}"
            yield failed(requirement, f"{', '.join(ADDRESS)} where it is OK", observed, one)
            return
    if seen:
        yield Observation(requirement, Verdict.PASS)
