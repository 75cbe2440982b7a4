"""Retransmission: when the timer runs, what it sends, and when the connection is given up (RFC 6298, RFC 9293 §3.8)."""

import pytest
from dialogue import MS, Dialogue, to_established, to_established_with_window, with_profile

from tcpsim.tcp import signals
from tcpsim.tcp.effects import Retransmit, Timer
from tcpsim.tcp.profiles import RFC9293, SECOND
from tcpsim.tcp.states import State
from tcpsim.tcp.user_calls import CallRefused
from tcpsim.wire import MASK, MaximumSegmentSize, WindowScale

RTO = Timer.RETRANSMISSION

# ---- the SYN -----------------------------------------------------------------------------------------------


@pytest.mark.row("Q01")
@pytest.mark.row("Q02")
@pytest.mark.row("Q03")
@pytest.mark.row("W02")
def test_an_unanswered_syn(syn_sent: Dialogue) -> None:
    syn_sent.time_passes(183 * SECOND - 1)
    for seconds in (1, 3, 7, 15, 31, 63, 123):
        syn_sent.expect("S", seq=0, at=seconds * SECOND)
    syn_sent.expect_state(State.SYN_SENT)
    syn_sent.time_passes(1)
    syn_sent.expect_nothing()
    syn_sent.expect_path(State.SYN_SENT, State.CLOSED)
    syn_sent.expect_told(signals.RETRANSMISSION_TIMEOUT)
    assert syn_sent.tcb.next_deadline() is None
    with pytest.raises(CallRefused) as refusal:
        syn_sent.user_sends(b"hello")
    assert refusal.value.errno == "ETIMEDOUT"


@pytest.mark.row("Q02")
@with_profile(syn_retries=2, syn_linear_retries=2)
def test_a_profile_counts_and_may_begin_without_back_off(syn_sent: Dialogue) -> None:
    syn_sent.time_passes(60 * SECOND)
    for seconds in (1, 2, 3, 5):  # after 1 s each time, twice more than there are without; and then the back-off
        syn_sent.expect("S", seq=0, at=seconds * SECOND)
    syn_sent.expect_nothing()
    syn_sent.expect_state(State.CLOSED)


@pytest.mark.row("S07")
@with_profile(window_scale=7, sack=True, timestamps=True, syn_option_retries=2)
def test_after_some_attempts_a_syn_offers_no_more_than_an_mss(closed: Dialogue) -> None:
    closed.user_opens()
    offered = len(closed.expect("S", seq=0).options)
    closed.time_passes(7 * SECOND)
    assert [len(closed.expect("S", seq=0).options) for _ in range(2)] == [offered, offered]
    closed.expect("S", seq=0, options=(MaximumSegmentSize(1460),), at=7 * SECOND)
    closed.peer_says("S.", seq=0, ack=1, options=(MaximumSegmentSize(1460),))
    closed.expect(".", seq=1, ack=1, options=())
    assert not closed.tcb.agreed.timestamps


@pytest.mark.row("S07")
@with_profile(window_scale=7, syn_option_retries=0)
def test_an_answer_that_agrees_to_what_an_earlier_syn_offered_is_believed(closed: Dialogue) -> None:
    closed.user_opens()
    closed.expect("S", seq=0)
    closed.time_passes(SECOND)
    closed.expect("S", seq=0, options=(MaximumSegmentSize(1460),))
    closed.peer_says("S.", seq=0, ack=1, options=(MaximumSegmentSize(1460), WindowScale(3)))
    closed.expect(".", seq=1, ack=1)
    assert (closed.tcb.agreed.snd_scale, closed.tcb.agreed.rcv_scale) == (3, 7)


@pytest.mark.row("Q11")
@with_profile(syn_ack_retries=2)
def test_a_profile_counts_syn_acks(syn_received: Dialogue) -> None:
    syn_received.time_passes(60 * SECOND)
    for seconds in (1, 3):
        syn_received.expect("S.", seq=0, ack=1, at=seconds * SECOND)
    syn_received.expect_state(State.CLOSED)


