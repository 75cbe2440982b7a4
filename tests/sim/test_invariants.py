"""What holds in every run, over a few hundred random small worlds (rows X01 to X10)."""

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import CLIENT, MS, SECOND, SERVER, a_setup, errors, fault, returned, states

from tcpsim.sim.host import Connection
from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
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
from tcpsim.tcp.profiles import FREEBSD, LINUX, RFC9293, TEACHING
from tcpsim.tcp.states import State
from tcpsim.trace import Called, SegmentArrived, SegmentDropped, SegmentSent, StateChanged, TimerEvent, Trace
from tcpsim.wire import ACK, FIN, HALF, MASK, RST, SYN, SocketPair

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


# ---- what the numbers of a connection do -------------------------------------------------------------------


class Numbers:
    """Follows the connections of a world from event to event."""

    def __init__(self) -> None:
        self.last: dict[int, tuple[Connection, int, int, int]] = {}

    def look(self, world: World) -> None:
        for host in world.hosts.values():
            held = [process.connection for process in host.processes.values() if process.connection is not None]
            for connection in (*host.connections.values(), *held):
                tcb = connection.tcb
                if tcb.state is State.CLOSED:
                    assert tcb.next_deadline() is None, "a deleted TCB has a timer (X10)"
                if tcb.state in {State.CLOSED, State.LISTEN, State.SYN_SENT}:
                    continue
                before = self.last.get(id(connection))
                if before is not None and before[1] == tcb.irs:
                    assert (tcb.snd_una - before[2]) & MASK < HALF, "SND.UNA went back (X01)"
                    assert (tcb.rcv_nxt - before[3]) & MASK < HALF, "RCV.NXT went back (X01)"
                assert (tcb.snd_nxt - tcb.snd_una) & MASK < HALF, "SND.UNA is ahead of SND.NXT (X01)"
                self.last[id(connection)] = (connection, tcb.irs, tcb.snd_una, tcb.rcv_nxt)


@pytest.mark.row("X01")
@pytest.mark.row("X10")
@few
@given(disorderly())
def test_numbers_never_go_back_and_deleted_connections_have_no_timers(setup: WorldSetup) -> None:
    world, numbers = World(setup), Numbers()
    for _ in range(400):
        if not world.step():
            break
        numbers.look(world)


# ---- what goes over the wire -------------------------------------------------------------------------------


def causes(trace: Trace) -> list[tuple[Any, list[Any]]]:
    """Each thing that reached a host, with the events that it led to."""
    groups: list[tuple[Any, list[Any]]] = []
    for event in trace.events:
        expired = isinstance(event, TimerEvent) and event.what == "expired"
        if isinstance(event, SegmentArrived | Called) or expired:
            groups.append((event, []))
        elif groups and groups[-1][0].time == event.time and groups[-1][0].host == event.host:
            groups[-1][1].append(event)
    return groups


def check_resets_and_acknowledgments(trace: Trace) -> None:
    for cause, effects in causes(trace):
        if not isinstance(cause, SegmentArrived):
            continue
        sent = [event.segment for event in effects if isinstance(event, SegmentSent)]
        if cause.segment.flags & RST:
            assert not any(segment.flags & RST for segment in sent), "a reset was answered with a reset (X03)"
        refused = any(isinstance(event, SegmentDropped) for event in effects)
        if cause.segment.kind == "ACK" and not refused:
            assert not any(segment.kind == "ACK" for segment in sent), "an acknowledgment was acknowledged (X04)"


def check_flags_and_fins(trace: Trace) -> None:
    open_since: dict[SocketPair, int] = {}
    fins: dict[tuple[SocketPair, int], int] = {}
    texts_end: dict[tuple[SocketPair, int], list[int]] = defaultdict(list)
    for event in trace.events:
        if isinstance(event, StateChanged) and event.pair is not None and event.destination is State.ESTABLISHED:
            open_since[event.pair] = event.index
        if isinstance(event, StateChanged) and event.pair is not None and event.destination is State.CLOSED:
            open_since.pop(event.pair, None)
        if isinstance(event, SegmentSent):
            segment = event.segment
            assert segment.flags & (ACK | SYN | RST), "neither ACK, SYN nor RST (X05)"
            assert segment.flags & (SYN | RST) != SYN | RST
            if segment.flags & SYN and event.pair is not None and not event.attempt:
                assert event.pair not in open_since, "a SYN after ESTABLISHED (X06)"
    for flight in trace.flights:
        segment = flight.segment
        if segment.flags & RST:
            continue
        key = (flight.pair, flight.seq_base)
        end = (segment.seq + len(segment.payload) - flight.seq_base) & MASK
        if segment.flags & FIN:
            assert fins.setdefault(key, end) == end, "a second FIN (X06)"
        if segment.payload:
            texts_end[key].append(end)
    for key, number in fins.items():
        assert all(end <= number for end in texts_end[key]), "data after the FIN (X06)"


@pytest.mark.row("X03")
@pytest.mark.row("X04")
@pytest.mark.row("X05")
@pytest.mark.row("X06")
@many
@given(disorderly())
def test_what_is_never_sent(setup: WorldSetup) -> None:
    world = World(setup).run()  # which may go on for ever: probing a window that nobody opens
    check_resets_and_acknowledgments(world.trace)
    check_flags_and_fins(world.trace)


# ---- what comes of it --------------------------------------------------------------------------------------


def received(world: World, host: str) -> bytes:
    return b"".join(value for name, value in returned(world, host) if name == "recv")


@pytest.mark.row("X02")
@pytest.mark.row("X07")
@many
@given(orderly())
def test_every_octet_once_and_in_order_and_then_both_are_closed(drawn: tuple[WorldSetup, bytes, bytes]) -> None:
    setup, up, down = drawn
    world = World(setup).run()
    assert not world.stopped, world.stopped
    assert (errors(world, "client"), errors(world, "server")) == ([], [])
    assert received(world, "server") == up
    assert received(world, "client") == down
    for host in ("client", "server"):
        assert states(world, host)[-1] in {"CLOSED", "LISTEN"}
        assert not world.hosts[host].connections
    waited = [event for event in world.trace.events if isinstance(event, StateChanged)]
    for event in waited:
        if event.row.trigger == "timeout_time_wait":
            entered = max(e.time for e in waited if e.pair == event.pair and e.destination is State.TIME_WAIT)
            profile = setup.hosts[0].profile
            assert event.time >= entered + 2 * profile.msl


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
