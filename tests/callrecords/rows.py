"""Calls to test with."""

from __future__ import annotations

from conformance.callrecords.kind import STEPS, Kind

KIND = Kind(
    endpoint="POST /cdr",
    slug="cdr.post",
    containers=("cdr",),
    tags=("id", "direction", "caller_num", "caller_name", "called_num", "status", "start", "end"),
    filters=("direction", "caller_num", "caller_name", "called_num", "status"),
    texts=("caller_num", "caller_name", "called_num"),
    names=("caller_name",),
)


def row(number: int, **changes: str) -> dict[str, str]:
    """An inbound call of a minute, each a minute after the one before."""
    values = {
        "id": str(number),
        "direction": "1",
        "caller_num": f"0501234{number:03}",
        "caller_name": "Zoë",
        "called_num": "101",
        "status": "8",
        "start": f"2014-05-20 10:{number:02}:00",
        "end": f"2014-05-20 10:{number + 1:02}:00",
        STEPS: "",
    }
    return values | changes
