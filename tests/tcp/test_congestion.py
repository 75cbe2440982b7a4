"""Congestion control: how much leaves at once, and what a loss does to it (RFC 5681, RFC 3042, RFC 6582; MUST-19).

Segments are of 100 octets here, and "the third" is the third hundred: numbers 201 to 300. The peer's window lets
everything through; where it does not, a test says so.
"""

from typing import Any, Final

import pytest
from dialogue import MS, WINDOW, Dialogue, to_established, with_profile

from tcpsim.tcp.profiles import LINUX, RFC9293, SECOND
from tcpsim.tcp.states import State
from tcpsim.tcp.tcb import UNLIMITED
from tcpsim.wire.options import MaximumSegmentSize, SackPermitted

MSS: Final = 100


def opened(mss: int = MSS, wnd: int = WINDOW, **changes: Any) -> Dialogue:
    """ESTABLISHED with a peer whose segments are of 100 octets, after a round trip of 10 ms."""
    tcp = Dialogue(profile=RFC9293.with_changes(**{"send_buffer": 1 << 30, "mss": 65_495, **changes}))
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.time_passes(10 * MS)
    tcp.peer_says("S.", seq=0, ack=1, wnd=wnd, options=(MaximumSegmentSize(mss),))
    tcp.expect(".", seq=1, ack=1)
    return tcp


def send(tcp: Dialogue, segments: int) -> None:
    tcp.user_sends(bytes(segments * MSS))


def leave(tcp: Dialogue, *which: int) -> None:
    """These segments are sent, in this order, and nothing else."""
    for number in which:
        tcp.expect(".", seq=1 + (number - 1) * MSS, ack=1, data=bytes(MSS))
    tcp.expect_nothing()


def come(tcp: Dialogue, upto: int, **more: Any) -> None:
    """The peer acknowledges everything up to this segment; again, it is a duplicate ACK."""
    tcp.peer_says(".", seq=1, ack=1 + upto * MSS, **more)


def windows(tcp: Dialogue) -> tuple[float, float]:
    """cwnd and ssthresh in segments."""
    return tcp.tcb.cwnd / MSS, tcp.tcb.ssthresh / MSS


# ---- how much leaves at first ------------------------------------------------------------------------------------


@pytest.mark.row("Q24")
@pytest.mark.parametrize(
    ("rule", "mss", "octets"),
    [
        ("rfc5681", 536, 4 * 536),
        ("rfc5681", 1_095, 4 * 1_095),
        ("rfc5681", 1_096, 3 * 1_096),
        ("rfc5681", 2_190, 3 * 2_190),
        ("rfc5681", 2_191, 2 * 2_191),
        ("rfc6928", 536, 10 * 536),
        ("rfc6928", 1_460, 14_600),
        ("rfc6928", 2_000, 14_600),
        ("rfc6928", 9_000, 18_000),
        ("ten-segments", 536, 5_360),
        ("ten-segments", 9_000, 90_000),
    ],
)
def test_the_initial_window(rule: str, mss: int, octets: int) -> None:
    tcp = opened(mss, initial_window=rule)
    assert tcp.tcb.cwnd == octets
    tcp.user_sends(bytes(60_000))
    assert sum(len(segment.payload) for _, _, segment in tcp.sent) == min(octets, 60_000) // mss * mss
    tcp.sent.clear()


@pytest.mark.row("Q24")
@pytest.mark.parametrize(
    ("rule", "losses", "segments"),
    [("rfc5681", 1, 1), ("rfc6928", 1, 10), ("rfc6928", 2, 1), ("ten-segments", 2, 1)],
)
@pytest.mark.parametrize("passive", [False, True])
def test_after_a_lost_syn_it_is_one_segment(rule: str, losses: int, segments: int, passive: bool) -> None:
    """RFC 5681 §3.1; RFC 6928 §2 waits for a second loss."""
    tcp = Dialogue(profile=RFC9293.with_changes(initial_window=rule))
    if passive:
        tcp.user_listens()
        tcp.peer_says("S", seq=0, options=(MaximumSegmentSize(MSS),))
        tcp.expect("S.", seq=0, ack=1)
    else:
        tcp.user_opens()
        tcp.expect("S", seq=0)
    for loss in range(losses):
        tcp.time_passes_quietly(SECOND << loss)
    if passive:
        tcp.peer_says(".", seq=1, ack=1)
    else:
        tcp.peer_says("S.", seq=0, ack=1, options=(MaximumSegmentSize(MSS),))
        tcp.expect(".", seq=1, ack=1)
    send(tcp, 20)
    leave(tcp, *range(1, segments + 1))


