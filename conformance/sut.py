"""The system under test during one run: its client, what is known of it, how it is asked."""

from __future__ import annotations

import itertools
import random
import string
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

from conformance import pace
from conformance.errors import CredentialsRefused, HarnessError, SutUnreachable
from conformance.lab.asked import APPLYING
from conformance.lab.safety import SafetyClass
from conformance.oracles import Answer, carries_xml
from conformance.schema.store import message_schema
from conformance.schema.validate import DocumentValidator, validate_bytes
from conformance.text import printable, shortened
from conformance.wire.client import NO_CONNECTION, Outgoing
from conformance.wire.message import document, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from conformance.catalogue import Catalogue, Endpoint, Requirement
    from conformance.dialect import Dialect
    from conformance.lab.conditions import Lab
    from conformance.lab.target import Target
    from conformance.pinned import Pinned
    from conformance.wire.client import Sink, WireClient
    from conformance.wire.exchange import Exchange, Response
    from conformance.wire.message import Body

__all__ = ["AUTO", "Sut", "api_version_of", "conditions"]

AUTO = "\0auto"
LETTERS = string.ascii_letters + string.digits
# Of the request_ids that a run makes up, in turn: their letters, what comes first, how many more.
ID_LOOKS = ((LETTERS, "", 12), (string.digits, "00", 12), (LETTERS, "", 64))
UNAUTHORIZED = 401
POLL_S = 0.1
LAST_WORDS = 6
LONGEST_FIRMWARE = 64
UNHEARD = "check the address, and that the PBX is on"
UNTRUSTED = (
    "name the authority of its certificate (ca_file) and the host that it was made for (url), "
    "or trust it unseen (verify = false)"
)
AWAY = {502, 503, 504}
PENDING = "GET /pbx/pending"
# What a PBX must be without: the entry of the PICS, and the lab condition that takes it away.
OPPOSITES = {
    "license_key_not_required": ("license_key_required", "license-not-required"),
    "no_call_center_license": ("call_center_license", "call-center-license-absent"),
}
# Harmless, and of two trees: the last one answers whatever the licence's state.
FIRST_CONTACT = ("GET /system/firmware", PENDING, "GET /system/network/dns")


def api_version_of(firmware: str) -> str:
    """The API version of a firmware: 1.1 from 3.9.5 on; also where the firmware is unknown."""
    numbers = [whole_number(part) for part in firmware.partition("-")[0].split(".")]
    known = [number for number in numbers if number is not None]
    return "1.0" if len(known) == len(numbers) and known < [3, 9, 5] else "1.1"


def conditions(requirement: Requirement) -> set[str]:
    """The lab conditions that may have to be brought about to judge a requirement."""
    needs = [need.partition(":")[::2] for need in requirement.needs]
    opposite = {OPPOSITES[name][1] for _, name in needs if name in OPPOSITES}
    return {name for kind, name in needs if kind == "lab"} | opposite


