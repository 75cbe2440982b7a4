"""A listener: one LISTEN record that makes a connection of its own for each SYN (RFC 9293 §3.9.1.1, §3.10.7.2).

The RFC's TCB in LISTEN becomes the connection; a real listener stays, and its children become connections. So the
listener's own TCB answers everything but a SYN, and a SYN is given to a fresh child, which starts in LISTEN, moves to
SYN-RECEIVED by the very same table, and is dropped again should it return to LISTEN. Two queues bound it: the SYN queue
of half-open children, and the accept queue of those the user has not yet taken.
"""

from collections import deque

from tcpsim.tcp import drops
from tcpsim.tcp.effects import Drop, Effect
from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.sending import reset_for
from tcpsim.tcp.states import LISTEN
from tcpsim.tcp.tcb import Tcb
from tcpsim.tcp.user_calls import open_passive
from tcpsim.wire.flags import ACK, RST, SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment


class Listener:
    """A passive OPEN on a local socket.

    `backlog` bounds the accept queue, `syn_backlog` the half-open children. Both queues hold socket pairs; the
    connections themselves belong to the host.
    """

    __slots__ = ("accept_queue", "backlog", "syn_backlog", "syn_queue", "tcb")

    def __init__(self, tcb: Tcb, backlog: int, syn_backlog: int) -> None:
        self.tcb = tcb
        self.backlog = max(backlog, 1)  # a socket that listens takes at least one, as POSIX allows and Linux does
        self.syn_backlog = syn_backlog
        self.syn_queue: dict[SocketPair, None] = {}  # in order of arrival
        self.accept_queue: deque[SocketPair] = deque()

    @classmethod
    def open(
        cls, local: str, port: int, profile: Profile, backlog: int | None = None
    ) -> tuple["Listener", list[Effect]]:
        """A listener on a local socket, and the effects of opening it."""
        tcb = Tcb(SocketPair(local, port, "", 0), profile, passive=True)
        effects = open_passive(tcb)
        size = profile.backlog if backlog is None else backlog
        return cls(tcb, size, profile.syn_backlog), effects

    def copy(self) -> "Listener":
        """An independent copy."""
        other = Listener(self.tcb.copy(), self.backlog, self.syn_backlog)
        other.syn_queue = self.syn_queue.copy()
        other.accept_queue = self.accept_queue.copy()
        return other

    def freeze(self) -> tuple[object, ...]:
        """What this listener is, hashable."""
        return (self.tcb.state, self.backlog, self.syn_backlog, tuple(self.syn_queue), tuple(self.accept_queue))

    def segment_arrives(self, segment: Segment, now: int, iss: int) -> tuple[Tcb | None, list[Effect]]:
        """A segment for no connection reached the listening socket: a new child, if it opens one, and the effects."""
        if segment.flags & (SYN | ACK | RST) != SYN:
            return None, segment_arrives(self.tcb, segment, now)
        refusal = self._no_room()
        if refusal is not None:
            effects: list[Effect] = [refusal]
            if self.tcb.profile.reset_on_overflow:
                effects.append(reset_for(segment))
            return None, effects
        pair = SocketPair(segment.dst, segment.dport, segment.src, segment.sport)
        child = self.child_for(pair)
        effects = segment_arrives(child, segment, now, iss)
        if child.state is LISTEN:  # a SYN that this profile does not take, such as one with a FIN
            return None, effects
        self.syn_queue[pair] = None
        return child, effects

    def child_for(self, pair: SocketPair) -> Tcb:
        """A TCB in LISTEN whose remote socket is filled in: what the RFC's own LISTEN becomes when a SYN arrives."""
        child = Tcb(pair, self.tcb.profile, passive=True)
        open_passive(child)
        return child

    @property
    def has_room(self) -> bool:
        """Whether another connection may be opened."""
        return self._no_room() is None

    def is_full_for(self, child: Tcb, segment: Segment) -> bool:
        """Whether a segment would open a half-open child for which the accept queue has no room."""
        opens = segment.flags & (ACK | RST) == ACK and segment.ack == child.snd_nxt
        return opens and child.pair in self.syn_queue and len(self.accept_queue) >= self.backlog

    def _no_room(self) -> Drop | None:
        if len(self.accept_queue) >= self.backlog:
            return drops.ACCEPT_QUEUE_FULL
        if len(self.syn_queue) >= self.syn_backlog:
            return drops.SYN_QUEUE_FULL
        return None

    def child_established(self, pair: SocketPair) -> None:
        """A child's SYN was acknowledged: it waits for accept() now."""
        if pair in self.syn_queue:
            del self.syn_queue[pair]
            self.accept_queue.append(pair)

    def child_gone(self, pair: SocketPair) -> None:
        """A child ended before it was accepted."""
        self.syn_queue.pop(pair, None)
        if pair in self.accept_queue:
            self.accept_queue.remove(pair)
