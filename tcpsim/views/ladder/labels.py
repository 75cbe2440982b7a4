"""Where on its arrow a label lies: along it, in its direction, and clear of everything else.

Each arrow has a label above its line and perhaps a note below it. The middle is best; where another text is in the
way, or another arrow would run through it, a place nearer the sender or the receiver is taken. What found no free
place at all is reported, so that the arrows can be moved apart. Lives here: that choice. Must not be known here: time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import cos, hypot, radians, sin

from tcpsim.views.ladder.neighbours import Neighbours
from tcpsim.views.ladder.shapes import Arrow
from tcpsim.views.metrics import LINE, fitted, text_width
from tcpsim.views.shapes import Box, Point, Text
from tcpsim.views.wording import Label

LABEL_SIZE = 8.0
NOTE_SIZE = 7.0
FATE_SIZE = 7.5
FATE_GAP = 9.0  # from a ✕ to its word
END = 13.0  # points at either end of an arrow that its label leaves to heads and marks
LOST_END = 9.0
ABOVE = LABEL_SIZE * LINE / 2 + 1.4  # from the line to the middle of the label
BELOW = NOTE_SIZE * LINE / 2 + 1.4
_AIR = 14.0  # points between two labels on one line, and half as many on either side
_SHARES = (1.0, *(1 + sign * step / 25 for step in range(2, 19) for sign in (-1, 1)))  # of the half way, for a ✕
_STEP = 6.0  # points between the spots that are tried as the last resort
_CLOSE = 1.2  # what another text close before or behind counts
_CROSSING = 3.0  # what another arrow through a text counts
_CLEAR_OF_MEETING = 3.0  # points
_MEETING = 1.5  # what counts besides, where it is the very point at which the two arrows cross


@dataclass(frozen=True, slots=True)
class Wording:
    """What is to be written on an arrow: the label, notes of what is odd, and the word beside a ✕."""

    label: Label
    notes: tuple[str, ...] = ()
    word: str = ""


@dataclass(slots=True)
class _Placed:
    """An attempt at placing an arrow's texts: whose texts they hit, and what speaks against the place."""

    above: Text | None
    below: Text | None
    hit: list[int]
    cost: float

    @property
    def worse(self) -> tuple[int, float]:
        """To compare by: first whom it hits, then what else speaks against it."""
        return len(self.hit), self.cost


