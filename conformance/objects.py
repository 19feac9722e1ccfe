"""Objects of the run's own on the SUT: extensions, which checks of several families need.

Only numbers that the PIXIT names and that nobody had before are used, and every object is removed
when its check ends. Changes of the configuration are applied at the end, so that nothing stays
pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from conformance.verdict import Inconclusive, NonConformance
from conformance.wire.message import content, whole_number

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.sut import Sut
    from conformance.wire.exchange import Exchange
    from conformance.wire.message import Body, Content

__all__ = [
    "GONE",
    "Extensions",
    "Record",
    "Records",
    "apply",
    "apply_at_exit",
    "assert_at_rest",
    "failover",
    "hangup",
    "let_show",
    "licensed_extensions",
    "listing",
    "one",
    "records",
    "take_as_at_rest",
    "user_fields",
]

GONE = {0, 15}
EXISTS, LIMIT_REACHED = 11, 13
# RD-36: what a GET shows of changes that are not applied.
VIEW, RUNNING, PENDING = "RD-36", "running", "pending"
# A number that no PIXIT names: this long a one, nobody's telephone has.
MADE_UP = "99999999"
# The numbers that a check was given: one that came round to its own would blame the PBX for it.
_given: WeakKeyDictionary[Check, set[str]] = WeakKeyDictionary()
# The endpoints whose first success on a SUT has been watched.
_watched: WeakKeyDictionary[Sut, set[str]] = WeakKeyDictionary()
# The SUTs on which what is pending may be the run's own: changed, and not seen at rest since.
_changed: WeakSet[Sut] = WeakSet()
# The SUTs that gave no answer when asked what is pending: waiting for it again decides nothing.
_mute: WeakSet[Sut] = WeakSet()
Record = dict[str, "list[Content]"]
Records = dict[str, Record]


def user_fields(exten: str, /, **changes: Any) -> dict[str, Any]:
    """Every field of `POST /users/configs/`, in the guide's order; None leaves one out."""
    fields: dict[str, Any] = {
        "exten": exten,
        "sip_secret": f"Sip-{exten}-secret",
        "first_name": "Elodie",
        "last_name": f"Conformance {exten}",
        "vm_enabled": True,
        "vm_secret": f"0{exten}",
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


def apply(check: Check) -> Exchange:
    """Put pending changes into operation (`PUT /pbx/apply`)."""
    return check.call("PUT /pbx/apply")


def let_show(check: Check) -> None:
    """Have what was written show, on a PBX whose GET is known to show what runs (RD-36)."""
    if check.sut.dialect.get(VIEW) == RUNNING:
        apply(check)


def apply_at_exit(check: Check) -> None:
    """Have everything applied when the check ends, after what it made has been removed.

    To be called before the first change: what somebody else is typing is neither to be applied nor
    to be reverted. Where the run's own apply has left something pending, that is not taken for
    somebody else's, and the checks of apply find it.

    Raises:
        NotRun: somebody else's changes are pending.
    """
    if check.applies:
        return
    if check.sut.target.shared and check.sut not in _changed and _pending(check):
        check.not_run("somebody else's changes are pending; apply or revert them first")
    _changed.add(check.sut)
    check.applies = True
    check.on_exit(lambda: _come_to_rest(check))


def take_as_at_rest(sut: Sut) -> None:
    """Take it that nothing of the run is pending, where what became of it can't be seen."""
    _changed.discard(sut)


def _come_to_rest(check: Check) -> None:
    apply(check)
    if _pending(check) is False:
        _changed.discard(check.sut)


def _pending(check: Check) -> bool | None:
    """Whether changes are pending; None where the PBX does not say."""
    if check.sut in _mute:
        return None
    try:
        return check.call("GET /pbx/pending").flag("pbx_pending")
    except (Inconclusive, NonConformance):
        _mute.add(check.sut)
        return None


def assert_at_rest(check: Check) -> None:
    """See that nothing is pending: else one GET may show the running configuration, another not.

    Raises:
        Inconclusive: changes are pending.
    """
    if check.call("GET /pbx/pending").flag("pbx_pending"):
        check.inconclusive("changes are pending, and which GET shows them is not said (RD-36)")


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


def licensed_extensions(check: Check) -> int | None:
    """How many extensions the licence allows (`GET /license/pxbinstance`); None if it is not said.

    A PBX that needs no licence key names no number; neither does a 0 make sense as one.
    """
    found = check.call("GET /license/pxbinstance").find("pbx_instance_license/licensed_exten")
    return None if found is None else whole_number(found.text) or None


class Extensions:
    """Extensions that a check may create, change and delete.

    Where a GET shows the running configuration (RD-36), every change is applied at once, so that
    what is read is what was written.
    """

    def __init__(self, check: Check) -> None:
        self._check = check
        self._made: set[str] = set()
        self._others: set[str] = set()

    def listed(self) -> Records:
        """The full configuration of all extensions (`GET /users/configs/`)."""
        return listing(self._check, "GET /users/configs/", "configs/config", "exten")

    @property
    def spare(self) -> int:
        """How many numbers of the PIXIT were free when the run first asked."""
        return len(self._free_numbers())

    def free(self) -> str:
        """A number of the PIXIT that no extension has, another one at each call.

        Raises:
            NotRun: there is none left.
        """
        numbers, given = self._free_numbers(), _given.setdefault(self._check, set())
        if not numbers or numbers[0] in given:
            self._check.not_run(
                f"needs more than {len(given)} free extensions: "
                "widen pixit.extensions in the target file"
            )
        # The number used longest ago comes first: what a PBX failed to delete disturbs least.
        exten = numbers.pop(0)
        numbers.append(exten)
        given.add(exten)
        return exten

    def unused(self) -> str:
        """A number that no extension has, of the PIXIT or not: for requests that only ask."""
        numbers = self._free_numbers()
        return numbers[0] if numbers else MADE_UP

    def _free_numbers(self) -> list[str]:
        sut = self._check.sut
        if sut.free_extensions is None:
            taken = set(self.listed())
            brief = self._check.call("GET /users/brief/")
            taken |= records(brief, "users/user", "exten").keys()
            sut.free_extensions = [
                exten for exten in self._check.pixit.extensions if exten not in taken
            ]
        return sut.free_extensions

    def remove_at_exit(self, exten: str) -> None:
        """Have an extension of the run's own deleted when the check ends, if there is one."""
        apply_at_exit(self._check)
        if exten:
            self._check.on_exit(lambda: self._clean(exten))

    def add(self, fields: Body, *, to_the_limit: bool = False, **how: Any) -> Exchange:
        """Send a POST for an extension of the run's own, which is deleted when the check ends.

        Args:
            fields: what stands below `<user>`.
            to_the_limit: code 13 is what the check is about.
            how: see `Check.call`.

        Raises:
            Inconclusive: code 13, rightly: the licence allows no more extensions.
        """
        exten = str(fields.get("exten") or "")
        self.remove_at_exit(exten)
        exchange = self._send("POST /users/configs/", exten, {"user": fields}, **how)
        if exchange.code == 0:
            self._made.add(exten)
        elif exchange.code == EXISTS and exten not in self._made:
            self._others.add(exten)
        if exchange.code == LIMIT_REACHED and not to_the_limit:
            self.assert_room()
        return exchange

    def assert_room(self) -> None:
        """See that the licence allows another extension, after an answer of code 13 (RD-16).

        Raises:
            Inconclusive: it allows none, or does not say how many.
        """
        limit, there = licensed_extensions(self._check), len(self.listed())
        if limit is None or there >= limit:
            allowed = limit or "an unknown number"
            self._check.inconclusive(
                f"code 13: there are {there} extensions, and the licence allows {allowed}"
            )

    def create(self, **changes: Any) -> str:
        """Create an extension; its number.

        Raises:
            NonConformance: the SUT did not answer with code 0.
            Inconclusive: the licence allows no more extensions.
        """
        exten = str(changes.pop("exten", "") or self.free())
        self._check.expect_code(self.add(user_fields(exten, **changes)), 0)
        return exten

    def change(self, exten: str, fields: Body, **how: Any) -> Exchange:
        """Send a PUT for an extension of the run's own."""
        return self._send("PUT /users/configs/<exten>", exten, {"user": fields}, key=exten, **how)

    def remove(self, exten: str) -> Exchange:
        """Send a DELETE for an extension of the run's own."""
        return self._send("DELETE /users/configs/<exten>", exten, key=exten)

    def _clean(self, exten: str) -> None:
        if exten in self._others - self._made:
            return  # somebody else was faster; what is the run's own is known by its texts
        exchange = self.remove(exten)
        if exchange.code not in GONE:
            self._check.leftovers.append(f"extension {exten}: {exchange.summary()}")

    def _send(self, endpoint: str, exten: str, body: Body | None = None, **how: Any) -> Exchange:
        """Send a change, and see that it shows; the first of its kind is watched."""
        watched = _watched.setdefault(self._check.sut, set())
        before = None if endpoint in watched else self._readable()
        exchange = self._check.call(endpoint, body, **how)
        if exchange.code != 0:
            return exchange
        if endpoint.startswith("POST") and not self._check.sut.dialect.get(VIEW):
            self._learn_view(exten)
        else:
            let_show(self._check)
        if before is not None:
            watched.add(endpoint)
            self._watch(exchange, exten, before)
        return exchange

    def _watch(self, exchange: Exchange, exten: str, before: Records) -> None:
        """State that a change has left the other extensions alone.

        What a PBX does to the same extension each time shows only the first time: no check that
        comes later would see it.
        """
        after = self._readable()
        if after is None or exchange.endpoint is None:
            return
        odd = sorted(key for key in before | after if before.get(key) != after.get(key))
        others = [key for key in odd if key != exten]
        self._check.soft(
            f"{exchange.endpoint.slug}.others-untouched",
            not others,
            "every other extension as before",
            f"added, removed or changed as well: {', '.join(others)}",
            exchange,
        )

    def _readable(self) -> Records | None:
        """All extensions, if they can be read: a clean-up must not fail for want of a list."""
        try:
            return self.listed()
        except (Inconclusive, NonConformance):
            return None

    def _learn_view(self, exten: str) -> None:
        """Find out, with the first extension that a run adds, what a GET shows (RD-36)."""
        dialect = self._check.sut.dialect
        if exten in self.listed():
            dialect.see(VIEW, PENDING)
            return
        apply(self._check)
        if exten in self.listed():
            dialect.see(VIEW, RUNNING)
            remark = "GET shows what was added only after PUT /pbx/apply (RD-36)"
            self._check.remark("users.configs.post.listed", remark)