class Sut:
    """One PBX, asked in the words of the guide."""

    def __init__(  # noqa: PLR0913 - wired in one place
        self,
        *,
        catalogue: Catalogue,
        target: Target,
        client: WireClient,
        lab: Lab,
        dialect: Dialect,
        seed: int = 0,
        examples: int = 0,
    ) -> None:
        self.catalogue = catalogue
        self.target = target
        self.client = client
        self.lab = lab
        self.dialect = dialect
        self.seed = seed
        self.examples = examples
        self.kept_examples: Path | None = None
        self.pinned: Pinned | None = None
        """What a search is to try, and nothing else."""
        self.again = False
        """Whether a case is tried again: all that a check states then counts, claimed or not."""
        self.words: list[str] = []
        """The words of this run that were given out so far."""
        self.firmware = ""
        self.api_version = "1.1"
        self.pending_at_start = False
        self.gated_at_start = ""
        self.dead = ""
        self.last_words: tuple[Exchange, ...] = ()
        """What was said before the SUT stopped answering."""
        self.free_extensions: list[str] | None = None
        self.sent_ids: set[str] = set()
        self._ids_drawn = 0
        self._words_left = self._words(seed)
        self._ids = self._request_ids(seed)

    @staticmethod
    def _words(seed: int) -> Iterator[str]:
        draw = random.Random(seed)  # noqa: S311 - repeatable, not secret
        return ("".join(draw.choices(LETTERS, k=12)) for _ in itertools.repeat(None))

    @staticmethod
    def _request_ids(seed: int) -> Iterator[str]:
        """Ids of every look: an arbitrary one may be long, or a number with zeros before it."""
        draw = random.Random(f"request_id {seed}")  # noqa: S311 - repeatable, not secret
        for letters, before, length in itertools.cycle(ID_LOOKS):
            yield before + "".join(draw.choices(letters, k=length))

    @property
    def course(self) -> dict[str, Any]:
        """What the requests of the checks to come depend on, beside what the PBX answers."""
        free = self.free_extensions
        return {
            "words": len(self.words),
            "ids": self._ids_drawn,
            "free": None if free is None else list(free),
        }

    def resume(self, course: Mapping[str, Any]) -> None:
        """Go on as a run did from where its course was as it is given."""
        self._words_left = self._words(self.seed)
        self.words = list(itertools.islice(self._words_left, int(course["words"])))
        self._ids_drawn = int(course["ids"])
        self._ids = itertools.islice(self._request_ids(self.seed), self._ids_drawn, None)
        free = course["free"]
        self.free_extensions = None if free is None else [str(exten) for exten in free]

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint with that heading in the guide.

        Raises:
            HarnessError: the guide has no such heading.
        """
        try:
            return self.catalogue.endpoints[name]
        except KeyError:
            raise HarnessError(f"the guide has no endpoint {name!r}") from None

    def fresh_id(self) -> str:
        """A word of letters and digits that this run has not used yet."""
        self.words.append(next(self._words_left))
        return self.words[-1]

    def schema_path(self, end: Endpoint, kind: str) -> str | None:
        """The schema of an endpoint's request or response in the API version of this SUT."""
        return end.schema(kind, self.api_version)

    def outgoing(  # noqa: PLR0913 - a request has that many sides
        self,
        name: str,
        body: Body | None = None,
        *,
        key: str | None = None,
        request_id: str | None = AUTO,
        raw: bytes | None = None,
        broken: str = "",
        rejected: bool = False,
        authorization: str | None = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Outgoing:
        """The request for an endpoint, its document valid by schema unless said to be `broken`.

        Raises:
            HarnessError: the document is not valid and nobody said so.
        """
        end = self.endpoint(name)
        method, path = self.dialect.request_line(end)
        if end.placeholder:
            if key is None:
                raise HarnessError(f"{name}: needs a {end.placeholder}")
            path = path.replace(f"<{end.placeholder}>", quote(key, safe=""))
        if request_id == AUTO:
            self._ids_drawn += 1
            request_id = next(self._ids)
        in_body = method in {"POST", "PUT"}
        data = b""
        if raw is not None:
            data = raw
        elif in_body and (body is not None or request_id is not None):
            data = document(body, request_id)
        if data and not broken:
            self._assert_valid(end, data)
        safety = end.rejected_safety if rejected or broken else end.safety
        if name in APPLYING and SafetyClass.CONFIG not in self.client.allow:
            safety = SafetyClass.NETWORK
        query = (("request_id", request_id),) if request_id and not in_body else ()
        return Outgoing(
            endpoint=end,
            method=method,
            path=path,
            safety=safety,
            query=query,
            body=data,
            headers=headers,
            authorization=authorization,
            request_id=request_id,
            broken=broken,
            patience=end.patience,
        )

    def _assert_valid(self, end: Endpoint, data: bytes) -> None:
        relative = self.schema_path(end, "request")
        if relative is None:
            return
        result = validate_bytes(message_schema(relative), data, keep_tree=False)
        if not result.valid:
            raise HarnessError(
                f"{end.name}: our own request is invalid: {result.errors[0].message}"
            )

    def send(self, outgoing: Outgoing, answer: Answer = Answer.XML) -> Exchange:
        """Send a request and validate the answer while it arrives."""
        end = outgoing.endpoint
        relative = self.schema_path(end, "response") if end else None
        validator: DocumentValidator | None = None

        def sink_for(head: Response) -> Sink | None:
            nonlocal validator
            if relative and answer in {Answer.XML, Answer.UNKNOWN_OBJECT}:
                schema = message_schema(relative)
                validator = DocumentValidator(schema, keep_tree=True, charset=head.charset)
            return validator

        exchange = self.client.send(outgoing, sink_for)
        if outgoing.request_id:
            self.sent_ids.add(outgoing.request_id)
        if validator is not None:
            exchange.validation = validator.close()
        elif relative and exchange.response and carries_xml(answer, exchange.response):
            schema, body = message_schema(relative), exchange.response.body
            charset = exchange.response.charset
            exchange.validation = validate_bytes(schema, body, keep_tree=True, charset=charset)
        if exchange.response and exchange.validation and exchange.validation.given_up:
            exchange.lost = exchange.validation.errors[-1].message
            exchange.response = replace(exchange.response, truncated=True, oversized=True)
        if self.client.guard is not None:
            self.client.guard.after(exchange)
        return exchange

    def answers(self) -> bool:
        """Whether the SUT answers a harmless request; a proxy saying it is away does not count.

        One endpoint that is broken is no PBX that is gone: several are asked.
        """
        for name in FIRST_CONTACT:
            # How often it has to be asked depends on time: it takes no id from those that follow.
            exchange = self.send(self.outgoing(name, request_id=None))
            if exchange.lost.startswith(NO_CONNECTION):
                return False
            if exchange.root is not None or (exchange.response and exchange.status not in AWAY):
                return True
        return False

    def give_up(self, reason: str, exchanges: Sequence[Exchange]) -> None:
        """Ask the SUT nothing more: it stopped answering.

        Args:
            reason: what it did, after "the PBX".
            exchanges: those that led there; the last ones are kept for the report.
        """
        if self.dead:
            return
        self.dead = reason
        self.last_words = tuple(exchanges)[-LAST_WORDS:]

    def wait_until_back(self, timeout_s: float) -> bool:
        """Wait until the SUT answers again, at most that many seconds; whether it does."""
        end = pace.monotonic() + timeout_s
        while pace.monotonic() < end:
            if self.answers():
                return True
            pace.sleep(POLL_S)
        return False

    def wait_until_gone(self, timeout_s: float) -> bool:
        """Wait until the SUT stops answering, at most that many seconds; whether it did."""
        end = pace.monotonic() + timeout_s
        while pace.monotonic() < end:
            if not self.answers():
                return True
            pace.sleep(POLL_S)
        return False

    def connect(self) -> None:
        """First contact: credentials, firmware, API version, licence, pending changes.

        One endpoint that fails is for the checks to judge. Only where none of several harmless ones
        answers as the API does is there nothing to judge.

        Raises:
            SutUnreachable: nothing that speaks this API answers.
            CredentialsRefused: the credentials are refused.
        """
        contacts = []
        for name in FIRST_CONTACT:
            contacts.append(self.send(self.outgoing(name)))
            if contacts[-1].lost.startswith(NO_CONNECTION):
                break
        if not any(_speaks(exchange) for exchange in contacts):
            self._no_contact(contacts)
        firmware, pending = contacts[:2]
        if firmware.gated:
            self.gated_at_start = f"the licence gates the API: {firmware.summary()}"
        self.firmware = _running_version(firmware)
        self.api_version = api_version_of(self.firmware)
        self._note_pending(pending)

    def _note_pending(self, exchange: Exchange) -> None:
        # Of a PBX that is the run's alone nobody's changes can be pending.
        self.pending_at_start = self.target.shared and exchange.flag("pbx_pending") is True

    def ask(self, name: str) -> None:
        """Send a request that only asks, for whoever reads along (see `Guard.after`)."""
        exchange = self.send(self.outgoing(name, request_id=None))
        if name == PENDING:
            self._note_pending(exchange)

    def look_for_pending(self) -> None:
        """Ask once more whether changes are pending, before anything of this run can be."""
        self.ask(PENDING)

    def _no_contact(self, contacts: list[Exchange]) -> NoReturn:
        url, last = self.target.connection.url, contacts[-1]
        if all(exchange.status == UNAUTHORIZED for exchange in contacts):
            raise CredentialsRefused(
                f"{url} refuses the credentials of {self.target.connection.username!r}; give the "
                "password of its web interface (KPBX_PASSWORD, or password_env in the target file)"
            )
        if last.response is None:
            remedy = UNTRUSTED if "CERTIFICATE_VERIFY_FAILED" in last.lost else UNHEARD
            raise SutUnreachable(printable(f"{url} can't be reached: {last.lost}; {remedy}"))
        moved = last.response.header("location")
        remedy = "give the address that it means" if moved else "check the address"
        said = f"{url} does not answer as this API ({last.summary()}); {remedy}"
        raise SutUnreachable(printable(said))

    def unmet(self, requirement: Requirement) -> str:
        """Why a requirement can't be judged in this run; empty if it can."""
        if requirement.excuse:
            return requirement.excuse
        if self.api_version not in requirement.api_versions:
            return (
                f"belongs to API {', '.join(requirement.api_versions)}; this is {self.api_version}"
            )
        if requirement.safety not in self.client.allow:
            return f"safety class {requirement.safety} is not allowed in this run"
        if self.gated_at_start and self._behind_the_gate(requirement):
            return self.gated_at_start
        if self.pending_at_start and requirement.safety in {
            SafetyClass.CONFIG,
            SafetyClass.NETWORK,
            SafetyClass.REBOOT,
            SafetyClass.HALT,
        }:
            return "somebody's changes were pending when the run began; apply or revert them first"
        reasons = (self._unmet_need(need) for need in requirement.needs)
        return next(filter(None, reasons), "")

    def _behind_the_gate(self, requirement: Requirement) -> bool:
        if ".authentication" in requirement.id:
            return False
        name = requirement.endpoint
        return name is None or not self.catalogue.endpoints[name].license_exempt

    def _unmet_need(self, need: str) -> str:
        kind, _, name = need.partition(":")
        if kind == "lab":
            return self.lab.unavailable(name)
        if kind == "pixit":
            return "" if getattr(self.target.pixit, name) else f"the target file gives no {name}"
        pics = self.target.pics
        if name in OPPOSITES:
            wanting, condition = OPPOSITES[name]
            missing = getattr(pics, wanting) is False
            return "" if missing else self.lab.unavailable(condition)
        if getattr(pics, name) is False:
            return f"the PBX has no {name.replace('_', ' ')}"
        return ""

    def learn(self, **pics: bool) -> None:
        """Keep what probing found out about the SUT where the target file did not say it."""
        known = self.target.pics
        news = {name: value for name, value in pics.items() if getattr(known, name) is None}
        if news:
            self.target = replace(self.target, pics=replace(known, **news))

    def close(self) -> None:
        """Close the connections."""
        with suppress(Exception):
            self.client.close()


def _speaks(exchange: Exchange) -> bool:
    """Whether an answer is meant as one of this API; how well it is made is for the checks."""
    root = exchange.root
    return root is not None and str(root.tag).rpartition("}")[2].lower().startswith("kpbx")


def _running_version(exchange: Exchange) -> str:
    block = exchange.find("firmware")
    if block is None:
        return "unknown"
    slot = (block.findtext("running") or "").strip()
    version = (block.findtext(slot) or "").strip() if slot in {"primary", "secondary"} else ""
    # It is the run's name wherever it is shown.
    return shortened(printable(version), LONGEST_FIRMWARE) or "unknown"
