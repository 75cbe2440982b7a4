"""SYN cookies: all that must be known comes back in one number, and what does not fit into it is lost (RFC 4987)."""

from collections.abc import Sequence
from typing import Any, Final

import pytest
from dialogue import WINDOW
from hypothesis import given
from hypothesis import strategies as st

from tcpsim.tcp import drops, signals
from tcpsim.tcp.cookies import LIFETIME, MSS_CLASSES, PERIOD, cookie, recognize
from tcpsim.tcp.effects import Effect, Signal
from tcpsim.tcp.listener import Listener
from tcpsim.tcp.profiles import LINUX, RFC9293, SECOND, Profile
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.states import State, Transition
from tcpsim.tcp.tcb import Tcb
from tcpsim.tcp.user_calls import receive, send
from tcpsim.wire import MASK, MaximumSegmentSize, Segment, SocketPair, flag_letters, options_notation, parse_flags
from tcpsim.wire.options import NoOperation, Option, SackPermitted, Timestamps, WindowScale

SERVER: Final = "192.0.2.2"
PAIR: Final = SocketPair(SERVER, 80, "192.0.2.1", 40_000)
KEY: Final = b"a secret"
ALWAYS: Final = RFC9293.with_changes(syn_cookies="always")
MSS_1460: Final[tuple[Option, ...]] = (MaximumSegmentSize(1460),)


def listening(profile: Profile = ALWAYS, backlog: int | None = None, secret: bytes = KEY) -> Listener:
    listener, _ = Listener.open(SERVER, 80, profile, backlog, secret)
    return listener


def said(flags: str, seq: int = 300, ack: int = 0, data: bytes = b"", **more: Any) -> Segment:
    return Segment("192.0.2.1", 40_000, SERVER, 80, seq & MASK, ack & MASK, parse_flags(flags), WINDOW, data, **more)


def segments(effects: Sequence[Effect]) -> list[Segment]:
    return [effect for effect in effects if isinstance(effect, Segment)]


def told(effects: Sequence[Effect]) -> list[str]:
    return [f"{flag_letters(segment.flags)} {segment.seq} {segment.ack}" for segment in segments(effects)]


def signalled(effects: Sequence[Effect]) -> list[Signal]:
    return [effect for effect in effects if isinstance(effect, Signal)]


def path(effects: Sequence[Effect]) -> list[State]:
    return [effect.destination for effect in effects if isinstance(effect, Transition)]


def answered(listener: Listener, now: int = 0, seq: int = 300, options: tuple[Option, ...] = MSS_1460) -> int:
    """The number of the SYN-ACK that answers a SYN, of which nothing is kept."""
    child, effects = listener.segment_arrives(said("S", seq, options=options), now, iss=4711)
    assert child is None
    assert not listener.syn_queue
    assert signalled(effects) == [signals.SYN_COOKIE_SENT]
    (syn_ack,) = segments(effects)
    assert len(effects) == 2
    assert (flag_letters(syn_ack.flags), syn_ack.ack) == ("S.", (seq + 1) & MASK)
    return syn_ack.seq


def came_back(listener: Listener, segment: Segment, now: int = 0) -> tuple[Tcb, list[Effect]]:
    child, effects = listener.segment_arrives(segment, now, iss=4711)
    assert child is not None
    assert signalled(effects)[0] is signals.SYN_COOKIE_CAME_BACK
    assert list(listener.syn_queue) == [child.pair]
    listener.child_established(child.pair)
    return child, effects


# ---- the number --------------------------------------------------------------------------------------------


@pytest.mark.row("U05")
@given(
    seq=st.integers(0, MASK),
    mss=st.integers(1, 65_535),
    made=st.integers(0, 40 * PERIOD),
    later=st.integers(0, PERIOD),
)
def test_a_cookie_holds_the_class_of_the_mss_for_at_least_a_period(seq: int, mss: int, made: int, later: int) -> None:
    iss = cookie(PAIR, seq, mss, made, KEY)
    segment = said(".", seq + 1, iss + 1)
    assert recognize(PAIR, segment, made + later, KEY) == max(size for size in MSS_CLASSES if size <= mss)


