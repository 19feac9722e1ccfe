"""What a recording says of the run that made it: all that its requests depended on, no secret."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from conformance.lab.conditions import CONDITIONS
from conformance.report.ledger import catalogue_digest
from conformance.wire.client import md5

if TYPE_CHECKING:
    from conformance.run import Run

__all__ = ["HEAD_VERSION", "head_of"]

HEAD_VERSION = 1
SECRET = ("privacy_password", "activation_key")


def head_of(run: Run) -> dict[str, Any]:
    """The head of a run's recording: target and course, secrets as the numbers of their values."""
    sut, numbers = run.sut, run.recorder.numbers
    target, settings = sut.target, run.settings
    connection, pixit = target.connection, target.pixit
    privacy, key = pixit.privacy_password, pixit.activation_key
    return {
        "version": HEAD_VERSION,
        "firmware": run.redactor.text(sut.firmware),
        "api_version": sut.api_version,
        "started": run.started.isoformat(timespec="seconds"),
        "utc_offset_s": _utc_offset_s(run),
        "seed": run.seed,
        "profile": settings.profile,
        "select": list(settings.select),
        "allow": sorted(sut.client.allow, key=lambda item: item.rank),
        "catalogue": catalogue_digest(run.catalogue),
        "dialect": dict(sorted(run.ledger.dialect.items())),
        "target": {
            "name": connection.name,
            "url": connection.url,
            "username": connection.username,
            "timeout_s": connection.timeout_s,
            "verify": connection.verify,
            "shared": target.shared,
        },
        "pics": asdict(run.declared),
        "pixit": {
            **{name: value for name, value in asdict(pixit).items() if name not in SECRET},
            "privacy_password": numbers.of_value(md5(privacy)) if privacy else 0,
            "privacy_is_password": bool(privacy) and privacy == connection.password,
            "activation_key": numbers.of_value(key) if key else 0,
        },
        "lab": {name: sut.lab.unavailable(name) for name in CONDITIONS},
        "complete": not run.interrupted and not sut.dead,
        "checks": run.ledger.courses,
    }


def _utc_offset_s(run: Run) -> int:
    """How far this machine's clock is off UTC: the PBX's may be compared with it (RD-41)."""
    offset = run.started.astimezone().utcoffset()
    return round(offset.total_seconds()) if offset else 0
