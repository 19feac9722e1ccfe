"""The suite as pytest sees it: verdicts, order, selection, reasons, several processes."""

from __future__ import annotations

import json
import stat
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from conformance.general.test_request_id import ARBITRARY
from tests.support import StubPbx, drop, error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support import Answer, Script, ScriptedServer

    Start = Callable[[Script], ScriptedServer]

# pytester forgets what an inner session imports: these are imported once for all of them.
for name in ("httpcore", "hypothesis", "conformance.run", "conformance.report.page"):
    import_module(name)

FOLDER = "out/3.9.5-2891"
HEAD = """
import pytest
from conformance.check import requirement
from conformance.errors import LabError, SutUnreachable

SCHEMA, PENDING = "pbx.pending.get.response-schema", "GET /pbx/pending"
ONE, TWO = "users.configs.post.code-11", "users.configs.post.code-12"
USER = {"user": {"sip_secret": "x", "first_name": "a"}}
"""


class Suite:
    """Checks written for one test, run on a scripted PBX."""

    def __init__(self, pytester: pytest.Pytester, server: ScriptedServer) -> None:
        self.pytester = pytester
        self.server = server
        self.allow = "config,network,service,reboot,halt"

    def run(self, body: str, *arguments: str) -> pytest.RunResult:
        """Run a module with these checks."""
        self.pytester.makepyfile(test_made_up=HEAD + body)
        return self.pytester.runpytest_inprocess(
            f"--kpbx-url={self.server.url}",
            f"--kpbx-allow={self.allow}",
            "--kpbx-out=out",
            "-p",
            "no:cacheprovider",
            *arguments,
        )

    @property
    def results(self) -> dict[str, Any]:
        """The results of the run."""
        text = (self.pytester.path / FOLDER / "results.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return found

    def row(self, requirement: str) -> dict[str, Any]:
        """The result of one requirement."""
        (row,) = [row for row in self.results["requirements"] if row["id"] == requirement]
        return dict(row)

    def verdict(self, requirement: str) -> tuple[str, str]:
        """Verdict and reason of one requirement."""
        row = self.row(requirement)
        return row["verdict"], row["reason"]


ONE, TWO = "users.configs.post.code-11", "users.configs.post.code-12"


@pytest.fixture
def suite(pytester: pytest.Pytester, scripted: Start) -> Suite:
    table: dict[str, str | Answer] = {
        "PUT /users/configs/9000": error("user", 0, "Success"),
        "PUT /users/configs/9001": drop(),
    }
    return Suite(pytester, scripted(StubPbx(table)))


# --- how a check can end -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "outcome", "verdict", "reason"),
    [
        ("pass", "passed", "pass", ""),
        ("check.inconclusive('no data')", "skipped", "inconc", "no data"),
        ("check.not_run('no key')", "skipped", "none", "no key"),
        ("raise LabError('hook')", "skipped", "inconc", "the lab, not the PBX: hook"),
        ("raise SutUnreachable('gone')", "skipped", "inconc", "gone"),
        ("1 / 0", "failed", "error", "the harness failed: ZeroDivisionError: division by zero"),
        ("assert False", "failed", "error", "the harness failed: AssertionError: assert False"),
        ("pytest.fail('x')", "failed", "error", "the harness failed: Failed: x"),
        ("check.sut.outgoing('GET /no')", "failed", "error", "the guide has no endpoint"),
        ("with check.condition('power'): pass", "skipped", "none", "has no lab hook"),
    ],
)
def test_ends_of_a_check(suite: Suite, body: str, outcome: str, verdict: str, reason: str) -> None:
    result = suite.run(f"@requirement(ONE)\ndef test_it(check):\n    {body}\n")
    result.assert_outcomes(**{outcome: 1})
    found, why = suite.verdict(ONE)
    assert found == verdict
    assert reason in why
    assert suite.row(ONE)["failure"] is None


def test_a_failure_leaves_the_other_claims_inconclusive(suite: Suite) -> None:
    body = """
@requirement(ONE, TWO)
def test_it(check):
    exchange = check.call(PENDING)
    check.that(ONE, False, "white", "black", exchange)
"""
    suite.run(body).assert_outcomes(failed=1)
    row = suite.row(ONE)
    assert row["verdict"] == "fail"
    assert row["failure"]["expected"] == "white"
    assert row["failure"]["observed"] == "black"
    assert row["exchanges"] == 1
    (shown,) = row["failure"]["exchanges"]
    assert shown["method"] == "GET"
    assert shown["response"]["status"] == 200
    assert "$KPBX_PASSWORD" in shown["curl"]
    assert suite.verdict(TWO) == ("inconc", f"not reached: {ONE} failed before")
    assert suite.results["summary"]["fail"] == 1


