"""ESTABLISHED: data goes both ways (RFC 9293 §3.10.7.4). What all synchronized states share is asked of each here."""

import pytest
from dialogue import WINDOW, Dialogue, to_established, to_established_passively, with_profile

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.states import State
from tcpsim.wire import MASK

SYNCHRONIZED = ("established", "fin_wait_1", "fin_wait_2", "close_wait", "closing", "last_ack", "time_wait")
OPEN_PEER = ("established", "fin_wait_1", "fin_wait_2")


@pytest.fixture
def synchronized(request: pytest.FixtureRequest, closed: Dialogue) -> Dialogue:
    request.getfixturevalue(request.param)  # which walks there from `closed`
    return closed


def in_each_of(*states: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("synchronized", states, indirect=True)


def rcv_nxt(tcp: Dialogue) -> int:
    return (tcp.tcb.rcv_nxt - tcp.irs) & MASK


def snd_nxt(tcp: Dialogue) -> int:
    return (tcp.tcb.snd_nxt - tcp.iss) & MASK


# ---- first, the sequence number ----------------------------------------------------------------------------


@pytest.mark.row("K01")
@pytest.mark.row("K03")
@pytest.mark.row("A17")
@pytest.mark.row("A19")
@pytest.mark.row("O01")
@pytest.mark.row("P05")
@in_each_of(*SYNCHRONIZED)
def test_what_lies_outside_the_window_is_answered_with_an_ack(synchronized: Dialogue) -> None:
    tcp = synchronized
    window = tcp.tcb.rcv_wnd
    just_left, wholly_old, up_to_the_edge, far_left = (-1, 0), (-10, 5), (-5, 5), (-100_000, 3)
    at_the_edge, beyond_the_edge, far_right = (window, 0), (window, 3), (1 << 30, 3)
    for offset, octets in (
        *(just_left, wholly_old, up_to_the_edge, far_left),
        *(at_the_edge, beyond_the_edge, far_right),
    ):
        for ack in (snd_nxt(tcp), None):  # each time: the peer may have lost the last answer, too
            with tcp.unchanged():
                tcp.peer_says("." if ack else "-", seq=rcv_nxt(tcp) + offset, ack=ack, data=b"x" * octets, wnd=9)
            tcp.expect_challenge_ack()
            old = octets and offset < 0
            tcp.expect_dropped(drops.ALREADY_RECEIVED if old else drops.OUTSIDE_WINDOW)


@pytest.mark.row("A17")
@in_each_of(*SYNCHRONIZED)
@pytest.mark.parametrize("offset", [0, 1, 65_534])
def test_an_empty_segment_anywhere_in_the_window_is_acceptable(synchronized: Dialogue, offset: int) -> None:
    tcp = synchronized
    offset = min(offset, tcp.tcb.rcv_wnd - 1)  # the last number in the window; the right edge is the one behind it
    una = (tcp.tcb.snd_una - tcp.iss) & MASK
    with tcp.unchanged(but=("snd_wl1", "duplicate_acks")):
        tcp.peer_says(".", seq=rcv_nxt(tcp) + offset, ack=una)
    tcp.expect_nothing()
    tcp.expect_dropped()


@pytest.mark.row("A19")
@with_profile(receive_buffer=10)
@pytest.mark.parametrize(
    ("seq", "data", "ack", "delivered"),
    [
        (-3, b"?!?!a", 2, b"a"),  # only its last octet is in the window
        (-3, b"?!?!abcdefghij", 11, b"abcdefghij"),  # its last is the last that finds room
        (1, b"abcdefghijklm", 11, b"abcdefghij"),  # only its first is the first of the window
        (10, b"jklm", 1, b""),  # only its first is in the window, as the last: held, above a hole
    ],
)
def test_a_segment_with_one_end_in_the_window_is_acceptable(
    established: Dialogue, seq: int, data: bytes, ack: int, delivered: bytes
) -> None:
    established.peer_says(".", seq=seq, ack=1, data=data)
    established.expect(".", seq=1, ack=ack, wnd=11 - ack)
    established.expect_dropped()
    established.expect_delivered(len(delivered))
    if seq == 10:
        established.peer_says(".", seq=1, ack=1, data=b"abcdefghi")
        established.expect(".", seq=1, ack=11, wnd=0)
        delivered = b"abcdefghij"
    assert established.user_receives() == delivered
    established.sent.clear()  # a window update


@pytest.mark.row("K03")
@pytest.mark.row("T03")
def test_old_data_is_acknowledged_again_each_time(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"hello")
    established.expect(".", seq=1, ack=6)
    for _ in range(50):
        with established.unchanged():
            established.peer_says(".", seq=1, ack=1, data=b"hello")
        established.expect(".", seq=1, ack=6)


@pytest.mark.row("K02")
@in_each_of(*SYNCHRONIZED)
@pytest.mark.parametrize("flags", ["R", "R."])
@pytest.mark.parametrize("offset", [-1, 65_535, -70_000, 1 << 31])
def test_a_reset_outside_the_window_is_dropped_silently(synchronized: Dialogue, flags: str, offset: int) -> None:
    tcp = synchronized
    with tcp.unchanged():
        tcp.peer_says(flags, seq=rcv_nxt(tcp) + offset, ack=snd_nxt(tcp) if "." in flags else None)
    tcp.expect_nothing()
    tcp.expect_dropped(drops.RST_OUTSIDE_WINDOW)


@pytest.mark.row("A16")
@pytest.mark.row("A18")
@pytest.mark.row("R03")
@with_profile(receive_buffer=5)
def test_a_window_of_zero(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"hello")
    established.expect(".", seq=1, ack=6, wnd=0)
    established.peer_says(".", seq=6, ack=1)  # empty, at RCV.NXT: acceptable
    established.expect_nothing()
    established.expect_dropped()
    for seq in (5, 7):  # empty, and anywhere else
        with established.unchanged():
            established.peer_says(".", seq=seq, ack=1)
        established.expect(".", seq=1, ack=6, wnd=0)
        established.expect_dropped(drops.OUTSIDE_WINDOW)
    for flags, data in ((".", b"x"), ("F.", b"")):  # a probe; a FIN, which needs room as well: not even at RCV.NXT
        with established.unchanged():
            established.peer_says(flags, seq=6, ack=1, data=data)
        established.expect(".", seq=1, ack=6, wnd=0)
        established.expect_dropped(drops.OUTSIDE_WINDOW)
        established.expect_delivered(0)


@pytest.mark.row("A18")
@with_profile(receive_buffer=5)
@pytest.mark.parametrize("text", [b"", b"more"])
def test_a_window_of_zero_still_takes_a_reset(established: Dialogue, text: bytes) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"hello")
    established.expect(".", seq=1, ack=6, wnd=0)
    established.peer_says("R", seq=6, data=text)
    established.expect_told(signals.CONNECTION_RESET)


