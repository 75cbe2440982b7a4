"""How wide text is, without asking a renderer: advance widths of DejaVu Sans, the font that matplotlib brings along.

Lives here: the font's numbers, as data. Must not be known here: where text stands. Asking matplotlib's renderer costs
some 50 µs a string and needs a canvas; a table costs 1 µs and makes the geometry testable without ink. A character
that is not in the table is taken for as wide as the widest letters (a Chinese character is as wide as it is high).
"""

from functools import cache
from typing import Final

# Advance widths in thousandths of the font size, of the characters from U+0020 to U+007E.
# fmt: off
_REGULAR: Final = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557,
    863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550,
    635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525,
    636, 337, 636, 838
)
_BOLD: Final = (
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696, 696,
    696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775,
    637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500, 500, 675,
    716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924,
    645, 652, 582, 712, 365, 712, 838
)
_OTHERS: Final = {
    "→": 838, "←": 838, "✕": 838, "·": 318, "…": 1000, "µ": 636, "−": 838, "×": 838, "⋮": 1000, "§": 500, "–":
    500, "—": 1000, "’": 318, "²": 401
}
# fmt: on
_UNKNOWN: Final = 1000

LINE: Final = 1.17  # the height of a line of text, ascenders and descenders included, as a multiple of the font size


@cache
def text_width(words: str, size: float, *, bold: bool = False) -> float:
    """The width of one line of text, in the unit of `size`."""
    table = _BOLD if bold else _REGULAR
    thousandths = 0
    for character in words:
        place = ord(character) - 32
        thousandths += table[place] if 0 <= place < 95 else _OTHERS.get(character, _UNKNOWN)
    return thousandths * size / 1000


def fitted(words: str, size: float, room: float, *, bold: bool = False) -> str:
    """The words, cut with an ellipsis to what fits into `room`."""
    if text_width(words, size, bold=bold) <= room:
        return words
    while words and text_width(words + "…", size, bold=bold) > room:
        words = words[:-1]
    return words.rstrip() + "…"


def wrapped(words: str, size: float, room: float, *, bold: bool = False) -> tuple[str, str]:
    """The words on two lines, the second one empty if they fit into `room` on one, and cut if they do not on two."""
    if text_width(words, size, bold=bold) <= room:
        return words, ""
    spaces = [place for place, character in enumerate(words) if character == " "]
    fitting = [place for place in spaces if text_width(words[:place], size, bold=bold) <= room]
    if not fitting:
        return fitted(words, size, room, bold=bold), ""
    return words[: fitting[-1]], fitted(words[fitting[-1] + 1 :], size, room, bold=bold)
