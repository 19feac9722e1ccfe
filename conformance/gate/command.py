"""The command `gate`: may the candidate be rolled out."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import click

from conformance.errors import ConfigurationError
from conformance.formats.reading import read_results
from conformance.gate.compare import compare
from conformance.gate.show import as_data, as_junit, as_markdown, as_text
from conformance.gate.waivers import read_waivers

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["run_gate"]

GREEN, BARRED = 0, 1


def run_gate(  # noqa: PLR0913 - the options of the command
    baseline: Path,
    candidate: Path,
    *,
    waivers: Path | None,
    as_json: bool,
    markdown: Path | None,
    junit: Path | None,
) -> int:
    """Compare two results files and return the exit status.

    Args:
        baseline: results of the firmware in use.
        candidate: results of the one that may be rolled out.
        waivers: a file of waivers.
        as_json: say it for a program instead of for people.
        markdown: where to write it for a merge request.
        junit: where to write it for a CI server.

    Raises:
        ConfigurationError: a file can't be used, or written.
    """
    given = read_waivers(waivers) if waivers else []
    today = dt.datetime.now(dt.UTC).date()
    comparison = compare(read_results(baseline), read_results(candidate), given, today)
    try:
        if markdown:
            markdown.write_text(as_markdown(comparison), encoding="utf-8")
        if junit:
            as_junit(comparison, junit)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename}: can't be written: {error.strerror}; name a file you may write"
        ) from error
    if as_json:
        data = as_data(comparison, str(baseline), str(candidate))
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        for line in as_text(comparison):
            click.echo(line)
    return GREEN if comparison.green else BARRED
