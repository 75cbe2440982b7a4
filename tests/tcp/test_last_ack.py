"""LAST-ACK: both FINs are sent, the peer's is acknowledged, ours not yet (RFC 9293 §3.10.7.4)."""

import pytest
from dialogue import Dialogue, to_close_wait, with_profile

from tcpsim.tcp import signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.states import State


@pytest.mark.row("M16")
@pytest.mark.row("N09")
@pytest.mark.row("P15")
@pytest.mark.row("X10")
@pytest.mark.parametrize("profile_changes", ["", "keep-alive"])
def test_the_ack_of_our_fin_ends_it_at_once(numbers: tuple[int, int], profile_changes: str) -> None:
    from tcpsim.tcp.profiles import RFC9293

    tcp = to_close_wait(Dialogue(numbers, RFC9293.with_changes(keep_alive=bool(profile_changes))))
    tcp.user_closes()
    tcp.expect("F.", seq=1, ack=2)
    tcp.peer_says(".", seq=2, ack=2)
    tcp.expect_nothing()
    tcp.expect_path(State.LAST_ACK, State.CLOSED)
    tcp.expect_told()
    assert tcp.tcb.next_deadline() is None
    assert not tcp.tcb.outgoing.retransmission_queue


@pytest.mark.row("M17")
@pytest.mark.row("A06")
def test_an_ack_of_the_data_only(close_wait: Dialogue) -> None:
    close_wait.user_sends(b"hello")
    close_wait.expect("P.", seq=1, ack=2, data=b"hello")
    close_wait.user_closes()
    close_wait.expect("F.", seq=6, ack=2)
    close_wait.peer_says(".", seq=2, ack=6)
    close_wait.expect_nothing()
    close_wait.expect_state(State.LAST_ACK)
    close_wait.expect_timers(Timer.RETRANSMISSION)
    close_wait.time_passes(1_000_000)
    close_wait.expect("F.", seq=6, ack=2)


@pytest.mark.row("M17")
def test_a_duplicate_ack(last_ack: Dialogue) -> None:
    with last_ack.unchanged(but=("snd_wl1", "duplicate_acks")):
        last_ack.peer_says(".", seq=2, ack=1)
    last_ack.expect_nothing()
    last_ack.time_passes(1_000_000)
    last_ack.expect("F.", seq=1, ack=2, at=1_000_000)


@pytest.mark.row("L05")
@pytest.mark.parametrize("ack", [1, 2])
def test_text_after_their_fin_is_ignored_and_its_ack_is_not(last_ack: Dialogue, ack: int) -> None:
    last_ack.peer_says(".", seq=2, ack=ack, data=b"more")
    last_ack.expect_nothing()
    last_ack.expect_delivered(0)
    last_ack.expect_state(State.LAST_ACK if ack == 1 else State.CLOSED)
    assert last_ack.user_receives() == b""


@pytest.mark.row("A18")
@pytest.mark.row("M16")
@pytest.mark.row("M17")
@with_profile(receive_buffer=1)
def test_at_a_window_of_zero_text_is_answered_until_the_ack_of_our_fin(last_ack: Dialogue) -> None:
    last_ack.peer_says(".", seq=2, ack=1, data=b"more")
    last_ack.expect(".", seq=2, ack=2, wnd=0)
    last_ack.peer_says(".", seq=2, ack=2, data=b"more")
    last_ack.expect_nothing()  # nobody is left to answer
    last_ack.expect_state(State.CLOSED)


@pytest.mark.row("M18")
def test_their_fin_again_is_acknowledged_again(last_ack: Dialogue) -> None:
    for ack in (1, 2):  # to the letter, the ACK field of what lies outside the window is not looked at
        with last_ack.unchanged():
            last_ack.peer_says("F.", seq=1, ack=ack)
        last_ack.expect(".", seq=2, ack=2)
        last_ack.expect_told()


@pytest.mark.row("Q16")
def test_a_silent_peer_is_given_up(last_ack: Dialogue) -> None:
    last_ack.time_passes(122_999_999)
    for seconds in (1, 3, 7, 15, 31, 63):
        last_ack.expect("F.", seq=1, ack=2, at=seconds * 1_000_000)
    last_ack.time_passes(1)
    last_ack.expect_nothing()
    last_ack.expect_path(State.LAST_ACK, State.CLOSED)
    last_ack.expect_told(signals.RETRANSMISSION_TIMEOUT)
    assert signals.RETRANSMISSION_TIMEOUT.errno == "ETIMEDOUT"


@pytest.mark.row("Q17")
def test_the_last_ack_was_lost_and_the_peer_is_in_time_wait(last_ack: Dialogue) -> None:
    last_ack.time_passes(1_000_000)
    last_ack.expect("F.", seq=1, ack=2)
    last_ack.peer_says(".", seq=2, ack=2)
    last_ack.expect_nothing()
    last_ack.expect_state(State.CLOSED)


@pytest.mark.row("Q18")
def test_the_last_ack_was_lost_and_the_peer_is_gone(last_ack: Dialogue) -> None:
    last_ack.time_passes(1_000_000)
    last_ack.expect("F.", seq=1, ack=2)
    last_ack.peer_says("R", seq=2)
    last_ack.expect_nothing()
    last_ack.expect_state(State.CLOSED)
    last_ack.expect_told()


@pytest.mark.row("R11")
@with_profile(delayed_ack=200_000)
def test_with_a_delayed_ack_closing_takes_three_segments(established: Dialogue) -> None:
    established.peer_says("F.", seq=1, ack=1)
    established.expect_nothing()
    established.user_closes()
    established.expect("F.", seq=1, ack=2)  # the acknowledgment of theirs rides on ours
    established.expect_timers(Timer.RETRANSMISSION)
    established.expect_path(State.CLOSE_WAIT, State.LAST_ACK)
    established.peer_says(".", seq=2, ack=2)
    established.expect_state(State.CLOSED)
