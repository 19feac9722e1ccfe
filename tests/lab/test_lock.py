"""One run at a time on one PBX."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from conformance.errors import ConfigurationError
from conformance.lab.lock import Lock

URL = "http://192.0.2.77:8123"


def test_a_second_run_is_told_who_is_there() -> None:
    with Lock(URL), pytest.raises(ConfigurationError, match=f"process {os.getpid()}"):
        Lock(URL)
    Lock(URL).release()


def test_another_pbx_is_free() -> None:
    with Lock(URL), Lock("http://192.0.2.78:8123"):
        pass


def test_a_dead_run_holds_nothing() -> None:
    program = f"""
        import time
        from conformance.lab.lock import Lock
        lock = Lock({URL!r})
        print("held", flush=True)
        time.sleep(60)
    """
    with subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(ConfigurationError, match=f"process {process.pid}"):
            Lock(URL)
        process.send_signal(signal.SIGKILL)
    Lock(URL).release()


def test_what_lies_in_the_way_is_named() -> None:
    lock = Lock(URL)
    lock.release()
    lock.file.unlink()
    lock.file.symlink_to("/nonexistent/elsewhere")
    try:
        with pytest.raises(ConfigurationError, match="remove what is in its place"):
            Lock(URL)
    finally:
        lock.file.unlink()
