"""The way that a host took through its states, step by step, as a trace tells it.

Lives here: steps and their numbers. Must not be known here: places.
"""

from dataclasses import dataclass

from tcpsim.tcp.states import CLOSED, State, Transition
from tcpsim.trace import Microseconds, StateChanged, Trace


@dataclass(frozen=True, slots=True)
class Step:
    """One step, numbered from 1: along a `row` of the table, or, without one, because of something else (a crash).

    `event` and `action` are as in a row: what is written over and under the arc.
    """

    number: int
    source: State
    destination: State
    event: str
    action: str
    time: Microseconds
    row: Transition | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """The steps of one host, in the order taken, and where it stood before the first."""

    host: str
    start: State
    steps: tuple[Step, ...]

    @property
    def states(self) -> frozenset[State]:
        """Every state that it was in."""
        return frozenset((self.start, *(step.destination for step in self.steps), *(s.source for s in self.steps)))


def way_of(trace: Trace, host: str) -> Way:
    """The steps of a host. Its connections are read as one lane, as `Trace.states_of` does.

    Raises KeyError for a host that was not there.
    """
    if host not in trace.hosts:
        raise KeyError(f"no host {host!r} in this run; there are {', '.join(trace.hosts)}")
    steps: list[Step] = []
    start, state = CLOSED, CLOSED
    for move in trace.moves_of(host):
        number = len(steps) + 1
        if type(move) is StateChanged:
            row = move.row
            if not steps:
                start = row.source
            steps.append(Step(number, row.source, row.destination, row.event, row.action, move.time, row))
            state = row.destination
        elif state is not CLOSED:  # no row: there is no TCB any more (RFC 9293 §3.3.2)
            steps.append(Step(number, state, CLOSED, getattr(move, "what", ""), "", move.time))
            state = CLOSED
    return Way(host, start, tuple(steps))


def ways_of(trace: Trace, hosts: tuple[str, ...]) -> list[Way]:
    """The ways of some hosts; of none, those of the first and of the one it talks to. Raises KeyError as `way_of`."""
    return [way_of(trace, host) for host in hosts or _both_ends(trace)]


def _both_ends(trace: Trace) -> tuple[str, ...]:
    """The first host and its peer; where it has none, the next host."""
    first, *others = trace.hosts
    ends = ({flight.sender, flight.receiver} for flight in trace.flights)
    peers = (other for both in ends if first in both for other in others if other in both)
    return (first, next(peers, others[0])) if others else (first,)
