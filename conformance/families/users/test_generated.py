"""Generated search: extensions with any values, and requests broken in one way each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from conformance.check import requirement
from conformance.families.users.fields import FLAGS, MANDATORY, failover_mismatches
from conformance.objects import Extensions, let_show, one, user_fields
from conformance.rejections import Rejections
from conformance.search import generated, search
from conformance.strategies.documents import bodies
from conformance.strategies.known import Facts, known_of
from conformance.strategies.operators import Rule, container, mandatory
from conformance.strategies.text import folded

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.objects import Record
    from conformance.wire.exchange import Exchange

ADD, CHANGE = "POST /users/configs/", "PUT /users/configs/<exten>"
POST, PUT = "users.configs.post", "users.configs.exten.put"
POSTED = "users/users.configs.post.request.xsd"
TEXTS = ("sip_secret", "first_name", "last_name", "vm_secret", "vm_email")
SECRETS = {"sip_secret", "vm_secret"}
NOT_SAVED, LIMIT_REACHED = 14, 13
# No telephone has a number as long as this one.
UNKNOWN = "99999999"


def judged(record: Record) -> tuple[str, ...]:
    """The flags that mean something in a record: what an attachment is sent for, and kept after."""
    count = 1
    while count < len(FLAGS) and one(record, (FLAGS[0], FLAGS[1])[count - 1]).strip() == "true":
        count += 1
    return FLAGS[:count]


def shows(check: Check, wanted: dict[str, Any], record: Record, exchange: Exchange) -> None:
    """State that a record shows what was sent."""
    for tag in (*TEXTS, *judged(record)):
        if tag in wanted:
            shown = one(record, tag)
            held = folded(shown) == folded(str(wanted[tag]))
            name = f"{exchange.endpoint.slug if exchange.endpoint else ''}.stored"
            said = "another" if tag in SECRETS else repr(shown)
            check.that(name, held, f"{tag} as sent", f"{tag} is {said}", exchange)
    if "failover" in wanted:
        odd = "; ".join(failover_mismatches(wanted["failover"], record))
        name = f"{exchange.endpoint.slug if exchange.endpoint else ''}.stored"
        check.that(name, not odd, "the failover as sent", odd, exchange)


@pytest.fixture
def extensions(check: Check) -> Extensions:
    """Extensions of the check's own."""
    return Extensions(check)


@generated
@requirement(f"{POST}.stored")
def test_any_extension_is_stored(check: Check, extensions: Extensions) -> None:
    member, exten = extensions.create(), extensions.free()
    extensions.remove_at_exit(exten)

    def holds(body: dict[str, Any]) -> bool:
        exchange = check.call(ADD, body)
        if exchange.code == LIMIT_REACHED:
            extensions.assert_room()
        if exchange.code == NOT_SAVED:  # a PBX may refuse a text that it can't store
            return False
        check.expect_code(exchange, 0)
        let_show(check)
        try:
            shows(check, body["user"], extensions.listed().get(exten, {}), exchange)
        finally:
            extensions.remove(exten)
        return True

    facts = Facts(exten=exten, members=[member])
    search(check, bodies(POSTED, known_of(facts)), holds)


@generated
@requirement(f"{PUT}.stored", f"{PUT}.partial")
def test_any_change_is_stored(check: Check, extensions: Extensions) -> None:
    member, exten = extensions.create(), extensions.create()
    drawn = bodies("users/users.configs.exten.put.request.xsd", known_of(Facts(members=[member])))

    def holds(body: dict[str, Any]) -> bool:
        sent, before = body["user"], extensions.listed().get(exten, {})
        exchange = extensions.change(exten, sent)
        if exchange.code == NOT_SAVED:  # a PBX may refuse a text that it can't store
            return False
        check.expect_code(exchange, 0)
        after = extensions.listed().get(exten, {})
        shows(check, sent, after, exchange)
        for tag in {*TEXTS, *judged(after)} & {*TEXTS, *judged(before)} - {*sent}:
            held = one(after, tag) == one(before, tag)
            check.that(f"{PUT}.partial", held, f"{tag} as before", f"{tag} differs", exchange)
        return True

    search(check, drawn, holds)


@generated
@requirement(f"{POST}.rejected-adds-nothing")
def test_broken_extension_is_rejected(check: Check, extensions: Extensions) -> None:
    there, exten = extensions.create(), extensions.free()
    extensions.remove_at_exit(exten)
    rules = container("user", 10)
    for field in MANDATORY:
        rules += mandatory(f"user/{field}", 12)
    rules.append(Rule("there already", "user/exten", (11,), st.just(there)))

    def limit(exchange: Exchange) -> None:
        if exchange.code == LIMIT_REACHED:
            extensions.assert_room()

    rejections = Rejections(
        check,
        ADD,
        f"{POST}.rejected-adds-nothing",
        mend=lambda: extensions.remove(exten),
        doubt=limit,
    )
    facts = Facts(exten=exten, members=[there])
    rejections.hold(bodies(POSTED, known_of(facts)), rules)


@generated
@requirement(f"{PUT}.rejected-changes-nothing")
def test_broken_change_is_rejected(check: Check, extensions: Extensions) -> None:
    exten = extensions.create()
    valid = bodies("users/users.configs.exten.put.request.xsd", known_of(Facts(members=[exten])))
    unknown = st.sampled_from([extensions.unused(), UNKNOWN])
    rules = [
        *container("user", 10),
        Rule("container empty", "user", (16,)),
        Rule("id unknown in the URL", "key", (15,), unknown),
    ]
    nothing = f"{PUT}.rejected-changes-nothing"
    fields = user_fields(exten, exten=None)
    rejections = Rejections(
        check, CHANGE, nothing, key=exten, mend=lambda: extensions.change(exten, fields)
    )
    rejections.hold(valid, rules)
