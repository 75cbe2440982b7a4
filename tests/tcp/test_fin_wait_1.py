"""FIN-WAIT-1: our FIN is sent, or queued, and not yet acknowledged (RFC 9293 §3.6, §3.10.7.4)."""

import pytest
from dialogue import Dialogue, to_established, to_established_with_window, with_profile

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.profiles import RFC9293
from tcpsim.tcp.states import State
from tcpsim.wire import MASK


@pytest.mark.row("M06")
@pytest.mark.row("N09")
@pytest.mark.row("Q10")
def test_the_ack_of_our_fin(fin_wait_1: Dialogue) -> None:
    fin_wait_1.expect_timers(Timer.RETRANSMISSION)
    fin_wait_1.peer_says(".", seq=1, ack=2)
    fin_wait_1.expect_nothing()
    fin_wait_1.expect_path(State.FIN_WAIT_1, State.FIN_WAIT_2)
    fin_wait_1.expect_timers()
    assert fin_wait_1.tcb.next_deadline() is None


@pytest.mark.row("M07")
def test_an_ack_of_the_data_before_it_is_no_ack_of_the_fin(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.expect("P.", seq=1, ack=1, data=b"hello")
    established.user_closes()
    established.expect("F.", seq=6, ack=1)
    established.peer_says(".", seq=1, ack=6)
    established.expect_nothing()
    established.expect_state(State.FIN_WAIT_1)
    established.expect_timers(Timer.RETRANSMISSION)
    established.peer_says(".", seq=1, ack=7)
    established.expect_state(State.FIN_WAIT_2)


@pytest.mark.row("M08")
@pytest.mark.row("N10")
@pytest.mark.row("A04")
def test_a_fin_crosses_ours_simultaneous_close(fin_wait_1: Dialogue) -> None:
    fin_wait_1.peer_says("F.", seq=1, ack=1)
    fin_wait_1.expect(".", seq=2, ack=2)  # with the number after our FIN
    fin_wait_1.expect_path(State.FIN_WAIT_1, State.CLOSING)
    fin_wait_1.expect_told(signals.END_OF_STREAM)
    fin_wait_1.time_passes(1_000_000)
    fin_wait_1.expect("F.", seq=1, ack=2, at=1_000_000)


@pytest.mark.row("M09")
@pytest.mark.row("R11")
@pytest.mark.row("P01")
def test_fin_and_ack_of_ours_in_one_segment(fin_wait_1: Dialogue) -> None:
    fin_wait_1.peer_says("F.", seq=1, ack=2)
    fin_wait_1.expect(".", seq=2, ack=2)
    fin_wait_1.expect_path(State.FIN_WAIT_1, State.TIME_WAIT)
    fin_wait_1.expect_timers(Timer.TIME_WAIT)
    fin_wait_1.expect_deadline(Timer.TIME_WAIT, after=240_000_000)


@pytest.mark.row("M09")
def test_data_fin_and_ack_of_ours_in_one_segment(fin_wait_1: Dialogue) -> None:
    fin_wait_1.peer_says("F.", seq=1, ack=2, data=b"bye")
    fin_wait_1.expect(".", seq=2, ack=5)
    fin_wait_1.expect_path(State.FIN_WAIT_1, State.TIME_WAIT)
    assert fin_wait_1.user_receives() == b"bye"


@pytest.mark.row("M03")
def test_a_fin_above_a_hole_with_the_ack_of_ours(fin_wait_1: Dialogue) -> None:
    fin_wait_1.peer_says("F.", seq=4, ack=2)
    fin_wait_1.expect(".", seq=2, ack=1)
    fin_wait_1.expect_path(State.FIN_WAIT_1, State.FIN_WAIT_2)
    fin_wait_1.peer_says(".", seq=1, ack=2, data=b"bye")
    fin_wait_1.expect(".", seq=2, ack=5)
    fin_wait_1.expect_path(State.FIN_WAIT_2, State.TIME_WAIT)


@pytest.mark.row("M06")
def test_the_ack_of_our_fin_while_theirs_waits_above_a_hole(fin_wait_1: Dialogue) -> None:
    fin_wait_1.peer_says("F.", seq=4, ack=1)
    fin_wait_1.expect(".", seq=2, ack=1)
    fin_wait_1.expect_state(State.FIN_WAIT_1)
    fin_wait_1.peer_says(".", seq=1, ack=2)
    fin_wait_1.expect_nothing()
    fin_wait_1.expect_path(State.FIN_WAIT_1, State.FIN_WAIT_2)
    fin_wait_1.peer_says(".", seq=1, ack=2, data=b"bye")
    fin_wait_1.expect(".", seq=2, ack=5)
    fin_wait_1.expect_path(State.FIN_WAIT_2, State.TIME_WAIT)


@pytest.mark.row("M09")
def test_the_ack_of_our_fin_on_the_data_that_fills_the_hole(fin_wait_1: Dialogue) -> None:
    fin_wait_1.peer_says("F.", seq=4, ack=1)
    fin_wait_1.expect(".", seq=2, ack=1)
    fin_wait_1.peer_says(".", seq=1, ack=2, data=b"bye")
    fin_wait_1.expect(".", seq=2, ack=5)
    fin_wait_1.expect_path(State.FIN_WAIT_1, State.TIME_WAIT)


@pytest.mark.row("M06")
@pytest.mark.row("L03")
@with_profile(receive_buffer=5)
def test_the_ack_of_our_fin_with_a_fin_beyond_the_window(fin_wait_1: Dialogue) -> None:
    fin_wait_1.peer_says("F.", seq=1, ack=2, data=b"hello")
    fin_wait_1.expect(".", seq=2, ack=6, wnd=0)
    fin_wait_1.expect_path(State.FIN_WAIT_1, State.FIN_WAIT_2)


@pytest.mark.row("M06")
@with_profile(receive_buffer=5)
def test_the_ack_of_our_fin_while_our_window_is_closed(fin_wait_1: Dialogue) -> None:
    fin_wait_1.peer_says(".", seq=1, ack=1, data=b"hello")
    fin_wait_1.expect(".", seq=2, ack=6, wnd=0)
    fin_wait_1.peer_says("F.", seq=6, ack=2)
    fin_wait_1.expect(".", seq=2, ack=6, wnd=0)
    fin_wait_1.expect_path(State.FIN_WAIT_1, State.FIN_WAIT_2)
    assert fin_wait_1.user_receives() == b"hello"
    fin_wait_1.expect(".", seq=2, ack=6, wnd=5)
    fin_wait_1.peer_says("F.", seq=6, ack=2)
    fin_wait_1.expect(".", seq=2, ack=7)
    fin_wait_1.expect_state(State.TIME_WAIT)


@pytest.mark.row("M21")
@pytest.mark.row("Q12")
def test_a_lost_fin_is_sent_again_with_the_current_ack(fin_wait_1: Dialogue) -> None:
    fin_wait_1.peer_says(".", seq=1, ack=1, data=b"hello")
    fin_wait_1.expect(".", seq=2, ack=6)
    fin_wait_1.time_passes(1_000_000)
    fin_wait_1.expect("F.", seq=1, ack=6, wnd=65_530, at=1_000_000)


@pytest.mark.row("Q16")
def test_a_silent_peer_is_given_up(fin_wait_1: Dialogue) -> None:
    fin_wait_1.time_passes(122_999_999)
    for seconds in (1, 3, 7, 15, 31, 63):
        fin_wait_1.expect("F.", seq=1, ack=1, at=seconds * 1_000_000)
    fin_wait_1.expect_state(State.FIN_WAIT_1)
    fin_wait_1.time_passes(1)
    fin_wait_1.expect_nothing()
    fin_wait_1.expect_path(State.FIN_WAIT_1, State.CLOSED)
    fin_wait_1.expect_told(signals.RETRANSMISSION_TIMEOUT)


@pytest.mark.row("E08")
@pytest.mark.row("N11")
def test_the_fin_waits_for_the_data_that_waits_for_the_window(numbers: tuple[int, int]) -> None:
    tcp = to_established_with_window(Dialogue(numbers), 5)
    tcp.user_sends(b"helloworld")
    tcp.expect(".", seq=1, ack=1, data=b"hello")
    tcp.user_closes()
    tcp.expect_nothing()
    tcp.expect_path(State.ESTABLISHED, State.FIN_WAIT_1)
    tcp.peer_says("F.", seq=1, ack=6, wnd=0)  # theirs comes first
    tcp.expect(".", seq=6, ack=2)
    tcp.expect_path(State.FIN_WAIT_1, State.CLOSING)
    tcp.peer_says(".", seq=2, ack=6, wnd=5)
    tcp.expect("P.", seq=6, ack=2, data=b"world")  # no room for the FIN
    tcp.peer_says(".", seq=2, ack=11, wnd=5)
    tcp.expect("F.", seq=11, ack=2)
    tcp.peer_says(".", seq=2, ack=12)
    tcp.expect_nothing()
    tcp.expect_state(State.TIME_WAIT)


@pytest.mark.row("E13")
def test_data_for_a_user_who_closed_for_good_is_reset(established: Dialogue) -> None:
    established.user_closes(for_good=True)
    established.expect("F.", seq=1, ack=1)
    established.peer_says(".", seq=1, ack=1, data=b"late")
    established.expect_reset(seq=2, ack=1)
    established.expect_dropped(drops.DATA_AFTER_CLOSE)
    established.expect_path(State.FIN_WAIT_1, State.CLOSED)
    assert established.tcb.next_deadline() is None
    assert established.tcb.error is None, "there is nobody to tell"


@pytest.mark.row("E13")
def test_data_that_was_read_before_the_close_is_not_reset_when_it_comes_again(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"early")
    established.expect(".", seq=1, ack=6)
    assert established.user_receives() == b"early"
    established.user_closes(for_good=True)
    established.expect("F.", seq=1, ack=6)
    established.peer_says(".", seq=1, ack=1, data=b"early")
    established.expect(".", seq=2, ack=6)
    established.peer_says("F.", seq=1, ack=2, data=b"early")  # the same once more, and now the peer has closed as well
    established.expect(".", seq=2, ack=7)
    established.expect_state(State.TIME_WAIT)


@pytest.mark.row("E13")
def test_a_profile_may_receive_for_nobody() -> None:
    tcp = to_established(Dialogue(profile=RFC9293.with_changes(reset_unread=False)))
    tcp.user_closes(for_good=True)
    tcp.expect("F.", seq=1, ack=1)
    tcp.peer_says(".", seq=1, ack=2, data=b"late")
    tcp.expect(".", seq=2, ack=5)
    tcp.expect_state(State.FIN_WAIT_2)


@pytest.mark.row("A04")
def test_a_fin_with_the_very_last_number() -> None:
    tcp = to_established(Dialogue((0xFFFF_FFFE, 0xFFFF_FFFE)))
    tcp.user_closes()
    fin = tcp.expect("F.", seq=1, ack=1)
    assert fin.seq == 0xFFFF_FFFF
    assert tcp.tcb.snd_nxt == 0
    tcp.peer_says("F.", seq=1, ack=2)
    ack = tcp.expect(".", seq=2, ack=2)
    assert (ack.seq, ack.ack) == (0, 0)
    assert tcp.tcb.rcv_nxt == 0 & MASK
    tcp.expect_state(State.TIME_WAIT)
