"""TIME-WAIT: two maximum segment lifetimes, so that the last ACK may be asked for again (RFC 9293 §3.6.1, RFC 1337)."""

import pytest
from dialogue import PAIR, Dialogue, to_established, to_time_wait, with_profile

from tcpsim.tcp import drops
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.profiles import FREEBSD, LINUX, RFC9293, TEACHING, Profile
from tcpsim.tcp.states import State
from tcpsim.wire import MASK, Timestamps, options_notation

TWO_MSL = 240_000_000


@pytest.mark.row("P02")
@pytest.mark.row("P15")
@pytest.mark.row("X10")
def test_two_msl_later_it_is_gone(time_wait: Dialogue) -> None:
    time_wait.expect_timers(Timer.TIME_WAIT)
    time_wait.expect_deadline(Timer.TIME_WAIT, after=TWO_MSL)
    time_wait.time_passes(TWO_MSL - 1)
    time_wait.expect_state(State.TIME_WAIT)
    time_wait.time_passes(1)
    time_wait.expect_nothing()
    time_wait.expect_path(State.TIME_WAIT, State.CLOSED)
    time_wait.expect_told()
    assert time_wait.tcb.next_deadline() is None


@pytest.mark.row("P01")
@pytest.mark.parametrize(
    ("profile", "seconds"),
    [(RFC9293, 240), (LINUX, 60), (FREEBSD, 60), (TEACHING, 20)],
    ids=lambda value: str(value)[:20],
)
def test_how_long_is_a_parameter(profile: Profile, seconds: int) -> None:
    assert 2 * profile.msl == seconds * 1_000_000


@pytest.mark.row("P03")
@pytest.mark.row("Q17")
@pytest.mark.parametrize("ack", [1, 2])
def test_the_fin_again_is_acknowledged_and_restarts_the_timer(time_wait: Dialogue, ack: int) -> None:
    time_wait.time_passes(TWO_MSL - 1)
    with time_wait.unchanged(but=("timers",)):
        time_wait.peer_says("F.", seq=1, ack=ack)
    time_wait.expect(".", seq=2, ack=2)
    time_wait.expect_timers(Timer.TIME_WAIT)
    time_wait.expect_deadline(Timer.TIME_WAIT, after=TWO_MSL)
    time_wait.time_passes(TWO_MSL - 1)
    time_wait.expect_state(State.TIME_WAIT)


@pytest.mark.row("P03")
def test_the_fin_again_with_the_data_before_it(fin_wait_2: Dialogue) -> None:
    fin_wait_2.peer_says("F.", seq=1, ack=2, data=b"bye")
    fin_wait_2.expect(".", seq=2, ack=5)
    fin_wait_2.time_passes(1)
    fin_wait_2.peer_says("F.", seq=1, ack=2, data=b"bye")
    fin_wait_2.expect(".", seq=2, ack=5)
    fin_wait_2.expect_deadline(Timer.TIME_WAIT, after=TWO_MSL)


@pytest.mark.row("P03")
@pytest.mark.row("P06")
@pytest.mark.parametrize(("flags", "seq"), [("F", 1), ("SF.", 0), ("SF", 0)])
def test_what_could_not_come_as_far_as_that_step_restarts_nothing(time_wait: Dialogue, flags: str, seq: int) -> None:
    """Without the ACK bit the fifth step drops a FIN, with a SYN the fourth: neither is the peer's FIN again."""
    time_wait.time_passes(1)
    with time_wait.unchanged():
        time_wait.peer_says(flags, seq=seq, ack=2 if "." in flags else None)
    time_wait.expect(".", seq=2, ack=2)
    time_wait.expect_deadline(Timer.TIME_WAIT, after=TWO_MSL - 1)


@pytest.mark.row("P04")
@pytest.mark.row("L05")
@pytest.mark.parametrize("data", [b"", b"more"])
def test_an_acceptable_ack_or_text_changes_nothing(time_wait: Dialogue, data: bytes) -> None:
    time_wait.time_passes(1)
    with time_wait.unchanged(but=("snd_wl1",)):
        time_wait.peer_says(".", seq=2, ack=2, data=data)
    time_wait.expect_nothing()
    time_wait.expect_deadline(Timer.TIME_WAIT, after=TWO_MSL - 1)


