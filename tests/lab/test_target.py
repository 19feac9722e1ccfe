"""The target file: every key, and what is said about every mistake."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
import trustme

from conformance.errors import ConfigurationError
from conformance.lab.safety import SafetyClass
from conformance.lab.target import (
    Connection,
    Pics,
    Pixit,
    Target,
    Variables,
    base_url,
    from_url,
    load_target,
    number_range,
)

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
[target]
name = "lab-3"
url = "https://pbx.example/rest/"
username = "operator"
password_env = "LAB3_PASSWORD"
ca_file = "pbx.pem"
verify = true
timeout_s = 3
max_requests_per_s = 20.5

[pics]
license_key_required = false
call_center_license = true

[pixit]
extensions = "0090-0102"
callgroup_selections = "9100"
privacy_password_env = "LAB3_PRIVACY"
click2call_exten = "101"
route_destination = "198.51.100.0/24"
update_version = "3.9.6-3000"
update_version_blocked = "4.0.0-0001"
activation_key_env = "LAB3_KEY"
reboot_timeout_s = 12.5

[safety]
allow = ["config", "network"]

[lab]
hook = ["./lab-hook.sh", "-v"]
"""
MINIMAL = '[target]\nurl = "http://192.0.2.1"\n'


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB3_PASSWORD", "the web password")
    monkeypatch.setenv("LAB3_PRIVACY", "the privacy password")
    monkeypatch.setenv("LAB3_KEY", "the key")
    monkeypatch.setenv("EMPTY", "")


def read(folder: Path, text: str) -> Target:
    file = folder / "lab.toml"
    file.write_text(text, encoding="utf-8")
    hook = folder / "lab-hook.sh"
    hook.write_text("#!/bin/sh\n", encoding="utf-8")
    hook.chmod(0o755)
    return load_target(file)


def test_every_key_of_the_contract(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "pbx.pem"))
    target = read(tmp_path, WHOLE)
    assert target.connection == Connection(
        url="https://pbx.example",
        name="lab-3",
        username="operator",
        password="the web password",
        ca_file=tmp_path / "pbx.pem",
        verify=True,
        timeout_s=3.0,
        max_requests_per_s=20.5,
    )
    assert target.pics == Pics(license_key_required=False, call_center_license=True)
    extensions = tuple(f"{number:04}" for number in range(90, 103))
    assert target.pixit == Pixit(
        extensions=extensions,
        callgroup_selections=("9100",),
        privacy_password="the privacy password",
        click2call_exten="101",
        route_destination="198.51.100.0/24",
        update_version="3.9.6-3000",
        update_version_blocked="4.0.0-0001",
        activation_key="the key",
        reboot_timeout_s=12.5,
    )
    assert target.allow == {SafetyClass.READ, SafetyClass.CONFIG, SafetyClass.NETWORK}
    assert target.hook == ("./lab-hook.sh", "-v")
    assert target.folder == tmp_path.resolve()
    assert set(target.secrets) == {"the web password", "the privacy password", "the key"}


def test_defaults(tmp_path: Path) -> None:
    target = read(tmp_path, MINIMAL)
    connection = target.connection
    assert (connection.url, connection.name) == ("http://192.0.2.1", "192.0.2.1")
    assert (connection.username, connection.password) == ("admin", "admin")
    assert connection.verify
    assert connection.timeout_s == 10
    assert connection.max_requests_per_s == 0
    assert target.pics == Pics(None, None)
    assert target.pixit == Pixit()
    assert target.pixit.reboot_timeout_s == 300
    assert target.allow == {SafetyClass.READ}
    assert target.hook == ()


def test_the_password_comes_from_the_usual_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KPBX_PASSWORD", "usual")
    assert read(tmp_path, MINIMAL).connection.password == "usual"


def test_empty_texts_mean_nothing_to_use(tmp_path: Path) -> None:
    text = (
        MINIMAL + '[pixit]\nupdate_version = ""\nupdate_version_blocked = ""\n'
        'activation_key_env = ""\n'
    )
    assert read(tmp_path, text).pixit == Pixit()


def test_secrets_do_not_show_in_a_repr(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "pbx.pem"))
    shown = repr(read(tmp_path, WHOLE))
    for secret in ("the web password", "the privacy password", "the key"):
        assert secret not in shown


SPEC = {
    "target": {item.name for item in fields(Connection)} - {"password"} | {"password_env"},
    "pixit": {item.name for item in fields(Pixit)} - {"privacy_password", "activation_key"}
    | {"privacy_password_env", "activation_key_env"},
}


