"""The command `bugreport`: a folder and a zip for each cause, and an index over all of them."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click

from conformance import catalogue
from conformance.bugreport.case import case_of, conditions_of
from conformance.bugreport.causes import causes_of
from conformance.bugreport.history import history_of
from conformance.bugreport.pages import Report, index, page
from conformance.bugreport.raw import answer_of, raw
from conformance.bugreport.schemas import broken_schema, copy_schema
from conformance.bugreport.script import script_of
from conformance.errors import ConfigurationError
from conformance.formats.reading import CASE_FILE, read_results
from conformance.report.files import write_json, write_text
from conformance.text import visible
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance.bugreport.causes import Cause, Row
    from conformance.lab.traces import Traces

__all__ = ["run_bugreport"]

INDEX, REPORT, SCRIPT, RAW, ANSWER, SCHEMA = (
    "index.md",
    "report.md",
    "reproduce.sh",
    "sequence.http",
    "answer.xml",
    "schema",
)
LONGEST_NAME = 80
_OURS = re.compile(r"\d{2,}-[\w.-]+")
# A zip says when its files were written: the same report is the same file.
WRITTEN = (1980, 1, 1, 0, 0, 0)


def run_bugreport(
    results: Path,
    traces: Traces,
    *,
    select: Sequence[str],
    output: Path,
    earlier: Sequence[Path],
) -> int:
    """Write the reports and return the exit status.

    Args:
        results: the results of a run.
        traces: what requests leave behind, by family.
        select: globs of requirement ids; none stands for all.
        output: the folder for the reports.
        earlier: results of other firmwares.

    Raises:
        ConfigurationError: a file can't be used, or the reports not be written.
    """
    data = read_results(results)
    others = [read_results(one) for one in earlier]
    causes = causes_of(_failed(data, select))
    os.umask(0o077)  # reports hold exchanges: they are their owner's alone
    try:
        output.mkdir(parents=True, exist_ok=True)
        _clear(output)
        writer = _Writer(output, data, others, traces)
        reports = [
            writer.write(f"{number:02}-{_name(cause)}", cause)
            for number, cause in enumerate(causes, 1)
        ]
        write_text(output / INDEX, index(reports, data, select))
    except OSError as error:
        raise ConfigurationError(
            f"-o: {error.filename or output} can't be written: {error.strerror}; name a folder you "
            "may write to"
        ) from error
    broken = sum(len(cause.rows) for cause in causes)
    click.echo(
        f"{_count(len(causes), 'cause')}, {_count(broken, 'broken requirement')}: {output / INDEX}"
    )
    return 0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _failed(data: dict[str, Any], select: Sequence[str]) -> list[Row]:
    rows = data["requirements"]
    chosen = [row for row in rows if any(fnmatchcase(row["id"], glob) for glob in select or "*")]
    if select and not chosen:
        raise ConfigurationError(
            f"--select: no requirement of these results is called {' or '.join(select)}"
        )
    return [row for row in chosen if row["verdict"] == Verdict.FAIL]


def _name(cause: Cause) -> str:
    """The requirement's id as the name of a folder: a results file may hold anything."""
    return re.sub(r"[^0-9A-Za-z_.-]", "_", cause.lead["id"])[:LONGEST_NAME]


def _clear(output: Path) -> None:
    """Remove the reports that an earlier call wrote here."""
    for old in sorted(output.iterdir()):
        if _OURS.fullmatch(old.name) and old.is_dir() and (old / CASE_FILE).is_file():
            shutil.rmtree(old)
            old.with_name(f"{old.name}.zip").unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the reports of one run."""

    output: Path
    data: dict[str, Any]
    earlier: Sequence[dict[str, Any]]
    traces: Traces

    def write(self, name: str, cause: Cause) -> Report:
        """Write one report, and its zip."""
        guide, folder, data = catalogue.load(), self.output / name, self.data
        folder.mkdir(exist_ok=True)
        case, files = case_of(cause, data), [RAW]
        sent, url = cause.failure["exchanges"], data["target"]["url"]
        write_text(folder / RAW, raw(sent, url, conditions=conditions_of(cause)))
        if case["sequence"] is not None:
            verified = data.get("tls_verified", True)
            write_text(folder / SCRIPT, script_of(case, self.traces, verified=verified))
            (folder / SCRIPT).chmod(0o700)
            files.append(SCRIPT)
        write_json(folder / CASE_FILE, case)
        files.append(CASE_FILE)
        schema = self._schema(cause, folder)
        files += [ANSWER, SCHEMA] if schema else []
        history = history_of(cause.lead["id"], data, self.earlier)
        report = Report(cause, name, history, tuple(files), schema)
        write_text(folder / REPORT, page(report, data, guide))
        _pack(folder)
        return report

    def _schema(self, cause: Cause, folder: Path) -> str:
        """Write the schema that was broken, and the answer; its path, empty if it is about none."""
        for row in cause.rows:
            schema = broken_schema(row, catalogue.load(), self.data["api_version"])
            if schema:
                write_text(folder / ANSWER, visible(answer_of(row["failure"]["exchanges"])))
                copy_schema(schema, folder / SCHEMA)
                return schema
        return ""


def _pack(folder: Path) -> None:
    """Write the zip of a folder, the same bytes for the same files."""
    packed = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            entry = zipfile.ZipInfo(f"{folder.name}/{file.relative_to(folder).as_posix()}", WRITTEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100700 if file.name == SCRIPT else 0o100600) << 16
            archive.writestr(entry, file.read_bytes())
