"""Where the RFC leaves room, acknowledging: how late, in which words, and what a window probe carries.

Which way a profile goes is told in docs/profiles.md; here each way is walked.
"""

from typing import Any

import pytest
from dialogue import MS, Dialogue, to_established, to_established_with_window, to_fin_wait_1, to_syn_sent

from tcpsim.tcp import drops
from tcpsim.tcp.effects import Probe, Timer
from tcpsim.tcp.profiles import MILLISECOND, RFC9293, SECOND, Profile
from tcpsim.tcp.states import State
from tcpsim.wire import (
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Timestamps,
    options_notation,
)


def a_dialogue(**changes: Any) -> Dialogue:
    return Dialogue(profile=RFC9293.with_changes(**changes))


def connected(profile: Profile, *offered: Option) -> Dialogue:
    tcp = Dialogue(profile=profile)
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.peer_says("S.", seq=0, ack=1, options=offered)
    tcp.expect(".", seq=1, ack=1)
    return tcp


# ---- windows -----------------------------------------------------------------------------------------------


@pytest.mark.row("R01")
def test_a_window_probe_may_be_empty() -> None:
    """An old number, which must be answered; nothing is outstanding, and the octets wait."""
    tcp = to_established_with_window(a_dialogue(empty_window_probe=True), 0)
    tcp.user_sends(b"hello")
    for wait in (SECOND, 2 * SECOND, 4 * SECOND):
        tcp.time_passes(wait)
        probe = tcp.expect(".", seq=0, ack=1)
        assert tcp.effects[1] == Probe(probe, "window")
        tcp.peer_says(".", seq=1, ack=1, wnd=0)
        tcp.expect_nothing()
    tcp.peer_says(".", seq=1, ack=1, wnd=1000)
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.expect_timers(Timer.RETRANSMISSION)


@pytest.mark.row("R01")
@pytest.mark.parametrize("empty", [False, True])
def test_window_probes_may_be_counted(empty: bool) -> None:
    tcp = to_established_with_window(a_dialogue(empty_window_probe=empty, data_retries=2), 0)
    tcp.user_sends(b"hello")
    for wait in (SECOND, 2 * SECOND):
        tcp.time_passes(wait)
        tcp.expect(".", seq=0 if empty else 1, ack=1, data=b"" if empty else b"h")
    tcp.time_passes(4 * SECOND)
    tcp.expect_nothing()
    tcp.expect_state(State.CLOSED)


@pytest.mark.row("R01")
def test_window_probes_may_begin_later_and_double_from_the_rto_on() -> None:
    tcp = to_established_with_window(a_dialogue(persist_min=5 * SECOND), 0)
    tcp.user_sends(b"hello")
    for wait in (5 * SECOND, 5 * SECOND, 10 * SECOND, 20 * SECOND):
        tcp.expect_nothing()
        tcp.expect_deadline(Timer.PERSIST, after=wait)
        tcp.time_passes(wait)
        tcp.expect(".", seq=1, ack=1, data=b"h")


# ---- acknowledging -----------------------------------------------------------------------------------------

QUICK = {"delayed_ack": 40 * MS, "delay_ack_of_fin": "interactive", "quick_acks": 2}


def test_the_first_acknowledgments_may_be_quick() -> None:
    tcp = to_established(a_dialogue(**QUICK))
    for seq in (1, 6):
        tcp.peer_says("P.", seq=seq, ack=1, data=b"hello")
        tcp.expect(".", seq=1, ack=seq + 5)
    tcp.peer_says("P.", seq=11, ack=1, data=b"hello")
    tcp.expect_nothing()
    tcp.time_passes(40 * MS)
    tcp.expect(".", seq=1, ack=16)


@pytest.mark.parametrize(("thinks", "delayed"), [(39 * MS, True), (40 * MS, False)])
def test_a_reply_in_time_ends_the_quick_acknowledgments(thinks: int, delayed: bool) -> None:
    tcp = to_established(a_dialogue(**QUICK))
    tcp.user_sends(b"before anything has come")
    tcp.expect("P.", seq=1, ack=1, data=b"before anything has come")
    tcp.peer_says("P.", seq=1, ack=25, data=b"hello")
    tcp.expect(".", seq=25, ack=6)
    tcp.time_passes(thinks)
    tcp.user_sends(b"world")
    tcp.expect("P.", seq=25, ack=6, data=b"world")
    tcp.peer_says("P.", seq=6, ack=30, data=b"hello")
    if not delayed:
        tcp.expect(".", seq=30, ack=11)
    tcp.expect_timers(*(Timer.DELAYED_ACK,) * delayed)


def test_what_came_twice_is_acknowledged_quickly_again() -> None:
    tcp = to_established(a_dialogue(**QUICK))
    for seq, ack in ((1, 6), (6, 11), (1, 11), (11, 16), (16, 21)):
        tcp.peer_says("P.", seq=seq, ack=1, data=b"hello")
        tcp.expect(".", seq=1, ack=ack)
    tcp.peer_says("P.", seq=21, ack=1, data=b"hello")
    tcp.expect_timers(Timer.DELAYED_ACK)


