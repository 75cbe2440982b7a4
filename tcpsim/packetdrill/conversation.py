"""One connection as the script sees it: the ports it runs between, and what its relative numbers stand for.

A script counts sequence numbers from the first SYN of each side, and so reads the same whatever numbers the stack
chooses; SYNs themselves have the numbers that the script gives them. Timestamps of the stack count from the first that
the script expects. Lives here: both directions of that translation. Must not be known here: what is expected when.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from tcpsim.packetdrill.failures import Failed
from tcpsim.packetdrill.script import OptionPattern, SegmentPattern, TimestampsPattern
from tcpsim.packetdrill.stack import Sent
from tcpsim.wire.flags import ACK, SYN
from tcpsim.wire.options import Option, Sack, Timestamps
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment, segment_on
from tcpsim.wire.seq import MASK


class Progress(Enum):
    """How far a conversation has come, by the segments of the script."""

    NEW = auto()
    LISTENING = auto()
    CONNECTING = auto()  # connect() was called, and the script expects a SYN
    SYN_SENT = auto()
    ARRIVED = auto()  # something came for a listener
    SYN_ACK_SENT = auto()
    OPEN = auto()


@dataclass(slots=True)
class Conversation:
    """One connection of the stack under test, or a socket that may come to have one.

    `pair` is seen from the stack; its local port is 0 until it is known. `script_iss` and `live_iss` are the stack's
    initial sequence number in the script and on the wire; `irs` is the peer's, which is the same in both. `stamps` says
    which value of the stack's clock a value in the script has turned out to be.
    """

    pair: SocketPair
    progress: Progress = Progress.NEW
    script_iss: int = 0
    live_iss: int = 0
    irs: int = 0
    stamps: dict[int, int] = field(default_factory=dict)
    first_stamp: tuple[int, int] | None = None  # the first: in the script, on the wire
    passed_over: deque[Sent] = field(default_factory=deque)  # sent while the script looked for another's segments

    # ---- what arrives -----------------------------------------------------------------------------------------------

    def arriving(self, pattern: SegmentPattern) -> Segment:
        """What the script injects, as it is on the wire. Raises Failed for a timestamp that echoes nothing."""
        flags = pattern.flags
        syn = flags & SYN != 0
        if self.progress is Progress.SYN_ACK_SENT and flags & ACK:
            self.progress = Progress.OPEN
        elif self.progress is Progress.SYN_SENT and syn and flags & ACK:
            self.progress = Progress.OPEN
            self.irs = pattern.seq or 0
        ours = self._ours(syn=syn)
        seq = pattern.seq or 0
        source = self.pair.reverse
        if pattern.ports is not None:
            sport, dport = pattern.ports
            source = SocketPair(source.local, sport or source.lport, source.remote, dport or source.rport)
        return segment_on(
            source,
            seq if pattern.seq_absolute or syn else (seq + self.irs) & MASK,
            ((pattern.ack or 0) + ours) & MASK if flags & ACK else pattern.ack or 0,
            flags,
            pattern.window or 0,
            bytes(pattern.octets),
            tuple(self._option_arriving(option, ours, flags) for option in pattern.options or ()),
            pattern.urgent or 0,
        )

    def _option_arriving(self, option: OptionPattern, ours: int, flags: int) -> Option:
        if type(option) is Sack:
            return Sack(tuple(((left + ours) & MASK, (right + ours) & MASK) for left, right in option.blocks))
        if type(option) is not TimestampsPattern:
            return option  # type: ignore[return-value]  # it is one of the wire's
        echo = option.echo
        if not option.echo_absolute and flags & ACK:
            if echo not in self.stamps:
                raise Failed(f"nothing that the stack has sent had a timestamp of {echo}, which this segment echoes")
            echo = self.stamps[echo]
        return Timestamps(option.value or 0, echo)

    # ---- what is sent -----------------------------------------------------------------------------------------------

    def learn_from(self, pattern: SegmentPattern, segment: Segment) -> None:
        """The script expects `pattern`, and `segment` was sent: what do its numbers and timestamps stand for?"""
        if self.progress is Progress.ARRIVED and pattern.flags & (SYN | ACK) == SYN | ACK:
            self.progress = Progress.SYN_ACK_SENT
            self.script_iss = pattern.seq or 0
            self.live_iss = segment.seq
        expected = _stamps(pattern)
        sent = segment.option(Timestamps)
        if expected is None or sent is None:
            return
        value = expected.value
        if value is not None:
            self.stamps[value] = sent.value
        if self.first_stamp is None:
            self.first_stamp = (value or 0, sent.value)

    def begins_with(self, pair: SocketPair, iss: int) -> None:
        """The SYN of a connect() was sent: now the local port is known, and the initial sequence number."""
        self.pair = pair
        self.live_iss = iss

    def as_script(self, segment: Segment, *, absolute: bool = False) -> Segment:
        """What the stack has sent, with the numbers that a script would give it; with `absolute`, SEG.SEQ stays."""
        syn = segment.flags & SYN != 0
        theirs = 0 if syn else self.irs
        return segment.replace(
            seq=segment.seq if absolute else (segment.seq - self._ours(syn=syn)) & MASK,
            ack=(segment.ack - theirs) & MASK if segment.flags & ACK else segment.ack,
            options=tuple(self._option_sent(option, theirs) for option in segment.options),
        )

    def _option_sent(self, option: Option, theirs: int) -> Option:
        if type(option) is Sack:
            return Sack(tuple(((left - theirs) & MASK, (right - theirs) & MASK) for left, right in option.blocks))
        if type(option) is Timestamps and self.first_stamp is not None:
            script, live = self.first_stamp
            return replace(option, value=(script + option.value - live) & MASK)
        return option

    def _ours(self, *, syn: bool) -> int:
        """What to add to one of the stack's numbers in the script for the number on the wire."""
        return (self.live_iss - self.script_iss if syn else self.live_iss) & MASK


def _stamps(pattern: SegmentPattern) -> TimestampsPattern | None:
    return next((option for option in pattern.options or () if type(option) is TimestampsPattern), None)
