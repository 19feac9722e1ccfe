"""The suite as pytest knows it: options, fixtures, verdicts. Wiring only.

Loaded into every pytest by its entry point, it stays silent until a check of the suite runs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance import catalogue, selection
from conformance.check import Check
from conformance.errors import KpbxError, LabError, SafetyViolation, SutError
from conformance.report.files import make_folder, write_json
from conformance.run import PROFILES, Run, Settings
from conformance.search import EXAMPLES
from conformance.session import Restriction, ask_past_capture, keep_to_owner
from conformance.text import visible
from conformance.verdict import Inconclusive, NonConformance, NotRun, Observation, Verdict
from conformance.wire import har
from conformance.wire.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from conformance.emulator.alteration import Alteration
    from conformance.emulator.server import EmulatorServer
    from conformance.sut import Sut

RUN = pytest.StashKey[Run]()
RECORD = pytest.StashKey[dict[str, Any]]()
REDACTOR = pytest.StashKey[Redactor]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The suite's own options; everything else is pytest's."""
    group = parser.getgroup("kpbx", "KalliopePBX conformance")
    group.addoption(
        "--kpbx-url", help="the PBX to judge, without /rest/ (default: an emulated one)"
    )
    group.addoption("--kpbx-target", type=Path, help="a target file that describes the PBX")
    group.addoption("--kpbx-allow", help="safety classes, separated by commas")
    group.addoption("--kpbx-select", action="append", default=[], help="requirement-id glob")
    group.addoption("--kpbx-profile", choices=PROFILES, default="quick", help="how much to search")
    group.addoption("--kpbx-seed", type=int, help="repeats the requests of an earlier run")
    group.addoption("--kpbx-out", type=Path, help="write results.json and exchanges.har below")
    group.addoption(
        "--kpbx-yes", action="store_true", help="do not ask before network, reboot and halt"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the marker by which a check claims its requirements."""
    config.addinivalue_line("markers", "requirement(*ids): the requirements that a check decides")
    config.addinivalue_line("markers", "generated: a generated search, left out of profile quick")
    if not settings_of(config).embedded:
        _keep_together(config)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Restriction(config), "kpbx-restriction")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Open a run that writes, now that something is to run."""
    config = session.config
    is_worker = hasattr(config, "workerinput")
    shows_only = config.option.collectonly or session.testsfailed
    if RUN in config.stash:
        keep_to_owner(config)
        return
    if not config.getoption("--kpbx-out") or is_worker or shows_only:
        return
    run = _opened(config)
    config.pluginmanager.register(Collector(run), "kpbx-collector")


def _keep_together(config: pytest.Config) -> None:
    """Run the checks of one PBX one after the other, also where pytest-xdist was asked for.

    They share its pending changes and its licence: beside each other they would judge each other.
    """
    if config.getoption("dist", "no") != "no":
        config.option.dist, config.option.tx, config.option.numprocesses = "no", [], 0
        config.issue_config_time_warning(
            pytest.PytestWarning("-n has no effect on one PBX: its checks can't run in parallel"), 2
        )


def settings_of(config: pytest.Config) -> Settings:
    """What the command line asked for."""
    allow = config.getoption("--kpbx-allow")
    return Settings(
        target=config.getoption("--kpbx-target"),
        url=config.getoption("--kpbx-url"),
        allow=None if allow is None else tuple(filter(None, allow.split(","))),
        select=tuple(config.getoption("--kpbx-select")),
        profile=config.getoption("--kpbx-profile"),
        seed=config.getoption("--kpbx-seed"),
        out=config.getoption("--kpbx-out"),
    )


def start_emulator(alterations: Sequence[Alteration] = ()) -> EmulatorServer:
    """An emulated PBX that really listens, on a free port of 127.0.0.1.

    Args:
        alterations: seeded defects and variants, none for a PBX that does as the guide says.
    """
    from conformance.emulator.server import EmulatorServer  # noqa: PLC0415 - not on every start
    from conformance.emulator.settings import EmulatorSettings  # noqa: PLC0415
    from conformance.families import emulated_routes  # noqa: PLC0415

    settings = EmulatorSettings(boot_s=0.25, update_step_s=0.3)
    server = EmulatorServer(settings, emulated_routes(), alterations=alterations)
    server.start()
    return server


def _run_of(config: pytest.Config) -> Run:
    """The run of this session, opened when it is first needed."""
    if RUN not in config.stash:
        settings = settings_of(config)
        emulator = start_emulator() if settings.embedded else None
        if emulator is not None:
            config.add_cleanup(emulator.stop)
        run = Run(settings, emulator)
        config.stash[REDACTOR] = run.redactor
        config.add_cleanup(run.close)
        if emulator is None and not config.getoption("--kpbx-yes"):
            ask_past_capture(config, run.sut)
        keep_to_owner(config)
        run.open()
        if run.folder is not None:
            make_folder(run.folder)
        config.stash[RUN] = run
    return config.stash[RUN]


def _opened(config: pytest.Config) -> Run:
    """The run of this session; what keeps it from being opened ends the session in one line."""
    try:
        return _run_of(config)
    except KpbxError as error:
        pytest.exit(str(error), returncode=error.exit_status)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the checks in order; `--kpbx-select` leaves the others out."""
    if not any(item.get_closest_marker("requirement") for item in items):
        return
    requirements = catalogue.load().requirements
    globs = config.getoption("--kpbx-select")
    if globs:
        kept = [item for item in items if selection.wanted(item, requirements, globs)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    if not EXAMPLES[config.getoption("--kpbx-profile")]:
        searches = [item for item in items if item.get_closest_marker("generated")]
        config.hook.pytest_deselected(items=searches)
        items[:] = [item for item in items if item not in searches]
    items[:] = selection.in_order(items, requirements)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give back a PBX that others work on, also where nothing is written of the run."""
    run = session.config.stash.get(RUN, None)
    if run is not None and run.sut.target.shared:
        run.end()


@pytest.fixture(scope="session")
def sut(request: pytest.FixtureRequest) -> Sut:
    """The system under test, connected and probed."""
    return _opened(request.config).sut


@pytest.fixture
def check(request: pytest.FixtureRequest, sut: Sut) -> Iterator[Check]:
    """What a check asks and states with; everything it made is removed afterwards."""
    item = request.node
    run = _run_of(request.config)
    claims = selection.claims(item, run.catalogue.requirements)
    searched = item.get_closest_marker("generated") is not None
    unmet = sut.dead and f"the PBX {sut.dead}"
    reasons = [reason for claim in claims if (reason := unmet or sut.unmet(claim))]
    if reasons:
        rows = [Observation(one.id, Verdict.NONE, sut.unmet(one) or reasons[0]) for one in claims]
        item.stash[RECORD] = run.recorder.check(item.nodeid, None, rows, searched=searched)
        pytest.skip(reasons[0])
    run.begin(item.nodeid)
    course = sut.course
    one = run.under_way = Check(sut, claims)
    yield one
    try:
        one.finish()
        run.under_way = None
    except BaseException as problem:
        said = f"cleaning up failed: {type(problem).__name__}: {problem}"
        one.leftovers.append(said)
        one.spoil(said)
        raise
    finally:
        record = run.recorder.check(item.nodeid, one, one.settle(), searched=searched)
        item.stash[RECORD] = record | {"course": course}


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Turn how a check ends into the verdict of what it claims."""
    one = pyfuncitem.funcargs.get("check")
    if not isinstance(one, Check):
        return (yield)
    run = _run_of(pyfuncitem.config)
    try:
        outcome = yield
    except NonConformance as found:
        one.end(Verdict.INCONC, f"not reached: {found.requirement} failed before")
        _fail(run, one)
        pytest.skip(f"inconc: {found.requirement} failed, which was not selected")
    except Inconclusive as reason:
        one.end(Verdict.INCONC, str(reason))
        pytest.skip(f"inconc: {reason}")
    except NotRun as reason:
        one.end(Verdict.NONE, str(reason))
        pytest.skip(str(reason))
    except SafetyViolation as barred:
        one.end(Verdict.NONE, f"on its way it needs more than is allowed: {barred}")
        pytest.skip(str(barred))
    except LabError as problem:
        one.end(Verdict.INCONC, f"the lab, not the PBX: {problem}")
        pytest.skip(f"inconc: {problem}")
    except SutError as problem:
        one.end(Verdict.INCONC, str(problem))
        pytest.skip(f"inconc: {problem}")
    except BaseException as problem:
        one.end(Verdict.ERROR, f"the harness failed: {type(problem).__name__}: {problem}")
        raise
    one.end(Verdict.PASS, "")
    _fail(run, one)
    return outcome


def _fail(run: Run, one: Check) -> None:
    """Have pytest fail the check if it found a selected requirement broken."""
    failed = [
        run.redactor.shown(
            f"{item.requirement}: expected {item.failure.expected}; {item.failure.observed}"
        )
        for item in one.observations
        if item.failure and run.selected(run.catalogue.requirements[item.requirement])
    ]
    if failed:
        pytest.fail("\n".join(failed), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send what a check found along with its last report, across processes if need be."""
    report = yield
    if item.get_closest_marker("requirement"):
        _withhold(report, _redactor_of(item.config))
    record = item.stash.get(RECORD, None)
    if report.when == "teardown" and record:
        # From a worker of pytest-xdist it travels as text; the same process needs no copy.
        worker = hasattr(item.config, "workerinput")
        report.kpbx = json.dumps(record) if worker else record  # type: ignore[attr-defined]
    return report


def _redactor_of(config: pytest.Config) -> Redactor:
    if RUN in config.stash:
        return config.stash[RUN].redactor
    return config.stash.get(REDACTOR, Redactor())


def _withhold(report: pytest.TestReport, redactor: Redactor) -> None:
    """Make fit what other plugins write of a check: the page, JUnit, the terminal.

    Without secrets, and without what a terminal would take for a command.
    """
    shown = report.longrepr
    if isinstance(shown, tuple):
        file, line, reason = shown
        report.longrepr = (file, line, redactor.shown(reason))
    elif shown is not None and _fit(redactor, str(shown)) != str(shown):
        report.longrepr = _fit(redactor, str(shown))
    report.sections = [(name, _fit(redactor, text)) for name, text in report.sections]


def _fit(redactor: Redactor, text: str) -> str:
    # A traceback may be longer than what a PBX may say.
    return visible(redactor.text(text))


class Collector:
    """Registered where the session is controlled: adds up what all processes found."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one check's findings."""
        record = getattr(report, "kpbx", None)
        if record is not None:
            self.run.ledger.add(json.loads(record) if isinstance(record, str) else record)

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that the run was cut short: its results are not a whole answer."""
        self.run.interrupted = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the results."""
        if session.shouldfail or session.shouldstop:
            self.run.interrupted = True
        self.run.end()
        folder = self.run.folder
        if folder is not None:
            make_folder(folder)
            write_json(folder / "results.json", self.run.results())
            recorded = har.document(self.run.ledger.har, "1", self.run.head())
            write_json(folder / "exchanges.har", recorded, indent=None)
