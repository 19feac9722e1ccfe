"""Extensions of a run's own: which numbers they get, when they show, what else is watched."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from conformance.check import Check
from conformance.objects import (
    Extensions,
    apply_at_exit,
    assert_at_rest,
    licensed_extensions,
    user_fields,
)
from conformance.verdict import Inconclusive, NotRun
from tests.support import StubPbx, error, sut_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support import Canned, Script, ScriptedServer, Seen

    Start = Callable[[Script], ScriptedServer]

TEXTS = ("exten", "sip_secret", "first_name", "last_name", "vm_secret", "vm_email")
FLAGS = ("vm_enabled", "vm_attach_enabled", "vm_message_delete")


@dataclass
class KeepingPbx:
    """A PBX that keeps extensions, pending until they are applied, and shows what it is told to."""

    shows_running: bool = False
    limit: int = 50
    spoils: str = ""
    pending: dict[str, str] = field(default_factory=lambda: {"101": "Ada"})
    running: dict[str, str] = field(default_factory=lambda: {"101": "Ada"})

    def __call__(self, seen: Seen) -> Canned:
        """Answer one request."""
        licence = (
            "<pbx_instance_license><license_status>ACTIVE</license_status>"
            f"<licensed_exten>{self.limit}</licensed_exten></pbx_instance_license>"
        )
        table = {"GET /license/pxbinstance": licence}
        if seen.line == "PUT /pbx/apply":
            self.running = dict(self.pending)
        elif seen.path.startswith("/users/"):
            table[seen.line] = self.users(seen)
        return StubPbx(dict(table))(seen)

    def users(self, seen: Seen) -> str:
        """What stands in the answer to a request below /users."""
        if seen.method == "GET":
            shown = self.running if self.shows_running else self.pending
            return self.brief(shown) if "brief" in seen.path else self.configs(shown)
        if seen.method == "DELETE":
            there = self.pending.pop(seen.path.rpartition("/")[2], None)
            return (
                error("user", 0, "Success") if there else error("user", 15, "User does not exist")
            )
        exten = etree.fromstring(seen.body).findtext("user/exten", "")
        if len(self.pending) >= self.limit:
            return error("user", 13, "Licensed extensions number reached")
        self.pending[exten] = "Elodie"
        if self.spoils:
            self.pending[self.spoils] = "Spoilt"
        return error("user", 0, "Success")

    def configs(self, shown: dict[str, str]) -> str:
        """The full configuration of those extensions."""
        rows = [
            f"<config><exten>{exten}</exten><sip_secret>x</sip_secret><enabled>true</enabled>"
            f"<first_name>{name}</first_name><last_name>x</last_name><gui_secret_md5/>"
            "<phonebook_manager>false</phonebook_manager><vm_secret/><vm_email/>"
            + "".join(f"<{flag}>false</{flag}>" for flag in FLAGS)
            + "</config>"
            for exten, name in shown.items()
        ]
        return f"<configs>{''.join(rows)}</configs>"

    def brief(self, shown: dict[str, str]) -> str:
        """State and identity of those extensions."""
        rows = [
            f"<user><exten>{exten}</exten><enabled>true</enabled>"
            f"<first_name>{name}</first_name><last_name>x</last_name></user>"
            for exten, name in shown.items()
        ]
        return f"<users>{''.join(rows)}</users>"


@pytest.fixture
def begin(scripted: Start) -> Any:
    """Begin a check against such a PBX; its PIXIT gives the numbers 9000 and 9001."""

    def make(pbx: KeepingPbx) -> Check:
        return Check(sut_on(scripted(pbx)), [])

    return make


def failures(check: Check) -> dict[str, str]:
    return {item.requirement: item.failure.observed for item in check.observations if item.failure}


def applied(check: Check) -> int:
    return [one.request.path for one in check.exchanges].count("/pbx/apply")


def test_every_documented_field_is_sent_unless_it_is_left_out() -> None:
    fields = user_fields("9000", vm_email=None, exten="9009")
    assert set(fields) == {*TEXTS, *FLAGS, "failover"}
    assert (fields["exten"], fields["vm_email"]) == ("9009", None)


def test_a_check_gets_each_free_number_once(begin: Any) -> None:
    extensions = Extensions(check := begin(KeepingPbx()))
    assert {extensions.free(), Extensions(check).free()} == {"9000", "9001"}
    with pytest.raises(NotRun, match="more than 2 free extensions"):
        extensions.free()


def test_a_number_that_is_taken_is_not_free(begin: Any) -> None:
    check = begin(KeepingPbx(pending={"9000": "Ada"}))
    assert Extensions(check).free() == "9001"
    assert Extensions(check).unused() == "9001"


def test_what_shows_at_once_is_not_applied_before_the_end(begin: Any) -> None:
    check = begin(pbx := KeepingPbx())
    exten = Extensions(check).create()
    assert exten in Extensions(check).listed()
    assert applied(check) == 0
    assert check.sut.dialect.get("RD-36") == "pending"
    check.finish()
    assert exten not in pbx.pending
    assert exten not in pbx.running


def test_what_shows_once_applied_is_applied_after_every_change(begin: Any) -> None:
    extensions = Extensions(check := begin(KeepingPbx(shows_running=True)))
    first, second = extensions.create(), extensions.create()
    assert {first, second} <= extensions.listed().keys()
    assert check.sut.dialect.get("RD-36") == "running"
    extensions.remove(first)
    assert first not in extensions.listed()
    assert failures(check) == {}


def test_a_full_licence_is_no_fault(begin: Any) -> None:
    check = begin(KeepingPbx(limit=1))
    with pytest.raises(Inconclusive, match="there are 1 extensions, and the licence allows 1"):
        Extensions(check).create()
    assert failures(check) == {}


def test_the_first_addition_is_watched_for_what_it_does_to_others(begin: Any) -> None:
    check = begin(KeepingPbx(spoils="101"))
    Extensions(check).create()
    assert failures(check) == {
        "users.configs.post.others-untouched": "added, removed or changed as well: 101"
    }


@pytest.mark.parametrize("pending", [False, True])
def test_lists_are_compared_at_rest_only(scripted: Start, pending: bool) -> None:
    answer = f"<pbx_pending>{str(pending).lower()}</pbx_pending>"
    check = Check(sut_on(scripted(StubPbx({"GET /pbx/pending": answer}))), [])
    with pytest.raises(Inconclusive, match="RD-36") if pending else nullcontext():
        assert_at_rest(check)


@dataclass
class PendingPbx:
    """A PBX that has changes pending until they are applied, or for ever."""

    pending: bool = False
    stays: bool = False

    def __call__(self, seen: Seen) -> Canned:
        """Answer one request."""
        if seen.line == "PUT /pbx/apply":
            self.pending = self.stays
        word = str(self.pending).lower()
        return StubPbx({"GET /pbx/pending": f"<pbx_pending>{word}</pbx_pending>"})(seen)


def test_what_somebody_else_is_typing_is_left_alone(scripted: Start) -> None:
    check = Check(sut_on(scripted(pbx := PendingPbx(pending=True))), [])
    with pytest.raises(NotRun, match="somebody else's changes are pending"):
        apply_at_exit(check)
    check.finish()
    assert pbx.pending
    assert applied(check) == 0


@pytest.mark.parametrize("stays", [False, True])
def test_what_our_own_apply_leaves_pending_is_not_somebody_elses(
    scripted: Start, stays: bool
) -> None:
    sut = sut_on(scripted(pbx := PendingPbx(stays=stays)))
    first = Check(sut, [])
    apply_at_exit(first)
    pbx.pending = True
    first.finish()
    pbx.pending = True
    second = Check(sut, [])
    with nullcontext() if stays else pytest.raises(NotRun):
        apply_at_exit(second)
    assert second.applies is stays


@pytest.mark.parametrize(("said", "limit"), [("50", 50), ("0", None), ("9" * 5000, None)])
def test_licensed_number_may_be_odd(scripted: Start, said: str, limit: int | None) -> None:
    licence = (
        "<pbx_instance_license><license_status>ACTIVE</license_status>"
        f"<licensed_exten>{said}</licensed_exten></pbx_instance_license>"
    )
    check = Check(sut_on(scripted(StubPbx({"GET /license/pxbinstance": licence}))), [])
    assert licensed_extensions(check) == limit
