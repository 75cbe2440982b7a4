"""Windows: zero-window probes, silly windows, Nagle, window updates, delayed ACKs (RFC 9293 §3.8.6, §3.7.4)."""

import pytest
from dialogue import MS, Dialogue, to_established, to_established_with_window, with_profile

from tcpsim.tcp import signals
from tcpsim.tcp.effects import Probe, Timer
from tcpsim.tcp.profiles import RFC9293, SECOND
from tcpsim.tcp.states import State
from tcpsim.wire import MASK

RTO, PERSIST, DELAYED = Timer.RETRANSMISSION, Timer.PERSIST, Timer.DELAYED_ACK


def shut_out(text: bytes = b"hello", numbers: tuple[int, int] = (100, 300)) -> Dialogue:
    """ESTABLISHED; the peer's window is closed, and something waits."""
    tcp = to_established_with_window(Dialogue(numbers), 0)
    if text:
        tcp.user_sends(text)
        tcp.expect_nothing()
        tcp.expect_timers(PERSIST)
    return tcp


# ---- zero-window probes ------------------------------------------------------------------------------------


@pytest.mark.row("R01")
def test_the_first_probe_after_one_rto_and_then_ever_later(numbers: tuple[int, int]) -> None:
    tcp = shut_out(b"hello", numbers)
    for at in (1, 3, 7, 15, 31, 63, 123, 183, 243):
        tcp.time_passes(at * SECOND - tcp.now)
        probe = tcp.expect(".", seq=1, ack=1, data=b"h", at=at * SECOND)
        assert tcp.effects[1:2] == [Probe(probe, "window")]
        tcp.peer_says(".", seq=1, ack=1, wnd=0)  # refused, and the window is still closed
        tcp.expect_nothing()
    tcp.expect_state(State.ESTABLISHED)
    tcp.time_passes_quietly(3600 * SECOND)


@pytest.mark.row("R01")
def test_probes_that_nobody_answers_end_it() -> None:
    tcp = shut_out()
    tcp.time_passes_quietly(123 * SECOND - 1)
    tcp.expect_state(State.ESTABLISHED)
    tcp.time_passes_quietly(1)
    tcp.expect_told(signals.RETRANSMISSION_TIMEOUT)
    tcp.expect_state(State.CLOSED)
    assert tcp.tcb.next_deadline() is None


@pytest.mark.row("R01")
@pytest.mark.row("Q15")
def test_a_peer_that_answers_probes_is_waited_for_longer_than_the_user_timeout() -> None:
    tcp = to_established_with_window(Dialogue(profile=RFC9293.with_changes(user_timeout=10 * SECOND)), 0)
    tcp.user_sends(b"hello")
    for _ in range(20):
        tcp.time_passes((tcp.tcb.next_deadline() or 0) - tcp.now)
        tcp.expect(".", seq=1, ack=1, data=b"h")
        tcp.peer_says(".", seq=1, ack=1, wnd=0)
    tcp.expect_state(State.ESTABLISHED)


@pytest.mark.row("R01")
@pytest.mark.row("R05")
def test_a_window_that_opens_ends_the_probing() -> None:
    tcp = shut_out()
    tcp.time_passes(SECOND)
    tcp.expect(".", seq=1, ack=1, data=b"h")
    tcp.peer_says(".", seq=1, ack=1, wnd=1000)
    tcp.expect(".", seq=1, ack=1, data=b"h")  # it had been refused
    tcp.expect_nothing()  # Nagle holds the rest back
    tcp.expect_timers(RTO)
    tcp.peer_says(".", seq=1, ack=2, wnd=1000)
    tcp.expect("P.", seq=2, ack=1, data=b"ello")


@pytest.mark.row("R05")
def test_a_probe_that_is_taken_in_recovers_a_lost_window_update() -> None:
    tcp = shut_out()
    tcp.time_passes(SECOND)
    tcp.expect(".", seq=1, ack=1, data=b"h")
    tcp.peer_says(".", seq=1, ack=2, wnd=1000)
    tcp.expect("P.", seq=2, ack=1, data=b"ello")
    tcp.expect_timers(RTO)