@pytest.mark.row("A18")
@with_profile(receive_buffer=5)
def test_a_window_of_zero_still_takes_acknowledgments(established: Dialogue) -> None:
    established.user_sends(b"abc")
    established.expect("P.", seq=1, ack=1, data=b"abc")
    established.peer_says(".", seq=1, ack=1, data=b"hello")
    established.expect(".", seq=4, ack=6, wnd=0)
    established.peer_says("F.", seq=6, ack=4, data=b"more", wnd=77)
    established.expect(".", seq=4, ack=6, wnd=0)
    assert not established.tcb.outgoing.retransmission_queue
    assert established.tcb.snd_wnd == 77
    established.peer_says(".", seq=6, ack=5, data=b"more")  # and refuses those of the future
    established.expect_challenge_ack()
    established.expect_dropped(drops.OUTSIDE_WINDOW, drops.ACK_OF_FUTURE)


@pytest.mark.row("A20")
def test_what_straddles_the_whole_window_is_refused_to_the_letter(established: Dialogue) -> None:
    with established.unchanged():
        established.peer_says(".", seq=0, ack=1, data=b"x" * 65_540)
    established.expect_challenge_ack()


# ---- second, the RST bit -----------------------------------------------------------------------------------


@pytest.mark.row("K04")
@pytest.mark.row("K08")
@pytest.mark.row("W03")
@in_each_of(*OPEN_PEER, "close_wait")
@pytest.mark.parametrize("flags", ["R", "R."])
def test_a_reset_ends_it_and_the_user_is_told(synchronized: Dialogue, flags: str) -> None:
    tcp = synchronized
    tcp.peer_says(flags, seq=rcv_nxt(tcp), ack=-5 if "." in flags else None)  # its ACK field does not matter
    tcp.expect_nothing()
    tcp.expect_state(State.CLOSED)
    tcp.expect_told(signals.CONNECTION_RESET)
    assert signals.CONNECTION_RESET.errno == "ECONNRESET"
    assert not tcp.tcb.outgoing.retransmission_queue
    assert tcp.tcb.next_deadline() is None


