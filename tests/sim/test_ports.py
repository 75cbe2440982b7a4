"""Ports: which one a connect takes, how TIME-WAIT uses them up, and when they come back (rows B11, P14 to P16)."""

from typing import Final

import pytest
from worlds import CLIENT, MS, SECOND, a_server, a_setup, errors, states

from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
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
from tcpsim.tcp.profiles import FREEBSD, LINUX, RFC9293, Profile
from tcpsim.tcp.states import State
from tcpsim.trace import Called

EIGHT_PORTS: Final = RFC9293.with_changes(ephemeral_ports=(50_000, 50_007), msl=30 * SECOND)
CLIENT_CLOSES: Final[Program] = (Connect(), Close())
ECHO_THE_END: Final[Program] = (Listen(), Serve((Recv(), Close())))


def one_after_another(
    count: int, *, client: Program = CLIENT_CLOSES, server: Program = ECHO_THE_END, every: int = SECOND
) -> WorldSetup:
    """So many connections from one host to another, begun one second after the other, over eight ports."""
    hosts = (HostSetup("client", CLIENT, profile=EIGHT_PORTS), a_server(EIGHT_PORTS))
    more = tuple(ProgramSetup("client", client, n * every) for n in range(1, count))
    return a_setup(client, server, hosts=hosts, more=more)


def run_until(world: World, time: int) -> None:
    while world.agenda.times and world.agenda.times[0] < time:
        world.step()


def in_time_wait(world: World, host: str) -> int:
    return sum(c.tcb.state is State.TIME_WAIT for c in world.hosts[host].connections.values())


def ports_used(world: World) -> list[int]:
    return [pair.lport for pair in world.trace.connections_of("client")]


@pytest.mark.row("P16")
@pytest.mark.row("B10")
@pytest.mark.row("B11")
def test_forty_connections_over_eight_ports() -> None:
    """Whoever closes first pays: each port is held for 2MSL, 60 s. From the ninth on there is none left."""
    world = World(one_after_another(40))
    run_until(world, 40 * SECOND)
    assert in_time_wait(world, "client") == 8
    assert not world.hosts["server"].connections, "the one that closes last holds nothing"
    assert errors(world, "client") == ["EADDRNOTAVAIL"] * 32
    assert states(world, "client").count("TIME-WAIT") == 8
    assert ports_used(world) == list(range(50_000, 50_008))
    world.run()
    assert not world.hosts["client"].connections


@pytest.mark.row("P16")
@pytest.mark.row("P02")
def test_a_port_comes_back_when_2msl_is_over() -> None:
    """Each is in TIME-WAIT from 200 ms after its connect on (four ways of 50 ms): so the first is free at 60.2 s."""
    world = World(one_after_another(9, every=0)).run()
    assert errors(world, "client") == ["EADDRNOTAVAIL"]
    for at, failed in ((60 * SECOND + 199 * MS, 1), (60 * SECOND + 201 * MS, 0)):
        hosts = (HostSetup("client", CLIENT, profile=EIGHT_PORTS), a_server(EIGHT_PORTS))
        more = tuple(ProgramSetup("client", CLIENT_CLOSES, start) for start in (0,) * 7 + (at,))
        again = World(a_setup(CLIENT_CLOSES, ECHO_THE_END, hosts=hosts, more=more)).run()
        assert len(errors(again, "client")) == failed, at


@pytest.mark.row("P16")
@pytest.mark.row("P15")
def test_where_the_server_closes_first_the_records_are_the_servers() -> None:
    """The same ports again: the server's TIME-WAIT takes a SYN that can only be new (row P09)."""
    server: Program = (Listen(), Serve((Close(),)))
    world = World(one_after_another(40, client=(Connect(), Recv(), Close()), server=server))
    run_until(world, 40 * SECOND)
    assert errors(world, "client") == []
    assert not world.hosts["client"].connections
    assert in_time_wait(world, "server") == 8
    assert states(world, "server").count("TIME-WAIT") == 40


@pytest.mark.parametrize(
    ("profile", "first", "count"),
    [(RFC9293, 49_152, 16_384), (LINUX, 32_768, 28_232), (FREEBSD, 10_000, 55_536)],
    ids=lambda value: value.name if isinstance(value, Profile) else "",
)
@pytest.mark.row("P16")
def test_how_many_there_are(profile: Profile, first: int, count: int) -> None:
    """28,232 ports over 60 s of TIME-WAIT: a Linux client makes at most some 470 connections a second to one server."""
    low, high = profile.ephemeral_ports
    assert (low, high - low + 1) == (first, count)
    assert profile is not LINUX or count * SECOND // (2 * profile.msl) == 470


