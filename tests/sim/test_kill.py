"""Programs that are killed: the kernel lives, and closes what they had open."""

from dataclasses import replace

import pytest
from worlds import MS, SECOND, WAY, errors, fault, returned, run, states, wire

from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
    Happening,
    Listen,
    Program,
    ProgramSetup,
    Recv,
    Send,
    Serve,
    Shutdown,
    Wait,
)
from tcpsim.sim.world import World
from tcpsim.tcp.profiles import RFC9293
from tcpsim.trace import HostEvent


def killed(client: Program, server: Program, *, host: str = "server", at: int = SECOND, **more: object) -> World:
    return run(client, server, happenings=(Happening(at, host, "kill"),), **more)


def test_a_killed_servers_kernel_sends_a_fin() -> None:
    world = killed((Connect(), Recv(), Close()), (Listen(), Accept(), Recv()))
    assert states(world, "server")[-4:] == ["FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED"]
    assert states(world, "client")[-4:] == ["ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"]
    assert returned(world, "client") == [("connect", None), ("recv", b"")]
    assert [event.what for event in world.trace.events if isinstance(event, HostEvent)] == ["kill"]
    assert not world.hosts["server"].processes
    assert not world.hosts["server"].listeners


@pytest.mark.row("E12")
def test_octets_left_unread_are_answered_with_a_reset() -> None:
    world = killed((Connect(), Send(b"ab"), Recv()), (Listen(), Accept(), Wait(10 * SECOND)))
    assert errors(world, "client") == ["ECONNRESET"]
    assert wire(world.trace)[-1].startswith("server R.")
    assert ("wait", None) not in returned(world, "server")


def test_what_was_queued_is_sent_all_the_same() -> None:
    profile = replace(RFC9293, receive_buffer=10)
    world = killed(
        (Connect(), Wait(2 * SECOND), Recv(), Close()), (Listen(), Accept(), Send(b"x" * 30)), profile=profile
    )
    assert ("recv", b"x" * 30) in returned(world, "client")


@pytest.mark.row("E03")
def test_its_listener_is_closed_and_what_nobody_accepted_is_reset() -> None:
    later = ProgramSetup("client", (Connect(error="ECONNREFUSED"),), start=2 * SECOND)
    world = killed((Connect(), Recv()), (Listen(),), more=(later,))
    assert errors(world, "client") == ["ECONNRESET", "ECONNREFUSED"]


def test_every_session_of_a_server_is_killed() -> None:
    clients = tuple(ProgramSetup("client", (Connect(), Recv(), Close())) for _ in range(2))
    world = killed((Connect(), Recv(), Close()), (Listen(), Serve((Recv(), Close()))), more=clients)
    ends = {pair: world.trace.states_of("client", pair)[-2:] for pair in world.trace.connections_of("client")}
    assert len(ends) == 3
    assert all(end == ["LAST-ACK", "CLOSED"] for end in ends.values())
    assert [value for name, value in returned(world, "client") if name == "recv"] == [b""] * 3


def test_what_was_closed_before_is_not_closed_again() -> None:
    world = killed((Connect(), Recv(), Wait(5 * SECOND), Close()), (Listen(), Accept(), Close(), Wait(9 * SECOND)))
    assert [line for line in wire(world.trace) if line.startswith("server F")] == ["server F. 1:1(0) ack 1"]


def test_what_was_shut_down_before_is_closed_now() -> None:
    """After the kill nobody reads any more: what comes is answered with a reset."""
    client = (Connect(), Recv(), Wait(2 * SECOND), Send(b"late"), Wait(SECOND), Send(b"later"))
    world = killed(client, (Listen(), Accept(), Shutdown(), Recv(), Close()))
    assert errors(world, "client") == ["ECONNRESET"]


def test_in_syn_sent_nothing_is_sent() -> None:
    lost = fault("drop", "client", "SYN")
    world = killed((Connect(),), (), host="client", at=WAY, faults=(lost,))
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "CLOSED"]
    assert len(world.trace.flights) == 1


def test_a_program_that_is_to_begin_later_begins() -> None:
    again = ProgramSetup("server", (Listen(reuse=True), Accept()), start=2 * SECOND)
    client = ProgramSetup("client", (Connect(local_port=40_001), Close()), start=3 * SECOND)
    world = killed((Connect(), Recv(), Close()), (Listen(), Accept(), Recv()), more=(again, client))
    assert ("accept", "192.0.2.1:40001") in returned(world, "server")


def test_a_killed_host_is_copied_and_compared_as_any_other() -> None:
    world = killed((Connect(), Recv(), Close()), (Listen(), Accept(), Recv()), at=WAY + MS)
    assert world.copy() == world
