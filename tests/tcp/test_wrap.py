"""Numbers on either side of the wrap: whatever is compared is compared modulo 2³² (RFC 9293 §3.4).

Every conversation of the other files is held with a wrap after the first number as well. Here the wrap lies elsewhere:
between two segments, inside the window, above a hole.
"""

import pytest
from dialogue import Dialogue, to_established, to_established_with_window, to_syn_received, to_syn_sent

from tcpsim.tcp.effects import Timer
from tcpsim.tcp.states import State

LAST = 0xFFFF_FFFF


@pytest.mark.row("A02")
@pytest.mark.row("A03")
def test_a_syn_with_the_very_last_number() -> None:
    tcp = Dialogue((LAST, 300))
    tcp.user_opens()
    assert tcp.expect("S", seq=0).seq == LAST
    tcp.peer_says("S.", seq=0, ack=1)  # which is 0 on the wire
    assert tcp.expect(".", seq=1, ack=1).seq == 0
    tcp.expect_path(State.SYN_SENT, State.ESTABLISHED)
    tcp.expect_timers()
    tcp.user_sends(b"hello")
    assert tcp.expect("P.", seq=1, ack=1, data=b"hello").seq == 0


@pytest.mark.row("A02")
@pytest.mark.row("A03")
def test_a_syn_ack_with_the_very_last_number() -> None:
    tcp = to_syn_received(Dialogue((LAST, LAST)))
    tcp.peer_says(".", seq=1, ack=1)
    tcp.expect_nothing()
    tcp.expect_path(State.SYN_RECEIVED, State.ESTABLISHED)
    tcp.expect_timers()


@pytest.mark.row("A02")
@pytest.mark.row("I01")
@pytest.mark.parametrize("ack", [0, 2, -1])
def test_an_ack_of_anything_but_the_syn_with_the_very_last_number(ack: int) -> None:
    tcp = to_syn_sent(Dialogue((LAST, 300)))
    with tcp.unchanged():
        tcp.peer_says("S.", seq=0, ack=ack)
    tcp.expect_reset(seq=ack)


def two_segments_around_the_wrap() -> Dialogue:
    """The first ends before the wrap, the second lies across it."""
    tcp = to_established_with_window(Dialogue((0xFFFF_FFF7, 300)), 5)
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.peer_says(".", seq=1, ack=1, wnd=10)
    tcp.user_sends(b"world")
    tcp.expect_nothing()  # Nagle
    tcp.user_closes()
    return tcp


@pytest.mark.row("A02")
@pytest.mark.row("A06")
def test_an_ack_from_beyond_the_wrap_covers_what_was_sent_before_it() -> None:
    tcp = two_segments_around_the_wrap()
    assert tcp.expect("P.", seq=6, ack=1, data=b"world").seq == 0xFFFF_FFFD
    tcp.peer_says(".", seq=1, ack=11, wnd=10)
    tcp.expect("F.", seq=11, ack=1)  # which found no room in the window
    tcp.peer_says(".", seq=1, ack=12)
    tcp.expect_state(State.FIN_WAIT_2)
    tcp.expect_timers()
    assert not tcp.tcb.outgoing.retransmission_queue


@pytest.mark.row("A02")
@pytest.mark.row("A06")
@pytest.mark.parametrize(("ack", "rest"), [(6, b"world"), (7, b"orld"), (10, b"d")])
def test_what_an_ack_from_either_side_does_not_cover_is_sent_again(ack: int, rest: bytes) -> None:
    tcp = two_segments_around_the_wrap()
    tcp.expect("P.", seq=6, ack=1, data=b"world")
    tcp.peer_says(".", seq=1, ack=ack, wnd=11 - ack)
    tcp.expect_nothing()
    tcp.time_passes(1_000_000)
    tcp.expect("P.", seq=ack, ack=1, data=rest, at=1_000_000)
    tcp.expect_timers(Timer.RETRANSMISSION)


@pytest.mark.row("A02")
@pytest.mark.row("A17")
def test_an_ack_that_overtook_the_data_before_it_lies_in_the_window_beyond_the_wrap() -> None:
    tcp = to_established(Dialogue((100, 0xFFFF_FFF0)))
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.peer_says(".", seq=101, ack=6)  # a hundred octets are still on their way
    tcp.expect_nothing()
    tcp.expect_dropped()
    assert tcp.tcb.snd_una == tcp.tcb.snd_nxt


@pytest.mark.row("A02")
@pytest.mark.row("K06")
@pytest.mark.row("K02")
def test_a_window_across_the_wrap_has_two_edges() -> None:
    tcp = to_established(Dialogue((100, 0xFFFF_FFF0)))
    for seq in (2, 20, 65_535):
        tcp.peer_says("R", seq)
        tcp.expect_challenge_ack()
    for seq in (0, 65_536, 65_540):
        with tcp.unchanged():
            tcp.peer_says("R", seq)
        tcp.expect_nothing()


@pytest.mark.row("A02")
@pytest.mark.row("L01")
def test_data_across_the_wrap_is_acknowledged_with_a_small_number() -> None:
    tcp = to_established(Dialogue((100, 0xFFFF_FFFC)))
    tcp.peer_says(".", seq=1, ack=1, data=b"hello")
    assert tcp.expect(".", seq=1, ack=6).ack == 2
    assert tcp.tcb.rcv_nxt == 2
    assert tcp.user_receives() == b"hello"


@pytest.mark.row("A02")
@pytest.mark.row("L04")
def test_a_hole_before_the_wrap_is_filled_by_what_comes_after_it() -> None:
    tcp = to_established(Dialogue((100, 0xFFFF_FFFA)))
    tcp.peer_says(".", seq=8, ack=1, data=b"wide")  # number 2
    tcp.expect(".", seq=1, ack=1)
    tcp.peer_says(".", seq=4, ack=1, data=b"the ")  # 4,294,967,294
    tcp.expect(".", seq=1, ack=1)
    tcp.peer_says(".", seq=1, ack=1, data=b"on ")
    tcp.expect(".", seq=1, ack=12)
    assert tcp.user_receives() == b"on the wide"


@pytest.mark.row("A02")
@pytest.mark.row("K15")
@pytest.mark.row("K16")
def test_a_window_from_beyond_the_wrap_is_the_newer_one() -> None:
    tcp = to_established(Dialogue((100, 0xFFFF_FFFC)))
    tcp.peer_says(".", seq=1, ack=1, wnd=10_000)
    tcp.peer_says(".", seq=6, ack=1, wnd=20_000)
    assert tcp.tcb.snd_wnd == 20_000
    tcp.peer_says(".", seq=2, ack=1, wnd=30_000)  # overtaken: from before the wrap
    assert tcp.tcb.snd_wnd == 20_000
