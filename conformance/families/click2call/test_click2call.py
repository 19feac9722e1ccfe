"""Checks of POST /click2call: calls between the PIXIT's telephone and the run's own extension.

Never to an external number. Whether a telephone rings can't be seen through the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.check import requirement
from conformance.lab.safety import SafetyClass
from conformance.objects import Extensions

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange

POST = "click2call.post"
ERROR = 10


def telephones(check: Check) -> dict[str, Any]:
    """The extension to ring and the number to call then, both in operation.

    Raises:
        NotRun: the run may not create the extension to call.
    """
    sut = check.sut
    if SafetyClass.CONFIG not in sut.client.allow or sut.pending_at_start:
        check.not_run("needs an extension of the run's own to call, and may not create one now")
    extensions = Extensions(check)
    number = extensions.create()
    exten = check.pixit.click2call_exten or extensions.create()
    check.call("PUT /pbx/apply")
    return {"exten": exten, "number_to_call": number}


def request(check: Check, fields: dict[str, Any], broken: str = "") -> Exchange:
    """Send a request with these fields."""
    return check.call("POST /click2call", {"click2call": fields}, broken=broken)


def succeeds(check: Check, requirement_id: str, fields: dict[str, Any]) -> None:
    """State that a call is set up.

    Raises:
        Inconclusive: it is not, and the extension to ring has no telephone that we know of.
    """
    exchange = request(check, fields)
    if exchange.code == ERROR and not exchange.gated and not check.pixit.click2call_exten:
        check.inconclusive(
            "code 10: the run's own extension has no telephone; give pixit.click2call_exten"
        )
    held = exchange.code == 0 and not exchange.gated
    check.that(requirement_id, held, "code 0 (Success)", exchange.summary(), exchange)


@requirement(f"{POST}.code-0", f"{POST}.type-optional")
def test_call_without_a_type(check: Check) -> None:
    fields = telephones(check)
    succeeds(check, f"{POST}.code-0", fields)
    succeeds(check, f"{POST}.type-optional", fields)


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=requirement(f"{POST}.type-{kind}")) for kind in ("auto", "exten")],
)
def test_call_with_a_type(check: Check, kind: str) -> None:
    succeeds(check, f"{POST}.type-{kind}", telephones(check) | {"type": kind})


@requirement(f"{POST}.code-10")
def test_call_that_can_not_be_set_up(check: Check) -> None:
    fields = telephones(check)
    with check.condition("call-failure"):
        check.expect_code(request(check, fields), ERROR)


@requirement(f"{POST}.code-11", f"{POST}.exten-empty")
def test_extension_is_required(check: Check) -> None:
    fields = telephones(check)
    missing = request(check, fields | {"exten": None}, "exten missing")
    check.expect_code(missing, 11)
    empty = request(check, fields | {"exten": ""}, "exten empty")
    observed = empty.summary()
    check.that(f"{POST}.exten-empty", empty.code == 11, "code 11", observed, empty)


@requirement(f"{POST}.code-12", f"{POST}.number-empty")
def test_number_to_call_is_required(check: Check) -> None:
    fields = telephones(check)
    missing = request(check, fields | {"number_to_call": None}, "number_to_call missing")
    check.expect_code(missing, 12)
    empty = request(check, fields | {"number_to_call": ""}, "number_to_call empty")
    observed = empty.summary()
    check.that(f"{POST}.number-empty", empty.code == 12, "code 12", observed, empty)
