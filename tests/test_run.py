"""A run from its settings to its results, and what it must never write down."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.errors import ConfigurationError
from conformance.families import emulated_routes
from conformance.lab.safety import ALL_CLASSES, SafetyClass
from conformance.run import Run, Settings
from tests.support import StubPbx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support import Script, ScriptedServer

    Start = Callable[[Script], ScriptedServer]

FIELDS = frozenset(
    {
        "id",
        "clause",
        "endpoint",
        "code",
        "title",
        "safety",
        "verdict",
        "core",
        "reason",
        "remarks",
        "exchanges",
        "checks",
        "times",
        "failure",
    }
)
READ, CONFIG, NETWORK = SafetyClass.READ, SafetyClass.CONFIG, SafetyClass.NETWORK


def target_file(folder: Path, url: str, more: str = "") -> Path:
    file = folder / "lab.toml"
    file.write_text(f'[target]\nname = "lab"\nurl = "{url}"\n{more}', encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def emulator() -> Iterator[EmulatorServer]:
    settings = EmulatorSettings(
        users=12,
        calls=60,
        boot_s=0.1,
        update_step_s=0.1,
        password="Wëb-pass&word/1",
        privacy_password="Prïvacy<42>",
    )
    with EmulatorServer(settings, emulated_routes()) as server:
        yield server


# --- settings ----------------------------------------------------------------------------------


def test_a_real_pbx_is_only_read_unless_more_is_allowed() -> None:
    assert Run(Settings(url="http://x")).sut.client.allow == {READ}
    run = Run(Settings(url="http://x", allow=("config",)))
    assert run.sut.client.allow == {READ, CONFIG}


def test_a_target_file_s_allow_is_the_ceiling(tmp_path: Path) -> None:
    file = target_file(tmp_path, "http://x", '[safety]\nallow = ["config", "network"]\n')
    assert Run(Settings(target=file)).sut.client.allow == {READ, CONFIG, NETWORK}
    assert Run(Settings(target=file, allow=("config",))).sut.client.allow == {READ, CONFIG}
    assert Run(Settings(target=file, allow=())).sut.client.allow == {READ}
    with pytest.raises(ConfigurationError, match="--allow: halt, reboot goes beyond the target"):
        Run(Settings(target=file, allow=("config", "reboot", "halt")))
    with pytest.raises(ConfigurationError, match="--allow: 'all' is no safety class"):
        Run(Settings(target=file, allow=("all",)))


def test_without_a_ceiling_in_the_file_only_reading_is_allowed(tmp_path: Path) -> None:
    file = target_file(tmp_path, "http://x")
    with pytest.raises(ConfigurationError, match="goes beyond"):
        Run(Settings(target=file, allow=("config",)))


def test_a_url_beside_a_target_file_replaces_the_address_alone(tmp_path: Path) -> None:
    file = target_file(tmp_path, "http://x", 'username = "operator"\n')
    run = Run(Settings(target=file, url="http://y/rest/"))
    assert run.sut.target.connection.url == "http://y"
    assert run.sut.target.connection.username == "operator"


def test_neither_target_nor_url_needs_an_emulator() -> None:
    assert Settings().embedded
    assert not Settings(url="http://x").embedded
    with pytest.raises(ConfigurationError, match="start an emulator"):
        Run(Settings())


def test_the_emulator_is_open_to_everything(emulator: EmulatorServer) -> None:
    run = Run(Settings(), emulator)
    assert run.sut.client.allow == ALL_CLASSES
    pixit = run.sut.target.pixit
    assert all(getattr(pixit, name) for name in pixit.__slots__)
    assert Run(Settings(allow=("network",)), emulator).sut.client.allow == {READ, NETWORK}


def test_a_seed_is_drawn_and_kept() -> None:
    assert Run(Settings(url="http://x", seed=7)).seed == 7
    assert Run(Settings(url="http://x", seed=0)).seed == 0
    drawn = {Run(Settings(url="http://x")).seed for _ in range(3)}
    assert len(drawn) > 1
    assert all(0 <= seed < 2**31 for seed in drawn)


@pytest.mark.parametrize(
    "firmware", ["../../etc", "a/b", "..", ".", "9" * 300, "", "3.9.5-2891", "C:\\x", "é"]
)
def test_the_folder_is_named_after_the_firmware_and_stays_below(
    tmp_path: Path, firmware: str
) -> None:
    run = Run(Settings(url="http://x", out=tmp_path))
    run.sut.firmware = firmware
    folder = run.folder
    assert folder is not None
    assert folder.parent == tmp_path
    assert folder.resolve().parent == tmp_path.resolve()
    assert Run(Settings(url="http://x")).folder is None


def test_selection_by_globs() -> None:
    run = Run(Settings(url="http://x", select=("users.*.code-1?", "pbx.pending.get.license")))
    names = {item.id for item in run.catalogue.requirements.values() if run.selected(item)}
    assert "users.configs.post.code-11" in names
    assert "pbx.pending.get.license" in names
    assert not any(name.endswith("code-0") for name in names)


# --- results -----------------------------------------------------------------------------------


def test_results_have_the_contract_s_shape(scripted: Start, tmp_path: Path) -> None:
    server = scripted(StubPbx())
    run = Run(Settings(url=server.url, allow=("config",), seed=3, out=tmp_path, profile="full"))
    run.open()
    run.end()
    results = run.results()
    assert results["format"] == "kpbx-conformance/results"
    assert results["version"] == 1
    assert results["target"] == {"name": server.url.removeprefix("http://"), "url": server.url}
    assert results["firmware"] == "3.9.5-2891"
    assert results["api_version"] == "1.1"
    assert results["seed"] == 3
    assert results["profile"] == "full"
    assert results["allow"] == ["read", "config"]
    assert results["dialect"]["RD-01"] == "pxbinstance"
    assert results["duration_s"] >= 0
    assert results["duration_s"] == run.results()["duration_s"], "the clock has stopped"
    assert results["started"].endswith("+00:00")
    assert results["complete"] is True
    rows = results["requirements"]
    assert [row["id"] for row in rows] == list(run.catalogue.requirements)
    assert {frozenset(row) for row in rows} == {FIELDS}
    assert {row["verdict"] for row in rows} == {"none"}
    assert all(row["reason"] for row in rows), "what was not judged says why"
    assert results["summary"] == {"pass": 0, "fail": 0, "inconc": 0, "error": 0, "none": len(rows)}
    json.dumps(results)


def test_the_har_begins_with_first_contact(scripted: Start) -> None:
    server = scripted(StubPbx())
    run = Run(Settings(url=server.url))
    run.open()
    urls = [entry["request"]["url"] for entry in run.ledger.har]
    assert urls == [server.url + seen.target for seen in server.seen]


def test_an_interrupted_run_is_not_complete() -> None:
    run = Run(Settings(url="http://x"))
    run.interrupted = True
    assert run.results()["complete"] is False
    run.interrupted = False
    run.sut.dead = "stopped answering"
    assert run.results()["complete"] is False


# --- secrets -----------------------------------------------------------------------------------


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def secrets_of(server: EmulatorServer) -> dict[str, str]:
    """Everything secret on an emulated PBX, by what it is."""
    settings, pbx = server.settings, server.pbx
    found = {
        "activation key": pbx.licence.key,
        "Authorization": b64(f"admin:{md5(settings.password)}"),
        "Authorization, plain": b64(f"admin:{settings.password}"),
    }
    for what, secret in (("web", settings.password), ("privacy", settings.privacy_password)):
        found |= {f"{what} password": secret, f"{what} password's md5": md5(secret)}
    for user in pbx.config.running.users.values():
        found[f"SIP secret of {user.exten}"] = user.sip_secret
        found[f"GUI secret of {user.exten}"] = user.gui_secret_md5
        found[f"voicemail secret of {user.exten}"] = f">{user.vm_secret}<"
    for conference in pbx.conferences:
        found[f"admin PIN of {conference.name}"] = f">{conference.admin_pin}<"
        found[f"user PIN of {conference.name}"] = f">{conference.user_pin}<"
    return {what: text for what, text in found.items() if text.strip("<>")}


TARGET = """password_env = "WEB"
[pixit]
extensions = "9000-9019"
callgroup_selections = "9100-9109"
privacy_password_env = "PRIVACY"
activation_key_env = "KEY"
[safety]
allow = ["config", "service"]
"""
SELECTED = (
    "users.configs.post.*",
    "pbx.conferences.*",
    "cdr.post.code-*",
    "license.*",
    "api.authentication.*",
    "system.backup.*",
)


@pytest.fixture(scope="module")
def written(emulator: EmulatorServer, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run on the emulator as if it were a real PBX: its folder, what it printed."""
    folder = tmp_path_factory.mktemp("run")
    file = target_file(folder, emulator.url, TARGET)
    environment = {
        "PATH": "/usr/bin:/bin",
        "WEB": emulator.settings.password,
        "PRIVACY": emulator.settings.privacy_password,
        "KEY": emulator.pbx.licence.key,
    }
    secrets = secrets_of(emulator)
    command = [sys.executable, "-m", "conformance", "run", "--target", str(file), "--out", "out"]
    command += [f"--select={glob}" for glob in SELECTED]
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return folder / "out" / "3.9.5-2891", done.stdout + done.stderr, secrets


