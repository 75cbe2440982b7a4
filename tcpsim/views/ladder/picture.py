"""The sequence diagram of a trace, on axes or as the bytes of a file.

Lives here: what is refused, and what depends on the format: a language that it can have, pages. Must not be known here:
how anything is placed or drawn.
"""

import warnings
from typing import TYPE_CHECKING, Unpack

from tcpsim.trace import Trace
from tcpsim.views.condensing import condensed, shown
from tcpsim.views.figures import FORMATS, rendered, rendered_pages
from tcpsim.views.fonts import NO_CHINESE_FONT, NoChineseFontWarning, language_to_draw
from tcpsim.views.ladder.layout import layout
from tcpsim.views.ladder.options import LadderOptions, Options
from tcpsim.views.ladder.pages import pages
from tcpsim.views.ladder.pen import drawn
from tcpsim.views.ladder.shapes import Layout
from tcpsim.views.theme import theme as theme_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_HOSTS = 24  # lanes: wider than any screen
MOST_SEGMENTS = 1_500  # arrows: some hundred pages high


class TooMuchToDraw(ValueError):  # noqa: N818 - it names what is wrong, as matplotlib's own do not
    """A picture of this trace could not be read by anyone."""


def ladder(
    trace: Trace,
    *,
    title: str = "",
    subtitle: str = "",
    footer: str = "",
    ax: "Axes | None" = None,
    **options: Unpack[LadderOptions],
) -> "Axes":
    """Draws the sequence diagram of a trace and returns its axes.

    `title` and `subtitle` stand above it, `footer` (the scenario, its seed) below. Without `ax` a figure of the right
    size is made, at which text has its true size; axes that are given are filled, and text shrinks with the diagram.
    The options are those of `options.Options`. Raises TooMuchToDraw where it could not be read, ValueError for a theme
    or a language that is not there.
    """
    chosen = Options(**options)
    look = theme_of(chosen.theme)
    return drawn(placed(trace, title, subtitle, footer, chosen), look, ax)


def picture(
    trace: Trace,
    format: str,  # noqa: A002
    *,
    title: str = "",
    subtitle: str = "",
    footer: str = "",
    **options: Unpack[LadderOptions],
) -> bytes:
    """The diagram as SVG, PNG or PDF; the options are those of `ladder`. A PDF has pages where it is very tall.

    Warns (NoChineseFontWarning) where a Chinese picture must be English for want of a font. Raises ValueError for
    another format, and what `ladder` raises.
    """
    if format not in FORMATS:
        raise ValueError(f"cannot draw as {format!r}: the formats are {', '.join(FORMATS)}")
    chosen = Options(**drawable(options, format))
    look = theme_of(chosen.theme)
    drawing = placed(trace, title, subtitle, footer, chosen)
    if format != "pdf":
        return rendered(drawn(drawing, look), format)
    return rendered_pages([drawn(page, look) for page in pages(drawing)])


def drawable(options: LadderOptions, format: str = "") -> LadderOptions:  # noqa: A002
    """The options with the language that can be drawn; warns where that is another than the one asked for."""
    asked = options.get("lang", "en")
    lang = language_to_draw(asked, format)
    if lang == asked:
        return options
    warnings.warn(NO_CHINESE_FONT, NoChineseFontWarning, stacklevel=3)
    return {**options, "lang": lang}


def placed(trace: Trace, title: str, subtitle: str, footer: str, options: Options) -> Layout:
    """The diagram as placed shapes, of what is drawn of a trace. Raises TooMuchToDraw where it could not be read."""
    trace = condensed(trace) if options.collapse else trace
    must_be_readable(trace)
    return layout(trace, title=title, subtitle=subtitle, footer=footer, options=options)


def must_be_readable(trace: Trace) -> None:
    """Raises TooMuchToDraw for a trace whose diagram nobody could read."""
    hosts, segments = len(trace.hosts), shown(trace)
    if hosts > MOST_HOSTS or segments > MOST_SEGMENTS:
        raise TooMuchToDraw(
            f"a diagram of {hosts:,} hosts and {segments:,} segments could not be read; "
            f"at most {MOST_HOSTS} hosts and {MOST_SEGMENTS:,} segments are drawn"
        )
