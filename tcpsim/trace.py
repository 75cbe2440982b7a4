"""What happened, as immutable events, and questions about it. How it came about is not known here.

The simulator adds *records*: one for each thing that reached a host (a segment, a user's call, a time-out), with
everything the endpoint answered. They lie flat behind each other in one list, because a tuple for each would take half
as much memory again:

    kind, time, host, pair, subject, number, then each effect; and so on with the next record's kind

That is all a run costs. The *events* below are made from the records when somebody looks, and it is events that
pictures, texts and expectations are made from.

`time` is integer microseconds of virtual time. `pair` is the connection, seen from the host. What `subject` is depends
on the kind, and is told beside each kind. `number` is the process that made a call. For a segment that arrived or was
lost it may say which transmission that was (they are numbered from 1 in the order sent, lost ones included); 0 means
the latest in which that very object was sent, which is enough, because every transmission builds its own segment. No
effect is a string, so a string where an effect could stand is the kind of the next record.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tcpsim.tcp.effects import (
    Deliver,
    Drop,
    Effect,
    Probe,
    Retransmit,
    Signal,
    Timer,
    TimerExpired,
    TimerStarted,
    TimerStopped,
)
from tcpsim.tcp.states import State, Transition
from tcpsim.wire.flags import ACK, SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment

Microseconds = int


# ---- records ------------------------------------------------------------------------------------------------------

CALLED = "called"  # subject: (name, argument) of a user's call that began; number: the process; effects: the answer
RETURNED = "returned"  # subject: (name, value, errno or "", when called, `Return.expected`); number: the process
WENT_ON = "went on"  # a blocked call got further; number: the process; effects: what the endpoint answered
ARRIVED = "arrived"  # subject: Segment; effects: what the endpoint answered
TIMED_OUT = "timed out"  # subject: None; effects: what the endpoint did
LOST = "lost"  # subject: (Segment, why)
INJECTED = "injected"  # subject: Segment, put on the wire by nobody's TCP, on its way to the host
HAPPENED = "happened"  # subject: str, something happened to a host: crash, reboot, kill, unplug, plug


FORGETS: Final = frozenset({"crash", "reboot"})  # what happens to a host after which it knows nothing
ENDS_PROGRAMS: Final = FORGETS | {"kill"}  # what happens to a host after which none of its programs runs on
_HEADER: Final = 6  # items of a record before its effects


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


# ---- events -------------------------------------------------------------------------------------------------------


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

    `attempt` is 0 for a first transmission and counts retransmissions from 1; `fast` says that three duplicate ACKs,
    not the timer, sent it. `probe` is "window", "keep-alive" or "tail-loss", or "". `injected`: nobody's TCP sent it,
    and `host` is the one whose address it bears (or the one it is sent to, when no host has that address).
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
    """Something happened to the host: `what` is "crash", "reboot", "kill", "unplug" or "plug"."""

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


class Trace:
    """Everything that happened in one run.

    `hosts` are the names of the hosts in the order of their lanes; `addresses` says whose an address is.
    """

    __slots__ = ("_built", "addresses", "hosts", "records")

    def __init__(self, hosts: tuple[str, ...], addresses: dict[str, str]) -> None:
        self.hosts = hosts
        self.addresses = addresses
        self.records: list[Any] = []
        self._built: tuple[int, list[Event], list[Flight]] | None = None

    def copy(self) -> "Trace":
        """A trace that can go on differently: the list of records is copied, what lies in it is shared."""
        other = Trace(self.hosts, self.addresses)
        other.records = self.records.copy()
        return other

    @property
    def events(self) -> list[Event]:
        """Everything that happened, in order. Built when first asked for."""
        return self._build()[1]

    @property
    def flights(self) -> list[Flight]:
        """Every transmission, in the order sent, with what became of it."""
        return self._build()[2]

    @property
    def segments(self) -> list[Segment]:
        """Every segment in the order sent, lost and injected ones included."""
        return [flight.segment for flight in self.flights]

    def add(
        self,
        kind: str,
        time: Microseconds,
        host: str,
        pair: SocketPair | None,
        subject: Any,
        number: int = 0,
        effects: Iterable[Effect] = (),
    ) -> None:
        """Add a record. (The simulator's busiest places write the same two lines themselves.)"""
        self.records += (kind, time, host, pair, subject, number)
        self.records += effects

    def between(self, start: Microseconds, end: Microseconds) -> list[Event]:
        """The events at start ≤ time < end (µs)."""
        return [event for event in self.events if start <= event.time < end]

    def connections_of(self, host: str) -> list[SocketPair]:
        """The connections whose state moved on a host, in the order in which they appeared; listeners come first."""
        pairs: dict[SocketPair, None] = {}
        for event in self.events:
            if type(event) is StateChanged and event.host == host and event.pair is not None:
                pairs.setdefault(event.pair)
        return sorted(pairs, key=lambda pair: bool(pair.remote))

    def states_of(self, host: str, pair: SocketPair | None = None) -> list[State]:
        """The states a host passed through, first to last.

        With several connections, `pair` says which; without it, the connections (and the listener they came from) are
        read as one lane, which is what a host with one connection looks like: LISTEN, SYN-RECEIVED, ESTABLISHED, …
        A host to which nothing happened was CLOSED throughout, and one that crashed is CLOSED from then on.
        """
        states: list[State] = []
        for event in self.events:
            if event.host != host:
                continue
            if type(event) is HostEvent and event.what in FORGETS and states and states[-1] is not State.CLOSED:
                states.append(State.CLOSED)  # no row of the table: there is no TCB any more (RFC 9293 §3.3.2)
            if type(event) is StateChanged and (pair is None or event.pair == pair):
                if not states or states[-1] is not event.source:
                    states.append(event.source)
                states.append(event.destination)
        return states or [State.CLOSED]

    # ---- records to events --------------------------------------------------------------------------------------

    def _build(self) -> tuple[int, list[Event], list[Flight]]:
        built = self._built
        if built is None or built[0] != len(self.records):
            reader = _Reader(self)
            reader.read_all(self.records)
            self._built = built = (len(self.records), reader.events, reader.flights)
        return built


class _Reader:
    """Turns records into events and flights, once, in order."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.events: list[Event] = []
        self.flights: list[Flight] = []
        self.initial: dict[SocketPair, int] = {}  # the ISS last used from one end of a pair
        self.first: dict[SocketPair, int] = {}  # the ISS first used from it
        self.early: list[tuple[Flight, bool, bool]] = []  # sent before both ends had used one, and which of them had
        self.latest: dict[int, Flight] = {}  # by the identity of the segment, which the records keep alive

    def read_all(self, records: list[Any]) -> None:
        start, end = 0, len(records)
        while start < end:
            stop = start + _HEADER
            while stop < end and type(records[stop]) is not str:
                stop += 1
            self.read(*records[start : start + _HEADER], effects=records[start + _HEADER : stop])
            start = stop
        for flight, *known in self.early:
            self.settle(flight, *known)

    def read(
        self,
        kind: str,
        time: Microseconds,
        host: str,
        pair: SocketPair | None,
        subject: Any,
        number: int,
        *,
        effects: list[Effect],
    ) -> None:
        about: dict[str, Any] = {"time": time, "host": host, "pair": pair}
        match kind:
            case "called":
                self.add(Called, about, call=Call(subject[0], subject[1], number))
                number = 0
            case "returned":
                name, value, error, called_at, expected = subject
                self.add(Returned, about, result=Return(name, value, error, number, expected), called_at=called_at)
            case "went on":
                number = 0
            case "arrived":
                flight = self.flight(subject, number)
                number = flight.number
                copy = len(flight.arrivals)
                drop = next((effect for effect in effects if type(effect) is Drop), None)
                flight.arrivals.append(Arrival(time, drop))
                self.add(SegmentArrived, about, number=number, segment=subject, copy=copy, sent_at=flight.sent_at)
            case "lost":
                segment, why = subject
                flight = self.flight(segment, number)
                number = flight.number
                flight.lost, flight.lost_at = why, time
                self.add(SegmentLost, about, number=number, segment=segment, why=why, sent_at=flight.sent_at)
            case "injected":
                self.send(about, subject, injected=True)
            case "happened":
                self.add(HostEvent, about, what=subject)
        for effect in effects:
            self.read_effect(effect, about, number, subject)

    def read_effect(self, effect: Any, about: dict[str, Any], number: int, subject: Any) -> None:
        match effect:
            case Segment():
                self.send(about, effect)
            case Transition():
                self.add(StateChanged, about, row=effect, number=number)
            case TimerStarted(timer, deadline):
                self.add(TimerEvent, about, timer=timer, what="started", deadline=deadline)
            case TimerStopped(timer):
                self.add(TimerEvent, about, timer=timer, what="stopped", deadline=about["time"])
            case TimerExpired(timer):
                self.add(TimerEvent, about, timer=timer, what="expired", deadline=about["time"])
            case Retransmit(segment, attempt, fast, probe):
                self.send(about, segment, attempt=attempt, fast=fast, probe=probe)
            case Probe(segment, purpose):
                self.send(about, segment, probe=purpose)
            case Deliver(octets):
                self.add(Delivered, about, octets=octets)
            case Signal():
                self.add(Signalled, about, signal=effect)
            case Drop():
                self.add(SegmentDropped, about, number=number, segment=subject, reason=effect)
            case _:
                raise TypeError(f"an endpoint answered something that is not an effect: {effect!r}")

    def add(self, event: type[Event], about: dict[str, Any], **details: Any) -> None:
        self.events.append(event(index=len(self.events), **about, **details))

    def send(self, about: dict[str, Any], segment: Segment, **how: Any) -> None:
        number = len(self.flights) + 1
        self.add(SegmentSent, about, number=number, segment=segment, **how)
        pair = SocketPair(segment.src, segment.sport, segment.dst, segment.dport)
        injected = how.get("injected", False)
        if segment.flags & SYN and not injected:
            self.initial[pair] = segment.seq
            self.first.setdefault(pair, segment.seq)
        addresses = self.trace.addresses
        self.latest[id(segment)] = flight = Flight(
            number,
            segment,
            addresses.get(segment.src, about["host"]),
            addresses.get(segment.dst, ""),
            pair,
            about["time"],
            seq_base=self.initial.get(pair, segment.seq if segment.flags & SYN else 0),
            ack_base=self.initial.get(pair.reverse, 0) if segment.flags & ACK else 0,
            **how,
        )
        self.flights.append(flight)
        known = (pair in self.initial, pair.reverse in self.initial)
        if not all(known):
            self.early.append((flight, *known))

    def settle(self, flight: Flight, seq_known: bool, ack_known: bool) -> None:
        """Tells a segment sent before the first SYN of an end what its numbers are relative to."""
        pair, segment = flight.pair, flight.segment
        if not seq_known:
            flight.seq_base = self.first.get(pair, flight.seq_base)
            if segment.flags & SYN:  # nothing but a stray SYN: what answers it counts from there
                self.first.setdefault(pair, segment.seq)
        if not ack_known and segment.flags & ACK:
            flight.ack_base = self.first.get(pair.reverse, flight.ack_base)

    def flight(self, segment: Segment, number: int) -> Flight:
        """The transmission of a segment that arrived or was lost."""
        return self.flights[number - 1] if number else self.latest[id(segment)]


def iterate(trace: Trace, kind: type[Event]) -> Iterator[Any]:
    """The events of one class, in order."""
    return (event for event in trace.events if type(event) is kind)