class Placer:
    """Places the texts of all arrows, one after the other."""

    def __init__(
        self,
        arrows: Iterable[Arrow],
        obstacles: Iterable[Box],
        barriers: Iterable[tuple[float, float]] = (),
        *,
        last_resort: bool = False,
    ) -> None:
        """`barriers` are the stretches of x that arrows pass behind, and where no label may lie.

        As the `last_resort`, what finds no free place is shortened, and in the end left out.
        """
        self._barriers = list(barriers)
        self._last_resort = last_resort
        self._near = Neighbours()
        self._meetings: list[float] = []  # where other arrows cross the one whose label is placed, from its beginning
        self.clashes: list[tuple[int, int]] = []  # places of arrows whose texts lie on each other
        for box in obstacles:
            self._near.add_box(box, -1)
        self._arrows = list(arrows)
        for place, arrow in enumerate(self._arrows):
            self._near.add_line(arrow.start, arrow.end, place)

    def place_all(self, wordings: list[Wording]) -> None:
        """Gives every arrow its texts. The words beside a ✕ cannot move, and so come first; then half arrows."""
        for place, (arrow, wording) in enumerate(zip(self._arrows, wordings, strict=True)):
            if wording.word:
                self._place_fate(place, arrow, wording.word)
        for halves in (True, False):
            for place, (arrow, wording) in enumerate(zip(self._arrows, wordings, strict=True)):
                if bool(wording.word) is halves:
                    self._place(place, arrow, wording)

    def _place_fate(self, place: int, arrow: Arrow, word: str) -> None:
        """The ✕ and its word: half way, or not quite, where another arrow crosses there, or as the last resort."""
        usual = _fate(arrow, arrow.end, word)
        crossed = self._near.crossing((usual.box, _mark(arrow.end)), place) > 0
        found = self._free_fate(place, arrow, word, _SHARES, uncrossed=True) if crossed else None
        if found is None:
            found = self._free_fate(place, arrow, word, _SHARES if self._last_resort else _SHARES[:1])
        if found is None:
            self.clashes += [(place, other) for other in self._near.hit((usual.box, _mark(arrow.end)))]
        arrow.end, arrow.word = found or (arrow.end, usual)
        self._near.add_box(arrow.word.box, place)
        self._near.add_box(_mark(arrow.end), place)

    def _free_fate(
        self, place: int, arrow: Arrow, word: str, shares: Iterable[float], *, uncrossed: bool = False
    ) -> tuple[Point, Text] | None:
        """The first free place for a ✕ and its word, or only the first through which no other arrow goes."""
        way = Point(arrow.end.x - arrow.start.x, arrow.end.y - arrow.start.y)
        for share in shares:
            end = Point(arrow.start.x + share * way.x, arrow.start.y + share * way.y)
            text = _fate(arrow, end, word)
            boxes = (text.box, _mark(end))
            if self._near.hit(boxes, 1) or not self._is_free(arrow, end, text):
                continue
            if not (uncrossed and self._near.crossing(boxes, place)):
                return end, text
        return None

    def _is_free(self, arrow: Arrow, end: Point, text: Text) -> bool:
        """Whether an arrow may end there: on the first three quarters of its way, before a host and not behind it."""
        xs = sorted((end.x, *(corner.x for corner in text.box.corners())))
        near, far = sorted((arrow.origin.x, arrow.target.x))
        behind = any(xs[0] < right + 3 and xs[-1] > left - 3 for left, right in self._barriers)
        share = (end.x - arrow.origin.x) / (arrow.target.x - arrow.origin.x)
        return near + 3 < xs[0] and xs[-1] < far - 3 and 0.12 < share < 0.74 and not behind

    def _place(self, place: int, arrow: Arrow, wording: Wording) -> None:
        length = hypot(arrow.end.x - arrow.start.x, arrow.end.y - arrow.start.y) or 1.0
        stretches = self._stretches(arrow, length, LOST_END if wording.word else END)
        room = max([last - first for first, last in stretches] + [40.0])
        self._meetings = self._near.meetings(arrow.start, arrow.end, place)
        best: _Placed | None = None
        for label, note in self._variants(wording, room):
            found = self._best_place(place, length, stretches, (label, note))
            if found is not None and label and note and not found.hit and found.cost >= _CROSSING:
                found = self._parted(place, length, stretches, found) or found
            if found is not None and (best is None or found.worse < best.worse):
                best = found
            if best is not None and not best.hit:
                break
        if best is None:
            return
        arrow.label, arrow.note = best.above, best.below
        arrow.crossed = best.cost >= _CROSSING or (
            arrow.word is not None and self._near.crossing((arrow.word.box,), place) > 0
        )
        self.clashes += [(place, other) for other in best.hit]
        for text in (arrow.label, arrow.note):
            if text is not None:
                self._near.add_box(text.box, place)

    def _best_place(
        self, place: int, length: float, stretches: list[tuple[float, float]], words: tuple[str, str]
    ) -> "_Placed | None":
        """The best place for a label with its note below it: of a few, or of many where none of the few is good."""
        half = max(text_width(words[0], LABEL_SIZE), text_width(words[1], NOTE_SIZE)) / 2
        best: _Placed | None = None
        for thorough in (False, True):
            for worth, (first, last) in enumerate(stretches):
                if last - first < 2 * half - 1e-6 and len(stretches) > 1:
                    continue
                middle = length / 2 if len(stretches) == 1 else (first + last) / 2
                for spot in _spots(first + half, last - half, middle, thorough=thorough):
                    enough = len(best.hit) + 1 if best is not None else 1_000
                    placed = self._tried(place, length, spot, words, enough)
                    placed.cost += worth / 2 + abs(spot - middle) / length
                    if best is None or placed.worse < best.worse:
                        best = placed
                    if not placed.hit and placed.cost < 1:
                        return placed
            if best is None or (best.hit and not self._last_resort):
                break
        return best

    def _parted(
        self, place: int, length: float, stretches: list[tuple[float, float]], together: "_Placed"
    ) -> "_Placed | None":
        """A label and a note each at its own place, where other arrows would run through them together."""
        if together.above is None or together.below is None:
            return None
        label = self._best_place(place, length, stretches, (together.above.words, ""))
        note = self._best_place(place, length, stretches, ("", together.below.words))
        if label is None or note is None or label.hit or note.hit or label.cost + note.cost >= together.cost:
            return None
        return _Placed(label.above, note.below, [], label.cost + note.cost)

    def _variants(self, wording: Wording, room: float) -> list[tuple[str, str]]:
        """What may be written, the best first. Less than the whole is only tried when there is no other way."""
        label, note = fitted_label(wording.label, room), fitted_notes(wording.notes, room)
        if not self._last_resort:
            return [(label, note)]
        head, first = fitted(wording.label.head, LABEL_SIZE, room), fitted_notes(wording.notes[:1], room)
        flags = wording.label.head.partition(" ")[0]
        return list(dict.fromkeys([(label, note), (head, note), (head, first), (head, ""), (flags, ""), ("", "")]))

    def _tried(self, place: int, length: float, spot: float, words: tuple[str, str], enough: int) -> "_Placed":
        """The texts at one spot: whom they would hit, and how many other arrows would run through them."""
        arrow, (label, note) = self._arrows[place], words
        above = _along(arrow, spot, length, label, "label", LABEL_SIZE, ABOVE) if label else None
        below = _along(arrow, spot, length, note, "note", NOTE_SIZE, -BELOW) if note else None
        boxes = [text.box for text in (above, below) if text is not None]
        hit = self._near.hit(boxes, enough)
        if hit:
            return _Placed(above, below, hit, _CROSSING)
        close = self._near.hit([_with_air(box) for box in boxes], 1)
        cost = _CLOSE * len(close) + _CROSSING * sum(self._near.crossing([box], place) for box in boxes)
        for text in (above, below):
            if text is not None:
                reach = text_width(text.words, text.size) / 2 + _CLEAR_OF_MEETING
                cost += _MEETING * any(abs(at - spot) < reach for at in self._meetings)
        return _Placed(above, below, hit, cost)

    def _stretches(self, arrow: Arrow, length: float, end: float) -> list[tuple[float, float]]:
        """The parts of an arrow on which a label may lie, in points from its beginning."""
        stretches = [(END, length - end)]
        per_point = length / (abs(arrow.end.x - arrow.start.x) or 1.0)
        for left, right in self._barriers:
            enter, leave = sorted(((left - arrow.start.x), (right - arrow.start.x)), key=abs)
            if enter * (arrow.end.x - arrow.start.x) <= 1e-6:
                continue
            a, b = abs(enter) * per_point - END, abs(leave) * per_point + END
            stretches = [
                part
                for first, last in stretches
                for part in ([(first, last)] if b <= first or a >= last else [(first, a), (b, last)])
                if part[1] - part[0] > 20.0
            ]
        return stretches or [(END, length - end)]


