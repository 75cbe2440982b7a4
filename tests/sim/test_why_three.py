"""Why three segments, and not two or four: the same two hosts with handshakes that no RFC has."""

import pytest
from worlds import MS, SECOND, WAY, a_client, a_server, a_setup, errors, fault, injected, numbers, returned, run, states

from tcpsim.sim.setup import Accept, Close, Connect, Happening, Listen, Program, Recv, Send, Serve, Wait
from tcpsim.sim.world import World
from tcpsim.tcp.profiles import RFC9293
from tcpsim.trace import Returned

TWO_WAY = RFC9293.with_changes(handshake="two-way")
FOUR_WAY = RFC9293.with_changes(handshake="four-way")
LISTENS: Program = (Listen(), Accept(), Wait(2 * SECOND))


def returned_at(world: World, host: str, name: str) -> int:
    (time,) = [
        event.time
        for event in world.trace.events
        if isinstance(event, Returned) and event.host == host and event.result.name == name
    ]
    return time


def a_world_with_an_old_syn(server: Program, handshake: str, client: Program = ()) -> World:
    hosts = (a_client(), a_server(RFC9293.with_changes(handshake=handshake)))
    return World(a_setup(client, server, hosts=hosts, injections=(injected(0, "S", 90),))).run()


# ---- two segments ------------------------------------------------------------------------------------------


def test_two_way_nothing_is_wrong_while_nothing_goes_wrong() -> None:
    world = run((Connect(), Wait(SECOND)), LISTENS, profile=TWO_WAY)
    assert numbers(world.trace) == [
        "client <SEQ=100> SYN",
        "server <SEQ=300> <ACK=101> SYN-ACK",
        "client <SEQ=101> <ACK=301> ACK",
    ]
    assert states(world, "server") == ["CLOSED", "LISTEN", "ESTABLISHED"]
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "ESTABLISHED"]
    assert returned_at(world, "server", "accept") == WAY  # with the SYN, and not 100 ms later
    assert not world.hosts["server"].listeners[80].syn_queue


@pytest.mark.row("N04")
def test_two_way_an_old_duplicate_syn_is_a_connection_that_nobody_asked_for() -> None:
    speaks: Program = (Listen(), Accept(), Send(b"hello"), Recv())
    world = a_world_with_an_old_syn(speaks, "two-way")
    assert numbers(world.trace)[1:] == [
        "server <SEQ=300> <ACK=91> SYN-ACK",
        "server <SEQ=301> <ACK=91> DATA",
        "client <SEQ=91> RST",
        "client <SEQ=91> RST",
    ]
    assert states(world, "client") == ["CLOSED"]
    assert states(world, "server") == ["CLOSED", "LISTEN", "ESTABLISHED", "CLOSED"]
    assert returned(world, "server") == [("accept", "192.0.2.1:40000"), ("recv", "ECONNRESET")]
    # With three segments its user hears nothing of it.
    world = a_world_with_an_old_syn(speaks, "three-way")
    assert states(world, "server") == ["CLOSED", "LISTEN", "SYN-RECEIVED", "LISTEN"]
    assert returned(world, "server") == []


@pytest.mark.row("N04")
def test_two_way_a_host_that_is_not_there_is_believed_in_for_as_long_as_any_other() -> None:
    hosts = (a_client(), a_server(TWO_WAY))
    server: Program = (Listen(), Accept(), Recv())
    crash = (Happening(0, "client", "crash"),)
    world = World(a_setup((), server, hosts=hosts, injections=(injected(0, "S", 90),), happenings=crash)).run()
    assert states(world, "server") == ["CLOSED", "LISTEN", "ESTABLISHED", "CLOSED"]
    assert returned_at(world, "server", "accept") == WAY
    assert returned_at(world, "server", "recv") > 100 * SECOND  # R2
    assert errors(world, "server") == ["ETIMEDOUT"]


def test_two_way_an_old_syn_and_then_the_real_one() -> None:
    client: Program = (Connect(), Wait(SECOND), Close())
    server: Program = (Listen(), Serve((Recv(), Close())))
    hosts = (a_client(), a_server(TWO_WAY))
    faults = (fault("delay", "client", "SYN", by=150 * MS),)
    world = World(a_setup(client, server, hosts=hosts, injections=(injected(0, "S", 90),), faults=faults)).run()
    assert errors(world, "server") == ["ECONNRESET"]  # so ended the first that it served
    assert errors(world, "client") == []
    assert states(world, "client")[-1] == "CLOSED"


# ---- four segments -----------------------------------------------------------------------------------------


@pytest.mark.row("I07")
def test_four_way_ends_like_a_simultaneous_open() -> None:
    world = run((Connect(), Wait(SECOND)), LISTENS, profile=FOUR_WAY.with_changes(figure_7=True))
    assert numbers(world.trace) == [
        "client <SEQ=100> SYN",
        "server <SEQ=300> <ACK=101> ACK",
        "server <SEQ=300> SYN",
        "client <SEQ=100> <ACK=301> SYN-ACK",
        "server <SEQ=301> <ACK=101> ACK",
    ]
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"]
    assert states(world, "server") == ["CLOSED", "LISTEN", "SYN-RECEIVED", "ESTABLISHED"]
    assert returned_at(world, "client", "connect") == 4 * WAY  # three segments take half as long
    assert returned_at(world, "server", "accept") == 3 * WAY


@pytest.mark.row("I07")
def test_four_way_to_the_letter_waits_for_the_timer_of_a_silent_client() -> None:
    world = run((Connect(), Wait(3 * SECOND)), LISTENS, profile=FOUR_WAY)
    assert numbers(world.trace) == [
        "client <SEQ=100> SYN",
        "server <SEQ=300> <ACK=101> ACK",
        "server <SEQ=300> SYN",
        "client <SEQ=100> <ACK=301> SYN-ACK",
        "server <SEQ=301> <ACK=101> ACK",
        "server <SEQ=300> SYN",
        "client <SEQ=101> <ACK=301> ACK",
    ]
    assert returned_at(world, "client", "connect") == 4 * WAY
    assert returned_at(world, "server", "accept") == SECOND + 3 * WAY


def test_four_way_to_the_letter_a_client_that_speaks_saves_the_server_its_timer() -> None:
    world = run((Connect(), Send(b"hello"), Wait(SECOND)), LISTENS, profile=FOUR_WAY)
    assert numbers(world.trace)[5:] == ["client <SEQ=101> <ACK=301> DATA", "server <SEQ=301> <ACK=106> ACK"]
    assert returned_at(world, "server", "accept") == 5 * WAY


@pytest.mark.parametrize("kind", ["ACK", "SYN"])
def test_four_way_either_half_may_be_lost(kind: str) -> None:
    world = run((Connect(), Wait(5 * SECOND)), LISTENS, profile=FOUR_WAY, faults=(fault("drop", "server", kind),))
    assert states(world, "client")[-1] == states(world, "server")[-1] == "ESTABLISHED"
    assert len(world.hosts["server"].connections) == 1
