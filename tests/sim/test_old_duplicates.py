"""Segments of an earlier incarnation, and ends of which one has forgotten (RFC 9293 §3.4.1, §3.5.1; RFC 1337)."""

import pytest
from worlds import MS, SECOND, WAY, a_client, a_server, a_setup, errors, fault, injected, numbers, returned, states

from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
    Happening,
    HostSetup,
    Listen,
    Program,
    ProgramSetup,
    Recv,
    Send,
    Serve,
    Wait,
    WorldSetup,
)
from tcpsim.sim.world import World
from tcpsim.tcp import drops
from tcpsim.tcp.profiles import RFC9293, Profile
from tcpsim.tcp.states import State
from tcpsim.trace import SegmentDropped, StateChanged

# ---- data of an earlier incarnation (RFC 1337 §2.2, hazard H1) ---------------------------------------------

FORGETFUL = RFC9293.with_changes(msl=0)  # no TIME-WAIT to speak of


def two_incarnations(profile: Profile, second_iss: int) -> World:
    """The first one's data comes once more, 8 s late; the same pair of sockets is used again after 5 s."""
    hosts = (a_client(profile, iss=(100, second_iss)), a_server(profile, iss=(300, 400)))
    again = ProgramSetup("client", (Connect(local_port=40_000), Wait(10 * SECOND), Send(b"new!"), Close()), 5 * SECOND)
    late = fault("duplicate", "client", "DATA", after=8 * SECOND)
    server: Program = (Listen(), Serve((Recv(), Close())))
    first: Program = (Connect(), Send(b"old!"), Wait(SECOND), Close())
    return World(a_setup(first, server, hosts=hosts, more=(again,), faults=(late,))).run()


def heard(world: World) -> list[bytes]:
    return [value for name, value in returned(world, "server") if name == "recv"]


@pytest.mark.row("O02")
def test_without_time_wait_old_data_in_the_new_window_is_taken_for_new() -> None:
    """Hazard H1: four octets that nobody sent are delivered, and four that were sent are taken for a repetition."""
    world = two_incarnations(FORGETFUL, second_iss=100)
    assert heard(world) == [b"old!", b"old!"]
    assert not errors(world, "client")


@pytest.mark.row("O01")
def test_old_data_outside_the_new_window_is_acknowledged_and_dropped() -> None:
    world = two_incarnations(FORGETFUL, second_iss=100_000)
    assert heard(world) == [b"old!", b"new!"]
    (dropped,) = [event for event in world.trace.events if isinstance(event, SegmentDropped)]
    assert dropped.reason is drops.ALREADY_RECEIVED
    answer = next(f for f in world.trace.flights if f.sender == "server" and f.sent_at == dropped.time)
    assert (answer.segment.kind, answer.segment.seq, answer.segment.ack) == ("ACK", 401, 100_001)


@pytest.mark.row("O02")
@pytest.mark.row("P14")
def test_time_wait_keeps_the_pair_until_what_is_old_is_gone() -> None:
    world = two_incarnations(RFC9293, second_iss=100)
    assert heard(world) == [b"old!"]
    assert errors(world, "client") == ["EADDRNOTAVAIL"]


@pytest.mark.row("O02")
@pytest.mark.row("S05")
def test_timestamps_tell_old_data_from_new_without_it() -> None:
    world = two_incarnations(FORGETFUL.with_changes(timestamps=True), second_iss=100)
    assert heard(world) == [b"old!", b"new!"]
    assert [event.reason for event in world.trace.events if isinstance(event, SegmentDropped)] == [
        drops.TIMESTAMP_TOO_OLD
    ]


# ---- an old acknowledgment (RFC 1337 §2.4, hazard H3) ------------------------------------------------------


