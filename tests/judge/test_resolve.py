"""Recorded URLs and the endpoints that they are for."""

from __future__ import annotations

import pytest

from conformance import catalogue
from conformance.judge.resolve import place_of, resolve


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("http://pbx.example/rest/cdr", "pbx.example", "/cdr"),
        ("https://PBX.example:443/rest/cdr?a=b", "pbx.example", "/cdr"),
        ("http://pbx.example:8080/rest/users/brief/", "pbx.example:8080", "/users/brief/"),
        ("http://gate.example/pbx1/rest/cdr", "gate.example/pbx1", "/cdr"),
        ("http://[2001:db8::1]/rest/cdr", "[2001:db8::1]", "/cdr"),
    ],
)
def test_where_a_request_went(url: str, host: str, path: str) -> None:
    found = place_of(url)
    assert found is not None
    assert (found.host, found.path) == (host, path)


def test_other_paths_are_none_of_the_api() -> None:
    assert place_of("http://pbx.example/restaurant/cdr") is None


@pytest.mark.parametrize(
    ("method", "path", "name", "key"),
    [
        ("GET", "/users/brief/", "GET /users/brief/", ""),
        ("GET", "/users/brief/101", "GET /users/brief/<exten>", "101"),
        ("DELETE", "/phonebook/contacts/a%2Fb", "DELETE /phonebook/contacts/<id>", "a/b"),
        ("GET", "/license/pxbinstance", "GET /license/pxbinstance", ""),
        ("POST", "/license/pbxinstance", "POST /license/pxbinstance", ""),
        ("GET", "/system/network/interfaces", "POST /system/network/interfaces", ""),
        ("PUT", "/system/network/interfaces", "PUT /system/network/interfaces", ""),
    ],
)
def test_the_endpoint(method: str, path: str, name: str, key: str) -> None:
    found = resolve(catalogue.load(), method, path)
    assert found.endpoint is not None
    assert (found.endpoint.name, found.key, found.fault) == (name, key, "")


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/users/brief", "the guide prints /users/brief/ (RD-14)"),
        ("GET", "/pbx/pending/", "the guide prints /pbx/pending (RD-14)"),
        ("PATCH", "/users/configs/101", "PATCH is no method of this path"),
        ("GET", "/users", "no such path"),
        ("GET", "/license/other", "no such path"),
    ],
)
def test_what_the_guide_does_not_have(method: str, path: str, said: str) -> None:
    found = resolve(catalogue.load(), method, path)
    assert found.endpoint is None
    assert said in found.fault
