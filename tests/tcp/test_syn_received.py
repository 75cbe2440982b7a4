"""SYN-RECEIVED: both SYNs are known here, and ours is not yet acknowledged (RFC 9293 §3.10.7.4)."""

from collections.abc import Callable

import pytest
from dialogue import Dialogue, to_syn_received, to_syn_received_actively, with_profile

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.states import State
from tcpsim.wire import MASK, MaximumSegmentSize, SackPermitted, WindowScale

# ---- first, the sequence number ----------------------------------------------------------------------------


@pytest.mark.row("J08")
def test_the_same_syn_again_is_answered_with_an_ack(syn_received: Dialogue) -> None:
    with syn_received.unchanged():
        syn_received.peer_says("S", seq=0)
    syn_received.expect_challenge_ack()
    syn_received.expect_dropped(drops.ALREADY_RECEIVED)


@pytest.mark.row("J08")
@with_profile(syn_ack_to_duplicate_syn=True)
def test_the_same_syn_again_may_be_answered_with_the_same_syn_ack(syn_received: Dialogue) -> None:
    syn_received.peer_says("S", seq=0)
    syn_received.expect("S.", seq=0, ack=1)
    syn_received.expect_state(State.SYN_RECEIVED)


@pytest.mark.row("J08")
@pytest.mark.row("H04")
@pytest.mark.parametrize("flags", ["S", "SF"])
def test_the_same_syn_again_is_no_new_one_for_the_text_that_it_carries(listen: Dialogue, flags: str) -> None:
    """Its text reaches into the window, its SYN does not: that is trimmed off, and the rest has no ACK bit."""
    listen.peer_says(flags, seq=0, data=b"hello")
    listen.expect("S.", seq=0, ack=1)
    with listen.unchanged():
        listen.peer_says(flags, seq=0, data=b"hello")
    listen.expect_nothing()
    listen.time_passes(1_000_000)
    listen.expect("S.", seq=0, ack=1)  # the same ISS
    listen.peer_says(".", seq=1, ack=1, data=b"hello")
    listen.expect(".", seq=1, ack=6)


@pytest.mark.row("J08")
@with_profile(syn_ack_to_duplicate_syn=True)
def test_the_same_syn_again_with_text_may_be_answered_with_the_same_syn_ack(syn_received: Dialogue) -> None:
    syn_received.peer_says("S", seq=0, data=b"hello")
    syn_received.expect("S.", seq=0, ack=1)
    syn_received.expect_state(State.SYN_RECEIVED)
    syn_received.expect_delivered(0)


@pytest.mark.row("J10")
@pytest.mark.row("N03")
def test_the_syn_ack_of_a_simultaneous_open_is_answered_with_an_ack(syn_received_actively: Dialogue) -> None:
    tcp = syn_received_actively
    with tcp.unchanged():
        tcp.peer_says("S.", seq=0, ack=1)
    tcp.expect(".", seq=1, ack=1)
    tcp.peer_says(".", seq=1, ack=1)  # and the peer's answer to ours opens
    tcp.expect_nothing()
    tcp.expect_path(State.SYN_RECEIVED, State.ESTABLISHED)


@pytest.mark.row("J10")
@pytest.mark.row("N03")
@with_profile(figure_7=True)
def test_the_syn_ack_of_a_simultaneous_open_opens_as_figure_7_draws_it(syn_received_actively: Dialogue) -> None:
    tcp = syn_received_actively
    tcp.peer_says("S.", seq=0, ack=1)
    tcp.expect(".", seq=1, ack=1)
    tcp.expect_path(State.SYN_RECEIVED, State.ESTABLISHED)


@pytest.mark.row("J10")
@with_profile(figure_7=True)
def test_figure_7_with_text_on_the_syn_ack(syn_received_actively: Dialogue) -> None:
    tcp = syn_received_actively
    tcp.peer_says("S.", seq=0, ack=1, data=b"hello")
    tcp.expect(".", seq=1, ack=6)
    tcp.expect_path(State.SYN_RECEIVED, State.ESTABLISHED)
    assert tcp.user_receives() == b"hello"


@with_profile(figure_7=True)
def test_figure_7_with_an_ack_of_something_else_is_refused_and_no_more(syn_received_actively: Dialogue) -> None:
    tcp = syn_received_actively
    tcp.peer_says("S.", seq=0, ack=2)
    tcp.expect_reset(seq=2)
    tcp.expect_state(State.SYN_RECEIVED)


def test_what_lies_outside_the_window_is_answered_with_an_ack(syn_received: Dialogue) -> None:
    with syn_received.unchanged():
        syn_received.peer_says(".", seq=1 + 65_535, ack=1)
    syn_received.expect_challenge_ack()


# ---- second, the RST bit -----------------------------------------------------------------------------------


@pytest.mark.row("J05")
@pytest.mark.row("N04")
@pytest.mark.row("N08")
def test_a_reset_sends_a_passive_opener_back_to_listen_silently(syn_received: Dialogue) -> None:
    syn_received.peer_says("R", seq=1)
    syn_received.expect_nothing()
    syn_received.expect_path(State.SYN_RECEIVED, State.LISTEN)
    syn_received.expect_told()
    syn_received.expect_timers()
    assert not syn_received.tcb.outgoing.retransmission_queue


