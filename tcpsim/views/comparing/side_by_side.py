"""Two timelines in two columns, as `diff --side-by-side` has them, and how they differ in words.

Between the columns stands `|` where the two differ, `<` or `>` where only one of them has it, `~` where only the time
is another. Lives here: columns and marks. Must not be known here: what belongs beside what (`aligning`).
"""

from typing import TYPE_CHECKING, Final

from tcpsim.trace import Trace
from tcpsim.views.columns import columns, ljust, wrapped
from tcpsim.views.comparing.aligning import LATER, LEFT, OTHER, RIGHT, SAME, Happening, Row
from tcpsim.views.languages import Language, language
from tcpsim.views.languages.comparing import comparing_words
from tcpsim.views.telling import Entry, Teller
from tcpsim.views.text import in_ascii, joined_line
from tcpsim.views.wording import moment

if TYPE_CHECKING:
    from tcpsim.views.comparing.difference import Difference

_MARKS: Final = {SAME: " ", LATER: "~", OTHER: "|", LEFT: "<", RIGHT: ">"}
_COLOURS: Final = {"dim": "2", "bold": "1", OTHER: "33", LEFT: "31", RIGHT: "32", "first": "1;31"}
_TIME: Final = 8  # columns of a time, at least
_NARROWEST: Final = 16  # columns of words, at least
_INDENT: Final = 2  # columns of what has no room on the first line

Piece = tuple[str, str]  # characters and the name of their colour, "" for none


def side_by_side(
    found: "Difference", *, width: int, context: int | None, ascii_only: bool, color: bool, lang: str
) -> str:
    """The text; the arguments are those of `Difference.text`."""
    setter = _Setter(found, width, language(lang), ascii_only=ascii_only)
    lines = [*setter.heading(), *setter.body(context), [], *setter.summary()]
    return "".join(joined_line(line, _COLOURS if color else {}) + "\n" for line in lines)


