"""What lasts: timers, calls that block, states. Read off a trace's events, which only say when things begin and end.

Lives here: pairing beginnings with ends, and what the pairs explain (the RTO behind a retransmission, who overtook
whom). Must not be known here: how it is written or drawn.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from tcpsim.tcp.effects import Timer
from tcpsim.tcp.states import State
from tcpsim.trace import (
    ENDS_PROGRAMS,
    FORGETS,
    Called,
    Event,
    Flight,
    HostEvent,
    Microseconds,
    Returned,
    SegmentArrived,
    SegmentSent,
    StateChanged,
    TimerEvent,
    Trace,
)
from tcpsim.wire.pair import SocketPair


@dataclass(frozen=True, slots=True)
class TimerSpan:
    """A timer's run. `outcome` is "expired", "stopped", "restarted", "lost" (its host crashed) or "running".

    `began` and `ended` are the indices of the events at its ends (`ended` is −1 for one that still runs); `deadline`
    is when it would expire.
    """

    host: str
    pair: SocketPair | None
    timer: Timer
    start: Microseconds
    deadline: Microseconds
    end: Microseconds
    outcome: str
    began: int
    ended: int

    @property
    def length(self) -> Microseconds:
        """What it was set to, in µs."""
        return self.deadline - self.start


def timer_spans(trace: Trace) -> list[TimerSpan]:
    """Every run of every timer, in the order in which they ended; those still running come last."""
    running: dict[tuple[str, SocketPair | None, Timer], TimerEvent] = {}
    spans: list[TimerSpan] = []
    last = 0

    def close(start: TimerEvent, end: Microseconds, outcome: str, ended: int) -> None:
        times = (start.time, start.deadline, end)
        spans.append(TimerSpan(start.host, start.pair, start.timer, *times, outcome, start.index, ended))

    for event in trace.events:
        last = event.time
        if type(event) is TimerEvent:
            key = (event.host, event.pair, event.timer)
            start = running.pop(key, None)
            if start is not None:
                close(start, event.time, "restarted" if event.what == "started" else event.what, event.index)
            if event.what == "started":
                running[key] = event
        elif type(event) is HostEvent and event.what in FORGETS:
            for key in [key for key in running if key[0] == event.host]:
                close(running.pop(key), event.time, "lost", event.index)
        elif type(event) is StateChanged and event.destination is State.CLOSED:
            for key in [key for key in running if key[:2] == (event.host, event.pair)]:
                close(running.pop(key), event.time, "stopped", event.index)
    for start in running.values():
        close(start, last, "running", -1)
    return spans


def timeouts_behind(trace: Trace, spans: list[TimerSpan]) -> dict[int, TimerSpan]:
    """For a transmission that a timer caused (a retransmission, a probe, a delayed ACK): that timer's run."""
    expiries = {span.ended: span for span in spans if span.outcome == "expired"}
    behind = {}
    fired: list[TimerSpan] = []  # whose expiry is being dealt with
    for event in trace.events:
        if isinstance(event, Called | SegmentArrived | HostEvent):
            fired.clear()
        elif event.index in expiries:
            fired.append(expiries[event.index])
        elif type(event) is SegmentSent and not event.injected and not event.fast:
            for span in fired:
                here = (span.host, span.pair, span.end) == (event.host, event.pair, event.time)
                if here and _explains(span.timer, event):
                    behind[event.number] = span
    return behind


def _explains(timer: Timer, sent: SegmentSent) -> bool:
    match timer:
        case Timer.RETRANSMISSION:
            return sent.attempt > 0
        case Timer.PERSIST:
            return sent.probe == "window" or sent.attempt > 0
        case Timer.KEEP_ALIVE:
            return sent.probe == "keep-alive"
        case Timer.DELAYED_ACK:
            return sent.segment.kind == "ACK"
        case _:
            return False


@dataclass(frozen=True, slots=True)
class StateSpan:
    """A connection's stay in one state. `began` and `ended` are event indices; −1 before the first, after the last."""

    state: State
    start: Microseconds
    end: Microseconds
    began: int
    ended: int


def state_spans(trace: Trace, host: str, pairs: frozenset[SocketPair] | None = None) -> list[StateSpan]:
    """The states of a host's connections (`pairs`; None: all) read as one lane, first to last.

    A host on which no connection ever moved is CLOSED throughout. A crash ends the lane until the host is back, which
    then is CLOSED (figure 9 of RFC 9293).
    """
    changes = trace.moves_of(host, pairs)
    start = trace.events[0].time if trace.events else 0
    end = trace.events[-1].time if trace.events else 0
    first = next((event for event in changes if type(event) is StateChanged), None)
    state: State | None = first.source if first is not None else State.CLOSED
    spans: list[StateSpan] = []
    began = -1
    for event in changes:
        if state is not None:
            spans.append(StateSpan(state, start, event.time, began, event.index))
        match event:
            case StateChanged(destination=destination):
                state = destination
            case HostEvent(what=what):
                state = State.CLOSED if what == "reboot" else None
        start, began = event.time, event.index
    if state is not None:
        spans.append(StateSpan(state, start, end, began, -1))
    return spans


