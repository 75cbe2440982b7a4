"""Segments from and to addresses that no one host has: multicast and broadcast (RFC 9293 §3.9.2.3)."""

import pytest
from worlds import SECOND, SERVER, a_server, errors, states, wire

from tcpsim.sim.setup import Connect, HostSetup, Injection, Listen, ProgramSetup, WorldSetup
from tcpsim.sim.world import World
from tcpsim.tcp import drops
from tcpsim.trace import SegmentDropped
from tcpsim.wire import Segment, parse_flags

MANY = ["224.0.0.1", "255.255.255.255", "0.0.0.0"]  # noqa: S104 - nothing is bound to it


def dropped(world: World) -> list[object]:
    return [event.reason for event in world.trace.events if isinstance(event, SegmentDropped)]


@pytest.mark.row("A15")
@pytest.mark.parametrize("source", MANY)
@pytest.mark.parametrize("flags", ["S", ".", "S.", "F", "-"])
@pytest.mark.parametrize("port", [80, 81], ids=["a listener", "nobody"])
def test_what_comes_from_such_an_address_is_discarded_without_a_word(source: str, flags: str, port: int) -> None:
    segment = Segment(source, 1024, SERVER, port, 90, 0, parse_flags(flags), 65_535)
    programs = (ProgramSetup("server", (Listen(),)),)
    world = World(WorldSetup((a_server(),), programs, injections=(Injection(0, segment),))).run()
    assert len(wire(world.trace)) == 1  # the injected one
    assert dropped(world) == [drops.NOT_OF_ONE_HOST]
    assert states(world, "server") == ["CLOSED", "LISTEN"]
    assert not world.hosts["server"].connections


@pytest.mark.row("A15")
@pytest.mark.row("B03")
def test_what_goes_to_such_an_address_is_discarded_without_a_word() -> None:
    everyone = HostSetup("everyone", "224.0.0.1", 80)
    syn = Segment(SERVER, 1024, "224.0.0.1", 80, 90, 0, parse_flags("S"), 65_535)
    programs = (
        ProgramSetup("everyone", (Listen(),)),
        ProgramSetup("server", (Connect("everyone", error="ENETUNREACH"),), SECOND),
    )
    world = World(WorldSetup((a_server(), everyone), programs, injections=(Injection(0, syn),))).run()
    assert len(wire(world.trace)) == 1
    assert dropped(world) == [drops.NOT_OF_ONE_HOST]
    assert errors(world, "server") == ["ENETUNREACH"]
