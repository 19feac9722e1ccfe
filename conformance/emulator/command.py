"""`kpbx-conformance emulate`: the emulated PBX on its own, for people who develop a client."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from conformance.emulator.profile import UnknownFirmwareError
from conformance.emulator.seeded import alterations
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.emulator.requestline import RequestLine
    from conformance.emulator.routing import EmulatedRoute
    from conformance.emulator.seeded import Seed

__all__ = ["run_emulator"]


def _log(line: RequestLine) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _introduce(server: EmulatorServer) -> None:
    """Say the URL alone on standard output, and what else a client needs beside it."""
    facts, settings = server.facts, server.settings
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    sys.stderr.write(
        f"Emulated KalliopePBX, firmware {settings.firmware}, API {server.pbx.api_version}, "
        f"{settings.users} extensions, {settings.calls} calls, seed {settings.seed}\n"
        f"REST API below {server.url}/rest/, user {facts.username!r} with the guide's standard "
        "password\n"
        f"Lab conditions: GET {server.url}/lab, PUT {server.url}/lab/CONDITION/on or /off\n"
        "Ctrl-C stops it\n"
    )
    sys.stderr.flush()


def run_emulator(
    routes: Sequence[EmulatedRoute], seeds: Sequence[Seed] = (), **options: Any
) -> int:
    """Serve until interrupted; the base URL is the first line on standard output.

    Args:
        routes: the endpoints of all families.
        seeds: the defects and variants that it has.
        options: fields of `EmulatorSettings`.

    Raises:
        ConfigurationError: the firmware has no profile, or the address can't be listened on.
    """
    try:
        settings, altered = EmulatorSettings(**options), alterations(seeds)
        server = EmulatorServer(settings, routes, on_request=_log, alterations=altered)
    except (UnknownFirmwareError, ValueError) as error:
        raise ConfigurationError(f"emulate: {error}") from error
    try:
        server.start()
    except OSError as error:
        where = f"{options.get('host')}:{options.get('port')}"
        raise ConfigurationError(
            f"--port: {where} can't be listened on: {error.strerror or error}; "
            "use another, or 0 for a free one"
        ) from error
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        _introduce(server)
        for seed in seeds:
            sys.stderr.write(f"{type(seed).__name__} {seed.id}: {seed.title}\n")
        sys.stderr.flush()
        stopped.wait()
    finally:
        server.stop()
    return 0
