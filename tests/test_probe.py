"""Probing: which readings a SUT follows, found without changing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.dialect import LICENSE_PATHS, Dialect
from conformance.probe import probe
from tests.support import Canned, Seen, StubPbx, error, kpbx, sut_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.sut import Sut
    from tests.support import Answer, Script, ScriptedServer

    Start = Callable[[Script], ScriptedServer]

LICENCE = "<license_status>ACTIVE</license_status><licensed_exten>5</licensed_exten>"
ACTIVE = f"<pbx_instance_license>{LICENCE}</pbx_instance_license>"
NOT_NEEDED = error("pbx_instance_license", 10, "Invalid part number for request")
ABSENT = error("pbx_instance_license", 11, "No license present")
LIST = "<interfaces/>"
GATE = error("request_not_allowed", 1, "License missing")
NOT_FOUND = Canned(b"<html>no</html>", 404, "text/html")
WRONG_METHOD = Canned(b"", 405, None)
NO_SUCH = kpbx(error("error", 404, "unknown"), status=404)


def probed(scripted: Start, table: dict[str, str | Answer]) -> tuple[Sut, ScriptedServer]:
    server = scripted(StubPbx(table))
    sut = sut_on(server)
    probe(sut)
    return sut, server


# --- RD-01 -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LICENSE_PATHS)
@pytest.mark.parametrize("refusal", [NOT_FOUND, WRONG_METHOD, NO_SUCH, kpbx(""), Canned(b"", 500)])
def test_the_licence_s_path(scripted: Start, path: str, refusal: Canned) -> None:
    table: dict[str, str | Answer] = {f"GET /license/{name}": refusal for name in LICENSE_PATHS}
    table[f"GET /license/{path}"] = ACTIVE
    sut, _ = probed(scripted, table)
    assert sut.dialect.as_dict()["RD-01"] == path
    assert sut.outgoing("GET /license/pxbinstance").path == f"/license/{path}"
    assert sut.target.pics.license_key_required is True


@pytest.mark.parametrize(
    ("answer", "required"), [(ACTIVE, True), (NOT_NEEDED, False), (ABSENT, True)]
)
def test_whether_a_licence_key_is_required(scripted: Start, answer: str, required: bool) -> None:
    sut, _ = probed(scripted, {"GET /license/pxbinstance": answer})
    assert sut.target.pics.license_key_required is required


def test_an_error_with_a_4xx_status_is_known_as_well(scripted: Start) -> None:
    def absent(seen: Seen) -> Canned:
        return kpbx(ABSENT, seen.request_id, status=400)

    sut, _ = probed(scripted, {"GET /license/pxbinstance": absent})
    assert sut.dialect.as_dict()["RD-01"] == "pxbinstance"


def test_without_any_of_them_the_heading_s_path_stays(scripted: Start) -> None:
    sut, server = probed(scripted, {"GET /license/pxbinstance": NOT_FOUND})
    assert "RD-01" not in sut.dialect.as_dict()
    assert sut.outgoing("GET /license/pxbinstance").path == "/license/pxbinstance"
    assert sut.target.pics.license_key_required is None
    assert [line for line in server.lines if "license" in line] == [
        f"GET /license/{path}" for path in LICENSE_PATHS
    ]


# --- RD-02 -------------------------------------------------------------------------------------

INTERFACES = "/system/network/interfaces"


@pytest.mark.parametrize("refusal", [NOT_FOUND, WRONG_METHOD])
def test_the_method_of_the_list_of_interfaces(scripted: Start, refusal: Canned) -> None:
    table: dict[str, str | Answer] = {f"POST {INTERFACES}": refusal, f"GET {INTERFACES}": LIST}
    sut, _ = probed(scripted, table)
    assert sut.dialect.as_dict()["RD-02"] == "GET"
    assert sut.outgoing("POST /system/network/interfaces").method == "GET"


def test_post_is_the_guide_s(scripted: Start) -> None:
    sut, server = probed(scripted, {f"GET {INTERFACES}": LIST})
    assert sut.dialect.as_dict()["RD-02"] == "POST"
    assert f"GET {INTERFACES}" not in server.lines


@pytest.mark.parametrize("answer", [Canned(b"", 500), kpbx(""), NOT_FOUND])
def test_a_defect_of_the_list_is_no_dialect(scripted: Start, answer: Canned) -> None:
    table: dict[str, str | Answer] = {f"POST {INTERFACES}": answer, f"GET {INTERFACES}": NOT_FOUND}
    sut, _ = probed(scripted, table)
    assert "RD-02" not in sut.dialect.as_dict()
    assert sut.outgoing("POST /system/network/interfaces").method == "POST"


# --- RD-04 -------------------------------------------------------------------------------------

OLD = error("cdrcallercenter", 11, "Invalid date time interval", "error_code")
NONE = error("cdrcallcenter", 10, "Call center license not found", "error_code")
ALL_CALLS = error("cdrcallcenter", 0, "Success", "error_code")


def callcenter(known: str) -> Answer:
    """Answer a reversed interval in the tag that is known; ignore it in another."""

    def answer(seen: Seen) -> Canned:
        found = f"<{known}>".encode() in seen.body
        return kpbx(OLD if found else ALL_CALLS, seen.request_id)

    return answer


@pytest.mark.parametrize("tag", ["cdrcallercenter", "cdrcallcenter"])
def test_the_tag_of_the_call_centre(scripted: Start, tag: str) -> None:
    sut, server = probed(scripted, {"POST /cdrcallcenter": callcenter(tag)})
    assert sut.dialect.as_dict()["RD-04"] == tag
    assert sut.dialect.callcenter_tag == tag
    assert sut.target.pics.call_center_license is True
    bodies = [seen.body for seen in server.seen if seen.path == "/cdrcallcenter"]
    assert b"<begin>2014-05-20 12:00:00</begin><end>2014-05-20 11:00:00</end>" in bodies[0]


def test_without_the_call_centre_s_licence(scripted: Start) -> None:
    sut, _ = probed(scripted, {"POST /cdrcallcenter": NONE})
    assert sut.target.pics.call_center_license is False
    assert sut.dialect.callcenter_tag == "cdrcallercenter"


@pytest.mark.parametrize("answer", [ALL_CALLS, GATE, Canned(b"", 500), Canned(b"no", 404)])
def test_a_call_centre_that_shows_neither_is_not_guessed_at(
    scripted: Start, answer: str | Canned
) -> None:
    sut, _ = probed(scripted, {"POST /cdrcallcenter": answer})
    assert "RD-04" not in sut.dialect.as_dict()
    assert sut.target.pics.call_center_license is None
    assert sut.dialect.callcenter_tag == "cdrcallercenter"


# --- the whole ---------------------------------------------------------------------------------


def test_probing_changes_nothing(scripted: Start) -> None:
    _, server = probed(scripted, {})
    allowed = {"GET /license/pxbinstance", f"POST {INTERFACES}", "POST /cdrcallcenter"}
    assert set(server.lines) == allowed


def test_the_first_finding_stands_and_assumptions_are_no_findings() -> None:
    dialect = Dialect()
    dialect.assume("RD-01", "a")
    assert dialect.get("RD-01") == "a"
    assert dialect.as_dict() == {}
    dialect.see("RD-01", "b")
    dialect.see("RD-01", "c")
    dialect.assume("RD-01", "d")
    assert dialect.get("RD-01") == "b"
    assert dialect.as_dict() == {"RD-01": "b"}
    assert dialect.get("RD-99", "x") == "x"