@pytest.mark.row("K04")
def test_a_reset_flushes_all_queues(established: Dialogue) -> None:
    established.user_sends(b"x" * 100_000)
    established.sent.clear()
    established.peer_says("R", seq=1)
    established.expect_told(signals.CONNECTION_RESET)
    assert not established.tcb.outgoing.retransmission_queue
    assert established.tcb.outgoing.unsent == 0
    established.time_passes(10**9)
    established.expect_nothing()


@pytest.mark.row("K05")
@in_each_of("closing", "last_ack")
def test_a_reset_after_both_fins_ends_it_quietly(synchronized: Dialogue) -> None:
    tcp = synchronized
    tcp.peer_says("R", seq=rcv_nxt(tcp))
    tcp.expect_nothing()
    tcp.expect_state(State.CLOSED)
    tcp.expect_told()
    assert tcp.tcb.next_deadline() is None


@pytest.mark.row("K06")
@pytest.mark.row("T02")
@in_each_of(*SYNCHRONIZED)
@pytest.mark.parametrize("offset", [1, 65_000])
def test_a_reset_elsewhere_in_the_window_is_questioned(synchronized: Dialogue, offset: int) -> None:
    tcp = synchronized
    with tcp.unchanged(but=("challenges",)):
        tcp.peer_says("R", seq=rcv_nxt(tcp) + offset)
    tcp.expect_challenge_ack()
    tcp.expect_dropped(drops.RST_NOT_EXACT)


@pytest.mark.row("T02")
def test_a_genuine_peer_answers_the_challenge_with_an_exact_reset(established: Dialogue) -> None:
    established.peer_says("S", seq=4000)  # it has restarted
    challenge = established.expect(".", seq=1, ack=1)
    established.expect_nothing()
    established.peer_says(
        "R", seq=(challenge.ack - established.irs) & MASK
    )  # and CLOSED answers <SEQ=SEG.ACK><CTL=RST>
    established.expect_told(signals.CONNECTION_RESET)


@pytest.mark.row("K06")
@in_each_of(*SYNCHRONIZED)
@with_profile(rfc5961=False, rfc1337=False)
def test_without_rfc_5961_a_reset_in_the_window_is_believed(synchronized: Dialogue) -> None:
    synchronized.peer_says("R", seq=rcv_nxt(synchronized) + 1)
    synchronized.expect_nothing()
    synchronized.expect_state(State.CLOSED)


def test_the_last_octet_in_the_window_does_not_make_a_reset_exact(established: Dialogue) -> None:
    with established.unchanged():
        established.peer_says("R", seq=0, data=b"xyz")  # acceptable by its end, its number is old
    established.expect_nothing()
    established.expect_dropped(drops.RST_OUTSIDE_WINDOW)


@pytest.mark.row("K07")
def test_a_reset_may_carry_data_which_is_ignored(established: Dialogue) -> None:
    established.peer_says("R", seq=1, data=b"why")
    established.expect_delivered(0)
    established.expect_told(signals.CONNECTION_RESET)


# ---- fourth, the SYN bit -----------------------------------------------------------------------------------


