"""Tail-loss probe (RFC 8985 §7): the last segment of a flight is asked after before the RTO expires, and only once.

A round trip takes 100 ms here, and RFC 6298 has an RTO of at least a second.
"""

from dialogue import MS, Dialogue

from tcpsim.tcp.effects import Retransmit, Timer
from tcpsim.tcp.profiles import RFC9293, SECOND, Profile
from tcpsim.tcp.states import State
from tcpsim.wire import MaximumSegmentSize, NoOperation, Option, Sack, SackPermitted

RTT = 100 * MS
PATIENCE = 200 * MS  # for the peer's delayed acknowledgment of a single segment
ALONE, IN_A_FLIGHT = 2 * RTT + PATIENCE, 2 * RTT
PROBING = RFC9293.with_changes(tail_loss_probe=PATIENCE, sack=True, nagle=False)
OFFER = (MaximumSegmentSize(1000), SackPermitted())


def connected(profile: Profile = PROBING, options: tuple[Option, ...] = OFFER, wnd: int = 65_535) -> Dialogue:
    tcp = Dialogue(profile=profile)
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.time_passes(RTT)
    tcp.peer_says("S.", seq=0, ack=1, options=options, wnd=wnd)
    tcp.expect(".", seq=1, ack=1)
    return tcp


def told(tcp: Dialogue) -> list[Retransmit]:
    return [effect for effect in tcp.effects if isinstance(effect, Retransmit)]


def three_segments(tcp: Dialogue) -> None:
    tcp.user_sends(b"a" * 1000 + b"b" * 1000 + b"c" * 1000)
    tcp.expect(".", seq=1, ack=1, data=b"a" * 1000)
    tcp.expect(".", seq=1001, ack=1, data=b"b" * 1000)
    tcp.expect("P.", seq=2001, ack=1, data=b"c" * 1000)


def test_one_segment_may_be_acknowledged_late() -> None:
    tcp = connected()
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.expect_deadline(Timer.RETRANSMISSION, after=ALONE)
    tcp.time_passes(ALONE)
    segment = tcp.expect("P.", seq=1, ack=1, data=b"hello")
    assert told(tcp) == [Retransmit(segment, 1, probe="tail-loss")]


def test_of_a_flight_the_last_is_sent_again() -> None:
    tcp = connected()
    three_segments(tcp)
    tcp.time_passes(IN_A_FLIGHT)
    tcp.expect("P.", seq=2001, ack=1, data=b"c" * 1000)


def test_the_wait_counts_from_what_was_sent_last() -> None:
    tcp = connected()
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.time_passes(ALONE - 1)
    tcp.user_sends(b"world")
    tcp.expect("P.", seq=6, ack=1, data=b"world")
    tcp.time_passes(IN_A_FLIGHT - 1)
    tcp.expect_nothing()
    tcp.time_passes(1)
    tcp.expect("P.", seq=6, ack=1, data=b"world")


def test_what_nagle_holds_back_is_as_good_a_probe() -> None:
    tcp = connected(PROBING.with_changes(nagle=True))
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.user_sends(b"world")
    tcp.expect_nothing()
    tcp.time_passes(ALONE)
    tcp.expect("P.", seq=6, ack=1, data=b"world")
    assert told(tcp) == []
    tcp.time_passes(SECOND)
    tcp.expect("P.", seq=1, ack=1, data=b"hello")


def test_after_the_probe_the_rto_which_is_not_doubled_yet() -> None:
    tcp = connected()
    three_segments(tcp)
    tcp.time_passes(IN_A_FLIGHT)
    tcp.expect("P.", seq=2001, ack=1, data=b"c" * 1000)
    tcp.expect_deadline(Timer.RETRANSMISSION, after=SECOND)
    tcp.time_passes(SECOND)
    tcp.expect(".", seq=1, ack=1, data=b"a" * 1000)
    tcp.expect_deadline(Timer.RETRANSMISSION, after=2 * SECOND)
    tcp.time_passes(2 * SECOND)
    tcp.expect(".", seq=1, ack=1, data=b"a" * 1000)


