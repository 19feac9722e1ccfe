"""Redaction: secret elements whatever their markup, the run's own secrets in whatever form."""

from __future__ import annotations

import base64
import hashlib
import time
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest

from conformance.secrecy import SECRET_ELEMENTS, WITHHELD
from conformance.wire.redact import Redactor

SECRET = "s3cr3t"
AWKWARD = "a&b c/ü<é>'\""


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_the_secret_elements_are_those_of_the_guide() -> None:
    assert set(SECRET_ELEMENTS) == {
        "sip_secret",
        "gui_secret_md5",
        "vm_secret",
        "admin_pin",
        "user_pin",
        "privacy_password",
        "activation_key",
    }


@pytest.mark.parametrize("tag", SECRET_ELEMENTS)
@pytest.mark.parametrize(
    "form",
    [
        "<@>#</@>",
        "<@ >#</@ >",
        "<@\n>#</@\n>",
        "< @>#</ @>",
        '<@ kind="a">#</@>',
        '<@ kind="a>b">#</@>',
        "<@>\n  #\n</@>",
        "<@><![CDATA[#]]></@>",
        "<@>a<b>#</b></@>",
        "<@><!-- # --></@>",
        "<@>#",
        "<@>#</",
        "<@>#</other></kpbx_response>",
        '<@/><@ a="/">#</@>',
        "<x:@>#</x:@>",
    ],
)
def test_content_of_a_secret_element_is_withheld(tag: str, form: str) -> None:
    for name in (tag, tag.replace("_", " "), tag.capitalize(), tag.upper()):
        document = "<a>kept</a>" + form.replace("@", name).replace("#", SECRET)
        found = Redactor().text(document)
        assert SECRET not in found, document
        assert found.startswith("<a>kept</a>")


@pytest.mark.parametrize("tag", SECRET_ELEMENTS)
def test_what_stands_around_a_secret_stays(tag: str) -> None:
    document = f"<user><{tag}>{SECRET}</{tag}><exten>101</exten><{tag}>2</{tag}><n>x</n></user>"
    found = Redactor().text(document)
    withheld = f"<{tag}>{WITHHELD}</{tag}>"
    assert found == f"<user>{withheld}<exten>101</exten>{withheld}<n>x</n></user>"


@pytest.mark.parametrize("empty", ["<T/>", "<T />", '<T a=""/>', "<T></T>", "<T> </T>"])
def test_an_empty_element_swallows_nothing(empty: str) -> None:
    document = f"<user>{empty.replace('T', 'sip_secret')}<exten>101</exten></user>"
    found = Redactor().text(document)
    assert "<exten>101</exten>" in found
    assert WITHHELD not in found, "nothing was there: the reader may know"


@pytest.mark.parametrize(
    "text",
    [
        '<user sip_secret="#">',
        "<user name='a' admin_pin = '#'/>",
        '<sip_secret value="#"/>',
        "<sipSecret>#</sipSecret>",
        "<adminPin>#</adminPin>",
        "<web_password>#</web_password>",
        '{"sip_secret": "#", "exten": 1}',
        "{'user': {'vm_secret': '#'}}",
        "{'sip_secret': ['#']}",
        "password = '#'",
        "saw user_pin=# of 101",
        "&lt;sip_secret&gt;#&lt;/sip_secret&gt;",
        "&amp;lt;sip_secret&amp;gt;#&amp;lt;/sip_secret&amp;gt;",
        "...#</sip_secret><exten>101</exten>",
        "<message>wrong password</message><vm_secret>#</vm_secret>",
        'b"<user><sip_secret>#</sip_secret>"',
    ],
)
def test_what_stands_under_a_secret_s_name_is_withheld(text: str) -> None:
    for secret in ("0#1", "Abc-17", "x y"):
        if " " in secret and "=#" in text:
            continue
        found = Redactor().text(text.replace("#", secret))
        assert secret not in found, found
        assert WITHHELD in found


@pytest.mark.parametrize(
    "text",
    [
        "401 with a wrong password",
        "<message>the password > 8 characters: see the guide</message>",
        "mapping: 3, shipping=4, opinion: 5",
        "sip_secret is another",
        'Basic realm="KalliopePBX", charset="UTF-8"',
        "Basic authentication is required",
    ],
)
def test_words_that_only_look_like_it_stay(text: str) -> None:
    assert Redactor(["hunter22"]).text(text) == text


@pytest.mark.parametrize("secret", ["hunter22", "Tr0ub4dor", AWKWARD + "long"])
def test_base64_gives_nothing_away_wherever_the_secret_stands_in_it(secret: str) -> None:
    redactor = Redactor([secret])
    for before in range(7):
        for after in range(3):
            whole = b64("u" * before + secret + "v" * after)
            assert redactor.text(f"token {whole} end") == f"token {WITHHELD} end"


