"""The network between hosts: how long a segment takes, and whether it gets there. It knows no TCP and no programs.

A `Path` is one direction between two hosts. It decides, for each segment put on it, when copies of it arrive; the
world schedules those arrivals. Aimed faults come first, chance after.
"""

from typing import Final, NamedTuple

from tcpsim.sim.chance import Chance
from tcpsim.sim.setup import Fault, Impairments
from tcpsim.wire.flags import ACK, SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment

_HEADERS: Final = 40  # octets of an IPv4 and a TCP header without options, for `rate`
_BITS_TIMES_MICROSECONDS: Final = 8 * 1_000_000


class Fate(NamedTuple):
    """What becomes of one transmission: the times (µs) at which copies arrive, or why it is lost.

    `corrupted`: it arrives, once, with a checksum that does not hold.
    """

    arrivals: tuple[int, ...]
    lost: str = ""
    corrupted: bool = False


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
            return Fate((), "dropped by fault")
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
