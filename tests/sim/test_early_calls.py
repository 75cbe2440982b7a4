"""Calls made before the handshake is over: a connect that does not wait, and what a program may do with it then."""

import pytest
from worlds import errors, fault, returned, run, states, wire

from tcpsim.sim.setup import Accept, Close, Connect, Listen, Recv, Send

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


def test_what_is_sent_in_syn_sent_waits_for_the_handshake() -> None:
    world = run((NOT_WAITING, Send(b"ab"), Recv(2), Close()), (Listen(), Accept(), Recv(2), Send(b"cd"), Close()))
    assert returned(world, "client") == [("connect", "in progress"), ("recv", b"cd")]
    assert wire(world.trace)[2] == "client . 1:3(2) ack 1"
    assert ("recv", b"ab") in returned(world, "server")


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
