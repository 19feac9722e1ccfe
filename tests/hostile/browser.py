"""A page opened in a headless Chromium, and what has become of it."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from lxml import html

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CHROMIUM", "MARK", "PAYLOAD", "opened_page", "traces"]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
BUDGET_MS = 2000
# What a script leaves behind if it runs: an attribute of the page's root element.
MARK = "data-run"
_RUN = f"document.documentElement.setAttribute('{MARK}','1')"
PAYLOAD = (
    f"--></script></textarea></style>\"'><script>{_RUN}</script><img src=x onerror={_RUN}>"
    f'<svg onload="{_RUN}"><iframe srcdoc="<script>parent.{_RUN}</script>"></iframe>'
    f"<a href=javascript:{_RUN}>x</a>{{{{7*191}}}}${{7*191}}"
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-component-update",
    "--dump-dom",
)


def opened_page(page: Path, profile: Path) -> html.HtmlElement:
    """The page after its scripts have run."""
    assert CHROMIUM is not None
    done = subprocess.run(  # noqa: S603 - the browser of this machine, on a file of ours
        [
            CHROMIUM,
            *FLAGS,
            f"--user-data-dir={profile}",
            f"--virtual-time-budget={BUDGET_MS}",
            page.as_uri(),
        ],
        capture_output=True,
        check=True,
        timeout=120,
    )
    return html.document_fromstring(done.stdout.decode())


def traces(page: html.HtmlElement) -> list[str]:
    """What shows that text of the PBX was taken for markup, or even run."""
    found = [f"<html {MARK}>"] if page.get(MARK) is not None else []
    for element in page.iter("img", "svg", "iframe", "a", "script"):
        values = " ".join(element.values())
        if MARK in values or values == "x" or "javascript:" in values:
            found.append(html.tostring(element, encoding="unicode")[:200])
    return found
