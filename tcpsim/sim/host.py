"""A host: its connections, its listeners, its ports and initial sequence numbers. What runs on it is `process`.

A host finds whom a segment is for (RFC 9293 §3.9.1.1: the exact pair of sockets first, then a listener), and keeps the
books: which connections exist, which wait for accept(). It does not move time and puts nothing on the wire: it returns
effects, and the world carries them out.
"""

from hashlib import blake2b
from typing import Final

from tcpsim.sim.process import Process
from tcpsim.sim.setup import HostSetup
from tcpsim.tcp.effects import Effect
from tcpsim.tcp.isn import initial_sequence_number
from tcpsim.tcp.listener import Listener
from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.segment_arrives import in_closed, segment_arrives
from tcpsim.tcp.states import (
    CLOSED,
    LISTEN,
    SYN_RECEIVED,
    SYN_SENT,
    TIME_WAIT,
    TRANSITIONS,
    State,
    Transition,
)
from tcpsim.tcp.tcb import NEVER, Tcb
from tcpsim.tcp.user_calls import CallRefused
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment

_EPHEMERAL: Final = range(49_152, 65_536)  # RFC 6335 §6
# The rows after which `Host.state_moved` has something to write: a connection or a listener is gone, or was opened.
CONCERNS_THE_BOOKS: Final = frozenset(
    row for row in TRANSITIONS if row.destination in {CLOSED, LISTEN} or row.source is SYN_RECEIVED
)


class Connection:
    """A TCB with what the host keeps beside it.

    `wake_at` is the earliest time (µs) at which the world has promised to give it time; `waiting` are the processes
    blocked on it: `opening` if for the handshake, `wants_room` if for room in the send buffer.
    """

    __slots__ = ("opening", "tcb", "waiting", "wake_at", "wants_room")

    def __init__(self, tcb: Tcb) -> None:
        self.tcb = tcb
        self.wake_at = NEVER
        self.waiting: tuple[int, ...] = ()
        self.opening = False
        self.wants_room = False

    def copy(self) -> "Connection":
        """An independent copy."""
        other = Connection(self.tcb.copy())
        other.wake_at = self.wake_at
        other.waiting = self.waiting
        other.opening = self.opening
        other.wants_room = self.wants_room
        return other

    def concerns_waiting(self) -> bool:
        """Whether a process that is blocked on this connection may be able to go on."""
        tcb = self.tcb
        incoming = tcb.incoming
        return (
            incoming.unread > 0
            or incoming.ended
            or self.wants_room
            or (self.opening and tcb.state is not SYN_SENT and tcb.state is not SYN_RECEIVED)
            or tcb.state is CLOSED
        )


def _silent_timers(profile: Profile) -> bool:
    """Whether a timer that starts silently may expire before the retransmission timer that starts with it."""
    latest = max(profile.rto_initial, profile.rto_max, profile.rto_after_lost_syn)
    return profile.keep_alive or (profile.user_timeout is not None and profile.user_timeout < latest)


