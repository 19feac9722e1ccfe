"""Call records in foreign recordings: masking, what was asked for, CSV beside XML."""

from __future__ import annotations

import pytest

from conformance.verdict import Verdict
from tests.judge.made import Recording, answer, request, verdicts

DIGEST = "0" * 32
TAGS = (
    "unique_id", "id", "direction", "caller_num", "caller_name", "called_num", "called_name",
    "called_callgroup", "gateway_id", "gateway_name", "status", "billsec", "start", "answer",
    "end", "duration",
)  # fmt: skip
INBOUND = {
    "unique_id": "u1", "id": "1", "direction": "1", "caller_num": "0551234XXX", "caller_name": "",
    "called_num": "101", "called_name": "", "called_callgroup": "", "gateway_id": "3",
    "gateway_name": "line", "status": "8", "billsec": "60", "start": "2026-01-10 10:00:00",
    "answer": "2026-01-10 10:00:05", "end": "2026-01-10 10:01:05", "duration": "65",
}  # fmt: skip
OPEN = INBOUND | {"caller_num": "0551234567", "caller_name": "Ada"}
BEGIN, END = "2026-01-10 00:00:00", "2026-01-11 00:00:00"
CSV = {"Accept": "text/csv"}


def call(**changes: str) -> str:
    row = INBOUND | changes
    return "<call>" + "".join(f"<{tag}>{row[tag]}</{tag}>" for tag in TAGS) + "</call>"


def said(*calls: str) -> str:
    block = "<error_code><code>0</code><message>Success</message></error_code>"
    return answer(f"<cdr>{block}<calls>{''.join(calls)}</calls></cdr>")


def asked(inner: str = "", *, password: bool = False, begin: str = BEGIN, end: str = END) -> str:
    secret = f"<privacy_password>{DIGEST}</privacy_password>" if password else ""
    return request(f"<cdr>{secret}<begin>{begin}</begin><end>{end}</end>{inner}</cdr>")


def one(body: str, *calls: str) -> Recording:
    return Recording().add("POST /cdr", said(*calls), body)


def fails(recording: Recording) -> set[str]:
    return set(verdicts(recording.judge()))


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    lines = [delimiter.join(TAGS), *(delimiter.join(row[tag] for tag in TAGS) for row in rows)]
    return "\r\n".join(lines) + "\r\n"


def test_masked_as_it_should_be() -> None:
    found = one(asked(), call()).judge()
    passed = verdicts(found, Verdict.PASS)
    assert {"cdr.post.masked-numbers", "cdr.post.masked-names"} <= set(passed)
    assert "cdr.post.internal-numbers-whole" in passed
    assert verdicts(found) == {}


@pytest.mark.parametrize(
    ("changes", "requirement"),
    [
        ({"caller_num": "0551234567"}, "masked-numbers"),
        ({"caller_num": "05512345XX"}, "masked-numbers"),
        ({"direction": "2", "caller_num": "101", "called_num": "0551234567"}, "masked-numbers"),
        ({"direction": "2", "caller_num": "XXX", "called_num": "055XXX"}, "internal-numbers-whole"),
        ({"caller_name": "Ada"}, "masked-names"),
        ({"called_name": "Ada"}, "masked-names"),
    ],
)
def test_what_the_masks_should_hide(changes: dict[str, str], requirement: str) -> None:
    assert fails(one(asked(), call(**changes))) == {f"cdr.post.{requirement}"}


@pytest.mark.parametrize("number", ["", "12", "anonymous", "+390551234XXX"])
def test_numbers_that_are_not_judged_or_right(number: str) -> None:
    assert fails(one(asked(), call(caller_num=number))) == set()


def test_with_the_password_numbers_are_whole() -> None:
    assert fails(one(asked(password=True), call(**OPEN))) == set()
    masked = one(asked(password=True), call())
    assert fails(masked) == {"cdr.post.unmasked-with-password"}


def test_calls_outside_of_the_interval() -> None:
    late = call(end="2026-01-12 10:00:00")
    assert fails(one(asked(), late)) == {"cdr.post.interval"}
    assert fails(one(asked("<start_flag>true</start_flag>"), late)) == set()
    early = call(start="2026-01-09 23:00:00")
    assert fails(one(asked("<start_flag>true</start_flag>"), early)) == {"cdr.post.start-flag-true"}
    assert fails(one(asked(end="2026-01-10 10:01:05"), call())) == set(), "the edge is left open"


@pytest.mark.parametrize(
    ("filters", "requirement"),
    [
        ("<status>4</status>", "filter-status"),
        ("<gateway_name>other</gateway_name>", "filter-gateway-name"),
        ("<gateway_name>%x</gateway_name>", "wildcard-start"),
        ("<gateway_name>x%</gateway_name>", "wildcard-end"),
        ("<gateway_name>%x%</gateway_name>", "wildcard-both"),
        ("<gateway_name>line</gateway_name><status>4</status>", "filters-combined"),
    ],
)
def test_calls_that_a_filter_leaves_out(filters: str, requirement: str) -> None:
    body = asked(f"<filter>{filters}</filter>")
    assert fails(one(body, call())) == {f"cdr.post.{requirement}"}