@pytest.mark.row("P05")
@pytest.mark.parametrize("seq", [-100, 0, 2 + 65_535])
def test_an_old_duplicate_is_acknowledged_and_restarts_nothing(time_wait: Dialogue, seq: int) -> None:
    time_wait.time_passes(1)
    with time_wait.unchanged():
        time_wait.peer_says(".", seq=seq, ack=2, data=b"x")
    time_wait.expect(".", seq=2, ack=2)
    time_wait.expect_deadline(Timer.TIME_WAIT, after=TWO_MSL - 1)


# ---- resets: assassination ---------------------------------------------------------------------------------


@pytest.mark.row("P07")
def test_a_reset_is_ignored_fix_f1(time_wait: Dialogue) -> None:
    with time_wait.unchanged():
        time_wait.peer_says("R", seq=2)
    time_wait.expect_nothing()
    time_wait.expect_dropped(drops.RST_IN_TIME_WAIT)


@pytest.mark.row("P08")
def test_with_f1_the_peers_answer_to_our_answer_to_an_old_duplicate_is_ignored(time_wait: Dialogue) -> None:
    time_wait.time_passes(1)
    time_wait.peer_says(".", seq=-45, ack=-67, data=b"old")  # <SEQ=255><ACK=33>, as RFC 1337 has it
    time_wait.expect(".", seq=2, ack=2)
    with time_wait.unchanged():
        time_wait.peer_says("R", seq=2)
    time_wait.expect_nothing()
    time_wait.expect_deadline(Timer.TIME_WAIT, after=TWO_MSL - 1)


@pytest.mark.row("P07")
@with_profile(rfc1337=False)
@pytest.mark.parametrize("flags", ["R", "R."])
def test_without_f1_a_reset_with_the_next_number_ends_it(time_wait: Dialogue, flags: str) -> None:
    time_wait.peer_says(flags, seq=2, ack=2 if "." in flags else None)
    time_wait.expect_nothing()
    time_wait.expect_path(State.TIME_WAIT, State.CLOSED)
    time_wait.expect_told()
    assert time_wait.tcb.next_deadline() is None


@pytest.mark.row("P07")
@pytest.mark.row("P08")
@with_profile(rfc1337=False)
def test_without_f1_the_peers_answer_to_our_answer_to_an_old_duplicate_kills_it(time_wait: Dialogue) -> None:
    time_wait.peer_says(".", seq=-45, ack=-67, data=b"old")
    time_wait.expect(".", seq=2, ack=2)
    time_wait.peer_says("R", seq=2)  # the peer is CLOSED: <SEQ=SEG.ACK><CTL=RST>
    time_wait.expect_nothing()
    time_wait.expect_path(State.TIME_WAIT, State.CLOSED)
    time_wait.expect_told()
    assert time_wait.tcb.next_deadline() is None


# ---- a new SYN ---------------------------------------------------------------------------------------------


@pytest.mark.row("P09")
@pytest.mark.row("V03")
@pytest.mark.parametrize("higher", [True, False])
def test_a_syn_that_can_only_be_new_opens_anew(time_wait: Dialogue, higher: bool) -> None:
    tcp = time_wait
    last = tcp.tcb.snd_nxt
    offered = (last + 1000 if higher else last - 1000) & MASK
    tcp.peer_says("S", seq=100_000, iss=offered)
    tcp.expect_path(State.TIME_WAIT, State.SYN_RECEIVED)
    chosen = tcp.tcb.iss
    assert 0 < (chosen - last) & MASK < 1 << 31, "our new ISS must be larger than any number used before"
    assert chosen == offered or not higher
    tcp.iss, tcp.irs = chosen, (tcp.irs + 100_000) & MASK
    tcp.expect("S.", seq=0, ack=1)
    tcp.expect_timers(Timer.RETRANSMISSION)
    tcp.peer_says(".", seq=1, ack=1)
    tcp.expect_path(State.SYN_RECEIVED, State.ESTABLISHED)
    tcp.peer_says("P.", seq=1, ack=1, data=b"hello")
    tcp.expect(".", seq=1, ack=6)
    assert tcp.user_receives() == b"hello"


