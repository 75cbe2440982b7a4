"""Where now is upon the ladder: what stands above has happened, what stands below is still to come.

Mostly that is a level line. But what happens in a burst is drawn one below the other, further down than what comes of
it at the other end; then the line is at another height on each lifeline, and level nowhere.

Lives here: those heights. Must not be known here: TCBs, sentences, HTML.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from tcpsim.trace import Event, SegmentLost, SegmentSent
from tcpsim.views.ladder.shapes import Layout

Bend = tuple[float, float]  # a lifeline's place, and how far down now is upon it
_LEVEL: Final = 0.01  # points; less is no difference


@dataclass(slots=True)
class _Lane:
    """What happens at one lifeline, in the order of time: each event's index, time and height."""

    x: float
    shown: float  # how far down now was last
    indices: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    highest: list[float] = field(default_factory=list)  # of what is still to come from each of them on

    def now(self, happened: int, time: int, lowest: float) -> float:
        """How far down now is when so many events have happened, and the lowest of them stands at `lowest`.

        Where something still to come stands higher than that, now is between the last event and the next, by time.
        """
        place = bisect_left(self.indices, happened)
        if place == len(self.indices) or self.highest[place] >= lowest - _LEVEL:
            self.shown = lowest
        else:
            self.shown = min(self.highest[place], max(self.shown, self._between(place, time)))
        return self.shown

    def _between(self, place: int, time: int) -> float:
        """A height between the last event and the next, which is at this place in the lists."""
        if not place:
            return self.shown
        (since, until), (before, after) = self.times[place - 1 : place + 1], self.heights[place - 1 : place + 1]
        share = (time - since) / (until - since) if until > since else 0.0
        return before + share * (after - before)


class Front:
    """Follows the line of now down one ladder; `moved` is asked in the order of time."""

    def __init__(self, drawing: Layout, events: Sequence[Event]) -> None:
        self._heights = drawing.heights
        self._lanes = {line.host: _Lane(line.x, line.top) for line in drawing.lifelines}
        self._lowest = min((lane.shown for lane in self._lanes.values()), default=0.0)
        self._fill(drawing, events)

    def moved(self, events: Sequence[Event], happened: int, time: int) -> tuple[float, list[Bend]]:
        """After `events`, with which so many have happened: the height to look at, and bends where it is not level."""
        own = [self._heights[event.index] for event in events if event.index in self._heights]
        self._lowest = max([self._lowest, *own])
        bends = [(lane.x, lane.now(happened, time, self._lowest)) for lane in self._lanes.values()]
        if all(self._lowest - y < _LEVEL for _, y in bends):
            return self._lowest, []
        return max(own, default=self._lowest), sorted(bends)

    def _fill(self, drawing: Layout, events: Sequence[Event]) -> None:
        begins = {arrow.number: arrow.origin.x for arrow in drawing.arrows if arrow.kind != "copy"}
        for event in events:
            height = self._heights.get(event.index)
            if height is None or type(event) is SegmentLost:  # half way, and on no lifeline
                continue
            lane = self._lanes[event.host]
            if type(event) is SegmentSent and event.number in begins:  # what nobody's TCP sent begins at some other's
                lane = min(self._lanes.values(), key=lambda each: abs(each.x - begins[event.number]))
            lane.indices.append(event.index)
            lane.times.append(event.time)
            lane.heights.append(height)
        for lane in self._lanes.values():
            lane.highest = list(accumulate(reversed(lane.heights), min))[::-1]
