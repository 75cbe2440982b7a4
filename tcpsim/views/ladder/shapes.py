"""Placed things: what a sequence diagram consists of, as plain geometry.

The unit is the point (1/72 inch), x to the right, y downwards, from the top left corner of the canvas. Lives here:
the shapes and their boxes. Must not be known here: time, TCP, ink.
"""

from dataclasses import dataclass, field
from math import atan2, degrees

from tcpsim.views.shapes import Point, Text


@dataclass(slots=True)
class Arrow:
    """A segment under way: what is drawn of it runs from `start` to `end`.

    `origin` and `target` are where the whole way begins and ends, on the lifelines: a lost segment's `end` lies half
    way, an injected one's and a duplicate's `start` does not touch its sender's line. `kind` is "", "retransmission",
    "injected" or "copy"; `fate` is "arrived", "dropped" (by TCP), "lost", "corrupted" or "under way".
    """

    gid: str
    number: int
    kind: str
    fate: str
    origin: Point
    target: Point
    start: Point
    end: Point
    broken: bool  # its slope says nothing: idle time was cut above it, or there was no other way
    title: str
    label: Text | None = None
    note: Text | None = None
    word: Text | None = None  # lost, corrupted, …: beside the ✕
    crossed: bool = False  # another arrow runs through its texts
    crowd: int = 1  # how many alike it stands for

    @property
    def angle(self) -> float:
        """The angle of text along it, in degrees: it always reads from left to right."""
        dx, dy = self.target.x - self.origin.x, self.target.y - self.origin.y
        return degrees(atan2(-dy, dx)) if dx > 0 else degrees(atan2(dy, -dx))

    def texts(self) -> list[Text]:
        return [text for text in (self.label, self.note, self.word) if text is not None]


@dataclass(slots=True)
class StateBar:
    """A stay in one state: a bar in a lane, its name in it, or, where it is too short, at the end of a leader line."""

    gid: str
    host: str
    state: str
    left: float
    right: float
    top: float
    bottom: float
    title: str
    name: Text | None = None
    leader: tuple[Point, Point] | None = None
    began: int = -1  # the index of the event that it begins with


@dataclass(slots=True)
class Bracket:
    """A timer's run, as a bracket that opens towards the lifeline. `outcome` as in `spans.TimerSpan`."""

    gid: str
    x: float
    top: float
    bottom: float
    depth: float  # length of the bracket's arms, negative to the left
    outcome: str
    title: str
    label: Text | None = None
    began: int = -1  # the index of the event that it begins with
    ended: int = -1  # and of the one that it ends with


@dataclass(slots=True)
class Mark:
    """A user's call, its return, a signal, or something that happened to a host: words with a tick at the lane."""

    gid: str
    kind: str  # "call", "return", "signal", "host"
    tick: tuple[Point, Point]
    text: Text
    title: str
    crosses: tuple[Point, ...] = ()  # where a lifeline ends
    index: int = -1  # of its event
    alarm: bool = False  # it tells of an error, or of a host's mishap
    second: Text | None = None  # the second line of the words, if they are long


@dataclass(slots=True)
class Blocked:
    """A call that has not returned yet: a thin line beside the lane. `open`: it never returned."""

    gid: str
    top: Point
    bottom: Point
    open: bool
    title: str


@dataclass(slots=True)
class Lifeline:
    """A host's line, from top to bottom. `down` are the stretches in which the host was down or unplugged."""

    host: str
    x: float
    top: float
    bottom: float
    down: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class Break:
    """A cut in the time axis across the whole diagram, and the words that say how much was left out."""

    gid: str
    y: float
    height: float
    text: Text
    title: str


@dataclass(slots=True)
class Layout:
    """A whole sequence diagram, placed. `texts` are those that belong to no other shape.

    `heights` says, of every event that has a place, by its index, how far down it stands. A page of several begins at
    `top` of the whole, and shows what lies in its `window`; what reaches out of it is covered.
    """

    width: float
    height: float
    lifelines: list[Lifeline] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    states: list[StateBar] = field(default_factory=list)
    timers: list[Bracket] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)
    times: list[Text] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    top: float = 0.0
    window: tuple[float, float] | None = None

    def all_texts(self) -> list[Text]:
        """Every text on the canvas."""
        texts = [*self.texts, *self.times]
        for arrow in self.arrows:
            texts += arrow.texts()
        texts += [bar.name for bar in self.states if bar.name is not None]
        texts += [bracket.label for bracket in self.timers if bracket.label is not None]
        texts += [text for mark in self.marks for text in (mark.text, mark.second) if text is not None]
        texts += [cut.text for cut in self.breaks]
        return texts

    def gids(self) -> list[str]:
        """The identifier of everything that stands for an event."""
        groups = (self.arrows, self.states, self.timers, self.marks, self.blocked, self.breaks)
        return [shape.gid for group in groups for shape in group]
