"""Fonts for what DejaVu Sans lacks: Chinese characters, which matplotlib brings no font for.

Lives here: which font of this machine has them, and what is drawn where none has. Must not be known here: what is
written. An SVG leaves fonts to whoever shows it, so there text stays as it is, whatever is installed here.
"""

from functools import cache
from pathlib import Path
from typing import Final

LATIN: Final = "DejaVu Sans"
NO_CHINESE_FONT: Final = (
    "no font with Chinese characters is installed, so the picture is in English (an SVG would be in Chinese)"
)
_CHINESE: Final = (  # the best first; the last ones draw some characters in the Japanese manner
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Noto Sans CJK JP",
    "Arial Unicode MS",
)
_FILES: Final = ("notosanscjk", "notosanssc", "sourcehansans", "pingfang", "msyh", "simhei", "wqy", "droidsansfallback")
_FIRST_IDEOGRAPHIC: Final = "\u2e80"


class NoChineseFontWarning(UserWarning):
    """A picture that was to be Chinese is English."""


def needs_chinese(words: str) -> bool:
    """Whether any of the characters is one that a Latin font lacks."""
    return not words.isascii() and any(character >= _FIRST_IDEOGRAPHIC for character in words)


@cache
def chinese_font() -> str:
    """The name of a font on this machine that has Chinese characters; "" where there is none."""
    from matplotlib.font_manager import fontManager

    known = {font.name for font in fontManager.ttflist}
    if known.isdisjoint(_CHINESE):
        known = _looked_for()
    return next((name for name in _CHINESE if name in known), "")


def _looked_for() -> set[str]:
    """The names of fonts that matplotlib does not know yet: it keeps a list, which may be older than a font."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    paths = [path for path in findSystemFonts() if Path(path).name.lower().replace("-", "").startswith(_FILES)]
    for path in sorted(path for path in paths if "serif" not in path.lower()):
        try:
            fontManager.addfont(path)
        except (OSError, RuntimeError):  # a file that is no font, or of a kind that matplotlib does not read
            continue
    return {font.name for font in fontManager.ttflist}


def language_to_draw(lang: str, format: str) -> str:  # noqa: A002
    """The language in which a picture of this format can be drawn here: the one asked for, or English."""
    if lang == "zh" and format != "svg" and not chinese_font():
        return "en"
    return lang
