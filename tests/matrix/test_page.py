"""The page without a browser: what it says, and that what the PBX said is text in it."""

from __future__ import annotations

import json
import re
from typing import Any

import lxml.html
import pytest
from lxml import etree

from conformance.matrix.page import render
from conformance.matrix.table import build
from conformance.report.markup import source_hash
from tests.gate.made import NAMES, results, row
from tests.matrix.made import HOSTILE, many, poisoned

ONE, TWO, THREE = NAMES[:3]
INVISIBLE = "\N{RIGHT-TO-LEFT OVERRIDE}\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}\0\x1b\x85\ud800\r"


def parsed(*runs: dict[str, Any]) -> Any:
    return lxml.html.document_fromstring(render(build(runs)))


def clean() -> Any:
    rows = [row(name, verdict) for name, verdict in zip(NAMES, ("fail", "inconc"), strict=False)]
    return parsed(results(*rows, firmware="3.9.5-1"), results(*rows))


def heads(page: Any) -> list[str]:
    return [
        " ".join(th.text_content().split()) for th in page.xpath("//table[@id='matrix']/thead//th")
    ]


def cells(page: Any) -> dict[str, list[tuple[str, str, str]]]:
    return {
        line.xpath("./th/code")[0].text: [
            (td.get("class"), td.get("aria-label"), td.text) for td in line.xpath("./td")
        ]
        for line in page.xpath("//tr[@data-has]")
    }


# --- the table ---------------------------------------------------------------------------------


def test_firmwares_are_columns_in_version_order() -> None:
    page = parsed(*(results(row(ONE, "pass"), firmware=f"3.9.{one}-1") for one in (10, 9, 11)))
    assert heads(page) == [
        "Requirement",
        "3.9.9-1 2026-11-26",
        "3.9.10-1 2026-11-26",
        "3.9.11-1 2026-11-26",
    ]


def test_two_runs_of_a_firmware_are_two_columns() -> None:
    page = parsed(
        results(row(ONE, "fail"), started="2026-11-26T18:00:00Z"),
        results(row(ONE, "pass"), started="2026-11-26T09:00:00Z"),
    )
    assert heads(page)[1:] == ["3.9.6-3000 2026-11-26 09:00:00", "3.9.6-3000 2026-11-26 18:00:00"]
    assert [look for look, _, _ in cells(page)[ONE]] == ["pass", "fail"]
    assert "2 runs of 1 firmware (" in " ".join(page.text_content().split())


def test_a_cell_says_its_verdict_by_word_sign_and_colour() -> None:
    first = results(
        row(ONE, "pass"),
        row(TWO, "fail", core="pass"),
        row(THREE, "inconc", remarks=["a"]),
        firmware="3.9.5-1",
        catalogue="old",
    )
    page = parsed(first, results(row(ONE, "error"), row(TWO, "none", remarks=["a", "b"])))
    assert cells(page) == {
        ONE: [("pass", "pass", "✓"), ("error", "error", "!")],
        TWO: [
            ("pass also-fail", "pass, fail in the generated search", "✓✕"),
            ("none remarked", "none, 2 remarks", "\N{EN DASH}"),
        ],
        THREE: [("inconc remarked", "inconc, 1 remark", "?"), ("unknown", "not known", "·")],
    }
    (note,) = page.xpath("//p[@class='note']/text()")
    assert "not all judged by the same set of requirements" in note


def test_differences_are_counted_and_marked() -> None:
    def run(first: str, second: str, third: str, **more: Any) -> dict[str, Any]:
        return results(row(ONE, first), row(TWO, second), row(THREE, third), **more)

    page = parsed(run("pass", "pass", "none", firmware="3.9.5-1"), run("pass", "fail", "inconc"))
    found = {
        line.xpath("./th/code")[0].text: (line.get("data-difference"), line.get("data-has"))
        for line in page.xpath("//tr[@data-has]")
    }
    assert found == {
        ONE: (None, "pass"),
        TWO: ("flips", "fail pass"),
        THREE: ("differs", "inconc none"),
    }
    assert page.xpath("//header//strong/text()") == ["2", "1"]
    groups = [" ".join(th.text_content().split()) for th in page.xpath("//th[@scope='rowgroup']")]
    assert groups == ["users 3 requirements, 2 differ", "POST /users/configs/ 3, 2 differ"]


def test_the_table_can_be_read_without_scripts_and_used_with_a_screen_reader() -> None:
    page = clean()
    (grid,) = page.xpath("//table[@id='matrix']")
    assert grid.get("role") == "grid"
    for name in ("aria-labelledby",):
        for element in page.xpath(f"//*[@{name}]"):
            for target in element.get(name).split():
                assert page.xpath(f"//*[@id='{target}']") or target == "panel-head"
    assert all(th.get("scope") for th in page.xpath("//th"))
    assert all(td.get("aria-label") and td.text for td in grid.xpath(".//td"))
    assert page.xpath("//output/@aria-live") == ["polite"]
    assert page.xpath("//form[@hidden]")
    (svg,) = page.xpath("//svg")
    assert svg.get("role") == "img"
    assert svg.xpath("./title")[0].text
    assert "3.9.5-1 (2026-11-26): 0 pass, 1 fail, 1 inconc" in svg.xpath("./desc")[0].text


