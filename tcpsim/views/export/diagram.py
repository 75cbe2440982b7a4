"""A trace as the steps of a sequence diagram, for notations that draw one themselves and know no time.

What happens at a host between two segments is one note. Lives here: what is a message, what is a note, and in which
order they stand. Must not be known here: any notation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tcpsim.trace import Flight, Microseconds, Trace
from tcpsim.views.languages import Language
from tcpsim.views.telling import Entry, Teller

ELSEWHERE: Final = ""  # the participant that stands for every address that is no host's
_IDLE: Final = (
    1_000_000  # µs without an event that are told, if they are this many times the shortest way of a segment:
)
_IDLE_WAYS: Final = 10


@dataclass(slots=True)
class Note:
    """What happened at one host, from one segment to the next: the lines of a note, each with its `Entry.kind`.

    A line whose kind is "state" is the state from there on.
    """

    host: str
    lines: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Message:
    """A segment. `kind` is "", "retransmission", "injected" or "copy", `fate` "arrived", "lost" or "under way"."""

    sender: str
    receiver: str
    words: str
    kind: str
    fate: str


@dataclass(frozen=True, slots=True)
class Pause:
    """So long nothing happens."""

    length: Microseconds


Step = Note | Message | Pause


def participants(trace: Trace) -> list[str]:
    """The hosts in order, and `ELSEWHERE` where something comes from no host or goes to none."""
    known = trace.addresses
    strange = any(end not in known for flight in trace.flights for end in (flight.pair.local, flight.pair.remote))
    return [*trace.hosts, *[ELSEWHERE] * strange]


def steps(trace: Trace, lang: Language) -> Iterator[Step]:
    """The steps of a trace, in order."""
    teller = Teller(trace, lang=lang)
    notes: dict[str, Note] = {}
    idle = _long(trace)
    before: Microseconds | None = None
    begun: set[str] = set()
    for entry in teller.entries():
        if before is not None and entry.time - before >= idle:
            yield from notes.values()
            notes.clear()
            yield Pause(entry.time - before)
        before = entry.time
        _note(entry, notes, teller, first=entry.host not in begun)
        if entry.flight is None or not entry.flight.injected:
            begun.add(entry.host)
        if entry.flight is not None:
            yield from notes.values()
            notes.clear()
            yield _message(entry, entry.flight, teller)
    yield from notes.values()


def _long(trace: Trace) -> Microseconds:
    """From how long on it is told that nothing happens, as in the timeline."""
    ways = [flight.arrivals[0].time - flight.sent_at for flight in trace.flights if flight.arrivals]
    return max(_IDLE, _IDLE_WAYS * min(ways, default=0))


def _note(entry: Entry, notes: dict[str, Note], teller: Teller, *, first: bool) -> None:
    """Adds what a note says of an entry: its words, why a segment was sent, and the state. The first state comes first.

    With several connections, their port says whose a state is.
    """
    lines: list[tuple[str, str]] = []
    if entry.words:
        lines.append((entry.words, entry.kind))
    if entry.flight is not None and entry.kind == "segment" and (why := teller.why_sent(entry.flight)):
        lines.append((why, "timer"))
    if entry.state:
        port = teller.ports.get(entry.pair) if entry.pair is not None else None
        state = teller.lang.words.of_port.format(words=entry.state, port=port) if port else entry.state
        lines.insert(0 if first and entry.kind == "call" and entry.state == "CLOSED" else len(lines), (state, "state"))
    if lines:
        notes.setdefault(entry.host, Note(entry.host)).lines += lines


def _message(entry: Entry, flight: Flight, teller: Teller) -> Message:
    lang = teller.lang
    known = teller.trace.addresses
    copy = entry.kind == "copy"
    kind = "copy" if copy else "injected" if flight.injected else "retransmission" if flight.attempt else ""
    fate = "arrived" if copy or flight.arrivals else "lost" if flight.lost else "under way"
    why = teller.why_sent(flight)
    said = [str(entry.label), *(note for note in entry.notes if note != why)]
    if fate != "arrived":
        said.append(lang.lost(flight.lost) if fate == "lost" else lang.words.under_way)
    ends = (known.get(flight.pair.local, ELSEWHERE), known.get(flight.pair.remote, ELSEWHERE))
    return Message(*ends, words=lang.words.comma.join(said), kind=kind, fate=fate)
