"""SYN-SENT: first ACK, second RST, fourth SYN, fifth anything else (RFC 9293 §3.10.7.3)."""

import pytest
from dialogue import WINDOW, Dialogue, with_profile

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Signal, Timer
from tcpsim.tcp.states import State
from tcpsim.wire import MASK, MaximumSegmentSize, Timestamps, WindowScale

# ---- first, the ACK bit ------------------------------------------------------------------------------------


@pytest.mark.row("I01")
@pytest.mark.row("N06")
@pytest.mark.parametrize("flags", [".", "S.", "F."])
@pytest.mark.parametrize("ack", [0, -10, 2, 1 << 30])  # SEG.ACK =< ISS, or SEG.ACK > SND.NXT
def test_an_unacceptable_ack_is_refused(syn_sent: Dialogue, flags: str, ack: int) -> None:
    with syn_sent.unchanged():
        syn_sent.peer_says(flags, seq=0, ack=ack)
    syn_sent.expect_reset(seq=ack)
    syn_sent.expect_dropped(drops.UNACCEPTABLE_ACK_IN_SYN_SENT)


@pytest.mark.row("I01")
def test_after_refusing_the_syn_is_retransmitted_as_if_nothing_had_been(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("S.", seq=0, ack=0)
    syn_sent.expect_reset(seq=0)
    syn_sent.time_passes(1_000_000)
    syn_sent.expect("S", seq=0, at=1_000_000)


@pytest.mark.row("I02")
@pytest.mark.parametrize("ack", [0, 2])
def test_a_reset_with_an_unacceptable_ack_is_dropped(syn_sent: Dialogue, ack: int) -> None:
    with syn_sent.unchanged():
        syn_sent.peer_says("R.", seq=0, ack=ack)
    syn_sent.expect_nothing()
    syn_sent.expect_dropped(drops.RST_WITH_BAD_ACK)


# ---- second, the RST bit -----------------------------------------------------------------------------------


@pytest.mark.row("I03")
@pytest.mark.row("W01")
def test_a_reset_of_our_syn_refuses_the_connection(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("R.", seq=0, ack=1)
    syn_sent.expect_nothing()
    syn_sent.expect_path(State.SYN_SENT, State.CLOSED)
    syn_sent.expect_told(signals.RESET_IN_SYN_SENT)
    assert signals.RESET_IN_SYN_SENT.name == "connection reset"  # the RFC's word
    assert signals.RESET_IN_SYN_SENT.errno == "ECONNREFUSED"  # a socket's
    assert syn_sent.tcb.next_deadline() is None


@pytest.mark.row("I04")
@pytest.mark.parametrize("flags", ["R", "SR"])
def test_a_reset_without_ack_is_dropped(syn_sent: Dialogue, flags: str) -> None:
    with syn_sent.unchanged():
        syn_sent.peer_says(flags, seq=0)
    syn_sent.expect_nothing()
    syn_sent.expect_dropped(drops.RST_WITHOUT_ACK)


# ---- fourth, the SYN bit -----------------------------------------------------------------------------------


@pytest.mark.row("I05")
@pytest.mark.row("N02")
@pytest.mark.row("A03")
def test_a_syn_ack_opens(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("S.", seq=0, ack=1, wnd=1234)
    syn_sent.expect(".", seq=1, ack=1, options=())
    syn_sent.expect_path(State.SYN_SENT, State.ESTABLISHED)
    tcb = syn_sent.tcb
    assert tcb.snd_una == tcb.snd_nxt == (tcb.iss + 1) & MASK
    assert (tcb.irs, tcb.rcv_nxt) == (syn_sent.irs, (syn_sent.irs + 1) & MASK)
    assert (tcb.snd_wnd, tcb.snd_wl1, tcb.snd_wl2) == (1234, syn_sent.irs, (tcb.iss + 1) & MASK)
    assert not tcb.outgoing.retransmission_queue
    syn_sent.expect_timers()


@pytest.mark.row("N02")
def test_the_pure_ack_used_no_number_so_the_data_uses_it(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("S.", seq=0, ack=1)
    syn_sent.expect(".", seq=1, ack=1)
    syn_sent.user_sends(b"hello")
    syn_sent.expect("P.", seq=1, ack=1, data=b"hello")


@pytest.mark.row("I05")
@pytest.mark.row("S02")
def test_the_window_of_a_syn_ack_is_not_scaled(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("S.", seq=0, ack=1, wnd=1000, options=(WindowScale(7),))
    syn_sent.expect(".", seq=1, ack=1)
    assert syn_sent.tcb.snd_wnd == 1000


@pytest.mark.row("I06")
@pytest.mark.row("N03")
@pytest.mark.row("N14")
def test_a_syn_crosses_ours_simultaneous_open(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("S", seq=0)
    syn_sent.expect("S.", seq=0, ack=1, options=(MaximumSegmentSize(1460),))  # the same ISS, not the next number
    syn_sent.expect_path(State.SYN_SENT, State.SYN_RECEIVED)
    syn_sent.expect_timers(Timer.RETRANSMISSION)
    assert not syn_sent.tcb.passive
    syn_sent.time_passes(1_000_000)
    syn_sent.expect("S.", seq=0, ack=1, at=1_000_000)  # retransmitted as what it has become


@pytest.mark.row("I09")
def test_a_syn_ack_with_data_is_acknowledged_at_once(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("S.", seq=0, ack=1, data=b"hello")
    syn_sent.expect(".", seq=1, ack=6)
    syn_sent.expect_nothing()  # one acknowledgment for both
    syn_sent.expect_path(State.SYN_SENT, State.ESTABLISHED)
    syn_sent.expect_delivered(5)
    assert syn_sent.user_receives() == b"hello"


@pytest.mark.row("I09")
@with_profile(delayed_ack=200_000)
def test_the_ack_of_a_syn_ack_is_never_delayed(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("S.", seq=0, ack=1, data=b"hello")
    syn_sent.expect(".", seq=1, ack=6)


@pytest.mark.row("I10")
def test_a_syn_ack_with_fin_goes_on_to_close_wait(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("SF.", seq=0, ack=1, data=b"hello")
    syn_sent.expect(".", seq=1, ack=7)
    syn_sent.expect_nothing()
    syn_sent.expect_path(State.SYN_SENT, State.ESTABLISHED, State.CLOSE_WAIT)
    syn_sent.expect_told(signals.END_OF_STREAM)
    assert syn_sent.user_receives() == b"hello"


@pytest.mark.row("I09")
@pytest.mark.row("K17")
@pytest.mark.parametrize(("up", "told"), [(1, ()), (2, (signals.URGENT_DATA,))])
def test_the_urgent_pointer_of_a_syn_ack_counts_from_the_syn(
    syn_sent: Dialogue, up: int, told: tuple[Signal, ...]
) -> None:
    syn_sent.peer_says("SU.", seq=0, ack=1, data=b"hello", up=up)
    syn_sent.expect(".", seq=1, ack=6)
    syn_sent.expect_told(*told)


@pytest.mark.row("I11")
def test_a_syn_with_fin_opens_first(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("SF", seq=0)
    syn_sent.expect("S.", seq=0, ack=1)
    syn_sent.expect_state(State.SYN_RECEIVED)
    syn_sent.peer_says("F.", seq=1, ack=1)
    syn_sent.expect(".", seq=1, ack=2)
    syn_sent.expect_state(State.CLOSE_WAIT)


@pytest.mark.row("C04")
def test_queued_data_leaves_once_open(syn_sent: Dialogue) -> None:
    syn_sent.user_sends(b"hel")
    syn_sent.user_sends(b"lo")
    syn_sent.expect_nothing()
    syn_sent.peer_says("S.", seq=0, ack=1)
    syn_sent.expect("P.", seq=1, ack=1, data=b"hello")  # the acknowledgment of the SYN rides along
    assert syn_sent.tcb.outgoing.unsent == 0


# ---- fifth, anything else ----------------------------------------------------------------------------------


@pytest.mark.row("I07")
@pytest.mark.row("I08")
@pytest.mark.row("M20")
@pytest.mark.parametrize(("flags", "data"), [(".", b""), (".", b"hello"), ("F.", b""), ("F", b""), ("-", b"hello")])
def test_neither_syn_nor_rst_is_dropped_without_a_word(syn_sent: Dialogue, flags: str, data: bytes) -> None:
    with syn_sent.unchanged():
        syn_sent.peer_says(flags, seq=1, ack=1 if "." in flags else None, data=data)
    syn_sent.expect_nothing()
    syn_sent.expect_dropped(drops.NO_SYN_IN_SYN_SENT)


# ---- options that the SYN-ACK brings -----------------------------------------------------------------------


def test_an_option_that_we_did_not_offer_is_not_agreed_on(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("S.", seq=0, ack=1, options=(MaximumSegmentSize(500), Timestamps(1, 0), WindowScale(3)))
    syn_sent.expect(".", seq=1, ack=1, wnd=WINDOW, options=())
    assert syn_sent.tcb.agreed.mss == 500
    assert not syn_sent.tcb.agreed.timestamps