@pytest.mark.parametrize("table", SPEC)
def test_every_field_has_a_key(table: str) -> None:
    section = WHOLE.partition(f"[{table}]")[2].partition("\n\n")[0]
    assert set(re.findall(r"^(\w+) =", section, re.MULTILINE)) == SPEC[table]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[target", "is not TOML"),
        (MINIMAL + 'name = "a"\nname = "b"\n', "correct that line"),
        ("", "[target] is missing; add it with the url"),
        ("[target]\n", "[target] url: missing; add the address"),
        ("target = 3\n", "[target] is not a table; write [target]"),
        (MINIMAL + "[tagret]\n", "[tagret] is unknown; known are [target], [pics]"),
        (MINIMAL + 'pasword = "x"\n', "[target] pasword: unknown key; known are name, url"),
        (MINIMAL + 'password = "x"\n', "[target] password: unknown key; known are name, url"),
        (MINIMAL + 'timeout_s = "3"\n', "[target] timeout_s: must be a number"),
        (MINIMAL + "timeout_s = true\n", "[target] timeout_s: must be a number"),
        (MINIMAL + "timeout_s = 0\n", "[target] timeout_s: must be greater than 0"),
        (MINIMAL + "timeout_s = -1\n", "[target] timeout_s: must be greater than 0"),
        (MINIMAL + "timeout_s = nan\n", "[target] timeout_s: must be"),
        (MINIMAL + "timeout_s = inf\n", "[target] timeout_s: must be"),
        (MINIMAL + "max_requests_per_s = -2\n", "max_requests_per_s: must be greater than 0"),
        (MINIMAL + "verify = 0\n", "[target] verify: must be true or false"),
        (MINIMAL + "name = 3\n", "[target] name: must be a string"),
        (MINIMAL + 'ca_file = "no.pem"\n', "no.pem does not exist"),
        (MINIMAL + 'ca_file = "lab.toml"\n', "lab.toml can't be used: "),
        (MINIMAL + 'username = "ad:min"\n', "[target] username: can't hold a colon"),
        (MINIMAL + 'password_env = "NO_SUCH"\n', "variable NO_SUCH is not set; export it"),
        (MINIMAL + 'password_env = "hunter2-"\n', "is no name of an environment variable; give"),
        (MINIMAL + 'password_env = "EMPTY"\n', "variable that it names is not set; export it"),
        ('[target]\nurl = ""\n', "[target] url: '' is no URL; write it like https://"),
        ('[target]\nurl = "pbx.example"\n', "'pbx.example' is no URL; write it like"),
        ('[target]\nurl = "ftp://pbx.example"\n', "is no URL"),
        ('[target]\nurl = "http://"\n', "is no URL"),
        ('[target]\nurl = "http://[::1"\n', "[target] url: "),
        ('[target]\nurl = "http://h:99999"\n', "[target] url: "),
        ('[target]\nurl = "http://a:b@pbx"\n', "credentials in a URL are not accepted; put"),
        ('[target]\nurl = "http://pbx/?a=b"\n', "has a query or a fragment; leave it out"),
        ('[target]\nurl = "http://pbx/#a"\n', "has a query or a fragment; leave it out"),
        (MINIMAL + "[pics]\ncall_center = true\n", "[pics] call_center: unknown key"),
        (MINIMAL + '[pics]\ncall_center_license = "yes"\n', "must be true or false"),
        (MINIMAL + '[pixit]\nextensions = "9000-"\n', "is not a range; write it like 9000-9019"),
        (MINIMAL + '[pixit]\nextensions = "9 000"\n', "is not a range"),
        (MINIMAL + '[pixit]\nextensions = "²"\n', "is not a range"),
        (MINIMAL + '[pixit]\nextensions = "9019-9000"\n', "is empty; the last number comes"),
        (MINIMAL + '[pixit]\nextensions = ""\n', "[pixit] extensions: is empty; write a range"),
        (
            MINIMAL + '[pixit]\ncallgroup_selections = " "\n',
            "[pixit] callgroup_selections: is empty; write a range",
        ),
        (MINIMAL + '[pixit]\nextensions = "0-99999999"\n', "holds more than 10000 numbers"),
        (
            MINIMAL + '[pixit]\nextensions = "9000-9019"\ncallgroup_selections = "9019-9030"\n',
            "callgroup_selections: 9019 is among the extensions as well",
        ),
        (MINIMAL + "[pixit]\nextensions = 9000\n", "[pixit] extensions: must be a string"),
        (MINIMAL + '[pixit]\nupdate_version = "3.9.6"\n', "must look like 3.9.6-3000"),
        (MINIMAL + '[pixit]\nupdate_version_blocked = "x"\n', "update_version_blocked: must look"),
        (MINIMAL + '[pixit]\nactivation_key_env = "NO_SUCH"\n', "NO_SUCH is not set"),
        (MINIMAL + "[pixit]\nreboot_timeout_s = 0\n", "must be greater than 0"),
        (MINIMAL + '[safety]\nallow = "read"\n', "[safety] allow: must be a list of strings"),
        (MINIMAL + "[safety]\nallow = [1]\n", "[safety] allow: must be a list of strings"),
        (MINIMAL + '[safety]\nallow = ["everything"]\n', "'everything' is no safety class; use"),
        (MINIMAL + '[lab]\nhook = "./a.sh"\n', "[lab] hook: must be a list of strings"),
        (MINIMAL + "[lab]\nhooks = []\n", "[lab] hooks: unknown key; known are hook"),
        (MINIMAL + '[lab]\nhook = ["./no-such"]\n', "[lab] hook: './no-such' is no program"),
        (MINIMAL + '[pixit]\nroute_destination = "x"\n', "route_destination: 'x' is no network"),
        (MINIMAL + '[pixit]\nroute_destination = "0.0.0.0/0"\n', "is the default route"),
    ],
)
def test_mistakes_name_file_key_and_remedy(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "lab.toml") in str(caught.value)
    assert said in str(caught.value)
    assert caught.value.exit_status == 2