@pytest.mark.row("R10")
@pytest.mark.parametrize(
    ("policy", "data", "delayed"),
    [
        ("always", b"", True),
        ("always", b"hello", True),
        ("interactive", b"", False),
        ("interactive", b"hello", True),
        ("never", b"", False),
        ("never", b"hello", False),
    ],
)
def test_the_acknowledgment_of_a_fin(policy: str, data: bytes, delayed: bool) -> None:
    tcp = to_established(a_dialogue(delayed_ack=40 * MS, delay_ack_of_fin=policy))
    if data:
        tcp.peer_says("P.", seq=1, ack=1, data=data)
    tcp.peer_says("F.", seq=1 + len(data), ack=1)
    if delayed:
        tcp.expect_nothing()
        tcp.time_passes(40 * MS)
    tcp.expect(".", seq=1, ack=2 + len(data))
    tcp.expect_state(State.CLOSE_WAIT)


@pytest.mark.row("M08")
def test_where_nothing_of_ours_will_leave_a_fin_is_acknowledged_at_once() -> None:
    tcp = to_fin_wait_1(a_dialogue(delayed_ack=40 * MS, delay_ack_of_fin="interactive"))
    tcp.peer_says("P.", seq=1, ack=1, data=b"hello")
    tcp.peer_says("F.", seq=6, ack=1)
    tcp.expect(".", seq=2, ack=7)
    tcp.expect_state(State.CLOSING)


# ---- D-SACK ------------------------------------------------------------------------------------------------

AGREED = (MaximumSegmentSize(1460), SackPermitted())
TELLS = RFC9293.with_changes(sack=True, duplicate_sack=True)


def blocks(tcp: Dialogue, ack: int) -> list[tuple[int, int]]:
    """What the acknowledgment reports, relative to the peer's ISS."""
    sack = tcp.expect(".", seq=1, ack=ack).option(Sack)
    return [] if sack is None else [(first - tcp.irs, end - tcp.irs) for first, end in sack.blocks]


def test_what_came_twice_may_be_reported_in_front_of_what_is_held() -> None:
    tcp = connected(TELLS, *AGREED)
    tcp.peer_says("P.", seq=1, ack=1, data=b"hello")
    assert blocks(tcp, ack=6) == []
    tcp.peer_says("P.", seq=11, ack=1, data=b"third")
    assert blocks(tcp, ack=6) == [(11, 16)]
    tcp.peer_says("P.", seq=1, ack=1, data=b"hello")
    assert blocks(tcp, ack=6) == [(1, 6), (11, 16)]


def test_of_a_segment_that_is_old_in_part_that_part_is_reported_at_once() -> None:
    tcp = connected(TELLS.with_changes(delayed_ack=40 * MILLISECOND), *AGREED)
    tcp.peer_says("P.", seq=1, ack=1, data=b"hello")
    tcp.time_passes(40 * MILLISECOND)
    assert blocks(tcp, ack=6) == []
    tcp.peer_says("P.", seq=4, ack=1, data=b"lo there")
    assert blocks(tcp, ack=12) == [(4, 6)]
    tcp.expect_delivered(6)


@pytest.mark.parametrize(
    ("seq", "data", "ack", "told"),
    [
        (11, b"third", 1, [(11, 16), (11, 16), (21, 26)]),  # all of a piece that is held
        (13, b"i", 1, [(13, 14), (11, 16), (21, 26)]),
        (8, b"in part", 1, [(11, 15), (8, 16), (21, 26)]),
        (14, b"in part", 1, [(14, 16), (11, 26)]),  # it touches the next, and covers nothing of it
        (6, b"all of both, and more", 1, [(11, 16), (6, 27)]),  # of several runs the first
        (16, b"none!", 1, [(11, 26)]),
        (1, b"the hole, and o", 16, [(11, 16), (21, 26)]),  # the hole is filled
        (1, b"whole hole", 16, [(21, 26)]),
    ],
)
def test_what_of_a_segment_is_held_already_is_reported(
    seq: int, data: bytes, ack: int, told: list[tuple[int, int]]
) -> None:
    tcp = connected(TELLS, *AGREED)
    for number in (21, 11):
        tcp.peer_says("P.", seq=number, ack=1, data=b"third")
        tcp.sent.clear()
    tcp.peer_says("P.", seq=seq, ack=1, data=data)
    assert blocks(tcp, ack=ack) == told


def test_what_overlaps_two_pieces_that_touch_is_reported_as_one_run() -> None:
    tcp = connected(TELLS, *AGREED)
    for number in (11, 16):
        tcp.peer_says("P.", seq=number, ack=1, data=b"third")
        tcp.sent.clear()
    tcp.peer_says("P.", seq=12, ack=1, data=b"in parts")
    assert blocks(tcp, ack=1) == [(12, 20), (11, 21)]


