"""Placed things of a segment card, as plain geometry. Must not be known here: TCP, ink."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tcpsim.views.metrics import LINE
from tcpsim.views.shapes import Box, Point, Text

_MONO: Final = 0.602  # the width of every character of DejaVu Sans Mono, in font sizes


@dataclass(frozen=True, slots=True)
class Written:
    """A text with how it is written: in type of one width (`at` is then its left end), and in the quiet colour."""

    text: Text
    mono: bool = False
    quiet: bool = False

    @property
    def box(self) -> Box:
        if not self.mono:
            return self.text.box
        width = len(self.text.words) * self.text.size * _MONO
        return Box(self.text.at.x + width / 2, self.text.at.y, width, self.text.size * LINE)


def mono(words: str, centre: Point, size: float, *, quiet: bool = False, bold: bool = False) -> Written:
    """Words in type of one width, centred."""
    left = Point(centre.x - len(words) * size * _MONO / 2, centre.y)
    return Written(Text(words, left, "octets", size, bold, "left"), mono=True, quiet=quiet)


@dataclass(slots=True)
class Thing:
    """Something with a tooltip: filled boxes, lines, words. A fill is a number among the colours of fields, or None."""

    gid: str
    title: str
    fills: list[tuple[Box, int | None]] = field(default_factory=list)
    lines: list[tuple[Point, Point]] = field(default_factory=list)
    words: list[Written] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """A whole card, placed. What comes later lies on top."""

    width: float
    height: float = 0.0
    things: list[Thing] = field(default_factory=list)

    def all_words(self) -> Iterator[Written]:
        """Every text on the canvas."""
        for thing in self.things:
            yield from thing.words
