"""Redaction: secret elements whatever their markup, the run's own secrets in whatever form."""

from __future__ import annotations

import base64
import hashlib
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