@pytest.mark.row("Q04")
def test_after_a_lost_syn_data_begins_with_three_seconds(syn_sent: Dialogue) -> None:
    syn_sent.time_passes(SECOND)
    syn_sent.expect("S", seq=0)
    syn_sent.peer_says("S.", seq=0, ack=1)
    syn_sent.expect(".", seq=1, ack=1)
    syn_sent.user_sends(b"hello")
    syn_sent.expect("P.", seq=1, ack=1, data=b"hello")
    syn_sent.expect_deadline(RTO, after=3 * SECOND)


@pytest.mark.row("Q04")
def test_after_a_lost_syn_ack_data_begins_with_three_seconds(syn_received: Dialogue) -> None:
    syn_received.time_passes(3 * SECOND)
    syn_received.expect("S.", seq=0, ack=1)
    syn_received.expect("S.", seq=0, ack=1)
    syn_received.peer_says(".", seq=1, ack=1)
    syn_received.user_sends(b"hello")
    syn_received.expect("P.", seq=1, ack=1, data=b"hello")
    syn_received.expect_deadline(RTO, after=3 * SECOND)


@pytest.mark.row("Q04")
def test_a_lost_syn_counts_in_a_simultaneous_open_too(syn_sent: Dialogue) -> None:
    syn_sent.time_passes(SECOND)
    syn_sent.expect("S", seq=0)
    syn_sent.peer_says("S", seq=0)
    syn_sent.expect("S.", seq=0, ack=1)
    syn_sent.peer_says(".", seq=1, ack=1)
    syn_sent.user_sends(b"hello")
    syn_sent.expect("P.", seq=1, ack=1, data=b"hello")
    syn_sent.expect_deadline(RTO, after=3 * SECOND)


@pytest.mark.row("Q05")
@pytest.mark.row("Q04")
def test_the_syn_is_the_first_measurement(syn_sent: Dialogue) -> None:
    syn_sent.time_passes(500 * MS)
    syn_sent.peer_says("S.", seq=0, ack=1)
    syn_sent.expect(".", seq=1, ack=1)
    syn_sent.user_sends(b"hello")
    syn_sent.expect("P.", seq=1, ack=1, data=b"hello")
    syn_sent.expect_deadline(RTO, after=1500 * MS)
    syn_sent.time_passes(700 * MS)
    syn_sent.peer_says(".", seq=1, ack=6)
    syn_sent.user_sends(b"world")
    syn_sent.expect("P.", seq=6, ack=1, data=b"world")
    syn_sent.expect_deadline(RTO, after=1475 * MS)


@pytest.mark.row("Q07")
def test_what_acknowledges_either_of_syn_and_syn_ack_measures_nothing(syn_sent: Dialogue) -> None:
    """The SYN and the SYN-ACK of a simultaneous open have the same number: which of them was acknowledged?"""
    syn_sent.time_passes(900 * MS)
    syn_sent.peer_says("S", seq=0)
    syn_sent.expect("S.", seq=0, ack=1)
    syn_sent.time_passes(1)
    syn_sent.peer_says(".", seq=1, ack=1)
    syn_sent.expect_nothing()
    assert syn_sent.tcb.rto.srtt == -1
    syn_sent.user_sends(b"hello")
    syn_sent.expect("P.", seq=1, ack=1, data=b"hello")
    syn_sent.expect_deadline(RTO, after=SECOND)  # no timer expired, so nothing calls for 3 s


# ---- data --------------------------------------------------------------------------------------------------


@pytest.mark.row("Q08")
@pytest.mark.row("Q10")
@pytest.mark.row("Q12")
def test_only_the_earliest_is_sent_again_and_the_rto_doubles(established: Dialogue) -> None:
    established.user_sends(b"x" * 1072)
    established.expect(".", seq=1, ack=1, data=b"x" * 536)
    established.expect("P.", seq=537, ack=1, data=b"x" * 536)
    established.peer_says(".", seq=1, ack=1, data=b"new")
    established.expect(".", seq=1073, ack=4)
    established.time_passes(SECOND)
    established.expect(".", seq=1, ack=4, data=b"x" * 536, wnd=65_532, at=SECOND)  # ACK and window are current
    established.expect_nothing()
    established.expect_deadline(RTO, after=2 * SECOND)
    established.time_passes(2 * SECOND)
    established.expect(".", seq=1, ack=4, data=b"x" * 536, at=3 * SECOND)
    established.expect_deadline(RTO, after=4 * SECOND)


