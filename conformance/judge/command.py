"""The command `judge`: recorded traffic judged again, without a PBX."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from conformance import catalogue as guide
from conformance.errors import ConfigurationError
from conformance.judge.capture import read_capture
from conformance.judge.passive import judge_passively
from conformance.judge.playback import playable, played_results
from conformance.judge.results import assert_elsewhere, results_of
from conformance.judge.secrets import learn_secrets
from conformance.judge.show import as_text
from conformance.report.files import make_folder, write_json, write_text
from conformance.report.page import render
from conformance.text import printable
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance.callrecords.kind import Kind

__all__ = ["run_judge"]

EXIT_FAIL, EXIT_HARNESS = 1, 4
LONGEST_NAME = 64


def run_judge(  # noqa: PLR0913 - the options of the command
    capture: Path,
    kinds: Sequence[Kind],
    *,
    out: Path,
    host: str,
    api_version: str | None,
    passive: bool,
) -> int:
    """Judge a recording, write its results and return the exit status.

    A run's own recording is played back through its checks; any other is judged by what it shows.

    Args:
        capture: the HAR file.
        kinds: the sorts of call record.
        out: the folder below which the results go, in one named after the firmware.
        host: the PBX, if the recording has several; else the one most entries are for.
        api_version: the version of the API; None if the recording tells it.
        passive: judge a run's own recording like any other.

    Raises:
        ConfigurationError: the file is no HAR, or has nothing for this API; or nothing can be
            written there.
    """
    catalogue, recording = guide.load(), read_capture(capture)
    if playable(recording) and not (passive or api_version or host):
        results = played_results(recording, capture)
    else:
        redactor = learn_secrets(recording.entries)
        judged = judge_passively(
            catalogue, kinds, recording, host=host, api_version=api_version or ""
        )
        results = results_of(catalogue, recording, capture, redactor, judged)
    folder = _folder(out, results["firmware"])
    assert_elsewhere(capture, folder)
    _write(results, folder, catalogue)
    for line in as_text(results, folder):
        click.echo(printable(line))
    if results["summary"][Verdict.ERROR]:
        return EXIT_HARNESS
    return EXIT_FAIL if results["summary"][Verdict.FAIL] else 0


def _folder(out: Path, firmware: str) -> Path:
    name = re.sub(r"[^0-9A-Za-z.-]", "_", firmware).strip(".")[:LONGEST_NAME]
    return out / (name or "unknown")


def _write(results: dict[str, Any], folder: Path, catalogue: guide.Catalogue) -> None:
    make_folder(folder)
    try:
        write_json(folder / "results.json", results)
        write_text(folder / "report.html", render(results, catalogue, "judged.html"))
    except OSError as error:
        raise ConfigurationError(
            f"--out: {folder} can't be written: {error.strerror}; name a folder you may write to"
        ) from error
