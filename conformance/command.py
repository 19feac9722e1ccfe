"""The command `run`: the suite on one SUT, with progress, a summary and an exit status."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import click
import pytest

from conformance.consent import ask
from conformance.errors import ConfigurationError
from conformance.lab.journal import others
from conformance.lab.safety import SafetyClass
from conformance.plugin import Collector, start_emulator
from conformance.report.files import make_folder
from conformance.report.page import Page
from conformance.report.progress import Progress
from conformance.run import Run, Settings
from conformance.session import collect_seldom
from conformance.suite import Wiring, arguments, forget_other_suites
from conformance.text import printable
from conformance.verdict import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.emulator.server import EmulatorServer

__all__ = ["run_cleanup", "run_suite"]

EXIT_FAIL, EXIT_HARNESS = 1, 4
# Who cleans up a PBX named by its address alone allows what changes nothing but the run's own.
CLEANED_BY_DEFAULT = (SafetyClass.CONFIG, SafetyClass.NETWORK)


def run_suite(  # noqa: PLR0913 - the options of contract.md
    *,
    target: Path | None,
    url: str | None,
    allow: tuple[str, ...] | None,
    select: tuple[str, ...],
    profile: str,
    seed: int | None,
    out: Path,
    plan: bool,
    yes: bool,
) -> int:
    """Run the suite and return the exit status of contract.md."""
    if target is not None and url is not None:
        raise ConfigurationError("--target and --url exclude each other: the file has a url")
    settings = Settings(
        target=target, url=url, allow=allow, select=select, profile=profile, seed=seed, out=out
    )
    forget_other_suites()
    os.umask(0o077)  # reports hold exchanges: they are their owner's alone
    for number in (signal.SIGINT, signal.SIGTERM):  # a CI server's end is an end with a report
        signal.signal(number, signal.default_int_handler)
    emulator = start_emulator() if settings.embedded else None
    try:
        run = Run(settings, emulator)
        if select and not any(map(run.selected, run.catalogue.requirements.values())):
            raise ConfigurationError(
                f"--select: no requirement is called {' or '.join(select)}; "
                "see kpbx-conformance catalogue"
            )
        if plan:
            from conformance.report.plan import show_plan  # noqa: PLC0415

            return show_plan(run)
        if emulator is None and not yes:
            ask(run.sut, "--allow", "--yes")
        return _run(run, emulator)
    except KeyboardInterrupt:
        click.echo("Interrupted before anything was judged", err=True)
        return EXIT_HARNESS
    finally:
        if emulator is not None:
            emulator.stop()


def run_cleanup(*, target: Path | None, url: str | None, allow: tuple[str, ...] | None) -> int:
    """Finish an interrupted run from its journal and return the exit status.

    Raises:
        ConfigurationError: no PBX is named, or see `Custody.finish_earlier`.
    """
    if (target is None) is (url is None):
        raise ConfigurationError("name the PBX: cleanup --target FILE, or --url URL")
    if url is not None and allow is None:
        allow = CLEANED_BY_DEFAULT
    run = Run(Settings(target=target, url=url, allow=allow))
    where = run.sut.target.connection.url
    try:
        cleanup = run.custody.finish_earlier()
    finally:
        run.close()
    if cleanup is None:
        click.echo(f"Nothing to clean up: no run on {where} from here was interrupted")
        for other in others(where):
            click.echo(printable(f"There is one of {other}: if that is the same PBX, name it so"))
        return 0
    for line in cleanup.done:
        click.echo(printable(f"done:      {line}"))
    for line in cleanup.lost:
        click.echo(printable(f"lost:      {line}"))
    for line in cleanup.left:
        click.echo(printable(f"left:      {line}"))
    for line in cleanup.differences:
        click.echo(printable(f"different: {line}"))
    if cleanup.left:
        click.echo("Something is left; cleanup can be repeated")
        return EXIT_FAIL
    found = "but not as it was found" if cleanup.differences else "and as it was found"
    click.echo(f"Nothing of the run of {cleanup.past.started} is left, {found}")
    return 0


def _run(run: Run, emulator: EmulatorServer | None) -> int:
    try:
        run.open()
        folder = run.folder
        assert folder is not None, "the command always names a folder"  # noqa: S101
        make_folder(folder)
        progress = Progress(run, embedded=emulator is not None)
        options = [
            *arguments(run),
            f"--junitxml={folder / 'junit.xml'}",
            f"--html={folder / 'report.html'}",
            "--self-contained-html",
        ]
        plugins = [Wiring(run), Collector(run), Page(run), progress]
        collect_seldom()
        with progress:
            status = pytest.main(options, plugins)
    finally:
        run.close()
    results = run.results()
    progress.closing(results, folder)
    return _exit_status(results["summary"], status)


def _exit_status(counts: dict[str, int], status: int) -> int:
    if counts[Verdict.ERROR]:
        return EXIT_HARNESS
    if counts[Verdict.FAIL]:
        return EXIT_FAIL
    known = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
    if status not in known or not sum(counts.values()):
        return EXIT_HARNESS
    return 0
