"""One room per family of endpoints: its data, its emulated routes, its checks."""

import pkgutil
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from conformance.callrecords.kind import Kind
from conformance.emulator.routing import EmulatedRoute
from conformance.emulator.seeded import Defect, Variant
from conformance.lab.traces import ObjectKind, Traces

# What names an object of another kind goes first: members of callgroups, owners of contacts.
LAST_REMOVED = "extension"


def _gathered(module: str, attribute: str) -> list[Any]:
    """What the families that have such a module hold in it, in their order."""
    found: list[Any] = []
    for family in pkgutil.iter_modules(__path__):
        name = f"{__name__}.{family.name}.{module}"
        if find_spec(name) is not None:
            found += getattr(import_module(name), attribute, [])
    return found


def traces() -> Traces:
    """Return what requests leave on a PBX: what each `leftovers.py` holds."""

    def order(kind: ObjectKind) -> bool:
        return kind.name == LAST_REMOVED

    return Traces(
        objects=tuple(sorted(_gathered("leftovers", "OBJECTS"), key=order)),
        settings=tuple(_gathered("leftovers", "SETTINGS")),
        states=tuple(_gathered("leftovers", "STATES")),
        untouchable=tuple(_gathered("leftovers", "UNTOUCHABLE")),
    )


def call_records() -> list[Kind]:
    """Return the sorts of call records: what each `record.py` calls `CALL_RECORDS`."""
    return _gathered("record", "CALL_RECORDS")


def emulated_routes() -> list[EmulatedRoute]:
    """Return the emulated endpoints of every family: what each `emulator.py` calls `ROUTES`."""
    return _gathered("emulator", "ROUTES")


def defects() -> list[Defect]:
    """Return the wrong behaviour that can be seeded: what each `defects.py` calls `DEFECTS`."""
    return _gathered("defects", "DEFECTS")


def variants() -> list[Variant]:
    """Return unusual behaviour that is permitted: what each `variants.py` calls `VARIANTS`."""
    return _gathered("variants", "VARIANTS")
