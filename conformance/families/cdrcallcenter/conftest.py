"""What the checks of /cdrcallcenter share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.callrecords.calls import Calls, Reference
from conformance.families.cdrcallcenter.record import CALL_CENTER

if TYPE_CHECKING:
    from conformance.check import Check


@pytest.fixture(scope="session")
def memory() -> dict[str, Reference]:
    """What a run keeps of the SUT's calls."""
    return {}


@pytest.fixture
def calls(check: Check, memory: dict[str, Reference]) -> Calls:
    """The call record of the queues, in the spelling that this SUT knows (RD-04)."""
    return Calls(check, CALL_CENTER, check.sut.dialect.callcenter_tag, memory)
