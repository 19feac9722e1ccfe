"""Generated search: any text in any combination of fields is stored as it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from conformance.check import requirement
from conformance.objects import Extensions, hangup, one
from conformance.search import generated, search
from conformance.strategies.documents import bodies

if TYPE_CHECKING:
    from conformance.check import Check

PUT = "users.configs.exten.put"
FLAGS = {"vm_enabled", "vm_attach_enabled", "vm_message_delete"}


def folded(text: str) -> str:
    """A text without what a PBX may do to white space."""
    return " ".join(text.split())


@generated
@requirement(f"{PUT}.stored", f"{PUT}.partial")
def test_any_change_is_stored(check: Check) -> None:
    extensions = Extensions(check)
    exten = extensions.create()
    known = {"user/failover": st.just(hangup())}
    drawn = bodies("users/users.configs.exten.put.request.xsd", known)

    def holds(body: dict[str, Any]) -> None:
        sent = body["user"]
        before = extensions.listed().get(exten, {})
        exchange = extensions.change(exten, sent)
        if exchange.code != 0:  # a PBX may refuse a text that it can't store
            return
        after = extensions.listed().get(exten, {})
        for tag in FLAGS | {"first_name", "last_name", "sip_secret", "vm_secret", "vm_email"}:
            wanted = folded(str(sent[tag]) if tag in sent else one(before, tag))
            held = folded(one(after, tag)) == wanted
            name = f"{PUT}.stored" if tag in sent else f"{PUT}.partial"
            check.that(name, held, f"{tag} as it should be", f"{tag} differs", exchange)

    search(check, drawn, holds)
