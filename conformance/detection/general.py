"""What is seeded into every family alike, from the guide's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.detection.access import access_defects
from conformance.detection.codes import code_defects
from conformance.detection.documents import document_defects
from conformance.detection.envelope import envelope_defects
from conformance.detection.http_faults import http_defects
from conformance.detection.usual import usual_variants

if TYPE_CHECKING:
    from conformance.emulator.seeded import Defect, Variant

__all__ = ["defects", "variants"]


def defects() -> list[Defect]:
    """The defects that every endpoint can have."""
    return [
        *code_defects(),
        *document_defects(),
        *envelope_defects(),
        *http_defects(),
        *access_defects(),
    ]


def variants() -> list[Variant]:
    """The permitted behaviour that concerns every answer."""
    return list(usual_variants())
