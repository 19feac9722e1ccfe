"""What the tests of several parts share."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.support import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support import Script

pytest_plugins = ["pytester"]


@pytest.fixture
def scripted() -> Iterator[Callable[[Script], ScriptedServer]]:
    """Start scripted servers; they stop when the test ends."""
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(ScriptedServer(script))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep this machine's settings out of the tests, and the tests' umask out of pytest."""
    for name in ("KPBX_USERNAME", "KPBX_PASSWORD", "KPBX_PRIVACY_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the journals of tests out of the user's own state folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
