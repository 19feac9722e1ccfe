"""What a sequence may do to a PBX: its safety classes, what it touches, where that shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.lab.safety import SafetyClass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.bugreport.made import Made
    from conformance.lab.traces import Traces

__all__ = ["AWAY", "DOES", "FOREIGN", "classes_of", "lists_of", "touches_others"]

DOES = {
    SafetyClass.READ: "it only asks, and changes nothing",
    SafetyClass.CONFIG: "it creates, changes or deletes extensions, callgroups or contacts of its "
    "own, and applies; at its end it removes them again",
    SafetyClass.NETWORK: "it writes network settings (a route of its own, the DNS address), "
    "applies, and puts them back at its end",
    SafetyClass.SERVICE: "it may restart the PBX engine (calls are dropped), place a call, or "
    "activate a licence key",
    SafetyClass.REBOOT: "it restarts the PBX, or switches or updates its firmware, which it does "
    "not put back",
    SafetyClass.HALT: "it shuts the PBX down: somebody has to power it on again",
}
FOREIGN = (
    "it also sends changes of what is there already: they are to be rejected, or name the values "
    "just read; where the PBX does otherwise they stay"
)
APPLYING = {"PUT /pbx/apply", "PUT /pbx/revert"}
AWAY = {SafetyClass.REBOOT, SafetyClass.HALT}


def classes_of(requests: Iterable[dict[str, Any]]) -> set[SafetyClass]:
    """The safety classes of requests; to apply belongs to whatever made the changes."""
    sent = list(requests)
    alone = [one for one in sent if one["endpoint"] not in APPLYING]
    found = {SafetyClass(one["safety"]) for one in alone}
    applies = len(alone) < len(sent) and SafetyClass.NETWORK not in found
    return found | ({SafetyClass.CONFIG} if applies else set())


def lists_of(requests: Iterable[dict[str, Any]], traces: Traces) -> list[tuple[str, str]]:
    """Where that shows which requests may change, by method and path."""
    sent = {request["endpoint"] for request in requests}
    lists = [
        one.listed_by
        for one in traces.objects
        if sent & {one.made_by, one.changed_by, one.removed_by}
    ]
    lists += [one.listed_by for one in traces.untouchable if one.changed_by in sent]
    lists += [one.read_by for one in traces.settings if one.changed_by in sent]
    return [(name.split(" ")[0], name.split(" ")[1]) for name in dict.fromkeys(lists)]


def touches_others(sequence: dict[str, Any], made: Iterable[Made], traces: Traces) -> bool:
    """Whether something is changed or removed that the sequence has not made."""
    own = {one.kind.name: one.holds for one in made}
    untouchable = {one.changed_by for one in traces.untouchable}
    for request in sequence["requests"]:
        if request["endpoint"] in untouchable:
            return True
        for kind in traces.objects:
            if request["endpoint"] not in {kind.changed_by, kind.removed_by}:
                continue
            names = [sequence["given"][number] for number in _given_in(request)]
            theirs = [one for one in names if one["holds"] not in own.get(kind.name, ())]
            if theirs or kind.name not in own:
                return True
    return False


def _given_in(request: dict[str, Any]) -> list[int]:
    pieces = [*request["path"], *request["body"]]
    return [one["given"] for one in pieces if isinstance(one, dict) and "given" in one]