@pytest.mark.row("R05")
def test_a_window_that_opens_before_the_first_probe() -> None:
    tcp = shut_out()
    tcp.peer_says(".", seq=1, ack=1, wnd=1000)
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.expect_timers(RTO)


@pytest.mark.row("Q07")
def test_a_probe_sent_twice_measures_nothing() -> None:
    tcp = shut_out()
    srtt = tcp.tcb.rto.srtt
    tcp.time_passes_quietly(7 * SECOND)
    tcp.peer_says(".", seq=1, ack=2, wnd=1000)
    tcp.expect("P.", seq=2, ack=1, data=b"ello")
    assert tcp.tcb.rto.srtt == srtt


@pytest.mark.row("Q14")
def test_the_time_of_probing_does_not_count_towards_r2() -> None:
    tcp = shut_out()
    for _ in range(12):
        tcp.time_passes_quietly((tcp.tcb.next_deadline() or 0) - tcp.now)
        tcp.peer_says(".", seq=1, ack=1, wnd=0)
    tcp.peer_says(".", seq=1, ack=1, wnd=1000)
    tcp.expect(".", seq=1, ack=1, data=b"h")
    opened = tcp.now
    tcp.time_passes_quietly(99 * SECOND)  # now nobody answers
    tcp.expect_state(State.ESTABLISHED)
    tcp.time_passes_quietly(200 * SECOND)
    tcp.expect_state(State.CLOSED)
    assert tcp.now >= opened + 100 * SECOND


def test_probes_taken_in_one_by_one_and_then_nothing_waits() -> None:
    tcp = shut_out(b"hi")
    for number in (1, 2):
        tcp.time_passes(SECOND)
        tcp.expect(".", seq=number, ack=1, data=b"hi"[number - 1 : number])
        tcp.peer_says(".", seq=1, ack=number + 1, wnd=0)
        tcp.expect_nothing()
    tcp.time_passes(3600 * SECOND)
    tcp.expect_nothing()  # above all, no FIN: nobody has closed
    tcp.expect_timers()
    tcp.expect_state(State.ESTABLISHED)


@pytest.mark.row("R02")
@pytest.mark.row("X06")
def test_a_fin_is_a_probe_too_and_is_sent_under_one_number_only() -> None:
    tcp = shut_out(b"")
    tcp.user_closes()
    tcp.expect_nothing()
    tcp.expect_state(State.FIN_WAIT_1)
    for at in (1, 3):
        tcp.time_passes(at * SECOND - tcp.now)
        tcp.expect("F.", seq=1, ack=1)
        tcp.peer_says(".", seq=1, ack=1, wnd=0)
        tcp.expect_nothing()
    tcp.peer_says(".", seq=1, ack=2, wnd=0)
    tcp.expect_state(State.FIN_WAIT_2)
    tcp.expect_timers()
    tcp.time_passes(3600 * SECOND)
    tcp.expect_nothing()
    tcp.peer_says("F.", seq=1, ack=2, wnd=0)
    tcp.expect(".", seq=2, ack=2)
    tcp.expect_state(State.TIME_WAIT)


@pytest.mark.row("R02")
def test_data_and_then_the_fin_as_probes() -> None:
    tcp = shut_out(b"x")
    tcp.user_closes()
    tcp.time_passes(SECOND)
    tcp.expect(".", seq=1, ack=1, data=b"x")
    tcp.peer_says(".", seq=1, ack=2, wnd=0)
    tcp.expect_nothing()
    tcp.time_passes(SECOND)
    tcp.expect("F.", seq=2, ack=1)
    tcp.peer_says(".", seq=1, ack=2, wnd=10)
    tcp.expect("F.", seq=2, ack=1)
    tcp.peer_says(".", seq=1, ack=3, wnd=10)
    tcp.expect_state(State.FIN_WAIT_2)
    tcp.expect_timers()