@pytest.mark.row("Q07")
@pytest.mark.row("Q09")
def test_what_was_sent_twice_measures_nothing_and_the_back_off_stays(established: Dialogue) -> None:
    before = established.tcb.rto.copy()
    established.user_sends(b"hello")
    established.expect("P.", seq=1, ack=1, data=b"hello")
    established.time_passes(SECOND)
    established.expect("P.", seq=1, ack=1, data=b"hello")
    established.peer_says(".", seq=1, ack=6)
    assert established.tcb.rto.srtt == before.srtt
    established.user_sends(b"world")
    established.expect("P.", seq=6, ack=1, data=b"world")
    established.expect_deadline(RTO, after=2 * SECOND)
    established.time_passes(10 * MS)
    established.peer_says(".", seq=1, ack=11)  # sent once: measured, and the back-off is over
    established.user_sends(b"again")
    established.expect("P.", seq=11, ack=1, data=b"again")
    established.expect_deadline(RTO, after=SECOND)


@pytest.mark.row("Q07")
def test_an_ack_of_two_of_which_one_was_sent_twice_measures_nothing(established: Dialogue) -> None:
    established.user_sends(b"x" * 1072)
    established.sent.clear()
    established.time_passes(SECOND)
    established.sent.clear()
    srtt = established.tcb.rto.srtt
    established.peer_says(".", seq=1, ack=1073)
    assert established.tcb.rto.srtt == srtt


@pytest.mark.row("Q10")
@pytest.mark.row("A06")
def test_an_ack_of_new_data_restarts_the_timer_and_the_last_stops_it(established: Dialogue) -> None:
    established.user_sends(b"x" * 1072)
    established.sent.clear()
    established.time_passes(600 * MS)
    established.peer_says(".", seq=1, ack=300)  # in part: what is left is kept, and trimmed
    established.expect_deadline(RTO, after=SECOND)
    established.time_passes(SECOND)
    established.expect(".", seq=300, ack=1, data=b"x" * 237)
    established.peer_says(".", seq=1, ack=537)
    established.expect("P.", seq=537, ack=1, data=b"x" * 536)  # sent before the time-out: the next hole
    established.expect_deadline(RTO, after=established.tcb.rto.rto)
    established.peer_says(".", seq=1, ack=1073)
    established.expect_timers()


@with_profile(congestion_control="off")
def test_after_a_time_out_each_partial_ack_fills_the_next_hole(established: Dialogue) -> None:
    """Without a congestion window; with one, slow start sends all of it again (`test_congestion`)."""
    established.user_sends(b"x" * 536 * 3)
    established.sent.clear()
    established.time_passes(SECOND)
    established.expect(".", seq=1, ack=1, data=b"x" * 536)
    established.peer_says(".", seq=1, ack=537)
    established.expect(".", seq=537, ack=1, data=b"x" * 536)
    established.peer_says(".", seq=1, ack=1073)
    established.expect("P.", seq=1073, ack=1, data=b"x" * 536)
    established.peer_says(".", seq=1, ack=1609)
    established.expect_nothing()
    established.user_sends(b"y")
    established.expect("P.", seq=1609, ack=1, data=b"y")
    established.peer_says(".", seq=1, ack=1610)
    established.expect_nothing()


@pytest.mark.row("Q14")
def test_r2_counts_from_when_a_segment_is_the_earliest(established: Dialogue) -> None:
    established.user_sends(b"x" * 1072)
    established.sent.clear()
    established.time_passes(99 * SECOND)
    established.sent.clear()
    established.peer_says(".", seq=1, ack=537)
    established.sent.clear()
    established.time_passes(61 * SECOND)
    assert established.tcb.state is State.ESTABLISHED
    established.sent.clear()


