"""Ways of BSD's that other stacks do not have, each a parameter: what freebsd-net's test suite asks of the endpoint."""

from typing import Any

import pytest
from dialogue import (
    Dialogue,
    to_closing,
    to_established,
    to_established_passively,
    to_fin_wait_1,
    to_last_ack,
    to_listen,
    to_syn_received,
    to_syn_sent,
    to_time_wait,
)

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.profiles import FREEBSD, MILLISECOND, RFC9293, SECOND
from tcpsim.tcp.states import State
from tcpsim.wire import (
    EndOfOptions,
    MaximumSegmentSize,
    Option,
    SackPermitted,
    Timestamps,
    options_notation,
    padded_options,
)

MSS = MaximumSegmentSize(1460)


def a_dialogue(**changes: Any) -> Dialogue:
    return Dialogue(profile=RFC9293.with_changes(**changes))


# ---- SYNs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "plain", "scaled"),
    [
        ({"syn_padding": "nop"}, "<mss 1460,nop,nop,sackOK>", "<mss 1460,nop,nop,sackOK,nop,wscale 6>"),
        (
            {"syn_padding": "eol", "window_scale_first": True},
            "<mss 1460,sackOK,eol,eol>",
            "<mss 1460,nop,wscale 6,sackOK,eol,eol>",
        ),
    ],
)
def test_what_fills_the_last_word_of_the_options(changes: dict[str, Any], plain: str, scaled: str) -> None:
    for scale, options in ((None, plain), (6, scaled)):
        tcp = a_dialogue(sack=True, window_scale=scale, **changes)
        tcp.user_opens()
        assert options_notation(padded_options(tcp.expect("S", seq=0).options)) == options


@pytest.mark.row("S01")
@pytest.mark.parametrize(("changes", "others"), [({}, "<>"), ({"sack": True}, "<nop,nop,sackOK>")])
def test_a_syn_need_not_say_how_long_segments_may_be(changes: dict[str, Any], others: str) -> None:
    """Nor does it when it is sent again with the MSS alone."""
    tcp = a_dialogue(offer_mss=False, syn_option_retries=0, **changes)
    tcp.user_opens()
    assert options_notation(tcp.expect("S", seq=0).options) == others
    tcp.time_passes(SECOND)
    assert tcp.expect("S", seq=0).options == ()
    tcp = a_dialogue(offer_mss=False, **changes)
    tcp.user_listens()
    tcp.peer_says("S", seq=0, options=(MSS, SackPermitted()))
    assert options_notation(tcp.expect("S.", seq=0, ack=1).options) == others


def test_options_that_end_in_padding_are_understood() -> None:
    tcp = a_dialogue(sack=True)
    tcp.user_listens()
    tcp.peer_says("S", seq=0, options=(MSS, SackPermitted(), EndOfOptions(), EndOfOptions()))
    tcp.expect("S.", seq=0, ack=1)
    assert tcp.tcb.agreed.sack


@pytest.mark.parametrize("state", [State.LISTEN, State.SYN_SENT, State.ESTABLISHED, State.TIME_WAIT])
@pytest.mark.parametrize("seq", [-2, 0, 1, 2, 1000, 70_000])
def test_a_syn_with_a_fin_is_dropped_in_every_state(state: State, seq: int) -> None:
    ways = {
        State.LISTEN: to_listen,
        State.SYN_SENT: to_syn_sent,
        State.ESTABLISHED: to_established,
        State.TIME_WAIT: to_time_wait,
    }
    tcp = ways[state](a_dialogue(syn_fin="drop-always"))
    tcp.peer_says("SF", seq=seq, iss=tcp.iss + 100_000)
    tcp.expect_nothing()
    tcp.expect_dropped(drops.SYN_FIN_IN_LISTEN if state is State.LISTEN else drops.SYN_FIN)
    tcp.expect_state(state)


@pytest.mark.row("H02")
def test_a_listener_says_nothing_to_a_syn_ack_and_resets_an_ack() -> None:
    tcp = to_listen(a_dialogue(syn_ack_in_listen="drop"))
    tcp.peer_says("S.", seq=17, ack=34)
    tcp.expect_nothing()
    tcp.expect_dropped(drops.SYN_ACK_IN_LISTEN)
    tcp.peer_says(".", seq=17, ack=34)
    tcp.expect_reset(seq=34)