@pytest.mark.row("R02")
@pytest.mark.row("X10")
def test_last_ack_by_a_probe_leaves_no_timer_behind() -> None:
    tcp = shut_out(b"")
    tcp.peer_says("F.", seq=1, ack=1, wnd=0)
    tcp.expect(".", seq=1, ack=2)
    tcp.user_closes()
    tcp.time_passes(SECOND)
    tcp.expect("F.", seq=1, ack=2)
    tcp.peer_says(".", seq=2, ack=2, wnd=0)
    tcp.expect_state(State.CLOSED)
    assert tcp.tcb.next_deadline() is None


@pytest.mark.row("R01")
@pytest.mark.row("A16")
def test_while_a_probe_is_outstanding_acknowledgments_keep_to_the_window(numbers: tuple[int, int]) -> None:
    tcp = shut_out(b"hello", numbers)
    tcp.time_passes(SECOND)
    tcp.expect(".", seq=1, ack=1, data=b"h")
    tcp.peer_says(".", seq=1, ack=1, data=b"data", wnd=0)
    tcp.expect(".", seq=1, ack=5)  # SND.NXT is 2, which a window of zero at 1 does not take
    tcp.peer_says(".", seq=1, ack=1, data=b"data", wnd=0)
    tcp.expect(".", seq=1, ack=5)
    tcp.peer_says("F.", seq=5, ack=1, wnd=0)
    tcp.expect(".", seq=1, ack=6)
    tcp.user_closes()
    tcp.peer_says(".", seq=6, ack=2, wnd=0)  # the probe was taken in
    tcp.expect_nothing()
    tcp.peer_says("F.", seq=5, ack=2, wnd=0)
    tcp.expect(".", seq=2, ack=6)


@pytest.mark.row("R01")
@pytest.mark.row("R02")
def test_while_the_fin_probes_so_does_the_acknowledgment_of_theirs() -> None:
    tcp = shut_out(b"")
    tcp.user_closes()
    tcp.time_passes(SECOND)
    tcp.expect("F.", seq=1, ack=1)
    tcp.peer_says("F.", seq=1, ack=1, wnd=0)
    tcp.expect(".", seq=1, ack=2)
    tcp.expect_state(State.CLOSING)


@pytest.mark.row("R10")
@with_profile(delayed_ack=200 * MS)
def test_a_delayed_acknowledgment_keeps_to_the_window_too(closed: Dialogue) -> None:
    tcp = to_established_with_window(closed, 0)
    tcp.user_sends(b"hello")
    tcp.time_passes(SECOND)
    tcp.expect(".", seq=1, ack=1, data=b"h")
    tcp.peer_says(".", seq=1, ack=1, data=b"data", wnd=0)
    tcp.time_passes(200 * MS)
    tcp.expect(".", seq=1, ack=5)


@pytest.mark.row("F04")
@pytest.mark.row("R01")
def test_a_reset_while_a_probe_is_outstanding_is_one_that_the_peer_believes() -> None:
    tcp = shut_out()
    tcp.user_aborts()
    tcp.expect_reset(seq=1, ack=1)
    tcp = shut_out()
    tcp.time_passes(SECOND)
    tcp.expect(".", seq=1, ack=1, data=b"h")
    tcp.user_aborts()
    tcp.expect_reset(seq=1, ack=1)


@pytest.mark.row("R06")
@pytest.mark.row("X04")
def test_an_ack_is_the_last_of_a_window_that_shrank(numbers: tuple[int, int]) -> None:
    """SND.NXT lies beyond it. SND.UNA may be behind what the peer has taken in, whose ACK of that was lost."""
    tcp = to_established_with_window(Dialogue(numbers), 2000)
    tcp.user_sends(b"x" * 1072)
    tcp.expect(".", seq=1, ack=1, data=b"x" * 536)
    tcp.expect("P.", seq=537, ack=1, data=b"x" * 536)
    tcp.peer_says(".", seq=1, ack=1, data=b"y", wnd=1000)
    tcp.expect(".", seq=1000, ack=2)
    tcp.peer_says(".", seq=2, ack=1, data=b"y", wnd=1)
    tcp.expect(".", seq=1, ack=3)
    tcp.user_aborts()
    tcp.expect_reset(seq=1, ack=3)


