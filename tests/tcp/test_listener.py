"""A listener and its children: two queues, and what happens when one is full (RFC 9293 §3.9.1.1, RFC 4987)."""

from collections.abc import Sequence

import pytest
from dialogue import WINDOW

from tcpsim.tcp import drops
from tcpsim.tcp.effects import Drop, Effect, Retransmit
from tcpsim.tcp.listener import Listener, give_up
from tcpsim.tcp.profiles import FREEBSD, LINUX, RFC9293, SECOND, Profile
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.states import State, Transition
from tcpsim.tcp.tcb import Tcb
from tcpsim.tcp.timeouts import time_passes
from tcpsim.wire import Segment, SocketPair, flag_letters, parse_flags

SERVER = "192.0.2.2"


def listening(profile: Profile = RFC9293, backlog: int | None = None) -> Listener:
    listener, effects = Listener.open(SERVER, 80, profile, backlog)
    assert [type(effect) for effect in effects] == [Transition]
    return listener


def said(flags: str, *, port: int = 40_000, seq: int = 300, ack: int = 0, data: bytes = b"") -> Segment:
    return Segment("192.0.2.1", port, SERVER, 80, seq, ack, parse_flags(flags), WINDOW, data)


def sent(effects: Sequence[Effect]) -> list[tuple[str, int, int]]:
    return [(flag_letters(e.flags), e.seq, e.ack) for e in effects if isinstance(e, Segment)]


def state_of(child: Tcb) -> State:
    return child.state


def syn(listener: Listener, port: int = 40_000, iss: int = 100) -> tuple[Tcb | None, list[Effect]]:
    return listener.segment_arrives(said("S", port=port), 0, iss)


@pytest.mark.row("B04")
def test_a_listener_needs_no_time() -> None:
    listener = listening()
    assert listener.tcb.state is State.LISTEN
    assert listener.tcb.next_deadline() is None


@pytest.mark.row("H03")
@pytest.mark.row("B09")
def test_a_syn_makes_a_child_and_the_listener_stays() -> None:
    listener = listening()
    child, effects = syn(listener)
    assert child is not None
    assert child.state is State.SYN_RECEIVED
    assert child.passive
    assert child.pair == SocketPair(SERVER, 80, "192.0.2.1", 40_000)
    assert sent(effects) == [("S.", 100, 301)]
    assert listener.tcb.state is State.LISTEN
    other, effects = syn(listener, port=40_001, iss=500)
    assert other is not None
    assert other is not child
    assert sent(effects) == [("S.", 500, 301)]
    assert list(listener.syn_queue) == [child.pair, other.pair]


@pytest.mark.parametrize(
    ("segment", "answer"),
    [
        pytest.param(said("R"), [], marks=pytest.mark.row("H01")),
        pytest.param(said("SR"), [], marks=pytest.mark.row("H01")),
        pytest.param(said(".", ack=9), [("R", 9, 0)], marks=pytest.mark.row("H02")),
        pytest.param(said("S.", ack=9), [("R", 9, 0)], marks=pytest.mark.row("H02")),
        pytest.param(said("F"), [], marks=pytest.mark.row("H06")),
        pytest.param(said("-", data=b"x"), [], marks=pytest.mark.row("H06")),
    ],
)
def test_anything_else_makes_no_child(segment: Segment, answer: list[tuple[str, int, int]]) -> None:
    listener = listening()
    child, effects = listener.segment_arrives(segment, 0, 100)
    assert child is None
    assert sent(effects) == answer
    assert not listener.syn_queue


@pytest.mark.row("H05")
def test_a_syn_with_fin_that_the_profile_drops_makes_no_child() -> None:
    listener = listening(RFC9293.with_changes(syn_fin="drop"))
    child, effects = listener.segment_arrives(said("SF"), 0, 100)
    assert child is None
    assert effects == [drops.SYN_FIN_IN_LISTEN]
    assert not listener.syn_queue


