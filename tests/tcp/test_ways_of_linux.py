"""Ways of Linux's that RFC 9293 does not ask for, each a parameter: what google/packetdrill's scripts ask for."""

from typing import Any

import pytest
from dialogue import MS, Dialogue, to_established, to_fin_wait_1, to_time_wait, with_profile

from tcpsim.tcp import drops
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.profiles import RFC9293
from tcpsim.tcp.states import State
from tcpsim.wire import PSH, MaximumSegmentSize, Timestamps


def a_dialogue(**changes: Any) -> Dialogue:
    return Dialogue(profile=RFC9293.with_changes(**changes))


@pytest.mark.parametrize(("pairs", "pushed"), [(True, [False, True, False, True]), (False, [False] * 4)])
def test_every_second_of_the_segments_that_leave_together_has_a_push(pairs: bool, pushed: list[bool]) -> None:
    tcp = to_established(a_dialogue(push_pairs=pairs))
    tcp.user_sends(b"x" * (4 * 536 + 1))
    segments = [tcp.expect(".", seq=1 + n * 536, ack=1, data=b"x" * 536) for n in range(4)]
    assert [segment.flags & PSH != 0 for segment in segments] == pushed
    tcp.expect_nothing()
    tcp.peer_says(".", seq=1, ack=1 + 4 * 536)
    tcp.expect("P.", seq=1 + 4 * 536, ack=1, data=b"x")


def test_sent_again_it_goes_alone_and_has_none() -> None:
    tcp = to_established(a_dialogue(push_pairs=True))
    tcp.user_sends(b"x" * 536 * 3)
    for n in range(3):
        tcp.expect(".P."[n] + "." * (n == 1), seq=1 + n * 536, ack=1, data=b"x" * 536)
    tcp.peer_says(".", seq=1, ack=537)
    tcp.time_passes(1000 * MS)
    assert not tcp.expect(".", seq=537, ack=1, data=b"x" * 536).flags & PSH


@pytest.mark.row("K12")
@pytest.mark.parametrize("answers", [True, False])
def test_what_acknowledges_the_unsent_may_be_dropped_in_silence(answers: bool) -> None:
    tcp = to_established(a_dialogue(answer_ack_of_unsent=answers))
    tcp.peer_says("F.", seq=1, ack=9_999, data=b"lies")
    tcp.expect_dropped(drops.ACK_OF_FUTURE)
    if answers:
        tcp.expect_challenge_ack()
    tcp.expect_nothing()
    tcp.expect_state(State.ESTABLISHED)


@pytest.mark.row("K12")
def test_elsewhere_it_is_answered_all_the_same() -> None:
    tcp = to_fin_wait_1(a_dialogue(answer_ack_of_unsent=False))
    tcp.peer_says(".", seq=1, ack=9_999)
    tcp.expect_challenge_ack()


@pytest.mark.row("E13")
@pytest.mark.parametrize(("as_closed", "number"), [(False, {"seq": 2, "ack": 1}), (True, {"seq": 1})])
def test_data_after_close_may_be_answered_as_in_closed(as_closed: bool, number: dict[str, int]) -> None:
    tcp = to_established(a_dialogue(reset_as_closed=as_closed))
    tcp.user_closes(for_good=True)
    tcp.expect("F.", seq=1, ack=1)
    tcp.peer_says(".", seq=1, ack=1, data=b"late")
    tcp.expect_reset(**number)
    tcp.expect_state(State.CLOSED)


def test_a_reset_has_timestamps_where_they_were_agreed_on() -> None:
    tcp = a_dialogue(timestamps=True)
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.time_passes(20 * MS)
    tcp.peer_says("S.", seq=0, ack=1, options=(MaximumSegmentSize(1460), Timestamps(500, 0)))
    tcp.expect(".", seq=1, ack=1)
    tcp.time_passes(1000 * MS)
    tcp.user_aborts()
    assert tcp.expect("R.", seq=1, ack=1).option(Timestamps) == Timestamps(1020, 500)


