"""Failures as a run finds them: single checks on an emulated PBX with a defect, and its results."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx

from conformance import families
from conformance.check import Check
from conformance.detection.general import defects as general_defects
from conformance.emulator.seeded import alterations, by_id
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families.phonebook.contacts import Contacts
from conformance.objects import Extensions
from conformance.run import Run, Settings
from conformance.verdict import NonConformance, Verdict
from tests.support import Canned, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.emulator.seeded import Seed
    from tests.support import Seen

__all__ = ["CASES", "Case", "Pbx", "emulated", "folder_of", "results_of"]

ALLOW = ("read", "config", "network")


@dataclass(frozen=True, slots=True)
class Case:
    """A defect, and the check that finds it."""

    defect: str
    requirement: str
    check: str
    arguments: tuple[Any, ...] = ()
    needs: tuple[Callable[[Check], Any], ...] = ()


CASES = {
    "ids": Case(
        "phonebook.contacts.put.mail-not-stored",
        "phonebook.contacts.put.stored",
        "families/phonebook/test_changing.py::test_every_field_can_be_changed",
        needs=(Contacts,),
    ),
    "secrets": Case(
        "users.configs.exten.put.first_name-reset",
        "users.configs.exten.put.partial",
        "families/users/test_configs_put.py::test_one_field_alone[sip_secret]",
        ("sip_secret",),
        needs=(Extensions,),
    ),
    "schema": Case(
        "users.registrations.get.answer.registrations.registration.status.other-case",
        "users.registrations.get.response-schema",
        "families/users/test_registrations.py::test_every_enabled_extension_is_listed_once",
    ),
    "search": Case(
        "phonebook.contacts.put.mail-not-stored",
        "phonebook.contacts.put.stored",
        "families/phonebook/test_generated.py::test_any_text_is_stored",
    ),
    "sequence": Case(
        "pbx.revert.put.does-nothing",
        "pbx.revert.put.drops-additions",
        "general/test_sequences.py::test_life_of_an_extension",
    ),
    "code": Case(
        "phonebook.contacts.put.code-0.as-10",
        "phonebook.contacts.put.code-0",
        "general/test_sequences.py::test_life_of_a_contact",
    ),
    "callgroup": Case(
        "pbx.callgroups.callgroupid.put.timeout-not-stored",
        "pbx.callgroups.callgroupid.put.stored",
        "general/test_sequences.py::test_life_of_a_callgroup",
    ),
    "route": Case(
        "system.network.routes.put.default-disabled",
        "system.network.routes.put.default-stays-enabled",
        "families/system/test_default_route.py::test_default_route_can_not_be_disabled",
    ),
    "dns": Case(
        "system.network.dns.put.code-38.as-0",
        "system.network.dns.put.code-38",
        "families/system/test_dns.py::test_invalid_address",
    ),
}


class Pbx:
    """An emulated PBX, and what it is asked: a relay before it writes that down."""

    def __init__(self, server: EmulatorServer) -> None:
        self.server = server
        self.url = ""
        self.said: list[tuple[Seen, Canned]] = []

    def state(self) -> Any:
        """What it holds, to be compared."""
        return self.server.pbx.snapshot()


@contextmanager
def emulated(*seeds: str, seed: int = 0, firmware: str = "3.9.5-2891") -> Iterator[Pbx]:
    """An emulated PBX, with defects and variants by their ids."""
    defects = [*general_defects(), *families.defects()]
    known: dict[str, Seed] = {**by_id(defects), **by_id(families.variants())}
    altered = alterations([known[name] for name in seeds])
    settings = EmulatorSettings(users=6, calls=10, boot_s=0.05, seed=seed, firmware=firmware)
    with (
        EmulatorServer(settings, families.emulated_routes(), alterations=altered) as server,
        httpx.Client(base_url=server.url, trust_env=False) as client,
    ):
        pbx = Pbx(server)

        def passed_on(seen: Seen) -> Canned:
            kept = ("authorization", "content-type", "accept")
            headers = {name: seen.headers[name] for name in kept if name in seen.headers}
            answer = client.request(seen.method, seen.target, content=seen.body, headers=headers)
            media_type = answer.headers.get("content-type")
            pbx.said.append((seen, Canned(answer.content, answer.status_code, media_type)))
            return pbx.said[-1][1]

        with ScriptedServer(passed_on) as relay:
            pbx.url = relay.url
            yield pbx


def results_of(case: Case, pbx: Pbx) -> dict[str, Any]:
    """The results of a run of one check, with the one requirement that it is about."""
    path, _, name = case.check.partition("::")
    module = import_module("conformance." + path.removesuffix(".py").replace("/", "."))
    function = getattr(module, name.partition("[")[0])
    run = Run(Settings(url=pbx.url, allow=ALLOW, profile="full", seed=3))
    try:
        run.open()
        marks = [mark for mark in function.pytestmark if mark.name == "requirement"]
        claimed = [one for mark in marks for one in mark.args]
        check = Check(run.sut, [run.catalogue.requirements[one] for one in claimed])
        with suppress(NonConformance):
            function(check, *(made(check) for made in case.needs), *case.arguments)
        check.end(Verdict.PASS, "")
        check.finish()
        searched = any(mark.name == "generated" for mark in function.pytestmark)
        run.ledger.add(run.recorder.check(case.check, check, check.settle(), searched=searched))
        run.end()
        results = run.results()
    finally:
        run.close()
    (row,) = [one for one in results["requirements"] if one["id"] == case.requirement]
    assert row["verdict"] == "fail", case.requirement
    return results | {"requirements": [row]}


def folder_of(reports: Path, requirement: str) -> Path:
    """The folder of the report on a requirement."""
    (found,) = reports.glob(f"*-{requirement}")
    return found
