"""Single exchanges of foreign recordings: what they prove, and what they leave open."""

from __future__ import annotations

import pytest

from conformance.errors import ConfigurationError
from conformance.verdict import Verdict
from tests.judge.made import Recording, answer, error, har, judged, request, verdicts

FIRMWARE = answer(
    "<firmware><primary>3.9.3-2664</primary><secondary>3.9.5-2891</secondary>"
    "<running>primary</running></firmware>"
)
SUCCESS = error("user", 0, "Success")
MISSING = error("user", 12, "One or more required field missing")
USER = {"exten": "101", "sip_secret": "s3cr3t-of-101", "first_name": "Ada", "last_name": "Byron"}
ADD = "POST /users/configs/"
REGISTERED = (
    "<registrations><registration><exten>101</exten><status>OK</status><rtt>5 ms</rtt>"
    "<contact>sip:101@192.0.2.9</contact><ip>192.0.2.9</ip><port>5060</port>"
    "<useragent>desk</useragent></registration></registrations>"
)


def user(**changes: str | None) -> str:
    fields = {**USER, **changes}
    inside = "".join(f"<{k}>{v}</{k}>" for k, v in fields.items() if v is not None)
    return request(f"<user>{inside}</user>")


def fails(recording: Recording) -> set[str]:
    return set(verdicts(recording.judge()))


def test_an_answer_as_documented_passes() -> None:
    found = Recording().add("GET /pbx/pending", answer("<pbx_pending>true</pbx_pending>")).judge()
    passed = verdicts(found, Verdict.PASS)
    assert {"pbx.pending.get.response-schema", "api.xml.well-formed"} <= set(passed)
    assert "pbx.pending.get.request-id" not in passed
    assert verdicts(found) == {}
    assert found.judged == 1


@pytest.mark.parametrize(
    ("said", "requirement"),
    [
        ("<kpbx_response><pbx_pending>yes</pbx_pending></kpbx_response>", "response-schema"),
        ("<kpbx_response><pbx_pending>true", "response-schema"),
        ("<html/>", "response-schema"),
    ],
)
def test_an_answer_that_breaks_its_schema_fails(said: str, requirement: str) -> None:
    found = Recording().add("GET /pbx/pending", said).judge()
    assert f"pbx.pending.get.{requirement}" in verdicts(found)


def test_a_lost_request_id_fails_in_errors_too() -> None:
    said = error("user", 15, "User does not exist")
    recording = Recording().add("DELETE /users/configs/101?request_id=abc1", said)
    assert fails(recording) == {"users.configs.exten.delete.request-id"}


def test_a_request_id_that_is_not_alphanumeric_is_the_clients_affair() -> None:
    body, pending = request("<request_id>a-b</request_id>"), "<pbx_pending>true</pbx_pending>"
    recording = Recording().add("PUT /pbx/apply", answer("<pbx_applied>no</pbx_applied>"), body)
    found = recording.add("GET /pbx/pending?request_id=a-b", answer(pending)).judge()
    assert set(verdicts(found)) == {"pbx.apply.put.response-schema"}
    assert [fault.entry for fault in found.faults] == [1, 2]
    assert "request_id" in found.faults[0].said[0]


def test_another_requests_id_where_none_was_sent() -> None:
    pending = "<pbx_pending>true</pbx_pending>"
    recording = Recording().add("GET /pbx/pending?request_id=abc1", answer(pending, "abc1"))
    recording.add("GET /pbx/pending", answer(pending, "abc1"))
    assert fails(recording) == {"api.request-id.optional"}


def test_another_message_than_the_documented_one() -> None:
    recording = Recording().add(ADD, error("user", 0, "Done"), user())
    assert fails(recording) == {"users.configs.post.message-0"}


# --- codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", USER)
@pytest.mark.parametrize("value", [None, ""])
def test_a_mandatory_field_that_is_missing_calls_for_code_12(field: str, value: None) -> None:
    body = user(**{field: value})
    good, bad = Recording().add(ADD, MISSING, body), Recording().add(ADD, SUCCESS, body)
    assert "users.configs.post.code-12" in verdicts(good.judge(), Verdict.PASS)
    assert fails(good) == set()
    assert fails(bad) == {"users.configs.post.code-12"}
    assert len(bad.judge().faults) == 1


def test_a_missing_field_may_be_beaten_by_the_state() -> None:
    for code, message in ((11, "User already exists"), (13, "Licensed extensions number reached")):
        found = Recording().add(ADD, error("user", code, message), user(last_name=None)).judge()
        assert verdicts(found) == {}
        assert "users.configs.post.code-12" in verdicts(found, Verdict.INCONC)