def test_without_congestion_control_only_the_peer_limits() -> None:
    tcp = opened(congestion_control="off")
    send(tcp, 20)
    leave(tcp, *range(1, 21))
    assert tcp.tcb.cwnd == UNLIMITED


def test_a_fin_takes_no_part_of_it() -> None:
    tcp = opened()
    send(tcp, 4)
    leave(tcp, 1, 2, 3, 4)
    tcp.user_closes()
    tcp.expect("F.", seq=401, ack=1)


def test_a_fin_waits_for_octets_that_wait_for_it() -> None:
    tcp = opened()
    send(tcp, 5)
    leave(tcp, 1, 2, 3, 4)
    tcp.user_closes()
    tcp.expect_nothing()
    tcp.expect_state(State.FIN_WAIT_1)
    come(tcp, 1)
    tcp.expect("FP.", seq=401, ack=1, data=bytes(MSS))


# ---- slow start, congestion avoidance ----------------------------------------------------------------------------


@pytest.mark.row("Q25")
@pytest.mark.parametrize(("limit", "segments"), [(1, 5), (2, 6), (None, 7)])
def test_in_slow_start_an_ack_opens_the_window_by_what_it_covers_up_to_a_limit(
    limit: int | None, segments: int
) -> None:
    tcp = opened(slow_start_limit=limit)
    send(tcp, 40)
    leave(tcp, 1, 2, 3, 4)
    come(tcp, 3)
    leave(tcp, *range(5, 3 + segments + 1))
    tcp.peer_says(".", seq=1, ack=1 + 350)
    leave(tcp, 3 + segments + 1)
    assert tcp.tcb.cwnd == segments * MSS + 50


@pytest.mark.row("Q25")
def test_each_round_trip_doubles_it() -> None:
    tcp = opened()
    send(tcp, 100)
    leave(tcp, 1, 2, 3, 4)
    for acknowledged in range(1, 5):
        come(tcp, acknowledged)
        leave(tcp, 3 + 2 * acknowledged, 4 + 2 * acknowledged)
    assert windows(tcp) == (8, UNLIMITED / MSS)


@pytest.mark.row("Q25")
def test_above_ssthresh_a_window_opens_it_by_a_segment() -> None:
    tcp = opened()
    tcp.tcb.ssthresh = 4 * MSS
    send(tcp, 100)
    leave(tcp, 1, 2, 3, 4)
    for acknowledged, octets in ((1, 425), (2, 448), (3, 470), (4, 491)):
        come(tcp, acknowledged)
        leave(tcp, 4 + acknowledged)
        assert tcp.tcb.cwnd == octets


def test_however_large_it_is_it_opens_by_an_octet() -> None:
    tcp = opened(mss=10, wnd=WINDOW)
    tcp.tcb.ssthresh = 0
    tcp.tcb.cwnd = 50_000
    tcp.user_sends(bytes(10))
    tcp.expect(".", seq=1, ack=1, data=bytes(10))
    tcp.peer_says(".", seq=1, ack=11)
    assert tcp.tcb.cwnd == 50_001


def test_it_opens_no_wider_than_the_peer_s_window() -> None:
    tcp = opened(wnd=400)
    send(tcp, 20)
    leave(tcp, 1, 2, 3, 4)
    come(tcp, 1, wnd=400)
    leave(tcp, 5)
    assert windows(tcp)[0] == 4