class _Setter:
    """Sets one comparison in type."""

    def __init__(self, found: "Difference", width: int, lang: Language, *, ascii_only: bool) -> None:
        self.found = found
        self.lang = lang
        self.words = comparing_words(lang.code)
        self.ascii_only = ascii_only
        self.traces = {LEFT: found.left.trace, RIGHT: found.right.trace}
        tellers = [Teller(trace, lang=lang) for trace in self.traces.values()]
        self.told = {
            side: {(entry.index, entry.kind): entry for entry in teller.entries()}
            for side, teller in zip((LEFT, RIGHT), tellers, strict=True)
        }
        self.digits = max(teller.digits for teller in tellers)
        last = max((trace.events[-1].time for trace in self.traces.values() if trace.events), default=0)
        self.time_width = max(_TIME, len(moment(last, digits=self.digits)))
        self.who = max([columns(self.plain(row.host)) for row in found.rows] + [3])
        self.room = max((width - self.who - 2 - 5) // 2 - self.time_width - 2, _NARROWEST)
        self.column = self.time_width + 2 + self.room
        self.width = self.who + 2 + 2 * self.column + 5

    def plain(self, text: str) -> str:
        """The text as the terminal can show it."""
        return in_ascii(text.replace("←", "<-"), nothing_else=self.lang.ascii) if self.ascii_only else text

    # ---- frame --------------------------------------------------------------------------------------------------

    def heading(self) -> list[list[Piece]]:
        """Title and origin of each run, above its column."""
        sides = (self.found.left, self.found.right)
        lines = self._two([self._lines(side.title, self.column) for side in sides], "bold")
        lines += self._two([self._lines(side.origin(self.lang.code), self.column) for side in sides], "dim")
        time, who = self.plain(self.lang.words.time), self.plain(self.lang.words.who)
        front = f"{' ' * (self.time_width - columns(time))}{time}"
        named = [(f"{ljust(who, self.who)}  {ljust(front, self.column)}     {front}", "bold")]
        return [*lines, *[[]] * bool(lines), list(named)]

    def _lines(self, text: str, room: int) -> list[str]:
        return [line for part in wrapped(self.plain(text), room) for line in _cut(part, room)]

    def _two(self, texts: list[list[str]], style: str) -> list[list[Piece]]:
        lines: list[list[Piece]] = []
        for place in range(max(map(len, texts))):
            one, other = (text[place] if place < len(text) else "" for text in texts)
            lines.append([(" " * (self.who + 2), ""), (ljust(one, self.column), style), ("     ", ""), (other, style)])
        return lines

    # ---- rows ---------------------------------------------------------------------------------------------------

    def body(self, context: int | None) -> list[list[Piece]]:
        lines: list[list[Piece]] = []
        first = self.found.place
        shown = self._shown(context)
        hidden = 0
        for place, row in enumerate(self.found.rows):
            if not shown[place]:
                hidden += 1
                continue
            lines += self._gap(hidden)
            hidden = 0
            if place == first:
                lines.append([(self._rule(), "first")])
            lines += self._row(row, first=place == first)
        return [*lines, *self._gap(hidden)]

    def _shown(self, context: int | None) -> list[bool]:
        """Which rows are shown: those that differ and, where `context` is not None, so many beside each."""
        rows = self.found.rows
        if context is None:
            return [True] * len(rows)
        first = self.found.place
        shown = [False] * len(rows)
        for place, row in enumerate(rows):
            if row.differs or place == first:
                for near in range(max(place - context, 0), min(place + context + 1, len(rows))):
                    shown[near] = True
        return shown

    def _gap(self, hidden: int) -> list[list[Piece]]:
        if not hidden:
            return []
        dots = ":" if self.ascii_only else "⋮"
        return [[(f"{dots:>{self.who}}  {self.plain(self.words.alike.format(count=hidden))}", "dim")]]

    def _rule(self) -> str:
        words = self.words.first_in_time if self.found.only_times else self.words.first
        line = "-" if self.ascii_only else "─"
        said = f"{line * 2} {self.plain(words)} "
        return said + line * (self.width - columns(said))

    def _row(self, row: Row, *, first: bool) -> list[list[Piece]]:
        kind = row.kind
        cells = [self._cell(row.left, LEFT), self._cell(row.right, RIGHT)]
        style = {SAME: "", LATER: "", OTHER: OTHER, LEFT: LEFT, RIGHT: RIGHT}[kind]
        lines: list[list[Piece]] = []
        for place in range(max(map(len, cells))):
            one, other = (cell[place] if place < len(cell) else ("", "") for cell in cells)
            who = self.plain(row.host) if not place else ""
            mark = _MARKS[kind] if not place else " "
            lines.append(
                [
                    (f"{ljust(who, self.who)}  ", ""),
                    (f"{one[0]:>{self.time_width}}  ", "dim"),
                    (ljust(one[1], self.room), style),
                    (f"  {mark}  ", "first" if first else style),
                    (f"{other[0]:>{self.time_width}}  ", "dim"),
                    (other[1], style),
                ]
            )
        return lines

    def _cell(self, happening: Happening | None, side: str) -> list[tuple[str, str]]:
        """The lines of one run's column: the time, and what happens."""
        if happening is None:
            return [("", "")]
        words = self.plain(self.telling(happening, side))
        fits = columns(words) <= self.room
        first, *rest = self._lines(words, self.room if fits else self.room - _INDENT) or [""]
        indented = (("", " " * _INDENT + line) for line in rest)
        return [(moment(happening.time, digits=self.digits), first), *indented]

    def telling(self, happening: Happening, side: str) -> str:
        """What happens, in the language asked for: an arrow in a segment's direction, and the state it leads to."""
        entry = self.told[side].get((happening.entry.index, happening.entry.kind), happening.entry)
        words = _segment(entry, self.traces[side], self.lang) if entry.flight is not None else entry.words
        return f"{words} [{entry.state}]".strip() if entry.state else words

    # ---- words --------------------------------------------------------------------------------------------------

    def summary(self) -> list[list[Piece]]:
        """How the two differ, in words."""
        found, words, comma = self.found, self.words, self.lang.words.comma
        first = found.first
        if first is None:
            return [[(self.plain(words.same), "bold")]]
        counts = found.counts
        said = {OTHER: words.other, LEFT: words.only_left, RIGHT: words.only_right, LATER: words.at_other_times}
        count = comma.join(said[kind].format(count=counts[kind]) for kind in said if counts[kind])
        seconds = dict.fromkeys(moment(each.time, digits=self.digits) for each in (first.left, first.right) if each)
        where = words.first_is.format(host=first.host, where=" / ".join(f"{time} s" for time in seconds))
        sides = ((LEFT, words.left, first.left), (RIGHT, words.right, first.right))
        told = [
            (name, self.telling(happening, side) if happening is not None else f"({self._instead(first, side)})")
            for side, name, happening in sides
        ]
        if found.only_times:
            told = [("", told[0][1])]
        named = max(columns(name) for name, _ in told)
        lines = [(words.only_times, "bold")] * found.only_times
        lines += [(where, "bold"), *((f"  {ljust(name, named)}  {what}", "") for name, what in told), (count, "dim")]
        return [[(self.plain(line), style)] for line, style in lines]

    def _instead(self, first: Row, side: str) -> str:
        """What stands for what does not happen in one of the runs: what its host does next there."""
        after = self.found.rows[(self.found.place or 0) + 1 :]
        there = (row.left if side == LEFT else row.right for row in after if row.host == first.host)
        following = next((happening for happening in there if happening is not None), None)
        if following is None:
            return self.words.nothing
        time = moment(following.time, digits=self.digits)
        return self.words.instead.format(time=time, what=self.telling(following, side))


def _segment(entry: Entry, trace: Trace, lang: Language) -> str:
    """A segment with an arrow in its direction, and what became of it."""
    flight = entry.flight
    assert flight is not None  # noqa: S101 - the caller has looked
    known, places = trace.addresses, {host: place for place, host in enumerate(trace.hosts)}
    sender, receiver = (places.get(known.get(end, ""), -1) for end in (flight.segment.src, flight.segment.dst))
    arrow = "→" if sender < receiver or len(places) == 1 else "←"
    to = f" {arrow} {known[flight.segment.dst]}" if len(places) > 2 and receiver >= 0 else ""
    notes = list(entry.notes)
    if entry.kind != "copy" and not flight.arrivals:
        notes.append(f"✕ {lang.lost(flight.lost)}" if flight.lost else lang.words.under_way)
    front = f"{arrow} " if not to else ""
    return lang.words.comma.join([f"{front}{entry.label}{to}", *notes])


def _cut(text: str, room: int) -> list[str]:
    """A line in pieces that fit: a word that is longer than its column is broken."""
    pieces: list[str] = []
    while columns(text) > room:
        length = len(text)
        while columns(text[:length]) > room:
            length -= 1
        pieces.append(text[:length])
        text = text[length:]
    return [*pieces, text]
