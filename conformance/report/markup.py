"""How pages are made: templates whose values are text, whatever they hold, and signs for verdicts.

Every template is rendered with autoescaping. Marked as safe are only this package's own files and
what `for_script` has escaped.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from conformance.text import visible
from conformance.verdict import Verdict

__all__ = [
    "GENERAL",
    "SIGNS",
    "WORDS",
    "environment",
    "for_script",
    "own_file",
    "source_hash",
]

# A sign as well as a colour: in print and to the colour-blind the sign is what tells.
SIGNS = {
    Verdict.PASS: "\N{CHECK MARK}",
    Verdict.FAIL: "\N{MULTIPLICATION X}",
    Verdict.INCONC: "?",
    Verdict.ERROR: "!",
    Verdict.NONE: "\N{EN DASH}",
}
WORDS = {
    Verdict.PASS: "holds",
    Verdict.FAIL: "is broken",
    Verdict.INCONC: "could not be told",
    Verdict.ERROR: "the harness failed",
    Verdict.NONE: "was not judged",
}
# The family of what holds for every endpoint.
GENERAL = "every endpoint"
# What would end a script element or a line of JavaScript, and what UTF-8 can't hold.
_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


@cache
def environment(package: str) -> jinja2.Environment:
    """The templates of a package, in its folder `templates`."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package, "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else visible(str(value)),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def for_script(data: Any) -> Markup:
    """JSON that may stand in a `script` element: nothing in it ends the element.

    Args:
        data: what JSON can hold; its texts made `visible` before, if people will see them.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    safe = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return Markup(safe)  # noqa: S704 - no character of markup is left


def own_file(package: str, name: str) -> Markup:
    """A style sheet or a script of ours, from a package's folder `templates`."""
    file = resources.files(package) / "templates" / name
    return Markup(file.read_text(encoding="utf-8"))  # noqa: S704 - comes with the package


def source_hash(text: str) -> str:
    """What a Content-Security-Policy calls an inline script or style that it lets through."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
