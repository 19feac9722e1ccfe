"""Every documented code can be brought about, and says what the guide says."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

import conformance.families
from conformance.emulator.server import EmulatorServer
from tests.emulator.cases import CASES, OTHER_CAUSES, Case
from tests.emulator.talk import Talk, code_of

# The guide reserves these for a later API, or they can't occur (RD-23, RD-26).
RESERVED = {
    ("GET /license/pxbinstance", 12),
    ("DELETE /phonebook/contacts/<id>", 16),
    ("DELETE /phonebook/contacts/<id>", 20),
    ("PUT /phonebook/contacts", 16),
    ("PUT /phonebook/contacts", 20),
}
# They take time: test_firmware.py sees each of them.
TIMED = {("GET /system/firmware/updatestatus", code) for code in range(25, 32)}
PAIRS = 131


def documented() -> dict[tuple[str, int], str]:
    """Return the catalogue's messages by pair; the emulator has its own."""
    messages = {}
    for family in conformance.families.__path__:
        for file in Path(family).glob("*/guide.toml"):
            data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
            for endpoint in data["endpoint"]:
                name = f"{endpoint['method']} {endpoint['path']}"
                for code in endpoint.get("codes", []):
                    messages[name, code["code"]] = code["message"]
    return messages


@pytest.mark.parametrize("case", [*CASES, *OTHER_CAUSES], ids=str)
def test_code(case: Case, server: EmulatorServer, talk: Talk) -> None:
    for method, path, body in case.before:
        assert talk.code(method, path, body) == 0
    for condition in case.lab:
        server.lab.set(condition, True)
    before = server.pbx.snapshot()

    body = case.body.replace("{activation_key}", server.facts.activation_key)
    answer = talk.ask(case.method, case.path, body)

    assert code_of(answer) == case.code
    message = answer.findtext(".//message")
    if message is not None:
        assert message == documented()[case.endpoint, case.code]
    if case.code:
        assert server.pbx.snapshot() == before, "a refused request changed something"


def test_every_pair_has_a_case() -> None:
    provoked = {(case.endpoint, case.code) for case in CASES}
    assert len(provoked) == len(CASES)
    assert provoked | RESERVED | TIMED == documented().keys()
    assert len(documented()) == PAIRS


@pytest.mark.parametrize(
    ("condition", "code", "message"),
    [
        ("license-missing", 1, "License missing"),
        ("license-expired", 2, "License expired"),
        ("license-disabled", 3, "License disabled"),
        ("license-absent", 1, "License missing"),
    ],
)
def test_licence_gate(
    server: EmulatorServer, talk: Talk, condition: str, code: int, message: str
) -> None:
    server.lab.set(condition, True)
    answer = talk.ask("PUT", "/users/configs/101", "<request_id>7</request_id><user/>")
    assert [child.tag for child in answer] == ["request_id", "request_not_allowed"]
    assert answer.findtext("request_not_allowed/error/code") == str(code)
    assert answer.findtext("request_not_allowed/error/message") == message
    # The trees that bring a PBX to its licence server stay open.
    assert talk.get("/system/network/dns").find("dns") is not None
    assert talk.ask("PUT", "/pbx/apply").findtext("pbx_applied") == "false"
    assert talk.ask("GET", "/pbx/pending").find("request_not_allowed") is not None