def test_it_may_open_only_where_it_is_used() -> None:
    """In slow start half of it is enough; above ssthresh all of it must have been in flight."""
    tcp = opened(open_unused_window=False, initial_window="ten-segments")
    send(tcp, 5)
    leave(tcp, 1, 2, 3, 4, 5)
    come(tcp, 2)
    come(tcp, 5)
    assert windows(tcp)[0] == 10
    send(tcp, 6)
    leave(tcp, *range(6, 12))
    for acknowledged, segments in ((6, 11), (7, 12), (8, 12), (11, 12)):
        come(tcp, acknowledged)
        assert windows(tcp)[0] == segments
    send(tcp, 7)
    leave(tcp, *range(12, 19))
    come(tcp, 18)
    assert windows(tcp)[0] == 13
    tcp.tcb.cwnd = 12 * MSS
    tcp.tcb.ssthresh = 12 * MSS
    send(tcp, 11)
    leave(tcp, *range(19, 30))
    come(tcp, 29)
    assert tcp.tcb.cwnd == 1_200
    send(tcp, 12)
    leave(tcp, *range(30, 42))
    come(tcp, 41)
    assert tcp.tcb.cwnd == 1_208


# ---- a time-out --------------------------------------------------------------------------------------------------


@pytest.mark.row("Q26")
@pytest.mark.row("Q10")
def test_a_time_out_shuts_it_and_slow_start_sends_all_of_it_again() -> None:
    tcp = opened()
    send(tcp, 10)
    leave(tcp, 1, 2, 3, 4)
    come(tcp, 2)
    leave(tcp, 5, 6, 7)
    tcp.time_passes(SECOND)
    leave(tcp, 3)
    assert windows(tcp) == (1, 2.5)
    come(tcp, 3)
    leave(tcp, 4, 5)
    come(tcp, 5)  # of its own, and of what was sent again
    leave(tcp, 6, 7, 8)  # what is new follows at once
    assert windows(tcp) == (3, 2.5)
    come(tcp, 7)
    leave(tcp, 9, 10)
    come(tcp, 10)
    tcp.expect_timers()


def test_what_the_peer_has_is_not_sent_again() -> None:
    tcp = opened()
    send(tcp, 4)
    leave(tcp, 1, 2, 3, 4)
    tcp.time_passes(SECOND)
    leave(tcp, 1)
    come(tcp, 3)
    leave(tcp, 4)
    come(tcp, 4)
    tcp.expect_timers()


def test_what_has_been_sent_again_is_not_sent_a_third_time() -> None:
    tcp = opened()
    send(tcp, 4)
    leave(tcp, 1, 2, 3, 4)
    tcp.time_passes(SECOND)
    leave(tcp, 1)
    come(tcp, 1)
    leave(tcp, 2, 3)
    come(tcp, 2)
    leave(tcp, 4)
    come(tcp, 3)
    come(tcp, 4)
    tcp.expect_timers()


def test_after_a_time_out_too_it_opens_no_wider_than_the_peer_s_window() -> None:
    tcp = opened(wnd=MSS)
    send(tcp, 1)
    leave(tcp, 1)
    tcp.time_passes(SECOND)
    leave(tcp, 1)
    come(tcp, 1)
    assert windows(tcp) == (1, 2)


def test_what_is_sent_again_minds_the_peer_s_window_too() -> None:
    tcp = opened()
    send(tcp, 4)
    leave(tcp, 1, 2, 3, 4)
    tcp.time_passes(SECOND)
    leave(tcp, 1)
    tcp.tcb.snd_wnd = MSS
    come(tcp, 1, wnd=MSS)
    leave(tcp, 2)


