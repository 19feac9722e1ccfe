"""Files of this project read back, and refused in one clear line where they can't be."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema

from conformance.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["problems", "read_results", "schema"]

RESULTS = "results"
LONGEST_SHOWN = 200


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a format: `results`, `gate`."""
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
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{file}: can't be read: {error.strerror}; name a results.json of kpbx-conformance run"
        ) from error
    except ValueError as error:
        raise ConfigurationError(
            f"{file}: is not JSON: {error}; name a results.json of kpbx-conformance run"
        ) from error
    said = schema(RESULTS)["properties"]
    if not isinstance(data, dict) or data.get("format") != said["format"]["const"]:
        raise ConfigurationError(
            f"{file}: format: these are no results; name a results.json of kpbx-conformance run"
        )
    if data.get("version") != said["version"]["const"]:
        raise ConfigurationError(
            f"{file}: version: {data.get('version')!r} is not {said['version']['const']}, the one "
            "that this release reads; repeat the run, or use the release that wrote the file"
        )
    if broken := problems(RESULTS, data):
        raise ConfigurationError(f"{file}: {broken}; the file is damaged: repeat the run")
    return data
