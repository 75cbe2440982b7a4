"""What stands beside the lifelines: states, timers, calls, times. A part of `layout`.

Lives here: the columns of every host, once it is known how far down everything stands. Must not be known here: what
passes between the lifelines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from tcpsim.tcp.states import Transition
from tcpsim.trace import Event, HostEvent, Returned, StateChanged, Trace
from tcpsim.views.ladder.labels import thinned
from tcpsim.views.ladder.lanes import STATE_SIZE, Band, Lane, timer_columns
from tcpsim.views.ladder.plan import CALL_GAP, DOWN, SECOND_LINE, SMALL, Plan
from tcpsim.views.ladder.shapes import Blocked, Bracket, Break, Layout, Lifeline, Mark, StateBar
from tcpsim.views.metrics import LINE, text_width
from tcpsim.views.shapes import Point, Text
from tcpsim.views.spans import StateSpan, call_spans, state_spans
from tcpsim.views.wording import call_words, duration, moment


class Beside:
    """Places the columns. `ys` is where every node of the plan stands."""

    def __init__(self, trace: Trace, plan: Plan, bands: Mapping[str, Band], ys: Sequence[float]) -> None:
        self.trace = trace
        self.plan = plan
        self.bands = bands
        self.ys = ys
        self.digits = plan.teller.digits
        self.lang = plan.lang
        self.reasons = {event.index: event.row for event in trace.events if type(event) is StateChanged}

    def place(self, out: Layout, top: float, bottom: float) -> None:
        """Puts everything that stands in columns into the layout, between two heights."""
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
                if event.what in DOWN and since is None:
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
            bar.began = span.began
            out.states.append(bar)

    def _state_name(self, out: Layout, bar: StateBar) -> Text:
        """In the middle of the longest stretch of the bar that no cut and no mark of its host runs through."""
        struck = [self._y(mark.index) for mark in self.plan.marks if (mark.kind, mark.host) == ("host", bar.host)]
        upper, lower = longest_stretch(bar.top, bar.bottom, out.breaks, struck)
        at = Point((bar.left + bar.right) / 2, (upper + lower) / 2)
        return Text(bar.state, at, "state", STATE_SIZE, bold=True)

    def _state_title(self, band: Band, span: StateSpan) -> str:
        row: Transition | None = self.reasons.get(span.began)
        words = self.lang.words
        since = words.since.format(time=self._moment(span.start)) if span.began >= 0 else words.at_first
        told = words.state_title.format(host=band.host, state=span.state, since=since)
        if row is None:
            return told
        return f"{told}: {words.because.format(why=self.lang.row(row), section=self.lang.cite(row.section))}"

    def _timers(self, out: Layout, band: Band, bottom: float) -> None:
        spans = [span for span in self.plan.timers if span.host == band.host]
        for span, column in zip(spans, timer_columns(spans), strict=True):
            upper = self._y(span.began)
            lower = bottom if span.ended < 0 else self._y(span.ended)
            if lower - upper < 1.0:
                continue
            x = band.timers[column]
            words = self.plan.timer_words(span)
            told = self.lang.words.timer_title.format(
                host=band.host,
                timer=self.lang.timer(span.timer),
                time=duration(span.length),
                start=self._moment(span.start),
                outcome=self.lang.outcomes[span.outcome],
            )
            bracket = Bracket(f"timer-{len(out.timers) + 1}", x, upper, lower, -band.side * 4.0, span.outcome, told)
            bracket.label = self._timer_label(out, bracket, words, band)
            bracket.began, bracket.ended = span.began, span.ended
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
            down, bold = entry.kind == "host" and entry.code in DOWN, entry.kind == "host"
            first, more = self.plan.mark_lines(entry)
            text = Text(first, Point(band.calls, y), "call", SMALL, bold=bold, align=_away(band))
            below = replace(text, words=more, at=Point(band.calls, y + SECOND_LINE)) if more else None
            tick = (Point(band.blocked, y), Point(band.calls - band.side * 2, y))
            if entry.kind == "host":
                edge = band.edge
                tick = (Point(edge, y), Point(band.calls - band.side * 2, y))
            title = f"{entry.host}, {self._moment(entry.time)} s: {entry.words}"
            crosses = tuple(Point(x, y) for x in band.lines) if down else ()
            gid = f"{entry.kind}-{counts[entry.kind]}"
            alarm = entry.kind in {"host", "signal"} or bool(entry.code)
            out.marks.append(Mark(gid, entry.kind, tick, text, title, crosses, entry.index, alarm, below))

    def _settle(self, out: Layout) -> None:
        """Words of one column that could not be kept apart go down a little, and what leads to them slants."""
        lowest: dict[float, float] = {}
        short = [bar for bar in out.states if bar.leader is not None]
        shapes: list[Mark | StateBar] = [*out.marks, *short]
        for shape in sorted(shapes, key=height_of_words):
            text = shape.text if isinstance(shape, Mark) else shape.name
            if text is None:
                continue
            y = max(text.at.y, lowest.get(text.at.x, text.at.y - CALL_GAP) + CALL_GAP)
            lowest[text.at.x] = y
            moved, side = replace(text, at=Point(text.at.x, y)), 2.0 if text.align == "left" else -2.0
            end = Point(text.at.x - side, y)
            if isinstance(shape, Mark):
                shape.text, shape.tick = moved, (shape.tick[0], end)
                if shape.second is not None:
                    lowest[text.at.x] = y + SECOND_LINE
                    shape.second = replace(shape.second, at=Point(text.at.x, y + SECOND_LINE))
            elif shape.leader is not None:
                shape.name, shape.leader = moved, (shape.leader[0], end)

    def _blocked(self, out: Layout, bottom: float) -> None:
        for span in call_spans(self.trace) if self.plan.options.apps else ():
            called = span.called
            band = self.bands[called.host]
            x = band.blocked + band.side * 2.0 * min(called.call.process, 2)
            never = span.ended < 0
            lower = bottom if never else self._y(span.ended)
            words = self.lang.words.blocked_for_ever if never else self.lang.words.blocked_until
            told = {"host": called.host, "call": call_words(called.call), "start": self._moment(called.time)}
            title = words.format(**told, end=self._moment(span.end))
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

    def _y(self, index: int) -> float:
        return self.ys[self.plan.node_of[index]]

    def _moment(self, time: int) -> str:
        return moment(time, digits=self.digits)


def longest_stretch(
    top: float, bottom: float, breaks: Sequence[Break], struck: Sequence[float] = ()
) -> tuple[float, float]:
    """The longest part of a bar that no cut runs through; of those that are long enough for words, the first.

    Nor is it `struck` through by a line at one of these heights.
    """
    edges = [top]
    for y, half in sorted([*((cut.y, cut.height / 2) for cut in breaks), *((y, 0.8) for y in struck)]):
        if top < y < bottom:
            edges += [y - half, y + half]
    edges.append(bottom)
    stretches = [(edges[k], edges[k + 1]) for k in range(0, len(edges), 2)]
    return max(stretches, key=lambda stretch: min(stretch[1] - stretch[0], 60.0))


def _away(band: Band) -> Literal["left", "right"]:
    """How text is aligned that grows away from a host's lifeline."""
    return "right" if band.side < 0 else "left"


def height_of_words(shape: Mark | StateBar) -> float:
    """The y of what a mark or a bar has to say."""
    text = shape.text if isinstance(shape, Mark) else shape.name
    return text.at.y if text is not None else 0.0


def _has_time(event: Event) -> bool:
    """Whether an event's time is written at the lifeline; not where a call returned at once, nor upon a mark."""
    if type(event) is HostEvent:
        return event.what not in DOWN
    return type(event) is not Returned or event.called_at != event.time
