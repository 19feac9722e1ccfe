"""What a request asks for: its class is that of its endpoint, whatever it claims."""

from __future__ import annotations

import timeit
from dataclasses import replace

import pytest

from conformance import catalogue
from conformance.dialect import LICENSE_PATHS, Dialect
from conformance.errors import SafetyViolation
from conformance.lab.asked import APPLYING, asked_for, assert_allowed
from conformance.lab.safety import ALL_CLASSES, SafetyClass
from tests.support import outgoing

READ, CONFIG, NETWORK = SafetyClass.READ, SafetyClass.CONFIG, SafetyClass.NETWORK
SERVICE, REBOOT, HALT = SafetyClass.SERVICE, SafetyClass.REBOOT, SafetyClass.HALT
ENDPOINTS = catalogue.load().endpoints


def allowed(method: str, path: str, claimed: SafetyClass, *allow: SafetyClass) -> bool:
    try:
        assert_allowed(outgoing(method, path, claimed), frozenset(allow or ALL_CLASSES))
    except SafetyViolation:
        return False
    return True


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("key", ["9000", "", "a b", "101/", "../x", "%2e", "restart", "é;x"])
def test_every_request_of_the_guide_is_known_by_its_line(name: str, key: str) -> None:
    from urllib.parse import quote  # noqa: PLC0415 - as Sut.outgoing quotes a key

    end = ENDPOINTS[name]
    path = end.path.replace(f"<{end.placeholder}>", quote(key, safe=""))
    found = asked_for(outgoing(end.method, path))
    # Without a key it is the list's path: where the guide has that, it is that.
    bare = ENDPOINTS.get(f"{end.method} {path}") or ENDPOINTS.get(
        f"{end.method} {path.rstrip('/')}"
    )
    assert found is (bare or end)


def test_the_ways_of_a_dialect_are_known() -> None:
    for path in LICENSE_PATHS:
        for method in ("GET", "POST"):
            dialect = Dialect()
            dialect.assume("RD-01", path)
            end = ENDPOINTS[f"{method} /license/pxbinstance"]
            assert asked_for(outgoing(*dialect.request_line(end))) is end
    dialect = Dialect()
    dialect.assume("RD-02", "GET")
    listed = ENDPOINTS["POST /system/network/interfaces"]
    assert asked_for(outgoing(*dialect.request_line(listed))) is listed


@pytest.mark.parametrize(
    ("method", "path", "meant"),
    [
        ("PUT", "/system/restart/", "PUT /system/restart"),
        ("put", "//System/RESTART", "PUT /system/restart"),
        ("PUT", "/system%2Frestart", "PUT /system/restart"),
        ("PUT", "/%73ystem/restart;v=1", "PUT /system/restart"),
        ("PUT", "/users/../system/halt?x", "PUT /system/halt"),
        ("PUT", "/users/configs/..%2F..%2Fsystem%2Fhalt", "PUT /system/halt"),
        ("PUT", "\\system\\halt", "PUT /system/halt"),
        ("GET", "/system/restart", "PUT /system/restart"),
        ("HEAD", "/pbx/pending", "GET /pbx/pending"),
        ("OPTIONS", "/cdr", "POST /cdr"),
    ],
)
def test_a_path_is_what_a_pbx_may_take_it_for(method: str, path: str, meant: str) -> None:
    found = asked_for(outgoing(method, path))
    assert found is not None
    assert found.name == meant
    assert not allowed(method, path, READ, READ) or found.safety is READ


@pytest.mark.parametrize("name", ENDPOINTS)
def test_no_request_passes_for_a_milder_class(name: str) -> None:
    end = ENDPOINTS[name]
    least = min(end.safety.rank, end.rejected_safety.rank)
    for claimed in SafetyClass:
        passes = allowed(end.method, end.path, claimed)
        assert passes is (claimed.rank >= least), claimed


@pytest.mark.parametrize("name", sorted(set(ENDPOINTS) - APPLYING))
def test_a_more_drastic_claim_needs_the_endpoint_s_own_class(name: str) -> None:
    end = ENDPOINTS[name]
    own = {end.safety, end.rejected_safety}
    assert not allowed(end.method, end.path, HALT, *(ALL_CLASSES - own), HALT) or HALT in own


def test_what_nobody_knows_never_leaves() -> None:
    for claimed in SafetyClass:
        assert not allowed("PUT", "/system/reboot", claimed)
        assert not allowed("PATCH", "/users/configs/101", claimed)
    assert allowed("GET", "/no/such/path", READ)


def test_apply_and_revert_belong_to_either_class() -> None:
    for path in ("/pbx/apply", "/pbx/revert"):
        assert allowed("PUT", path, CONFIG, READ, CONFIG)
        assert allowed("PUT", path, NETWORK, READ, NETWORK)
        assert not allowed("PUT", path, SERVICE, READ, SERVICE)
        assert not allowed("PUT", path, READ)


def test_what_must_be_rejected_may_be_of_a_lower_class() -> None:
    line = ("POST", "/license/pxbinstance")
    assert allowed(*line, CONFIG, READ, CONFIG)
    assert allowed(*line, SERVICE, READ, SERVICE)
    assert not allowed(*line, READ)


def test_a_borrowed_endpoint_counts_for_nothing() -> None:
    asking = outgoing()
    borrowed = replace(asking, endpoint=ENDPOINTS["GET /pbx/pending"], method="PUT")
    for path in ("/system/restart", "/pbx/pending"):
        with pytest.raises(SafetyViolation):
            assert_allowed(replace(borrowed, path=path), frozenset({READ}))


def test_it_costs_next_to_nothing() -> None:
    request = outgoing("PUT", "/users/configs/9000", CONFIG)
    seconds = min(
        timeit.repeat(lambda: assert_allowed(request, ALL_CLASSES), number=1000, repeat=3)
    )
    assert seconds / 1000 < 100e-6, "every request passes it"
