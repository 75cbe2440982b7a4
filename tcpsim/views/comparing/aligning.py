"""Two traces aligned: what happens in both, what only in one, and what happens otherwise, in one order.

Events are matched by what they are, not by when they are: a later moment is no difference in kind. Each host's events
are aligned on their own, because only their order is told by the protocol; what two hosts do while nothing passes
between them has no order, and another delay may well turn it around. Then the hosts' rows are merged. So the first
row that differs is where the two runs part, and what follows from it comes after it.

Lives here: what makes two events the same one, and the alignment. Must not be known here: how it is shown.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

from tcpsim.trace import Called, HostEvent, Microseconds, Returned, SegmentDropped, Signalled, TimerEvent, Trace
from tcpsim.views.languages import Language
from tcpsim.views.telling import Entry, Teller
from tcpsim.views.wording import moment
from tcpsim.wire.flags import flag_names

SAME: Final = "same"
LATER: Final = "time"  # the same, at another time
OTHER: Final = "other"  # the same thing, but it is told otherwise: another number, another fate, another state
LEFT: Final = "left"  # only there
RIGHT: Final = "right"

_EQUAL, _ALIKE, _AKIN = 10, 6, 3  # what it is worth to match two events
_MOST_CELLS: Final = 1_500_000  # of a table of scores; beyond that, equal events alone are matched


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, ready to be compared.

    `akin` says what kind of thing it is, `alike` which one, `equal` everything but the time.
    """

    entry: Entry
    akin: Hashable
    alike: Hashable
    equal: Hashable

    @property
    def time(self) -> Microseconds:
        return self.entry.time

    def __str__(self) -> str:
        """When, what, and the state it led to, in short."""
        entry = self.entry
        told = (moment(entry.time), entry.words or str(entry.label), f"[{entry.state}]" if entry.state else "")
        return " ".join(part for part in told if part)


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """What happened at `host` in one trace beside what happened in the other; one of them may be missing."""

    host: str
    left: Happening | None
    right: Happening | None

    @property
    def kind(self) -> str:
        """`SAME`, `LATER`, `OTHER`, `LEFT` or `RIGHT`."""
        if self.left is None:
            return RIGHT
        if self.right is None:
            return LEFT
        if self.left.equal != self.right.equal:
            return OTHER
        return SAME if self.left.time == self.right.time else LATER

    def __repr__(self) -> str:
        left, right = (f"{side}" if side else "nothing" for side in (self.left, self.right))
        return f"<Row at {self.host}, {self.kind}: {left} | {right}>"

    @property
    def differs(self) -> bool:
        """Whether more than the time is other."""
        return self.kind in {OTHER, LEFT, RIGHT}


def aligned(left: Trace, right: Trace, lang: Language) -> list[Row]:
    """Everything that happened in either, in one order."""
    happenings = [_by_host(trace, lang) for trace in (left, right)]
    lanes = []
    for host, other in _hosts(left.hosts, right.hosts):
        mine, theirs = happenings[0].get(host, []), happenings[1].get(other, [])
        lanes.append([Row(host or other, one, two) for one, two in _matched(mine, theirs)])
    return _merged(lanes)


def _hosts(left: Sequence[str], right: Sequence[str]) -> list[tuple[str, str]]:
    """Which host is which: by name, and those that are left over by their places."""
    strangers = [host for host in right if host not in left]
    pairs = []
    for host in left:
        if host in right:
            pairs.append((host, host))
        else:
            pairs.append((host, strangers.pop(0) if strangers else ""))
    return [*pairs, *(("", host) for host in strangers)]


# ---- what an event is -----------------------------------------------------------------------------------------------


def _by_host(trace: Trace, lang: Language) -> dict[str, list[Happening]]:
    teller = Teller(trace, lang=lang)
    lanes: dict[str, list[Happening]] = {}
    for entry in teller.entries():
        akin, alike, told = _identity(entry, teller)
        equal = (alike, told, entry.state, str(entry.label))
        lanes.setdefault(entry.host, []).append(Happening(entry, akin, alike, equal))
    return lanes


def _identity(entry: Entry, teller: Teller) -> tuple[Hashable, Hashable, Hashable]:
    """What kind of thing an entry is, which one of these, and what else there is to it."""
    flight = entry.flight
    if flight is not None:
        segment = flight.segment
        kind = (entry.kind, flag_names(segment.flags), flight.injected)
        which = (*kind, teller.short_label(flight).head, flight.attempt > 0, flight.probe)
        late = flight.number in teller.overtaken, flight.number in teller.late
        fate = (flight.lost, len(flight.arrivals), late, teller.why_sent(flight), flight.attempt)
        return kind, which, fate if entry.kind == "segment" else ()
    event = teller.trace.events[entry.index]
    kind_of, which_of = _of_event(event)
    return (entry.kind, kind_of), (entry.kind, kind_of, which_of), entry.words


