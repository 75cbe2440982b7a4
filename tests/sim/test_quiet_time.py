"""A host that has restarted keeps quiet before it chooses an initial sequence number (RFC 9293 §3.4.3, row O08)."""

import pytest
from worlds import MS, SECOND, a_client, a_server, errors, wire

from tcpsim.sim.setup import Accept, Close, Connect, Happening, Listen, Program, ProgramSetup, Recv, Wait, WorldSetup
from tcpsim.sim.world import World
from tcpsim.tcp import drops
from tcpsim.tcp.profiles import RFC9293, TEACHING, Profile
from tcpsim.trace import Returned, SegmentDropped

QUIET = RFC9293.with_changes(quiet_time=RFC9293.msl)
OPENS: Program = (Connect(), Close())
LISTENS: Program = (Listen(), Accept(), Recv(), Close())
REBOOT = 1 * SECOND


def a_reboot_of(host: str, profile: Profile, client: Program = OPENS) -> WorldSetup:
    """A host restarts after a second; half a second later its program begins, and the client's some time later."""
    hosts = (a_client(profile), a_server(profile))
    at = REBOOT + 500 * MS
    programs = (ProgramSetup("client", client, at), ProgramSetup("server", LISTENS, at if host == "server" else 0))
    happenings = (Happening(REBOOT - 1, host, "crash"), Happening(REBOOT, host, "reboot"))
    return WorldSetup(hosts, programs, happenings=happenings)


@pytest.mark.row("O08")
def test_no_syn_leaves_before_an_msl_has_passed() -> None:
    world = World(a_reboot_of("client", QUIET)).run()
    assert world.trace.flights[0].sent_at == REBOOT + RFC9293.msl
    assert wire(world.trace)[:3] == ["client S 0:0(0)", "server S. 0:0(0) ack 1", "client . 1:1(0) ack 1"]
    assert errors(world, "client") == []
    (connected,) = [
        event for event in world.trace.events if isinstance(event, Returned) and event.result.name == "connect"
    ]
    assert connected.called_at == REBOOT + 500 * MS


@pytest.mark.row("O08")
@pytest.mark.parametrize("profile", [RFC9293, TEACHING], ids=lambda profile: profile.name)
def test_it_is_off_where_nobody_asks_for_it(profile: Profile) -> None:
    assert profile.quiet_time is None
    world = World(a_reboot_of("client", profile)).run()
    assert world.trace.flights[0].sent_at == REBOOT + 500 * MS


@pytest.mark.row("O08")
def test_no_syn_is_answered_before_an_msl_has_passed() -> None:
    quiet = QUIET.with_changes(quiet_time=2 * SECOND)
    world = World(a_reboot_of("server", quiet)).run()
    refused = [event.reason for event in world.trace.events if isinstance(event, SegmentDropped)]
    assert refused == [drops.QUIET_TIME] * 2
    assert wire(world.trace)[:4] == ["client S 0:0(0)"] * 3 + ["server S. 0:0(0) ack 1"]
    assert errors(world, "client") == errors(world, "server") == []


@pytest.mark.row("O08")
def test_what_was_there_before_is_still_refused_at_once() -> None:
    """A reset takes its number from what it answers: there is none to choose."""
    quiet = QUIET.with_changes(quiet_time=10 * SECOND)
    setup = a_reboot_of("server", quiet)
    programs = (ProgramSetup("client", (Connect(), Wait(REBOOT), Close()), 0), *setup.programs[1:])
    early = ProgramSetup("server", (Listen(), Accept()))
    world = World(WorldSetup(setup.hosts, (*programs, early), happenings=setup.happenings)).run()
    assert wire(world.trace)[3:5] == ["client F. 1:1(0) ack 1", "server R 1:1(0)"]


@pytest.mark.row("O08")
def test_a_copied_world_keeps_as_quiet() -> None:
    world = World(a_reboot_of("client", QUIET))
    while world.now < REBOOT + 500 * MS:
        world.step()
    other = world.copy()
    assert other.freeze() == world.freeze()
    assert other.hosts["client"].asks_the_time  # it has yet to choose a number
    world.run()
    other.run()
    assert [flight.sent_at for flight in world.trace.flights] == [flight.sent_at for flight in other.trace.flights]


@pytest.mark.row("O08")
def test_a_connect_that_cannot_be_is_refused_after_the_quiet_time() -> None:
    quiet = QUIET.with_changes(quiet_time=5 * SECOND, ephemeral_ports=(50_000, 50_000))
    setup = a_reboot_of("client", quiet, client=(Connect(local_port=40_001), Wait(10 * SECOND)))
    again = ProgramSetup("client", (Connect(local_port=40_001, error="EADDRNOTAVAIL"),), 2 * SECOND)
    world = World(WorldSetup(setup.hosts, (*setup.programs, again), happenings=setup.happenings)).run()
    assert errors(world, "client") == ["EADDRNOTAVAIL"]
