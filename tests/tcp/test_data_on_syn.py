"""Octets that travel with the SYN: who sends them, and what a receiver does with them (RFC 9293 §3.10.2, §3.10.7.2)."""

import pytest
from dialogue import PAIR, Dialogue, with_profile

from tcpsim.tcp import signals
from tcpsim.tcp.effects import Retransmit, Timer
from tcpsim.tcp.profiles import LINUX, RFC9293
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.states import State
from tcpsim.tcp.tcb import Tcb
from tcpsim.tcp.user_calls import CallRefused, open_active, open_passive
from tcpsim.wire import MaximumSegmentSize, Segment, SocketPair, WindowScale

keep = with_profile(syn_data="keep")
drop = with_profile(syn_data="drop")

# ---- the receiver ------------------------------------------------------------------------------------------


@pytest.mark.row("H04")
@keep
def test_kept_it_is_acknowledged_with_the_syn_and_the_users_in_established(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0, data=b"hello")
    listen.expect("S.", seq=0, ack=6, wnd=65_535 - 5)
    listen.expect_delivered(0)
    assert listen.tcb.readable is False
    assert listen.user_receives() == b""
    listen.peer_says(".", seq=6, ack=1)
    listen.expect_nothing()
    listen.expect_path(State.SYN_RECEIVED, State.ESTABLISHED)
    listen.expect_delivered(5)
    assert listen.user_receives() == b"hello"


@pytest.mark.row("H04")
@pytest.mark.row("J08")
@keep
def test_kept_it_is_not_taken_twice(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0, data=b"hello")
    listen.expect("S.", seq=0, ack=6)
    with listen.unchanged():
        listen.peer_says("S", seq=0, data=b"hello")
    listen.expect(".", seq=1, ack=6)
    listen.peer_says(".", seq=1, ack=1, data=b"hello, hello")
    listen.expect(".", seq=1, ack=13)
    assert listen.user_receives() == b"hello, hello"


@pytest.mark.row("H04")
@keep
def test_kept_it_is_forgotten_if_the_syn_was_an_old_one(listen: Dialogue) -> None:
    before = listen.tcb.copy()
    listen.peer_says("S", seq=0, data=b"of long ago")
    listen.expect("S.", seq=0, ack=12)
    listen.peer_says("R", seq=12)
    listen.expect_state(State.LISTEN)
    assert listen.tcb.freeze(listen.now) == before.freeze(0)


@pytest.mark.row("H04")
@with_profile(syn_data="keep", receive_buffer=3)
def test_kept_is_only_what_finds_room(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0, data=b"hello")
    listen.expect("S.", seq=0, ack=4, wnd=0)


@pytest.mark.row("H04")
@pytest.mark.row("H05")
@keep
def test_a_fin_behind_it_waits_for_its_turn(listen: Dialogue) -> None:
    listen.peer_says("SF", seq=0, data=b"hello")
    listen.expect("S.", seq=0, ack=6)
    listen.peer_says("F.", seq=6, ack=1)
    listen.expect(".", seq=1, ack=7)
    listen.expect_path(State.SYN_RECEIVED, State.ESTABLISHED, State.CLOSE_WAIT)
    assert listen.user_receives() == b"hello"


@pytest.mark.row("E05")
@pytest.mark.row("H04")
@keep
def test_closed_before_the_handshake_is_done_it_can_be_read_all_the_same(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0, data=b"hello")
    listen.expect("S.", seq=0, ack=6)
    listen.user_closes()
    listen.expect("F.", seq=1, ack=6)
    listen.expect_delivered(5)
    assert listen.user_receives() == b"hello"


