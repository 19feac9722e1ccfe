"""The journal: on disk before a request leaves, readable after anything."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from conformance.errors import ConfigurationError
from conformance.lab.journal import Journal, Past, Trace, journal_file, read, same_sut

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://192.0.2.1"
ONE, TWO = Trace("extension", ("9000 Ada",)), Trace("route", ("198.51.100.0/24",))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.jsonl"


def begun(file: Path) -> Journal:
    return Journal(file, Past(url=URL, before={"DNS address": "192.0.2.53"}))


def test_without_a_change_there_is_no_file(file: Path) -> None:
    journal = begun(file)
    journal.at_rest()
    journal.close(finished=False)
    assert not file.exists()
    assert read(file) is None


def test_every_entry_is_on_disk_as_soon_as_it_is_written(file: Path) -> None:
    journal = begun(file)
    journal.intend([ONE])
    assert len(file.read_text().splitlines()) == 2
    journal.intend([ONE])
    assert len(file.read_text().splitlines()) == 2, "once is enough"
    journal.intend([TWO])
    journal.intend([], pending=True)
    journal.condition_begins("storage-failure", on=True)
    past = read(file)
    assert past is not None
    assert list(past.traces) == [ONE, TWO]
    assert past.before == {"DNS address": "192.0.2.53"}
    assert past.url == URL
    assert past.pending
    assert past.conditions == {"storage-failure": True}
    assert past.of("route") == [TWO]
    assert past.started == journal.past.started


def test_only_its_owner_reads_it(file: Path) -> None:
    begun(file).intend([ONE])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_what_is_finished_is_removed_and_what_is_not_is_kept(file: Path) -> None:
    journal = begun(file)
    journal.intend([ONE])
    journal.close(finished=False)
    assert file.exists()
    past = read(file)
    assert past is not None
    again = Journal(file, past, resumed=True)
    again.intend([TWO])
    found = read(file)
    assert found is not None
    assert list(found.traces) == [ONE, TWO], "a resumed journal goes on"
    again.close(finished=True)
    assert not file.exists()


def test_a_line_cut_by_a_power_failure_is_passed_over(file: Path) -> None:
    journal = begun(file)
    journal.intend([ONE])
    whole = file.read_bytes()
    for cut in range(whole.index(b"\n") + 1, len(whole)):
        file.write_bytes(whole[:cut])
        past = read(file)
        assert past is not None
        assert list(past.traces) in ([], [ONE])


def test_what_is_no_journal_is_refused(file: Path) -> None:
    file.parent.mkdir()
    for text in ('{"format": "other", "version": 1}\n', "[]\n[]\n", "x\ny\n"):
        file.write_text(text)
        with pytest.raises(ConfigurationError, match="journal"):
            read(file)
    begun(file).intend([ONE])
    later = file.read_text().replace('"version": 1', '"version": 2')
    file.write_text(later)
    with pytest.raises(ConfigurationError, match="use the kpbx-conformance that wrote it"):
        read(file)


def test_a_folder_that_can_t_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(ConfigurationError, match="XDG_STATE_HOME"):
        begun(tmp_path / "state" / "journal.jsonl").intend([ONE])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://127.0.0.1", "https://127.0.0.1/", True),
        ("http://localhost:8080", "http://127.0.0.1:8080", True),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8081", False),
        ("http://192.0.2.1", "http://192.0.2.2", False),
        ("http://PBX.invalid", "http://pbx.invalid", True),
        ("http://192.0.2.1/one", "http://192.0.2.1/two", False),
    ],
)
def test_a_pbx_is_known_by_its_address(one: str, other: str, same: bool) -> None:
    assert (same_sut(one) == same_sut(other)) is same
    assert (journal_file(one) == journal_file(other)) is same


def test_the_journal_lies_in_the_users_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert journal_file(URL).is_relative_to(tmp_path / "kpbx-conformance")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert journal_file(URL).is_relative_to(tmp_path / ".local" / "state")


def test_every_line_is_json(file: Path) -> None:
    journal = begun(file)
    journal.intend([Trace("contact", ("line\nbreak", "Zoë \N{LINE SEPARATOR}"))])
    entries = [json.loads(line) for line in file.read_bytes().decode().split("\n") if line]
    assert entries[0]["format"] == "kpbx-conformance/journal"
    past = read(file)
    assert past is not None
    assert next(iter(past.traces)).marks == ("line\nbreak", "Zoë \N{LINE SEPARATOR}")
