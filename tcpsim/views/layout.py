"""The geometry of a sequence diagram: a trace in, placed things out. No ink.

What a good sequence diagram is: time runs down; an arrow slants by its delay, and equal delays are parallel; labels
lie on their arrows; states stand in lanes outside the lifelines, calls outermost; timers are brackets on their owner's
side; idle time is cut, visibly; a lost segment ends half way; and no text lies on another. `layout_plan` says what
there is to show, `layout_axis` how far down it stands, `layout_lanes` how far to the right, `layout_labels` where on
its arrow a label lies; here they come together. Must not be known here: lines, colours, fonts other than their width.
"""

from dataclasses import replace
from typing import Literal

from tcpsim.tcp.states import Transition
from tcpsim.trace import Event, HostEvent, Returned, StateChanged, Trace
from tcpsim.views.layout_axis import CUT_HEIGHT, Axis
from tcpsim.views.layout_labels import Placer, thinned
from tcpsim.views.layout_lanes import (
    CALLS_NARROWEST,
    CALLS_WIDEST,
    MARGIN,
    STATE_SIZE,
    Band,
    Lane,
    Needs,
    lane_width,
    lanes_of,
    timer_columns,
)
from tcpsim.views.layout_lanes import bands as placed_bands
from tcpsim.views.layout_plan import CALL_GAP, SMALL, Plan, Way, timer_words
from tcpsim.views.layout_shapes import (
    Arrow,
    Blocked,
    Box,
    Bracket,
    Break,
    Layout,
    Lifeline,
    Mark,
    Point,
    StateBar,
    Text,
)
from tcpsim.views.metrics import LINE, fitted, text_width
from tcpsim.views.spans import StateSpan, call_spans, state_spans
from tcpsim.views.wording import call_words, duration, moment

_LEAD = 20.0  # points of state lanes above the first event, and below the last
_ROUNDS = 12  # of moving apart what lies on each other
_STRETCHES = (6, 9)  # the rounds after which the whole is made higher
_SHORT_OF_LIFELINE = 26.0  # where an injected segment, or a duplicate, appears
_TITLE, _SUBTITLE, _HOST = 13.0, 8.5, 10.0
_DOWN = frozenset({"crash", "unplug"})
_ENDS = {"lost": 0.5, "corrupted": 0.5, "under way": 0.62}


def layout(trace: Trace, *, title: str = "", subtitle: str = "", footer: str = "") -> Layout:
    """Places everything that a trace has to show. `subtitle` stands under the title, `footer` at the bottom."""
    return _Composer(trace).compose(title, subtitle, footer)


