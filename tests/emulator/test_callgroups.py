"""Callgroups: members replaced, ids, optional fields; conference rooms."""

from tests.emulator.cases import group
from tests.emulator.talk import Talk

GROUPS = "/pbx/callgroups"


def newest(talk: Talk) -> str:
    return talk.texts(GROUPS, "callgroups/callgroup/id")[-1]


def test_a_new_group_is_listed_with_its_members_and_defaults(talk: Talk) -> None:
    before = talk.texts(GROUPS, ".//callgroup/id")
    assert talk.code("POST", GROUPS, group()) == 0
    number = newest(talk)
    assert number not in before
    found = talk.get(f"{GROUPS}/{number}").find("callgroups/callgroup")
    assert found is not None
    assert found.findtext("name") == "Prova"
    assert (found.findtext("enabled"), found.findtext("selection")) == ("true", "")
    member = found.find("priorities/priority/members/member")
    assert member is not None
    identity = talk.get("/users/brief/101")
    names = (identity.findtext(".//first_name"), identity.findtext(".//last_name"))
    assert [child.text for child in member] == ["101", " ".join(map(str, names))]


def test_members_are_replaced_and_the_rest_stays(talk: Talk) -> None:
    before = talk.get(f"{GROUPS}/2")[0][0]
    assert talk.code("PUT", f"{GROUPS}/2", group("103", extra="<timeout>7</timeout>")) == 0
    after = talk.get(f"{GROUPS}/2")[0][0]
    assert [element.text for element in after.iterfind(".//member/exten")] == ["103"]
    assert after.findtext("timeout") == "7"
    for tag in ("id", "name", "selection", "enabled", "failover/type"):
        assert after.findtext(tag) == before.findtext(tag)


def test_an_id_is_never_given_twice(talk: Talk) -> None:
    talk.code("POST", GROUPS, group())
    first = newest(talk)
    assert talk.code("DELETE", f"{GROUPS}/{first}") == 0
    assert len(talk.get(f"{GROUPS}/{first}")[0]) == 0
    talk.code("POST", GROUPS, group())
    assert newest(talk) != first


def test_incoming_can_be_changed_but_not_deleted(talk: Talk) -> None:
    assert talk.code("PUT", f"{GROUPS}/incoming", group()) == 0
    assert talk.code("DELETE", f"{GROUPS}/incoming") == 17
    assert "incoming" in talk.texts(GROUPS, ".//callgroup/id")


def test_conference_rooms(talk: Talk) -> None:
    room = talk.get("/pbx/conferences").find("conferences/conference")
    assert room is not None
    tags = ["name", "enabled", "selection", "internal", "external", "admin_pin", "user_pin"]
    assert [element.tag for element in room.iterdescendants()] == tags
