"""The schema that an answer broke, with everything that it includes."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from lxml import etree

from conformance.resources import xsd_dir

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.bugreport.causes import Row
    from conformance.catalogue import Catalogue

__all__ = ["broken_schema", "copy_schema"]

XS = "{http://www.w3.org/2001/XMLSchema}"


def broken_schema(row: Row, catalogue: Catalogue, api_version: str) -> str:
    """The schema that a requirement is about, below `xsd/`; empty if it is about none."""
    if not row["id"].endswith((".response-schema", ".well-formed")):
        return ""
    end = catalogue.endpoints.get(row["endpoint"] or "")
    return (end.schema("response", api_version) or "") if end else ""


def copy_schema(relative: str, folder: Path) -> list[str]:
    """Copy a schema and what it includes; the paths of the copies below the folder."""
    copied: list[str] = []
    waiting = [relative]
    while waiting:
        name = waiting.pop(0)
        if name in copied:
            continue
        data = (xsd_dir() / name).read_bytes()
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        copied.append(name)
        for element in etree.fromstring(data).iter(f"{XS}include", f"{XS}import"):
            location = element.get("schemaLocation")
            if location:
                waiting.append(
                    posixpath.normpath(posixpath.join(posixpath.dirname(name), location))
                )
    return copied