@pytest.mark.row("U06")
def test_a_cookie_lives_through_its_period_and_the_next() -> None:
    segment = said(".", 301, cookie(PAIR, 300, 1460, PERIOD // 2, KEY) + 1)
    assert recognize(PAIR, segment, 2 * PERIOD - 1, KEY) == 1460
    assert recognize(PAIR, segment, 2 * PERIOD, KEY) is None
    assert recognize(PAIR, segment, 32 * PERIOD, KEY) is None, "the time comes round, the hash does not"


@pytest.mark.row("U06")
@pytest.mark.row("V02")
def test_a_cookie_is_good_for_one_pair_and_one_key_only() -> None:
    iss = cookie(PAIR, 300, 1460, 0, KEY)
    segment = said(".", 301, iss + 1)
    assert recognize(PAIR, segment, 0, KEY) == 1460
    for pair in (PAIR._replace(rport=40_001), PAIR._replace(remote="192.0.2.3"), PAIR._replace(lport=81)):
        assert recognize(pair, segment, 0, KEY) is None
    assert recognize(PAIR, segment, 0, b"another secret") is None
    for off in (-1, 1, 1 << 24, 1 << 27):
        assert recognize(PAIR, said(".", 301, iss + 1 + off), 0, KEY) is None


def test_the_same_syn_gets_the_same_cookie() -> None:
    listener = listening()
    assert answered(listener, now=SECOND) == answered(listener, now=2 * SECOND)
    assert answered(listener) == answered(listening())
    assert answered(listener) != answered(listening(secret=b"another secret"))


# ---- the handshake -----------------------------------------------------------------------------------------


@pytest.mark.row("U05")
@pytest.mark.row("U06")
def test_the_third_segment_makes_the_connection() -> None:
    listener = listening()
    iss = answered(listener)
    child, effects = came_back(listener, said(".", 301, iss + 1), SECOND)
    assert segments(effects) == []
    assert path(effects) == [State.SYN_RECEIVED, State.ESTABLISHED]
    assert (child.pair, child.passive) == (PAIR, True)
    assert (child.irs, child.rcv_nxt) == (300, 301)
    assert (child.iss, child.snd_una, child.snd_nxt) == (iss, iss + 1, iss + 1)
    assert child.snd_wnd == WINDOW
    assert child.next_deadline() is None
    assert list(listener.accept_queue) == [PAIR]
    assert told(segment_arrives(child, said("P.", 301, iss + 1, b"hello"), SECOND)) == [f". {iss + 1} 306"]
    assert told(send(child, b"hi", SECOND)) == [f"P. {iss + 1} 306"]


@pytest.mark.row("U06")
def test_numbers_may_wrap() -> None:
    listener = listening()
    iss = answered(listener, seq=MASK)
    child, _ = came_back(listener, said(".", 0, iss + 1))
    assert (child.irs, child.rcv_nxt, child.iss) == (MASK, 0, iss)


@pytest.mark.row("U07")
def test_the_third_segment_lost_the_first_data_makes_the_connection() -> None:
    listener = listening()
    iss = answered(listener)
    child, effects = came_back(listener, said("P.", 301, iss + 1, b"hello"))
    assert told(effects) == [f". {iss + 1} 306"]
    assert receive(child, None, 0)[0] == b"hello"


@pytest.mark.row("U07")
def test_the_third_segment_lost_a_fin_makes_the_connection() -> None:
    listener = listening()
    iss = answered(listener)
    child, effects = came_back(listener, said("F.", 301, iss + 1))
    assert path(effects) == [State.SYN_RECEIVED, State.ESTABLISHED, State.CLOSE_WAIT]
    assert told(effects) == [f". {iss + 1} 302"]
    assert child.incoming.ended


@pytest.mark.row("U06")
@pytest.mark.row("H02")
@pytest.mark.parametrize("off", [-1, 1, 1000])
def test_a_forged_cookie_is_reset_as_in_listen(off: int) -> None:
    listener = listening()
    iss = answered(listener)
    child, effects = listener.segment_arrives(said(".", 301, iss + 1 + off), 0, iss=4711)
    assert child is None
    assert effects[0] is drops.ACK_IN_LISTEN
    assert told(effects) == [f"R {(iss + 1 + off) & MASK} 0"]


@pytest.mark.row("U06")
def test_a_stale_cookie_is_reset_as_in_listen() -> None:
    listener = listening()
    iss = answered(listener)
    answered(listener, now=LIFETIME - 1)  # others are still about
    child, effects = listener.segment_arrives(said(".", 301, iss + 1), LIFETIME, iss=4711)
    assert child is None
    assert told(effects) == [f"R {iss + 1} 0"]


@pytest.mark.row("U06")
def test_nothing_is_tried_where_no_cookie_can_be_about() -> None:
    """Whoever guesses at cookies has but the time after one was sent: 128 s."""
    listener = listening()
    iss = cookie(PAIR, 300, 1460, 0, KEY)
    child, effects = listener.segment_arrives(said(".", 301, iss + 1), 0, iss=4711)
    assert child is None
    assert effects[0] is drops.ACK_IN_LISTEN
    again = listening()
    last = answered(again)
    assert again.cookies_until == LIFETIME
    child, effects = again.segment_arrives(said(".", 301, last + 1), LIFETIME, iss=4711)
    assert child is None
    assert effects[0] is drops.ACK_IN_LISTEN


# ---- what is lost ------------------------------------------------------------------------------------------


@pytest.mark.row("U05")
def test_options_are_lost() -> None:
    """Window scale, SACK and timestamps would have been agreed on: an ordinary SYN-ACK offers them, a cookie not."""
    offered = (*MSS_1460, SackPermitted(), Timestamps(1000, 0), NoOperation(), WindowScale(7))
    usual, _ = listening(LINUX).segment_arrives(said("S", options=offered), 0, iss=4711)
    assert usual is not None
    assert (usual.agreed.scaling, usual.agreed.sack, usual.agreed.timestamps) == (True, True, True)
    listener = listening(LINUX.with_changes(syn_cookies="always"))
    _, effects = listener.segment_arrives(said("S", options=offered), 0, iss=4711)
    (syn_ack,) = segments(effects)
    assert options_notation(syn_ack.options) == "<mss 1460>"
    child, _ = came_back(listener, said(".", 301, syn_ack.seq + 1))
    assert (child.agreed.scaling, child.agreed.sack, child.agreed.timestamps) == (False, False, False)
    assert child.snd_wnd == WINDOW


@pytest.mark.row("U05")
@pytest.mark.parametrize(
    ("options", "mss"),
    [
        (MSS_1460, 1_460),
        ((MaximumSegmentSize(9_000),), 1_460),
        ((MaximumSegmentSize(1_459),), 1_440),
        ((MaximumSegmentSize(1_000),), 536),
        ((), 536),
        ((MaximumSegmentSize(63),), 1),
    ],
)
def test_of_the_mss_only_a_class_is_left(options: tuple[Option, ...], mss: int) -> None:
    listener = listening()
    iss = answered(listener, options=options)
    child, _ = came_back(listener, said(".", 301, iss + 1))
    assert child.agreed.mss == mss


def test_text_and_fin_with_the_syn_are_not_kept() -> None:
    listener = listening()
    child, effects = listener.segment_arrives(said("SF", data=b"hello", options=MSS_1460), 0, iss=4711)
    assert child is None
    (syn_ack,) = segments(effects)
    assert syn_ack.ack == 301
    dropping = listening(ALWAYS.with_changes(syn_fin="drop"))
    assert dropping.segment_arrives(said("SF"), 0, iss=4711) == (None, [drops.SYN_FIN_IN_LISTEN])


@pytest.mark.row("U05")
def test_the_round_trip_is_not_measured() -> None:
    """When the SYN-ACK left is forgotten. RFC 6298 (5.7)'s three seconds are for a timer that expired: none ran."""
    listener = listening()
    iss = answered(listener)
    child, _ = came_back(listener, said(".", 301, iss + 1), 60 * SECOND)
    assert (child.rto.srtt, child.rto.rto) == (-1, SECOND)


# ---- when --------------------------------------------------------------------------------------------------


@pytest.mark.row("U05")
def test_when_full_a_queue_with_room_keeps_what_it_is_told() -> None:
    listener = listening(RFC9293.with_changes(syn_cookies="when_full", syn_backlog=1, syn_overflow="reset"))
    kept, effects = listener.segment_arrives(said("S").replace(sport=1), 0, iss=100)
    assert kept is not None
    assert told(effects) == ["S. 100 301"]
    child, effects = listener.segment_arrives(said("S"), 0, iss=4711)
    assert child is None
    assert signalled(effects) == [signals.SYN_COOKIE_SENT]
    assert list(listener.syn_queue) == [kept.pair]
    (syn_ack,) = segments(effects)
    child, effects = listener.segment_arrives(said(".", 301, syn_ack.seq + 1), 0, iss=4711)
    assert child is not None
    assert child.state is State.ESTABLISHED


@pytest.mark.row("U02")
@pytest.mark.row("U06")
@pytest.mark.parametrize(("policy", "answer"), [("drop", []), ("reset", ["R"])])
def test_a_cookie_that_comes_back_may_find_no_room(policy: str, answer: list[str]) -> None:
    listener = listening(ALWAYS.with_changes(accept_overflow_ack=policy), backlog=1)
    iss = answered(listener)
    listener.accept_queue.append(PAIR._replace(rport=1))
    child, effects = listener.segment_arrives(said(".", 301, iss + 1), 0, iss=4711)
    assert child is None
    assert effects[0] is drops.ACCEPT_QUEUE_FULL
    assert [flag_letters(segment.flags) for segment in segments(effects)] == answer


@pytest.mark.row("H07")
def test_no_cookie_is_sent_for_which_there_would_be_no_room() -> None:
    listener = listening(backlog=1)
    listener.accept_queue.append(PAIR._replace(rport=1))
    assert listener.segment_arrives(said("S"), 0, iss=4711) == (None, [drops.ACCEPT_QUEUE_FULL])


def test_a_copy_knows_of_the_cookies_that_are_about() -> None:
    listener = listening()
    before = listener.freeze()
    iss = answered(listener)
    assert listener.freeze() != before
    child, _ = came_back(listener.copy(), said(".", 301, iss + 1))
    assert child.state is State.ESTABLISHED
