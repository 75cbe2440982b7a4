"""The ink of the sequence diagram: colours and lines, as data.

Every distinction is made twice, by shape or word and by colour, so nothing is lost in greyscale or to a reader who
does not tell red from green (the hues are those of Okabe and Ito, darkened). What is written or drawn on white has a
contrast of at least 4.5:1. Lives here: looks. Must not be known here: places.
"""

from dataclasses import dataclass
from typing import Final

from tcpsim.tcp.states import State

PAPER: Final = "#ffffff"
TEXT: Final = "#1c2733"
QUIET: Final = "#5b6773"  # times, addresses, what stands aside
LIFELINE: Final = "#4a5561"
TIMER: Final = "#5b6773"
FIRED: Final = "#9a4a00"
CALL: Final = "#33424f"
ALARM: Final = "#a11d2d"
TORN: Final = "#76828e"

Dashes = tuple[int, tuple[float, ...]] | str


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn: colour, width in points, dashes."""

    colour: str
    width: float
    dashes: Dashes = "solid"


# By `Arrow.kind`.
SEGMENTS: Final[dict[str, Stroke]] = {
    "": Stroke("#14507f", 1.15),
    "retransmission": Stroke("#9a4a00", 1.7, (0, (6.0, 2.2))),
    "injected": Stroke("#7a2a7e", 1.3, (0, (7.0, 2.0, 1.2, 2.0))),
    "copy": Stroke("#00645a", 1.3, (0, (1.4, 1.6))),
}
LOST: Final = ALARM

# By state: the fill of its bar. Light, so that the name in it reads; the outline makes the contrast.
STATES: Final[dict[str, str]] = {
    State.CLOSED: "#f1f3f5",
    State.LISTEN: "#dfe5ea",
    State.SYN_SENT: "#fdeec0",
    State.SYN_RECEIVED: "#f7dc93",
    State.ESTABLISHED: "#c9e9d6",
    State.FIN_WAIT_1: "#cfe3f5",
    State.FIN_WAIT_2: "#b2d2ee",
    State.CLOSING: "#c7c9ec",
    State.TIME_WAIT: "#dccbe8",
    State.CLOSE_WAIT: "#fbd9c3",
    State.LAST_ACK: "#f4bd9d",
}
OUTLINE: Final = "#76828e"
ROLES: Final[dict[str, str]] = {
    "title": TEXT,
    "subtitle": QUIET,
    "footer": QUIET,
    "host": TEXT,
    "address": QUIET,
    "lane": QUIET,
    "time": QUIET,
    "state": TEXT,
    "call": CALL,
    "timer": TIMER,
    "break": QUIET,
    "fate": LOST,
}
