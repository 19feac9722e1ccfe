"""The journal of a run: what it is about to change on a PBX, on disk before the request leaves.

It outlives the process. Whatever ends a run, `kpbx-conformance cleanup` finishes from it. It names
objects by what tells them apart and holds nothing secret.

One journal lies in the user's state folder for each PBX, told apart by address and port; 80 and
443 count as one, as the same PBX answers there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "POWER",
    "Journal",
    "Past",
    "Trace",
    "assert_writable",
    "journal_file",
    "normal",
    "others",
    "read",
    "same_sut",
]

FORMAT, FORMAT_VERSION = "kpbx-conformance/journal", 1
POWER = "power"
WEB_PORTS = {None, 80, 443}
LONGEST_NAME = 60


def normal(condition: str) -> bool:
    """Whether a condition holds on a PBX in ordinary operation: of them, `power` alone does."""
    return condition == POWER


def same_sut(url: str) -> str:
    """A name for the PBX behind a URL: the same for every way to write its address."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    with suppress(OSError):  # a name that can't be resolved is as good as an address
        host = min(str(entry[4][0]) for entry in socket.getaddrinfo(host, None))
    port = "" if parts.port in WEB_PORTS else f":{parts.port}"
    return f"{host}{port}{parts.path.rstrip('/')}"


def journal_file(url: str) -> Path:
    """Where the journal of a PBX lies, below `$XDG_STATE_HOME` or `~/.local/state`."""
    name = same_sut(url)
    readable = re.sub(r"[^0-9a-z.-]+", "_", name)[:LONGEST_NAME]
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    base = os.environ.get("XDG_STATE_HOME")
    state = Path(base) if base else Path.home() / ".local" / "state"
    return state / "kpbx-conformance" / f"{readable}-{digest}" / "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Trace:
    """What a request may leave behind.

    Attributes:
        kind: the kind of object, setting or state.
        marks: what tells an object that this request made, or the value that a setting was given.
    """

    kind: str
    marks: tuple[str, ...] = ()


@dataclass(slots=True)
class Past:
    """What a journal says: how the PBX was found, and what may have been done to it since."""

    url: str = ""
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    before: dict[str, Any] = field(default_factory=dict)
    traces: dict[Trace, None] = field(default_factory=dict)
    conditions: dict[str, bool] = field(default_factory=dict)
    pending: bool = False
    """Whether what is pending on the PBX may be the run's own."""

    @property
    def unfinished(self) -> bool:
        """Whether there may be something to put back."""
        abnormal = any(on is not normal(name) for name, on in self.conditions.items())
        return bool(self.traces) or abnormal or self.pending

    def of(self, kind: str) -> list[Trace]:
        """The traces of one kind."""
        return [trace for trace in self.traces if trace.kind == kind]

    def take(self, entry: dict[str, Any]) -> None:
        """Take in one entry."""
        if "before" in entry:
            self.url, self.started, self.before = entry["url"], entry["started"], entry["before"]
        elif "kind" in entry:
            trace = Trace(entry["kind"], tuple(entry["marks"]))
            self.traces[trace] = None
        elif "condition" in entry:
            self.conditions[entry["condition"]] = entry["on"]
        elif "pending" in entry:
            self.pending = entry["pending"]
        elif "home" in entry:
            kept = {trace: None for trace in self.traces if trace.kind != entry["home"]}
            self.traces = kept
        elif "found" in entry:
            self.before[entry["found"]] = entry["value"]


