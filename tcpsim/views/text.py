"""The timeline as text: one line an event, for a terminal, an e-mail, a test.

Two hosts stand left and right of what passes between them, each with its state where it changes, as in the figures of
RFC 9293. More hosts, or one, are told as a table. Lives here: columns, arrows made of characters, colour. Must not be
known here: what is worth telling (`telling`), and how a thing is called (`wording`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tcpsim.trace import Flight, Microseconds, Trace
from tcpsim.views.columns import columns, ljust, rjust, wrapped
from tcpsim.views.languages import DEFAULT, Language, language
from tcpsim.views.telling import Entry, Teller
from tcpsim.views.wording import duration, moment

Held = tuple[str, str, bool]

_IDLE = 1_000_000  # µs without an event that are told, if they are this many times the shortest way of a segment too:
_IDLE_WAYS = 10
_TIME = 8  # columns of a time, at least: 9,999 s with three digits
_NARROWEST = 36  # columns between the hosts, at least


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that lines are made of."""

    line: str
    heavy: str
    dotted: str
    broken: str
    right: str
    left: str
    lost: str
    injected: str
    under_way: str
    idle: str
    arrow: str


UNICODE = Glyphs("─", "━", "┄", "─ ", "▶", "◀", "✕", "◇", "…", "⋮", "→")
ASCII = Glyphs("-", "=", ".", "- ", ">", "<", "x", "o", "...", ":", "->")
_TO_ASCII = str.maketrans(
    {"→": "->", "✕": "x", "µ": "u", "…": "...", "·": "-", "§": "section ", "×": "x", "−": "-", "–": "-", "—": "-"}
)

_COLOURS = {
    "dim": "2",
    "bold": "1",
    "state": "1;36",
    "lost": "31",
    "drop": "31",
    "host": "1;31",
    "signal": "31",
    "resent": "33",
    "injected": "35",
    "copy": "34",
    "held": "32",
    "broken": "1;31",
}

Piece = tuple[str, str]  # characters and the name of their colour, "" for none


@dataclass(slots=True)
class _Row:
    """One line of the timeline of two hosts, before it is set: a cell for each column."""

    time: Microseconds
    states: dict[str, str] = field(default_factory=dict)
    arrow: list[Piece] = field(default_factory=list)
    words: dict[str, Piece] = field(default_factory=dict)
    more: bool = False  # it only goes on with what the line above had no room for


def text(
    trace: Trace,
    *,
    title: str = "",
    subtitle: str = "",
    about: str = "",
    held: Sequence[Held] = (),
    width: int = 80,
    ascii_only: bool = False,
    color: bool = False,
    lang: str = DEFAULT,
) -> str:
    """The timeline of a trace, ending in a newline.

    `title` stands above it, `subtitle` (what produced it) at the right of the same line, and `about` below. `held`
    are the expectations as (what was expected, the verdict's words, whether it held), and stand below. `width` is what
    lines try to keep to. `ascii_only` draws with ASCII alone, words of a language that has others excepted; `color`
    adds ANSI colours, which say nothing that the words do not. `lang` is "en" or "zh". Raises ValueError for another.
    """
    words = language(lang)
    setter = _Setter(trace, width, ASCII if ascii_only else UNICODE, words)
    body = setter.two_hosts() if len(trace.hosts) == 2 else setter.table()
    above = [*_heading(title, subtitle, width), *_about(about, width)]
    lines = [*above, *body, *_expectations(held, width, setter.glyphs, words)]
    nothing_else = ascii_only and words.ascii
    return "".join(_finish(line, ascii_only, nothing_else, color) + "\n" for line in lines)


def in_ascii(text: str, *, nothing_else: bool = True) -> str:
    """The text with ASCII for arrows, signs and dashes; and, with `nothing_else`, `?` for all other characters."""
    written = text.translate(_TO_ASCII)
    return written.encode("ascii", "replace").decode() if nothing_else else written


def _finish(pieces: Iterable[Piece], ascii_only: bool, nothing_else: bool, color: bool) -> str:
    """One line: its pieces joined, without trailing spaces. `nothing_else`: what is not ASCII becomes `?`."""
    kept = [(in_ascii(part, nothing_else=nothing_else) if ascii_only else part, style) for part, style in pieces]
    return joined_line(kept, _COLOURS if color else {})


