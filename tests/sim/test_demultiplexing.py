"""Whom a segment is for: the connection with its very pair of sockets, then a listener, then nobody (§3.9.1.1)."""

import pytest
from worlds import CLIENT, MS, SECOND, SERVER, WAY, a_setup, errors, returned, states, wire

from tcpsim.sim.setup import Accept, Connect, Injection, Listen, Program, ProgramSetup, Recv, Send, Wait
from tcpsim.sim.world import World
from tcpsim.tcp.states import State
from tcpsim.wire import Segment, SocketPair, parse_flags

OPEN: Program = (Connect(), Wait(5 * SECOND))
ACCEPTED: Program = (Listen(), Accept(), Recv())
PAIR = SocketPair(SERVER, 80, CLIENT, 40_000)


def at_the_server(flags: str, src: str, sport: int, dport: int, *, seq: int = 101, ack: int = 301) -> World:
    """Client and server are connected; a second later a segment with data reaches the server."""
    stray = Segment(src, sport, SERVER, dport, seq, ack, parse_flags(flags), 65_535, b"stray")
    world = World(a_setup(OPEN, ACCEPTED, injections=(Injection(SECOND, stray),)))
    while world.now < SECOND:
        world.step()
    return world


def let_it_arrive(world: World) -> None:
    while world.agenda.times and world.agenda.times[0] <= SECOND + WAY:
        world.step()


@pytest.mark.row("A13")
@pytest.mark.parametrize(
    ("src", "sport", "dport"),
    [(CLIENT, 40_001, 80), ("192.0.2.9", 40_000, 80), (CLIENT, 40_000, 81)],
    ids=["another port", "another address", "to a port where nobody listens"],
)
@pytest.mark.parametrize("flags", [".", "F.", "R"])
def test_another_pair_of_sockets_is_nothing_to_the_connection(src: str, sport: int, dport: int, flags: str) -> None:
    world = at_the_server(flags, src, sport, dport)
    server = world.hosts["server"]
    before = server.connections[PAIR].tcb.freeze(0)
    sent = len(world.trace.flights)
    let_it_arrive(world)
    assert server.connections[PAIR].tcb.freeze(0) == before
    assert list(server.connections) == [PAIR]
    answers = world.trace.flights[sent:]
    if flags == "R":  # the listener ignores it, and so do the rules of CLOSED
        assert not answers
    else:  # LISTEN refuses an ACK as CLOSED does
        (answer,) = [flight.segment for flight in answers]
        assert (answer.dst, answer.dport, answer.sport) == (src, sport, dport)
        assert (answer.kind, answer.seq, answer.ack) == ("RST", 301, 0)


@pytest.mark.row("A13")
def test_the_very_pair_of_sockets_is_the_connections() -> None:
    world = at_the_server(".", CLIENT, 40_000, 80)
    let_it_arrive(world)
    assert world.hosts["server"].connections[PAIR].tcb.rcv_nxt == 101 + len(b"stray")


@pytest.mark.row("A14")
@pytest.mark.parametrize("sport", [40_000, 40_001])
def test_a_syn_is_for_the_connection_before_it_is_for_the_listener(sport: int) -> None:
    world = at_the_server("S", CLIENT, sport, 80, seq=5000, ack=0)
    server = world.hosts["server"]
    let_it_arrive(world)
    answer = world.trace.flights[-1].segment
    if sport == 40_000:
        assert list(server.connections) == [PAIR]
        assert (answer.kind, answer.seq, answer.ack) == ("ACK", 301, 101)  # a challenge
        assert not server.listeners[80].syn_queue
    else:
        assert len(server.connections) == 2
        assert (answer.kind, answer.seq, answer.ack) == ("SYN-ACK", 400, 5001)  # the data on it is not taken in
        assert list(server.listeners[80].syn_queue) == [PAIR._replace(rport=40_001)]
    assert server.connections[PAIR].tcb.state is State.ESTABLISHED


@pytest.mark.row("B09")
@pytest.mark.row("A14")
def test_a_listener_on_the_port_of_a_half_open_connection_takes_nothing_from_it() -> None:
    more = (
        ProgramSetup("client", (Listen(40_000), Accept(), Send(b"hello"), Recv()), MS),
        ProgramSetup("server", (Connect(port=40_000, local_port=90), Recv(5)), 10 * MS),
    )
    world = World(a_setup(OPEN, ACCEPTED, more=more)).run()
    assert errors(world, "client") == errors(world, "server") == []
    assert ("recv", b"hello") in returned(world, "server")
    client = world.hosts["client"].connections
    assert {(pair.lport, pair.rport): c.tcb.passive for pair, c in client.items()} == {
        (40_000, 80): False,
        (40_000, 90): True,
    }
    assert [state for state in states(world, "client") if state == "ESTABLISHED"] == ["ESTABLISHED"] * 2


@pytest.mark.row("X09")
@pytest.mark.row("J08")
def test_a_syn_that_comes_twice_makes_one_connection() -> None:
    syn = Segment(CLIENT, 40_000, SERVER, 80, 100, 0, parse_flags("S"), 65_535)
    world = World(a_setup((), (Listen(),), injections=(Injection(0, syn), Injection(MS, syn)))).run()
    assert wire(world.trace, absolute=True)[:4] == [
        "client S 100:100(0)",
        "client S 100:100(0)",
        "server S. 300:300(0) ack 101",
        "server . 301:301(0) ack 101",  # no second ISS: 400 would be the next
    ]
    assert world.hosts["server"].incarnations == 1
