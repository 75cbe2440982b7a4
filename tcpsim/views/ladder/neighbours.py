"""Who lies near: boxes and lines, found again by where they are.

Lives here: the looking up, which must be quick, because every label of every arrow asks many times. Must not be known
here: what the boxes hold.
"""

from collections import defaultdict
from collections.abc import Iterable
from math import hypot

from tcpsim.views.shapes import Box, Point

_ROW = 48.0  # height of the rows that things are kept in
_Kept = tuple[float, float, float, float, Box, int]  # the sides of the upright box around it, the box, whose it is
_Line = tuple[Point, Point, int]


class Neighbours:
    """Boxes and lines, each with an owner, kept by the rows of the canvas that they reach into."""

    def __init__(self) -> None:
        self._boxes: defaultdict[int, list[_Kept]] = defaultdict(list)
        self._lines: defaultdict[int, list[_Line]] = defaultdict(list)

    def add_box(self, box: Box, owner: int) -> None:
        kept = (*_sides(box), box, owner)
        for row in _rows(kept[1], kept[3]):
            self._boxes[row].append(kept)

    def add_line(self, start: Point, end: Point, owner: int) -> None:
        line = (start, end, owner) if start.x <= end.x else (end, start, owner)
        for row in _rows(min(start.y, end.y), max(start.y, end.y)):
            self._lines[row].append(line)

    def hit(self, boxes: Iterable[Box], enough: int = 1_000) -> list[int]:
        """The owners of boxes that any of these lies on; no more than are `enough` to know."""
        found: dict[int, None] = {}
        for box in boxes:
            left, top, right, bottom = _sides(box)
            for row in _rows(top, bottom):
                for its_left, its_top, its_right, its_bottom, other, owner in self._boxes[row]:
                    if its_left >= right or its_right <= left or its_top >= bottom or its_bottom <= top:
                        continue
                    if owner not in found and box.overlaps(other):
                        found[owner] = None
                        if len(found) >= enough:
                            return list(found)
        return list(found)

    def crossing(self, boxes: Iterable[Box], own: int) -> int:
        """How many lines of other owners run through any of these boxes."""
        found: set[int] = set()
        for box in boxes:
            left, top, right, bottom = _sides(box)
            for row in _rows(top, bottom):
                for start, end, owner in self._lines[row]:
                    if owner == own or owner in found or start.x >= right or end.x <= left:
                        continue
                    slope = (end.y - start.y) / ((end.x - start.x) or 1.0)
                    one, other = start.y + slope * (left - start.x), start.y + slope * (right - start.x)
                    if max(one, other) > top and min(one, other) < bottom and box.crossed_by(start, end):
                        found.add(owner)
        return len(found)

    def meetings(self, start: Point, end: Point, own: int) -> list[float]:
        """Where lines of other owners cross this one, in points along it from its start."""
        way = Point(end.x - start.x, end.y - start.y)
        found: dict[int, float] = {}
        for row in _rows(min(start.y, end.y), max(start.y, end.y)):
            for first, last, owner in self._lines[row]:
                other = Point(last.x - first.x, last.y - first.y)
                turn = way.x * other.y - way.y * other.x
                if owner == own or owner in found or not turn:
                    continue
                off = Point(first.x - start.x, first.y - start.y)
                share = (off.x * other.y - off.y * other.x) / turn
                theirs = (off.x * way.y - off.y * way.x) / turn
                if 0 < share < 1 and 0 < theirs < 1:
                    found[owner] = share * hypot(way.x, way.y)
        return list(found.values())


def _sides(box: Box) -> tuple[float, float, float, float]:
    a, b, c, d = box.corners()
    return (
        min(a.x, b.x, c.x, d.x),
        min(a.y, b.y, c.y, d.y),
        max(a.x, b.x, c.x, d.x),
        max(a.y, b.y, c.y, d.y),
    )


def _rows(top: float, bottom: float) -> range:
    return range(int(top // _ROW), int(bottom // _ROW) + 1)