@pytest.mark.row("J05")
@with_profile(window_scale=7, sack=True)
def test_back_in_listen_the_first_syn_is_forgotten(listen: Dialogue) -> None:
    before = listen.tcb.copy()
    listen.peer_says("S", seq=0, options=(MaximumSegmentSize(500), SackPermitted(), WindowScale(3)))
    listen.expect("S.", seq=0, ack=1)
    listen.time_passes(1_000_000)
    listen.expect("S.", seq=0, ack=1)
    listen.user_sends(b"never sent")
    listen.user_closes()
    listen.peer_says("R", seq=1)
    listen.expect_state(State.LISTEN)
    assert listen.tcb.freeze(listen.now) == before.freeze(0)


@pytest.mark.row("J06")
@pytest.mark.row("W01")
def test_a_reset_refuses_an_active_opener(syn_received_actively: Dialogue) -> None:
    tcp = syn_received_actively
    tcp.peer_says("R", seq=1)
    tcp.expect_nothing()
    tcp.expect_path(State.SYN_RECEIVED, State.CLOSED)
    tcp.expect_told(signals.CONNECTION_REFUSED)
    assert signals.CONNECTION_REFUSED.errno == "ECONNREFUSED"
    assert tcp.tcb.next_deadline() is None


@pytest.mark.row("J07")
@pytest.mark.row("O04")
@pytest.mark.parametrize("way", [to_syn_received, to_syn_received_actively], ids=["passive", "active"])
@pytest.mark.parametrize("seq", [2, 65_535])
def test_a_reset_elsewhere_in_the_window_is_questioned(
    closed: Dialogue, way: Callable[[Dialogue], Dialogue], seq: int
) -> None:
    tcp = way(closed)
    with tcp.unchanged(but=("challenges",)):
        tcp.peer_says("R", seq=seq)
    tcp.expect_challenge_ack()
    tcp.expect_dropped(drops.RST_NOT_EXACT)


@pytest.mark.row("J07")
@pytest.mark.row("O04")
@with_profile(rfc5961=False)
@pytest.mark.parametrize(
    ("way", "destination"),
    [(to_syn_received, State.LISTEN), (to_syn_received_actively, State.CLOSED)],
    ids=["passive", "active"],
)
def test_without_rfc_5961_a_reset_elsewhere_in_the_window_is_believed(
    closed: Dialogue, way: Callable[[Dialogue], Dialogue], destination: State
) -> None:
    tcp = way(closed)
    tcp.peer_says("R", seq=2)
    tcp.expect_nothing()
    tcp.expect_path(State.SYN_RECEIVED, destination)
    tcp.expect_timers()


# ---- fourth, the SYN bit -----------------------------------------------------------------------------------


@pytest.mark.row("J09")
@pytest.mark.row("N05")
@pytest.mark.parametrize(("flags", "ack"), [("S", None), ("S.", 1)])
def test_another_syn_in_the_window_sends_a_passive_opener_back_to_listen(
    syn_received: Dialogue, flags: str, ack: int | None
) -> None:
    syn_received.peer_says(flags, seq=10, ack=ack)
    syn_received.expect_nothing()
    syn_received.expect_path(State.SYN_RECEIVED, State.LISTEN)
    syn_received.expect_told()
    syn_received.peer_says("S", seq=10)  # its retransmission
    syn_received.irs += 10
    syn_received.expect("S.", seq=0, ack=1)


@pytest.mark.row("K09")
def test_another_syn_in_the_window_of_an_active_opener_is_questioned(syn_received_actively: Dialogue) -> None:
    tcp = syn_received_actively
    with tcp.unchanged(but=("challenges",)):
        tcp.peer_says("S", seq=10)
    tcp.expect_challenge_ack()


@with_profile(rfc5961=False)
def test_without_rfc_5961_another_syn_resets_an_active_opener(syn_received_actively: Dialogue) -> None:
    tcp = syn_received_actively
    tcp.peer_says("S", seq=10)
    tcp.expect_reset(seq=1, ack=1)
    tcp.expect_told(signals.CONNECTION_RESET)
    tcp.expect_state(State.CLOSED)


# ---- fifth, the ACK field ----------------------------------------------------------------------------------


@pytest.mark.row("J12")
@pytest.mark.parametrize(("flags", "data"), [("-", b""), ("-", b"hello"), ("F", b"")])
def test_without_the_ack_bit_it_is_dropped(syn_received: Dialogue, flags: str, data: bytes) -> None:
    with syn_received.unchanged():
        syn_received.peer_says(flags, seq=1, data=data)
    syn_received.expect_nothing()
    syn_received.expect_dropped(drops.NO_ACK_BIT)


@pytest.mark.row("J02")
@pytest.mark.parametrize("flags", [".", "F."])
@pytest.mark.parametrize("ack", [0, 2, -100])
def test_an_ack_not_of_our_syn_is_refused(syn_received: Dialogue, flags: str, ack: int) -> None:
    with syn_received.unchanged():
        syn_received.peer_says(flags, seq=1, ack=ack)
    syn_received.expect_reset(seq=ack)
    syn_received.expect_dropped(drops.ACK_NOT_OF_SYN)


