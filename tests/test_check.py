"""A check while it runs: what it states, how it ends, what it puts back."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from conformance import catalogue
from conformance.check import Answer, Check
from conformance.errors import LabError
from conformance.evidence import LONGEST_SEQUENCE
from conformance.sut import FIRST_CONTACT
from conformance.verdict import Inconclusive, NonConformance, NotRun, Observation, Verdict
from tests.support import Canned, FakeLab, StubPbx, drop, error, kpbx, sut_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support import Answer as Scripted
    from tests.support import Script, ScriptedServer

    Start = Callable[[Script], ScriptedServer]

GUIDE = catalogue.load()
PASS, FAIL, INCONC, NONE = Verdict.PASS, Verdict.FAIL, Verdict.INCONC, Verdict.NONE
PENDING = "pbx.pending.get"
CREATE = "users.configs.post"
CHANGE = "users.configs.exten.put"
USER = {"user": {"sip_secret": "x", "first_name": "a", "last_name": "b"}}
DONE = error("user", 0, "Success")
MISSING = error("user", 15, "User does not exist")


@pytest.fixture
def begin(scripted: Start) -> Any:
    """Begin a check against a PBX with these answers."""

    def make(
        table: dict[str, str | Scripted] | None = None, *claims: str, lab: FakeLab | None = None
    ) -> Check:
        sut = sut_on(scripted(StubPbx(table or {})), lab=lab)
        return Check(sut, [GUIDE.requirements[name] for name in claims])

    return make


def change(check: Check, exten: str = "9000", **how: Any) -> Any:
    return check.call("PUT /users/configs/<exten>", USER, key=exten, **how)


def verdicts(check: Check, verdict: Verdict = PASS, reason: str = "") -> dict[str, Verdict]:
    """End the check and weigh what it found as a ledger does: the strongest verdict stands."""
    check.end(verdict, reason)
    found: dict[str, Verdict] = {}
    for item in check.settle():
        assert item.requirement in GUIDE.requirements
        if item.verdict is NONE and item.remarks and not item.reason:
            continue
        before = found.get(item.requirement, NONE)
        found[item.requirement] = max(before, item.verdict, key=lambda one: one.rank)
    return found


def only(check: Check, requirement: str) -> Observation:
    (found,) = [item for item in check.observations if item.requirement == requirement]
    return found


# --- how it ends -------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", Verdict)
def test_what_a_check_claims_and_does_not_decide_gets_the_verdict_of_its_end(
    begin: Any, verdict: Verdict
) -> None:
    check = begin({}, f"{CREATE}.code-0", f"{CREATE}.code-11")
    check.passed(f"{CREATE}.code-0")
    found = verdicts(check, verdict, "why")
    assert found == {f"{CREATE}.code-0": PASS, f"{CREATE}.code-11": verdict}
    assert only(check, f"{CREATE}.code-11").reason == "why"


def test_a_failure_leaves_the_other_claims_undecided(begin: Any) -> None:
    check = begin({}, f"{CREATE}.code-0", f"{CREATE}.code-11")
    with pytest.raises(NonConformance, match="code-0: expected white; black"):
        check.fail(f"{CREATE}.code-0", "white", "black")
    assert verdicts(check, INCONC) == {f"{CREATE}.code-0": FAIL, f"{CREATE}.code-11": INCONC}


def test_that_passes_in_silence_and_fails_aloud(begin: Any) -> None:
    check = begin({}, f"{PENDING}.response-schema")
    check.that(f"{PENDING}.response-schema", "true", "a", "b")
    assert not check.observations
    falsehoods: tuple[object, ...] = (False, None, [], "", 0)
    for false in falsehoods:
        with pytest.raises(NonConformance):
            check.that(f"{PENDING}.response-schema", false, "a", "b")


def test_soft_statements_go_on(begin: Any) -> None:
    check = begin({}, f"{CREATE}.code-0", f"{CREATE}.code-11", f"{CREATE}.code-12")
    assert check.soft(f"{CREATE}.code-0", True, "a", "b") is True
    assert check.soft(f"{CREATE}.code-11", False, "a", "b") is False
    assert check.soft(f"{CREATE}.code-11", True, "a", "b") is True
    assert verdicts(check) == {
        f"{CREATE}.code-0": PASS,
        f"{CREATE}.code-11": FAIL,
        f"{CREATE}.code-12": PASS,
    }


def test_a_check_that_was_never_reached_is_the_harness_fault(begin: Any) -> None:
    check = begin({}, f"{CREATE}.code-0")
    (found,) = check.settle()
    assert found.verdict is Verdict.ERROR


def test_the_ways_out(begin: Any) -> None:
    check = begin()
    with pytest.raises(Inconclusive, match="no data"):
        check.inconclusive("no data")
    with pytest.raises(NotRun, match="no key"):
        check.not_run("no key")


# --- codes -------------------------------------------------------------------------------------


def test_expect_code(begin: Any) -> None:
    check = begin({"PUT /users/configs/9000": DONE, "PUT /users/configs/9001": MISSING})
    check.expect_code(change(check), 0)
    check.expect_code(change(check, "9001"), 15)
    with pytest.raises(NonConformance) as caught:
        check.expect_code(change(check, "9001"), 0)
    failure = caught.value.failure
    assert caught.value.requirement == f"{CHANGE}.code-0"
    assert failure.expected.startswith("code 0 (Success)")
    assert "code 15 'User does not exist'" in failure.observed
    assert verdicts(check)[f"{CHANGE}.code-0"] is FAIL


def test_expect_code_with_others_that_apply_as_well(begin: Any) -> None:
    check = begin({"PUT /users/configs/9000": MISSING}, f"{CHANGE}.code-10")
    with pytest.raises(Inconclusive, match=r"code 15 .* \(RD-16\)"):
        check.expect_code(change(check), 10, also={15, 16})
    assert verdicts(check)[f"{CHANGE}.code-10"] is INCONC
    with pytest.raises(NonConformance):
        check.expect_code(change(check), 10, also={16})


@pytest.mark.parametrize(
    "answer",
    [
        "<user/>",
        error("request_not_allowed", 15, "User does not exist"),
        Canned(b"", 500),
        Canned(b"", 404, None),
        error("user", 0, "Success"),
    ],
)
def test_an_answer_without_the_code_is_not_the_code(begin: Any, answer: Scripted | str) -> None:
    check = begin({"PUT /users/configs/9000": answer})
    with pytest.raises(NonConformance, match=f"{CHANGE}.code-15"):
        check.expect_code(change(check), 15)


def test_expect_rejected(begin: Any) -> None:
    check = begin(
        {
            "DELETE /pbx/callgroups/incoming": error("callgroup", 17, "Callgroup not deleted"),
            "DELETE /pbx/callgroups/1": error("callgroup", 0, "Success"),
            "DELETE /pbx/callgroups/2": error("callgroup", 99, "No"),
            "DELETE /pbx/callgroups/3": error("request_not_allowed", 15, "x"),
        }
    )
    name = "pbx.callgroups.callgroupid.delete.code-17"

    def delete(key: str) -> Any:
        return check.call("DELETE /pbx/callgroups/<callgroupid>", key=key)

    check.expect_rejected(name, delete("incoming"))
    for key in "123":
        with pytest.raises(NonConformance):
            check.expect_rejected(name, delete(key))


# --- every answer is judged --------------------------------------------------------------------


def test_oracles_judge_what_the_check_does_not_look_at(begin: Any) -> None:
    wrong = error("user", 15, "No such user")
    check = begin({"PUT /users/configs/9000": wrong}, f"{CHANGE}.code-15")
    check.expect_code(change(check), 15)
    assert verdicts(check) == {
        f"{CHANGE}.code-15": PASS,
        f"{CHANGE}.message-15": FAIL,
        f"{CHANGE}.response-schema": Verdict.NONE,
        f"{CHANGE}.request-id": PASS,
        "api.xml.well-formed": PASS,
    }


def test_the_request_id_of_an_earlier_request_is_known(begin: Any) -> None:
    check = begin({"GET /pbx/pending": kpbx("<pbx_pending>false</pbx_pending>", "stale1")})
    assert check.call("GET /pbx/pending", request_id="stale1").request_id in check.sut.sent_ids
    check.call("GET /pbx/pending", request_id=None)
    assert verdicts(check)["api.request-id.optional"] is FAIL


def test_the_same_pass_is_kept_once(begin: Any) -> None:
    check = begin()
    for _ in range(5):
        check.call("GET /pbx/pending")
    names = [item.requirement for item in check.settle()]
    assert len(names) == len(set(names))


# --- no answer ---------------------------------------------------------------------------------


def test_a_lost_answer_fails_while_the_pbx_is_still_there(begin: Any) -> None:
    check = begin({"PUT /users/configs/9000": drop()}, f"{CHANGE}.code-0")
    with pytest.raises(NonConformance):
        change(check)
    assert verdicts(check, INCONC)[f"{CHANGE}.response-schema"] is FAIL
    assert not check.sut.dead


def test_a_lost_answer_of_a_pbx_that_is_gone_marks_it_dead(
    begin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.check.RETURN_AFTER_LOSS_S", 0.2)
    gone = {name: drop() for name in ("PUT /users/configs/9000", *FIRST_CONTACT)}
    check = begin(gone)
    with pytest.raises((NonConformance, Inconclusive)):
        change(check)
    assert "PUT /rest/users/configs/9000" in check.sut.dead


def test_one_endpoint_that_never_answers_is_no_pbx_that_is_gone(begin: Any) -> None:
    check = begin({"PUT /users/configs/9000": drop(), "GET /system/firmware": drop()})
    with pytest.raises(NonConformance):
        change(check)
    assert not check.sut.dead


def test_a_connection_may_be_lost_where_the_request_restarts_the_pbx(begin: Any) -> None:
    check = begin({"PUT /system/restart": drop()}, "system.restart.put.response-schema")
    exchange = check.call("PUT /system/restart", may_be_lost=True)
    assert exchange.response is None
    assert check.exchanges == [exchange]


# --- the sequence of a failure -----------------------------------------------------------------


def shown(failure: Any) -> list[str]:
    return [f"{item.request.method} {item.request.path}" for item in failure.exchanges]


def test_a_failure_keeps_what_changed_something_before_it(begin: Any) -> None:
    check = begin({"PUT /users/configs/9000": DONE, "PUT /users/configs/9001": MISSING})
    change(check)
    check.call("GET /pbx/pending", request_id=None)
    last = change(check, "9001")
    with pytest.raises(NonConformance) as caught:
        check.expect_code(last, 0)
    wanted = ["PUT /rest/users/configs/9000", "PUT /rest/users/configs/9001"]
    assert shown(caught.value.failure) == wanted


def test_what_came_after_the_failing_exchange_is_left_out(begin: Any) -> None:
    check = begin({"PUT /users/configs/9000": DONE, "PUT /users/configs/9001": MISSING})
    judged = change(check)
    change(check, "9001")
    check.soft(f"{CHANGE}.code-0", False, "a", "b", judged)
    failure = only(check, f"{CHANGE}.code-0").failure
    assert failure is not None
    assert shown(failure) == ["PUT /rest/users/configs/9000"]


def test_an_oracle_s_failure_has_its_sequence_too(begin: Any) -> None:
    check = begin({"PUT /users/configs/9000": DONE, "GET /pbx/pending": "<pbx_pending/>"})
    change(check)
    check.call("GET /pbx/pending", request_id=None)
    failure = only(check, f"{PENDING}.response-schema").failure
    assert failure is not None
    assert shown(failure) == ["PUT /rest/users/configs/9000", "GET /rest/pbx/pending"]


def test_several_exchanges_are_shown_as_given(begin: Any) -> None:
    check = begin({"PUT /users/configs/9000": DONE})
    one, _, three = (check.call("GET /pbx/pending") for _ in range(3))
    with pytest.raises(NonConformance) as caught:
        check.fail(f"{PENDING}.response-schema", "equal", "different", one, three)
    assert caught.value.failure.exchanges == (one, three)


def test_a_sequence_is_no_longer_than_a_reader_can_bear(begin: Any) -> None:
    check = begin({"PUT /users/configs/9000": DONE})
    for _ in range(LONGEST_SEQUENCE + 5):
        last = change(check)
    with pytest.raises(NonConformance) as caught:
        check.fail(f"{CHANGE}.code-0", "a", "b", last)
    assert len(caught.value.failure.exchanges) == LONGEST_SEQUENCE
    assert caught.value.failure.exchanges[-1] is last


def test_without_an_exchange_the_last_one_is_shown(begin: Any) -> None:
    check = begin()
    last = check.call("GET /pbx/pending")
    with pytest.raises(NonConformance) as caught:
        check.fail(f"{PENDING}.response-schema", "a", "b")
    assert caught.value.failure.exchanges == (last,)


# --- remarks -----------------------------------------------------------------------------------


def test_remarks_decide_nothing_and_are_kept_once(begin: Any) -> None:
    check = begin({}, f"{PENDING}.license")
    for _ in range(2):
        check.remark(f"{PENDING}.license", "odd")
    check.end(PASS, "")
    rows = [item for item in check.settle() if item.requirement == f"{PENDING}.license"]
    assert [(item.verdict, item.remarks) for item in rows] == [(PASS, []), (NONE, ["odd"])]


# --- RD-13 -------------------------------------------------------------------------------------

ONE = "GET /users/brief/<exten>"
ONE_SLUG = "users.brief.exten.get"
RECORD = (
    "<user><exten>101</exten><enabled>true</enabled><first_name>a</first_name>"
    "<last_name>b</last_name></user>"
)


@pytest.mark.parametrize(
    ("answer", "form"),
    [
        ("<users/>", "an empty list"),
        (error("users", 15, "User does not exist"), "an error block"),
        (Canned(b"nothing here", 404, "text/plain"), "HTTP 404"),
        (kpbx("<users/>", status=404), "HTTP 404"),
    ],
)
def test_permitted_answers_for_an_unknown_object(
    begin: Any, answer: Scripted | str, form: str
) -> None:
    check = begin({"GET /users/brief/9000": answer}, f"{ONE_SLUG}.response-schema")
    exchange = check.call(ONE, key="9000", answer=Answer.UNKNOWN_OBJECT, request_id=None)
    check.unknown_object(f"{ONE_SLUG}.response-schema", exchange, "users/user")
    assert check.sut.dialect.get("RD-13") == form
    assert FAIL not in verdicts(check).values()
    remarks = [text for item in check.observations for text in item.remarks]
    assert any(form in text and "RD-13" in text for text in remarks)


@pytest.mark.parametrize(
    "answer",
    [
        f"<users>{RECORD}</users>",
        Canned(b"", 500, None),
        Canned(b"<html/>", 200, "text/html"),
        Canned(b"", 200),
        "<users><user/></users>",
        "",
    ],
)
def test_other_answers_for_an_unknown_object(begin: Any, answer: Scripted | str) -> None:
    check = begin({"GET /users/brief/9000": answer})
    exchange = check.call(ONE, key="9000", answer=Answer.UNKNOWN_OBJECT)
    with pytest.raises(NonConformance):
        check.unknown_object(f"{ONE_SLUG}.response-schema", exchange, "users/user")


# --- conditions and the way out ----------------------------------------------------------------


class Boom(Exception):
    """Something nobody foresaw."""


@pytest.mark.parametrize("problem", [None, Boom, NotRun, Inconclusive])
def test_conditions_end_whatever_happens(begin: Any, problem: type[Exception] | None) -> None:
    lab = FakeLab()
    check = begin(lab=lab)
    expected = pytest.raises(problem) if problem else nullcontext()
    with expected, check.condition("license-missing", "storage-failure"):
        assert lab.switched == [("license-missing", True), ("storage-failure", True)]
        if problem:
            raise problem
    assert lab.switched[2:] == [("storage-failure", False), ("license-missing", False)]


def test_a_condition_that_can_t_be_had_ends_those_before_it(begin: Any) -> None:
    lab = FakeLab(NotRun("can't"), fails_for="storage-failure")
    check = begin(lab=lab)
    with pytest.raises(NotRun), check.condition("license-missing", "storage-failure"):
        pytest.fail("the block must not run")
    assert lab.switched[-1] == ("license-missing", False)
    assert ("storage-failure", False) not in lab.switched


def test_exits_run_last_in_first_out_whatever_happens(begin: Any) -> None:
    check = begin()
    done: list[str] = []
    check.on_exit(lambda: done.append("first"))

    def fails() -> None:
        raise NonConformance("x", failure)

    with pytest.raises(NonConformance) as caught:
        check.fail(f"{PENDING}.response-schema", "a", "b")
    failure = caught.value.failure
    check.on_exit(fails)
    check.on_exit(lambda: done.append("last"))
    check.finish()
    assert done == ["last", "first"]
    assert len(check.leftovers) == 1
    assert "expected a; b" in check.leftovers[0]


@pytest.mark.parametrize("problem", [LabError("the hook failed"), Boom("unforeseen")])
def test_a_problem_in_one_exit_does_not_keep_the_others_from_running(
    begin: Any, problem: Exception
) -> None:
    check = begin()
    done: list[str] = []

    def fails() -> None:
        raise problem

    check.on_exit(lambda: done.append("first"))
    check.on_exit(fails)
    try:
        check.finish()
    except (LabError, Boom):
        assert not check.leftovers
    assert done == ["first"]