def joined_line(pieces: Iterable[Piece], colours: Mapping[str, str]) -> str:
    """A line of its pieces, without trailing spaces; a piece whose style has one of the `colours` (ANSI) in it."""
    kept = list(pieces)
    while kept and not kept[-1][0].rstrip():
        kept.pop()
    if kept:
        kept[-1] = (kept[-1][0].rstrip(), kept[-1][1])
    return "".join(
        f"\x1b[{colours[style]}m{part}\x1b[0m" if style in colours and part.strip() else part for part, style in kept
    )


def _heading(title: str, subtitle: str, width: int) -> list[list[Piece]]:
    if not title and not subtitle:
        return []
    gap = width - columns(title) - columns(subtitle)
    if title and subtitle and gap < 2:
        return [[(title, "bold")], [(rjust(subtitle, width), "dim")], []]
    return [[(title, "bold"), (" " * max(gap, 0), ""), (subtitle, "dim")], []]


def _about(about: str, width: int) -> list[list[Piece]]:
    lines = wrapped(about, max(width, _NARROWEST))
    return [*([(line, "")] for line in lines), []] if lines else []


def _expectations(held: Sequence[Held], width: int, glyphs: Glyphs, lang: Language) -> list[list[Piece]]:
    """`expected  what  held`, the verdicts below each other; what did not hold has what was seen instead below it."""
    if not held:
        return []
    expected, seen = lang.words.expected, lang.words.seen
    named = max(columns(expected), columns(seen))
    told = named + 4
    room = max((columns(what) for what, _, good in held if good), default=0)
    verdicts = max((columns(verdict) for _, verdict, good in held if good), default=0)
    column = max(min(room, width - told - 2 - verdicts), 20)
    lines: list[list[Piece]] = [[]]
    for what, verdict, good in held:
        if good:
            first, *rest = wrapped(what, column) or [""]
            name = rjust(expected, named)
            lines.append([("  ", ""), (f"{name}  ", "dim"), (f"{ljust(first, column)}  ", ""), (verdict, "held")])
        else:
            first, *rest = wrapped(what, width - told) or [""]
            lines.append([(f"{glyphs.lost} ", "broken"), (f"{rjust(expected, named)}  ", "dim"), (first, "")])
        lines += [[(" " * told + more, "")] for more in rest]
        if not good:
            instead, *rest = wrapped(verdict, width - told) or [""]
            lines.append([(f"  {rjust(seen, named)}  ", "dim"), (instead, "broken")])
            lines += [[(" " * told + more, "broken")] for more in rest]
    return lines


