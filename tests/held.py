"""A run on an emulated PBX that others may be working on, and what they do by hand."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from conformance.objects import user_fields
from conformance.run import Run, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.emulator.model import User
    from conformance.emulator.server import EmulatorServer

__all__ = ["CHANGING", "add_by_hand", "cleanup", "create", "opened"]

CHANGING = ("config", "network")


def opened(server: EmulatorServer, *allow: str, out: Path | None = None) -> Run:
    """A run that has taken the PBX."""
    run = Run(Settings(url=server.url, allow=allow or CHANGING, out=out))
    run.open()
    return run


def create(run: Run, exten: str = "9000", **changes: Any) -> None:
    """Have a run create an extension; nothing is applied."""
    body = {"user": user_fields(exten, **changes)}
    assert run.sut.send(run.sut.outgoing("POST /users/configs/", body)).code == 0


def add_by_hand(server: EmulatorServer, exten: str) -> User:
    """What an administrator does in the web interface, applied at once."""
    with server.pbx.lock:
        some = next(iter(server.pbx.config.running.users.values()))
        mine = dataclasses.replace(some, exten=exten, first_name="Somebody", last_name="Else")
        server.pbx.config.edit().users[exten] = mine
        server.pbx.config.apply()
    return mine


def cleanup(server: EmulatorServer, *allow: str) -> subprocess.CompletedProcess[str]:
    """What the command `cleanup` says."""
    allowed = ["--allow", ",".join(allow)] if allow else []
    return subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "conformance", "cleanup", "--url", server.url, *allowed],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
