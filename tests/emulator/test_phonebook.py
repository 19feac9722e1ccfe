"""The phonebook: owners, searches, changes that take effect at once."""

import pytest

from conformance.emulator.server import EmulatorServer
from tests.emulator.cases import contact, user
from tests.emulator.talk import Talk

CONTACTS = "/phonebook/contacts"


def found(talk: Talk, filters: str) -> list[str]:
    answer = talk.ask("POST", "/phonebook/search", f"<filter>{filters}</filter>")
    return [element.text or "" for element in answer.iterfind("contacts/contact/id")]


def newest(talk: Talk) -> str:
    return talk.texts(CONTACTS, ".//id")[-1]


@pytest.mark.parametrize(
    ("owner", "kind"),
    [("", "system"), ("<owner> -1 </owner>", "system"), ("<owner>101</owner>", "private")],
)
def test_owner_decides_the_type(talk: Talk, server: EmulatorServer, owner: str, kind: str) -> None:
    assert talk.code("POST", CONTACTS, contact(owner)) == 0
    number = newest(talk)
    assert talk.get(f"{CONTACTS}/{number}").findtext(".//type") == kind
    assert talk.get("/pbx/pending").findtext("pbx_pending") == "false"
    assert talk.code("DELETE", f"{CONTACTS}/{number}") == (17 if kind == "private" else 0)
    with server.pbx.lock:
        if server.pbx.phonebook.get(number):
            server.pbx.phonebook.remove(number)


def test_a_private_contact_goes_with_its_owner(talk: Talk) -> None:
    before = talk.texts(CONTACTS, ".//id")
    talk.code("POST", "/users/configs/", user("9003"))
    assert talk.code("POST", CONTACTS, contact("<owner>9003</owner>")) == 0
    talk.code("DELETE", "/users/configs/9003")
    assert talk.texts(CONTACTS, ".//id") == before


def test_a_change_keeps_what_it_does_not_name(talk: Talk) -> None:
    before = talk.get(f"{CONTACTS}/3")[0][0]
    change = "<contact><id>3</id><mail> x&lt;y@example </mail><speed_dial/></contact>"
    assert talk.code("PUT", CONTACTS, change) == 0
    after = talk.get(f"{CONTACTS}/3")[0][0]
    assert after.findtext("mail") == " x<y@example "
    assert after.findtext("speed_dial") == ""
    for tag in ("first_name", "last_name", "organization", "type", "phone"):
        assert after.findtext(tag) == before.findtext(tag)


def test_searches(talk: Talk, server: EmulatorServer) -> None:
    everyone = list(server.pbx.phonebook)
    some = everyone[4]
    assert found(talk, "") == [entry.id for entry in everyone]
    assert found(talk, "<first_name/>") == [entry.id for entry in everyone]
    phone = some.phone
    for pattern in (phone, f"{phone[:-2]}%", f"%{phone[2:]}", f"%{phone[1:-1]}%"):
        assert some.id in found(talk, f"<phone>{pattern}</phone>"), pattern
        assert some.id in found(talk, f"<any>{pattern}</any>"), pattern
    assert found(talk, f"<phone>{phone[:-2]}</phone>") == []
    assert found(talk, f"<phone>{phone[:2]}%{phone[-2:]}</phone>") == []
    assert found(talk, f"<phone>{phone}</phone><mail>nobody</mail>") == []
    assert some.id in found(talk, f"<any>{phone}</any><mail>nobody</mail>")
    assert found(talk, "<any>%&amp;%</any>") == [
        entry.id
        for entry in everyone
        if any(
            "&" in text
            for text in (
                entry.first_name,
                entry.last_name,
                entry.organization,
                entry.organizational_unit,
            )
        )
    ]
