"""A very tall diagram on pages: where it is cut, and what of it each page has.

A page ends where little goes on: in the middle of a break of time if there is one, never through a text where that can
be. An arrow that goes on is on both pages. Each page has the hosts' names at its top, and its number at its foot. Lives
here: the cutting. Must not be known here: ink, files.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol, TypeVar

from tcpsim.views.ladder.beside import longest_stretch
from tcpsim.views.ladder.shapes import Break, Layout, Lifeline, StateBar
from tcpsim.views.shapes import Point, Text

TALLEST = 1_700.0  # points of height that one page may have
_SHAPE = 1.414  # of a page: height to width, as of A4
_EARLIEST = 0.65  # of a page: where its end may be
_STEP = 2.0
_FOOT = 34.0
_HEADING = {"host", "address", "lane"}
_TEXT, _BREAK = 10.0, 3.0


class _Tall(Protocol):
    top: float
    bottom: float


_T = TypeVar("_T", bound=_Tall)


def pages(drawing: Layout) -> list[Layout]:
    """The diagram on as many pages as it needs: one, unless it is taller than TALLEST points."""
    if drawing.height <= TALLEST or not drawing.lifelines:
        return [drawing]
    headed = drawing.lifelines[0].top
    room = _SHAPE * drawing.width - _FOOT - headed
    end = max(line.bottom for line in drawing.lifelines)
    edges = [headed]
    while end - edges[-1] > room:
        edges.append(_best_cut(drawing, edges[-1] + _EARLIEST * room, edges[-1] + room))
    edges.append(end)
    return [_page(drawing, number, edges) for number in range(1, len(edges))]


def _best_cut(drawing: Layout, first: float, last: float) -> float:
    """The height between two at which a page had best end."""
    texts = [_reach(text) for text in drawing.all_texts()]
    ways = [sorted((arrow.start.y, arrow.end.y)) for arrow in drawing.arrows]
    texts = [reach for reach in texts if reach[1] >= first and reach[0] <= last]
    ways = [way for way in ways if way[1] >= first and way[0] <= last]

    def cost(y: float) -> float:
        crossed = sum(1 for top, bottom in ways if top < y < bottom)
        through = sum(1 for top, bottom in texts if top < y < bottom)
        return crossed + _TEXT * through + 2 * (last - y) / (last - first)

    steps = [last - _STEP * step for step in range(int((last - first) / _STEP))]
    breaks = [cut.y - cut.height / 2 - 2 for cut in drawing.breaks if first <= cut.y - cut.height / 2 - 2 <= last]
    return min([*steps, *breaks], key=lambda y: cost(y) - (_BREAK if y in breaks else 0.0))


def _reach(text: Text) -> tuple[float, float]:
    ys = [corner.y for corner in text.box.corners()]
    return min(ys), max(ys)


def _page(drawing: Layout, number: int, edges: list[float]) -> Layout:
    """One page: what lies between two edges, below the headings of the whole."""
    headed, upper, lower = edges[0], edges[number - 1], edges[number]
    page = Layout(drawing.width, headed + (lower - upper) + _FOOT, top=upper - headed, window=(upper, lower))
    page.lifelines = [_clipped_line(line, upper, lower) for line in drawing.lifelines]
    page.breaks = [cut for cut in drawing.breaks if upper <= cut.y <= lower]
    page.states = [_clipped_bar(bar, upper, lower, page.breaks) for bar in _within(drawing.states, upper, lower)]
    page.timers = [
        replace(
            timer, top=max(timer.top, upper), bottom=min(timer.bottom, lower), label=_if_on(timer.label, upper, lower)
        )
        for timer in _within(drawing.timers, upper, lower)
    ]
    page.arrows = [
        arrow
        for arrow in drawing.arrows
        if max(arrow.start.y, arrow.end.y) >= upper and min(arrow.start.y, arrow.end.y) <= lower
    ]
    page.marks = [mark for mark in drawing.marks if upper <= mark.text.at.y <= lower]
    page.blocked = [
        replace(
            call,
            top=Point(call.top.x, max(call.top.y, upper)),
            bottom=Point(call.bottom.x, min(call.bottom.y, lower)),
            open=call.open or call.bottom.y > lower,
        )
        for call in drawing.blocked
        if call.bottom.y >= upper and call.top.y <= lower
    ]
    page.times = [text for text in drawing.times if upper <= text.at.y <= lower]
    page.texts = [_moved(text, upper - headed) for text in drawing.texts if number == 1 or text.role in _HEADING]
    page.texts = [text for text in page.texts if text.role != "footer"]
    page.texts += _foot(drawing, page, number, len(edges) - 1)
    return page


def _within(shapes: Iterable[_T], upper: float, lower: float) -> list[_T]:
    return [shape for shape in shapes if shape.bottom >= upper and shape.top <= lower]


def _if_on(text: Text | None, upper: float, lower: float) -> Text | None:
    if text is None:
        return None
    top, bottom = _reach(text)
    return text if upper <= top and bottom <= lower else None


def _clipped_bar(bar: StateBar, upper: float, lower: float, breaks: list[Break]) -> StateBar:
    """What a page has of a stay in a state; its name is there too, where it would not be otherwise and has room."""
    top, bottom = max(bar.top, upper), min(bar.bottom, lower)
    name = _if_on(bar.name, upper, lower)
    if name is None and bar.name is not None and bar.leader is None:
        first, last = longest_stretch(top, bottom, breaks)
        if last - first > 2 * bar.name.size:
            name = replace(bar.name, at=Point(bar.name.at.x, (first + last) / 2))
    leader = bar.leader if name is not None else None
    return replace(bar, top=top, bottom=bottom, name=name, leader=leader)


def _clipped_line(line: Lifeline, upper: float, lower: float) -> Lifeline:
    down = [(max(since, upper), min(until, lower)) for since, until in line.down if until >= upper and since <= lower]
    return replace(line, top=max(line.top, upper), bottom=min(line.bottom, lower), down=down)


def _moved(text: Text, down: float) -> Text:
    return replace(text, at=Point(text.at.x, text.at.y + down))


def _foot(drawing: Layout, page: Layout, number: int, count: int) -> list[Text]:
    """The footer, and which page it is."""
    size = 7.0
    y = page.top + page.height - 16.0
    known = [replace(text, at=Point(text.at.x, y)) for text in drawing.texts if text.role == "footer"]
    place = Point(drawing.width - 16.0, y)
    return [*known, Text(f"{number} / {count}", place, "footer", size, align="right")]