# ---- text with a SYN -----------------------------------------------------------------------------------------------


@pytest.mark.row("H04")
@pytest.mark.parametrize("delayed_ack", [None, 40 * MILLISECOND])
def test_the_text_of_a_crossing_syn_is_queued_and_acknowledged_when_it_is_handed_over(delayed_ack: int | None) -> None:
    tcp = to_syn_sent(a_dialogue(syn_data="queue", delayed_ack=delayed_ack))
    tcp.peer_says("S", seq=0, data=b"hey")
    tcp.expect("S.", seq=0, ack=1)
    assert not tcp.tcb.readable
    tcp.peer_says(".", seq=4, ack=1)
    tcp.expect_delivered(3)
    if delayed_ack is not None:
        tcp.expect_nothing()
        tcp.time_passes(delayed_ack)
    tcp.expect(".", seq=1, ack=4, wnd=65_535 - 3)
    assert tcp.user_receives() == b"hey"


@pytest.mark.row("H04")
def test_the_text_of_a_syn_for_a_listener_is_not_queued() -> None:
    tcp = to_listen(a_dialogue(syn_data="queue"))
    tcp.peer_says("S", seq=0, data=b"hey")
    tcp.expect("S.", seq=0, ack=1)
    tcp.peer_says(".", seq=1, ack=1)
    tcp.expect_nothing()
    tcp.expect_delivered(0)


# ---- windows -------------------------------------------------------------------------------------------------------


def test_a_listener_takes_no_more_than_its_syn_ack_has_offered() -> None:
    """The window field of a SYN is not scaled (RFC 7323 §2.2): what is beyond 65,535 nobody was offered."""
    tcp = to_syn_received(a_dialogue(receive_buffer=100_000))
    tcp.peer_says("R", seq=1 + 65_535)
    tcp.expect_dropped(drops.RST_OUTSIDE_WINDOW)
    tcp.peer_says("R", seq=65_535)
    tcp.expect(".", seq=1, ack=1)
    tcp.expect_dropped(drops.RST_NOT_EXACT)


def test_the_whole_buffer_is_offered_once_windows_are_scaled() -> None:
    tcp = to_established_passively(a_dialogue(receive_buffer=100_000))
    assert tcp.tcb.rcv_wnd == 100_000


@pytest.mark.parametrize(
    ("mss", "octets"), [(1460, 45 * 1460), (1000, 66_000), (100_000, 45 * 1460)], ids=["1460", "1000", "more than ours"]
)
@pytest.mark.parametrize("way", ["active", "passive", "crossing"])
def test_the_buffers_are_whole_segments(way: str, mss: int, octets: int) -> None:
    tcp = a_dialogue(whole_segment_buffers=True, receive_buffer=65_536, send_buffer=32_768)
    options: tuple[Option, ...] = (MaximumSegmentSize(mss),)
    if way == "passive":
        to_listen(tcp)
        tcp.peer_says("S", seq=0, options=options)
        tcp.expect("S.", seq=0, ack=1)
        assert tcp.tcb.rcv_wnd == 65_535
        tcp.peer_says(".", seq=1, ack=1)
    else:
        to_syn_sent(tcp)
        tcp.peer_says("S" if way == "crossing" else "S.", seq=0, ack=1, options=options)
        tcp.expect("S." if way == "crossing" else ".", seq=0 if way == "crossing" else 1, ack=1)
    profile = tcp.tcb.profile
    assert (profile.receive_buffer, tcp.tcb.rcv_wnd, profile.send_buffer % min(mss, 1460)) == (octets, octets, 0)
    assert 32_768 <= profile.send_buffer < 32_768 + mss


@pytest.mark.parametrize(("takes_room", "edge"), [(True, 65_535), (False, 65_536)])
def test_a_fin_may_leave_the_window_as_wide_as_it_was(takes_room: bool, edge: int) -> None:
    tcp = to_established(a_dialogue(fin_takes_room=takes_room))
    tcp.peer_says("F.", seq=1, ack=1)
    tcp.expect(".", seq=1, ack=2, wnd=65_534 + (not takes_room))
    tcp.peer_says("R", seq=edge + 1)
    tcp.expect_dropped(drops.RST_OUTSIDE_WINDOW)
    tcp.peer_says("R", seq=edge)
    tcp.expect_challenge_ack()


