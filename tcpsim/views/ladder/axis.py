"""Time, running down: which moment stands how far down, and where idle time is cut.

The rule is one scale for the whole diagram: an arrow is as high as its delay is long, so equal delays are parallel.
Two things bend it. A long time in which nothing moves is *cut*, and the cut is marked. And where things crowd (three
segments sent at one instant), what comes later is pushed down, *bodily*: both ends of an arrow by the same amount, so
that its slope stays true. What a diagram must keep is then a system of difference constraints: one unknown for every
body (how far it was pushed), and for any two things that must stay apart, or in order, `y_b ≥ y_a + gap`. The least
solution is found by relaxation, starting from "nothing is pushed"; if there is none, the scale is too small.

Lives here: the scale, the cuts, the constraints. Must not be known here: what the things are.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

CUT_ABOVE = 105.0  # points of idle time that are worth cutting
CUT_HEIGHT = 46.0  # points that a cut takes instead
_FARTHEST_PUSH = 2_000.0  # what stands farther apart than this by itself needs no constraint


@dataclass(frozen=True, slots=True)
class Cut:
    """Idle time left out: from `start` to `end` (µs), drawn around `y` (before anything is pushed)."""

    start: int
    end: int
    y: float


class Axis:
    """Time → y, before anything is pushed: monotonic and piecewise linear, with one slope but for the cuts."""

    def __init__(self, times: Sequence[int], busy: Sequence[tuple[int, int]], scale: float) -> None:
        """`times` are the moments at which something is placed, `busy` the stretches that must not be cut."""
        self.scale = scale
        self.cuts: list[Cut] = []
        self._times = sorted(set(times))
        self._ys: list[float] = []
        self._known: dict[int, float] = {}
        y = 0.0
        before: int | None = None
        stretches = _merged(busy)
        place = 0
        for time in self._times:
            if before is not None:
                height = (time - before) * scale
                while place < len(stretches) and stretches[place][1] <= before:
                    place += 1
                idle = place == len(stretches) or stretches[place][0] >= time
                if idle and height > CUT_ABOVE:
                    self.cuts.append(Cut(before, time, y + CUT_HEIGHT / 2))
                    height = CUT_HEIGHT
                y += height
            self._ys.append(y)
            self._known[time] = y
            before = time

    def __call__(self, time: int) -> float:
        known = self._known.get(time)
        if known is not None:
            return known
        place = bisect_right(self._times, time) - 1
        if place < 0:
            return (time - self._times[0]) * self.scale if self._times else 0.0
        if place == len(self._times) - 1:
            return self._ys[place] + (time - self._times[place]) * self.scale
        share = (time - self._times[place]) / (self._times[place + 1] - self._times[place])
        return self._ys[place] + share * (self._ys[place + 1] - self._ys[place])

    def cut_between(self, start: int, end: int) -> bool:
        """Whether idle time was cut somewhere between two moments."""
        return any(start <= cut.start and cut.end <= end for cut in self.cuts)


def _merged(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


class Constraints:
    """Things with a moment each, some of them bound together in bodies, and how far apart they must stay."""

    def __init__(self) -> None:
        self.times: list[int] = []
        self.bodies: list[int] = []
        self.shifts: list[float] = []  # points below the moment itself: a cut's mark stands half a cut below its start
        self._count = 0
        self._apart: list[tuple[int, int, float, float]] = []  # and how little is enough, if need be
        self.knot: list[tuple[int, int]] = []

    def body(self) -> int:
        """A new body."""
        self._count += 1
        return self._count - 1

    def node(self, time: int, body: int | None = None, *, shift: float = 0.0) -> int:
        """A thing at a moment; without a body it is one of its own."""
        self.times.append(time)
        self.bodies.append(self.body() if body is None else body)
        self.shifts.append(shift)
        return len(self.times) - 1

    def apart(self, upper: int, lower: int, gap: float, least: float | None = None) -> None:
        """Node `lower` must stand `gap` points below node `upper`; if that cannot be, `least` points."""
        if self.bodies[upper] != self.bodies[lower]:
            self._apart.append((upper, lower, gap, gap if least is None else least))

    def solve(
        self, axis: Axis, *, extra: Sequence[tuple[int, int, float]] = (), rounds: int = 60
    ) -> list[float] | None:
        """The y of every node, as little pushed as can be; None when nothing satisfies all at this scale.

        `extra` are more (upper, lower, gap), such as the order of all nodes in time. After None, `knot` has the
        constraints that cannot hold together.
        """
        bases = [axis(time) + shift for time, shift in zip(self.times, self.shifts, strict=True)]
        bodies = self.bodies
        edges = [
            (bodies[upper], bodies[lower], gap - (bases[lower] - bases[upper]), upper, lower)
            for upper, lower, gap in (*(edge[:3] for edge in self._apart), *extra)
            if bodies[upper] != bodies[lower]
        ]
        edges = [edge for edge in edges if edge[2] > -_FARTHEST_PUSH]
        edges.sort(key=lambda edge: (bases[edge[3]], edge[3]))  # a push that goes on downwards is done in one turn
        pushed = [0.0] * self._count
        pushers: dict[int, tuple[int, int, int]] = {}  # of each body: who pushed it last, and by which constraint
        for turn in range(1, rounds + 1):
            moved = -1
            for upper_body, lower_body, gap, upper, lower in edges:
                least = pushed[upper_body] + gap
                if least > pushed[lower_body] + 1e-6:
                    pushed[lower_body] = least
                    pushers[lower_body] = (upper_body, upper, lower)
                    moved = lower_body
            if moved < 0:
                return [base + pushed[body] for base, body in zip(bases, bodies, strict=True)]
            if turn % 5 == 0 or turn == rounds:
                self.knot = _circle(pushers, moved)
                if self.knot:
                    return None
        return None

    def loosen(self, *, everywhere: bool = False) -> None:
        """Unties the knot that the last attempt was caught in.

        First its gaps are narrowed (or those `everywhere`), to the least that is enough; then the bodies in it fall
        apart, and an arrow among them no longer slants by its delay.
        """
        tied = set(self.knot)
        wide = [edge for edge in self._apart if edge[2] > edge[3] and (everywhere or not tied or edge[:2] in tied)]
        if wide:
            narrowed = {edge: (*edge[:2], max(edge[2] / 2 - 1, edge[3]), edge[3]) for edge in wide}
            self._apart = [narrowed.get(edge, edge) for edge in self._apart]
            return
        for _, lower in self.knot:
            for node, body in enumerate(self.bodies):
                if body == self.bodies[lower] and node != lower:
                    self.bodies[node] = self.body()
                    ends = sorted((lower, node), key=lambda end: self.times[end])
                    self._apart.append((*ends, 0.0, 0.0))  # type: ignore[arg-type]


def _circle(pushers: dict[int, tuple[int, int, int]], start: int) -> list[tuple[int, int]]:
    """The constraints, as pairs of nodes, along which a body pushes itself, if any does."""
    seen: dict[int, int] = {}
    path: list[tuple[int, int]] = []
    body = start
    while body in pushers and body not in seen:
        seen[body] = len(path)
        body, upper, lower = pushers[body]
        path.append((upper, lower))
    return path[seen[body] :] if body in seen else []
