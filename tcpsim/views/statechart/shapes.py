"""Placed things of a statechart, as plain geometry: boxes, arcs, labels, numbers. Must not be known here: TCP, ink."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tcpsim.tcp.states import Transition
from tcpsim.views.shapes import Box, Point, Text


@dataclass(frozen=True, slots=True)
class Badge:
    """The number of a step (or of several) on an arc. `side` is 0 for the first of two ways, 1 for the second."""

    side: int
    box: Box
    text: Text


@dataclass(frozen=True, slots=True)
class StateBox:
    """A state. `small`: it only says where an arc leads that the figure has no way for. `visited` by a way shown."""

    gid: str
    state: str
    box: Box
    title: str
    name: Text
    visited: bool
    small: bool = False


@dataclass(frozen=True, slots=True)
class Arc:
    """A way from one box to another through some corners, with what is written at it.

    `row` is the row of the table whose event and action are written there; None for what no row is (a crash). `sides`
    are the ways that took it: none, {0}, {1} or both. `rule` is the line between event and action, where there is one.
    """

    gid: str
    row: Transition | None
    points: tuple[Point, ...]
    dashed: bool
    sides: frozenset[int]
    title: str
    label: tuple[Text, ...]
    rule: tuple[Point, Point] | None
    badges: tuple[Badge, ...]


@dataclass(slots=True)
class Chart:
    """A whole statechart, placed. `legend` says which way is whose; `texts` are title and notes."""

    width: float
    height: float
    boxes: list[StateBox] = field(default_factory=list)
    arcs: list[Arc] = field(default_factory=list)
    legend: list[Badge] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def all_texts(self) -> Iterator[Text]:
        """Every text on the canvas."""
        yield from self.texts
        for box in self.boxes:
            yield box.name
        for arc in self.arcs:
            yield from arc.label
            yield from (badge.text for badge in arc.badges)
        yield from (badge.text for badge in self.legend)
