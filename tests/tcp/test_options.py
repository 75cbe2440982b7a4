"""Options: what is offered, what is agreed on, and what follows from it (RFC 9293 §3.7.1, RFC 7323, RFC 2018)."""

import pytest
from dialogue import MS, PAIR, WINDOW, Dialogue, remembered, to_syn_received, with_profile

from tcpsim.tcp import drops
from tcpsim.tcp.profiles import FREEBSD, HOUR, LINUX, RFC9293, SECOND, TEACHING, Profile
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.states import State
from tcpsim.tcp.tcb import Tcb
from tcpsim.tcp.user_calls import open_active, open_passive
from tcpsim.wire import (
    MASK,
    EndOfOptions,
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Segment,
    SocketPair,
    Timestamps,
    UnknownOption,
    WindowScale,
    options_notation,
    parse_flags,
)

EVERYTHING = RFC9293.with_changes(window_scale=7, sack=True, timestamps=True)


def connected(profile: Profile, *offered: Option, wnd: int = WINDOW) -> Dialogue:
    """ESTABLISHED, actively, with a peer whose SYN-ACK carries these options."""
    tcp = Dialogue(profile=profile)
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.peer_says("S.", seq=0, ack=1, options=offered, wnd=wnd)
    tcp.expect(".", seq=1, ack=1)
    return tcp


def answered(profile: Profile, *offered: Option) -> str:
    """The options of our answer to a SYN that carries these."""
    tcp = Dialogue(profile=profile)
    tcp.user_listens()
    tcp.now = 5 * SECOND
    tcp.peer_says("S", seq=0, options=offered)
    return options_notation(tcp.expect("S.", seq=0, ack=1).options)


# ---- offering ----------------------------------------------------------------------------------------------


@pytest.mark.row("S01")
@pytest.mark.parametrize(
    ("changes", "offer"),
    [
        ({}, "<mss 1460>"),
        ({"mss": 500}, "<mss 500>"),
        ({"window_scale": 0}, "<mss 1460,nop,wscale 0>"),
        ({"sack": True}, "<mss 1460,nop,nop,sackOK>"),
        ({"timestamps": True}, "<mss 1460,nop,nop,TS val 2000 ecr 0>"),
        ({"sack": True, "timestamps": True}, "<mss 1460,sackOK,TS val 2000 ecr 0>"),
        (
            {"sack": True, "timestamps": True, "window_scale": 7},
            "<mss 1460,sackOK,TS val 2000 ecr 0,nop,wscale 7>",
        ),
    ],
)
def test_what_a_syn_offers(changes: dict[str, object], offer: str) -> None:
    tcp = Dialogue(profile=RFC9293.with_changes(**changes))
    tcp.now = 2 * SECOND
    tcp.user_opens()
    assert options_notation(tcp.expect("S", seq=0).options) == offer


@pytest.mark.row("S02")
@pytest.mark.row("S03")
@pytest.mark.parametrize(
    ("offered", "answer"),
    [
        ((), "<mss 1460>"),
        ((SackPermitted(),), "<mss 1460,nop,nop,sackOK>"),
        ((Timestamps(77, 0),), "<mss 1460,nop,nop,TS val 5000 ecr 77>"),
        ((WindowScale(2),), "<mss 1460,nop,wscale 7>"),
        ((NoOperation(), UnknownOption(253, b"?"), EndOfOptions()), "<mss 1460>"),
    ],
)
def test_a_syn_ack_offers_only_what_the_syn_did(offered: tuple[Option, ...], answer: str) -> None:
    assert answered(EVERYTHING, *offered) == answer


@pytest.mark.row("S03")
def test_a_syn_ack_offers_only_what_we_can() -> None:
    assert answered(RFC9293, SackPermitted(), Timestamps(77, 0), WindowScale(2)) == "<mss 1460>"


