"""Crowds: many conversations in a row that are alike, told once with their number. A flood is a crowd.

    condensed(trace)    the same trace without all but the first of each crowd, and how many that one stands for

Two conversations are alike when the same happened in both, at the same distances in time: the same segments between the
same hosts, with the same fates, the same states, the same timers. Only addresses, ports and the moment they began may
differ. A few others that began in between do not part a crowd. One that a program knows of (a call or a return names
it) is never in a crowd. Lives here: finding crowds. Must not be known here: how they are told or drawn.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tcpsim.trace import (
    Called,
    Event,
    HostEvent,
    Microseconds,
    Returned,
    SegmentArrived,
    SegmentDropped,
    SegmentLost,
    SegmentSent,
    Signalled,
    StateChanged,
    TimerEvent,
    Trace,
)
from tcpsim.views.wording import segment_label
from tcpsim.wire.pair import SocketPair

MANY = 8  # alike in a row are still shown each


@dataclass(frozen=True, slots=True)
class Crowd:
    """Conversations alike: how many, how much later than the first the last began, and the first transmission."""

    count: int
    spread: Microseconds
    first: int


class Condensed(Trace):
    """A trace of which only some events are looked at. `crowds` is by the pairs, both ways, of each crowd's first."""

    __slots__ = ("_kept", "crowds")

    def __init__(self, whole: Trace, kept: list[Event], crowds: dict[SocketPair, Crowd]) -> None:
        super().__init__(whole.hosts, whole.addresses)
        self.records = whole.records
        self._built = (len(whole.records), whole.events, whole.flights)
        self._kept = kept
        self.crowds = crowds

    @property
    def events(self) -> list[Event]:
        """What is left to tell; each event has the index that it has in the whole."""
        return self._kept


def condensed(trace: Trace) -> Trace:
    """The trace with each crowd told once; the trace itself where there is none."""
    conversations = _conversations(trace)
    if len(conversations) <= MANY:
        return trace
    hidden: set[SocketPair] = set()
    crowds: dict[SocketPair, Crowd] = {}
    for alike in _runs(trace, conversations):
        if len(alike) > MANY:
            first, last = conversations[alike[0]][0], conversations[alike[-1]][0]
            sent = next((event.number for event in conversations[alike[0]] if type(event) is SegmentSent), 0)
            crowd = Crowd(len(alike), last.time - first.time, sent)
            crowds[alike[0]] = crowds[alike[0].reverse] = crowd
            hidden.update(alike[1:])
    if not crowds:
        return trace
    kept = [event for event in trace.events if _name(trace, event) not in hidden]
    return Condensed(trace, kept, crowds)


def crowd_of(trace: Trace, pair: SocketPair | None) -> Crowd | None:
    """The crowd that a connection stands for, if any."""
    return trace.crowds.get(pair) if isinstance(trace, Condensed) and pair is not None else None


def shown(trace: Trace) -> int:
    """How many transmissions are told."""
    return sum(1 for event in trace.events if type(event) is SegmentSent)


def _name(trace: Trace, event: Event) -> SocketPair | None:
    """One name for the conversation that an event belongs to, whichever end it is seen from; None: it is of none."""
    pair = event.pair
    if isinstance(event, SegmentSent | SegmentArrived | SegmentLost | SegmentDropped):
        pair = trace.flights[event.number - 1].pair  # nobody's connection sent what is injected
    return min(pair, pair.reverse) if pair is not None and pair.remote and pair.local else None


def _conversations(trace: Trace) -> dict[SocketPair, list[Event]]:
    """What happened in each conversation, in the order in which they began."""
    found: defaultdict[SocketPair, list[Event]] = defaultdict(list)
    for event in trace.events:
        name = _name(trace, event)
        if name is not None:
            found[name].append(event)
    return found


def _runs(trace: Trace, conversations: dict[SocketPair, list[Event]]) -> Iterator[list[SocketPair]]:
    """The conversations, those alike together that began one after the other, or with a few others in between."""
    runs: dict[Any, tuple[int, list[SocketPair]]] = {}  # by what they are like: where the last one stands, and all
    for place, (name, events) in enumerate(conversations.items()):
        signature = _signature(trace, events)
        if signature is None:
            yield [name]
            continue
        last, run = runs.get(signature, (place, []))
        if place - last > MANY:
            yield run
            run = []
        run.append(name)
        runs[signature] = place, run
    yield from (run for _, run in runs.values())


def _signature(trace: Trace, events: list[Event]) -> tuple[Any, ...] | None:
    """All that happened in a conversation but its addresses, its ports and when it began. None: it is like no other."""
    start = events[0].time
    signature: list[Any] = []
    for event in events:
        match event:
            case Called() | Returned() | HostEvent():
                return None
            case SegmentSent(number=number):
                flight = trace.flights[number - 1]
                label = str(segment_label(flight, window=True))
                what: Any = (label, flight.sender, flight.attempt, flight.probe, flight.injected, flight.fast)
            case SegmentArrived(copy=copy):
                what = copy
            case SegmentDropped(reason=reason):
                what = reason
            case SegmentLost(why=why):
                what = why
            case StateChanged(row=row):
                what = row
            case TimerEvent(timer=timer, what=outcome, deadline=deadline):
                what = (timer, outcome, deadline - event.time if outcome == "started" else 0)
            case Signalled(signal=signal):
                what = signal
            case _:
                what = None
        signature.append((type(event), event.time - start, event.host, what))
    return tuple(signature)