@pytest.mark.slow
def test_a_run_leaves_four_files_for_its_owner_alone(written: Any) -> None:
    folder, output, _ = written
    names = {file.name for file in folder.iterdir()}
    assert names == {"results.json", "report.html", "junit.xml", "exchanges.har"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert f"Report: {'out/3.9.5-2891/report.html'}" in output


@pytest.mark.slow
def test_no_secret_is_written_or_printed(written: Any) -> None:
    folder, output, secrets = written
    assert len(secrets) > 40
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    texts["the terminal"] = output
    assert texts["exchanges.har"].count("[withheld]") > 20
    for name, text in texts.items():
        unescaped = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        for what, secret in secrets.items():
            assert secret not in unescaped, f"{what} in {name}"
        assert "Basic YWRtaW4" not in unescaped, f"an Authorization header in {name}"


@pytest.mark.slow
def test_the_run_was_worth_looking_at(written: Any) -> None:
    """What was looked for must have been on the wire, or its absence shows nothing."""
    folder, _, _ = written
    har = json.loads((folder / "exchanges.har").read_text(encoding="utf-8"))
    texts = [
        entry["response"]["content"]["text"] + entry["request"].get("postData", {}).get("text", "")
        for entry in har["log"]["entries"]
    ]
    whole = "\n".join(texts)
    for tag in ("sip_secret", "vm_secret", "gui_secret_md5"):
        assert f"<{tag}>[withheld]</{tag}>" in whole
