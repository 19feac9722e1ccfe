"""reproduce.sh, run by bash on another PBX: the recorded requests, and nothing left behind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from conformance.secrecy import SECRET_ELEMENTS
from conformance.wire.client import md5
from tests.bugreport.finding import CASES, Pbx, emulated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.bugreport.conftest import Written

    Write = Callable[[str], Written]

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "md5sum"))), reason="needs bash, curl and md5sum"
)
ADMIN = ("admin", md5("admin"))
_SECRET = re.compile(rf"<({'|'.join(SECRET_ELEMENTS)})>[^<]*<")
_ID = re.compile(r"<id>\d+</id>")


def bash(script: Path, url: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as the vendor would."""
    kept = {"PATH": os.environ["PATH"], "KPBX_PASSWORD": "admin", "KPBX_URL": url}
    given = {name: value for name, value in (kept | environment).items() if value}
    return subprocess.run(  # noqa: S603
        ["/usr/bin/env", "bash", str(script)],
        env=given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def plain(text: str) -> str:
    """A message without the ids that a PBX gives, and without secrets."""
    return _ID.sub("<id>#</id>", _SECRET.sub(r"<\1>*<", text))


def recorded(row: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The exchanges of a failure, as they are compared."""
    return [
        (
            one["method"],
            re.sub(r"\d+(?=$|\?)", "#", one["path"].partition("?")[0]),
            plain(one["body"]),
            one["response"]["status"],
            plain(one["response"]["body"]),
        )
        for one in row["failure"]["exchanges"]
    ]


def sent_again(pbx: Pbx, row: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The same of what a script sent: its steps have the request_id of the recorded requests."""
    texts = [one["path"] + one["body"] for one in row["failure"]["exchanges"]]
    ids = [found for text in texts for found in re.findall(r"request_id[=>](\w+)", text)]
    return [
        (
            seen.method,
            re.sub(r"\d+(?=$|\?)", "#", seen.target.partition("?")[0]),
            plain(seen.body.decode()),
            answer.status,
            plain(answer.body.decode()),
        )
        for seen, answer in pbx.said
        if seen.request_id in ids
    ]


@pytest.mark.parametrize("name", [name for name in CASES if name != "route"])
def test_the_script_sends_the_recorded_requests_and_gets_the_recorded_answers(
    written: Write, name: str
) -> None:
    report = written(name)
    with emulated(report.defect) as pbx:
        before = pbx.state()
        done = bash(report.script, pbx.url)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert sent_again(pbx, report.row) == recorded(report.row)
        assert pbx.state() == before
        assert ("shows the same as before" in done.stdout) is (name != "schema")
        assert f"observed on 3.9.5-2891: {report.row['failure']['observed']}" in done.stdout
        if name in {"ids", "callgroup"}:
            first = ids_in(pbx)
            pbx.said.clear()
            bash(report.script, pbx.url)
            assert sent_again(pbx, report.row) == recorded(report.row)
            assert first
            assert first != ids_in(pbx), "the second time, the PBX gives other ids"
            assert pbx.state() == before


def ids_in(pbx: Pbx) -> list[str]:
    """The ids of callgroups and contacts that were changed."""
    changed = [seen for seen, _ in pbx.said if seen.method == "PUT" and seen.request_id]
    text = "".join(seen.target + seen.body.decode() for seen in changed)
    return re.findall(r"(?:callgroups/|<contact><id>)(\d+)", text)


@pytest.mark.parametrize("name", ["ids", "route"])
def test_a_pbx_that_is_mended_answers_otherwise_and_is_left_as_it_was(
    written: Write, name: str
) -> None:
    report = written(name)
    with emulated() as pbx:
        before = pbx.state()
        done = bash(report.script, pbx.url)
        assert done.returncode == 0
        assert sent_again(pbx, report.row) != recorded(report.row)
        assert "shows the same as before" in done.stdout
        assert pbx.state() == before


@pytest.mark.parametrize("name", CASES)
def test_the_head_says_what_it_does(written: Write, name: str) -> None:
    head = written(name).script.read_text(encoding="utf-8").partition("\n\n")[0]
    classes = set(re.findall(r"^# - (\w+): it ", head, re.MULTILINE))
    wanted = {"schema": {"read"}, "dns": {"network"}, "route": {"network"}}
    assert classes == wanted.get(name, {"config"})
    assert ("changes of what is there already" in head) is (name == "route")
    for variable in ("KPBX_URL", "KPBX_USERNAME", "KPBX_PASSWORD", "KPBX_CURL_OPTIONS"):
        assert f"#   {variable}" in head


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("ids", "phonebook.pending"),
        ("callgroup", "pbx.running-shown"),
        ("sequence", "pbx.running-shown"),
    ],
)
def test_nothing_is_left_on_a_pbx_that_shows_what_runs(
    written: Write, name: str, variant: str
) -> None:
    with emulated(variant) as pbx:
        before = pbx.state()
        bash(written(name).script, pbx.url)
        assert pbx.state() == before


