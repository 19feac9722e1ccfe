"""Every text of the PBX is an attack on the terminal or the page: nothing of it takes effect."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

from conformance.secrecy import SECRET_WORD
from tests.hostile.browser import CHROMIUM, PAYLOAD, opened_page, traces
from tests.hostile.judging import behind

pytestmark = pytest.mark.slow

# C1 controls (CSI, OSC, ST), which some terminals obey, and marks that turn the text's direction.
TERMINAL = "\u009b2J\u009b31m\u009d0;owned\u009c\u0085\u007f\u202e\u2066\u200f"
# Header fields may even hold ESC.
IN_HEADERS = "\x1b[2J\x1b]0;owned\x07\x9b31m" + PAYLOAD
# What the suite needs in order to go on.
KEPT = {"request_id", "code", "running", "exten"}
SELECT = ("users.*", "phonebook.contacts.get.*", "pbx.callgroups.get.*", "system.firmware.get.*")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """A run, whole."""

    status: int
    printed: str
    folder: Path


def attacked(body: bytes) -> bytes:
    """The answer with an attack in each of its texts."""
    try:
        root = etree.fromstring(body)
    except etree.XMLSyntaxError:
        return body
    for element in root.iter():
        # What a secret holds is withheld wherever it stands: it must be another text.
        secret = SECRET_WORD.search(str(element.tag))
        if not len(element) and element.tag not in KEPT and not secret:
            element.text = f"{element.text or ''}{TERMINAL}{PAYLOAD}"
    return etree.tostring(root, encoding="utf-8")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("texts")
    with behind("") as overlay:
        overlay.changed = attacked
        overlay.added = (("X-Attack", IN_HEADERS), ("Content-Type", f"text/{IN_HEADERS}"))
        target = folder / "target.toml"
        target.write_text(
            f'[target]\nname = "attacker"\nurl = "{overlay.url}"\n[pixit]\n'
            'extensions = "9000-9019"\ncallgroup_selections = "9100-9109"\n'
            '[safety]\nallow = ["read", "config"]\n'
        )
        command = [sys.executable, "-m", "conformance", "run", "--target", str(target)]
        command += ["--out", str(folder), "--seed", "1"]
        command += [word for glob in SELECT for word in ("--select", glob)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: S603
    reports = next(found.parent for found in folder.glob("*/results.json"))
    return Done(run.returncode, (run.stdout + run.stderr).decode(), reports)


def commands(text: str) -> set[str]:
    """The characters of a text that do something instead of being seen."""
    unseen = {char for char in set(text) if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}}
    return unseen - {"\n", "\t"}


def test_the_pbx_is_judged_and_the_harness_holds(done: Done) -> None:
    results = json.loads((done.folder / "results.json").read_text("utf-8"))
    errors = [row for row in results["requirements"] if row["verdict"] == "error"]
    assert not errors
    assert done.status == 1
    assert results["summary"]["fail"] > 10
    assert len(results["firmware"]) < 150


def test_nothing_printed_is_a_command_to_the_terminal(done: Done) -> None:
    assert "fail" in done.printed
    assert not commands(done.printed)


@pytest.mark.parametrize("name", ["results.json", "exchanges.har", "junit.xml", "report.html"])
def test_nothing_written_is_a_command_to_the_terminal(done: Done, name: str) -> None:
    assert not commands((done.folder / name).read_text("utf-8"))


def test_what_programs_read_can_be_read(done: Done) -> None:
    har = json.loads((done.folder / "exchanges.har").read_text("utf-8"))
    bodies = "".join(entry["response"]["content"]["text"] for entry in har["log"]["entries"])
    assert "\u009b2J" in bodies, "the attack was made, and is kept as it came"
    cases = etree.parse(done.folder / "junit.xml").findall(".//testcase")
    assert cases


def test_the_folder_lies_where_it_was_asked_for(done: Done) -> None:
    assert re.fullmatch(r"[0-9A-Za-z._-]+", done.folder.name)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
def test_nothing_runs_in_the_page(done: Done, tmp_path: Path) -> None:
    trap = tmp_path / "trap.html"
    trap.write_text(f"<html><body>{PAYLOAD}</body></html>", "utf-8")
    assert len(traces(opened_page(trap, tmp_path / "profile"))) > 3, "the browser would show it"
    page = opened_page(done.folder / "report.html", tmp_path / "profile")
    assert "setAttribute" in page.text_content(), "the attack is there, as text"
    assert not traces(page)
