"""The emulated PBX: one consistent state, without a word about HTTP."""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from conformance.emulator.access import Access
from conformance.emulator.configuration import ConfigurationStore
from conformance.emulator.firmware import Firmware, Slot
from conformance.emulator.lab import POWER, LabPanel
from conformance.emulator.licence import Licence
from conformance.emulator.phonebook import Phonebook
from conformance.emulator.power import Power
from conformance.emulator.profile import load_profile
from conformance.emulator.seeding import World, build_world
from conformance.emulator.settings import EmulatorSettings

_SPARE_EXTENSIONS, _SPARE_CALLGROUPS = 10, 4


def local_time() -> datetime:
    """Return the PBX's clock: local time, without a zone, as in its call records."""
    return datetime.now()  # noqa: DTZ005 - the guide's timestamps carry no zone


class Pbx:
    """Everything a PBX knows, does and forgets.

    Handlers run under `lock`; so does whoever else touches the state from another thread.

    Attributes:
        settings: What it was started with.
        profile: Its firmware profile.
        lock: Held while a request is answered.
        lab: The lab conditions, the one place where handlers ask for trouble.
        access: The credentials.
        config: Users, callgroups and network: what runs and what is pending.
        phonebook: The contacts.
        conferences: The conference rooms.
        firmware: The slots and the update.
        licence: What is licensed.
        power: Whether it answers at all.
        calls: The call records, by start.
        queue_calls: The call-centre records, by start.
        now: The PBX's own clock.
        new_id: Counts the ids of what requests create; none is ever given twice.
    """

    def __init__(
        self,
        settings: EmulatorSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = local_time,
    ) -> None:
        world: World = build_world(settings, now())
        self.settings = settings
        self.profile = load_profile(settings.firmware)
        self.lock = threading.RLock()
        self.lab = LabPanel(self._condition_changed, self.lock)
        self.access = Access(settings.username, settings.password, settings.privacy_password)
        self.config = ConfigurationStore(world.configuration)
        self.phonebook = Phonebook(world.contacts)
        self.conferences = world.conferences
        self.calls = world.calls
        self.queue_calls = world.queue_calls
        self.firmware = Firmware(self.profile, settings.update_step_s, clock)
        self.power = Power(settings.boot_s, clock)
        self.licence = Licence(
            key=world.activation_key,
            extensions=len(world.configuration.users) + _SPARE_EXTENSIONS,
            callgroups=len(world.configuration.callgroups) + _SPARE_CALLGROUPS,
            key_required=self.profile.key_required,
        )
        self.now = now
        self._ids = itertools.count(world.next_id)

    @property
    def api_version(self) -> str:
        """The API that the firmware speaks."""
        return self.profile.api_version

    @property
    def key_required(self) -> bool:
        """Whether the model needs a licence key."""
        return self.licence.key_required and not self.lab.holds("license-not-required")

    @property
    def stores(self) -> bool:
        """Whether what is written is kept."""
        return not self.lab.holds("storage-failure")

    def new_id(self) -> int:
        """Return an id that nothing has had before."""
        return next(self._ids)

    def apply(self) -> bool:
        """Put pending changes into operation; return whether there were any."""
        changed = self.config.apply()
        self._forget_ownerless()
        return changed

    def revert(self) -> bool:
        """Drop pending changes; return whether there were any."""
        changed = self.config.revert()
        self._forget_ownerless()
        return changed

    def reboot(self, slot: Slot = "primary") -> None:
        """Restart the system; what was pending, and an update under way, are lost."""
        self.revert()
        self.firmware.boot(slot)
        self.power.reboot()

    def halt(self) -> None:
        """Shut down; only power brings it back."""
        self.revert()
        self.firmware.boot()
        self.power.cut()

    def snapshot(self) -> dict[str, Any]:
        """Return the whole configuration as JSON-able data, to prove that nothing changed."""
        with self.lock:
            return {
                "running": asdict(self.config.running),
                "draft": asdict(self.config.draft),
                "pending": self.config.pending,
                "contacts": [asdict(contact) for contact in self.phonebook],
                "conferences": [asdict(room) for room in self.conferences],
                "firmware": {
                    "primary": self.firmware.primary,
                    "secondary": self.firmware.secondary,
                    "running": self.firmware.running,
                    "updatestatus": self.firmware.status(),
                },
                "licence": asdict(self.licence),
                "calls": len(self.calls),
                "queue_calls": len(self.queue_calls),
            }

    def _condition_changed(self, condition: str, on: bool) -> None:
        if condition != POWER:
            self.licence.reconsider(self.lab.holds)
        elif not on:
            self.halt()
        elif self.power.off:
            self.power.reboot()

    def _forget_ownerless(self) -> None:
        self.phonebook.keep_owned_by(self.config.draft.users)