@pytest.mark.row("Q10")
def test_sending_more_does_not_restart_the_timer(established: Dialogue) -> None:
    established.user_sends(b"x" * 536)
    established.sent.clear()
    established.time_passes(400 * MS)
    established.user_sends(b"x" * 536)
    established.sent.clear()
    established.expect_deadline(RTO, after=600 * MS)


@pytest.mark.row("Q12")
def test_what_is_sent_again_is_told_apart(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.sent.clear()
    established.time_passes(3 * SECOND)
    again = [effect for effect in established.effects if isinstance(effect, Retransmit)]
    assert [(effect.attempt, effect.fast) for effect in again] == [(1, False), (2, False)]
    established.sent.clear()


# ---- giving up ---------------------------------------------------------------------------------------------


@pytest.mark.row("Q13")
@pytest.mark.row("Q14")
@pytest.mark.row("O06")
@pytest.mark.row("W06")
def test_r1_advises_and_r2_gives_up(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.expect("P.", seq=1, ack=1, data=b"hello")
    for at in (1, 3, 7, 15, 31, 63):
        established.time_passes(at * SECOND - established.now)
        established.expect("P.", seq=1, ack=1, data=b"hello", at=at * SECOND)
        established.expect_told(*[signals.SOFT_ERROR] * (at == 7))  # with the third retransmission
        established.expect_state(State.ESTABLISHED)
    established.time_passes(60 * SECOND - 1)
    established.expect_nothing()
    established.expect_told()
    established.time_passes(1)
    established.expect_nothing()
    established.expect_path(State.ESTABLISHED, State.CLOSED)
    established.expect_told(signals.RETRANSMISSION_TIMEOUT)


@pytest.mark.row("Q14")
@with_profile(data_retries=2)
def test_r2_may_be_a_count(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.time_passes_quietly(7 * SECOND - 1)
    established.expect_state(State.ESTABLISHED)
    established.time_passes(1)
    established.expect_told(signals.RETRANSMISSION_TIMEOUT)


@pytest.mark.row("Q14")
def test_r2_may_be_infinite() -> None:
    tcp = to_established(Dialogue(profile=RFC9293.with_changes(r2=10**18, user_timeout=None)))
    tcp.user_sends(b"hello")
    tcp.time_passes_quietly(10**11)
    tcp.expect_state(State.ESTABLISHED)


@pytest.mark.row("Q15")
@pytest.mark.row("W06")
@pytest.mark.parametrize(
    "state",
    [
        *("syn_sent", "syn_received", "syn_received_actively", "established"),
        *("fin_wait_1", "close_wait", "closing", "last_ack"),
    ],
)
@with_profile(user_timeout=5 * SECOND)
def test_the_user_timeout(state: str, closed: Dialogue, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(state)
    tcp = closed
    if tcp.tcb.state in {State.ESTABLISHED, State.CLOSE_WAIT}:
        tcp.time_passes(10 * SECOND)  # it does not run while nothing is outstanding
        tcp.user_sends(b"hello")
    tcp.time_passes_quietly(5 * SECOND - 1)
    before = tcp.tcb.state
    assert before is not State.CLOSED
    tcp.time_passes(1)
    tcp.expect_nothing()
    tcp.expect_path(before, State.CLOSED)
    tcp.expect_told(signals.USER_TIMEOUT)
    assert signals.USER_TIMEOUT.errno == "ETIMEDOUT"
    assert tcp.tcb.next_deadline() is None


@pytest.mark.row("Q15")
@with_profile(user_timeout=5 * SECOND)
def test_the_user_timeout_starts_anew_with_each_progress(established: Dialogue) -> None:
    established.user_sends(b"x" * 1072)
    established.time_passes_quietly(4 * SECOND)
    established.peer_says(".", seq=1, ack=537)
    established.time_passes_quietly(5 * SECOND - 1)
    established.expect_state(State.ESTABLISHED)
    established.time_passes(1)
    established.expect_told(signals.USER_TIMEOUT)


@pytest.mark.row("Q15")
@with_profile(user_timeout=5 * SECOND)
def test_the_user_timeout_ends_when_all_is_acknowledged(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.time_passes_quietly(4 * SECOND)
    established.peer_says(".", seq=1, ack=6)
    assert established.tcb.next_deadline() is None


@pytest.mark.row("Q15")
def test_the_default_is_five_minutes() -> None:
    assert RFC9293.user_timeout == 300 * SECOND


# ---- fast retransmit ---------------------------------------------------------------------------------------


@pytest.mark.row("Q19")
def test_three_duplicate_acks_retransmit_the_first_segment(established: Dialogue) -> None:
    established.user_sends(b"x" * 2144)
    established.sent.clear()
    for _ in range(2):
        established.peer_says(".", seq=1, ack=1)
    established.expect_nothing()
    established.peer_says(".", seq=1, ack=1, wnd=60_000)  # a window update is no duplicate
    established.peer_says(".", seq=1, ack=1, data=b"d", wnd=60_000)  # nor is data
    established.expect(".", seq=2145, ack=2)
    established.peer_says(".", seq=2, ack=1, wnd=60_000)
    again = established.expect(".", seq=1, ack=2, data=b"x" * 536)
    assert established.effects[-1] == Retransmit(again, 1, fast=True)
    for _ in range(5):
        established.peer_says(".", seq=2, ack=1, wnd=60_000)
    established.expect_nothing()


@pytest.mark.row("Q19")
def test_an_ack_of_new_data_begins_the_count_anew(established: Dialogue) -> None:
    established.user_sends(b"x" * 2144)
    established.sent.clear()
    for ack in (1, 1, 537, 537, 537):
        established.peer_says(".", seq=1, ack=ack)
        established.expect_nothing()
    established.peer_says(".", seq=1, ack=537)
    established.expect(".", seq=537, ack=1, data=b"x" * 536)


@pytest.mark.row("Q19")
@with_profile(fast_retransmit=False)
def test_a_profile_may_leave_it_to_the_timer(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.sent.clear()
    for _ in range(10):
        established.peer_says(".", seq=1, ack=1)
    established.expect_nothing()


def test_with_nothing_in_flight_no_ack_is_a_duplicate(established: Dialogue) -> None:
    for _ in range(10):
        established.peer_says(".", seq=1, ack=1)
    established.expect_nothing()
    assert established.tcb.duplicate_acks == 0


# ---- a window that shrinks ---------------------------------------------------------------------------------


@pytest.mark.row("R06")
def test_a_window_that_shrinks_to_nothing_over_what_is_in_flight() -> None:
    """MUST-34, MUST-35, SHLD-17: probe it, and do not give up a connection whose peer keeps answering."""
    tcp = to_established_with_window(Dialogue(), 1072)
    tcp.user_sends(b"x" * 2000)
    tcp.expect(".", seq=1, ack=1, data=b"x" * 536)
    tcp.expect(".", seq=537, ack=1, data=b"x" * 536)
    tcp.peer_says(".", seq=1, ack=1, wnd=0)
    tcp.expect_nothing()
    for _ in range(40):
        tcp.time_passes_quietly((tcp.tcb.next_deadline() or 0) - tcp.now)
        tcp.peer_says(".", seq=1, ack=1, wnd=0)
        tcp.expect_state(State.ESTABLISHED)
    assert tcp.now > 1000 * SECOND
    tcp.peer_says(".", seq=1, ack=1, wnd=1072)
    tcp.expect(".", seq=1, ack=1, data=b"x" * 536)
    tcp.peer_says(".", seq=1, ack=1073, wnd=1072)
    tcp.expect(".", seq=1073, ack=1, data=b"x" * 536)


@pytest.mark.row("R06")
def test_a_window_that_shrinks_below_what_is_in_flight() -> None:
    tcp = to_established_with_window(Dialogue(), 1072)
    tcp.user_sends(b"x" * 2000)
    tcp.sent.clear()
    tcp.peer_says(".", seq=1, ack=1, wnd=500)  # the usable window is negative: nothing new
    tcp.expect_nothing()
    tcp.time_passes(SECOND)
    tcp.expect(".", seq=1, ack=1, data=b"x" * 536)  # what is old may be sent again
    assert (tcp.tcb.snd_una - tcp.iss) & MASK == 1
