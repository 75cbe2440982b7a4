"""RFC 9293 figure 5, laid out by hand: where each state's box stands, and which way each arc goes.

Lives here: places, in points from the top left corner, and which row of the table each arc of the figure is. Must not
be known here: labels (the rows have them), paths, ink. As in the figure, CLOSED stands at the top, where everything
begins, and at the bottom, where it ends.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from tcpsim.tcp.states import (
    CLOSE_WAIT,
    CLOSED,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    LISTEN,
    SYN_RECEIVED,
    SYN_SENT,
    TIME_WAIT,
    State,
)
from tcpsim.views.shapes import Box, Point

WIDTH: Final = 864.0
HEIGHT: Final = 694.0  # without what is written below

_LEFT, _CENTRE, _RIGHT = 174.0, 440.0, 706.0
_OPEN, _WAIT, _SYN, _ESTABLISHED, _FIN, _LATE, _LAST = 88.0, 176.0, 280.0, 374.0, 466.0, 562.0, 656.0
_BOX, _LOW, _TALL, _TALLER, _LASTING = 124.0, 34.0, 66.0, 84.0, 56.0
_ASIDE = 24.0  # from the middle of a box to an arc at its top or bottom


class Boxed(NamedTuple):
    """A state's box. `last`: the second CLOSED, where connections end."""

    state: State
    box: Box
    last: bool = False


