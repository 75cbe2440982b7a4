"""A run as a PlantUML sequence diagram.

https://plantuml.com/sequence-diagram. States are hexagonal notes beside their host, calls, timers and refusals
rectangular ones; a segment that is lost ends in a cross, and a long time without any is a gap. Lives here: the
notation. Must not be known here: what is a step (`diagram`).
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from tcpsim.trace import Trace
from tcpsim.views.export.diagram import ELSEWHERE, Message, Note, Pause, participants, steps
from tcpsim.views.languages import DEFAULT, language
from tcpsim.views.wording import duration

_ARROWS: Final = {  # by kind and fate; dotted is what TCP did not send, an open head what is still under way
    ("", "arrived"): "->",
    ("retransmission", "arrived"): "->",
    ("injected", "arrived"): "-->",
    ("copy", "arrived"): "-->",
    ("", "lost"): "->x",
    ("retransmission", "lost"): "->x",
    ("injected", "lost"): "-->x",
    ("", "under way"): "->>",
    ("retransmission", "under way"): "->>",
    ("injected", "under way"): "-->>",
}
# Signs that mean nothing in PlantUML's lines, nor in its Creole. ASCII's others are written as code points.
_HARMLESS: Final = frozenset(" .,:()+@?!'")
_HYPHEN: Final = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z0-9])")


def plantuml(trace: Trace, *, title: str = "", lang: str = DEFAULT) -> str:
    """The diagram, ending in a newline. `title` stands above it. Raises ValueError for an unknown language."""
    words = language(lang)
    every = participants(trace)
    names = {host: f"h{place}" for place, host in enumerate(every, 1)}
    lines = ["@startuml"]
    if title:
        lines.append(f"title {escaped(title)}")
    lines += [f'participant "{escaped(host or "…")}" as {names[host]}' for host in every]
    for step in steps(trace, words):
        match step:
            case Message(sender=sender, receiver=receiver, words=said, kind=kind, fate=fate):
                lines.append(f"{names[sender]} {_ARROWS[kind, fate]} {names[receiver]} : {escaped(said)}")
            case Note():
                lines += _notes(step, names[step.host], _side(step.host, every))
            case Pause(length=length):
                lines.append(f"...{escaped(words.words.later.format(time=duration(length)))}...")
    return "\n".join([*lines, "@enduml"]) + "\n"


def _notes(note: Note, name: str, side: str) -> Iterator[str]:
    """A hexagon for each state, and a box for all that stands between two."""
    for is_state, run in groupby(note.lines, key=lambda line: line[1] == "state"):
        said = [escaped(part) for part, _ in run]
        if is_state:
            yield from (f"hnote {side} {name} : {state}" for state in said)
        else:
            yield f"rnote {side} {name} : " + r"\n".join(said)


def _side(host: str, every: list[str]) -> str:
    """Notes of the outer hosts stand outside, as in the RFC's figures."""
    if host == every[0]:
        return "left of"
    return "right of" if host == every[-1] and host != ELSEWHERE else "over"


def _is_harmless(character: str) -> bool:
    return character.isalnum() or character in _HARMLESS or not character.isascii()


def escaped(text: str) -> str:
    """Text for a message, a note or a name, on one line: nothing in it is taken for anything but text."""
    line = " ".join(text.split())
    inside = {match.start() for match in _HYPHEN.finditer(line)}
    return "".join(
        character if _is_harmless(character) or place in inside else f"<U+{ord(character):04X}>"
        for place, character in enumerate(line)
        if character.isprintable()
    )
