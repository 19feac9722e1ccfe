"""Sequences: judged where the recording shows the whole story, and nowhere else."""

from __future__ import annotations

import pytest

from conformance.verdict import Verdict
from tests.judge.made import Recording, answer, error, request, verdicts

ADD, LIST = "POST /users/configs/", "GET /users/configs/"
CHANGE, REMOVE = "PUT /users/configs/101", "DELETE /users/configs/101"
SUCCESS = error("user", 0, "Success")
EXISTS = error("user", 11, "User already exists")
UNKNOWN = error("user", 15, "User does not exist")
APPLIED = answer("<pbx_applied>true</pbx_applied>")


def new(**changes: str) -> str:
    fields = {"exten": "101", "sip_secret": "s1", "first_name": "Ada", "last_name": "B"} | changes
    return request("<user>" + "".join(f"<{k}>{v}</{k}>" for k, v in fields.items()) + "</user>")


def shown(exten: str = "101", **changes: str) -> str:
    fields = {
        "exten": exten, "sip_secret": "s1", "enabled": "true", "first_name": "Ada",
        "last_name": "B", "gui_secret_md5": "", "phonebook_manager": "false",
        "vm_enabled": "false", "vm_secret": "", "vm_email": "", "vm_attach_enabled": "false",
        "vm_message_delete": "false", "failover": "",
    } | changes  # fmt: skip
    inside = "".join(f"<{k}>{v}</{k}>" for k, v in fields.items())
    return answer(f"<configs><config>{inside}</config></configs>")


def pending(flag: str) -> str:
    return answer(f"<pbx_pending>{flag}</pbx_pending>")


def fails(recording: Recording) -> set[str]:
    return set(verdicts(recording.judge()))


def added() -> Recording:
    return Recording().add(ADD, SUCCESS, new())


def test_the_same_extension_twice() -> None:
    assert fails(added().add(ADD, SUCCESS, new())) == {"users.configs.post.code-11"}
    good = added().add(ADD, EXISTS, new()).judge()
    assert "users.configs.post.code-11" in verdicts(good, Verdict.PASS)


def test_what_was_removed_is_unknown() -> None:
    removed = added().add(REMOVE, SUCCESS)
    assert fails(removed) == set()
    assert fails(
        removed.add(CHANGE, UNKNOWN, request("<user><last_name>C</last_name></user>"))
    ) == (set())
    again = added().add(REMOVE, SUCCESS).add(REMOVE, SUCCESS)
    assert fails(again) == {"users.configs.exten.delete.code-15"}
    assert fails(added().add(REMOVE, UNKNOWN)) == {"users.configs.exten.delete.code-0"}


def test_what_was_written_is_read_back() -> None:
    assert fails(added().add(LIST, shown())) == set()
    assert fails(added().add(LIST, shown(last_name="X"))) == {"users.configs.post.stored"}
    one = added().add("GET /users/configs/101", shown(first_name="ADA"))
    assert fails(one) == {"users.configs.post.stored"}


def test_a_change_may_show_only_when_it_is_applied() -> None:
    change = request("<user><last_name>C</last_name></user>")

    def changed() -> Recording:
        return added().add(CHANGE, SUCCESS, change)

    assert fails(changed().add(LIST, shown())) == set()
    assert fails(changed().add(LIST, shown(last_name="C"))) == set()
    assert fails(changed().add(LIST, shown(last_name="D"))) == {"users.configs.exten.put.stored"}
    applied = changed().add("PUT /pbx/apply", APPLIED)
    assert fails(applied.add(LIST, shown())) == {"users.configs.exten.put.stored"}
    unapplied = Recording().add(CHANGE, SUCCESS, change).add(LIST, shown())
    assert fails(unapplied) == set(), "what was there before is not known"


def test_a_value_sent_empty_is_left_open() -> None:
    change = request("<user><vm_email/><last_name></last_name></user>")
    recording = added().add(CHANGE, SUCCESS, change).add("PUT /pbx/apply", APPLIED)
    assert fails(recording.add(LIST, shown())) == set()