def test_no_container_calls_for_its_code() -> None:
    recording = Recording().add(ADD, error("user", 10, "Invalid user request"), request(""))
    assert "users.configs.post.code-10" in verdicts(recording.judge(), Verdict.PASS)
    assert fails(Recording().add(ADD, MISSING, request(""))) == {"users.configs.post.code-10"}


def test_a_code_that_the_request_rules_out() -> None:
    assert fails(Recording().add(ADD, MISSING, user())) == {"users.configs.post.code-0"}
    asked = request("<cdr><begin>2026-01-01 00:00:00</begin><end>2026-01-02 00:00:00</end></cdr>")
    said = error("cdr", 11, "Invalid date time interval", "error_code")
    assert fails(Recording().add("POST /cdr", said, asked)) == {"cdr.post.code-0"}
    said = error("cdr", 3, "Authentication error", "error_code")
    assert fails(Recording().add("POST /cdr", said, asked)) == {"cdr.post.code-0"}


def test_what_only_the_state_decides_is_left_open() -> None:
    for code, message in ((13, "Licensed extensions number reached"), (14, "User not saved")):
        found = Recording().add(ADD, error("user", code, message), user()).judge()
        assert verdicts(found) == {}
        assert f"users.configs.post.code-{code}" not in found.observations


def test_a_request_broken_in_no_documented_way_says_nothing_of_the_pbx() -> None:
    body = request("<user><exten>101</exten><colour>red</colour></user>")
    found = Recording().add(ADD, "<html>what?</html>", body, status=400).judge()
    assert verdicts(found) == {}
    assert found.faults[0].entry == 1
    assert "<colour>" in " ".join(found.faults[0].said)


def test_an_address_that_is_none() -> None:
    body, line = request("<dns><ip_address>1.2.3.999</ip_address></dns>"), "PUT /system/network/dns"
    bad = error("dns", 38, "Invalid network DNS IP address")
    assert fails(Recording().add(line, bad, body)) == set()
    accepted = Recording().add(line, error("dns", 0, "Success"), body)
    assert fails(accepted) == {"system.network.dns.put.code-38"}


# --- the recording's and the network's doing -----------------------------------------------------


@pytest.mark.parametrize("status", [301, 304, 403, 407, 429, 502, 503, 504])
def test_what_stands_between_is_not_the_pbx(status: int) -> None:
    recording = Recording().add("GET /pbx/pending", "<html>proxy</html>", status=status)
    assert fails(recording) == set()


def test_a_5xx_without_the_documented_body_fails() -> None:
    recording = Recording().add("GET /pbx/pending", "<html>oops</html>", status=500)
    assert "pbx.pending.get.response-schema" in fails(recording)


def test_an_answer_that_was_not_kept_decides_nothing() -> None:
    for content in ({}, {"text": "<kpbx_resp", "size": 900}, {"text": "<a>\ufffd", "size": 5}):
        recording = Recording().add("GET /pbx/pending")
        recording.entries[0]["response"]["content"] |= content
        assert fails(recording) == set()


def test_an_aborted_request_decides_nothing() -> None:
    found = Recording().add("GET /pbx/pending", status=0).judge()
    assert (found.judged, found.left_out["without an answer"]) == (0, 1)
    assert found.observations == {}


def test_other_paths_spellings_of_rd_01_and_rd_02_are_tried_by_clients() -> None:
    recording = Recording().add("GET /license/pxbinstance", "nothing here", status=404)
    recording.add("POST /system/network/interfaces", "no such method", status=405)
    assert fails(recording) == set()
    found = (
        Recording()
        .add(
            "GET /license/pbxinstance",
            answer(
                "<pbx_instance_license><license_status>ACTIVE</license_status>"
                "<licensed_exten>40</licensed_exten></pbx_instance_license>"
            ),
        )
        .judge()
    )
    assert verdicts(found) == {}
    assert found.dialect.as_dict() == {"RD-01": "pbxinstance"}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (answer("<users/>"), 200),
        (error("users", 15, "User does not exist"), 200),
        ("nothing like that", 404),
    ],
)
def test_an_object_that_may_be_unknown(said: str, status: int) -> None:
    assert fails(Recording().add("GET /users/brief/999", said, status=status)) == set()


def test_never_an_object_of_another_id() -> None:
    row = "<enabled>true</enabled><first_name>A</first_name><last_name>B</last_name>"
    said = answer(f"<users><user><exten>102</exten>{row}</user></users>")
    assert fails(Recording().add("GET /users/brief/101", said)) == {
        "users.brief.exten.get.own-record"
    }
    assert fails(Recording().add("GET /users/brief/0102", said)) == set()