def test_the_override_pushes_what_nobody_pushed() -> None:
    tcp = to_established(a_dialogue())
    tcp.user_sends(b"x" * 600, push=False)
    tcp.expect(".", seq=1, ack=1, data=b"x" * 536)
    tcp.peer_says(".", seq=1, ack=537)
    tcp.expect_nothing()
    tcp.time_passes(500 * MS)
    assert tcp.expect("P.", seq=537, ack=1, data=b"x" * 64).flags & PSH, "the override is a push"


# ---- TIME-WAIT -----------------------------------------------------------------------------------------------------

TWO_MSL = 2 * RFC9293.msl


@pytest.mark.row("P03")
@pytest.mark.row("P06")
@pytest.mark.parametrize(
    ("flags", "seq", "ack", "data", "answered"),
    [
        (".", 2, 2, b"", False),  # a bare segment with the next number
        (".", 2, 9, b"", False),  # whatever it acknowledges
        (".", 3, 2, b"", True),
        (".", 1, 2, b"", True),
        (".", 2, 2, b"hey", True),
        ("F.", 1, 2, b"", True),
        ("F.", 2, 2, b"", True),
        ("S.", 2, 0, b"", True),
        ("-", 2, None, b"", False),
        ("F", 2, None, b"", True),
        ("S", 2, None, b"", True),
        ("R", 3, None, b"", False),
        ("R.", 1, 2, b"", False),
    ],
)
def test_all_but_the_next_number_is_answered_in_time_wait_and_an_ack_starts_2msl_again(
    flags: str, seq: int, ack: int | None, data: bytes, answered: bool
) -> None:
    tcp = to_time_wait(a_dialogue(time_wait_answers="any-but-next"))
    tcp.time_passes(1000 * MS)
    tcp.peer_says(flags, seq, ack, data)
    if answered:
        tcp.expect(".", seq=2, ack=2)
    tcp.expect_nothing()
    tcp.expect_state(State.TIME_WAIT)
    restarts = ack is not None and "R" not in flags
    tcp.expect_deadline(Timer.TIME_WAIT, after=TWO_MSL - (0 if restarts else 1000 * MS))


@pytest.mark.row("P05")
@pytest.mark.parametrize("rfc1337", [False, True])
def test_a_reset_with_the_next_number_ends_time_wait_as_elsewhere(rfc1337: bool) -> None:
    tcp = to_time_wait(a_dialogue(time_wait_answers="any-but-next", rfc1337=rfc1337))
    tcp.peer_says("R", seq=2)
    tcp.expect_nothing()
    tcp.expect_state(State.TIME_WAIT if rfc1337 else State.CLOSED)


@pytest.mark.parametrize(("stamp", "answered", "remembered"), [(499, True, 500), (500, False, 500), (501, False, 501)])
def test_timestamps_count_there_too(stamp: int, answered: bool, remembered: int) -> None:
    tcp = a_dialogue(timestamps=True, time_wait_answers="any-but-next")
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.peer_says("S.", seq=0, ack=1, options=(MaximumSegmentSize(1460), Timestamps(500, 0)))
    tcp.expect(".", seq=1, ack=1)
    tcp.user_closes()
    tcp.expect("F.", seq=1, ack=1)
    tcp.peer_says("F.", seq=1, ack=2, options=(Timestamps(500, 0),))
    tcp.expect(".", seq=2, ack=2)
    tcp.peer_says(".", seq=2, ack=2, options=(Timestamps(stamp, 0),))
    if answered:
        tcp.expect(".", seq=2, ack=2)
    tcp.expect_nothing()
    assert tcp.tcb.ts_recent == remembered


@with_profile(minshall=True)
def test_the_end_of_a_long_text_does_not_wait(established: Dialogue) -> None:
    """Minshall: Nagle's algorithm holds back what is small only while something small is unacknowledged."""
    established.user_sends(b"x" * 600)
    established.expect(".", seq=1, ack=1, data=b"x" * 536)
    established.expect("P.", seq=537, ack=1, data=b"x" * 64)
    established.user_sends(b"y")
    established.expect_nothing()
    established.peer_says(".", seq=1, ack=601)
    established.expect("P.", seq=601, ack=1, data=b"y")
