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
    """A segment sent again; `attempt` is 1 for the first retransmission. `fast`: after three duplicate ACKs."""

    segment: Segment
    attempt: int
    fast: bool = False


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
    KEEP_ALIVE = 3
    TIME_WAIT = 4
    USER = 5

    @property
    def label(self) -> str:
        """How a picture names it: `RTO`, `persist`, `delayed ACK`, `keep-alive`, `2MSL`, `user timeout`."""
        return _TIMER_LABELS[self]


_TIMER_LABELS = ("RTO", "persist", "delayed ACK", "keep-alive", "2MSL", "user timeout")


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


STOPPED: Final = tuple(TimerStopped(timer) for timer in Timer)
EXPIRED: Final = tuple(TimerExpired(timer) for timer in Timer)


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """What the user is told: the RFC's word, the errno a socket would set ("" for none), and where the RFC says so."""

    name: str
    errno: str
    section: str


END_OF_STREAM = Signal("connection closing", "", "3.10.7.4")
CONNECTION_RESET = Signal("connection reset", "ECONNRESET", "3.10.7.4")
# The RFC's word for a reset in SYN-SENT is "connection reset", in SYN-RECEIVED "connection refused"; every socket
# interface says ECONNREFUSED to both (conformance rows W01, J06).
RESET_IN_SYN_SENT = Signal("connection reset", "ECONNREFUSED", "3.10.7.3")
CONNECTION_REFUSED = Signal("connection refused", "ECONNREFUSED", "3.10.7.4")
USER_TIMEOUT = Signal("connection aborted due to user timeout", "ETIMEDOUT", "3.10.8")
RETRANSMISSION_TIMEOUT = Signal("connection aborted: no answer after R2", "ETIMEDOUT", "3.8.3")
KEEP_ALIVE_TIMEOUT = Signal("connection aborted: keep-alive unanswered", "ETIMEDOUT", "3.8.4")
SOFT_ERROR = Signal("retransmitting: R1 reached", "", "3.8.3")
URGENT_DATA = Signal("urgent data", "", "3.10.7.4")


@dataclass(frozen=True, slots=True, eq=False)
class Drop:
    """Why TCP refused a segment: a short caption for a picture, a sentence, and the rule's section.

    `answered` says whether the rule asks for an answer (a reset or an acknowledgment).
    """

    caption: str
    why: str
    section: str
    answered: bool = False


# One row for each way to refuse; the steps of SEGMENT ARRIVES name them.
NO_CONNECTION = Drop("no connection", "Nobody is there: a reset says so.", "3.10.7.1", answered=True)
RST_TO_NOBODY = Drop("no connection", "Nobody is there, and a reset is never answered with a reset.", "3.10.7.1")
RST_IN_LISTEN = Drop("RST in LISTEN", "A listener has nothing that could be reset.", "3.10.7.2")
ACK_IN_LISTEN = Drop(
    "ACK in LISTEN", "A listener has sent nothing that could be acknowledged.", "3.10.7.2", answered=True
)
NO_SYN_IN_LISTEN = Drop("no SYN", "A listener needs a SYN; this is not even an acknowledgment.", "3.10.7.2")
SYN_FIN_IN_LISTEN = Drop(
    "SYN with FIN",
    "A SYN that already carries a FIN opens nothing anyone could use; this stack ignores it.",
    "3.10.7.2",
)
SYN_QUEUE_FULL = Drop("SYN queue full", "The listener has as many half-open connections as it may.", "3.10.7.2")
ACCEPT_QUEUE_FULL = Drop(
    "accept queue full", "No room for another connection until the application accepts one.", "3.10.7.2"
)
UNACCEPTABLE_ACK_IN_SYN_SENT = Drop(
    "ACK not of our SYN", "It acknowledges something this connection never sent.", "3.10.7.3", answered=True
)
RST_WITH_BAD_ACK = Drop("RST not for our SYN", "The reset does not acknowledge our SYN.", "3.10.7.3")
RST_WITHOUT_ACK = Drop("RST without ACK", "In SYN-SENT only a reset that acknowledges our SYN is believed.", "3.10.7.3")
NO_SYN_IN_SYN_SENT = Drop("no SYN", "Neither SYN nor RST: in SYN-SENT there is nothing to do with it.", "3.10.7.3")
OUTSIDE_WINDOW = Drop("outside the window", "None of its numbers lie in the receive window.", "3.10.7.4", answered=True)
RST_OUTSIDE_WINDOW = Drop(
    "RST outside the window", "A reset whose number lies outside the window is a forgery or old.", "3.10.7.4"
)
RST_NOT_EXACT = Drop(
    "RST not exact",
    "In the window but not the next number: ask the peer with a challenge ACK.",
    "3.10.7.4",
    answered=True,
)
RST_IN_TIME_WAIT = Drop("RST in TIME-WAIT", "A reset may not cut TIME-WAIT short (RFC 1337, fix F1).", "1337 §3")
SYN_ON_CONNECTION = Drop(
    "SYN on a connection",
    "A SYN on a running connection: ask the peer with a challenge ACK.",
    "3.10.7.4",
    answered=True,
)
SYN_RESETS_CONNECTION = Drop("SYN in the window", "A SYN in the window is an error.", "3.10.7.4", answered=True)
NO_ACK_BIT = Drop("no ACK bit", "Once synchronized, every segment carries an acknowledgment.", "3.10.7.4")
ACK_NOT_OF_SYN = Drop(
    "ACK not of our SYN", "It does not acknowledge our SYN: a reset refuses it.", "3.10.7.4", answered=True
)
ACK_OF_FUTURE = Drop("ACK of the future", "It acknowledges something not yet sent.", "3.10.7.4", answered=True)
ACK_TOO_OLD = Drop("ACK too old", "It acknowledges less than any window ago (RFC 5961 §5).", "3.10.7.4", answered=True)
TIMESTAMP_TOO_OLD = Drop(
    "old timestamp", "Its timestamp is older than the last one seen (PAWS).", "7323 §5.3", answered=True
)
NO_TIMESTAMP = Drop("no timestamp", "Timestamps were agreed on, and it carries none.", "7323 §3.2")
DATA_AFTER_CLOSE = Drop("nobody reads", "The user closed for good; nobody will read this data.", "3.6.1", answered=True)
TEXT_AFTER_FIN = Drop("data after FIN", "The peer had said that it would send no more.", "3.10.7.4")

Effect: TypeAlias = (
    Segment | Retransmit | Probe | Transition | Deliver | Signal | Drop | TimerStarted | TimerStopped | TimerExpired
)