def test_the_licence_gate() -> None:
    gate = error("request_not_allowed", 1, "License missing")
    found = Recording().add("GET /pbx/pending", gate).judge()
    assert verdicts(found) == {}
    assert {"api.license.message-1", "api.license.format"} <= set(verdicts(found, Verdict.PASS))
    exempt = Recording().add("GET /system/network/dns", gate)
    assert {"system.network.dns.get.license", "system.network.dns.get.response-schema"} == (
        fails(exempt)
    )


def test_a_challenge() -> None:
    recording = Recording().add("GET /pbx/pending", "no", status=401)
    assert fails(recording) == {"api.authentication.challenge"}
    basic = {"name": "WWW-Authenticate", "value": 'Basic realm="pbx"'}
    recording.entries[0]["response"]["headers"].append(basic)
    assert fails(recording) == set()


def test_registrations_that_are_ok_have_an_address() -> None:
    line = "GET /users/registrations/"
    assert fails(Recording().add(line, answer(REGISTERED))) == set()
    without = REGISTERED.replace("<port>5060</port>", "<port/>")
    assert fails(Recording().add(line, answer(without))) >= {
        "users.registrations.get.ok-has-address"
    }


# --- the whole ----------------------------------------------------------------------------------


def test_what_the_client_does_wrong_is_listed() -> None:
    recording = Recording().add("GET /users/brief", "x").add("PATCH /cdr", "x")
    recording.add("GET /nothing", "x").add("GET /pbx/pending?colour=red", "x")
    recording.add("POST /cdr", "x", "no xml").add("POST /cdr", "x")
    found = recording.judge()
    assert [fault.entry for fault in found.faults] == [1, 2, 3, 4, 5, 6]
    assert verdicts(found) == {}


def test_credentials_that_the_guide_does_not_know() -> None:
    pending = answer("<pbx_pending>true</pbx_pending>")
    for token, said in (
        ("Basic cm9vdDpwdw==", "user name is not admin"),
        ("Basic YWRtaW46YWRtaW4=", "no md5 sum"),
    ):
        found = Recording().add("GET /pbx/pending", pending, headers={"Authorization": token})
        assert said in " ".join(found.judge().faults[0].said)


def test_other_hosts_and_paths_are_counted_and_left_out() -> None:
    recording = Recording().add("GET /pbx/pending", answer("<pbx_pending>true</pbx_pending>"))
    recording.add("GET /pbx/pending", "<wrong/>", host="http://other.example")
    recording.add("GET /pbx/apply", "", host="http://other.example/x")
    recording.add("GET /pbx/pending", answer("<pbx_pending>true</pbx_pending>"))
    recording.entries[2]["request"]["url"] = "http://pbx.example/index.html"
    recording.add("OPTIONS /pbx/pending", "")
    found = recording.judge()
    assert (found.host, found.judged) == ("pbx.example", 2)
    assert found.left_out["of another host, or outside of /rest"] == 2
    assert found.left_out["asks what a browser may send (OPTIONS)"] == 1
    other = recording.judge(host="other.example")
    assert "pbx.pending.get.response-schema" in verdicts(other)
    with pytest.raises(ConfigurationError, match=r"other\.example"):
        recording.judge(host="third.example")


def test_what_a_browser_had_in_its_cache_is_left_out() -> None:
    recording = Recording().add("GET /pbx/pending", "<wrong/>")
    recording.entries[0]["_fromCache"] = "disk"
    found = recording.judge()
    assert (found.judged, found.left_out["taken from a browser's cache"]) == (0, 1)


def test_a_recording_without_the_api_is_refused() -> None:
    recording = Recording().add("GET /pbx/pending", "x")
    recording.entries[0]["request"]["url"] = "http://pbx.example/rest/other/thing"
    for document in (har(), har(*recording.entries)):
        with pytest.raises(ConfigurationError, match="no entry of the recording is for this API"):
            judged(document)


def test_the_firmware_tells_the_version_of_the_api() -> None:
    call = "<unique_id>1</unique_id>"
    said = error("cdr", 0, "Success", "error_code").replace(
        "</cdr>", f"<calls><call>{call}</call></calls></cdr>"
    )
    asked = request("<cdr/>")
    recording = Recording().add("GET /system/firmware", FIRMWARE).add("POST /cdr", said, asked)
    found = recording.judge()
    assert (found.firmware, found.api_version) == ("3.9.3-2664", "1.0")
    observed = verdicts(found)["cdr.post.response-schema"].failure
    assert observed is not None
    assert "unique_id" in observed.observed
    assert recording.judge(api_version="1.1").api_version == "1.1"


def test_many_entries_are_judged_in_bounded_time() -> None:
    recording = Recording()
    for _ in range(4000):
        recording.add("GET /pbx/pending", answer("<pbx_pending>maybe</pbx_pending>"))
    found = recording.judge()
    assert found.counts["pbx.pending.get.response-schema"] == 4000
    assert len(found.observations["pbx.pending.get.response-schema"]) == 1
