"""The catalogue against a second, independent writing-down of the guide's code tables."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from conformance import catalogue
from conformance.catalogue import build, load
from conformance.errors import CatalogueError
from conformance.lab.safety import SafetyClass

# Read from the guide page by page, not from the catalogue: 49 headings, the codes of each.
GUIDE = {
    "PUT /system/restart": [],
    "PUT /system/halt": [],
    "GET /system/firmware": [],
    "PUT /system/firmware/rebootsecondary": [0, 14, 16],
    "PUT /system/firmware/promotesecondary": [0, 13, 15],
    "PUT /system/firmware/restoreprimary": [0, 13, 17],
    "PUT /system/firmware/update": [0, 12, 18, 19, 20, 21, 22, 23, 24],
    "GET /system/firmware/updatestatus": [25, 26, 27, 28, 29, 30, 31],
    "PUT /system/pbxengine/reload": [],
    "PUT /system/pbxengine/restart": [],
    "POST /system/network/interfaces": [],
    "PUT /system/network/interfaces": [0, 12, 32, 33, 34, 35, 36],
    "GET /system/network/dns": [],
    "PUT /system/network/dns": [0, 12, 37, 38, 39],
    "GET /system/network/routes": [],
    "POST /system/network/routes": [0, 12, 40, 41, 42, 43, 44],
    "PUT /system/network/routes": [0, 12, 40, 41, 42, 43, 44, 45],
    "DELETE /system/network/routes/<id>": [0, 45, 46],
    "POST /system/backup/create": [10, 11, 12],
    "GET /license/pxbinstance": [10, 11, 12],
    "POST /license/pxbinstance": [0, 10, 12, 13, 14, 15, 16, 17],
    "GET /users/registrations/<exten>": [],
    "GET /users/registrations/": [],
    "GET /users/brief/<exten>": [],
    "GET /users/brief/": [],
    "GET /users/configs/<exten>": [],
    "GET /users/configs/": [],
    "POST /users/configs/": [0, 10, 11, 12, 13, 14],
    "PUT /users/configs/<exten>": [0, 10, 14, 15, 16],
    "DELETE /users/configs/<exten>": [0, 15],
    "GET /pbx/pending": [],
    "PUT /pbx/apply": [],
    "PUT /pbx/revert": [],
    "GET /pbx/callgroups": [],
    "GET /pbx/callgroups/<callgroupid>": [],
    "POST /pbx/callgroups": [0, 10, 12, 13, 14],
    "PUT /pbx/callgroups/<callgroupid>": [0, 10, 12, 14, 15, 16],
    "DELETE /pbx/callgroups/<callgroupid>": [0, 15, 17],
    "GET /pbx/conferences": [],
    "GET /phonebook/contacts": [],
    "GET /phonebook/contacts/<id>": [],
    "POST /phonebook/contacts": [0, 10, 11, 12, 13],
    "POST /phonebook/search": [0, 19],
    "DELETE /phonebook/contacts/<id>": [0, 14, 15, 16, 17, 18, 20],
    "PUT /phonebook/contacts": [0, 10, 12, 13, 15, 16, 17, 20],
    "GET /voicemails/count/<mailbox>": [],
    "POST /cdr": [0, 3, 11, 12],
    "POST /cdrcallcenter": [0, 3, 10, 11, 12],
    "POST /click2call": [0, 10, 11, 12],
}
EXEMPT = {
    name
    for name in GUIDE
    if "/system/network/" in name or "/license/" in name or name == "PUT /pbx/apply"
}


def test_endpoints_and_codes_are_the_guides() -> None:
    found = {end.name: sorted(code.code for code in end.codes) for end in load().endpoints.values()}
    assert found == GUIDE
    assert list(found) == list(GUIDE), "in the order of the guide"
    assert sum(1 for _ in load().pairs()) == 131


def test_success_is_called_success_everywhere() -> None:
    assert {code.message for _, code in load().pairs() if code.code == 0} == {"Success"}


@pytest.mark.parametrize(
    ("endpoint", "code", "message"),
    [
        ("PUT /system/firmware/update", 12, "One or more required field missing"),
        ("POST /system/network/routes", 41, "Invalid network route destination address"),
        ("PUT /system/network/routes", 43, "Invalid network route"),
        ("GET /system/firmware/updatestatus", 31, "An error has occurred during update process"),
        ("POST /license/pxbinstance", 12, "Invalid PBX instance license request"),
        ("DELETE /phonebook/contacts/<id>", 17, "Admin can not handle private contact"),
    ],
)
def test_messages_cut_by_the_page_are_whole(endpoint: str, code: int, message: str) -> None:
    found = load().endpoints[endpoint].code(code)
    assert found is not None
    assert found.message == message


def test_licence() -> None:
    assert {e.name for e in load().endpoints.values() if e.license_exempt} == EXEMPT
    assert [(c.code, c.message) for c in load().global_codes] == [
        (1, "License missing"),
        (2, "License expired"),
        (3, "License disabled"),
    ]


def test_every_pair_has_a_requirement_for_code_and_message() -> None:
    requirements = load().requirements
    for end, code in load().pairs():
        for what in ("code", "message"):
            assert requirements[f"{end.slug}.{what}-{code.code}"].clause == end.name


def test_safety_classes_follow_the_contract() -> None:
    ends = load().endpoints
    assert ends["PUT /system/halt"].safety is SafetyClass.HALT
    assert ends["PUT /system/firmware/update"].safety is SafetyClass.REBOOT
    assert ends["POST /license/pxbinstance"].safety is SafetyClass.SERVICE
    assert ends["POST /license/pxbinstance"].rejected_safety is SafetyClass.CONFIG
    reading = {"POST /cdr", "POST /cdrcallcenter", "POST /phonebook/search"}
    reading |= {"POST /system/network/interfaces"}
    for end in ends.values():
        assert (end.safety is SafetyClass.READ) == (end.method == "GET" or end.name in reading)


def documents() -> dict[str, Any]:
    return deepcopy(dict(catalogue._documents()))  # noqa: SLF001 - the raw data, to break them


def break_code_twice(docs: dict[str, Any]) -> None:
    codes = docs["families/cdr/guide.toml"]["endpoint"][0]["codes"]
    codes.append(dict(codes[0]))


def break_stem(docs: dict[str, Any]) -> None:
    docs["families/cdr/guide.toml"]["requirement"][0]["id"] = "cdr.put.something"


def break_schema(docs: dict[str, Any]) -> None:
    docs["families/cdr/guide.toml"]["endpoint"][0]["versioned"] = []


def break_requirement_twice(docs: dict[str, Any]) -> None:
    rows = docs["families/cdr/guide.toml"]["requirement"]
    rows.append(dict(rows[0]))


def break_safety(docs: dict[str, Any]) -> None:
    docs["families/cdr/guide.toml"]["endpoint"][0]["safety"] = "harmless"


def break_family(docs: dict[str, Any]) -> None:
    docs["families/cdr/guide.toml"]["family"] = "users"


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (break_code_twice, "POST /cdr: code 0 stands twice"),
        (break_stem, "cdr.put.something: no endpoint"),
        (break_schema, "its schema xsd/cdr/cdr.post.request.xsd is missing"),
        (break_requirement_twice, "cdr.post.calls-only-on-success stands twice"),
        (break_safety, "'harmless' is not a valid SafetyClass"),
        (break_family, "POST /cdr: does not belong to the family users"),
    ],
)
def test_contradictions_are_found(break_it: Any, said: str) -> None:
    docs = documents()
    break_it(docs)
    with pytest.raises(CatalogueError, match=said):
        build(docs)