@pytest.mark.row("Q26")
def test_ssthresh_is_halved_once_however_often_the_same_segment_is_lost() -> None:
    tcp = opened(initial_window="rfc6928")
    send(tcp, 10)
    leave(tcp, *range(1, 11))
    for wait in (1, 2, 4):
        tcp.time_passes(wait * SECOND)
        leave(tcp, 1)
        assert windows(tcp) == (1, 5)
    come(tcp, 1)
    leave(tcp, 2, 3)
    tcp.time_passes(8 * SECOND)
    leave(tcp, 2)
    assert windows(tcp) == (1, 2)  # no more than two were in flight by cwnd, and it is never less


@pytest.mark.row("Q28")
def test_duplicate_acks_after_a_time_out_tell_of_what_was_sent_again() -> None:
    """RFC 6582 §3.2 step 1, §4: they begin no fast recovery, not even when all of that is acknowledged."""
    tcp = opened()
    send(tcp, 8)
    leave(tcp, 1, 2, 3, 4)
    tcp.time_passes(SECOND)
    leave(tcp, 1)
    for _ in range(4):
        come(tcp, 0)
        tcp.expect_nothing()
    come(tcp, 4)
    leave(tcp, 5, 6)
    come(tcp, 4)  # limited transmit
    leave(tcp, 7)
    come(tcp, 4)
    leave(tcp, 8)
    for _ in range(3):
        come(tcp, 4)
        tcp.expect_nothing()
    come(tcp, 5)
    for _ in range(2):
        come(tcp, 5)
        tcp.expect_nothing()
    come(tcp, 5)
    leave(tcp, 6)


# ---- duplicate acknowledgments -----------------------------------------------------------------------------------


@pytest.mark.row("Q28")
@pytest.mark.row("Q27")
@pytest.mark.row("Q19")
def test_fast_recovery() -> None:
    tcp = opened(initial_window="rfc6928")
    send(tcp, 40)
    leave(tcp, *range(1, 11))
    come(tcp, 0)  # the first is lost; limited transmit, RFC 3042
    leave(tcp, 11)
    come(tcp, 0)
    leave(tcp, 12)
    assert windows(tcp) == (10, UNLIMITED / MSS)
    come(tcp, 0)
    leave(tcp, 1)
    assert windows(tcp) == (8, 5)  # half of the ten, and three that have left the network
    for _ in range(4):
        come(tcp, 0)
        leave(tcp)
    come(tcp, 0)
    leave(tcp, 13)
    come(tcp, 0)
    leave(tcp, 14)
    assert windows(tcp) == (14, 5)
    come(tcp, 6)  # the seventh is lost too: a partial ACK
    leave(tcp, 7, 15)
    assert windows(tcp) == (9, 5)
    come(tcp, 12)  # all that was in flight when the loss was noticed
    leave(tcp, 16)
    assert windows(tcp) == (4, 5)
    come(tcp, 13)
    leave(tcp, 17, 18)


@pytest.mark.row("Q27")
def test_limited_transmit_sends_one_segment_at_a_time_however_small() -> None:
    tcp = opened(nagle=False)
    send(tcp, 4)
    leave(tcp, 1, 2, 3, 4)
    for octets in (10, 100, 20):
        tcp.user_sends(bytes(octets))
    come(tcp, 0)
    leave(tcp, 5)
    come(tcp, 0)
    tcp.expect("P.", seq=501, ack=1, data=bytes(30))


@pytest.mark.row("Q28")
def test_a_partial_ack_of_less_than_a_segment_gives_nothing_back() -> None:
    tcp = opened()
    send(tcp, 4)
    leave(tcp, 1, 2, 3, 4)
    for _ in range(3):
        come(tcp, 0)
    leave(tcp, 1)
    assert windows(tcp) == (5, 2)
    tcp.peer_says(".", seq=1, ack=51)
    tcp.expect(".", seq=51, ack=1, data=bytes(50))
    assert tcp.tcb.cwnd == 450
    come(tcp, 3)
    leave(tcp, 4)
    assert tcp.tcb.cwnd == 450 - 250 + 100


