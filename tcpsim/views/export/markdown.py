"""A run as a page of Markdown, as code hosts read it (GitHub Flavored Markdown): a table, and what was expected.

Two hosts have a column each, left and right of what passes between them; more, or one, are told in one column. Lives
here: tables and what must be escaped in them. Must not be known here: what is worth telling (`telling`).
"""

import re
from collections.abc import Sequence
from typing import Final

from tcpsim.trace import Flight, Trace
from tcpsim.views.languages import DEFAULT, Language, language
from tcpsim.views.telling import Entry, Teller
from tcpsim.views.wording import moment

Held = tuple[str, str, bool]  # what was expected, the verdict's words, whether it held

_ARMED: Final = re.compile(r"[\\`*_\[\]<>|~&#$]|^[-+=]|(?<=^\d)[.)]")


def markdown(
    trace: Trace,
    *,
    title: str = "",
    subtitle: str = "",
    about: str = "",
    held: Sequence[Held] = (),
    lang: str = DEFAULT,
) -> str:
    """The page, ending in a newline. `title`, `subtitle` and `about` stand above the table, `held` is a list below it.

    Raises ValueError for an unknown language.
    """
    words = language(lang)
    teller = Teller(trace, lang=words)
    table = _two_hosts(teller) if len(trace.hosts) == 2 else _one_column(teller)
    parts = [f"# {escaped(title)}"] if title else []
    parts += [escaped(about)] if about else []
    parts += [f"*{escaped(subtitle)}*"] if subtitle else []
    parts.append("\n".join("| " + " | ".join(row) + " |" for row in table))
    if held:
        parts.append(f"## {words.words.expected.capitalize()}")
        parts.append("\n".join(_verdict(*each, words) for each in held))
    return "\n\n".join(parts) + "\n"


def _two_hosts(teller: Teller) -> list[list[str]]:
    words = teller.lang.words
    left, right = teller.trace.hosts
    table = [[words.time, escaped(left), "", escaped(right)], ["---:", ":---", ":---:", ":---"]]
    for entry in teller.entries():
        row = {left: "", "": "", right: ""}
        if entry.flight is not None:
            row[""] = _segment(entry, entry.flight, teller, rightward=_rightward(entry.flight, teller.trace))
        else:
            row[entry.host] = escaped(entry.words)
        row[entry.host] = " ".join(part for part in (row.get(entry.host, ""), _state(entry)) if part)
        table.append([_moment(entry, teller), row[left], row[""], row[right]])
    return table


def _rightward(flight: Flight, trace: Trace) -> bool:
    if flight.sender == flight.receiver:
        return flight.receiver == trace.hosts[-1]
    return flight.sender == trace.hosts[0]


def _one_column(teller: Teller) -> list[list[str]]:
    words = teller.lang.words
    table = [[words.time, words.who, words.state, words.what], ["---:", ":---", ":---", ":---"]]
    known = teller.trace.addresses
    for entry in teller.entries():
        who, what = entry.host, escaped(entry.words)
        if entry.flight is not None:
            who = " → ".join(known.get(end, end) for end in (entry.flight.pair.local, entry.flight.pair.remote))
            what = _segment(entry, entry.flight, teller)
        table.append([_moment(entry, teller), escaped(who), _state(entry), what])
    return table


def _moment(entry: Entry, teller: Teller) -> str:
    return moment(entry.time, digits=teller.digits)


def _state(entry: Entry) -> str:
    return f"**{escaped(entry.state)}**" if entry.state else ""


def _segment(entry: Entry, flight: Flight, teller: Teller, *, rightward: bool | None = None) -> str:
    """A segment as code, with an arrow if it has a direction, and behind it what is odd about it."""
    lang = teller.lang
    notes = list(entry.notes)
    lost = entry.kind != "copy" and not flight.arrivals
    if lost:
        notes.append(f"✕ {lang.lost(flight.lost)}" if flight.lost else lang.words.under_way)
    told = f"`{entry.label}`"
    if rightward is not None:
        told = f"{told} →" if rightward else f"← {told}"
    return ", ".join([told, *(escaped(note) for note in notes)])


def _verdict(what: str, verdict: str, good: bool, words: Language) -> str:
    box = "x" if good else " "
    seen = "" if good else f" — {words.words.seen}: {escaped(verdict)}"
    return f"- [{box}] {escaped(what)}{seen}"


def escaped(text: str) -> str:
    """Text for a paragraph or a cell, on one line: no sign in it means anything but itself."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return _ARMED.sub(r"\\\g<0>", line)