def test_a_syn_that_is_sent_again_tells_the_current_time() -> None:
    tcp = Dialogue(profile=EVERYTHING)
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.time_passes(SECOND)
    assert options_notation(tcp.expect("S", seq=0).options) == "<mss 1460,sackOK,TS val 1000 ecr 0,nop,wscale 7>"


# ---- MSS ---------------------------------------------------------------------------------------------------


@pytest.mark.row("S01")
@pytest.mark.parametrize(
    ("offered", "effective"),
    [
        ((), 536),
        ((MaximumSegmentSize(1000),), 1000),
        ((MaximumSegmentSize(9000),), 1460),
        ((MaximumSegmentSize(0),), 536),
    ],
)
def test_the_effective_mss(offered: tuple[Option, ...], effective: int) -> None:
    tcp = connected(RFC9293, *offered)
    tcp.user_sends(b"x" * 3000)
    tcp.expect(".", seq=1, ack=1, data=b"x" * effective)
    tcp.sent.clear()


@pytest.mark.row("S01")
@pytest.mark.parametrize(
    ("profile", "offered", "effective"),
    [
        (RFC9293, 40, 40),  # MUST-16: the smaller of what the peer offers and what we can send
        (RFC9293, 1, 1),
        (TEACHING, 40, 40),
        (LINUX, 40, 48),
        (LINUX, 500, 500),
        (FREEBSD, 40, 216),
        (RFC9293.with_changes(mss_min=88), 40, 88),
        (RFC9293.with_changes(mss_min=88, mss=50), 40, 50),  # no floor makes a segment larger than we can send
    ],
)
def test_a_tiny_mss(profile: Profile, offered: int, effective: int) -> None:
    tcp = connected(profile, MaximumSegmentSize(offered))
    assert tcp.tcb.agreed.mss == effective
    tcp.user_sends(b"x" * 1000)
    tcp.expect(".", seq=1, ack=1, data=b"x" * effective)
    tcp.sent.clear()


@pytest.mark.row("S01")
def test_a_tiny_mss_leaves_room_for_one_octet_beside_the_options() -> None:
    assert connected(EVERYTHING, MaximumSegmentSize(5), Timestamps(1, 0)).tcb.agreed.mss == 1


@pytest.mark.row("S01")
def test_the_mss_over_ipv6_is_twenty_less() -> None:
    pair = SocketPair("2001:db8::1", 40_000, "2001:db8::2", 80)
    tcb = Tcb(pair, RFC9293, passive=False)
    syn = next(effect for effect in open_active(tcb, 0, 100) if isinstance(effect, Segment))
    assert syn.options == (MaximumSegmentSize(1440),)
    segment_arrives(tcb, Segment(*pair.reverse, 300, 101, parse_flags("S."), WINDOW, b"", syn.options), 0)
    assert tcb.agreed.mss == 1440
    listening = Tcb(pair, RFC9293, passive=True)
    open_passive(listening)
    effects = segment_arrives(
        listening, Segment(*pair.reverse, 300, 0, parse_flags("S"), WINDOW, b"", (MaximumSegmentSize(9000),)), 0, 100
    )
    syn_ack = next(effect for effect in effects if isinstance(effect, Segment))
    assert syn_ack.options == (MaximumSegmentSize(1440),)
    assert listening.agreed.mss == 1440


@pytest.mark.row("S01")
def test_the_default_over_ipv6() -> None:
    pair = SocketPair("2001:db8::1", 40_000, "2001:db8::2", 80)
    tcb = Tcb(pair, RFC9293, passive=False)
    open_active(tcb, 0, 100)
    segment_arrives(tcb, Segment(*pair.reverse, 300, 101, parse_flags("S."), WINDOW), 0)
    assert tcb.state is State.ESTABLISHED
    assert tcb.agreed.mss == 1220


@pytest.mark.row("S01")
def test_timestamps_take_room_from_the_data() -> None:
    tcp = connected(EVERYTHING, MaximumSegmentSize(1000), Timestamps(1, 0))
    tcp.user_sends(b"x" * 3000)
    tcp.expect(".", seq=1, ack=1, data=b"x" * 988)
    tcp.sent.clear()