@pytest.mark.row("R01")
@pytest.mark.row("R06")
@pytest.mark.row("A06")
def test_a_shut_window_that_takes_in_the_first_of_two_is_probed_with_the_second() -> None:
    tcp = to_established_with_window(Dialogue(), 1072)
    tcp.user_sends(b"x" * 1072)
    tcp.expect(".", seq=1, ack=1, data=b"x" * 536)
    tcp.expect("P.", seq=537, ack=1, data=b"x" * 536)
    tcp.peer_says(".", seq=1, ack=1, wnd=0)
    tcp.expect_nothing()
    tcp.time_passes(SECOND)
    tcp.expect(".", seq=1, ack=1, data=b"x" * 536)
    tcp.expect_timers(PERSIST)
    tcp.peer_says(".", seq=1, ack=537, wnd=0)
    tcp.expect_nothing()
    tcp.expect_timers(PERSIST)  # and not the retransmission timer beside it
    tcp.time_passes(2 * SECOND)
    tcp.expect("P.", seq=537, ack=1, data=b"x" * 536, at=3 * SECOND)


# ---- silly windows, as a sender ----------------------------------------------------------------------------


@pytest.mark.row("R08")
def test_less_than_half_of_the_largest_window_is_held_until_the_override() -> None:
    tcp = to_established_with_window(Dialogue(), 400)
    tcp.peer_says(".", seq=1, ack=1, wnd=199)
    tcp.user_sends(b"x" * 300)
    tcp.expect_nothing()
    tcp.expect_deadline(PERSIST, after=500 * MS)
    tcp.time_passes(500 * MS)
    tcp.expect(".", seq=1, ack=1, data=b"x" * 199)
    tcp.expect_timers(RTO)


@pytest.mark.row("R08")
def test_half_of_the_largest_window_is_enough() -> None:
    tcp = to_established_with_window(Dialogue(), 400)
    tcp.peer_says(".", seq=1, ack=1, wnd=200)
    tcp.user_sends(b"x" * 300)
    tcp.expect(".", seq=1, ack=1, data=b"x" * 200)


@pytest.mark.row("R08")
@pytest.mark.parametrize(("nagle", "sent"), [(True, False), (False, True)])
def test_half_of_the_largest_window_while_something_is_in_flight(nagle: bool, sent: bool) -> None:
    tcp = to_established_with_window(Dialogue(profile=RFC9293.with_changes(nagle=nagle)), 400)
    tcp.user_sends(b"x" * 10)
    tcp.expect("P.", seq=1, ack=1, data=b"x" * 10)
    tcp.user_sends(b"y" * 500)
    if sent:
        tcp.expect(".", seq=11, ack=1, data=b"y" * 390)
    tcp.expect_nothing()


@pytest.mark.row("R08")
def test_all_that_is_queued_is_worth_sending() -> None:
    tcp = to_established_with_window(Dialogue(), 400)
    tcp.peer_says(".", seq=1, ack=1, wnd=100)
    tcp.user_sends(b"x" * 100)
    tcp.expect("P.", seq=1, ack=1, data=b"x" * 100)


# ---- Nagle -------------------------------------------------------------------------------------------------


@pytest.mark.row("R09")
def test_nagle_holds_small_segments_while_something_is_unacknowledged(established: Dialogue) -> None:
    established.user_sends(b"a")
    established.expect("P.", seq=1, ack=1, data=b"a")
    for letter in (b"b", b"c", b"d"):
        established.user_sends(letter)
        established.expect_nothing()
    established.peer_says(".", seq=1, ack=2)
    established.expect("P.", seq=2, ack=1, data=b"bcd")