@pytest.mark.row("Q28")
def test_at_the_end_of_recovery_no_burst_follows() -> None:
    """RFC 6582 §3.2 step 3 (1): cwnd is what is in flight, and a segment more."""
    tcp = opened(initial_window="rfc6928")
    send(tcp, 10)
    leave(tcp, *range(1, 11))
    for _ in range(3):
        come(tcp, 0)
    leave(tcp, 1)
    come(tcp, 10)
    assert windows(tcp) == (2, 5)


def test_the_inflation_is_seen_no_further_than_the_peer_s_window() -> None:
    tcp = opened(wnd=500)
    send(tcp, 20)
    leave(tcp, 1, 2, 3, 4)
    come(tcp, 0, wnd=500)
    leave(tcp, 5)
    for _ in range(2):
        come(tcp, 0, wnd=500)
    leave(tcp, 1)
    for _ in range(9):
        come(tcp, 0, wnd=500)
    assert windows(tcp) == (5, 2)


@with_profile(congestion_control="off")
def test_without_a_congestion_window_recovery_goes_from_hole_to_hole(established: Dialogue) -> None:
    established.user_sends(b"x" * 536 * 6)
    established.sent.clear()
    for _ in range(2):
        established.peer_says(".", seq=1, ack=1)
        established.expect_nothing()
    established.peer_says(".", seq=1, ack=1)
    established.expect(".", seq=1, ack=1, data=b"x" * 536)
    established.peer_says(".", seq=1, ack=537)
    established.expect(".", seq=537, ack=1, data=b"x" * 536)
    established.peer_says(".", seq=1, ack=1 + 6 * 536)
    established.expect_timers()
    assert established.tcb.cwnd == UNLIMITED


def test_a_tail_loss_probe_may_go_beyond_it() -> None:
    """RFC 8985 §7.3: one new segment, if the peer's window has room for it."""
    tcp = Dialogue(profile=LINUX.with_changes(timestamps=False, window_scale=None))
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.time_passes(10 * MS)
    tcp.peer_says("S.", seq=0, ack=1, options=(MaximumSegmentSize(MSS), SackPermitted()))
    tcp.expect(".", seq=1, ack=1)
    send(tcp, 20)
    leave(tcp, *range(1, 11))
    tcp.time_passes(20 * MS)
    leave(tcp, 11)
    assert windows(tcp)[0] == 10


# ---- after a pause -----------------------------------------------------------------------------------------------


@pytest.mark.row("Q29")
@pytest.mark.parametrize(("pause", "segments"), [(SECOND, 6), (SECOND + 1, 4)])
def test_after_a_pause_longer_than_the_rto_it_is_the_initial_window_again(pause: int, segments: int) -> None:
    tcp = opened()
    send(tcp, 4)
    leave(tcp, 1, 2, 3, 4)
    come(tcp, 2)
    come(tcp, 4)
    tcp.time_passes(pause)
    send(tcp, 10)
    leave(tcp, *range(5, 5 + segments))


def test_a_pause_may_leave_it_as_it_is() -> None:
    tcp = opened(restart_after_idle=False)
    send(tcp, 4)
    leave(tcp, 1, 2, 3, 4)
    come(tcp, 2)
    come(tcp, 4)
    tcp.time_passes(10 * SECOND)
    send(tcp, 10)
    leave(tcp, *range(5, 11))


def test_a_pause_makes_no_difference_to_a_window_that_is_small_anyway() -> None:
    early, late = opened(), opened()
    late.time_passes(10 * SECOND)
    assert early.tcb.freeze(early.now) == late.tcb.freeze(late.now)
    for tcp in (early, late):
        send(tcp, 1)
        leave(tcp, 1)
        come(tcp, 1)
    assert early.tcb.freeze(early.now) == late.tcb.freeze(late.now)
    late.time_passes(SECOND)
    assert early.tcb.freeze(early.now) != late.tcb.freeze(late.now)


def test_a_copy_goes_its_own_way() -> None:
    tcp = to_established(Dialogue())
    other = tcp.tcb.copy()
    other.cwnd += 1
    assert other.freeze(tcp.now) != tcp.tcb.freeze(tcp.now)
