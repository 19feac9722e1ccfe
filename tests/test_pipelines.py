"""The jobs of docs/ci.md: their commands, run as they stand, on a small part of the suite."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLES = Path(__file__).parent.parent / "examples" / "ci"
# The harness is installed already; a run of everything would take too long here.
INSTALLS = ("python3 -m venv", "export PATH=", 'echo "$PWD/.venv/bin"')
STAND_IN = """#!/bin/sh
command=$1; shift
if [ "$command" = run ]; then set -- --select 'users.brief.*' "$@"; fi
exec {python} -m conformance "$command" "$@"
"""


def gitlab() -> list[str]:
    jobs = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text(encoding="utf-8"))
    return [*jobs["conformance"]["script"], *jobs["pages"]["script"]]


def github() -> list[str]:
    workflow = yaml.safe_load((EXAMPLES / "github.yml").read_text(encoding="utf-8"))
    return [step["run"] for step in workflow["jobs"]["conformance"]["steps"] if "run" in step]


SCRIPTS = {"GitLab": gitlab, "GitHub": github}


def run(commands: Iterable[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the commands of a job as a CI server does; the harness is the one under test."""
    lines = [
        line
        for command in commands
        for line in command.splitlines()
        if not line.startswith(INSTALLS)
    ]
    (folder / "bin").mkdir(exist_ok=True)
    harness = folder / "bin" / "kpbx-conformance"
    harness.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
    harness.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{harness.parent}:{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    return subprocess.run(  # noqa: S603 - our own examples
        ["/usr/bin/env", "bash", "-e", "-o", "pipefail", "-c", "\n".join(lines)],
        cwd=folder, env=environment, text=True, capture_output=True, check=False, timeout=120,
    )  # fmt: skip


def gating(name: str) -> list[str]:
    """The commands of a job that gate what was judged before."""
    return [command for command in SCRIPTS[name]() if "kpbx-conformance gate" in command]


@pytest.mark.slow
def test_a_baseline_and_a_candidate_that_is_worse(tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").touch()
    first = run(["kpbx-conformance run --seed 1 --out reports"], tmp_path)
    assert first.returncode == 0, first.stdout
    baseline = tmp_path / "baseline"
    baseline.mkdir()
    (found,) = tmp_path.glob("reports/*/results.json")
    shutil.move(found, baseline / "results.json")
    for name, script in SCRIPTS.items():
        shutil.rmtree(tmp_path / "reports")
        done = run(script(), tmp_path)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
        assert "users.brief" in (tmp_path / "public" / "index.html").read_text(encoding="utf-8")
        assert (tmp_path / "gate.md").read_text(encoding="utf-8")
        assert (tmp_path / "gate.xml").exists()
    shown = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert shown == (tmp_path / "gate.md").read_text(encoding="utf-8")
    worse(next(tmp_path.glob("reports/*/results.json")))
    for name in SCRIPTS:
        barred = run(gating(name), tmp_path)
        assert barred.returncode == 1, f"{name}: {barred.stdout}{barred.stderr}"


def worse(file: Path) -> None:
    """Have a candidate leave undecided what its baseline passes."""
    results = json.loads(file.read_text(encoding="utf-8"))
    row = next(row for row in results["requirements"] if row["verdict"] == "pass")
    row |= {"verdict": "inconc", "core": "inconc", "reason": "it could not tell"}
    results["summary"]["pass"] -= 1
    results["summary"]["inconc"] += 1
    file.write_text(json.dumps(results), encoding="utf-8")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_job_without_baseline_says_so(name: str, tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").touch()
    done = run(gating(name), tmp_path)
    assert done.returncode == 2
    assert "baseline/results.json" in done.stderr