# ---- closing -------------------------------------------------------------------------------------------------------


@pytest.mark.row("M08")
def test_the_acknowledgment_of_a_fin_that_crossed_ours_carries_ours_again() -> None:
    tcp = to_fin_wait_1(a_dialogue(fin_again_in_closing=True))
    deadline = tcp.tcb.timers[Timer.RETRANSMISSION]
    tcp.peer_says("F.", seq=1, ack=1)
    tcp.expect("F.", seq=1, ack=2)
    tcp.expect_nothing()
    tcp.expect_path(State.FIN_WAIT_1, State.CLOSING)
    assert tcp.tcb.timers[Timer.RETRANSMISSION] == deadline
    tcp.peer_says(".", seq=2, ack=2)
    tcp.expect_state(State.TIME_WAIT)


@pytest.mark.row("M08")
def test_a_fin_that_has_not_left_is_not_sent_again() -> None:
    """The window holds it back: the peer's FIN is acknowledged alone."""
    tcp = to_established(a_dialogue(fin_again_in_closing=True))
    tcp.peer_says(".", seq=1, ack=1, wnd=0)
    tcp.user_closes()
    tcp.expect_nothing()
    tcp.peer_says("F.", seq=1, ack=1, wnd=0)
    tcp.expect(".", seq=1, ack=2)
    tcp.expect_state(State.CLOSING)


@pytest.mark.row("K05")
@pytest.mark.parametrize("way", [to_closing, to_last_ack])
@pytest.mark.parametrize(("told", "for_good"), [(False, False), (True, False), (True, True)])
def test_who_is_told_of_a_reset_after_both_have_closed(way: Any, told: bool, for_good: bool) -> None:
    tcp = way(a_dialogue(reset_told_in_closing=told))
    if for_good:
        tcp.user_closes(for_good=True)
    tcp.peer_says("R", seq=2)
    tcp.expect_told(*[signals.CONNECTION_RESET] * (told and not for_good))
    tcp.expect_state(State.CLOSED)


# ---- TIME-WAIT -----------------------------------------------------------------------------------------------------


@pytest.mark.row("P04")
@pytest.mark.row("P05")
@pytest.mark.row("P06")
@pytest.mark.row("P13")
@pytest.mark.parametrize(
    ("flags", "seq", "ack", "data", "answered"),
    [
        (".", 2, 2, b"", False),  # the last acknowledgment once more
        (".", 3, 2, b"", True),
        (".", 1, 2, b"", True),
        (".", 2, 1, b"", True),
        (".", 2, 2, b"hey", True),
        ("F.", 1, 2, b"", True),
        ("F.", 2, 2, b"", True),
        ("S.", 2, 0, b"", True),
        ("F", 1, None, b"", False),
        ("S", 2, None, b"", False),
        ("R", 2, None, b"", False),
        ("R.", 2, 2, b"", False),
    ],
)
def test_what_is_answered_in_time_wait_has_an_ack_in_it(
    flags: str, seq: int, ack: int | None, data: bytes, answered: bool
) -> None:
    tcp = to_time_wait(a_dialogue(time_wait_answers="any-ack", syn_in_time_wait="by-number"))
    tcp.peer_says(flags, seq, ack, data, iss=tcp.iss + 100_000)
    if answered:
        tcp.expect(".", seq=2, ack=2)
    tcp.expect_nothing()
    tcp.expect_state(State.TIME_WAIT)


@pytest.mark.row("P03")
@pytest.mark.parametrize(("seq", "restarts"), [(1, True), (2, False)])
def test_there_too_the_same_fin_starts_2msl_again(seq: int, restarts: bool) -> None:
    tcp = to_time_wait(a_dialogue(time_wait_answers="any-ack"))
    tcp.time_passes(SECOND)
    tcp.peer_says("F.", seq=seq, ack=2)
    tcp.expect(".", seq=2, ack=2)
    tcp.expect_deadline(Timer.TIME_WAIT, after=2 * RFC9293.msl - (0 if restarts else SECOND))


