"""Interfaces, DNS, routes: partial changes and what is protected."""

import pytest

from tests.emulator.cases import interface, route
from tests.emulator.talk import Talk

INTERFACES, ROUTES = "/system/network/interfaces", "/system/network/routes"


def rows(talk: Talk, method: str, path: str) -> dict[str, tuple[str, ...]]:
    entries = talk.ask(method, path)[0]
    texts = [[child.text or "" for child in entry] for entry in entries]
    return {first: tuple(rest) for first, *rest in texts}


def test_an_interface_changes_only_where_it_is_told(talk: Talk) -> None:
    assert talk.code("PUT", INTERFACES, interface("<netmask>255.255.255.128</netmask>")) == 0
    changed = rows(talk, "POST", INTERFACES)["1"]
    assert changed == ("true", "eth0", "192.168.23.50", "255.255.255.128")
    assert talk.code("PUT", INTERFACES, interface("<enabled>false</enabled>", "2")) == 0
    dhcp = "<ip_address>0.0.0.0</ip_address><netmask>0.0.0.0</netmask>"
    assert talk.code("PUT", INTERFACES, interface(dhcp, "3")) == 0


def test_dns(talk: Talk) -> None:
    body = "<dns><ip_address> 192.0.2.53 </ip_address></dns>"
    assert talk.code("PUT", "/system/network/dns", body) == 0
    assert talk.get("/system/network/dns").findtext("dns/ip_address") == "192.0.2.53"
    talk.ask("PUT", "/pbx/revert")
    assert talk.get("/system/network/dns").findtext("dns/ip_address") != "192.0.2.53"


def test_a_route_comes_changes_and_goes(talk: Talk) -> None:
    before = rows(talk, "GET", ROUTES)
    assert talk.code("POST", ROUTES, route(extra="<enabled>false</enabled>")) == 0
    (number,) = rows(talk, "GET", ROUTES).keys() - before.keys()
    assert rows(talk, "GET", ROUTES)[number] == ("false", "198.51.100.0/24", "192.168.23.7")
    changes = {
        "<ip_address>203.0.113.0</ip_address>": ("false", "203.0.113.0/24", "192.168.23.7"),
        "<netmask>255.255.255.192</netmask>": ("false", "203.0.113.0/26", "192.168.23.7"),
        "<enabled>true</enabled>": ("true", "203.0.113.0/26", "192.168.23.7"),
        "<gateway>192.168.23.9</gateway>": ("true", "203.0.113.0/26", "192.168.23.9"),
        "<destination>10.9.0.0/16</destination>": ("true", "10.9.0.0/16", "192.168.23.9"),
    }
    for change, expected in changes.items():
        assert talk.code("PUT", ROUTES, f"<route><id>{number}</id>{change}</route>") == 0
        assert rows(talk, "GET", ROUTES)[number] == expected
    assert talk.code("DELETE", f"{ROUTES}/{number}") == 0
    assert rows(talk, "GET", ROUTES) == before


@pytest.mark.parametrize(
    "change",
    [
        "<enabled>false</enabled>",
        "<ip_address>10.0.0.0</ip_address>",
        "<netmask>255.0.0.0</netmask>",
        "<destination>10.0.0.0/8</destination>",
    ],
)
def test_the_default_route_is_protected(talk: Talk, change: str) -> None:
    before = rows(talk, "GET", ROUTES)
    assert talk.code("PUT", ROUTES, f"<route><id>1</id>{change}</route>") != 0
    assert rows(talk, "GET", ROUTES) == before
    gateway = "<route><id>1</id><gateway>192.168.23.101</gateway></route>"
    assert talk.code("PUT", ROUTES, gateway) == 0


@pytest.mark.parametrize(
    "address", ["1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "a.b.c.d", "::1"]
)
def test_what_is_no_address(talk: Talk, address: str) -> None:
    assert (
        talk.code("PUT", "/system/network/dns", f"<dns><ip_address>{address}</ip_address></dns>")
        == 38
    )
    assert talk.code("POST", ROUTES, route(gateway=address)) == 42
    assert talk.code("POST", ROUTES, route(destination=f"{address}/24")) == 41
