"""No secret is written or printed, whatever the PBX does with it and whoever runs the suite."""

from __future__ import annotations

import json
import os
import pty
import shutil
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import conformance
from conformance.emulator.altering import restorer
from conformance.lab.safety import ALL_CLASSES
from conformance.run import Run, Settings
from tests.planted import KEY, PASSWORD, PRIVACY, Leaky, assert_silent, md5, texts_below

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

TARGET = """[target]
name = "leaky"
url = "{url}"
password_env = "LEAKY_WEB"
[pixit]
extensions = "9000-9009"
callgroup_selections = "9100-9109"
privacy_password_env = "LEAKY_PRIVACY"
activation_key_env = "LEAKY_KEY"
route_destination = "198.51.100.0/24"
[safety]
allow = ["config", "service", "network"]
"""
SELECTED = (
    "users.brief.*",
    "users.registrations.*",
    "users.configs.post.*",
    "pbx.conferences.*",
    "pbx.callgroups.get.*",
    "pbx.pending.*",
    "phonebook.contacts.get.*",
    "license.*",
    "system.firmware.get.*",
    "system.network.dns.*",
    "system.backup.*",
    "cdr.post.code-*",
    "cdr.post.message-*",
    "api.authentication.*",
    "api.xml.any-form",
    "voicemails.*",
)


def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
    secret = {"LEAKY_WEB": PASSWORD, "LEAKY_PRIVACY": PRIVACY, "LEAKY_KEY": KEY}
    return kept | secret | {"KPBX_PASSWORD": PASSWORD, "KPBX_PRIVACY_PASSWORD": PRIVACY}


def on_a_terminal(command: list[str], folder: Path) -> tuple[int, str]:
    """Run a command on a terminal of its own; its exit status and what it showed."""
    mine, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603
        command,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = bytearray()
    with suppress(OSError):  # Linux says EIO where the other side is closed
        while data := os.read(mine, 65536):
            shown += data
    os.close(mine)
    return process.wait(), shown.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A run on a terminal against the leaky PBX, which still answers."""
    folder, leaky = tmp_path_factory.mktemp("run"), Leaky()
    with leaky.server() as server:
        file = folder / "leaky.toml"
        file.write_text(TARGET.format(url=server.url), encoding="utf-8")
        command = [sys.executable, "-m", "conformance", "run", "--target", str(file)]
        command += ["--out", "out", "--yes", *(f"--select={glob}" for glob in SELECTED)]
        status, shown = on_a_terminal(command, folder)
        yield leaky, folder, status, shown


def results(folder: Path) -> dict[str, Any]:
    (file,) = (folder / "out").glob("*/results.json")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_a_run_with_failures_gives_nothing_away(ran: Any) -> None:
    leaky, folder, status, shown = ran
    assert status == 1, shown
    texts = texts_below(folder / "out")
    names = {name.rpartition("/")[2] for name in texts}
    assert names == {"results.json", "report.html", "junit.xml", "exchanges.har"}
    assert len(leaky.secrets) > 30
    assert_silent(leaky, texts | {"the terminal": shown, "names": " ".join(texts)})
    failed = {
        row["id"].partition(".")[0]
        for row in results(folder)["requirements"]
        if row["verdict"] == "fail"
    }
    assert {"users", "license", "pbx", "phonebook", "cdr"} <= failed, "there was a lot to leak"
    assert "fail" in shown
    (har,) = (text for name, text in texts.items() if name.endswith(".har"))
    for leak in ("<first_name>x[withheld]y<", 'sip_secret=\\"[withheld]\\"', "Basic [withheld]"):
        assert leak in har


def test_files_and_folders_are_their_owner_s_alone(ran: Any) -> None:
    _, folder, _, _ = ran
    for path in [folder / "out", *(folder / "out").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


# --- curl --------------------------------------------------------------------------------------

# Sent twice, these find the PBX away.
DRASTIC = {"reboot", "halt"}
ODD: dict[str, Any] = {"odd": {"name": 'A\'b "c" $d\n`é` 王 & <!>'}}
BODIES: dict[str, Any] = {
    "POST /cdr": {"cdr": {"privacy_password": md5(PRIVACY)}},
    "POST /cdrcallcenter": {"cdrcallercenter": {"privacy_password": md5(PRIVACY)}},
    "POST /license/pxbinstance": {"pbx_instance_license": {"activation_key": KEY}},
    "PUT /users/configs/<exten>": {"user": {"sip_secret": "Mine-is-longer"}},
}
NEEDED = ("bash", "curl", "md5sum", "base64", "sed")


def reproduces(exchange: dict[str, Any], folder: Path) -> None:
    """State that a curl line, pasted into bash, gets an answer of the same status and code."""
    done = subprocess.run(  # noqa: S603
        ["bash", "-c", exchange["curl"]],  # noqa: S607
        env=environment(),
        cwd=folder,
        capture_output=True,
        timeout=20,
        check=True,
    )
    head, _, body = done.stdout.decode("utf-8", "replace").partition("\r\n\r\n")
    assert head.split()[1] == str(exchange["response"]["status"]), exchange["curl"]

    def code(text: str) -> str:
        return text.partition("<code>")[2].partition("<")[0]

    assert code(body) == code(exchange["response"]["body"]), exchange["curl"]


@pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason=f"needs {', '.join(NEEDED)}")
def test_curl_lines_reproduce_their_exchanges(tmp_path: Path) -> None:
    """One exchange with each endpoint, as a failure shows it, sent again by its curl line."""
    leaky = Leaky()
    with leaky.server() as server:
        file = tmp_path / "leaky.toml"
        file.write_text(TARGET.format(url=server.url), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment().items():
                patch.setenv(name, value)
            run = Run(Settings(target=file))
        run.open()
        run.sut.client.allow = ALL_CLASSES
        run.sut.client.guard = None  # every endpoint has its turn, whatever it changes
        calm = [end for end in run.catalogue.endpoints.values() if end.safety not in DRASTIC]
        assert len(calm) > 40
        for end in calm:
            key, bodied = ("101" if end.placeholder else None), end.method in {"POST", "PUT"}
            body = BODIES.get(end.name, ODD) if bodied else None
            said = "odd" if bodied else ""
            restore = restorer(server.pbx)
            exchange = run.sut.send(run.sut.outgoing(end.name, body, key=key, broken=said))
            restore()
            shown = run.recorder.exchange(exchange)
            assert_silent(leaky, {end.name: json.dumps(shown, ensure_ascii=False)}, told=False)
            reproduces(shown, tmp_path)
        run.close()


# --- plain pytest ------------------------------------------------------------------------------

BREAKER = """
from conformance.check import Check