@pytest.mark.row("A12")
def test_an_mss_in_any_other_segment_means_nothing(established: Dialogue) -> None:
    with established.unchanged(but=("snd_wl1",)):
        established.peer_says(".", seq=1, ack=1, options=(MaximumSegmentSize(88), UnknownOption(99, b"")))


# ---- window scale ------------------------------------------------------------------------------------------


@pytest.mark.row("S02")
@pytest.mark.parametrize(
    ("ours", "theirs", "shift"), [(7, 3, 3), (7, None, 0), (None, 3, 0), (7, 15, 14), (0, 200, 14)]
)
def test_windows_are_scaled_when_both_offered(ours: int | None, theirs: int | None, shift: int) -> None:
    offered = () if theirs is None else (WindowScale(theirs),)
    tcp = connected(RFC9293.with_changes(window_scale=ours), *offered, wnd=1000)
    assert tcp.tcb.snd_wnd == 1000  # never in a SYN
    tcp.peer_says(".", seq=1, ack=1, wnd=1000)
    assert tcp.tcb.snd_wnd == 1000 << shift
    tcp.user_sends(b"x")
    both = ours is not None and theirs is not None
    tcp.expect("P.", seq=1, ack=1, data=b"x", wnd=65_535 >> (ours or 0) if both else 65_535)


@pytest.mark.row("S02")
def test_the_window_of_a_syn_ack_of_ours_is_not_scaled() -> None:
    tcp = Dialogue(profile=EVERYTHING)
    tcp.user_listens()
    tcp.peer_says("S", seq=0, options=(WindowScale(3),))
    tcp.expect("S.", seq=0, ack=1, wnd=65_535)
    tcp.peer_says(".", seq=1, ack=1, data=b"x")
    tcp.expect(".", seq=1, ack=2, wnd=65_534 >> 7)


# ---- SACK --------------------------------------------------------------------------------------------------


def test_what_lies_above_holes_is_reported() -> None:
    tcp = connected(EVERYTHING, SackPermitted())
    # RFC 2018 §4: first the block with the segment that triggered the ACK, then the most recently reported.
    for seq, report in (
        (3, [(3, 4)]),
        (5, [(5, 6), (3, 4)]),
        (4, [(3, 6)]),
        (9, [(9, 10), (3, 6)]),
        (7, [(7, 8), (9, 10), (3, 6)]),
        (4, [(3, 6), (7, 8), (9, 10)]),  # once more
        (11, [(11, 12), (3, 6), (7, 8), (9, 10)]),  # four find room where there are no timestamps
    ):
        tcp.peer_says(".", seq=seq, ack=1, data=b"x")
        blocks = tuple(((tcp.irs + left) & MASK, (tcp.irs + right) & MASK) for left, right in report)
        tcp.expect(".", seq=1, ack=1, options=(NoOperation(), NoOperation(), Sack(blocks)))
    tcp.peer_says(".", seq=1, ack=1, data=b"xx")  # it fills a hole: what is left is reported as before
    blocks = tuple(((tcp.irs + left) & MASK, (tcp.irs + right) & MASK) for left, right in ((11, 12), (7, 8), (9, 10)))
    tcp.expect(".", seq=1, ack=6, options=(NoOperation(), NoOperation(), Sack(blocks)))


