"""What an endpoint answers. Every entry point of `tcp/` returns a list of these, in the order in which they happened.

    Segment        a segment sent for the first time
    Retransmit     a segment sent again, and which time it is
    Probe          a segment that only asks for an acknowledgment: a window probe or a keep-alive
    Transition     a row of the table fired: the state moved
    Deliver        octets became readable by the user
    Signal         something the user must be told, in the RFC's words and as an errno
    Drop           TCP refused the segment that arrived, with the reason and the rule
    TimerStarted, TimerStopped, TimerExpired

Nothing is queued for someone to remember: a driver that ignores an effect has ignored it visibly.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple, TypeAlias

from tcpsim.tcp.states import Transition
from tcpsim.wire.segment import Segment


class Retransmit(NamedTuple):
    """A segment sent again; `attempt` is 1 for the first retransmission. `fast`: by RFC 5681 §3.2.

    `probe` is "tail-loss" for one that does not wait for the RTO (RFC 8985 §7), or "".
    """

    segment: Segment
    attempt: int
    fast: bool = False
    probe: str = ""


class Probe(NamedTuple):
    """A segment sent only to be acknowledged: `purpose` is "window" (RFC 9293 §3.8.6.1) or "keep-alive" (§3.8.4)."""

    segment: Segment
    purpose: str


class Deliver(NamedTuple):
    """So many octets, in order, became readable by the user."""

    octets: int


class Timer(IntEnum):
    """The timers of a connection; the value is the timer's place in `Tcb.timers`."""

    RETRANSMISSION = 0
    PERSIST = 1
    DELAYED_ACK = 2
    TIME_WAIT = 3
    ORPHAN = 4
    KEEP_ALIVE = 5
    USER = 6

    @property
    def label(self) -> str:
        """How a picture names it: `RTO`, `persist`, `delayed ACK`, `2MSL`, `orphan timeout`, `keep-alive`, …"""
        return _TIMER_LABELS[self]


_TIMER_LABELS = ("RTO", "persist", "delayed ACK", "2MSL", "orphan timeout", "keep-alive", "user timeout")


class TimerStarted(NamedTuple):
    """A timer was started, or restarted: it expires at `deadline` (µs of virtual time)."""

    timer: Timer
    deadline: int


class TimerStopped(NamedTuple):
    """A timer was turned off before it expired."""

    timer: Timer


class TimerExpired(NamedTuple):
    """A timer expired."""

    timer: Timer


TIMERS: Final = tuple(Timer)  # by their place in `Tcb.timers`
STOPPED: Final = tuple(TimerStopped(timer) for timer in Timer)
EXPIRED: Final = tuple(TimerExpired(timer) for timer in Timer)


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """What the user is told: the RFC's word, the errno a socket would set ("" for none), and where the RFC says so."""

    name: str
    errno: str
    section: str


@dataclass(frozen=True, slots=True, eq=False)
class Drop:
    """Why TCP refused a segment: a short caption for a picture, a sentence, and the rule's section.

    `answered` says whether the rule asks for an answer (a reset or an acknowledgment).
    """

    caption: str
    why: str
    section: str
    answered: bool = False


Effect: TypeAlias = (
    Segment | Retransmit | Probe | Transition | Deliver | Signal | Drop | TimerStarted | TimerStopped | TimerExpired
)
