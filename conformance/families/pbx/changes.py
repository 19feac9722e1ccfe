"""Changes of the configuration, of each kind, on objects of the check's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.families.pbx.callgroups import Callgroups, priorities
from conformance.families.pbx.configuration import Configuration, shown_configuration
from conformance.objects import Extensions, user_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from conformance.check import Check
    from conformance.wire.exchange import Exchange

__all__ = ["CHANGES", "Ground", "is_pending"]

# Somebody else may change something between apply and a look at what is pending, but not each time.
TRIES = 3
CHANGED_TIMEOUT, NUDGED_TIMEOUT = 40, 55


def is_pending(check: Check) -> bool:
    """Whether the PBX says that changes are pending.

    Raises:
        Inconclusive: it says neither true nor false.
    """
    exchange = check.call("GET /pbx/pending")
    flag = exchange.flag("pbx_pending")
    if flag is None:
        check.inconclusive(f"GET /pbx/pending gave {exchange.summary()}")
    return flag


class Ground:
    """A callgroup with members and an extension, the check's own, applied; nothing is pending."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.callgroups = Callgroups(check)
        self.extensions = Extensions(check)
        self.member, self.other_member, self.exten = self.callgroups.members(3)
        self.callgroup = self.callgroups.create({1: [self.member]})
        self.settle()

    def settle(self) -> None:
        """Apply everything.

        Raises:
            NonConformance: something is pending all the same.
        """
        for _ in range(TRIES):
            self.check.call("PUT /pbx/apply")
            if not is_pending(self.check):
                return
        requirement_id, observed = "pbx.pending.get.false-after-apply", "pbx_pending is true"
        self.check.fail(requirement_id, "pbx_pending false after PUT /pbx/apply", observed)

    def shown(self) -> Configuration:
        """The configuration as the PBX shows it now."""
        return shown_configuration(self.check, self.callgroups)

    # Sent as they are: what adds and changes extensions elsewhere may apply them (RD-36).

    def add_extension(self) -> None:
        """Add an extension."""
        exten = self.extensions.free()
        self.check.on_exit(lambda: self._remove(exten))
        exchange = self.check.call("POST /users/configs/", {"user": user_fields(exten)})
        self.check.expect_code(exchange, 0)

    def _remove(self, exten: str) -> Exchange:
        return self.check.call("DELETE /users/configs/<exten>", key=exten)

    def change_extension(self, last_name: str = "Changed") -> None:
        """Change the extension."""
        fields = {"last_name": f"{last_name} {self.exten}", "vm_message_delete": True}
        endpoint = "PUT /users/configs/<exten>"
        exchange = self.check.call(endpoint, {"user": fields}, key=self.exten)
        self.check.expect_code(exchange, 0)

    def delete_extension(self) -> None:
        """Delete the extension."""
        self.check.expect_code(self._remove(self.exten), 0)

    def add_callgroup(self) -> None:
        """Add a callgroup; what it is called is not looked up, so that nothing need be applied."""
        exchange = self.callgroups.add(self.callgroups.fields({1: [self.member]}))
        if exchange.code == 13:  # noqa: PLR2004 - of POST /pbx/callgroups
            self.check.inconclusive("the licence allows no more callgroups on this PBX (code 13)")
        self.check.expect_code(exchange, 0)

    def change_callgroup(self, timeout: int = CHANGED_TIMEOUT) -> None:
        """Change the callgroup."""
        members = {1: [self.other_member], 2: [self.member]}
        fields = {
            "name": self.callgroups.name("Changed"),
            "timeout": timeout,
            "enabled": False,
            "priorities": priorities(members),
        }
        self.check.expect_code(self.callgroups.change(self.callgroup, fields), 0)

    def delete_callgroup(self) -> None:
        """Delete the callgroup."""
        self.check.expect_code(self.callgroups.delete(self.callgroup), 0)

    def nudge(self, change: str) -> None:
        """Make another change, of the kind that a change is not."""
        if "extension" in change:
            self.change_callgroup(NUDGED_TIMEOUT)
        else:
            self.change_extension("Nudged")

    def pending_kinds(self) -> list[str]:
        """Whether changes of extensions, and those of callgroups, wait for apply (RD-17)."""
        found = []
        for kind, other in (("callgroup", "extension"), ("extension", "callgroup")):
            self.nudge(other)
            if is_pending(self.check):
                found.append(kind)
            self.settle()
        return found

    def change_all(self, kinds: Collection[str]) -> None:
        """Add, change and delete, of the kinds named."""
        if "callgroup" in kinds:
            self.add_callgroup()
            self.change_callgroup()
        if "extension" in kinds:
            self.add_extension()
            self.delete_extension()


CHANGES: dict[str, Callable[[Ground], None]] = {
    "an extension added": Ground.add_extension,
    "an extension changed": Ground.change_extension,
    "an extension deleted": Ground.delete_extension,
    "a callgroup added": Ground.add_callgroup,
    "a callgroup changed": Ground.change_callgroup,
    "a callgroup deleted": Ground.delete_callgroup,
}
