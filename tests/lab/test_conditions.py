"""Lab conditions: the operator's hook, the emulator's switches, no lab at all."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from conformance.emulator.lab import CONDITIONS as EMULATED
from conformance.errors import LabError
from conformance.lab import conditions
from conformance.lab.conditions import CONDITIONS, HookLab, NoLab, NotedLab, PanelLab
from conformance.verdict import NotRun

if TYPE_CHECKING:
    from pathlib import Path

HOOK = """
import pathlib, sys
with open("calls.txt", "a") as file:
    print(*sys.argv[1:], file=file)
if sys.argv[1] == "power":
    sys.exit(3)
if sys.argv[1] == "cdr-internal-error":
    print("no idea", file=sys.stderr)
    sys.exit(1)
"""


@pytest.fixture
def hook(tmp_path: Path) -> HookLab:
    (tmp_path / "hook.py").write_text(HOOK)
    return HookLab((sys.executable, "hook.py"), tmp_path)


def calls(folder: Path) -> list[str]:
    return (folder / "calls.txt").read_text().splitlines()


def test_the_conditions_are_the_contract_s_and_the_emulator_s() -> None:
    assert len(CONDITIONS) == len(set(CONDITIONS)) == 18
    assert set(CONDITIONS) == set(EMULATED)


def test_the_hook_is_called_in_the_target_file_s_folder(hook: HookLab, tmp_path: Path) -> None:
    assert hook.unavailable("storage-failure") == ""
    with hook.condition("storage-failure"):
        assert calls(tmp_path) == ["storage-failure on"]
    assert calls(tmp_path) == ["storage-failure on", "storage-failure off"]


def test_the_hook_switches_off_after_a_failure(hook: HookLab, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hook.condition("storage-failure"):
        raise ZeroDivisionError
    assert calls(tmp_path)[-1] == "storage-failure off"


def test_a_hook_that_can_t_do_a_condition_is_not_asked_again(hook: HookLab, tmp_path: Path) -> None:
    with pytest.raises(NotRun, match="power"), hook.condition("power"):
        pytest.fail("the block must not run")
    assert calls(tmp_path) == ["power on"]
    assert "power" in hook.unavailable("power")
    assert hook.unavailable("storage-failure") == ""


def test_a_hook_that_fails_is_the_lab_s_fault(hook: HookLab) -> None:
    with pytest.raises(LabError, match="ended with 1 for cdr-internal-error on"):
        hook.switch("cdr-internal-error", on=True)


def test_a_hook_that_is_not_there_is_the_lab_s_fault(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="the lab hook can't be run: No such file"):
        HookLab(("./missing.sh",), tmp_path).switch("power", on=True)


def test_a_hook_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "HOOK_TIMEOUT_S", 0.1)
    lab = HookLab((sys.executable, "-c", "import time; time.sleep(20)"), tmp_path)
    with pytest.raises(LabError, match="did not end within 0 s for power on"):
        lab.switch("power", on=True)


def test_the_hook_s_own_arguments_are_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditions, "HOOK_TIMEOUT_S", 0.1)
    for program in (sys.executable, "./no-such-program"):
        lab = HookLab((program, "-c", "import time; time.sleep(20)", "hunter22"), tmp_path)
        with pytest.raises(LabError) as caught:
            lab.switch("power", on=True)
        assert "hunter22" not in str(caught.value)


def test_the_hook_gets_no_password_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB", "hunter22")
    monkeypatch.setenv("MINE", "its own")
    said = "import os, sys; sys.exit('WEB' in os.environ or os.environ['MINE'] != 'its own')"
    HookLab((sys.executable, "-c", said), tmp_path, frozenset({"WEB"})).switch("power", on=True)
    with pytest.raises(LabError, match="ended with 1 for power on"):
        HookLab((sys.executable, "-c", said), tmp_path).switch("power", on=True)


def test_no_shell_is_between(tmp_path: Path) -> None:
    lab = HookLab((sys.executable, "-c", "pass", "; touch shell"), tmp_path)
    lab.switch("power", on=True)
    assert not (tmp_path / "shell").exists()


def test_without_a_lab_no_condition_can_be_had() -> None:
    for condition in CONDITIONS:
        assert "lab hook" in NoLab().unavailable(condition)
        with pytest.raises(NotRun, match=condition):
            NoLab().switch(condition, on=True)


def test_the_emulator_s_panel() -> None:
    switched: list[tuple[str, bool]] = []

    class Panel:
        def set(self, condition: str, on: bool) -> None:
            switched.append((condition, on))

    lab = PanelLab(Panel())
    assert not any(map(lab.unavailable, CONDITIONS))
    assert "earthquake" in lab.unavailable("earthquake")
    with lab.condition("power"):
        assert switched == [("power", True)]
    assert switched == [("power", True), ("power", False)]


def test_a_noted_lab_says_what_it_does_before_it_does_it(hook: HookLab, tmp_path: Path) -> None:
    noted: list[str] = []
    lab = NotedLab(hook, lambda: noted.append("now"))
    with lab.condition("license-missing"):
        assert calls(tmp_path) == ["license-missing on"]
    assert noted == ["now", "now"]
    assert lab.unavailable("license-missing") == ""
    with pytest.raises(NotRun):
        NotedLab(NoLab(), lambda: None).switch("power", on=True)