def test_a_mark_of_the_byte_order_is_passed_over(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + MINIMAL) == read(tmp_path, MINIMAL)


def test_a_file_that_can_t_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be read"):
        load_target(tmp_path)
    with pytest.raises(ConfigurationError, match="can't be read"):
        load_target(tmp_path / "missing.toml")
    (tmp_path / "latin.toml").write_bytes(b"[target]\nname = '\xe9'\n")
    with pytest.raises(ConfigurationError, match="can't be read"):
        load_target(tmp_path / "latin.toml")


# --- small parts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("9000-9002", ("9000", "9001", "9002")),
        ("9000", ("9000",)),
        (" 8 - 10 ", ("8", "9", "10")),
        ("008-010", ("008", "009", "010")),
        ("7-7", ("7",)),
    ],
)
def test_ranges(text: str, numbers: tuple[str, ...]) -> None:
    assert number_range(text, "here") == numbers


def test_a_range_may_have_ten_thousand_numbers() -> None:
    assert len(number_range("0-9999", "here")) == 10_000
    with pytest.raises(ConfigurationError):
        number_range("0-10000", "here")


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://pbx", "http://pbx"),
        ("http://pbx/", "http://pbx"),
        ("https://pbx:8443/rest", "https://pbx:8443"),
        ("https://pbx/behind/rest/", "https://pbx/behind"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://pbx/arrest", "http://pbx/arrest"),
    ],
)
def test_base_urls(given: str, url: str) -> None:
    assert base_url(given, "here") == url


# --- a URL alone -------------------------------------------------------------------------------


def test_a_url_alone_takes_the_defaults() -> None:
    target = from_url("http://192.0.2.10:8080/rest/")
    assert target.connection.url == "http://192.0.2.10:8080"
    assert target.connection.name == "192.0.2.10:8080"
    assert (target.connection.username, target.connection.password) == ("admin", "admin")
    assert target.allow == {SafetyClass.READ}
    assert target.pixit.extensions[0] == "9000"
    assert target.pixit.extensions[-1] == "9019"
    assert target.pixit.privacy_password == ""
    assert target.pics == Pics()
    assert target.hook == ()


def test_a_url_alone_takes_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPBX_USERNAME", "operator")
    monkeypatch.setenv("KPBX_PASSWORD", "web")
    monkeypatch.setenv("KPBX_PRIVACY_PASSWORD", "privacy")
    target = from_url("http://pbx")
    assert target.connection.username == "operator"
    assert target.connection.password == "web"
    assert target.pixit.privacy_password == "privacy"
    assert set(target.secrets) == {"web", "privacy"}


@pytest.mark.parametrize(
    "text",
    [
        MINIMAL + 'password_env = "@"\n',
        MINIMAL + 'password_env = "@ & more"\n',
        MINIMAL + 'password = "@"\n',
        MINIMAL + '[pixit]\nprivacy_password_env = "@"\n',
        MINIMAL + '[pixit]\nactivation_key_env = "@-@"\n',
        MINIMAL + '[pixit]\nactivation_key = "@"\n',
        '[target]\nurl = "http://admin:@@pbx"\n',
        '[target]\nurl = "htp://admin:@@pbx"\n',
        '[target]\nurl = "http://admin:@@[pbx"\n',
        '[target]\nurl = "http://pbx/?password=@"\n',
        '[target]\nurl = "http://pbx:http/#@"\n',
        MINIMAL + 'password_env = "@\n',
        MINIMAL + "password_env = @\n",
        MINIMAL + "password_env = ['@']\n",
    ],
)
def test_a_secret_in_a_wrong_place_is_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text.replace("@", "hunter2", 1))
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "lab.toml"))


def test_variables_are_known_by_name(tmp_path: Path) -> None:
    text = '[pixit]\nprivacy_password_env = "LAB3_PRIVACY"\nactivation_key_env = "LAB3_KEY"\n'
    target = read(tmp_path, MINIMAL + 'password_env = "LAB3_PASSWORD"\n' + text)
    assert target.variables == Variables("LAB3_PASSWORD", "LAB3_PRIVACY", "LAB3_KEY")
    assert read(tmp_path, MINIMAL).variables == Variables()