@pytest.mark.row("S01")
@pytest.mark.parametrize("stamps", [(), (Timestamps(0, 0),)])
def test_what_is_reported_takes_room_from_the_data(stamps: tuple[Option, ...]) -> None:
    """§3.7.1 MUST-16: no segment is longer than the path allows, headers and options counted."""
    tcp = connected(EVERYTHING, MaximumSegmentSize(100), SackPermitted(), *stamps)
    tcp.peer_says(".", seq=3, ack=1, data=b"x", options=stamps)
    tcp.expect(".", seq=1, ack=1)
    tcp.user_sends(b"y" * 100)
    full = 100 - 12 - 12 * len(stamps)
    first = tcp.expect(".", seq=1, ack=1, data=b"y" * full)
    assert Sack((((tcp.irs + 3) & MASK, (tcp.irs + 4) & MASK),)) in first.options
    tcp.expect_nothing()
    tcp.peer_says(".", seq=1, ack=1 + full, data=b"xx", options=stamps)  # there is no hole any more
    tcp.expect("P.", seq=1 + full, ack=4, data=b"y" * (100 - full))
    tcp.peer_says(".", seq=4, ack=101, options=stamps)
    tcp.expect_nothing()
    tcp.user_sends(b"z" * 100)
    assert len(tcp.sent[0][2].payload) == 100 - 12 * len(stamps)
    tcp.sent.clear()


@pytest.mark.row("S01")
def test_what_finds_no_room_beside_a_full_segment_that_is_sent_again_waits() -> None:
    tcp = connected(EVERYTHING.with_changes(duplicate_sack=True), MaximumSegmentSize(100), SackPermitted())
    tcp.user_sends(b"y" * 100)
    tcp.expect("P.", seq=1, ack=1, data=b"y" * 100)
    tcp.peer_says(".", seq=3, ack=1, data=b"x")
    tcp.expect(".", seq=1 + 100, ack=1)
    tcp.time_passes(SECOND)
    tcp.expect("P.", seq=1, ack=1, data=b"y" * 100, options=())
    tcp.peer_says(".", seq=5, ack=1, data=b"x")
    blocks = tuple(((tcp.irs + left) & MASK, (tcp.irs + right) & MASK) for left, right in ((5, 6), (3, 4)))
    tcp.expect(".", seq=1 + 100, ack=1, options=(NoOperation(), NoOperation(), Sack(blocks)))


def test_an_mss_without_room_for_a_report_has_room_for_an_octet() -> None:
    tcp = connected(EVERYTHING, MaximumSegmentSize(8), SackPermitted())
    tcp.peer_says(".", seq=3, ack=1, data=b"x")
    tcp.expect(".", seq=1, ack=1)
    tcp.user_sends(b"yz")
    tcp.expect(".", seq=1, ack=1, data=b"y", options=())
    tcp.expect("P.", seq=2, ack=1, data=b"z", options=())


def test_without_agreement_nothing_is_reported(established: Dialogue) -> None:
    established.peer_says(".", seq=3, ack=1, data=b"x")
    established.expect(".", seq=1, ack=1, options=())


@pytest.mark.row("S02")
@pytest.mark.parametrize(("buffer", "shift"), [(1 << 11, 10), ((1 << 11) - 1, 9), (400, 7), (2, 0), (1, 0), (0, 0)])
def test_a_buffer_is_two_units_of_the_scale_at_least(buffer: int, shift: int) -> None:
    """With less, a window that is open would be told as shut, for ever."""
    profile = RFC9293.with_changes(window_scale=10, receive_buffer=buffer)
    tcp = Dialogue(profile=profile)
    tcp.user_opens()
    assert tcp.expect("S", seq=0).option(WindowScale) == WindowScale(shift)
    tcp.peer_says("S.", seq=0, ack=1, options=(WindowScale(3),))
    tcp.expect(".", seq=1, ack=1, wnd=buffer >> shift)
    assert f"wscale {shift}>" in answered(profile, WindowScale(3))


# ---- timestamps --------------------------------------------------------------------------------------------


def stamped(value: int, echo: int = 0) -> tuple[Option, ...]:
    return (NoOperation(), NoOperation(), Timestamps(value, echo))