def test_ports_are_taken_in_turn_and_begin_again() -> None:
    """The next is tried first, so that a port rests as long as it can before it is used again."""
    profile = EIGHT_PORTS.with_changes(ephemeral_ports=(50_000, 50_002), msl=1)
    more = tuple(ProgramSetup("client", CLIENT_CLOSES, n * SECOND) for n in range(1, 5))
    hosts = (HostSetup("client", CLIENT, profile=profile), a_server(profile))
    world = World(a_setup(CLIENT_CLOSES, ECHO_THE_END, hosts=hosts, more=more)).run()
    calls = [event for event in world.trace.events if type(event) is Called and event.call.name == "connect"]
    assert [call.pair.lport for call in calls if call.pair] == [50_000, 50_001, 50_002, 50_000, 50_001]


# ---- TIME-WAIT, and connecting again -----------------------------------------------------------------------

STAMPED: Final = EIGHT_PORTS.with_changes(timestamps=True)


@pytest.mark.row("P14")
@pytest.mark.parametrize("profile", [RFC9293, FREEBSD, LINUX.with_changes(timestamps=False)], ids=lambda p: p.name)
def test_a_pair_in_time_wait_is_in_use(profile: Profile) -> None:
    client: Program = (Connect(local_port=40_000), Close(), Wait(SECOND), Connect(local_port=40_000))
    world = World(a_setup(client, ECHO_THE_END, profile=profile)).run()
    assert errors(world, "client") == ["EADDRNOTAVAIL"]


@pytest.mark.row("P14")
@pytest.mark.row("V03")
def test_a_linux_client_connects_again_by_the_port_it_names() -> None:
    """As the kernel was seen to: at once, with timestamps, and its number is the last one used and 65,537 more."""
    port = Connect(local_port=41_002)
    client: Program = (port, Send(b"hello"), Recv(5), Close(), Wait(500 * MS), port, Close())
    server: Program = (Listen(), Serve((Recv(5), Send(b"world"), Recv(), Close())))
    world = World(a_setup(client, server, profile=LINUX, iss=(1_595_053_648,))).run()
    assert errors(world, "client") == []
    first, second = (flight.segment for flight in world.trace.flights if flight.segment.kind == "SYN")
    assert (first.seq, second.seq) == (1_595_053_648, 1_595_119_192)
    assert (first.sport, second.sport) == (41_002, 41_002)
    assert " TIME-WAIT SYN-SENT ESTABLISHED FIN-WAIT-1 " in " ".join(states(world, "client"))
    assert not world.hosts["client"].connections


@pytest.mark.parametrize(("listed", "chosen"), [(200_000, 200_000), (50, 101 + 1 + 65_537)])
@pytest.mark.row("V03")
def test_a_listed_number_is_taken_if_it_is_higher(listed: int, chosen: int) -> None:
    port = Connect(local_port=41_002)
    client: Program = (port, Close(), Wait(SECOND), port)
    world = World(a_setup(client, ECHO_THE_END, profile=LINUX, iss=(100, listed))).run()
    assert [flight.segment.seq for flight in world.trace.flights if flight.segment.kind == "SYN"] == [100, chosen]


@pytest.mark.row("P14")
@pytest.mark.row("P16")
@pytest.mark.parametrize(
    ("profile", "after", "error"),
    [
        (STAMPED.with_changes(time_wait_reuse="any"), SECOND, []),
        (STAMPED.with_changes(time_wait_reuse="any"), SECOND - MS, ["EADDRNOTAVAIL"]),
        (STAMPED.with_changes(time_wait_reuse="named"), SECOND, ["EADDRNOTAVAIL"]),
        (EIGHT_PORTS.with_changes(time_wait_reuse="any"), SECOND, ["EADDRNOTAVAIL"]),
    ],
    ids=["any", "too early", "named", "no timestamps"],
)
def test_when_no_port_is_left_one_in_time_wait_may_do(profile: Profile, after: int, error: list[str]) -> None:
    """It is entered 200 ms after the connect, when the server's FIN arrives."""
    hosts = (HostSetup("client", CLIENT, profile=profile), a_server(profile))
    more = tuple(ProgramSetup("client", CLIENT_CLOSES, start) for start in (0,) * 7 + (200 * MS + after,))
    world = World(a_setup(CLIENT_CLOSES, ECHO_THE_END, hosts=hosts, more=more)).run()
    assert errors(world, "client") == error
    assert sum(flight.segment.kind == "SYN" for flight in world.trace.flights) == 9 - len(error)
    assert not world.hosts["client"].connections


def test_what_is_not_in_time_wait_is_never_taken_over() -> None:
    profile = LINUX.with_changes(ephemeral_ports=(50_000, 50_000), time_wait_reuse="any")
    hosts = (HostSetup("client", CLIENT, profile=profile), a_server(profile))
    again: Program = (Connect(error="EADDRNOTAVAIL"), Connect(local_port=50_000, error="EADDRNOTAVAIL"))
    more = (ProgramSetup("client", again, 10 * SECOND),)
    world = World(a_setup((Connect(), Recv()), (Listen(), Accept()), hosts=hosts, more=more)).run()
    assert errors(world, "client") == ["EADDRNOTAVAIL", "EADDRNOTAVAIL"]
    assert states(world, "client")[-1] == "ESTABLISHED"
