"""replay as it is used: a case in, on a PBX with the defect and on one without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from conformance.cli import main
from tests.bugreport.finding import CASES, emulated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from tests.bugreport.conftest import Written

    Write = Callable[[str], Written]

ALLOW = "read,config,network"


def replayed(case: Path, url: str, allow: str = ALLOW) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own: it runs pytest."""
    command = [sys.executable, "-m", "conformance", "replay", str(case), "--url", url]
    return subprocess.run(  # noqa: S603 - ourselves
        [*command, "--allow", allow],
        capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
        env={**os.environ, "KPBX_PASSWORD": "admin"},
    )  # fmt: skip


def replay(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["replay", *map(str, arguments)])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ids", "search", "sequence", "code"])
def test_still_fails_and_then_is_fixed(written: Write, name: str) -> None:
    report, requirement = written(name), CASES[name].requirement
    with emulated(report.defect, seed=4) as pbx:
        before = pbx.state()
        done = replayed(report.folder, pbx.url)
        assert done.returncode == 1, done.stdout + done.stderr
        assert f"{requirement}: still fails in 3.9.5-2891" in done.stdout
        assert "observed now: " in done.stdout
        assert "not as it was found" not in done.stdout
        assert pbx.state() == before
    with emulated(seed=4, firmware="3.9.3-2664") as pbx:
        before = pbx.state()
        done = replayed(report.folder.with_name(f"{report.folder.name}.zip"), pbx.url)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{requirement}: fixed in 3.9.3-2664" in done.stdout
        assert pbx.state() == before
        changed = [seen for seen, _ in pbx.said if seen.line == "PUT /phonebook/contacts"]
        assert name != "search" or len(changed) == 1, "what was drawn, and nothing else"


@pytest.mark.slow
def test_not_decided_is_not_fixed(written: Write, tmp_path: Path) -> None:
    case = json.loads((written("search").folder / "case.json").read_text(encoding="utf-8"))
    case["drawn"]["search"] = "conformance.families.phonebook.test_generated.renamed"
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case), encoding="utf-8")
    with emulated() as pbx:
        done = replayed(file, pbx.url)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "not tried as it was found: the check did not come to what was drawn" in done.stdout


@pytest.mark.slow
def test_a_check_that_this_release_does_not_have(written: Write, tmp_path: Path) -> None:
    case = json.loads((written("schema").folder / "case.json").read_text(encoding="utf-8"))
    case["requirements"][0]["check"] = "families/users/test_lists.py::test_gone"
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case), encoding="utf-8")
    with emulated() as pbx:
        done = replayed(file, pbx.url)
    assert done.returncode == 2
    assert "can't be run by release" in done.stderr


# --- refused before anything is sent -----------------------------------------------------------


def test_a_class_that_is_not_allowed(written: Write) -> None:
    with emulated() as pbx:
        done = replay(written("ids").folder, "--url", pbx.url)
        assert pbx.said == []
    assert done.exit_code == 2
    assert "this case needs config, which is not allowed; give --allow read,config" in done.output


def test_a_target_file_s_ceiling_holds(written: Write, tmp_path: Path) -> None:
    file = tmp_path / "lab.toml"
    file.write_text(
        '[target]\nurl = "http://192.0.2.1"\n[safety]\nallow = ["read"]\n', encoding="utf-8"
    )
    done = replay(written("ids").folder, "--target", file, "--allow", "read,config")
    assert done.exit_code == 2
    assert "goes beyond the target file's [safety] allow" in done.output


@pytest.mark.parametrize("more", [[], ["--url", "http://192.0.2.1", "--target", "lab.toml"]])
def test_one_pbx_has_to_be_named(written: Write, more: list[str]) -> None:
    done = replay(written("ids").folder, *more)
    assert done.exit_code == 2
    assert "name the PBX: replay " in done.output
    assert "it was found on http://127.0.0.1:" in done.output


def test_a_pbx_that_can_t_be_reached(written: Write) -> None:
    done = replayed(written("schema").folder, "http://127.0.0.1:9")
    assert done.returncode == 3
    assert "can't be reached" in done.stderr


def packed(file: Path, **contents: str) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in contents.items():
            archive.writestr(name.replace("__", "/").replace("_json", ".json"), text)
    return file


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "nothing", "can't be read"),
        (lambda folder: folder, "case.json: can't be read"),
        (lambda folder: packed(folder / "a.zip", other="x"), "holds 0 case.json"),
        (lambda folder: packed(folder / "b.zip", a__case_json="{}", b__case_json="{}"), "holds 2"),
        (lambda folder: packed(folder / "c.zip", a__case_json="{"), "is not JSON"),
        (lambda folder: packed(folder / "d.zip", case_json="{}"), "format: these are no case"),
    ],
)
def test_bad_input_is_one_clear_line(
    tmp_path: Path, make: Callable[[Path], Path], said: str
) -> None:
    done = replay(make(tmp_path), "--url", "http://192.0.2.1")
    assert done.exit_code == 2
    assert said in done.output
    assert done.output.count("\n") == 1


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("version",), 2),
        (("profile",), "all"),
        (("safety",), ["anything"]),
        (("requirements", 0, "check"), "../../../x.py::test_x"),
        (("requirements", 0, "check"), "-p/x.py"),
        (("requirements",), []),
        (("drawn",), {"search": "s", "more": 1}),
        (("drawn",), {"search": "s", "choices": "§"}),
        (("sequence", "requests", 0, "body"), [{"file": "/etc/passwd"}]),
        (("sequence", "values"), {"PATH": "elsewhere"}),
        (("more",), 1),
    ],
)
def test_a_damaged_case_is_refused(
    written: Write, tmp_path: Path, place: tuple[Any, ...], value: Any
) -> None:
    case = json.loads((written("ids").folder / "case.json").read_text(encoding="utf-8"))
    *way, last = place
    inside = case
    for step in way:
        inside = inside[step]
    inside[last] = value
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case), encoding="utf-8")
    done = replay(file, "--url", "http://192.0.2.1")
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert str(file) in done.output
