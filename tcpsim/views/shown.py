"""Axes that a notebook shows: what `plot` and `statechart` return is a picture where it is the last word of a cell.

Figures made here belong to no window and to no pyplot, so that nothing would show them but this. Lives here: that.
Must not be known here: what is drawn. matplotlib is imported with this module, which is imported where it is used.
"""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tcpsim.views.figures import rendered
from tcpsim.views.theme import Theme

_DPI = 144


class Shown(Axes):
    """Axes that fill a figure of their own, and stand for it."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"image/svg+xml": rendered(self).decode(), "text/plain": repr(self)}


def shown_axes(width: float, height: float, look: Theme) -> Axes:
    """New axes that fill a new figure, `width` by `height` points in size, at which text has its true size."""
    figure = Figure(figsize=(width / 72, height / 72), dpi=_DPI, facecolor=look.paper)
    FigureCanvasAgg(figure)
    return figure.add_axes((0.0, 0.0, 1.0, 1.0), axes_class=Shown)