@pytest.mark.row("S04")
def test_every_segment_carries_them_and_echoes_the_peers() -> None:
    tcp = connected(EVERYTHING, *stamped(500))
    tcp.time_passes(30 * MS)
    tcp.peer_says("P.", seq=1, ack=1, data=b"x", options=stamped(530))
    tcp.expect(".", seq=1, ack=2, options=stamped(30, 530))
    tcp.user_sends(b"y")
    tcp.expect("P.", seq=1, ack=2, data=b"y", options=stamped(30, 530))
    tcp.peer_says("F.", seq=2, ack=2, options=stamped(560))
    tcp.expect(".", seq=2, ack=3, options=stamped(30, 560))


@pytest.mark.row("S04")
def test_a_segment_without_is_dropped_silently() -> None:
    tcp = connected(EVERYTHING, *stamped(500))
    with tcp.unchanged():
        tcp.peer_says("P.", seq=1, ack=1, data=b"x")
    tcp.expect_nothing()
    tcp.expect_dropped(drops.NO_TIMESTAMP)


@pytest.mark.row("S05")
def test_paws() -> None:
    tcp = connected(EVERYTHING, *stamped(500))
    with tcp.unchanged():
        tcp.peer_says("P.", seq=1, ack=1, data=b"old", options=stamped(499))
    tcp.expect(".", seq=1, ack=1, options=stamped(0, 500))
    tcp.expect_dropped(drops.TIMESTAMP_TOO_OLD)


@pytest.mark.row("S05")
def test_paws_over_the_wrap_of_the_clock() -> None:
    tcp = connected(EVERYTHING, *stamped(0xFFFF_FFFF))
    tcp.peer_says("P.", seq=1, ack=1, data=b"new", options=stamped(1))
    tcp.expect(".", seq=1, ack=4, options=stamped(0, 1))


@pytest.mark.row("S05")
@pytest.mark.parametrize(("days", "believed"), [(23, False), (24, True), (30, True)])
def test_after_24_days_of_silence_a_timestamp_proves_nothing(days: int, believed: bool) -> None:
    """RFC 7323 §5.5: the peer's clock may have come half round. Two ends would refuse each other for ever."""
    tcp = connected(EVERYTHING, *stamped(500))
    tcp.time_passes(days * 24 * HOUR)
    tcp.peer_says("P.", seq=1, ack=1, data=b"hello", options=stamped(499))
    tcp.expect(".", seq=1, ack=6 if believed else 1)
    tcp.expect_dropped(*([] if believed else [drops.TIMESTAMP_TOO_OLD]))


@pytest.mark.row("S05")
def test_what_was_heard_after_them_proves_something_again() -> None:
    tcp = connected(EVERYTHING, *stamped(500))
    tcp.time_passes(24 * 24 * HOUR)
    tcp.peer_says("P.", seq=1, ack=1, data=b"hello", options=stamped(499))
    tcp.expect(".", seq=1, ack=6)
    tcp.peer_says("P.", seq=6, ack=1, data=b"old", options=stamped(498))
    tcp.expect(".", seq=1, ack=6)
    tcp.expect_dropped(drops.TIMESTAMP_TOO_OLD)


@pytest.mark.row("S05")
@pytest.mark.parametrize("options", [(), stamped(1)])
def test_a_reset_is_exempt(options: tuple[Option, ...]) -> None:
    tcp = connected(EVERYTHING, *stamped(500))
    tcp.peer_says("R", seq=1, options=options)
    tcp.expect_state(State.CLOSED)


