"""What a trace shows of the hosts and connections that an expectation names.

Lives here: whose connection is meant by `server with client-2`, the states it passed through, the time it spent in
them, what its user received and was told. Must not be known here: expectations, and how a trace came about.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from tcpsim.scenario.hosts import HostPlans
from tcpsim.scenario.patterns import ANY, SegmentPattern, Who
from tcpsim.scenario.scalars import duration_text
from tcpsim.tcp.states import State
from tcpsim.trace import (
    FORGETS,
    Event,
    Flight,
    HostEvent,
    Returned,
    SegmentDropped,
    Signalled,
    StateChanged,
    Trace,
)
from tcpsim.wire.notation import segment_notation
from tcpsim.wire.pair import SocketPair


@dataclass(frozen=True, slots=True)
class Result:
    """Whether one expectation held. `text` says what was expected, `seen` what was seen instead ("" if it held).

    `index` is the expectation's place in the scenario; several results may have the same.
    """

    index: int
    text: str
    held: bool
    seen: str = ""
    because: str = ""

    def __str__(self) -> str:
        if self.held:
            return f"ok: {self.text}"
        reason = f" (because {self.because})" if self.because else ""
        return f"FAILED: {self.text}{reason}; {self.seen}"


class Target(NamedTuple):
    """The connections of a host on one pair; or, without a pair, all that happened on a host that had no connection.

    Of the pair's connections it may be a single one: from the event with the index `begins` on, until just before the
    one with the index `ends`.
    """

    host: str
    pair: SocketPair | None
    label: str
    begins: int = 0
    ends: int = sys.maxsize

    def has(self, event: Event) -> bool:
        """Whether something happened to it."""
        mine = event.host == self.host and (self.pair is None or event.pair == self.pair)
        return mine and self.begins <= event.index < self.ends


class Observed:
    """A trace, and the hosts that were in it. It ends (µs) with its last event, or at the scenario's `until`."""

    def __init__(self, trace: Trace, plans: HostPlans, until: int = 0) -> None:
        self.trace = trace
        self.plans = plans
        self.until = until

    @cached_property
    def end(self) -> int:
        """When it was over (µs)."""
        return max(self.until, self.trace.events[-1].time if self.trace.events else 0)

    @cached_property
    def _events_of(self) -> Mapping[str, list[Event]]:
        """What happened on each host, in order: where there are many, nobody looks through all for each."""
        events: defaultdict[str, list[Event]] = defaultdict(list)
        for event in self.trace.events:
            events[event.host].append(event)
        return events

    def _on(self, host: str, kind: type[Event]) -> Iterator[Any]:
        """The events of one class on a host, in order."""
        return (event for event in self._events_of[host] if type(event) is kind)

    # ---- connections ------------------------------------------------------------------------------------------------

    def targets(self, who: Who) -> list[Target]:
        """The connections that are meant. A listener is looked at only where its host had no connection."""
        found = [target for host in self.plans.members(who.host) for target in self._targets_on(host, who)]
        return [found[0]._replace(label=str(who))] if len(found) == 1 else found

    def _targets_on(self, host: str, who: Who) -> list[Target]:
        if who.nth:
            return self.connections(host, who)[who.nth - 1 : who.nth]
        pairs = [pair for pair in self.trace.connections_of(host) if pair.remote]
        if not pairs and not who.peer:
            return [Target(host, None, host)]
        return [Target(host, pair, self._label(host, pair)) for pair in pairs if self._means(who, pair)]

    def connections(self, host: str, who: Who) -> list[Target]:
        """Every connection of a host that is meant, apart from others on its pair, in the order in which they began."""
        begun: list[Target] = []
        last: dict[SocketPair, int] = {}  # the place of each pair's last one
        for event in self._events_of[host]:
            pair = event.pair
            if type(event) is StateChanged and pair is not None and pair.remote and _begins(event):
                if not self._means(who, pair):
                    continue
                if pair in last:
                    begun[last[pair]] = begun[last[pair]]._replace(ends=event.index)
                last[pair] = len(begun)
                begun.append(Target(host, pair, self._label(host, pair), event.index))
        return begun

    def _means(self, who: Who, pair: SocketPair) -> bool:
        """Whether a connection is with the peer that is meant."""
        if not who.peer:
            return True
        return self.trace.addresses.get(pair.remote) in self.plans.members(who.peer) and who.port in (0, pair.rport)

    def _label(self, host: str, pair: SocketPair) -> str:
        return f"{host} with {self.peer(pair)}"

    def peer(self, pair: SocketPair) -> str:
        """The other end of a connection, by name and port."""
        return f"{self.trace.addresses.get(pair.remote, pair.remote)}:{pair.rport}"

    def states(self, target: Target) -> list[State]:
        """The states that a connection passed through, first to last."""
        if target[3:] == (0, sys.maxsize):
            return self.trace.states_of(target.host, target.pair)
        states: list[State] = []
        for event in self._events_of[target.host]:
            if type(event) is StateChanged and target.has(event):
                states += [event.destination] if states else [event.source, event.destination]
            elif states[-1:] != [State.CLOSED] and _forgets(event, target.host) and target.begins < event.index:
                states.append(State.CLOSED)
        return states

    def living(self, host: str, who: Who, time: int) -> list[State]:
        """The state of each connection that is meant, when all is done that happens at `time`; and of each listener."""
        only = [target.begins for target in self.connections(host, who)[who.nth - 1 : who.nth]] if who.nth else None
        states: dict[SocketPair, tuple[int, State]] = {}
        for event in self._events_of[host]:
            if event.time > time:
                break
            pair = event.pair
            if _forgets(event, host):
                states.clear()
            elif type(event) is StateChanged and pair is not None:
                began = event.index if _begins(event) or pair not in states else states[pair][0]
                states[pair] = (began, event.destination)
        return [
            state
            for pair, (began, state) in states.items()
            if state is not State.CLOSED and self._lives(who, pair, state) and (only is None or began in only)
        ]

    def _lives(self, who: Who, pair: SocketPair, state: State) -> bool:
        """Whether it is a connection that is meant, or a listener. A connection is gone that is in LISTEN again."""
        return (state is not State.LISTEN and self._means(who, pair)) if pair.remote else not who.peer

    def states_then(self, host: str, who: Who, time: int) -> set[State]:
        """The states that the connections meant are in then; of none, what its host is in: LISTEN or CLOSED."""
        states: set[State] = {state for state in self.living(host, who, time) if state is not State.LISTEN}
        listens = State.LISTEN in self.living(host, Who(host), time)
        if not states:
            states.add(State.LISTEN if listens else State.CLOSED)
        return states

    def time_in_state(self, target: Target, state: State) -> int:
        """How long (µs) a connection was in a state, until the end if it never left it.

        One whose host crashes leaves its state then: there is no TCB any more.
        """
        total, since = 0, None
        for event in self._events_of[target.host]:
            moved = type(event) is StateChanged and target.has(event)
            forgotten = _forgets(event, target.host)
            if since is not None and (moved or forgotten or event.index == target.ends):
                total, since = total + event.time - since, None
            if type(event) is StateChanged and moved and event.destination is state:
                since = event.time
        return total if since is None else total + self.end - since

    # ---- users ------------------------------------------------------------------------------------------------------

    def received(self, target: Target) -> bytes:
        """All octets that the calls on a connection gave to the host's programs."""
        return b"".join(
            event.result.value
            for event in self._on(target.host, Returned)
            if event.pair == target.pair and target.has(event) and isinstance(event.result.value, bytes)
        )

    def errors(self, host: str, who: Who) -> list[str]:
        """The errnos that calls of a host failed with, in order."""
        concerns = self._concerning(host, who)
        return [event.result.error for event in self._on(host, Returned) if event.result.error and concerns(event)]

    def told(self, host: str, who: Who) -> list[str]:
        """The errnos that a host's users were told of while no call was waiting to fail with them."""
        concerns = self._concerning(host, who)
        return [event.signal.errno for event in self._on(host, Signalled) if event.signal.errno and concerns(event)]

    def _concerning(self, host: str, who: Who) -> Callable[[Event], bool]:
        """Whether what happened on a host is about a connection that is meant; or anything, where no one is named."""
        meant = self.connections(host, who)[who.nth - 1 : who.nth] if who.nth else []

        def concerns(event: Event) -> bool:
            if who.nth:
                return any(target.has(event) for target in meant)
            return not who.peer or (event.pair is not None and self._means(who, event.pair))

        return concerns

    def dropped(self, host: str, who: Who) -> list[str]:
        """Why segments were dropped that had reached a host, in order."""
        concerns = self._concerning(host, who)
        return [event.reason.caption for event in self._on(host, SegmentDropped) if concerns(event)]

    # ---- segments ---------------------------------------------------------------------------------------------------

    def sent(self, pattern: SegmentPattern) -> Iterator[Flight]:
        """The segments of a pattern that hosts sent, in order. Injected ones are not among them: no host sent them."""
        senders = None if pattern.sender == ANY else frozenset(self.plans.members(pattern.sender))
        for flight in self.trace.flights:
            meant = not flight.injected and (senders is None or flight.sender in senders)
            if meant and pattern.kind.matches(flight.segment):
                yield flight


def _forgets(event: Event, host: str) -> bool:
    """Whether a host forgets all its connections."""
    return type(event) is HostEvent and event.host == host and event.what in FORGETS


def _begins(event: StateChanged) -> bool:
    """Whether a connection begins: it is opened by its user or by a SYN, perhaps out of TIME-WAIT."""
    anew = event.source is State.TIME_WAIT and event.destination not in {State.TIME_WAIT, State.CLOSED}
    return anew or event.source is State.CLOSED or event.source is State.LISTEN


def flight_text(flight: Flight) -> str:
    """A transmission as a scenario's `wire` would have it, and when it was sent."""
    notation = segment_notation(flight.segment, seq_base=flight.seq_base, ack_base=flight.ack_base, window=False)
    return f"{flight.sender} > {notation} at {duration_text(flight.sent_at)}"
