"""The network between hosts: how long a segment takes, and whether it gets there. It knows no TCP and no programs.

A `Network` has a `Path` for each direction between two hosts, and a `Middlebox` that sees them all. It decides, for
each segment put on it, when copies of it arrive; the world schedules those arrivals. Aimed faults come first, chance
after.
"""

from typing import Final, NamedTuple

from tcpsim.sim.chance import Chance
from tcpsim.sim.setup import Fault, Impairments, NetworkSetup
from tcpsim.wire.flags import ACK, SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment

_HEADERS: Final = 40  # octets of an IPv4 and a TCP header without options, for `rate`
_BITS_TIMES_MICROSECONDS: Final = 8 * 1_000_000


class Fate(NamedTuple):
    """What becomes of one transmission: the times (µs) at which copies arrive, or why it is lost.

    `corrupted`: it arrives, once, with a checksum that does not hold. `icmp` are the errors that routers send for it.
    """

    arrivals: tuple[int, ...]
    lost: str = ""
    corrupted: bool = False
    icmp: tuple[str, ...] = ()


class Middlebox:
    """A NAT or a firewall between hosts: what it remembers of conversations, both of whose directions it sees.

    `heard` is when (µs) a segment of each last passed. What it never heard of may pass; what it has forgotten may not,
    until a SYN makes it known anew.
    """

    __slots__ = ("heard",)

    def __init__(self) -> None:
        self.heard: dict[SocketPair, int] = {}

    def copy(self) -> "Middlebox":
        """An independent copy."""
        other = Middlebox()
        other.heard = self.heard.copy()
        return other

    def freeze(self, now: int) -> tuple[object, ...]:
        """What it remembers, hashable, with times relative to `now`."""
        return tuple(sorted((pair, now - time) for pair, time in self.heard.items()))

    def sees(self, segment: Segment, fate: Fate, now: int, idle_timeout: int) -> Fate:
        """What becomes of a transmission that would have this fate, were it not for the middlebox."""
        conversation = min(segment.pair, segment.pair.reverse)
        silent_for = now - self.heard.get(conversation, now)
        if silent_for >= idle_timeout and conversation in self.heard and segment.flags & (SYN | ACK) != SYN:
            return Fate((), "forgotten by a middlebox")
        if fate.arrivals and not fate.corrupted:
            self.heard[conversation] = now
        return fate


