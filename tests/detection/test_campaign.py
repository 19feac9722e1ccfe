"""Campaigns of made-up outcomes: what they come to, and how it is shown."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from conformance.detection import command
from conformance.detection.campaign import CLEAN_RUNS, Campaign, Result, planned, sampled
from conformance.detection.table import show, show_result
from conformance.detection.trial import Outcome, Trial
from conformance.emulator.alteration import Alteration
from conformance.emulator.seeded import Defect, Variant
from conformance.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

NOTHING = Alteration()
FOUND = Outcome(failed={"users.brief.get.response-schema": "no <users>"}, checks=3)
SILENT = Outcome(checks=500)


def defect(name: str, kind: str = "code") -> Defect:
    return Defect(id=name, kind=kind, title="wrong", clause="any", alteration=NOTHING)


def variant(name: str) -> Variant:
    return Variant(id=name, title="odd", clause="any", permission="RD-10", alteration=NOTHING)


DEFECTS = [defect(f"users.one-{n}") for n in range(30)] + [defect("cdr.mute", "filter")]
VARIANTS = [variant(f"api.odd-{n}") for n in range(6)]


def campaign(*results: tuple[Defect | Variant | None, Outcome]) -> Campaign:
    made = Campaign(seed=7, profile="quick")
    for seed, outcome in results:
        made.results.append(Result(Trial((seed,) if seed else (), 7), outcome))
    return made


def shown(made: Campaign) -> str:
    console = Console(file=io.StringIO(), width=200, highlight=False)
    for result in made.results:
        show_result(console, result, 1, len(made.results))
    show(console, made)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_silence_about_a_defect_is_a_survivor() -> None:
    made = campaign((DEFECTS[0], FOUND), (DEFECTS[1], SILENT))
    assert [result.trial.name for result in made.survivors] == ["users.one-1"]
    assert made.false_alarms == []


def test_trouble_does_not_count_as_found() -> None:
    assert campaign((DEFECTS[0], Outcome(trouble="it can't be reached"))).survivors


@pytest.mark.parametrize(
    "outcome", [FOUND, Outcome(errors={"api.robustness": "KeyError"}), Outcome(trouble="hung")]
)
@pytest.mark.parametrize("seed", [None, VARIANTS[0]])
def test_anything_said_of_permitted_behaviour_is_a_false_alarm(
    seed: Variant | None, outcome: Outcome
) -> None:
    made = campaign((seed, outcome), (seed, SILENT))
    assert [result.outcome for result in made.false_alarms] == [outcome]
    assert made.survivors == []


def test_rates_by_kind_and_family() -> None:
    made = campaign((DEFECTS[0], FOUND), (DEFECTS[1], SILENT), (DEFECTS[-1], FOUND), (None, SILENT))
    assert list(made.rates(lambda one: one.kind)) == [("code", 1, 2), ("filter", 1, 1)]
    assert list(made.rates(lambda one: one.family)) == [("cdr", 1, 1), ("users", 1, 2)]


def test_table_names_survivors_and_false_alarms_with_what_was_said() -> None:
    text = shown(campaign((DEFECTS[0], FOUND), (DEFECTS[1], SILENT), (VARIANTS[0], FOUND)))
    assert "users.one-1: wrong" in text
    assert "users.one-0:" not in text
    assert "users.brief.get.response-schema: no <users>" in text
    assert "1 of 2 defects found, 1 false alarm(s) in 1 run(s)" in text
    assert "50%" in text


def test_data_say_everything() -> None:
    data = campaign((DEFECTS[0], FOUND), (VARIANTS[0], SILENT), (None, SILENT)).data()
    assert [(row["kind"], row["found"]) for row in data["trials"]] == [
        ("code", True),
        ("variant", False),
        ("clean", False),
    ]


def test_plan_tries_everything_once_and_the_clean_pbx_with_many_seeds() -> None:
    plan = list(planned(DEFECTS, VARIANTS, 7, "quick"))
    assert [trial.number for trial in plan if not trial.seeds] == list(range(7, 7 + CLEAN_RUNS))
    assert sorted(t.name for t in plan if t.until_found) == sorted(one.id for one in DEFECTS)
    assert len(plan) == CLEAN_RUNS + len(VARIANTS) + len(DEFECTS)
    assert all(trial.seeds for trial in planned(DEFECTS, VARIANTS, 7, "quick", clean=False))


def test_sample_is_chosen_by_its_seed() -> None:
    def names(seed: int) -> list[str]:
        return [trial.name for trial in sampled(DEFECTS, VARIANTS, seed, "quick", 16)]

    assert names(1) == names(1) != names(2)
    assert len(names(1)) == 1 + 2 + 16
    assert len(list(sampled(DEFECTS, VARIANTS, 1, "quick", 1000))) == 1 + 6 + len(DEFECTS)


def detection(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, outcome: Outcome, select: str = ""
) -> int:
    """Run the command with an outcome that is the same for every trial."""

    def run(
        self: Campaign, trials: Iterable[Trial], _: int, ended: Callable[[Result], None]
    ) -> None:
        for trial in trials:
            self.results.append(Result(trial, outcome))
            ended(self.results[-1])

    monkeypatch.setattr(Campaign, "run", run)
    monkeypatch.setattr(command, "warm_up", lambda: None)
    return command.run_detection(
        DEFECTS, VARIANTS, sample=4, seed=1, profile="quick",
        select=(select,) if select else (), jobs=1, out=tmp_path / "out",
    )  # fmt: skip


def test_exit_status(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert detection(monkeypatch, tmp_path, SILENT) == 1
    assert detection(monkeypatch, tmp_path, FOUND) == 1
    assert (tmp_path / "out" / "detection.json").is_file()


def test_unknown_selection_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no defect or variant is called nothing"):
        detection(monkeypatch, tmp_path, SILENT, "nothing")
