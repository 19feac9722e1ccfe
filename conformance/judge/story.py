"""What a recording shows of the configuration: what was written, and what was read of it since.

A recording need not show everything: other clients, the web interface and restarts change a PBX as
well. So only a short, unbroken piece is a story: requests of one client, one after the other,
without a long pause, without an answer that is not known. Whatever breaks it makes all unknown, and
what is unknown is never judged.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from conformance.behaviour.kinds import CALLGROUP, CONTACT, DNS, ROUTE, USER
from conformance.behaviour.reading import objects
from conformance.judge.capture import UNDATED
from conformance.judge.recorded import NOT_THE_PBX
from conformance.judge.remembered import (
    Made,
    Object,
    as_written,
    body_of,
    client_of,
    key_of,
    sent_tags,
)
from conformance.judge.single import failed
from conformance.lab.traces import normal_key
from conformance.verdict import Observation, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.behaviour.kinds import Kind, Verb
    from conformance.catalogue import Endpoint
    from conformance.judge.recorded import Recorded

__all__ = ["Story"]

# No PBX reboots in so short a time, and hardly anybody else changes what was just written.
LONGEST_PAUSE = timedelta(seconds=10)
APPLY, REVERT, PENDING = "PUT /pbx/apply", "PUT /pbx/revert", "GET /pbx/pending"
FLAGS = {APPLY: "pbx_applied", REVERT: "pbx_reverted"}
RESTS = {APPLY: "pbx.pending.get.false-after-apply", REVERT: "pbx.pending.get.false-after-revert"}
AFTER_CHANGE = "pbx.pending.get.true-after-change"
KINDS = (USER, CALLGROUP, CONTACT, ROUTE, DNS)
# What may change the whole configuration, or lose what is pending.
UPHEAVALS = {"reboot", "halt"}
# What the PBX may write otherwise, put together, or keep only where something else is on.
OPEN_TAGS = ("failover/", "vm_", "owner", "destination", "ip_address", "netmask", "id", "exten")


class Story:
    """Follows a recording, exchange by exchange."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Object] = {}
        self._made: dict[str, list[Made]] = {}
        self._client: tuple[str, str] | None = None
        self._last: Recorded | None = None
        self._rest: tuple[str, Recorded] | None = None
        self._pending: tuple[bool, Recorded] | None = None
        self._verbs: dict[str, tuple[Kind, Verb]] = {
            verb.endpoint: (kind, verb)
            for kind in KINDS
            for verb in (kind.add, kind.change, kind.remove)
            if verb is not None
        }

    def follow(self, one: Recorded) -> Iterator[Observation]:
        """Take the next exchange, and judge what the story so far says of it."""
        if self._broken_before(one):
            self._forget()
        self._last, self._client = one, client_of(one)
        end = one.endpoint
        if end is None:
            if one.entry.method not in {"GET", "HEAD", "OPTIONS"}:
                self._forget()
            return
        yield from self._judged(one, end)

    def _judged(self, one: Recorded, end: Endpoint) -> Iterator[Observation]:
        changes = end.method != "GET" and str(end.safety) != "read"
        answered = one.judged and one.exchange.root is not None and not one.exchange.gated
        unheard = one.exchange.response is None or one.exchange.status in NOT_THE_PBX
        if unheard or (changes and (not answered or str(end.safety) in UPHEAVALS)):
            self._forget()
        elif one.doubt or not answered:
            return
        elif end.name in FLAGS:
            yield from self._at_rest(one, end)
        elif end.name == PENDING:
            yield from self._asked_whether_pending(one)
        elif end.name in self._verbs:
            yield from self._written(one, *self._verbs[end.name])
        elif changes:
            self._touched()
        else:
            yield from self._read(one, end)

    def _forget(self) -> None:
        self._clear()
        self._rest = self._pending = None

    def _clear(self) -> None:
        self._known.clear()
        self._made.clear()

    def _broken_before(self, one: Recorded) -> bool:
        """Whether something may have happened that the recording does not show in its place."""
        if self._last is None:
            return False
        before, now = self._last.entry, one.entry
        if now.own.get("lab"):
            return True
        if UNDATED in {before.started, now.started} or self._client != client_of(one):
            return True
        ended = before.started + timedelta(seconds=before.seconds)
        overlap = now.started < ended - timedelta(milliseconds=1) and (
            before.method != "GET" or now.method != "GET"
        )
        return overlap or now.started - ended > LONGEST_PAUSE

    # --- writing ----------------------------------------------------------------------------

    def _written(self, one: Recorded, kind: Kind, verb: Verb) -> Iterator[Observation]:
        body = body_of(one, kind)
        key = key_of(one, kind, verb, body)
        known, code = self._known.get((kind.name, key)), one.exchange.code
        if not key and kind is not DNS:
            if code == 0:
                self._made_somewhere(kind)
                if "owner" not in sent_tags(one, kind):  # a private one need not be listed
                    self._made.setdefault(kind.name, []).append(Made(one, body))
            return
        if one.documented and not one.faults and known is not None:
            yield from self._by_state(one, kind, verb, known)
        if code == 0:
            self._touched()
            self._made.pop(kind.name, None)
            self._keep(one, kind, verb, key, body)
        elif code is None:
            self._forget()

    def _touched(self) -> None:
        """Something was written: what is pending is not known by what was seen before."""
        self._rest = None
        if self._pending is not None and self._pending[0]:
            self._pending = None

    def _made_somewhere(self, kind: Kind) -> None:
        """An object got an id that the answer does not tell: it may be one that was removed."""
        self._touched()
        gone = [name for name, one in self._known.items() if name[0] == kind.name and not one.there]
        for name in gone:
            del self._known[name]

    def _by_state(
        self, one: Recorded, kind: Kind, verb: Verb, known: Object
    ) -> Iterator[Observation]:
        """Judge a code by what the story knows of the object."""
        code = one.exchange.code
        adds = verb is kind.add
        if adds and known.there and kind is USER:
            if code == 11:  # noqa: PLR2004
                yield Observation(verb.requirement("code-11"), Verdict.PASS)
            elif code == 0:
                expected = "code 11: the extension was added before"
                yield failed(
                    verb.requirement("code-11"), expected, one.exchange.summary(), known.by, one
                )
        elif not adds and not known.there and verb.refusals:
            first = max(verb.refusals)
            if code in verb.refusals:
                yield Observation(verb.requirement(f"code-{code}"), Verdict.PASS)
            elif code == 0:
                expected = f"code {first}: the {kind.name} was removed before"
                yield failed(
                    verb.requirement(f"code-{first}"),
                    expected, one.exchange.summary(), known.by, one,
                )  # fmt: skip
        elif not adds and known.there and code in verb.refusals:
            expected = f"code 0: the {kind.name} is there"
            yield failed(
                verb.requirement("code-0"), expected, one.exchange.summary(), known.by, one
            )

    def _keep(
        self, one: Recorded, kind: Kind, verb: Verb, key: str, body: Mapping[str, str]
    ) -> None:
        name, before = (kind.name, key), self._known.get((kind.name, key))
        if verb is kind.remove:
            self._known[name] = Object(there=False, by=one)
            return
        told = {
            tag: value
            for tag, value in body.items()
            if kind is DNS or not tag.startswith(OPEN_TAGS)
        }
        if verb is kind.add:
            shows = {tag: {value} for tag, value in told.items()}
            self._known[name] = Object(True, one, told, shows, made=True)
            return
        known = before if before is not None and before.there else Object(True, one)
        # What becomes of a value that is sent empty is not said.
        open_tags = sent_tags(one, kind) - body.keys()
        latest = {**known.latest, **told}
        shows = {tag: {*old, latest[tag]} for tag, old in known.shows.items() if tag in latest}
        self._known[name] = Object(
            True,
            one,
            {tag: value for tag, value in latest.items() if tag not in open_tags},
            {tag: values for tag, values in shows.items() if tag not in open_tags},
            made=known.made,
        )

    # --- apply and revert -------------------------------------------------------------------

    def _at_rest(self, one: Recorded, end: Endpoint) -> Iterator[Observation]:
        done = one.exchange.flag(FLAGS[end.name])
        waiting, self._pending = self._pending, None
        if waiting is not None and waiting[0] and done is not None:
            requirement = f"{end.slug}.true"
            if done:
                yield Observation(requirement, Verdict.PASS)
            else:
                expected = "true, as something is pending (RD-37)"
                yield failed(requirement, expected, "false", waiting[1], one)
        if end.name == REVERT or done is not True:
            self._clear()
        if done is not True:
            self._rest = None
            return
        self._rest = (end.name, one)
        for thing in self._known.values():
            thing.applied = True
            thing.shows = {tag: {value} for tag, value in thing.latest.items()}
        for made in (one for many in self._made.values() for one in many):
            made.applied = True

    def _asked_whether_pending(self, one: Recorded) -> Iterator[Observation]:
        flag = one.exchange.flag("pbx_pending")
        if flag is None:
            return
        if self._rest is not None:
            name, before = self._rest
            if flag:
                expected = f"pbx_pending false: nothing was written since {name}"
                yield failed(RESTS[name], expected, "true", before, one)
            else:
                yield Observation(RESTS[name], Verdict.PASS)
        elif flag and self._pending is not None and not self._pending[0]:
            yield Observation(AFTER_CHANGE, Verdict.PASS)
        self._pending = (flag, one)

    # --- reading ----------------------------------------------------------------------------

    def _read(self, one: Recorded, end: Endpoint) -> Iterator[Observation]:
        exchange = one.exchange
        for kind in KINDS:
            for sight in kind.sights:
                if end.name not in {sight.endpoint, sight.one} or exchange.code is not None:
                    continue
                if exchange.find(sight.path.partition("/")[0]) is None:
                    continue
                shown, repeated = objects(exchange.records(sight.path), sight.key)
                whole = end.name == sight.endpoint
                if not repeated:
                    by_key = {normal_key(key): fields for key, fields in shown.items()}
                    yield from self._seen(one, kind, by_key, whole=whole, tags=sight.tags)
                if whole and not repeated and not sight.tags:
                    yield from self._made_as_sent(one, kind, shown)

    def _made_as_sent(
        self, one: Recorded, kind: Kind, shown: Mapping[str, Mapping[str, str]]
    ) -> Iterator[Observation]:
        """What was added and applied is shown with all that was sent."""
        for made in self._made.get(kind.name, ()):
            assert made.by.endpoint is not None, "it was added by one of the guide's"  # noqa: S101
            requirement = f"{made.by.endpoint.slug}.stored"
            if any(
                all(fields.get(tag, "") == value for tag, value in made.fields.items())
                for fields in shown.values()
            ):
                yield Observation(requirement, Verdict.PASS)
            elif made.applied:
                expected = f"a {kind.name} with every field as it was sent"
                observed = f"none among {len(shown)}"
                yield failed(requirement, expected, observed, made.by, one)

    def _seen(
        self,
        one: Recorded,
        kind: Kind,
        shown: Mapping[str, Mapping[str, str]],
        *,
        whole: bool,
        tags: tuple[str, ...],
    ) -> Iterator[Observation]:
        for (name, key), thing in self._known.items():
            if name != kind.name or not thing.by.endpoint:
                continue
            fields, stem = shown.get(key), thing.by.endpoint.slug
            if fields is None:
                if whole and thing.there and thing.made and thing.applied:
                    observed = f"{kind.name} {key} is not listed"
                    yield failed(
                        f"{stem}.listed", "what was added is listed", observed, thing.by, one
                    )
                elif whole and not thing.there and thing.applied and kind.remove:
                    yield Observation(f"{kind.remove.stem}.gone", Verdict.PASS)
                continue
            if not thing.there:
                if thing.applied and kind.remove and whole:
                    observed = f"{kind.name} {key} is listed"
                    yield failed(f"{kind.remove.stem}.gone", "it is gone", observed, thing.by, one)
                continue
            yield from as_written(one, kind, thing, fields, tags)
