"""Secrets of a foreign recording: nothing that judge writes holds one."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from conformance.cli import main
from tests.judge.made import Recording, answer, error, har, request

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = hashlib.md5(b"w3b-pass of the boss", usedforsecurity=False).hexdigest()
PRIVACY = hashlib.md5(b"privacy of the boss", usedforsecurity=False).hexdigest()
TOKEN = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
SECRETS = {
    "password": PASSWORD,
    "token": TOKEN,
    "privacy": PRIVACY,
    "sip": "Sip-of-101-kX9",
    "voicemail": "48151623",
    "gui": "9" * 31 + "a",
    "pin": "73592841",
    "bearer": "eyJhbGciOiJub25lIn0.sesame",
    "cookie": "PHPSESSID-8f14e45f",
    "url": "pa55-in-the-url",
    "form": "plain-form-secret",
    "key": "KEY-1234-ABCD-9",
}


def planted() -> Recording:
    recording = Recording()
    basic = {"Authorization": f"Basic {TOKEN}", "Cookie": f"sid={SECRETS['cookie']}; a=b"}
    config = (
        f"<configs><config><exten>101</exten><sip_secret>{SECRETS['sip']}</sip_secret>"
        f"<gui_secret_md5>{SECRETS['gui']}</gui_secret_md5><vm_secret>{SECRETS['voicemail']}"
        f"</vm_secret><first_name>{SECRETS['sip']}</first_name></config></configs>"
    )
    recording.add("GET /users/configs/", answer(config), headers=basic)
    rooms = f"<conferences><conference><admin_pin>{SECRETS['pin']}</admin_pin>"
    recording.add("GET /pbx/conferences", answer(f"{rooms}</conference></conferences>"))
    body = f"<cdr><privacy_password>{PRIVACY}</privacy_password></cdr>"
    recording.add("POST /cdr", error("cdr", 99, f"wrong: {PRIVACY}", "error_code"), request(body))
    key = f"<pbx_instance_license><activation_key>{SECRETS['key']}</activation_key>"
    said = error("pbx_instance_license", 14, f"no answer for {SECRETS['key']}")
    block = request(f"{key}</pbx_instance_license>")
    recording.add("POST /license/pxbinstance", said, block)
    recording.add(
        f"GET /pbx/pending?password={SECRETS['url']}",
        answer(f"<pbx_pending>{SECRETS['bearer']}</pbx_pending>"),
        headers={"Authorization": f"Bearer {SECRETS['bearer']}"},
    )
    recording.add("GET /system/network/dns", answer(f"<dns>{TOKEN}{SECRETS['cookie']}</dns>"))
    form = f"user=admin&password={SECRETS['form']}"
    recording.add("PUT /pbx/apply", answer(f"<x>{SECRETS['form']}</x>"), form)
    recording.entries[0]["request"]["url"] = "http://pbx.example/rest/users/configs/"
    recording.entries[5]["request"]["url"] = (
        f"http://admin:{SECRETS['form']}@pbx.example/rest/system/network/dns"
    )
    return recording


def test_no_secret_is_written(tmp_path: Path) -> None:
    file = tmp_path / "proxy.har"
    file.write_text(json.dumps(har(*planted().entries)), encoding="utf-8")
    done = CliRunner().invoke(main, ["judge", str(file), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1, done.output
    written = {
        path.name: path.read_text(encoding="utf-8")
        for path in (tmp_path / "out").rglob("*.*")
        if path.is_file()
    }
    assert {"results.json", "report.html"} <= written.keys()
    for name, text in {**written, "terminal": done.output}.items():
        for what, secret in SECRETS.items():
            assert secret not in text, f"{what} in {name}"
    assert "[withheld]" in written["results.json"]


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "proxy.har"
    file.write_text(json.dumps(har(*planted().entries)), encoding="utf-8")
    CliRunner().invoke(main, ["judge", str(file), "--out", str(tmp_path / "out")])
    modes = [path.stat().st_mode & 0o077 for path in (tmp_path / "out").rglob("results.json")]
    assert modes == [0]


def test_the_name_of_a_secrets_tag_is_told(tmp_path: Path) -> None:
    body = request("<user><exten>101</exten></user>")
    recording = Recording().add("POST /users/configs/", error("user", 0, "Success"), body)
    file = tmp_path / "proxy.har"
    file.write_text(json.dumps(har(*recording.entries)), encoding="utf-8")
    done = CliRunner().invoke(main, ["judge", str(file), "--out", str(tmp_path / "out")])
    assert "found the end of <user>; allowed: <sip_secret> before it" in done.output
