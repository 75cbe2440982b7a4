"""What a trace shows of the hosts and connections that an expectation names.

Lives here: whose connection is meant by `server with client-2`, the states it passed through, the time it spent in
them, what its user received and was told. Must not be known here: expectations, and how a trace came about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tcpsim.scenario.hosts import HostPlans
from tcpsim.scenario.patterns import ANY, SegmentPattern, Who
from tcpsim.scenario.scalars import duration_text
from tcpsim.tcp.states import State
from tcpsim.trace import FORGETS, Flight, HostEvent, Returned, Signalled, StateChanged, Trace, iterate
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
    """One connection of a host; or, without a pair, all that happened on a host that had no connection."""

    host: str
    pair: SocketPair | None
    label: str


class Observed:
    """A trace, and the hosts that were in it."""

    def __init__(self, trace: Trace, plans: HostPlans) -> None:
        self.trace = trace
        self.plans = plans

    # ---- connections ------------------------------------------------------------------------------------------------

    def targets(self, who: Who) -> list[Target]:
        """The connections that are meant. A listener is looked at only where its host had no connection."""
        found = [target for host in self.plans.members(who.host) for target in self._targets_on(host, who)]
        return [Target(found[0].host, found[0].pair, str(who))] if len(found) == 1 else found

    def _targets_on(self, host: str, who: Who) -> list[Target]:
        pairs = [pair for pair in self.trace.connections_of(host) if pair.remote]
        if not pairs and not who.peer:
            return [Target(host, None, host)]
        if who.peer:
            addresses = {self.plans.hosts[peer].address for peer in self.plans.members(who.peer)}
            pairs = [pair for pair in pairs if pair.remote in addresses and who.port in (0, pair.rport)]
        return [Target(host, pair, f"{host} with {self.peer(pair)}") for pair in pairs]

    def peer(self, pair: SocketPair) -> str:
        """The other end of a connection, by name and port."""
        return f"{self.trace.addresses.get(pair.remote, pair.remote)}:{pair.rport}"

    def time_in_state(self, target: Target, state: State) -> int:
        """How long (µs) a connection was in a state, until the end of the trace if it never left it.

        One whose host crashes leaves its state then: there is no TCB any more.
        """
        total, since = 0, None
        for event in self.trace.events:
            if event.host != target.host:
                continue
            moved = type(event) is StateChanged and (target.pair is None or event.pair == target.pair)
            forgotten = type(event) is HostEvent and event.what in FORGETS
            if since is not None and (moved or forgotten):
                total, since = total + event.time - since, None
            if type(event) is StateChanged and moved and event.destination is state:
                since = event.time
        if since is not None and self.trace.events:
            total += self.trace.events[-1].time - since
        return total

    # ---- users ------------------------------------------------------------------------------------------------------

    def received(self, target: Target) -> bytes:
        """All octets that the calls on a connection gave to the host's programs."""
        return b"".join(
            event.result.value
            for event in iterate(self.trace, Returned)
            if event.host == target.host and event.pair == target.pair and isinstance(event.result.value, bytes)
        )

    def errors(self, host: str, who: Who) -> list[str]:
        """The errnos that calls of a host failed with, in order."""
        return [
            event.result.error
            for event in iterate(self.trace, Returned)
            if event.host == host and event.result.error and self._concerns(event.pair, who)
        ]

    def told(self, host: str, who: Who) -> list[str]:
        """The errnos that a host's users were told of while no call was waiting to fail with them."""
        return [
            event.signal.errno
            for event in iterate(self.trace, Signalled)
            if event.host == host and event.signal.errno and self._concerns(event.pair, who)
        ]

    def _concerns(self, pair: SocketPair | None, who: Who) -> bool:
        if not who.peer:
            return True
        names = self.plans.members(who.peer)
        return pair is not None and self.trace.addresses.get(pair.remote) in names and who.port in (0, pair.rport)

    # ---- segments ---------------------------------------------------------------------------------------------------

    def sent(self, pattern: SegmentPattern) -> Iterator[Flight]:
        """The segments of a pattern that hosts sent, in order. Injected ones are not among them: no host sent them."""
        senders = None if pattern.sender == ANY else self.plans.members(pattern.sender)
        for flight in self.trace.flights:
            meant = not flight.injected and (senders is None or flight.sender in senders)
            if meant and pattern.kind.matches(flight.segment):
                yield flight


def flight_text(flight: Flight) -> str:
    """A transmission as a scenario's `wire` would have it, and when it was sent."""
    notation = segment_notation(flight.segment, seq_base=flight.seq_base, ack_base=flight.ack_base, window=False)
    return f"{flight.sender} > {notation} at {duration_text(flight.sent_at)}"