def without_tcp(trace: Trace) -> frozenset[str]:
    """The hosts that only look on, as a script does that plays the peer: they have no state to tell, not even CLOSED.

    Segments reached such a host, and none was dropped or answered: a TCP does one or the other, or moves.
    """
    reached: set[str] = set()
    has_tcp: set[str] = set()
    for event in trace.events:
        if type(event) is SegmentArrived:
            reached.add(event.host)
        elif type(event) is not SegmentSent or not event.injected:
            has_tcp.add(event.host)
    return frozenset(reached - has_tcp)


@dataclass(frozen=True, slots=True)
class CallSpan:
    """A user's call that blocked: from the event `called` to the one with the index `ended`, or −1: to the very end."""

    called: Called
    end: Microseconds
    ended: int


_WAIT_FOR_THE_PEER = frozenset({"connect", "accept", "recv", "serve"})


def call_spans(trace: Trace) -> list[CallSpan]:
    """The calls that blocked, in the order in which they ended.

    A trace has no return of a call that came back at once with nothing to tell, nor of a wait: the next call of the
    same process shows that it is over.
    """
    waiting: dict[tuple[str, int], Called] = {}
    spans: list[CallSpan] = []

    def close(call: Called | None, event: Event) -> None:
        if call is not None and event.time > call.time:
            spans.append(CallSpan(call, event.time, event.index))

    for event in trace.events:
        match event:
            case Called(host=host, call=call):
                before = waiting.pop((host, call.process), None)
                if before is not None and before.call.name == "wait":
                    close(before, event)
                waiting[host, call.process] = event
            case Returned(host=host, result=result):
                close(waiting.pop((host, result.process), None), event)
            case HostEvent(host=host, what=what) if what in ENDS_PROGRAMS:
                for key in [key for key in waiting if key[0] == host]:
                    before = waiting.pop(key)
                    if before.call.name in _WAIT_FOR_THE_PEER:
                        close(before, event)
    last = trace.events[-1].time if trace.events else 0
    spans += [CallSpan(call, last, -1) for call in waiting.values() if call.call.name in _WAIT_FOR_THE_PEER]
    return spans


def overtaken(trace: Trace) -> set[int]:
    """The transmissions that arrived after one that was sent later by the same host to the same host."""
    late: set[int] = set()
    ways: dict[tuple[str, str], list[Flight]] = defaultdict(list)
    for flight in trace.flights:
        if flight.arrivals:
            ways[flight.sender, flight.receiver].append(flight)
    for flights in ways.values():
        soonest = None
        for flight in reversed(flights):
            arrival = flight.arrivals[0].time
            if soonest is not None and arrival > soonest:
                late.add(flight.number)
            soonest = arrival if soonest is None else min(soonest, arrival)
    return late


def late(trace: Trace) -> set[int]:
    """The transmissions that took at least twice as long as half of those on the same way."""
    ways: dict[tuple[str, str], list[Flight]] = defaultdict(list)
    for flight in trace.flights:
        if flight.arrivals:
            ways[flight.sender, flight.receiver].append(flight)
    slow: set[int] = set()
    for flights in ways.values():
        delays = sorted(flight.arrivals[0].time - flight.sent_at for flight in flights)
        usual = delays[(len(delays) - 1) // 2]
        slow |= {flight.number for flight in flights if flight.arrivals[0].time - flight.sent_at >= max(2 * usual, 1)}
    return slow


def news_of_window(trace: Trace) -> set[int]:
    """The transmissions whose window is the point of them: a bare ACK that acknowledges nothing new, other window."""
    last: dict[SocketPair, tuple[int, int]] = {}
    news: set[int] = set()
    for flight in trace.flights:
        segment, before = flight.segment, last.get(flight.pair)
        if before is not None and segment.kind == "ACK" and before[0] == segment.ack and before[1] != segment.wnd:
            news.add(flight.number)
        last[flight.pair] = (segment.ack, segment.wnd)
    return news


def ports_apart(trace: Trace) -> dict[SocketPair, str]:
    """With several connections between the same two addresses, what tells each apart, by its pairs.

    That is the client's port (the higher one), or the server's where the client uses its own for several.
    """
    between: defaultdict[frozenset[str], dict[tuple[int, int], list[SocketPair]]] = defaultdict(dict)
    for pair in {flight.pair: None for flight in trace.flights}:
        ports = max(pair.lport, pair.rport), min(pair.lport, pair.rport)
        between[frozenset((pair.local, pair.remote))].setdefault(ports, []).extend((pair, pair.reverse))
    apart: dict[SocketPair, str] = {}
    for known in between.values():
        highs, lows = Counter(high for high, _ in known), Counter(low for _, low in known)
        for (high, low), pairs in known.items() if len(known) > 1 else ():
            name = str(high) if highs[high] == 1 else str(low) if lows[low] == 1 else f"{high}→{low}"
            apart.update(dict.fromkeys(pairs, name))
    return apart
