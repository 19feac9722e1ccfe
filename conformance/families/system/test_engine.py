"""Checks of PUT /system/pbxengine/reload and /system/pbxengine/restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.check import requirement
from conformance.families.system.firmware import slots
from conformance.lab.safety import SafetyClass
from conformance.objects import Extensions
from conformance.outage import await_return

if TYPE_CHECKING:
    from conformance.check import Check

RELOADS = "system.pbxengine.reload.put.reloads"
KEEPS = "system.pbxengine.reload.put.keeps-pending"
RESTARTS = "system.pbxengine.restart.put.restarts"


@pytest.mark.parametrize(
    ("endpoint", "tag", "claim"),
    [
        pytest.param(
            "PUT /system/pbxengine/reload",
            "pbxengine_reloaded",
            RELOADS,
            marks=requirement(RELOADS),
            id="reload",
        ),
        pytest.param(
            "PUT /system/pbxengine/restart",
            "pbxengine_restarted",
            RESTARTS,
            marks=requirement(RESTARTS),
            id="restart",
        ),
    ],
)
def test_engine(check: Check, endpoint: str, tag: str, claim: str) -> None:
    before = slots(check)
    exchange = check.call(endpoint)
    said = exchange.flag(tag)
    check.that(claim, said is True, f"{tag} true", f"{tag} {said}", exchange)
    # The API may stop for a moment, if it is part of the engine.
    await_return(check, claim)
    after = slots(check)
    check.that(claim, after == before, "the PBX answers as before", str(after))


@requirement(KEEPS)
def test_reload_keeps_what_is_pending(check: Check) -> None:
    if SafetyClass.CONFIG not in check.sut.client.allow or not check.pixit.extensions:
        check.not_run("no change may be made that a reload could lose")
    extensions = Extensions(check)
    exten = extensions.create()
    exchange = check.call("PUT /system/pbxengine/reload")
    await_return(check, RELOADS)
    expected = f"extension {exten} as before: pending changes get lost by a reboot alone"
    check.that(KEEPS, exten in extensions.listed(), expected, "it is gone", exchange)
