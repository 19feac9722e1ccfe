"""What sequences start from and leave behind: free numbers, and how the PBX was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.behaviour import values
from conformance.behaviour.kinds import (
    CALLGROUP,
    CONTACT,
    DNS,
    INTERFACE,
    KINDS,
    ROUTE,
    USER,
    Kind,
)
from conformance.behaviour.reading import look, network_of
from conformance.behaviour.sequence import Habits, Sequence
from conformance.errors import LabError, SafetyViolation, SutError
from conformance.lab.safety import SafetyClass
from conformance.objects import apply_at_exit
from conformance.verdict import Inconclusive, NonConformance, NotRun
from conformance.wire.message import is_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.behaviour.model import Fields, State
    from conformance.check import Check

__all__ = ["PROBLEMS", "Ground"]

# What ends a sequence without a word about the PBX.
PROBLEMS = (Inconclusive, NotRun, LabError, SutError, SafetyViolation)
USERS, CALLGROUPS, ROUTES = 3, 2, 2
LEAST_PREFIX_STEP, LONGEST_PREFIX = 2, 32
# What refers to another object goes first.
ORDER = (CONTACT, CALLGROUP, ROUTE, USER)
ATTEMPTS = 2
PRIVATE = "phonebook.contacts.post.private-with-owner"


class Ground:
    """The objects that sequences of one check may make, and how the PBX was found."""

    def __init__(self, check: Check, kinds: Iterable[Kind] = tuple(KINDS.values())) -> None:
        """Look at what is there, and have everything put back when the check ends.

        Args:
            check: the check.
            kinds: what its sequences are about, and what they must leave alone.

        Raises:
            NotRun: somebody else's changes are pending, or no extension is free.
        """
        apply_at_exit(check)
        self.check = check
        self._wanted = tuple(kinds)
        self.habits = Habits()
        self.network = self._may_write_network()
        self.reboot = SafetyClass.REBOOT in check.sut.client.allow
        self.private_go_with_their_owner = False
        self.exhausted = ""
        self.moved_dns = False
        self.mark = check.sut.fresh_id()[:8]
        self.found = self.shown()
        self._first = self.found
        self._knows_form = False
        self.extens: list[str] = []
        self.selections: list[str] = []
        self.destinations: list[str] = []
        self.gateways = values.gateways(self.found) if self.network else []
        self._sequence = self.begin()
        check.on_exit(self._leave)
        if self.exhausted:
            check.not_run(self.exhausted)

    def _may_write_network(self) -> bool:
        allowed = SafetyClass.NETWORK in self.check.sut.client.allow
        given = network_of(self.check.pixit.route_destination) is not None
        return allowed and given and ROUTE in self._wanted

    @property
    def kinds(self) -> list[Kind]:
        """The kinds that sequences look at."""
        network = (ROUTE, DNS, INTERFACE)
        return [kind for kind in self._wanted if self.network or kind not in network]

    def shown(self) -> State:
        """Everything that sequences look at, as it is shown now."""
        return {kind.name: look(self.check, kind.sights[0]).objects for kind in self.kinds}

    def begin(self) -> Sequence:
        """A new sequence, with the numbers that are free now; `exhausted` says if none are."""
        pixit, found = self.check.pixit, self.found
        taken = {one.get("selection") for one in found.get(CALLGROUP.name, {}).values()}
        free = [one for one in pixit.extensions if one not in found[USER.name]]
        if not free:
            self.exhausted = "needs a free extension: widen pixit.extensions in the target file"
        self.extens = free[:USERS] or self.extens
        self.selections = [one for one in pixit.callgroup_selections if one not in taken]
        self.selections = self.selections[: CALLGROUPS if CALLGROUP in self._wanted else 0]
        self.destinations = list(self._free_destinations())[:ROUTES] if self.gateways else []
        self._sequence = Sequence(self.check, self.habits, found)
        return self._sequence

    def _free_destinations(self) -> Iterator[str]:
        whole = network_of(self.check.pixit.route_destination)
        if whole is None:
            return
        prefix = min(whole.prefixlen + LEAST_PREFIX_STEP, LONGEST_PREFIX)
        routed = [network_of(one.get("destination", "")) for one in self._routes()]
        for part in whole.subnets(new_prefix=prefix):
            if not any(net and net.prefixlen and net.overlaps(part) for net in routed):
                yield str(part)

    def _routes(self) -> list[Fields]:
        return list(self.found[ROUTE.name].values())

    def callgroup_name(self, number: int) -> str:
        """A name that only callgroups of this check have."""
        return f"{self.mark} {number}"

    def fields_of_route(self, number: int, gateway: int, enabled: bool) -> dict[str, str]:
        """The fields of a route of the run's own."""
        return {
            "enabled": str(enabled).lower(),
            "destination": self.destinations[number % len(self.destinations)],
            "gateway": self.gateways[gateway % len(self.gateways)],
        }

    # --- learning ---------------------------------------------------------------------------

    def learn_form(self, key: str, fields: Fields) -> None:
        """Find out, once, in which form this PBX takes the destination of a route (RD-35).

        Args:
            key: the id of a route of the run's own.
            fields: what it has: it is sent nothing new.
        """
        dialect = self.check.sut.dialect
        if self._knows_form or dialect.get("RD-35"):
            return
        self._knows_form = True
        body = values.route_change(dialect, key, fields)
        if self.check.call("PUT /system/network/routes", {"route": body}).code != 0:
            dialect.assume("RD-35", "destination")

    def learn_privates(self) -> None:
        """Find out whether a private contact goes with its owner: else none more is made (RD-39).

        Nothing is judged: what is asked for here is judged elsewhere.
        """
        sequence, call = self.begin(), self.check.call
        owner = self.extens[0]
        private = {"owner": owner, **values.contact(self.mark, 0)}
        call("POST /users/configs/", {"user": values.new_user(owner, 0)})
        call("PUT /pbx/apply")
        added = call("POST /phonebook/contacts", {"contact": private})
        call("PUT /pbx/apply")
        there = look(self.check, CONTACT.sights[0]).objects.keys() - self.found[CONTACT.name].keys()
        call("DELETE /users/configs/<exten>", key=owner)
        call("PUT /pbx/apply")
        left = look(self.check, CONTACT.sights[0]).objects.keys() & there
        self.private_go_with_their_owner = added.code == 0 and len(there) == 1 and not left
        for key in left:
            self.check.remark(PRIVATE, f"contact {key} outlived its owner (RD-39)")
        self.clear([*sequence.own, (USER.name, owner)])

    # --- writing ----------------------------------------------------------------------------

    def set_dns(self, sequence: Sequence, number: int) -> None:
        """Write a DNS address that is not the one found."""
        found = self._first[DNS.name].get("", {}).get("ip_address", "")
        if not is_address(found):
            self.check.not_run(f"the configured DNS address can't be written back: {found!r}")
        others = [one for one in values.DNS_ADDRESSES if one != found]
        self.moved_dns = True
        sequence.change(DNS, "", {"ip_address": others[number % len(others)]})

    # --- the way out ------------------------------------------------------------------------

    def clear(self, own: Iterable[tuple[str, str]] = ()) -> None:
        """Remove what sequences have made and put the DNS address back; look at what is left.

        Args:
            own: what a sequence is known to have made, as (kind, key), there or not.
        """
        self.check.call("PUT /pbx/revert")
        known = sorted(set(own), key=lambda one: (ORDER.index(KINDS[one[0]]), one))
        self._undo((KINDS[name], key) for name, key in known)
        for _ in range(ATTEMPTS):
            self.check.call("PUT /pbx/apply")
            self.found = self.shown()
            if not self._undo(self._mine()):
                return

    def _undo(self, made: Iterable[tuple[Kind, str]]) -> bool:
        """Remove objects, and put the DNS address back; whether there was anything to do."""
        mine = list(made)
        for kind, key in mine:
            if kind.remove is not None and key:
                self.check.call(kind.remove.endpoint, key=key)
        dns = self._first.get(DNS.name, {}).get("", {})
        moved = self.network and (self.moved_dns or self.found[DNS.name].get("", {}) != dns)
        if moved:
            broken = "the address that the PBX itself has shown"
            self.check.call("PUT /system/network/dns", {"dns": dns}, broken=broken)
            self.moved_dns = False
        return bool(mine or moved)

    def _mine(self) -> Iterator[tuple[Kind, str]]:
        for kind in ORDER:
            for key, fields in self.found.get(kind.name, {}).items():
                if key not in self._first[kind.name] and self._is_mine(kind, key, fields):
                    yield kind, key

    def _is_mine(self, kind: Kind, key: str, fields: Fields) -> bool:
        if kind is USER:
            return key in self.check.pixit.extensions
        if kind is ROUTE:
            net = network_of(fields.get("destination", ""))
            whole = network_of(self.check.pixit.route_destination)
            return bool(net and whole and net.subnet_of(whole))
        return any(self.mark.lower() in text.lower() for text in fields.values())

    def _leave(self) -> None:
        """Clear everything away; what can't be is left over."""
        if self.check.sut.dead:
            return
        try:
            self.clear(self._sequence.own)
        except (NonConformance, *PROBLEMS) as problem:
            self.check.leftovers.append(str(problem))
        for kind, key in self._mine():
            if fields := self.found[kind.name][key]:
                shown = f" ({fields['type']})" if "type" in fields else ""
                self.check.leftovers.append(f"{kind.name} {key}{shown} could not be removed")
        if self.network and self.found[DNS.name] != self._first[DNS.name]:
            self.check.leftovers.append("the DNS address is not as it was before")
