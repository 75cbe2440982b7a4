"""A run as a Mermaid `sequenceDiagram`, which code hosts and many wikis draw.

https://mermaid.js.org/syntax/sequenceDiagram.html. States, calls, timers and refusals are notes beside their host; a
segment that is lost ends in a cross. Lives here: the notation. Must not be known here: what is a step (`diagram`).
"""

import re
from typing import Final

from tcpsim.trace import Trace
from tcpsim.views.export.diagram import ELSEWHERE, Message, Note, Pause, participants, steps
from tcpsim.views.languages import DEFAULT, language
from tcpsim.views.wording import duration

_ARROWS: Final = {  # by kind and fate; dotted is what TCP did not send, open what is still under way
    ("", "arrived"): "->>",
    ("retransmission", "arrived"): "->>",
    ("injected", "arrived"): "-->>",
    ("copy", "arrived"): "-->>",
    ("", "lost"): "-x",
    ("retransmission", "lost"): "-x",
    ("injected", "lost"): "--x",
    ("", "under way"): "-)",
    ("retransmission", "under way"): "-)",
    ("injected", "under way"): "--)",
}
# Signs that mean nothing in Mermaid's lines, in its Markdown, nor in HTML; and those with which it writes entities to
# itself. ASCII's others are written as entities.
_HARMLESS: Final = frozenset(" .,:()/+=@?!'")
_ITS_OWN: Final = frozenset("ﬂ°¶")
_NAMED: Final = {"<": "#lt;", ">": "#gt;", "&": "#amp;"}
_HYPHEN: Final = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z0-9])")
# Words that mean something to Mermaid where nobody expects it: it takes "style …: …#…;" for a style in any line.
_TAKEN: Final = re.compile(r"(?i)\b(style|classdef|wrap|nowrap|end)")


def mermaid(trace: Trace, *, title: str = "", lang: str = DEFAULT) -> str:
    """The diagram, ending in a newline. `title` stands above it. Raises ValueError for an unknown language."""
    words = language(lang)
    every = participants(trace)
    names = {host: f"h{place}" for place, host in enumerate(every, 1)}
    lines = ["sequenceDiagram"]
    if title:
        lines.append(f"title {escaped(title)}")
    lines += [f"participant {names[host]} as {escaped(host or '…')}" for host in every]
    for step in steps(trace, words):
        match step:
            case Message(sender=sender, receiver=receiver, words=said, kind=kind, fate=fate):
                lines.append(f"{names[sender]}{_ARROWS[kind, fate]}{names[receiver]}: {escaped(said)}")
            case Note(host=host, lines=parts):
                said = "<br/>".join(escaped(part) for part, _ in parts)
                lines.append(f"Note {_side(host, every)} {names[host]}: {said}")
            case Pause(length=length):
                said = escaped("⋮ " + words.words.later.format(time=duration(length)))
                ends = dict.fromkeys((names[every[0]], names[every[-1]]))
                lines.append(f"Note over {','.join(ends)}: {said}")
    return "\n    ".join(lines) + "\n"


def _side(host: str, every: list[str]) -> str:
    """Notes of the outer hosts stand outside, as in the RFC's figures."""
    if host == every[0]:
        return "left of"
    return "right of" if host == every[-1] and host != ELSEWHERE else "over"


def _is_harmless(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in _HARMLESS
    return character not in _ITS_OWN


def escaped(text: str) -> str:
    """Text for a message, a note or a name, on one line: nothing in it is taken for anything but text."""
    line = " ".join(text.split())
    taken = {match.start() for match in _TAKEN.finditer(line)}
    inside = {match.start() for match in _HYPHEN.finditer(line)}
    return "".join(
        character
        if (_is_harmless(character) or place in inside) and place not in taken
        else _NAMED.get(character, f"#{ord(character)};")
        for place, character in enumerate(line)
        if character.isprintable()
    )
