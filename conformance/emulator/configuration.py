"""The configuration that runs, and the one that waits to be applied (guide: /pbx)."""

from dataclasses import dataclass, replace

from conformance.emulator.model import Callgroup, Interface, Priority, Route, User


@dataclass(slots=True)
class Configuration:
    """Everything that `PUT /pbx/apply` puts into operation."""

    users: dict[str, User]
    callgroups: dict[str, Callgroup]
    interfaces: dict[int, Interface]
    routes: dict[int, Route]
    dns: str

    def copy(self) -> "Configuration":
        """Return one that can change alone; the records are shared, since they never change."""
        return Configuration(
            dict(self.users),
            dict(self.callgroups),
            dict(self.interfaces),
            dict(self.routes),
            self.dns,
        )

    def remove_user(self, exten: str) -> None:
        """Delete an extension and its memberships."""
        del self.users[exten]
        for group in list(self.callgroups.values()):
            self.callgroups[group.id] = replace(
                group, priorities=tuple(_without(priority, exten) for priority in group.priorities)
            )


class ConfigurationStore:
    """The running configuration and the draft that requests read and edit.

    Changes stay in the draft, "in volatile memory", until they are applied (guide:
    GET /pbx/pending); a GET shows the draft.
    """

    def __init__(self, running: Configuration) -> None:
        self.running = running
        self.draft = running.copy()
        self.pending = False

    def edit(self) -> Configuration:
        """Return the draft to change; from now on changes are pending."""
        self.pending = True
        return self.draft

    def apply(self) -> bool:
        """Put the draft into operation; return whether anything was pending."""
        was_pending, self.pending = self.pending, False
        if was_pending:
            self.running = self.draft.copy()
        return was_pending

    def revert(self) -> bool:
        """Drop the draft; return whether anything was pending."""
        was_pending, self.pending = self.pending, False
        if was_pending:
            self.draft = self.running.copy()
        return was_pending


def _without(priority: Priority, exten: str) -> Priority:
    if exten not in priority.members:
        return priority
    return replace(priority, members=tuple(m for m in priority.members if m != exten))
