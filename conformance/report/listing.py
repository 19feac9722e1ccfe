"""The catalogue for a program (contract.md's JSON) and for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.catalogue import Catalogue, Code, Endpoint

__all__ = ["as_data", "as_text"]


def _codes(codes: tuple[Code, ...]) -> list[dict[str, Any]]:
    return [{"code": code.code, "message": code.message} for code in codes]


def _schemas(end: Endpoint, kind: str) -> dict[str, str] | None:
    found = {version: end.schema(kind, version) for version in end.api_versions}
    return {version: path for version, path in found.items() if path} or None


def _endpoint(end: Endpoint) -> dict[str, Any]:
    return {
        "method": end.method,
        "path": end.path,
        "family": end.family,
        "safety": str(end.safety),
        "api_versions": list(end.api_versions),
        "license_exempt": end.license_exempt,
        "codes": _codes(end.codes),
        "request_schema": _schemas(end, "request"),
        "response_schema": _schemas(end, "response"),
        "summary": end.summary,
    }


def as_data(catalogue: Catalogue) -> dict[str, Any]:
    """The whole catalogue as contract.md lays it out."""
    return {
        "document": dict(catalogue.document),
        "api_versions": dict(catalogue.firmware_of_api),
        "endpoints": [_endpoint(end) for end in catalogue.endpoints.values()],
        "global_codes": _codes(catalogue.global_codes),
        "requirements": [
            {
                "id": item.id,
                "clause": item.clause,
                "endpoint": item.endpoint,
                "code": item.code,
                "safety": str(item.safety),
                "title": item.title,
                "needs": list(item.needs),
                "excuse": item.excuse,
                "api_versions": list(item.api_versions),
            }
            for item in catalogue.requirements.values()
        ],
        "readings": [
            {
                "id": item.id,
                "clause": item.clause,
                "guide": item.guide,
                "choice": item.choice,
                "alternatives": list(item.alternatives),
            }
            for item in catalogue.readings.values()
        ],
    }


def as_text(catalogue: Catalogue) -> str:
    """The catalogue as a page of text."""
    return "\n".join(_lines(catalogue)) + "\n"


def _lines(catalogue: Catalogue) -> Iterator[str]:
    pairs = sum(1 for _ in catalogue.pairs())
    yield f"{catalogue.document['title']}, document revision {catalogue.document['revision']}"
    yield (
        f"{len(catalogue.endpoints)} endpoints, {pairs} endpoint codes, "
        f"{len(catalogue.global_codes)} licence codes, {len(catalogue.requirements)} requirements, "
        f"{len(catalogue.readings)} readings"
    )
    for end in catalogue.endpoints.values():
        exempt = ", exempt from the licence" if end.license_exempt else ""
        yield f"\n{end.name}  [{end.safety}{exempt}]\n  {end.summary}"
        for code in end.codes:
            yield f"    {code.code:>3}  {code.message}: {code.when}"
        for item in catalogue.requirements.values():
            if item.endpoint == end.name and item.code is None:
                yield f"      - {item.id}: {item.title}"
    yield "\nLicence codes (request_not_allowed)"
    for code in catalogue.global_codes:
        yield f"    {code.code:>3}  {code.message}: {code.when}"
    yield "\nEvery endpoint"
    for item in catalogue.requirements.values():
        if item.endpoint is None:
            yield f"      - {item.id}: {item.title}"
    yield "\nReadings"
    for reading in catalogue.readings.values():
        yield f"  {reading.id}  {reading.clause}: {reading.guide}\n         -> {reading.choice}"
        for other in reading.alternatives:
            yield f"         or {other}"
