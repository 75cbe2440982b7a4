"""Tail-loss probe (RFC 8985 §7): when the last segment is sent again, because nothing behind it could tell of its loss.

Three duplicate ACKs need three segments behind the hole; the last of a flight has none, and would wait for the RTO. A
probe asks sooner, and only once: after it the RTO runs as ever, not yet backed off. The retransmission timer serves for
both. What a probe carries is told in `timeouts`.
"""

from tcpsim.tcp.tcb import Tcb
from tcpsim.wire.flags import SYN
from tcpsim.wire.seq import HALF, MASK


def patience(tcb: Tcb) -> int:
    """How long to wait (µs) for an acknowledgment of what was sent last: PTO where a probe is due, else the RTO."""
    rto = tcb.rto
    if not probe_is_due(tcb):
        return rto.rto
    # §7.2: "If the FlightSize is one segment", its acknowledgment may be delayed. No longer than the RTO either way.
    alone = len(tcb.outgoing.retransmission_queue) == 1
    return min(2 * rto.srtt + (tcb.profile.tail_loss_probe or 0 if alone else 0), rto.rto)


def probe_is_due(tcb: Tcb) -> bool:
    """Whether the next to be sent is a probe (§7.2): not for a SYN, not in recovery, and never two in a row.

    It is for connections with SACK, which tells what became of the rest, and needs a round trip to have been measured.
    """
    if tcb.profile.tail_loss_probe is None or not tcb.agreed.sack or tcb.rto.srtt < 0 or tcb.recover is not None:
        return False
    if tcb.loss_probe is not None:
        if (tcb.snd_una - tcb.loss_probe) & MASK >= HALF:
            return False
        tcb.loss_probe = None  # §7.4: all that was outstanding when the last one was sent is acknowledged
    queue = tcb.outgoing.retransmission_queue
    return bool(queue) and not queue[0].flags & SYN
