"""What no reader of a sequence diagram should have to forgive: the list, check by check, on a placed diagram.

Each check returns what is wrong, in words; an empty list is a good diagram. A list and its checks are the same for a
scenario of the catalogue, a story told by hand and a trace that was made up.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from math import atan2, degrees
from typing import Any

from tcpsim.trace import SegmentArrived, SegmentSent, Trace
from tcpsim.views.fonts import LATIN, chinese_font, needs_chinese
from tcpsim.views.ladder.neighbours import Neighbours
from tcpsim.views.ladder.shapes import Arrow, Layout
from tcpsim.views.shapes import Box, Point, Text

SMALLEST = 7.0  # points
ABOVE_ALL = {"title", "subtitle", "footer", "host", "address"}  # stand outside the lifelines' reach
_MARK = 5.0  # the side of a ✕, of a diamond, of a ring
_PARALLEL = 0.5  # degrees


def a1_no_text_lies_on_another(drawn: Layout) -> Iterator[str]:
    near, texts = Neighbours(), drawn.all_texts()
    for place, text in enumerate(texts):
        for other in near.hit([text.box]):
            yield f"{text.words!r} lies on {texts[other].words!r}"
        near.add_box(text.box, place)


def a1_no_text_crosses_a_lifeline_or_a_mark(drawn: Layout) -> Iterator[str]:
    marks = [arrow.end for arrow in drawn.arrows if arrow.word is not None]
    marks += [arrow.start for arrow in drawn.arrows if arrow.kind in {"injected", "copy"}]
    marks += [cross for mark in drawn.marks for cross in mark.crosses]
    near = Neighbours()
    for place, mark in enumerate(marks):
        near.add_box(Box(mark.x, mark.y, _MARK, _MARK), place)
    for text in drawn.all_texts():
        if text.role in ABOVE_ALL:
            continue
        if near.hit([text.box]):
            yield f"{text.words!r} lies on a mark"
        for line in drawn.lifelines:
            if text.box.crossed_by(Point(line.x, line.top), Point(line.x, line.bottom)):
                yield f"{text.words!r} crosses the lifeline of {line.host}"


def a1_no_text_lies_in_a_break_of_time(drawn: Layout) -> Iterator[str]:
    for cut in drawn.breaks:
        band = Box(drawn.width / 2, cut.y, drawn.width, cut.height)
        for text in drawn.all_texts():
            if text is not cut.text and text.box.overlaps(band):
                yield f"{text.words!r} lies in {cut.gid}"


def a2_no_text_leaves_the_canvas(drawn: Layout) -> Iterator[str]:
    for text in drawn.all_texts():
        if any(not (0 <= at.x <= drawn.width and 0 <= at.y <= drawn.height) for at in text.box.corners()):
            yield f"{text.words!r} leaves the canvas"


def a2_no_text_is_too_small(drawn: Layout) -> Iterator[str]:
    return (f"{text.words!r} is {text.size} pt" for text in drawn.all_texts() if text.size < SMALLEST)


def a3_everything_has_a_name_of_its_own(drawn: Layout) -> Iterator[str]:
    return (f"{gid} is there {times} times" for gid, times in Counter(drawn.gids()).items() if times > 1)


def a5_a_lost_arrow_stays_away_from_the_far_side(drawn: Layout) -> Iterator[str]:
    for arrow in drawn.arrows:
        if arrow.fate in {"lost", "corrupted", "under way"}:
            share = abs(arrow.end.x - arrow.origin.x) / abs(arrow.target.x - arrow.origin.x)
            if not 0.1 < share < 0.75:
                yield f"{arrow.gid} goes {share:.0%} of its way"
            if arrow.word is None or not arrow.word.words:
                yield f"{arrow.gid} has no word at its ✕"


def a6_what_is_odd_is_told_by_more_than_colour(drawn: Layout) -> Iterator[str]:
    """Kinds have their own dashes (`test_theme`); a fate has its own mark, and a state its name or a leader to it."""
    for bar in drawn.states:
        if bar.name is None or bar.name.words != bar.state:
            yield f"{bar.gid} does not say {bar.state}"
    for cut in drawn.breaks:
        if not cut.text.words:
            yield f"{cut.gid} does not say how long it is"


def a8_every_character_has_a_glyph(drawn: Layout) -> Iterator[str]:
    for text in drawn.all_texts():
        fonts = [LATIN, chinese_font()] if needs_chinese(text.words) else [LATIN]
        known = frozenset().union(*(_characters(font, bold=text.bold) for font in fonts if font))
        for character in text.words:
            if ord(character) not in known:
                yield f"{character!r} in {text.words!r} has no glyph"


@cache
def _characters(family: str, *, bold: bool) -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    found: Any = findfont(FontProperties(family=[family], weight="bold" if bold else "normal"))
    return frozenset(get_font(found).get_charmap())


CHECKS: list[Callable[[Layout], Iterator[str]]] = [
    a1_no_text_lies_on_another,
    a1_no_text_crosses_a_lifeline_or_a_mark,
    a1_no_text_lies_in_a_break_of_time,
    a2_no_text_leaves_the_canvas,
    a2_no_text_is_too_small,
    a3_everything_has_a_name_of_its_own,
    a5_a_lost_arrow_stays_away_from_the_far_side,
    a6_what_is_odd_is_told_by_more_than_colour,
    a8_every_character_has_a_glyph,
]


def a3_every_transmission_is_there(trace: Trace, drawn: Layout) -> Iterator[str]:
    """One arrow for each transmission, and for each copy that arrived."""
    expected = set()
    for event in trace.events:
        if type(event) is SegmentSent:
            expected.add(f"seg-{event.number}")
        elif type(event) is SegmentArrived and event.copy:
            expected.add(f"seg-{event.number}-copy-{event.copy}")
    there = {arrow.gid for arrow in drawn.arrows}
    for gid in sorted(expected ^ there):
        yield f"{gid} is {'missing' if gid in expected else 'of nothing that happened'}"


def a4_equal_delays_are_parallel(trace: Trace, drawn: Layout) -> Iterator[str]:
    """And slope is proportional to delay, but under a break of time, or where nothing else was possible."""
    slopes: defaultdict[tuple[int, int], set[float]] = defaultdict(set)
    scales: set[float] = set()
    for arrow in drawn.arrows:
        delay = _delay(trace, arrow)
        if delay is not None and not arrow.broken:
            slopes[round(abs(arrow.target.x - arrow.origin.x)), delay].add(_slope(arrow))
            if delay:
                scales.add(round((arrow.target.y - arrow.origin.y) / delay, 7))
    for (_, delay), angles in slopes.items():
        if max(angles) - min(angles) > _PARALLEL:
            yield f"arrows of {delay} µs differ by {max(angles) - min(angles):.2f}°"
    if len(scales) > 1:
        yield f"there are {len(scales)} scales"


def _delay(trace: Trace, arrow: Arrow) -> int | None:
    if arrow.fate not in {"arrived", "dropped"}:
        return None
    flight = trace.flights[arrow.number - 1]
    copy = int(arrow.gid.rpartition("-")[2]) if arrow.kind == "copy" else 0
    return flight.arrivals[copy].time - flight.sent_at


def _slope(arrow: Arrow) -> float:
    return degrees(atan2(arrow.target.y - arrow.origin.y, abs(arrow.target.x - arrow.origin.x)))


def time_runs_down(drawn: Layout) -> Iterator[str]:
    columns: defaultdict[float, list[Text]] = defaultdict(list)
    for text in drawn.times:
        columns[text.at.x].append(text)
    for texts in columns.values():
        told = [float(text.words) for text in sorted(texts, key=lambda text: text.at.y)]
        if told != sorted(told):
            yield f"times stand in the order {told}"


def wrong(trace: Trace, drawn: Layout) -> list[str]:
    """Everything that is wrong with a diagram of a trace."""
    found = [f"{check.__name__}: {said}" for check in CHECKS for said in check(drawn)]
    found += [f"time_runs_down: {said}" for said in time_runs_down(drawn)]
    for check in (a3_every_transmission_is_there, a4_equal_delays_are_parallel):
        found += [f"{check.__name__}: {said}" for said in check(trace, drawn)]
    return found
