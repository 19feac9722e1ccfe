"""What the checks of /cdr share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.callrecords.calls import Calls, Reference
from conformance.families.cdr.record import CDR

if TYPE_CHECKING:
    from conformance.check import Check


@pytest.fixture(scope="session")
def memory() -> dict[str, Reference]:
    """What a run keeps of the SUT's calls."""
    return {}


@pytest.fixture
def calls(check: Check, memory: dict[str, Reference]) -> Calls:
    """The call detail record."""
    return Calls(check, CDR, "cdr", memory)
