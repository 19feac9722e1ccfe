"""bugreport as it is used: a results file in, folders, zips and an index out."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from lxml import etree

from conformance.cli import main
from conformance.formats.reading import problems, read_case
from conformance.wire.client import md5
from tests.bugreport.finding import CASES
from tests.gate.made import NAMES, results, row
from tests.matrix.made import exchange, poisoned

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from tests.bugreport.conftest import Written

    Write = Callable[[str], Written]

ONE, TWO, THREE = NAMES[:3]


def bugreport(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["bugreport", *map(str, arguments)])


def saved(file: Path, data: Any) -> Path:
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


def failing(*names: str, **more: Any) -> dict[str, Any]:
    rows = []
    for name in names:
        failure = {"expected": f"not {name}", "observed": name, "exchanges": [exchange(name)]}
        rows.append(row(name, "fail", failure=failure))
    return results(*rows, **more)


# --- what is written ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_a_report_is_whole(written: Write, name: str) -> None:
    report, case = written(name), CASES[name]
    page = (report.folder / "report.md").read_text(encoding="utf-8")
    assert "| firmware | 3.9.5-2891 |" in page
    assert "| API version | 1.1 |" in page
    assert "document revision 20-05-2014" in page
    assert case.requirement in page
    assert report.row["failure"]["observed"] in page
    assert "Since when is not known" in page
    for file in re.findall(r"^- `([\w.]+)`", page, re.MULTILINE):
        assert (report.folder / file).exists()
    sequence = (report.folder / "sequence.http").read_text(encoding="utf-8")
    for one in report.row["failure"]["exchanges"]:
        assert f"{one['method']} {one['path']} HTTP/1.1" in sequence


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_read_back_from_file_folder_and_zip(written: Write, name: str) -> None:
    folder = written(name).folder
    case = read_case(folder / "case.json")
    assert problems("case", case) == ""
    assert read_case(folder) == read_case(folder.with_name(f"{folder.name}.zip")) == case
    (one,) = case["requirements"]
    assert (one["id"], one["check"]) == (CASES[name].requirement, CASES[name].check)
    assert bool(case["drawn"]) is (name in {"search", "sequence", "code", "callgroup"})


@pytest.mark.parametrize("name", CASES)
def test_no_secret_is_in_a_report(written: Write, name: str) -> None:
    text = written(name).text
    for secret in (md5("admin"), "only-for-the-5th-floor", md5("only-for-the-5th-floor")):
        assert secret not in text
    assert not re.search(r"Sip-\d+-secret|0Another-Secret0", text)
    values = re.findall(r"<(?:sip|vm)_secret>([^<]*)<", text)
    assert all(one in {"", "[withheld]"} or one[0] in "'\"" for one in values)


def test_reports_are_their_owner_s_alone(written: Write) -> None:
    folder = written("schema").folder
    files = [*folder.rglob("*"), folder.with_name(f"{folder.name}.zip")]
    assert all(not stat.S_IMODE(file.stat().st_mode) & 0o077 for file in files)
    assert (folder / "reproduce.sh").stat().st_mode & stat.S_IXUSR


def test_a_zip_holds_the_folder(written: Write, tmp_path: Path) -> None:
    folder = written("schema").folder
    with zipfile.ZipFile(folder.with_name(f"{folder.name}.zip")) as archive:
        archive.extractall(tmp_path)
    assert contents(tmp_path / folder.name) == contents(folder)


def contents(folder: Path) -> dict[Path, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder): file.read_bytes() for file in files}


def test_the_schema_says_the_same_without_this_harness(written: Write) -> None:
    report = written("schema")
    file = next((report.folder / "schema").glob("*/users.registrations.get.response*.xsd"))
    schema = etree.XMLSchema(etree.parse(file))  # with everything that it includes
    answer = etree.parse(report.folder / "answer.xml")
    assert not schema.validate(answer)
    line = schema.error_log[0].line
    assert f"line {line}, " in report.row["failure"]["observed"]
    page = (report.folder / "report.md").read_text(encoding="utf-8")
    assert f"schema/users/{file.name} answer.xml" in page
    assert not (written("ids").folder / "schema").exists()


# --- the command -------------------------------------------------------------------------------


def test_index_over_all_the_worst_first(tmp_path: Path) -> None:
    stored = "users.configs.post.stored"
    data = failing(ONE, stored, "users.configs.post.message-11")
    earlier = results(row(stored, "pass"), row(ONE, "fail"), firmware="3.9.5-2891")
    done = bugreport(
        saved(tmp_path / "a.json", data), "-o", tmp_path / "out",
        "--earlier", saved(tmp_path / "b.json", earlier),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert done.output == f"3 causes, 3 broken requirements: {tmp_path / 'out' / 'index.md'}\n"
    index = (tmp_path / "out" / "index.md").read_text(encoding="utf-8")
    lines = [line for line in index.splitlines() if re.match(r"\| \d", line)]
    assert [re.findall(r"`([\w.-]+)`", line) for line in lines] == [
        [stored],
        [ONE],
        ["users.configs.post.message-11"],
    ]
    assert " 3.9.6-3000 " in lines[0]
    assert " 3.9.5-2891 " in lines[1]
    for target in re.findall(r"\]\(([^)]+)\)", index):
        assert (tmp_path / "out" / target).is_file()


def test_select(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.json", failing(ONE, TWO))
    assert bugreport(file, "-o", tmp_path / "out", "--select", ONE).exit_code == 0
    assert [one.name for one in (tmp_path / "out").glob("*.zip")] == [f"01-{ONE}.zip"]
    done = bugreport(file, "-o", tmp_path / "out", "--select", "nothing.*")
    assert done.exit_code == 2
    assert "--select: no requirement of these results is called nothing.*" in done.output


@pytest.mark.parametrize(
    ("node", "check"),
    [
        ("general/test_xml.py::test_x", "general/test_xml.py::test_x"),
        ("../site-packages/conformance/families/cdr/test_csv.py::test_x[a b-1]",
         "families/cdr/test_csv.py::test_x[a b-1]"),
        ("tests/test_own.py::test_x", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_check_is_named_as_replay_finds_it(tmp_path: Path, node: str, check: str | None) -> None:
    data = failing(ONE)
    data["requirements"][0]["failure"]["check"] = node
    bugreport(saved(tmp_path / "a.json", data), "-o", tmp_path / "out")
    [one] = read_case(tmp_path / "out" / f"01-{ONE}.zip")["requirements"]
    assert one["check"] == check


def test_a_run_that_was_cut_short_is_said_to_be(tmp_path: Path) -> None:
    said = {"said": "The PBX stopped <answering>", "exchanges": []}
    data = failing(ONE, complete=False, stopped_answering=said)
    bugreport(saved(tmp_path / "a.json", data), "-o", tmp_path / "out")
    text = (tmp_path / "out" / "index.md").read_text(encoding="utf-8")
    assert "**The run is not complete:**" in text
    assert "**The PBX stopped &#60;answering&#62;.**" in text


def test_nothing_failed(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.json", results(row(ONE, "pass")))
    done = bugreport(file, "-o", tmp_path / "out")
    assert done.exit_code == 0
    text = (tmp_path / "out" / "index.md").read_text(encoding="utf-8")
    assert "Nothing: no requirement failed." in text


def test_reports_of_an_earlier_call_are_replaced_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    bugreport(saved(tmp_path / "a.json", failing(ONE, TWO)), "-o", out)
    (out / "notes").mkdir()
    (out / "notes" / "mine.txt").write_text("keep", encoding="utf-8")
    assert bugreport(saved(tmp_path / "b.json", failing(TWO)), "-o", out).exit_code == 0
    names = sorted(file.name for file in out.iterdir())
    assert names == [f"01-{TWO}", f"01-{TWO}.zip", "index.md", "notes"]


def test_the_same_results_give_the_same_zip(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.json", failing(ONE))
    packed = []
    for name in ("one", "two"):
        bugreport(file, "-o", tmp_path / name)
        packed.append((tmp_path / name / f"01-{ONE}.zip").read_bytes())
    assert packed[0] == packed[1]


def test_results_of_an_earlier_release_give_a_report_without_a_script(tmp_path: Path) -> None:
    bugreport(saved(tmp_path / "a.json", failing(ONE)), "-o", tmp_path / "out")
    folder = tmp_path / "out" / f"01-{ONE}"
    assert sorted(file.name for file in folder.iterdir()) == [
        "case.json",
        "report.md",
        "sequence.http",
    ]
    assert "there is no script" in (folder / "report.md").read_text(encoding="utf-8")
    done = CliRunner().invoke(main, ["replay", str(folder), "--url", "http://192.0.2.1"])
    assert done.exit_code == 2
    assert "names no check" in done.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("[]", "these are no results"),
        ('{"format": "kpbx-conformance/results", "version": 9}', "version: 9 is not 1"),
        ('{"format": "kpbx-conformance/results", "version": 1}', "the file is damaged"),
    ],
)
@pytest.mark.parametrize("place", ["results", "earlier"])
def test_bad_input_is_one_clear_line(tmp_path: Path, text: str, said: str, place: str) -> None:
    bad, good = tmp_path / "bad.json", saved(tmp_path / "good.json", failing(ONE))
    bad.write_text(text, encoding="utf-8")
    first, more = (bad, []) if place == "results" else (good, ["--earlier", bad])
    done = bugreport(first, "-o", tmp_path / "out", *more)
    assert done.exit_code == 2
    assert said in done.output
    assert done.output.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_that_can_t_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = bugreport(saved(tmp_path / "a.json", failing(ONE)), "-o", tmp_path / "file" / "out")
    assert done.exit_code == 2
    assert re.match(r"kpbx-conformance: -o: .* can't be written: .*\n$", done.output)


def test_what_a_pbx_says_is_text(tmp_path: Path) -> None:
    (data,) = poisoned()
    sequence = {
        "requests": [
            {
                "endpoint": None,
                "safety": "read",
                "conditions": [],
                "method": "GET",
                "path": ["/rest/x'; touch owned; '\u202e\ud800\0"],
                "headers": {"X-`touch owned`": "$(touch owned)"},
                "authorization": {"header": ["$(touch owned)"]},
                "body": ["'; touch owned #\n`touch owned`"],
            }
        ],
        "given": [],
        "values": {"KPBX_EXTEN_1": "$(touch owned)'\n"},
    }
    for one in data["requirements"]:
        if one["failure"]:
            one["failure"] |= {"replay": sequence, "check": "../../x.py::y", "drawn": None}
    done = bugreport(saved(tmp_path / "a.json", data), "-o", tmp_path / "out")
    assert done.exit_code == 0, done.output
    for file in (tmp_path / "out").rglob("*"):
        if file.suffix in {".md", ".http", ".sh", ".json"}:
            text = file.read_text(encoding="utf-8")
            assert not set("\x1b\x85\u202e\u2028\u2029\0") & set(text), file
    page = next((tmp_path / "out").glob("01-*/report.md")).read_text(encoding="utf-8")
    outside = re.sub(r"^(`{3,}).*?^\1$", "", page, flags=re.DOTALL | re.MULTILINE)
    assert "<script" not in outside
    assert "<img" not in outside
    script = next((tmp_path / "out").glob("01-*/reproduce.sh"))
    environment = {"PATH": "/usr/bin:/bin", "KPBX_URL": "http://127.0.0.1:9", "KPBX_PASSWORD": "x"}
    subprocess.run(  # noqa: S603
        ["/usr/bin/env", "bash", str(script)], env=environment, cwd=tmp_path, check=False,
        capture_output=True, timeout=30,
    )  # fmt: skip
    assert not (tmp_path / "owned").exists()
    assert read_case(script.parent)["requirements"][0]["check"] is None


def test_help_has_an_example() -> None:
    for name in ("bugreport", "replay"):
        assert "Example: kpbx-conformance" in CliRunner().invoke(main, [name, "--help"]).output
