"""How the suite is started within a pytest of our own, whatever folder we stand in."""

from __future__ import annotations

import os
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from conformance.plugin import RUN

if TYPE_CHECKING:
    from conformance.run import Run

__all__ = ["Wiring", "arguments", "forget_other_suites"]

# What these say is meant for other test suites: a run must not depend on where it is started.
OTHER_SUITES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")


def forget_other_suites() -> None:
    """Take out of the environment what is meant for other suites."""
    for name in OTHER_SUITES:
        os.environ.pop(name, None)


class Wiring:
    """Hands an open run to the suite's plugin before anything else is configured."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Put the run where the plugin looks for it."""
        config.stash[RUN] = self.run


def arguments(run: Run) -> list[str]:
    """The command line of pytest for a run."""
    package = str(resources.files("conformance"))
    # Not its name: pytest would look for a conftest.py where it is started.
    checks = [f"{package}/{name}" for name in run.settings.checks] or [package]
    return [
        *checks,
        "-c",
        str(resources.files("conformance") / "suite.ini"),
        "--rootdir",
        package,
        "-p",
        "no:terminal",
        f"--kpbx-profile={run.settings.profile}",
        *(f"--kpbx-select={glob}" for glob in run.settings.select),
    ]
