"""Call-centre records: details on request, filters, masking."""

from lxml.etree import _Element as Element

from conformance.emulator.access import md5
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from tests.emulator.talk import Talk

PASSWORD = (
    f"<privacy_password>{md5(EmulatorSettings().privacy_password).upper()}</privacy_password>"
)
ALWAYS = "<begin>2000-01-01 00:00:00</begin><end>2100-01-01 00:00:00</end>"


def calls(talk: Talk, inside: str) -> list[Element]:
    answer = talk.ask("POST", "/cdrcallcenter", f"<cdrcallercenter>{inside}</cdrcallercenter>")
    assert answer.findtext("cdrcallercenter/error_code/code") == "0"
    return list(answer.iterfind("cdrcallercenter/calls/call"))


def test_details_come_only_when_asked_for(talk: Talk, server: EmulatorServer) -> None:
    assert all(call.find("details") is None for call in calls(talk, ALWAYS))
    detailed = calls(talk, ALWAYS + "<details>true</details>")
    assert len(detailed) == len(server.pbx.queue_calls) >= 300
    assert {len(call.findall("details/detail")) for call in detailed} == {1, 2, 3}


def test_the_steps_add_up(server: EmulatorServer) -> None:
    for call in server.pbx.queue_calls:
        assert call.details[0].enter_time == call.start
        assert call.answer == call.details[-1].answer_time
        assert bool(call.operator) == bool(call.answer) == (call.status == "8")
        assert call.start < call.end
        assert int(call.waiting_time) == sum(int(step.waiting_time) for step in call.details)


def test_masking_and_filters(talk: Talk, server: EmulatorServer) -> None:
    records = server.pbx.queue_calls
    for shown, record in zip(calls(talk, ALWAYS), records, strict=True):
        masked = record.caller_num[:-3] + "XXX" if record.caller_num else ""
        expected = masked if record.direction == "1" else record.caller_num
        assert shown.findtext("caller_num") == expected
    whole = calls(talk, PASSWORD + ALWAYS)
    assert [c.findtext("caller_num") for c in whole] == [r.caller_num for r in records]
    operator = next(r.operator for r in records if r.operator)
    some = calls(talk, f"{ALWAYS}<filter><operator>{operator}</operator></filter>")
    assert [c.findtext("id") for c in some] == [r.id for r in records if r.operator == operator]
    some = calls(talk, f"{ALWAYS}<filter><any>%ISDN</any><operator>x</operator></filter>")
    assert {c.findtext("gateway_name") for c in some} == {"Linea ISDN"}


def test_the_other_spelling_is_not_known(talk: Talk) -> None:
    assert talk.code("POST", "/cdrcallcenter", "<cdrcallcenter/>") == 12
