"""What the families seed: nothing twice, nothing left out, and everything starts."""

from __future__ import annotations

import asyncio
import base64
import re
from functools import cache
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance import catalogue
from conformance.emulator.access import md5
from conformance.emulator.alteration import Alterations
from conformance.emulator.app import create_app
from conformance.emulator.mistakes import slug
from conformance.emulator.pbx import Pbx
from conformance.emulator.seeded import Defect, alterations, by_id
from conformance.emulator.settings import EmulatorSettings
from conformance.families import defects, emulated_routes

if TYPE_CHECKING:
    from conformance.catalogue import Requirement

GUIDE = catalogue.load()

# Seeded into every endpoint alike, from the guide's data (conformance/detection).
EVERYWHERE = re.compile(
    r"api\..*|.*\.(code-\d+|message-\d+|response-schema|request-id|authentication.*|license)"
)

NO_DEFECT = {
    "GET /pbx/conferences": "the API can't change rooms, and nothing else shows them",
}
"""Endpoints without a defect of behaviour, each with the reason."""

TOGETHER = {
    "GET /system/firmware/updatestatus": "PUT /system/firmware/update",
    "GET /pbx/callgroups/<callgroupid>": "GET /pbx/callgroups",
}
"""Endpoints whose requirements may be broken by what is seeded into another one."""


@cache
def seeded() -> tuple[Defect, ...]:
    return tuple(defects())


def behavioural() -> list[Requirement]:
    return [
        one
        for one in GUIDE.requirements.values()
        if not EVERYWHERE.fullmatch(one.id) and not one.excuse
    ]


def test_ids_are_unique() -> None:
    assert len(by_id(seeded())) == len(seeded())


@pytest.mark.parametrize("family", sorted({end.family for end in GUIDE.endpoints.values()}))
def test_every_family_has_some(family: str) -> None:
    assert any(one.family == family for one in seeded())


@pytest.mark.parametrize("requirement", behavioural(), ids=lambda one: one.id)
def test_every_requirement_of_behaviour_can_be_broken(requirement: Requirement) -> None:
    concerned = {requirement.endpoint, TOGETHER.get(requirement.endpoint or "")}
    assert any(one.clause in concerned for one in seeded())


def test_every_endpoint_has_some_or_a_reason() -> None:
    without = set(GUIDE.endpoints) - {one.clause for one in seeded()}
    assert without == set(NO_DEFECT)


def test_ids_begin_with_the_endpoint() -> None:
    slugs = {name: end.slug for name, end in GUIDE.endpoints.items()}
    for one in seeded():
        assert slug(one.clause) == slugs[one.clause]
        assert one.id.startswith(f"{slugs[one.clause]}.")


def test_hints_name_requirements() -> None:
    for one in seeded():
        for glob in one.near:
            stem = glob.removesuffix("*")
            assert any(known.startswith(stem) for known in GUIDE.requirements), (one.id, glob)


@pytest.fixture(scope="module")
def authorization() -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"admin:{md5('admin')}".encode()).decode()}


async def _asked(one: Defect, headers: dict[str, str]) -> httpx.Response:
    changed = Alterations(alterations([one]))
    pbx = Pbx(changed.settle(EmulatorSettings(users=3, calls=0)))
    changed.prepare(pbx)
    app = create_app(pbx, emulated_routes(), alterations=changed)
    method, _, path = one.clause.partition(" ")
    argument = "1" if "routes" in path else "102"
    path = re.sub("<.*>", argument, path)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://pbx") as client:
        return await client.request(method, f"/rest{path}", headers=headers)


def test_each_starts_and_answers(authorization: dict[str, str]) -> None:
    for one in seeded():
        response = asyncio.run(_asked(one, authorization))
        assert response.status_code == 200, (one.id, response.text)
