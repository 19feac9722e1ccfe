"""Files of a run: whole or not at all, their owner's alone."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from conformance.errors import ConfigurationError
from conformance.report.files import make_folder, write_json

if TYPE_CHECKING:
    from pathlib import Path


def test_json_is_its_owner_s_alone(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write_json(file, {"a": "é"})
    assert json.loads(file.read_text(encoding="utf-8")) == {"a": "é"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_older_file_s_permissions_are_not_inherited(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.touch(mode=0o644)
    write_json(file, [])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_can_t_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    write_json(file, {"old": True})
    with pytest.raises(TypeError):
        write_json(file, {"new": object()})
    assert json.loads(file.read_text(encoding="utf-8")) == {"old": True}
    assert [item.name for item in tmp_path.iterdir()] == ["results.json"]


def test_folders(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"--out: .*can't be created: .*name a folder"):
        make_folder(tmp_path / "file" / "c")
