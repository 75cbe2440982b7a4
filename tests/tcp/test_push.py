"""SEND without PUSH: what fills no segment waits for more (RFC 9293 §3.9.1.2, §3.8.6.2.1)."""

import pytest
from dialogue import MS, Dialogue, with_profile

from tcpsim.tcp import user_calls
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.profiles import SECOND
from tcpsim.tcp.states import State
from tcpsim.wire import PSH


@pytest.mark.row("E08")
def test_what_was_not_pushed_and_the_fin_share_a_segment(established: Dialogue) -> None:
    established.user_sends(b"hello", push=False)
    established.expect_nothing()
    established.user_sends(b"!", push=False)
    established.expect_nothing()
    established.user_closes()
    established.expect("FP.", seq=1, ack=1, data=b"hello!")
    established.expect_state(State.FIN_WAIT_1)
    established.peer_says(".", seq=1, ack=8)
    established.expect_state(State.FIN_WAIT_2)


def test_it_waits_for_a_send_that_is_pushed(established: Dialogue) -> None:
    established.user_sends(b"ab", push=False)
    established.expect_nothing()
    established.user_sends(b"cd")
    established.expect("P.", seq=1, ack=1, data=b"abcd")


def test_nothing_more_may_follow_and_push_what_waits(established: Dialogue) -> None:
    established.user_sends(b"ab", push=False)
    established.expect_nothing()
    established.user_sends(b"")
    established.expect("P.", seq=1, ack=1, data=b"ab")


def test_a_full_segment_goes_without_a_push_and_bears_none(established: Dialogue) -> None:
    established.user_sends(b"x" * 300, push=False)
    established.expect_nothing()
    established.user_sends(b"x" * 300, push=False)
    segment = established.expect(".", seq=1, ack=1, data=b"x" * 536)
    assert not segment.flags & PSH
    established.expect_nothing()
    established.peer_says(".", seq=1, ack=537)
    established.user_sends(b"y")
    established.expect("P.", seq=537, ack=1, data=b"x" * 64 + b"y")


def test_what_arrives_does_not_push_it(established: Dialogue) -> None:
    established.user_sends(b"ab", push=False)
    established.peer_says("P.", seq=1, ack=1, data=b"cd")
    established.expect(".", seq=1, ack=3)
    established.expect_nothing()


def test_the_override_ends_the_waiting(established: Dialogue) -> None:
    established.user_sends(b"ab", push=False)
    established.expect_timers(Timer.PERSIST)
    established.time_passes(499 * MS)
    established.expect_nothing()
    established.time_passes(1 * MS)
    established.expect("P.", seq=1, ack=1, data=b"ab")


def test_what_was_pushed_in_time_is_not_pushed_again(established: Dialogue) -> None:
    established.user_sends(b"ab", push=False)
    established.expect_timers(Timer.PERSIST)
    established.user_closes()
    established.expect("FP.", seq=1, ack=1, data=b"ab")
    established.expect_timers(Timer.RETRANSMISSION)
    established.time_passes(999 * MS)
    established.expect_nothing()


@with_profile(nagle=False)
def test_while_something_is_in_flight_it_waits_without_nagle_too(established: Dialogue) -> None:
    established.user_sends(b"a")
    established.expect("P.", seq=1, ack=1, data=b"a")
    established.user_sends(b"b", push=False)
    established.expect_nothing()
    established.user_sends(b"c")
    established.expect("P.", seq=2, ack=1, data=b"bc")


@pytest.mark.row("E08")
def test_before_the_handshake_is_over_as_well(syn_sent: Dialogue) -> None:
    syn_sent.user_sends(b"ab", push=False)
    syn_sent.peer_says("S.", seq=0, ack=1)
    syn_sent.expect(".", seq=1, ack=1)
    syn_sent.expect_nothing()
    syn_sent.user_closes()
    syn_sent.expect("FP.", seq=1, ack=1, data=b"ab")


def test_a_copy_waits_as_well_and_is_told_apart(established: Dialogue) -> None:
    established.user_sends(b"ab", push=False)
    waiting = established.tcb.copy()
    assert waiting.freeze(established.now) == established.tcb.freeze(established.now)
    established.user_sends(b"")
    established.expect("P.", seq=1, ack=1, data=b"ab")
    assert not waiting.outgoing.pushed


def briefly(tcp: Dialogue, octets: bytes) -> None:
    """SEND without PUSH, and not to wait beyond the next acknowledgment."""
    tcp._call(user_calls.send(tcp.tcb, octets, tcp.now, push=False, until_acknowledged=True))


def test_it_may_wait_no_longer_than_until_something_is_acknowledged(established: Dialogue) -> None:
    established.user_sends(b"a")
    established.expect("P.", seq=1, ack=1, data=b"a")
    briefly(established, b"b")
    established.expect_nothing()
    established.peer_says(".", seq=1, ack=2)
    assert not established.expect(".", seq=2, ack=1, data=b"b").flags & PSH
    briefly(established, b"c")
    established.user_sends(b"d", push=False)  # this one waits for a push, and with it what waited
    established.peer_says(".", seq=1, ack=3)
    established.expect_nothing()
    established.user_sends(b"")
    established.expect("P.", seq=3, ack=1, data=b"cd")


def test_a_copy_waits_no_longer_either(established: Dialogue) -> None:
    established.user_sends(b"a")
    established.expect("P.", seq=1, ack=1, data=b"a")
    briefly(established, b"b")
    waiting = established.tcb.copy()
    assert waiting.freeze(established.now) == established.tcb.freeze(established.now)
    waiting.outgoing.held_at = None
    assert waiting.freeze(established.now) != established.tcb.freeze(established.now)


@with_profile(sws_override=None, persist_min=0)
def test_the_override_may_take_as_long_as_a_window_probe(established: Dialogue) -> None:
    established.user_sends(b"ab", push=False)
    established.expect_deadline(Timer.PERSIST, after=established.tcb.rto.rto)
    established.time_passes(SECOND)
    established.expect("P.", seq=1, ack=1, data=b"ab")
