"""Events: what happened, one thing each, immutable; and flights, one for each transmission. Made from records.

`time` is integer microseconds of virtual time, `pair` the connection, seen from the host.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tcpsim.tcp.effects import Drop, Signal, Timer
from tcpsim.tcp.states import State, Transition
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment

Microseconds = int


class Call(NamedTuple):
    """A user's call: `connect`, `listen`, `accept`, `send`, `recv`, `wait`, `shutdown`, `close`, `abort`.

    `process` tells apart the programs of one host, from 0. `argument` is what it was given: octets to send, how many
    to receive (None: until the end of the stream), µs to wait, a port; for a connect with octets, the port and these.
    """

    name: str
    argument: Any
    process: int


class Return(NamedTuple):
    """A user's call came back: with `value` (octets received, octets sent), or with an errno in `error`.

    `expected` is the errno that the program said it would fail with, where it did not, or with another; "" otherwise.
    """

    name: str
    value: Any
    error: str
    process: int
    expected: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Event:
    """Something that happened on `host` at `time` (µs), on the connection `pair`, if on any. `index` orders events."""

    index: int
    time: Microseconds
    host: str
    pair: SocketPair | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Called(Event):
    """A user's call began."""

    call: Call


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Returned(Event):
    """A user's call came back. `called_at` is when it began: later than that, it blocked in between."""

    result: Return
    called_at: Microseconds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SegmentSent(Event):
    """A segment left `host`. `number` names the transmission in every other event.

    `attempt` is 0 for a first transmission and counts retransmissions from 1; `fast` says that the third duplicate ACK
    sent it, or in fast recovery an ACK of a part (RFC 5681 §3.2). `probe` is "window", "keep-alive" or "tail-loss", or
    "". `injected`: nobody's TCP sent it, and `host` is the one whose address it bears (or the one it is sent to, when
    no host has that address).
    """

    number: int
    segment: Segment
    attempt: int = 0
    fast: bool = False
    probe: str = ""
    injected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SegmentArrived(Event):
    """A segment reached `host`. `copy` is 0 for the first arrival of a transmission, 1 for its duplicate, …"""

    number: int
    segment: Segment
    copy: int
    sent_at: Microseconds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SegmentLost(Event):
    """The network lost a segment that `host` had sent.

    `why` is a word or two: "loss",
    "dropped by fault", "corrupted".
    """

    number: int
    segment: Segment
    why: str
    sent_at: Microseconds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SegmentDropped(Event):
    """TCP refused the segment that had just arrived."""

    number: int
    segment: Segment
    reason: Drop


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateChanged(Event):
    """A connection moved along a row of the table. `number` is the segment that caused it, or 0."""

    row: Transition
    number: int

    @property
    def source(self) -> State:
        return self.row.source

    @property
    def destination(self) -> State:
        return self.row.destination


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimerEvent(Event):
    """A timer was `started` (and expires at `deadline`), `stopped`, or `expired` (deadline is then this time)."""

    timer: Timer
    what: str
    deadline: Microseconds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delivered(Event):
    """Octets became readable by the user."""

    octets: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Signalled(Event):
    """The user was told something."""

    signal: Signal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HostEvent(Event):
    """Something happened to the host: `what` is "crash", "reboot", "kill", "unplug" or "plug".

    Or the network told it why a segment of the connection was not delivered: "ICMP: host unreachable".
    """

    what: str


class Arrival(NamedTuple):
    """One arrival of a transmission: when, and why TCP dropped it (None if it did not)."""

    time: Microseconds
    dropped: Drop | None


@dataclass(slots=True)
class Flight:
    """One transmission and what became of it: the arrow of a sequence diagram.

    `seq_base` and `ack_base` are the initial sequence numbers that its numbers are relative to: the sender's, and the
    receiver's, of that incarnation; before the first SYN of an end, those of the incarnation to come, which an old
    duplicate's numbers lie before. `arrivals` has none, one, or (duplicated) several entries. `lost` is why the
    network lost it, or ""; `lost_at` when. A transmission neither lost nor arrived was still under way at the end.
    An injected one that bears no host's address counts as sent by the host that it goes to; `source` tells the truth.
    """

    number: int
    segment: Segment
    sender: str
    receiver: str
    pair: SocketPair
    sent_at: Microseconds
    attempt: int = 0
    fast: bool = False
    probe: str = ""
    injected: bool = False
    seq_base: int = 0
    ack_base: int = 0
    arrivals: list[Arrival] = field(default_factory=list)
    lost: str = ""
    lost_at: Microseconds = 0

    @property
    def source(self) -> str:
        """The host whose address it bears; "" where no host has that address."""
        strange = self.injected and self.sender == self.receiver and self.segment.src != self.segment.dst
        return "" if strange else self.sender
