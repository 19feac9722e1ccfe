"""The state machine that draws sequences: which request may follow which."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from conformance.behaviour import values
from conformance.behaviour.kinds import CALLGROUP, CONTACT, ROUTE, USER, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.behaviour.ground import Ground
    from conformance.behaviour.hunt import Hunt
    from conformance.behaviour.model import Model

__all__ = ["REQUESTS", "Machine"]

REQUESTS: set[str] = set()
"""The names of the rules, by which a sequence can be played again."""

HIGHEST = 2
CHOICE, SLOT = st.integers(0, HIGHEST), st.integers(0, 1)
DICE = st.integers(0, 15)
USER_CHANGE = st.fixed_dictionaries(
    {}, optional={tag: st.sampled_from(some) for tag, some in values.USER_CHANGES.items()}
).filter(bool)
MEMBERS = st.lists(CHOICE, min_size=1, max_size=3, unique=True)
# No PBX hands out ids of this size.
UNUSED_ID = "999999999"
MOST_CALLGROUPS, MOST_CONTACTS = 2, 3
SHORT, LONG = 25, 40


# Their types know rules without arguments and with targets only.
untyped_rule: Any = rule
untyped_precondition: Any = precondition


def always(_: Machine) -> bool:
    """Whether a request may follow that may follow anything."""
    return True


def request(
    when: Callable[[Machine], object] = always,
    worth: Callable[[Machine], object] = always,
    **drawn: st.SearchStrategy[Any],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule that keeps what was drawn for it, so that it can be repeated without drawing.

    Args:
        when: whether it may follow.
        worth: whether it is drawn, which it is only where it is likely to show something.
        drawn: the strategies of its arguments.
    """

    def decorate(send: Callable[..., None]) -> Callable[..., None]:
        REQUESTS.add(send.__name__)

        @wraps(send)
        def kept(machine: Machine, **values: Any) -> None:
            if when(machine):
                machine.hunt.trace.append((send.__name__, values))
                send(machine, **values)

        ruled: Callable[..., None] = untyped_precondition(
            lambda machine: when(machine) and worth(machine)
        )(untyped_rule(**drawn)(kept))
        return ruled

    return decorate


def has_extensions(machine: Machine) -> bool:
    """Whether there is an extension of the run's own."""
    return bool(machine.keys(USER))


def is_pending(machine: Machine) -> bool:
    """Whether something waits to be applied."""
    return machine.model.pending


