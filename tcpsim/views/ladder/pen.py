"""The sequence diagram, drawn: a layout in, matplotlib axes out, which `views.figures` writes to a file.

Everything has its place already (`layout`); here it gets ink (`views.theme`). Each event is one `Group` of artists with
a `gid` (`seg-3`, `state-client-2`, `timer-1`) and a sentence as its label, which the SVG carries as a tooltip. Lives
here: matplotlib, imported where it is used; no pyplot, no window, no global setting that outlives a call. Must not be
known here: what a trace is.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import cos, hypot, sin
from typing import TYPE_CHECKING, Any

from tcpsim.views.canvas import Canvas
from tcpsim.views.ladder.shapes import Arrow, Blocked, Bracket, Break, Layout, Mark, StateBar
from tcpsim.views.shapes import Point, Text
from tcpsim.views.theme import Dashes, Stroke, Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEAD = 7.5  # an arrow head's length
_HALF_HEAD = 2.9
_CROWD = 2.2  # times as wide is the line that stands for many
_CROSS = 3.4  # half the size of a ✕

# From the paper up.
_PAPER, _ARROWS, _BANDS, _LANES, _LABELS, _BREAKS, _COVER, _HEADINGS = 0, 3, 4, 5, 6, 8, 9, 10


def drawn(drawing: Layout, look: Theme, ax: "Axes | None" = None) -> "Axes":
    """The axes that a layout is drawn on: those given, or those of a figure of the right size."""
    pen = _Pen(drawing, ax, look)
    pen.draw()
    return pen.ax


class _Pen(Canvas):
    """Draws one layout on one pair of axes, whose unit becomes the point."""

    def __init__(self, drawing: Layout, ax: "Axes | None", look: Theme) -> None:
        from tcpsim.views.artists import Ink

        super().__init__(drawing.width, drawing.height, look, ax, top=drawing.top)
        self.drawing = drawing
        self._ink = Ink

    def draw(self) -> None:
        drawing = self.drawing
        self._paper()
        self._lifelines()
        for arrow in drawing.arrows:
            self._arrow(arrow)
        self._bands()
        for bar in drawing.states:
            self._state(bar)
        for bracket in drawing.timers:
            self._timer(bracket)
        for blocked in drawing.blocked:
            self._blocked(blocked)
        for mark in drawing.marks:
            self._mark(mark)
        for cut in drawing.breaks:
            self._break(cut)
        for text in drawing.times:
            self.ax.add_artist(self._words(text, self.look.role(text.role)))
        self._cover()
        for text in drawing.texts:
            words = self._words(text, self.look.role(text.role))
            words.set_zorder(_HEADINGS)
            self.ax.add_artist(words)

    # ---- strokes ------------------------------------------------------------------------------------------------

    def _line(self, parts: Sequence[Sequence[Point]], colour: str, width: float, dashes: Dashes = "solid") -> Any:
        """Open lines, each through some points."""
        moves = [self._path.MOVETO if k == 0 else self._path.LINETO for part in parts for k in range(len(part))]
        path = self._path([point for part in parts for point in part], moves)
        return self._ink(path, edge=colour, width=width * self.scale, dashes=dashes)

    def _solid_arrow(self, start: Point, neck: Point, head: Sequence[Point], stroke: Stroke) -> Any:
        path = self._path([start, neck, *head, head[0]], [1, 2, 1, 2, 2, 79])  # move, line, move, line, line, close
        return self._ink(path, face=stroke.colour, edge=stroke.colour, width=stroke.width * self.scale)

    def _shape(self, points: Sequence[Point], fill: str, edge: str | None = None, width: float = 0.0) -> Any:
        """A closed, filled shape."""
        path = self._path([*points, points[0]], closed=True)
        return self._ink(path, face=fill, edge=edge, width=width * self.scale)

    def _words(self, text: Text, colour: str) -> Any:
        words = self.words(text, colour)
        words.set_zorder(_LABELS)
        return words

    # ---- things -------------------------------------------------------------------------------------------------

    def _paper(self) -> None:
        """The theme's paper, where the figure's own is another: on axes that were given."""
        from matplotlib.colors import to_hex

        if to_hex(self.ax.figure.get_facecolor()) != self.look.paper:
            top, bottom = self.drawing.top, self.drawing.top + self.drawing.height
            self.add("", "", [self._shape(_rectangle(0, top, self.drawing.width, bottom), self.look.paper)], _PAPER)

    def _cover(self) -> None:
        """Paper over what reaches out of the window: on a page of several."""
        drawing = self.drawing
        if drawing.window is not None:
            first, last = drawing.window
            for top, bottom in ((drawing.top, first), (last, drawing.top + drawing.height)):
                cover = self._shape(_rectangle(0, top, drawing.width, bottom), self.look.paper)
                self.add("", "", [cover], _COVER)

    def _lifelines(self) -> None:
        for number, line in enumerate(self.drawing.lifelines, 1):
            parts, dashed, y = [], [], line.top
            for since, until in line.down:
                parts.append((Point(line.x, y), Point(line.x, since)))
                dashed.append((Point(line.x, since), Point(line.x, until)))
                y = until
            parts.append((Point(line.x, y), Point(line.x, line.bottom)))
            children = [self._line(parts, self.look.lifeline, 1.3)]
            if dashed:
                children.append(self._line(dashed, self.look.alarm, 1.0, (0, (1.5, 3.0))))
            self.add(f"lifeline-{number}", line.host, children, _LANES)

    def _bands(self) -> None:
        """White behind a host between two lifelines, so that what passes it passes behind."""
        lines = self.drawing.lifelines
        for one, other in pairwise(lines):
            if one.host == other.host:
                corners = _rectangle(one.x, one.top, other.x, one.bottom)
                shape = self._shape(corners, self.look.paper)
                self.add("", "", [shape], _BANDS)

    def _arrow(self, arrow: Arrow) -> None:
        stroke = self.look.segments[arrow.kind]
        if arrow.crowd > 1:
            stroke = replace(stroke, width=_CROWD * stroke.width)
        length = hypot(arrow.end.x - arrow.start.x, arrow.end.y - arrow.start.y) or 1.0
        along = Point((arrow.end.x - arrow.start.x) / length, (arrow.end.y - arrow.start.y) / length)
        across = Point(-along.y, along.x)

        def at(forward: float, aside: float = 0.0, of: Point = arrow.end) -> Point:
            return Point(of.x + along.x * forward + across.x * aside, of.y + along.y * forward + across.y * aside)

        children: list[Any] = []
        if arrow.fate == "arrived" and arrow.kind == "":  # most are like this: line and head in one
            head = (at(-0.9), at(-_HEAD, _HALF_HEAD - 0.4), at(-_HEAD, 0.4 - _HALF_HEAD))
            children.append(self._solid_arrow(arrow.start, at(-_HEAD), head, stroke))
        elif arrow.fate in {"arrived", "dropped"}:
            children.append(
                self._line(
                    [(arrow.start, at(-_HEAD - 1.0 if arrow.fate == "dropped" else -_HEAD + 0.5))],
                    stroke.colour,
                    stroke.width,
                    stroke.dashes,
                )
            )
            head = (at(0), at(-_HEAD, _HALF_HEAD), at(-_HEAD, -_HALF_HEAD))
            if arrow.fate == "arrived":
                children.append(self._shape(head, stroke.colour))
            else:  # refused: an empty head against a bar
                children.append(
                    self._shape(
                        (at(-3.2), at(-_HEAD - 1.5, _HALF_HEAD), at(-_HEAD - 1.5, -_HALF_HEAD)),
                        self.look.paper,
                        stroke.colour,
                        1.0,
                    )
                )
                children.append(self._line([(at(-2.4, 5.0), at(-2.4, -5.0))], self.look.alarm, 1.8))
        else:
            children += self._broken_off(arrow, stroke, at)
        if arrow.kind == "injected":
            diamond = (
                at(-4.2, 0, arrow.start),
                at(0, 3.2, arrow.start),
                at(4.2, 0, arrow.start),
                at(0, -3.2, arrow.start),
            )
            children.append(self._shape(diamond, stroke.colour))
        elif arrow.kind == "copy":
            ring = [
                Point(arrow.start.x + 2.6 * cos(k * 0.5236), arrow.start.y + 2.6 * sin(k * 0.5236)) for k in range(12)
            ]
            children.append(self._shape(ring, self.look.paper, stroke.colour, 1.2))
        self.add(arrow.gid, arrow.title, children, _ARROWS)
        self._arrow_words(arrow, stroke)

    def _broken_off(self, arrow: Arrow, stroke: Stroke, at: Any) -> list[Any]:
        """The line of a segment that never arrives, and the mark at its end."""
        if arrow.fate == "under way":
            dots = self._line([(at(-1), at(9))], stroke.colour, 1.6, (0, (1.0, 1.6)))
            return [self._line([(arrow.start, at(-2))], stroke.colour, stroke.width, stroke.dashes), dots]
        cross = [(at(-_CROSS, -_CROSS), at(_CROSS, _CROSS)), (at(-_CROSS, _CROSS), at(_CROSS, -_CROSS))]
        marks = [self._line(cross, self.look.alarm, 2.0)]
        if arrow.fate == "corrupted":
            zigzag = [at(-26 + 4 * k, (0, 2.8, -2.8)[k % 3] if 0 < k < 6 else 0) for k in range(7)]
            marks.append(self._line([[*zigzag, at(0)]], stroke.colour, stroke.width))
            return [self._line([(arrow.start, zigzag[0])], stroke.colour, stroke.width, stroke.dashes), *marks]
        return [self._line([(arrow.start, at(0))], stroke.colour, stroke.width, stroke.dashes), *marks]

    def _arrow_words(self, arrow: Arrow, stroke: Stroke) -> None:
        children: list[Any] = []
        for text in arrow.texts():
            if arrow.crossed:
                children.append(self._shape(text.box.corners(), self.look.paper))
            colour = (
                self.look.alarm if text.role == "fate" else self.look.text if text.role == "label" else stroke.colour
            )
            if text.role == "note" and arrow.fate == "dropped":
                colour = self.look.alarm
            children.append(self._words(text, colour))
        if children:
            self.add(f"{arrow.gid}-label", arrow.title, children, _LABELS)

    def _state(self, bar: StateBar) -> None:
        height = max(bar.bottom - bar.top, 1.0)
        corners = _rectangle(bar.left, bar.top, bar.right, bar.top + height)
        children = [self._shape(corners, self.look.states[bar.state], self.look.outline, 0.7)]
        if bar.leader is not None:
            children.append(self._line([bar.leader], self.look.outline, 0.7))
        if bar.name is not None:
            children.append(self._words(bar.name, self.look.text))
        self.add(bar.gid, bar.title, children, _LANES)

    def _timer(self, bracket: Bracket) -> None:
        fired = bracket.outcome == "expired"
        colour = self.look.fired if fired else self.look.timer
        inner = bracket.x + bracket.depth
        top, bottom = bracket.top + 0.8, bracket.bottom - 0.8
        children: list[Any] = []
        if fired:
            children.append(self._shape(_rectangle(bracket.x, top, inner, bottom), colour))
        else:
            outline = [Point(inner, top), Point(bracket.x, top), Point(bracket.x, bottom), Point(inner, bottom)]
            closed = bracket.outcome != "running"
            children.append(self._line([outline if closed else outline[:3]], colour, 0.8))
        if bracket.label is not None:
            children.append(self._words(bracket.label, colour))
        self.add(bracket.gid, bracket.title, children, _LANES)

    def _blocked(self, blocked: Blocked) -> None:
        children = [self._line([(blocked.top, blocked.bottom)], self.look.call, 1.0)]
        if not blocked.open:
            end = blocked.bottom
            children.append(self._line([(Point(end.x - 2.2, end.y), Point(end.x + 2.2, end.y))], self.look.call, 1.0))
        self.add(blocked.gid, blocked.title, children, _LANES)

    def _mark(self, mark: Mark) -> None:
        colour = self.look.alarm if mark.alarm else self.look.call
        width = 1.6 if mark.kind == "host" else 0.8
        children = [self._line([mark.tick], colour, width), self._words(mark.text, colour)]
        if mark.second is not None:
            children.append(self._words(mark.second, colour))
        for x, y in mark.crosses:
            c = _CROSS + 0.6
            strokes = [(Point(x - c, y - c), Point(x + c, y + c)), (Point(x - c, y + c), Point(x + c, y - c))]
            children.append(self._line(strokes, colour, 2.0))
        self.add(mark.gid, mark.title, children, _LABELS)

    def _break(self, cut: Break) -> None:
        """A strip of paper torn out: white over everything, with a wavy edge above and below."""
        top, bottom = cut.y - cut.height / 2, cut.y + cut.height / 2
        steps = int(self.drawing.width / 4)
        wave = [(4.0 * k, 1.3 * sin(k * 1.0472)) for k in range(steps + 1)]
        upper = [Point(x, top + y) for x, y in wave]
        lower = [Point(x, bottom + y) for x, y in wave]
        children = [
            self._shape([*upper, *reversed(lower)], self.look.paper),
            self._line([upper, lower], self.look.torn, 0.6),
            self._words(cut.text, self.look.role("break")),
        ]
        self.add(cut.gid, cut.title, children, _BREAKS)


def _rectangle(left: float, top: float, right: float, bottom: float) -> tuple[Point, Point, Point, Point]:
    return Point(left, top), Point(right, top), Point(right, bottom), Point(left, bottom)