def test_a_soft_failure_fails_the_test_and_goes_on(suite: Suite) -> None:
    body = """
@requirement(ONE, TWO)
def test_it(check):
    check.soft(ONE, False, "white", "black")
"""
    result = suite.run(body)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{ONE}: expected white; black*"])
    assert suite.verdict(ONE)[0] == "fail"
    assert suite.verdict(TWO)[0] == "pass"


def test_an_oracle_fails_a_check_that_saw_nothing(suite: Suite) -> None:
    suite.server.script = StubPbx({"GET /pbx/conferences": "<conferences><odd/></conferences>"})
    body = """
@requirement(ONE)
def test_it(check):
    check.call("GET /pbx/conferences")
"""
    suite.run(body).assert_outcomes(failed=1)
    assert suite.verdict("pbx.conferences.get.response-schema")[0] == "fail"
    assert suite.verdict(ONE)[0] == "pass"


def test_what_an_oracle_passed_needs_no_check_of_its_own(suite: Suite) -> None:
    body = "@requirement(ONE)\ndef test_it(check):\n    check.call(PENDING)\n"
    suite.run(body).assert_outcomes(passed=1)
    assert suite.verdict("pbx.pending.get.response-schema")[0] == "pass"
    assert suite.verdict("pbx.pending.get.request-id")[0] == "pass"


# --- the way out -------------------------------------------------------------------------------


def test_cleaning_up_happens_after_a_failure(suite: Suite) -> None:
    body = """
@requirement(ONE)
def test_it(check):
    check.on_exit(lambda: check.call("PUT /pbx/apply"))
    check.fail(ONE, "white", "black")
"""
    suite.run(body).assert_outcomes(failed=1)
    assert "PUT /pbx/apply" in suite.server.lines
    assert suite.verdict("pbx.apply.put.response-schema")[0] == "pass"


def test_what_could_not_be_removed_is_told(suite: Suite) -> None:
    body = """
@requirement(ONE)
def test_it(check):
    check.on_exit(lambda: check.fail(TWO, "gone", "still there"))
"""
    suite.run(body).assert_outcomes(passed=1)
    assert suite.verdict(ONE)[0] == "pass"
    assert suite.verdict(TWO)[0] == "fail"
    (left,) = suite.results["leftovers"]
    assert "still there" in left


BROKEN_CLEANUP = """
@requirement(ONE)
def test_it(check):
    def broken():
        raise {problem}
    check.on_exit(broken)
    {body}
"""
FAILS = "check.fail(ONE, 'white', 'black')"


@pytest.mark.parametrize(("body", "verdict"), [("pass", "pass"), (FAILS, "fail")])
def test_a_lab_that_fails_while_cleaning_up_leaves_something_behind(
    suite: Suite, body: str, verdict: str
) -> None:
    suite.run(BROKEN_CLEANUP.format(problem="LabError('hook')", body=body))
    assert suite.verdict(ONE)[0] == verdict
    assert suite.results["leftovers"] == ["hook"]


@pytest.mark.parametrize(
    ("body", "verdict"), [("pass", "error"), ("check.passed(ONE)", "error"), (FAILS, "fail")]
)
def test_a_cleanup_that_breaks_does_not_lose_what_was_found(
    suite: Suite, body: str, verdict: str
) -> None:
    result = suite.run(BROKEN_CLEANUP.format(problem="ZeroDivisionError('oops')", body=body))
    assert result.parseoutcomes()["errors"] == 1
    assert suite.verdict(ONE)[0] == verdict
    assert suite.results["leftovers"] == ["cleaning up failed: ZeroDivisionError: oops"]


# --- what is left out --------------------------------------------------------------------------

CLASSES = """
@requirement("pbx.pending.get.authentication")
def test_read(check): pass
@requirement("users.configs.post.code-0")
def test_config(check): pass
@requirement("system.restart.put.answer")
def test_reboot(check): pass
"""


def test_a_check_needs_its_safety_class(suite: Suite) -> None:
    suite.allow = "read"
    before = "@requirement(ONE)\ndef test_it(check): check.call('PUT /pbx/apply')\n"
    suite.run(before).assert_outcomes(skipped=1)
    assert suite.verdict(ONE) == ("none", "safety class config is not allowed in this run")
    assert not [line for line in suite.server.lines if line.startswith("PUT")]