def _of_event(event: object) -> tuple[Hashable, Hashable]:
    """What an event is about, and what tells it from others about the same."""
    match event:
        case Called(call=call):
            return (call.name, call.process), ""
        case Returned(result=result):
            return (result.name, result.process), ""
        case SegmentDropped(segment=segment, reason=reason):
            return flag_names(segment.flags), reason.caption
        case TimerEvent(timer=timer):
            return timer, ""
        case Signalled(signal=signal):
            return signal.name, ""
        case HostEvent(what=what):
            return what, ""
        case _:
            return "", ""


# ---- one host -------------------------------------------------------------------------------------------------------

_Pair = tuple[Happening | None, Happening | None]


def _matched(left: Sequence[Happening], right: Sequence[Happening]) -> list[_Pair]:
    """The events of one host in pairs: from both ends as far as they are equal, and between as well as they match."""
    start = 0
    while start < min(len(left), len(right)) and left[start].equal == right[start].equal:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end].equal == right[-1 - end].equal:
        end += 1
    mine, theirs = left[start : len(left) - end], right[start : len(right) - end]
    inner = _best(mine, theirs) if len(mine) * len(theirs) <= _MOST_CELLS else _equal_alone(mine, theirs)
    tail = zip(left[len(left) - end :], right[len(right) - end :], strict=True)
    return [*zip(left[:start], right[:start], strict=True), *_by_time(inner), *tail]


def _by_time(pairs: list[_Pair]) -> list[_Pair]:
    """Between two matches, what only one has stands by its time: nothing else orders what happens in two runs."""
    ordered: list[_Pair] = []
    for single, group in groupby(pairs, key=lambda pair: None in pair):
        run = list(group)
        ordered += sorted(run, key=_time) if single else run
    return ordered


def _time(pair: _Pair) -> Microseconds:
    return min(each.time for each in pair if each is not None)


def _worth(one: Happening, other: Happening) -> int:
    """What matching two events is worth; 0 for two that have nothing in common."""
    if one.equal == other.equal:
        return _EQUAL
    if one.alike == other.alike:
        return _ALIKE
    return _AKIN if one.akin == other.akin else 0


def _best(left: Sequence[Happening], right: Sequence[Happening]) -> list[_Pair]:
    """The alignment worth most (Needleman and Wunsch), and of several the one that matches earliest."""
    width = len(right) + 1
    below = [0] * width
    ways = bytearray((len(left) + 1) * width)  # 1: match, 2: left alone, 3: right alone
    for row in range(len(left) - 1, -1, -1):
        here = [0] * width
        one = left[row]
        for column in range(len(right) - 1, -1, -1):
            best, way = below[column], 2
            if here[column + 1] > best:
                best, way = here[column + 1], 3
            worth = _worth(one, right[column])
            if worth and below[column + 1] + worth >= best:
                best, way = below[column + 1] + worth, 1
            here[column] = best
            ways[row * width + column] = way
        below = here
    pairs: list[_Pair] = []
    row = column = 0
    while row < len(left) and column < len(right):
        way = ways[row * width + column]
        pairs.append((left[row] if way != 3 else None, right[column] if way != 2 else None))
        row, column = row + (way != 3), column + (way != 2)
    return [*pairs, *((one, None) for one in left[row:]), *((None, other) for other in right[column:])]


def _equal_alone(left: Sequence[Happening], right: Sequence[Happening]) -> list[_Pair]:
    """For very long traces: equal events are matched, and nothing else."""
    matcher = SequenceMatcher(None, [one.equal for one in left], [one.equal for one in right], autojunk=False)
    pairs: list[_Pair] = []
    row = column = 0
    for block in matcher.get_matching_blocks():
        pairs += [(one, None) for one in left[row : block.a]]
        pairs += [(None, other) for other in right[column : block.b]]
        row, column = block.a + block.size, block.b + block.size
        pairs += zip(left[block.a : row], right[block.b : column], strict=True)
    return pairs


# ---- all hosts ------------------------------------------------------------------------------------------------------


def _merged(lanes: list[list[Row]]) -> list[Row]:
    """The rows of all hosts in one order: the left trace's, where both rows are in it, else the right one's."""
    merged: list[Row] = []
    waiting = [lane[::-1] for lane in lanes if lane]
    while waiting:
        first = waiting[0]
        for lane in waiting[1:]:
            if _before(lane[-1], first[-1]):
                first = lane
        merged.append(first.pop())
        if not first:
            waiting = [lane for lane in waiting if lane]
    return merged


def _before(one: Row, other: Row) -> bool:
    """Whether a row stands above another of another host."""
    sides: tuple[Callable[[Row], Happening | None], ...] = (lambda row: row.left, lambda row: row.right)
    for side in sides:
        mine, theirs = side(one), side(other)
        if mine is not None and theirs is not None:
            return mine.entry.index < theirs.entry.index
    return _earliest(one) < _earliest(other)


def _earliest(row: Row) -> Microseconds:
    return _time((row.left, row.right))
