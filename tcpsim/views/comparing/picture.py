"""Two sequence diagrams side by side: what belongs together is joined across the gap, the first difference is marked.

Up to the first difference both diagrams are the same, so the lines between them run level; from there on they lean by
as much as one run is behind the other. What only one run has ends in a stub. Lives here: the gap between the two, and
the mark. Must not be known here: how a ladder is drawn, and what belongs together (`aligning`).
"""

from typing import TYPE_CHECKING, Final

from tcpsim.views.canvas import Canvas
from tcpsim.views.comparing.aligning import LATER, LEFT, OTHER, RIGHT, SAME, Happening
from tcpsim.views.ladder import MOST_HOSTS, MOST_SEGMENTS, LadderOptions, TooMuchToDraw
from tcpsim.views.ladder.layout import layout
from tcpsim.views.ladder.options import Options
from tcpsim.views.ladder.pen import drawn
from tcpsim.views.ladder.shapes import Layout
from tcpsim.views.languages.comparing import comparing_words
from tcpsim.views.metrics import LINE, text_width
from tcpsim.views.shapes import Box, Point, Text
from tcpsim.views.theme import Theme
from tcpsim.views.theme import theme as theme_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tcpsim.views.comparing.difference import Difference, Side

_SIZE: Final = 8.0  # points of the words in the gap
_AROUND: Final = 14.0  # points of gap on either side of these words
_STUB: Final = 12.0  # points of what has nothing to be joined to
_BAND: Final = 15.0  # points of height of what marks the first difference
_UNDER, _OVER = -1, 5  # the ladders are between


