"""The import rules of ARCHITECTURE.md, held against the code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import conformance

ROOT = Path(conformance.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
MAY_NAME_FAMILIES = {
    "conformance.catalogue",
    "conformance.cli",
    "conformance.plugin",
    "conformance.run",
}
MAY_NAME_THE_EMULATOR = {
    "conformance.cli",
    "conformance.command",
    "conformance.families",
    "conformance.plugin",
    "conformance.run",
}
# Seeds defects from the guide's data into the emulator: it has to know both, and judges nothing.
PROOF = "conformance.detection"
# What the emulator must not share with those that judge it.
JUDGES = ("behaviour", "callrecords", "catalogue", "check", "oracles", "schema", "strategies")


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("conformance")}


def below(names: set[str], package: str) -> set[str]:
    return {name for name in names if name == package or name.startswith(f"{package}.")}


def family_of(name: str) -> str:
    """The family that a module belongs to; empty if it belongs to none."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["conformance", "families"] and len(parts) > 2 else ""


def emulates(name: str) -> bool:
    """Whether a module is part of the emulator, in its package or in a family."""
    last = name.rpartition(".")[2]
    mine = last in {"emulator", "defects", "variants"} or last.startswith(("emulated_", "seeded_"))
    in_family = bool(family_of(name)) and mine
    return in_family or bool(below({name}, "conformance.emulator"))


def broken_rules(name: str, used: set[str]) -> list[str]:
    """The import rules that a module breaks."""
    family, broken = family_of(name), []
    of_families = {one for one in below(used, "conformance.families") if family_of(one) != family}
    if family and of_families - {"conformance.families"}:
        broken.append("families do not import each other")
    if not family and name != "conformance.families" and name not in MAY_NAME_FAMILIES and (
        below(used, "conformance.families")
    ):  # fmt: skip
        broken.append("only the wiring names families")
    emulators = {one for one in used if any(map(emulates, prefixes(one)))}
    if emulates(name):
        if any(below(used, f"conformance.{judge}") for judge in JUDGES):
            broken.append("the emulator stands on its own")
    elif emulators and name not in MAY_NAME_THE_EMULATOR and not below({name}, PROOF):
        broken.append("nothing that judges imports an emulator")
    return broken


def prefixes(name: str) -> list[str]:
    """A dotted name and those that it begins with: the last part may be no module."""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_import_rules(file: Path) -> None:
    assert broken_rules(name_of(file), imports(file)) == []


@pytest.mark.parametrize(
    ("name", "used"),
    [
        ("conformance.lab.plugin", "conformance.families"),
        ("conformance.oracles", "conformance.families.users.views"),
        ("conformance.oracles", "conformance.emulator.pbx.Pbx"),
        ("conformance.general.probing", "conformance.emulator"),
        ("conformance.families.users.views", "conformance.families.pbx.record"),
        ("conformance.families.phonebook.contacts", "conformance.emulator.model"),
        ("conformance.families.pbx.test_power", "conformance.families.pbx.emulator.ROUTES"),
        ("conformance.families.system.tidy", "conformance.families.system.emulated_backup"),
        ("conformance.families.system.emulated_network", "conformance.schema.store"),
        ("conformance.families.users.emulator", "conformance.callrecords"),
        ("conformance.emulator.pbx", "conformance.catalogue"),
    ],
)
def test_forbidden_imports_are_found(name: str, used: str) -> None:
    assert broken_rules(name, {used})


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_no_module_is_too_long(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 500
