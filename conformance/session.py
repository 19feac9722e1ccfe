"""What a session of pytest has around it: the terminal behind its capture, the files it writes."""

from __future__ import annotations

import gc
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.consent import ask

if TYPE_CHECKING:
    from conformance.sut import Sut

__all__ = ["Restriction", "ask_past_capture", "collect_seldom", "keep_to_owner"]

RESTRICTED = pytest.StashKey[int]()
# Options of pytest and its plugins that name a file which may hold what a check found.
WRITTEN_BY_OTHERS = ("xmlpath", "htmlpath", "log_file", "report_log")
GC_THRESHOLD = 100_000


def collect_seldom() -> None:
    """Have this process look for garbage in cycles less often, and not in what there is already.

    What a run keeps it keeps to its end: looking through it again and again finds nothing.
    """
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, *gc.get_threshold()[1:])


def ask_past_capture(config: pytest.Config, sut: Sut) -> None:
    """Ask what `kpbx-conformance run` asks, on the terminal that pytest's capture hides.

    Raises:
        ConfigurationError: a class was not confirmed.
    """
    capture = config.pluginmanager.getplugin("capturemanager")
    if capture is not None:
        capture.suspend_global_capture(in_=True)
    try:
        ask(sut, "--kpbx-allow", "--kpbx-yes")
    finally:
        if capture is not None:
            capture.resume_global_capture()


def keep_to_owner(config: pytest.Config) -> None:
    """Have what pytest and its plugins write from now on be readable by its owner alone.

    A page or a JUnit report may be there already, of an earlier session or begun by this one.
    """
    if RESTRICTED in config.stash:
        return
    before = os.umask(0o077)
    config.stash[RESTRICTED] = before

    def restore() -> None:
        os.umask(before)

    config.add_cleanup(restore)
    for option in WRITTEN_BY_OTHERS:
        name = getattr(config.option, option, None)
        if name and (file := Path(name)).is_file():
            with suppress(OSError):
                file.chmod(0o600)


class Restriction:
    """Sees, where the session is controlled, that a check ran, in whatever process."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Restrict what is written from now on."""
        if hasattr(report, "kpbx"):
            keep_to_owner(self.config)
