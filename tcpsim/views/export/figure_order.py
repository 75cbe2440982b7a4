"""In which order the RFC's figures tell what two peers did, and which segments they show twice, leaving and arriving.

A figure of RFC 9293 has no times: it has the order of things at each peer, and one line for a segment that leaves and
arrives. That is only possible where nothing crosses it. Of two segments that cross, or one of which overtakes the
other, the figures show the one that left first on two lines: leaving ("...": still in the network, §3.5), and arriving.

Lives here: events joined into lines, and the order of these. Must not be known here: how a line is written.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise

from tcpsim.tcp.states import State
from tcpsim.trace import (
    FORGETS,
    Called,
    Event,
    HostEvent,
    Microseconds,
    SegmentArrived,
    SegmentDropped,
    SegmentLost,
    SegmentSent,
    StateChanged,
    TimerEvent,
    Trace,
    iterate,
)
from tcpsim.wire.pair import SocketPair

Key = tuple[Microseconds, bool, int, int]


@dataclass(slots=True)
class Act:
    """What one peer did at one moment for one reason, as far as a figure shows it: it sends, takes in, or just moves.

    `why` is the event that it began with. `number` and `copy` say which segment arrives or leaves; `state` is the
    peer's afterwards. `moved`: it was another before.
    """

    time: Microseconds
    host: str
    index: int
    why: Event
    state: State
    number: int = 0
    arrives: bool = False
    copy: int = 0
    moved: bool = False
    refused: SegmentDropped | None = None

    def key(self, rank: dict[str, int]) -> Key:
        """Where it stands, as far as the order at its peer leaves that open: as figure 7 has it."""
        return self.time, not self.arrives, rank[self.host], self.index


@dataclass(slots=True)
class Line:
    """A line of a figure: an act alone, or a segment that leaves (`sends`) and arrives (`takes`) on one line."""

    sends: Act | None = None
    takes: Act | None = None
    alone: Act | None = None
    later: bool = False  # the segment leaves, and arrives on a line farther down

    def acts(self) -> tuple[Act, ...]:
        return tuple(act for act in (self.sends, self.takes, self.alone) if act is not None)


@dataclass(slots=True)
class Peers:
    """One figure's worth of a trace: two hosts, and the connections between them that it tells of."""

    left: str
    right: str
    pairs: frozenset[SocketPair]
    first: dict[str, State] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def rank(self) -> dict[str, int]:
        return {self.left: 0, self.right: 1}


def peers_of(trace: Trace) -> list[Peers]:
    """The figures of a trace, in the order in which their first segments left: one for each pair of sockets."""
    found: dict[frozenset[SocketPair], Peers] = {}
    places = {host: place for place, host in enumerate(trace.hosts)}
    for sent in iterate(trace, SegmentSent):
        pair = trace.flights[sent.number - 1].pair
        sockets = frozenset((pair, pair.reverse))
        ends = [trace.addresses.get(end, end) for end in (pair.local, pair.remote)]
        if sockets not in found:
            left, right = sorted(ends, key=lambda end: (places.get(end, len(places)), end))
            found[sockets] = Peers(left, right, sockets)
    by_pair = {pair: peers for sockets, peers in found.items() for pair in sockets}
    for peers, acts in _acts(trace, by_pair):
        _settle(peers, acts)
    return list(found.values())


# ---- acts ---------------------------------------------------------------------------------------------------------


