"""An emulated PBX that reboots in no time, and a client that speaks to it."""

from collections.abc import Iterator

import pytest

from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes
from tests.emulator.talk import Talk


@pytest.fixture(scope="session")
def shared_server() -> Iterator[EmulatorServer]:
    settings = EmulatorSettings(users=20, calls=400, boot_s=0, update_step_s=30)
    with EmulatorServer(settings, emulated_routes()) as server:
        yield server


@pytest.fixture(scope="session")
def shared_talk(shared_server: EmulatorServer) -> Iterator[Talk]:
    with Talk(shared_server.url) as talk:
        yield talk


@pytest.fixture
def server(shared_server: EmulatorServer) -> Iterator[EmulatorServer]:
    """The shared server, left as it was found: no condition, nothing pending, primary firmware."""
    yield shared_server
    for condition in shared_server.lab.active:
        shared_server.lab.set(condition, False)
    pbx = shared_server.pbx
    with pbx.lock:
        if pbx.firmware.primary != pbx.profile.version:
            pbx.firmware.promote()
        pbx.reboot()


@pytest.fixture
def talk(server: EmulatorServer, shared_talk: Talk) -> Talk:  # noqa: ARG001 - cleans up after
    return shared_talk
