"""The geometry of a sequence diagram: a trace in, placed things out. No ink.

What a good sequence diagram is: time runs down; an arrow slants by its delay, and equal delays are parallel; labels
lie on their arrows; states stand in lanes outside the lifelines, calls outermost; timers are brackets on their owner's
side; idle time is cut, visibly; a lost segment ends half way; and no text lies on another. `plan` says what there is to
show, `axis` how far down it stands, `lanes` how far to the right, `labels` where on its arrow a label lies; here they
come together. Must not be known here: lines, colours, fonts other than their width.
"""

from tcpsim.trace import Trace
from tcpsim.views.condensing import crowd_of
from tcpsim.views.ladder.axis import CUT_HEIGHT, Axis
from tcpsim.views.ladder.beside import Beside, height_of_words
from tcpsim.views.ladder.labels import FATE_GAP, FATE_SIZE, Placer
from tcpsim.views.ladder.lanes import (
    CALLS_NARROWEST,
    MARGIN,
    Needs,
    lane_width,
    lanes_of,
    timer_columns,
)
from tcpsim.views.ladder.lanes import bands as placed_bands
from tcpsim.views.ladder.options import USUAL, Options
from tcpsim.views.ladder.plan import CALLS_WIDEST, SMALL, Plan, Way
from tcpsim.views.ladder.shapes import Arrow, Break, Layout
from tcpsim.views.metrics import LINE, fitted, text_width
from tcpsim.views.shapes import Box, Point, Text
from tcpsim.views.spans import without_tcp
from tcpsim.views.wording import duration, moment

_LEAD = 20.0  # points of state lanes above the first event, and below the last
_ROUNDS = ((60, 12), (300, 6))  # up to so many arrows, so many rounds of moving apart what lies on each other
_FEWEST_ROUNDS = 4
_STRETCHES = (5, 8)  # the rounds after which the whole is made higher
_SHORT_OF_LIFELINE = 26.0  # where an injected segment, or a duplicate, appears
_TITLE, _SUBTITLE, _HOST = 13.0, 8.5, 10.0
_CLEAR = 8.0  # from the word beside a ✕ to the far lifeline
_ENDS = {"lost": 0.5, "corrupted": 0.5, "under way": 0.62}


def layout(trace: Trace, *, title: str = "", subtitle: str = "", footer: str = "", options: Options = USUAL) -> Layout:
    """Places everything that a trace has to show. `subtitle` stands under the title, `footer` at the bottom."""
    return _Composer(trace, options).compose(title, subtitle, footer)


