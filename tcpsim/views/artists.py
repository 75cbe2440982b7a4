"""What diagrams are drawn with on matplotlib: an event, however many lines and words it has; its lines; its words.

matplotlib's own artists can do much that a diagram needs nothing of, and take their time for it: a diagram of a
thousand segments has ten thousand of them. Lives here: artists. Must not be known here: what they stand for.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import cos, radians, sin
from typing import TYPE_CHECKING, Any, Protocol

from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex, to_rgba
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from tcpsim.views.metrics import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From the baseline of DejaVu Sans up to the middle between the top of an l and the foot of a p, in font sizes.
_MIDDLE = 0.262
_START = {"left": 0.0, "center": 0.5, "right": 1.0}
_ANCHOR = {"left": "", "center": "; text-anchor: middle", "right": "; text-anchor: end"}


class Drawn(Protocol):
    """What a group may hold: an artist, or `Ink`."""

    def draw(self, renderer: Any) -> None: ...


class Ink:
    """A line or a filled shape, `width` points wide, with `dashes` as (offset, lengths in line widths).

    It is drawn as `PathPatch` would draw it, with square ends and pointed corners, at a quarter of the cost. It belongs
    to one group, which tells it where the axes are.
    """

    __slots__ = ("_dashes", "_edge", "_face", "_path", "_width", "group")

    def __init__(
        self, path: Path, *, face: str | None = None, edge: str | None = None, width: float = 0.0, dashes: Any = "solid"
    ) -> None:
        self._path = path
        self._face = None if face is None else to_rgba(face)
        self._edge = (0.0, 0.0, 0.0, 0.0) if edge is None else to_rgba(edge)
        self._width = 0.0 if edge is None else width
        self._dashes = None if dashes == "solid" else (dashes[0] * width, [length * width for length in dashes[1]])
        self.group: Group

    def draw(self, renderer: Any) -> None:
        context = renderer.new_gc()
        context.set_foreground(self._edge, isRGBA=True)
        context.set_linewidth(self._width)
        context.set_joinstyle("miter")
        if self._dashes is not None:
            context.set_dashes(*self._dashes)
        renderer.draw_path(context, self._path, self.group.in_pixels, self._face)
        context.restore()


class Group(Artist):
    """Things drawn together, in one group of the SVG, under one `gid`; the label is its tooltip."""

    def __init__(self, ax: "Axes", gid: str, title: str, children: Sequence[Drawn], zorder: float) -> None:
        super().__init__()
        self.set_gid(gid)
        self.set_label(title)
        self.set_zorder(zorder)
        self.children = children
        self.in_pixels: Affine2D
        for child in children:
            if isinstance(child, Artist):
                child.set_figure(ax.figure)
                child.axes = ax
                child.set_transform(ax.transData)
            elif isinstance(child, Ink):
                child.group = self

    def get_children(self) -> list[Artist]:
        return [child for child in self.children if isinstance(child, Artist)]

    def set_clip_path(self, *_: Any) -> None:
        """Nothing of a diagram lies outside its axes, and a clip path for each artist costs half the drawing."""

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible():
            return
        self.in_pixels = _in_pixels(self.axes)
        renderer.open_group("event", gid=self.get_gid())
        for child in self.children:
            child.draw(renderer)
        renderer.close_group("event")
        self.stale = False


class Words(Text):
    """One line of text whose place needs no measuring: matplotlib's own `Text` measures it each time it is drawn.

    Vertically it is centred; `get_window_extent` and everything else is as in `Text`.
    """

    def set_clip_path(self, *_: Any) -> None:
        """As for a group."""

    def draw(self, renderer: RendererBase) -> None:
        words = str(self.get_text())
        if not self.get_visible() or not words:
            return
        font: Any = self.get_fontproperties()
        pixels = float(renderer.points_to_pixels(font.get_size_in_points()))  # type: ignore[arg-type]
        angle, align = self.get_rotation(), str(self.get_horizontalalignment())
        turn, down = radians(angle), _MIDDLE * pixels
        x, y = self._place()
        x, y = x + sin(turn) * down, y - cos(turn) * down
        writer = getattr(renderer, "writer", None)
        if writer is None:
            bold = font.get_weight() == "bold"
            left = text_width(words, pixels, bold=bold) * _START[align]
            x, y = x - cos(turn) * left, y - sin(turn) * left
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        if writer is None:
            context = renderer.new_gc()
            context.set_foreground(self.get_color())
            renderer.draw_text(context, x, y, words, font, angle, ismath=False, mtext=self)
            context.restore()
        else:  # an SVG: whoever shows it knows how wide the words are in the font that there is
            place = f"translate({x:.2f} {y:.2f})" + (f" rotate({-angle:.2f})" if angle else "")
            style = _style(pixels, str(font.get_weight()), tuple(font.get_family()), str(self.get_color()))
            writer.element("text", words, attrib={"style": style + _ANCHOR[align], "transform": place})
        self.stale = False

    def _place(self) -> tuple[float, float]:
        x, y = self.get_unitless_position()
        if self.axes is not None and self.get_transform() is self.axes.transData:
            a, b, c, d, e, f = _in_pixels(self.axes).to_values()
            return a * x + c * y + e, b * x + d * y + f
        x, y = self.get_transform().transform((x, y))
        return float(x), float(y)


@lru_cache(maxsize=256)
def _style(pixels: float, weight: str, families: tuple[str, ...], colour: str) -> str:
    weight = "bold " if weight == "bold" else ""
    named = ", ".join(f"'{family}'" for family in families)
    return f"font: {weight}{pixels:g}px {named}; fill: {to_hex(colour)}"


def _in_pixels(ax: Any) -> Affine2D:
    """From the axes' own unit to pixels, worked out once for each size that the axes are drawn at."""
    bounds = (*ax.bbox.bounds, *ax.viewLim.bounds)
    known = getattr(ax, "_tcpsim_in_pixels", None)
    if known is None or known[0] != bounds:
        known = bounds, Affine2D(ax.transData.get_affine().get_matrix())
        ax._tcpsim_in_pixels = known  # noqa: SLF001 - the axes are what it is true of
    affine: Affine2D = known[1]
    return affine
