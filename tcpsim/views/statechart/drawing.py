"""The statechart, drawn: everything has its place already (`layout`); here it gets ink (`views.theme`)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from tcpsim.views.canvas import Canvas, drawable_in
from tcpsim.views.figures import FORMATS, rendered
from tcpsim.views.languages import language
from tcpsim.views.languages.statechart import chart_words
from tcpsim.views.shapes import Point
from tcpsim.views.statechart.layout import chart
from tcpsim.views.statechart.paths import Way
from tcpsim.views.statechart.shapes import Arc, Badge, Chart, StateBox
from tcpsim.views.theme import theme as theme_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEAD, _HALF_HEAD = 8.5, 3.4
_PLAIN, _TAKEN = 1.1, 2.4  # widths of arcs
_ARCS, _TAKEN_ARCS, _BOXES, _WORDS, _BADGES = 2, 3, 4, 5, 6


class ChartOptions(TypedDict, total=False):
    """The options of a statechart. `apart`: a chart for each way, side by side."""

    apart: bool
    theme: str
    lang: str


def statechart(
    ways: Sequence[Way] = (), *, title: str = "", ax: "Axes | None" = None, **options: Unpack[ChartOptions]
) -> "Axes":
    """The state diagram of RFC 9293, its figure 5, drawn; returns its axes. Of a run: `Run.statechart`.

    At most two `ways` are highlighted in it, their steps numbered. `apart=True` draws a chart for each, side by side;
    `theme` is "light", "dark" or "print", `lang` "en" or "zh". Without `ax` a figure of the right size is made. Raises
    ValueError for more than two ways, and for a theme or a language that is not there; warns (NoChineseFontWarning)
    where Chinese must be English for want of a font.
    """
    options["lang"] = drawable_in(options.get("lang", "en"))
    return _drawn(ways, title, ax, **options)


def picture(
    format: str,  # noqa: A002
    ways: Sequence[Way] = (),
    *,
    title: str = "",
    **options: Unpack[ChartOptions],
) -> bytes:
    """The statechart as the bytes of an SVG, PNG or PDF; options and errors are those of `statechart`."""
    if format not in FORMATS:
        raise ValueError(f"cannot draw as {format!r}: the formats are {', '.join(FORMATS)}")
    options["lang"] = drawable_in(options.get("lang", "en"), format)
    return rendered(_drawn(ways, title, None, **options), format)


def _drawn(
    ways: Sequence[Way], title: str, ax: "Axes | None", *, apart: bool = False, theme: str = "light", lang: str = "en"
) -> "Axes":
    if len(ways) > 2:
        raise ValueError(f"{len(ways)} ways in one chart cannot be told apart: at most two are drawn")
    look = theme_of(theme)
    tongue = language(lang)
    words = chart_words(tongue.code)
    placed = chart(ways, words, tongue, title=title or words.title, apart=apart)
    return _Pen(placed, Canvas(placed.width, placed.height, look, ax), bare=not ways).draw()


class _Pen:
    """Draws one chart on one canvas."""

    def __init__(self, placed: Chart, canvas: Canvas, *, bare: bool) -> None:
        self.placed = placed
        self.canvas = canvas
        self.look = canvas.look
        self.bare = bare

    def draw(self) -> "Axes":
        canvas, placed, look = self.canvas, self.placed, self.look
        for arc in placed.arcs:
            self._arc(arc)
        for state in placed.boxes:
            self._state(state)
        for badge in placed.legend:
            for artist in self._badge(badge):
                canvas.ax.add_artist(artist)
        for text in placed.texts:
            canvas.ax.add_artist(canvas.words(text, look.text if text.role in {"title", "legend"} else look.quiet))
        return canvas.ax

    def _arc(self, arc: Arc) -> None:
        canvas, look = self.canvas, self.look
        taken = sorted(arc.sides)
        width = _TAKEN if taken else _PLAIN
        colour = look.sides[taken[0]].colour if taken else look.lifeline if self.bare else look.outline
        *_, neck, tip = arc.points
        dx, dy = _unit(neck, tip)
        head = _HEAD + (1.5 if taken else 0)
        half = _HALF_HEAD + (0.9 if taken else 0)
        foot = Point(tip.x - dx * head, tip.y - dy * head)
        shaft = [*arc.points[:-1], Point(foot.x + dx * 0.5, foot.y + dy * 0.5)]
        dashes: Any = (0, (5.0, 3.0)) if arc.dashed else "solid"
        children = [canvas.line(shaft, colour, width, dashes)]
        if len(taken) == 2:
            children.append(canvas.line(shaft, look.sides[1].colour, width, (0, (4.0, 4.0))))
        wings = Point(foot.x - dy * half, foot.y + dx * half), Point(foot.x + dy * half, foot.y - dx * half)
        children.append(canvas.shape((tip, *wings), look.sides[taken[-1]].colour if taken else colour))
        canvas.add(arc.gid, arc.title, children, _TAKEN_ARCS if taken else _ARCS)
        ink = look.text if taken or self.bare else look.quiet
        words = [canvas.words(text, ink) for text in arc.label]
        if arc.rule is not None:
            words.append(canvas.line(arc.rule, ink, 0.6))
        canvas.add(f"{arc.gid}-label", arc.title, words, _WORDS)
        badges = [artist for badge in arc.badges for artist in self._badge(badge)]
        if badges:
            canvas.add(f"{arc.gid}-steps", arc.title, badges, _BADGES)

    def _state(self, state: StateBox) -> None:
        canvas, look = self.canvas, self.look
        strong = state.visited and not self.bare and not state.small
        fill = look.states[state.state] if state.visited else look.paper
        edge = look.text if strong else look.outline
        children = [
            canvas.rounded(state.box, state.box.height / 2 if state.small else 6.0, fill, edge, 1.5 if strong else 0.9),
            canvas.words(state.name, look.text if state.visited else look.quiet),
        ]
        canvas.add(state.gid, state.title, children, _BOXES)

    def _badge(self, badge: Badge) -> list[Any]:
        """Round for the first way, square for the second: nothing is told by colour alone."""
        canvas, look = self.canvas, self.look
        radius = badge.box.height / 2 if badge.side == 0 else 2.0
        shape = canvas.rounded(badge.box, radius, look.sides[badge.side].colour, look.paper, 1.0)
        words = canvas.words(badge.text, look.paper)
        shape.set_zorder(_BADGES)
        words.set_zorder(_BADGES + 1)
        return [shape, words]


def _unit(start: Point, end: Point) -> tuple[float, float]:
    length = ((end.x - start.x) ** 2 + (end.y - start.y) ** 2) ** 0.5
    return (end.x - start.x) / length, (end.y - start.y) / length