class Host:
    """One host of a world."""

    __slots__ = (
        "accepting",
        "connections",
        "incarnations",
        "listeners",
        "name",
        "next_port",
        "plugged",
        "processes",
        "processes_begun",
        "reachable",
        "routes",
        "secret",
        "setup",
        "silent_timers",
        "up",
    )

    def __init__(self, setup: HostSetup, seed: int) -> None:
        self.setup = setup
        self.name = setup.name
        self.silent_timers = _silent_timers(setup.profile)
        self.secret = blake2b(f"{seed} {setup.name}".encode(), digest_size=16).digest()
        self.up = True
        self.plugged = True
        self.reachable = True  # both of these
        self.incarnations = 0  # how many initial sequence numbers have been used
        self.next_port = _EPHEMERAL.start
        self.connections: dict[SocketPair, Connection] = {}
        self.listeners: dict[int, Listener] = {}
        self.processes: dict[int, Process] = {}
        self.processes_begun = 0
        self.routes: dict[str, tuple[str, int]] = {}  # address → (whose it is, delay), where nothing but delay happens
        self.accepting: dict[int, list[int]] = {}  # processes blocked in accept, by port

    def copy(self) -> "Host":
        """An independent copy. A process and the table of connections go on sharing their connection."""
        other = object.__new__(Host)
        other.setup = self.setup
        other.name = self.name
        other.silent_timers = self.silent_timers
        other.secret = self.secret
        other.up = self.up
        other.plugged = self.plugged
        other.reachable = self.reachable
        other.incarnations = self.incarnations
        other.next_port = self.next_port
        other.connections = {pair: connection.copy() for pair, connection in self.connections.items()}
        other.listeners = {port: listener.copy() for port, listener in self.listeners.items()}
        other.processes = {}
        for index, process in self.processes.items():
            other.processes[index] = process.copy(self._copied(process.connection, other))
        other.processes_begun = self.processes_begun
        other.routes = self.routes  # follows from the setup alone, so it may be shared
        other.accepting = {port: waiting.copy() for port, waiting in self.accepting.items()}
        return other

    @staticmethod
    def _copied(connection: "Connection | None", other: "Host") -> "Connection | None":
        if connection is None:
            return None
        # A process may hold a connection that is CLOSED and in no table any more.
        found = other.connections.get(connection.tcb.pair)
        return found if found is not None and connection.tcb.state is not CLOSED else connection.copy()

    def freeze(self, now: int) -> tuple[object, ...]:
        """All that this host is, hashable, with times relative to `now`."""
        return (
            self.setup.name,
            self.up,
            self.plugged,
            self.incarnations,
            self.next_port,
            tuple(sorted((pair, c.tcb.freeze(now), c.waiting) for pair, c in self.connections.items())),
            tuple(sorted((port, listener.freeze()) for port, listener in self.listeners.items())),
            tuple(process.freeze(now) for process in self.processes.values()),
        )

    # ---- segments -------------------------------------------------------------------------------------------------

    def unconnected(self, segment: Segment, now: int) -> tuple[Connection | None, SocketPair, list[Effect]]:
        """A segment for which there is no connection: a new one if it opens one, its pair, and what TCP answers."""
        pair = SocketPair(segment.dst, segment.dport, segment.src, segment.sport)
        listener = self.listeners.get(segment.dport)
        if listener is None:
            effects: list[Effect] = []
            in_closed(segment, effects)
            return None, pair, effects
        child, effects = listener.segment_arrives(segment, now, self._iss(pair, now))
        if child is None:
            return None, pair, effects
        self.incarnations += 1
        connection = self.connections[pair] = Connection(child)
        return connection, pair, effects

    def syn_on_connection(self, connection: Connection, segment: Segment, now: int) -> list[Effect]:
        """A SYN for a connection that exists. In TIME-WAIT, while somebody listens, it may open it anew (MAY-2)."""
        tcb = connection.tcb
        if tcb.state is not TIME_WAIT or segment.dport not in self.listeners:
            return segment_arrives(tcb, segment, now)
        effects = segment_arrives(tcb, segment, now, self._iss(tcb.pair, now))
        if tcb.state is SYN_RECEIVED:
            self.incarnations += 1
            self.listeners[segment.dport].syn_queue[tcb.pair] = None
        return effects

    def state_moved(self, pair: SocketPair, row: Transition) -> None:
        """Keep the books after a connection moved."""
        destination: State = row.destination
        if destination is CLOSED or destination is LISTEN:
            if pair.remote:
                self.connections.pop(pair, None)
                listener = self.listeners.get(pair.lport)
                if listener is not None:
                    listener.child_gone(pair)
            elif destination is CLOSED:
                self.listeners.pop(pair.lport, None)
        elif row.source is SYN_RECEIVED:
            listener = self.listeners.get(pair.lport)
            if listener is not None:
                listener.child_established(pair)

    # ---- opening ----------------------------------------------------------------------------------------------------

    def _iss(self, pair: SocketPair, now: int) -> int:
        """The initial sequence number of the next incarnation: from the list, then RFC 6528's."""
        given = self.setup.iss
        if self.incarnations < len(given):
            return given[self.incarnations]
        return initial_sequence_number(pair, now, self.secret)

    def new_connection(self, remote: str, rport: int, lport: int | None, now: int) -> tuple[Connection, int]:
        """A CLOSED connection for an active OPEN, and its ISS. Raises CallRefused where the pair is in use."""
        address = self.setup.address
        if lport is None:
            lport = self._free_port(remote, rport)
        pair = SocketPair(address, lport, remote, rport)
        if pair in self.connections:
            raise CallRefused("connection already exists", "EADDRNOTAVAIL", "3.10.1")
        iss = self._iss(pair, now)
        self.incarnations += 1
        connection = Connection(Tcb(pair, self.setup.profile, passive=False))
        self.connections[pair] = connection
        return connection, iss

    def _free_port(self, remote: str, rport: int) -> int:
        """The host's own port while it is free, then an ephemeral one not in use with this remote (row B11)."""
        address = self.setup.address
        if self.setup.port and SocketPair(address, self.setup.port, remote, rport) not in self.connections:
            return self.setup.port
        for _ in _EPHEMERAL:
            port = self.next_port
            self.next_port = port + 1 if port + 1 in _EPHEMERAL else _EPHEMERAL.start
            if SocketPair(address, port, remote, rport) not in self.connections:
                return port
        raise CallRefused("insufficient resources: every ephemeral port is in use", "EADDRNOTAVAIL", "3.10.1")

    def listen(self, port: int, backlog: int | None, *, reuse: bool) -> list[Effect]:
        """Passive OPEN on a port.

        Raises CallRefused if somebody listens there already (MUST-41), or if connections of an earlier listener, or any
        in TIME-WAIT, still hold the port and `reuse` (SO_REUSEADDR) was not asked for (P14).
        """
        held = not reuse and any(
            pair.lport == port and (c.tcb.passive or c.tcb.state is TIME_WAIT) for pair, c in self.connections.items()
        )
        if held or port in self.listeners:
            raise CallRefused("connection already exists", "EADDRINUSE", "3.9.1.1")
        listener, effects = Listener.open(self.setup.address, port, self.setup.profile, backlog)
        self.listeners[port] = listener
        return effects

    # ---- fate -------------------------------------------------------------------------------------------------------

    def plug(self, *, plugged: bool) -> None:
        """Put the cable in, or pull it out."""
        self.plugged = plugged
        self.reachable = self.up and plugged

    def boot(self) -> None:
        """Come up again, knowing nothing."""
        self.crash()
        self.up = True
        self.reachable = self.plugged

    def crash(self) -> None:
        """Stop at once and forget everything; programs that are to start later will, if the host is up by then."""
        self.up = self.reachable = False
        self.connections.clear()
        self.listeners.clear()
        self.processes = {i: process for i, process in self.processes.items() if process.not_begun}
        self.accepting.clear()
