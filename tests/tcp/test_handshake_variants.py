"""Handshakes of two and of four segments, which no RFC has: why three? (rows N02 and N04, by contrast)."""

import pytest
from dialogue import Dialogue, with_profile

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.profiles import SECOND
from tcpsim.tcp.states import State

two_way = with_profile(handshake="two-way")
four_way = with_profile(handshake="four-way")

# ---- two segments: a SYN is believed at once ---------------------------------------------------------------


@two_way
def test_the_syn_alone_opens(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0, wnd=1000)
    listen.expect("S.", seq=0, ack=1)
    listen.expect_path(State.LISTEN, State.ESTABLISHED)
    listen.expect_timers(Timer.RETRANSMISSION)
    listen.peer_says(".", seq=1, ack=1, wnd=777)  # who opened cannot know, and acknowledges as always
    listen.expect_nothing()
    listen.expect_timers()
    assert listen.tcb.snd_wnd == 777


@two_way
def test_it_speaks_before_anybody_has_acknowledged_its_syn(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0)
    listen.expect("S.", seq=0, ack=1)
    listen.user_sends(b"hello")
    listen.expect(".", seq=1, ack=1, data=b"hello")
    listen.user_sends(b"again")  # held by Nagle: now there are octets in flight
    listen.expect_nothing()
    listen.peer_says(".", seq=1, ack=6)
    listen.expect(".", seq=6, ack=1, data=b"again")


@pytest.mark.row("N04")
@two_way
def test_an_old_duplicate_syn_makes_a_connection_that_nobody_asked_for(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0)
    listen.expect("S.", seq=0, ack=1)
    listen.peer_says("R", seq=1)  # of figure 8: "ACK 91? I am at 100"
    listen.expect_path(State.ESTABLISHED, State.CLOSED)
    listen.expect_told(signals.CONNECTION_RESET)  # a user who was told of a connection is told of its end


@two_way
def test_if_the_syn_ack_is_lost_it_is_sent_again(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0)
    listen.expect("S.", seq=0, ack=1)
    listen.peer_says("S", seq=0)
    listen.expect(".", seq=1, ack=1)  # which a peer in SYN-SENT drops
    listen.expect_dropped(drops.ALREADY_RECEIVED)
    listen.time_passes(1_000_000)
    listen.expect("S.", seq=0, ack=1, at=1_000_000)
    listen.expect_state(State.ESTABLISHED)


@two_way
def test_a_peer_that_is_not_there_is_told_of_as_of_any_connection(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0)
    listen.time_passes_quietly(99_999_999)
    listen.expect_state(State.ESTABLISHED)
    listen.time_passes_quietly(60_000_000)
    listen.expect_told(signals.RETRANSMISSION_TIMEOUT)
    listen.expect_state(State.CLOSED)


@two_way
def test_closed_before_its_syn_is_acknowledged(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0)
    listen.expect("S.", seq=0, ack=1)
    listen.user_closes()
    listen.expect("F.", seq=1, ack=1)
    listen.peer_says(".", seq=1, ack=1)  # of the SYN, not of the FIN
    listen.expect_state(State.FIN_WAIT_1)
    listen.peer_says(".", seq=1, ack=2)
    listen.expect_state(State.FIN_WAIT_2)


@with_profile(handshake="two-way", keep_alive=True)
def test_it_is_kept_alive_from_the_syn_on(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0)
    listen.expect("S.", seq=0, ack=1)
    listen.expect_timers(Timer.RETRANSMISSION, Timer.KEEP_ALIVE)


@two_way
def test_it_speaks_in_full_segments_though_its_syn_was_lost(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0)
    listen.expect("S.", seq=0, ack=1)
    listen.time_passes(SECOND)
    listen.expect("S.", seq=0, ack=1)
    listen.peer_says(".", seq=1, ack=1)
    listen.expect_nothing()
    listen.user_sends(b"x" * 1072)
    listen.expect(".", seq=1, ack=1, data=b"x" * 536)  # RFC 5681 §3.1: one
    listen.expect_nothing()
    listen.peer_says(".", seq=1, ack=537)
    listen.expect("P.", seq=537, ack=1, data=b"x" * 536)


# ---- four segments: the SYN-ACK taken apart ----------------------------------------------------------------


@four_way
def test_the_acknowledgment_and_the_syn_leave_one_by_one(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0)
    listen.expect(".", seq=0, ack=1)
    listen.expect("S", seq=0)
    listen.expect_path(State.LISTEN, State.SYN_RECEIVED)
    listen.expect_timers(Timer.RETRANSMISSION)


@four_way
def test_to_the_letter_the_syn_ack_that_comes_back_is_refused(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0)
    listen.expect(".", seq=0, ack=1)
    listen.expect("S", seq=0)
    listen.peer_says("S.", seq=0, ack=1)
    listen.expect(".", seq=1, ack=1)  # it opens the peer
    listen.expect_dropped(drops.ALREADY_RECEIVED)
    listen.expect_state(State.SYN_RECEIVED)
    listen.time_passes(1_000_000)
    listen.expect("S", seq=0, at=1_000_000)  # sent again as it was sent
    listen.peer_says(".", seq=1, ack=1)
    listen.expect_path(State.SYN_RECEIVED, State.ESTABLISHED)


@with_profile(handshake="four-way", figure_7=True)
def test_as_figure_7_draws_it_the_syn_ack_that_comes_back_opens(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0)
    listen.expect(".", seq=0, ack=1)
    listen.expect("S", seq=0)
    listen.peer_says("S.", seq=0, ack=1)
    listen.expect(".", seq=1, ack=1)
    listen.expect_path(State.SYN_RECEIVED, State.ESTABLISHED)
    listen.expect_timers()


@with_profile(figure_7=True)
def test_figure_7_alone_does_not_open_a_passive_opener(syn_received: Dialogue) -> None:
    with syn_received.unchanged():
        syn_received.peer_says("S.", seq=0, ack=1)
    syn_received.expect_challenge_ack()


@pytest.mark.row("J05")
@four_way
def test_a_reset_sends_it_back_to_listen_all_the_same(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0)
    listen.expect(".", seq=0, ack=1)
    listen.expect("S", seq=0)
    listen.peer_says("R", seq=1)
    listen.expect_path(State.SYN_RECEIVED, State.LISTEN)


@four_way
def test_who_opens_is_the_rfc_s(syn_sent: Dialogue) -> None:
    syn_sent.peer_says(".", seq=0, ack=1)
    syn_sent.expect_nothing()
    syn_sent.expect_dropped(drops.NO_SYN_IN_SYN_SENT)  # I07
    syn_sent.peer_says("S", seq=0)
    syn_sent.expect("S.", seq=0, ack=1)
    syn_sent.expect_path(State.SYN_SENT, State.SYN_RECEIVED)
    syn_sent.peer_says(".", seq=1, ack=1)
    syn_sent.expect_path(State.SYN_RECEIVED, State.ESTABLISHED)
