"""What the checks of /cdr share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.callrecords.calls import Calls, Reference
from conformance.callrecords.kind import Kind

if TYPE_CHECKING:
    from conformance.check import Check

FILTERS = (
    "unique_id",
    "direction",
    "caller_num",
    "caller_name",
    "called_num",
    "called_name",
    "called_callgroup",
    "gateway_id",
    "gateway_name",
    "status",
    "billsec",
)
CDR = Kind(
    endpoint="POST /cdr",
    slug="cdr.post",
    containers=("cdr",),
    tags=("unique_id", "id", *FILTERS[1:], "start", "answer", "end", "duration"),
    filters=FILTERS,
    texts=(
        "unique_id",
        "caller_num",
        "caller_name",
        "called_num",
        "called_name",
        "called_callgroup",
        "gateway_name",
    ),
    names=("caller_name", "called_name"),
)


@pytest.fixture(scope="session")
def memory() -> dict[str, Reference]:
    """What a run keeps of the SUT's calls."""
    return {}


@pytest.fixture
def calls(check: Check, memory: dict[str, Reference]) -> Calls:
    """The call detail record."""
    return Calls(check, CDR, "cdr", memory)
