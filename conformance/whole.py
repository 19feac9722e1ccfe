"""Everything that a PBX shows of its configuration, to prove that nothing has changed.

A rejected request must leave no trace anywhere, not only in what it was about: users, callgroups,
contacts, routes, the DNS address and the interfaces are read, and compared without what the guide
leaves open (the order of records and tags, white space around values).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from conformance.objects import let_show
from conformance.wire.message import content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.check import Check
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Content

__all__ = ["LISTS", "Configuration", "changes", "differences", "read_lists", "whole_configuration"]

# What is asked, where its records stand, and the tag that tells one from another.
LISTS = (
    ("GET /users/configs/", "configs/config", "exten"),
    ("GET /pbx/callgroups", "callgroups/callgroup", "id"),
    ("GET /phonebook/contacts", "contacts/contact", "id"),
    ("GET /system/network/routes", "routes/route", "id"),
    ("POST /system/network/interfaces", "interfaces/interface", "id"),
    ("GET /system/network/dns", "dns", ""),
)
MOST_SAID = 4
Records: TypeAlias = "dict[str, Any]"
Configuration: TypeAlias = "dict[str, tuple[bytes, Records]]"


def whole_configuration(check: Check, earlier: Configuration | None = None) -> Configuration:
    """What the PBX shows, list by list; one that can't be read is left out.

    Args:
        check: asks without a request_id, so that equal answers are equal byte by byte.
        earlier: saves reading what is the same.
    """
    let_show(check)
    return read_lists(lambda endpoint: check.call(endpoint, request_id=None), LISTS, earlier)


def read_lists(
    ask: Callable[[str], Exchange],
    lists: Iterable[tuple[str, str, str]],
    earlier: Configuration | None = None,
) -> Configuration:
    """What the PBX shows, list by list; one that can't be read is left out.

    Args:
        ask: sends the request with a heading of the guide.
        lists: headings, where the records stand, and the tag that tells one from another.
        earlier: saves reading what is the same.
    """
    found: Configuration = {}
    for endpoint, path, key in lists:
        exchange = ask(endpoint)
        if exchange.gated or exchange.find(path.partition("/")[0]) is None:
            continue
        body = exchange.response.body if exchange.response else b""
        before = (earlier or {}).get(endpoint)
        if before is not None and before[0] == body:
            found[endpoint] = before
            continue
        records: Records = {}
        for element in exchange.records(path):
            name = (element.findtext(key) or "").strip() if key else ""
            records[name] = _normal(content(element))
        found[endpoint] = (body, records)
    return found


def _normal(value: Content) -> Any:
    if isinstance(value, str):
        return value.strip()
    return {tag: sorted(map(_normal, items), key=repr) for tag, items in value.items()}


def differences(before: Configuration, after: Configuration) -> str:
    """What is different, in a few words; empty if nothing."""
    said = changes(before, after)
    more = f" and {len(said) - MOST_SAID} more" if len(said) > MOST_SAID else ""
    return "; ".join(said[:MOST_SAID]) + more


def changes(before: Configuration, after: Configuration) -> list[str]:
    """What is different, by the names of records and tags and never by value."""
    said: list[str] = []
    for endpoint, (body, records) in before.items():
        shown, now = after.get(endpoint, (body, records))
        if shown == body:
            continue
        said += [
            f"{endpoint}: {_changed(key, records.get(key), now.get(key))}"
            for key in sorted(records.keys() | now.keys())
            if records.get(key) != now.get(key)
        ]
    return said


def _changed(key: str, before: Any, after: Any) -> str:
    if before is None or after is None:
        return f"{key!r} is {'new' if before is None else 'gone'}"
    tags = [tag for tag in {**before, **after} if before.get(tag) != after.get(tag)]
    return f"{', '.join(tags)} of {key!r} changed" if key else f"{', '.join(tags)} changed"
