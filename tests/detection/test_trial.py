"""Trials of a few seeds, each in a process of its own; and what the command line makes of ids."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner

from conformance import families
from conformance.cli import main
from conformance.detection import general, trial
from conformance.detection.trial import Outcome, Running, Trial
from conformance.emulator.alteration import Alteration
from conformance.emulator.seeded import by_id
from conformance.errors import HarnessError
from conformance.run import Settings

DEFECTS = by_id([*general.defects(), *families.defects()])
VARIANTS = by_id([*general.variants(), *families.variants()])


def conducted(one: Trial, monkeypatch: pytest.MonkeyPatch, *select: str) -> Outcome:
    """The outcome of a trial with a part of the suite."""
    settings = Settings
    monkeypatch.setattr(trial, "Settings", lambda **how: settings(**how, select=select))
    running = Running(one)
    assert running.reader.poll(60)
    return running.outcome()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "voicemails.count.mailbox.get.answer.voicemails.voicemail.new_messages.missing",
        "voicemails.count.mailbox.get.http.cut",
        "voicemails.count.mailbox.get.authentication.not-asked",
    ],
)
def test_defect_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = conducted(Trial((DEFECTS[name],), until_found=True), monkeypatch, "voicemails.*")
    assert outcome.found
    assert all(requirement.startswith("voicemails.") for requirement in outcome.failed)
    assert not outcome.trouble


@pytest.mark.slow
@pytest.mark.parametrize("name", ["voicemails.unknown-counts-nothing", "license.no-key-needed"])
def test_variant_is_permitted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = conducted(Trial((VARIANTS[name],)), monkeypatch, "voicemails.*", "license.*")
    assert outcome == Outcome(checks=outcome.checks, seconds=outcome.seconds)
    assert outcome.checks > 10


def test_trouble_of_the_process_is_told() -> None:
    def fail(_: object) -> None:
        raise HarnessError("this PBX can't be prepared")

    seed = next(iter(VARIANTS.values()))
    running = Running(Trial((replace(seed, alteration=Alteration(prepare=fail)),)))
    assert running.reader.poll(60)
    assert "this PBX can't be prepared" in running.outcome().trouble


def test_near_globs_come_from_a_defect_or_the_family() -> None:
    known = DEFECTS["voicemails.count.mailbox.get.http.cut"]
    assert Trial((known,)).near == ("voicemails.count.mailbox.get.*",)
    assert Trial((VARIANTS["voicemails.unknown-counts-nothing"],)).near == ("voicemails.*",)
    assert Trial((VARIANTS["api.xml.bom"],)).near == ()


@pytest.mark.parametrize(
    ("option", "name", "meant"),
    [
        ("--defect", "api.xml.truncatd", "api.xml.truncated"),
        ("--variant", "cdr.csv.semicolons", "cdr.csv.semicolon"),
    ],
)
def test_unknown_id_is_refused_with_a_hint(option: str, name: str, meant: str) -> None:
    result = CliRunner().invoke(main, ["emulate", option, name])
    assert result.exit_code == 2
    assert f"{option}: there is no '{name}'; did you mean '{meant}'?" in result.output


def test_list_shows_every_seed() -> None:
    result = CliRunner().invoke(main, ["detection", "--list"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) == len(DEFECTS) + len(VARIANTS)
