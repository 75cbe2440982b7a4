"""Calls made before the handshake is over: a connect that does not wait, and what a program may do with it then."""

import pytest
from worlds import MS, SECOND, WAY, errors, fault, injected, returned, run, states, wire

from tcpsim.sim.setup import Abort, Accept, Close, Connect, Listen, Recv, Send, Wait

NOT_WAITING = Connect(blocking=False)


@pytest.mark.row("E04")
def test_close_in_syn_sent_sends_nothing_and_the_late_syn_ack_meets_nobody() -> None:
    world = run((NOT_WAITING, Close()), (Listen(), Accept()))
    assert wire(world.trace, absolute=True) == [
        "client S 100:100(0)",
        "server S. 300:300(0) ack 101",
        "client R 101:101(0)",
    ]
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "CLOSED"]
    assert states(world, "server") == ["CLOSED", "LISTEN", "SYN-RECEIVED", "LISTEN"]
    assert returned(world, "client") == [("connect", "in progress")]
    assert errors(world, "server") == []


@pytest.mark.row("C04")
@pytest.mark.row("D02")
def test_what_is_sent_in_syn_sent_waits_for_the_handshake() -> None:
    world = run((NOT_WAITING, Send(b"ab"), Recv(2), Close()), (Listen(), Accept(), Recv(2), Send(b"cd"), Close()))
    assert returned(world, "client") == [("connect", "in progress"), ("recv", b"cd")]
    assert wire(world.trace)[2] == "client . 1:3(2) ack 1"
    assert ("recv", b"ab") in returned(world, "server")


@pytest.mark.row("W01")
def test_a_later_call_learns_that_the_handshake_failed() -> None:
    refused = run((NOT_WAITING, Recv(), Close()), ())
    assert returned(refused, "client") == [("connect", "in progress"), ("recv", "ECONNREFUSED")]
    assert states(refused, "client") == ["CLOSED", "SYN-SENT", "CLOSED"]


def test_a_connect_that_does_not_wait_may_fail_at_once_all_the_same() -> None:
    again = Connect(local_port=40_000, blocking=False, error="EADDRNOTAVAIL")
    world = run((NOT_WAITING, again, Connect(port=81, error="ECONNREFUSED")), (Listen(), Accept()))
    assert errors(world, "client") == ["EADDRNOTAVAIL", "ECONNREFUSED"]


def test_a_lost_syn_is_sent_again_whoever_waits() -> None:
    world = run((NOT_WAITING,), (Listen(), Accept()), faults=(fault("drop", "client", "SYN"),))
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "ESTABLISHED"]


HALF_OPEN = Accept(half_open=True)


@pytest.mark.row("E05")
def test_a_connection_taken_half_open_can_be_closed_before_the_third_segment() -> None:
    world = run((Connect(), Recv(), Close()), (Listen(), HALF_OPEN, Close()))
    assert wire(world.trace, absolute=True) == [
        "client S 100:100(0)",
        "server S. 300:300(0) ack 101",
        "server F. 301:301(0) ack 101",
        "client . 101:101(0) ack 301",
        "client . 101:101(0) ack 302",
        "client F. 101:101(0) ack 302",
        "server . 302:302(0) ack 102",
    ]
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"]
    assert states(world, "server")[1:] == ["LISTEN", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED"]


def test_an_accept_that_comes_later_finds_what_is_half_open_or_already_open() -> None:
    lost = fault("drop", "client", "ACK")
    world = run((Connect(), Recv()), (Listen(), Wait(WAY + MS), HALF_OPEN, Abort()), faults=(lost,))
    assert states(world, "server") == ["CLOSED", "LISTEN", "SYN-RECEIVED", "CLOSED"]
    assert wire(world.trace)[2:] == ["server R. 1:1(0) ack 1", "client . 1:1(0) ack 1 x"]
    open_by_then = run((Connect(), Recv(2)), (Listen(), Wait(SECOND), HALF_OPEN, Send(b"ab")))
    assert ("recv", b"ab") in returned(open_by_then, "client")


@pytest.mark.row("E06")
def test_what_is_sent_in_syn_received_follows_the_handshake_and_the_fin_follows_it() -> None:
    world = run((Connect(), Recv(), Close()), (Listen(), HALF_OPEN, Send(b"ab"), Close()))
    assert wire(world.trace)[:4] == [
        "client S 0:0(0)",
        "server S. 0:0(0) ack 1",
        "client . 1:1(0) ack 1",
        "server F. 1:3(2) ack 1",
    ]
    assert states(world, "server")[2:5] == ["SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1"]


@pytest.mark.parametrize("call", [Recv(), Send(b"ab"), Close()])
def test_a_connection_taken_half_open_that_comes_to_nothing_is_aborted(call: Recv | Send | Close) -> None:
    program = (Listen(), HALF_OPEN, *([] if isinstance(call, Recv) else [Wait(SECOND)]), call)
    world = run((NOT_WAITING, Close()), program)
    assert states(world, "server") == ["CLOSED", "LISTEN", "SYN-RECEIVED", "LISTEN"]
    assert errors(world, "server") == ["ECONNABORTED"]
    assert not world.hosts["server"].processes


@pytest.mark.row("P09")
def test_a_connection_taken_half_open_gives_its_time_wait_back_and_its_program_hears_of_it() -> None:
    """An old SYN reopens TIME-WAIT; the host of its pretended sender resets it (MAY-2)."""
    server = (Listen(), Accept(), Close(), HALF_OPEN, Recv())
    world = run((Connect(), Recv(), Close()), server, injections=(injected(10 * SECOND, "S", 9_000),))
    assert " ".join(states(world, "server")).endswith("TIME-WAIT SYN-RECEIVED TIME-WAIT CLOSED")
    assert errors(world, "server") == ["ENOTCONN"]
    assert not world.hosts["server"].processes


def test_it_is_not_accepted_a_second_time() -> None:
    world = run((Connect(), Close()), (Listen(), HALF_OPEN, Recv(), Close(), Accept()))
    assert [name for name, _ in returned(world, "server")] == ["accept", "recv"]
    assert not world.hosts["server"].listeners[80].syn_queue
