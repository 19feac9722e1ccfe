"""HAR documents made for tests, and what comes of judging them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from conformance import catalogue
from conformance.families import call_records
from conformance.judge.capture import read_capture
from conformance.judge.passive import Judged, judge_passively
from conformance.verdict import Observation, Verdict

__all__ = ["HOST", "Recording", "answer", "error", "har", "judged", "request", "verdicts"]

HOST = "http://pbx.example"
START = datetime(2026, 3, 4, 12, tzinfo=UTC)
AGENT = {"name": "User-Agent", "value": "desk/1.0"}
XML = {"name": "Content-Type", "value": "application/xml"}


def answer(inner: str, request_id: str = "") -> str:
    echo = f"<request_id>{request_id}</request_id>" if request_id else ""
    return f"<kpbx_response>{echo}{inner}</kpbx_response>"


def error(container: str, code: int, message: str, block: str = "error") -> str:
    inside = f"<code>{code}</code><message>{message}</message>"
    return answer(f"<{container}><{block}>{inside}</{block}></{container}>")


def request(inner: str) -> str:
    return f"<kpbx_request>{inner}</kpbx_request>"


def har(*entries: Any, creator: str = "proxy", **log: Any) -> dict[str, Any]:
    head = {"version": "1.2", "creator": {"name": creator, "version": "1"}}
    return {"log": {**head, **log, "entries": list(entries)}}


@dataclass
class Recording:
    """A recording that grows, an entry every half second."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    pause_s: float = 0.5

    def add(  # noqa: PLR0913
        self,
        line: str,
        said: str | None = None,
        body: str | None = None,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        kind: str = "application/xml",
        host: str = HOST,
        **content: Any,
    ) -> Recording:
        method, _, path = line.partition(" ")
        sent: dict[str, Any] = {
            "method": method,
            "url": f"{host}/rest{path}",
            "headers": [AGENT, *({"name": k, "value": v} for k, v in (headers or {}).items())],
            "bodySize": len(body or ""),
        }
        if body is not None:
            sent["postData"] = {"mimeType": "application/xml", "text": body}
        text = {} if said is None else {"text": said, "size": len(said.encode())}
        moment = START + timedelta(seconds=self.pause_s * len(self.entries))
        self.entries.append(
            {
                "startedDateTime": moment.isoformat(),
                "time": 20,
                "request": sent,
                "response": {
                    "status": status,
                    "statusText": "OK",
                    "headers": [{"name": "Content-Type", "value": kind}],
                    "content": {"mimeType": kind, **text, **content},
                },
            }
        )
        return self

    def later(self, seconds: float) -> Recording:
        """Let the last entry be long ago."""
        for entry in self.entries:
            moment = datetime.fromisoformat(entry["startedDateTime"]) - timedelta(seconds=seconds)
            entry["startedDateTime"] = moment.isoformat()
        return self

    def judge(self, **how: Any) -> Judged:
        return judged(har(*self.entries), **how)


def judged(document: Any, folder: Path | None = None, **how: Any) -> Judged:
    """Judge a document as it is read from a file."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    with TemporaryDirectory() as temporary:
        file = (folder or Path(temporary)) / "made.har"
        file.write_text(json.dumps(document), encoding="utf-8")
        return judge_passively(catalogue.load(), call_records(), read_capture(file), **how)


def verdicts(found: Judged, verdict: Verdict = Verdict.FAIL) -> dict[str, Observation]:
    """By requirement, what was judged so."""
    return {
        name: one
        for name, many in found.observations.items()
        for one in many
        if one.verdict is verdict
    }
