"""What a search must find, must not find, and what the guide leaves open."""

from dataclasses import replace

import pytest

from conformance.detection import trial
from conformance.detection.trial import Running, Trial
from conformance.emulator.alteration import Alteration
from conformance.emulator.dispatch import Answer
from conformance.emulator.pbx import Pbx
from conformance.emulator.replies import Reply
from conformance.emulator.routing import ApiRequest
from conformance.emulator.seeded import by_id
from conformance.families.phonebook.search import TAGS, Record, decoys, selects, specimen
from conformance.families.phonebook.variants import VARIANTS
from conformance.run import Settings

CONTACT: Record = {
    "id": ["17"],
    "first_name": ["Ada"],
    "last_name": ["Rossi"],
    "organization": ["Società"],
    "organizational_unit": [""],
    "type": ["system"],
    "phone": ["0612345"],
    "mail": ["ada@pbx.example"],
    "speed_dial": ["81"],
}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, True),
        ({"last_name": "Rossi"}, True),
        ({"last_name": "Ross"}, False),
        ({"last_name": "ossi"}, False),
        ({"last_name": "rossi"}, None),
        ({"organization": "Societa"}, None),
        ({"last_name": "Rossi%"}, True),
        ({"last_name": "Ro%"}, True),
        ({"last_name": "ss%"}, False),
        ({"last_name": "%si"}, True),
        ({"last_name": "%ss"}, False),
        ({"last_name": "%oss%"}, True),
        ({"first_name": "Ada", "last_name": "Rossi"}, True),
        ({"first_name": "Ada", "last_name": "Bianchi"}, False),
        ({"first_name": "ada", "last_name": "Bianchi"}, False),
        ({"first_name": "", "last_name": "Rossi"}, True),
        ({"any": "", "last_name": "Bianchi"}, False),
        ({"any": "0612345"}, True),
        ({"any": "06%", "last_name": "Bianchi"}, True),
        ({"any": "061234"}, False),
        ({"any": "17"}, None),
        ({"any": "81"}, None),
    ],
)
def test_filter_selects(filters: dict[str, str], expected: bool | None) -> None:
    assert selects(filters, CONTACT) is expected


def test_decoys_are_told_from_the_specimen_by_each_tag() -> None:
    subject = specimen("Qa7kP2xB")
    for tag in TAGS:
        for decoy in decoys(subject):
            record: Record = {key: [value] for key, value in decoy.items()}
            assert selects({tag: subject[tag]}, record) is False


class Unseen:
    """A contact that was added shows only after apply."""

    def __init__(self) -> None:
        self._new = set[str]()

    def __call__(self, pbx: Pbx, request: ApiRequest, proceed: Answer) -> Reply:
        before = {contact.id for contact in pbx.phonebook}
        hidden = [contact for contact in pbx.phonebook if contact.id in self._new]
        if request.route.path == "/pbx/apply":
            self._new.clear()
        if request.route.method != "GET":
            reply = proceed(request)
            if request.route.path == "/phonebook/contacts":
                self._new |= {contact.id for contact in pbx.phonebook} - before
            return reply
        for contact in hidden:
            pbx.phonebook.remove(contact.id)
        reply = proceed(request)
        for contact in hidden:
            pbx.phonebook.put(contact)
        return reply


@pytest.mark.slow
def test_contact_may_show_only_after_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    settings, pending = Settings, by_id(VARIANTS)["phonebook.pending"]
    monkeypatch.setattr(
        trial, "Settings", lambda **how: settings(**how, select=("phonebook.contacts.post.stored",))
    )
    unseen = replace(pending, id="phonebook.unseen", alteration=Alteration(intercept=Unseen()))
    running = Running(Trial((pending, unseen)))
    assert running.reader.poll(60)
    outcome = running.outcome()
    assert (outcome.failed, outcome.errors, outcome.trouble) == ({}, {}, "")
    assert outcome.checks > 1
