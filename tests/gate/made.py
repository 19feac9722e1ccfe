"""Results of runs that never were."""

from __future__ import annotations

from typing import Any

from conformance import catalogue
from conformance.report.ledger import catalogue_digest

__all__ = ["NAMES", "results", "row"]

GUIDE = catalogue.load()
NAMES = [name for name in GUIDE.requirements if name.startswith("users.configs.post.code-")]
VERDICTS = ("pass", "fail", "inconc", "error", "none")


def row(name: str, verdict: str, **more: Any) -> dict[str, Any]:
    requirement = GUIDE.requirements.get(name)
    failure = {"expected": "code 11", "observed": f"{name} broke", "exchanges": []}
    return {
        "id": name,
        "clause": requirement.clause if requirement else "a clause",
        "endpoint": requirement.endpoint if requirement else None,
        "code": requirement.code if requirement else None,
        "title": "a title",
        "safety": "config",
        "verdict": verdict,
        "core": verdict,
        "reason": "" if verdict in {"pass", "fail"} else f"why it is {verdict}",
        "remarks": [],
        "exchanges": 1,
        "failure": failure if verdict == "fail" else None,
        **more,
    }


def results(*rows: dict[str, Any], firmware: str = "3.9.6-3000", **more: Any) -> dict[str, Any]:
    count = {verdict: sum(one["verdict"] == verdict for one in rows) for verdict in VERDICTS}
    return {
        "format": "kpbx-conformance/results",
        "version": 1,
        "target": {"name": "lab", "url": "http://192.0.2.1"},
        "firmware": firmware,
        "api_version": "1.1",
        "started": "2026-11-26T10:00:00+00:00",
        "duration_s": 1.5,
        "seed": 7,
        "profile": "quick",
        "allow": ["read", "config"],
        "select": [],
        "complete": True,
        "catalogue": catalogue_digest(GUIDE),
        "tls_verified": True,
        "dialect": {},
        "leftovers": [],
        "requirements": list(rows),
        "summary": count,
        **more,
    }