class Machine(RuleBasedStateMachine):
    """Draws requests on the objects of a ground, and has them played."""

    hunt: Hunt
    ground: Ground
    model: Model

    def __init__(self, hunt: Hunt) -> None:
        super().__init__()
        self.hunt = hunt
        self.ground = hunt.ground
        self.sequence = hunt.begin()
        self.model = self.sequence.model
        self.gone: dict[str, str] = {}
        self.owners: dict[str, str] = {}
        self.names = 0

    def play(self, request: Callable[[], object]) -> None:
        """Send one request, unless the search is over."""
        self.hunt.play(request)

    def repeat(self, name: str, values: dict[str, Any]) -> None:
        """Send a request of an earlier sequence, if it may follow here."""
        getattr(self, name)(**values)

    def teardown(self) -> None:
        """See that all is as in the model, then clear away what was made."""
        self.hunt.end(self.sequence)

    # --- what there is ----------------------------------------------------------------------

    def keys(self, kind: Kind) -> list[str]:
        """The run's own objects of a kind, as written; private contacts can't be written to."""
        own = (key for name, key in self.sequence.own if name == kind.name)
        there = self.model.draft.get(kind.name, {})
        return [key for key in dict.fromkeys(own) if key in there and key not in self.owners]

    def users_in_operation(self) -> list[str]:
        """Extensions that may be members or owners: applied, and not deleted since."""
        return [key for key in self.keys(USER) if key in self.model.running[USER.name]]

    def members_of_callgroups(self) -> set[str]:
        """Extensions that some callgroup of the run's own has as members."""
        states = (self.model.draft, self.model.running)
        groups = [state[CALLGROUP.name].get(key, {}) for state in states for key in self._groups()]
        return {word.strip(":;") for group in groups for word in group.get("members", "").split()}

    def _groups(self) -> list[str]:
        return [key for name, key in self.sequence.own if name == CALLGROUP.name]

    def exten(self, slot: int, *, there: bool) -> str:
        """One of the numbers that the sequence may use.

        Args:
            slot: which one; the highest is one of the other sort.
            there: whether it is the number of an extension, if there is any of that sort.
        """
        own = set(self.model.draft[USER.name])
        likely = [one for one in self.ground.extens if (one in own) is there]
        other = [one for one in self.ground.extens if one not in likely]
        chosen = (other if slot == HIGHEST else likely) or likely or other
        return chosen[slot % len(chosen)]

    def picked(self, kind: Kind, number: int) -> str:
        """One of the run's own objects."""
        keys = self.keys(kind)
        return keys[number % len(keys)]

    def members(self, numbers: list[int]) -> list[str]:
        """Members for a callgroup."""
        there = self.users_in_operation()
        return sorted({there[number % len(there)] for number in numbers})

    # --- extensions -------------------------------------------------------------------------

    @request(slot=CHOICE, choice=CHOICE)
    def add_extension(self, slot: int, choice: int) -> None:
        """Add an extension: code 11 if it is there."""
        exten = self.exten(slot, there=False)
        if self.model.agreed(USER.name, exten):
            self.play(lambda: self.sequence.add(USER, values.new_user(exten, choice)))

    @request(worth=has_extensions, slot=CHOICE, fields=USER_CHANGE)
    def change_extension(self, slot: int, fields: dict[str, Any]) -> None:
        """Change some of an extension's fields: code 15 if it is not there."""
        exten = self.exten(slot, there=True)
        if exten in self.model.draft[USER.name] or self.model.agreed(USER.name, exten):
            body = {tag: fields[tag] for tag in values.USER_CHANGES if tag in fields}
            self.play(lambda: self.sequence.change(USER, exten, body))

    @request(worth=has_extensions, slot=CHOICE)
    def remove_extension(self, slot: int) -> None:
        """Delete an extension that is no member: code 15 if it is not there."""
        exten, there = self.exten(slot, there=True), self.model.draft[USER.name]
        known = exten in there or self.model.agreed(USER.name, exten)
        if not known or exten in self.members_of_callgroups():
            return
        for contact in [key for key, owner in self.owners.items() if owner == exten]:
            self.model.leave_open(CONTACT.name, contact)
        self.play(lambda: self.sequence.remove(USER, exten))

    # --- callgroups -------------------------------------------------------------------------

    @request(
        lambda self: self.users_in_operation() and self.ground.selections,
        numbers=MEMBERS,
        long=st.booleans(),
    )
    def add_callgroup(self, numbers: list[int], long: bool) -> None:
        """Add a callgroup of extensions that are in operation."""
        states = (self.model.draft, self.model.running)
        groups = [state[CALLGROUP.name].get(key, {}) for state in states for key in self._groups()]
        taken = {group.get("selection") for group in groups}
        free = [one for one in self.ground.selections if one not in taken]
        if free:
            body = self._callgroup(free[0], numbers, LONG if long else SHORT)
            self.play(lambda: self.sequence.add(CALLGROUP, body))

    def _callgroup(self, selection: str, numbers: list[int], timeout: int) -> dict[str, Any]:
        self.names += 1
        name = self.ground.callgroup_name(self.names)
        return values.callgroup(name, selection, self.members(numbers), timeout)

    @request(
        lambda self: self.keys(CALLGROUP) and self.users_in_operation(),
        number=SLOT,
        numbers=MEMBERS,
        kept=st.sets(st.sampled_from(["name", "timeout", "enabled"])),
    )
    def change_callgroup(self, number: int, numbers: list[int], kept: set[str]) -> None:
        """Replace a callgroup's members, and change some of its fields."""
        body = self._callgroup("", numbers, LONG) | {"enabled": False}
        for tag in ("selection", *kept):
            del body[tag]
        key = self.picked(CALLGROUP, number)
        self.play(lambda: self.sequence.change(CALLGROUP, key, body))

    @request(lambda self: self.keys(CALLGROUP), number=SLOT)
    def remove_callgroup(self, number: int) -> None:
        """Delete a callgroup."""
        self._remove(CALLGROUP, self.picked(CALLGROUP, number))

    # --- contacts ---------------------------------------------------------------------------

    def _contact(self) -> dict[str, Any]:
        self.names += 1
        return values.contact(self.ground.mark, self.names)

    @request(
        lambda self: CONTACT.name in self.model.draft and len(self.keys(CONTACT)) < MOST_CONTACTS
    )
    def add_contact(self) -> None:
        """Add a system contact."""
        body = self._contact()
        self.play(lambda: self.sequence.add(CONTACT, body))

    @request(
        lambda self: (
            self.ground.private_go_with_their_owner
            and self.users_in_operation()
            and not self.owners
        ),
        number=SLOT,
    )
    def add_private_contact(self, number: int) -> None:
        """Add a contact of an extension; it is judged until its owner goes (RD-39)."""
        there = self.users_in_operation()
        owner = there[number % len(there)]
        body = {"owner": owner, **self._contact()}

        def add() -> None:
            key = self.sequence.add(CONTACT, body)
            if key is not None:
                self.owners[key] = owner

        self.play(add)

    @request(lambda self: self.keys(CONTACT), number=CHOICE)
    def change_contact(self, number: int) -> None:
        """Change every field of a system contact (RD-38)."""
        key = self.picked(CONTACT, number)
        sent = self._contact()
        self.play(lambda: self.sequence.change(CONTACT, key, {"id": key, **sent}, sent))

    @request(lambda self: self.keys(CONTACT), number=CHOICE)
    def remove_contact(self, number: int) -> None:
        """Delete a system contact."""
        self._remove(CONTACT, self.picked(CONTACT, number))

    # --- the network ------------------------------------------------------------------------

    @request(lambda self: self.ground.network, number=SLOT)
    def set_dns(self, number: int) -> None:
        """Write another DNS address."""
        self.play(lambda: self.ground.set_dns(self.sequence, number))

    @request(lambda self: self.ground.destinations, number=SLOT, enabled=st.booleans())
    def add_route(self, number: int, enabled: bool) -> None:
        """Add a route to a destination that has none."""
        body = self.ground.fields_of_route(number, 0, enabled)
        states = (self.model.draft, self.model.running)
        routed = {one.get("destination") for state in states for one in state[ROUTE.name].values()}
        if body["destination"] not in routed:
            self.play(lambda: self.sequence.add(ROUTE, body))

    @request(lambda self: self.keys(ROUTE), number=SLOT, gateway=SLOT, enabled=st.booleans())
    def change_route(self, number: int, gateway: int, enabled: bool) -> None:
        """Give a route another gateway, or another state; its destination stays (RD-35)."""
        key = self.picked(ROUTE, number)
        self.play(lambda: self.ground.learn_form(key, self.model.draft[ROUTE.name][key]))
        sent = self.ground.fields_of_route(0, gateway, enabled)
        sent["destination"] = self.model.draft[ROUTE.name][key]["destination"]
        body = values.route_change(self.hunt.check.sut.dialect, key, sent)
        self.play(lambda: self.sequence.change(ROUTE, key, body, sent))

    @request(lambda self: self.keys(ROUTE), number=SLOT)
    def remove_route(self, number: int) -> None:
        """Delete a route of the run's own."""
        self._remove(ROUTE, self.picked(ROUTE, number))

    # --- what is not there ------------------------------------------------------------------

    def _remove(self, kind: Kind, key: str) -> None:
        self.play(lambda: self.sequence.remove(kind, key))
        self.gone[kind.name] = key

    def _missing(self, kind: Kind) -> str:
        """An id that no object has: that of one that is gone for good, or one never given."""
        key = self.gone.get(kind.name, "")
        states = (self.model.draft, self.model.running)
        there = any(key in state[kind.name] for state in states)
        return UNUSED_ID if there or not key else key

    @request(worth=lambda self: self.gone, kind=st.sampled_from([CALLGROUP, CONTACT, ROUTE]))
    def remove_what_is_not_there(self, kind: Kind) -> None:
        """Delete an object that is not there: code 15, or 45."""
        if kind.name in self.model.draft:
            self.play(lambda: self.sequence.remove(kind, self._missing(kind)))

    @request(
        lambda self: self.users_in_operation(),
        lambda self: self.gone,
        kind=st.sampled_from([CALLGROUP, CONTACT]),
    )
    def change_what_is_not_there(self, kind: Kind) -> None:
        """Change an object that is not there: code 15."""
        if kind.name not in self.model.draft:
            return
        key = self._missing(kind)
        body = {"id": key, **self._contact()}
        if kind is CALLGROUP:
            body = self._callgroup("", [0], SHORT)
            del body["selection"]
        self.play(lambda: self.sequence.change(kind, key, body))

    # --- pending changes --------------------------------------------------------------------

    @request(worth=is_pending)
    def apply(self) -> None:
        """Put everything into operation."""
        self.play(self.sequence.apply)

    @request(worth=is_pending)
    def revert(self) -> None:
        """Drop what is pending."""
        self.play(self.sequence.revert)

    @request(lambda self: self.ground.reboot, dice=DICE)
    def restart(self, dice: int) -> None:
        """Reboot the PBX, now and then."""
        if dice == DICE_SHOWS and self.hunt.may_restart():
            self.play(self.sequence.restart)


DICE_SHOWS = 15