def test_nothing_is_left_when_it_is_interrupted(written: Write) -> None:
    with emulated() as pbx:
        before = pbx.state()
        running = subprocess.Popen(  # noqa: S603
            ["/usr/bin/env", "bash", str(written("callgroup").script)],
            env={"PATH": os.environ["PATH"], "KPBX_PASSWORD": "admin", "KPBX_URL": pbx.url},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        ends = time.monotonic() + 20
        while not any(seen.method == "POST" for seen, _ in pbx.said) and time.monotonic() < ends:
            time.sleep(0.01)
        running.terminate()
        assert running.wait(30) == 143
        changed = [seen.line for seen, _ in pbx.said if seen.method == "PUT" and seen.request_id]
        assert not any("callgroups/" in line for line in changed), "it went on to its end"
        assert pbx.state() == before


def test_without_the_password_it_says_so_and_sends_nothing(written: Write) -> None:
    with emulated() as pbx:
        done = bash(written("ids").script, pbx.url, KPBX_PASSWORD="")
        assert (done.returncode, done.stdout, pbx.said) == (2, "", [])
    assert "set KPBX_PASSWORD to the password of the PBX's web interface" in done.stderr


def add_extension(pbx: Pbx, exten: str) -> None:
    fields = f"<exten>{exten}</exten><sip_secret>s</sip_secret>"
    names = "<first_name>a</first_name><last_name>b</last_name>"
    body = f"<kpbx_request><user>{fields}{names}</user></kpbx_request>"
    httpx.post(f"{pbx.url}/rest/users/configs/", content=body, auth=ADMIN, trust_env=False)
    httpx.put(f"{pbx.url}/rest/pbx/apply", auth=ADMIN, trust_env=False)


def test_an_object_that_is_there_already_is_left_alone(written: Write) -> None:
    report = written("callgroup")
    taken = report.row["failure"]["replay"]["values"]["KPBX_EXTEN_1"]
    with emulated(report.defect) as pbx:
        add_extension(pbx, taken)
        before = pbx.state()
        done = bash(report.script, pbx.url)
        assert done.returncode == 2
        assert f"the extension {taken} is there already" in done.stderr
        assert pbx.state() == before
        done = bash(report.script, pbx.url, KPBX_EXTEN_1="9018")
        assert done.returncode == 0
        assert any("/9018" in seen.target for seen, _ in pbx.said)
        assert pbx.state() == before


def test_somebody_else_s_pending_changes_keep_it_away(written: Write) -> None:
    with emulated() as pbx:
        body = "<kpbx_request><dns><ip_address>192.0.2.99</ip_address></dns></kpbx_request>"
        url = f"{pbx.url}/rest/system/network/dns"
        httpx.put(url, content=body, auth=ADMIN, trust_env=False)
        before = pbx.state()
        done = bash(written("sequence").script, pbx.url)
        assert done.returncode == 2
        assert "changes are pending on the PBX" in done.stderr
        assert pbx.state() == before


def test_secrets_are_stand_ins_that_the_environment_replaces(written: Write) -> None:
    report = written("secrets")
    names = [one for one in report.row["failure"]["replay"]["values"] if "SIP_SECRET" in one]
    assert len(names) == 3, "the other extension's, the first and the changed one"
    with emulated(report.defect) as pbx:
        bash(report.script, pbx.url, **{names[-1]: "a&b<c'd\"$e"})
        bodies = [seen.body.decode() for seen, _ in pbx.said if seen.method == "PUT"]
        assert any("<sip_secret>a&amp;b&lt;c'd\"$e</sip_secret>" in body for body in bodies)
        sent = "".join(seen.body.decode() for seen, _ in pbx.said)
        assert len(set(re.findall("<sip_secret>([^<]*)<", sent))) == 3


@pytest.mark.parametrize("name", ["ids", "secrets", "schema"])
def test_the_curl_lines_of_results_send_the_same(written: Write, name: str) -> None:
    report = written(name)
    with emulated(report.defect) as pbx:
        for one in report.row["failure"]["exchanges"]:
            line = re.sub(r"http://127\.0\.0\.1:\d+", pbx.url, one["curl"])
            environment = {"PATH": os.environ["PATH"], "KPBX_PASSWORD": "admin"}
            subprocess.run(  # noqa: S603
                ["/usr/bin/env", "bash", "-c", line],
                env=environment, check=True, capture_output=True, timeout=20,
            )  # fmt: skip
            seen, answer = pbx.said[-1]
            assert (seen.method, seen.target) == (one["method"], one["path"])
            assert plain(seen.body.decode()) == plain(one["body"])
            assert answer.status == one["response"]["status"]
