"""A listener and its children: two queues, and what happens when one is full (RFC 9293 §3.9.1.1, RFC 4987)."""

import pytest
from dialogue import WINDOW

from tcpsim.tcp import drops
from tcpsim.tcp.effects import Drop, Effect
from tcpsim.tcp.listener import Listener
from tcpsim.tcp.profiles import RFC9293, Profile
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.states import State, Transition
from tcpsim.tcp.tcb import Tcb
from tcpsim.wire import Segment, SocketPair, parse_flags

SERVER = "192.0.2.2"


def listening(profile: Profile = RFC9293, backlog: int | None = None) -> Listener:
    listener, effects = Listener.open(SERVER, 80, profile, backlog)
    assert [type(effect) for effect in effects] == [Transition]
    return listener


def said(flags: str, *, port: int = 40_000, seq: int = 300, ack: int = 0, data: bytes = b"") -> Segment:
    return Segment("192.0.2.1", port, SERVER, 80, seq, ack, parse_flags(flags), WINDOW, data)


def sent(effects: list[Effect]) -> list[tuple[str, int, int]]:
    from tcpsim.wire import flag_letters

    return [(flag_letters(e.flags), e.seq, e.ack) for e in effects if isinstance(e, Segment)]


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


@pytest.mark.row("H07")
@pytest.mark.row("U01")
@pytest.mark.parametrize(("reset", "answer"), [(False, []), (True, [("R.", 0, 301)])])
def test_a_full_syn_queue(reset: bool, answer: list[tuple[str, int, int]]) -> None:
    listener = listening(RFC9293.with_changes(syn_backlog=2, reset_on_overflow=reset))
    children = [syn(listener, port=port)[0] for port in (1, 2)]
    assert None not in children
    child, effects = syn(listener, port=3)
    assert child is None
    assert [effect for effect in effects if isinstance(effect, Drop)] == [drops.SYN_QUEUE_FULL]
    assert sent(effects) == answer
    assert len(listener.syn_queue) == 2


@pytest.mark.row("H07")
@pytest.mark.row("U02")
def test_a_full_accept_queue() -> None:
    listener = listening(backlog=1)
    child, _ = syn(listener)
    assert child is not None
    listener.child_established(child.pair)
    refused, effects = syn(listener, port=3)
    assert refused is None
    assert effects == [drops.ACCEPT_QUEUE_FULL]
    listener.accept_queue.popleft()
    assert syn(listener, port=3)[0] is not None


def test_a_copy_goes_its_own_way() -> None:
    listener = listening()
    syn(listener)
    other = listener.copy()
    assert other.freeze() == listener.freeze()
    syn(other, port=40_001)
    assert len(listener.syn_queue) == 1
    assert other.freeze() != listener.freeze()