class Journal:
    """Written and flushed to the disk entry by entry; it begins with the first trace."""

    def __init__(self, file: Path, past: Past, *, resumed: bool = False) -> None:
        """Keep a journal.

        Args:
            file: where.
            past: how the PBX was found, and what has been done to it.
            resumed: the file has that already.
        """
        self.file = file
        self.past = past
        self._resumed = resumed
        self._descriptor: int | None = None

    def intend(self, traces: Iterable[Trace], *, pending: bool = False) -> None:
        """Say what the next request may leave behind; said once, it needs not be said again.

        Args:
            traces: what it may make or set.
            pending: what is pending on the PBX may be the run's own from now on.
        """
        entries: list[dict[str, Any]] = [
            {"kind": trace.kind, "marks": trace.marks}
            for trace in traces
            if trace not in self.past.traces
        ]
        if pending and not self.past.pending:
            entries.append({"pending": True})
        self._write(entries)

    def at_rest(self) -> None:
        """Say that nothing is pending on the PBX."""
        if self.past.pending:
            self._write([{"pending": False}], flush=False)

    def home(self, name: str) -> None:
        """Say that a setting or state is again what it was before: whoever changes it now."""
        if self.past.of(name):
            self._write([{"home": name}], flush=False)

    def adopt(self, name: str, value: Any) -> None:
        """Say that somebody else gave a setting or state a value: it is to be brought back now."""
        entry = {"found": name, "value": value}
        if self._descriptor is None and not self._resumed:  # the first entry will have it
            self.past.take(entry)
        else:
            self._write([entry], flush=False)

    def condition_begins(self, name: str, *, on: bool) -> None:
        """Say that a lab condition is about to be brought about."""
        self._write([{"condition": name, "on": on}])

    def condition_ended(self, name: str, *, on: bool) -> None:
        """Say that a lab condition has ended."""
        self._write([{"condition": name, "on": on}], flush=False)

    def _write(self, entries: list[dict[str, Any]], *, flush: bool = True) -> None:
        """Append entries; one that only says what is over need not survive a power failure."""
        if not entries:
            return
        if self._descriptor is None:
            self._descriptor = self._open()
            if not self._resumed:
                self._append(self._opening())
        for entry in entries:
            self._append(entry)
            self.past.take(json.loads(json.dumps(entry)))
        if flush:
            os.fsync(self._descriptor)

    def _opening(self) -> dict[str, Any]:
        past = self.past
        head = {"format": FORMAT, "version": FORMAT_VERSION, "url": past.url}
        return head | {"started": past.started, "before": past.before}

    def _open(self) -> int:
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            if not self._resumed:
                flags |= os.O_TRUNC
            descriptor = os.open(self.file, flags, 0o600)
            if self._resumed:
                _drop_cut_line(self.file)
            folder = os.open(self.file.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        except OSError as error:
            raise _unwritable(self.file, error) from error
        return descriptor

    def _append(self, entry: dict[str, Any]) -> None:
        assert self._descriptor is not None, "opened before"  # noqa: S101
        line = (json.dumps(entry) + "\n").encode()
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError as error:
            raise ConfigurationError(
                f"{self.file}: the journal can't be written: {error.strerror}; make room for it: "
                "nothing is changed without it"
            ) from error

    def close(self, *, finished: bool) -> None:
        """Close the journal; one that is finished is removed.

        Args:
            finished: nothing is left of what the run did.
        """
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if finished:
            self.file.unlink(missing_ok=True)


def others(url: str) -> list[str]:
    """The addresses of other PBXs on which runs were interrupted."""
    mine = journal_file(url)
    files = [file for file in mine.parent.parent.glob("*/journal.jsonl") if file != mine]
    pasts = filter(None, map(read, sorted(files)))
    return [past.url for past in pasts if past.unfinished]


def assert_writable(file: Path) -> None:
    """See that a journal could be written, before anything depends on it.

    Raises:
        ConfigurationError: it could not.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        trial = file.with_name(".trial")
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        raise _unwritable(file, error) from error


def _unwritable(file: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"{file}: the journal can't be written: {error.strerror}; "
        "without it nothing may be changed; set XDG_STATE_HOME to a folder of yours"
    )


def _drop_cut_line(file: Path) -> None:
    """Take away a last line that was cut: what is appended would be joined to it."""
    written = file.read_bytes()
    os.truncate(file, written.rfind(b"\n") + 1)


def read(file: Path) -> Past | None:
    """What a journal says; None where there is none.

    The last line may be cut, where the power went while it was written: its request never left.

    Raises:
        ConfigurationError: the file is no journal, or one of a later version.
    """
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(
            f"{file}: the journal can't be read: {error.strerror}; run it as who ran the harness"
        ) from error
    past, entries = Past(), list(_entries(file, lines))
    if not entries:
        return None
    first = entries[0]
    if first.get("format") != FORMAT or first.get("version") != FORMAT_VERSION:
        raise ConfigurationError(
            f"{file}: is no journal of version {FORMAT_VERSION}; "
            "use the kpbx-conformance that wrote it"
        )
    for entry in entries:
        past.take(entry)
    return past


def _entries(file: Path, lines: list[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            if number == len(lines):
                return
            raise ConfigurationError(
                f"{file}: line {number} can't be read; look at the PBX for objects of the tests "
                "yourself, then remove the file"
            )
        yield entry
