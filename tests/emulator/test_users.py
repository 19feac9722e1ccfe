"""Extensions: defaults, partial changes, what goes with one, who is listed where."""

import pytest

from conformance.emulator.server import EmulatorServer
from tests.emulator.cases import user
from tests.emulator.talk import Talk

CONFIGS = "/users/configs/"


def config(talk: Talk, exten: str) -> dict[str, str]:
    found = talk.get(CONFIGS + exten).find("configs/config")
    assert found is not None
    return {str(child.tag): child.text or "" for child in found}


def test_defaults_of_a_new_extension(talk: Talk) -> None:
    assert talk.code("POST", CONFIGS, user("9001")) == 0
    new = config(talk, "9001")
    assert new.pop("gui_secret_md5").isalnum()
    assert new == {
        "exten": "9001",
        "sip_secret": "s3",
        "enabled": "true",
        "first_name": "Zoë",
        "last_name": "<Groß>",
        "phonebook_manager": "false",
        "vm_enabled": "false",
        "vm_secret": "",
        "vm_email": "",
        "vm_attach_enabled": "false",
        "vm_message_delete": "false",
        "failover": "",
    }
    registration = talk.get("/users/registrations/9001").find("registrations/registration")
    assert registration is not None
    assert [child.text for child in registration] == ["9001", "UNKNOWN", *[None] * 5]


def test_a_partial_change_leaves_the_rest_alone(talk: Talk) -> None:
    before = config(talk, "101")
    body = "<user><vm_email> ò@&amp;.example </vm_email><vm_enabled>\n false </vm_enabled></user>"
    assert talk.code("PUT", CONFIGS + "101", body) == 0
    changed = {"vm_email": " ò@&.example ", "vm_enabled": "false"}
    assert config(talk, "101") == before | changed


def test_failover_is_replaced_whole_and_can_be_emptied(talk: Talk) -> None:
    body = (
        "<user><failover><intro>i</intro><type>FORWARD_TO_EXTERNAL_NUMBER</type><destination>"
        "<value>0650</value><gateway_type>TRUNK</gateway_type><gateway_id>4</gateway_id>"
        "</destination></failover></user>"
    )
    assert talk.code("PUT", CONFIGS + "101", body) == 0
    failover = talk.get(CONFIGS + "101").find(".//failover")
    assert failover is not None
    assert failover.findtext("type") == "FORWARD_TO_EXTERNAL_NUMBER"
    values = [child.text for child in failover.iterfind("destination/*")]
    assert values == [None, "0650", "TRUNK", "4", None]
    assert talk.code("PUT", CONFIGS + "101", "<user><failover/></user>") == 0
    assert config(talk, "101")["failover"] == ""
    assert len(talk.get(CONFIGS + "101").findall(".//failover/*")) == 0


def test_the_three_lists_agree(talk: Talk) -> None:
    brief = {
        user.findtext("exten"): user.findtext("enabled")
        for user in talk.get("/users/brief/").iterfind("users/user")
    }
    configs = {
        entry.findtext("exten"): entry.findtext("enabled")
        for entry in talk.get(CONFIGS).iterfind("configs/config")
    }
    assert brief == configs
    assert set(brief.values()) == {"true", "false"}
    enabled = [exten for exten, word in brief.items() if word == "true"]
    assert talk.texts("/users/registrations/", ".//exten") == enabled


def test_a_deleted_extension_is_gone_everywhere(talk: Talk, server: EmulatorServer) -> None:
    members = talk.texts("/pbx/callgroups", ".//member/exten")
    exten = next(m for m in members if server.pbx.config.running.users[m].enabled)
    assert talk.code("DELETE", CONFIGS + exten) == 0
    assert talk.code("DELETE", CONFIGS + exten) == 15
    assert exten not in talk.texts("/users/brief/", ".//exten")
    assert exten not in talk.texts("/users/registrations/", ".//exten")
    assert exten not in talk.texts("/pbx/callgroups", ".//member/exten")
    talk.ask("PUT", "/pbx/revert")
    assert talk.texts("/pbx/callgroups", ".//member/exten") == members


def test_voicemail_counts_only_where_there_is_voicemail(talk: Talk) -> None:
    counts = talk.get("/voicemails/count/101").find("voicemails/voicemail")
    assert counts is not None
    assert [child.tag for child in counts] == ["urg_messages", "new_messages", "old_messages"]
    assert all((child.text or "").isdigit() for child in counts)
    talk.code("PUT", CONFIGS + "101", "<user><vm_enabled>false</vm_enabled></user>")
    assert len(talk.get("/voicemails/count/101")[0]) == 0


@pytest.mark.parametrize("change", ["apply", "revert"])
def test_pending(talk: Talk, change: str) -> None:
    done = {"apply": "pbx_applied", "revert": "pbx_reverted"}[change]
    assert talk.get("/pbx/pending").findtext("pbx_pending") == "false"
    assert talk.ask("PUT", f"/pbx/{change}").findtext(done) == "false"
    talk.code("POST", CONFIGS, user("9002"))
    assert talk.get("/pbx/pending").findtext("pbx_pending") == "true"
    assert talk.ask("PUT", f"/pbx/{change}").findtext(done) == "true"
    assert talk.get("/pbx/pending").findtext("pbx_pending") == "false"
    remains = "9002" in talk.texts("/users/brief/", ".//exten")
    assert remains == (change == "apply")
    if remains:
        talk.code("DELETE", CONFIGS + "9002")
        talk.ask("PUT", "/pbx/apply")


def test_without_a_licence_key_there_is_no_limit(talk: Talk, server: EmulatorServer) -> None:
    server.lab.set("license-not-required", True)
    codes = {talk.code("POST", CONFIGS, user(str(9000 + number))) for number in range(12)}
    assert codes == {0}
