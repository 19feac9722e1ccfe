"""Sequences that are written down: the life of one object of each kind, and what waits for apply.

Each step is a request of the machine, with what would be drawn for it. After what was added,
changed or removed comes a revert and then, done again, an apply; the next revert shows whether that
held. Where network settings are written, an extension is added before the revert: some PBX may look
for something to drop only when it says that something is pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.behaviour.shrink import Trace

__all__ = ["CALLGROUPS", "CONTACTS", "DNS_ADDRESS", "EXTENSIONS", "ROUTES"]

NOTHING: dict[str, Any] = {}
APPLY, REVERT = ("apply", NOTHING), ("revert", NOTHING)
ADD_EXTENSION = ("add_extension", {"slot": 0, "choice": 0})
# The highest slot asks for a number of the other sort: one that is there, or that is not.
ADD_AGAIN = ("add_extension", {"slot": 2, "choice": 1})
REMOVE_EXTENSION = ("remove_extension", {"slot": 0})
CHANGED = {"first_name": "Ottavia", "vm_message_delete": True}
CHANGE_EXTENSION = ("change_extension", {"slot": 0, "fields": CHANGED})
RENAME = ("change_extension", {"slot": 0, "fields": {"last_name": "Renamed"}})
EXTENSIONS: Trace = [
    ADD_EXTENSION,
    REVERT,
    ADD_EXTENSION,
    APPLY,
    ADD_AGAIN,
    CHANGE_EXTENSION,
    REVERT,
    CHANGE_EXTENSION,
    RENAME,
    APPLY,
    REMOVE_EXTENSION,
    REVERT,
    REMOVE_EXTENSION,
    APPLY,
    REMOVE_EXTENSION,
    CHANGE_EXTENSION,
]
ADD_CALLGROUP = ("add_callgroup", {"numbers": [0, 1], "long": False})
CHANGE_CALLGROUP = ("change_callgroup", {"number": 0, "numbers": [1], "kept": {"name"}})
REPLACE_MEMBERS = (
    "change_callgroup",
    {"number": 0, "numbers": [0], "kept": {"name", "timeout", "enabled"}},
)
REMOVE_CALLGROUP = ("remove_callgroup", {"number": 0})
CALLGROUPS: Trace = [
    ADD_EXTENSION,
    ("add_extension", {"slot": 1, "choice": 1}),
    APPLY,
    ADD_CALLGROUP,
    REVERT,
    ADD_CALLGROUP,
    APPLY,
    CHANGE_CALLGROUP,
    REVERT,
    CHANGE_CALLGROUP,
    REPLACE_MEMBERS,
    APPLY,
    REMOVE_CALLGROUP,
    REVERT,
    REMOVE_CALLGROUP,
    APPLY,
]
CONTACTS: Trace = [
    ("add_contact", NOTHING),
    ("add_contact", NOTHING),
    ("change_contact", {"number": 0}),
    APPLY,
    REVERT,
    ("remove_contact", {"number": 0}),
    APPLY,
    ("remove_contact", {"number": 0}),
]
DNS_ADDRESS: Trace = [
    ("set_dns", {"number": 0}),
    ADD_EXTENSION,
    REVERT,
    ("set_dns", {"number": 0}),
    APPLY,
    ("set_dns", {"number": 1}),
    ADD_EXTENSION,
    REVERT,
]
ADD_ROUTE = ("add_route", {"number": 0, "enabled": True})
CHANGE_ROUTE = ("change_route", {"number": 0, "gateway": 0, "enabled": False})
REMOVE_ROUTE = ("remove_route", {"number": 0})
ROUTES: Trace = [
    ADD_ROUTE,
    ADD_EXTENSION,
    REVERT,
    ADD_ROUTE,
    APPLY,
    CHANGE_ROUTE,
    ADD_EXTENSION,
    REVERT,
    CHANGE_ROUTE,
    APPLY,
    REMOVE_ROUTE,
    ADD_EXTENSION,
    REVERT,
    REMOVE_ROUTE,
    APPLY,
    ADD_EXTENSION,
    REVERT,
]
