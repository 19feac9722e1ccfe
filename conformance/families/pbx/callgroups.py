"""Callgroups of the run's own.

Their ids are the PBX's to give: one that was added is found by listing what was not there before,
under a name that nothing else has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.families.pbx.record import read_callgroup
from conformance.objects import Extensions, apply_at_exit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.check import Check
    from conformance.families.pbx.record import Callgroup
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Body

__all__ = ["INCOMING", "TEXTS", "Callgroups", "priorities"]

INCOMING = "incoming"
POST = "pbx.callgroups.post"
LIMIT_REACHED, NOT_SAVED = 13, 14
GONE = {0, 15}
# No PBX hands out ids of this size.
UNUSED_ID = "999999999"
TEXTS = (
    "Zoë Müller-Ñandú",
    "Ελένη",
    "Юлия",
    "王小明",
    "A & B <c> \"d\" 'e'",
    "100% &amp; %41 \\n",
    "100% 𝄞_Ω",
    "Segreteria della Direzione Generale e dell'Ufficio Acquisti, Sede Nord",
)


def priorities(members: Mapping[int, Sequence[str]]) -> dict[str, Any]:
    """The `<priorities>` of a request, from the extensions of each priority."""
    return {
        "priority": [
            {"id": level, "members": {"member": [{"exten": exten} for exten in extens]}}
            for level, extens in members.items()
        ]
    }


class Callgroups:
    """Callgroups that a check may create, change and delete."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._before: set[str] | None = None
        self._names: set[str] = set()
        self._selections: set[str] = set()
        self._lags = check.sut.dialect.get("RD-36") == "running"
        self.own: set[str] = set()

    # --- reading ----------------------------------------------------------------------------

    def shown(self) -> dict[str, Callgroup]:
        """All callgroups by id, as the PBX shows them now.

        Raises:
            Inconclusive: the answer holds no list.
        """
        exchange = self._check.call("GET /pbx/callgroups")
        if exchange.find("callgroups") is None:
            self._check.inconclusive(f"GET /pbx/callgroups gave no list: {exchange.summary()}")
        found = map(read_callgroup, exchange.records("callgroups/callgroup"))
        return {group.id: group for group in found}

    def listed(self) -> dict[str, Callgroup]:
        """All callgroups by id, with what was written: after apply if need be (RD-36)."""
        if self._lags:
            self._check.call("PUT /pbx/apply")
        return self.shown()

    def written(self, key: str) -> Callgroup:
        """A callgroup of this check's own, with what was written.

        Raises:
            NonConformance: it is not listed under its id.
        """
        found = self.listed().get(key)
        if found is None:
            expected = f"the callgroup {key}, which was added"
            self._check.fail("pbx.callgroups.post.listed", expected, "it is not listed")
        return found

    def others(self) -> dict[str, Callgroup]:
        """All callgroups but those of this check."""
        return {key: group for key, group in self.listed().items() if key not in self.own}

    def unknown_ids(self, near: str = "") -> list[str]:
        """Ids that no callgroup has, some of them almost like that of a callgroup."""
        listed = self.listed()
        candidates = (UNUSED_ID, f"{near}0", near[:-1])
        return [key for key in candidates if key and key.strip("0") and key not in listed]

    # --- writing ----------------------------------------------------------------------------

    def members(self, count: int) -> list[str]:
        """New extensions in operation, to be members."""
        extensions = Extensions(self._check)
        created = [extensions.create() for _ in range(count)]
        self._check.call("PUT /pbx/apply")
        return created

    def name(self, said: str = "") -> str:
        """A name that no callgroup has; the check's own from now on."""
        name = f"{said or 'Conformance'} {self._check.sut.fresh_id()}"
        self._names.add(name)
        return name

    def selection(self) -> str:
        """A selection of the PIXIT that no callgroup has.

        Raises:
            NotRun: there is none left.
        """
        taken = {group.selection for group in self.shown().values()} | self._selections
        free = [one for one in self._check.pixit.callgroup_selections if one not in taken]
        if not free:
            reason = "no free selection: widen pixit.callgroup_selections in the target file"
            self._check.not_run(reason)
        self._selections.add(free[0])
        return free[0]

    def fields(self, members: Mapping[int, Sequence[str]], **changes: Any) -> dict[str, Any]:
        """Every field of `POST /pbx/callgroups`, in the guide's order; None leaves one out."""
        fields: dict[str, Any] = {
            "name": changes.get("name") or self.name(),
            "timeout": 25,
            "selection": changes.get("selection") or self.selection(),
            "enabled": True,
            "priorities": priorities(members),
        }
        return fields | changes

    def add(self, fields: Body, **how: Any) -> Exchange:
        """Send a POST for a callgroup of the run's own, which is deleted when the check ends."""
        self.delete_at_exit()
        if fields.get("name"):
            self._names.add(str(fields["name"]))
        body: Body = {"callgroup": fields}
        return self._check.call("POST /pbx/callgroups", body, **how)

    def create(self, members: Mapping[int, Sequence[str]], **changes: Any) -> str:
        """Create a callgroup; its id.

        Raises:
            NonConformance: the PBX did not answer with code 0, or lists no new callgroup.
            Inconclusive: the licence allows no more callgroups.
        """
        return self.create_from(self.fields(members, **changes)) or ""

    def create_from(self, fields: Body, *, refusable: bool = False) -> str | None:
        """Create a callgroup with these fields; its id, or None if it was refused.

        Args:
            fields: see `fields`.
            refusable: code 14 may come, as the PBX may be unable to store one of them.

        Raises:
            NonConformance: the PBX did not answer with code 0, or lists no new callgroup.
            Inconclusive: the licence allows no more callgroups.
        """
        before = self.listed()
        exchange = self.add(fields)
        if exchange.code == LIMIT_REACHED and self.listed() == before:
            self._check.inconclusive("the licence allows no more callgroups on this PBX (code 13)")
        if refusable and exchange.code == NOT_SAVED:
            return None
        self._check.expect_code(exchange, 0)
        return self._found(fields["name"], set(before), exchange)

    def _found(self, name: str, before: set[str], exchange: Exchange) -> str:
        found = self._new(name, before)
        if found is None:
            self._check.call("PUT /pbx/apply")
            found = self._new(name, before)
            if found is not None:
                self._lags = True
                self._check.sut.dialect.see("RD-36", "running")
                remark = "what was written showed only after PUT /pbx/apply (RD-36)"
                self._check.remark("pbx.callgroups.get.response-schema", remark)
        if found is None:
            observed = "no callgroup that was not there before, also after PUT /pbx/apply"
            self._check.fail(f"{POST}.listed", "the new callgroup", observed, exchange)
        self.own.add(found)
        return found

    def _new(self, name: str, before: set[str]) -> str | None:
        new = {key: group for key, group in self.listed().items() if key not in before}
        named = [key for key, group in new.items() if group.name == name.strip()]
        # A PBX may have stored another name; a group of somebody else has another selection.
        alike = [key for key, group in new.items() if group.selection in self._selections]
        return next(iter(named or alike), None)

    def change(self, key: str, fields: Body, **how: Any) -> Exchange:
        """Send a PUT for a callgroup."""
        if fields.get("name"):
            self._names.add(str(fields["name"]))
        body: Body = {"callgroup": fields}
        return self._check.call("PUT /pbx/callgroups/<callgroupid>", body, key=key, **how)

    def delete(self, key: str) -> Exchange:
        """Send a DELETE for a callgroup."""
        return self._check.call("DELETE /pbx/callgroups/<callgroupid>", key=key)

    # --- the way out ------------------------------------------------------------------------

    def delete_at_exit(self) -> None:
        """Have what this check adds from now on deleted when it ends."""
        if self._before is None:
            apply_at_exit(self._check)
            self._before = set(self.listed()) - self.own
            self._check.on_exit(self._delete_all)

    def made(self) -> dict[str, Callgroup]:
        """The callgroups that this check has added and the PBX lists, whoever added others."""
        return {
            key: group
            for key, group in self.listed().items()
            if key in self.own or (key not in (self._before or ()) and self._is_ours(group))
        }

    def _delete_all(self) -> None:
        for key, group in self.made().items():
            exchange = self.delete(key)
            if exchange.code not in GONE:
                leftover = f"callgroup {key} ({group.name}): {exchange.summary()}"
                self._check.leftovers.append(leftover)

    def _is_ours(self, group: Callgroup) -> bool:
        # A PBX that should have rejected a callgroup without a name has one without a name now.
        nameless = not group.name and group.selection in {"", *self._selections}
        return nameless or group.name in {name.strip() for name in self._names}
