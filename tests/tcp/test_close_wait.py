"""CLOSE-WAIT: the peer has said its last; our user may go on (RFC 9293 §3.6, §3.10.7.4)."""

import pytest
from dialogue import Dialogue, to_established_with_window

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.states import State


@pytest.mark.row("M15")
def test_the_fin_again_is_acknowledged_again(close_wait: Dialogue) -> None:
    for _ in range(3):
        with close_wait.unchanged():
            close_wait.peer_says("F.", seq=1, ack=1)
        close_wait.expect(".", seq=1, ack=2)
        close_wait.expect_told()


@pytest.mark.row("L05")
def test_text_after_the_fin_is_ignored(close_wait: Dialogue) -> None:
    with close_wait.unchanged(but=("snd_wl1",)):
        close_wait.peer_says(".", seq=2, ack=1, data=b"more")
    close_wait.expect_nothing()
    close_wait.expect_dropped(drops.TEXT_AFTER_FIN)
    close_wait.expect_delivered(0)


@pytest.mark.row("L05")
def test_another_fin_after_the_fin_is_ignored(close_wait: Dialogue) -> None:
    with close_wait.unchanged(but=("snd_wl1",)):
        close_wait.peer_says("F.", seq=2, ack=1)
    close_wait.expect_nothing()


@pytest.mark.row("C06")
@pytest.mark.row("M05")
def test_our_user_goes_on_sending(close_wait: Dialogue) -> None:
    close_wait.user_sends(b"hello")
    close_wait.expect("P.", seq=1, ack=2, data=b"hello")
    close_wait.time_passes(1_000_000)
    close_wait.expect("P.", seq=1, ack=2, data=b"hello")
    close_wait.peer_says(".", seq=2, ack=6)
    close_wait.expect_nothing()
    close_wait.expect_state(State.CLOSE_WAIT)
    close_wait.expect_timers()


@pytest.mark.row("E10")
@pytest.mark.row("N09")
def test_close_sends_our_fin(close_wait: Dialogue) -> None:
    close_wait.user_closes()
    close_wait.expect("F.", seq=1, ack=2)
    close_wait.expect_path(State.CLOSE_WAIT, State.LAST_ACK)
    close_wait.expect_timers(Timer.RETRANSMISSION)


@pytest.mark.row("E10")
def test_close_sends_queued_data_first(numbers: tuple[int, int]) -> None:
    tcp = to_established_with_window(Dialogue(numbers), 3)
    tcp.peer_says("F.", seq=1, ack=1, wnd=3)
    tcp.expect(".", seq=1, ack=2)
    tcp.user_sends(b"hello")
    tcp.expect(".", seq=1, ack=2, data=b"hel")
    tcp.user_closes()
    tcp.expect_nothing()
    tcp.expect_state(State.LAST_ACK)
    tcp.peer_says(".", seq=2, ack=4, wnd=3)
    tcp.expect("FP.", seq=4, ack=2, data=b"lo")


@pytest.mark.row("W05")
def test_a_peer_that_is_gone_resets_what_is_sent(close_wait: Dialogue) -> None:
    close_wait.user_sends(b"hello")
    close_wait.expect("P.", seq=1, ack=2, data=b"hello")
    close_wait.peer_says("R", seq=2)  # CLOSED: <SEQ=SEG.ACK><CTL=RST>
    close_wait.expect_told(signals.CONNECTION_RESET)
    close_wait.expect_state(State.CLOSED)
