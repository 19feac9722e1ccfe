"""Generated search: requests to POST /click2call that must be rejected; no telephone rings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from conformance.check import requirement
from conformance.rejections import Rejections
from conformance.search import generated
from conformance.strategies.documents import bodies
from conformance.strategies.operators import Rule, mandatory

if TYPE_CHECKING:
    from conformance.check import Check

# No telephone has a number as long as this one: should a request be accepted, nobody is called.
NOBODY = "99999999"


@generated
@requirement("click2call.post.code-11")
def test_broken_call_is_rejected(check: Check) -> None:
    known = {
        "request_id": None,
        "click2call/exten": st.just(NOBODY),
        "click2call/number_to_call": st.just(NOBODY),
    }
    number = "click2call/number_to_call"
    rules = [
        *mandatory("click2call/exten", 11, blank=False),
        # An exten that is none is an error as well (RD-16).
        Rule("field missing", number, (12, 10)),
        Rule("field empty", number, (12, 10)),
        # Both tags are missing, and the guide has no code for the container (RD-16).
        Rule("container missing", "click2call", (11, 12, 10)),
        Rule("container empty", "click2call", (11, 12)),
    ]
    valid = bodies("click2call/click2call.post.request.xsd", known)
    Rejections(check, "POST /click2call", "").hold(valid, rules)