@pytest.mark.row("S05")
@pytest.mark.row("A18")
def test_at_a_window_of_zero_an_old_duplicate_acknowledges_nothing() -> None:
    """There the ACK field of what is refused counts (MUST-66), but PAWS comes first."""
    tcp = connected(RFC9293.with_changes(timestamps=True, receive_buffer=5), *stamped(500))
    tcp.peer_says(".", seq=1, ack=1, data=b"hello", options=stamped(510))
    tcp.expect(".", seq=1, ack=6, wnd=0)
    tcp.user_sends(b"x")
    tcp.expect("P.", seq=1, ack=6, data=b"x")
    with tcp.unchanged():
        tcp.peer_says(".", seq=6, ack=2, data=b"probe", options=stamped(509))
    tcp.expect(".", seq=2, ack=6, wnd=0)
    tcp.expect_dropped(drops.OUTSIDE_WINDOW, drops.TIMESTAMP_TOO_OLD)
    with tcp.unchanged():
        tcp.peer_says(".", seq=6, ack=2, data=b"probe")  # without a timestamp: not even answered
    tcp.expect_nothing()
    tcp.expect_dropped(drops.OUTSIDE_WINDOW, drops.NO_TIMESTAMP)
    tcp.peer_says(".", seq=6, ack=2, data=b"probe", options=stamped(511))
    tcp.expect(".", seq=2, ack=6, wnd=0)
    tcp.expect_timers()


@pytest.mark.row("Q07")
@pytest.mark.row("J10")
def test_a_syn_ack_without_a_timestamp_measures_nothing() -> None:
    """Figure 7: the SYN and the SYN-ACK of a simultaneous open have one number, and no echo tells them apart."""
    tcp = Dialogue(profile=RFC9293.with_changes(timestamps=True, figure_7=True))
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.peer_says("S", seq=0, options=stamped(500))
    tcp.expect("S.", seq=0, ack=1)
    tcp.time_passes(100 * MS)
    tcp.peer_says("S.", seq=0, ack=1)
    tcp.expect(".", seq=1, ack=1)
    tcp.expect_state(State.ESTABLISHED)
    assert tcp.tcb.rto.srtt == -1


@pytest.mark.row("S06")
def test_what_comes_out_of_order_is_not_echoed() -> None:
    tcp = connected(EVERYTHING, *stamped(500))
    tcp.peer_says(".", seq=2, ack=1, data=b"2", options=stamped(600))
    ack = tcp.expect(".", seq=1, ack=1)
    assert ack.option(Timestamps) == Timestamps(0, 500)
    tcp.peer_says(".", seq=1, ack=1, data=b"1", options=stamped(550))
    ack = tcp.expect(".", seq=1, ack=3)
    assert ack.option(Timestamps) == Timestamps(0, 550)


@pytest.mark.row("S06")
@with_profile(timestamps=True, delayed_ack=200 * MS)
def test_while_an_ack_is_delayed_the_earlier_stamp_is_echoed(closed: Dialogue) -> None:
    """RFC 7323 §4.3: TS.Recent moves only for a segment at or before Last.ACK.sent."""
    closed.user_opens()
    closed.expect("S", seq=0)
    closed.peer_says("S.", seq=0, ack=1, options=stamped(500))
    closed.expect(".", seq=1, ack=1)
    closed.peer_says("P.", seq=1, ack=1, data=b"1", options=stamped(510))
    closed.peer_says("P.", seq=2, ack=1, data=b"2", options=stamped(520))
    closed.time_passes(200 * MS)
    ack = closed.expect(".", seq=1, ack=3)
    assert ack.option(Timestamps).echo == 510


@pytest.mark.row("K12")
@pytest.mark.row("S06")
@pytest.mark.parametrize(
    ("flags", "seq", "ack"),
    [(".", 1, 2), ("R", 2, None), ("S", 1, None), ("-", 1, None)],
    ids=["ACK of the future", "RST in the window", "SYN in the window", "no ACK bit"],
)
def test_what_is_refused_is_not_echoed(flags: str, seq: int, ack: int | None) -> None:
    tcp = connected(EVERYTHING, *stamped(500))
    tcp.peer_says(flags, seq=seq, ack=ack, data=b"x" if flags == "." else b"", options=stamped(600))
    if flags != "-":
        tcp.expect(".", seq=1, ack=1, options=stamped(0, 500))
    assert tcp.tcb.ts_recent == 500
    tcp.peer_says("P.", seq=1, ack=1, data=b"x", options=stamped(550))  # and so is no measure for what follows
    tcp.expect(".", seq=1, ack=2, options=stamped(0, 550))


