"""The files a run leaves: results.json and exchanges.har, readable by their owner alone."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from conformance.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["make_folder", "write_json", "write_text"]


# What is neither printed nor below U+0020, which JSON escapes anyway.
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa1-\xff\n]")


def _escaped(found: re.Match[str]) -> str:
    char = found[0]
    if char.isprintable():
        return char
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


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
    text = json.dumps(data, ensure_ascii=False, indent=indent) + "\n"
    if not text.replace("\n", " ").isprintable():
        # What would be a command to the terminal that shows the file; JSON can say it otherwise.
        text = _UNPRINTABLE.sub(_escaped, text)
    write_text(file, text)


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
