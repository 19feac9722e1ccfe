"""The generated contents of an emulated PBX: same seed, same people and calls."""

from conformance.emulator.seeding.world import World, build_world

__all__ = ["World", "build_world"]
