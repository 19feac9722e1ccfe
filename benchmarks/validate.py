# ruff: noqa: INP001, T201 - a script, which prints
"""How long a CDR response takes to validate, and how much memory, beside xmllint.

    python benchmarks/validate.py                       100,000 calls, 65 MB, 5 pairs of runs
    python benchmarks/validate.py --calls 1000000       the size that the limits are stated for

The document is written once to a temporary folder. Then xmllint, streaming, and
`kpbx-conformance validate` judge it in turn; each is timed as a whole process, with the largest
amount of memory that it held. The ratio is the median of the pairs: below 1.0 ours is faster. On a
machine that does other things as well, the processor time is the truer measure.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "xsd" / "cdr" / "cdr.post.response-1.1.xsd"
MEBIBYTE = 1024 * 1024
KIBIBYTES = 1024

NAMES = ("Mario Rossi", "Nicolò Bàrtoli", "李小龙", "R&amp;D &lt;Pisa&gt;", "Ακης Π.", "")
STATUSES = (8, 8, 8, 4, 2, 1, 3)
ANSWERED = 8
HEAD = """<?xml version="1.0"?>
<kpbx_response>
  <request_id>benchmark1</request_id>
  <cdr>
    <error_code>
      <code>0</code>
      <message>Success</message>
    </error_code>
    <calls>
"""
TAIL = """    </calls>
  </cdr>
</kpbx_response>
"""


class Run(NamedTuple):
    """One process: how long it ran, what it used of a processor, the most memory it held."""

    seconds: float
    busy: float
    mebibytes: float


def calls(number: int) -> Iterator[str]:
    """Calls as a PBX of a few hundred users has them, one every five seconds."""
    first = datetime(2014, 5, 1)  # noqa: DTZ001 - the CDR knows no time zones
    for n in range(number):
        start = first + timedelta(seconds=5 * n)
        spoken = n % 300
        status = STATUSES[n % len(STATUSES)]
        answer = start + timedelta(seconds=4) if status == ANSWERED else ""
        yield f"""      <call>
        <unique_id>{1398895200 + 5 * n}.{n}</unique_id>
        <id>{n + 1}</id>
        <direction>{(1, 2, 4)[n % 3]}</direction>
        <caller_num>0501234{n % 1000:03d}</caller_num>
        <caller_name>{NAMES[n % len(NAMES)]}</caller_name>
        <called_num>{100 + n % 400}</called_num>
        <called_name>{NAMES[(n + 1) % len(NAMES)]}</called_name>
        <called_callgroup>{"sales" if n % 4 == 0 else ""}</called_callgroup>
        <gateway_id>{n % 4}</gateway_id>
        <gateway_name>PSTN gateway {n % 4}</gateway_name>
        <status>{status}</status>
        <billsec>{spoken if answer else 0}</billsec>
        <start>{start}</start>
        <answer>{answer}</answer>
        <end>{start + timedelta(seconds=spoken + 4)}</end>
        <duration>{spoken + 4}</duration>
      </call>
"""


def timed(command: list[str]) -> Run:
    """Run a command that must find the document valid."""
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own commands
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stderr is not None  # noqa: S101 - for the type checker
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}: {said.decode(errors='replace')}")
    busy = usage.ru_utime + usage.ru_stime
    return Run(seconds, busy, usage.ru_maxrss / KIBIBYTES)


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5, help="pairs of runs")
    options = parser.parse_args()
    xmllint = shutil.which("xmllint")
    if xmllint is None:
        sys.exit("xmllint is not installed: it comes with libxml2 (Debian: libxml2-utils)")
    with tempfile.TemporaryDirectory(prefix="kpbx-benchmark-") as folder:
        document = Path(folder) / "cdr.xml"
        with document.open("w", encoding="utf-8") as file:
            file.write(HEAD)
            file.writelines(calls(options.calls))
            file.write(TAIL)
        print(f"{options.calls:,} calls, {document.stat().st_size / MEBIBYTE:.0f} MiB")
        theirs = [xmllint, "--noout", "--stream", "--schema", str(SCHEMA), str(document)]
        ours = [sys.executable, "-m", "conformance", "validate", "--endpoint", "POST /cdr"]
        ours += ["--kind", "response", str(document)]
        compare(theirs, ours, options.runs)


def compare(theirs: list[str], ours: list[str], pairs: int) -> None:
    """Run both in turn and print each run and the ratio."""
    judged = []
    for _ in range(pairs):
        xmllint, harness = timed(theirs), timed(ours)
        judged.append((xmllint, harness))
        for name, run in (("xmllint", xmllint), ("kpbx-conformance", harness)):
            print(
                f"{name:17} {run.seconds:6.2f} s ({run.busy:6.2f} s busy) {run.mebibytes:5.1f} MiB",
                flush=True,
            )
    elapsed = statistics.median(harness.seconds / xmllint.seconds for xmllint, harness in judged)
    busy = statistics.median(harness.busy / xmllint.busy for xmllint, harness in judged)
    peak = max(harness.mebibytes for _, harness in judged)
    print(f"median ratio {elapsed:.2f} ({busy:.2f} busy), at most {peak:.1f} MiB")


if __name__ == "__main__":
    main()
