"""What `run --plan` says, and that it sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from conformance.cli import main
from tests.support import StubPbx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support import Script, ScriptedServer

    Start = Callable[[Script], ScriptedServer]

PENDING = "pbx.pending.get.response-schema"


def plan(*arguments: str) -> Result:
    """Ask for the plan of a run."""
    return CliRunner().invoke(main, ["run", *arguments, "--plan"])


def test_a_plan_sends_nothing(scripted: Start, tmp_path: Path) -> None:
    server = scripted(StubPbx())
    arguments = ("--url", server.url, "--allow", "config")
    result = plan(*arguments, "--out", str(tmp_path / "out"))
    assert result.exit_code == 0
    assert not server.seen
    assert not (tmp_path / "out").exists()
    text = result.output
    assert "users.configs.post.code-11" in text
    assert "config: " in text
    assert "extensions within 9000-9019" in text
    assert "safety class halt is not allowed in this run" in text
    assert "system.halt.put.response-schema" in text.partition("left out")[2]


@pytest.mark.parametrize(
    ("allow", "said", "unsaid"),
    [
        ("network", ["PUT /pbx/apply, PUT /pbx/revert", "  the DNS address"], ["extensions"]),
        ("config", ["PUT /pbx/apply, PUT /pbx/revert"], ["DNS address"]),
        ("read", ["only ask: every GET, POST /system/network"], ["PUT /pbx/apply", "Would "]),
    ],
)
def test_a_plan_names_the_requests_of_its_classes(
    allow: str, said: list[str], unsaid: list[str]
) -> None:
    # A search of the phonebook is of class read, and adds what it looks for where it may.
    shown = plan("--url", "http://x", "--allow", allow, "--select", "phonebook.*")
    text = shown.output.partition("left out")[0]
    assert [one for one in said if one not in text] == []
    assert [one for one in unsaid if one in text] == []
    assert ("contacts with texts of its own" in text) is (allow == "config")


def test_a_plan_names_what_the_lab_hook_is_called_for(tmp_path: Path) -> None:
    (tmp_path / "hook.sh").write_text("#!/bin/sh\n")
    (tmp_path / "hook.sh").chmod(0o700)
    file = tmp_path / "lab.toml"
    file.write_text('[target]\nurl = "http://x"\n[lab]\nhook = ["./hook.sh"]\n')
    shown = plan("--target", str(file), "--select", "license.*")
    (line,) = [line for line in shown.output.splitlines() if "hook would be called" in line]
    named = set(line.partition(": ")[2].split(", "))
    assert {"license-missing", "license-expired", "license-not-required"} <= named
    assert not named & {"power", "storage-failure"}


def test_a_plan_of_what_was_selected(tmp_path: Path) -> None:
    arguments = ("--url", "http://x", "--out", str(tmp_path))
    result = plan(*arguments, "--select", "pbx.pending.*")
    assert result.exit_code == 0
    rows = [line.split() for line in result.output.splitlines() if line.startswith("  ")]
    checks = [row for row in rows if "::" in row[0]]
    assert checks
    assert all(row[0].startswith(("pbx/", "general/")) for row in checks)
    assert PENDING in {name for row in rows for name in row}
    assert all(row[0].startswith("pbx.pending.") for row in rows if len(row) == 1)
