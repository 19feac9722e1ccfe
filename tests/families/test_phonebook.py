"""What a search must find, must not find, and what the guide leaves open."""

import pytest

from conformance.families.phonebook.search import TAGS, Record, decoys, selects, specimen

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
