"""LISTEN: first RST, second ACK, third SYN, fourth anything else (RFC 9293 §3.10.7.2)."""

import pytest
from dialogue import PAIR, WINDOW, Dialogue, with_profile

from tcpsim.tcp import drops
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.states import State
from tcpsim.wire import MaximumSegmentSize, Segment, parse_flags

HOUR = 3600 * 1_000_000


@pytest.mark.row("H01")
@pytest.mark.parametrize("flags", ["R", "R.", "SR", "SR.", "FR."])
def test_first_a_reset_is_ignored(listen: Dialogue, flags: str) -> None:
    with listen.unchanged():
        listen.peer_says(flags, seq=0, ack=1 if "." in flags else None)
    listen.expect_nothing()
    listen.expect_dropped(drops.RST_IN_LISTEN)


@pytest.mark.row("H02")
@pytest.mark.parametrize("flags", [".", "S.", "F.", "SF.", "P."])
def test_second_an_ack_is_refused(listen: Dialogue, flags: str) -> None:
    with listen.unchanged():
        listen.peer_says(flags, seq=0, ack=9)
    listen.expect_reset(seq=9)
    listen.expect_dropped(drops.ACK_IN_LISTEN)


@pytest.mark.row("H03")
def test_third_a_syn_is_answered_with_syn_ack(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0, wnd=1000)
    listen.expect("S.", seq=0, ack=1, wnd=WINDOW, options=(MaximumSegmentSize(1460),))
    listen.expect_path(State.LISTEN, State.SYN_RECEIVED)
    listen.expect_timers(Timer.RETRANSMISSION)
    tcb = listen.tcb
    assert (tcb.iss, tcb.snd_una, (tcb.snd_nxt - tcb.iss) & 0xFFFF_FFFF) == (listen.iss, listen.iss, 1)
    assert (tcb.irs, (tcb.rcv_nxt - tcb.irs) & 0xFFFF_FFFF) == (listen.irs, 1)
    assert tcb.snd_wnd == 1000


@pytest.mark.row("H04")
def test_data_on_the_syn_is_not_acknowledged_and_comes_again(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0, data=b"hello")
    listen.expect("S.", seq=0, ack=1)
    listen.expect_delivered(0)
    listen.peer_says(".", seq=1, ack=1, data=b"hello")
    listen.expect(".", seq=1, ack=6)
    assert listen.user_receives() == b"hello"


@pytest.mark.row("H05")
def test_a_fin_on_the_syn_waits_for_the_handshake(listen: Dialogue) -> None:
    listen.peer_says("SF", seq=0)
    listen.expect("S.", seq=0, ack=1)
    listen.peer_says("F.", seq=1, ack=1)
    listen.expect(".", seq=1, ack=2)
    listen.expect_state(State.CLOSE_WAIT)


@pytest.mark.row("H05")
@with_profile(syn_fin="drop")
def test_a_syn_with_fin_may_be_dropped(listen: Dialogue) -> None:
    with listen.unchanged():
        listen.peer_says("SF", seq=0)
    listen.expect_nothing()
    listen.expect_dropped(drops.SYN_FIN_IN_LISTEN)


@pytest.mark.row("H06")
@pytest.mark.row("M20")
@pytest.mark.parametrize(("flags", "data"), [("F", b""), ("-", b"hello"), ("-", b""), ("FPU", b"")])
def test_fourth_anything_else_is_dropped_without_a_word(listen: Dialogue, flags: str, data: bytes) -> None:
    with listen.unchanged():
        listen.peer_says(flags, seq=0, data=data)
    listen.expect_nothing()
    listen.expect_dropped(drops.NO_SYN_IN_LISTEN)


@pytest.mark.row("N08")
def test_figure_11_an_old_syn_ack_reaches_a_listener(listen: Dialogue) -> None:
    listen.peer_says("S.", seq=0, ack=77)
    listen.expect_reset(seq=77)
    listen.expect_state(State.LISTEN)


@pytest.mark.row("B04")
def test_a_listener_waits_for_ever(listen: Dialogue) -> None:
    listen.expect_timers()
    with listen.unchanged():
        listen.time_passes(24 * HOUR)
    listen.expect_nothing()


@pytest.mark.row("H03")
def test_a_syn_cannot_be_answered_without_an_initial_sequence_number(listen: Dialogue) -> None:
    syn = Segment(*PAIR.reverse, 300, 0, parse_flags("S"), WINDOW)
    with listen.unchanged(), pytest.raises(ValueError, match="a listening TCB needs an initial sequence number"):
        segment_arrives(listen.tcb, syn, 0)
    reset = Segment(*PAIR.reverse, 300, 0, parse_flags("R"), WINDOW)
    assert segment_arrives(listen.tcb, reset, 0) == [drops.RST_IN_LISTEN]  # nor does it need one
