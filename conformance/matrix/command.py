"""The command `matrix`: the runs of several firmwares on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conformance.errors import ConfigurationError
from conformance.formats.reading import read_results
from conformance.matrix.page import render
from conformance.matrix.table import build
from conformance.report.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["run_matrix"]

NAME = "results.json"


def run_matrix(results: Sequence[Path], output: Path) -> int:
    """Write the page and return the exit status.

    Args:
        results: results files, folders of runs, or folders that hold folders of runs.
        output: where the page goes.

    Raises:
        ConfigurationError: a file can't be used, or the page not be written.
    """
    files = list(_files(results))
    if output.resolve() in (file.resolve() for file in files):
        raise ConfigurationError(f"-o: {output} is one of the RESULTS; name another file")
    table = build(read_results(file) for file in files)
    page = render(table)
    try:
        write_text(output, page)
    except OSError as error:
        raise ConfigurationError(
            f"-o: {output} can't be written: {error.strerror}; name a file you may write"
        ) from error
    differing = sum(line.differs for line in table.lines)
    click.echo(
        f"{_count(len(table.firmwares), 'firmware')}, {_count(len(files), 'run')}, "
        f"{_count(len(table.lines), 'requirement')}, {_count(differing, 'difference')}: {output}"
    )
    return 0


def _files(results: Iterable[Path]) -> Iterable[Path]:
    """Each results file once, however often and by whatever name it was given."""
    found: dict[Path, Path] = {}
    for given in results:
        file = given / NAME if given.is_dir() else given
        within = sorted(given.glob(f"*/{NAME}")) if given.is_dir() and not file.exists() else []
        for one in within or [file]:
            found.setdefault(one.resolve(), one)
    return found.values()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
