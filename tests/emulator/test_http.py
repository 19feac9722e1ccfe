"""HTTP around the API: who is let in, what is read, how answers look."""

import base64

import httpx
import pytest

from conformance.emulator.access import md5
from conformance.emulator.server import EmulatorServer
from tests.emulator.talk import Talk

XML_BOMB = b"""<?xml version="1.0"?><!DOCTYPE kpbx_request [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<kpbx_request><request_id>&b;</request_id></kpbx_request>"""


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic not-base64!",
        "Basic " + "ÿ",
        basic("admin"),
        basic("admin:admin"),
        basic("admin:" + md5("Admin")),
        basic("Admin:" + md5("admin")),
        basic("admin:" + md5("admin") + ":"),
        "Bearer " + md5("admin"),
    ],
)
def test_others_are_not_let_in(server: EmulatorServer, authorization: str | None) -> None:
    headers = {}
    if authorization is not None:
        headers = {b"Authorization": authorization.encode("latin-1")}
    response = httpx.put(server.url + "/rest/system/halt", headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith('Basic realm="')
    assert server.pbx.power.answering


def test_the_scheme_is_found_in_any_case(server: EmulatorServer) -> None:
    headers = {
        "Authorization": "bAsIc " + base64.b64encode(f"admin:{md5('admin')}".encode()).decode()
    }
    assert httpx.get(server.url + "/rest/pbx/pending", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/", 404),
        ("GET", "//users//brief/", 404),
        ("GET", "/users/configs/101/more", 404),
        ("GET", "/users/configs//", 404),
        ("PATCH", "/users/configs/101", 405),
        ("POST", "/users/configs/101", 405),
        ("OPTIONS", "/cdr", 405),
        ("HEAD", "/pbx/pending", 405),
        ("GET", "/users/brief", 200),
        ("GET", "/pbx/callgroups/", 200),
        ("GET", "/users/configs/%00%FF", 200),
    ],
)
def test_paths_and_methods(talk: Talk, method: str, path: str, status: int) -> None:
    response = talk.send(method, path)
    assert response.status_code == status
    if status == 405:
        assert method not in response.headers["allow"].split(", ")
        assert talk.send(response.headers["allow"].split(", ")[0], path).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"no xml",
        b"<kpbx_request>",
        b"<kpbx_request/><kpbx_request/>",
        b"<kpbx_response/>",
        b"<kpbx_request xmlns='urn:x'/>",
        b"<kpbx_request>&undefined;</kpbx_request>",
        b"<kpbx_request>\xff</kpbx_request>",
        b"<kpbx_request>&#0;</kpbx_request>",
        b"<!DOCTYPE kpbx_request><kpbx_request/>",
        b"<!DOCTYPE r SYSTEM 'file:///etc/passwd'><kpbx_request/>",
        XML_BOMB,
        b"<kpbx_request>" + b"<a>" * 40 + b"</a>" * 40 + b"</kpbx_request>",
        b"<kpbx_request>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</kpbx_request>",
    ],
)
def test_what_is_no_request_is_refused(talk: Talk, body: bytes) -> None:
    response = talk.http.put("/system/network/dns", content=body)
    assert response.status_code == 400
    assert "root:" not in response.text
    assert talk.get("/pbx/pending") is not None


def test_large_bodies_are_not_read(server: EmulatorServer, talk: Talk) -> None:
    limit = server.settings.max_body_bytes
    response = talk.http.put("/system/network/dns", content=b" " * (limit + 1))
    assert response.status_code == 413
    assert talk.code("PUT", "/system/network/dns", " " * (limit - 100)) == 37


@pytest.mark.parametrize("value", ["abc123", "", "  two words ", "àβ王𠮷", "&<>\"'", "]]>"])
def test_request_id_comes_back_verbatim(talk: Talk, value: str) -> None:
    response = talk.http.get("/users/brief/101", params={"request_id": value})
    root = talk.ask("GET", str(response.url.raw_path.decode().removeprefix("/rest")))
    assert (root.findtext("request_id"), root[0].tag) == (value, "request_id")
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    root = talk.ask("PUT", "/users/configs/0", f"<request_id>{escaped}</request_id><user/>")
    assert root.findtext("request_id") == value
    assert root.findtext("user/error/code") == "15"


def test_an_encoded_slash_is_part_of_the_extension(talk: Talk) -> None:
    assert talk.code("DELETE", "/users/configs/101%2F") == 15


def test_without_request_id_there_is_none(talk: Talk) -> None:
    assert talk.get("/pbx/pending").find("request_id") is None
    assert talk.send("GET", "/pbx/pending?request_id=%00").status_code == 400


def test_answers_look_as_in_the_guide(talk: Talk) -> None:
    response = talk.send("GET", "/pbx/pending")
    assert response.content.startswith(b'<?xml version="1.0"?>\n<kpbx_response>')
    assert response.headers["content-type"] == "application/xml"
    assert "server" not in response.headers


def test_encodings_and_comments_of_requests(talk: Talk) -> None:
    text = (
        '<?xml version="1.0" encoding="{}"?><kpbx_request><!-- c --><request_id>n<!-- c -->ò'
        "<![CDATA[<&]]></request_id></kpbx_request>"
    )
    for encoding in ("UTF-8", "ISO-8859-1", "UTF-16"):
        body = text.format(encoding).encode(encoding)
        response = talk.http.post("/system/network/interfaces", content=body)
        assert "<request_id>nò&lt;&amp;</request_id>" in response.text, encoding


def test_one_unknown_object_is_an_empty_list(talk: Talk) -> None:
    assert len(talk.get("/users/brief/9000")[0]) == 0
    assert len(talk.get("/users/configs/9000")[0]) == 0
    assert len(talk.get("/users/registrations/9000")[0]) == 0
    assert len(talk.get("/pbx/callgroups/nobody")[0]) == 0
    assert len(talk.get("/phonebook/contacts/99999")[0]) == 0
    assert len(talk.get("/voicemails/count/9000")[0]) == 0