def broken(self, exchange, code, *, also=()):
    sent, answer = exchange.request.body, exchange.response.body
    headers, client, target = exchange.request.headers, self.sut.client, self.sut.target
    print(sent, headers)
    assert (exchange, sent, headers, answer) == (client.connection, target.pixit.privacy_password)

Check.expect_code = broken
"""


def test_tracebacks_with_locals_give_nothing_away(tmp_path: Path) -> None:
    leaky = Leaky()
    (tmp_path / "breaker.py").write_text(BREAKER, encoding="utf-8")
    (tmp_path / "page.html").touch(0o644)
    with leaky.server() as server:
        command = [sys.executable, "-m", "pytest", "--pyargs", "conformance", "-p", "breaker"]
        command += [f"--kpbx-url={server.url}", "--kpbx-allow=read,config", "--kpbx-out=out"]
        command += ["--html=page.html", "--self-contained-html", "--junitxml=junit.xml", "-rA"]
        command += ["-v", "--showlocals", "--tb=long", "--log-cli-level=DEBUG"]
        command += ["--kpbx-select=users.configs.post.code-1*", "--kpbx-select=users.brief.*"]
        done = subprocess.run(  # noqa: S603
            command,
            cwd=tmp_path,
            env=environment() | {"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"},
            capture_output=True,
            text=True,
            check=False,
        )
    shown = done.stdout + done.stderr
    assert done.returncode == 1, shown
    assert "AssertionError" in shown
    assert "exchange   = Exchange(" in shown
    texts = texts_below(tmp_path)
    texts.pop("breaker.py")
    leaky.secrets.pop("key")  # of a URL alone nobody told the run what the key is
    assert_silent(leaky, texts | {"the terminal": shown})
    for name in ("page.html", "junit.xml", *(name for name in texts if name.startswith("out/"))):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name


def test_what_is_printed_of_the_inner_objects_holds_no_secret() -> None:
    leaky = Leaky()
    with leaky.server() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in environment().items():
            patch.setenv(name, value)
        run = Run(Settings(url=server.url))
        run.open()
        outgoing = run.sut.outgoing("GET /users/configs/")
        exchange = run.sut.send(outgoing)
        run.close()
        objects: list[Any] = [run, run.sut, run.sut.target, run.sut.target.connection, outgoing]
        objects += [run.sut.client, exchange, exchange.request, exchange.response, run.redactor]
        objects += [server, server.facts, server.settings, server.pbx, server.pbx.config.running]
        objects += [*server.pbx.conferences, server.pbx.licence, run.settings, run.recorder]
    assert_silent(leaky, {type(one).__name__: repr(one) for one in objects})


def test_searches_give_nothing_away(tmp_path: Path) -> None:
    """Secrets that Hypothesis drew are withheld like any other, wherever they come back."""
    leaky = Leaky()
    with leaky.server() as server:
        file = tmp_path / "leaky.toml"
        file.write_text(TARGET.format(url=server.url), encoding="utf-8")
        command = [sys.executable, "-m", "conformance", "run", "--target", str(file)]
        command += ["--profile", "full", "--seed", "1", "--out", "out"]
        command += ["--select", "users.configs.post.stored"]
        done = subprocess.run(  # noqa: S603
            command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
        )
    # What Hypothesis finds in our own sources is nobody's secret, and may stand anywhere.
    package = Path(conformance.__file__).parent
    sources = "".join(file.read_text(encoding="utf-8") for file in package.rglob("*.py"))
    leaky.told = {word for word in leaky.told if word not in sources}
    assert len(leaky.told) > 30
    texts = texts_below(tmp_path / "out")
    texts = {name: text for name, text in texts.items() if not name.startswith(".examples/cache")}
    assert_silent(leaky, texts | {"the terminal": done.stdout + done.stderr})
