"""A run's own recording gives the run's own verdicts, or says why it can't."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from conformance.formats.reading import problems, read_results
from conformance.judge.tape import DEPARTS
from tests.judge.recording import played, recorded, verdicts_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

CLEAN = ("users.configs.exten.delete.*", "cdr.post.csv*", "cdr.post.masked-*", "pbx.revert.*")
REBOOTS = ("system.restart.put.reboots", "system.firmware.restoreprimary.put.code-0")
DEFECTIVE = [
    ("users.configs.get.sip_secret-masked", ("users.configs.post.stored",)),
    ("pbx.callgroups.callgroupid.put.last-priority-lost", ("pbx.callgroups.callgroupid.put.m*",)),
    ("cdrcallcenter.post.mask-with-password", ("cdrcallcenter.post.*password*",)),
    ("api.request-id.lost-by-delete", ("users.configs.exten.delete.*",)),
    (
        "system.network.dns.get.answer.dns.missing",
        ("system.network.dns.*", "api.xml.by-default"),
    ),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("clean"), (*CLEAN, *REBOOTS))


def test_the_same_verdicts(run: Path) -> None:
    results, again = read_results(run), played(run / "exchanges.har")
    assert problems("results", again) == ""
    assert verdicts_of(again) == verdicts_of(results)
    assert results["summary"]["pass"] > 15
    for name in ("firmware", "api_version", "seed", "allow", "select", "dialect", "started"):
        assert again[name] == results[name], name
    assert again["judged"]["how"] == "by the fixed checks that made it"


@pytest.mark.parametrize(("defect", "select"), DEFECTIVE, ids=lambda value: str(value)[:40])
def test_the_same_failures(tmp_path: Path, defect: str, select: tuple[str, ...]) -> None:
    folder = recorded(tmp_path, select, defect)
    results = read_results(folder)
    assert results["summary"]["fail"], "the defect was not found by the run itself"
    again = played(folder / "exchanges.har")
    assert verdicts_of(again) == verdicts_of(results)
    told = [
        {row["id"]: (row["reason"], row["remarks"]) for row in one["requirements"]}
        for one in (results, again)
    ]
    seen = [name for name, verdict in verdicts_of(results).items() if verdict != "none"]
    assert [told[0][name] for name in seen] == [told[1][name] for name in seen]


def altered(run: Path, folder: Path, change: Any) -> dict[str, Any]:
    """The results of a recording in which entries were changed."""
    document = json.loads((run / "exchanges.har").read_text(encoding="utf-8"))
    document["log"]["entries"] = [
        entry for entry in document["log"]["entries"] if change(entry) is not False
    ]
    file = folder / "altered.har"
    file.write_text(json.dumps(document), encoding="utf-8")
    return played(file)


def moved(entry: dict[str, Any]) -> None:
    if "csv" in entry["_kpbx"]["check"]:
        entry["request"]["url"] = entry["request"]["url"].replace("/cdr", "/elsewhere")


def cut(entry: dict[str, Any]) -> None:
    if "csv" in entry["_kpbx"]["check"]:
        entry["response"]["content"]["text"] += "\n[cut after 100 of 200 bytes]"


def lost(entry: dict[str, Any]) -> bool:
    return "csv" not in entry["_kpbx"]["check"]


@pytest.mark.parametrize(
    ("change", "said"),
    [(moved, DEPARTS), (cut, "holds the body only in part"), (lost, DEPARTS)],
)
def test_what_the_recording_does_not_hold_is_undecided(
    run: Path, tmp_path: Path, change: Any, said: str
) -> None:
    before, after = read_results(run), altered(run, tmp_path, change)
    was, now = verdicts_of(before), verdicts_of(after)
    assert "fail" not in now.values()
    undecided = {name for name, verdict in now.items() if verdict != was[name]}
    assert "cdr.post.csv" in undecided
    rows = {row["id"]: row for row in after["requirements"]}
    assert all(now[name] in {"inconc", "none"} for name in undecided)
    assert said in rows["cdr.post.csv"]["reason"]
    assert all(rows[name]["reason"] for name in undecided)


def test_no_secret_stands_in_a_recording_and_equal_ones_are_equal(run: Path) -> None:
    text = (run / "exchanges.har").read_text(encoding="utf-8")
    assert "only-for-the-5th-floor" not in text
    document = json.loads(text)
    head = document["log"]["_kpbx"]
    assert isinstance(head["pixit"]["privacy_password"], int)
    sent = {
        number
        for entry in document["log"]["entries"]
        for number in entry["_kpbx"].get("withheld", {}).get("sent", ())
    }
    assert head["pixit"]["privacy_password"] in sent
