"""Objects of the run's own on the SUT: extensions, which checks of several families need.

Only numbers that the PIXIT names and that nobody had before are used, and every object is removed
when its check ends. Changes of the configuration are applied at the end, so that nothing stays
pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.wire.message import content

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Body, Content

__all__ = ["Extensions", "apply_at_exit", "listing", "one", "user_fields"]

GONE = {0, 15}
Records = dict[str, "dict[str, list[Content]]"]


def user_fields(exten: str, **changes: Any) -> dict[str, Any]:
    """Every field of `POST /users/configs/`, in the guide's order; None leaves one out."""
    fields: dict[str, Any] = {
        "exten": exten,
        "sip_secret": f"Sip-{exten}-secret",
        "first_name": "Élodie",
        "last_name": f"Conformance {exten}",
        "vm_enabled": True,
        "vm_secret": f"7{exten}",
        "vm_email": f"conformance.{exten}@pbx.example",
        "vm_attach_enabled": True,
        "vm_message_delete": False,
        "failover": hangup(),
    }
    return fields | changes


def hangup() -> dict[str, Any]:
    """A failover that needs nothing else on the PBX: hang up."""
    return failover("HANGUP")


def failover(kind: str, value: str = "", name: str = "") -> dict[str, Any]:
    """A failover with every documented field."""
    destination = {
        "name": name,
        "value": value,
        "gateway_type": "",
        "gateway_id": "",
        "gateway_name": "",
    }
    return {"intro": "", "type": kind, "destination": destination}


def apply_at_exit(check: Check) -> None:
    """Have everything applied when the check ends, after what it made has been removed."""
    if not check.applies:
        check.applies = True
        check.on_exit(lambda: check.call("PUT /pbx/apply"))


def records(exchange: Exchange, path: str, key: str) -> Records:
    """The records of an answer by the text of one of their tags."""
    found: Records = {}
    for element in exchange.records(path):
        whole = content(element)
        found[(element.findtext(key) or "").strip()] = whole if isinstance(whole, dict) else {}
    return found


def listing(check: Check, endpoint: str, path: str, key: str) -> Records:
    """A list of the SUT by key: `listing(check, "GET /users/configs/", "configs/config", "exten")`.

    Raises:
        Inconclusive: the answer holds no such list.
    """
    exchange = check.call(endpoint)
    if exchange.find(path.partition("/")[0]) is None:
        check.inconclusive(f"{endpoint} gave no list: {exchange.summary()}")
    return records(exchange, path, key)


def one(record: dict[str, list[Content]], tag: str) -> str:
    """The text of a record's tag; empty if it is absent or holds other elements."""
    values = record.get(tag, [""])
    return values[0] if isinstance(values[0], str) else ""


class Extensions:
    """Extensions that a check may create, change and delete."""

    def __init__(self, check: Check) -> None:
        self._check = check

    def listed(self) -> Records:
        """The full configuration of all extensions."""
        return listing(self._check, "GET /users/configs/", "configs/config", "exten")

    def free(self) -> str:
        """A number of the PIXIT that no extension has.

        Raises:
            NotRun: there is none left.
        """
        sut = self._check.sut
        if sut.free_extensions is None:
            taken = set(self.listed())
            brief = self._check.call("GET /users/brief/")
            taken |= records(brief, "users/user", "exten").keys()
            sut.free_extensions = [
                exten for exten in self._check.pixit.extensions if exten not in taken
            ]
        if not sut.free_extensions:
            self._check.not_run("no free extension: widen pixit.extensions in the target file")
        # The number used longest ago comes first: what a PBX failed to delete disturbs least.
        exten = sut.free_extensions.pop(0)
        sut.free_extensions.append(exten)
        return exten

    def add(self, fields: Body) -> Exchange:
        """Send a POST for an extension of the run's own, which is deleted when the check ends."""
        exten = str(fields.get("exten") or "")
        apply_at_exit(self._check)
        if exten:
            self._check.on_exit(lambda: self.remove(exten))
        body: Body = {"user": fields}
        return self._check.call("POST /users/configs/", body)

    def create(self, **changes: Any) -> str:
        """Create an extension; its number.

        Raises:
            NonConformance: the SUT did not answer with code 0.
        """
        exten = str(changes.pop("exten", "") or self.free())
        self._check.expect_code(self.add(user_fields(exten, **changes)), 0)
        return exten

    def change(self, exten: str, fields: dict[str, Any]) -> Exchange:
        """Send a PUT for an extension."""
        body: Body = {"user": fields}
        return self._check.call("PUT /users/configs/<exten>", body, key=exten)

    def remove(self, exten: str) -> Exchange:
        """Delete an extension; one that is gone already is fine."""
        exchange = self._check.call("DELETE /users/configs/<exten>", key=exten)
        if exchange.code not in GONE:
            self._check.leftovers.append(f"extension {exten}: {exchange.summary()}")
        return exchange
