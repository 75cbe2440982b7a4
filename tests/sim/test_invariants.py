"""What holds in every run, over a few hundred random small worlds (rows X01 to X10).

What must hold at every moment is looked at in every test (`invariants`); that the looking finds something is shown at
the end. What comes of a run, and what two runs have in common, is asked here.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invariants import Broken, Endpoint, follow
from worlds import CLIENT, MS, SECOND, SERVER, a_setup, errors, fault, returned, states

from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
    Happening,
    HostSetup,
    Impairments,
    Limits,
    Listen,
    NetworkSetup,
    Program,
    Recv,
    Send,
    Shutdown,
    Step,
    Wait,
    WorldSetup,
)
from tcpsim.sim.world import World
from tcpsim.tcp import user_calls
from tcpsim.tcp.effects import Deliver, Effect, Retransmit, Timer, TimerExpired
from tcpsim.tcp.profiles import FREEBSD, LINUX, RFC9293, TEACHING
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.signals import END_OF_STREAM
from tcpsim.tcp.states import TRANSITIONS, State, Transition
from tcpsim.tcp.tcb import Tcb
from tcpsim.tcp.timeouts import time_passes
from tcpsim.wire import ACK, FIN, RST, SYN, Segment, SocketPair

few = settings(derandomize=True, deadline=None, database=None, max_examples=40)
many = settings(derandomize=True, deadline=None, database=None, max_examples=80)

PROFILES = (
    RFC9293,
    LINUX,
    FREEBSD,
    TEACHING,
    RFC9293.with_changes(receive_buffer=50, send_buffer=70, delayed_ack=200 * MS),
    RFC9293.with_changes(nagle=False, timestamps=True, sack=True, window_scale=3, figure_7=True),
)
# "Unlimited time" (X07): nobody gives up.
UNLIMITED: dict[str, Any] = dict.fromkeys(
    (
        *("user_timeout", "connect_timeout", "orphan_timeout"),
        *("data_retries", "orphan_retries", "syn_retries", "syn_ack_retries"),
    )
) | {"r2": 1 << 60, "r2_syn": 1 << 60}
impairments = st.builds(
    Impairments,
    delay=st.sampled_from([0, 1, 20 * MS, 300 * MS]),
    jitter=st.sampled_from([0, 0, 15 * MS]),
    loss=st.sampled_from([0.0, 0.0, 0.1, 0.2]),
    duplicate=st.sampled_from([0.0, 0.2]),
    reorder=st.sampled_from([0.0, 0.2]),
    corrupt=st.sampled_from([0.0, 0.1]),
    rate=st.sampled_from([None, None, 1_000_000]),
)
# What ends after a while: segments that are lost wherever they are sent, and cables that are out.
outages = st.lists(
    st.tuples(st.sampled_from(["client", "server"]), st.integers(0, 400 * MS), st.integers(1, 5 * SECOND)), max_size=3
)
drops = st.lists(
    st.builds(
        fault,
        st.just("drop"),
        st.sampled_from(["client", "server"]),
        st.sampled_from(["any", "SYN", "SYN-ACK", "ACK", "DATA", "FIN"]),
        st.integers(1, 4),
    ),
    max_size=4,
)
texts = st.sampled_from([b"", b"x", b"hello", bytes(range(256)), bytes(range(200)) * 20])
pauses = st.sampled_from([(), (Wait(MS),), (Wait(700 * MS),)])


def ends_orderly(ours: bytes, theirs: bytes, pause: Program, *, half_close: bool) -> Program:
    """Say ours, hear all of theirs, close: whichever comes first."""
    if half_close:
        return (Send(ours), *pause, Shutdown(), Recv(), Close())
    return (Send(ours), *pause, Recv(len(theirs)), Close())


@st.composite
def orderly(draw: st.DrawFn) -> tuple[WorldSetup, bytes, bytes]:
    """Two programs that read all that the other says before they close for good."""
    up, down = draw(texts), draw(texts)
    if min(len(up), len(down)) > 50:
        down = b"hello"  # two that both speak before they listen can wait for each other for ever
    half = draw(st.booleans())
    client: Program = (*draw(pauses), Connect(), *ends_orderly(up, down, draw(pauses), half_close=half))
    server: Program = (Listen(), Accept(), *ends_orderly(down, up, draw(pauses), half_close=half))
    setup = a_setup(
        client,
        server,
        profile=draw(st.sampled_from(PROFILES)).with_changes(**UNLIMITED),
        iss=(draw(st.sampled_from([100, 0xFFFF_FFFF, 0xFFFF_FFF0])),),
        network=NetworkSetup(draw(impairments)),
        faults=tuple(draw(drops)),
        happenings=tuple(
            happening
            for host, begin, duration in draw(outages)
            for happening in (Happening(begin, host, "unplug"), Happening(begin + duration, host, "plug"))
        ),
        seed=draw(st.integers(0, 1000)),
        limits=Limits(events=5000),
    )
    return setup, up, down


steps: st.SearchStrategy[Step] = st.sampled_from(
    [Send(b"hello"), Send(b"x" * 3000), Recv(5), Recv(), Wait(30 * MS), Wait(5 * SECOND), Shutdown(), Close()]
)
any_talk = st.lists(steps, max_size=5).map(tuple)


@st.composite
def disorderly(draw: st.DrawFn) -> WorldSetup:
    """Two programs that do as they please, in a handshake of either kind."""
    profile = draw(st.sampled_from(PROFILES))
    hosts = (
        HostSetup("client", CLIENT, 40_000, (0xFFFF_FFFE,), profile),
        HostSetup("server", SERVER, 80, (300,), draw(st.sampled_from(PROFILES))),
    )
    simultaneous = draw(st.booleans())
    server: Program = (Connect(port=40_000),) if simultaneous else (Listen(), Accept())
    return a_setup(
        (Connect(port=80), *draw(any_talk)),
        (*server, *draw(any_talk)),
        hosts=hosts,
        network=NetworkSetup(draw(impairments)),
        seed=draw(st.integers(0, 1000)),
        limits=Limits(events=5000),
    )


# ---- what is looked at after every event --------------------------------------------------------------------


@pytest.mark.row("X01")
@pytest.mark.row("X03")
@pytest.mark.row("X04")
@pytest.mark.row("X05")
@pytest.mark.row("X06")
@pytest.mark.row("X10")
@many
@given(disorderly())
def test_whatever_two_programs_do(setup: WorldSetup) -> None:
    """What must hold of each end, and of both, holds after every event: the observer of every test looks."""
    world = World(setup).run()  # which may go on for ever: probing a window that nobody opens
    assert world.events_handled


# ---- what comes of it --------------------------------------------------------------------------------------


def received(world: World, host: str) -> bytes:
    return b"".join(value for name, value in returned(world, host) if name == "recv")


@pytest.mark.row("X02")
@pytest.mark.row("X07")
@many
@given(orderly())
def test_every_octet_once_and_in_order_and_then_both_are_closed(drawn: tuple[WorldSetup, bytes, bytes]) -> None:
    """Whatever the network does, as long as it does not do it for ever. (That 2 MSL are kept, the observer sees to.)"""
    setup, up, down = drawn
    world = World(setup).run()
    assert not world.stopped, world.stopped
    assert (errors(world, "client"), errors(world, "server")) == ([], [])
    assert received(world, "server") == up
    assert received(world, "client") == down
    for host in ("client", "server"):
        assert states(world, host)[-1] in {"CLOSED", "LISTEN"}
        assert not world.hosts[host].connections


@pytest.mark.row("X09")
@few
@given(orderly(), st.integers(1, 12), st.sampled_from(["client", "server"]), st.sampled_from([0, 1, 3 * MS]))
def test_a_duplicate_of_any_segment_changes_nothing_that_matters(
    drawn: tuple[WorldSetup, bytes, bytes], nth: int, sender: str, after: int
) -> None:
    setup, up, down = drawn
    quiet = NetworkSetup(Impairments(delay=setup.network.everywhere.delay))
    twice = fault("duplicate", sender, "any", nth, after=after)
    plain = World(WorldSetup(setup.hosts, setup.programs, quiet)).run()
    world = World(WorldSetup(setup.hosts, setup.programs, quiet, (twice,))).run()
    for host in ("client", "server"):
        # LISTEN: a SYN that came again after all was over opened, and its RST closed, a connection that never was
        assert states(world, host)[-1] in {states(plain, host)[-1], "LISTEN"}
    assert (received(world, "server"), received(world, "client")) == (up, down)


@pytest.mark.row("X08")
@few
@given(disorderly())
def test_a_setup_has_one_trace(setup: WorldSetup) -> None:
    one, other = World(setup).run(), World(setup)
    for _ in range(7):
        other.step()
    other = other.copy().run()
    assert [repr(event) for event in one.trace.events] == [repr(event) for event in other.trace.events]


@pytest.mark.row("X04")
@pytest.mark.row("R01")
def test_two_that_both_speak_before_they_listen_probe_each_other_no_faster_than_probes_are() -> None:
    profile = RFC9293.with_changes(receive_buffer=50, send_buffer=70)
    text = b"x" * 1000
    setup = a_setup(
        (Connect(), Send(text), Recv()),
        (Listen(), Accept(), Send(text), Recv()),
        profile=profile,
        limits=Limits(time=3600 * SECOND),
    )
    world = World(setup).run()
    assert len(world.trace.flights) < 400  # two probes a minute, and their answers
    assert "client in call 2 of its program; server in call 3 of its program" in world.stopped


# ---- that it would be noticed ------------------------------------------------------------------------------

PAIR: Final = SocketPair(CLIENT, 40_000, SERVER, 80)


def segment(flags: int, seq: int, ack: int = 0, data: bytes = b"") -> Segment:
    """From the end that is followed; numbers are those of the wire."""
    return Segment(*PAIR, seq, ack, flags, 65_535, data)


class Followed:
    """An end in ESTABLISHED (ISS 100, IRS 300; it has sent 10 octets, of which 4 are acknowledged), and what it is."""

    def __init__(self) -> None:
        self.tcb = Tcb(PAIR, RFC9293, passive=False)
        self.end = Endpoint(State.CLOSED)
        self.did(user_calls.open_active(self.tcb, 0, 100))
        self.hears(SYN | ACK, 300, 101)
        self.did(user_calls.send(self.tcb, b"0123456789", 0))
        self.hears(ACK, 301, 105)

    def did(self, effects: list[Effect], heard: Segment | None = None, now: int = 0) -> None:
        self.end = follow(self.end, self.tcb, effects, now, heard)

    def hears(self, flags: int, seq: int, ack: int, data: bytes = b"") -> None:
        arrived = Segment(*PAIR.reverse, seq, ack, flags, 65_535, data)
        self.did(segment_arrives(self.tcb, arrived, 0), arrived)

    def closes(self) -> None:
        self.did(user_calls.close(self.tcb, 0))

    def to_time_wait(self) -> None:
        self.closes()
        self.hears(FIN | ACK, 301, 112)


def row(source: State, destination: State) -> Transition:
    """A row of the table between two states; made up where there is none."""
    real = (row for row in TRANSITIONS if (row.source, row.destination) == (source, destination))
    return next(real, Transition("made_up", source, destination, "", "", "", ""))


def changing(**changes: int) -> Callable[[Followed], None]:
    """The TCB changes, and nothing told."""

    def change(it: Followed) -> None:
        for name, by in changes.items():
            setattr(it.tcb, name, getattr(it.tcb, name) + by)
        it.did([])

    return change


def doing(*effects: Effect) -> Callable[[Followed], None]:
    return lambda it: it.did(list(effects))


def answering(heard: Segment, *effects: Effect) -> Callable[[Followed], None]:
    reversed_ = heard.replace(src=SERVER, sport=80, dst=CLIENT, dport=40_000)
    return lambda it: it.did(list(effects), reversed_)


def _a_second_fin(it: Followed) -> None:
    it.closes()
    it.did([Retransmit(segment(FIN | ACK, 112, 301), 1)])


def _data_after_the_fin(it: Followed) -> None:
    it.closes()
    it.did([segment(ACK, 112, 301, b"more")])


def _a_fin_over_data(it: Followed) -> None:
    it.did([segment(FIN | ACK, 106, 301)])


def _a_fin_before_what_is_queued(it: Followed) -> None:
    it.tcb.outgoing.append(b"late")
    it.tcb.outgoing.fin_sent = True
    it.tcb.snd_nxt += 1
    it.tcb.outgoing.retransmission_queue[-1] = it.tcb.outgoing.retransmission_queue[-1]._replace(end=112)
    it.did([segment(FIN | ACK, 111, 301)])


def _the_dead_speak(it: Followed) -> None:
    it.did(user_calls.abort(it.tcb, 0))
    it.did([segment(ACK, 111, 301)])


def _a_reset_nobody_would_believe(it: Followed) -> None:
    it.did(user_calls.abort(it.tcb, 0))
    answering(segment(ACK, 301, 111), segment(RST | ACK, 0, 301))(it)


def _who_called_listens(it: Followed) -> None:
    it.end = Endpoint(State.CLOSED)
    it.did([row(State.CLOSED, State.SYN_SENT), row(State.SYN_SENT, State.SYN_RECEIVED), RESET_TO_LISTEN])


def _no_timer(it: Followed) -> None:
    it.tcb.stop_timers([])
    it.did([])


def _a_timer_of_the_dead(it: Followed) -> None:
    it.did(user_calls.abort(it.tcb, 0))
    it.tcb.timers[Timer.KEEP_ALIVE] = 5
    it.did([])


def _a_timer_of_the_dead_expires(it: Followed) -> None:
    it.did(user_calls.abort(it.tcb, 0))
    it.did([TimerExpired(Timer.USER)])


def _too_short_a_time_wait(it: Followed) -> None:
    it.to_time_wait()
    it.tcb.timers[Timer.TIME_WAIT] = now = 240 * SECOND - 1
    it.did(time_passes(it.tcb, now), now=now)


def _a_fin_in_time_wait_is_for_nothing(it: Followed) -> None:
    it.to_time_wait()
    again = Segment(*PAIR.reverse, 301, 112, FIN | ACK, 65_535)
    it.did([segment(ACK, 112, 302)], again, now=SECOND)
    it.did(time_passes(it.tcb, 240 * SECOND), now=240 * SECOND)


def _a_state_without_a_row(it: Followed) -> None:
    it.tcb.state = State.CLOSE_WAIT
    it.did([])


def _no_time_wait(it: Followed) -> None:
    it.to_time_wait()
    it.tcb.stop_timers([])
    it.did([])


RESET_TO_LISTEN: Final = Transition("rcv_rst", State.SYN_RECEIVED, State.LISTEN, "", "", "", "")
MISTAKES: Final[dict[str, tuple[str, Callable[[Followed], None]]]] = {
    "SND.UNA goes back": ("X01", changing(snd_una=-1)),
    "SND.UNA overtakes SND.NXT": ("X01", changing(snd_una=7)),
    "RCV.NXT goes back": ("X01", changing(rcv_nxt=-1)),
    "another ISS": ("X01", changing(iss=1)),
    "another IRS": ("X01", changing(irs=1)),
    "what is unacknowledged is not kept": ("X01", changing(snd_una=1)),
    "RCV.NXT runs ahead": ("X02", changing(rcv_nxt=5)),
    "something is delivered twice": ("X02", doing(Deliver(5))),
    "nothing is delivered": ("X02", doing(Deliver(0))),
    "the stream ends twice": ("X02", doing(END_OF_STREAM, END_OF_STREAM)),
    "other octets under the same number": ("X02", doing(Retransmit(segment(ACK, 105, 301, b"other"), 1))),
    "a hole in what is sent": ("X02", doing(segment(ACK, 112, 301, b"hello"))),
    "a reset answers a reset": ("X03", answering(segment(RST, 301), segment(RST, 0))),
    "an acknowledgment answers one": ("X04", answering(segment(ACK, 301, 111), segment(ACK, 111, 301))),
    "a segment without ACK": ("X05", doing(segment(0, 111, 0, b"hello"))),
    "a first SYN too late": ("X05", doing(segment(SYN, 100))),
    "a reset that opens": ("X05", doing(segment(RST | SYN | ACK, 111))),
    "a SYN after the handshake": ("X06", doing(segment(SYN | ACK, 100, 301))),
    "a second FIN": ("X06", _a_second_fin),
    "data after the FIN": ("X06", _data_after_the_fin),
    "a FIN in the middle": ("X06", _a_fin_over_data),
    "a FIN before what is queued": ("X06", _a_fin_before_what_is_queued),
    "a number of 33 bits": ("X01", doing(segment(ACK, 1 << 32, 301))),
    "a reset that nobody would believe": ("X05", _a_reset_nobody_would_believe),
    "who called listens after a reset": ("MUST-11", _who_called_listens),
    "nobody will send it again": ("X07", _no_timer),
    "TIME-WAIT for too short": ("X07", _too_short_a_time_wait),
    "a FIN does not prolong TIME-WAIT": ("X07", _a_fin_in_time_wait_is_for_nothing),
    "TIME-WAIT for ever": ("X07", _no_time_wait),
    "a timer of a deleted TCB runs": ("X10", _a_timer_of_the_dead),
    "a timer of a deleted TCB expires": ("X10", _a_timer_of_the_dead_expires),
    "a deleted TCB speaks": ("X10", _the_dead_speak),
    "a state without a row": ("states", _a_state_without_a_row),
    "a row from another state": ("states", doing(row(State.FIN_WAIT_2, State.TIME_WAIT))),
    "a row that no RFC has": ("states", doing(row(State.ESTABLISHED, State.LAST_ACK))),
}


@pytest.mark.parametrize(("number", "mistake"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_noticed(number: str, mistake: Callable[[Followed], None]) -> None:
    """None of these checks is one that cannot fail."""
    followed = Followed()
    with pytest.raises(Broken) as broken:
        mistake(followed)
    assert broken.value.row == number, broken.value


def test_without_a_mistake_there_is_nothing_to_notice() -> None:
    followed = Followed()
    followed.hears(ACK, 301, 111, b"hello")
    followed.closes()
    followed.hears(ACK, 306, 112)
    followed.hears(FIN | ACK, 306, 112)
    assert followed.tcb.state is State.TIME_WAIT
    followed.did(time_passes(followed.tcb, 240 * SECOND), now=240 * SECOND)
    assert followed.end.gone
