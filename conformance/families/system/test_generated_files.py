"""Generated search: backups by any name, and firmware updates that must not start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from conformance.check import Answer, requirement
from conformance.families.system.update import UPDATE, running_version, starts_nothing
from conformance.families.system.versions import older
from conformance.rejections import Rejections
from conformance.search import generated, search
from conformance.strategies.documents import bodies
from conformance.strategies.operators import Rule, bad_versions, container, mandatory

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.strategies.plan import Known

BACKUP, CREATE = "system.backup.create.post", "POST /system/backup/create"
PUT = "system.firmware.update.put"
STREAM = "application/octet-stream"
NOT_CREATED = 11
BACKUPS = "system/system.backup.create.post.request.xsd"
NO_ID: Known = {"request_id": None}


@generated
@requirement(f"{BACKUP}.includes")
def test_any_backup_is_a_file(check: Check) -> None:
    def holds(body: dict[str, Any]) -> bool:
        exchange = check.call(CREATE, body, answer=Answer.STREAM, may_be_lost=True)
        if exchange.response is None or exchange.code == NOT_CREATED:
            return False  # it takes longer, or the name can't be one of a file
        held = exchange.response.media_type == STREAM and bool(exchange.response.body)
        check.that(f"{BACKUP}.includes", held, f"a file, {STREAM}", exchange.summary(), exchange)
        return True

    # Making a backup of a whole PBX takes its time.
    search(check, bodies(BACKUPS, NO_ID), holds, weight=0.2)


@generated
@requirement(f"{BACKUP}.code-10", f"{BACKUP}.code-12")
def test_broken_backup_request_is_rejected(check: Check) -> None:
    rules = container("backup", 10) + mandatory("backup/name", 12)
    rejections = Rejections(check, CREATE, "", answer=Answer.STREAM)
    rejections.hold(bodies(BACKUPS, NO_ID), rules)


@generated
@requirement(f"{PUT}.rejected-starts-nothing")
def test_broken_update_starts_nothing(check: Check) -> None:
    running, nothing = running_version(check), f"{PUT}.rejected-starts-nothing"
    outdated = older(running)
    place = "update/firmware_version"
    rules = [*container("update", 18), *mandatory(place, 12, also=19)]
    rules.append(Rule("outside its type", place, (19,), bad_versions(running)))
    if outdated:
        values = st.sampled_from(outdated)
        rules.append(Rule("not newer", place, (21,), values))
    # Should a request that lacks its container be taken for one that has it, nothing starts either.
    valid = st.just({"update": {"firmware_version": "0.0.0-0000"}})
    with starts_nothing(check, nothing):
        Rejections(check, UPDATE, nothing).hold(valid, rules)