class _Composer:
    """Puts one diagram together."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.plan = Plan(trace)
        self.digits = self.plan.teller.digits
        self.timers = {host: [span for span in self.plan.timers if span.host == host] for host in trace.hosts}
        needs = {host: self._needs(host) for host in trace.hosts}
        placed, self.width = placed_bands(trace.hosts, needs)
        self.bands = {band.host: band for band in placed}
        self.reasons = {e.index: e.row for e in trace.events if type(e) is StateChanged}
        self.ys: list[float] = []

    def _needs(self, host: str) -> Needs:
        words = [mark.words for mark in self.plan.marks if mark.host == host]
        calls = min(max([text_width(word, SMALL) for word in words] + [CALLS_NARROWEST]), CALLS_WIDEST)
        timers = max(timer_columns(self.timers[host]), default=-1) + 1
        last = self.trace.events[-1].time if self.trace.events else 0
        times = text_width(moment(last, digits=self.digits), SMALL) + 7
        return Needs(calls, lanes_of(self.trace, host), lane_width(self.trace, host), timers, times)

    def compose(self, title: str, subtitle: str, footer: str) -> Layout:
        top = MARGIN + (_TITLE * LINE + 2 if title else 0) + (_SUBTITLE * LINE + 2 if subtitle else 0) + 8
        headed = top + _HOST * LINE + SMALL * LINE + 4
        if any(lane.heading for band in self.bands.values() for lane in band.lanes):
            headed += SMALL * LINE + 2
        start = headed + _LEAD
        out = Layout(self.width, 0.0)
        barriers = [(band.left, band.right) for band in self.bands.values() if band.right > band.left]
        for turn in range(1, _ROUNDS + 1):
            axis, ys, cuts = self.plan.solve()
            self.ys = [start + y for y in ys]
            out.breaks = self._breaks(axis, [start + y for y in cuts])
            out.arrows = [self._arrow(way, axis) for way in self.plan.ways]
            placer = Placer(out.arrows, self._obstacles(out), barriers, last_resort=turn == _ROUNDS)
            placer.place_all([way.wording for way in self.plan.ways])
            if turn == _ROUNDS or not self._move_apart(placer.clashes):
                break
            if turn in _STRETCHES:
                self.plan.stretch()
        bottom = max([start, *self.ys, *(_lowest(arrow) for arrow in out.arrows)]) + _LEAD
        self._lanes(out, headed, bottom)
        bottom = max([bottom, *(mark.text.at.y for mark in out.marks), *(_height(bar) for bar in out.states)])
        self._headings(out, top, headed, title, subtitle)
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
        reach = _ENDS.get(way.fate, 1.0)
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
        title = self._arrow_title(way)
        return Arrow(gid, flight.number, way.kind, way.fate, origin, target, start, end, broken, title)

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
        parts = [f"{ends}: {way.wording.label}", f"sent at {self._moment(flight.sent_at)} s"]
        if way.arrived >= 0:
            arrival = flight.arrivals[way.copy]
            parts.append(f"arrived at {self._moment(arrival.time)} s")
            if arrival.dropped is not None:
                parts.append(f"dropped: {arrival.dropped.why} (RFC {_rfc(arrival.dropped.section)})")
        else:
            parts.append(way.wording.word)
        return ", ".join([*parts[:1], *(p for p in (*parts[1:], *self.plan.teller.notes(flight)) if p)])

    def _obstacles(self, out: Layout) -> list[Box]:
        """What labels must keep clear of besides each other: the words of cuts, and marks at arrows' beginnings."""
        boxes = [cut.text.box for cut in out.breaks]
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
            self.plan.apart.append((above, below, self.ys[below] - self.ys[above] + 7.0))
            asked = True
        return asked

    # ---- beside the lifelines -----------------------------------------------------------------------------------

    def _lanes(self, out: Layout, top: float, bottom: float) -> None:
        """Everything that stands in columns: lifelines, times, states, timers, calls."""
        for band in self.bands.values():
            down = self._down(band.host, bottom)
            out.lifelines += [Lifeline(band.host, x, top, bottom, down) for x in band.lines]
            for lane in band.lanes:
                self._states(out, band, lane, top, bottom)
            self._timers(out, band, bottom)
        self._marks(out)
        self._settle(out)
        self._blocked(out, bottom)
        self._times(out)

    def _down(self, host: str, bottom: float) -> list[tuple[float, float]]:
        down: list[tuple[float, float]] = []
        since: float | None = None
        for event in self.trace.events:
            if type(event) is HostEvent and event.host == host:
                y = self._y(event.index)
                if event.what in _DOWN and since is None:
                    since = y
                elif event.what in {"reboot", "plug"} and since is not None:
                    down.append((since, y))
                    since = None
        return [*down, (since, bottom)] if since is not None else down

    def _states(self, out: Layout, band: Band, lane: Lane, top: float, bottom: float) -> None:
        own = sum(1 for bar in out.states if bar.host == band.host)
        for span in state_spans(self.trace, band.host, lane.pairs):
            if lane.pairs is not None and span.began < 0:
                continue  # before a connection of several there is nothing
            upper = top if span.began < 0 else self._y(span.began)
            lower = bottom if span.ended < 0 else self._y(span.ended)
            own += 1
            gid = f"state-{band.host}-{own}"
            bar = StateBar(
                gid, band.host, str(span.state), lane.left, lane.right, upper, lower, self._state_title(band, span)
            )
            if bar.bottom - bar.top >= STATE_SIZE * LINE:
                bar.name = self._state_name(out, bar)
            else:
                at = Point(band.calls, (bar.top + bar.bottom) / 2)
                bar.name = Text(bar.state, at, "state", SMALL, bold=True, align=_away(band))
                bar.leader = (Point(lane.right if band.side > 0 else lane.left, at.y), at)
            out.states.append(bar)

    def _state_name(self, out: Layout, bar: StateBar) -> Text:
        """In the middle of the longest stretch of the bar that no cut runs through."""
        edges = [bar.top]
        for cut in out.breaks:
            if bar.top < cut.y < bar.bottom:
                edges += [cut.y - cut.height / 2, cut.y + cut.height / 2]
        edges.append(bar.bottom)
        stretches = [(edges[k], edges[k + 1]) for k in range(0, len(edges), 2)]
        upper, lower = max(stretches, key=lambda stretch: min(stretch[1] - stretch[0], 60.0))
        at = Point((bar.left + bar.right) / 2, (upper + lower) / 2)
        return Text(bar.state, at, "state", STATE_SIZE, bold=True)

    def _state_title(self, band: Band, span: StateSpan) -> str:
        row: Transition | None = self.reasons.get(span.began)
        since = f"from {self._moment(span.start)} s" if span.began >= 0 else "at first"
        why = f": {row.why} (RFC {_rfc(row.section)})" if row is not None else ""
        return f"{band.host} {span.state} {since}{why}"

    def _timers(self, out: Layout, band: Band, bottom: float) -> None:
        spans = self.timers[band.host]
        for span, column in zip(spans, timer_columns(spans), strict=True):
            upper = self._y(span.began)
            lower = bottom if span.ended < 0 else self._y(span.ended)
            if lower - upper < 1.0:
                continue
            x = band.timers[column]
            words = timer_words(span)
            told = f"{band.host}: {words}, started at {self._moment(span.start)} s, {span.outcome}"
            bracket = Bracket(f"timer-{len(out.timers) + 1}", x, upper, lower, -band.side * 4.0, span.outcome, told)
            bracket.label = self._timer_label(out, bracket, words, band)
            out.timers.append(bracket)

    @staticmethod
    def _timer_label(out: Layout, bracket: Bracket, words: str, band: Band) -> Text | None:
        """Along the bracket, outside it, where it is long enough and no cut is in the way."""
        room = text_width(words, SMALL) + 4
        edges = [bracket.top]
        for cut in out.breaks:
            if bracket.top < cut.y < bracket.bottom:
                edges += [cut.y - cut.height / 2, cut.y + cut.height / 2]
        edges.append(bracket.bottom)
        for k in range(0, len(edges), 2):
            if edges[k + 1] - edges[k] >= room:
                at = Point(bracket.x + band.side * 5.0, (edges[k] + edges[k + 1]) / 2)
                return Text(words, at, "timer", SMALL, angle=90.0)
        return None

    def _marks(self, out: Layout) -> None:
        counts: dict[str, int] = {}
        for entry in self.plan.marks:
            band = self.bands[entry.host]
            counts[entry.kind] = counts.get(entry.kind, 0) + 1
            y = self._y(entry.index)
            words = fitted(entry.words.strip("* "), SMALL, CALLS_WIDEST)
            align = _away(band)
            told = f"{words}, {self._moment(entry.time)} s" if words in _DOWN else words
            text = Text(told, Point(band.calls, y), "call", SMALL, bold=entry.kind == "host", align=align)
            tick = (Point(band.blocked, y), Point(band.calls - band.side * 2, y))
            if entry.kind == "host":
                edge = band.lanes[0].left if band.side > 0 else band.lanes[0].right
                tick = (Point(edge, y), Point(band.calls - band.side * 2, y))
            title = f"{entry.host}, {self._moment(entry.time)} s: {entry.words}"
            crosses = tuple(Point(x, y) for x in band.lines) if words in _DOWN else ()
            out.marks.append(Mark(f"{entry.kind}-{counts[entry.kind]}", entry.kind, tick, text, title, crosses))

    def _settle(self, out: Layout) -> None:
        """Words of one column that could not be kept apart go down a little, and what leads to them slants."""
        lowest: dict[float, float] = {}
        short = [bar for bar in out.states if bar.leader is not None]
        shapes: list[Mark | StateBar] = [*out.marks, *short]
        for shape in sorted(shapes, key=_height):
            text = shape.text if isinstance(shape, Mark) else shape.name
            if text is None:
                continue
            y = max(text.at.y, lowest.get(text.at.x, text.at.y - CALL_GAP) + CALL_GAP)
            lowest[text.at.x] = y
            moved, side = replace(text, at=Point(text.at.x, y)), 2.0 if text.align == "left" else -2.0
            end = Point(text.at.x - side, y)
            if isinstance(shape, Mark):
                shape.text, shape.tick = moved, (shape.tick[0], end)
            elif shape.leader is not None:
                shape.name, shape.leader = moved, (shape.leader[0], end)

    def _blocked(self, out: Layout, bottom: float) -> None:
        for span in call_spans(self.trace):
            called = span.called
            band = self.bands[called.host]
            x = band.blocked + band.side * 2.0 * min(called.call.process, 2)
            never = span.ended < 0
            lower = bottom if never else self._y(span.ended)
            until = "and never returned" if never else f"until {self._moment(span.end)} s"
            title = f"{called.host}: {call_words(called.call)} blocked from {self._moment(called.time)} s {until}"
            gid = f"blocked-{len(out.blocked) + 1}"
            out.blocked.append(Blocked(gid, Point(x, self._y(called.index)), Point(x, lower), never, title))

    def _times(self, out: Layout) -> None:
        """The times of segments' ends, of timers and of calls, beside the lifeline they happened at."""
        texts = []
        for event in self.trace.events:
            node = self.plan.node_of.get(event.index)
            if node is None or not _has_time(event):
                continue
            band = self.bands.get(event.host)
            if band is not None and not getattr(event, "injected", False):
                at = Point(band.times, self.ys[node])
                words = moment(event.time, digits=self.digits)
                texts.append(Text(words, at, "time", SMALL, align=_away(band)))
        told: dict[float, str] = {}
        fresh = []
        for text in texts:
            if told.get(text.at.x) != text.words:
                told[text.at.x] = text.words
                fresh.append(text)
        cuts = [(cut.y - cut.height / 2, cut.y + cut.height / 2) for cut in out.breaks]
        fresh = [t for t in fresh if not any(a - 4 < t.at.y < b + 4 for a, b in cuts)]
        out.times = thinned(fresh, SMALL * LINE, lambda text: text.at.x)

    # ---- across, above and below --------------------------------------------------------------------------------

    def _breaks(self, axis: Axis, ys: list[float]) -> list[Break]:
        breaks = []
        middle = self._middle()
        for number, (cut, y) in enumerate(zip(axis.cuts, ys, strict=True), 1):
            words = f"{duration(cut.end - cut.start)} later"
            text = Text(words, Point(middle, y), "break", SMALL)
            title = f"Nothing happens from {self._moment(cut.start)} s to {self._moment(cut.end)} s."
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

    def _y(self, index: int) -> float:
        return self.ys[self.plan.node_of[index]]

    def _moment(self, time: int) -> str:
        return moment(time, digits=self.digits)


def _away(band: Band) -> Literal["left", "right"]:
    """How text is aligned that grows away from a host's lifeline."""
    return "right" if band.side < 0 else "left"


def _height(shape: Mark | StateBar) -> float:
    text = shape.text if isinstance(shape, Mark) else shape.name
    return text.at.y if text is not None else 0.0


def _lowest(arrow: Arrow) -> float:
    ends = [arrow.end.y] + [corner.y for text in arrow.texts() for corner in text.box.corners()]
    return max(ends)


def _has_time(event: Event) -> bool:
    """Whether an event's time is written at the lifeline; not where a call returned at once, nor upon a mark."""
    if type(event) is HostEvent:
        return event.what not in _DOWN
    return type(event) is not Returned or event.called_at != event.time


def _rfc(section: str) -> str:
    """A section of RFC 9293, unless it names its RFC itself (`1337 §3`)."""
    return section if "§" in section else f"9293 §{section}"
