"""The two halves of a shutdown: the write side is the RFC's CLOSE, of the read side TCP is not told."""

import pytest
from worlds import SECOND, errors, returned, run, states, wire

from tcpsim.sim.setup import Accept, Close, Connect, Listen, Program, Recv, Send, Shutdown, StopListening, Wait

SHUT_READ = Shutdown(how="read")
ANSWERS: Program = (Listen(), Accept(), Recv(2), Send(b"cd"), Recv(), Close())


@pytest.mark.row("E14")
def test_shut_for_reading_nothing_is_sent_and_what_comes_is_acknowledged() -> None:
    world = run((Connect(), SHUT_READ, Send(b"ab"), Wait(SECOND), Shutdown(), Wait(SECOND)), ANSWERS)
    assert wire(world.trace)[2:7] == [
        "client . 1:1(0) ack 1",
        "client . 1:3(2) ack 1",
        "server . 1:1(0) ack 3",
        "server . 1:3(2) ack 3",
        "client . 3:3(0) ack 3",
    ]
    assert errors(world, "client") == []
    assert states(world, "server")[-1] == "CLOSED"


@pytest.mark.row("E14")
def test_behind_what_had_come_is_the_end_of_the_stream() -> None:
    client: Program = (Connect(), Send(b"ab"), Wait(SECOND), SHUT_READ, Recv(1), Recv(9), Recv(), Close())
    world = run(client, ANSWERS)
    assert [value for name, value in returned(world, "client") if name == "recv"] == [b"c", b"d", b""]


def test_another_connection_is_read_as_ever() -> None:
    client: Program = (Connect(), SHUT_READ, Recv(), Close(), Connect(), Send(b"ab"), Recv(2), Close())
    world = run(client, (Listen(), Accept(), Recv(), Close(), Accept(), *ANSWERS[2:]))
    assert [value for name, value in returned(world, "client") if name == "recv"] == [b"", b"cd"]


def test_without_a_connection_there_is_nothing_to_shut() -> None:
    world = run((Shutdown("ENOTCONN", "read"), Connect(), Close(), Wait(300 * SECOND), Shutdown("ENOTCONN", "read")))
    assert errors(world, "client") == ["ENOTCONN", "ENOTCONN"]


def test_a_program_that_stops_listening_goes_on_with_its_connection() -> None:
    world = run((Connect(), Send(b"ab"), Recv(2), Close()), (Listen(), Accept(), StopListening(), *ANSWERS[2:]))
    assert [value for name, value in returned(world, "client") if name == "recv"] == [b"cd"]
    assert errors(world, "server") == []
