"""What the checks of /cdrcallcenter share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.callrecords.calls import Calls, Reference
from conformance.callrecords.kind import Kind

if TYPE_CHECKING:
    from conformance.check import Check

CALL_CENTER = Kind(
    endpoint="POST /cdrcallcenter",
    slug="cdrcallcenter.post",
    containers=("cdrcallercenter", "cdrcallcenter"),
    tags=(
        "id",
        "direction",
        "caller_num",
        "called_num",
        "operator",
        "gateway_id",
        "gateway_name",
        "waiting_time",
        "conversation_time",
        "status",
        "start",
        "answer",
        "end",
    ),
    filters=(
        "caller_num",
        "called_num",
        "operator",
        "gateway_id",
        "gateway_name",
        "status",
        "waiting_time",
        "conversation_time",
    ),
    texts=("caller_num", "called_num", "operator", "gateway_name"),
    quoted=("called_num", "operator"),
    external={"1": "caller_num"},
    details=True,
)


@pytest.fixture(scope="session")
def memory() -> dict[str, Reference]:
    """What a run keeps of the SUT's calls."""
    return {}


@pytest.fixture
def calls(check: Check, memory: dict[str, Reference]) -> Calls:
    """The call record of the queues, in the spelling that this SUT knows (RD-04)."""
    return Calls(check, CALL_CENTER, check.sut.dialect.callcenter_tag, memory)
