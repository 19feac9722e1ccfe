"""One run: what was asked for, the SUT it goes to, and everything that was learnt."""

from __future__ import annotations

import random
import re
import time
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from conformance import catalogue as guide
from conformance.custody import Custody, unknown
from conformance.dialect import Dialect
from conformance.errors import ConfigurationError, SutError
from conformance.lab.conditions import HookLab, Lab, NoLab, NotedLab, PanelLab
from conformance.lab.safety import ALL_CLASSES, SafetyClass, parse_classes
from conformance.lab.target import Connection, Pics, Pixit, Target, from_url, load_target
from conformance.lab.target import number_range as numbers
from conformance.probe import probe
from conformance.report.head import head_of
from conformance.report.ledger import FORMAT, FORMAT_VERSION, Ledger, catalogue_digest, summary
from conformance.report.record import Recorder
from conformance.search import EXAMPLES, FOLDER, keep_caches
from conformance.sut import Sut
from conformance.wire.client import WireClient
from conformance.wire.redact import Redactor

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.catalogue import Requirement
    from conformance.check import Check
    from conformance.emulator.server import EmulatorServer
    from conformance.lab.traces import Traces
    from conformance.pinned import Pinned

__all__ = ["PROFILES", "Run", "Settings"]

PROFILES = tuple(EXAMPLES)
LONGEST_NAME = 64
HOLD_SECRETS = ("GET /users/configs/", "GET /pbx/conferences")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the caller asked for; None where nothing was said."""

    target: Path | None = None
    url: str | None = None
    allow: tuple[str, ...] | None = None
    select: tuple[str, ...] = ()
    profile: str = "quick"
    seed: int | None = None
    out: Path | None = None
    checks: tuple[str, ...] = ()
    """The checks to run, by their names in pytest; none stands for all."""
    pinned: Pinned | None = None
    """What a search is to try, and nothing else."""

    @property
    def embedded(self) -> bool:
        """Whether the run starts the emulator itself."""
        return self.target is None and self.url is None


def _allowed(settings: Settings, ceiling: frozenset[SafetyClass] | None) -> frozenset[SafetyClass]:
    default = ceiling if ceiling is not None else frozenset({SafetyClass.READ})
    if settings.allow is None:
        return default
    asked = parse_classes(settings.allow, "--allow")
    if ceiling is not None and not asked <= ceiling:
        beyond = ", ".join(sorted(asked - ceiling))
        raise ConfigurationError(
            f"--allow: {beyond} goes beyond the target file's [safety] allow; "
            "narrow --allow, or have the owner of the PBX widen the file"
        )
    return asked


def _emulated(server: EmulatorServer) -> Target:
    facts = server.facts
    return Target(
        connection=Connection(
            url=server.url, name="embedded emulator", username=facts.username,
            password=facts.password,
        ),
        pics=Pics(
            license_key_required=facts.license_key_required,
            call_center_license=facts.call_center_license,
        ),
        pixit=Pixit(
            extensions=numbers(facts.extensions, "emulator"),
            callgroup_selections=numbers(facts.callgroup_selections, "emulator"),
            privacy_password=facts.privacy_password,
            click2call_exten=facts.click2call_exten,
            route_destination=facts.route_destination,
            update_version=facts.update_version,
            update_version_blocked=facts.update_version_blocked,
            activation_key=facts.activation_key,
            reboot_timeout_s=30.0,
        ),
        allow=ALL_CLASSES,
        shared=False,
    )  # fmt: skip


def _traces() -> Traces:
    from conformance import families  # noqa: PLC0415 - which import much of what a run needs

    return families.traces()


class Run:
    """A run from its settings to its results."""

    def __init__(self, settings: Settings, emulator: EmulatorServer | None = None) -> None:
        self.settings = settings
        self.catalogue = guide.load()
        self.emulator = emulator
        self.ledger = Ledger()
        self.seed = settings.seed if settings.seed is not None else random.randrange(2**31)  # noqa: S311
        self.started = datetime.now(UTC)
        self._clock = time.monotonic()
        self._ended: float | None = None
        self.interrupted = False
        self.under_way: Check | None = None
        self.as_found: dict[str, Any] = unknown("the run has not ended")
        self._prepare()

    def _prepare(self) -> None:
        settings = self.settings
        lab: Lab
        if settings.embedded:
            if self.emulator is None:
                raise ConfigurationError("neither a target nor a URL was given; start an emulator")
            target = _emulated(self.emulator)
            ceiling: frozenset[SafetyClass] | None = ALL_CLASSES
            lab = PanelLab(self.emulator.lab)
        elif settings.target is not None:
            target = load_target(settings.target)
            ceiling = target.allow
            if settings.url:
                connection = replace(target.connection, url=from_url(settings.url).connection.url)
                target = replace(target, connection=connection)
            lab = NoLab()
            if target.hook:
                lab = HookLab(target.hook, target.folder, frozenset(astuple(target.variables)))
        else:
            target, ceiling, lab = from_url(str(settings.url)), None, NoLab()
        allow = _allowed(settings, ceiling)
        self.redactor = Redactor(target.secrets, target.connection.username)
        self.recorder = Recorder(target, self.redactor)
        self.sut = Sut(
            catalogue=self.catalogue,
            target=target,
            client=WireClient(target.connection, allow, self.recorder.keep),
            lab=NotedLab(lab, self.recorder.lab_acts),
            dialect=Dialect(),
            seed=self.seed,
            examples=EXAMPLES[settings.profile],
        )
        self.sut.pinned = settings.pinned
        self.sut.again = bool(settings.checks)
        self.declared = target.pics
        self.custody = Custody(self.sut, _traces())
        if settings.out is not None and self.sut.examples:
            self.sut.kept_examples = settings.out / FOLDER
            keep_caches(settings.out / FOLDER)

    def open(self) -> None:
        """Reach the SUT, probe its dialect, and remember how it is found.

        Raises:
            SutError: it can't be reached, or refuses the credentials.
            ConfigurationError: another run is going on there, or see `Custody.take`.
        """
        self.custody.lock()
        try:
            self.sut.connect()
        except SutError as error:  # it quotes what answered
            raise type(error)(self.redactor.text(str(error))) from None
        self.sut.firmware = self.redactor.text(self.sut.firmware)
        for name in HOLD_SECRETS:
            # Read first: what they hold is then withheld wherever else the PBX shows it.
            self.sut.send(self.sut.outgoing(name, request_id=None))
        probe(self.sut)
        self.custody.take()
        self.ledger.dialect.update(self.recorder.dialect(self.sut.dialect))
        self.ledger.har += self.recorder.entries()

    def begin(self, node: str) -> None:
        """A check begins; what is recorded from now on is its own."""

    def head(self) -> dict[str, Any]:
        """What a recording says of this run, so that it can be played back."""
        return head_of(self)

    def close(self) -> None:
        """Close the connections to the SUT, and let go of it."""
        self.custody.release()
        self.sut.close()
        keep_caches(None)

    @property
    def folder(self) -> Path | None:
        """Where this run writes: a folder named after the firmware, below the one asked for."""
        if self.settings.out is None:
            return None
        # The PBX chooses this name: it must name a folder below, and nothing else.
        name = re.sub(r"[^0-9A-Za-z.-]", "_", self.sut.firmware).strip(".")[:LONGEST_NAME]
        return self.settings.out / (name or "unknown")

    def selected(self, requirement: Requirement) -> bool:
        """Whether a requirement is part of this run (`--select`)."""
        patterns = self.settings.select
        return not patterns or any(fnmatchcase(requirement.id, glob) for glob in patterns)

    def _unseen(self, requirement: Requirement) -> str:
        return self.sut.unmet(requirement) or (
            self.sut.dead and f"the PBX {self.sut.dead}"
        ) or "no check of this run came to decide it"  # fmt: skip

    def _last_words(self) -> dict[str, Any] | None:
        if not self.sut.dead:
            return None
        shown = [self.recorder.exchange(one) for one in self.sut.last_words]
        return {"said": f"The PBX {self.sut.dead}", "exchanges": shown}

    def end(self) -> None:
        """Give the SUT back as it was found, and stop the clock."""
        if self.under_way is not None:
            self.under_way.finish()
        self.as_found = self.custody.give_back()
        self.ledger.har += self.recorder.entries()
        self._ended = time.monotonic()

    @property
    def leftovers(self) -> list[str]:
        """What checks could not put back by themselves, and what is left at the end."""
        return [*self.ledger.leftovers, *self.as_found.get("left", ())]

    def results(self) -> dict[str, Any]:
        """The results as contract.md has them."""
        rows = self.ledger.requirements(self.catalogue, self.selected, self._unseen)
        connection = self.sut.target.connection
        return {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "target": {"name": connection.name, "url": connection.url},
            "firmware": self.redactor.text(self.sut.firmware),
            "api_version": self.sut.api_version,
            "started": self.started.isoformat(timespec="seconds"),
            "duration_s": round((self._ended or time.monotonic()) - self._clock, 3),
            "seed": self.seed,
            "profile": self.settings.profile,
            "allow": sorted(self.sut.client.allow, key=lambda item: item.rank),
            "select": list(self.settings.select),
            "complete": not self.interrupted and not self.sut.dead,
            "catalogue": catalogue_digest(self.catalogue),
            "tls_verified": connection.verify,
            "dialect": dict(sorted(self.ledger.dialect.items())),
            "leftovers": self.leftovers,
            "as_found": self.as_found,
            "stopped_answering": self._last_words(),
            "requirements": rows,
            "summary": summary(rows),
        }