@pytest.mark.row("S06")
def test_the_last_acknowledgment_before_time_wait_counts() -> None:
    """RFC 6191 judges a new SYN by it."""
    tcp = connected(EVERYTHING, *stamped(500))
    tcp.user_closes()
    tcp.expect("F.", seq=1, ack=1)
    tcp.peer_says("F.", seq=1, ack=1, options=stamped(510))
    tcp.expect(".", seq=2, ack=2, options=stamped(0, 510))
    tcp.peer_says(".", seq=2, ack=2, options=stamped(520))
    tcp.expect_state(State.TIME_WAIT)
    assert tcp.tcb.ts_recent == 520


@pytest.mark.row("Q07")
@pytest.mark.row("Q12")
@pytest.mark.parametrize(("echo", "srtt"), [(50, 1_200 * MS), (1_050, 200 * MS), (9_999, 0)])
def test_by_its_echo_a_segment_sent_again_is_measured(echo: int, srtt: int) -> None:
    """Karn's exception: the echo tells which of the two was acknowledged; one of the future (forged) tells nothing."""
    tcp = connected(RFC9293.with_changes(timestamps=True), *stamped(500))
    assert tcp.tcb.rto.srtt == 0
    tcp.time_passes(50 * MS)
    tcp.user_sends(b"x")
    tcp.expect("P.", seq=1, ack=1, data=b"x", options=stamped(50, 500))
    tcp.time_passes(SECOND)
    tcp.expect("P.", seq=1, ack=1, data=b"x", options=stamped(1_050, 500))
    assert tcp.tcb.rto.rto == 2 * SECOND
    tcp.time_passes(200 * MS)
    tcp.peer_says(".", seq=1, ack=2, options=stamped(600, echo))
    assert tcp.tcb.rto.srtt == srtt // 8  # the mean moves by an eighth
    assert (tcp.tcb.rto.rto == 2 * SECOND) is (echo == 9_999)


@pytest.mark.row("Q07")
def test_what_acknowledges_nothing_new_measures_nothing() -> None:
    tcp = connected(RFC9293.with_changes(timestamps=True), *stamped(500))
    tcp.user_sends(b"x")
    tcp.expect("P.", seq=1, ack=1, data=b"x")
    tcp.time_passes(SECOND)
    tcp.expect("P.", seq=1, ack=1, data=b"x")
    before = tcp.tcb.rto.copy()
    tcp.peer_says(".", seq=1, ack=1, options=stamped(600, 0))
    assert remembered(tcp.tcb.rto) == remembered(before)


@pytest.mark.row("Q07")
def test_a_syn_sent_again_is_measured_by_its_echo() -> None:
    tcp = Dialogue(profile=RFC9293.with_changes(timestamps=True))
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.time_passes(SECOND)
    tcp.expect("S", seq=0)
    tcp.time_passes(100 * MS)
    tcp.peer_says("S.", seq=0, ack=1, options=stamped(500, 1_000))
    tcp.expect(".", seq=1, ack=1)
    assert tcp.tcb.rto.srtt == 100 * MS


# ---- a whole stack's --------------------------------------------------------------------------------------


def test_linux_speaks_as_linux_does() -> None:
    tcp = Dialogue(profile=LINUX)
    tcp.user_opens()
    syn = tcp.expect("S", seq=0, wnd=64_240)
    assert options_notation(syn.options) == "<mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 10>"
    tcp.peer_says("S.", seq=0, ack=1, options=(MaximumSegmentSize(1460), *stamped(9), WindowScale(7), SackPermitted()))
    tcp.expect(".", seq=1, ack=1, wnd=64_240 >> 10)


def test_nothing_of_an_earlier_syn_is_agreed_on_later() -> None:
    tcp = to_syn_received(Dialogue(profile=EVERYTHING))
    assert not tcp.tcb.agreed.timestamps
    assert tcp.tcb.pair == PAIR