def test_what_is_broken_is_written_out_with_the_runs_in_which_it_is() -> None:
    def broken(said: str, firmware: str) -> dict[str, Any]:
        failure = {"expected": "e", "observed": said, "exchanges": []}
        return results(row(ONE, "fail", failure=failure), row(TWO, "pass"), firmware=firmware)

    page = parsed(broken("a", "3.9.5-1"), broken("b", "3.9.6-1"), broken("a", "3.9.7-1"))
    (shown,) = page.xpath("//div[@class='broken']")
    assert shown.find("h3/code").text == ONE
    assert [" ".join(item.text_content().split()) for item in shown.xpath(".//li")] == [
        "3.9.5-1 (2026-11-26), 3.9.7-1 (2026-11-26): a",
        "3.9.6-1 (2026-11-26): b",
    ]


def test_the_trend_counts_what_the_table_shows() -> None:
    runs = many(4)
    page = parsed(*runs)
    bars = page.xpath("//svg/g/title/text()")
    for number, (run, bar) in enumerate(zip(runs, bars, strict=True), 1):
        looks = [td.get("class").split()[0] for td in page.xpath(f"//tr[@data-has]/td[{number}]")]
        assert run["firmware"] in bar
        for verdict, count in run["summary"].items():
            assert looks.count(verdict) == count
            assert (f" {count} {verdict}" in bar) == (count > 0)
    heights = page.xpath("//svg/g/rect[starts-with(@class, 'fill')]")
    assert {rect.get("class") for rect in heights} >= {"fill-pass", "fill-fail", "fill-none"}


def test_the_trend_tells_runs_of_one_firmware_apart_and_what_a_search_found() -> None:
    failure = {"expected": "e", "observed": "o", "exchanges": []}
    found = results(row(ONE, "fail", core="pass", failure=failure), firmware="3.9.6-3000")
    for count in (2, 7):
        page = parsed(found, *[results(row(ONE, "pass"), started=f"2026-11-0{n}T10:00:00Z")
                               for n in range(1, count)])  # fmt: skip
        text = page.xpath("//svg//text/text()")
        assert any("2026-11-26" in one for one in text)
        assert any("2026-11-01" in one for one in text)
        assert any("by search" in one for one in text)
        assert "1 broken by search alone" in page.xpath("//svg/desc")[0].text
    assert not any("by search" in one for one in clean().xpath("//svg//text/text()"))


def test_every_run_is_listed_with_its_facts() -> None:
    page = parsed(results(row(ONE, "pass"), select=["users.*"], complete=False), results())
    (one, two) = page.xpath("//div[@class='runs']//tbody/tr")
    text = " ".join(one.text_content().split())
    for fact in ("3.9.6-3000", "2026-11-26 10:00 UTC", "lab", "quick", "read, config", "users.*"):
        assert fact in text
    assert "not completed" in text
    assert "not completed" not in two.text_content()


def test_runs_that_judged_nothing_can_be_shown() -> None:
    page = parsed(results(), results(firmware=""))
    assert heads(page)[1:] == ["unknown 2026-11-26", "3.9.6-3000 2026-11-26"]
    assert cells(page) == {}


# --- what the PBX said is text -----------------------------------------------------------------


@pytest.fixture(scope="module", params=[2, 8], ids=["few", "many"])
def hostile(request: pytest.FixtureRequest) -> str:
    return render(build(poisoned(request.param)))


def test_hostile_text_stays_text(hostile: str) -> None:
    page: Any = lxml.html.document_fromstring(hostile)
    known = clean()
    for tag in ("script", "style", "svg", "title", "form", "select"):
        assert len(page.findall(f".//{tag}")) >= len(known.findall(f".//{tag}"))
        assert {element.getparent().tag for element in page.iter(tag)} == {
            element.getparent().tag for element in known.iter(tag)
        }
    assert len(page.findall(".//script")) == 2
    assert page.findall(".//script")[1].text == known.findall(".//script")[1].text
    tags = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    assert tags <= {element.tag for element in known.iter() if isinstance(element.tag, str)}
    names = {name for element in page.iter() for name in element.attrib}
    assert names <= {name for element in known.iter() for name in element.attrib} | {"class"}
    assert not [name for name in names if name.startswith("on") or name in {"src", "href", "style"}]
    assert not list(page.iter(etree.Comment))
    assert "<script>window.owned=1</script>" in page.text_content()


def test_the_data_end_no_script_and_are_read_back_as_they_were(hostile: str) -> None:
    start = hostile.index('id="details">') + len('id="details">')
    text = hostile[start : hostile.index("</script>", start)]
    assert not re.search("[<>&\u2028\u2029]", text)
    data = json.loads(text)
    assert any("<script>window.owned=1</script>" in one for one in data["texts"])
    assert any("{{ 7*7 }}" in one for one in data["texts"])


def test_characters_nobody_sees_are_made_visible(hostile: str) -> None:
    for char in INVISIBLE:
        assert char in HOSTILE
        assert char not in hostile, f"U+{ord(char):04X}"
    assert "\\u202e" in hostile
    hostile.encode()


def test_the_page_needs_nothing_from_elsewhere_and_says_so_to_the_browser() -> None:
    html = render(build(many(2)))
    page: Any = lxml.html.document_fromstring(html)
    for name in ("src", "href", "action", "data", "background", "style"):
        assert not page.xpath(f"//@{name}")
    style = str(page.find(".//style").text)
    assert "@import" not in style
    assert "url(" not in style
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in policy
    script = str(page.findall(".//script")[-1].text)
    for text in (style, script):
        assert source_hash(text) in policy
    for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "fetch("):
        assert word not in script


def test_thirty_runs_make_a_page_that_can_be_sent() -> None:
    html = render(build(many(30)))
    assert html.count("<td class") > 20_000
    assert len(html.encode()) < 10_000_000
