"""What is seeded into every family alike, from the guide's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.detection.codes import code_defects

if TYPE_CHECKING:
    from conformance.emulator.seeded import Defect, Variant

__all__ = ["defects", "variants"]


def defects() -> list[Defect]:
    """The defects that every endpoint can have."""
    return [*code_defects()]


def variants() -> list[Variant]:
    """The permitted behaviour that concerns every answer."""
    return []
