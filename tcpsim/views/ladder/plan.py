"""What a sequence diagram of a trace has to show, and how far apart it must stand: nodes and constraints, no places.

Every end of an arrow, every change of a state, every call and every timer's end is a node at its moment. Both ends of
an arrow are one body, so that whatever is pushed down, its slope stays true. Lives here: which events are shown, and
the gaps that keep them apart. Must not be known here: x, shapes, ink.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import count, pairwise
from statistics import median_low

from tcpsim.tcp.effects import Timer
from tcpsim.trace import (
    Called,
    Event,
    Flight,
    HostEvent,
    Microseconds,
    Returned,
    SegmentArrived,
    SegmentSent,
    Signalled,
    StateChanged,
    TimerEvent,
    Trace,
)
from tcpsim.views.ladder.axis import CUT_HEIGHT, Axis, Constraints
from tcpsim.views.ladder.labels import ABOVE, BELOW, LABEL_SIZE, NOTE_SIZE, Wording
from tcpsim.views.ladder.options import USUAL, Options
from tcpsim.views.languages import language
from tcpsim.views.metrics import LINE, text_width, wrapped
from tcpsim.views.spans import TimerSpan
from tcpsim.views.telling import Entry, Teller
from tcpsim.views.wording import duration, moment

NARROWEST_WAY = 260.0  # points between two lifelines, at least
USUAL_DROP = 36.0  # points that an arrow of the usual delay falls
SMALL = 7.0  # the smallest size of text
CALL_GAP = SMALL * LINE + 1.5
SECOND_LINE = SMALL * LINE + 0.5  # from the first line of a mark's words to the second
CALLS_WIDEST = 118.0  # of words beside the lanes; longer ones have two lines
STATE_GAP = 12.5
CLEAR_OF_CUT = 13.0
_USUAL_DELAY = 20_000  # µs, where no segment arrived that could say
_LONG = 4  # a segment that takes so many times the usual delay may have idle time cut above it
_SCALES = (1.0, 1.3, 1.7, 2.2)
_LABOUR = 6_000  # arrows looked at, while knots are untied one by one
DOWN = frozenset({"crash", "unplug"})
_APP_MARKS = frozenset({"call", "return", "signal"})
_HOST_MARKS = frozenset({"host"})
_ALWAYS = frozenset({Timer.RETRANSMISSION, Timer.PERSIST, Timer.DELAYED_ACK, Timer.TIME_WAIT, Timer.ORPHAN})


@dataclass(frozen=True, slots=True)
class Way:
    """One arrow to be drawn: a transmission, or a copy (`copy` > 0) that the network made of it.

    `sent` and `arrived` are nodes; `arrived` is −1 for what did not arrive. `kind` and `fate` as in `Arrow`.
    """

    flight: Flight
    copy: int
    sent: int
    arrived: int
    kind: str
    fate: str
    wording: Wording


class Plan:
    """A trace, read for drawing."""

    def __init__(self, trace: Trace, options: Options = USUAL) -> None:
        self.trace = trace
        self.options = options
        self.teller = Teller(trace, absolute=options.absolute, every_window=options.window, lang=language(options.lang))
        self.lang = self.teller.lang
        kinds = _APP_MARKS | _HOST_MARKS if options.apps else _HOST_MARKS
        self.marks = [entry for entry in self.teller.entries() if entry.kind in kinds]
        self.timers = [span for span in self.teller.timers if options.timers and _shown(span)]
        self._labelled = [span for span in self.timers if span.outcome == "expired"]
        self.usual, self._usual_by_way = _usual_delays(trace)
        self.system = Constraints()
        self.node_of: dict[int, int] = {}  # of an event, by its index; of an arrival, its arrow's lower end
        self.ways: list[Way] = []
        self.apart: list[tuple[int, int, float]] = []  # what turned out to need moving apart
        self._hosts: list[str] = []  # of each node, "" for one on no lifeline
        self._places: list[tuple[Microseconds, int]] = []  # of each node: where it stands in the order of events
        self._arrivals: dict[tuple[int, int], int] = {}
        self.stretched = 1.0
        self._hopeless: set[tuple[int, int]] = set()
        self._tried = 0  # how many ways to solve it have failed
        self._plain = 0  # how many did, before anything was moved apart
        self._make_nodes()
        self._make_ways()
        nodes = sorted(range(len(self._hosts)), key=lambda node: self._places[node])
        self._order = [node for node in nodes if self._hosts[node]]
        self._free = [node for node in nodes if not self._hosts[node]]  # where what nobody sent sets out
        self._by_host: defaultdict[str, list[int]] = defaultdict(list)
        for node in self._order:
            self._by_host[self._hosts[node]].append(node)
        columns = [nodes for nodes in (*self._by_host.values(), self._free) if nodes]
        self._columns = [(nodes, [self.system.times[node] for node in nodes]) for nodes in columns]
        self._never_arrived = sorted((way for way in self.ways if way.arrived < 0), key=lambda way: way.flight.sent_at)

    # ---- nodes --------------------------------------------------------------------------------------------------

    def _make_nodes(self) -> None:
        bodies: dict[int, int] = {}
        told = {mark.index for mark in self.marks}
        long = {mark.index for mark in self.marks if self.mark_lines(mark)[1]}
        self._long: list[int] = []  # nodes of marks with two lines
        timed = {index for span in self.timers for index in (span.began, span.ended)}
        self._last: dict[tuple[object, ...], int] = {}
        self._last_flights: dict[tuple[str, str], tuple[int, Flight]] = {}
        for event in self.trace.events:
            match event:
                case SegmentSent(number=number, injected=injected):
                    bodies[number] = self.system.body()
                    node = self._node(event, "" if injected else event.host, bodies[number])
                    if not injected:
                        self._keep_arrows_apart(node, self.trace.flights[number - 1])
                case SegmentArrived(number=number, copy=copy):
                    body = bodies[number] if copy == 0 else self.system.body()
                    if copy:
                        self._origin_of_copy(event, body)
                    node = self._node(event, event.host, body)
                    self._arrivals[number, copy] = node
                    self._after(("in", event.host), node, 2.5)
                case StateChanged() if self.options.states:
                    node = self._node(event, event.host)
                    self._after(("state", event.host, event.pair and event.pair.remote), node, STATE_GAP)
                case Called() | Returned() | Signalled() | HostEvent() if self.options.apps or event.index in told:
                    node = self._node(event, event.host)
                    if event.index in told:
                        above = self._last.get(("call", event.host), -1)
                        self._after(("call", event.host), node, CALL_GAP + SECOND_LINE * (above in self._long))
                    if event.index in long:
                        self._long.append(node)
                case TimerEvent() if event.index in timed:
                    self._node(event, event.host)
        for span in self._labelled:
            room = text_width(self.timer_words(span), SMALL) + 6
            self.system.apart(self.node_of[span.began], self.node_of[span.ended], room, 0.0)

    def _node(self, event: Event, host: str, body: int | None = None) -> int:
        node = self.system.node(event.time, body)
        self.node_of[event.index] = node
        self._hosts.append(host)
        self._places.append((event.time, event.index))
        if host:
            self._after(("host", host), node, 0.0)
        return node

    def _origin_of_copy(self, event: SegmentArrived, body: int) -> None:
        node = self.system.node(event.sent_at, body)
        self._hosts.append("")
        self._places.append((event.sent_at, event.index))
        self._arrivals[event.number, -event.copy] = node

    def _after(self, column: tuple[object, ...], node: int, gap: float, least: float = 0.0) -> None:
        """A node stands below the last of its column, at this distance (or at least at that)."""
        before = self._last.get(column)
        if before is not None:
            self.system.apart(before, node, gap, least)
        self._last[column] = node

    def _keep_arrows_apart(self, node: int, flight: Flight) -> None:
        """Room for the label between two arrows that one host sends, and for the note of the upper one."""
        column = (flight.sender, flight.receiver)
        before = self._last_flights.get(column)
        if before is not None:
            upper, above = before
            rows = ABOVE + LABEL_SIZE * LINE / 2 + 4.0
            if self._noted(above):
                rows += BELOW + NOTE_SIZE * LINE / 2
            if abs(_delay(above, self.usual) - _delay(flight, self.usual)) > self.usual / 8:
                rows = 3.0  # they are not parallel: their labels find room where they are far apart
            self.system.apart(upper, node, rows, 0.0)
        self._last_flights[column] = (node, flight)
        arrived = self._last.get(("in", flight.sender))
        if arrived is not None:
            self.system.apart(arrived, node, 3.0, 0.0)

    def _noted(self, flight: Flight) -> bool:
        return bool(self.teller.notes(flight)) or any(arrival.dropped for arrival in flight.arrivals[:1])

    # ---- arrows -------------------------------------------------------------------------------------------------

    def _make_ways(self) -> None:
        for event in self.trace.events:
            if type(event) is SegmentSent:
                flight = self.trace.flights[event.number - 1]
                sent = self.node_of[event.index]
                kind = "injected" if flight.injected else "retransmission" if flight.attempt else ""
                arrived = self._arrivals.get((flight.number, 0), -1)
                self.ways.append(Way(flight, 0, sent, arrived, kind, _fate(flight, 0), self._wording(flight, 0)))
            elif type(event) is SegmentArrived and event.copy:
                flight = self.trace.flights[event.number - 1]
                ends = self._arrivals[flight.number, -event.copy], self._arrivals[flight.number, event.copy]
                wording = self._wording(flight, event.copy)
                self.ways.append(Way(flight, event.copy, *ends, "copy", _fate(flight, event.copy), wording))

    def _wording(self, flight: Flight, copy: int) -> Wording:
        notes = [self.lang.words.duplicate] if copy else list(self.teller.notes(flight))
        if copy < len(flight.arrivals):
            dropped = flight.arrivals[copy].dropped
            if dropped is not None:
                notes.append(self.lang.words.dropped.format(caption=self.lang.caption(dropped)))
        label = self.teller.short_label(flight) if copy else self.teller.label(flight)
        word = ""
        if flight.lost and not copy:
            word = self.lang.lost(flight.lost)
        elif not flight.arrivals:
            word = self.lang.words.under_way
        return Wording(label, tuple(notes), word)

    def delay(self, flight: Flight) -> Microseconds:
        """How long a segment that did not arrive would have taken: as long as others on its way."""
        return self._usual_by_way.get((flight.sender, flight.receiver), self.usual)

    def timer_words(self, span: TimerSpan) -> str:
        """`RTO 1 s`."""
        return f"{self.lang.timer(span.timer)} {duration(span.length)}"

    def mark_words(self, mark: Entry) -> str:
        """What is written at a mark: where a host goes down there is no other place for the time."""
        words = mark.words.strip("* ")
        if mark.kind == "host" and mark.code in DOWN:
            return f"{words}, {moment(mark.time, digits=self.teller.digits)} s"
        return words

    def mark_lines(self, mark: Entry) -> tuple[str, str]:
        """What is written at a mark, on two lines if it is long."""
        return wrapped(self.mark_words(mark), SMALL, CALLS_WIDEST, bold=mark.kind == "host")

    # ---- places -------------------------------------------------------------------------------------------------

    def solve(self) -> tuple[Axis, list[float], list[float]]:
        """The axis, the y of every node, and the y of every cut.

        Tried first: that whatever is later anywhere stands lower. Where that asks for too high a diagram (a burst),
        only each host's own order is kept, and causes above their effects; and as the last resort, order alone.
        """
        ways = [(in_time, factor) for in_time in (True, False) for factor in _SCALES]
        while self._tried < len(ways):  # more constraints, later, will not make what failed succeed
            in_time, factor = ways[self._tried]
            solved = self._attempt(factor, 25 if in_time else 100, in_time=in_time)
            if solved is not None:
                if not self.apart:
                    self._plain = self._tried
                return solved
            # Room for a label is worth two steps up, not more: steep arrows are worse than a label that is shortened.
            if self._tried <= self._plain + 1 or not self._give_up(set(self.system.knot)):
                self._tried += 1
        knots = max(_LABOUR // (len(self.ways) + 1), 8)
        for turn in count():  # each gives something up: first what is tied in a knot, then as much everywhere
            solved = self._attempt(_SCALES[-1], 1_000)
            if solved is not None:
                return solved
            tied = set(self.system.knot) if turn < knots else {edge[:2] for edge in self.apart}
            if not self._give_up(tied):
                self.system.loosen(everywhere=turn >= knots)
        raise AssertionError("unreachable")

    def _give_up(self, tied: set[tuple[int, int]]) -> bool:
        """Asks no more for room between these nodes; False when there was nothing asked."""
        kept = [edge for edge in self.apart if edge[:2] not in tied]
        given_up = len(kept) < len(self.apart)
        self._hopeless |= tied
        self.apart = kept
        return given_up

    def move_apart(self, upper: int, lower: int, gap: float) -> bool:
        """Asks for more room between two nodes; False when that was found to be impossible before."""
        if (upper, lower) in self._hopeless:
            return False
        self.apart.append((upper, lower, gap))
        return True

    def stretch(self) -> None:
        """Makes everything higher, where moving apart did not help."""
        self.stretched *= 1.2

    def _attempt(
        self, factor: float, rounds: int, *, in_time: bool = False
    ) -> tuple[Axis, list[float], list[float]] | None:
        axis = self._axis(factor * self.stretched)
        extra = self.apart + self._cuts(axis)
        if in_time:
            extra += [(upper, lower, 0.0) for upper, lower in pairwise(self._order)]
        solved = self.system.solve(axis, extra=extra, rounds=rounds)
        nodes = len(self._hosts)
        return None if solved is None else (axis, solved[:nodes], solved[nodes:])

    def _axis(self, factor: float) -> Axis:
        nodes, system = len(self._hosts), self.system
        del system.times[nodes:], system.bodies[nodes:], system.shifts[nodes:]  # the cuts of an earlier attempt
        busy = []
        for way in self.ways:
            if way.arrived >= 0:
                start, end = self.system.times[way.sent], self.system.times[way.arrived]
                if end - start <= _LONG * self.usual:
                    busy.append((start, end))
        return Axis(self.system.times, busy, factor * USUAL_DROP / (self.usual or _USUAL_DELAY))

    def _cuts(self, axis: Axis) -> list[tuple[int, int, float]]:
        """A node for every cut, below everything before it and above everything after it."""
        system = self.system
        edges: list[tuple[int, int, float]] = []
        pending = 0  # of those that never arrived: the first one below the last cut
        for cut in axis.cuts:
            node = system.node(cut.start, shift=CUT_HEIGHT / 2)
            for nodes, times in self._columns:
                above, below = bisect_right(times, cut.start), bisect_left(times, cut.end)
                if above:
                    edges.append((nodes[above - 1], node, CLEAR_OF_CUT + 4))
                if below < len(nodes):
                    edges.append((node, nodes[below], CLEAR_OF_CUT + 7))
            long = (above for above in self._long if system.times[above] <= cut.start)
            edges += [(above, node, CLEAR_OF_CUT + 4 + SECOND_LINE) for above in long]
            for span in self._labelled:
                if span.start <= cut.start < span.end and not axis.cut_between(span.start, cut.start):
                    room = text_width(self.timer_words(span), SMALL) + CLEAR_OF_CUT
                    edges.append((self.node_of[span.began], node, room))
            while pending < len(self._never_arrived) and self._never_arrived[pending].flight.sent_at <= cut.start:
                way = self._never_arrived[pending]
                pending += 1
                # Down to the ✕, on along its word, and clear.
                reach = 0.5 + (text_width(way.wording.word, LABEL_SIZE) + 12) / NARROWEST_WAY
                room = axis.scale * self.delay(way.flight) * reach + CLEAR_OF_CUT + 6
                edges.append((way.sent, node, room))
        return edges


def _shown(span: TimerSpan) -> bool:
    """Whether a timer's run is drawn: those that only watch in the background are when they expire."""
    return span.end > span.start and (span.timer in _ALWAYS or span.outcome == "expired")


def _usual_delays(trace: Trace) -> tuple[Microseconds, dict[tuple[str, str], Microseconds]]:
    ways: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for flight in trace.flights:
        if flight.arrivals:
            ways[flight.sender, flight.receiver].append(flight.arrivals[0].time - flight.sent_at)
    every = [delay for delays in ways.values() for delay in delays]
    usual = median_low(every) if every else _USUAL_DELAY
    return usual, {way: median_low(delays) for way, delays in ways.items()}


def _delay(flight: Flight, usual: Microseconds) -> Microseconds:
    return flight.arrivals[0].time - flight.sent_at if flight.arrivals else usual


def _fate(flight: Flight, copy: int) -> str:
    if copy < len(flight.arrivals):
        return "dropped" if flight.arrivals[copy].dropped is not None else "arrived"
    if flight.lost:
        return "corrupted" if flight.lost == "corrupted" else "lost"
    return "under way"
