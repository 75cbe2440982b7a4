"""The segment card, drawn: everything has its place already (`layout`); here it gets ink (`views.theme`)."""

from typing import TYPE_CHECKING, Any

from tcpsim.views.canvas import Canvas
from tcpsim.views.card.shapes import Sheet, Written
from tcpsim.views.shapes import Box
from tcpsim.views.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TYPEWRITER = "DejaVu Sans Mono"
_THINGS = 3


def draw(sheet: Sheet, look: Theme, ax: "Axes | None") -> "Axes":
    """Draws a card that is placed, on axes of its own unless some are given; returns the axes."""
    canvas = Canvas(sheet.width, sheet.height, look, ax)
    for order, thing in enumerate(sheet.things):
        children: list[Any] = [_fill(canvas, box, colour) for box, colour in thing.fills]
        children += [canvas.line(line, look.outline, 0.8) for line in thing.lines]
        children += [_words(canvas, written) for written in thing.words]
        if thing.gid:
            canvas.add(thing.gid, thing.title, children, _THINGS + order / 1000)
            continue
        for child in children:
            child.set_zorder(_THINGS + order / 1000)
            canvas.ax.add_artist(child)
    return canvas.ax


def _fill(canvas: Canvas, box: Box, colour: int | None) -> Any:
    colours = canvas.look.fields
    fill = canvas.look.paper if colour is None else colours[colour % len(colours)]
    return canvas.shape(box.corners(), fill)


def _words(canvas: Canvas, written: Written) -> Any:
    ink = canvas.look.quiet if written.quiet else canvas.look.text
    return canvas.words(written.text, ink, _TYPEWRITER) if written.mono else canvas.words(written.text, ink)
