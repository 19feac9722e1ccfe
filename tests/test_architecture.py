"""The import rules of ARCHITECTURE.md, held against the code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import conformance

ROOT = Path(conformance.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
MAY_NAME_FAMILIES = {"cli", "plugin", "catalogue"}


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


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_import_rules(file: Path) -> None:
    name, used = name_of(file), imports(file)
    family = name.split(".")[2] if name.startswith("conformance.families.") else ""
    if family:
        others = {
            one for one in below(used, "conformance.families") if one.split(".")[2:3] != [family]
        }
        assert others <= {"conformance.families"}, "families do not import each other"
    elif name != "conformance.families" and name.split(".")[1:2] != list(MAY_NAME_FAMILIES):
        allowed = name.split(".")[-1] in MAY_NAME_FAMILIES
        assert allowed or not below(used, "conformance.families"), "only the wiring names families"
    if file.name.startswith("test_"):
        assert not below(used, "conformance.emulator"), "no check imports an emulator"
    emulated = name.startswith("conformance.emulator") or name.endswith(".emulator")
    if emulated:
        for table in ("strategies", "catalogue", "schema", "check", "oracles"):
            assert not below(used, f"conformance.{table}"), "the emulator stands on its own"


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_no_module_is_too_long(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 500