def test_a_report_goes_with_data_that_leave_anyway() -> None:
    tcp = connected(TELLS, *AGREED)
    tcp.peer_says("P.", seq=11, ack=1, data=b"third", wnd=0)
    assert blocks(tcp, ack=1) == [(11, 16)]
    tcp.user_sends(b"hello")
    tcp.expect_nothing()
    tcp.peer_says("P.", seq=11, ack=1, data=b"third", wnd=1_000)
    sack = tcp.expect("P.", seq=1, ack=1, data=b"hello").option(Sack)
    assert sack is not None
    assert [(first - tcp.irs, end - tcp.irs) for first, end in sack.blocks] == [(11, 16), (11, 16)]
    tcp.expect_nothing()


@pytest.mark.row("M15")
def test_a_fin_that_came_twice_may_be_reported() -> None:
    tcp = connected(TELLS, *AGREED)
    for reported in ([], [(1, 2)]):
        tcp.peer_says("F.", seq=1, ack=1)
        assert blocks(tcp, ack=2) == reported


def test_with_timestamps_the_report_stands_behind_them() -> None:
    offered = (*AGREED, NoOperation(), NoOperation(), Timestamps(7, 0))
    tcp = connected(TELLS.with_changes(timestamps=True), *offered)
    stamps = (NoOperation(), NoOperation(), Timestamps(8, 0))
    for report in ("", ",nop,nop,sack 1:6"):
        tcp.peer_says("P.", seq=1, ack=1, data=b"hello", options=stamps)
        told = options_notation(tcp.expect(".", seq=1, ack=6).options, tcp.irs)
        assert told == f"<nop,nop,TS val 0 ecr 8{report}>"


@pytest.mark.parametrize(
    ("profile", "offered"), [(RFC9293.with_changes(sack=True), AGREED), (TELLS, (MaximumSegmentSize(1460),))]
)
def test_no_report_where_it_is_off_or_sack_was_not_agreed_on(profile: Profile, offered: tuple[Option, ...]) -> None:
    tcp = connected(profile, *offered)
    for _ in range(2):
        tcp.peer_says("P.", seq=1, ack=1, data=b"hello")
        assert blocks(tcp, ack=6) == []


@pytest.mark.row("K10")
def test_a_syn_ack_that_came_twice_is_not_reported() -> None:
    tcp = connected(TELLS, *AGREED)
    tcp.peer_says("S.", seq=0, ack=1)
    assert blocks(tcp, ack=1) == []


@pytest.mark.row("J10")
def test_the_syn_of_a_simultaneous_open_comes_twice_with_the_syn_ack() -> None:
    tcp = Dialogue(profile=TELLS.with_changes(figure_7=True))
    to_syn_sent(tcp)
    tcp.peer_says("S", seq=0, options=AGREED)
    tcp.expect("S.", seq=0, ack=1)
    tcp.peer_says("S.", seq=0, ack=1, options=AGREED)
    assert blocks(tcp, ack=1) == [(0, 1)]
    tcp.expect_state(State.ESTABLISHED)


@pytest.mark.row("E13")
@pytest.mark.row("X10")
@pytest.mark.parametrize("duplicate_sack", [False, True])
def test_text_with_it_for_a_user_who_has_closed_for_good_is_reset_and_nothing_follows(duplicate_sack: bool) -> None:
    changes = {"figure_7": True, "close_in_syn_received": "wait", "duplicate_sack": duplicate_sack}
    tcp = Dialogue(profile=TELLS.with_changes(**changes))
    to_syn_sent(tcp)
    tcp.peer_says("S", seq=0, options=AGREED)
    tcp.expect("S.", seq=0, ack=1)
    tcp.user_closes(for_good=True)
    tcp.peer_says("S.", seq=0, ack=1, data=b"hello", options=AGREED)
    tcp.expect_reset(seq=1, ack=1)
    tcp.expect_path(State.SYN_RECEIVED, State.ESTABLISHED, State.FIN_WAIT_1, State.CLOSED)


# ---- timestamps --------------------------------------------------------------------------------------------


@pytest.mark.row("S04")
@pytest.mark.parametrize("required", [True, False])
def test_a_segment_without_a_timestamp(required: bool) -> None:
    stamps = (NoOperation(), NoOperation(), Timestamps(7, 0))
    tcp = connected(RFC9293.with_changes(timestamps=True, require_timestamps=required), *stamps)
    tcp.peer_says("P.", seq=1, ack=1, data=b"hello")
    if required:
        tcp.expect_dropped(drops.NO_TIMESTAMP)
    else:
        tcp.expect(".", seq=1, ack=6)
    tcp.expect_delivered(0 if required else 5)
