"""What is put together as one cause, and what comes first."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.bugreport.case import safety_of, title_of
from conformance.bugreport.causes import SEVERITIES, causes_of
from conformance.bugreport.raw import raw
from tests.gate.made import row

POST = "POST /users/configs/"
BODY = "<kpbx_request><request_id>{}</request_id><user><exten>9000</exten></user></kpbx_request>"
ANSWER = "<kpbx_response><user><error><code>{}</code></error></user></kpbx_response>"


def exchange(request_id: str, answer: str | None = None, **more: Any) -> dict[str, Any]:
    body = ANSWER.format(0) if answer is None else answer
    response = {"status": 200, "headers": {}, "body": body}
    return {
        "method": "POST",
        "path": "/rest/users/configs/",
        "headers": {},
        "body": BODY.format(request_id),
        "broken": "",
        "lost": "",
        "response": response,
        "curl": "",
        **more,
    }


def failed(name: str, observed: str, last: dict[str, Any], expected: str = "e", **more: Any) -> Any:
    failure = {"expected": expected, "observed": observed, "exchanges": [last]}
    return row(f"users.configs.post.{name}", "fail", failure=failure, **more)


def groups(*rows: Any) -> list[list[str]]:
    return [[one["id"].rpartition(".")[2] for one in cause.rows] for cause in causes_of(rows)]


def test_one_exchange_that_shows_the_same_twice_is_one_cause() -> None:
    one = exchange("a1", "<x>")
    rows = [failed(name, "line 1: bad", one) for name in ("response-schema", "well-formed")]
    rows[1] |= {"id": "api.xml.well-formed", "endpoint": None}
    assert len(groups(*rows)) == 1


def test_requests_alike_answered_alike_of_which_the_same_was_expected_are_one_cause() -> None:
    rows = [
        failed("code-0", "code 14", exchange("a1", ANSWER.format(14))),
        failed("listed", "code 14", exchange("b2", ANSWER.format(14))),
    ]
    assert groups(*rows) == [["listed", "code-0"]]


@pytest.mark.parametrize(
    "other",
    [
        failed("code-12", "code 0", exchange("b2"), expected="code 12"),
        failed("code-11", "code 14", exchange("b2", ANSWER.format(14)), expected="code 11"),
        failed("stored", "name differs", exchange("b2"), expected="code 11"),
        failed("code-10", "code 0", exchange("b2", body="<kpbx_request/>"), expected="code 11"),
        failed("code-13", "code 0", exchange("b2"), expected="code 11", endpoint="PUT /x"),
        failed("code-14", "code 0", exchange("b2", broken="no name"), expected="code 11"),
    ],
    ids=["expected", "answer", "observed", "form", "endpoint", "broken"],
)
def test_whatever_else_differs_makes_two(other: Any) -> None:
    one = failed("code-11", "code 0", exchange("a1"), expected="code 11")
    assert len(groups(one, other)) == 2


def test_an_answer_that_holds_nothing_is_the_cause_of_all_that_was_expected_of_it() -> None:
    gone: dict[str, Any] = {"response": None, "lost": "closed"}
    rows = [
        failed("response-schema", "no answer: closed", exchange("a1", **gone)),
        failed("code-0", "no answer (closed)", exchange("b2", **gone), expected="code 0"),
    ]
    assert groups(*rows) == [["response-schema", "code-0"]] or groups(*rows) == [
        ["code-0", "response-schema"]
    ]
    empty: dict[str, Any] = {"response": {"status": 500, "headers": {}, "body": ""}}
    rows = [
        failed("response-schema", "HTTP 500 without", exchange("a1", **empty)),
        failed("code-0", "HTTP 500, 0 bytes", exchange("b2", **empty), expected="code 0"),
    ]
    assert len(groups(*rows)) == 1


GATE = "REST APIs and KalliopePBX license activation"
OPEN = "<kpbx_response><request_id>a</request_id><users/></kpbx_response>"
GATED = "<kpbx_response><request_not_allowed><error><code>2</code></error></request_not_allowed>"


def ungated(end: str, answer: str, **more: Any) -> Any:
    wide = {"id": f"{end}.license", "endpoint": end, "clause": GATE, "title": "Gated"}
    return failed("license", f"{end} is open", exchange(end, answer), **wide | more)


def test_a_sentence_about_all_endpoints_broken_in_one_way_is_one_cause() -> None:
    rows = [ungated("PUT /a", OPEN), ungated("GET /b", OPEN, safety="read")]
    (cause,) = causes_of(rows)
    assert cause.endpoints == ["GET /b", "PUT /a"], "the most harmless is tried first"
    assert title_of(cause) == "2 endpoints break: Gated"
    assert safety_of(cause) == ["read"], "what is not allowed of the others stays undecided"


@pytest.mark.parametrize(
    "other",
    [
        ungated("PUT /b", GATED),
        ungated("PUT /b", ""),
        ungated("PUT /b", OPEN, title="Answers whatever the licence's state"),
        ungated("PUT /b", OPEN, expected="code 1"),
        ungated("PUT /b", OPEN, clause="PUT /b"),
    ],
    ids=["another code", "no answer", "another sentence", "expected", "the endpoint's own"],
)
def test_broken_in_another_way_it_is_another(other: Any) -> None:
    assert len(causes_of([ungated("PUT /a", OPEN), other])) == 2


def test_finds_of_two_searches_are_two_causes() -> None:
    rows = [failed("code-0", "code 14", exchange(one)) for one in ("a1", "b2")]
    assert len(groups(*rows)) == 1
    for number, one in enumerate(rows):
        one["failure"]["drawn"] = {"search": f"search {number}"}
    assert len(groups(*rows)) == 2


def test_without_exchanges_nothing_is_put_together() -> None:
    rows = [failed("code-0", "same", exchange("a")), failed("code-11", "same", exchange("a"))]
    for one in rows:
        one["failure"]["exchanges"] = []
    assert len(groups(*rows)) == 2


def test_the_worst_comes_first_and_what_only_a_search_found_last() -> None:
    names = ["message-0", "response-schema", "code-0", "twice", "stored", "authentication"]
    rows = [failed(name, name, exchange(name), expected=name) for name in names]
    lost = failed("text", "gone", exchange("l", response=None, lost="closed"))
    found = failed("others-untouched", "x", exchange("s"), core="pass")
    wanted = ["authentication", "stored", "text", "twice", "code-0", "response-schema", "message-0"]
    assert groups(found, *rows, lost) == [[name] for name in [*wanted, "others-untouched"]]


def test_every_kind_of_failure_has_its_place() -> None:
    names = ("code-0", "anything")
    causes = causes_of([failed(name, name, exchange(name), expected=name) for name in names])
    assert [SEVERITIES[one.severity].what for one in causes] == [
        "what it does or shows",
        "another application code",
    ]


def test_the_lab_conditions_of_a_request_stand_above_it() -> None:
    text = raw([exchange("a"), exchange("b")], "http://192.0.2.1", conditions=[[], ["power"]])
    assert text.count("# under the lab condition power\nPOST /rest/users/configs/") == 1
    assert text.index("### 2 of 2") < text.index("# under")
