"""Nothing of the guide is left over: each endpoint and each requirement has its counterparts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import conformance
from conformance import catalogue
from conformance.families import emulated_routes
from conformance.lab.conditions import CONDITIONS
from conformance.lab.target import Pics, Pixit
from conformance.resources import fixtures_dir, xsd_dir

if TYPE_CHECKING:
    from conformance.catalogue import Endpoint, Requirement

GUIDE = catalogue.load()
ENDPOINTS = tuple(GUIDE.endpoints.values())
KINDS = ("request", "response")
LEAST_VALID, LEAST_INVALID = 1, 3
# What the general oracles judge on every exchange.
JUDGED_ALWAYS = re.compile(r".*\.(response-schema|request-id|message-\d+)|api\.xml\.well-formed")


def messages() -> list[str]:
    """Every message of the API by the path of its schema."""
    found = (
        end.schema(kind, version)
        for end in ENDPOINTS
        for kind in KINDS
        for version in end.api_versions
    )
    return sorted(set(filter(None, found)))


@cache
def claims() -> dict[str, list[str]]:
    """The requirement ids that checks claim, with the checks: by collecting the suite."""
    found: dict[str, list[str]] = defaultdict(list)
    package = Path(conformance.__file__).parent

    class Listener:
        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            for item in items:
                for mark in item.iter_markers("requirement"):
                    for name in mark.args:
                        found[name].append(item.nodeid)

    options = ["--collect-only", "-p", "no:terminal", "-p", "no:cacheprovider"]
    status = pytest.main(
        [str(package), "-c", str(package / "suite.ini"), "--rootdir", str(package), *options],
        [Listener()],
    )
    assert status == pytest.ExitCode.OK, "the suite can't be collected"
    return dict(found)


def stem(requirement: Requirement) -> str:
    return requirement.id.rpartition(".")[0]


# --- endpoints ---------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ENDPOINTS, ids=lambda end: end.slug)
def test_every_endpoint_has_its_schemas(end: Endpoint) -> None:
    for version in end.api_versions:
        for kind in KINDS:
            relative = end.schema(kind, version)
            if kind == "request" and end.method in {"GET", "DELETE"}:
                assert relative is None
            else:
                assert relative is not None
                assert (xsd_dir() / relative).is_file()


def test_no_schema_is_left_over() -> None:
    found = {
        str(file.relative_to(xsd_dir()))
        for file in xsd_dir().rglob("*.xsd")
        if re.search(r"\.(request|response)(-1\.\d)?\.xsd$", file.name)
    }
    assert found == set(messages())


@pytest.mark.parametrize("relative", messages())
def test_every_message_has_fixtures(relative: str) -> None:
    folder = fixtures_dir() / relative.removesuffix(".xsd")
    names = [file.name for file in folder.glob("*.xml")]
    assert sum(name.startswith("valid") for name in names) >= LEAST_VALID
    assert sum(name.startswith("invalid") for name in names) >= LEAST_INVALID
    assert (folder / "expected.toml").is_file()


def test_no_fixture_is_left_over() -> None:
    families = {end.family for end in ENDPOINTS}
    found = {
        str(folder.relative_to(fixtures_dir())) + ".xsd"
        for family in families
        for folder in (fixtures_dir() / family).iterdir()
    }
    assert found == set(messages())


def test_every_endpoint_is_emulated_once() -> None:
    routes = emulated_routes()
    assert sorted(f"{route.method} {route.path}" for route in routes) == sorted(GUIDE.endpoints)
    for route in routes:
        end = GUIDE.endpoints[f"{route.method} {route.path}"]
        assert route.license_exempt == end.license_exempt, end.name


@pytest.mark.parametrize("end", ENDPOINTS, ids=lambda end: end.slug)
def test_every_endpoint_has_a_check_of_its_family(end: Endpoint) -> None:
    """Authentication and licence are claimed for every endpoint at once: they do not count."""
    mine = {
        node
        for name, nodes in claims().items()
        if name.rpartition(".")[0] == end.slug
        for node in nodes
        if f"families/{end.family}/" in node
    }
    assert mine


def test_every_family_has_its_room() -> None:
    for family in {end.family for end in ENDPOINTS}:
        room = import_module(f"conformance.families.{family}")
        folder = Path(str(room.__file__)).parent
        assert (folder / "guide.toml").is_file()
        assert (folder / "emulator.py").is_file()
        assert list(folder.glob("test_*.py"))


# --- requirements ------------------------------------------------------------------------------


def test_no_check_claims_what_the_guide_does_not_say() -> None:
    unknown = {name: nodes for name, nodes in claims().items() if name not in GUIDE.requirements}
    assert not unknown


def test_every_requirement_is_claimed_judged_always_or_excused() -> None:
    missing = [
        item.id
        for item in GUIDE.requirements.values()
        if item.id not in claims() and not item.excuse and not JUDGED_ALWAYS.fullmatch(item.id)
    ]
    assert not missing


def test_no_excused_requirement_is_claimed() -> None:
    claimed = {
        item.id: claims()[item.id]
        for item in GUIDE.requirements.values()
        if item.excuse and item.id in claims()
    }
    assert not claimed


def test_excuses_say_something() -> None:
    for item in GUIDE.requirements.values():
        assert not item.excuse or len(item.excuse.split()) > 3, item.id


def test_a_check_claims_only_what_can_be_judged_together() -> None:
    """One claim that can't be judged leaves the whole check out."""
    by_check: dict[str, set[str]] = defaultdict(set)
    for name, nodes in claims().items():
        for node in nodes:
            by_check[node].add(name)
    mixed = {}
    for node, names in by_check.items():
        found = [GUIDE.requirements[name] for name in names if name in GUIDE.requirements]
        if len({(item.safety, frozenset(item.needs), item.api_versions) for item in found}) > 1:
            mixed[node] = sorted(names)
    assert not mixed


def test_every_need_can_be_met() -> None:
    known = {f"lab:{name}" for name in CONDITIONS}
    known |= {f"pixit:{name}" for name in Pixit.__slots__}
    known |= {f"pics:{name}" for name in Pics.__slots__}
    known |= {"pics:license_key_not_required", "pics:no_call_center_license"}
    for item in GUIDE.requirements.values():
        assert set(item.needs) <= known, item.id


def test_every_lab_condition_is_needed_by_something() -> None:
    needed = {need for item in GUIDE.requirements.values() for need in item.needs}
    opposite = {"license-not-required": "license_key_not_required"}
    opposite |= {"call-center-license-absent": "no_call_center_license"}
    for condition in CONDITIONS:
        names = {f"lab:{condition}", f"pics:{opposite.get(condition)}"}
        assert names & needed, condition


# --- what a run decides ------------------------------------------------------------------------

NEVER_REACHED = "no check of this run came to decide it"


@pytest.mark.slow
def test_reading_alone_decides_every_requirement_that_reading_can(tmp_path: Path) -> None:
    """An operator who allows nothing else still learns what reading can tell."""
    command = [sys.executable, "-m", "conformance", "run", "--allow", "read", "--out", "out"]
    done = subprocess.run(  # noqa: S603
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    (file,) = (tmp_path / "out").glob("*/results.json")
    rows = json.loads(file.read_text(encoding="utf-8"))["requirements"]
    assert not [row["id"] for row in rows if row["reason"] == NEVER_REACHED]
    assert not [row["id"] for row in rows if row["verdict"] in {"fail", "error"}]
