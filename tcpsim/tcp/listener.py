"""A listener: one LISTEN record that makes a connection of its own for each SYN (RFC 9293 §3.9.1.1, §3.10.7.2).

The RFC's TCB in LISTEN becomes the connection; a real listener stays, and its children become connections. So the
listener's own TCB answers everything but a SYN, and a SYN is given to a fresh child, which starts in LISTEN, moves to
SYN-RECEIVED by the very same table, and is dropped again should it return to LISTEN. Two queues bound it: the SYN queue
of half-open children, and the accept queue of those the user has not yet taken. What happens when one is full is the
profile's; that a SYN need not be remembered at all is told in `cookies`.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from tcpsim.tcp import cookies, drops
from tcpsim.tcp.effects import Drop, Effect
from tcpsim.tcp.ending import end
from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.sending import reset_for
from tcpsim.tcp.tcb import Tcb
from tcpsim.tcp.user_calls import open_passive
from tcpsim.wire.flags import ACK, FIN, RST, SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment

# How many may wait for accept(), by the profile's `accept_queue`. A socket that listens takes at least one.
_ACCEPT_LIMITS: Final[dict[str, Callable[[int], int]]] = {
    "backlog": lambda backlog: max(backlog, 1),
    "backlog+1": lambda backlog: backlog + 1,
    "backlog*3/2+1": lambda backlog: backlog * 3 // 2 + 1,
}


class Listener:
    """A passive OPEN on a local socket.

    Both queues hold socket pairs in order of arrival, and each has its limit; the connections themselves belong to the
    host. `secret` is the key of the host's SYN cookies, of which some may come back until `cookies_until` (µs).
    """

    __slots__ = ("accept_limit", "accept_queue", "cookies_until", "secret", "syn_limit", "syn_queue", "tcb")

    def __init__(self, tcb: Tcb, accept_limit: int, syn_limit: int, secret: bytes) -> None:
        self.tcb = tcb
        self.accept_limit = accept_limit
        self.syn_limit = syn_limit
        self.secret = secret
        self.cookies_until = 0
        self.syn_queue: dict[SocketPair, None] = {}
        self.accept_queue: deque[SocketPair] = deque()

    @classmethod
    def open(
        cls, local: str, port: int, profile: Profile, backlog: int | None = None, secret: bytes = b""
    ) -> tuple["Listener", list[Effect]]:
        """A listener on a local socket, and the effects of opening it."""
        tcb = Tcb(SocketPair(local, port, "", 0), profile, passive=True)
        effects = open_passive(tcb)
        accept_limit = _ACCEPT_LIMITS[profile.accept_queue](profile.backlog if backlog is None else backlog)
        syn_limit = accept_limit if profile.syn_backlog is None else profile.syn_backlog
        return cls(tcb, accept_limit, syn_limit, secret), effects

    def copy(self) -> "Listener":
        """An independent copy."""
        other = Listener(self.tcb.copy(), self.accept_limit, self.syn_limit, self.secret)
        other.cookies_until = self.cookies_until
        other.syn_queue = self.syn_queue.copy()
        other.accept_queue = self.accept_queue.copy()
        return other

    def freeze(self) -> tuple[object, ...]:
        """What this listener is, hashable."""
        limits = (self.accept_limit, self.syn_limit)
        return (self.tcb.state, *limits, self.cookies_until, tuple(self.syn_queue), tuple(self.accept_queue))

    # ---- segments -------------------------------------------------------------------------------------------------

    def segment_arrives(self, segment: Segment, now: int, iss: int) -> tuple[Tcb | None, list[Effect]]:
        """A segment for no connection reached the listening socket: a new child, if it opens one, and the effects."""
        flags = segment.flags & (SYN | ACK | RST)
        if flags == ACK and now < self.cookies_until:
            return self._perhaps_a_cookie(segment, now)
        profile = self.tcb.profile
        if flags != SYN or (segment.flags & FIN and profile.syn_fin != "accept"):
            return None, segment_arrives(self.tcb, segment, now)
        if self._accept_queue_full and profile.accept_overflow_syn != "answer":
            return None, _refusal(drops.ACCEPT_QUEUE_FULL, profile.accept_overflow_syn, segment)
        full = self._syn_queue_full
        child = self.child_for(segment.pair.reverse)
        if profile.syn_cookies == "always" or (full and profile.syn_cookies == "when_full"):
            self.cookies_until = now + cookies.LIFETIME
            return None, cookies.answer(child, segment, now, self.secret)
        if full and profile.syn_overflow != "evict":
            return None, _refusal(drops.SYN_QUEUE_FULL, profile.syn_overflow, segment)
        effects = segment_arrives(child, segment, now, iss)
        self.syn_queue[child.pair] = None
        return child, effects

    def _perhaps_a_cookie(self, segment: Segment, now: int) -> tuple[Tcb | None, list[Effect]]:
        """An acknowledgment, while cookies are about: of one of them it makes a connection, if there is room."""
        pair = segment.pair.reverse
        mss = cookies.recognize(pair, segment, now, self.secret)
        if mss is None:
            return None, segment_arrives(self.tcb, segment, now)
        if self._accept_queue_full:
            return None, _refusal(drops.ACCEPT_QUEUE_FULL, self.tcb.profile.accept_overflow_ack, segment)
        child = self.child_for(pair)
        effects = cookies.rebuild(child, segment, mss, now)
        self.syn_queue[pair] = None  # until the books are kept: it has been opened already
        return child, effects

    def child_for(self, pair: SocketPair) -> Tcb:
        """A TCB in LISTEN whose remote socket is filled in: what the RFC's own LISTEN becomes when a SYN arrives."""
        child = Tcb(pair, self.tcb.profile, passive=True)
        open_passive(child)
        return child

    def half_open(self, child: Tcb, segment: Segment, now: int) -> list[Effect]:
        """A segment for a child in SYN-RECEIVED, which may find no room to be opened: for accept() is behind.

        It is dropped then, as many stacks do (row U02): the SYN-ACK is sent again, and so the peer's answer comes
        again, until there is room or R2 is reached. Or it is refused for good.
        """
        opens = segment.flags & (ACK | RST) == ACK and segment.ack == child.snd_nxt
        if not (opens and self._accept_queue_full and child.pair in self.syn_queue):
            return segment_arrives(child, segment, now)
        if child.profile.accept_overflow_ack == "drop":
            return [drops.ACCEPT_QUEUE_FULL]
        return refuse_to_open(child, segment)

    # ---- room -----------------------------------------------------------------------------------------------------

    @property
    def has_room(self) -> bool:
        """Whether a SYN may open another connection, be it that the oldest half-open one gives way to it."""
        profile = self.tcb.profile
        may_answer = not self._accept_queue_full or profile.accept_overflow_syn == "answer"
        return may_answer and (not self._syn_queue_full or profile.syn_overflow == "evict")

    @property
    def surplus(self) -> SocketPair | None:
        """The oldest half-open child, where there is one more than there may be: it gives way to the youngest."""
        return next(iter(self.syn_queue)) if len(self.syn_queue) > self.syn_limit else None

    @property
    def _accept_queue_full(self) -> bool:
        return len(self.accept_queue) >= self.accept_limit

    @property
    def _syn_queue_full(self) -> bool:
        return len(self.syn_queue) >= self.syn_limit

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


def _refusal(why: Drop, policy: str, segment: Segment) -> list[Effect]:
    """A segment is dropped for want of room, and so comes again later; or it is reset, and does not."""
    return [why, reset_for(segment)] if policy == "reset" else [why]


def refuse_to_open(child: Tcb, segment: Segment) -> list[Effect]:
    """The segment that would open a child finds the accept queue full, and the peer is told."""
    effects = _refusal(drops.ACCEPT_QUEUE_FULL, "reset", segment)
    end(child, "rcv_ack_no_room", effects)
    return effects


def give_up(child: Tcb) -> list[Effect]:
    """The oldest half-open child gives way to a new one (RFC 4987 §3.4). Its peer is not told: it may not exist."""
    effects: list[Effect] = []
    end(child, "rcv_syn_no_room", effects)
    return effects
