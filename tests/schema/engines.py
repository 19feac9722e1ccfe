"""The three engines that must agree on every schema and every document."""

import re
import shutil
import subprocess
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from lxml import etree
from xmlschema import XMLSchema10

ROOT = Path(__file__).parents[2]
XSD = ROOT / "xsd"
FIXTURES = ROOT / "fixtures"
XMLLINT = shutil.which("xmllint")

MESSAGES = sorted(
    str(path.relative_to(XSD).with_suffix(""))
    for path in XSD.glob("*/*.xsd")
    if re.search(r"\.(request|response)(-1\.[01])?$", path.stem)
)
"""Every message that has a schema, as `family/slug.kind[-version]`."""


def schema_path(message: str) -> Path:
    """The file that holds a message's schema."""
    return XSD / f"{message}.xsd"


@cache
def libxml2(path: Path) -> etree.XMLSchema:
    """The schema in `path`, compiled by libxml2."""
    return etree.XMLSchema(etree.parse(path))


@cache
def pure(path: Path) -> XMLSchema10:
    """The schema in `path`, compiled by xmlschema, which must find nothing to warn about."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return XMLSchema10(path)


def agreed(path: Path, root: etree._Element) -> bool:
    """Whether libxml2 and xmlschema take the document; they must be of one opinion."""
    fast = libxml2(path).validate(root)
    slow = pure(path).is_valid(cast("Any", root))  # its stubs don't know lxml's elements
    assert fast == slow, f"libxml2 {fast}, xmlschema {slow}: {etree.tostring(root)!r}"
    return fast


def xmllint(path: Path, documents: Sequence[Path]) -> Mapping[Path, bool]:
    """What xmllint says of each document, all of them read in one process."""
    command = [
        XMLLINT or "xmllint",
        "--nonet",
        "--noout",
        "--schema",
        str(path),
        *map(str, documents),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    said = re.findall(r"^(.*\.xml) (validates|fails to validate)$", done.stderr, re.MULTILINE)
    return {Path(name): word == "validates" for name, word in said}
