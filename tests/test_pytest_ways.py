"""The suite under plain pytest, with pytest's own ways of running part of it: as safe as ever."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from conformance import families
from conformance.emulator.altering import intercepting
from conformance.emulator.replies import Outcome
from conformance.emulator.seeded import alterations, by_id
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes
from conformance.lab.safety import SafetyClass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.emulator.alteration import Alteration
    from conformance.emulator.requestline import RequestLine

pytestmark = pytest.mark.slow
# pytester forgets what an inner session imports: these are imported once for all of them.
for name in ("httpcore", "hypothesis", "conformance.run"):
    import_module(name)

# Chosen so that every safety class has checks among them, and few.
SOME = (
    "--kpbx-select=users.brief.get.*",
    "--kpbx-select=users.configs.exten.delete.code-0",
    "--kpbx-select=users.configs.post.code-11",
    "--kpbx-select=system.network.dns.put.*",
    "--kpbx-select=system.pbxengine.reload.*",
    "--kpbx-select=system.restart.put.*",
    "--kpbx-select=system.halt.put.*",
)


@dataclass
class Pbx:
    """An emulated PBX as if it were a real one, and the requests that it got."""

    server: EmulatorServer
    lines: list[str]

    def pytest(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the suite on it with plain pytest."""
        command = [sys.executable, "-m", "pytest", "--pyargs", "conformance", "-q", "-rA"]
        command += [f"--kpbx-url={self.server.url}", "--kpbx-out=out", *arguments]
        return subprocess.run(  # noqa: S603
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def sent(self, *methods: str) -> list[str]:
        """The requests with these methods, without the lists that are asked for by POST."""
        asked = {"POST /rest/system/network/interfaces", "POST /rest/cdrcallcenter"}
        return [line for line in self.lines if line.split()[0] in methods and line not in asked]


def start(*altered: Alteration) -> Pbx:
    lines: list[str] = []

    def note(line: RequestLine) -> None:
        lines.append(f"{line.method} {line.path}")

    settings = EmulatorSettings(users=6, calls=20, boot_s=0.1, update_step_s=0.1)
    server = EmulatorServer(settings, emulated_routes(), on_request=note, alterations=altered)
    server.start()
    return Pbx(server, lines)


@pytest.fixture
def pbx() -> Iterator[Pbx]:
    found = start()
    yield found
    found.server.stop()


def results(folder: Path) -> dict[str, Any]:
    (file,) = (folder / "out").glob("*/results.json")
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def as_found(pbx: Pbx, before: dict[str, Any]) -> bool:
    return pbx.server.pbx.snapshot() == before


# --- what is not allowed never arrives ---------------------------------------------------------


def test_by_default_nothing_but_questions_arrives(pbx: Pbx, tmp_path: Path) -> None:
    before = pbx.server.pbx.snapshot()
    done = pbx.pytest(tmp_path, *SOME)
    assert done.returncode == 0, done.stdout
    assert pbx.lines
    assert pbx.sent("POST", "PUT", "DELETE") == []
    assert as_found(pbx, before)
    assert results(tmp_path)["allow"] == ["read"]


def test_what_goes_beyond_the_allowed_classes_does_not_arrive(pbx: Pbx, tmp_path: Path) -> None:
    before = pbx.server.pbx.snapshot()
    done = pbx.pytest(tmp_path, "--kpbx-allow=read,config", *SOME)
    assert done.returncode == 0, done.stdout
    paths = {line.split()[1].removeprefix("/rest") for line in pbx.sent("POST", "PUT", "DELETE")}
    assert any(path.startswith("/users/configs/") for path in paths)
    assert not [path for path in paths if path.startswith(("/system", "/click2call", "/license"))]
    assert as_found(pbx, before)
    verdicts = {row["safety"]: row["verdict"] for row in results(tmp_path)["requirements"]}
    for safety in ("network", "service", "reboot", "halt"):
        assert verdicts[safety] == "none"


# --- part of it, and the first failure ---------------------------------------------------------


def test_the_first_failure_leaves_the_pbx_as_it_was_found(tmp_path: Path) -> None:
    seeds = by_id(families.defects())
    chosen = [seeds["users.configs.post.vm_email-not-stored"]]
    pbx = start(*alterations(chosen))
    before = pbx.server.pbx.snapshot()
    try:
        done = pbx.pytest(
            tmp_path, "-x", "--kpbx-allow=config", "--kpbx-select=users.configs.post*"
        )
        assert done.returncode == 1, done.stdout
        assert "stopping after 1 failures" in done.stdout
        assert as_found(pbx, before)
        assert results(tmp_path)["leftovers"] == []
        assert results(tmp_path)["complete"] is False
        assert results(tmp_path)["summary"]["fail"] > 0
        again = pbx.pytest(tmp_path, "--lf", "--kpbx-allow=config", "-p", "no:randomly")
        assert again.returncode == 1, again.stdout
        assert re.search(r"\b1 failed", again.stdout)
        assert as_found(pbx, before)
    finally:
        pbx.server.stop()


def test_a_choice_by_name_runs_what_it_names(pbx: Pbx, tmp_path: Path) -> None:
    before = pbx.server.pbx.snapshot()
    done = pbx.pytest(tmp_path, "-k", "test_another_user_name_is_refused", "-p", "no:randomly")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("PASSED") == 1
    assert as_found(pbx, before)


# --- several processes -------------------------------------------------------------------------


def test_on_one_pbx_checks_never_run_beside_each_other(tmp_path: Path) -> None:
    pbx = start()
    before = pbx.server.pbx.snapshot()
    try:
        options = ("-n", "2", "--kpbx-allow=read,config", *SOME)
        done = pbx.pytest(tmp_path, *options)
        assert done.returncode == 0, done.stdout
        assert "its checks can't run in parallel" in done.stdout
        assert "gw0" not in done.stdout
        assert as_found(pbx, before)
        assert results(tmp_path)["summary"]["pass"] > 0
    finally:
        pbx.server.stop()


def test_on_the_embedded_pbx_two_processes_write_one_report(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "--pyargs", "conformance", "-q", "-n", "2"]
    command += ["--kpbx-out=out", "--junitxml=junit.xml", *SOME[:3]]
    done = subprocess.run(  # noqa: S603
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = results(tmp_path)
    assert found["summary"]["pass"] > 0
    assert found["summary"]["error"] == found["summary"]["fail"] == 0
    assert found["leftovers"] == []
    assert (tmp_path / "junit.xml").stat().st_mode & 0o077 == 0


# --- a teardown that fails ---------------------------------------------------------------------

DELETING = ("post.code-11", "exten.delete.response-schema")
SPOILER = """
import pytest

@pytest.fixture(autouse=True)
def spoiled(request):
    yield
    raise RuntimeError("this teardown is broken")

@pytest.fixture(autouse=True)
def spoiled_later(check, request):
    yield
    raise RuntimeError("this one comes before the check's own")
"""


def test_a_broken_teardown_of_others_leaves_no_object(pbx: Pbx, tmp_path: Path) -> None:
    (tmp_path / "spoiler.py").write_text(SPOILER, encoding="utf-8")
    before = pbx.server.pbx.snapshot()
    path = f"pythonpath={tmp_path}"
    done = pbx.pytest(tmp_path, "-o", path, "-p", "spoiler", "--kpbx-allow=config", *SOME)
    assert done.returncode == 1, done.stdout
    assert "this teardown is broken" in done.stdout
    assert pbx.sent("DELETE")
    assert as_found(pbx, before)
    assert results(tmp_path)["leftovers"] == []


def test_an_object_that_can_t_be_deleted_is_told_of(tmp_path: Path) -> None:
    def never(_pbx: Any, _request: Any, _proceed: Any) -> Any:
        return Outcome("user", 14, "User not saved")

    pbx = start(intercepting("DELETE /users/configs/<exten>", by=never))
    try:
        selected = (f"--kpbx-select=users.configs.{name}" for name in DELETING)
        done = pbx.pytest(tmp_path, "--kpbx-allow=config", *selected)
        left = set(pbx.server.pbx.snapshot()["running"]["users"])
        mine = {exten for exten in left if exten.startswith("90")}
        assert mine, "else this shows nothing"
        told = " ".join(results(tmp_path)["leftovers"])
        assert all(exten in told for exten in mine), told
        assert done.returncode == 1, "the code is none of a DELETE"
    finally:
        pbx.server.stop()


# --- asking on a terminal ----------------------------------------------------------------------


def on_a_terminal(pbx: Pbx, folder: Path, answers: str, *arguments: str) -> tuple[int, str]:
    """Run the suite with plain pytest on a terminal of its own, and answer what it asks."""
    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "pytest", "--pyargs", "conformance", *arguments]
    command += [f"--kpbx-url={pbx.server.url}", "--kpbx-select=users.brief.get.*"]
    process = subprocess.Popen(  # noqa: S603
        command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    os.write(mine, answers.encode())
    shown = bytearray()
    with suppress(OSError):
        while data := os.read(mine, 65536):
            shown += data
    os.close(mine)
    return process.wait(60), shown.decode("utf-8", "replace")


def test_drastic_classes_are_asked_for_once(pbx: Pbx, tmp_path: Path) -> None:
    allow = "--kpbx-allow=config,network,reboot"
    status, shown = on_a_terminal(pbx, tmp_path, "y\ny\n", allow, "--kpbx-out=out")
    assert status == 0, shown
    for safety in ("network", "reboot"):
        asked = f"Tests of class {safety} are allowed on {pbx.server.url}. Go on?"
        assert shown.count(asked) == 1, shown
    assert "class halt" not in shown


def test_a_refusal_ends_the_session_before_anything_is_sent(pbx: Pbx, tmp_path: Path) -> None:
    status, shown = on_a_terminal(pbx, tmp_path, "n\n", "--kpbx-allow=network,halt")
    assert status == 2, shown
    assert "network was not confirmed; narrow --kpbx-allow, or use --kpbx-yes" in shown
    assert "Traceback" not in shown
    assert pbx.lines == []


def test_yes_answers_beforehand(pbx: Pbx, tmp_path: Path) -> None:
    status, shown = on_a_terminal(pbx, tmp_path, "", "--kpbx-allow=network,halt", "--kpbx-yes")
    assert status == 0, shown
    assert "Go on?" not in shown


# --- options -----------------------------------------------------------------------------------


A_CHECK = """
from conformance.check import requirement

@requirement("pbx.pending.get.authentication")
def test_it(check): pass
"""


@pytest.mark.parametrize("out", [(), ("--kpbx-out=out",)])
@pytest.mark.parametrize(
    ("option", "status", "said"),
    [
        ("--kpbx-allow=everything", 2, "'everything' is no safety class"),
        ("--kpbx-target=missing.toml", 2, "missing.toml: can't be read"),
        ("--kpbx-url=ftp://pbx", 2, "is no URL"),
        ("--kpbx-url=http://127.0.0.1:9", 3, "can't be reached"),
        ("--kpbx-profile=thorough", 4, "invalid choice: 'thorough'"),
        ("--kpbx-seed=many", 4, "invalid int value: 'many'"),
    ],
)
def test_a_bad_option_is_one_clear_line(
    pytester: pytest.Pytester, out: tuple[str, ...], option: str, status: int, said: str
) -> None:
    pytester.makepyfile(A_CHECK)
    done = pytester.runpytest_inprocess(option, *out, "-p", "no:cacheprovider")
    shown = done.stdout.str() + done.stderr.str()
    assert done.ret == status, shown
    assert len([line for line in shown.splitlines() if said in line]) == 1, shown
    assert "Traceback" not in shown
    assert "INTERNALERROR" not in shown


def test_showing_what_there_is_sends_nothing(pbx: Pbx, tmp_path: Path) -> None:
    done = pbx.pytest(tmp_path, "--collect-only", f"--kpbx-allow={','.join(SafetyClass)}")
    assert done.returncode == 0, done.stdout
    assert pbx.lines == []
    assert not (tmp_path / "out").exists()
