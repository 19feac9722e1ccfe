"""The SUT: how it is asked, first contact, what can't be judged on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from conformance import catalogue
from conformance.errors import CredentialsRefused, HarnessError, SutUnreachable
from conformance.lab.conditions import NoLab
from conformance.lab.safety import ALL_CLASSES, SafetyClass
from conformance.lab.target import Pics
from conformance.oracles import Answer
from conformance.sut import Sut, api_version_of
from tests.support import (
    Canned,
    FakeLab,
    StubPbx,
    connection_to,
    drop,
    error,
    kpbx,
    sut_on,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support import Answer as Scripted
    from tests.support import Script, ScriptedServer

    Start = Callable[[Script], ScriptedServer]

GUIDE = catalogue.load()
USER = {"user": {"first_name": "a"}}
FIRMWARE = (
    "<firmware><primary>{}</primary><secondary>{}</secondary><running>{}</running></firmware>"
)


@pytest.fixture
def sut(scripted: Start) -> Sut:
    return sut_on(scripted(StubPbx()))


# --- versions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("firmware", "version"),
    [
        ("3.9.3-2664", "1.0"),
        ("3.9.4-9999", "1.0"),
        ("3.9.5-2891", "1.1"),
        ("3.9.10-3000", "1.1"),
        ("3.10.0-0001", "1.1"),
        ("4.0.0-0001", "1.1"),
        ("2.99.99-0001", "1.0"),
        ("3.9.5", "1.1"),
        ("3.9", "1.0"),
        ("unknown", "1.1"),
        ("", "1.1"),
        ("3.x.1-2000", "1.1"),
        ("³.9.1-2000", "1.1"),
    ],
)
def test_api_versions(firmware: str, version: str) -> None:
    assert api_version_of(firmware) == version


# --- the course of a run ----------------------------------------------------------------------


def test_a_sut_goes_on_as_another_did(scripted: Start) -> None:
    server = scripted(StubPbx())
    first, second = sut_on(server), sut_on(server)
    first.free_extensions = ["9001", "9000"]
    for _ in range(3):
        first.fresh_id()
        first.outgoing("GET /pbx/pending")
    course = first.course
    first.free_extensions.pop()
    second.resume(course)
    assert second.free_extensions == ["9001", "9000"]
    assert second.fresh_id() == first.fresh_id()
    name = "GET /pbx/pending"
    assert second.outgoing(name).request_id == first.outgoing(name).request_id
    assert second.course == {**first.course, "free": ["9001", "9000"]}


# --- requests ----------------------------------------------------------------------------------


def test_a_post_carries_its_request_id_in_the_document(sut: Sut) -> None:
    found = sut.outgoing("PUT /users/configs/<exten>", USER, key="9000", request_id="x1")
    assert found.path == "/users/configs/9000"
    assert found.query == ()
    root = etree.fromstring(found.body)
    assert [child.tag for child in root] == ["request_id", "user"]
    assert root.findtext("request_id") == "x1"
    assert found.request_id == "x1"


def test_a_get_and_a_delete_carry_it_in_the_url(sut: Sut) -> None:
    for name in ("GET /users/configs/<exten>", "DELETE /users/configs/<exten>"):
        found = sut.outgoing(name, key="a/b c", request_id="x1")
        assert found.query == (("request_id", "x1"),)
        assert found.body == b""
        assert found.path == "/users/configs/a%2Fb%20c"


def test_without_request_id_nothing_says_so(sut: Sut) -> None:
    assert sut.outgoing("GET /pbx/pending", request_id=None).query == ()
    found = sut.outgoing("PUT /users/configs/<exten>", USER, key="1", request_id=None)
    assert b"request_id" not in found.body
    assert sut.outgoing("PUT /pbx/apply", request_id=None).body == b""


def test_a_put_without_parameters_carries_nothing_but_its_request_id(sut: Sut) -> None:
    found = sut.outgoing("PUT /pbx/apply")
    root = etree.fromstring(found.body)
    assert [child.tag for child in root] == ["request_id"]


def test_request_ids_are_fresh_alphanumeric_and_repeatable(scripted: Start) -> None:
    server = scripted(StubPbx())
    one, same = sut_on(server), sut_on(server)
    ids = [one.fresh_id() for _ in range(200)]
    assert len(set(ids)) == 200
    assert all(item.isascii() and item.isalnum() for item in ids)
    assert [same.fresh_id() for _ in range(200)] == ids


def test_request_ids_of_a_run_have_every_look(sut: Sut) -> None:
    ids = [sut.outgoing("GET /pbx/pending").request_id or "" for _ in range(60)]
    assert len(set(ids)) == 60
    assert all(item.isascii() and item.isalnum() for item in ids)
    assert {len(item) for item in ids} == {12, 14, 64}
    assert any(item.isdigit() and item.startswith("00") for item in ids)


@pytest.mark.parametrize(
    ("kind", "declaration", "encoding", "name"),
    [
        ("application/xml; charset=ISO-8859-1", "", "iso-8859-1", "Zoë"),
        ('text/xml;charset="windows-1252"', '<?xml version="1.0"?>', "cp1252", "Zoë"),
        ("application/xml", '<?xml version="1.0" encoding="ISO-8859-1"?>', "iso-8859-1", "Zoë"),
        ("text/xml; charset=utf-8", "<?xml version='1.0' encoding='latin1'?>", "latin1", "Zoë"),
        ("text/xml; charset=iso-8859-1", '<?xml version="1.0"?>', "utf-16", "Zoë"),
        ("text/xml; charset=none-such", "", "utf-8", "Zoë"),
        ("text/xml; charset=iso-8859-1", "", "utf-8", "Zoë"),
    ],
)
def test_an_answer_is_read_in_the_encoding_that_it_declares(
    scripted: Start, kind: str, declaration: str, encoding: str, name: str
) -> None:
    user = "<exten>101</exten><enabled>true</enabled><first_name>Zoë</first_name><last_name/>"
    text = f"{declaration}<kpbx_response><users><user>{user}</user></users></kpbx_response>"
    server = scripted(lambda _: Canned(text.encode(encoding), content_type=kind))
    sut = sut_on(server)
    exchange = sut.send(sut.outgoing("GET /users/brief/", request_id=None))
    assert exchange.validation is not None
    assert exchange.validation.valid
    found = exchange.find("users/user/first_name")
    assert found is not None
    assert found.text == name


def test_our_own_mistakes_are_ours(sut: Sut) -> None:
    with pytest.raises(HarnessError, match="no endpoint 'GET /nothing'"):
        sut.outgoing("GET /nothing")
    with pytest.raises(HarnessError, match="needs a exten"):
        sut.outgoing("GET /users/brief/<exten>")
    with pytest.raises(HarnessError, match="our own request is invalid"):
        sut.outgoing("PUT /users/configs/<exten>", {"user": {"first": "a"}}, key="9000")
    with pytest.raises(HarnessError, match="our own request is invalid"):
        sut.outgoing("PUT /users/configs/<exten>", raw=b"<kpbx_request>", key="9000")


def test_an_invalid_document_goes_out_when_that_is_said(sut: Sut) -> None:
    found = sut.outgoing("POST /users/configs/", {"usr": {}}, broken="user missing")
    assert found.broken == "user missing"
    assert b"<usr/>" in found.body
    assert sut.outgoing("POST /cdr", raw=b"\0", broken="no XML").body == b"\0"


def test_requests_are_valid_by_the_sut_s_api_version(sut: Sut) -> None:
    body = {"cdr": {"filter": {"unique_id": "1%"}}}
    sut.outgoing("POST /cdr", body)
    sut.api_version = "1.0"
    with pytest.raises(HarnessError, match="our own request is invalid"):
        sut.outgoing("POST /cdr", body)


@pytest.mark.parametrize(
    ("name", "how", "safety"),
    [
        ("GET /pbx/pending", {}, "read"),
        ("POST /cdr", {"body": {"cdr": {}}}, "read"),
        ("PUT /system/restart", {}, "reboot"),
        ("PUT /system/halt", {}, "halt"),
        ("PUT /pbx/apply", {}, "config"),
        ("POST /license/pxbinstance", {"raw": b"", "broken": "x"}, "config"),
        ("POST /license/pxbinstance", {"raw": b"", "rejected": True}, "config"),
        ("POST /license/pxbinstance", {"raw": b""}, "service"),
    ],
)
def test_safety_of_a_request(sut: Sut, name: str, how: dict[str, Any], safety: str) -> None:
    assert sut.outgoing(name, **how).safety == safety


def test_apply_belongs_to_whoever_made_the_changes(sut: Sut) -> None:
    sut.client.allow = frozenset({SafetyClass.READ, SafetyClass.NETWORK})
    for name in ("PUT /pbx/apply", "PUT /pbx/revert"):
        assert sut.outgoing(name).safety is SafetyClass.NETWORK
    sut.client.allow = frozenset({SafetyClass.READ})
    assert sut.outgoing("PUT /pbx/apply").safety not in sut.client.allow


def test_the_dialect_decides_the_request_line(sut: Sut) -> None:
    sut.dialect.see("RD-01", "pxbininstance")
    sut.dialect.see("RD-02", "GET")
    assert sut.outgoing("GET /license/pxbinstance").path == "/license/pxbininstance"
    found = sut.outgoing("POST /system/network/interfaces", request_id="x1")
    assert (found.method, found.body, found.query) == ("GET", b"", (("request_id", "x1"),))


# --- answers -----------------------------------------------------------------------------------


def test_answers_are_validated_on_arrival(scripted: Start) -> None:
    table: dict[str, str | Scripted] = {"GET /pbx/conferences": "<conferences><odd/></conferences>"}
    sut = sut_on(scripted(StubPbx(table)))
    good = sut.send(sut.outgoing("GET /pbx/pending"))
    assert good.validation is not None
    assert good.validation.valid
    bad = sut.send(sut.outgoing("GET /pbx/conferences"))
    assert bad.validation is not None
    assert not bad.validation.valid
    assert bad.root is not None
    assert {good.request_id, bad.request_id} <= sut.sent_ids


def test_an_answer_is_validated_by_the_sut_s_api_version(scripted: Start) -> None:
    calls = "<cdr><error_code><code>0</code><message>Success</message></error_code><calls/></cdr>"
    sut = sut_on(scripted(StubPbx({"POST /cdr": calls})))
    for version in ("1.0", "1.1"):
        sut.api_version = version
        exchange = sut.send(sut.outgoing("POST /cdr", {"cdr": {}}))
        assert exchange.validation is not None
        assert exchange.validation.valid


@pytest.mark.parametrize("answer", [Answer.ANYTHING, Answer.CSV, Answer.STREAM])
def test_what_need_not_be_xml_is_not_validated(scripted: Start, answer: Answer) -> None:
    sut = sut_on(scripted(StubPbx({"GET /pbx/pending": Canned(b"a,b", content_type="text/csv")})))
    assert sut.send(sut.outgoing("GET /pbx/pending"), answer).validation is None


def test_the_error_in_place_of_a_csv_is_validated(scripted: Start) -> None:
    wrong = error("cdr", 3, "Authentication error", "error_code")
    sut = sut_on(scripted(StubPbx({"POST /cdr": wrong})))
    exchange = sut.send(sut.outgoing("POST /cdr", {"cdr": {}}), Answer.CSV)
    assert exchange.validation is not None
    assert exchange.code == 3


# --- first contact -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slots", "firmware", "api"),
    [
        (("3.9.5-2891", "3.9.3-2664", "primary"), "3.9.5-2891", "1.1"),
        (("3.9.5-2891", "3.9.3-2664", "secondary"), "3.9.3-2664", "1.0"),
        (("3.9.5-2891", "", "secondary"), "unknown", "1.1"),
        (("3.9.5-2891", "3.9.3-2664", "third"), "unknown", "1.1"),
        ((" 3.9.5-2891\n", "x", "\nprimary "), "3.9.5-2891", "1.1"),
    ],
)
def test_the_running_firmware_decides(
    scripted: Start, slots: tuple[str, str, str], firmware: str, api: str
) -> None:
    sut = sut_on(scripted(StubPbx({"GET /system/firmware": FIRMWARE.format(*slots)})))
    sut.connect()
    assert (sut.firmware, sut.api_version) == (firmware, api)
    assert not sut.pending_at_start


def test_a_sut_without_licence_is_judged_all_the_same(scripted: Start) -> None:
    gate = error("request_not_allowed", 1, "License missing")
    table: dict[str, str | Scripted] = {"GET /system/firmware": gate, "GET /pbx/pending": gate}
    sut = sut_on(scripted(StubPbx(table)))
    sut.connect()
    assert sut.firmware == "unknown"


def test_pending_changes_are_noticed(scripted: Start) -> None:
    sut = sut_on(scripted(StubPbx({"GET /pbx/pending": "<pbx_pending>true</pbx_pending>"})))
    sut.connect()
    assert sut.pending_at_start
    requirements = GUIDE.requirements
    assert "pending when the run began" in sut.unmet(requirements["users.configs.post.code-0"])
    assert sut.unmet(requirements["pbx.pending.get.response-schema"]) == ""


def test_refused_credentials(scripted: Start) -> None:
    sut = sut_on(scripted(StubPbx(refuses=True)), password="s3cr3t-of-mine")
    with pytest.raises(CredentialsRefused, match="refuses the credentials of 'admin'") as caught:
        sut.connect()
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.exit_status == 3


@pytest.mark.parametrize("answer", [drop(), Canned(raw=b"SSH-2.0\r\n")])
def test_nothing_that_speaks_http(scripted: Start, answer: Canned) -> None:
    sut = sut_on(scripted(lambda _seen: answer))
    with pytest.raises(SutUnreachable, match="check the address"):
        sut.connect()


# --- waiting -----------------------------------------------------------------------------------


def test_waiting_until_it_is_back_and_gone(scripted: Start) -> None:
    left = [drop(), drop(), Canned(b"", 503), kpbx("<firmware/>")]
    sut = sut_on(scripted(lambda _seen: left.pop(0) if len(left) > 1 else left[0]))
    assert sut.wait_until_back(5)
    assert len(left) == 1
    assert not sut.wait_until_gone(0.05)
    left[0] = drop()
    assert sut.wait_until_gone(5)
    assert not sut.wait_until_back(0.05)


# --- what can't be judged ----------------------------------------------------------------------


def test_requirements_that_can_t_be_judged_say_why(sut: Sut) -> None:
    found = GUIDE.requirements
    assert sut.unmet(found["users.configs.post.code-0"]) == ""
    assert "lab hook" in sut.unmet(found["cdr.post.code-12"])
    assert "future API version" in sut.unmet(found["phonebook.contacts.id.delete.code-16"])
    sut.client.allow = frozenset({SafetyClass.READ})
    assert "safety class config is not allowed" in sut.unmet(found["users.configs.post.code-0"])
    old = replace(found["users.configs.post.code-0"], api_versions=("1.0",))
    assert sut.unmet(old) == "belongs to API 1.0; this is 1.1"


def test_the_pixit_and_the_pics_are_asked(sut: Sut) -> None:
    base = GUIDE.requirements["pbx.pending.get.response-schema"]
    needs_update = replace(base, needs=("pixit:update_version",))
    assert "update_version" in sut.unmet(needs_update)
    pixit = replace(sut.target.pixit, update_version="3.9.6-3000")
    sut.target = replace(sut.target, pixit=pixit)
    assert sut.unmet(needs_update) == ""
    needs_key = replace(base, needs=("pics:license_key_required",))
    assert sut.unmet(needs_key) == "", "not known yet"
    sut.learn(license_key_required=False)
    assert sut.unmet(needs_key)
    no_key = replace(base, needs=("pics:license_key_not_required",))
    assert sut.unmet(no_key) == ""


def test_the_lab_can_take_away_what_the_pbx_has(scripted: Start) -> None:
    server = scripted(StubPbx())
    base = GUIDE.requirements["pbx.pending.get.response-schema"]
    without = replace(base, needs=("pics:no_call_center_license",))
    for lab, unmet in ((NoLab(), True), (FakeLab(), False)):
        sut = sut_on(server, lab=lab)
        sut.learn(call_center_license=True)
        assert bool(sut.unmet(without)) is unmet


def test_what_the_target_file_says_is_not_overruled(sut: Sut) -> None:
    sut.target = replace(sut.target, pics=Pics(license_key_required=True))
    sut.learn(license_key_required=False, call_center_license=False)
    assert sut.target.pics == Pics(license_key_required=True, call_center_license=False)


def test_every_need_of_the_catalogue_is_understood(sut: Sut) -> None:
    sut.client.allow = ALL_CLASSES
    for requirement in GUIDE.requirements.values():
        assert isinstance(sut.unmet(requirement), str)
    kinds = {need.partition(":")[0] for one in GUIDE.requirements.values() for need in one.needs}
    assert kinds <= {"lab", "pixit", "pics"}


def test_closing_twice_is_no_problem(scripted: Start) -> None:
    server = scripted(StubPbx())
    sut = sut_on(server)
    sut.connect()
    sut.close()
    sut.close()
    assert connection_to(server).url == server.url
