"""What the checks of /system conclude from versions, subnets and firmware slots."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.families.system.firmware import PRIMARY, PROMOTE, REBOOT, RESTORE, Slots, _step
from conformance.families.system.network import Interface, Network, Route
from conformance.families.system.ownroutes import foreign_gateways, gateways
from conformance.families.system.versions import malformed, newer, older, ordered

ETH0 = Interface("0", "true", "eth0", "192.168.0.100", "255.255.255.0")
DHCP = Interface("1", "true", "eth1", "0.0.0.0", "0.0.0.0")  # noqa: S104
DEFAULT = Route("1", "true", "0.0.0.0/0", "192.168.0.1")
FOREIGN = Route("1", "true", "0.0.0.0/0", "192.168.23.100")


def network(*interfaces: Interface, route: Route = DEFAULT) -> Network:
    return Network(frozenset(interfaces), "192.0.2.1", frozenset({route}))


@pytest.mark.parametrize("running", ["3.9.5-2891", "3.9.10-0000", "4.0.0-0001", "1.2.99-9999"])
def test_versions_around_the_running_one(running: str) -> None:
    numbers = ordered(running)
    assert numbers is not None
    for text in older(numbers):
        assert (ordered(text) or numbers) < numbers
    for text in newer(numbers):
        assert (ordered(text) or numbers) > numbers
    for text in malformed(numbers):
        assert ordered(text) is None, text


def test_a_newer_version_comes_before_as_text() -> None:
    assert "3.9.10-0001" in newer((3, 9, 5, 2891))
    assert "3.10.0-0001" in newer((3, 9, 5, 2891))


def test_gateway_of_the_default_route_comes_first_if_it_is_local() -> None:
    assert next(gateways(network(ETH0))) == "192.168.0.1"
    assert "192.168.23.100" not in [*gateways(network(ETH0, route=FOREIGN))]
    assert [*gateways(network(DHCP, route=FOREIGN))] == ["192.168.23.100"]


def test_gateways_come_in_the_same_order_in_every_run() -> None:
    routes = frozenset(
        Route(str(n), "true", f"10.{n}.0.0/16", f"192.168.0.{n}") for n in range(2, 9)
    )
    found = replace(network(ETH0), routes=routes)
    assert list(gateways(found))[:7] == [f"192.168.0.{n}" for n in range(2, 9)]


def test_gateways_just_beyond_a_subnet_each_alone_where_all_subnets_are_known() -> None:
    beyond = [("203.0.113.1",), ("192.168.1.1",), ("192.167.255.254",)]
    assert [*foreign_gateways(network(ETH0))] == beyond


def test_dhcp_can_not_have_chosen_the_subnets_on_both_sides() -> None:
    far, *beyond = foreign_gateways(network(ETH0, DHCP))
    assert far == ("203.0.113.1",)
    assert beyond == [("192.168.1.1", "192.167.255.254")]
    second = replace(DHCP, id="2", name="eth2")
    assert [*foreign_gateways(network(ETH0, DHCP, second))] == [far]


def test_no_gateway_beyond_where_no_host_can_be() -> None:
    edge = replace(ETH0, ip_address="223.255.255.1")
    whole = replace(ETH0, netmask="0.0.0.0")  # noqa: S104
    assert [*foreign_gateways(network(edge))] == [("203.0.113.1",)]
    assert [*foreign_gateways(network(whole))] == [("203.0.113.1",)]


def test_neighbour_that_is_local_as_well_is_not_foreign() -> None:
    neighbour = Interface("2", "false", "eth2", "192.168.1.7", "255.255.255.0")
    found = [*foreign_gateways(network(ETH0, neighbour))]
    assert ("192.168.1.1",) not in found
    assert ("192.168.2.1",) in found


def test_differences_name_what_changed() -> None:
    before = network(ETH0)
    assert before.differences(network(ETH0)) == ""
    found = before.differences(network(ETH0, route=FOREIGN))
    assert "192.168.0.1" in found
    assert "is now" in found
    assert "is new" in before.differences(network(ETH0, DHCP))
    assert "is gone" in network(ETH0, DHCP).differences(before)


@pytest.mark.parametrize(
    ("now", "step"),
    [
        (Slots("a", "b", "primary"), ""),
        (Slots("a", "b", "secondary"), RESTORE),
        (Slots("b", "a", "primary"), REBOOT),
        (Slots("b", "a", "secondary"), PROMOTE),
        (Slots("b", "b", "primary"), ""),
        (Slots("b", "b", "secondary"), RESTORE),
    ],
)
def test_way_back_to_the_slots_as_they_were(now: Slots, step: str) -> None:
    assert _step(now, Slots("a", "b", PRIMARY)) == step
