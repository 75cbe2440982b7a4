"""page: the stepper, a run to go through event by event, as a page of its own or within another one.

    run, svg, palette = prepared(trace, moments)        the data, the ladder, the colours
    page(run, svg, palette, title="…")                  one self-contained HTML document
    stepper(run, svg, title="…")                        the same as markup, for `stepper.js` to bring to life

`frames` joins what happened with what the TCBs were, `narration` says it in sentences, `inline` draws the ladder in
colours that follow the reader's setting, `document` puts it together. The looks are in `stepper.css`, the markup in
`stepper.html`, what moves in `stepper.js`; nothing is fetched from anywhere.
"""

from collections.abc import Sequence
from typing import Any

from tcpsim.sim.moments import Moment
from tcpsim.trace import Trace
from tcpsim.views.ladder.options import Options
from tcpsim.views.ladder.picture import placed
from tcpsim.views.page.document import page, stepper
from tcpsim.views.page.frames import story
from tcpsim.views.page.inline import inline_svg, palette

__all__ = ["page", "prepared", "stepper", "story"]


def prepared(trace: Trace, moments: Sequence[Moment], *, lang: str = "en") -> tuple[dict[str, Any], str, str]:
    """A run for the stepper: its data, the ladder as SVG, and the colours of both as CSS.

    Raises TooMuchToDraw where the ladder could not be read, ValueError for a language that is not there.
    """
    drawing = placed(trace, "", "", "", Options(lang=lang, collapse=False))
    svg, inks = inline_svg(drawing)
    return story(trace, moments, drawing, lang=lang), svg, palette(inks)