@pytest.mark.row("K09")
@pytest.mark.row("N06")
@pytest.mark.row("P13")
@in_each_of(*SYNCHRONIZED)
@pytest.mark.parametrize("flags", ["S", "S."])
@pytest.mark.parametrize("offset", [0, 1000, -2, 100_000])
def test_a_syn_is_questioned(synchronized: Dialogue, flags: str, offset: int) -> None:
    tcp = synchronized
    with tcp.unchanged(but=("challenges",)):
        tcp.peer_says(flags, seq=rcv_nxt(tcp) + offset, ack=snd_nxt(tcp) if "." in flags else None)
    tcp.expect_challenge_ack()


@pytest.mark.row("K09")
@in_each_of(*SYNCHRONIZED)
@with_profile(rfc5961=False)
def test_without_rfc_5961_a_syn_in_the_window_resets(synchronized: Dialogue) -> None:
    tcp = synchronized
    seq = snd_nxt(tcp)
    tcp.peer_says("S", seq=rcv_nxt(tcp) + 1)
    tcp.expect_reset(seq=seq, ack=rcv_nxt(tcp))
    tcp.expect_state(State.CLOSED)
    tcp.expect_told(signals.CONNECTION_RESET)
    assert tcp.tcb.next_deadline() is None


@pytest.mark.row("K10")
@pytest.mark.row("O09")
def test_the_syn_ack_again_is_acknowledged_again(established: Dialogue) -> None:
    with established.unchanged():
        established.peer_says("S.", seq=0, ack=1)
    established.expect(".", seq=1, ack=1)
    established.peer_says(".", seq=1, ack=1, data=b"hello")
    established.expect(".", seq=1, ack=6)
    with established.unchanged():
        established.peer_says("S.", seq=0, ack=1)
    established.expect(".", seq=1, ack=6)


@pytest.mark.row("K10")
@pytest.mark.row("O09")
@with_profile(rfc5961=False)
def test_the_syn_ack_again_with_text_is_not_in_the_window_by_its_text(established: Dialogue) -> None:
    """Without RFC 5961 only a SYN *in the window* resets; one left of it is trimmed off, and the text is taken in."""
    established.peer_says("S.", seq=0, ack=1, data=b"hello")
    established.expect(".", seq=1, ack=6)
    established.expect_state(State.ESTABLISHED)
    established.expect_told()
    assert established.user_receives() == b"hello"


# ---- the throttle ------------------------------------------------------------------------------------------


@pytest.mark.row("T01")
@pytest.mark.row("T04")
@pytest.mark.parametrize("question", ["RST", "SYN", "ACK"])
def test_challenges_are_limited_for_each_connection(established: Dialogue, question: str) -> None:
    """RFC 5961 §7's example: ten in any five seconds."""
    flags, seq, ack = {"RST": ("R", 2, None), "SYN": ("S", 2, None), "ACK": (".", 1, 2)}[question]
    for _ in range(2):
        for _ in range(10):
            established.peer_says(flags, seq, ack)
            established.expect_challenge_ack()
        for _ in range(10):
            with established.unchanged():
                established.peer_says(flags, seq, ack)
            established.expect_nothing()
        another = to_established(Dialogue())  # counted apart: what one is asked, nobody learns from another
        another.peer_says(flags, seq, ack)
        another.expect_challenge_ack()
        established.time_passes(5_000_000)


@pytest.mark.row("T03")
def test_the_throttle_leaves_other_answers_alone(established: Dialogue) -> None:
    for _ in range(20):
        established.peer_says("R", seq=2)
        established.sent.clear()
    for _ in range(20):
        established.peer_says(".", seq=0, ack=1, data=b"?")  # a keep-alive
        established.expect(".", seq=1, ack=1)
    established.peer_says(".", seq=1, ack=1, data=b"x" * WINDOW)
    established.expect(".", seq=1, ack=1 + WINDOW, wnd=0)
    for _ in range(20):
        established.peer_says(".", seq=1 + WINDOW, ack=1, data=b"?")  # a window probe
        established.expect(".", seq=1, ack=1 + WINDOW, wnd=0)
    established.peer_says("R", seq=1 + WINDOW + 1)  # outside that window: not even a question
    established.expect_nothing()


# ---- fifth, the ACK field ----------------------------------------------------------------------------------