def test_it_is_no_step_towards_giving_up() -> None:
    tcp = connected(PROBING.with_changes(data_retries=1))
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    for after in (ALONE, SECOND):  # the probe, and one retransmission
        tcp.time_passes(after)
        tcp.expect("P.", seq=1, ack=1, data=b"hello")
        tcp.expect_state(State.ESTABLISHED)
    tcp.time_passes(2 * SECOND)
    tcp.expect_state(State.CLOSED)


def test_nothing_is_learned_from_the_acknowledgment_of_a_probe() -> None:
    tcp = connected()
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.time_passes(ALONE)
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.time_passes(RTT)
    tcp.peer_says(".", seq=1, ack=6)
    assert tcp.tcb.rto.srtt == RTT
    tcp.expect_timers()


def test_the_next_flight_has_a_probe_of_its_own() -> None:
    tcp = connected()
    for seq in (1, 6):
        tcp.user_sends(b"hello")
        tcp.expect("P.", seq=seq, ack=1, data=b"hello")
        tcp.time_passes(ALONE)
        tcp.expect("P.", seq=seq, ack=1, data=b"hello")
        tcp.peer_says(".", seq=1, ack=seq + 5)


def test_what_was_probed_for_in_part_is_not_probed_for_again() -> None:
    tcp = connected()
    three_segments(tcp)
    tcp.time_passes(IN_A_FLIGHT)
    tcp.expect("P.", seq=2001, ack=1, data=b"c" * 1000)
    tcp.peer_says(".", seq=1, ack=1001)
    tcp.expect_deadline(Timer.RETRANSMISSION, after=SECOND)


def test_the_rest_of_a_flight_that_was_not_probed_for_is() -> None:
    tcp = connected()
    three_segments(tcp)
    tcp.time_passes(RTT)
    tcp.peer_says(".", seq=1, ack=1001)
    tcp.expect_deadline(Timer.RETRANSMISSION, after=IN_A_FLIGHT)


def test_a_fin_is_probed_for_like_data() -> None:
    tcp = connected()
    tcp.user_closes()
    tcp.expect("F.", seq=1, ack=1)
    tcp.time_passes(ALONE)
    tcp.expect("F.", seq=1, ack=1)


def test_the_rto_if_it_is_sooner() -> None:
    tcp = connected(PROBING.with_changes(rto_min=10 * MS))
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.expect_deadline(Timer.RETRANSMISSION, after=RTT + 4 * RTT // 2)


def test_a_fast_retransmission_leaves_the_rest_to_the_rto() -> None:
    tcp = connected()
    three_segments(tcp)
    held = (NoOperation(), NoOperation(), Sack(((1301, 1302),)))
    for _ in range(3):
        tcp.time_passes(10 * MS)
        tcp.expect_nothing()
        tcp.peer_says(".", seq=1, ack=1, options=held)
    tcp.expect(".", seq=1, ack=1, data=b"a" * 1000)
    tcp.time_passes(SECOND - 1)
    tcp.expect_nothing()
    tcp.time_passes(1)
    tcp.expect(".", seq=1, ack=1, data=b"a" * 1000)


def test_not_without_sack_and_not_for_a_syn() -> None:
    tcp = connected(options=(MaximumSegmentSize(1000),))
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.expect_deadline(Timer.RETRANSMISSION, after=SECOND)
    tcp = Dialogue(profile=PROBING)
    tcp.user_opens()
    tcp.expect("S", seq=0)
    for again in (SECOND, 2 * SECOND):
        tcp.expect_deadline(Timer.RETRANSMISSION, after=again)
        tcp.time_passes(again)
        tcp.expect("S", seq=0)


def test_not_before_a_round_trip_has_been_measured() -> None:
    tcp = Dialogue(profile=PROBING)
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.time_passes(SECOND)
    tcp.expect("S", seq=0)
    tcp.peer_says("S.", seq=0, ack=1, options=OFFER)  # of which SYN?
    tcp.expect(".", seq=1, ack=1)
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.expect_deadline(Timer.RETRANSMISSION, after=3 * SECOND)


def test_a_window_that_shuts_is_probed_as_a_window() -> None:
    tcp = connected(wnd=5)
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.peer_says(".", seq=1, ack=1, wnd=0)
    tcp.time_passes(ALONE)
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.expect_timers(Timer.PERSIST)
