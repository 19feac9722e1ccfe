"""The seeds: their ids, and that none of what the guide says is without a defect."""

from __future__ import annotations

import asyncio
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance import catalogue, families
from conformance.detection import general
from conformance.detection.documents import schemas_of
from conformance.emulator.access import md5
from conformance.emulator.alteration import Alterations
from conformance.emulator.app import create_app
from conformance.emulator.pbx import Pbx
from conformance.emulator.seeded import KINDS, Seed, by_id
from conformance.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp

GUIDE = catalogue.load()
DEFECTS = by_id([*general.defects(), *families.defects()])
VARIANTS = by_id([*general.variants(), *families.variants()])
SMALL = EmulatorSettings(users=4, calls=12)
ROUTES = families.emulated_routes()
# Whom an answer concerns is another question than whether there is one.
BROKEN_OFF = {"api.http.half", "api.http.length-too-long"}


def stems(*kinds: str) -> set[str]:
    """What is broken, by the ids of the defects of some kinds, without what is done to it."""
    return {name.rpartition(".")[0] for name, one in DEFECTS.items() if one.kind in kinds}


def test_no_defect_is_called_like_a_variant() -> None:
    assert not DEFECTS.keys() & VARIANTS.keys()


def test_ids_begin_with_an_endpoint_or_api() -> None:
    roots = (*GUIDE.slugs, "api")
    odd = [name for name in DEFECTS if not name.startswith(tuple(f"{root}." for root in roots))]
    assert odd == []
    rooms = {"api", *(end.family for end in GUIDE.endpoints.values())}
    assert {one.family for one in VARIANTS.values()} <= rooms


def test_every_kind_occurs() -> None:
    general_kinds = {"code", "message", "schema", "request-id", "http", "access", "licence"}
    assert general_kinds <= {one.kind for one in DEFECTS.values()} <= set(KINDS)


def test_every_documented_code_and_message_has_a_defect() -> None:
    found = stems("code", "message")
    for end, code in GUIDE.pairs():
        assert f"{end.slug}.code-{code.code}" in found
        if not code.excuse:
            assert f"{end.slug}.message-{code.code}" in found


def test_every_code_of_the_licence_has_a_defect() -> None:
    found = stems("licence", "message")
    for code in GUIDE.global_codes:
        assert {f"api.license.code-{code.code}", f"api.license.message-{code.code}"} <= found


@pytest.mark.parametrize("end", GUIDE.endpoints.values(), ids=lambda end: end.slug)
def test_every_endpoint_can_break_in_every_general_way(end: catalogue.Endpoint) -> None:
    own = [one for name, one in DEFECTS.items() if name.startswith(f"{end.slug}.")]
    assert {"schema", "http", "access", "licence"} <= {one.kind for one in own}
    documents = [one.id for one in own if f"{end.slug}.answer" in one.id]
    for _relative, version in schemas_of(end):
        older = version != catalogue.API_VERSIONS[-1]
        assert any(("answer-" in name) == older for name in documents)


def test_what_is_near_exists() -> None:
    globs = {glob for one in DEFECTS.values() for glob in one.near}
    known = GUIDE.requirements
    assert [glob for glob in globs if not any(fnmatchcase(name, glob) for name in known)] == []


def test_every_reading_with_alternatives_has_a_variant() -> None:
    permitted = {one.permission for one in VARIANTS.values()}
    several = {one.id for one in GUIDE.readings.values() if one.alternatives}
    assert several - permitted == set()


def asked(apps: Iterable[tuple[str, ASGIApp]]) -> dict[str, int]:
    """The statuses that applications answer to a harmless question, by the ids of their seeds."""

    async def ask(app: ASGIApp) -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pbx") as client:
            login = (SMALL.username, md5(SMALL.password))
            return (await client.get("/rest/users/brief/", auth=login)).status_code

    async def ask_all() -> dict[str, int]:
        return {name: await ask(app) for name, app in apps}

    return asyncio.run(ask_all())


def started(seed: Seed, plain: Pbx) -> ASGIApp:
    """The application of a PBX with something seeded; a plain one serves where none has to be."""
    alterations, pbx = Alterations((seed.alteration,)), plain
    if seed.alteration.settings or seed.alteration.prepare:
        pbx = Pbx(alterations.settle(SMALL))
        alterations.prepare(pbx)
    return create_app(pbx, ROUTES, alterations=alterations)


@pytest.mark.slow
def test_every_defect_starts_and_answers() -> None:
    plain = Pbx(SMALL)
    whole = [one for one in DEFECTS.values() if one.id not in BROKEN_OFF]
    found = asked((one.id, started(one, plain)) for one in whole)
    assert {200} <= set(found.values()) <= {200, 204, 400, 500}


def test_every_variant_starts_and_answers() -> None:
    found = asked((one.id, started(one, Pbx(SMALL))) for one in VARIANTS.values())
    assert set(found.values()) == {200}
