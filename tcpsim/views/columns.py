"""Columns: how wide text is on a terminal, where a Chinese character takes two, and how it is broken into lines.

Lives here: counting, padding, wrapping. Must not be known here: what the text says.
"""

import re
from functools import cache
from textwrap import wrap
from typing import Final
from unicodedata import combining, east_asian_width

_NO_LINE_BEGINS_WITH: Final = frozenset(",.;:!?)]}，。；：！？、）》」』】…")
_BEFORE_A_UNIT: Final = re.compile(r"(?<=\d) (?=(?:h|s|ms|µs)\b)")
_NO_BREAK: Final = "\xa0"
_SPACES: Final = str.maketrans("\t\n\v\f\r", "     ")
_NO_LINE_ENDS_WITH: Final = frozenset("([{（《「『【")


def columns(text: str) -> int:
    """How many columns a text takes: two for a wide character (UAX #11), none for one that combines with another."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


@cache
def _width(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def ljust(text: str, room: int) -> str:
    """The text, with spaces behind it up to so many columns."""
    return text + " " * (room - columns(text))


def rjust(text: str, room: int) -> str:
    """The text, with spaces before it up to so many columns."""
    return " " * (room - columns(text)) + text


def wrapped(text: str, room: int) -> list[str]:
    """The text in lines of at most so many columns: broken at spaces, and between Chinese characters.

    A word that is longer than a line stays whole, and so does a number with its unit.
    """
    text = _BEFORE_A_UNIT.sub(_NO_BREAK, text)
    return [line.replace(_NO_BREAK, " ") for line in _lines(text, room)]


def _lines(text: str, room: int) -> list[str]:
    if columns(text) == len(text):
        return wrap(text, room, break_long_words=False, break_on_hyphens=False)
    lines: list[str] = []
    line, used = "", 0
    for piece in _pieces(text.translate(_SPACES)):
        if line and used + columns(piece.rstrip()) > room:
            lines.append(line.rstrip())
            line = piece.lstrip()
            used = columns(line)
        else:
            line += piece
            used += columns(piece)
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """The text cut wherever a line may end: behind a space, and at either side of a wide character.

    Punctuation stays with what it closes or opens.
    """
    pieces: list[str] = []
    before = " "
    for character in text:
        joined = character in _NO_LINE_BEGINS_WITH or before in _NO_LINE_ENDS_WITH or character == " "
        cut = before == " " or _width(before) == 2 or _width(character) == 2
        if pieces and (joined or not cut):
            pieces[-1] += character
        else:
            pieces.append(character)
        before = character
    return pieces
