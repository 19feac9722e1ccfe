"""Finds out, with harmless requests, which permitted readings a SUT follows (its dialect)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.dialect import LICENSE_PATHS
from conformance.oracles import Answer

if TYPE_CHECKING:
    from conformance.sut import Sut
    from conformance.wire.message import Body

__all__ = ["probe"]

NO_LICENSE_NEEDED = 10
NO_CALL_CENTER = 10
INVALID_INTERVAL = 11
WRONG_METHOD = {404, 405}
# An interval that ends before it begins is rejected, and so costs the PBX no search (RD-04).
REVERSED: Body = {"begin": "2014-05-20 12:00:00", "end": "2014-05-20 11:00:00"}


def probe(sut: Sut) -> None:
    """Probe RD-01, RD-02 and RD-04, and the PICS that the same answers show."""
    _license_path(sut)
    _interfaces_method(sut)
    _callcenter_tag(sut)


def _license_path(sut: Sut) -> None:
    for path in LICENSE_PATHS:
        sut.dialect.assume("RD-01", path)
        exchange = sut.send(sut.outgoing("GET /license/pxbinstance"))
        if exchange.find("pbx_instance_license") is not None:  # whatever the status (RD-10)
            sut.dialect.see("RD-01", path)
            sut.learn(license_key_required=exchange.code != NO_LICENSE_NEEDED)
            return
    sut.dialect.assume("RD-01", LICENSE_PATHS[0])


def _interfaces_method(sut: Sut) -> None:
    for method in ("POST", "GET"):
        sut.dialect.assume("RD-02", method)
        exchange = sut.send(sut.outgoing("POST /system/network/interfaces"))
        if exchange.find("interfaces") is not None:
            sut.dialect.see("RD-02", method)
            return
        if exchange.status not in WRONG_METHOD:
            break
    sut.dialect.assume("RD-02", "POST")


def _callcenter_tag(sut: Sut) -> None:
    for tag in ("cdrcallercenter", "cdrcallcenter"):
        body: Body = {tag: REVERSED}
        exchange = sut.send(sut.outgoing("POST /cdrcallcenter", body), Answer.XML)
        if exchange.gated:
            return
        if exchange.code == NO_CALL_CENTER:
            sut.learn(call_center_license=False)
            return
        if exchange.code == INVALID_INTERVAL:
            sut.dialect.see("RD-04", tag)
            sut.learn(call_center_license=True)
            return
