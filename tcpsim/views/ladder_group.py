"""One event of a diagram as one matplotlib artist, however many lines and words it is drawn with.

Lives here: the artist. Must not be known here: what it stands for.
"""

from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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

    def draw(self, renderer: RendererBase) -> None:
        if not self.get_visible():
            return
        renderer.open_group("event", gid=self.get_gid())
        for child in self.children:
            child.draw(renderer)
        renderer.close_group("event")
        self.stale = False
