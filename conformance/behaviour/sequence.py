"""One sequence of requests: each is sent, judged by its code, and by what the PBX shows then."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from conformance.behaviour.judging import (
    AFTER_CHANGE,
    LOST,
    SURVIVES,
    SURVIVES_REBOOT,
    UNDONE,
    Cause,
    after_apply,
    after_revert,
)
from conformance.behaviour.kinds import CALLGROUP, CONTACT, KINDS, USER
from conformance.behaviour.model import Model, differences
from conformance.behaviour.reading import flat, look, look_at_one, projected
from conformance.objects import licensed_extensions
from conformance.outage import cause as bring_down

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from conformance.behaviour.kinds import Kind, Sight, Verb
    from conformance.behaviour.model import Difference, Fields, Objects, State
    from conformance.behaviour.reading import View
    from conformance.check import Check
    from conformance.wire.exchange import Exchange

    Blame = Callable[[Kind, Difference, Objects], str]

__all__ = ["Habits", "Sequence"]

LICENSED = 13


@dataclass(slots=True)
class Habits:
    """Which of the permitted readings a PBX follows, as far as this has shown.

    Attributes:
        shows_running: by endpoint, whether it shows what runs, not what was written (RD-36).
        pending: by kind, whether changes wait to be applied (RD-17).
        judged: the requirements that some sequence has decided.
    """

    shows_running: dict[str, bool] = field(default_factory=dict)
    pending: dict[str, bool] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)


class Sequence:
    """Requests one after the other, and the model that they change.

    Every operation raises `NonConformance` where the PBX differs from the model.
    """

    def __init__(
        self, check: Check, habits: Habits, found: State, own: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Begin with what was found; nothing is pending.

        Args:
            check: the check.
            habits: what is known of the PBX.
            found: all objects of the kinds that the sequence looks at.
            own: objects among them that are the run's own, as (kind, key).
        """
        self.check = check
        self.habits = habits
        self.model = Model(found)
        self.own: list[tuple[str, str]] = list(own)
        self.written: list[Exchange] = []
        self.wrong = False
        self._applied = False
        self._contacts_found = frozenset(found.get(CONTACT.name, ()))
        self._unseen: dict[tuple[str, str], Cause] = {}
        self._touched: set[tuple[str, str]] = set()

    # --- writing ----------------------------------------------------------------------------

    def add(self, kind: Kind, fields: Mapping[str, Any]) -> str | None:
        """Add an object; its key, None where the PBX rightly refused."""
        assert kind.add is not None  # noqa: S101
        key = str(fields["exten"]) if kind is USER else ""
        exchange = self._send(kind.add, {kind.container: fields})
        if kind is USER and key in self.model.draft[kind.name]:
            self._rejected(kind, kind.add, key, exchange, kind.add.refusals)
            return None
        if exchange.code == LICENSED and kind in (USER, CALLGROUP) and self._no_room(kind):
            self._rejected(kind, kind.add, key, exchange, {LICENSED})
            return None
        self._succeeded(kind.add, exchange)
        return self._born(kind, kind.add, flat(fields), exchange)

    def change(
        self,
        kind: Kind,
        key: str,
        fields: Mapping[str, Any],
        sent: Mapping[str, Any] | None = None,
    ) -> bool:
        """Change an object; whether it was there.

        Args:
            kind: its kind.
            key: its key.
            fields: what stands in the request.
            sent: what is to be read back of it, if not all.
        """
        assert kind.change is not None  # noqa: S101
        how = {"key": key} if "<" in kind.change.endpoint else {}
        exchange = self._send(kind.change, {kind.container: fields}, **how)
        if key not in self.model.draft[kind.name]:
            self._rejected(kind, kind.change, key, exchange, kind.change.refusals)
            return False
        self._succeeded(kind.change, exchange)
        new = flat(fields if sent is None else sent)
        cause = Cause(kind.change, kind, key, frozenset(new))
        self.model.put(kind.name, key, new)
        self._settle(cause)
        return True

    def remove(self, kind: Kind, key: str) -> bool:
        """Delete an object; whether it was there."""
        assert kind.remove is not None  # noqa: S101
        exchange = self._send(kind.remove, None, key=key)
        if key not in self.model.draft[kind.name]:
            self._rejected(kind, kind.remove, key, exchange, kind.remove.refusals)
            return False
        self._succeeded(kind.remove, exchange)
        self.model.drop(kind.name, key)
        self._settle(Cause(kind.remove, kind, key))
        return True

    def _send(self, verb: Verb, body: Mapping[str, Any] | None, **how: Any) -> Exchange:
        exchange = self.check.call(verb.endpoint, body, **how)
        self.written.append(exchange)
        return exchange

    def _succeeded(self, verb: Verb, exchange: Exchange) -> None:
        if exchange.code != 0 or exchange.gated:
            self._fail(verb.requirement("code-0"), "code 0", exchange.summary(), exchange)
        self.habits.judged.add(verb.requirement("code-0"))

    def _rejected(
        self, kind: Kind, verb: Verb, key: str, exchange: Exchange, codes: Iterable[int]
    ) -> None:
        """State that a request was rejected with one of the codes, and changed nothing."""
        wanted = sorted(codes)
        first = max(wanted) if verb is kind.remove else min(wanted)
        if exchange.code not in wanted or exchange.gated:
            expected = f"code {' or '.join(map(str, wanted))} in this state"
            self._fail(verb.requirement(f"code-{first}"), expected, exchange.summary(), exchange)
        self.habits.judged.add(verb.requirement(f"code-{first}"))
        cause = Cause(verb, kind, key, rejected=True)
        self._judge((kind,), cause.requirement)
        self.habits.judged |= cause.decides

    def _no_room(self, kind: Kind) -> bool:
        """Whether the licence may allow no more; of callgroups no number is ever said."""
        limit = licensed_extensions(self.check) if kind is USER else None
        there = {*self.model.draft[kind.name], *self.model.running[kind.name]}
        return limit is None or len(there) >= limit

    def _born(self, kind: Kind, verb: Verb, sent: Fields, exchange: Exchange) -> str:
        """Find the object that was added, by what was not there before."""
        name, sight = kind.name, kind.sights[0]
        draft, running = self.model.draft[name], self.model.running[name]
        shows_draft = self.habits.shows_running.get(sight.endpoint) is False
        # The id of what was deleted may be given again, where that is not shown any more.
        known = {*draft} if shows_draft else {*draft, *running}
        new, applied = self._new(kind, known, sent), False
        if not new and not shows_draft:
            waits = self._is_pending(kind)
            self.check.call("PUT /pbx/apply")
            new, applied = self._new(kind, {*draft}, sent), True
            if new:
                self.habits.pending.setdefault(name, waits)
                self.habits.shows_running[sight.endpoint] = True
        elif new:
            self.habits.shows_running.setdefault(sight.endpoint, False)
        if len(new) != 1 or "" in new:
            said = f"{len(new)} new ones, ids {sorted(new)}" if new else "no new one"
            self._fail(verb.requirement(verb.effect), f"one new {name}", said, exchange)
        [(key, fields)] = new.items()
        wrong = ", ".join(tag for tag in sent if fields.get(tag, "") != sent[tag])
        if wrong:
            self._fail(
                verb.requirement("stored"), "every field as sent", f"{wrong} differ", exchange
            )
        self.own.append((name, key))
        self.model.unjudged.discard((name, key))
        self.model.put(name, key, fields)
        cause = Cause(verb, kind, key, frozenset(sent))
        if applied:
            self.model.apply()
            self._judge((kind,), cause.requirement)
        else:
            self._settle(cause)
        self.habits.judged |= cause.decides
        self._judge_one(kind, key)
        return key

    def _new(self, kind: Kind, known: set[str], sent: Fields) -> Objects:
        """What is shown and was not known; of contacts, what looks like the one that was sent."""

        def looks_alike(fields: Fields) -> bool:
            return all(fields.get(tag, "") == value for tag, value in sent.items())

        shown = look(self.check, kind.sights[0]).objects
        new = {key: fields for key, fields in shown.items() if key not in known}
        for key in [key for key in new if (kind.name, key) in self.model.unjudged]:
            if not looks_alike(new[key]):
                del new[key]
        alike = {key: fields for key, fields in new.items() if looks_alike(fields)}
        return alike if kind is CONTACT and len(alike) == 1 else new

    # --- apply, revert, restart -------------------------------------------------------------

    def apply(self) -> None:
        """Put everything into operation."""
        self.written.append(self.check.call("PUT /pbx/apply"))
        self.model.apply()
        self._applied = True
        unseen, self._unseen = self._unseen, {}

        def blame(kind: Kind, difference: Difference, shown: Objects) -> str:
            return after_apply(self.model, kind, difference, shown, unseen)

        self._judge_all(blame)
        self.habits.judged |= {one for cause in unseen.values() for one in cause.decides}

    def revert(self) -> None:
        """Drop what is pending."""
        self.written.append(self.check.call("PUT /pbx/revert"))
        self._go_back(lambda kind, difference, shown: after_revert(
            self.model, kind, difference, shown
        ))  # fmt: skip

    def restart(self) -> None:
        """Reboot: what is pending is lost, what was applied stays."""
        waiting = self.model.pending
        outage = bring_down(self.check, "PUT /system/restart")
        self.written.append(outage.exchange)
        if waiting and not outage.seen:
            self.check.inconclusive("the PBX was not seen to restart")

        def blame(kind: Kind, difference: Difference, shown: Objects) -> str:
            lasting = after_revert(self.model, kind, difference, shown) in UNDONE.values()
            return LOST if lasting else SURVIVES_REBOOT

        self._go_back(blame)

    def _go_back(self, blame: Blame) -> None:
        silent, unsure = dict(self.model.unsaid), set(self.model.unsure)
        waited = {name for name in self.model.draft if self.model.waits(name)}
        self._unseen = {}
        before = self.model.draft
        self.model.revert()
        for name in self.model.draft:
            kind = KINDS[name]
            if name in silent or name in unsure or (kind.may_be_pending_or_not and name in waited):
                self._take_as_shown(kind, before[name], silent.get(name))
            else:
                self._judge((kind,), blame)
                if name in waited and not self.habits.shows_running.get(kind.sights[0].endpoint):
                    self.habits.judged |= set(UNDONE.values())
        self._judge_touched()
        if self._applied:
            self.habits.judged.add(SURVIVES)

    def _take_as_shown(self, kind: Kind, written: Objects, silent: Objects | None) -> None:
        """Go on from what is shown of a kind whose changes may have been pending or not.

        Raises:
            NonConformance: changes were dropped of which it was not said that they were pending.
        """
        view = look(self.check, kind.sights[0])
        shown = self.model.judged(kind.name, view.objects)
        was = self.model.judged(kind.name, silent or {})
        if silent is not None and not differences(was, shown) and differences(was, written):
            expected, observed = "pbx_pending true after the change", "false, yet it was dropped"
            self._fail(AFTER_CHANGE, expected, observed, view.exchange)
        self.model.adopt(kind.name, shown)

    # --- comparing --------------------------------------------------------------------------

    def _is_pending(self, kind: Kind) -> bool:
        """Whether what was just written of a kind waits to be applied."""
        flag = self.check.call("GET /pbx/pending").flag("pbx_pending")
        if flag is None:
            self.check.inconclusive("GET /pbx/pending says neither true nor false")
        self.habits.pending.setdefault(kind.name, flag)
        if flag:
            self.habits.judged.add(AFTER_CHANGE)
        return flag

    def _settle(self, cause: Cause) -> None:
        """Learn whether what was written is pending, and judge what the PBX shows."""
        name, model = cause.kind.name, self.model
        if model.waits(name):
            others = [one for one in model.draft if one != name and model.waits(one)]
            alone = not others and self._first_of(name)
            known = self._is_pending(cause.kind) if alone else self.habits.pending.get(name)
            if known is None:
                model.unsure.add(name)
            elif known:
                pass
            elif self.habits.shows_running.get(cause.kind.sights[0].endpoint):
                # It waits to be shown, if for nothing else (RD-18, RD-36).
                model.unsure.add(name)
            else:
                model.in_operation(name)
        self._touched.add((name, cause.key))
        self._judge((cause.kind,), cause.requirement, cause)
        self._judge_one(cause.kind, cause.key)

    def _first_of(self, name: str) -> bool:
        """Whether one object alone waits: pbx_pending speaks of it, and of nothing else."""
        return len(differences(self.model.running[name], self.model.draft[name])) == 1

    def _judge_all(self, blame: Blame) -> None:
        self._judge([KINDS[name] for name in self.model.draft], blame)
        self._judge_touched()

    def _judge_touched(self) -> None:
        for name, key in sorted(self._touched):
            self._judge_one(KINDS[name], key)
        self._touched.clear()

    def judge_everything(self) -> None:
        """State that all is as in the model, after what was written last."""
        self._judge_all(lambda kind, difference, shown: after_apply(
            self.model, kind, difference, shown, {}
        ))  # fmt: skip

    def _judge(
        self,
        kinds: Iterable[Kind],
        blame: Blame,
        cause: Cause | None = None,
    ) -> None:
        """State that the lists of some kinds are as in the model."""
        for kind in kinds:
            for sight in kind.sights:
                view = look(self.check, sight)
                if view.repeated and sight.twice:
                    said = f"more than once: {', '.join(view.repeated)}"
                    self._fail(sight.twice, "each listed once", said, view.exchange)
                found = self._differences(kind, sight, view)
                if found and self._learns(kind, sight, view):
                    view = look(self.check, sight)
                    found = self._differences(kind, sight, view)
                if found:
                    self._differ(kind, sight, view, found, blame)
                running = self.habits.shows_running.get(sight.endpoint)
                if cause and running and self.model.pending:
                    self._unseen[kind.name, cause.key] = cause
                elif cause:
                    self.habits.judged |= cause.decides

    def _expected(self, kind: Kind, sight: Sight, state: State) -> Objects:
        objects = self.model.judged(kind.name, state[kind.name])
        return {key: projected(fields, sight) for key, fields in objects.items()}

    def _differences(self, kind: Kind, sight: Sight, view: View) -> list[Difference]:
        """How a list differs from what was written; from what runs as well, if that may show."""
        shown = self.model.judged(kind.name, view.objects)
        if kind is CONTACT and any(name == USER.name for name, _ in self.own):
            # A PBX may list its extensions in the phonebook.
            own = {key for name, key in self.own if name == kind.name}
            for key in shown.keys() - own - self._contacts_found:
                self.model.leave_open(kind.name, key)
            shown = self.model.judged(kind.name, shown)
        found = differences(self._expected(kind, sight, self.model.draft), shown)
        if found and self.habits.shows_running.get(sight.endpoint):
            return differences(self._expected(kind, sight, self.model.running), shown)
        if not found and self.model.pending and self.model.waits(kind.name):
            self.habits.shows_running.setdefault(sight.endpoint, False)
        return found

    def _learns(self, kind: Kind, sight: Sight, view: View) -> bool:
        """Find out, where a list shows what ran before, whether it shows more after apply."""
        if sight.endpoint in self.habits.shows_running or not self.model.pending:
            return False
        shown = self.model.judged(kind.name, view.objects)
        if differences(self._expected(kind, sight, self.model.running), shown):
            return False
        self.check.call("PUT /pbx/apply")
        self.model.apply()
        again = look(self.check, sight)
        shows = not self._differences(kind, sight, again)
        if shows:
            self.habits.shows_running[sight.endpoint] = True
        return shows

    def _differ(
        self,
        kind: Kind,
        sight: Sight,
        view: View,
        found: list[Difference],
        blame: Blame,
    ) -> NoReturn:
        """Blame what differs; what concerns an object of the run's own first."""
        worst = min(found, key=lambda one: (kind.name, one.key) not in self.own)
        shown = self.model.judged(kind.name, view.objects)
        expected = f"{sight.endpoint} shows the {kind.name}s as they were written"
        self._fail(blame(kind, worst, shown), expected, f"{kind.name} {worst}", view.exchange)

    def _judge_one(self, kind: Kind, key: str) -> None:
        """State that the GET of one object shows it as it was written, or as it runs."""
        for sight in kind.sights if key else ():
            if not sight.one or (kind.name, key) in self.model.unjudged:
                continue
            states = (self.model.draft, self.model.running)
            wanted = [state[kind.name][key] for state in states if key in state[kind.name]]
            if len(wanted) == 1:
                continue
            view = look_at_one(self.check, sight, key, exists=bool(wanted))
            if not wanted:
                requirement = f"{sight.one_stem}.unknown"
                self.check.unknown_object(requirement, view.exchange, sight.path)
                continue
            permitted = [{key: projected(fields, sight)} for fields in wanted]
            if not any(not differences(one, view.objects) for one in permitted):
                expected = f"{sight.one} shows the {kind.name} as the list does"
                [worst, *_] = differences(permitted[0], view.objects)
                requirement = f"{sight.one_stem}.own-record"
                self._fail(requirement, expected, f"{kind.name} {worst}", view.exchange)

    def _fail(self, requirement: str, expected: str, observed: str, last: Exchange) -> NoReturn:
        self.wrong = True
        shown = [exchange for exchange in self.written if exchange is not last]
        self.check.fail(requirement, expected, observed, *shown, last)