def fitted_label(label: Label, room: float) -> str:
    """As much of a label as fits: extras go first, the last one before the others."""
    extras = list(label.extras)
    while True:
        words = " ".join((label.head, *extras))
        if text_width(words, LABEL_SIZE) <= room or not extras:
            return fitted(words, LABEL_SIZE, room)
        extras.pop()


def fitted_notes(notes: tuple[str, ...], room: float) -> str:
    """As many of the notes as fit, the first ones first."""
    kept = list(notes)
    while kept:
        words = " · ".join(kept)
        if text_width(words, NOTE_SIZE) <= room or len(kept) == 1:
            return fitted(words, NOTE_SIZE, room)
        kept.pop()
    return ""


def _spots(first: float, last: float, middle: float, *, thorough: bool = False) -> list[float]:
    """Where the middle of a label may lie along its arrow, the best first: the middle, then towards the sender."""
    if last <= first:
        return [(first + last) / 2]
    middle = min(max(middle, first), last)
    spots = [middle]
    for share in (1.0, 0.5, 0.75, 0.25):
        spots += [middle + share * (first - middle), middle + share * (last - middle)]
    if thorough:
        spots += [first + _STEP * step for step in range(1, int((last - first) / _STEP))]
    return list(dict.fromkeys(spots))


def _along(arrow: Arrow, spot: float, length: float, words: str, role: str, size: float, off: float) -> Text:
    """Text `spot` points along an arrow and `off` points above its line."""
    share = spot / length if length else 0.5
    turn = radians(arrow.angle)
    x = arrow.start.x + share * (arrow.end.x - arrow.start.x) - sin(turn) * off
    y = arrow.start.y + share * (arrow.end.y - arrow.start.y) - cos(turn) * off
    return Text(words, Point(x, y), role, size, angle=arrow.angle)


def _fate(arrow: Arrow, end: Point, words: str) -> Text:
    """The word beside the ✕ of an arrow that ends half way, on the line's own way on."""
    rightward = arrow.end.x >= arrow.start.x
    turn = radians(arrow.angle)
    side = FATE_GAP if rightward else -FATE_GAP
    at = Point(end.x + cos(turn) * side, end.y - sin(turn) * side)
    return Text(words, at, "fate", FATE_SIZE, bold=True, align="left" if rightward else "right", angle=arrow.angle)


def _with_air(box: Box) -> Box:
    """The room that a label had better have: two in a row must not read as one."""
    return box._replace(width=box.width + _AIR)


def _mark(at: Point) -> Box:
    """The room that a ✕ takes."""
    return Box(at.x, at.y, 9, 9)


def thinned(texts: Iterable[Text], apart: float, key: Callable[[Text], object]) -> list[Text]:
    """Texts of one column each (`key`), without those that stand closer than `apart` to the one kept before."""
    kept: list[Text] = []
    last: dict[object, float] = {}
    for text in sorted(texts, key=lambda text: text.at.y):
        column = key(text)
        if column not in last or text.at.y - last[column] >= apart:
            kept.append(text)
            last[column] = text.at.y
    return kept