@pytest.mark.row("J01")
@pytest.mark.row("A03")
def test_the_ack_of_our_syn_opens(syn_received: Dialogue) -> None:
    syn_received.peer_says(".", seq=1, ack=1, wnd=777)
    syn_received.expect_nothing()
    syn_received.expect_path(State.SYN_RECEIVED, State.ESTABLISHED)
    tcb = syn_received.tcb
    one = (syn_received.iss + 1) & MASK
    assert (tcb.snd_wnd, tcb.snd_wl1, tcb.snd_wl2) == (777, (syn_received.irs + 1) & MASK, one)
    assert tcb.snd_una == tcb.snd_nxt == one
    syn_received.expect_timers()


@pytest.mark.row("J03")
def test_data_makes_up_for_a_lost_third_ack(syn_received: Dialogue) -> None:
    syn_received.peer_says("P.", seq=1, ack=1, data=b"hello")
    syn_received.expect(".", seq=1, ack=6)
    syn_received.expect_state(State.ESTABLISHED)
    assert syn_received.user_receives() == b"hello"


@pytest.mark.row("J04")
@pytest.mark.parametrize("data", [b"", b"hello"])
def test_a_fin_that_acknowledges_our_syn_opens_and_closes(syn_received: Dialogue, data: bytes) -> None:
    syn_received.peer_says("F.", seq=1, ack=1, data=data)
    syn_received.expect(".", seq=1, ack=2 + len(data))
    syn_received.expect_nothing()
    syn_received.expect_path(State.SYN_RECEIVED, State.ESTABLISHED, State.CLOSE_WAIT)
    syn_received.expect_told(signals.END_OF_STREAM)
    assert syn_received.user_receives() == data


@pytest.mark.row("J01")
def test_the_window_of_the_third_ack_is_scaled() -> None:
    from tcpsim.tcp.profiles import RFC9293

    tcp = Dialogue(profile=RFC9293.with_changes(window_scale=2))
    tcp.user_listens()
    tcp.peer_says("S", seq=0, wnd=500, options=(WindowScale(7),))
    tcp.expect("S.", seq=0, ack=1, wnd=65_535)
    assert tcp.tcb.snd_wnd == 500
    tcp.peer_says(".", seq=1, ack=1, wnd=500)
    assert tcp.tcb.snd_wnd == 500 << 7


# ---- no answer ---------------------------------------------------------------------------------------------


@pytest.mark.row("J11")
@pytest.mark.row("Q11")
def test_a_syn_ack_without_answer_is_given_up_silently(syn_received: Dialogue) -> None:
    syn_received.time_passes(182_999_999)
    for seconds in (1, 3, 7, 15, 31, 63, 123):
        syn_received.expect("S.", seq=0, ack=1, at=seconds * 1_000_000)
    syn_received.expect_state(State.SYN_RECEIVED)
    syn_received.time_passes(1)
    syn_received.expect_nothing()
    syn_received.expect_path(State.SYN_RECEIVED, State.CLOSED)
    syn_received.expect_told()
    assert syn_received.tcb.next_deadline() is None
    assert not syn_received.tcb.outgoing.retransmission_queue


def test_an_active_opener_is_told_that_nobody_answered(syn_received_actively: Dialogue) -> None:
    syn_received_actively.time_passes(182_999_999)
    syn_received_actively.sent.clear()
    syn_received_actively.time_passes(1)
    syn_received_actively.expect_told(signals.RETRANSMISSION_TIMEOUT)
    syn_received_actively.expect_timers()


@pytest.mark.row("E05")
def test_close_before_the_syn_is_acknowledged(syn_received: Dialogue) -> None:
    syn_received.user_closes()
    syn_received.expect("F.", seq=1, ack=1)
    syn_received.expect_path(State.SYN_RECEIVED, State.FIN_WAIT_1)
    assert (syn_received.tcb.snd_nxt - syn_received.iss) & MASK == 2
    syn_received.expect_timers(Timer.RETRANSMISSION)
    syn_received.peer_says(".", seq=1, ack=1)  # the SYN is acknowledged, and only the SYN (ambiguity 9)
    syn_received.expect_nothing()
    syn_received.expect_state(State.FIN_WAIT_1)
    syn_received.peer_says(".", seq=1, ack=2)
    syn_received.expect_nothing()
    syn_received.expect_state(State.FIN_WAIT_2)


@pytest.mark.row("E06")
@pytest.mark.row("C04")
def test_close_with_data_queued_waits_for_established(syn_received: Dialogue) -> None:
    syn_received.user_sends(b"hello")
    syn_received.expect_nothing()
    syn_received.user_closes()
    syn_received.expect_nothing()
    syn_received.expect_state(State.SYN_RECEIVED)
    syn_received.peer_says(".", seq=1, ack=1)
    syn_received.expect("FP.", seq=1, ack=1, data=b"hello")
    syn_received.expect_path(State.SYN_RECEIVED, State.ESTABLISHED, State.FIN_WAIT_1)