def draw(found: "Difference", options: LadderOptions) -> "Figure":
    """The figure. Raises TooMuchToDraw, and ValueError for an unknown theme or language."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    wanted = Options(**options)
    look, words = theme_of(wanted.theme), comparing_words(wanted.lang)
    said = words.first_in_time if found.only_times else words.first
    drawings = [_layout(side, wanted) for side in (found.left, found.right)]
    gap = text_width(said, _SIZE, bold=True) + 2 * _AROUND
    width = drawings[0].width + gap + drawings[1].width
    height = max(drawing.height for drawing in drawings)
    figure = Figure(figsize=(width / 72, height / 72), dpi=144, facecolor=look.paper)
    FigureCanvasAgg(figure)
    under = figure.add_axes((0.0, 0.0, 1.0, 1.0), zorder=_UNDER)
    left = 0.0
    for drawing, name in zip(drawings, (LEFT, RIGHT), strict=True):
        place = (left / width, 1 - drawing.height / height, drawing.width / width, drawing.height / height)
        _name_apart(drawn(drawing, look, figure.add_axes(place)), name)
        left += drawing.width + gap
    over = figure.add_axes((0.0, 0.0, 1.0, 1.0), zorder=_OVER)
    canvases = Canvas(width, height, look, under), Canvas(width, height, look, over)
    _Gap(found, drawings, gap, look).draw(*canvases, said)
    return figure


def _layout(side: "Side", options: Options) -> Layout:
    hosts, segments = len(side.trace.hosts), len(side.trace.flights)
    if hosts > MOST_HOSTS or segments > MOST_SEGMENTS:
        raise TooMuchToDraw(f"two diagrams of {hosts:,} hosts and {segments:,} segments could not be read")
    return layout(side.trace, title=side.title, footer=side.origin(options.lang), options=options)


def _name_apart(ax: "Axes", side: str) -> None:
    """Two diagrams in one file: no identifier may be there twice."""
    for artist in ax.findobj():
        if name := artist.get_gid():
            artist.set_gid(f"{side}-{name}")


class _Gap:
    """What stands between the two diagrams."""

    def __init__(self, found: "Difference", drawings: list[Layout], gap: float, look: Theme) -> None:
        self.found = found
        self.drawings = drawings
        self.traces = found.left.trace, found.right.trace
        self.look = look
        self.from_x = drawings[0].width
        self.to_x = drawings[0].width + gap

    def draw(self, under: Canvas, over: Canvas, said: str) -> None:
        ways: dict[tuple[float | None, float | None], str] = {}
        for row in self.found.rows:
            ends = (self._height(row.left, 0), self._height(row.right, 1))
            ways[ends] = max(ways.get(ends, SAME), row.kind, key=(SAME, LATER, OTHER, LEFT, RIGHT).index)
        for number, (ends, kind) in enumerate(ways.items(), 1):
            self._join(over, number, ends, kind)
        if self.found.place is not None:
            self._mark(under, over, said, self.found.place)

    def _height(self, happening: Happening | None, side: int) -> float | None:
        """How far down something stands: where nothing of its own is drawn, as far as what it comes from."""
        if happening is None:
            return None
        heights, events = self.drawings[side].heights, self.traces[side].events
        index = happening.entry.index
        while index >= 0 and events[index].time == happening.time:
            if index in heights:
                return heights[index]
            index -= 1
        return None

    def _join(self, canvas: Canvas, number: int, ends: tuple[float | None, float | None], kind: str) -> None:
        one, other = ends
        look = self.look
        if one is not None and other is not None:
            line = [Point(self.from_x, one), Point(self.to_x, other)]
            colour, width = (look.alarm, 1.3) if kind == OTHER else (look.quiet, 0.5)
            dashes = (0, (1.0, 2.0)) if kind == LATER else "solid"
            canvas.add(f"join-{number}", "", [canvas.line(line, colour, width, dashes)], 1)
            return
        x, y, way = (self.from_x, one, _STUB) if one is not None else (self.to_x, other, -_STUB)
        if y is not None:
            stub = canvas.line([Point(x, y), Point(x + way, y)], look.alarm, 1.3)
            end = canvas.line([Point(x + way, y - 3), Point(x + way, y + 3)], look.alarm, 1.3)
            canvas.add(f"join-{number}", "", [stub, end], 1)

    def _mark(self, under: Canvas, over: Canvas, said: str, place: int) -> None:
        """A band through both diagrams where they part, with its words in the gap."""
        one, other = self._beside(place, 0), self._beside(place, 1)
        half = _BAND / 2
        end = self.to_x + self.drawings[1].width
        upper = [Point(0, one - half), Point(self.from_x, one - half), Point(self.to_x, other - half)]
        lower = [Point(end, other + half), Point(self.to_x, other + half), Point(self.from_x, one + half)]
        corners = [*upper, Point(end, other - half), *lower, Point(0, one + half)]
        band = under.shape(corners, self.look.fields[1], self.look.alarm, 0.8)
        under.add("first-difference", said, [band], 1)
        middle = Point((self.from_x + self.to_x) / 2, (one + other) / 2)
        width, height = text_width(said, _SIZE, bold=True) + 10, _SIZE * LINE + 5
        box = over.rounded(Box(middle.x, middle.y, width, height), 3, self.look.paper, self.look.alarm, 1.0)
        words = over.words(Text(said, middle, "fate", _SIZE, bold=True), self.look.alarm)
        over.add("first-difference-words", said, [box, words], 5)

    def _beside(self, place: int, side: int) -> float:
        """How far down a row stands in one of the diagrams.

        Where it is not in it, that is as far below what comes before it as in the other.
        """
        ends = self._ends(place)
        if (height := ends[side]) is not None:
            return height
        other = ends[1 - side]
        for before in range(place - 1, -1, -1):
            mine, theirs = self._ends(before)[side], self._ends(before)[1 - side]
            if mine is not None and theirs is not None and other is not None:
                return min(mine + other - theirs, self.drawings[side].lifelines[0].bottom - _BAND)
        return self.drawings[side].lifelines[0].top + _BAND

    def _ends(self, place: int) -> tuple[float | None, float | None]:
        row = self.found.rows[place]
        return self._height(row.left, 0), self._height(row.right, 1)