def test_a_request_beyond_the_allowed_classes_is_not_sent(suite: Suite) -> None:
    suite.allow = "read"
    body = """
@requirement("pbx.pending.get.authentication")
def test_it(check):
    check.soft("pbx.pending.get.authentication", True, "a", "b")
    check.call("PUT /system/halt")
@requirement("pbx.pending.get.response-schema")
def test_too(check):
    check.call("PUT /pbx/apply")
"""
    suite.run(body).assert_outcomes(skipped=2)
    assert suite.verdict("pbx.pending.get.authentication")[0] == "pass", "it had been decided"
    verdict, reason = suite.verdict("pbx.pending.get.response-schema")
    assert verdict == "none"
    assert "PUT /pbx/apply is of class " in reason
    assert not [line for line in suite.server.lines if line.startswith("PUT")]


def test_a_check_that_needs_what_there_is_not_says_so(suite: Suite) -> None:
    body = """
@requirement("users.configs.post.code-13")
def test_lab(check): raise AssertionError
@requirement("cdr.post.code-12")
def test_lab_too(check): raise AssertionError
"""
    result = suite.run(body, "-rs")
    assert "lab hook" in suite.verdict("cdr.post.code-12")[1]
    result.stdout.fnmatch_lines(["*SKIPPED*lab hook*"])


def test_one_claim_that_can_t_be_judged_leaves_all_out(suite: Suite) -> None:
    body = "@requirement(ONE, 'cdr.post.code-12')\ndef test_it(check): raise AssertionError\n"
    suite.run(body).assert_outcomes(skipped=1)
    assert suite.verdict(ONE)[0] == "none"
    assert suite.verdict(ONE)[1]


def test_nothing_runs_on_a_pbx_that_stopped_answering(suite: Suite) -> None:
    body = """
@requirement(ONE)
def test_a(check): check.sut.dead = "stopped answering at PUT /x"
@requirement(TWO)
def test_b(check): raise AssertionError
"""
    suite.run(body).assert_outcomes(passed=1, skipped=1)
    assert suite.verdict(TWO) == ("none", "the PBX stopped answering at PUT /x")
    assert suite.results["complete"] is False


def test_other_people_s_changes_that_are_pending_are_left_alone(suite: Suite) -> None:
    suite.server.script = StubPbx({"GET /pbx/pending": "<pbx_pending>true</pbx_pending>"})
    suite.run("@requirement(ONE)\ndef test_it(check): raise AssertionError\n")
    assert "pending when the run began" in suite.verdict(ONE)[1]


def test_an_unknown_requirement_is_the_harness_s_mistake(suite: Suite) -> None:
    body = "@requirement('users.configs.post.nonsense')\ndef test_it(check): pass\n"
    result = suite.run(body)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = "*test_made_up.py::test_it claims 'users.configs.post.nonsense': no such requirement*"
    result.stderr.fnmatch_lines([said])


# --- order and selection -----------------------------------------------------------------------

SHUFFLED = """
@requirement("system.halt.put.response-schema")
def test_halt(check): pass
@requirement("users.configs.post.code-0", "pbx.pending.get.authentication")
def test_config(check): pass
def test_ordinary(): pass
@requirement("pbx.pending.get.authentication")
def test_read(check): pass
@requirement("system.network.routes.post.code-0")
def test_network(check): pass
"""


def test_harmless_checks_come_first(suite: Suite) -> None:
    result = suite.run(SHUFFLED, "--collect-only", "-q")
    lines = [line.rpartition("::")[2] for line in result.outlines if "::" in line]
    assert lines == ["test_ordinary", "test_read", "test_config", "test_network", "test_halt"]


@pytest.mark.parametrize(
    ("glob", "kept"),
    [
        ("users.*", ["test_config"]),
        ("*.code-0", ["test_config", "test_network"]),
        ("pbx.pending.get.response-schema", ["test_read", "test_config"]),
        ("system.network.routes.post.message-0", ["test_network"]),
        ("nothing.*", []),
    ],
)
def test_select(suite: Suite, glob: str, kept: list[str]) -> None:
    result = suite.run(SHUFFLED, "--collect-only", "-q", f"--kpbx-select={glob}")
    lines = [line.rpartition("::")[2] for line in result.outlines if "::" in line]
    assert lines == kept


def test_results_hold_what_was_selected(suite: Suite) -> None:
    body = "@requirement(ONE)\ndef test_it(check): pass\n"
    suite.run(body, "--kpbx-select=users.configs.post.code-1?", "--kpbx-select=pbx.*")
    ids = {row["id"] for row in suite.results["requirements"]}
    assert {name.partition(".")[0] for name in ids} == {"users", "pbx"}
    assert "users.configs.post.code-0" not in ids
    assert suite.results["select"] == ["users.configs.post.code-1?", "pbx.*"]


