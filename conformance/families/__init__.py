"""One room per family of endpoints: its data, its emulated routes, its checks."""

import pkgutil
from importlib import import_module

from conformance.emulator.routing import EmulatedRoute


def emulated_routes() -> list[EmulatedRoute]:
    """Return the emulated endpoints of every family: what each `emulator.py` calls `ROUTES`."""
    routes: list[EmulatedRoute] = []
    for family in pkgutil.iter_modules(__path__):
        routes += import_module(f"{__name__}.{family.name}.emulator").ROUTES
    return routes
