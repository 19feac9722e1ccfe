"""Part of the suite run on the emulated PBX in a process of its own, and its recording judged."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance import families
from conformance.detection.general import defects
from conformance.emulator.seeded import by_id
from conformance.judge.capture import read_capture
from conformance.judge.playback import played_results
from conformance.plugin import Collector, start_emulator
from conformance.run import Run, Settings
from conformance.suite import Wiring, arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["played", "recorded", "verdicts_of"]


def _apart(work: Callable[..., None], *arguments_: Any) -> None:
    """Do something in another process: what pytest and the suite leave in one would be shared."""
    process = multiprocessing.get_context("fork").Process(target=_quietly, args=(work, arguments_))
    process.start()
    process.join(120)
    assert process.exitcode == 0


def _quietly(work: Callable[..., None], arguments_: Sequence[Any]) -> None:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        work(*arguments_)
        os._exit(0)


def _record(folder: Path, select: tuple[str, ...], defect: str) -> None:
    known = by_id([*defects(), *families.defects()])
    emulator = start_emulator([known[defect].alteration] if defect else [])
    try:
        run = Run(Settings(out=folder, select=select, seed=11), emulator)
        run.open()
        pytest.main([*arguments(run)], [Wiring(run), Collector(run)])
        run.close()
    finally:
        emulator.stop()


def recorded(folder: Path, select: tuple[str, ...], defect: str = "") -> Path:
    """The folder of a run of part of the suite, with its results and its recording."""
    _apart(_record, folder, select, defect)
    [found] = folder.glob("*/results.json")
    return found.parent


def _play(file: Path, out: Path) -> None:
    out.write_text(json.dumps(played_results(read_capture(file), file)), encoding="utf-8")


def played(file: Path) -> dict[str, Any]:
    """The results of playing a recording back."""
    out = file.with_suffix(".json")
    _apart(_play, file, out)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def verdicts_of(results: dict[str, Any]) -> dict[str, str]:
    """By requirement, its verdict."""
    return {row["id"]: row["verdict"] for row in results["requirements"]}
