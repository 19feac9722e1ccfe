"""Scripts that need more than requests: lab conditions, a restart, secrets of other kinds."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from conformance import families
from conformance.bugreport.script import script_of
from conformance.wire.client import md5
from tests.bugreport.finding import emulated
from tests.bugreport.test_reproduce import bash

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "md5sum"))), reason="needs bash, curl and md5sum"
)
RUN = {"user": [{"secret": "username", "as": "text"}]}
USER = (
    "<kpbx_request><user><exten>9000</exten><sip_secret>s</sip_secret>"
    "<first_name>Ada</first_name><last_name>Conformance 9000</last_name></user></kpbx_request>"
)


def request(method: str, path: str, safety: str = "read", **more: Any) -> dict[str, Any]:
    return {
        "endpoint": f"{method} {path}",
        "safety": safety,
        "conditions": [],
        "method": method,
        "path": [f"/rest{path}"],
        "headers": {},
        "authorization": RUN | {"password": [{"secret": "password", "as": "md5", "length": 32}]},
        "body": [],
        **more,
    }


def script(folder: Path, *requests: dict[str, Any]) -> Path:
    """Write the script of a case that was found elsewhere."""
    found = {"id": "a.b", "clause": "c", "endpoint": None, "title": "t", "check": None}
    case = {
        "title": "t",
        "firmware": "3.9.5-2891",
        "api_version": "1.1",
        "url": "http://192.0.2.1",
        "username": "admin",
        "requirements": [{**found, "expected": "e", "observed": "o"}],
        "sequence": {"requests": list(requests), "given": [], "values": {}},
    }
    file = folder / "reproduce.sh"
    file.write_text(script_of(case, families.traces()), encoding="utf-8")
    return file


def hook(folder: Path, url: str) -> Path:
    """A program that brings conditions about on an emulated PBX."""
    file = folder / "hook.sh"
    file.write_text(f'#!/bin/sh\ncurl -sf -X PUT "{url}/lab/$1/$2" >/dev/null\n', encoding="utf-8")
    file.chmod(0o755)
    return file


def test_lab_conditions_are_brought_about_by_the_hook_and_end(tmp_path: Path) -> None:
    add = request("POST", "/users/configs/", "config", body=[USER], conditions=["storage-failure"])
    listed = request("GET", "/users/configs/")
    file = script(tmp_path, add, listed)
    with emulated() as pbx:
        before = pbx.state()
        done = bash(file, pbx.url)
        assert done.returncode == 2
        assert "it needs lab conditions: name a program" in done.stderr
        assert pbx.said == []
        done = bash(file, pbx.url, KPBX_LAB_HOOK=str(hook(tmp_path, pbx.server.url)))
        assert done.returncode == 0, done.stderr
        assert "<code>14</code><message>User not saved</message>" in done.stdout
        assert not pbx.server.lab.active
        assert pbx.state() == before
        done = bash(file, pbx.url, KPBX_LAB_HOOK="/bin/false")
        assert done.returncode == 1
        assert "/bin/false storage-failure on failed" in done.stderr
        assert pbx.state() == before


def test_it_waits_until_a_pbx_that_restarts_is_back(tmp_path: Path) -> None:
    file = script(
        tmp_path, request("PUT", "/system/restart", "reboot"), request("GET", "/system/firmware")
    )
    with emulated() as pbx:
        done = bash(file, pbx.url, KPBX_SETTLE_S="0.2")
    assert done.returncode == 0, done.stderr
    assert "<system_restarted>true</system_restarted>" in done.stdout
    assert "<primary>3.9.5-2891</primary>" in done.stdout
    assert "it restarts the PBX" in file.read_text(encoding="utf-8")


def test_what_stays_changed_is_said(tmp_path: Path) -> None:
    # A change of a route that was there before: on a PBX with the defect it is not rejected.
    body = (
        "<kpbx_request><route><id>1</id><enabled>false</enabled><ip_address>0.0.0.0</ip_address>"
        "<netmask>0.0.0.0</netmask><gateway>192.168.23.100</gateway></route></kpbx_request>"
    )
    path = "/system/network/routes"
    apply = request("PUT", "/pbx/apply", "config")
    file = script(tmp_path, request("PUT", path, "network", body=[body]), apply)
    assert "it also sends changes of what is there already" in file.read_text(encoding="utf-8")
    with emulated("system.network.routes.put.default-disabled") as pbx:
        done = bash(file, pbx.url)
    assert done.returncode == 0, done.stderr
    assert f"GET {path} shows something else than before (<)" in done.stdout
    assert "< <enabled>true</enabled>" in done.stdout
    with emulated() as pbx:
        done = bash(file, pbx.url)
    assert f"GET {path} shows the same as before" in done.stdout


def test_the_privacy_password_is_hashed_by_the_shell_and_asked_for(tmp_path: Path) -> None:
    secret = {"secret": "privacy_password", "as": "md5", "length": 32}
    body = [
        "<kpbx_request><cdr><privacy_password>",
        secret,
        "</privacy_password></cdr></kpbx_request>",
    ]
    file = script(tmp_path, request("POST", "/cdr", body=body))
    with emulated() as pbx:
        done = bash(file, pbx.url)
        assert (done.returncode, pbx.said) == (2, [])
        assert "set KPBX_PRIVACY_PASSWORD" in done.stderr
        done = bash(file, pbx.url, KPBX_PRIVACY_PASSWORD="only-for-the-5th-floor")
        [(seen, _)] = pbx.said
    assert md5("only-for-the-5th-floor").encode() in seen.body
    assert "<code>0</code>" in done.stdout


def test_a_request_without_credentials_asks_for_none(tmp_path: Path) -> None:
    file = script(tmp_path, request("GET", "/pbx/pending", authorization=None))
    with emulated() as pbx:
        done = bash(file, pbx.url, KPBX_PASSWORD="")
        [(seen, answer)] = pbx.said
    assert done.returncode == 0
    assert (answer.status, "authorization" in seen.headers) == (401, False)


def test_a_body_that_is_no_text(tmp_path: Path) -> None:
    file = script(tmp_path, request("POST", "/cdr", body=[{"base64": "AP/+PGE="}]))
    with emulated() as pbx:
        bash(file, pbx.url)
        [(seen, _)] = pbx.said
    assert seen.body == b"\x00\xff\xfe<a"


def test_a_pbx_that_does_not_answer(tmp_path: Path) -> None:
    done = bash(script(tmp_path, request("GET", "/pbx/pending")), "http://127.0.0.1:9")
    assert done.returncode == 0
    assert "(no answer, or not a whole one)" in done.stdout
    changing = script(tmp_path, request("POST", "/users/configs/", "config", body=[USER]))
    done = bash(changing, "http://127.0.0.1:9")
    assert done.returncode == 2
    assert "gave no list: nothing was sent" in done.stderr


def test_an_object_without_a_text_is_said_to_be_looked_for(tmp_path: Path) -> None:
    body = ["<kpbx_request><contact><phone>1</phone></contact></kpbx_request>"]
    file = script(tmp_path, request("POST", "/phonebook/contacts", "config", body=body))
    with emulated() as pbx:
        done = bash(file, pbx.url)
    assert done.returncode == 0, done.stderr
    assert "If the PBX made a contact of the request above, look for it yourself" in done.stdout