BOXES: Final = (
    Boxed(CLOSED, Box(_CENTRE, _OPEN, _BOX, _LOW)),
    Boxed(LISTEN, Box(_CENTRE, _WAIT, _BOX, _LOW)),
    Boxed(SYN_RECEIVED, Box(_LEFT, _SYN, _BOX, _TALLER)),
    Boxed(SYN_SENT, Box(_RIGHT, _SYN, _BOX, _TALLER)),
    Boxed(ESTABLISHED, Box(_CENTRE, _ESTABLISHED, _BOX, _LOW)),
    Boxed(FIN_WAIT_1, Box(_LEFT, _FIN, _BOX, _TALL)),
    Boxed(CLOSE_WAIT, Box(_RIGHT, _FIN, _BOX, _TALL)),
    Boxed(FIN_WAIT_2, Box(_LEFT, _LATE, _BOX, _LOW)),
    Boxed(CLOSING, Box(_CENTRE, _LATE, _BOX, _LOW)),
    Boxed(LAST_ACK, Box(_RIGHT, _LATE, _BOX, _LOW)),
    Boxed(TIME_WAIT, Box(_CENTRE, _LAST, _BOX, _LASTING)),
    Boxed(CLOSED, Box(_RIGHT, _LAST, _BOX, _LOW), last=True),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an arc's label stands.

    "across": at a horizontal stretch, the event above the line and the action below it, both centred on `at`. "left"
    and "right": on that side of a vertical stretch, which `at` lies on; event over action with a rule between.
    """

    at: Point
    side: Literal["across", "left", "right"]


@dataclass(frozen=True, slots=True)
class Route:
    """An arc of the figure: the row it stands for, by its ends and trigger; its corners; where its words are.

    `numbers` is where the first number of a path stands on it; those that follow go on towards `onwards`. `dashed` is
    the arc of which figure 5 says in note 2 that it leaves it out. `spare`: drawn only where it was taken.
    """

    source: State
    destination: State
    trigger: str
    corners: tuple[Point, ...]
    label: Place
    numbers: Point
    onwards: Literal["left", "right", "up", "down"]
    dashed: bool = False
    spare: bool = False


def _route(
    source: State,
    destination: State,
    trigger: str,
    corners: tuple[tuple[float, float], ...],
    label: tuple[float, float, Literal["across", "left", "right"]],
    numbers: float = 12.0,
    *,
    dashed: bool = False,
    spare: bool = False,
) -> Route:
    """A route whose path numbers begin so many points behind its tail."""
    (x, y), (towards_x, towards_y) = corners[:2]
    if y == towards_y:
        step = 1 if towards_x > x else -1
        first, onwards = Point(x + step * numbers, y), "right" if step > 0 else "left"
    else:
        step = 1 if towards_y > y else -1
        first, onwards = Point(x, y + step * numbers), "down" if step > 0 else "up"
    points = tuple(Point(*corner) for corner in corners)
    place = Place(Point(*label[:2]), label[2])
    return Route(source, destination, trigger, points, place, first, onwards, dashed, spare)  # type: ignore[arg-type]


_WEST, _EAST = _CENTRE - _BOX / 2, _CENTRE + _BOX / 2  # the sides of the boxes in the middle
_INNER_LEFT, _INNER_RIGHT = _LEFT + _BOX / 2, _RIGHT - _BOX / 2  # and of those beside it
_BEHIND_LEFT = _LEFT - _BOX / 2

ROUTES: Final = (
    # ---- opening
    _route(CLOSED, LISTEN, "app_open_passive", ((_CENTRE - _ASIDE, 105), (_CENTRE - _ASIDE, 159)),
           (_CENTRE - _ASIDE, 131, "left")),
    _route(LISTEN, CLOSED, "app_close", ((_CENTRE + _ASIDE, 159), (_CENTRE + _ASIDE, 105)),
           (_CENTRE + _ASIDE, 133, "right")),
    _route(CLOSED, SYN_SENT, "app_open_active", ((_EAST, 80), (_RIGHT + 26, 80), (_RIGHT + 26, 238)),
           (_RIGHT + 26, 150, "right")),
    _route(SYN_SENT, CLOSED, "app_close", ((_RIGHT - 26, 238), (_RIGHT - 26, 96), (_EAST, 96)),
           (_RIGHT - 26, 132, "left")),
    _route(SYN_RECEIVED, LISTEN, "rcv_rst", ((_LEFT, 238), (_LEFT, _WAIT), (_WEST, _WAIT)), (280, _WAIT, "across")),
    _route(LISTEN, SYN_RECEIVED, "rcv_syn", ((_CENTRE - _ASIDE, 193), (_CENTRE - _ASIDE, 254), (_INNER_LEFT, 254)),
           (315, 254, "across")),
    _route(LISTEN, SYN_SENT, "app_send", ((_CENTRE + _ASIDE, 193), (_CENTRE + _ASIDE, 254), (_INNER_RIGHT, 254)),
           (565, 254, "across")),
    _route(SYN_SENT, SYN_RECEIVED, "rcv_syn", ((_INNER_RIGHT, _SYN), (_INNER_LEFT, _SYN)), (_CENTRE, _SYN, "across")),
    _route(SYN_RECEIVED, ESTABLISHED, "rcv_ack_of_syn",
           ((_INNER_LEFT, 306), (_CENTRE - _ASIDE, 306), (_CENTRE - _ASIDE, 357)), (334, 306, "across")),
    _route(SYN_SENT, ESTABLISHED, "rcv_syn_ack",
           ((_INNER_RIGHT, 306), (_CENTRE + _ASIDE, 306), (_CENTRE + _ASIDE, 357)), (546, 306, "across")),
    # ---- closing
    _route(SYN_RECEIVED, FIN_WAIT_1, "app_close", ((_LEFT, 322), (_LEFT, 433)), (_LEFT, 381, "right"), 14),
    _route(ESTABLISHED, FIN_WAIT_1, "app_close",
           ((_CENTRE - _ASIDE, 391), (_CENTRE - _ASIDE, 446), (_INNER_LEFT, 446)), (325, 446, "across")),
    _route(ESTABLISHED, CLOSE_WAIT, "rcv_fin",
           ((_CENTRE + _ASIDE, 391), (_CENTRE + _ASIDE, 446), (_INNER_RIGHT, 446)), (555, 446, "across")),
    _route(FIN_WAIT_1, FIN_WAIT_2, "rcv_ack_of_fin", ((_LEFT, 499), (_LEFT, 545)), (_LEFT, 520, "right"), 10),
    _route(FIN_WAIT_1, CLOSING, "rcv_fin", ((_INNER_LEFT, 486), (_CENTRE, 486), (_CENTRE, 545)), (325, 486, "across")),
    _route(FIN_WAIT_1, TIME_WAIT, "rcv_fin",
           ((_BEHIND_LEFT, 489), (_BEHIND_LEFT - 13, 489), (_BEHIND_LEFT - 13, 674), (_WEST, 674)),
           (245, 674, "across"), dashed=True),
    _route(CLOSE_WAIT, LAST_ACK, "app_close", ((_RIGHT, 499), (_RIGHT, 545)), (_RIGHT, 520, "right"), 10),
    _route(FIN_WAIT_2, TIME_WAIT, "rcv_fin", ((_LEFT, 579), (_LEFT, 638), (_WEST, 638)), (295, 638, "across")),
    _route(CLOSING, TIME_WAIT, "rcv_ack_of_fin", ((_CENTRE, 579), (_CENTRE, 628)), (_CENTRE, 602, "left"), 10),
    _route(LAST_ACK, CLOSED, "rcv_ack_of_fin", ((_RIGHT, 579), (_RIGHT, 639)), (_RIGHT, 607, "right")),
    _route(TIME_WAIT, CLOSED, "timeout_time_wait", ((_EAST, _LAST), (_INNER_RIGHT, _LAST)), (590, _LAST, "across")),
    # ---- left out of the figure, and worth a way of its own: a handshake that comes to nothing
    _route(SYN_RECEIVED, CLOSED, "rcv_rst", ((_LEFT - 34, 238), (_LEFT - 34, _OPEN), (_WEST, _OPEN)),
           (250, _OPEN, "across"), spare=True),
)  # fmt: skip


class Slot(NamedTuple):
    """Where a row that the figure does not have may be drawn: a short arrow to a small box with the other state's name.

    The arrow runs from `start` to `end`, where the small box begins.
    """

    start: Point
    end: Point


def _slot(x: float, y: float, towards: Literal["left", "right", "down"]) -> Slot:
    dx, dy = {"left": (-22.0, 0.0), "right": (22.0, 0.0), "down": (0.0, 20.0)}[towards]
    return Slot(Point(x, y), Point(x + dx, y + dy))


SLOTS: Final[dict[State, tuple[Slot, ...]]] = {
    LISTEN: (_slot(_EAST, _WAIT, "right"),),
    SYN_RECEIVED: (_slot(_BEHIND_LEFT, 310, "left"), _slot(_BEHIND_LEFT, 244, "left")),
    ESTABLISHED: (_slot(_EAST, _ESTABLISHED, "right"), _slot(_WEST, _ESTABLISHED, "left")),
    FIN_WAIT_1: (_slot(_BEHIND_LEFT, 446, "left"),),
    CLOSE_WAIT: (_slot(_RIGHT + _BOX / 2, 466, "right"), _slot(_INNER_RIGHT, 486, "left")),
    FIN_WAIT_2: (_slot(_INNER_LEFT, _LATE, "right"),),
    CLOSING: (_slot(_EAST, _LATE, "right"),),
    TIME_WAIT: (_slot(_CENTRE, 684, "down"),),
}
