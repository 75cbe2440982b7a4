"""What every picture is made of: places, turned rectangles, lines of text, as plain geometry.

The unit is the point (1/72 inch), x to the right, y downwards, from the top left corner of the canvas. Lives here:
where things are and whether they meet. Must not be known here: what is drawn, and with which ink.
"""

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Literal, NamedTuple

from tcpsim.views.metrics import LINE, text_width


class Point(NamedTuple):
    """A place on the canvas."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle, turned about its centre by `angle` degrees (counter-clockwise as seen)."""

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0

    def corners(self) -> tuple[Point, Point, Point, Point]:
        turn = radians(-self.angle)  # y runs downwards
        along = (cos(turn) * self.width / 2, sin(turn) * self.width / 2)
        across = (-sin(turn) * self.height / 2, cos(turn) * self.height / 2)
        return (
            Point(self.x - along[0] - across[0], self.y - along[1] - across[1]),
            Point(self.x + along[0] - across[0], self.y + along[1] - across[1]),
            Point(self.x + along[0] + across[0], self.y + along[1] + across[1]),
            Point(self.x - along[0] + across[0], self.y - along[1] + across[1]),
        )

    def overlaps(self, other: "Box") -> bool:
        """Whether two turned rectangles share any area: whether no side of either is a line between them."""
        dx, dy = other.x - self.x, other.y - self.y
        turn = radians(self.angle - other.angle)
        c, s = abs(cos(turn)), abs(sin(turn))
        for one, two in ((self, other), (other, self)):
            angle = radians(one.angle)
            along, across = abs(cos(angle) * dx - sin(angle) * dy), abs(sin(angle) * dx + cos(angle) * dy)
            if 2 * along >= one.width + c * two.width + s * two.height - 1e-6:
                return False
            if 2 * across >= one.height + s * two.width + c * two.height - 1e-6:
                return False
        return True

    def crossed_by(self, start: Point, end: Point) -> bool:
        """Whether the line from `start` to `end` runs through the rectangle."""
        turn = radians(self.angle)
        c, s = cos(turn), sin(turn)
        (ax, ay), (bx, by) = (
            (c * (x - self.x) - s * (y - self.y), s * (x - self.x) + c * (y - self.y)) for x, y in (start, end)
        )
        low, high = 0.0, 1.0
        for a, b, half in ((ax, bx, self.width / 2), (ay, by, self.height / 2)):
            step = b - a
            if abs(step) < 1e-9:
                if abs(a) >= half:
                    return False
                continue
            near, far = sorted(((-half - a) / step, (half - a) / step))
            low, high = max(low, near), min(high, far)
        return low < high


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text. `at` is the middle of its height, and of the side that `align` names along its direction.

    `role` says what it is there for; a ladder's are "title", "subtitle", "footer", "host", "address", "lane", "label",
    "note", "fate", "time", "state", "call", "timer", "break".
    """

    words: str
    at: Point
    role: str
    size: float
    bold: bool = False
    align: Literal["left", "center", "right"] = "center"
    angle: float = 0.0

    @property
    def box(self) -> Box:
        width = text_width(self.words, self.size, bold=self.bold)
        shift = {"left": width / 2, "center": 0.0, "right": -width / 2}[self.align]
        turn = radians(-self.angle)
        return Box(self.at.x + cos(turn) * shift, self.at.y + sin(turn) * shift, width, self.size * LINE, self.angle)
