"""The trace of a run: its records, the events and flights made from them when somebody looks, and questions about them.

How it came about must not be known here.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from tcpsim.tcp.effects import Effect
from tcpsim.tcp.states import State
from tcpsim.trace.events import Event, Flight, HostEvent, Microseconds, StateChanged
from tcpsim.trace.reader import Reader
from tcpsim.trace.records import FORGETS
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment


class Trace:
    """Everything that happened in one run.

    `hosts` are the names of the hosts in the order of their lanes; `addresses` says whose an address is.
    """

    __slots__ = ("_built", "_sorted", "addresses", "hosts", "records")

    def __init__(self, hosts: tuple[str, ...], addresses: dict[str, str]) -> None:
        self.hosts = hosts
        self.addresses = addresses
        self.records: list[Any] = []
        self._built: tuple[int, list[Event], list[Flight]] | None = None
        self._sorted: tuple[int, dict[str, list[StateChanged | HostEvent]]] | None = None

    def copy(self) -> "Trace":
        """A trace that can go on differently: the list of records is copied, what lies in it is shared."""
        other = Trace(self.hosts, self.addresses)
        other.records = self.records.copy()
        return other

    @property
    def events(self) -> list[Event]:
        """Everything that happened, in order. Built when first asked for."""
        return self._build()[1]

    @property
    def flights(self) -> list[Flight]:
        """Every transmission, in the order sent, with what became of it."""
        return self._build()[2]

    @property
    def segments(self) -> list[Segment]:
        """Every segment in the order sent, lost and injected ones included."""
        return [flight.segment for flight in self.flights]

    def add(
        self,
        kind: str,
        time: Microseconds,
        host: str,
        pair: SocketPair | None,
        subject: Any,
        number: int = 0,
        effects: Iterable[Effect] = (),
    ) -> None:
        """Add a record. (The simulator's busiest places write the same two lines themselves.)"""
        self.records += (kind, time, host, pair, subject, number)
        self.records += effects

    def between(self, start: Microseconds, end: Microseconds) -> list[Event]:
        """The events at start ≤ time < end (µs)."""
        return [event for event in self.events if start <= event.time < end]

    def connections_of(self, host: str) -> list[SocketPair]:
        """The connections whose state moved on a host, in the order in which they appeared; listeners come first."""
        moves = self._moves().get(host, ())
        pairs = dict.fromkeys(move.pair for move in moves if type(move) is StateChanged and move.pair is not None)
        return sorted(pairs, key=lambda pair: bool(pair.remote))

    def states_of(self, host: str, pair: SocketPair | None = None) -> list[State]:
        """The states a host passed through, first to last.

        With several connections, `pair` says which; without it, the connections (and the listener they came from) are
        read as one lane, which is what a host with one connection looks like: LISTEN, SYN-RECEIVED, ESTABLISHED, …
        A host to which nothing happened was CLOSED throughout, and one that crashed is CLOSED from then on.
        """
        states: list[State] = []
        for event in self.moves_of(host, None if pair is None else frozenset({pair})):
            if type(event) is StateChanged:
                if not states or states[-1] is not event.source:
                    states.append(event.source)
                states.append(event.destination)
            elif states and states[-1] is not State.CLOSED:
                states.append(State.CLOSED)  # no row of the table: there is no TCB any more (RFC 9293 §3.3.2)
        return states or [State.CLOSED]

    def moves_of(self, host: str, pairs: frozenset[SocketPair] | None = None) -> list[StateChanged | HostEvent]:
        """What moved a lane of states: that of some connections of a host, or the one lane of all.

        In the lane of all a listener that closes while a connection goes on is no move.
        """
        moves: list[StateChanged | HostEvent] = []
        alive: set[SocketPair] = set()
        for event in self._moves().get(host, ()):
            if type(event) is HostEvent:
                alive.clear()
                moves.append(event)
            elif type(event) is StateChanged and event.pair is not None:
                if event.pair in pairs if pairs is not None else not (alive and listener_closes(event)):
                    moves.append(event)
                if event.pair.remote and event.destination not in {State.CLOSED, State.LISTEN}:
                    alive.add(event.pair)
                else:
                    alive.discard(event.pair)
        return moves

    def _moves(self) -> dict[str, list[StateChanged | HostEvent]]:
        """What moved the lanes of each host, sorted out once: there may be thousands, and each is asked for."""
        if self._sorted is None or self._sorted[0] != len(self.records):
            moves: dict[str, list[StateChanged | HostEvent]] = {host: [] for host in self.hosts}
            for event in self.events:
                if type(event) is StateChanged or (type(event) is HostEvent and event.what in FORGETS):
                    moves.setdefault(event.host, []).append(event)
            self._sorted = len(self.records), moves
        return self._sorted[1]

    # ---- records to events --------------------------------------------------------------------------------------

    def _build(self) -> tuple[int, list[Event], list[Flight]]:
        built = self._built
        if built is None or built[0] != len(self.records):
            reader = Reader(self.addresses)
            reader.read_all(self.records)
            self._built = built = (len(self.records), reader.events, reader.flights)
        return built


def listener_closes(event: StateChanged) -> bool:
    """Whether what moved is a listener, and it is gone."""
    return event.pair is not None and not event.pair.remote and event.destination is State.CLOSED


def iterate(trace: Trace, kind: type[Event]) -> Iterator[Any]:
    """The events of one class, in order."""
    return (event for event in trace.events if type(event) is kind)