@pytest.mark.row("R09")
def test_nagle_lets_a_full_segment_go(established: Dialogue) -> None:
    established.user_sends(b"a")
    established.expect("P.", seq=1, ack=1, data=b"a")
    established.user_sends(b"b" * 600)
    established.expect(".", seq=2, ack=1, data=b"b" * 536)
    established.expect_nothing()


@pytest.mark.row("R09")
@with_profile(nagle=False)
def test_nagle_can_be_disabled(established: Dialogue) -> None:
    for number, letter in enumerate((b"a", b"b", b"c"), 1):
        established.user_sends(letter)
        established.expect("P.", seq=number, ack=1, data=letter)


# ---- the window we offer -----------------------------------------------------------------------------------


@pytest.mark.row("R03")
@pytest.mark.row("R04")
@with_profile(receive_buffer=1000)
def test_reading_opens_the_window_once_it_is_worth_telling(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"x" * 1000)
    established.expect(".", seq=1, ack=1001, wnd=0)
    assert established.user_receives(499) == b"x" * 499
    established.expect_nothing()  # less than half the buffer
    assert established.user_receives(1) == b"x"
    established.expect(".", seq=1, ack=1001, wnd=500)
    assert established.user_receives(499) == b"x" * 499
    established.expect_nothing()
    established.user_sends(b"y")
    established.expect("P.", seq=1, ack=1001, data=b"y", wnd=500)  # nor does what goes anyway offer a little more
    assert established.user_receives() == b"x"
    established.expect_nothing()  # half of it was open: the peer does not wait for an update
    established.user_sends(b"y" * 536)
    established.expect(".", seq=2, ack=1001, data=b"y" * 536, wnd=1000)


@pytest.mark.row("R04")
def test_a_full_segment_of_room_is_worth_telling() -> None:
    tcp = to_established(Dialogue(profile=RFC9293.with_changes(receive_buffer=10_000)))
    tcp.peer_says(".", seq=1, ack=1, data=b"x" * 9_900)
    tcp.expect(".", seq=1, ack=9_901, wnd=100)
    tcp.user_receives(535)
    tcp.expect_nothing()
    tcp.user_receives(1)
    tcp.expect(".", seq=1, ack=9_901, wnd=636)


@pytest.mark.row("R04")
@pytest.mark.row("R05")
@with_profile(receive_buffer=100)
def test_a_probe_after_reading_finds_the_window_open(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"x" * 100)
    established.expect(".", seq=1, ack=101, wnd=0)
    established.user_receives()
    established.expect(".", seq=1, ack=101, wnd=100)  # lost, say
    established.peer_says(".", seq=101, ack=1, data=b"p")
    established.expect(".", seq=1, ack=102, wnd=99)


@pytest.mark.row("R07")
@pytest.mark.row("L03")
@with_profile(receive_buffer=10)
def test_what_lies_beyond_the_right_edge_is_cut_off(established: Dialogue) -> None:
    established.peer_says("F.", seq=1, ack=1, data=b"0123456789abc")
    established.expect(".", seq=1, ack=11, wnd=0)
    established.expect_state(State.ESTABLISHED)
    assert established.user_receives() == b"0123456789"
    established.expect(".", seq=1, ack=11, wnd=10)
    established.peer_says("F.", seq=11, ack=1, data=b"abc")
    established.expect(".", seq=1, ack=15, wnd=6)
    established.expect_state(State.CLOSE_WAIT)


@pytest.mark.row("L03")
@with_profile(receive_buffer=10)
def test_a_fin_just_beyond_the_right_edge_is_cut_off(established: Dialogue) -> None:
    established.peer_says("F.", seq=1, ack=1, data=b"0123456789")
    established.expect(".", seq=1, ack=11, wnd=0)
    established.expect_state(State.ESTABLISHED)
    established.user_receives()
    established.expect(".", seq=1, ack=11, wnd=10)
    established.peer_says("F.", seq=11, ack=1, data=b"012345678")
    established.expect(".", seq=1, ack=21, wnd=0)  # here the FIN has the last number of the window
    established.expect_state(State.CLOSE_WAIT)


