"""The server: its socket, its silences, the lab over HTTP, what it logs."""

from __future__ import annotations

import re
import socket
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.emulator.lab import CONDITIONS
from conformance.emulator.server import EmulatorServer
from conformance.emulator.settings import EmulatorSettings
from conformance.families import emulated_routes
from tests.emulator.cases import user
from tests.emulator.talk import Talk

if TYPE_CHECKING:
    from conformance.emulator.requestline import RequestLine

BOOT_S = 0.15
SMALL = EmulatorSettings(users=3, calls=0, boot_s=BOOT_S)


def until_answer(talk: Talk) -> float:
    started = time.monotonic()
    while time.monotonic() < started + 5:
        try:
            talk.get("/pbx/pending")
        except httpx.TransportError:
            time.sleep(0.01)
        else:
            return time.monotonic() - started
    raise AssertionError("it never came back")


def test_a_reboot_answers_then_falls_silent_then_comes_back_on_the_same_port() -> None:
    lines: list[RequestLine] = []
    with (
        EmulatorServer(SMALL, emulated_routes(), on_request=lines.append) as server,
        Talk(server.url) as talk,
    ):
        assert talk.code("POST", "/users/configs/", user("9000")) == 0
        assert talk.ask("PUT", "/system/restart").findtext("system_restarted") == "true"
        with pytest.raises(httpx.TransportError):
            talk.get("/pbx/pending")
        assert 0 < until_answer(talk) < 2
        assert talk.get("/pbx/pending").findtext("pbx_pending") == "false"
        assert len(talk.get("/users/brief/9000")[0]) == 0
        assert any(line.status is None and "dropped" in str(line) for line in lines)


def test_only_power_ends_a_halt_and_the_lab_answers_meanwhile() -> None:
    with EmulatorServer(SMALL, emulated_routes()) as server, Talk(server.url) as talk:
        assert talk.ask("PUT", "/system/halt").findtext("system_halted") == "true"
        time.sleep(2 * BOOT_S)
        with pytest.raises(httpx.TransportError):
            talk.send("PUT", "/system/network/dns", "<dns/>" * 30000)
        assert httpx.get(server.url + "/lab").json()["power"] is False
        assert httpx.put(server.url + "/lab/power/on").json()["power"] is True
        until_answer(talk)
        assert httpx.put(server.url + "/lab/power/off").status_code == 200
        with pytest.raises(httpx.TransportError):
            talk.get("/pbx/pending")


def test_the_lab_over_http(server: EmulatorServer, talk: Talk) -> None:
    lab = server.url + "/lab"
    assert httpx.get(lab).json().keys() == CONDITIONS
    assert httpx.put(f"{lab}/license-expired/on").json()["license-expired"] is True
    assert talk.get("/pbx/pending").findtext(".//code") == "2"
    assert server.lab.active == {"license-expired"}
    assert httpx.put(f"{lab}/license-expired/off").json()["license-expired"] is False
    assert talk.get("/pbx/pending").find(".//code") is None
    assert httpx.put(f"{lab}/earthquake/on").status_code == 404
    assert httpx.put(f"{lab}/power/perhaps").status_code == 404
    assert httpx.get(f"{lab}/power/off").status_code == 405


def test_lines_are_readable_and_keep_secrets() -> None:
    lines: list[RequestLine] = []
    with (
        EmulatorServer(SMALL, emulated_routes(), on_request=lines.append) as server,
        Talk(server.url) as talk,
    ):
        talk.send("GET", "/users/brief/%1b%5b2J?request_id=a%0ab&token=hidden")
        talk.send("PUT", "/users/configs/101", "<user><sip_secret>hidden</sip_secret></user>")
        talk.send("GET", "/nothing")
    first, second, third = map(str, lines)
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d 127\.0\.0\.1 GET /rest/users/brief/%1b%5b2J 200 \d+\.\d ms"
        r" request_id='a\\nb'",
        first,
    )
    assert " PUT /rest/users/configs/101 200 code 0 " in second
    assert " 404 " in third
    assert "hidden" not in first + second + third


def test_start_and_stop() -> None:
    server = EmulatorServer(SMALL, emulated_routes())
    server.stop()
    server.start()
    url = server.url
    busy = EmulatorServer(server.settings, emulated_routes())
    with pytest.raises(OSError, match="in use"):
        busy.start()
    server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url + "/lab")
    with server:
        assert server.url == url
        assert httpx.get(url + "/lab").status_code == 200


def test_facts_hold(server: EmulatorServer, talk: Talk) -> None:
    facts = server.facts
    first, last = map(int, facts.extensions.split("-"))
    taken = set(talk.texts("/users/brief/", ".//exten"))
    assert not taken & {str(number) for number in range(first, last + 1)}
    first, last = map(int, facts.callgroup_selections.split("-"))
    used = set(talk.texts("/pbx/callgroups", ".//selection"))
    assert not used & {str(number) for number in range(first, last + 1)}
    routes = talk.texts("/system/network/routes", ".//destination")
    assert facts.route_destination not in routes
    registration = talk.get(f"/users/registrations/{facts.click2call_exten}")
    assert registration.findtext(".//status") == "OK"


def test_pieces_of_http_do_no_harm(server: EmulatorServer, talk: Talk) -> None:
    port = int(server.url.rpartition(":")[2])
    for raw in (
        b"\x00\x01\x02\r\n\r\n",
        b"GET /rest/pbx/pending HTTP/1.1\r\nHost: [\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://elsewhere/rest/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PUT /rest/pbx/apply HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(raw)
            answer = connection.recv(4096)
        assert not answer.startswith(b"HTTP/1.1 5"), raw[:40]
    assert talk.get("/pbx/pending") is not None