def test_a_child_waits_for_accept_once_its_syn_is_acknowledged() -> None:
    listener = listening()
    child, _ = syn(listener)
    assert child is not None
    segment_arrives(child, said(".", seq=301, ack=101), 0)
    assert child.state is State.ESTABLISHED
    listener.child_established(child.pair)
    assert not listener.syn_queue
    assert list(listener.accept_queue) == [child.pair]
    listener.child_established(child.pair)  # once is enough
    assert list(listener.accept_queue) == [child.pair]
    listener.child_gone(child.pair)
    assert not listener.accept_queue


@pytest.mark.row("J05")
@pytest.mark.row("U04")
def test_a_half_open_child_that_is_reset_frees_its_place() -> None:
    listener = listening(RFC9293.with_changes(syn_backlog=1))
    child, _ = syn(listener)
    assert child is not None
    segment_arrives(child, said("R", seq=301), 0)
    listener.child_gone(child.pair)
    assert syn(listener, port=40_001)[0] is not None


# ---- a full SYN queue --------------------------------------------------------------------------------------


@pytest.mark.row("U01")
@pytest.mark.parametrize(("policy", "answer"), [("drop", []), ("reset", [("R.", 0, 301)])])
def test_a_syn_that_finds_the_syn_queue_full(policy: str, answer: list[tuple[str, int, int]]) -> None:
    listener = listening(RFC9293.with_changes(syn_backlog=2, syn_overflow=policy))
    children = [syn(listener, port=port)[0] for port in (1, 2)]
    assert None not in children
    assert not listener.has_room
    child, effects = syn(listener, port=3)
    assert child is None
    assert [effect for effect in effects if isinstance(effect, Drop)] == [drops.SYN_QUEUE_FULL]
    assert sent(effects) == answer
    assert len(listener.syn_queue) == 2
    assert listener.surplus is None


@pytest.mark.row("U01")
def test_the_oldest_half_open_gives_way() -> None:
    """RFC 4987 §3.4: nobody is told, and its timers are off."""
    listener = listening(RFC9293.with_changes(syn_backlog=2, syn_overflow="evict"))
    first, second, third = (syn(listener, port=port)[0] for port in (1, 2, 3))
    assert first is not None
    assert second is not None
    assert third is not None
    assert listener.surplus == first.pair
    effects = give_up(first)
    assert sent(effects) == []
    assert first.state is State.CLOSED
    assert first.next_deadline() is None
    listener.child_gone(first.pair)
    assert len(listener.syn_queue) == listener.syn_limit
    assert list(listener.syn_queue) == [second.pair, third.pair]


def test_a_syn_queue_without_a_size_of_its_own_has_the_accept_queues() -> None:
    listener = listening(LINUX.with_changes(syn_cookies="off"), backlog=8)
    for port in range(9):
        assert syn(listener, port=port)[0] is not None
    assert syn(listener, port=9)[1] == [drops.SYN_QUEUE_FULL]


# ---- a full accept queue -----------------------------------------------------------------------------------


def established(listener: Listener, port: int) -> None:
    child, _ = syn(listener, port=port)
    assert child is not None
    listener.half_open(child, said(".", port=port, seq=301, ack=101), 0)
    assert child.state is State.ESTABLISHED
    listener.child_established(child.pair)


@pytest.mark.parametrize(
    ("profile", "backlog", "admitted"),
    [(RFC9293, 0, 1), (RFC9293, 2, 2), (LINUX, 0, 1), (LINUX, 2, 3), (FREEBSD, 0, 1), (FREEBSD, 2, 4), (FREEBSD, 5, 8)],
)
def test_how_many_a_backlog_admits(profile: Profile, backlog: int, admitted: int) -> None:
    listener = listening(profile.with_changes(accept_overflow_syn="drop"), backlog)
    for port in range(admitted):
        assert listener.has_room
        established(listener, port)
    assert not listener.has_room