@pytest.mark.row("P17")
@pytest.mark.parametrize("state", ["close_wait", "time_wait"])
def test_reading_after_the_fin_updates_no_window(state: str) -> None:
    tcp = to_established(Dialogue(profile=RFC9293.with_changes(receive_buffer=1000)))
    tcp.peer_says(".", seq=1, ack=1, data=b"x" * 900)
    tcp.expect(".", seq=1, ack=901)
    if state == "time_wait":
        tcp.user_closes()
        tcp.expect("F.", seq=1, ack=901)
    tcp.peer_says("F.", seq=901, ack=1 if state == "close_wait" else 2)
    tcp.expect(".", seq=1 if state == "close_wait" else 2, ack=902)
    assert tcp.user_receives() == b"x" * 900
    tcp.expect_nothing()


# ---- delayed ACK -------------------------------------------------------------------------------------------


@pytest.mark.row("R10")
@with_profile(delayed_ack=200 * MS)
def test_one_segment_is_acknowledged_later(established: Dialogue) -> None:
    established.peer_says("P.", seq=1, ack=1, data=b"hello")
    established.expect_nothing()
    established.expect_deadline(DELAYED, after=200 * MS)
    established.time_passes(50 * MS)
    established.peer_says("P.", seq=6, ack=1, data=b"world")  # small: it does not hurry
    established.expect_nothing()
    established.expect_deadline(DELAYED, after=150 * MS)
    established.time_passes(150 * MS)
    established.expect(".", seq=1, ack=11)
    established.expect_timers()


@pytest.mark.row("R10")
@with_profile(delayed_ack=200 * MS)
def test_every_second_full_segment_is_acknowledged_at_once(established: Dialogue) -> None:
    for pair in range(3):
        established.peer_says(".", seq=1 + pair * 1072, ack=1, data=b"x" * 536)
        established.expect_nothing()
        established.peer_says(".", seq=537 + pair * 1072, ack=1, data=b"x" * 536)
        established.expect(".", seq=1, ack=1073 + pair * 1072)
        established.expect_timers()


@pytest.mark.row("R10")
@with_profile(delayed_ack=200 * MS)
def test_data_of_our_own_carries_the_acknowledgment(established: Dialogue) -> None:
    established.peer_says("P.", seq=1, ack=1, data=b"ask")
    established.expect_nothing()
    established.user_sends(b"answer")
    established.expect("P.", seq=1, ack=4, data=b"answer")
    established.expect_timers(RTO)


@pytest.mark.row("R10")
@pytest.mark.row("L04")
@with_profile(delayed_ack=200 * MS)
def test_a_hole_and_its_filling_are_acknowledged_at_once(established: Dialogue) -> None:
    established.peer_says("P.", seq=4, ack=1, data=b"def")
    established.expect(".", seq=1, ack=1)
    established.peer_says("P.", seq=1, ack=1, data=b"abc")
    established.expect(".", seq=1, ack=7)
    established.expect_timers()


@pytest.mark.row("R10")
@with_profile(delayed_ack=200 * MS)
def test_data_then_fin_hurry_nothing(established: Dialogue) -> None:
    established.peer_says("FP.", seq=1, ack=1, data=b"bye")
    established.expect_nothing()
    established.expect_state(State.CLOSE_WAIT)
    established.time_passes(200 * MS)
    established.expect(".", seq=1, ack=5)


@pytest.mark.row("R10")
@with_profile(delayed_ack=200 * MS)
def test_a_fin_that_ends_a_hole_is_acknowledged_at_once(established: Dialogue) -> None:
    established.peer_says("F.", seq=2, ack=1)
    established.expect(".", seq=1, ack=1)
    established.peer_says(".", seq=1, ack=1, data=b"x" * 1)
    established.expect_state(State.CLOSE_WAIT)
    established.time_passes(200 * MS)
    established.expect(".", seq=1, ack=3)


