"""The page in headless Chromium, worked with as its reader would: mouse, keyboard, paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from conformance.matrix.page import render
from conformance.matrix.table import build
from tests.chromium import EXECUTABLE, Chromium
from tests.gate.made import NAMES, results, row
from tests.matrix.made import exchange, many, poisoned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    EXECUTABLE is None, reason="no Chromium here: apt-get install chromium"
)
ONE, TWO, THREE = NAMES[:3]
GENERAL = "api.request-id.arbitrary"
# Seconds of the page's own thread; what else the machine does is not counted.
LOADED_S, FILTERED_S = 0.2, 0.2


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


@pytest.fixture
def page(browser: Chromium, tmp_path: Path) -> Chromium:
    """Three runs of four requirements, of which the second differs and the third comes to break."""
    failure = {"expected": "code 0", "observed": "code 99", "exchanges": [exchange("sent")]}
    runs = [
        results(
            row(ONE, "pass", title="always holds"),
            row(TWO, second, title="not always judged"),
            row(THREE, third, title="comes to break", failure=failure, remarks=["mind this"]),
            row(GENERAL, "pass", title="holds everywhere"),
            firmware=f"3.9.{number}-1",
        )
        for number, second, third in ((5, "pass", "pass"), (6, "none", "pass"), (7, "pass", "fail"))
    ]
    show(browser, tmp_path, runs)
    return browser


def show(browser: Chromium, folder: Path, runs: list[dict[str, Any]], **how: bool) -> None:
    file = folder / "matrix.html"
    file.write_text(render(build(runs)), encoding="utf-8")
    browser.resize(1280, 800)
    browser.show(file, **how)


def choose(page: Chromium, name: str, value: str) -> None:
    page.run(
        f"(() => {{ const field = document.forms[0].elements[{name!r}]; field.value = {value!r};"
        " field.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )


def shown(page: Chromium) -> list[str]:
    found: list[str] = page.run(
        "Array.from(document.querySelectorAll('tr[data-has]')).filter((row) => row.offsetHeight)"
        ".map((row) => row.querySelector('code').textContent)"
    )
    return found


def said(page: Chromium) -> str:
    return str(page.run("document.querySelector('output').textContent"))


def focused(page: Chromium) -> tuple[str, int]:
    """The requirement and the column of the cell with the focus; the column counts from 1."""
    requirement, column = page.run(
        "(() => { const cell = document.activeElement; return cell.matches('td') ?"
        " [cell.parentNode.querySelector('code').textContent, cell.cellIndex] : [cell.id, 0]; })()"
    )
    return requirement, column


def panel(page: Chromium) -> str:
    """What the panel says; empty if it is closed."""
    return str(page.run("document.getElementById('panel').innerText"))


def tab_to_the_table(page: Chromium) -> None:
    page.run("document.forms[0].elements.text.focus()")
    page.press("Tab", "Tab")


# --- filters -----------------------------------------------------------------------------------


def test_all_is_shown_at_first(page: Chromium) -> None:
    assert shown(page) == [ONE, TWO, THREE, GENERAL]
    assert said(page) == "4 of 4 requirements"
    assert page.errors == []


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("difference", "differs", [TWO, THREE]),
        ("difference", "flips", [THREE]),
        ("family", "users", [ONE, TWO, THREE]),
        ("family", "every endpoint", [GENERAL]),
        ("text", "COMES to", [THREE]),
        ("text", "code 99", [THREE]),
        ("text", "mind this", [THREE]),
        ("text", "why it is none", [TWO]),
        ("text", "POST /users", [ONE, TWO, THREE]),
        ("text", GENERAL, [GENERAL]),
        ("text", "no such thing", []),
    ],
)
def test_filters(page: Chromium, name: str, value: str, left: list[str]) -> None:
    choose(page, name, value)
    assert shown(page) == left
    assert said(page) == f"{len(left)} of 4 requirements"
    assert page.run("document.getElementById('nothing').offsetHeight > 0") == (not left)
    heads = page.run(
        "Array.from(document.querySelectorAll('.family')).filter((one) => one.offsetHeight)"
        ".map((one) => one.dataset.family)"
    )
    assert set(heads) == {"users" if one in NAMES else "every endpoint" for one in left}
    page.run("document.querySelector('button[type=reset]').click()")
    assert page.run("new Promise((done) => setTimeout(done, 50)).then(() => 1)") == 1
    assert len(shown(page)) == 4


def test_the_verdict_filter_keeps_what_some_run_says(page: Chromium) -> None:
    page.run("document.querySelector('[value=pass]').click()")
    assert shown(page) == [TWO, THREE]
    page.run("document.querySelector('[value=none]').click()")
    assert shown(page) == [THREE]
    choose(page, "text", ONE)
    assert shown(page) == []


# --- keyboard ----------------------------------------------------------------------------------


def test_tab_reaches_one_cell_and_the_arrow_keys_the_others(page: Chromium) -> None:
    tab_to_the_table(page)
    assert focused(page) == (ONE, 1)
    for keys, at in (
        (["ArrowRight", "ArrowDown"], (TWO, 2)),
        (["ArrowLeft", "ArrowLeft", "ArrowLeft"], (TWO, 1)),
        (["End"], (TWO, 3)),
        (["ArrowRight"], (TWO, 3)),
        (["PageDown"], (GENERAL, 3)),
        (["ArrowDown", "Home"], (GENERAL, 1)),
        (["ArrowUp"], (THREE, 1)),
        (["Control+Home"], (ONE, 1)),
        (["ArrowUp"], (ONE, 1)),
        (["Control+End"], (GENERAL, 3)),
        (["PageUp"], (ONE, 3)),
    ):
        page.press(*keys)
        assert focused(page) == at, keys
    assert page.run("document.querySelectorAll('#matrix [tabindex]').length") == 1


def test_the_arrow_keys_pass_over_what_is_filtered_away(page: Chromium) -> None:
    tab_to_the_table(page)
    choose(page, "difference", "differs")
    tab_to_the_table(page)
    assert focused(page) == (TWO, 1)
    page.press("ArrowDown")
    assert focused(page) == (THREE, 1)
    page.press("ArrowDown")
    assert focused(page) == (THREE, 1)
    choose(page, "text", "no such thing")
    assert page.run("document.querySelectorAll('#matrix [tabindex]').length") == 0


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_cell_opens_and_closes_by_keyboard(page: Chromium, key: str) -> None:
    tab_to_the_table(page)
    page.press("Control+End", "ArrowUp", key)
    text = panel(page)
    for part in (THREE, "fail", "3.9.7-1", "comes to break", "POST /users/configs/", "mind this"):
        assert part in text
    assert "code 0" in text
    assert "code 99" in text
    assert "1. POST /rest/users/configs/ → HTTP 200" in text
    assert focused(page) == ("panel", 0)
    page.press("Tab", "Tab", "Enter")
    assert "<request_id>sent</request_id>" in panel(page)
    assert "curl -sS" in panel(page)
    page.press("Escape")
    assert panel(page) == ""
    assert focused(page) == (THREE, 3)


def test_what_a_search_alone_found_is_told_from_the_fixed_checks(
    browser: Chromium, tmp_path: Path
) -> None:
    failure = {"expected": "code 0", "observed": "code 99", "exchanges": []}
    found, solved = row(ONE, "fail", core="pass", failure=failure), row(TWO, "pass", core="none")
    show(browser, tmp_path, [results(found, solved)])
    browser.run("document.querySelector('td.also-fail').click()")
    assert "fixed checks alone say pass" in panel(browser)
    assert "with the generated search it is fail" in panel(browser)
    assert "code 99" in panel(browser)
    browser.run("document.querySelector('td.none').click()")
    assert "with the generated search it is pass" in panel(browser)
    browser.run("document.querySelector('[value=pass]').click()")
    assert shown(browser) == [ONE, TWO]
    browser.run("document.querySelector('[value=none]').click()")
    assert shown(browser) == [ONE]


def test_a_click_opens_a_cell_and_the_button_closes_it(page: Chromium) -> None:
    page.run("document.querySelector('td.none').click()")
    assert "why it is none" in panel(page)
    page.run("document.querySelector('td.fail').click()")
    assert "code 99" in panel(page)
    page.run("document.querySelector('#panel button').click()")
    assert panel(page) == ""
    assert focused(page) == (THREE, 3)


def test_the_focus_can_be_seen_and_nothing_covers_it(browser: Chromium, tmp_path: Path) -> None:
    show(browser, tmp_path, many(12))
    for width in (1280, 420):
        browser.resize(width, 800)
        tab_to_the_table(browser)
        for keys in (["Control+End"], ["Control+Home"], ["PageDown", "End"], ["Home", "ArrowUp"]):
            browser.press(*keys)
            seen = browser.run(
                "(() => { const cell = document.activeElement;"
                " const box = cell.getBoundingClientRect();"
                " const at = (x, y) => document.elementFromPoint(x, y) === cell;"
                " return [at(box.left + 3, box.top + 3), at(box.right - 3, box.bottom - 3),"
                " getComputedStyle(cell).outlineStyle]; })()"
            )
            assert seen == [True, True, "solid"], (width, keys)


# --- size, paper, no scripts -------------------------------------------------------------------


def test_thirty_runs_load_and_are_filtered_without_lag(browser: Chromium, tmp_path: Path) -> None:
    show(browser, tmp_path, many(30))
    assert browser.run("document.querySelectorAll('td').length") > 20_000
    assert browser.metrics()["ScriptDuration"] < LOADED_S
    for name, value in (("text", "code 4"), ("difference", "differs"), ("text", "")):
        before = browser.metrics()
        choose(browser, name, value)
        after = browser.metrics()
        assert after["ScriptDuration"] - before["ScriptDuration"] < FILTERED_S
        assert 0 < len(shown(browser)) < 700
    tab_to_the_table(browser)
    before = browser.metrics()
    browser.press("End", "ArrowDown", "Enter", "Escape")
    assert browser.metrics()["ScriptDuration"] - before["ScriptDuration"] < FILTERED_S


def test_the_page_never_scrolls_sideways(browser: Chromium, tmp_path: Path) -> None:
    for runs in (many(2), many(12)):
        show(browser, tmp_path, runs)
        for width in (320, 768, 1280):
            browser.resize(width, 800)
            assert browser.run("document.documentElement.scrollWidth") <= width


def test_heads_stay_in_sight_while_the_table_is_scrolled(browser: Chromium, tmp_path: Path) -> None:
    show(browser, tmp_path, many(30))
    browser.resize(900, 700)
    places = browser.run(
        "(() => { const frame = document.querySelector('.frame'); frame.scrollTo(400, 900);"
        " const of = (name) => frame.querySelector(name).getBoundingClientRect();"
        " const box = frame.getBoundingClientRect(); return [frame.scrollLeft, frame.scrollTop,"
        " of('thead th.run').top - box.top, of('tr[data-has] th').left - box.left]; })()"
    )
    assert [round(place) for place in places] == [400, 900, 1, 1]


def test_print_shows_all_of_it(page: Chromium) -> None:
    page.ask("Emulation.setEmulatedMedia", media="print")
    try:
        look = page.run(
            "(() => { const of = (name) => getComputedStyle(document.querySelector(name));"
            " return [of('#filters').display, of('.frame').overflow, of('thead').display,"
            " of('thead th').position, of('tr[data-has] th').position, of('svg').display,"
            " of('body').printColorAdjust]; })()"
        )
        assert look == [
            "none", "visible", "table-header-group", "static", "static", "block", "exact",
        ]  # fmt: skip
        choose(page, "difference", "flips")
        assert page.run("document.querySelector('output').offsetHeight > 0")
    finally:
        page.ask("Emulation.setEmulatedMedia", media="")


def test_it_prints_on_pages_whose_heads_are_repeated(browser: Chromium, tmp_path: Path) -> None:
    show(browser, tmp_path, many(3))
    pdf = browser.printed()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 3


def test_it_can_be_read_without_scripts(browser: Chromium, tmp_path: Path) -> None:
    show(browser, tmp_path, many(3), scripts=False)
    data = browser.ask("DOMSnapshot.captureSnapshot", computedStyles=[])
    words = set(data["strings"])
    assert {"✓", "✕", "3.9.4-2695"} <= words
    tree = browser.ask("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in tree if not node["ignored"]]
    assert roles.count("gridcell") > 2000
    assert "searchbox" not in roles


def test_hostile_text_is_text_to_the_browser(browser: Chromium, tmp_path: Path) -> None:
    show(browser, tmp_path, poisoned(2))
    assert browser.errors == []
    for look in ("fail", "inconc"):
        browser.run(f"document.querySelector('td.{look}').click()")
        assert "<script>window.owned=1</script>" in panel(browser)
        browser.run("document.querySelectorAll('#panel details').forEach((one) => one.open = true)")
        tags = browser.run(
            "Array.from(new Set(Array.from(document.querySelectorAll('#panel *'), (one) =>"
            " one.tagName.toLowerCase()))).sort()"
        )
        known = {"button", "dd", "details", "dl", "dt", "h2", "p", "pre", "span", "summary"}
        assert set(tags) <= known
    choose(browser, "text", "window.owned")
    assert len(shown(browser)) == 3
    assert browser.run(
        "window.owned === undefined && document.querySelectorAll('img').length === 0"
    )
    assert browser.errors == []


def test_a_script_that_is_not_ours_does_not_run(browser: Chromium, tmp_path: Path) -> None:
    file = tmp_path / "matrix.html"
    html = render(build(many(1)))
    file.write_text(html.replace("</body>", "<script>window.owned = 1</script></body>"))
    browser.show(file)
    assert browser.run("window.owned === undefined")
    assert any("Content Security Policy" in error for error in browser.errors)