@pytest.mark.row("H07")
@pytest.mark.parametrize(("policy", "answer"), [("drop", []), ("reset", [("R.", 0, 301)])])
def test_a_syn_that_finds_the_accept_queue_full(policy: str, answer: list[tuple[str, int, int]]) -> None:
    listener = listening(RFC9293.with_changes(accept_overflow_syn=policy), backlog=1)
    established(listener, 1)
    refused, effects = syn(listener, port=3)
    assert refused is None
    assert effects[0] is drops.ACCEPT_QUEUE_FULL
    assert sent(effects) == answer
    listener.accept_queue.popleft()
    assert syn(listener, port=3)[0] is not None


@pytest.mark.row("H07")
def test_a_syn_may_be_answered_though_the_accept_queue_is_full() -> None:
    listener = listening(RFC9293.with_changes(accept_overflow_syn="answer"), backlog=1)
    established(listener, 1)
    child, effects = syn(listener, port=3)
    assert child is not None
    assert sent(effects) == [("S.", 100, 301)]


@pytest.mark.row("U02")
def test_an_ack_that_finds_the_accept_queue_full_is_dropped_and_the_syn_ack_sent_again() -> None:
    listener = listening(backlog=1)
    child, _ = syn(listener, port=2)
    assert child is not None
    established(listener, 1)
    assert listener.half_open(child, said(".", port=2, seq=301, ack=101), 0) == [drops.ACCEPT_QUEUE_FULL]
    assert state_of(child) is State.SYN_RECEIVED
    deadline = child.next_deadline()
    assert deadline == SECOND
    again = [effect for effect in time_passes(child, deadline) if isinstance(effect, Retransmit)]
    assert sent([effect.segment for effect in again]) == [("S.", 100, 301)]
    listener.accept_queue.popleft()
    effects = listener.half_open(child, said("P.", port=2, seq=301, ack=101, data=b"hello"), SECOND)
    assert state_of(child) is State.ESTABLISHED
    assert sent(effects) == [(".", 101, 306)]


@pytest.mark.row("U02")
def test_an_ack_that_finds_the_accept_queue_full_may_be_reset() -> None:
    listener = listening(RFC9293.with_changes(accept_overflow_ack="reset"), backlog=1)
    child, _ = syn(listener, port=2)
    assert child is not None
    established(listener, 1)
    effects = listener.half_open(child, said(".", port=2, seq=301, ack=101), 0)
    assert effects[0] is drops.ACCEPT_QUEUE_FULL
    assert sent(effects) == [("R", 101, 0)]
    assert child.state is State.CLOSED
    assert child.next_deadline() is None


@pytest.mark.row("U02")
@pytest.mark.parametrize(("flags", "ack"), [("R", 0), (".", 102), ("S", 0)])
def test_what_opens_nothing_needs_no_room(flags: str, ack: int) -> None:
    listener = listening(backlog=1)
    child, _ = syn(listener, port=2)
    assert child is not None
    established(listener, 1)
    segment = said(flags, port=2, seq=301, ack=ack)
    assert drops.ACCEPT_QUEUE_FULL not in listener.half_open(child, segment, 0)


def test_a_child_that_need_not_wait_for_accept_needs_no_room() -> None:
    """It was handed over half-open, and so is in neither queue."""
    listener = listening(backlog=1)
    child, _ = syn(listener, port=2)
    assert child is not None
    del listener.syn_queue[child.pair]
    established(listener, 1)
    listener.half_open(child, said(".", port=2, seq=301, ack=101), 0)
    assert child.state is State.ESTABLISHED


def test_a_copy_goes_its_own_way() -> None:
    listener = listening()
    syn(listener)
    other = listener.copy()
    assert other.freeze() == listener.freeze()
    syn(other, port=40_001)
    assert len(listener.syn_queue) == 1
    assert other.freeze() != listener.freeze()
