"""CLOSING: the FINs crossed; ours is not yet acknowledged (RFC 9293 §3.6 case 3, §3.10.7.4)."""

import pytest
from dialogue import Dialogue, with_profile

from tcpsim.tcp import signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.states import State


@pytest.mark.row("M12")
@pytest.mark.row("N10")
@pytest.mark.row("P01")
def test_the_ack_of_our_fin(closing: Dialogue) -> None:
    closing.peer_says(".", seq=2, ack=2)
    closing.expect_nothing()
    closing.expect_path(State.CLOSING, State.TIME_WAIT)
    closing.expect_timers(Timer.TIME_WAIT)
    closing.expect_deadline(Timer.TIME_WAIT, after=240_000_000)


@pytest.mark.row("M13")
@pytest.mark.parametrize("data", [b"", b"more"])
def test_an_ack_that_does_not_cover_it_is_ignored(closing: Dialogue, data: bytes) -> None:
    with closing.unchanged(but=("snd_wl1", "duplicate_acks")):
        closing.peer_says(".", seq=2, ack=1, data=data)
    closing.expect_nothing()


@pytest.mark.row("L05")
def test_text_after_their_fin_is_ignored_and_its_ack_is_not(closing: Dialogue) -> None:
    closing.peer_says(".", seq=2, ack=2, data=b"more")
    closing.expect_nothing()
    closing.expect_delivered(0)
    closing.expect_path(State.CLOSING, State.TIME_WAIT)
    assert closing.user_receives() == b""


@pytest.mark.row("A18")
@pytest.mark.row("M12")
@pytest.mark.row("M13")
@pytest.mark.parametrize(("ack", "state"), [(1, State.CLOSING), (2, State.TIME_WAIT)])
@with_profile(receive_buffer=1)
def test_at_a_window_of_zero_text_is_answered_and_the_ack_is_taken(closing: Dialogue, ack: int, state: State) -> None:
    closing.peer_says(".", seq=2, ack=ack, data=b"more")
    closing.expect(".", seq=2, ack=2, wnd=0)
    closing.expect_state(state)


@pytest.mark.row("M14")
def test_the_fin_again_is_acknowledged_again(closing: Dialogue) -> None:
    for ack in (1, 2):  # to the letter, the ACK field of what lies outside the window is not looked at
        with closing.unchanged():
            closing.peer_says("F.", seq=1, ack=ack)
        closing.expect(".", seq=2, ack=2)
        closing.expect_told()


@pytest.mark.row("M08")
@pytest.mark.row("Q16")
def test_our_fin_is_sent_again_until_the_peer_is_given_up(closing: Dialogue) -> None:
    closing.time_passes(122_999_999)
    for seconds in (1, 3, 7, 15, 31, 63):
        closing.expect("F.", seq=1, ack=2, at=seconds * 1_000_000)
    closing.time_passes(1)
    closing.expect_nothing()
    closing.expect_path(State.CLOSING, State.CLOSED)
    closing.expect_told(signals.RETRANSMISSION_TIMEOUT)


@pytest.mark.row("N10")
def test_figure_13_the_delayed_acks_of_both() -> None:
    from dialogue import to_fin_wait_1

    from tcpsim.tcp.profiles import RFC9293

    tcp = to_fin_wait_1(Dialogue(profile=RFC9293.with_changes(delayed_ack=200_000)))
    tcp.peer_says("F.", seq=1, ack=1)
    tcp.expect_nothing()
    tcp.peer_says(".", seq=2, ack=2)
    tcp.expect_state(State.TIME_WAIT)
    tcp.time_passes(200_000)
    tcp.expect(".", seq=2, ack=2)
    tcp.expect_timers(Timer.TIME_WAIT)