# --- a session of somebody else ----------------------------------------------------------------


def test_the_plugin_is_silent_in_other_people_s_sessions(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    lines = [line for line in result.outlines if not line.startswith(("plugins:", "rootdir:"))]
    assert "kpbx" not in "".join(lines)
    assert not list(pytester.path.glob("**/results.json"))


def test_a_pbx_that_is_not_there_ends_the_session(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(HEAD + "@requirement(ONE)\ndef test_it(check): pass\n")
    result = pytester.runpytest_inprocess("--kpbx-url=http://127.0.0.1:9", "-p", "no:cacheprovider")
    assert result.ret == 3
    assert "can't be reached" in result.stdout.str() + result.stderr.str()


def test_refused_credentials_end_the_session(suite: Suite) -> None:
    suite.server.script = StubPbx(refuses=True)
    suite.pytester.makepyfile(HEAD + "@requirement(ONE)\ndef test_it(check): pass\n")
    result = suite.pytester.runpytest_inprocess(
        f"--kpbx-url={suite.server.url}", "-p", "no:cacheprovider"
    )
    assert result.ret == 3
    text = result.stdout.str() + result.stderr.str()
    assert "refuses the credentials of 'admin'" in text
    assert "KPBX_PASSWORD" in text


def test_a_wrong_option_is_a_bad_argument(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(HEAD + "@requirement(ONE)\ndef test_it(check): pass\n")
    for option in ("--kpbx-url=ftp://x", "--kpbx-target=missing.toml", "--kpbx-allow=all"):
        result = pytester.runpytest_inprocess(option, "-p", "no:cacheprovider")
        assert result.ret == 2, option


# --- files -------------------------------------------------------------------------------------


def test_files_are_their_owner_s_alone(suite: Suite) -> None:
    suite.run("@requirement(ONE)\ndef test_it(check): check.call(PENDING)\n")
    files = sorted((suite.pytester.path / FOLDER).iterdir())
    assert [file.name for file in files] == ["exchanges.har", "results.json"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_har_holds_every_exchange_once(suite: Suite) -> None:
    suite.run("@requirement(ONE)\ndef test_it(check): check.call(PENDING)\n")
    text = (suite.pytester.path / FOLDER / "exchanges.har").read_text(encoding="utf-8")
    entries = json.loads(text)["log"]["entries"]
    sent = [(e["request"]["method"], e["request"]["url"]) for e in entries]
    assert sent == [(s.method, suite.server.url + s.target) for s in suite.server.seen]


# --- the real suite ----------------------------------------------------------------------------


def outcomes(folder: Path) -> dict[str, str]:
    (file,) = folder.glob("*/results.json")
    rows = json.loads(file.read_text(encoding="utf-8"))["requirements"]
    return {row["id"]: row["verdict"] for row in rows}


@pytest.mark.slow
def test_two_processes_find_what_one_finds(pytester: pytest.Pytester) -> None:
    suite = ("--pyargs", "conformance.general", "-k", "any_alphanumeric", "-p", "no:cacheprovider")
    select = ("--kpbx-select=api.xml.*", "--kpbx-select=api.request-id.*")
    one = pytester.runpytest_inprocess(*suite, *select, "--kpbx-out=one", "-q")
    two = pytester.runpytest_subprocess(*suite, *select, "--kpbx-out=two", "-q", "-n2")
    assert one.ret == two.ret == 0
    alone = outcomes(pytester.path / "one")
    assert outcomes(pytester.path / "two") == alone
    assert "pass" in alone.values()


@pytest.mark.slow
def test_the_suite_runs_in_an_empty_folder_by_its_package_name(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--pyargs", "conformance", "-k", "any_alphanumeric")
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] == len(ARBITRARY)
    assert not list(pytester.path.glob("**/results.json"))


def test_workers_are_not_used_on_one_pbx(suite: Suite) -> None:
    """Beside each other, checks that change the PBX would judge each other."""
    body = """
@requirement(ONE)
def test_it(check):
    pass
"""
    result = suite.run(body, "-n", "2")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.no_fnmatch_line("*workers [[]*")


def test_secrets_are_withheld_from_what_pytest_shows(suite: Suite) -> None:
    body = """
@requirement(ONE)
def test_it(check):
    check.fail(ONE, "silence", "heard <sip_secret>hush-hush</sip_secret>")
"""
    result = suite.run(body)
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*hush-hush*")