class _Lane:
    """The acts of one host within one figure, as they are read off the events."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.state = State.CLOSED
        self.listening = False  # there is a listener, to whom falls what belongs to no connection

    def begin(self, event: Event, why: Event, **details: int | bool) -> Act:
        answers = self.listening and self.state is State.CLOSED and type(why) is SegmentArrived
        state = State.LISTEN if answers else self.state
        act = Act(event.time, event.host, event.index, why, state, **details)  # type: ignore[arg-type]
        self.acts.append(act)
        return act

    def send(self, event: Event, why: Event, number: int) -> None:
        """A segment leaves; if the state has just moved for the same reason, these are one act."""
        last = self.acts[-1] if self.acts else None
        if last is not None and last.why is why and not last.number:
            last.number = number
        else:
            self.begin(event, why, number=number)


def _acts(trace: Trace, by_pair: dict[SocketPair, Peers]) -> list[tuple[Peers, list[Act]]]:
    """For every figure, what its two peers did, each in its order."""
    lanes: dict[int, dict[str, _Lane]] = {}
    every = {id(peers): peers for peers in by_pair.values()}
    for identity, peers in every.items():
        lanes[identity] = {peers.left: _Lane(), peers.right: _Lane()}
    listeners: defaultdict[tuple[str, int], list[Peers]] = defaultdict(list)
    of_host: defaultdict[str, list[Peers]] = defaultdict(list)
    for pair, peers in by_pair.items():
        listeners[pair.local, pair.lport].append(peers)
    for peers in every.values():
        of_host[peers.left].append(peers)
        if peers.right != peers.left:
            of_host[peers.right].append(peers)
    for why, group in _groups(trace.events):
        for event in group:
            for peers in _concerned(event, by_pair, listeners, of_host):
                _take(lanes[id(peers)][_side(event, peers)], event, why)
    return [
        (peers, [act for lane in lanes[identity].values() for act in lane.acts]) for identity, peers in every.items()
    ]


def _side(event: Event, peers: Peers) -> str:
    """At which end of a figure an event is told: an injected segment leaves nobody, and is told where it arrives."""
    return event.host if event.host in {peers.left, peers.right} else peers.left


def _groups(events: Sequence[Event]) -> list[tuple[Event, list[Event]]]:
    """The events, cut where another moment, host or reason begins; each part with that reason."""
    groups: list[tuple[Event, list[Event]]] = []
    for event in events:
        before = groups[-1][1][-1] if groups else None
        begins = isinstance(event, Called | SegmentArrived | SegmentLost | HostEvent) or (
            type(event) is TimerEvent and event.what == "expired"
        )
        if before is None or begins or (before.time, before.host) != (event.time, event.host):
            groups.append((event, [event]))
        else:
            groups[-1][1].append(event)
    return groups


def _concerned(
    event: Event,
    by_pair: dict[SocketPair, Peers],
    listeners: dict[tuple[str, int], list[Peers]],
    of_host: dict[str, list[Peers]],
) -> list[Peers]:
    """The figures that tell of an event: those of its connection, its listener's, or its host's."""
    pair = event.pair
    if pair is None:
        return of_host.get(event.host, []) if type(event) is HostEvent else []
    if not pair.remote:
        return listeners.get((pair.local, pair.lport), [])
    return [by_pair[pair]] if pair in by_pair else []


def _take(lane: _Lane, event: Event, why: Event) -> None:
    """Adds an event to what a host did."""
    match event:
        case SegmentSent(number=number, injected=injected):
            if not injected:
                lane.send(event, why, number)
        case SegmentArrived(number=number, copy=copy):
            lane.begin(event, why, number=number, arrives=True, copy=copy)
        case SegmentDropped() as refused if lane.acts and lane.acts[-1].arrives:
            lane.acts[-1].refused = refused
        case HostEvent(what=what):
            if what in FORGETS:
                lane.state, lane.listening = State.CLOSED, False
            lane.begin(event, why, moved=what in FORGETS)
        case StateChanged(row=row, pair=pair):
            if pair is not None and not pair.remote:
                lane.listening = row.destination is State.LISTEN
                if lane.state not in {State.CLOSED, State.LISTEN}:
                    return  # a connection that came from it goes on
            lane.state = row.destination
            if not lane.acts or lane.acts[-1].why is not why:
                lane.begin(event, why, moved=True)
            for act in reversed(lane.acts):
                if act.why is not why:
                    break
                act.state, act.moved = row.destination, True


# ---- lines --------------------------------------------------------------------------------------------------------


def _settle(peers: Peers, acts: list[Act]) -> None:
    """Joins departures with arrivals, and puts the lines in order. What comes before any segment is the first line."""
    rank = peers.rank
    earliest = min((act.index for act in acts if act.number), default=0)
    lanes: dict[str, list[Act]] = {}
    for host in (peers.left, peers.right):
        lane = [act for act in acts if act.host == host]
        opening = [act for act in lane if act.index < earliest]
        peers.first[host] = opening[-1].state if opening else State.CLOSED
        lanes[host] = lane[len(opening) :]
    departures = {act.number: act for lane in lanes.values() for act in lane if act.number and not act.arrives}
    arrivals = {act.number: act for lane in lanes.values() for act in lane if act.arrives and not act.copy}
    apart = _shown_twice(lanes, departures, arrivals, rank)
    peers.lines = _in_order(lanes, departures, arrivals, apart, rank)


def _shown_twice(
    lanes: dict[str, list[Act]], departures: dict[int, Act], arrivals: dict[int, Act], rank: dict[str, int]
) -> set[int]:
    """The segments that cannot stand on one line: of two that cross or overtake, the one that left first."""
    place = {id(act): number for lane in lanes.values() for number, act in enumerate(lane)}
    both = [number for number in departures if number in arrivals and departures[number].host != arrivals[number].host]
    both.sort(key=lambda number: departures[number].key(rank))
    apart: set[int] = set()
    under_way: list[tuple[Microseconds, int]] = []  # by arrival: those that may still meet another
    for number in both:
        leaves, arrives = departures[number], arrivals[number]
        while under_way and under_way[0][0] < leaves.time:
            under_way.pop(0)
        for _, other in under_way:
            if other not in apart and _meet(departures[other], arrivals[other], leaves, arrives, place):
                apart.add(other)
        insort(under_way, (arrives.time, number))
    return apart


def _meet(leaves: Act, arrives: Act, other_leaves: Act, other_arrives: Act, place: dict[int, int]) -> bool:
    """Whether a segment crosses one that left after it, or is overtaken by it."""
    if leaves.host == other_leaves.host:
        return place[id(other_arrives)] < place[id(arrives)]
    return place[id(leaves)] < place[id(other_arrives)] and place[id(other_leaves)] < place[id(arrives)]


def _in_order(
    lanes: dict[str, list[Act]],
    departures: dict[int, Act],
    arrivals: dict[int, Act],
    apart: set[int],
    rank: dict[str, int],
) -> list[Line]:
    """The lines, so that each peer's acts keep their order, and otherwise their time's."""
    lines: list[Line] = []
    line_of: dict[int, int] = {}
    departing_first = sorted((act for lane in lanes.values() for act in lane), key=lambda act: act.arrives)
    for act in departing_first:
        if id(act) in line_of:
            continue
        line = Line(alone=act)
        if act.number and not act.arrives:
            arrival = arrivals.get(act.number)
            together = arrival is not None and act.number not in apart and arrival.host != act.host
            line = Line(sends=act, takes=arrival if together else None, later=arrival is not None and not together)
        elif act.arrives:
            line = Line(takes=act)
        line_of.update((id(part), len(lines)) for part in line.acts())
        lines.append(line)
    after: defaultdict[int, list[int]] = defaultdict(list)
    waits = [0] * len(lines)

    def follows(earlier: int, later: int) -> None:
        after[earlier].append(later)
        waits[later] += 1

    for lane in lanes.values():
        for one, other in pairwise(lane):
            follows(line_of[id(one)], line_of[id(other)])
    for number in apart:
        follows(line_of[id(departures[number])], line_of[id(arrivals[number])])
    ready: list[tuple[Key, int]] = []
    for place, line in enumerate(lines):
        if not waits[place]:
            heappush(ready, (line.acts()[0].key(rank), place))
    ordered: list[Line] = []
    while ready:
        _, place = heappop(ready)
        ordered.append(lines[place])
        for later in after[place]:
            waits[later] -= 1
            if not waits[later]:
                heappush(ready, (lines[later].acts()[0].key(rank), later))
    return ordered
