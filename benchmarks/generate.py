# ruff: noqa: INP001, T201 - a script, which prints
"""At which part of a bare client's rate messages are generated, sent, recorded and judged.

    python benchmarks/generate.py                    7 pairs of runs, 400 messages each
    python benchmarks/generate.py --messages 2000    longer runs

Both talk to one emulated PBX on 127.0.0.1, a process of its own. The bare client is a plain
`httpx.Client` that sends one fixed PUT of a contact again and again and reads the answers. The
harness draws a message from the schema for each request, validates it, sends it, validates and
judges the answer, and turns request and answer into redacted HAR entries, as in a run. The two take
turns; the ratio is the median of the pairs, and the exit status is 1 where it is below 0.4.
On a machine that does other things as well, more pairs are the truer measure.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from conformance import catalogue  # noqa: E402 - of this checkout
from conformance.check import Check  # noqa: E402
from conformance.dialect import Dialect  # noqa: E402
from conformance.lab.conditions import NoLab  # noqa: E402
from conformance.lab.safety import ALL_CLASSES  # noqa: E402
from conformance.lab.target import Connection, Target  # noqa: E402
from conformance.report.record import Recorder  # noqa: E402
from conformance.search import search  # noqa: E402
from conformance.session import collect_seldom  # noqa: E402
from conformance.strategies.documents import bodies  # noqa: E402
from conformance.sut import Sut  # noqa: E402
from conformance.wire.client import WireClient, basic, md5  # noqa: E402
from conformance.wire.message import document  # noqa: E402
from conformance.wire.redact import Redactor  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

LEAST_RATIO = 0.4
ENDPOINT = "PUT /phonebook/contacts"
SCHEMA = "phonebook/phonebook.contacts.put.request.xsd"
FIXED = {
    "first_name": "Élodie",
    "last_name": "Conti",
    "organization": "Conti & Figli S.p.A.",
    "organizational_unit": "Ufficio",
    "phone": "055123456",
    "mail": "elodie@pbx.example",
    "speed_dial": "",
}


def emulated() -> tuple[subprocess.Popen[str], str]:
    """Start an emulated PBX; its process and its URL."""
    command = [sys.executable, "-m", "conformance", "emulate", "--port", "0", "--seed", "1"]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    )
    assert process.stdout is not None  # noqa: S101 - for the type checker
    return process, process.stdout.readline().strip()


def connected(url: str) -> tuple[Sut, Recorder]:
    """The harness on that PBX, as a run wires it."""
    target = Target(Connection(url=url, name="benchmark"))
    recorder = Recorder(target, Redactor(target.secrets))
    client = WireClient(target.connection, ALL_CLASSES, recorder.keep)
    sut = Sut(
        catalogue=catalogue.load(), target=target, client=client, lab=NoLab(), dialect=Dialect()
    )
    sut.connect()
    return sut, recorder


def contact_id(sut: Sut) -> str:
    """The id of some contact."""
    exchange = sut.send(sut.outgoing("GET /phonebook/contacts"))
    found = exchange.find("contacts/contact/id")
    return "" if found is None else str(found.text)


def generated(sut: Sut, recorder: Recorder, contact: str, messages: int, seed: int) -> int:
    """Messages as the harness sends them; how many."""
    check, sent, whole = Check(sut, ()), 0, {"id": contact, **FIXED}
    sut.seed, sut.examples = seed, messages
    drawn = bodies(SCHEMA, {"contact/id": st.just(contact)})

    def holds(body: dict[str, Any]) -> None:
        nonlocal sent
        check.expect_code(check.call(ENDPOINT, {"contact": whole | body["contact"]}), 0)
        sent += 1

    search(check, drawn, holds)
    recorder.check("benchmark", check, check.settle())
    return sent


def fixed(url: str, contact: str, messages: int) -> int:
    """The same request again and again, by a bare client; how many."""
    body = document({"contact": {"id": contact, **FIXED}}, "benchmark1")
    headers = {"Authorization": basic("admin", md5("admin")), "Content-Type": "application/xml"}
    with httpx.Client(base_url=url, headers=headers) as client:
        for _ in range(messages):
            client.put("/rest/phonebook/contacts", content=body).read()
    return messages


def rate(work: Callable[[], int]) -> float:
    """Messages a second."""
    began = time.perf_counter()
    return work() / (time.perf_counter() - began)


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=400, help="of each run")
    parser.add_argument("--pairs", type=int, default=7, help="pairs of runs")
    options = parser.parse_args()
    process, url = emulated()
    try:
        sut, recorder = connected(url)
        contact, ratios = contact_id(sut), []
        generated(sut, recorder, contact, 20, 0)
        fixed(url, contact, 20)
        collect_seldom()  # as in a run; the bare client gains by it too
        for seed in range(1, options.pairs + 1):
            bare = rate(lambda: fixed(url, contact, options.messages))
            ours = rate(lambda seed=seed: generated(sut, recorder, contact, options.messages, seed))
            ratios.append(ours / bare)
            print(f"bare {bare:6.0f}/s  generated {ours:6.0f}/s  {ours / bare:.2f}", flush=True)
    finally:
        process.terminate()
        process.wait()
    ratio = statistics.median(ratios)
    print(f"median ratio {ratio:.2f}, at least {LEAST_RATIO} is asked for")
    sys.exit(ratio < LEAST_RATIO)


if __name__ == "__main__":
    main()
