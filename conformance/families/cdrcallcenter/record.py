"""The calls to the queues as a sort of call record."""

from __future__ import annotations

from conformance.callrecords.kind import Kind

__all__ = ["CALL_CENTER", "CALL_RECORDS"]

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
CALL_RECORDS = [CALL_CENTER]