@pytest.mark.parametrize(
    "filters",
    [
        "<gateway_name>line</gateway_name>",
        "<gateway_name>LINE</gateway_name>",
        "<gateway_name/>",
        "<gateway_name>li%ne</gateway_name>",
        "<gateway_name>l_ne</gateway_name>",
        "<gateway_id>03</gateway_id>",
        "<caller_num>0551234999</caller_num>",
        "<caller_name>Ada</caller_name>",
        "<any>Ada</any><status>4</status>",
        '<called_num>"101"</called_num>',
    ],
)
def test_filters_that_fit_or_that_the_guide_leaves_open(filters: str) -> None:
    assert fails(one(asked(f"<filter>{filters}</filter>"), call())) == set()


def test_calls_stand_beside_success_alone() -> None:
    found = one(asked(), call())
    assert "cdr.post.calls-only-on-success" in verdicts(found.judge(), Verdict.PASS)


def test_an_answered_call_has_the_time_of_its_answer() -> None:
    assert fails(one(asked(), call(answer=""))) == {"cdr.post.answer"}
    assert fails(one(asked(), call(answer="", status="4", billsec="0"))) == set()


def test_the_order_of_times_is_judged_by_many_calls_alone() -> None:
    odd = call(start="2026-01-10 10:01:30", answer="2026-01-10 10:01:00")
    assert fails(one(asked(), *[odd] * 5)) == set()
    assert "cdr.post.course" in fails(one(asked(), *[odd] * 30))


def csv(recording: Recording, text: str, body: str, **how: str) -> Recording:
    kind = how.get("kind", "text/csv")
    return recording.add("POST /cdr", text, body, headers=CSV, kind=kind)


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("first", ["csv", "xml"])
def test_csv_and_xml_of_equal_requests(delimiter: str, first: str) -> None:
    for row, expected in ((INBOUND, set()), (INBOUND | {"billsec": "61"}, {"cdr.post.csv"})):
        recording, text = Recording(), table(row, delimiter=delimiter)
        if first == "csv":
            csv(recording, text, asked())
        recording.add("POST /cdr", said(call()), asked())
        if first == "xml":
            csv(recording, text, asked())
        assert fails(recording) == expected


def test_csv_of_another_request_is_not_compared() -> None:
    recording = Recording().add("POST /cdr", said(call()), asked())
    csv(recording, table(INBOUND | {"billsec": "61"}), asked(end="2026-01-10 23:00:00"))
    assert fails(recording) == set()


def test_csv_of_an_interval_that_goes_on_is_not_compared() -> None:
    body = asked(end="2026-03-04 23:59:59")
    recording = Recording().add("POST /cdr", said(call()), body)
    assert fails(csv(recording, table(INBOUND, INBOUND), body)) == set()


@pytest.mark.parametrize("date", ["Mon, 01 Jan 0001 00:00:00 +1400", "soon", ""])
def test_an_odd_date_is_no_harm(date: str) -> None:
    recording = Recording().add("POST /cdr", said(call()), asked())
    recording.entries[0]["response"]["headers"].append({"name": "Date", "value": date})
    assert fails(csv(recording, table(INBOUND), asked())) == set()


def test_csv_that_is_none() -> None:
    assert fails(csv(Recording(), "a,b\r\n1,2\r\n", asked())) == {"cdr.post.csv"}
    as_html = csv(Recording(), table(INBOUND), asked(), kind="text/html")
    assert fails(as_html) == {"cdr.post.csv-content-type"}
    assert fails(csv(Recording(), table(INBOUND), asked(), kind="text/plain")) == set()


def test_the_password_changes_nothing_but_what_it_hides() -> None:
    recording = Recording().add("POST /cdr", said(call()), asked())
    same = Recording(list(recording.entries)).add(
        "POST /cdr", said(call(**OPEN)), asked(password=True)
    )
    assert fails(same) == set()
    other = OPEN | {"billsec": "59"}
    recording.add("POST /cdr", said(call(**other)), asked(password=True))
    assert fails(recording) == {"cdr.post.masking-changes-nothing-else"}


def queue(tag: str, inner: str) -> str:
    return request(f"<{tag}>{inner}</{tag}>")


@pytest.mark.parametrize("tag", ["cdrcallercenter", "cdrcallcenter"])
def test_the_queues_tag_is_judged_once_it_is_known(tag: str) -> None:
    block = "<error_code><code>{}</code><message>{}</message></error_code>"
    success = block.format(0, "Success")
    refused = answer(f"<{tag}>{block.format(11, 'Invalid date time interval')}</{tag}>")
    inner = f"<begin>{BEGIN}</begin><end>{END}</end>"
    backwards = f"<begin>{END}</begin><end>{BEGIN}</end>"
    row = (
        "<call><id>1</id><direction>1</direction><caller_num>055XXX</caller_num>"
        "<called_num>9</called_num><operator/><gateway_id>1</gateway_id><gateway_name>l"
        "</gateway_name><waiting_time>1</waiting_time><conversation_time>0</conversation_time>"
        "<status>4</status><start>2026-02-01 10:00:00</start><answer/>"
        "<end>2026-02-01 10:01:00</end></call>"
    )
    shown = answer(f"<{tag}>{success}<calls>{row}</calls></{tag}>")
    line = "POST /cdrcallcenter"
    unknown = Recording().add(line, shown, queue(tag, inner))
    assert "cdrcallcenter.post.interval" not in fails(unknown)
    known = (
        Recording().add(line, shown, queue(tag, inner)).add(line, refused, queue(tag, backwards))
    )
    assert "cdrcallcenter.post.interval" in fails(known)
