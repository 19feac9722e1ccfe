"""A plain client through a proxy: no permitted variant is blamed, defects show by themselves."""

from __future__ import annotations

import pytest

from conformance import families
from conformance.detection.general import defects, variants
from conformance.emulator.seeded import by_id
from conformance.verdict import Verdict
from tests.judge.client import recording_of
from tests.judge.made import judged, verdicts

VARIANTS = by_id([*variants(), *families.variants()])
DEFECTS = by_id([*defects(), *families.defects()])
PERMITTED = [
    (),
    ("api.status.400", "api.message.folded", "cdr.quoted", "pbx.running-shown"),
    ("api.status.500", "api.xml.utf-16", "pbx.immediate", "phonebook.ids-in-words"),
    ("api.xml.iso-8859-1", "api.order.shuffled", "cdr.csv.semicolon-no-header", "api.type.html"),
    ("api.xml.references", "cdrcallcenter.spelt-right", "api.unknown-object.404"),
    ("license.path.pbxinstance", "system.interfaces-by-get", "api.unknown-object.error"),
    ("users.unknown-before-request", "pbx.unknown-before-request", "users.limit-before-all"),
    ("users.existing-before-missing", "pbx.needs-everything", "phonebook.pending"),
    ("api.refusal.page", "cdr.csv.excel", "users.gui-md5-empty", "cdr.api-1-0"),
    ("license.no-key-needed", "cdrcallcenter.no-licence", "cdr.no-calls", "phonebook.empty"),
    ("click2call.number-before-exten", "cdr.filters-see-what-is-shown", "cdr.csv.other-order"),
    ("api.request-id.value-unasked", "api.texts.trimmed", "license.all-used", "cdr.clock-ahead"),
    ("api.xml.cdata", "users.800-extensions", "pbx.ids-in-words", "api.http.until-closed"),
    ("phonebook.search.success-in-contact", "users.failover-absent", "api.booleans.spaced"),
]
SEEN = {
    "pbx.pending.get.request-id.lost-on-success": "pbx.pending.get.request-id",
    "users.configs.get.answer.configs.config.sip_secret.missing": (
        "users.configs.get.response-schema"
    ),
    "users.configs.get.sip_secret-masked": "users.configs.post.stored",
    "system.network.dns.put.answer.dns.error.message.missing": (
        "system.network.dns.put.response-schema"
    ),
    "cdrcallcenter.post.mask-with-password": "cdrcallcenter.post.unmasked-with-password",
}


@pytest.mark.parametrize("ids", PERMITTED, ids=lambda ids: "+".join(ids) or "as the guide shows it")
def test_what_is_permitted_is_never_blamed(ids: tuple[str, ...]) -> None:
    found = judged(recording_of([VARIANTS[name].alteration for name in ids]))
    assert {name: one.failure for name, one in verdicts(found).items()} == {}
    assert found.judged > 60
    assert len(verdicts(found, Verdict.PASS)) > 60


@pytest.mark.parametrize("name", SEEN)
def test_a_defect_shows(name: str) -> None:
    found = judged(recording_of([DEFECTS[name].alteration]))
    assert SEEN[name] in verdicts(found)
