"""The command line of contract.md: what it prints, what it exits with, what it never sends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner, Result

from conformance import catalogue, command
from conformance.cli import main
from conformance.consent import ask
from conformance.errors import ConfigurationError, HarnessError
from conformance.lab.safety import ALL_CLASSES, SafetyClass
from conformance.resources import fixtures_dir, xsd_dir
from tests.support import Canned, Seen, StubPbx, drop, kpbx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support import Script, ScriptedServer

    Start = Callable[[Script], ScriptedServer]

GUIDE = catalogue.load()
PENDING = "pbx.pending.get.response-schema"


def cli(*arguments: str, stdin: bytes = b"", **environment: str) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, list(arguments), input=stdin, env=environment)


def process(
    *arguments: str, cwd: Path, code: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    start = ["-c", f"{code}\nfrom conformance.cli import main; main()"] if code else []
    start = start or ["-m", "conformance"]
    return subprocess.run(  # noqa: S603
        [sys.executable, *start, *arguments],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# --- help --------------------------------------------------------------------------------------


def test_the_commands_are_those_that_work() -> None:
    assert {"run", "emulate", "catalogue", "validate"} <= set(main.commands)
    assert cli("--version").output.startswith("kpbx-conformance, version ")
    assert cli("-h").exit_code == 0


@pytest.mark.parametrize("name", sorted(main.commands))
def test_help_shows_an_example(name: str) -> None:
    result = cli(name, "--help")
    assert result.exit_code == 0
    assert f"Example: kpbx-conformance {name}" in " ".join(result.output.split())
    options = [param for param in main.commands[name].params if isinstance(param, click.Option)]
    for option in options:
        assert option.opts[0] in result.output


# --- catalogue ---------------------------------------------------------------------------------


def test_the_catalogue_for_a_program() -> None:
    result = cli("catalogue", "--json")
    assert result.exit_code == 0
    data = json.loads(result.output)
    assert len(data["endpoints"]) == 49
    wanted = {
        "method",
        "path",
        "family",
        "safety",
        "api_versions",
        "license_exempt",
        "codes",
        "request_schema",
        "response_schema",
    }
    for end in data["endpoints"]:
        assert wanted <= end.keys()
        assert end["api_versions"] == ["1.0", "1.1"]
        assert end["path"].startswith("/")
        for kind in ("request_schema", "response_schema"):
            schemas = end[kind]
            if kind == "request_schema" and end["method"] in {"GET", "DELETE"}:
                assert schemas is None
                continue
            assert set(schemas) == {"1.0", "1.1"}
            assert all((xsd_dir() / path).is_file() for path in schemas.values())
    assert sum(len(end["codes"]) for end in data["endpoints"]) == 131
    codes = [code for end in data["endpoints"] for code in end["codes"]]
    assert all(code.keys() == {"code", "message"} and code["message"] for code in codes)
    assert [code["code"] for code in data["global_codes"]] == [1, 2, 3]
    needed = {"id", "clause", "endpoint", "code", "safety", "title", "needs"}
    assert all(needed <= item.keys() for item in data["requirements"])
    assert all(
        {"id", "clause", "choice", "alternatives"} <= item.keys() for item in data["readings"]
    )
    assert {f"RD-{number:02}" for number in range(1, 49)} <= {
        item["id"] for item in data["readings"]
    }
    cdr = next(end for end in data["endpoints"] if end["path"] == "/cdr")
    assert cdr["request_schema"]["1.0"] != cdr["request_schema"]["1.1"]


def test_the_catalogue_for_a_person() -> None:
    result = cli("catalogue")
    assert result.exit_code == 0
    assert "49 endpoints, 131 endpoint codes, 3 licence codes" in result.output
    for text in ("POST /users/configs/", "User already exists", "RD-13", "License expired"):
        assert text in result.output


# --- validate ----------------------------------------------------------------------------------

FIXTURES = fixtures_dir() / "users" / "users.configs.post.request"
REQUEST = ("validate", "--endpoint", "POST /users/configs/", "--kind", "request")


def test_a_valid_document() -> None:
    result = cli(*REQUEST, str(FIXTURES / "valid-guide.xml"))
    assert result.exit_code == 0
    assert result.output.endswith("valid-guide.xml: valid\n")


def test_an_invalid_document_says_where_and_what() -> None:
    result = cli(*REQUEST, str(FIXTURES / "invalid-exten-missing.xml"))
    assert result.exit_code == 1
    first = result.output.splitlines()[0]
    assert ".xml:" in first
    assert "found " in first
    assert "; allowed: " in first


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (b"<kpbx_request/>", 1),
        (b"<kpbx_request>", 1),
        (b"", 1),
        (b"\0\1", 1),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><kpbx_request/>', 1),
        (FIXTURES.joinpath("valid-guide.xml").read_bytes(), 0),
    ],
)
def test_standard_input(document: bytes, status: int) -> None:
    result = cli(*REQUEST, stdin=document)
    assert result.exit_code == status
    assert result.output.startswith("stdin")


def test_the_api_version_counts() -> None:
    document = b"<kpbx_request><cdr><filter><unique_id>1</unique_id></filter></cdr></kpbx_request>"
    arguments = ("validate", "--endpoint", "POST  /cdr", "--kind", "request", "--api-version")
    assert cli(*arguments, "1.0", stdin=document).exit_code == 1
    assert cli(*arguments, "1.1", stdin=document).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*REQUEST, "no-such-file.xml"), "no-such-file.xml: can't be read: No such file"),
        ((*REQUEST, "/"), "can't be read: "),
        (("validate", "--endpoint", "GET /nothing", "--kind", "response"), "has no 'GET /nothing'"),
        (("validate", "--endpoint", "GET /pbx/pending", "--kind", "request"), "no request"),
        (("validate", "--endpoint", "POST /cdr", "--kind", "both"), "'both' is not one of"),
        (("validate", "--kind", "request"), "Missing option '--endpoint'"),
        ((*REQUEST, "--api-version", "2.0"), "'2.0' is not one of"),
    ],
)
def test_bad_input_of_validate(arguments: tuple[str, ...], said: str) -> None:
    result = cli(*arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


# --- run: bad arguments ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--url", "pbx.example"), "--url: 'pbx.example' is no URL; write it like"),
        (("--url", "http://[::1"), "is no URL"),
        (("--target", "missing.toml"), "missing.toml: can't be read"),
        (("--url", "http://x", "--allow", "all"), "--allow: 'all' is no safety class; use some"),
        (("--url", "http://x", "--select", "nothing.*"), "--select: no requirement is called"),
        (("--url", "http://x", "--seed", "-1"), "--seed"),
        (("--url", "http://x", "--seed", "x"), "--seed"),
        (("--url", "http://x", "--profile", "slow"), "--profile"),
        (("--nonsense",), "--nonsense"),
        (("extra",), "extra"),
    ],
)
def test_bad_arguments_of_run(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    result = cli("run", "--out", str(tmp_path / "out"), *arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_allow_beyond_the_target_file_is_refused_before_anything_is_sent(
    scripted: Start, tmp_path: Path
) -> None:
    server = scripted(StubPbx())
    file = tmp_path / "lab.toml"
    file.write_text(f'[target]\nurl = "{server.url}"\n[safety]\nallow = ["config"]\n')
    result = cli("run", "--target", str(file), "--allow", "config,halt", "--out", str(tmp_path))
    assert result.exit_code == 2
    assert "halt goes beyond" in result.output
    assert not server.seen


def test_a_folder_that_can_t_be_written(scripted: Start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    url = scripted(StubPbx()).url
    result = cli("run", "--url", url, "--out", str(tmp_path / "file"))
    assert result.exit_code == 2
    assert "--out" in result.output
    assert "can't be created" in result.output


# --- run: no verdict possible ------------------------------------------------------------------


def test_an_unreachable_pbx(scripted: Start, tmp_path: Path) -> None:
    for script in (lambda _seen: drop(), lambda _seen: Canned(raw=b"SSH-2.0\r\n")):
        url = scripted(script).url
        result = cli("run", "--url", url, "--out", str(tmp_path / "out"))
        assert result.exit_code == 3
        assert "can't be reached" in result.output
        assert not (tmp_path / "out").exists(), "no verdict was given"


def test_refused_credentials(scripted: Start, tmp_path: Path) -> None:
    url = scripted(StubPbx(refuses=True)).url
    arguments = ("run", "--url", url, "--out", str(tmp_path / "out"))
    result = cli(*arguments, KPBX_PASSWORD="s3cr3t-of-mine", KPBX_USERNAME="operator")
    assert result.exit_code == 3
    assert "refuses the credentials of 'operator'" in result.output
    assert "s3cr3t" not in result.output
    assert not (tmp_path / "out").exists()


# --- run: asking first -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allow", "asked"),
    [
        ({SafetyClass.READ, SafetyClass.CONFIG, SafetyClass.SERVICE}, []),
        ({SafetyClass.READ, SafetyClass.NETWORK}, ["network"]),
        (ALL_CLASSES, ["network", "reboot", "halt"]),
    ],
)
@pytest.mark.parametrize("terminal", [True, False])
def test_questions_are_asked_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, allow: set[SafetyClass], asked: list[str], terminal: bool
) -> None:
    questions: list[str] = []

    def confirm(text: str, **_how: Any) -> bool:
        questions.append(text)
        return True

    monkeypatch.setattr("click.confirm", confirm)
    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(sys, stream, SimpleNamespace(isatty=lambda: terminal))
    connection = SimpleNamespace(url="http://pbx")
    target = SimpleNamespace(connection=connection)
    sut = SimpleNamespace(client=SimpleNamespace(allow=allow), target=target)
    asking: Any = sut
    ask(asking, "--allow", "--yes")
    assert [
        name for name in ("network", "reboot", "halt") if any(name in q for q in questions)
    ] == (asked if terminal else [])
    assert all("http://pbx" in question for question in questions)
    monkeypatch.setattr("click.confirm", lambda *_a, **_k: False)
    if terminal and asked:
        with pytest.raises(ConfigurationError, match=f"{asked[0]} was not confirmed"):
            ask(asking, "--allow", "--yes")


# --- run: whole --------------------------------------------------------------------------------


def results_in(folder: Path) -> dict[str, Any]:
    (file,) = folder.glob("*/results.json")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("counts", "status", "stopped", "exit_status"),
    [
        ({"pass": 3}, 0, False, 0),
        ({"pass": 3, "inconc": 2, "none": 1}, 0, False, 0),
        ({"none": 3}, 0, False, 0),
        ({"pass": 3, "fail": 1}, 1, False, 1),
        ({"pass": 3, "fail": 1}, 0, False, 1),
        ({"pass": 3, "fail": 1, "error": 1}, 1, False, 4),
        ({"error": 1}, 1, False, 4),
        ({"pass": 3}, 2, False, 4),
        ({"pass": 3}, 3, False, 4),
        ({"pass": 3}, 4, False, 4),
        ({"pass": 3}, 0, True, 1),
        ({"pass": 3}, 1, True, 1),
        ({"pass": 3, "error": 1}, 1, True, 4),
        ({}, 0, True, 1),
        ({"pass": 3}, 1, False, 0),  # what failed was not selected
    ],
)
def test_exit_statuses(
    counts: dict[str, int], status: int, stopped: bool, exit_status: int
) -> None:
    zero = dict.fromkeys(("pass", "fail", "inconc", "error", "none"), 0)
    said = command._exit_status(zero | counts, status, stopped=stopped)  # noqa: SLF001
    assert said == exit_status


def test_errors_have_the_contract_s_statuses() -> None:
    assert ConfigurationError.exit_status == 2
    assert HarnessError.exit_status == 4


def test_a_run_on_the_emulator_from_an_empty_folder(tmp_path: Path) -> None:
    select = ("--select", "api.request-id.optional")
    done = process("run", *select, "--out", "out", "--seed", "5", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    results = results_in(tmp_path / "out")
    assert results["summary"] == {"pass": 1, "fail": 0, "inconc": 0, "error": 0, "none": 0}
    assert results["allow"] == ["read", "config", "network", "service", "reboot", "halt"]
    assert results["seed"] == 5
    lines = done.stdout.splitlines()
    assert "embedded emulator" in lines[0]
    assert lines[-3].startswith("1 pass, 0 fail, 0 inconc, 0 error, 0 none in ")
    assert lines[-2] == "The PBX is as it was found"
    assert lines[-1] == "Report: out/3.9.5-2891/report.html"
    assert "\x1b" not in done.stdout, "no colours where there is no terminal"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_defective_pbx_fails(scripted: Start, tmp_path: Path) -> None:
    hostile = (
        "<pbx_pending>\N{RIGHT-TO-LEFT OVERRIDE}[bold]maybe[/]"
        "&lt;script&gt;alert(1)&lt;/script&gt;<![CDATA[<script>alert(2)</script>]]></pbx_pending>"
    )
    server = scripted(StubPbx({"GET /pbx/pending": hostile}))
    arguments = ("run", "--url", server.url, "--select", "api.request-id.optional", "--select")
    done = process(*arguments, PENDING, "--out", "out", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"fail   {PENDING}: " in done.stdout
    assert "[bold]maybe[/]" in done.stdout, "what the PBX sent is text, not markup"
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in done.stdout
    rows = {row["id"]: row for row in results_in(tmp_path / "out")["requirements"]}
    assert rows[PENDING]["verdict"] == "fail"
    assert rows[PENDING]["failure"]["exchanges"]
    page = (tmp_path / "out/3.9.5-2891/report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "alert(2)" in page
    methods = {seen.method for seen in server.seen}
    assert methods <= {"GET", "POST"}, "only reading is allowed"


def test_a_harness_that_fails_says_so(scripted: Start, tmp_path: Path) -> None:
    code = "import conformance.check; conformance.check.judge = lambda *_: 1 / 0"
    url = scripted(StubPbx()).url
    arguments = ("run", "--url", url, "--select", "api.request-id.optional", "--out", "out")
    done = process(*arguments, cwd=tmp_path, code=code)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "error  api.request-id.optional: the harness failed: ZeroDivisionError" in done.stdout


def test_the_environment_s_pytest_options_change_nothing(tmp_path: Path) -> None:
    arguments = ("run", "--select", "api.request-id.arbitrary", "--out", "out")
    environment = {"PYTEST_ADDOPTS": "-k no_such_check -x", "PYTEST_PLUGINS": "no_such_plugin"}
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -k no_such_check\n")
    (tmp_path / "conftest.py").write_text("raise RuntimeError\n")
    done = process(*arguments, cwd=tmp_path, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert results_in(tmp_path / "out")["summary"]["pass"] == 1


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_an_interrupted_run_keeps_what_it_had_learnt(scripted: Start, tmp_path: Path) -> None:
    stub = StubPbx()

    def slowly(seen: Seen) -> Canned:
        if seen.request_id == "7":  # the first check's first request
            return kpbx("<pbx_pending>false</pbx_pending>", "7", delay_s=10)
        return stub(seen)

    server = scripted(slowly)
    command_line = [sys.executable, "-m", "conformance", "run", "--url", server.url]
    command_line += ["--select", "api.request-id.arbitrary", "--out", "out"]
    with subprocess.Popen(command_line, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as started:  # noqa: S603
        until = time.monotonic() + 20
        while not any(seen.request_id == "7" for seen in server.seen):
            assert time.monotonic() < until, "the first check never began"
            time.sleep(0.01)
        started.send_signal(signal.SIGINT)
        output = started.communicate(timeout=20)[0]
    assert started.returncode == 4
    assert "not complete" in output
    results = results_in(tmp_path / "out")
    assert results["complete"] is False
    assert results["summary"]["pass"] == 0


# --- emulate -----------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_the_emulator_says_its_url_first_and_stops_when_told(tmp_path: Path) -> None:
    command_line = [sys.executable, "-m", "conformance", "emulate", "--port", "0"]
    command_line += ["--users", "2", "--calls", "0"]
    with subprocess.Popen(  # noqa: S603
        command_line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        url = started.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        plan = cli("run", "--url", url, "--plan", "--out", str(tmp_path))
        assert plan.exit_code == 0
        started.send_signal(signal.SIGINT)
        rest, log = started.communicate(timeout=20)
    assert started.returncode == 0
    assert rest == ""
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--firmware", "1.0.0-0001"), "1.0.0-0001"),
        (("--users", "0"), "--users"),
        (("--port", "70000"), "--port"),
        (("--host", "192.0.2.1", "--port", "0"), "can't be listened on"),
    ],
)
def test_bad_arguments_of_emulate(arguments: tuple[str, ...], said: str) -> None:
    result = cli("emulate", *arguments)
    assert result.exit_code == 2
    assert said in result.output