class _Composer:
    """Puts one diagram together."""

    def __init__(self, trace: Trace, options: Options) -> None:
        self.trace = trace
        self.options = options
        self.plan = Plan(trace, options)
        self.digits = self.plan.teller.digits
        self.timers = {host: [span for span in self.plan.timers if span.host == host] for host in trace.hosts}
        self.without_tcp = without_tcp(trace)
        needs = {host: self._needs(host) for host in trace.hosts}
        placed, self.width = placed_bands(trace.hosts, needs)
        self.bands = {band.host: band for band in placed}
        self.ys: list[float] = []

    def _needs(self, host: str) -> Needs:
        marks = [mark for mark in self.plan.marks if mark.host == host]
        words = [text_width(self.plan.mark_words(mark), SMALL, bold=mark.kind == "host") for mark in marks]
        states = self.options.states and host not in self.without_tcp
        least = CALLS_NARROWEST if states or self.options.apps else 0.0
        calls = min(max([*words, least]), CALLS_WIDEST)
        timers = max(timer_columns(self.timers[host]), default=-1) + 1
        last = self.trace.events[-1].time if self.trace.events else 0
        times = text_width(moment(last, digits=self.digits), SMALL) + 7
        lanes = lanes_of(self.trace, host, self.plan.lang) if states else ()
        return Needs(calls, lanes, lane_width(self.trace, host), timers, times)

    def compose(self, title: str, subtitle: str, footer: str) -> Layout:
        top = MARGIN + (_TITLE * LINE + 2 if title else 0) + (_SUBTITLE * LINE + 2 if subtitle else 0) + 8
        headed = top + _HOST * LINE + SMALL * LINE + 4
        if any(lane.heading for band in self.bands.values() for lane in band.lanes):
            headed += SMALL * LINE + 2
        start = headed + _LEAD
        out = Layout(self.width, 0.0)
        barriers = [(band.left, band.right) for band in self.bands.values() if band.right > band.left]
        rounds = next((rounds for most, rounds in _ROUNDS if len(self.plan.ways) <= most), _FEWEST_ROUNDS)
        last_resort = False
        for turn in range(rounds):
            axis, ys, cuts = self.plan.solve()
            self.ys = [start + y for y in ys]
            out.breaks = self._breaks(axis, [start + y for y in cuts])
            out.arrows = [self._arrow(way, axis) for way in self.plan.ways]
            placer = Placer(out.arrows, self._obstacles(out), barriers, last_resort=last_resort)
            placer.place_all([way.wording for way in self.plan.ways])
            if last_resort or not placer.clashes:
                break
            if turn in _STRETCHES:
                self.plan.stretch()
            last_resort = not self._move_apart(placer.clashes) or turn == rounds - 2
        bottom = max([start, *self.ys, *(_lowest(arrow) for arrow in out.arrows)]) + _LEAD
        Beside(self.trace, self.plan, self.bands, self.ys).place(out, headed, bottom)
        bottom = max([bottom, *map(height_of_words, out.marks), *map(height_of_words, out.states)])
        self._headings(out, top, headed, title, subtitle)
        out.heights = {index: self.ys[node] for index, node in self.plan.node_of.items()}
        out.height = bottom + MARGIN + (SMALL * LINE + 8 if footer else 0)
        if footer:
            at = Point(MARGIN, out.height - MARGIN)
            out.texts.append(Text(fitted(footer, SMALL, self.width - 2 * MARGIN), at, "footer", SMALL, align="left"))
        return out

    # ---- segments -----------------------------------------------------------------------------------------------

    def _arrow(self, way: Way, axis: Axis) -> Arrow:
        flight, ways = way.flight, self.plan
        origin_x, target_x = self._ends(way)
        top = self.ys[way.sent]
        drop = self.ys[way.arrived] - top if way.arrived >= 0 else axis.scale * ways.delay(flight)
        origin, target = Point(origin_x, top), Point(target_x, top + drop)
        reach = self._reach(way, origin_x, target_x)
        end = Point(origin_x + reach * (target_x - origin_x), top + reach * drop)
        start = origin
        if way.kind in {"injected", "copy"}:
            share = _SHORT_OF_LIFELINE / abs(target_x - origin_x)
            start = Point(origin_x + share * (target_x - origin_x), top + share * drop)
        broken = False
        if way.arrived >= 0:
            true = axis.scale * (flight.arrivals[way.copy].time - flight.sent_at)
            broken = abs(drop - true) > 0.1
        gid = f"seg-{flight.number}-copy-{way.copy}" if way.copy else f"seg-{flight.number}"
        crowd = crowd_of(self.trace, flight.pair)
        arrow = Arrow(
            gid, flight.number, way.kind, way.fate, origin, target, start, end, broken, self._arrow_title(way)
        )
        arrow.crowd = crowd.count if crowd is not None else 1
        return arrow

    def _reach(self, way: Way, origin: float, target: float) -> float:
        """The share of its way that an arrow goes: about half, if lost, and never to where it passes behind a host."""
        reach = _ENDS.get(way.fate, 1.0)
        if reach == 1.0:
            return reach
        word = text_width(way.wording.word, FATE_SIZE, bold=True) + FATE_GAP
        near, far = min(origin, target), max(origin, target)
        between = [band for band in self.bands.values() if near < band.left < band.right < far]
        if not between:
            return min(reach, 1 - (word + _CLEAR) / (far - near))
        edges = sorted([near, far, *(x for band in between for x in (band.left, band.right))])
        onward = word if target > origin else -word
        spots = [(edges[k] + edges[k + 1] - onward) / 2 for k in range(0, len(edges), 2)]
        spot = min(spots, key=lambda x: abs((x - origin) / (target - origin) - 0.45))
        return (spot - origin) / (target - origin)

    def _ends(self, way: Way) -> tuple[float, float]:
        """From which x to which x a segment goes; one from or to an unknown address begins or ends at a neighbour."""
        hosts, flight = self.trace.hosts, way.flight
        known = self.trace.addresses
        sender, receiver = known.get(flight.segment.src), known.get(flight.segment.dst)
        if (sender is None and receiver is None) or sender == receiver:
            sender, receiver = flight.sender, None
        placed = {host: place for place, host in enumerate(hosts)}
        if sender is None:
            there = placed[receiver or hosts[0]]
            here = there - 1 if there > 0 else there + 1
        elif receiver is None:
            here = placed[sender]
            there = here - 1 if here > 0 else here + 1
        else:
            here, there = placed[sender], placed[receiver]
        return self._edge(here, there), self._edge(there, here)

    def _edge(self, place: int, towards: int) -> float:
        """The x of a host's lifeline, on the side of another host; beyond the last one there is only canvas."""
        if not 0 <= place < len(self.trace.hosts):
            return self.width - MARGIN
        band = self.bands[self.trace.hosts[place]]
        return band.right if towards > place else band.left

    def _arrow_title(self, way: Way) -> str:
        """What a tooltip and a screen reader say."""
        flight = way.flight
        known = self.trace.addresses
        ends = " → ".join(known.get(address, address) for address in (flight.segment.src, flight.segment.dst))
        lang, words = self.plan.lang, self.plan.lang.words
        parts = [f"{ends}: {way.wording.label}", words.sent_at.format(time=self._moment(flight.sent_at))]
        if way.arrived >= 0:
            arrival = flight.arrivals[way.copy]
            parts.append(words.arrived_at.format(time=self._moment(arrival.time)))
            dropped = arrival.dropped
            if dropped is not None:
                why = words.because.format(why=lang.why_dropped(dropped), section=lang.cite(dropped.section))
                parts.append(words.dropped_because.format(why=why))
        else:
            parts.append(way.wording.word)
        return words.comma.join([*parts[:1], *(p for p in (*parts[1:], *self.plan.teller.notes(flight)) if p)])

    def _obstacles(self, out: Layout) -> list[Box]:
        """What labels must keep clear of besides each other: cuts, and marks at arrows' beginnings."""
        boxes = [Box(self.width / 2, cut.y, self.width, cut.height + 2) for cut in out.breaks]
        boxes += [Box(arrow.start.x, arrow.start.y, 9, 9) for arrow in out.arrows if arrow.kind in {"injected", "copy"}]
        return boxes

    def _move_apart(self, clashes: list[tuple[int, int]]) -> bool:
        """Asks for more room between arrows whose texts lie on each other; False when there is nothing to ask for."""
        asked = False
        for one, other in clashes:
            if other < 0 or one == other:
                continue
            upper, lower = sorted((one, other), key=lambda place: (self.ys[self.plan.ways[place].sent], place))
            above, below = self.plan.ways[upper].sent, self.plan.ways[lower].sent
            asked |= self.plan.move_apart(above, below, self.ys[below] - self.ys[above] + 7.0)
        return asked

    # ---- across, above and below --------------------------------------------------------------------------------

    def _breaks(self, axis: Axis, ys: list[float]) -> list[Break]:
        breaks = []
        middle = self._middle()
        for number, (cut, y) in enumerate(zip(axis.cuts, ys, strict=True), 1):
            words = self.plan.lang.words.later.format(time=duration(cut.end - cut.start))
            text = Text(words, Point(middle, y), "break", SMALL)
            title = self.plan.lang.words.nothing_happens.format(
                start=self._moment(cut.start), end=self._moment(cut.end)
            )
            breaks.append(Break(f"break-{number}", y, CUT_HEIGHT - 32, text, title))
        return breaks

    def _middle(self) -> float:
        """The middle of the widest room between two lifelines."""
        hosts = self.trace.hosts
        if len(hosts) == 1:
            return (self.bands[hosts[0]].right + self.width) / 2
        return (self.bands[hosts[0]].right + self.bands[hosts[1]].left) / 2

    def _headings(self, out: Layout, top: float, headed: float, title: str, subtitle: str) -> None:
        room = self.width - 2 * MARGIN
        y = MARGIN
        if title:
            y += _TITLE * LINE / 2
            words = fitted(title, _TITLE, room, bold=True)
            out.texts.append(Text(words, Point(MARGIN, y), "title", _TITLE, bold=True, align="left"))
            y += _TITLE * LINE / 2 + 2
        if subtitle:
            at = Point(MARGIN, y + _SUBTITLE * LINE / 2)
            out.texts.append(Text(fitted(subtitle, _SUBTITLE, room), at, "subtitle", _SUBTITLE, align="left"))
        addresses = {name: address for address, name in self.trace.addresses.items()}
        for band in self.bands.values():
            x = (band.left + band.right) / 2
            out.texts.append(Text(band.host, Point(x, top + _HOST * LINE / 2), "host", _HOST, bold=True))
            address = addresses.get(band.host, "")
            if address:
                at = Point(x, top + _HOST * LINE + SMALL * LINE / 2 + 1)
                out.texts.append(Text(address, at, "address", SMALL))
            for lane in band.lanes:
                if lane.heading:
                    at = Point((lane.left + lane.right) / 2, headed - SMALL * LINE / 2 - 2)
                    words = fitted(lane.heading, SMALL, lane.right - lane.left)
                    out.texts.append(Text(words, at, "lane", SMALL))

    def _moment(self, time: int) -> str:
        return moment(time, digits=self.digits)


def _lowest(arrow: Arrow) -> float:
    ends = [arrow.end.y] + [corner.y for text in arrow.texts() for corner in text.box.corners()]
    return max(ends)
