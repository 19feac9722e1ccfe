"""Where calls can be forwarded on a PBX: what its failovers lead to, and its callgroups.

Queues, IVR menus, checktimes and outbound lines are in no list of the API: their ids are known only
from the failovers that use them (GET /pbx/callgroups, the values of `<type>`). Where none does, an
id is made up: a PBX may refuse it, and keeps it if it does not.
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

__all__ = ["TO_CALLGROUP", "known_targets", "made_up", "targets_of"]

INCOMING = "incoming"
TO_CALLGROUP = ("FORWARD_TO_CALLGROUP_WITHOUT_CHECKTIME", "FORWARD_TO_CALLGROUP_WITH_CHECKTIME")
EXTERNAL = "FORWARD_TO_EXTERNAL_NUMBER"
BY_ID = (
    "FORWARD_TO_IVR",
    "FORWARD_TO_QUEUE_WITHOUT_CHECKTIME",
    "FORWARD_TO_QUEUE_WITH_CHECKTIME",
    "FORWARD_TO_CHECKTIME",
)
WITHOUT, WITH = "_WITHOUT_CHECKTIME", "_WITH_CHECKTIME"


def known_targets(check: Check) -> dict[str, dict[str, Any]]:
    """A failover of each type, by type; its target is there as far as the API shows."""
    users, groups = check.call(CONFIGS.all), check.call("GET /pbx/callgroups")
    valid = [item for item in (users, groups) if item.validation and item.validation.valid]
    rows = records(users, CONFIGS.path, "exten") if users in valid else {}
    callgroups = records(groups, "callgroups/callgroup", "id") if groups in valid else {}
    return made_up() | targets_of([*callgroups.values(), *rows.values()], callgroups)


def made_up() -> dict[str, dict[str, Any]]:
    """A failover of each type whose targets no list shows, by type."""
    outside = failover(EXTERNAL, "0")
    outside["destination"] |= {"gateway_type": "TRUNK", "gateway_id": "1"}
    return {kind: failover(kind, "1") for kind in BY_ID} | {EXTERNAL: outside}


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
