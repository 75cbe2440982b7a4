"""Where the RFC leaves room the profile decides: each way is walked. Row by row the other ways are in the state's file.

The parameters that this file is about are those of docs/profiles.md that no RFC gives a number for.
"""

from typing import Any

import pytest
from dialogue import (
    MS,
    WAYS,
    Dialogue,
    to_close_wait,
    to_closing,
    to_established,
    to_fin_wait_2,
    to_last_ack,
    to_syn_received,
    to_syn_received_actively,
    to_syn_sent,
    to_time_wait,
)

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.profiles import FREEBSD, LINUX, MINUTE, RFC9293, SECOND, Profile
from tcpsim.tcp.states import State
from tcpsim.tcp.user_calls import CallRefused
from tcpsim.wire import (
    MaximumSegmentSize,
    NoOperation,
    Option,
    Timestamps,
    WindowScale,
    flag_letters,
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


# ---- opening -----------------------------------------------------------------------------------------------


@pytest.mark.row("J09")
def test_another_syn_in_syn_received_listens_again_in_silence() -> None:
    tcp = to_syn_received(a_dialogue())
    tcp.peer_says("S", seq=1000)
    tcp.expect_nothing()
    tcp.expect_state(State.LISTEN)


@pytest.mark.row("J09")
def test_another_syn_in_syn_received_may_be_reset() -> None:
    """As RFC 793 did, and a Linux kernel was seen to do: <SEQ=0><ACK=SEG.SEQ+1><CTL=RST,ACK>."""
    tcp = to_syn_received(a_dialogue(syn_in_syn_received="reset"))
    tcp.peer_says("S", seq=1000)
    tcp.expect_absolute("R.", 0, tcp.irs + 1001)
    tcp.expect_nothing()
    tcp.expect_dropped(drops.SYN_RESETS_CONNECTION)
    tcp.expect_state(State.LISTEN)


@pytest.mark.row("J09")
def test_another_syn_in_syn_received_may_be_taken_for_the_first() -> None:
    """A syncache looks at no number: the same SYN-ACK again, and the timer starts anew."""
    tcp = to_syn_received(a_dialogue(syn_in_syn_received="syn-ack"))
    tcp.time_passes(900 * MS)
    tcp.peer_says("S", seq=1000)
    tcp.expect("S.", seq=0, ack=1)
    tcp.expect_dropped(drops.ALREADY_ANSWERED)
    tcp.expect_state(State.SYN_RECEIVED)
    tcp.expect_deadline(Timer.RETRANSMISSION, after=SECOND)


@pytest.mark.row("J08")
def test_a_syn_that_is_answered_again_puts_the_timer_off_and_is_no_step_towards_giving_up() -> None:
    tcp = to_syn_received(a_dialogue(syn_ack_to_duplicate_syn=True, syn_ack_retries=1))
    for _ in range(5):
        tcp.time_passes(900 * MS)
        tcp.peer_says("S", seq=0)
        tcp.expect("S.", seq=0, ack=1)
    tcp.time_passes(SECOND)
    tcp.expect("S.", seq=0, ack=1)
    tcp.expect_state(State.SYN_RECEIVED)
    tcp.time_passes(2 * SECOND)
    tcp.expect_nothing()
    tcp.expect_state(State.CLOSED)


def test_which_syn_ack_was_acknowledged_nobody_knows() -> None:
    """Karn's algorithm (RFC 6298 §3) learns nothing from what was sent twice."""
    tcp = to_syn_received(a_dialogue(syn_ack_to_duplicate_syn=True))
    tcp.peer_says("S", seq=0)
    tcp.expect("S.", seq=0, ack=1)
    tcp.time_passes(100 * MS)
    tcp.peer_says(".", seq=1, ack=1)
    assert tcp.tcb.rto.srtt < 0


@pytest.mark.row("I01")
def test_after_a_bad_ack_the_syn_waits_for_its_time() -> None:
    tcp = to_syn_sent(a_dialogue())
    tcp.time_passes(100 * MS)
    tcp.peer_says(".", seq=0, ack=0)
    tcp.expect_reset(seq=0)
    tcp.expect_deadline(Timer.RETRANSMISSION, after=900 * MS)


@pytest.mark.row("I01")
def test_after_a_bad_ack_the_syn_may_be_sent_again_at_once_the_first_time() -> None:
    tcp = to_syn_sent(a_dialogue(syn_again_after_bad_ack=8 * MS))
    tcp.peer_says(".", seq=0, ack=0)
    tcp.expect_reset(seq=0)
    tcp.time_passes(8 * MS)
    tcp.expect("S", seq=0)
    tcp.peer_says(".", seq=0, ack=0)
    tcp.expect_reset(seq=0)
    tcp.expect_deadline(Timer.RETRANSMISSION, after=2 * SECOND)


@pytest.mark.row("W02")
def test_a_connect_may_have_a_time_of_its_own() -> None:
    tcp = to_syn_sent(a_dialogue(connect_timeout=75 * SECOND, user_timeout=None))
    tcp.time_passes_quietly(75 * SECOND - 1)
    tcp.expect_state(State.SYN_SENT)
    tcp.time_passes(1)
    tcp.expect_told(signals.USER_TIMEOUT)
    tcp.expect_state(State.CLOSED)


def test_the_time_of_a_connect_ends_with_the_handshake() -> None:
    tcp = to_established(a_dialogue(connect_timeout=75 * SECOND, user_timeout=None))
    tcp.time_passes(MINUTE * 10)
    tcp.expect_state(State.ESTABLISHED)
    tcp = to_syn_received(a_dialogue(connect_timeout=SECOND // 2, user_timeout=None))  # it is no connect
    tcp.time_passes(SECOND)
    tcp.expect("S.", seq=0, ack=1)


@pytest.mark.row("H04")
def test_octets_of_the_syn_that_still_await_acknowledgment_do_not_prolong_it() -> None:
    tcp = a_dialogue(connect_timeout=3 * SECOND, user_timeout=None)
    tcp.user_opens(b"hello")
    tcp.expect("S", seq=0, data=b"hello")
    tcp.peer_says("S.", seq=0, ack=1)
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.time_passes_quietly(10 * SECOND)
    tcp.expect_state(State.ESTABLISHED)


@pytest.mark.row("E05")
def test_close_in_syn_received_sends_the_fin_at_once() -> None:
    tcp = to_syn_received(a_dialogue())
    tcp.user_closes()
    tcp.expect("F.", seq=1, ack=1)
    tcp.expect_state(State.FIN_WAIT_1)


@pytest.mark.row("E05")
def test_close_in_syn_received_may_wait_for_the_handshake() -> None:
    tcp = to_syn_received(a_dialogue(close_in_syn_received="wait"))
    tcp.user_closes()
    tcp.expect_nothing()
    tcp.expect_state(State.SYN_RECEIVED)
    tcp.peer_says(".", seq=1, ack=1)
    tcp.expect("F.", seq=1, ack=1)
    tcp.expect_path(State.SYN_RECEIVED, State.ESTABLISHED, State.FIN_WAIT_1)


@pytest.mark.parametrize(
    ("changes", "window"),
    [
        ({}, 65_535),
        ({"whole_segment_window": True}, 44 * 1460),
        ({"whole_segment_window": True, "receive_buffer": 1_000_000}, 44 * 1460),
        ({"whole_segment_window": True, "receive_buffer": 1_000}, 1_000),  # not one fits
    ],
)
def test_the_window_of_a_syn(changes: dict[str, Any], window: int) -> None:
    tcp = a_dialogue(**changes)
    tcp.user_opens()
    tcp.expect("S", seq=0, wnd=window)
    tcp.time_passes(SECOND)
    tcp.expect("S", seq=0, wnd=window)


def test_segments_with_timestamps_are_shorter_so_more_of_them_fit() -> None:
    tcp = a_dialogue(whole_segment_window=True, timestamps=True)
    tcp.user_listens()
    tcp.peer_says("S", seq=0, options=(NoOperation(), NoOperation(), Timestamps(1, 0)))
    tcp.expect("S.", seq=0, ack=1, wnd=45 * 1448)


@pytest.mark.parametrize("mss", [1, 11, 12])
def test_segments_without_room_for_more_than_timestamps_widen_no_window(mss: int) -> None:
    tcp = a_dialogue(whole_segment_window=True, timestamps=True, mss=mss, receive_buffer=100)
    tcp.user_listens()
    tcp.peer_says("S", seq=0, options=(NoOperation(), NoOperation(), Timestamps(1, 0)))
    tcp.expect("S.", seq=0, ack=1, wnd=100)


@pytest.mark.parametrize(
    ("first", "order"),
    [
        (False, "<mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 6>"),
        (True, "<mss 1460,nop,wscale 6,sackOK,TS val 0 ecr 0>"),
    ],
)
def test_the_order_of_the_options_of_a_syn(first: bool, order: str) -> None:
    tcp = a_dialogue(sack=True, timestamps=True, window_scale=6, window_scale_first=first)
    tcp.user_opens()
    assert options_notation(tcp.expect("S", seq=0).options) == order


# ---- resets ------------------------------------------------------------------------------------------------


@pytest.mark.row("W01")
@pytest.mark.parametrize("errno", ["ECONNREFUSED", "ECONNRESET"])
def test_the_errno_of_a_reset_in_syn_sent(errno: str) -> None:
    tcp = to_syn_sent(a_dialogue(errno_of_reset_in_syn_sent=errno))
    tcp.peer_says("R.", seq=0, ack=1)
    tcp.expect_told(signals.said_as(signals.RESET_IN_SYN_SENT, errno))
    with pytest.raises(CallRefused, match=f"connection reset .{errno}"):
        tcp.user_receives()


@pytest.mark.row("J06")
@pytest.mark.parametrize("errno", ["ECONNREFUSED", "ECONNRESET"])
def test_the_errno_of_a_reset_in_a_simultaneous_open(errno: str) -> None:
    tcp = to_syn_received_actively(a_dialogue(errno_of_reset_in_syn_received=errno))
    tcp.peer_says("R", seq=1)
    tcp.expect_told(signals.said_as(signals.CONNECTION_REFUSED, errno))
    with pytest.raises(CallRefused, match=f"connection refused .{errno}"):
        tcp.user_receives()


@pytest.mark.row("W03")
@pytest.mark.parametrize("errno", ["ECONNRESET", "EPIPE"])
def test_the_errno_of_a_reset_in_close_wait(errno: str) -> None:
    tcp = to_close_wait(a_dialogue(errno_of_reset_in_close_wait=errno))
    tcp.peer_says("R", seq=2)
    tcp.expect_told(signals.said_as(signals.CONNECTION_RESET, errno))
    with pytest.raises(CallRefused, match=f"connection reset .{errno}"):
        tcp.user_sends(b"hello")


@pytest.mark.row("K02")
@pytest.mark.parametrize("believed", [False, True])
@pytest.mark.parametrize("way", [to_close_wait, to_closing, to_last_ack])
def test_a_reset_with_the_number_of_the_fin(way: Any, believed: bool) -> None:
    """Its sender had not heard that its FIN arrived. RFC 9293 §3.10.7.4: outside the window, so it is dropped."""
    tcp = way(a_dialogue(reset_before_fin=believed))
    tcp.peer_says("R", seq=1)
    tcp.expect_nothing()
    if believed:
        tcp.expect_state(State.CLOSED)
    else:
        tcp.expect_dropped(drops.RST_OUTSIDE_WINDOW)


@pytest.mark.row("K02")
@pytest.mark.parametrize("state", [State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2, State.TIME_WAIT])
def test_no_fin_came_or_it_no_longer_matters(state: State) -> None:
    tcp = WAYS[state](a_dialogue(reset_before_fin=True, rfc1337=False))
    with tcp.unchanged():
        tcp.peer_says("R", seq=1 if state is State.TIME_WAIT else 0)
    tcp.expect_dropped(drops.RST_OUTSIDE_WINDOW)


@pytest.mark.row("F04")
def test_who_closes_with_octets_unread_may_linger() -> None:
    tcp = to_established(a_dialogue(reset_leads_to="time-wait"))
    tcp.peer_says("P.", seq=1, ack=1, data=b"hello")
    tcp.expect(".", seq=1, ack=6)
    tcp.user_closes(for_good=True)
    tcp.expect_reset(seq=1, ack=6)
    tcp.expect_path(State.ESTABLISHED, State.TIME_WAIT)
    tcp.expect_timers(Timer.TIME_WAIT)


@pytest.mark.row("F04")
def test_who_resets_data_that_nobody_reads_may_linger() -> None:
    tcp = to_established(a_dialogue(reset_leads_to="time-wait"))
    tcp.user_closes(for_good=True)
    tcp.expect("F.", seq=1, ack=1)
    tcp.peer_says("P.", seq=1, ack=2, data=b"hello")
    tcp.expect_reset(seq=2, ack=1)
    tcp.expect_path(State.FIN_WAIT_1, State.FIN_WAIT_2, State.TIME_WAIT)


@pytest.mark.row("F04")
def test_after_its_own_reset_an_end_that_lingers_hears_nothing_more() -> None:
    tcp = to_established(a_dialogue(reset_leads_to="time-wait"))
    tcp.user_aborts()
    tcp.expect_reset(seq=1, ack=1)
    with tcp.unchanged(but=("snd_wl1",)):
        tcp.peer_says("F.", seq=1, ack=1, data=b"hello")
    tcp.expect_nothing()
    tcp.expect_dropped(drops.TEXT_AFTER_RESET)


@pytest.mark.row("D01")
@pytest.mark.row("F04")
def test_who_lingers_after_a_reset_of_his_own_need_not_wait_for_anything_to_read() -> None:
    tcp = to_established(a_dialogue(reset_leads_to="time-wait"))
    tcp.user_aborts()
    tcp.expect_reset(seq=1, ack=1)
    tcp.expect_state(State.TIME_WAIT)
    assert tcp.tcb.readable
    with pytest.raises(CallRefused, match="connection does not exist"):
        tcp.user_receives()


@pytest.mark.row("F04")
@pytest.mark.row("Q19")
def test_duplicate_acks_of_what_was_in_flight_draw_nothing_from_an_end_that_lingers() -> None:
    tcp = to_established(a_dialogue(reset_leads_to="time-wait"))
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.user_aborts()
    tcp.expect_reset(seq=6, ack=1)
    with tcp.unchanged(but=("snd_wl1",)):
        for _ in range(4):
            tcp.peer_says(".", seq=1, ack=1)
            tcp.expect_nothing()
    tcp.expect_state(State.TIME_WAIT)


# ---- giving up ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("when", "resets"), [("never", False), ("keep-alive", False), ("always", True)])
def test_a_reset_when_nobody_acknowledges(when: str, resets: bool) -> None:
    tcp = to_established(a_dialogue(reset_on_timeout=when, data_retries=1))
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.time_passes(SECOND)
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.time_passes(2 * SECOND)
    if resets:
        tcp.expect_reset(seq=6, ack=1)
    tcp.expect_nothing()
    tcp.expect_told(signals.RETRANSMISSION_TIMEOUT)
    tcp.expect_state(State.CLOSED)


@pytest.mark.row("Q23")
@pytest.mark.parametrize(("when", "resets"), [("never", False), ("keep-alive", True), ("always", True)])
def test_a_reset_when_nobody_answers_keep_alive(when: str, resets: bool) -> None:
    changes = {"keep_alive_idle": SECOND, "keep_alive_interval": SECOND, "keep_alive_probes": 1}
    tcp = to_established(a_dialogue(reset_on_timeout=when, keep_alive=True, **changes))
    tcp.time_passes(SECOND)
    tcp.expect(".", seq=0, ack=1)
    tcp.time_passes(SECOND)
    if resets:
        tcp.expect_reset(seq=1, ack=1)
    tcp.expect_nothing()
    tcp.expect_told(signals.KEEP_ALIVE_TIMEOUT)
    tcp.expect_state(State.CLOSED)


def test_whom_nobody_has_heard_of_is_not_reset() -> None:
    tcp = to_syn_received(a_dialogue(reset_on_timeout="always", syn_ack_retries=0))
    tcp.time_passes(SECOND)
    tcp.expect_nothing()
    tcp.expect_state(State.CLOSED)
    tcp = to_syn_sent(a_dialogue(reset_on_timeout="always", syn_retries=0))
    tcp.time_passes(SECOND)
    tcp.expect_nothing()
    tcp.expect_told(signals.RETRANSMISSION_TIMEOUT)


@pytest.mark.row("Q16")
@pytest.mark.parametrize(("for_good", "retransmissions"), [(False, 3), (True, 1)])
def test_a_fin_that_nobody_waits_for_is_given_up_sooner(for_good: bool, retransmissions: int) -> None:
    tcp = to_established(a_dialogue(data_retries=3, orphan_retries=1))
    tcp.user_closes(for_good=for_good)
    for _ in range(1 + retransmissions):
        tcp.expect("F.", seq=1, ack=1)
        tcp.expect_state(State.FIN_WAIT_1)
        tcp.time_passes(tcp.tcb.rto.rto)
    tcp.expect_nothing()
    tcp.expect_state(State.CLOSED)


# ---- after both have closed --------------------------------------------------------------------------------


@pytest.mark.row("P03")
@pytest.mark.parametrize("restarts", [True, False])
def test_a_fin_again_in_time_wait(restarts: bool) -> None:
    tcp = to_time_wait(a_dialogue(restart_time_wait_on_fin=restarts))
    tcp.time_passes(SECOND)
    tcp.peer_says("F.", seq=1, ack=2)
    tcp.expect(".", seq=2, ack=2)
    tcp.expect_deadline(Timer.TIME_WAIT, after=2 * RFC9293.msl - (0 if restarts else SECOND))


@pytest.mark.row("P09")
@pytest.mark.row("P12")
@pytest.mark.parametrize(
    ("changes", "new", "old"),
    [
        ({"syn_in_time_wait": "reopen"}, "S.", "."),
        ({"syn_in_time_wait": "drop"}, "S.", ""),
        ({"syn_in_time_wait": "challenge"}, ".", "."),
        ({"syn_in_time_wait": "challenge", "rfc5961": False}, "R.", "."),  # RFC 793: an error in the window
    ],
)
def test_the_four_answers_to_a_syn_in_time_wait(changes: dict[str, Any], new: str, old: str) -> None:
    """One with a number beyond what has come can only be new; one with a number before may be an old duplicate."""
    for seq, answer in ((1000, new), (0, old)):
        tcp = to_time_wait(a_dialogue(**changes))
        tcp.peer_says("S", seq=seq, iss=tcp.iss + 100_000)
        assert [flag_letters(segment.flags) for _, _, segment in tcp.sent] == [answer] * bool(answer)
        tcp.sent.clear()
        tcp.expect_state({"S.": State.SYN_RECEIVED, "R.": State.CLOSED}.get(answer, State.TIME_WAIT))


@pytest.mark.row("D05")
@pytest.mark.parametrize("policy", ["deliver", "refuse"])
@pytest.mark.parametrize("state", [State.CLOSING, State.LAST_ACK, State.TIME_WAIT])
def test_receive_after_both_have_closed(state: State, policy: str) -> None:
    """§3.10.3 to the letter loses what had arrived before the peer's FIN."""
    tcp = to_established(a_dialogue(receive_after_fin=policy))
    tcp.peer_says("P.", seq=1, ack=1, data=b"hello")
    tcp.expect(".", seq=1, ack=6)
    both_close(tcp, state)
    if policy == "deliver":
        assert [tcp.user_receives(), tcp.user_receives()] == [b"hello", b""]
        return
    for _ in range(2):
        with pytest.raises(CallRefused, match="ENOTCONN; RFC 9293 §3"):
            tcp.user_receives()


def both_close(tcp: Dialogue, state: State) -> None:
    if state is State.LAST_ACK:
        tcp.peer_says("F.", seq=6, ack=1)
        tcp.expect(".", seq=1, ack=7)
        tcp.user_closes()
        tcp.expect("F.", seq=1, ack=7)
    else:
        tcp.user_closes()
        tcp.expect("F.", seq=1, ack=6)
        tcp.peer_says("F.", seq=6, ack=2 if state is State.TIME_WAIT else 1)
        tcp.expect(".", seq=2, ack=7)
    tcp.expect_state(state)


@pytest.mark.row("D05")
def test_in_close_wait_there_is_always_something_to_receive() -> None:
    tcp = to_established(a_dialogue(receive_after_fin="refuse"))
    tcp.peer_says("FP.", seq=1, ack=1, data=b"hello")
    tcp.expect(".", seq=1, ack=7)
    assert [tcp.user_receives(), tcp.user_receives()] == [b"hello", b""]


# ---- stacks as they are ------------------------------------------------------------------------------------


def test_freebsd_speaks_as_freebsd_does() -> None:
    tcp = Dialogue(profile=FREEBSD)
    tcp.user_opens()
    syn = tcp.expect("S", seq=0, wnd=65_535)
    assert options_notation(syn.options) == "<mss 1460,nop,wscale 6,sackOK,TS val 0 ecr 0>"
    tcp.time_passes_quietly(75 * SECOND - 1)
    tcp.time_passes(1)
    tcp.expect_told(signals.USER_TIMEOUT)


@pytest.mark.parametrize(("flags", "seq", "ack", "answer"), [("R", 1, None, ""), ("R", 5, None, "."), (".", 1, 9, "R")])
def test_syn_received_as_a_linux_kernel_was_seen(flags: str, seq: int, ack: int | None, answer: str) -> None:
    """An exact reset ends it, one in the window is questioned, a bad acknowledgment draws a reset."""
    tcp = to_syn_received(Dialogue(profile=LINUX))
    tcp.peer_says(flags, seq, ack)
    if answer == ".":
        tcp.expect_challenge_ack()
    elif answer:
        tcp.expect_reset(seq=9)
    tcp.expect_nothing()
    tcp.expect_state(State.SYN_RECEIVED if answer else State.LISTEN)


def test_an_orphan_of_linux_waits_a_minute_for_the_fin_in_fin_wait_2() -> None:
    tcp = Dialogue(profile=LINUX)
    to_fin_wait_2(tcp)
    tcp.user_closes(for_good=True)
    tcp.time_passes(MINUTE - 1)
    tcp.expect_state(State.FIN_WAIT_2)
    tcp.time_passes(1)
    tcp.expect_nothing()
    tcp.expect_state(State.CLOSED)


def test_an_exact_reset_ends_time_wait_in_linux_and_not_in_freebsd() -> None:
    for profile, state in ((LINUX, State.CLOSED), (FREEBSD, State.TIME_WAIT)):
        tcp = to_time_wait(Dialogue(profile=profile))
        tcp.peer_says("R", seq=2)
        tcp.expect_nothing()
        tcp.expect_state(state)


def test_a_window_scale_that_is_offered_first_is_agreed_on_like_any_other() -> None:
    tcp = connected(FREEBSD, MaximumSegmentSize(1460), NoOperation(), WindowScale(3))
    assert (tcp.tcb.agreed.snd_scale, tcp.tcb.agreed.rcv_scale) == (3, 6)
