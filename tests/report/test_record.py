"""What one check leaves behind: redacted, and with curl lines that work when pasted."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from conformance.check import Check
from conformance.lab.target import Connection, Pixit, Target
from conformance.report.record import LONGEST_SHOWN, Recorder
from conformance.secrecy import WITHHELD
from conformance.verdict import Failure, Observation, Verdict
from conformance.wire.client import basic, md5
from conformance.wire.redact import Redactor
from tests.support import Canned, StubPbx, drop, kpbx, sut_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.sut import Sut
    from conformance.wire.exchange import Exchange
    from tests.support import Script, ScriptedServer

    Start = Callable[[Script], ScriptedServer]

PASSWORD = 'it\'s $HOME `x` "é"'
PRIVACY = "privacy & $co"


def recorder_of(sut: Sut) -> Recorder:
    connection = Connection(url=sut.target.connection.url, password=PASSWORD)
    target = Target(connection, pixit=Pixit(privacy_password=PRIVACY))
    return Recorder(target, Redactor(target.secrets))


@pytest.fixture
def server(scripted: Start) -> ScriptedServer:
    table: dict[str, Any] = {
        "POST /cdr": "<cdr/>",
        "PUT /users/configs/9000": "<user/>",
        "DELETE /users/configs/9000": "<user/>",
    }
    return scripted(StubPbx(table))


def ask(server: ScriptedServer, name: str, body: Any = None, **how: Any) -> Exchange:
    sut = sut_on(server, password=PASSWORD)
    return sut.send(sut.outgoing(name, body, **how))


def paste(line: str) -> None:
    """Run a line as a reader would."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "KPBX_PASSWORD": PASSWORD,
        "KPBX_PRIVACY_PASSWORD": PRIVACY,
        "HOME": "/nowhere",
    }
    subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", line], env=environment, check=True, capture_output=True, timeout=10
    )


needs_curl = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("md5sum")), reason="needs curl and md5sum"
)


@needs_curl
@pytest.mark.parametrize(
    ("name", "body", "how"),
    [
        ("GET /pbx/pending", None, {}),
        ("GET /pbx/pending", None, {"request_id": "a b&'c"}),
        ("DELETE /users/configs/<exten>", None, {"key": "9000"}),
        ("PUT /pbx/apply", None, {}),
        ("PUT /pbx/apply", None, {"request_id": None}),
        (
            "PUT /users/configs/<exten>",
            {"user": {"first_name": 'A\'b "c" $d\n`é` 王'}},
            {"key": "9000"},
        ),
        ("POST /cdr", {"cdr": {"privacy_password": md5(PRIVACY)}}, {}),
        ("POST /cdr", {"cdr": {}}, {"headers": (("Accept", "text/csv"),)}),
        ("GET /pbx/pending", None, {"authorization": None}),
        ("GET /pbx/pending", None, {"authorization": basic("admin", PASSWORD)}),
    ],
)
def test_a_curl_line_sends_the_same_request(
    server: ScriptedServer, name: str, body: Any, how: dict[str, Any]
) -> None:
    exchange = ask(server, name, body, **how)
    line = recorder_of(sut_on(server)).curl(exchange)
    for secret in (PASSWORD, md5(PASSWORD), PRIVACY, md5(PRIVACY)):
        assert secret not in line
    paste(line)
    original, pasted = server.seen
    assert (pasted.method, pasted.target) == (original.method, original.target)
    assert pasted.body == original.body
    for header in ("authorization", "content-type"):
        assert pasted.headers.get(header) == original.headers.get(header)
    if "accept" in original.headers and original.headers["accept"] != "*/*":
        assert pasted.headers["accept"] == original.headers["accept"]


@needs_curl
def test_a_curl_line_with_a_secret_of_the_run_s_own_works_without_it(
    server: ScriptedServer,
) -> None:
    exchange = ask(server, "PUT /users/configs/<exten>", {"user": {"sip_secret": "s3"}}, key="9000")
    line = recorder_of(sut_on(server)).curl(exchange)
    assert "s3<" not in line
    paste(line)
    assert WITHHELD.encode() in server.seen[-1].body


def test_other_credentials_are_withheld(server: ScriptedServer) -> None:
    exchange = ask(server, "GET /pbx/pending", authorization=basic("admin", md5("other")))
    line = recorder_of(sut_on(server)).curl(exchange)
    assert basic("admin", md5("other")) not in line
    assert WITHHELD in line


# --- records -----------------------------------------------------------------------------------


def test_a_record_crosses_processes_and_holds_no_secret(scripted: Start) -> None:
    def answer(seen: Any) -> Canned:
        return kpbx(f"<user><sip_secret>s3</sip_secret>{PRIVACY}</user>", seen.request_id)

    server = scripted(StubPbx({"PUT /users/configs/9000": answer}))
    sut = sut_on(server, password=PASSWORD)
    recorder = recorder_of(sut)
    sut.client.record = recorder.keep
    check = Check(sut, [])
    exchange = check.call("PUT /users/configs/<exten>", {"user": {"sip_secret": "s3"}}, key="9000")
    check.leftovers.append(f"left {PASSWORD}")
    check.remark("users.configs.exten.put.code-0", f"remark {PASSWORD}")
    failure = Failure(f"expected {PASSWORD}", f"observed {PRIVACY}", (exchange,))
    check.observe(Observation("users.configs.exten.put.code-0", Verdict.FAIL, failure=failure))
    check.end(Verdict.INCONC, PASSWORD)
    record = recorder.check("node", check, check.settle())
    text = json.dumps(record, ensure_ascii=False)
    for secret in ("s3<", PASSWORD, json.dumps(PASSWORD)[1:-1], PRIVACY, md5(PASSWORD)):
        assert secret not in text
    assert basic("admin", md5(PASSWORD)) not in text
    assert len(record["entries"]) == 1
    failures = [item for item in record["observations"] if item["failure"]]
    assert failures
    shown = failures[-1]["failure"]["exchanges"][0]
    keys = {"method", "path", "headers", "body", "broken", "lost", "response", "curl"}
    assert shown.keys() == keys
    assert shown["headers"]["Authorization"] == WITHHELD
    assert recorder.entries() == [], "each exchange is written once"


def test_a_lost_answer_is_shown_as_such(scripted: Start) -> None:
    server = scripted(StubPbx({"PUT /pbx/apply": drop()}))
    exchange = ask(server, "PUT /pbx/apply")
    shown = recorder_of(sut_on(server)).exchange(exchange)
    assert shown["response"] is None
    assert shown["lost"].startswith("the connection was closed")


def test_a_failure_shows_a_long_body_in_part(scripted: Start) -> None:
    server = scripted(StubPbx({"GET /pbx/pending": Canned(b"<a>" * LONGEST_SHOWN)}))
    shown = recorder_of(sut_on(server)).exchange(ask(server, "GET /pbx/pending"))
    assert len(shown["response"]["body"]) < LONGEST_SHOWN + 100
    assert "[cut after " in shown["response"]["body"]
