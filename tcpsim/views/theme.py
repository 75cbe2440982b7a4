"""Themes: every colour and line of the pictures, as data. `theme("light")`, `theme("dark")`, `theme("print")`.

Every distinction is made twice, by shape or word and by colour, so nothing is lost in greyscale or to a reader who
does not tell red from green (the hues are those of Okabe and Ito, darkened for paper, lightened for the dark). What is
written has a contrast of at least 4.5:1 against what it stands on, what is drawn at least 3:1. "print" is black and
greys on white, without filled areas. Lives here: looks. Must not be known here: places, and what is drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tcpsim.tcp.states import State

Dashes = tuple[int, tuple[float, ...]] | str


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn: colour, width in points, dashes."""

    colour: str
    width: float
    dashes: Dashes = "solid"


@dataclass(frozen=True, slots=True)
class Theme:
    """One look. `text`, `quiet`, `call`, `timer`, `fired`, `alarm` are for words and lines on `paper`; see the fields.

    `segments` is by kind of transmission ("", "retransmission", "injected", "copy"), `states` by state: fills that
    `text` stands on, with `outline` around them. `sides` are two lines that stand for two of a kind (both ends, both
    runs); `fields` are fills that `text` stands on, next to each other, for what is only to be told apart.
    """

    name: str
    paper: str
    text: str
    quiet: str  # times, addresses, what stands aside
    lifeline: str
    outline: str
    torn: str  # where time is cut
    call: str
    timer: str
    fired: str
    alarm: str  # lost, refused, crashed
    segments: Mapping[str, Stroke]
    states: Mapping[str, str]
    sides: tuple[Stroke, Stroke]
    fields: tuple[str, ...]

    def role(self, name: str) -> str:
        """The colour of words by what they are there for: "title", "time", "call", …"""
        return str(getattr(self, _ROLES[name]))


_ROLES: Final = {
    "title": "text",
    "subtitle": "quiet",
    "footer": "quiet",
    "host": "text",
    "address": "quiet",
    "lane": "quiet",
    "time": "quiet",
    "state": "text",
    "label": "text",
    "call": "call",
    "timer": "timer",
    "break": "quiet",
    "fate": "alarm",
}


def _strokes(plain: str, retransmission: str, injected: str, copy: str) -> Mapping[str, Stroke]:
    """The lines of segments: whatever their colours, no two have the same dashes."""
    return MappingProxyType(
        {
            "": Stroke(plain, 1.15),
            "retransmission": Stroke(retransmission, 1.7, (0, (6.0, 2.2))),
            "injected": Stroke(injected, 1.3, (0, (7.0, 2.0, 1.2, 2.0))),
            "copy": Stroke(copy, 1.3, (0, (1.4, 1.6))),
        }
    )


_LIGHT: Final = Theme(
    name="light",
    paper="#ffffff",
    text="#1c2733",
    quiet="#5b6773",
    lifeline="#4a5561",
    outline="#76828e",
    torn="#76828e",
    call="#33424f",
    timer="#5b6773",
    fired="#9a4a00",
    alarm="#a11d2d",
    segments=_strokes("#14507f", "#9a4a00", "#7a2a7e", "#00645a"),
    states=MappingProxyType(
        {
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
    ),
    sides=(Stroke("#14507f", 1.6), Stroke("#9a4a00", 1.6, (0, (6.0, 2.2)))),
    fields=("#cfe3f5", "#fdeec0", "#c9e9d6", "#fbd9c3", "#dccbe8", "#dfe5ea", "#f7dc93", "#c7c9ec"),
)

_DARK: Final = Theme(
    name="dark",
    paper="#11161c",
    text="#e9eef3",
    quiet="#9eabb8",
    lifeline="#8896a4",
    outline="#7d8b99",
    torn="#7d8b99",
    call="#c6d1dc",
    timer="#9eabb8",
    fired="#f0a04b",
    alarm="#ff8a8f",
    segments=_strokes("#7fbdf0", "#f0a04b", "#dc9be0", "#4fd0bd"),
    states=MappingProxyType(
        {
            State.CLOSED: "#20272f",
            State.LISTEN: "#2d3743",
            State.SYN_SENT: "#4a3f10",
            State.SYN_RECEIVED: "#5a4708",
            State.ESTABLISHED: "#16472c",
            State.FIN_WAIT_1: "#173d5f",
            State.FIN_WAIT_2: "#0f4a74",
            State.CLOSING: "#323675",
            State.TIME_WAIT: "#4b2f60",
            State.CLOSE_WAIT: "#5c3418",
            State.LAST_ACK: "#6b3310",
        }
    ),
    sides=(Stroke("#7fbdf0", 1.6), Stroke("#f0a04b", 1.6, (0, (6.0, 2.2)))),
    fields=("#173d5f", "#4a3f10", "#16472c", "#5c3418", "#4b2f60", "#2d3743", "#5a4708", "#323675"),
)

_PRINT: Final = Theme(
    name="print",
    paper="#ffffff",
    text="#000000",
    quiet="#4d4d4d",
    lifeline="#333333",
    outline="#555555",
    torn="#666666",
    call="#262626",
    timer="#4d4d4d",
    fired="#000000",
    alarm="#000000",
    segments=_strokes("#000000", "#000000", "#404040", "#404040"),
    states=MappingProxyType(dict.fromkeys(State, "#ffffff")),
    sides=(Stroke("#000000", 1.6), Stroke("#555555", 1.6, (0, (6.0, 2.2)))),
    fields=("#ffffff", "#ececec"),
)

THEMES: Final[Mapping[str, Theme]] = MappingProxyType({each.name: each for each in (_LIGHT, _DARK, _PRINT)})


def theme(name: str) -> Theme:
    """The theme of that name. Raises ValueError, naming those there are, for another."""
    known = THEMES.get(name)
    if known is None:
        raise ValueError(f"no theme {name!r}: there are {', '.join(THEMES)}")
    return known
