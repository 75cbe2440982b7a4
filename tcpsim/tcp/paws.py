"""PAWS, protection against wrapped sequence numbers: which timestamps are believed, and remembered (RFC 7323 §4, §5).

Two steps of SEGMENT ARRIVES, for connections that agreed on timestamps; where they stand among the others, `steps`
tells. Which timestamps are sent is the business of `options`.
"""

from typing import Final

from tcpsim.tcp import drops
from tcpsim.tcp.effects import Effect
from tcpsim.tcp.profiles import HOUR
from tcpsim.tcp.sending import send_acknowledgment
from tcpsim.tcp.tcb import NOTHING, Tcb
from tcpsim.wire.flags import RST
from tcpsim.wire.options import Timestamps
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import HALF, MASK

_TS_RECENT_LASTS: Final = 24 * 24 * HOUR  # RFC 7323 §5.5: after 24 days a clock of 1 ms may have come half round


def check_timestamp(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """PAWS (RFC 7323 §5.3 R1), a step of connections that agreed on timestamps."""
    stamps = segment.option(Timestamps)
    flags = segment.flags
    if stamps is None:
        if flags & RST or not tcb.profile.require_timestamps:
            return True
        effects.append(drops.NO_TIMESTAMP)  # §3.2: dropped silently
        return False
    older = (stamps.value - tcb.ts_recent) & MASK >= HALF
    if older and not flags & RST and now - tcb.ts_recent_at < _TS_RECENT_LASTS:
        effects.append(drops.TIMESTAMP_TOO_OLD)
        send_acknowledgment(tcb, now, effects)
        return False
    return True


def remember_timestamp(tcb: Tcb, segment: Segment, now: int, _effects: list[Effect]) -> bool:
    """TS.Recent ← SEG.TSval (RFC 7323 §4.3 (2)): after the fifth step, for what it refuses must leave no trace (K12).

    Nor must a RST (§5.3 R3 is about segments that are taken in). Older than TS.Recent it is not: PAWS has seen to that.
    """
    # SEG.SEQ ≤ Last.ACK.sent: RCV.NXT, unless an acknowledgment is still being delayed
    if tcb.ack_owed == NOTHING and (tcb.rcv_nxt - segment.seq) & MASK < HALF:
        stamps = segment.option(Timestamps)
        if stamps is not None:
            tcb.ts_recent = stamps.value
            tcb.ts_recent_at = now
    return True
