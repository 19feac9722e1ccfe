"""Every bad answer of the corpus gets its verdict, in time, and in words that name the problem."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from conformance.wire import client
from tests.hostile.corpus import CORPUS, HUGE, LINE, PERMITTED, SCHEMA
from tests.hostile.judging import behind, judged, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.run import Run
    from tests.hostile.overlay import Overlay

pytestmark = pytest.mark.slow

# A whole exchange may take so many time-outs here, instead of twelve: the tests wait for some.
TIMEOUTS = 1.5
LONGEST_S = 40.0


@pytest.fixture(scope="module")
def overlay() -> Iterator[Overlay]:
    with behind(LINE) as found:
        yield found


@pytest.fixture(scope="module")
def run(overlay: Overlay) -> Iterator[Run]:
    with opened(overlay.url) as found:
        yield found


@pytest.fixture(autouse=True)
def in_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(client, "DEADLINE_TIMEOUTS", TIMEOUTS)
    started = time.monotonic()
    yield
    assert time.monotonic() - started < LONGEST_S


def said(row: dict[str, Any]) -> str:
    observed = row["failure"]["observed"] if row["failure"] else ""
    return " ".join([row["reason"], observed, *row["remarks"]])


def test_the_corpus_is_large_and_knows_all_that_it_needs() -> None:
    assert len(CORPUS) + len(HUGE) >= 100


@pytest.mark.parametrize("name", CORPUS)
def test_a_bad_answer_is_judged(run: Run, overlay: Overlay, name: str) -> None:
    bad = CORPUS[name]
    overlay.bad = bad.answer
    row = judged(run, LINE, bad.about, bad.timeout_s)
    assert row["verdict"] == bad.verdict, said(row)
    assert bad.word in said(row)
    assert len(said(row)) < 5000
    assert said(row).isprintable()
    assert not run.sut.dead
    overlay.bad = None
    assert judged(run, LINE, SCHEMA)["verdict"] == "pass", "the next answer is judged by itself"


@pytest.mark.parametrize("name", PERMITTED)
def test_an_odd_answer_that_is_permitted_passes(run: Run, overlay: Overlay, name: str) -> None:
    overlay.bad = PERMITTED[name]
    row = judged(run, LINE, SCHEMA)
    assert row["verdict"] == "pass", said(row)
    assert said(row).isprintable()