@pytest.mark.row("H04")
@pytest.mark.row("I06")
@keep
def test_in_a_simultaneous_open_it_is_kept_too(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("S", seq=0, data=b"hello")
    syn_sent.expect("S.", seq=0, ack=6)
    syn_sent.peer_says(".", seq=6, ack=1)
    syn_sent.expect_delivered(5)
    assert syn_sent.user_receives() == b"hello"


@pytest.mark.row("H04")
@pytest.mark.row("J06")
@keep
def test_in_a_simultaneous_open_that_is_refused_it_is_nobodys(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("S", seq=0, data=b"hello")
    syn_sent.expect("S.", seq=0, ack=6)
    syn_sent.peer_says("R", seq=6)
    syn_sent.expect_told(signals.CONNECTION_REFUSED)
    with pytest.raises(CallRefused, match="connection refused"):
        syn_sent.user_receives()


@pytest.mark.row("I06")
@drop
def test_in_a_simultaneous_open_it_may_have_to_come_again(syn_sent: Dialogue) -> None:
    syn_sent.peer_says("S", seq=0, data=b"hello")
    syn_sent.expect("S.", seq=0, ack=1)


@with_profile(syn_data="keep", handshake="two-way")
def test_two_way_the_octets_of_an_old_syn_are_the_users_at_once(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0, data=b"of long ago")
    listen.expect("S.", seq=0, ack=12)
    listen.expect_delivered(11)
    assert listen.user_receives() == b"of long ago"


@with_profile(syn_data="keep", handshake="four-way")
def test_four_way_it_is_acknowledged_before_our_syn(listen: Dialogue) -> None:
    listen.peer_says("S", seq=0, data=b"hello")
    listen.expect(".", seq=0, ack=6)
    listen.expect("S", seq=0)


# ---- the sender --------------------------------------------------------------------------------------------


@pytest.mark.row("C02")
@pytest.mark.row("H04")
@pytest.mark.parametrize("call", ["OPEN", "SEND"])
def test_octets_go_with_the_syn(closed: Dialogue, call: str) -> None:
    if call == "OPEN":
        closed.user_opens(b"hello")
    else:
        closed.user_listens()
        closed.user_sends(b"hello", on_syn=True)
    closed.expect("S", seq=0, data=b"hello")
    closed.expect_state(State.SYN_SENT)
    closed.expect_timers(Timer.RETRANSMISSION)
    closed.peer_says("S.", seq=0, ack=6)
    closed.expect(".", seq=6, ack=1)
    closed.expect_timers()
    assert closed.tcb.rto.srtt == 0  # measured: the SYN was not sent twice


@pytest.mark.row("H04")
def test_what_was_not_acknowledged_with_the_syn_goes_again_at_once(closed: Dialogue) -> None:
    closed.user_opens(b"hello")
    closed.expect("S", seq=0, data=b"hello")
    closed.peer_says("S.", seq=0, ack=1)
    closed.expect("P.", seq=1, ack=1, data=b"hello")
    closed.expect_nothing()  # it is the third segment of the handshake, too
    assert sum(isinstance(effect, Retransmit) for effect in closed.effects) == 1
    closed.expect_timers(Timer.RETRANSMISSION)
    closed.expect_deadline(Timer.RETRANSMISSION, 1_000_000)  # no loss, so no three seconds (RFC 6298 (5.7))
    closed.peer_says(".", seq=1, ack=6)
    closed.expect_timers()


@pytest.mark.row("H04")
def test_part_of_it_may_be_acknowledged(closed: Dialogue) -> None:
    closed.user_opens(b"hello")
    closed.expect("S", seq=0, data=b"hello")
    closed.peer_says("S.", seq=0, ack=3)
    closed.expect("P.", seq=3, ack=1, data=b"llo")


@pytest.mark.row("I01")
@pytest.mark.parametrize("ack", [0, 7])
def test_more_than_the_syn_and_its_octets_cannot_be_acknowledged(closed: Dialogue, ack: int) -> None:
    closed.user_opens(b"hello")
    closed.expect("S", seq=0, data=b"hello")
    closed.peer_says("S.", seq=0, ack=ack)
    closed.expect_reset(seq=ack)
    closed.expect_state(State.SYN_SENT)


@pytest.mark.row("S01")
@pytest.mark.parametrize(("mss", "wnd"), [(4, 65_535), (1460, 4)])
def test_it_goes_again_as_the_peer_s_mss_and_window_have_it(closed: Dialogue, mss: int, wnd: int) -> None:
    closed.user_opens(b"0123456789")
    closed.expect("S", seq=0, data=b"0123456789")
    closed.peer_says("S.", seq=0, ack=1, wnd=wnd, options=(MaximumSegmentSize(mss),))
    closed.expect(".", seq=1, ack=1, data=b"0123")
    closed.peer_says(".", seq=1, ack=5, wnd=wnd)
    closed.expect(".", seq=5, ack=1, data=b"4567")
    if wnd == 4:
        closed.expect_nothing()
        closed.peer_says(".", seq=1, ack=9, wnd=wnd)
    closed.expect(".", seq=9, ack=1, data=b"89")
    closed.peer_says(".", seq=1, ack=11)
    closed.expect_timers()


@pytest.mark.row("R01")
def test_a_peer_without_a_window_is_asked_for_one(closed: Dialogue) -> None:
    closed.user_opens(b"hello")
    closed.expect("S", seq=0, data=b"hello")
    closed.peer_says("S.", seq=0, ack=1, wnd=0)
    closed.expect(".", seq=1, ack=1)
    closed.time_passes(1_000_000)
    closed.expect(".", seq=1, ack=1, data=b"hello", at=1_000_000)
    closed.peer_says(".", seq=1, ack=6)
    closed.expect_timers()


@pytest.mark.row("R01")
@pytest.mark.row("S01")
def test_asked_for_its_window_or_not_the_peer_gets_no_more_than_its_mss(closed: Dialogue) -> None:
    closed.user_opens(b"0123456789")
    closed.expect("S", seq=0, data=b"0123456789")
    closed.peer_says("S.", seq=0, ack=1, wnd=0, options=(MaximumSegmentSize(4),))
    closed.expect(".", seq=1, ack=1)
    closed.time_passes(1_000_000)
    closed.expect(".", seq=1, ack=1, data=b"0123", at=1_000_000)
    closed.peer_says(".", seq=1, ack=1)
    closed.expect(".", seq=1, ack=1, data=b"0123")
    closed.peer_says(".", seq=1, ack=5)
    closed.expect(".", seq=5, ack=1, data=b"4567")
    closed.expect(".", seq=9, ack=1, data=b"89")
    closed.peer_says(".", seq=1, ack=11)
    closed.expect_timers()


@pytest.mark.row("Q02")
@pytest.mark.row("Q04")
def test_a_syn_that_is_sent_again_goes_alone(closed: Dialogue) -> None:
    closed.user_opens(b"hello")
    closed.expect("S", seq=0, data=b"hello")
    closed.time_passes(1_000_000)
    closed.expect("S", seq=0, at=1_000_000)
    closed.peer_says("S.", seq=0, ack=1)
    closed.expect(".", seq=1, ack=1, data=b"hello")
    closed.expect_nothing()
    closed.expect_path(State.SYN_SENT, State.ESTABLISHED)


@pytest.mark.row("N03")
@pytest.mark.parametrize("acknowledged", [True, False])
def test_a_simultaneous_open_does_not_lose_it(closed: Dialogue, acknowledged: bool) -> None:
    closed.user_opens(b"hello")
    closed.expect("S", seq=0, data=b"hello")
    closed.peer_says("S", seq=0)
    closed.expect("S.", seq=0, ack=1)
    closed.peer_says(".", seq=1, ack=6 if acknowledged else 1)
    if not acknowledged:
        closed.expect(".", seq=1, ack=1, data=b"hello")
    closed.expect_state(State.ESTABLISHED)
    closed.peer_says(".", seq=1, ack=6)
    closed.expect_timers()


def test_what_finds_no_room_on_the_syn_follows_the_handshake(closed: Dialogue) -> None:
    text = bytes(range(250)) * 4
    closed.user_opens(text)
    closed.expect("S", seq=0, data=text[:532])  # 536 (MUST-15), less the MSS option
    closed.peer_says("S.", seq=0, ack=533, options=(MaximumSegmentSize(1460),))
    closed.expect(".", seq=533, ack=1, data=text[532:])


@with_profile(congestion_control="off")
def test_without_a_congestion_window_what_goes_again_and_is_lost_goes_from_hole_to_hole(closed: Dialogue) -> None:
    closed.user_opens(b"x" * 300)
    closed.expect("S", seq=0, data=b"x" * 300)
    closed.peer_says("S.", seq=0, ack=1, options=(MaximumSegmentSize(100),))
    closed.expect(".", seq=1, ack=1, data=b"x" * 100)
    closed.peer_says(".", seq=1, ack=101)
    closed.expect(".", seq=101, ack=1, data=b"x" * 100)
    closed.expect("P.", seq=201, ack=1, data=b"x" * 100)
    closed.time_passes_quietly(closed.tcb.rto.rto)  # both are lost
    closed.peer_says(".", seq=1, ack=201)
    closed.expect("P.", seq=201, ack=1, data=b"x" * 100)


def test_a_close_in_syn_sent_leaves_nothing_behind(closed: Dialogue) -> None:
    closed.user_opens(b"hello")
    closed.expect("S", seq=0, data=b"hello")
    closed.user_closes()
    closed.expect_state(State.CLOSED)
    assert not closed.tcb.outgoing.retransmission_queue


def test_options_take_room_on_the_syn_and_ipv6_assumes_more() -> None:
    tcb = Tcb(SocketPair("2001:db8::1", 40_000, "2001:db8::2", 80), LINUX, passive=False)
    effects = open_active(tcb, 0, 100, bytes(2000))
    (syn,) = [effect for effect in effects if isinstance(effect, Segment)]
    assert len(syn.payload) == 1_220 - 20
    assert len(syn.options) == 5


@pytest.mark.row("H04")
def test_a_sender_and_a_keeper_meet() -> None:
    ours = Dialogue(profile=RFC9293.with_changes(window_scale=2))
    ours.user_opens(b"hello")
    syn = ours.expect("S", seq=0, data=b"hello")
    theirs = Tcb(PAIR.reverse, RFC9293.with_changes(syn_data="keep", window_scale=7), passive=True)
    open_passive(theirs)
    (syn_ack,) = [e for e in segment_arrives(theirs, syn, 0, 300) if isinstance(e, Segment)]
    assert syn_ack.ack == syn.seq + 6
    assert syn_ack.option(WindowScale) == WindowScale(7)