@pytest.mark.row("O04")
@pytest.mark.row("J07")
@pytest.mark.parametrize("rfc5961", [False, True])
def test_an_old_ack_in_syn_sent_brings_a_reset_into_the_half_open_servers_window(rfc5961: bool) -> None:
    """The SYN-ACK is lost; an old ACK of 150 reaches the client, who resets it: 150 lies in the server's window."""
    setup = a_setup(
        (Connect(), Wait(SECOND)),
        (Listen(), Accept(), Wait(SECOND)),
        profile=RFC9293.with_changes(rfc5961=rfc5961),
        faults=(fault("drop", "server", "SYN-ACK"),),
        injections=(injected(100 * MS, ".", 7_000, 150, to="client"),),
    )
    world = World(setup).run()
    told = numbers(world.trace)
    assert told[2:4] == ["server <SEQ=7000> <ACK=150> ACK", "client <SEQ=150> RST"]
    resets = [event.row.destination for event in world.trace.events if isinstance(event, StateChanged)]
    if rfc5961:  # the reset is questioned, and the client has nothing to say to an acknowledgment of its SYN
        assert told[4] == "server <SEQ=301> <ACK=101> ACK"
        assert world.hosts["server"].incarnations == 1
        assert resets.count(State.LISTEN) == 1
    else:  # the reset kills it, and the client's SYN makes another
        assert told[4] == "client <SEQ=100> SYN"
        assert world.hosts["server"].incarnations == 2
        assert resets.count(State.LISTEN) == 2
    assert states(world, "client")[-1] == states(world, "server")[-1] == "ESTABLISHED"


# ---- half-open ---------------------------------------------------------------------------------------------


@pytest.mark.row("O05")
@pytest.mark.row("O07")
@pytest.mark.parametrize("keep_alive", [False, True])
def test_only_a_keep_alive_finds_a_peer_that_has_restarted(keep_alive: bool) -> None:
    profile = RFC9293.with_changes(keep_alive=keep_alive)
    happenings = (Happening(SECOND, "client", "crash"), Happening(2 * SECOND, "client", "reboot"))
    hosts = (a_client(), a_server(profile))
    server: Program = (Listen(), Accept(), Recv())
    world = World(a_setup((Connect(), Wait(SECOND)), server, hosts=hosts, happenings=happenings)).run()
    if keep_alive:  # two hours later
        assert numbers(world.trace)[-2:] == ["server <SEQ=300> <ACK=101> ACK", "client <SEQ=101> RST"]
        assert returned(world, "server")[-1] == ("recv", "ECONNRESET")
        (reset,) = [
            event for event in world.trace.events if isinstance(event, StateChanged) and event.row.trigger == "rcv_rst"
        ]
        assert reset.time == 3 * WAY + profile.keep_alive_idle + 2 * WAY
    else:
        assert len(world.trace.flights) == 3
        assert states(world, "server")[-1] == "ESTABLISHED"


# ---- simultaneous open -------------------------------------------------------------------------------------


@pytest.mark.row("N14")
@pytest.mark.row("Q11")
@pytest.mark.parametrize("figure_7", [False, True])
def test_simultaneous_open_with_both_syn_acks_lost(figure_7: bool) -> None:
    """What each sends again is the SYN-ACK that it owes, not the SYN with which it began."""
    profile = RFC9293.with_changes(figure_7=figure_7)
    hosts = (a_client(profile), HostSetup("server", "192.0.2.2", 80, (300,), profile))
    programs = (
        ProgramSetup("client", (Connect(port=80), Wait(SECOND))),
        ProgramSetup("server", (Connect(port=40_000), Wait(SECOND))),
    )
    faults = (fault("drop", "client", "SYN-ACK"), fault("drop", "server", "SYN-ACK"))
    network = a_setup().network
    world = World(WorldSetup(hosts, programs, network, faults)).run()
    told = [
        (flight.sent_at // MS, line) for flight, line in zip(world.trace.flights, numbers(world.trace), strict=True)
    ]
    assert sorted(told[2:6]) == [
        (50, "client <SEQ=100> <ACK=301> SYN-ACK"),
        (50, "server <SEQ=300> <ACK=101> SYN-ACK"),
        (1050, "client <SEQ=100> <ACK=301> SYN-ACK"),
        (1050, "server <SEQ=300> <ACK=101> SYN-ACK"),
    ]
    for host in ("client", "server"):
        assert states(world, host) == ["CLOSED", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"]