@pytest.mark.row("P09")
@pytest.mark.row("P12")
@pytest.mark.parametrize(("seq", "opens"), [(1, False), (2, False), (3, True), (70_000, True)])
def test_a_syn_opens_time_wait_anew_by_its_number_alone(seq: int, opens: bool) -> None:
    """RCV.NXT itself is not higher than what was expected next, says this stack."""
    tcp = to_time_wait(a_dialogue(syn_in_time_wait="by-number"))
    tcp.peer_says("S", seq=seq, iss=tcp.iss + 100_000)
    if opens:
        tcp.expect("S.", seq=100_000, ack=seq + 1)
    tcp.expect_nothing()
    tcp.expect_state(State.SYN_RECEIVED if opens else State.TIME_WAIT)


def test_freebsd_does_all_of_this() -> None:
    tcp = to_closing(Dialogue(profile=FREEBSD))
    tcp.peer_says("R", seq=2)
    tcp.expect_told(signals.CONNECTION_RESET)
    tcp = to_time_wait(Dialogue(profile=FREEBSD))
    tcp.peer_says(".", seq=3, ack=2)
    tcp.expect(".", seq=2, ack=2)


# ---- what comes again ----------------------------------------------------------------------------------------------


@pytest.mark.row("M14")
@pytest.mark.parametrize(("counts", "state"), [(False, State.CLOSING), (True, State.TIME_WAIT)])
def test_the_ack_field_of_what_comes_again_may_count(counts: bool, state: State) -> None:
    """The peer sends its FIN again, and meanwhile has ours."""
    tcp = to_closing(a_dialogue(ack_of_duplicate=counts))
    tcp.peer_says("F.", seq=1, ack=2)
    tcp.expect(".", seq=2, ack=2)
    tcp.expect_state(state)


def test_in_last_ack_that_is_the_end() -> None:
    tcp = to_last_ack(a_dialogue(ack_of_duplicate=True))
    tcp.peer_says("F.", seq=1, ack=2)
    tcp.expect_nothing()
    tcp.expect_state(State.CLOSED)


@pytest.mark.parametrize("ack", [0, 1, 3], ids=["old", "the last", "of the future"])
def test_an_ack_that_acknowledges_nothing_new_does_not_count(ack: int) -> None:
    tcp = to_closing(a_dialogue(ack_of_duplicate=True))
    with tcp.unchanged():
        tcp.peer_says("F.", seq=1, ack=ack)
        tcp.expect(".", seq=2, ack=2)


def test_nor_one_that_comes_with_text_older_than_the_connection() -> None:
    tcp = to_syn_received(a_dialogue(ack_of_duplicate=True))
    tcp.peer_says(".", seq=-5, ack=1, data=b"hello")
    tcp.expect(".", seq=1, ack=1)
    tcp.expect_state(State.SYN_RECEIVED)


def test_a_timestamp_that_is_too_old_makes_it_an_old_duplicate() -> None:
    tcp = a_dialogue(ack_of_duplicate=True, timestamps=True)
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.peer_says("S.", seq=0, ack=1, options=(Timestamps(100, 0),))
    tcp.expect(".", seq=1, ack=1)
    tcp.user_closes()
    tcp.expect("F.", seq=1, ack=1)
    tcp.peer_says("F.", seq=1, ack=1, options=(Timestamps(100, 0),))
    tcp.expect(".", seq=2, ack=2)
    tcp.peer_says("F.", seq=1, ack=2, options=(Timestamps(99, 0),))
    tcp.expect(".", seq=2, ack=2)
    tcp.expect_nothing()
    tcp.expect_state(State.CLOSING)


# ---- acknowledging, and offering room ------------------------------------------------------------------------------


@pytest.mark.parametrize("pairs", [False, True])
def test_every_second_segment_is_acknowledged_at_once_however_small(pairs: bool) -> None:
    tcp = to_established(a_dialogue(delayed_ack=40 * MILLISECOND, ack_small_pairs=pairs))
    tcp.peer_says("P.", seq=1, ack=1, data=b"one")
    tcp.expect_nothing()
    tcp.peer_says("P.", seq=4, ack=1, data=b"two")
    if pairs:
        tcp.expect(".", seq=1, ack=7)
    tcp.expect_nothing()
    tcp.time_passes(40 * MILLISECOND)
    if not pairs:
        tcp.expect(".", seq=1, ack=7)
    tcp.expect_nothing()


