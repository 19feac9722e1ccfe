"""The command `replay`: the check that found a case, run again, and nothing else."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import pytest

from conformance import __version__
from conformance.consent import ask
from conformance.errors import ConfigurationError
from conformance.formats.reading import read_case
from conformance.lab.safety import SafetyClass
from conformance.pinned import Pinned
from conformance.plugin import Collector
from conformance.replay.outcome import State, outcome_of
from conformance.run import Run, Settings
from conformance.search import keep_caches
from conformance.suite import Wiring, arguments, forget_other_suites
from conformance.text import printable

__all__ = ["run_replay"]

STATUS = {State.HOLDS: 0, State.FAILS: 1, State.UNDECIDED: 1, State.ERROR: 4}
HARNESS_FAILED = 4
NOT_REACHED = "the check did not come to what was drawn"
# What pytest says of checks that it does not find, or that were not run.
KNOWN = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}


def run_replay(
    case: Path,
    *,
    target: Path | None,
    url: str | None,
    allow: tuple[str, ...] | None,
    yes: bool,
) -> int:
    """Try a case again and return the exit status.

    Args:
        case: a case.json, the folder of a bug report, or its zip.
        target: a target file that describes the PBX.
        url: the PBX, without /rest/, where there is no target file.
        allow: safety classes, as for `run`.
        yes: do not ask before network, reboot and halt.

    Raises:
        ConfigurationError: no PBX is named, the case can't be used, or needs a safety class that
            is not allowed.
        SutError: the PBX can't be reached, or refuses the credentials.
    """
    data = read_case(case)
    if (target is None) is (url is None):
        raise ConfigurationError(
            f"name the PBX: replay {case} --target FILE, or --url URL "
            f"(it was found on {printable(data['url'])})"
        )
    settings = Settings(
        target=target,
        url=url,
        allow=allow,
        profile=data["profile"],
        seed=data["seed"],
        checks=_checks(case, data),
        pinned=_pinned(case, data),
    )
    forget_other_suites()
    os.umask(0o077)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        return _replay(data, settings, yes=yes)
    except KeyboardInterrupt:
        click.echo("Interrupted before anything was judged", err=True)
        return HARNESS_FAILED


def _checks(case: Path, data: dict[str, Any]) -> tuple[str, ...]:
    """The checks that found it."""
    found = [one["check"] for one in data["requirements"] if one["check"]]
    if not found:
        raise ConfigurationError(
            f"{case}: names no check: it is made from results of a release that kept none; repeat "
            "the run and write the bug report again"
        )
    return tuple(dict.fromkeys(found))


def _pinned(case: Path, data: dict[str, Any]) -> Pinned | None:
    if data["drawn"] is None:
        return None
    try:
        return Pinned.of(data["drawn"])
    except ValueError as error:
        raise ConfigurationError(f"{case}: drawn: {error}; the file is damaged") from error


def _assert_allowed(run: Run, data: dict[str, Any]) -> None:
    """See that trying the case again is allowed, before anything is sent.

    Raises:
        ConfigurationError: it is not.
    """
    needed = {SafetyClass(name) for name in data["safety"]}
    missing = sorted(needed - run.sut.client.allow, key=lambda one: one.rank)
    if missing:
        wanted = ",".join(str(one) for one in sorted(needed, key=lambda one: one.rank))
        raise ConfigurationError(
            f"this case needs {', '.join(missing)}, which is not allowed; give --allow {wanted}, "
            "or have the owner of the PBX widen [safety] allow of the target file"
        )


def _replay(data: dict[str, Any], settings: Settings, *, yes: bool) -> int:
    run = Run(settings)
    try:
        _assert_allowed(run, data)
        if not yes:
            ask(run.sut, "--allow", "--yes")
        run.open()
        with TemporaryDirectory() as folder:
            keep_caches(Path(folder))
            status = pytest.main(arguments(run), [Wiring(run), Collector(run)])
    finally:
        run.close()
    if status not in KNOWN:
        raise ConfigurationError(
            f"the checks of this case can't be run by release {__version__}: it is of release "
            f"{printable(data['harness'])}; replay it with that one"
        )
    results, pinned = run.results(), settings.pinned
    untried = pinned is not None and not pinned.tried
    unlike = (pinned.unlike if pinned else "") or NOT_REACHED
    outcome = outcome_of(data, results, run.redactor.shown(unlike) if untried else "")
    click.echo(printable(data["title"]))
    for line in outcome.lines:
        click.echo(printable(line))
    _say_how_it_is_left(results)
    return STATUS[outcome.state]


def _say_how_it_is_left(results: dict[str, Any]) -> None:
    found = results["as_found"]
    for text in results["leftovers"]:
        click.echo(printable(f"left on the PBX: {text}"))
    for text in found["differences"]:
        click.echo(printable(f"not as it was found: {text}"))
    if not found["compared"]:
        click.echo(printable(f"not known whether it is as it was found: {found['reason']}"))