class _Setter:
    """Sets one trace in type."""

    def __init__(self, trace: Trace, width: int, glyphs: Glyphs, lang: Language) -> None:
        teller = Teller(trace, lang=lang)
        self.lang = lang
        self.trace = trace
        self.glyphs = glyphs
        self.ascii = glyphs is ASCII
        self.width = width
        self.digits = teller.digits
        last = trace.events[-1].time if trace.events else 0
        self.time_width = max(_TIME, len(moment(last, digits=self.digits)))
        self.entries = [self._plain(entry) for entry in teller.entries()]
        self.ports = teller.ports
        ways = [flight.arrivals[0].time - flight.sent_at for flight in trace.flights if flight.arrivals]
        self.idle = max(_IDLE, _IDLE_WAYS * min(ways, default=0))

    def _plain(self, entry: Entry) -> Entry:
        """Words whose width is final, so that columns can be counted."""
        if self.ascii:
            entry.words = entry.words.translate(_TO_ASCII)
            entry.notes = tuple(note.translate(_TO_ASCII) for note in entry.notes)
        return entry

    def time(self, microseconds: Microseconds, *, told: bool = True) -> Piece:
        if not told:
            return " " * (self.time_width + 2), ""
        return f"{moment(microseconds, digits=self.digits):>{self.time_width}}  ", "dim"

    def pause(self, since: Microseconds, until: Microseconds) -> list[list[Piece]]:
        """The line that stands for a long time in which nothing happened."""
        if until - since < self.idle:
            return []
        words = duration(until - since).translate(_TO_ASCII) if self.ascii else duration(until - since)
        return [[(f"{self.glyphs.idle:>{self.time_width}}  {words}", "dim")]]

    # ---- two hosts ----------------------------------------------------------------------------------------------

    def two_hosts(self) -> list[list[Piece]]:
        left, right = self.trace.hosts
        widths = {host: columns(host) for host in (left, right)}
        for entry in self.entries:
            if entry.host in widths:
                widths[entry.host] = max(widths[entry.host], len(entry.state))
        middle = max(self.width - self.time_width - 6 - widths[left] - widths[right], _NARROWEST)
        head = f"{rjust(self.lang.words.time, self.time_width)}  {ljust(left, widths[left])}  {'':{middle}}  {right}"
        lines: list[list[Piece]] = [[(head, "bold")]]
        before: Microseconds | None = None
        for row in self._rows(middle):
            if before is not None:
                lines += self.pause(before, row.time)
            lines.append(
                [
                    self.time(row.time, told=not row.more),
                    (f"{row.states.get(left, ''):<{widths[left]}}", "state"),
                    ("  ", ""),
                    *self._middle(row, left, right, middle),
                    ("  ", ""),
                    (row.states.get(right, ""), "state"),
                ]
            )
            before = row.time
        return lines

    def _middle(self, row: _Row, left: str, right: str, room: int) -> list[Piece]:
        if row.arrow:
            return row.arrow
        at_left, at_right = row.words.get(left, ("", "")), row.words.get(right, ("", ""))
        between = room - columns(at_left[0]) - columns(at_right[0])
        return [at_left, (" " * between, ""), at_right]

    def _rows(self, room: int) -> list[_Row]:
        rows: list[_Row] = []
        for entry in self.entries:
            if entry.flight is not None:
                first, *rest = self._arrow(entry, entry.flight, room)
                rows.append(_Row(entry.time, {entry.host: entry.state}, first))
                rows += [_Row(entry.time, arrow=line, more=True) for line in rest]
                continue
            first_words, *more = wrapped(self._tagged(entry), room) or [""]
            row = rows[-1] if rows and self._shares(rows[-1], entry, first_words, room) else _Row(entry.time)
            if not rows or row is not rows[-1]:
                rows.append(row)
            row.words[entry.host] = (first_words, entry.kind if entry.kind in _COLOURS else "")
            row.states.setdefault(entry.host, entry.state)
            rows += [_Row(entry.time, words={entry.host: (line, "")}, more=True) for line in more]
        return rows

    @staticmethod
    def _shares(row: _Row, entry: Entry, words: str, room: int) -> bool:
        """Whether an entry may stand on the line of what the other host did at the same moment.

        A call's return may also stand beside the state of its own host that made it return.
        """
        if row.time != entry.time or row.arrow or row.more:
            return False
        beside_state = entry.kind == "return" and not row.words.get(entry.host, ("",))[0]
        if entry.host in row.states and not beside_state:
            return False
        return sum(columns(other) for other, _ in row.words.values()) + columns(words) + 2 <= room

    def _tagged(self, entry: Entry) -> str:
        """The words of an entry; with several connections, the client's port says which one a state belongs to."""
        port = self.ports.get(entry.pair) if entry.pair is not None and entry.kind in {"state", "timer"} else None
        return self.lang.words.of_port.format(words=entry.words, port=port).strip() if port else entry.words

    def _arrow(self, entry: Entry, flight: Flight, room: int) -> list[list[Piece]]:
        """The lines for a segment: the arrow with as much text on it as there is room for, the rest below it."""
        glyphs = self.glyphs
        rightward = self._rightward(flight)
        end, style, stroke = self._fate(entry, flight)
        pieces = [entry.label.head, *entry.label.extras, *(f" {note}" for note in entry.notes)]
        start = glyphs.injected + stroke if flight.injected else stroke * 2
        broken = bool(flight.lost or not flight.arrivals) and entry.kind != "copy"
        space = room - len(start) - columns(end) - (9 if broken else 3)
        words, rest = pieces[0], pieces[1:]
        while rest and columns(f"{words} {rest[0]}") <= space:
            words += f" {rest.pop(0)}"
        shaft = room - len(start) - columns(end) - columns(words) - 2 - (5 if broken else 0)
        line = (glyphs.broken * room)[: max(shaft, 2)].rstrip() if broken else stroke * max(shaft, 1)
        if rightward:
            drawn = f"{start} {words} {line}{' ' if broken else ''}{end}"
            below = [f"   {part.strip()}" for part in rest]
            arrows = [ljust(part, room) for part in (drawn, *below)]
        else:
            drawn = f"{end}{' ' if broken else ''}{line[::-1]} {words} {start[::-1]}"
            below = [f"{part.strip()}   " for part in rest]
            arrows = [rjust(part, room) for part in (drawn, *below)]
        return [[(arrow, style)] for arrow in arrows]

    def _rightward(self, flight: Flight) -> bool:
        """Whether a segment goes from left to right; one from an unknown address comes from the other side."""
        if flight.sender == flight.receiver:
            return flight.receiver == self.trace.hosts[-1]
        return flight.sender == self.trace.hosts[0]

    def _fate(self, entry: Entry, flight: Flight) -> tuple[str, str, str]:
        """How an arrow ends, its colour, and the character its shaft is made of."""
        glyphs = self.glyphs
        rightward = self._rightward(flight)
        head = glyphs.right if rightward else glyphs.left
        if entry.kind == "copy":
            return head, "copy", glyphs.dotted
        style = "injected" if flight.injected else "resent" if flight.attempt else ""
        stroke = glyphs.heavy if flight.attempt else glyphs.line
        if flight.lost:
            word = self.lang.lost(flight.lost)
            return (f"{glyphs.lost} {word}" if rightward else f"{word} {glyphs.lost}"), "lost", stroke
        if not flight.arrivals:
            word = self.lang.words.under_way
            return (f"{glyphs.under_way} {word}" if rightward else f"{word} {glyphs.under_way}"), "dim", stroke
        return head, style, stroke

    # ---- any number of hosts ------------------------------------------------------------------------------------

    def table(self) -> list[list[Piece]]:
        """One line an event, all in one column: who, the state it leads to, what."""
        lines: list[list[Piece]] = []
        before: Microseconds | None = None
        names = {id(entry): self._who(entry) for entry in self.entries}
        heads = self.lang.words
        who = max(columns(name) for name in (*names.values(), heads.who))
        head = f"{rjust(heads.time, self.time_width)}  {ljust(heads.who, who)}  {ljust(heads.state, 12)}  {heads.what}"
        lines.append([(head, "bold")])
        for entry in self.entries:
            if before is not None:
                lines += self.pause(before, entry.time)
            before = entry.time
            style = self._fate(entry, entry.flight)[1] if entry.flight is not None else entry.kind
            first, *rest = self._what(entry, max(self.width - self.time_width - who - 18, _NARROWEST)) or [""]
            cells = [
                self.time(entry.time),
                (f"{ljust(names[id(entry)], who)}  ", ""),
                (f"{entry.state:<12}  ", "state"),
            ]
            lines.append([*cells, (first, style if style in _COLOURS else "")])
            lines += [[(" " * (self.time_width + who + 18) + more, "")] for more in rest]
        return lines

    def _who(self, entry: Entry) -> str:
        flight = entry.flight
        if flight is not None:
            known = self.trace.addresses
            ends = [known.get(address, address) for address in (flight.segment.src, flight.segment.dst)]
            return f" {self.glyphs.arrow} ".join(ends)
        peer = self.trace.addresses.get(entry.pair.remote, "") if entry.pair is not None else ""
        return f"{entry.host} ({peer})" if peer and entry.kind in {"state", "timer", "signal"} else entry.host

    def _what(self, entry: Entry, room: int) -> list[str]:
        flight = entry.flight
        if flight is None:
            return wrapped(entry.words, room)
        words = str(entry.label)
        notes = list(entry.notes)
        if entry.kind != "copy" and flight.lost:
            notes.append(f"{self.glyphs.lost} {self.lang.lost(flight.lost)}")
        elif entry.kind != "copy" and not flight.arrivals:
            notes.append(self.lang.words.under_way)
        return wrapped("  ".join((words, *notes)), room)