def test_lists_after_apply() -> None:
    missing = added().add(LIST, answer("<configs/>"))
    assert fails(missing) == set(), "a GET may show what runs (RD-36)"
    missing = added().add("PUT /pbx/apply", APPLIED).add(LIST, answer("<configs/>"))
    assert fails(missing) == {"users.configs.post.listed"}
    gone = added().add(REMOVE, SUCCESS).add(LIST, shown())
    assert fails(gone) == set()
    gone = added().add(REMOVE, SUCCESS).add("PUT /pbx/apply", APPLIED).add(LIST, shown())
    assert fails(gone) == {"users.configs.exten.delete.gone"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("PUT /pbx/revert", answer("<pbx_reverted>true</pbx_reverted>")),
        ("PUT /system/restart", answer("<system_restarted>true</system_restarted>")),
        ("PUT /users/configs/102", None),
    ],
)
def test_what_may_undo_it_ends_the_story(line: str, said: str | None) -> None:
    body = request("<user><last_name>C</last_name></user>") if "102" in line else None
    recording = added().add(line, said, body, status=200 if said else 0)
    assert fails(recording.add(ADD, SUCCESS, new())) == set()


def test_a_pause_another_client_or_an_overlap_end_the_story() -> None:
    assert fails(added().later(300).add(ADD, SUCCESS, new())) == set()
    recording = added().add(ADD, SUCCESS, new())
    recording.entries[1]["request"]["headers"] = [{"name": "User-Agent", "value": "browser"}]
    assert fails(recording) == set()
    recording = added().add(ADD, SUCCESS, new())
    recording.entries[0]["time"] = 5000
    assert fails(recording) == set()
    recording = added().add(ADD, SUCCESS, new())
    for entry in recording.entries:
        del entry["startedDateTime"]
    assert fails(recording) == set()


def test_nothing_is_pending_after_apply() -> None:
    recording = added().add("PUT /pbx/apply", APPLIED).add("GET /pbx/pending", pending("true"))
    assert fails(recording) == {"pbx.pending.get.false-after-apply"}
    recording = added().add("PUT /pbx/apply", APPLIED).add(CHANGE, SUCCESS, request(
        "<user><last_name>C</last_name></user>"
    ))  # fmt: skip
    assert fails(recording.add("GET /pbx/pending", pending("true"))) == set()


def test_applying_what_is_pending_is_true() -> None:
    said = answer("<pbx_applied>false</pbx_applied>")
    recording = added().add("GET /pbx/pending", pending("true")).add("PUT /pbx/apply", said)
    assert fails(recording) == {"pbx.apply.put.true"}
    recording = added().add("GET /pbx/pending", pending("false")).add("PUT /pbx/apply", said)
    assert fails(recording) == set()


def test_dns() -> None:
    def dns(address: str) -> str:
        return answer(f"<dns><ip_address>{address}</ip_address></dns>")

    body = request("<dns><ip_address>192.0.2.53</ip_address></dns>")
    written = Recording().add("PUT /system/network/dns", error("dns", 0, "Success"), body)
    assert fails(written.add("GET /system/network/dns", dns("192.0.2.1"))) == set()
    applied = Recording().add("PUT /system/network/dns", error("dns", 0, "Success"), body)
    applied.add("PUT /pbx/apply", APPLIED).add("GET /system/network/dns", dns("192.0.2.1"))
    assert fails(applied) == {"system.network.dns.put.stored"}


CONTACT = {"first_name": "Ada", "last_name": "Byron", "phone": "0551"}


def contact(**changes: str) -> str:
    return "".join(f"<{k}>{v}</{k}>" for k, v in (CONTACT | changes).items())


def contacts(*records: str) -> str:
    rows = "".join(
        f"<contact><id>{number}</id>{record}<organization/><organizational_unit/>"
        "<type>system</type><mail/><speed_dial/></contact>"
        for number, record in enumerate(records)
    )
    return answer(f"<contacts>{rows}</contacts>")


@pytest.mark.parametrize("applied", [True, False])
def test_what_got_an_id_that_nobody_was_told_is_known_by_its_fields(applied: bool) -> None:
    def made(body: str) -> Recording:
        recording = Recording().add(
            "POST /phonebook/contacts", error("contact", 0, "Success"), request(body)
        )
        return recording.add("PUT /pbx/apply", APPLIED) if applied else recording

    body, others = f"<contact>{contact()}</contact>", contact(last_name="X")
    good = made(body).add("GET /phonebook/contacts", contacts(others, contact()))
    assert "phonebook.contacts.post.stored" in verdicts(good.judge(), Verdict.PASS)
    bad = made(body).add("GET /phonebook/contacts", contacts(others))
    assert fails(bad) == ({"phonebook.contacts.post.stored"} if applied else set())
    removed = made(body).add("DELETE /phonebook/contacts/1", error("contact", 0, "Success"))
    assert fails(removed.add("GET /phonebook/contacts", contacts(others))) == set()
    private = made(f"<contact><owner>101</owner>{contact()}</contact>")
    assert fails(private.add("GET /phonebook/contacts", contacts(others))) == set()
