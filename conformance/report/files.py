"""The files a run leaves: results.json and exchanges.har, readable by their owner alone."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from conformance.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["make_folder", "write_json", "write_text"]


def make_folder(folder: Path) -> None:
    """Create the folder of a run.

    Raises:
        ConfigurationError: it can't be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"--out: {folder} can't be created: {error.strerror}; name a folder you may write to"
        ) from error


def write_json(file: Path, data: Any, *, indent: int | None = 1) -> None:
    """Write JSON whole or not at all: a reader never sees half of it.

    Args:
        file: where.
        data: what.
        indent: blanks per level; None for one line, which is written ten times faster.
    """
    write_text(file, json.dumps(data, ensure_ascii=False, indent=indent) + "\n")


def write_text(file: Path, text: str) -> None:
    """Write a file whole or not at all, for its owner alone."""
    part = file.with_name(f".{file.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise
