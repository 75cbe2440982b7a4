"""A host: its connections, its listeners, its ports and initial sequence numbers. What runs on it is `process`.

A host finds whom a segment is for (RFC 9293 §3.9.1.1: the exact pair of sockets first, then a listener), and keeps the
books: which connections exist, which wait for accept(). It does not move time and puts nothing on the wire: it returns
effects, and the world carries them out.
"""

from hashlib import blake2b
from typing import Final

from tcpsim.sim.connection import Connection, copied
from tcpsim.sim.process import Process
from tcpsim.sim.setup import HostSetup
from tcpsim.tcp import drops
from tcpsim.tcp.effects import Effect, Timer
from tcpsim.tcp.ending import end
from tcpsim.tcp.isn import initial_sequence_number
from tcpsim.tcp.listener import Listener
from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.segment_arrives import in_closed, segment_arrives
from tcpsim.tcp.states import (
    CLOSED,
    ESTABLISHED,
    LISTEN,
    SYN_RECEIVED,
    TIME_WAIT,
    TRANSITIONS,
    VARIANTS,
    State,
    Transition,
)
from tcpsim.tcp.tcb import NEVER, Tcb
from tcpsim.tcp.user_calls import CallRefused, open_active, open_again
from tcpsim.wire.addresses import is_unicast
from tcpsim.wire.flags import ACK, RST, SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import HALF, MASK

_ISS_STEP: Final = 65_537  # beyond any window without scaling
# The rows by which a listener's child is no longer half-open, or never was.
NO_LONGER_HALF_OPEN: Final = frozenset(
    row
    for row in (*TRANSITIONS, *VARIANTS)
    if row.source is SYN_RECEIVED or (row.source is LISTEN and row.destination is ESTABLISHED)
)
# The rows after which `Host.state_moved` has something to write: a connection or a listener is gone, or was opened.
CONCERNS_THE_BOOKS: Final = NO_LONGER_HALF_OPEN | {row for row in TRANSITIONS if row.destination in {CLOSED, LISTEN}}


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
        "offers_half_open",
        "plugged",
        "processes",
        "processes_begun",
        "quiet_until",
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
        self.quiet_until = 0  # µs; no initial sequence number is chosen before
        self.incarnations = 0  # how many initial sequence numbers have been used
        self.next_port = setup.profile.ephemeral_ports[0]
        self.connections: dict[SocketPair, Connection] = {}
        self.listeners: dict[int, Listener] = {}
        self.processes: dict[int, Process] = {}
        self.processes_begun = 0
        # address → (whose it is, delay), where a segment was sent and nothing but delay can happen to the next
        self.routes: dict[str, tuple[str, int]] = {}
        self.accepting: dict[int, list[int]] = {}  # processes blocked in accept, by port
        self.offers_half_open = False  # whether any of them has ever been one that takes what is half open

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
        other.quiet_until = self.quiet_until
        other.incarnations = self.incarnations
        other.next_port = self.next_port
        copies: dict[int, Connection] = {}
        other.connections = {pair: copied(connection, copies) for pair, connection in self.connections.items()}
        other.listeners = {port: listener.copy() for port, listener in self.listeners.items()}
        other.processes = {
            index: process.copy(None if process.connection is None else copied(process.connection, copies))
            for index, process in self.processes.items()
        }
        other.processes_begun = self.processes_begun
        other.routes = self.routes  # follows from the setup and the cable, so it may be shared
        other.accepting = {port: waiting.copy() for port, waiting in self.accepting.items()}
        other.offers_half_open = self.offers_half_open
        return other

    def freeze(self, now: int) -> tuple[object, ...]:
        """All that this host is, hashable, with times relative to `now`."""
        return (
            self.setup.name,
            self.up,
            self.plugged,
            max(self.quiet_until - now, 0),
            self.incarnations,
            self.next_port,
            tuple(
                (pair, c.tcb.freeze(now), c.waiting, c.opening, c.wants_room, c.previous and c.previous.tcb.freeze(now))
                for pair, c in sorted(self.connections.items(), key=lambda item: item[0])
            ),
            tuple(sorted((port, listener.freeze()) for port, listener in self.listeners.items())),
            tuple(process.freeze(now) for process in self.processes.values()),
            tuple(sorted((port, tuple(waiting)) for port, waiting in self.accepting.items())),
        )

    @property
    def asks_the_time(self) -> bool:
        """Whether something sent later may carry the time itself: timestamps, or an ISS made from the clock.

        That is any ISS once the setup's list is used up. It need not come to that, but it may: so a search keeps apart
        what differs in time while a host may still open connections.
        """
        may_open = bool(self.listeners) or any(process.may_open for process in self.processes.values())
        return may_open or (self.setup.profile.timestamps and bool(self.connections))

    # ---- segments -------------------------------------------------------------------------------------------------

    def unconnected(self, segment: Segment, now: int) -> tuple[Connection | None, SocketPair, list[Effect]]:
        """A segment for which there is no connection: a new one if it opens one, its pair, and what TCP answers."""
        pair = segment.pair.reverse
        if not (is_unicast(pair.local) and is_unicast(pair.remote)):  # MUST-57, MUST-63; whatever it is, no reset
            return None, pair, [drops.NOT_OF_ONE_HOST]
        listener = self.listeners.get(pair.lport)
        if listener is None:
            effects: list[Effect] = []
            in_closed(segment, effects)
            return None, pair, effects
        if now < self.quiet_until and segment.flags & (SYN | ACK | RST) == SYN:
            return None, pair, [drops.QUIET_TIME]
        iss = self._iss(pair, now)
        child, effects = listener.segment_arrives(segment, now, iss)
        if child is None:
            return None, pair, effects
        if child.iss == iss:  # a SYN cookie is none of the host's own numbers
            self.incarnations += 1
        connection = self.connections[pair] = Connection(child)
        return connection, pair, effects

    def given_up_on(self, port: int) -> Connection | None:
        """The half-open connection that must give way to the one which has just been opened on this port, if any."""
        listener = self.listeners.get(port)
        oldest = None if listener is None else listener.surplus
        return None if oldest is None else self.connections[oldest]

    def syn_on_connection(self, connection: Connection, segment: Segment, now: int) -> tuple[Connection, list[Effect]]:
        """A SYN for a connection that exists: the connection it was for in the end, and what TCP answers.

        In TIME-WAIT, while somebody listens and has room, it may open the pair anew (MAY-2). That is a connection of
        its own: whoever still reads from the old one goes on doing so.
        """
        tcb = connection.tcb
        listener = self.listeners.get(segment.dport)
        if tcb.state is not TIME_WAIT or listener is None or not listener.has_room:
            return connection, segment_arrives(tcb, segment, now)
        fresh = Connection(tcb.copy())
        effects = segment_arrives(fresh.tcb, segment, now, self._iss(tcb.pair, now))
        if fresh.tcb.state is not SYN_RECEIVED:
            connection.tcb = fresh.tcb  # it was answered as any segment is
            return connection, effects
        self.incarnations += 1
        fresh.previous = connection
        self.connections[tcb.pair] = fresh
        listener.syn_queue[tcb.pair] = None
        return fresh, effects

    def half_open(self, connection: Connection, segment: Segment, now: int) -> list[Effect]:
        """A segment for a connection in SYN-RECEIVED: its listener may have no room for it."""
        listener = self.listeners.get(segment.dport)
        if listener is None:
            return segment_arrives(connection.tcb, segment, now)
        return listener.half_open(connection.tcb, segment, now)

    def restored(self, connection: Connection) -> Connection:
        """What is in the table in place of `connection`: itself, or the one in TIME-WAIT that it gave way to again."""
        return self.connections.get(connection.tcb.pair, connection)

    def state_moved(self, connection: Connection, row: Transition) -> None:
        """Keep the books after a connection moved."""
        pair = connection.tcb.pair
        destination: State = row.destination
        successor = self.connections.get(pair)
        if successor is not connection:
            if successor is not None:  # it has reopened this one, which its user has ended now, and cannot give it back
                successor.previous = None
                successor.tcb.reopened = False
            return
        if row in NO_LONGER_HALF_OPEN:
            self._leave_syn_received(connection, destination)
        if destination is CLOSED or destination is LISTEN:
            del self.connections[pair]
            listener = self.listeners.get(pair.lport)
            if listener is not None:
                listener.child_gone(pair)

    def _leave_syn_received(self, connection: Connection, destination: State) -> None:
        """A half-open connection was opened, or came to nothing; the one it had reopened is over, or back."""
        pair, previous = connection.tcb.pair, connection.previous
        listener = self.listeners.get(pair.lport)
        if destination is TIME_WAIT and previous is not None:
            previous.tcb.timers[Timer.TIME_WAIT] = connection.tcb.timers[Timer.TIME_WAIT]
            previous.wake_at = connection.wake_at = NEVER  # whatever was promised, it was to the other
            end(connection.tcb, "timeout_time_wait", [])  # so that a program which took it half-open hears of it
            self.connections[pair] = previous
            if listener is not None:
                listener.child_gone(pair)
        elif destination is not CLOSED and destination is not LISTEN:
            if previous is not None:
                end(previous.tcb, "timeout_time_wait", [])
                connection.previous = None
            if listener is not None:
                listener.child_established(pair)

    # ---- opening ----------------------------------------------------------------------------------------------------

    def _iss(self, pair: SocketPair, now: int) -> int:
        """The initial sequence number of the next incarnation: from the list, then on from its last number.

        Without a list, RFC 6528's. Either way a later incarnation of a pair starts higher (RFC 9293 §3.4.1, SHLD-1).
        """
        given = self.setup.iss
        if given:
            further = self.incarnations - len(given) + 1
            if further <= 0:
                return given[self.incarnations]
            return (given[-1] + further * _ISS_STEP + now // 4) & MASK
        return initial_sequence_number(pair, now, self.secret)

    def new_connection(
        self, remote: str, rport: int, lport: int | None, now: int, data: bytes = b"", profile: Profile | None = None
    ) -> tuple[Connection, list[Effect]]:
        """Active OPEN: the connection, and the effects. Raises CallRefused, as where the pair is in use.

        `profile` is the socket's own, where its options differ from what the host's profile says.
        """
        address = self.setup.address
        port = self._free_port(remote, rport, now) if lport is None else lport
        pair = SocketPair(address, port, remote, rport)
        old = self.connections.get(pair)
        if old is not None:
            return self._take_over(old, now, data, named=lport is not None)
        connection = Connection(Tcb(pair, profile or self.setup.profile, passive=False))
        effects = open_active(connection.tcb, now, self._iss(pair, now), data)
        self.incarnations += 1
        self.connections[pair] = connection
        return connection, effects

    def _free_port(self, remote: str, rport: int, now: int) -> int:
        """The host's own port while it is free, then an ephemeral one not in use with this remote (row B11).

        Where none is left, one of the first that may be taken over from TIME-WAIT.
        """
        address = self.setup.address
        if self.setup.port and SocketPair(address, self.setup.port, remote, rport) not in self.connections:
            return self.setup.port
        first, last = self.setup.profile.ephemeral_ports
        for _ in range(first, last + 1):
            port = self.next_port
            self.next_port = port + 1 if port < last else first
            if SocketPair(address, port, remote, rport) not in self.connections:
                return port
        if self.setup.profile.time_wait_reuse == "any":
            for port in range(first, last + 1):
                if self._may_take_over(self.connections[SocketPair(address, port, remote, rport)], now, named=False):
                    return port
        raise CallRefused("insufficient resources: every ephemeral port is in use", "EADDRNOTAVAIL", "3.10.1")

    def _may_take_over(self, old: Connection, now: int, *, named: bool) -> bool:
        """Whether an active OPEN may use the pair of `old` again; `named`: the program asked for that very port."""
        tcb, profile = old.tcb, self.setup.profile
        if tcb.state is not TIME_WAIT or not tcb.agreed.timestamps or profile.time_wait_reuse == "never":
            return False
        waited = now - (tcb.timers[Timer.TIME_WAIT] - 2 * profile.msl)
        return named or (profile.time_wait_reuse == "any" and waited >= profile.time_wait_reuse_delay)

    def _take_over(self, old: Connection, now: int, data: bytes, *, named: bool) -> tuple[Connection, list[Effect]]:
        """Active OPEN of a pair that is in use: of one in TIME-WAIT the profile may allow it.

        The new number is the next on the list, if that is higher than what `old` has used, or well beyond (§3.4.1).
        """
        if not self._may_take_over(old, now, named=named):
            raise CallRefused("connection already exists", "EADDRNOTAVAIL", "3.10.1")
        used = old.tcb.snd_nxt
        listed = self.setup.iss[self.incarnations : self.incarnations + 1]
        higher = [iss for iss in listed if 0 < (iss - used) & MASK < HALF]
        connection = Connection(old.tcb.copy())
        effects = open_again(connection.tcb, now, higher[0] if higher else (used + _ISS_STEP) & MASK, data)
        end(old.tcb, "timeout_time_wait", [])
        self.incarnations += 1
        self.connections[connection.tcb.pair] = connection
        return connection, effects

    def listen(self, port: int, backlog: int | None, *, reuse: bool, profile: Profile | None = None) -> list[Effect]:
        """Passive OPEN on a port; `profile` as for an active one.

        Raises CallRefused if somebody listens there already (MUST-41), or if connections of an earlier listener, or any
        in TIME-WAIT, still hold the port and `reuse` (SO_REUSEADDR) was not asked for (P14).
        """
        held = not reuse and any(
            pair.lport == port and (c.tcb.passive or c.tcb.state is TIME_WAIT) for pair, c in self.connections.items()
        )
        if held or port in self.listeners:
            raise CallRefused("connection already exists", "EADDRINUSE", "3.9.1.1")
        listener, effects = Listener.open(self.setup.address, port, profile or self.setup.profile, backlog, self.secret)
        self.listeners[port] = listener
        return effects

    # ---- fate -------------------------------------------------------------------------------------------------------

    def plug(self, *, plugged: bool) -> None:
        """Put the cable in, or pull it out."""
        self.plugged = plugged
        self.reachable = self.up and plugged
        self.routes = {}

    def boot(self, now: int) -> None:
        """Come up again, knowing nothing; so, where the profile has it, keep quiet at first (RFC 9293 §3.4.3)."""
        self.crash()
        self.up = True
        self.reachable = self.plugged
        self.quiet_until = now + (self.setup.profile.quiet_time or 0)

    def crash(self) -> None:
        """Stop at once and forget everything; programs that are to start later will, if the host is up by then."""
        self.up = self.reachable = False
        self.connections.clear()
        self.listeners.clear()
        self.processes = {i: process for i, process in self.processes.items() if process.not_begun}
        self.accepting.clear()
