"""The results of a judged recording, in the form of a run's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.custody import unknown
from conformance.errors import ConfigurationError
from conformance.judge.capture import UNDATED
from conformance.lab.safety import SafetyClass
from conformance.lab.target import Connection, Target
from conformance.report.ledger import FORMAT, FORMAT_VERSION, Ledger, catalogue_digest, summary
from conformance.report.record import Recorder

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.catalogue import Catalogue, Requirement
    from conformance.judge.capture import Capture
    from conformance.judge.passive import Fault, Judged
    from conformance.wire.redact import Redactor

__all__ = ["NOT_SEEN", "made_of", "results_of"]

NOT_SEEN = "not seen in the recording"
MOST_FAULTS = 500
NODE = "recording"
# A tag that a complaint names, by the words that come after it.
_NAMED = re.compile(r"(<[\w.-]+>(?= before it| or <|, <| and |; allowed|\Z))")


def _ledger(judged: Judged, recorder: Recorder) -> Ledger:
    ledger = Ledger()
    observations = [one for many in judged.observations.values() for one in many]
    record = recorder.check(NODE, None, observations)
    for row in record["observations"]:
        row["exchanges"] = judged.counts[row["requirement"]]
    ledger.add(record)
    ledger.dialect.update(recorder.dialect(judged.dialect))
    return ledger


def _fault(fault: Fault, redactor: Redactor) -> dict[str, Any]:
    return {
        "entry": fault.entry,
        "method": redactor.shown(fault.method),
        "path": redactor.shown(fault.path),
        "said": [_shown(text, redactor) for text in fault.said],
    }


def _shown(text: str, redactor: Redactor) -> str:
    """A complaint about a request; the name of a secret's tag is none, whatever follows it."""
    return "".join(
        part if _NAMED.fullmatch(part) else redactor.shown(part) for part in _NAMED.split(text)
    )


def made_of(
    capture: Capture, file: Path, redactor: Redactor, judged: Judged, how: str
) -> dict[str, Any]:
    """What results say of the recording that they were judged from."""
    return {
        "recording": redactor.shown(file.name),
        "creator": redactor.shown(capture.creator),
        "how": how,
        "entries": len(capture.entries) + capture.unreadable,
        "judged": judged.judged,
        "left_out": {redactor.shown(why): number for why, number in judged.left_out.items()},
        "client_faults": len(judged.faults),
        "faults": [_fault(fault, redactor) for fault in judged.faults[:MOST_FAULTS]],
    }


def results_of(
    catalogue: Catalogue, capture: Capture, file: Path, redactor: Redactor, judged: Judged
) -> dict[str, Any]:
    """The results as contract.md has them, with `judged` beside them."""
    url = f"http://{judged.host}"
    connection = Connection(url=url, name=file.name)
    ledger = _ledger(judged, Recorder(Target(connection), redactor))

    def unseen(requirement: Requirement) -> str:
        if judged.api_version not in requirement.api_versions:
            versions = ", ".join(requirement.api_versions)
            return f"belongs to API {versions}; this is {judged.api_version}"
        return requirement.excuse or NOT_SEEN

    rows = ledger.requirements(catalogue, lambda _: True, unseen)
    times = [entry.started for entry in capture.entries if entry.started is not UNDATED]
    seconds = (max(times) - min(times)).total_seconds() if times else 0.0
    classes = {str(end.safety) for end in catalogue.endpoints.values()} & judged.classes
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "target": {"name": redactor.shown(file.name), "url": redactor.shown(url)},
        "firmware": redactor.text(judged.firmware),
        "api_version": judged.api_version,
        "started": (min(times) if times else UNDATED).isoformat(timespec="seconds"),
        "duration_s": round(seconds, 3),
        "seed": 0,
        "profile": "quick",
        "allow": [str(one) for one in SafetyClass if str(one) in classes],
        "select": [],
        "complete": True,
        "catalogue": catalogue_digest(catalogue),
        "tls_verified": True,
        "dialect": dict(sorted(ledger.dialect.items())),
        "leftovers": [],
        "as_found": unknown("it was judged from a recording"),
        "stopped_answering": None,
        "judged": made_of(capture, file, redactor, judged, "by what each exchange shows"),
        "requirements": rows,
        "summary": summary(rows),
    }


def assert_elsewhere(file: Path, folder: Path) -> None:
    """See that judging a run's recording does not overwrite the run's own results.

    Raises:
        ConfigurationError: it would.
    """
    if file.resolve().parent == folder.resolve():
        raise ConfigurationError(
            f"--out: {folder} holds the recording itself; name another folder, or the results of "
            "its run would be overwritten"
        )
