"""The files that other programs read fit the schemas that are published for them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from conformance.emulator.seeded import alterations, by_id
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.errors import ConfigurationError
from conformance.families import defects, emulated_routes
from conformance.formats.reading import problems, read_results, schema
from tests.gate.made import NAMES, results, row

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["results", "gate", "case"])
def test_the_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"].startswith("urn:kpbx-conformance:")


def test_what_two_formats_share_is_the_same_in_both() -> None:
    # Each file stands for itself: whoever validates with one needs no other.
    case, results = schema("case")["$defs"], schema("results")["$defs"]
    assert {name: results[name] for name in case} == case
    for name in ("case", "results", "gate"):
        assert "urn:" not in json.dumps(schema(name)).replace(schema(name)["$id"], "")


def run(folder: Path, url: str, *more: str) -> dict[str, Any]:
    arguments = ["run", "--url", url, "--out", str(folder), *more]
    subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "conformance", *arguments], check=False, capture_output=True
    )
    return read_results(next(folder.glob("*")))


def test_results_of_runs_that_pass_fail_and_are_cut_short(tmp_path: Path) -> None:
    known = by_id(defects())
    name = next(name for name in known if name.startswith("pbx.callgroups.get."))
    settings = EmulatorSettings(port=0, users=8, calls=10)
    with EmulatorServer(settings, emulated_routes()) as server:
        passed = run(tmp_path / "pass", server.url, "--select", "pbx.callgroups.*")
    altered = alterations([known[name]])
    with EmulatorServer(settings, emulated_routes(), alterations=altered) as server:
        failed = run(tmp_path / "fail", server.url, "--select", "pbx.callgroups.*")
    assert passed["summary"]["fail"] == 0
    assert failed["summary"]["fail"] > 0, name
    shown = [row["failure"] for row in failed["requirements"] if row["failure"]]
    assert all(failure["exchanges"] for failure in shown)


def test_a_fail_without_its_failure_does_not_fit() -> None:
    data = json.loads(json.dumps({"requirements": [{"verdict": "fail", "failure": None}]}))
    assert problems("results", data)


def test_the_first_problem_is_named_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text('{"format": "kpbx-conformance/results", "version": 1}', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"results\.json: the document: .*required"):
        read_results(file)


def test_a_requirement_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    twice = [row(NAMES[0], "fail"), row(NAMES[0], "pass")]
    file.write_text(json.dumps(results(*twice)), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"{NAMES[0]} stands there more than once"):
        read_results(file)