@pytest.mark.row("M10")
@with_profile(delayed_ack=200 * MS)
def test_the_last_ack_is_never_delayed(fin_wait_2: Dialogue) -> None:
    fin_wait_2.peer_says("F.", seq=1, ack=2)
    fin_wait_2.expect(".", seq=2, ack=2)
    fin_wait_2.expect_timers(Timer.TIME_WAIT)


@pytest.mark.row("R10")
def test_a_retransmission_carries_the_acknowledgment() -> None:
    tcp = to_established(Dialogue(profile=RFC9293.with_changes(delayed_ack=400 * MS)))
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.time_passes(900 * MS)
    tcp.peer_says("P.", seq=1, ack=1, data=b"x")
    tcp.expect_nothing()
    tcp.time_passes(100 * MS)
    tcp.expect("P.", seq=1, ack=2, data=b"hello")
    tcp.expect_timers(RTO)


# ---- the window variables ----------------------------------------------------------------------------------


@pytest.mark.row("A07")
@pytest.mark.row("S02")
def test_windows_beyond_16_bits() -> None:
    from tcpsim.wire import WindowScale

    tcp = Dialogue(profile=RFC9293.with_changes(window_scale=14, receive_buffer=1 << 30, send_buffer=1 << 30))
    tcp.user_opens()
    tcp.expect("S", seq=0, wnd=65_535)
    tcp.peer_says("S.", seq=0, ack=1, options=(WindowScale(14),))
    tcp.expect(".", seq=1, ack=1, wnd=65_535)
    tcp.peer_says(".", seq=1, ack=1, wnd=65_535)
    assert tcp.tcb.snd_wnd == 65_535 << 14
    assert tcp.tcb.rcv_wnd == 1 << 30
    tcp.peer_says(".", seq=(1 << 30) - 5, ack=1, data=b"far")  # within 2³⁰ octets
    tcp.expect(".", seq=1, ack=1)
    assert (tcp.tcb.incoming.held[0][0] - tcp.irs) & MASK == (1 << 30) - 5


# ---- both windows shut -------------------------------------------------------------------------------------


def shut_both_ways() -> Dialogue:
    """A probe of ours is out that the peer has refused; and our own window is closed as well."""
    tcp = to_established_with_window(Dialogue(profile=RFC9293.with_changes(receive_buffer=5)), 0)
    tcp.peer_says(".", seq=1, ack=1, data=b"hello", wnd=0)
    tcp.expect(".", seq=1, ack=6, wnd=0)
    tcp.user_sends(b"x")
    tcp.time_passes(SECOND)
    tcp.expect("P.", seq=1, ack=6, data=b"x")
    return tcp


@pytest.mark.row("X04")
@pytest.mark.row("R03")
def test_an_ack_has_a_number_that_a_shut_window_takes() -> None:
    """SND.NXT lies beyond the peer's window: an ACK with it would be refused, and answered, and so on for ever."""
    tcp = shut_both_ways()
    tcp.peer_says(".", seq=6, ack=1, data=b"y", wnd=0)  # its probe
    tcp.expect(".", seq=1, ack=6, wnd=0)
    tcp.peer_says(".", seq=6, ack=1, wnd=0)
    tcp.expect_nothing()
    assert tcp.user_receives() == b"hello"
    tcp.expect(".", seq=1, ack=6, wnd=5)
    tcp.peer_says(".", seq=6, ack=2, data=b"y", wnd=9)  # ours was taken in
    tcp.expect(".", seq=2, ack=7)


@pytest.mark.row("F04")
def test_a_reset_has_a_number_that_a_shut_window_takes() -> None:
    tcp = shut_both_ways()
    tcp.user_aborts()
    tcp.expect_reset(seq=1, ack=6)


def test_before_our_syn_is_acknowledged_no_window_says_anything_of_its_number() -> None:
    tcp = Dialogue()
    tcp.user_listens()
    tcp.peer_says("S", seq=0, wnd=0)
    tcp.expect("S.", seq=0, ack=1)
    tcp.peer_says("S", seq=0, wnd=0)
    tcp.expect(".", seq=1, ack=1)