@pytest.mark.row("K11")
@pytest.mark.row("P06")
@in_each_of(*SYNCHRONIZED)
@pytest.mark.parametrize(("flags", "data"), [("-", b""), ("-", b"data"), ("F", b""), ("P", b"data")])
def test_without_the_ack_bit_it_is_dropped_silently(synchronized: Dialogue, flags: str, data: bytes) -> None:
    tcp = synchronized
    with tcp.unchanged():
        tcp.peer_says(flags, seq=rcv_nxt(tcp), data=data)
    tcp.expect_nothing()
    tcp.expect_dropped(drops.NO_ACK_BIT)


@pytest.mark.row("K12")
@in_each_of(*SYNCHRONIZED)
@pytest.mark.parametrize(("flags", "data"), [(".", b""), (".", b"data"), ("F.", b"")])
@pytest.mark.parametrize("ahead", [1, 1 << 30])
def test_an_ack_of_the_future_is_answered_and_dropped_whole(
    synchronized: Dialogue, flags: str, data: bytes, ahead: int
) -> None:
    tcp = synchronized
    with tcp.unchanged(but=("challenges",)):
        tcp.peer_says(flags, seq=rcv_nxt(tcp), ack=snd_nxt(tcp) + ahead, data=data, wnd=1)
    tcp.expect_challenge_ack()
    tcp.expect_dropped(drops.ACK_OF_FUTURE)


@pytest.mark.row("K13")
@pytest.mark.row("A05")
@pytest.mark.parametrize("ack", [1, 3, 6])
def test_text_and_fin_of_a_duplicate_ack_are_still_processed(established: Dialogue, ack: int) -> None:
    established.user_sends(b"hello")
    established.expect("P.", seq=1, ack=1, data=b"hello")
    established.peer_says(".", seq=1, ack=6)
    established.peer_says("F.", seq=1, ack=ack, data=b"bye")
    established.expect(".", seq=6, ack=5)
    established.expect_state(State.CLOSE_WAIT)
    assert established.user_receives() == b"bye"
    assert established.tcb.snd_una == established.tcb.snd_nxt


@pytest.mark.row("A02")
@pytest.mark.row("A05")
@pytest.mark.row("A06")
@pytest.mark.parametrize(("ack", "una", "waiting"), [(1, 1, 5), (2, 2, 4), (5, 5, 1), (6, 6, 0), (7, 1, 5), (0, 1, 5)])
def test_an_ack_is_acceptable_from_una_to_nxt(established: Dialogue, ack: int, una: int, waiting: int) -> None:
    established.user_sends(b"hello")
    established.expect("P.", seq=1, ack=1, data=b"hello")
    established.peer_says(".", seq=1, ack=ack)
    if ack > 6:
        established.expect_challenge_ack()
    assert (established.tcb.snd_una - established.iss) & MASK == una
    assert sum(len(entry.payload) for entry in established.tcb.outgoing.retransmission_queue) == waiting


@pytest.mark.row("A02")
@pytest.mark.row("A05")
@pytest.mark.parametrize(
    ("ack", "una"), [(0xFFFF_FFE0, 0xFFFF_FFF0), (0xFFFF_FFF0, 0xFFFF_FFF0), (0x5, 0x5), (0x10, 0x10)]
)
def test_acknowledgments_on_either_side_of_the_wrap(ack: int, una: int) -> None:
    tcp = to_established(Dialogue((0xFFFF_FFEF, 300)))
    tcp.user_sends(b"x" * 0x20)
    tcp.expect("P.", seq=1, ack=1, data=b"x" * 0x20)
    assert (tcp.tcb.snd_una, tcp.tcb.snd_nxt) == (0xFFFF_FFF0, 0x10)
    tcp.peer_says(".", seq=1, ack=ack - tcp.iss)
    tcp.expect_nothing()
    assert tcp.tcb.snd_una == una


