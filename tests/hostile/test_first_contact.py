"""Where every answer is bad there is nothing to judge: the run ends with status 3 and one line."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.errors import SutError
from conformance.run import Run, Settings
from tests.hostile.corpus import CORPUS
from tests.hostile.judging import behind
from tests.hostile.making import slowly, text
from tests.hostile.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.certificates import Authority
    from tests.hostile.overlay import Answer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LONGEST_LINE = 1000
ESCAPES = "text/html\x1b[2J\x9b31m"
EVERYWHERE: dict[str, tuple[Answer, str]] = {
    "login-page": (
        text(b"<html><form>Log in</form></html>", "Content-Type: text/html"), "text/html"
    ),
    "login-page-with-escapes": (text(b"<html/>", f"Content-Type: {ESCAPES}"), "\\x1b[2j\\x9b31m"),
    "redirect-to-another-host": (CORPUS["redirect-to-another-host"].answer, "redirects to"),
    "redirect-to-a-file": (CORPUS["redirect-to-a-file"].answer, "redirects to 'file:"),
    "redirect-to-far-away": (
        text(b"", "Location: http://" + "a" * 20_000, status="302 Found"), "cut after"
    ),
    "gzip": (CORPUS["gzip-bomb"].answer, "packed"),
    "no-http": (CORPUS["no-http-at-all"].answer, "not HTTP"),
    "header-fields-without-end": (CORPUS["header-fields-without-end"].answer, "header fields"),
    "silence": (CORPUS["silence"].answer, "no answer within the time-out"),
    "byte-by-byte": (
        slowly(lambda _seen: b"", lambda _seen: b"HTTP/1.1 200 OK" * 99), "not even its head"
    ),
    "reset": (CORPUS["reset"].answer, "can't be reached"),
}  # fmt: skip


@pytest.fixture(scope="module")
def overlay() -> Iterator[Overlay]:
    with behind("") as found:
        yield found


def target(folder: Path, url: str, more: str = "") -> Path:
    file = folder / "target.toml"
    file.write_text(f'[target]\nname = "x"\nurl = "{url}"\n{more}\n', "utf-8")
    return file


def refusal(file: Path) -> str:
    """How a run ends that finds nothing to judge."""
    run = Run(Settings(target=file))
    with pytest.raises(SutError) as found:
        run.open()
    run.close()
    assert found.value.exit_status == 3
    said = str(found.value)
    assert said.isprintable(), "one line, without commands to the terminal"
    assert len(said) < LONGEST_LINE
    return said


@pytest.mark.parametrize("name", EVERYWHERE)
def test_nothing_is_judged_where_nothing_is_right(
    overlay: Overlay, tmp_path: Path, name: str
) -> None:
    overlay.bad, word = EVERYWHERE[name]
    started = time.monotonic()
    assert word in refusal(target(tmp_path, overlay.url, "timeout_s = 0.1"))
    assert time.monotonic() - started < 20


def test_the_command_ends_with_status_3_and_one_line(overlay: Overlay, tmp_path: Path) -> None:
    overlay.bad, _ = EVERYWHERE["login-page-with-escapes"]
    command = [sys.executable, "-m", "conformance", "run", "--url", overlay.url]
    done = subprocess.run(  # noqa: S603 - this project's own command
        [*command, "--out", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert not done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.strip().isprintable()
    assert not list(tmp_path.rglob("*.json"))


# --- TLS ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    pytest.importorskip("trustme", reason="the extra 'dev' is not installed")
    from tests.hostile.certificates import Authority  # noqa: PLC0415 - it imports trustme

    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("of_another_name", "not valid for '127.0.0.1'"),
        ("expired", "expired"),
        ("not_yet_valid", "not yet valid"),
        ("of_a_stranger", "verify failed"),
    ],
)
def test_a_certificate_that_proves_nothing_ends_the_run(
    authority: Authority, tmp_path: Path, kind: str, word: str
) -> None:
    context = getattr(authority, kind)()
    with Overlay("", "", context) as server:
        said = refusal(target(tmp_path, server.url, f'ca_file = "{authority.ca_file}"'))
        assert not server.seen, "the credentials stayed here"
    assert word in said
    assert "ca_file" in said, "the remedy is named"


def test_a_certificate_that_is_good_is_trusted(
    overlay: Overlay, authority: Authority, tmp_path: Path
) -> None:
    overlay.bad = None
    with Overlay(overlay.url, "", authority.good()) as server:
        run = Run(Settings(target=target(tmp_path, server.url, f'ca_file = "{authority.ca_file}"')))
        run.open()
        run.close()
        assert run.sut.firmware == "3.9.5-2891"
        assert server.seen


def test_tls_that_never_shakes_hands_ends_the_run(tmp_path: Path) -> None:
    with Overlay("", "") as server:  # speaks no TLS
        server.bad = CORPUS["silence"].answer
        url = server.url.replace("http:", "https:")
        said = refusal(target(tmp_path, url, "timeout_s = 0.2"))
    assert "can't be reached" in said
