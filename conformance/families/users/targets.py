"""Where calls can be forwarded on a PBX: what its failovers lead to, and its callgroups.

Queues, IVR menus, checktimes and outbound lines are in no list of the API: their ids are known only
from the failovers that use them (GET /pbx/callgroups, the values of `<type>`). Where none does, no
failover of that type is tried: what becomes of an id that leads nowhere is not said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.families.users.fields import resent
from conformance.families.users.views import CONFIGS
from conformance.objects import failover, one, records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.check import Check
    from conformance.objects import Record, Records

__all__ = ["TO_CALLGROUP", "known_targets", "targets_of"]

INCOMING = "incoming"
TO_CALLGROUP = ("FORWARD_TO_CALLGROUP_WITHOUT_CHECKTIME", "FORWARD_TO_CALLGROUP_WITH_CHECKTIME")
WITHOUT, WITH = "_WITHOUT_CHECKTIME", "_WITH_CHECKTIME"


def known_targets(check: Check) -> dict[str, dict[str, Any]]:
    """A failover of each type whose target is known, by type."""
    users, groups = check.call(CONFIGS.all), check.call("GET /pbx/callgroups")
    valid = [item for item in (users, groups) if item.validation and item.validation.valid]
    rows = records(users, CONFIGS.path, "exten") if users in valid else {}
    callgroups = records(groups, "callgroups/callgroup", "id") if groups in valid else {}
    return targets_of([*callgroups.values(), *rows.values()], callgroups)


def targets_of(there: Iterable[Record], callgroups: Records) -> dict[str, dict[str, Any]]:
    """The failovers of records that have one, a callgroup as target, and each with its twin.

    The twin of a failover that passes a checktime by is the one that does not: both have the same
    kind of target.
    """
    targets: dict[str, dict[str, Any]] = {}
    key = next((key for key in callgroups if key != INCOMING), next(iter(callgroups), None))
    if key is not None:
        name = one(callgroups[key], "name").strip()
        targets |= {kind: failover(kind, key, name) for kind in TO_CALLGROUP}
    for target in filter(None, map(resent, there)):
        targets.setdefault(target["type"], target)
    for kind, target in list(targets.items()):
        twin = kind.replace(WITHOUT, WITH) if WITHOUT in kind else kind.replace(WITH, WITHOUT)
        targets.setdefault(twin, target | {"type": twin})
    return targets
