"""The sequence diagram as the bytes of a file: in a language and at a size that the format can have.

Lives here: what depends on the format. Must not be known here: how anything is drawn.
"""

import warnings
from typing import Unpack

from tcpsim.trace import Trace
from tcpsim.views.figures import FORMATS, rendered
from tcpsim.views.fonts import NO_CHINESE_FONT, NoChineseFontWarning, language_to_draw
from tcpsim.views.ladder.options import LadderOptions
from tcpsim.views.ladder.pen import ladder


def picture(
    trace: Trace,
    format: str,  # noqa: A002
    *,
    title: str = "",
    subtitle: str = "",
    footer: str = "",
    **options: Unpack[LadderOptions],
) -> bytes:
    """The diagram as SVG, PNG or PDF; the options are those of `ladder`.

    Warns (NoChineseFontWarning) where a Chinese picture must be English for want of a font. Raises ValueError for
    another format, and what `ladder` raises.
    """
    if format not in FORMATS:
        raise ValueError(f"cannot draw as {format!r}: the formats are {', '.join(FORMATS)}")
    return rendered(ladder(trace, title=title, subtitle=subtitle, footer=footer, **drawable(options, format)), format)


def drawable(options: LadderOptions, format: str = "") -> LadderOptions:  # noqa: A002
    """The options with the language that can be drawn; warns where that is another than the one asked for."""
    asked = options.get("lang", "en")
    lang = language_to_draw(asked, format)
    if lang == asked:
        return options
    warnings.warn(NO_CHINESE_FONT, NoChineseFontWarning, stacklevel=3)
    return {**options, "lang": lang}