@pytest.mark.parametrize("small", [False, True])
def test_a_little_room_may_be_offered_with_what_is_sent_anyway(small: bool) -> None:
    """RFC 9293 §3.8.6.2.2 (MUST-39) waits until there is room for one segment more."""
    tcp = to_established(a_dialogue(offer_small_room=small))
    tcp.peer_says("P.", seq=1, ack=1, data=b"hello")
    tcp.expect(".", seq=1, ack=6, wnd=65_530)
    tcp.user_receives()
    tcp.expect_nothing()
    tcp.user_sends(b"ok")
    tcp.expect("P.", seq=1, ack=6, data=b"ok", wnd=65_535 if small else 65_530)


@pytest.mark.row("R04")
@pytest.mark.parametrize(
    ("came", "reads", "half_shut", "quarter"),
    [
        (9_000, [4_999], [], []),  # of 20,000: neither less than half was offered, nor does a quarter open
        (9_000, [5_000], [], [16_000]),
        (9_000, [2_500, 2_499, 1], [], [16_000]),  # bit by bit
        (12_000, [4_000], [12_000], []),
        (19_000, [1_100], [2_100], []),  # not room for two segments more
        (19_000, [1_200], [2_200], [2_200]),
        (19_000, [599], [], []),  # not even one segment more
    ],
)
def test_how_much_room_is_worth_a_segment(
    came: int, reads: list[int], half_shut: list[int], quarter: list[int]
) -> None:
    for policy, told in (("half-shut", half_shut), ("quarter", quarter)):
        tcp = to_established(a_dialogue(window_update=policy, receive_buffer=20_000, mss_default=600))
        tcp.peer_says("P.", seq=1, ack=1, data=b"x" * came)
        tcp.expect(".", seq=1, ack=came + 1, wnd=20_000 - came)
        for octets in reads:
            tcp.expect_nothing()
            tcp.user_receives(octets)
        for window in told:
            tcp.expect(".", seq=1, ack=came + 1, wnd=window)
        tcp.expect_nothing()


def test_an_acknowledgment_that_is_due_tells_of_it() -> None:
    tcp = to_established(a_dialogue(window_update="quarter", receive_buffer=4_000, delayed_ack=40 * MILLISECOND))
    tcp.peer_says("P.", seq=1, ack=1, data=b"x" * 3_000)
    tcp.user_receives()
    tcp.expect_nothing()
    tcp.time_passes(40 * MILLISECOND)
    tcp.expect(".", seq=1, ack=3_001, wnd=4_000)
    tcp.peer_says("P.", seq=3_001, ack=1, data=b"x" * 3_000)
    tcp.time_passes(40 * MILLISECOND)
    tcp.expect(".", seq=1, ack=6_001, wnd=1_000)
    tcp.user_receives()
    tcp.expect(".", seq=1, ack=6_001, wnd=4_000)


@pytest.mark.row("R04")
@pytest.mark.parametrize("small", [False, True])
def test_a_window_without_room_for_a_segment_is_never_offered_nor_an_update_lost(small: bool) -> None:
    """However little is read at a time: a peer that may be waiting is told as soon as there is room for a segment."""
    tcp = to_established(a_dialogue(offer_small_room=small, receive_buffer=10_000, mss_default=1_000))
    tcp.peer_says("P.", seq=1, ack=1, data=b"x" * 10_000)
    tcp.expect(".", seq=1, ack=10_001, wnd=0)
    for told in (1_000, 2_000, 3_000):
        for _ in range(9):
            tcp.user_receives(100)
            tcp.expect_nothing()
        tcp.user_receives(100)
        tcp.expect(".", seq=1, ack=10_001, wnd=told)
    tcp.user_receives(100)
    tcp.expect_nothing()
    tcp.user_sends(b"ok")
    tcp.expect("P.", seq=1, ack=10_001, data=b"ok", wnd=3_100 if small else 3_000)
