"""Generated search: requests to activate a licence that must be rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from conformance.check import requirement
from conformance.rejections import Rejections
from conformance.search import generated
from conformance.strategies.documents import bodies
from conformance.strategies.operators import container, mandatory
from conformance.wire.message import content

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.message import Content

POST = "license.pxbinstance.post"
BLOCK = "pbx_instance_license"
# No licence server knows it, and it never leaves: each request is broken before.
NO_KEY = "0000-0000-0000-0000"
NOT_REQUIRED = 10


def licence(check: Check) -> Content:
    """What the PBX says of its licence."""
    found = check.call("GET /license/pxbinstance").find(BLOCK)
    return "" if found is None else content(found)


@generated
@requirement(f"{POST}.rejected-changes-nothing")
def test_broken_activation_is_rejected(check: Check) -> None:
    unneeded = check.sut.target.pics.license_key_required is False
    known = {"request_id": None, f"{BLOCK}/activation_key": st.just(NO_KEY)}
    valid = bodies("license/license.pxbinstance.post.request.xsd", known)
    rules = container(BLOCK, 12) + mandatory(f"{BLOCK}/activation_key", 13, blank=False)
    nothing, before = f"{POST}.rejected-changes-nothing", licence(check)
    also = frozenset({NOT_REQUIRED} if unneeded else ())
    rejections = Rejections(check, "POST /license/pxbinstance", nothing, also=also)
    rejections.hold(valid, rules)
    held = licence(check) == before
    check.that(nothing, held, "the licence as before", "it is another")