@pytest.mark.row("K14")
def test_an_ack_from_before_any_window_is_answered_and_dropped(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.expect("P.", seq=1, ack=1, data=b"hello")
    established.peer_says(".", seq=1, ack=6)
    with established.unchanged():
        established.peer_says(".", seq=1, ack=6 - WINDOW)  # the oldest that any window can explain
    established.expect_nothing()
    with established.unchanged(but=("challenges",)):
        established.peer_says(".", seq=1, ack=6 - WINDOW - 1, data=b"blind")
    established.expect_challenge_ack()
    established.expect_dropped(drops.ACK_TOO_OLD)


@with_profile(rfc5961=False)
def test_without_rfc_5961_no_ack_is_too_old(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1 - WINDOW - 1, data=b"hello")
    established.expect(".", seq=1, ack=6)


@pytest.mark.row("O03")
@with_profile(rfc5961=False)
def test_without_rfc_5961_every_ack_of_the_future_is_answered(established: Dialogue) -> None:
    for _ in range(100):
        established.peer_says(".", seq=1, ack=2)
        established.expect_challenge_ack()


@pytest.mark.row("K15")
@pytest.mark.row("K16")
@pytest.mark.row("A07")
def test_only_newer_segments_set_the_send_window(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.expect("P.", seq=1, ack=1, data=b"hello")
    established.peer_says(".", seq=1, ack=6, wnd=50_000)
    assert established.tcb.snd_wnd == 50_000
    established.peer_says(".", seq=1, ack=6, wnd=40_000)  # WL1 = SEG.SEQ and WL2 ≤ SEG.ACK
    assert established.tcb.snd_wnd == 40_000
    established.peer_says(".", seq=1, ack=5, wnd=60_000)  # WL2 > SEG.ACK: an old one
    assert established.tcb.snd_wnd == 40_000
    established.peer_says(".", seq=4, ack=6, wnd=30_000, data=b"4")  # WL1 < SEG.SEQ
    established.expect(".", seq=6, ack=1)
    assert established.tcb.snd_wnd == 30_000
    established.peer_says(".", seq=1, ack=6, wnd=65_535, data=b"123")  # WL1 > SEG.SEQ: overtaken
    established.expect(".", seq=6, ack=5)
    assert established.tcb.snd_wnd == 30_000


@pytest.mark.row("K15")
@pytest.mark.row("L02")
def test_old_text_before_the_new_makes_no_old_segment(numbers: tuple[int, int]) -> None:
    """SEG.SEQ in the test of SND.WL1 is that of the "idealized segment", which begins at RCV.NXT."""
    tcp = to_established_passively(Dialogue(numbers))
    tcp.peer_says(".", seq=1, ack=1, wnd=500)
    tcp.expect_nothing()
    tcp.peer_says(".", seq=0, ack=1, data=b"?new", wnd=700)
    tcp.expect(".", seq=1, ack=4)
    tcp.expect_delivered(3)
    assert tcp.tcb.snd_wnd == 700


@pytest.mark.row("K15")
def test_an_ack_of_new_data_takes_it_off_the_queue(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.expect("P.", seq=1, ack=1, data=b"hello")
    established.expect_timers(Timer.RETRANSMISSION)
    established.peer_says(".", seq=1, ack=6)
    established.expect_nothing()
    assert established.tcb.snd_una == established.tcb.snd_nxt
    established.expect_timers()


@pytest.mark.row("X04")
@in_each_of(*OPEN_PEER, "close_wait")
def test_an_acceptable_pure_ack_changes_nothing_and_is_not_answered(synchronized: Dialogue) -> None:
    tcp = synchronized
    una = (tcp.tcb.snd_una - tcp.iss) & MASK
    tcp.peer_says(".", seq=rcv_nxt(tcp), ack=una)
    tcp.expect_nothing()
    with tcp.unchanged(but=("duplicate_acks",)):
        tcp.peer_says(".", seq=rcv_nxt(tcp), ack=una)
    tcp.expect_nothing()


# ---- sixth, the URG bit ------------------------------------------------------------------------------------


@pytest.mark.row("K17")
@in_each_of(*OPEN_PEER)
def test_urgent_data_is_signalled_once_for_each_run(synchronized: Dialogue) -> None:
    tcp = synchronized
    ack = snd_nxt(tcp)
    tcp.peer_says("U.", seq=1, ack=ack, up=10)
    tcp.expect_told(signals.URGENT_DATA)
    tcp.peer_says("U.", seq=1, ack=ack, up=12)
    tcp.expect_told()
    tcp.peer_says("U.", seq=1, ack=ack, up=11)  # does not go back
    assert (tcp.tcb.rcv_up or 0) == (tcp.irs + 13) & MASK
    tcp.peer_says("P.", seq=1, ack=ack, data=b"x" * 20)
    tcp.sent.clear()
    tcp.peer_says("U.", seq=21, ack=ack, up=5)
    tcp.expect_told(signals.URGENT_DATA)


@pytest.mark.row("K17")
def test_an_urgent_pointer_to_what_has_been_received_is_no_news(established: Dialogue) -> None:
    established.peer_says("U.", seq=1, ack=1, up=0)
    established.expect_told()


@pytest.mark.row("A18")
@pytest.mark.row("K17")
@with_profile(receive_buffer=4)
def test_at_a_window_of_zero_urgent_data_is_told_of(established: Dialogue) -> None:
    """MUST-66: "A TCP receiver MUST process the RST and URG fields of all incoming segments"."""
    established.peer_says(".", seq=1, ack=1, data=b"full")
    established.expect(".", seq=1, ack=5, wnd=0)
    established.peer_says("U.", seq=5, ack=1, data=b"urgent!", up=7)
    established.expect(".", seq=1, ack=5, wnd=0)
    established.expect_told(signals.URGENT_DATA)
    established.expect_delivered(0)
    assert established.tcb.rcv_up == (established.irs + 12) & MASK
    established.peer_says("U.", seq=5, ack=2, data=b"urgent!", up=9)  # the ACK is of the future: refused before URG
    established.expect(".", seq=1, ack=5, wnd=0)
    established.expect_told()
    assert established.tcb.rcv_up == (established.irs + 12) & MASK


@pytest.mark.row("A11")
def test_without_urg_the_pointer_is_ignored(established: Dialogue) -> None:
    with established.unchanged(but=("snd_wl1",)):
        established.peer_says(".", seq=1, ack=1, up=10)
    established.expect_told()


@pytest.mark.row("K18")
@in_each_of("close_wait", "closing", "last_ack", "time_wait")
def test_urgent_data_after_a_fin_is_ignored(synchronized: Dialogue) -> None:
    tcp = synchronized
    una = (tcp.tcb.snd_una - tcp.iss) & MASK
    tcp.peer_says("U.", seq=rcv_nxt(tcp), ack=una, up=10)
    tcp.expect_told()
    tcp.expect_nothing()
    assert tcp.tcb.rcv_up is None


@pytest.mark.row("K17")
def test_urgent_data_of_ours_points_to_the_first_octet_that_is_not(established: Dialogue) -> None:
    established.user_sends(b"now!", urgent=True)
    urgent = established.expect("PU.", seq=1, ack=1, data=b"now!")
    assert urgent.up == 4
    established.user_sends(b"later" * 200)
    rest = established.expect(".", seq=5, ack=1, data=(b"later" * 200)[:536])
    assert rest.up == 0


# ---- seventh, the text -------------------------------------------------------------------------------------


@pytest.mark.row("L01")
@pytest.mark.row("L06")
@pytest.mark.row("D03")
@in_each_of(*OPEN_PEER)
def test_data_in_order_is_delivered_and_acknowledged(synchronized: Dialogue) -> None:
    tcp = synchronized
    nxt = snd_nxt(tcp)
    state = tcp.tcb.state
    una = (tcp.tcb.snd_una - tcp.iss) & MASK
    tcp.peer_says("P.", seq=1, ack=una, data=b"hello")
    tcp.expect(".", seq=nxt, ack=6, wnd=65_530)  # the right edge stays where it was
    tcp.expect_delivered(5)
    tcp.expect_state(state)
    assert tcp.user_receives() == b"hello"


@pytest.mark.row("L01")
@pytest.mark.row("R07")
def test_the_right_edge_of_the_window_never_moves_left(established: Dialogue) -> None:
    edge = 0
    for seq in range(1, 60_000, 1000):
        established.peer_says(".", seq=seq, ack=1, data=b"x" * 1000)
        ack = established.expect(".", seq=1, ack=seq + 1000)
        assert seq + 1000 + ack.wnd >= edge
        edge = seq + 1000 + ack.wnd
    assert edge == 1 + 65_535


@pytest.mark.row("O02")
def test_old_data_inside_the_window_of_a_new_incarnation_is_taken_hazard_h1(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"old incarnation")
    established.expect(".", seq=1, ack=16)
    assert established.user_receives() == b"old incarnation"


# ---- eighth, the FIN bit -----------------------------------------------------------------------------------


@pytest.mark.row("M01")
@pytest.mark.row("A04")
@pytest.mark.row("N09")
def test_a_fin_is_acknowledged_and_the_user_told(established: Dialogue) -> None:
    established.peer_says("F.", seq=1, ack=1)
    established.expect(".", seq=1, ack=2)
    established.expect_nothing()  # our own FIN waits for our user
    established.expect_path(State.ESTABLISHED, State.CLOSE_WAIT)
    established.expect_told(signals.END_OF_STREAM)
    assert established.tcb.incoming.ended
    established.time_passes(10**12)
    established.expect_nothing()


@pytest.mark.row("M02")
@pytest.mark.row("D04")
def test_data_comes_before_the_end_of_the_stream(established: Dialogue) -> None:
    established.peer_says("FP.", seq=1, ack=1, data=b"bye")
    established.expect(".", seq=1, ack=5)
    established.expect_nothing()
    established.expect_state(State.CLOSE_WAIT)
    assert established.user_receives(2) == b"by"
    assert established.user_receives() == b"e"
    assert established.user_receives() == b""
    assert established.tcb.incoming.ended


@pytest.mark.row("M03")
def test_a_fin_above_a_hole_waits(established: Dialogue) -> None:
    established.peer_says("F.", seq=4, ack=1)
    established.expect(".", seq=1, ack=1)
    established.expect_state(State.ESTABLISHED)
    established.expect_told()
    established.peer_says(".", seq=1, ack=1, data=b"bye")
    established.expect(".", seq=1, ack=5)
    established.expect_state(State.CLOSE_WAIT)
    assert established.user_receives() == b"bye"


@pytest.mark.row("M04")
def test_old_data_new_data_and_fin_in_one_segment(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"hel")
    established.expect(".", seq=1, ack=4)
    established.peer_says("F.", seq=1, ack=1, data=b"hello")
    established.expect(".", seq=1, ack=7)
    established.expect_delivered(2)
    established.expect_state(State.CLOSE_WAIT)
    assert established.user_receives() == b"hello"


@pytest.mark.row("M04")
def test_only_old_data_and_a_new_fin(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"hello")
    established.expect(".", seq=1, ack=6)
    established.peer_says("F.", seq=1, ack=1, data=b"hello")
    established.expect(".", seq=1, ack=7)
    established.expect_delivered(0)
    established.expect_state(State.CLOSE_WAIT)


@pytest.mark.row("M05")
def test_a_fin_does_not_stop_our_data(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.expect("P.", seq=1, ack=1, data=b"hello")
    established.peer_says("F.", seq=1, ack=1)
    established.expect(".", seq=6, ack=2)
    established.time_passes(1_000_000)
    established.expect("P.", seq=1, ack=2, data=b"hello")  # again, and it acknowledges the FIN
    established.expect_state(State.CLOSE_WAIT)


# ---- how it was opened no longer matters -------------------------------------------------------------------


def test_a_passive_opener_is_as_an_active_one(numbers: tuple[int, int]) -> None:
    tcp = to_established_passively(Dialogue(numbers))
    tcp.peer_says("R", seq=1)
    tcp.expect_state(State.CLOSED)
    tcp.expect_told(signals.CONNECTION_RESET)


@pytest.mark.row("O05")
def test_silence_proves_nothing(established: Dialogue) -> None:
    with established.unchanged():
        established.time_passes(365 * 24 * 3600 * 1_000_000)
    established.expect_nothing()
    established.expect_state(State.ESTABLISHED)
