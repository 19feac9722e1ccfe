"""Extensions and callgroups as a whole, to see that nothing, or what exactly, has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.objects import Extensions

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.families.pbx.callgroups import Callgroups
    from conformance.families.pbx.record import Callgroup
    from conformance.objects import Records

__all__ = ["Configuration", "shown_configuration", "written_configuration"]


@dataclass(frozen=True, slots=True)
class Configuration:
    """What `GET /users/configs/` and `GET /pbx/callgroups` show."""

    users: Records
    callgroups: dict[str, Callgroup]

    def differences(self, later: Configuration) -> str:
        """What is different in a later one, by name and never by value; empty if nothing is."""
        said = list(_added_and_gone("extension", set(self.users), set(later.users)))
        said += _added_and_gone("callgroup", set(self.callgroups), set(later.callgroups))
        for exten, record in self.users.items():
            other = later.users.get(exten, record)
            tags = [tag for tag in {**record, **other} if record.get(tag) != other.get(tag)]
            if tags:
                said.append(f"{', '.join(tags)} of extension {exten} changed")
        for key, group in self.callgroups.items():
            fields = group.differences(later.callgroups.get(key, group))
            if fields:
                said.append(f"{', '.join(fields)} of callgroup {key} changed")
        return "; ".join(said)


def _added_and_gone(kind: str, before: set[str], after: set[str]) -> list[str]:
    added = [f"{kind} {key} is new" for key in sorted(after - before)]
    return added + [f"{kind} {key} is gone" for key in sorted(before - after)]


def shown_configuration(check: Check, callgroups: Callgroups) -> Configuration:
    """The configuration as the PBX shows it now."""
    return Configuration(Extensions(check).listed(), callgroups.shown())


def written_configuration(check: Check, callgroups: Callgroups) -> Configuration:
    """The configuration with what was written: after apply if need be (RD-36)."""
    listed = callgroups.listed()
    return Configuration(Extensions(check).listed(), listed)
