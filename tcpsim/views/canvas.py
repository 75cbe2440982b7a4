"""A pen for pictures that are placed already: lines, shapes and words on matplotlib axes whose unit is the point.

Lives here: matplotlib, imported where it is used; no pyplot, no window, no global setting. Must not be known here: what
is drawn.
"""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tcpsim.views.fonts import (
    LATIN,
    NO_CHINESE_FONT,
    NoChineseFontWarning,
    chinese_font,
    language_to_draw,
    needs_chinese,
)
from tcpsim.views.shapes import Box, Point, Text
from tcpsim.views.theme import Dashes, Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROUND = 9.0  # the radius of a line's corners


class Canvas:
    """Axes of a figure of their own, at which text has its true size; or given ones, in which everything shrinks."""

    def __init__(self, width: float, height: float, look: Theme, ax: "Axes | None" = None, *, top: float = 0.0) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        from tcpsim.views.artists import Group, Words
        from tcpsim.views.shown import shown_axes

        self.look = look
        self.ax = shown_axes(width, height, look) if ax is None else ax
        self._group, self._patch, self._path, self._text = Group, PathPatch, Path, Words
        self._fonts: dict[tuple[float, bool, tuple[str, ...]], Any] = {}
        points = 72 / self.ax.figure.dpi
        self.scale = min(self.ax.bbox.width * points / width, self.ax.bbox.height * points / height)
        if abs(self.scale - 1) < 1e-3:
            self.scale = 1.0
        self.ax.set_xlim(0, width)
        self.ax.set_ylim(top + height, top)
        self.ax.set_axis_off()
        if self.scale != 1.0:
            self.ax.set_aspect("equal", anchor="N")

    def add(self, gid: str, title: str, children: Sequence[Any], zorder: float) -> None:
        """Put artists on the canvas as one thing with a tooltip."""
        self.ax.add_artist(self._group(self.ax, gid, title, list(children), zorder))

    def line(self, points: Sequence[Point], colour: str, width: float, dashes: Dashes = "solid") -> Any:
        """An open line through some points, its corners rounded."""
        places, codes = [points[0]], [self._path.MOVETO]
        for before, corner, after in zip(points, points[1:], points[2:], strict=False):
            places += [_towards(corner, before, _ROUND), corner, _towards(corner, after, _ROUND)]
            codes += [self._path.LINETO, self._path.CURVE3, self._path.CURVE3]
        path = self._path([*places, points[-1]], [*codes, self._path.LINETO])
        return self._patch(
            path, fill=False, edgecolor=colour, linewidth=width * self.scale, linestyle=dashes, capstyle="butt",
            joinstyle="round", clip_on=False,
        )  # fmt: skip

    def shape(self, points: Sequence[Point], fill: str, edge: str = "none", width: float = 0.0) -> Any:
        """A closed, filled shape with straight sides."""
        path = self._path([*points, points[0]], closed=True)
        return self._patch(path, facecolor=fill, edgecolor=edge, linewidth=width * self.scale, clip_on=False)

    def rounded(self, box: Box, radius: float, fill: str, edge: str = "none", width: float = 0.0) -> Any:
        """A filled box with round corners."""
        corners = box.corners()
        places: list[Point] = []
        codes: list[Any] = []
        for k, corner in enumerate(corners):
            before, after = corners[k - 1], corners[(k + 1) % 4]
            places += [_towards(corner, before, radius), corner, _towards(corner, after, radius)]
            codes += [self._path.LINETO if k else self._path.MOVETO, self._path.CURVE3, self._path.CURVE3]
        path = self._path([*places, places[0]], [*codes, self._path.CLOSEPOLY])
        return self._patch(path, facecolor=fill, edgecolor=edge, linewidth=width * self.scale, clip_on=False)

    def words(self, text: Text, colour: str, family: str = LATIN) -> Any:
        """One line of text, in Chinese characters where it has any and a font of this machine does."""
        families = (family, chinese_font()) if needs_chinese(text.words) and chinese_font() else (family,)
        key = (text.size, text.bold, families)
        font = self._fonts.get(key)
        if font is None:
            from matplotlib.font_manager import FontProperties

            weight = "bold" if text.bold else "normal"
            font = FontProperties(family=[*families], size=text.size * self.scale, weight=weight)
            self._fonts[key] = font
        return self._text(
            text.at.x, text.at.y, text.words, color=colour, fontproperties=font, rotation=text.angle,
            rotation_mode="anchor", horizontalalignment=text.align, verticalalignment="center", parse_math=False,
            usetex=False, clip_on=False,
        )  # fmt: skip


def _towards(start: Point, end: Point, distance: float) -> Point:
    """A point on the way from `start` to `end`, at most half of it away."""
    length = ((end.x - start.x) ** 2 + (end.y - start.y) ** 2) ** 0.5
    part = min(distance, length / 2) / length
    return Point(start.x + (end.x - start.x) * part, start.y + (end.y - start.y) * part)


def drawable_in(lang: str, format: str = "") -> str:  # noqa: A002
    """The language of a picture: the one asked for, or English with a warning, where no font can draw it.

    `format` as in `fonts.language_to_draw`: an SVG needs no font.
    """
    drawn = language_to_draw(lang, format)
    if drawn != lang:
        warnings.warn(NO_CHINESE_FONT, NoChineseFontWarning, stacklevel=3)
    return drawn