class Path:
    """One direction between two hosts."""

    __slots__ = ("busy_until", "impairments", "plain")

    def __init__(self, impairments: Impairments) -> None:
        self.impairments = impairments
        self.busy_until = 0
        # Nothing but delay: the hot path of every run without chance in it.
        self.plain = impairments == Impairments(delay=impairments.delay)

    def copy(self) -> "Path":
        """An independent copy."""
        other = Path(self.impairments)
        other.busy_until = self.busy_until
        return other

    def carry(self, segment: Segment, now: int, chance: Chance, faults: tuple[Fault, ...] = ()) -> Fate:
        """Put a segment on the path at `now` (µs); `faults` are those aimed at this very segment."""
        impairments = self.impairments
        leaves = self._serialized(segment, now)
        late = sum(fault.by for fault in faults if fault.action == "delay")
        if any(fault.action == "drop" for fault in faults):
            return Fate((), "dropped by fault", icmp=tuple(fault.icmp for fault in faults if fault.icmp))
        if chance.happens(impairments.loss):
            return Fate((), "loss")
        arrives = leaves + self._delay(chance) + late
        if any(fault.action == "corrupt" for fault in faults) or chance.happens(impairments.corrupt):
            return Fate((arrives,), "corrupted", corrupted=True)
        copies = [arrives, *(arrives + fault.after for fault in faults if fault.action == "duplicate")]
        if chance.happens(impairments.duplicate):
            copies.append(arrives)
        return Fate(tuple(copies))

    def _delay(self, chance: Chance) -> int:
        impairments = self.impairments
        if chance.happens(impairments.reorder):
            return 0  # as netem does it: a reordered segment jumps the queue
        if impairments.jitter:
            return max(impairments.delay + chance.between(-impairments.jitter, impairments.jitter), 0)
        return impairments.delay

    def _serialized(self, segment: Segment, now: int) -> int:
        """When the last bit of the segment has left: at once, or behind those before it when the rate is limited."""
        rate = self.impairments.rate
        if rate is None:
            return now
        octets = _HEADERS + len(segment.payload)
        start = max(now, self.busy_until)
        self.busy_until = start + -(-octets * _BITS_TIMES_MICROSECONDS // rate)
        return self.busy_until


class Network:
    """Every path, made when it is first used, and what is the same for all of them.

    `counts` is how many segments of its kind each fault has seen, `used` whether it met the one it was aimed at.
    """

    __slots__ = ("counts", "faults", "middlebox", "paths", "setup", "used")

    def __init__(self, setup: NetworkSetup, faults: tuple[Fault, ...]) -> None:
        self.setup = setup
        self.faults = faults
        self.counts = [0] * len(faults)
        self.used = [False] * len(faults)
        self.paths: dict[tuple[str, str], Path] = {}
        self.middlebox = Middlebox()

    def copy(self) -> "Network":
        """An independent copy."""
        other = Network(self.setup, self.faults)
        other.counts = self.counts.copy()
        other.used = self.used.copy()
        other.paths = {ends: path.copy() for ends, path in self.paths.items()}
        other.middlebox = self.middlebox.copy()
        return other

    def freeze(self, now: int) -> tuple[object, ...]:
        """All that its future follows from, hashable, with times relative to `now`."""
        busy = ((ends, path.busy_until - now) for ends, path in self.paths.items() if path.busy_until > now)
        return (tuple(self.counts), tuple(sorted(busy)), self.middlebox.freeze(now))

    def path(self, sender: str, receiver: str) -> Path:
        """The way from one host to another; what a host sends to itself takes no time."""
        path = self.paths.get((sender, receiver))
        if path is None:
            impairments = self.setup.directions.get((sender, receiver), self.setup.everywhere)
            if sender == receiver:
                impairments = Impairments(delay=0)
            path = self.paths[sender, receiver] = Path(impairments)
        return path

    def only_delays(self, sender: str, receiver: str) -> bool:
        """Whether nothing but delay can happen to what one host sends to another."""
        return self.path(sender, receiver).plain and not any(fault.sender == sender for fault in self.faults)

    def delay(self, sender: str | None, receiver: str) -> int:
        """How long (µs) a segment takes to which nothing else happens. `sender` None: it comes from anywhere."""
        return self.setup.everywhere.delay if sender is None else self.path(sender, receiver).impairments.delay

    def carry(self, sender: str, receiver: str, segment: Segment, now: int, chance: Chance) -> Fate:
        """Put a segment on its path at `now` (µs)."""
        path = self.path(sender, receiver)
        fate = path.carry(segment, now, chance, self._aimed_at(sender, segment))
        idle_timeout = path.impairments.idle_timeout
        return fate if idle_timeout is None else self.middlebox.sees(segment, fate, now, idle_timeout)

    def unused_faults(self) -> tuple[Fault, ...]:
        """The faults that never met the segment they were aimed at."""
        return tuple(fault for fault, used in zip(self.faults, self.used, strict=True) if not used)

    def _aimed_at(self, sender: str, segment: Segment) -> tuple[Fault, ...]:
        """The faults aimed at this very segment; every fault whose kind it is counts it."""
        hits = []
        for index, fault in enumerate(self.faults):
            if fault.sender == sender and fault.kind.matches(segment):
                self.counts[index] += 1
                if fault.nth is None or self.counts[index] in fault.nth:
                    self.used[index] = True
                    hits.append(fault)
        return tuple(hits)
