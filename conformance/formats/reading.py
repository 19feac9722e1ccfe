"""Files of this project read back, and refused in one clear line where they can't be."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections import Counter
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import jsonschema

from conformance.errors import ConfigurationError
from conformance.text import printable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CASE_FILE", "parsed", "problems", "read_case", "read_results", "schema"]

RESULTS, CASE = "results", "case"
CASE_FILE = "case.json"
LONGEST_SHOWN = 200
LARGEST_CASE = 64 * 1024 * 1024
MEANT_AS_CASE = "a case.json, the folder of a bug report, or its zip"
# What is to be named instead, and what helps where the file is damaged or too new.
_MEANT = {
    RESULTS: ("a results.json of kpbx-conformance run", "repeat the run"),
    CASE: (MEANT_AS_CASE, "write it again with kpbx-conformance bugreport"),
}


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a format: `results`, `gate`, `case`."""
    file = resources.files("conformance.formats") / f"{name}.schema.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def problems(name: str, data: Any) -> str:
    """The first thing in which data break a format, with its place; empty if they fit."""
    validator = jsonschema.Draft202012Validator(schema(name))
    error = jsonschema.exceptions.best_match(validator.iter_errors(data))
    if error is None:
        return ""
    place = error.json_path.removeprefix("$.") if error.path else "the document"
    return f"{place}: {error.message[:LONGEST_SHOWN]}"


def read_results(file: Path) -> dict[str, Any]:
    """The results of a run, from results.json or the folder that holds it.

    Raises:
        ConfigurationError: it can't be read, is not of this format, or of another version of it.
    """
    if file.is_dir():
        file /= "results.json"
    data = parsed(RESULTS, file, _bytes_of(file, "a results.json of kpbx-conformance run"))
    names = Counter(row["id"] for row in data["requirements"])
    if twice := [name for name, times in names.items() if times > 1]:
        raise ConfigurationError(
            f"{file}: requirements: {printable(twice[0])} stands there more than once; the file is "
            "damaged: repeat the run"
        )
    return data


def read_case(given: Path) -> dict[str, Any]:
    """A case, from a case.json, the folder of a bug report, or its zip.

    Raises:
        ConfigurationError: it can't be read, is not of this format, or of another version of it.
    """
    file = given / CASE_FILE if given.is_dir() else given
    if not zipfile.is_zipfile(file):
        return parsed(CASE, file, _bytes_of(file, MEANT_AS_CASE))
    try:
        with zipfile.ZipFile(file) as archive:
            names = [one for one in archive.infolist() if PurePath(one.filename).name == CASE_FILE]
            if len(names) != 1 or names[0].file_size > LARGEST_CASE:
                raise ConfigurationError(
                    f"{file}: holds {len(names)} {CASE_FILE}; name {MEANT_AS_CASE}"
                )
            data = archive.read(names[0])
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise ConfigurationError(f"{file}: can't be unpacked: {error}") from error
    return parsed(CASE, file, data)


def _bytes_of(file: Path, meant: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{file}: can't be read: {error.strerror}; name {meant}"
        ) from error


def parsed(name: str, file: Path, text: bytes) -> dict[str, Any]:
    """The contents of a file of a format.

    Raises:
        ConfigurationError: it is not of this format, or of another version of it.
    """
    meant, remedy = _MEANT[name]
    try:
        data = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{file}: is not JSON: {error}; name {meant}") from error
    said = schema(name)["properties"]
    if not isinstance(data, dict) or data.get("format") != said["format"]["const"]:
        raise ConfigurationError(f"{file}: format: these are no {name}; name {meant}")
    if data.get("version") != said["version"]["const"]:
        raise ConfigurationError(
            f"{file}: version: {data.get('version')!r} is not {said['version']['const']}, the one "
            f"that this release reads; {remedy}, or use the release that wrote the file"
        )
    if broken := problems(name, data):
        raise ConfigurationError(f"{file}: {broken}; the file is damaged: {remedy}")
    return data
