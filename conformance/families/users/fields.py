"""The fields of an extension: what may be sent, and what a record shows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.objects import failover, one

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.objects import Record
    from conformance.wire.message import Content

__all__ = [
    "FLAGS",
    "MANDATORY",
    "ODD_VALUES",
    "OPTIONAL",
    "OTHERWISE",
    "TEXTS",
    "block",
    "failover_mismatches",
    "mismatches",
    "normal",
    "resent",
]

MANDATORY = ("exten", "sip_secret", "first_name", "last_name")
FLAGS = ("vm_enabled", "vm_attach_enabled", "vm_message_delete")
OPTIONAL = (
    "vm_enabled",
    "vm_secret",
    "vm_email",
    "vm_attach_enabled",
    "vm_message_delete",
    "failover",
)
# None of these is what `user_fields` sends; the zeros tell a text from a number.
OTHERWISE: dict[str, Any] = {
    "sip_secret": "0Another-Secret0",
    "first_name": "Ottavia Lucrezia",
    "last_name": "Renamed-Once",
    "vm_enabled": False,
    "vm_secret": "0042",
    "vm_email": "elsewhere@pbx.example",
    "vm_attach_enabled": False,
    "vm_message_delete": True,
}
SECRETS = {"sip_secret", "vm_secret"}
# In the form in which Unicode composes them, so that a PBX that composes changes nothing.
TEXTS = (
    "Zoë Müller-Ñandú Šťastná",
    "Ελένη Παπαδοπούλου",
    "Юлия Щёголева",
    "王小明",
    "A & B <c> \"d\" 'e'",
    "100% &amp; %41 \\n",
    "𝄞 Ω",
    "Maria Antonietta Giuseppina Francesca della Rovere Montefeltro-Conti",
)
# What a PBX may refuse, and must not alter without a word: markup, a number's look, length.
ODD_VALUES: tuple[dict[str, str], ...] = (
    {"sip_secret": "0&<Key>\"'%41;"},
    {"sip_secret": "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0u" * 2},
    {"vm_email": "Conformance.of.the.interface@telephony.department.pbx.example"},
)
DESTINATION = ("name", "value", "gateway_type", "gateway_id", "gateway_name")


def mismatches(sent: Mapping[str, Any], record: Record) -> list[str]:
    """What a record shows otherwise than it was sent, in words and without secrets.

    Texts are compared without the white space around them, flags by their word (RD-25); of a
    failover only what was not sent empty (RD-28).
    """
    found = []
    for field, value in sent.items():
        if field == "failover":
            found += failover_mismatches(value, record)
            continue
        wanted = str(value).lower() if isinstance(value, bool) else str(value).strip()
        shown = one(record, field).strip()
        if shown == wanted:
            continue
        if field in SECRETS:
            found.append(f"{field} is another")
        else:
            found.append(f"{field} is {shown!r}, sent was {wanted!r}")
    return found


def failover_mismatches(sent: Mapping[str, Any], record: Record) -> list[str]:
    """What a record's failover shows otherwise than it was sent.

    The identity of an extension may be put together in another order ("first and last name").
    """
    shown = block(record, "failover")
    destination = block(shown, "destination")
    pairs = {"type": (sent["type"], one(shown, "type"))}
    if sent["intro"]:
        pairs["intro"] = (sent["intro"], one(shown, "intro"))
    for tag in DESTINATION:
        if sent["destination"][tag]:
            pairs[f"destination/{tag}"] = (sent["destination"][tag], one(destination, tag))
    return [
        f"failover/{path} is {got.strip()!r}, sent was {wanted!r}"
        for path, (wanted, got) in pairs.items()
        if got.strip() != wanted.strip() and not (path.endswith("/name") and _named(wanted, got))
    ]


def _named(wanted: str, got: str) -> bool:
    return set(wanted.split()) <= set(got.split())


def block(record: Record, tag: str) -> Record:
    """The block of a record with that tag; empty if it is empty or absent (RD-28)."""
    value = record.get(tag, [{}])[0]
    return value if isinstance(value, dict) else {}


def resent(record: Record) -> dict[str, Any] | None:
    """A record's failover as a request sends it; None if nothing is configured."""
    shown = block(record, "failover")
    kind = one(shown, "type").strip()
    if not kind:
        return None
    # What stands in an unused destination may be dropped when it is written (RD-28).
    destination = block(shown, "destination") if kind != "HANGUP" else {}
    whole = failover(kind)
    whole["intro"] = one(shown, "intro").strip()
    whole["destination"] = {tag: one(destination, tag).strip() for tag in DESTINATION}
    return whole


def normal(content: Content) -> Content:
    """A record for comparisons between two answers: an empty block equals an absent one (RD-28)."""
    if isinstance(content, str):
        return content.strip()
    kept = {tag: [normal(value) for value in values] for tag, values in content.items()}
    return {tag: values for tag, values in kept.items() if any(values)}
