"""Where everything of a statechart stands: the boxes and arcs of `places`, the words of the table, the numbers of ways.

Lives here: labels, numbers, what happens to a step that figure 5 has no arc for. Must not be known here: ink.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from textwrap import wrap
from typing import TypeAlias

from tcpsim.tcp.states import TRANSITIONS, State, Transition
from tcpsim.views.languages import Language
from tcpsim.views.languages.statechart import ChartWords
from tcpsim.views.metrics import fitted, text_width
from tcpsim.views.shapes import Box, Point, Text
from tcpsim.views.statechart.paths import Step, Way
from tcpsim.views.statechart.places import BOXES, HEIGHT, ROUTES, SLOTS, WIDTH, Place, Route, Slot
from tcpsim.views.statechart.shapes import Arc, Badge, Chart, StateBox
from tcpsim.views.wording import moment

_NAME, _SMALL_NAME, _LABEL, _NUMBER, _NOTE = 11.5, 8.5, 10.0, 8.0, 9.0
_BADGE = 14.5  # the height of a badge
_WIDEST_BADGE = 30.0
_LINE = 12.5  # from one line of a label to the next
_CLEAR = 9.0  # from an arc to the middle of the text above or below it
_BESIDE = 11.0  # and to where the text beside it begins
_RULE = 1.2  # half of what a rule takes between two lines
_SMALL = 18.0  # the height of a small box
_WRAPPED = 15  # characters in a line under a small box
_TIME_WAIT_LEADS_ON = 62.0  # the height that a small box below TIME-WAIT needs
_MARGIN = 24.0
_MOST_FURTHER = 6  # lines of what has no place in the figure
_APART = 28.0  # between two charts side by side


def row_of(route: Route) -> Transition:
    """The row of the table that an arc of the figure stands for: where guards tell several apart, the first."""
    ends = route.source, route.destination, route.trigger
    return next(row for row in TRANSITIONS if (row.source, row.destination, row.trigger) == ends)


def chart(ways: Sequence[Way], words: ChartWords, tongue: Language, *, title: str = "", apart: bool = False) -> Chart:
    """The statechart with at most two ways shown in it, or, `apart`, as many charts as ways, side by side."""
    if not apart or len(ways) < 2:
        return _Chart(list(enumerate(ways)), words, tongue, title).placed()
    charts = [
        _Chart([(side, way)], words, tongue, "" if side else title).placed(notes=not side)
        for side, way in enumerate(ways)
    ]
    whole = Chart(0.0, max(each.height for each in charts))
    for number, each in enumerate(charts):
        _put_beside(whole, each, prefix=f"{ways[number].host}-")
    return whole


def _put_beside(whole: Chart, other: Chart, prefix: str) -> None:
    """Add a chart to the right of what there is."""
    by = whole.width + (_APART if whole.width else 0.0)

    def text(each: Text) -> Text:
        return replace(each, at=Point(each.at.x + by, each.at.y))

    def box(each: Box) -> Box:
        return each._replace(x=each.x + by)

    def points(each: Sequence[Point]) -> tuple[Point, ...]:
        return tuple(Point(point.x + by, point.y) for point in each)

    def badge(each: Badge) -> Badge:
        return replace(each, box=box(each.box), text=text(each.text))

    for state in other.boxes:
        whole.boxes.append(replace(state, gid=prefix + state.gid, box=box(state.box), name=text(state.name)))
    for arc in other.arcs:
        rule = points(arc.rule) if arc.rule else None
        moved = replace(arc, gid=prefix + arc.gid, points=points(arc.points), label=tuple(map(text, arc.label)))
        whole.arcs.append(replace(moved, rule=rule, badges=tuple(map(badge, arc.badges))))  # type: ignore[arg-type]
    whole.legend += map(badge, other.legend)
    whole.texts += map(text, other.texts)
    whole.width = by + other.width


class _Chart:
    """One chart in the making. `ways` come with their sides: which of two colours and shapes is theirs."""

    def __init__(self, ways: list[tuple[int, Way]], words: ChartWords, tongue: Language, title: str) -> None:
        self.ways = [(side, _in_language(way, tongue)) for side, way in ways]
        self.words = words
        self.tongue = tongue
        self.title = title
        self.drawing = Chart(WIDTH, HEIGHT)
        self.visited = frozenset(state for _, way in ways for state in way.states)
        # What has no place on the arcs of the figure, by state; and what has no place at all.
        self.slots = {state: list(slots) for state, slots in SLOTS.items()}
        self.further: list[tuple[Way, Step]] = []

    def placed(self, *, notes: bool = True) -> Chart:
        self._boxes()
        taken: dict[tuple[State, State], list[tuple[int, Way, Step]]] = {}
        for side, way in self.ways:
            for step in way.steps:
                taken.setdefault((step.source, step.destination), []).append((side, way, step))
        for route in ROUTES:
            steps = taken.pop((route.source, route.destination), [])
            if steps or not route.spare:
                self._arc(route, steps)
        for steps in taken.values():
            self._small_arcs(steps)
        self._legend()
        self._notes(in_general=notes)
        return self.drawing

    # ---- states -----------------------------------------------------------------------------------------------------

    def _boxes(self) -> None:
        ends = {(step.source, step.destination) for _, way in self.ways for step in way.steps}
        starts = any(way.start is State.CLOSED for _, way in self.ways)
        for state, box, last in BOXES:
            visited = state in self.visited
            if state is State.CLOSED:
                # Which of the two: the arcs say it, and a small box of its own is neither.
                arcs = {
                    (route.source, route.destination) for route in ROUTES if state in (route.source, route.destination)
                }
                into_last = {(State.LAST_ACK, state), (State.TIME_WAIT, state)}
                visited = bool(ends & into_last) if last else starts or bool(ends & (arcs - into_last))
            gid = f"state-{_id(state)}" + ("-again" if last else "")
            self._box(gid, state, box, _NAME, visited=visited or not self.ways)

    def _box(self, gid: str, state: State, box: Box, size: float, *, visited: bool, small: bool = False) -> None:
        name = Text(str(state), Point(box.x, box.y), "state", size, bold=visited)
        self.drawing.boxes.append(StateBox(gid, state, box, str(state), name, visited, small))

    # ---- arcs -------------------------------------------------------------------------------------------------------

    def _arc(self, route: Route, steps: list[tuple[int, Way, Step]]) -> None:
        """An arc of the figure. It is labelled with the row that was taken, if that is another one."""
        row: Transition | None = row_of(route)
        event, action = row_of(route).event, row_of(route).action
        if steps and all(step.row is not row for _, _, step in steps):
            first = steps[0][2]
            row, event, action = first.row, first.event, first.action
        self.further += [(way, step) for _, way, step in steps if (step.event, step.action) != (event, action)]
        shown = [each for each in steps if (each[2].event, each[2].action) == (event, action)]
        label, rule = _placed_label(route.label, event, action, self.words.guard(row.guard) if row else "")
        lean = {"left": 1, "right": -1}.get(route.label.side, 0)
        badges = _badges(shown or steps, route.numbers, route.onwards, lean)
        sides = frozenset(side for side, _, _ in steps)
        self.drawing.arcs.append(
            Arc(
                f"arc-{_id(route.source)}-{_id(route.destination)}",
                row,
                route.corners,
                route.dashed,
                sides,
                self._arc_title(route.source, route.destination, row, event, action, steps),
                label,
                rule,
                badges,
            )
        )

    def _small_arcs(self, steps: list[tuple[int, Way, Step]]) -> None:
        """Arcs that figure 5 does not have: each row a short arrow to a small box, while there is room."""
        labelled: dict[tuple[str, str], list[tuple[int, Way, Step]]] = {}
        for each in steps:
            labelled.setdefault((each[2].event, each[2].action), []).append(each)
        for same in labelled.values():
            free = self.slots.get(same[0][2].source)
            if free:
                self._small_arc(free.pop(0), same)
            else:
                self.further += [(way, step) for _, way, step in same]

    def _small_arc(self, slot: Slot, steps: list[tuple[int, Way, Step]]) -> None:
        step = steps[0][2]
        wide = text_width(str(step.destination), _SMALL_NAME, bold=True) + 12
        dx = slot.end.x - slot.start.x
        if dx:
            centre = Point(slot.end.x + (wide / 2 if dx > 0 else -wide / 2), slot.end.y)
            numbers = Point(slot.end.x + (8.0 if dx > 0 else -8.0), centre.y - 18)
            below = centre
        else:
            centre = Point(slot.end.x, slot.end.y + _SMALL / 2)
            numbers = Point(centre.x + wide / 2 + 12, centre.y)
            below = centre
        gid = f"{_id(step.source)}-{_id(step.destination)}-{len(self.drawing.arcs)}"
        box = Box(centre.x, centre.y, wide, _SMALL)
        self._box(f"state-{gid}", step.destination, box, _SMALL_NAME, visited=True, small=True)
        lines = [*wrap(step.event, _WRAPPED), *wrap(step.action, _WRAPPED)]
        y = below.y + _SMALL / 2 + 8
        label = tuple(Text(line, Point(below.x, y + k * 11.0), "label", 9.0) for k, line in enumerate(lines))
        sides = frozenset(side for side, _, _ in steps)
        title = self._arc_title(step.source, step.destination, step.row, step.event, step.action, steps)
        onwards = "left" if dx < 0 else "right"
        badges = _badges(steps, numbers, onwards)
        self.drawing.arcs.append(
            Arc(f"arc-{gid}", step.row, (slot.start, slot.end), False, sides, title, label, None, badges)
        )
        if not dx:
            self.drawing.height = HEIGHT + _TIME_WAIT_LEADS_ON

    def _arc_title(
        self,
        source: State,
        destination: State,
        row: Transition | None,
        event: str,
        action: str,
        steps: list[tuple[int, Way, Step]],
    ) -> str:
        """What the tooltip says: ends, label, why and where the RFC says so; and when it was taken."""
        label = " / ".join(part for part in (event, action) if part)
        because = f"\n{self.tongue.row(row)} ({self.tongue.cite(row.section)})" if row else ""
        told = [
            self.words.step.format(host=way.host, number=step.number, time=moment(step.time)) for _, way, step in steps
        ]
        return "\n".join([f"{source} → {destination}: {label}{because}", *told])

    # ---- around it --------------------------------------------------------------------------------------------------

    def _legend(self) -> None:
        at = _MARGIN
        if self.title:
            title = fitted(self.title, 13.0, WIDTH - 2 * _MARGIN, bold=True)
            self.drawing.texts.append(Text(title, Point(_MARGIN, 22), "title", 13.0, bold=True, align="left"))
        for side, way in self.ways:
            sample = Badge(side, Box(at + 8, 43, _BADGE, _BADGE), Text("1", Point(at + 8, 43), "number", _NUMBER, True))
            self.drawing.legend.append(sample)
            host = fitted(way.host, 10.5, WIDTH / 2 - 80, bold=True)
            name = Text(host, Point(at + 21, 43), "legend", 10.5, bold=True, align="left")
            self.drawing.texts.append(name)
            at += 21 + name.box.width + 20

    def _notes(self, *, in_general: bool) -> None:
        words = self.words
        notes = [words.one_segment, words.taken_only if self.ways else words.left_out] if in_general else []
        if self.further:
            steps = (f"{way.host} {step.number}, {_in_words(step)}" for way, step in self.further)
            notes += wrap(words.further.format(steps="; ".join(steps)), 140)[:_MOST_FURTHER]
        y = self.drawing.height + 14
        for note in notes:
            self.drawing.texts.append(Text(note, Point(_MARGIN, y), "footer", _NOTE, align="left"))
            y += 13
        self.drawing.height = y + 6


def _in_language(way: Way, tongue: Language) -> Way:
    """A way whose steps without a row say in this language what happened."""
    steps = (each if each.row else replace(each, event=tongue.happening(each.event)) for each in way.steps)
    return replace(way, steps=tuple(steps))


def _in_words(step: Step) -> str:
    return f"{step.source} → {step.destination} ({' / '.join(filter(None, (step.event, step.action)))})"


_Label: TypeAlias = tuple[tuple[Text, ...], tuple[Point, Point] | None]  # and the rule between event and action


def _placed_label(place: Place, event: str, action: str, guard: str) -> _Label:
    """An arc's label: event above or over, action below or under; without an action the row's guard, in brackets."""
    x, y = place.at
    below = action or guard
    if place.side == "across":
        texts = [Text(event, Point(x, y - _CLEAR), "label", _LABEL)]
        if below:
            texts.append(Text(below, Point(x, y + _CLEAR), "label", _LABEL))
        return tuple(texts), None
    lines = [event, *(below.split(", ") if below else [])]
    texts = [Text(line, Point(0, 0), "label", _LABEL) for line in lines]
    wide = max(text.box.width for text in texts)
    sign = 1 if place.side == "right" else -1
    middle = x + sign * (_BESIDE + wide / 2)
    top = y - (len(lines) - 1) * _LINE / 2
    rule_at = top + _LINE / 2
    for k, text in enumerate(texts):
        gap = _RULE if k else -_RULE if below else 0.0  # room for the rule
        texts[k] = replace(text, at=Point(middle, top + k * _LINE + gap))
    rule = Point(middle - wide / 2, rule_at), Point(middle + wide / 2, rule_at)
    return tuple(texts), rule if below else None


def _badges(steps: list[tuple[int, Way, Step]], at: Point, onwards: str, lean: int = 0) -> tuple[Badge, ...]:
    """The numbers of the steps that went along an arc, a badge for each side.

    On a vertical stretch a wide one leans to the left or right (−1, 1), away from the words that stand there.
    """
    badges = []
    x, y = at
    for side, of_side in groupby(steps, key=lambda each: each[0]):
        words = _numbers([step.number for _, _, step in of_side])
        wide = max(text_width(words, _NUMBER, bold=True) + 6, _BADGE)
        middle = x + {"right": 1, "left": -1}.get(onwards, lean) * (wide - _BADGE) / 2
        box = Box(middle, y, wide, _BADGE)
        badges.append(Badge(side, box, Text(words, Point(middle, y), "number", _NUMBER, bold=True)))
        x += {"right": wide + 2, "left": -wide - 2}.get(onwards, 0.0)
        y += {"down": _BADGE + 1.5, "up": -_BADGE - 1.5}.get(onwards, 0.0)
    return tuple(badges)


def _numbers(numbers: list[int]) -> str:
    """`3`, `3,7`, or, where that would be too long, `3…`: the tooltip has them all."""
    words = ",".join(map(str, numbers))
    return (
        words if len(numbers) <= 2 and text_width(words, _NUMBER, bold=True) < _WIDEST_BADGE - 6 else f"{numbers[0]}…"
    )


def _id(state: State) -> str:
    return state.lower()
