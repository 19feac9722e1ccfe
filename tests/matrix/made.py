"""Runs that never were, of many firmwares."""

from __future__ import annotations

import random
from typing import Any

from tests.gate.made import GUIDE, results, row

__all__ = ["HOSTILE", "exchange", "many", "poisoned"]

HOSTILE = (
    '<script>window.owned=1</script><img src=x onerror="window.owned=1">"\' onfocus="owned=1" x=\''
    "</style></title></script><!--<script></td></select><svg onload=window.owned=1>]]>&lt;b&gt;"
    "{{ 7*7 }}\N{RIGHT-TO-LEFT OVERRIDE}\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"
    "\0\x1b[31m\x85\ud800\r\n"
)


def exchange(text: str, status: int = 200) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/rest/users/configs/",
        "headers": {"Accept": "text/xml"},
        "body": f"<kpbx_request><request_id>{text}</request_id></kpbx_request>",
        "broken": "",
        "lost": "",
        "response": {
            "status": status,
            "headers": {"Content-Type": "text/xml", "Date": "Thu, 26 Nov 2026 10:00:00 GMT"},
            "body": f"<kpbx_response><request_id>{text}</request_id></kpbx_response>\n" * 20,
        },
        "curl": f"curl -sS -X POST http://192.0.2.1/rest/users/configs/ -d '{text}'",
    }


def many(runs: int, *, seed: int = 1) -> list[dict[str, Any]]:
    """Runs of releases in which most requirements hold, and some come to break."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    breaks = {name: draw.randrange(runs) for name in draw.sample(list(GUIDE.requirements), 60)}
    return [
        results(
            *(_row(name, number, breaks.get(name), draw) for name in GUIDE.requirements),
            firmware=f"3.9.{number + 3}-{2664 + number * 31}",
            started=f"2026-{1 + number // 28:02}-{1 + number % 28:02}T10:00:00+00:00",
        )
        for number in range(runs)
    ]


def _row(name: str, number: int, breaks: int | None, draw: random.Random) -> dict[str, Any]:
    title = GUIDE.requirements[name].title
    if breaks is not None and breaks <= number < breaks + 9:
        failure = {
            "expected": "an answer with code 0",
            "observed": f"code {draw.randrange(90)} in run {number}",
            "exchanges": [exchange(f"{name}-{number}-{one}") for one in range(3)],
        }
        return row(name, "fail", title=title, failure=failure)
    # Most of what is not decided is so in every run.
    usual = "none" if len(name) % 29 == 0 else "pass"
    verdict = draw.choices([usual, "inconc", "error", "none"], [9985, 5, 5, 5])[0]
    remarks = ["HTTP status 202 instead of 200"] if draw.random() < 0.01 else []
    return row(name, verdict, title=title, remarks=remarks, exchanges=draw.randrange(1, 20))


def poisoned(count: int = 1) -> list[dict[str, Any]]:
    """Runs in which everything that can come from the PBX, the user or the file is hostile."""
    hostile = {
        "method": HOSTILE,
        "path": HOSTILE,
        "headers": {HOSTILE: HOSTILE},
        "body": HOSTILE,
        "broken": HOSTILE,
        "lost": HOSTILE,
        "response": {"status": 200, "headers": {HOSTILE: HOSTILE}, "body": HOSTILE},
        "curl": HOSTILE,
    }
    failure = {"expected": HOSTILE, "observed": HOSTILE, "exchanges": [hostile] * 2}
    said = {"reason": HOSTILE, "remarks": [HOSTILE], "clause": HOSTILE, "title": HOSTILE}
    rows = [
        row(HOSTILE, "fail", **said, failure=failure, endpoint=HOSTILE),
        row("b", "fail", **said, failure=failure, endpoint=f"GET /{HOSTILE}"),
        row("c", "inconc", **said),
    ]
    return [
        results(
            *rows,
            firmware=f"{number}{HOSTILE}",
            started=HOSTILE,
            target={"name": HOSTILE, "url": HOSTILE},
            select=[HOSTILE],
            catalogue=f"{number}{HOSTILE}",
            complete=False,
            tls_verified=False,
        )
        for number in range(count)
    ]