def test_a_secret_that_was_cut_off_is_withheld() -> None:
    redactor = Redactor(["hunter22-and-more"])
    assert redactor.text("is 'hunter22-an\u2026' here") == f"is '{WITHHELD}\u2026' here"
    assert redactor.text("is 'hunter22...' here") == f"is '{WITHHELD}...' here"
    assert redactor.text("...22-and-more' here") == f"...{WITHHELD}' here"
    assert redactor.text("ends in hunter22-and-m") == f"ends in {WITHHELD}"
    assert redactor.text("hunter22-and-less") == "hunter22-and-less"


def test_the_pbx_s_secrets_are_learnt_and_withheld_elsewhere() -> None:
    redactor = Redactor()
    redactor.text("<first_name>Zq7-kM2x</first_name>")
    redactor.learn(
        "<configs><config><exten>100101</exten><sip_secret>Zq7&amp;kM2x</sip_secret>"
        "<vm_secret>100101</vm_secret></config><config><exten>100102</exten>"
        "<sip_secret><![CDATA[a<b>c-17]]></sip_secret><vm_secret>481516</vm_secret></config>"
    )
    assert redactor.text("<a>xZq7&amp;kM2xy</a>") == f"<a>x{WITHHELD}y</a>"
    assert redactor.text(f"see {b64('Zq7&kM2x')}") == f"see {WITHHELD}"
    assert redactor.text("is 'a<b>c-17'") == f"is '{WITHHELD}'"
    assert redactor.text("<phone>481516</phone>") == f"<phone>{WITHHELD}</phone>"
    assert redactor.text("<phone>0039481516</phone>") == "<phone>0039481516</phone>"
    exten = "<exten>100101</exten>"
    assert redactor.text(exten) == exten, "an extension's number is no secret"


@pytest.mark.parametrize("tag", ["vm_enabled", "sip_secret_hint_shown", "activation_keyring"])
def test_other_elements_are_left_alone(tag: str) -> None:
    document = f"<{tag}>value</{tag}>"
    assert Redactor().text(document) == document


@pytest.mark.parametrize("secret", ["hunter22", AWKWARD, "Passwörd"])
def test_literals_are_withheld_in_every_form(secret: str) -> None:
    redactor = Redactor([secret], "operator")
    digest = md5(secret)
    for form in (
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        escape(secret),
        digest,
        digest.upper(),
        b64(secret),
        b64(digest),
        b64(f"operator:{secret}"),
        b64(f"operator:{digest}"),
    ):
        assert redactor.text(f"({form})") == f"({WITHHELD})", form
        assert redactor.text(f"<a>{form}</a>") == f"<a>{WITHHELD}</a>"


def test_a_secret_within_another_leaves_no_rest() -> None:
    redactor = Redactor(["hunter22", "hunter22-and-more"])
    assert redactor.text("hunter22-and-more hunter22") == f"{WITHHELD} {WITHHELD}"


def test_a_short_password_does_not_make_holes_but_its_digest_is_withheld() -> None:
    redactor = Redactor(["admin"])
    assert redactor.text("the user admin administrates") == "the user admin administrates"
    assert md5("admin") not in redactor.text(f"password {md5('admin')}")
    assert b64(f"admin:{md5('admin')}") not in redactor.text(b64(f"admin:{md5('admin')}"))


def test_without_secrets_text_is_unchanged() -> None:
    assert Redactor(["", ""]).text("a < b, [] and \\1") == "a < b, [] and \\1"


@pytest.mark.parametrize(
    "name", ["Authorization", "authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"]
)
def test_secret_headers_are_withheld(name: str) -> None:
    assert Redactor().headers([(name, "Basic abc")]) == [(name, WITHHELD)]


def test_other_headers_lose_only_literals() -> None:
    found = Redactor(["hunter22"]).headers([("X-Echo", "is hunter22"), ("Server", "kalliope")])
    assert found == [("X-Echo", f"is {WITHHELD}"), ("Server", "kalliope")]


@pytest.mark.parametrize(
    "text",
    ["<sip_secret " * 30_000, "<sip_secret>" * 30_000, "<sip_secret/" * 30_000, "< " * 200_000],
)
def test_a_thousand_beginnings_without_an_end_take_no_time(text: str) -> None:
    started = time.monotonic()
    assert "<" in Redactor().text(text)
    assert time.monotonic() - started < 5


def test_a_secret_in_a_tag_without_an_end_is_withheld() -> None:
    assert "hush" not in Redactor().text('<vm_secret a="hush hush')
    assert "hush" not in Redactor().text("<vm_secret a='>'>hush hush")
