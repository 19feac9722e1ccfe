"""The page: every code, the answer for each mood, and whatever the PBX sent is text."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import lxml.html
import pytest

from conformance import catalogue
from conformance.custody import unknown
from conformance.report.markup import SIGNS
from conformance.report.page import render
from conformance.run import Run, Settings
from conformance.verdict import Verdict

GUIDE = catalogue.load()
HOSTILE = (
    '<script>alert(1)</script><img src=x onerror=alert(1)>"\' onmouseover="alert(1)" x=\''
    "</style></pre></td></script><!-- --></textarea><svg onload=alert(1)>]]>&lt;b&gt;{{ 7*7 }}"
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{LEFT-TO-RIGHT ISOLATE}\0\x07\x1b[31m\x85\r\n"
)
FAILED = "users.configs.post.code-11"


@pytest.fixture(scope="module")
def blank() -> dict[str, Any]:
    """The results of a run in which nothing was judged."""
    run = Run(Settings(url="http://pbx.example", seed=1))
    run.sut.firmware = "3.9.5-2891"
    return run.results()


def with_verdicts(
    blank: dict[str, Any], complete: bool = True, passed: int = 0, **counts: int
) -> dict[str, Any]:
    """Results in which so many requirements have those verdicts."""
    results = deepcopy(blank)
    results["complete"] = complete
    rows = iter(results["requirements"])
    for verdict, count in {"pass": passed, **counts}.items():
        for _ in range(count):
            next(rows)["verdict"] = verdict
    found = [row["verdict"] for row in results["requirements"]]
    results["summary"] = {str(verdict): found.count(verdict) for verdict in Verdict}
    return results


def parsed(results: dict[str, Any]) -> Any:
    """The page as a tree; what a test looks for in it is there, or the test fails."""
    return lxml.html.fragment_fromstring(render(results, GUIDE), create_parent="main")


def exchange(text: str) -> dict[str, Any]:
    return {
        "method": text,
        "path": text,
        "headers": {text: text},
        "body": text,
        "broken": text,
        "lost": text,
        "response": {"status": 200, "headers": {text: text}, "body": text},
        "curl": text,
    }


def poisoned(blank: dict[str, Any]) -> dict[str, Any]:
    """Results in which everything that can come from the PBX or the user is hostile."""
    results = with_verdicts(blank, fail=1, inconc=1)
    results |= {
        "target": {"name": HOSTILE, "url": HOSTILE},
        "firmware": HOSTILE,
        "api_version": HOSTILE,
        "profile": HOSTILE,
        "select": [HOSTILE],
        "dialect": {"RD-01": HOSTILE, HOSTILE: HOSTILE},
        "leftovers": [HOSTILE],
        "as_found": {"compared": True, "differences": [HOSTILE], "unread": [HOSTILE], "left": []},
        "stopped_answering": {"said": HOSTILE, "exchanges": [exchange(HOSTILE)]},
        "complete": False,
        "tls_verified": False,
    }
    for row in results["requirements"]:
        row["reason"] = HOSTILE
        row["remarks"] = [HOSTILE, HOSTILE]
    results["requirements"][0]["failure"] = {
        "expected": HOSTILE,
        "observed": HOSTILE,
        "exchanges": [exchange(HOSTILE), {**exchange(HOSTILE), "response": None}],
    }
    return results


# --- what the PBX sent is text -----------------------------------------------------------------


def test_hostile_text_stays_text(blank: dict[str, Any]) -> None:
    clean, page = parsed(with_verdicts(blank, fail=1)), parsed(poisoned(blank))
    assert len(page.findall(".//script")) == len(clean.findall(".//script")) == 1
    assert len(page.findall(".//style")) == len(clean.findall(".//style")) == 1
    scripts = [element.text for element in (page.find(".//script"), clean.find(".//script"))]
    assert scripts[0] == scripts[1]
    assert not page.findall(".//img")
    assert not page.findall(".//b/script")
    assert len(page.findall(".//svg")) == 1
    assert "<script>alert(1)</script>" in page.text_content()
    assert "{{ 7*7 }}" in page.text_content()


def test_no_attribute_comes_from_hostile_text(blank: dict[str, Any]) -> None:
    clean, page = parsed(with_verdicts(blank, fail=1)), parsed(poisoned(blank))
    names = {name for element in page.iter() for name in element.attrib}
    known = {name for element in clean.iter() for name in element.attrib} | {"open"}
    assert names <= known
    handlers = [
        (element.tag, name)
        for element in page.iter()
        for name in element.attrib
        if name.startswith("on")
    ]
    assert handlers == [("form", "onsubmit")]
    assert page.find(".//form").get("onsubmit") == "return false"
    tags = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    assert not tags & {"img", "iframe", "object", "embed", "link", "meta", "base", "a", "audio"}


def test_characters_nobody_sees_are_made_visible(blank: dict[str, Any]) -> None:
    html = render(poisoned(blank), GUIDE)
    for char in "\N{RIGHT-TO-LEFT OVERRIDE}\N{LEFT-TO-RIGHT ISOLATE}\0\x07\x1b\x85":
        assert char not in html, f"U+{ord(char):04X}"
    assert "\\u202e" in html
    assert "\\x1b" in html


def test_the_page_needs_nothing_from_elsewhere(blank: dict[str, Any]) -> None:
    page = parsed(with_verdicts(blank, fail=1))
    for name in ("src", "href", "action", "data", "background"):
        assert not page.xpath(f"//@{name}")
    text = "".join(page.itertext())
    assert "@import" not in text
    assert "url(" not in (page.find(".//style").text or "")


def test_a_very_long_body_does_not_make_the_page_unusable(blank: dict[str, Any]) -> None:
    results = with_verdicts(blank, fail=1)
    results["requirements"][0]["failure"] = {
        "expected": "a",
        "observed": "b" * 5000,
        "exchanges": [exchange("c" * 200_000)],
    }
    page = parsed(results)
    (summary,) = [item for item in page.findall(".//summary") if "bbb" in item.text_content()]
    assert len(summary.text_content()) < 300


# --- the answer --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "complete", "answer", "mood"),
    [
        ({"pass": 9}, True, "Conforms in everything that was judged", "pass"),
        ({"pass": 9, "inconc": 3}, True, "Conforms in everything that was judged", "pass"),
        ({"pass": 9, "fail": 1}, True, "Does not conform: 1 requirement is broken", "fail"),
        ({"fail": 2, "error": 1}, True, "Does not conform: 2 requirements are broken", "fail"),
        ({"pass": 9, "fail": 2}, False, "Does not conform: 2 requirements are broken", "fail"),
        ({"pass": 9, "error": 1}, True, "No answer: the harness itself failed", "error"),
        ({}, True, "No answer: nothing was judged", "none"),
        ({"inconc": 4}, True, "No answer: nothing was judged", "none"),
        ({"pass": 9}, False, "No answer yet: the run was not completed", "inconc"),
    ],
)
def test_the_page_opens_with_the_answer(
    blank: dict[str, Any], counts: dict[str, int], complete: bool, answer: str, mood: str
) -> None:
    others = {verdict: count for verdict, count in counts.items() if verdict != "pass"}
    page = parsed(with_verdicts(blank, complete, counts.get("pass", 0), **others))
    section = page.find(".//section")
    assert section.find("h2").text == answer
    assert section.get("class") == f"kpbx-answer kpbx-{mood}"
    chips = [item.text_content().split() for item in section.xpath("./p/span")]
    assert {chip[2]: int(chip[1]) for chip in chips} == {
        str(verdict): counts.get(verdict, 0) for verdict in Verdict if verdict != "none"
    } | {"none": len(blank["requirements"]) - sum(counts.values())}


def test_the_facts_of_the_run_are_shown(blank: dict[str, Any]) -> None:
    results = with_verdicts(blank)
    results |= {"select": ["users.*"], "allow": ["read", "config"], "duration_s": 61.23}
    facts = parsed(results).find(".//dl")
    found = {item.find("dt").text: item.find("dd").text_content() for item in facts}
    assert found["Firmware"] == "3.9.5-2891"
    assert found["API version"] == "1.1"
    assert "http://pbx.example" in found["Target"]
    assert found["Duration"] == "61.2 s"
    assert found["Seed"] == "1"
    assert found["Safety classes allowed"] == "read, config"
    assert found["Selected"] == "users.*"
    assert "20-05-2014" in found["Guide"]
    assert found["Date"] == results["started"]


def test_warnings_are_loud(blank: dict[str, Any]) -> None:
    def warnings(results: dict[str, Any]) -> str:
        found = parsed(results).xpath("//p[@class='kpbx-warning']")
        return " ".join(item.text_content() for item in found)

    same = {"compared": True, "differences": [], "unread": [], "left": []}
    results = with_verdicts(blank) | {"as_found": same}
    assert not warnings(results)
    different = same | {"differences": ["GET /pbx/callgroups: '7' is gone"]}
    assert "'7' is gone" in warnings(results | {"as_found": different})
    assert "Not known whether" in warnings(results | {"as_found": unknown("it was cut short")})
    assert "not verified" in warnings(results | {"tls_verified": False})
    assert "not completed" in warnings(results | {"complete": False})
    left = "extension 9000: HTTP 500"
    assert left in warnings(results | {"leftovers": [left]})


def test_the_dialect_is_shown(blank: dict[str, Any]) -> None:
    page = parsed(with_verdicts(blank) | {"dialect": {"RD-01": "pxbininstance"}})
    text = " ".join(page.text_content().split())
    assert "RD-01" in text
    assert "pxbininstance" in text
    assert GUIDE.readings["RD-01"].guide in text


# --- the grid ----------------------------------------------------------------------------------


def cells(page: Any) -> dict[tuple[str, int], Any]:
    found = {}
    for line in page.xpath("//table[contains(@class, 'kpbx-grid')]/tbody/tr"):
        for cell in line.xpath("./td/span"):
            found[line.find("th").text, int(cell.find("b").text)] = cell
    return found


def test_every_code_of_the_guide_is_in_the_grid(blank: dict[str, Any]) -> None:
    found = cells(parsed(with_verdicts(blank)))
    wanted = {(end.name, code.code) for end, code in GUIDE.pairs()}
    wanted |= {("request_not_allowed", code.code) for code in GUIDE.global_codes}
    assert set(found) == wanted
    assert len(found) == 134


@pytest.mark.parametrize("verdict", Verdict)
def test_a_cell_shows_its_verdict_by_sign_and_class(
    blank: dict[str, Any], verdict: Verdict
) -> None:
    results = with_verdicts(blank)
    for row in results["requirements"]:
        if row["id"] in {FAILED, "api.license.code-2"}:
            row["verdict"], row["reason"] = str(verdict), "because"
        if row["id"] == "users.configs.post.message-11":
            row["verdict"] = "error"
    found = cells(parsed(results))
    for key in (("POST /users/configs/", 11), ("request_not_allowed", 2)):
        cell = found[key]
        assert cell.text == SIGNS[verdict]
        assert cell.get("class") == f"kpbx-cell kpbx-{verdict}"
        assert cell.get("title").startswith(f"{key[1]} ")
        assert cell.get("title").endswith(f": {verdict}, because")


def test_signs_differ() -> None:
    assert len(set(SIGNS.values())) == len(Verdict)


def test_a_code_that_was_not_selected_says_so(blank: dict[str, Any]) -> None:
    results = with_verdicts(blank)
    results["requirements"] = [row for row in results["requirements"] if row["id"] == FAILED]
    found = cells(parsed(results))
    assert len(found) == 134
    assert "not selected" in found["POST /users/configs/", 12].get("title")
    assert "not selected" not in found["POST /users/configs/", 11].get("title")


# --- the rest ----------------------------------------------------------------------------------


def test_bars_add_up(blank: dict[str, Any]) -> None:
    page = parsed(with_verdicts(blank, fail=7))
    totals = page.xpath("//svg//text[@class='kpbx-total']/text()")
    assert sum(map(int, totals)) == len(blank["requirements"])
    titles = page.xpath("//svg//title/text()")
    assert sum(int(title.rpartition(": ")[2].split()[0]) for title in titles) == sum(
        map(int, totals)
    )


def test_every_requirement_has_its_row_failures_first(blank: dict[str, Any]) -> None:
    results = with_verdicts(blank, passed=5, fail=3)
    rows = parsed(results).xpath("//section[@id='kpbx-requirements']//tbody/tr")
    assert len(rows) == len(results["requirements"])
    assert [row.get("data-verdict") for row in rows[:3]] == ["fail"] * 3
    assert all(row.get("data-family") for row in rows)
    ids = {row.xpath("./td/code")[0].text for row in rows}
    assert ids == set(GUIDE.requirements)


def test_a_failure_shows_clause_expected_observed_exchanges_and_curl(blank: dict[str, Any]) -> None:
    results = with_verdicts(blank, fail=1)
    row = results["requirements"][0]
    row["failure"] = {
        "expected": "white",
        "observed": "black",
        "exchanges": [exchange("x1"), {**exchange("x2"), "response": None, "lost": "gone"}],
    }
    shown = parsed(results).xpath("//section[@id='kpbx-requirements']//tbody/tr")[0]
    terms = {dt.text: dt.getnext().text for dt in shown.xpath(".//dl/dt")}
    assert terms == {"Clause": row["clause"], "Expected": "white", "Observed": "black"}
    details = shown.xpath(".//details[@class='kpbx-exchange']")
    assert len(details) == 2
    assert "HTTP 200" in details[0].text_content()
    assert "no answer" in details[1].text_content()
    assert "gone" in details[1].text_content()
    assert [item.text for item in shown.xpath(".//pre[@class='kpbx-curl']")] == ["x1", "x2"]


def test_an_empty_run_can_be_shown(blank: dict[str, Any]) -> None:
    results = with_verdicts(blank) | {"requirements": []}
    results["summary"] = dict.fromkeys(results["summary"], 0)
    assert parsed(results).find(".//h2").text == "No answer: nothing was judged"
