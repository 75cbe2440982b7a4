"""The stack under test: a world of one real host, and of a peer that is the script.

The script is the peer's side of the wire: what it injects arrives at once, and what the host sends is kept for it to
look at. Time is virtual, and passes only as far as the script waits. Lives here: time, injecting, what was sent. Must
not be known here: descriptors, and what a script expects.
"""

from collections import deque
from dataclasses import replace
from typing import Any, Final, NamedTuple

from tcpsim.packetdrill.busy import Times
from tcpsim.packetdrill.failures import Endless
from tcpsim.sim.agenda import ARRIVAL, ICMP
from tcpsim.sim.connection import Connection
from tcpsim.sim.host import Host
from tcpsim.sim.setup import HostSetup, Impairments, NetworkSetup, WorldSetup
from tcpsim.sim.world import World
from tcpsim.tcp.effects import Effect
from tcpsim.tcp.profiles import Profile
from tcpsim.trace import TIMED_OUT, Trace
from tcpsim.wire.flags import ACK
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment, segment_on

HOST: Final = "tcpsim"
PEER: Final = "script"
MOST_EVENTS: Final = 200_000  # in one script; the longest of the public suites has a few thousand
ADDRESSES: Final = {False: ("192.168.0.1", "192.0.2.1"), True: ("fd3d:a0b:17d6::1", "2001:db8::1")}  # by IPv6 or not


class Sent(NamedTuple):
    """A segment that the stack has sent, and when (µs)."""

    time: int
    segment: Segment


class _Peer(Host):
    """A host whose TCP says nothing: what reaches it is kept for the script."""

    __slots__ = ("received",)

    def __init__(self, setup: HostSetup, seed: int) -> None:
        super().__init__(setup, seed)
        self.received: deque[Sent] = deque()

    def unconnected(self, segment: Segment, now: int) -> tuple[Connection | None, SocketPair, list[Effect]]:
        self.received.append(Sent(now, segment))
        return None, segment.pair.reverse, []


class Stack:
    """A host with a real TCP, and the wire beside it.

    `sent` are the segments that the script has not looked at yet, in their order; `times` what connections did so far.
    """

    __slots__ = ("host", "sent", "times", "world")

    def __init__(self, profile: Profile, local: str, remote: str) -> None:
        at_once = NetworkSetup(Impairments(delay=0))
        peer = HostSetup(PEER, remote)
        self.world = World(WorldSetup((HostSetup(HOST, local, profile=profile), peer), network=at_once))
        silent = _Peer(peer, 0)
        self.world.hosts[PEER] = silent
        self.sent = silent.received
        self.host = self.world.hosts[HOST]
        self.host.silent_timers = True  # a socket option may start one at any time
        self.times = Times()

    @property
    def now(self) -> int:
        """µs since the script began."""
        return self.world.now

    @property
    def trace(self) -> Trace:
        """All that has happened."""
        return self.world.trace

    @property
    def profile(self) -> Profile:
        """What sockets that are yet to be made are like."""
        return self.host.setup.profile

    # ---- what the stack is like -----------------------------------------------------------------------------------

    def change(self, **changes: Any) -> None:
        """Change parameters of the profile, as a sysctl does: for every socket, those that exist already included."""
        self.change_for_new_sockets(**changes)
        for connection in self.host.connections.values():
            connection.tcb.profile = connection.tcb.profile.with_changes(**changes)
        for listener in self.host.listeners.values():
            listener.tcb.profile = listener.tcb.profile.with_changes(**changes)

    def change_for_new_sockets(self, **changes: Any) -> None:
        """Change parameters that a socket looks at when it is made: the sizes of its buffers, the options it offers."""
        profile = self.profile.with_changes(**changes)
        self.host.setup = replace(self.host.setup, profile=profile)

    # ---- the wire ---------------------------------------------------------------------------------------------------

    def inject(self, segment: Segment) -> None:
        """A segment from the peer arrives now."""
        world = self.world
        world.trace.add(TIMED_OUT, world.now, PEER, segment.pair, None, 0, [segment])
        world.happen((world.now, ARRIVAL, HOST, segment))
        self._take_in_what_was_sent()

    def inject_icmp(self, error: str, pair: SocketPair, seq: int) -> None:
        """An ICMP error arrives now, about a segment with the number `seq` that the stack has sent on `pair`.

        `error` is one of `tcpsim.tcp.icmp.ICMP_ERRORS`.
        """
        quoted = segment_on(pair, seq, 0, ACK, 0)
        self.world.happen((self.world.now, ICMP, HOST, (error, quoted)))
        self._take_in_what_was_sent()

    def carry_out(self, connection: Connection | None, effects: list[Effect]) -> None:
        """What an endpoint answered to a user's call happens."""
        self.world.carry_out(self.host, connection, effects)
        self._take_in_what_was_sent()

    def _take_in_what_was_sent(self) -> None:
        """What has happened is over. The wire takes no time.

        Timers that expire at this very moment wait: a kernel's are never early.
        """
        agenda = self.world.agenda
        for event in tuple(agenda.due.get(self.world.now, ())):
            if event[1] == ARRIVAL and event[2] == PEER:
                agenda.take(event)
                self.world.happen(event)
        self.times.look(self.host.connections.values(), self.world.now)

    # ---- time -------------------------------------------------------------------------------------------------------

    @property
    def due(self) -> int | None:
        """When something is to happen next (µs); None if nothing ever will."""
        times = self.world.agenda.times
        return times[0] if times else None

    def step(self) -> None:
        """Let the next thing happen, at its time. Raises Endless where no end is to be seen."""
        if self.world.events_handled >= MOST_EVENTS:
            raise Endless(f"more than {MOST_EVENTS:,} events, and no end to be seen")
        self.world.step()
        self.times.look(self.host.connections.values(), self.world.now)

    def be_at(self, time: int) -> None:
        """It is `time` now, if it was not later."""
        self.world.now = max(self.now, time)
