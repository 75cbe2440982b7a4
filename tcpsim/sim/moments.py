"""A world run once more, and what every end of every connection was after each thing that happened.

A trace says what happened, not what the TCBs were meanwhile: to keep that would cost every run what few look at. The
same setup gives the same run, so whoever wants to look runs it again, and looks: at the end that a record is about, as
soon as it is written. Lives here: that look. Must not be known here: what it is for, and how it is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from tcpsim.sim.host import Host
from tcpsim.sim.setup import WorldSetup
from tcpsim.sim.world import World
from tcpsim.tcp.effects import TIMERS, Timer
from tcpsim.tcp.listener import Listener
from tcpsim.tcp.states import CLOSED, State
from tcpsim.tcp.tcb import NEVER, Tcb
from tcpsim.trace import CALLED, NO_EVENT, Trace
from tcpsim.trace.records import HEADER
from tcpsim.wire.pair import SocketPair


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a connection at one moment, by the RFC's names (§3.3.1). Times are in µs; `srtt` is −1 until measured.

    `unsent` octets were given by the user and have never been sent, `unacknowledged` segments wait in the
    retransmission queue, `unread` octets wait for the user. `timers` are those that run, with the time at which each
    expires.
    """

    pair: SocketPair
    state: State
    iss: int
    snd_una: int
    snd_nxt: int
    snd_wnd: int
    irs: int
    rcv_nxt: int
    rcv_wnd: int
    rto: int
    srtt: int
    rttvar: int
    unsent: int
    unacknowledged: int
    unread: int
    timers: tuple[tuple[Timer, int], ...]


@dataclass(frozen=True, slots=True)
class Listening:
    """A listener at one moment: how many are half-open, how many wait for accept(), and how many may."""

    pair: SocketPair
    half_open: int
    half_open_limit: int
    waiting: int
    waiting_limit: int


@dataclass(frozen=True, slots=True)
class HostThen:
    """A host at one moment. A connection that is over is not among its `connections`."""

    up: bool
    plugged: bool
    listeners: tuple[Listening, ...]
    connections: tuple[Endpoint, ...]


@dataclass(slots=True)
class Moment:
    """What all hosts were when so many `events` of the trace had happened, the last of them at `host`."""

    time: int
    host: str
    events: int
    hosts: dict[str, HostThen]


def moments(setup: WorldSetup) -> tuple[Trace, list[Moment]]:
    """Run a world, and tell what it was after each record; the first moment is before anything has happened."""
    world = World(setup)
    looker = _Looker(world)
    world.trace.records = _Told(looker.written)
    world.run(looker.event_over, every=1)
    looker.event_over(world)
    world.trace.records = list(world.trace.records)
    return world.trace, looker.moments


class _Told(list[Any]):
    """Records that say when some are added. Whoever adds them need not know."""

    __slots__ = ("_written",)

    def __init__(self, written: Callable[[Any], None]) -> None:
        super().__init__()
        self._written = written

    def __iadd__(self, items: Any) -> Self:  # type: ignore[misc] # a list's own takes any iterable, as this does
        super().__iadd__(items)
        if items:
            self._written(items)
        return self


class _Looker:
    """Looks at a world as it goes along.

    A record's header is written before its effects, and a call's before anything has come of it; so a moment is looked
    at again until the next begins, and once more when all is carried out.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, dict[SocketPair, Endpoint]] = {name: {} for name in world.hosts}
        self._touched: dict[tuple[str, SocketPair], None] = {}
        hosts = {name: self._host(host) for name, host in world.hosts.items()}
        self.moments = [Moment(0, "", 0, hosts)]

    def written(self, items: Any) -> None:
        """A record's header was written, or its effects."""
        last = self.moments[-1]
        if type(items[0]) is str:
            kind, time, host, pair = items[:4]
            if kind == CALLED:  # the call before this one may have come to something without a word
                self._look(last)
            last = Moment(time, host, last.events + (kind not in NO_EVENT), last.hosts)
            self.moments.append(last)
            if pair is not None:
                self._touched[host, pair] = None
            more = len(items) - HEADER
        else:
            more = len(items)
        last.events += more
        self._look(last)

    def event_over(self, world: World) -> None:
        """All that one event led to is carried out: what is over is gone now."""
        last = self.moments[-1]
        for name, known in self._known.items():
            gone = [pair for pair in known if pair not in world.hosts[name].connections]
            for pair in gone:
                del known[pair]
        self._look(last)
        self._touched.clear()

    def _look(self, moment: Moment) -> None:
        moment.hosts = dict(moment.hosts)
        for name, pair in self._touched:
            connection = self._world.hosts[name].connections.get(pair)
            if connection is not None and connection.tcb.state is not CLOSED:
                self._known[name][pair] = _endpoint(connection.tcb)
            else:
                self._known[name].pop(pair, None)
        for name in {moment.host, *(name for name, _ in self._touched)} & self._world.hosts.keys():
            moment.hosts[name] = self._host(self._world.hosts[name])

    def _host(self, host: Host) -> HostThen:
        listeners = tuple(_listening(listener) for _, listener in sorted(host.listeners.items()))
        return HostThen(host.up, host.plugged, listeners, tuple(self._known[host.name].values()))


def _endpoint(tcb: Tcb) -> Endpoint:
    rto, outgoing = tcb.rto, tcb.outgoing
    return Endpoint(
        tcb.pair, tcb.state,
        tcb.iss, tcb.snd_una, tcb.snd_nxt, tcb.snd_wnd,
        tcb.irs, tcb.rcv_nxt, tcb.rcv_wnd,
        rto.rto, rto.srtt, rto.rttvar,
        outgoing.unsent, len(outgoing.retransmission_queue), tcb.incoming.unread,
        tuple((TIMERS[place], deadline) for place, deadline in enumerate(tcb.timers) if deadline != NEVER),
    )  # fmt: skip


def _listening(listener: Listener) -> Listening:
    queues = (len(listener.syn_queue), listener.syn_limit, len(listener.accept_queue), listener.accept_limit)
    return Listening(listener.tcb.pair, *queues)
