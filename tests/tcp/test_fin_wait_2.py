"""FIN-WAIT-2: our direction is closed and acknowledged, the peer's is open (RFC 9293 §3.10.7.4)."""

import pytest
from dialogue import Dialogue, with_profile

from tcpsim.tcp import signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.profiles import LINUX
from tcpsim.tcp.states import State
from tcpsim.tcp.user_calls import CallRefused

MINUTE = 60_000_000


@pytest.mark.row("M10")
@pytest.mark.row("N09")
@pytest.mark.row("P01")
def test_a_fin(fin_wait_2: Dialogue) -> None:
    fin_wait_2.peer_says("F.", seq=1, ack=2)
    fin_wait_2.expect(".", seq=2, ack=2)
    fin_wait_2.expect_path(State.FIN_WAIT_2, State.TIME_WAIT)
    fin_wait_2.expect_told(signals.END_OF_STREAM)
    fin_wait_2.expect_timers(Timer.TIME_WAIT)
    fin_wait_2.expect_deadline(Timer.TIME_WAIT, after=4 * MINUTE)


@pytest.mark.row("L06")
@pytest.mark.row("D03")
def test_the_closer_may_keep_reading(fin_wait_2: Dialogue) -> None:
    for at in range(3):
        fin_wait_2.peer_says("P.", seq=1 + 5 * at, ack=2, data=b"hello")
        fin_wait_2.expect(".", seq=2, ack=6 + 5 * at)
    assert fin_wait_2.user_receives() == b"hellohellohello"
    fin_wait_2.peer_says("F.", seq=16, ack=2, data=b"bye")
    fin_wait_2.expect(".", seq=2, ack=20)
    fin_wait_2.expect_state(State.TIME_WAIT)
    assert fin_wait_2.user_receives() == b"bye"


@pytest.mark.row("N12")
def test_their_ack_overtakes_their_fin(fin_wait_1: Dialogue) -> None:
    fin_wait_1.peer_says(".", seq=2, ack=2)  # sent in CLOSING, after a FIN that is still under way
    fin_wait_1.expect_state(State.FIN_WAIT_2)
    fin_wait_1.peer_says("F.", seq=1, ack=1)
    fin_wait_1.expect(".", seq=2, ack=2)
    fin_wait_1.expect_state(State.TIME_WAIT)


@pytest.mark.row("M11")
def test_a_peer_that_never_closes(fin_wait_2: Dialogue) -> None:
    assert fin_wait_2.tcb.next_deadline() is None
    with fin_wait_2.unchanged():
        fin_wait_2.time_passes(365 * 24 * 60 * MINUTE)
    fin_wait_2.expect_nothing()


ORPHANS = with_profile(orphan_timeout=LINUX.orphan_timeout)


@pytest.mark.row("M11")
@ORPHANS
def test_an_orphan_is_not_waited_for_for_ever(established: Dialogue) -> None:
    established.user_closes(for_good=True)
    established.expect("F.", seq=1, ack=1)
    established.peer_says(".", seq=1, ack=2)
    established.expect_deadline(Timer.ORPHAN, after=MINUTE)
    established.time_passes(MINUTE)
    established.expect_nothing()
    established.expect_path(State.FIN_WAIT_2, State.CLOSED)
    established.expect_told()
    established.peer_says("F.", seq=1, ack=2)
    established.expect_reset(seq=2)


@pytest.mark.row("M11")
@pytest.mark.row("E13")
@with_profile(orphan_timeout=LINUX.orphan_timeout, reset_unread=False)
@pytest.mark.parametrize("shutdown", [False, True])
def test_an_orphan_is_one_though_no_data_is_reset(established: Dialogue, shutdown: bool) -> None:
    established.user_closes(for_good=not shutdown)
    established.expect("F.", seq=1, ack=1)
    if shutdown:
        established.user_closes(for_good=True)
    established.peer_says(".", seq=1, ack=2)
    established.expect_deadline(Timer.ORPHAN, after=MINUTE)
    established.peer_says(".", seq=1, ack=2, data=b"late")
    established.expect(".", seq=2, ack=5)
    established.time_passes(MINUTE)
    established.expect_path(State.FIN_WAIT_2, State.CLOSED)


@pytest.mark.row("M11")
@ORPHANS
def test_a_user_who_may_still_read_is_no_orphan(fin_wait_2: Dialogue) -> None:
    assert fin_wait_2.tcb.next_deadline() is None
    fin_wait_2.user_closes(for_good=True)  # after shutdown, close: now it is one
    fin_wait_2.expect_nothing()
    fin_wait_2.expect_deadline(Timer.ORPHAN, after=MINUTE)


@pytest.mark.row("E09")
def test_close_after_shutdown_is_no_error_and_sends_no_second_fin(fin_wait_2: Dialogue) -> None:
    fin_wait_2.user_closes(for_good=True)
    fin_wait_2.expect_nothing()
    fin_wait_2.expect_state(State.FIN_WAIT_2)
    with pytest.raises(CallRefused, match="connection closing"):
        fin_wait_2.user_closes()
    fin_wait_2.peer_says(".", seq=1, ack=2, data=b"late")
    fin_wait_2.expect_reset(seq=2, ack=1)
    fin_wait_2.expect_path(State.FIN_WAIT_2, State.CLOSED)
