"""Call records over HTTP: periods, filters, masking, CSV, both versions of the API."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import astuple

import pytest
from lxml import etree

from conformance.emulator.access import md5
from conformance.emulator.calls import CallRecord
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes
from tests.emulator.talk import Talk

PASSWORD = f"<privacy_password>{md5(EmulatorSettings().privacy_password)}</privacy_password>"
ALWAYS = "<begin>2000-01-01 00:00:00</begin><end>2100-01-01 00:00:00</end>"


def calls(talk: Talk, inside: str) -> list[dict[str, str]]:
    answer = talk.ask("POST", "/cdr", f"<cdr>{inside}</cdr>")
    assert answer.findtext("cdr/error_code/code") == "0"
    return [
        {str(child.tag): child.text or "" for child in call}
        for call in answer.iterfind("cdr/calls/call")
    ]


def ids(talk: Talk, inside: str) -> list[str]:
    return [call["id"] for call in calls(talk, inside)]


@pytest.fixture
def records(server: EmulatorServer) -> list[CallRecord]:
    return server.pbx.calls


def test_everything_with_the_password(talk: Talk, records: list[CallRecord]) -> None:
    got = calls(talk, PASSWORD + ALWAYS)
    assert len(got) == len(records) == 400
    for call, record in zip(got, records, strict=True):
        assert call == {tag: getattr(record, tag) for tag in call}


def test_masking(talk: Talk, records: list[CallRecord]) -> None:
    by_id = {record.id: record for record in records}
    for call in calls(talk, ALWAYS):
        record = by_id[call["id"]]
        assert call["caller_name"] == call["called_name"] == ""
        for tag, outside in (("caller_num", "1"), ("called_num", "2")):
            real = getattr(record, tag)
            masked = real[:-3] + "XXX" if real and record.direction == outside else real
            assert call[tag] == masked
    assert any(r.direction == "1" and not r.caller_num for r in records), "none was withheld"


def test_starts_and_ends_in_a_period(talk: Talk, records: list[CallRecord]) -> None:
    over_midnight = [r for r in records if r.start[:10] != r.end[:10]]
    assert len(over_midnight) >= 5
    day = over_midnight[0].start[:10]
    period = f"<begin>{day} 00:00:00</begin><end>{day} 23:59:59</end>"
    started = ids(talk, period + "<start_flag>true</start_flag>")
    ended = ids(talk, period + "<start_flag>false</start_flag>")
    assert started == [r.id for r in records if r.start.startswith(day)]
    assert ended == [r.id for r in records if r.end.startswith(day)]
    assert ended == ids(talk, period)
    assert over_midnight[0].id in set(started) - set(ended)


def test_both_ends_of_a_period_belong_to_it(talk: Talk, records: list[CallRecord]) -> None:
    one = records[7]
    period = f"<begin>{one.end}</begin><end>{one.end}</end>"
    assert one.id in ids(talk, period)


def test_the_default_period_is_this_month(
    talk: Talk, server: EmulatorServer, records: list[CallRecord]
) -> None:
    month = f"{server.pbx.now():%Y-%m}"
    assert ids(talk, "") == [r.id for r in records if r.end[:7] == month]
    assert ids(talk, "<end/>") == ids(talk, "")


FILTERS: list[tuple[str, Callable[[CallRecord], bool]]] = [
    ("<direction>2</direction>", lambda r: r.direction == "2"),
    ("<status>8</status><direction>4</direction>", lambda r: (r.status, r.direction) == ("8", "4")),
    ("<caller_num>10%</caller_num>", lambda r: r.caller_num.startswith("10")),
    ("<called_num>%7</called_num>", lambda r: r.called_num.endswith("7")),
    ("<caller_name>%ò%</caller_name>", lambda r: "ò" in r.caller_name),
    ("<called_callgroup>%&amp;%</called_callgroup>", lambda r: "&" in r.called_callgroup),
    ("<gateway_id>2</gateway_id>", lambda r: r.gateway_id == "2"),
    ("<gateway_name>GSM</gateway_name>", lambda r: r.gateway_name == "GSM"),
    ("<billsec>0</billsec>", lambda r: r.billsec == "0"),
    ("<unique_id>%1</unique_id>", lambda r: r.unique_id.endswith("1")),
    ("<any>101</any><status>99</status>", lambda r: "101" in astuple(r)),
    ("<caller_num>1%1</caller_num>", lambda _: False),
    ("<caller_num>%</caller_num>", lambda _: True),
    ("<caller_num/><status></status>", lambda _: True),
]


@pytest.mark.parametrize(("inside", "wanted"), FILTERS, ids=[text for text, _ in FILTERS])
def test_filters(
    talk: Talk, records: list[CallRecord], inside: str, wanted: Callable[[CallRecord], bool]
) -> None:
    expected = [record.id for record in records if wanted(record)]
    assert ids(talk, f"{PASSWORD}{ALWAYS}<filter>{inside}</filter>") == expected
    assert expected or "1%1" in inside, "the data hold nothing to find"


def test_a_filter_sees_what_is_masked(talk: Talk, records: list[CallRecord]) -> None:
    number = next(r.caller_num for r in records if r.direction == "1" and r.caller_num)
    (call,) = calls(talk, f"{ALWAYS}<filter><caller_num>{number}</caller_num></filter>")
    assert call["caller_num"] == number[:-3] + "XXX"


@pytest.mark.parametrize("password", ["", PASSWORD])
def test_csv_says_the_same_as_xml(talk: Talk, password: str) -> None:
    xml = calls(talk, password + ALWAYS)
    response = talk.send("POST", "/cdr", f"<cdr>{password}{ALWAYS}</cdr>", Accept="text/csv")
    assert response.headers["content-type"].startswith("text/csv")
    table = csv.DictReader(io.StringIO(response.content.decode(), newline=""))
    assert list(table) == xml


def test_errors_are_xml_even_for_csv(talk: Talk) -> None:
    response = talk.send("POST", "/cdr", "<request_id>9</request_id>", Accept="text/csv")
    assert response.headers["content-type"] == "application/xml"
    assert "<code>12</code>" in response.text
    assert "<calls" not in response.text


@pytest.fixture(scope="module")
def old_talk() -> Iterator[Talk]:
    settings = EmulatorSettings(firmware="3.9.3-2664", users=5, calls=50)
    with EmulatorServer(settings, emulated_routes()) as server, Talk(server.url) as talk:
        yield talk


def test_the_older_api_knows_no_unique_id(old_talk: Talk) -> None:
    everything = calls(old_talk, ALWAYS)
    assert len(everything) == 50
    assert next(iter(everything[0])) == "id"
    assert calls(old_talk, f"{ALWAYS}<filter><unique_id>x</unique_id></filter>") == everything


def test_a_long_record_comes_in_pieces() -> None:
    settings = EmulatorSettings(users=5, calls=12_000)
    with EmulatorServer(settings, emulated_routes()) as server, Talk(server.url) as talk:
        response = talk.send("POST", "/cdr", f"<request_id>é</request_id><cdr>{ALWAYS}</cdr>")
        assert "content-length" not in response.headers
        answer = etree.fromstring(response.content)
        assert [child.tag for child in answer] == ["request_id", "cdr"]
        assert answer.findtext("request_id") == "é"
        assert [child.tag for child in answer[1]] == ["error_code", "calls"]
        listed = [call.findtext("id") for call in answer.iterfind("cdr/calls/call")]
        assert listed == [record.id for record in server.pbx.calls]


def test_some_calls_have_no_unique_id(talk: Talk) -> None:
    everything = calls(talk, ALWAYS)
    without = [call["id"] for call in everything if not call["unique_id"]]
    assert without == [call["id"] for call in everything[: len(without)]]
    assert len(without) == 20
    assert next(iter(everything[0])) == "unique_id"
