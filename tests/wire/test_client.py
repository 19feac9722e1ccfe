"""The client: what it lets through, what it sends, how it reads what comes back."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from conformance.errors import ConfigurationError, SafetyViolation
from conformance.lab.safety import ALL_CLASSES, SafetyClass
from conformance.lab.target import Connection
from conformance.wire import client as client_module
from conformance.wire.client import Outgoing, WireClient, basic, md5
from tests.support import Canned, connection_to, drop, kpbx, outgoing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.wire.exchange import Exchange, Response
    from tests.support import Script, ScriptedServer, Seen

    Start = Callable[[Script], ScriptedServer]

OK = kpbx("<pbx_pending>false</pbx_pending>")
OF_CLASS = {
    SafetyClass.READ: ("GET", "/pbx/pending"),
    SafetyClass.CONFIG: ("POST", "/pbx/callgroups"),
    SafetyClass.NETWORK: ("PUT", "/system/network/dns"),
    SafetyClass.SERVICE: ("PUT", "/system/pbxengine/reload"),
    SafetyClass.REBOOT: ("PUT", "/system/restart"),
    SafetyClass.HALT: ("PUT", "/system/halt"),
}
POST = outgoing("POST", "/phonebook/search", body=b"<kpbx_request/>")


def send(
    server: ScriptedServer, request: Outgoing | None = None, **connection: Any
) -> tuple[Exchange, list[Exchange]]:
    recorded: list[Exchange] = []
    target = connection_to(server, **connection)
    with WireClient(target, ALL_CLASSES, recorded.append) as client:
        return client.send(request or outgoing()), recorded


def in_turn(*answers: Canned) -> Script:
    left = list(answers)
    return lambda _seen: left.pop(0)


# --- what is sent ------------------------------------------------------------------------------


def test_md5_and_basic_are_those_of_the_guide() -> None:
    assert md5("admin") == "21232f297a57a5a743894a0e4a801fc3"
    assert basic("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert basic("ü", "") == "Basic w7w6"


@pytest.mark.parametrize("safety", SafetyClass)
def test_nothing_leaves_for_a_class_that_is_not_allowed(
    scripted: Start, safety: SafetyClass
) -> None:
    server = scripted(lambda _seen: OK)
    recorded: list[Exchange] = []
    allow = ALL_CLASSES - {safety}
    with WireClient(connection_to(server), allow, recorded.append) as client:
        with pytest.raises(SafetyViolation, match=f"is of class {safety}, allowed are "):
            client.send(outgoing(*OF_CLASS[safety], safety))
        for claimed in allow:
            with pytest.raises(SafetyViolation, match=f"is of class {safety} and claims {claimed}"):
                client.send(outgoing(*OF_CLASS[safety], claimed))
        assert not server.seen
        assert not recorded
        for other in allow:
            client.send(outgoing(*OF_CLASS[other], other))
    assert len(server.seen) == len(allow)


def test_a_request_is_sent_as_the_guide_writes_it(scripted: Start) -> None:
    server = scripted(lambda _seen: OK)
    body = b'<?xml version="1.0"?>\n<kpbx_request/>'
    exchange, recorded = send(
        server, outgoing("POST", "/users/configs/", SafetyClass.CONFIG, body=body)
    )
    seen = server.seen[0]
    assert (seen.method, seen.target, seen.body) == ("POST", "/rest/users/configs/", body)
    assert seen.headers["content-type"] == "application/xml"
    assert seen.headers["content-length"] == str(len(body))
    assert seen.headers["authorization"] == basic("admin", md5("admin"))
    assert seen.headers["user-agent"].startswith("kpbx-conformance/")
    assert seen.headers["accept-encoding"] == "identity"
    assert recorded == [exchange]
    assert exchange.request.path == "/rest/users/configs/"
    assert exchange.request.url == server.url + "/rest/users/configs/"
    assert exchange.seconds > 0


def test_a_query_is_encoded_and_a_get_has_no_body(scripted: Start) -> None:
    server = scripted(lambda _seen: OK)
    send(server, outgoing(query=(("request_id", "a b&c=é"),)))
    assert server.seen[0].target == "/rest/pbx/pending?request_id=a%20b%26c%3D%C3%A9"
    assert server.seen[0].request_id == "a b&c=é"
    assert "content-type" not in server.seen[0].headers
    assert server.seen[0].headers.get("content-length", "0") == "0"


def test_credentials_can_be_left_out_or_replaced(scripted: Start) -> None:
    server = scripted(lambda _seen: OK)
    send(server, outgoing(authorization=None))
    send(server, outgoing(authorization="Basic eDp5"))
    send(server, username="operator", password="Pä55")
    found = [seen.headers.get("authorization") for seen in server.seen]
    assert found == [None, "Basic eDp5", basic("operator", md5("Pä55"))]


def test_one_connection_serves_many_requests(scripted: Start) -> None:
    ports: set[Any] = set()
    server = scripted(lambda _seen: OK)
    finish = server._server.finish_request  # noqa: SLF001 - once for each connection

    def watched(request: Any, client_address: Any) -> None:
        ports.add(client_address)
        finish(request, client_address)

    server._server.finish_request = watched  # type: ignore[method-assign] # noqa: SLF001
    with WireClient(connection_to(server), ALL_CLASSES) as client:
        for _ in range(5):
            assert client.send(outgoing()).status == 200
    assert len(ports) == 1


# --- where it goes -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(scripted: Start, status: int) -> None:
    elsewhere = scripted(lambda _seen: OK)
    there = (("Location", f"{elsewhere.url}/rest/pbx/pending"),)
    server = scripted(lambda _seen: Canned(b"", status, None, there))
    exchange, _ = send(server)
    assert exchange.status == status
    assert len(server.seen) == 1
    assert not elsewhere.seen


def test_the_environment_names_no_proxy_and_no_credentials(
    scripted: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proxy = scripted(lambda _seen: OK)
    server = scripted(lambda _seen: OK)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password thief\n")
    netrc.chmod(0o600)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.setenv("NETRC", str(netrc))
    send(server, outgoing(authorization=None))
    assert not proxy.seen
    assert "authorization" not in server.seen[0].headers


# --- what comes back ---------------------------------------------------------------------------


def test_an_answer_is_kept_whole(scripted: Start) -> None:
    headers = (("X-One", "1"), ("X-One", "2"))
    server = scripted(lambda _seen: kpbx("<a>é</a>", status=418, headers=headers))
    exchange, _ = send(server)
    response = exchange.response
    assert response is not None
    assert response.status == exchange.status == 418
    assert response.body == kpbx("<a>é</a>").body
    assert response.header("x-one") == "1, 2"
    assert response.media_type == "application/xml"
    assert not response.truncated
    assert not exchange.lost
    assert not exchange.notes


def test_bytes_reach_the_sink_while_they_arrive(scripted: Start) -> None:
    taken: list[bytes] = []
    heads: list[int] = []

    class Sink:
        ended = False

        def feed(self, data: bytes) -> None:
            taken.append(data)

    def sink_for(head: Response) -> Sink:
        heads.append(head.status)
        assert head.body == b""
        return Sink()

    server = scripted(lambda _seen: kpbx("<a/>", trickle_s=0.001))
    with WireClient(connection_to(server), ALL_CLASSES) as client:
        exchange = client.send(outgoing(), sink_for)
    assert heads == [200]
    assert len(taken) > 1
    assert exchange.response is not None
    assert b"".join(taken) == exchange.response.body


def test_a_body_is_read_up_to_the_limit(scripted: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "LARGEST_BODY", 1000)
    server = scripted(lambda _seen: Canned(b"x" * 5_000_000))
    exchange, _ = send(server)
    assert "larger than 1000 bytes" in exchange.lost
    assert exchange.response is not None
    assert exchange.response.truncated
    assert exchange.response.oversized
    assert len(exchange.response.body) < 1_000_000
    server.script = lambda _seen: Canned(b"x" * 1000)
    assert not send(server)[0].lost


def test_a_trickling_answer_is_given_up(scripted: Start) -> None:
    server = scripted(lambda _seen: Canned(b"x" * 5000, trickle_s=0.005))
    started = time.monotonic()
    exchange, _ = send(server, timeout_s=0.2)
    assert time.monotonic() - started < 6
    assert "not complete after" in exchange.lost
    assert exchange.response is not None
    assert exchange.response.truncated
    assert not exchange.response.oversized
    assert 0 < len(exchange.response.body) < 5000


def test_no_answer_within_the_time_out(scripted: Start) -> None:
    server = scripted(lambda _seen: Canned(b"late", delay_s=10))
    exchange, _ = send(server, POST, timeout_s=0.05)
    assert exchange.response is None
    assert exchange.status == 0
    assert "no answer within the time-out" in exchange.lost


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (drop(), "the connection was closed"),
        (Canned(raw=b"SSH-2.0-OpenSSH_9\r\n"), "not HTTP"),
        (Canned(raw=b"HTTP/1.1 200 OK\r\nContent-Length: a\r\n\r\n"), "not HTTP"),
    ],
)
def test_a_lost_answer_says_why(scripted: Start, answer: Canned, said: str) -> None:
    exchange, recorded = send(scripted(lambda _seen: answer), POST)
    assert exchange.response is None
    assert said in exchange.lost
    assert recorded == [exchange]


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with WireClient(Connection(url=url), ALL_CLASSES) as client:
        exchange = client.send(POST)
    assert exchange.response is None
    assert exchange.lost.startswith("no connection")


@pytest.mark.parametrize(
    "answer",
    [
        kpbx("<a/>", length=4000),
        Canned(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nabc"),
    ],
)
def test_a_cut_body_is_kept_as_far_as_it_came(scripted: Start, answer: Canned) -> None:
    exchange, _ = send(scripted(lambda _seen: answer))
    assert "breaks off after" in exchange.lost
    assert exchange.response is not None
    assert exchange.response.truncated
    assert exchange.response.body


def test_a_length_that_is_too_short_cuts_the_document(scripted: Start) -> None:
    exchange, _ = send(scripted(lambda _seen: kpbx("<a/>", length=20)))
    assert exchange.response is not None
    assert exchange.response.body == kpbx("<a/>").body[:20]


# --- again, or not -----------------------------------------------------------------------------


def test_a_get_is_sent_again_once_and_that_is_noted(scripted: Start) -> None:
    server = scripted(in_turn(drop(), OK))
    exchange, recorded = send(server)
    assert exchange.status == 200
    assert not exchange.lost
    assert len(server.seen) == 2
    assert len(exchange.notes) == 1
    assert exchange.notes[0].startswith("sent again after: the connection was closed")
    assert [bool(one.lost) for one in recorded] == [True, False]
    assert recorded[-1] is exchange


def test_a_get_is_not_sent_a_third_time(scripted: Start) -> None:
    server = scripted(in_turn(drop(), drop(), OK))
    exchange, _ = send(server)
    assert exchange.response is None
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/pbx/callgroups"), ("PUT", "/pbx/apply"), ("DELETE", "/users/configs/9000")],
)
def test_nothing_else_is_sent_again(scripted: Start, method: str, path: str) -> None:
    server = scripted(lambda _seen: drop())
    exchange, _ = send(server, outgoing(method, path, SafetyClass.CONFIG))
    assert exchange.response is None
    assert len(server.seen) == 1
    assert not exchange.notes


@pytest.mark.parametrize("answer", [kpbx("<a/>", status=503), kpbx("<a/>", length=4000)])
def test_an_answer_that_began_is_not_asked_for_again(scripted: Start, answer: Canned) -> None:
    server = scripted(lambda _seen: answer)
    exchange, _ = send(server)
    assert exchange.response is not None
    assert len(server.seen) == 1


# --- the rate ----------------------------------------------------------------------------------


def test_requests_keep_their_distance_also_from_several_threads(scripted: Start) -> None:
    times: list[float] = []

    def note(_seen: Seen) -> Canned:
        times.append(time.monotonic())
        return OK

    server = scripted(note)
    with WireClient(connection_to(server, max_requests_per_s=50.0), ALL_CLASSES) as client:
        threads = [threading.Thread(target=client.send, args=(outgoing(),)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert times[-1] - times[0] > 0.08, "six requests at 50 a second take 0.1 s"


# --- TLS ---------------------------------------------------------------------------------------


def test_a_ca_file_that_is_none_is_the_callers_mistake(tmp_path: Path) -> None:
    file = tmp_path / "pbx.pem"
    file.write_text("no certificate")
    connection = Connection(url="https://pbx.example", ca_file=file)
    with pytest.raises(ConfigurationError, match=r"ca_file: .*pbx\.pem can't be used: .*PEM form"):
        WireClient(connection, ALL_CLASSES)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=pbx -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out pbx.pem"
    )
    try:
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no certificate without openssl: {error}")
    return folder / "pbx.pem"


@pytest.fixture
def secure(scripted: Start, certificate: Path) -> ScriptedServer:
    server = scripted(lambda _seen: OK)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    server._server.socket = context.wrap_socket(server._server.socket, server_side=True)  # noqa: SLF001
    server.url = server.url.replace("http:", "https:")
    return server


def test_a_certificate_is_verified_unless_told_otherwise(
    secure: ScriptedServer, certificate: Path
) -> None:
    exchange, _ = send(secure, POST)
    assert exchange.response is None
    assert "CERTIFICATE_VERIFY_FAILED" in exchange.lost
    assert not secure.seen, "the credentials stayed here"
    assert send(secure, POST, ca_file=certificate)[0].status == 200
    assert send(secure, POST, verify=False)[0].status == 200
