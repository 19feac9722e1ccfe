"""The call detail record as a sort of call record."""

from __future__ import annotations

from conformance.callrecords.kind import Kind

__all__ = ["CALL_RECORDS", "CDR"]

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
CALL_RECORDS = [CDR]
