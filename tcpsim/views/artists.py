"""The two matplotlib artists of a diagram: an event, however many lines and words it is drawn with, and its words.

Lives here: artists. Must not be known here: what they stand for.
"""

from math import cos, radians, sin
from typing import TYPE_CHECKING, Any

from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.text import Text

from tcpsim.views.metrics import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From the baseline of DejaVu Sans up to the middle between the top of an l and the foot of a p, in font sizes.
_MIDDLE = 0.262
_START = {"left": 0.0, "center": 0.5, "right": 1.0}


class Group(Artist):
    """Artists drawn together, in one group of the SVG, under one `gid`; the label is its tooltip."""

    def __init__(self, ax: "Axes", gid: str, title: str, children: list[Artist], zorder: float) -> None:
        super().__init__()
        self.set_gid(gid)
        self.set_label(title)
        self.set_zorder(zorder)
        self.children = children
        for child in children:
            child.set_figure(ax.figure)
            child.axes = ax
            child.set_transform(ax.transData)

    def get_children(self) -> list[Artist]:
        return self.children

    def set_clip_path(self, *_: Any) -> None:
        """Nothing of a diagram lies outside its axes, and a clip path for each artist costs half the drawing."""

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible():
            return
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
        left = text_width(words, pixels, bold=font.get_weight() == "bold") * _START[str(self.get_horizontalalignment())]
        down = _MIDDLE * pixels
        angle = self.get_rotation()
        turn = radians(angle)
        x, y = self.get_transform().transform(self.get_unitless_position())
        x += -cos(turn) * left + sin(turn) * down
        y += -sin(turn) * left - cos(turn) * down
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        context = renderer.new_gc()
        context.set_foreground(self.get_color())
        renderer.draw_text(context, x, y, words, font, angle, ismath=False, mtext=self)
        context.restore()
        self.stale = False