@pytest.mark.row("P12")
@pytest.mark.row("K09")
@pytest.mark.parametrize("seq", [0, 1, -1000])
def test_a_syn_that_may_be_old_is_questioned(time_wait: Dialogue, seq: int) -> None:
    with time_wait.unchanged(but=("challenges",)):
        time_wait.peer_says("S", seq=seq, iss=12345)
    time_wait.expect(".", seq=2, ack=2)


@pytest.mark.row("P12")
@with_profile(syn_in_time_wait="drop")
def test_a_syn_that_may_be_old_may_be_dropped(time_wait: Dialogue) -> None:
    with time_wait.unchanged():
        time_wait.peer_says("S", seq=-1000, iss=12345)
    time_wait.expect_nothing()
    time_wait.expect_dropped(drops.SYN_IN_TIME_WAIT)
    assert not drops.SYN_IN_TIME_WAIT.answered


@pytest.mark.row("P12")
@with_profile(syn_in_time_wait="challenge")
def test_a_profile_may_never_reopen(time_wait: Dialogue) -> None:
    with time_wait.unchanged(but=("challenges",)):
        time_wait.peer_says("S", seq=100, iss=12345)
    time_wait.expect(".", seq=2, ack=2)


def test_where_nobody_listens_nothing_is_reopened(time_wait: Dialogue) -> None:
    with time_wait.unchanged(but=("challenges",)):
        time_wait.peer_says("S", seq=100)
    time_wait.expect(".", seq=2, ack=2)


@pytest.mark.row("P13")
def test_a_syn_ack_does_not_reopen(time_wait: Dialogue) -> None:
    with time_wait.unchanged(but=("challenges",)):
        time_wait.peer_says("S.", seq=100, ack=2, iss=12345)
    time_wait.expect(".", seq=2, ack=2)


@pytest.mark.parametrize(
    ("stamp", "seq", "reopens"),
    [
        pytest.param(1001, -500, True, marks=pytest.mark.row("P10")),
        pytest.param(1000, 2, True, marks=pytest.mark.row("P11")),
        pytest.param(1000, 0, False, marks=pytest.mark.row("P11")),
        pytest.param(999, 500, False, marks=pytest.mark.row("P12")),
        pytest.param(None, 500, True, marks=pytest.mark.row("P09")),
        pytest.param(None, 0, False, marks=pytest.mark.row("P12")),
    ],
)
def test_timestamps_tell_old_from_new(numbers: tuple[int, int], stamp: int | None, seq: int, reopens: bool) -> None:
    tcp = Dialogue(numbers, RFC9293.with_changes(timestamps=True))
    stamps = (Timestamps(1000, 0),)
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.peer_says("S.", seq=0, ack=1, options=stamps)
    tcp.expect(".", seq=1, ack=1)
    tcp.user_closes()
    tcp.expect("F.", seq=1, ack=1)
    tcp.peer_says("F.", seq=1, ack=2, options=stamps)
    ack = tcp.expect(".", seq=2, ack=2)
    assert options_notation(ack.options) == "<nop,nop,TS val 0 ecr 1000>"
    tcp.peer_says("S", seq=seq, options=() if stamp is None else (Timestamps(stamp, 0),), iss=(tcp.iss + 9999) & MASK)
    assert (tcp.tcb.state is State.SYN_RECEIVED) is reopens
    tcp.sent.clear()


@pytest.mark.row("P10")
def test_a_first_timestamp_can_only_be_new(time_wait: Dialogue) -> None:
    """RFC 6191 §2: where the previous incarnation had no timestamps and the new SYN has one, it is honoured."""
    profile = time_wait.tcb.profile
    time_wait.tcb.profile = profile.with_changes(timestamps=True)
    time_wait.peer_says("S", seq=-500, options=(Timestamps(5, 0),), iss=(time_wait.iss + 9999) & MASK)
    time_wait.expect_state(State.SYN_RECEIVED)
    time_wait.sent.clear()


def test_the_walk_is_the_one_of_figure_12() -> None:
    tcp = to_time_wait(Dialogue())
    assert tcp.tcb.pair == PAIR
    again = to_established(Dialogue())
    assert again.tcb.state is State.ESTABLISHED
