"""Whether less than a full segment may leave now: Nagle's algorithm (RFC 9293 §3.7.4), silly windows (§3.8.6.2.1).

Lives here: the answer, for octets that fit into the windows. Must not be known here: how they are sent (`sending`), and
how long what may not leave waits (`sending`, `timeouts`).
"""

from tcpsim.tcp.tcb import Tcb
from tcpsim.wire.flags import SYN


def worth_sending(tcb: Tcb, octets: int, last: bool) -> bool:
    """Nagle (RFC 9293 §3.7.4) and the sender's silly-window avoidance (§3.8.6.2.1, MUST-38), for less than an MSS."""
    if tcb.snd_nxt != tcb.snd_una and tcb.profile.nagle and not (tcb.profile.minshall and _all_in_flight_is_full(tcb)):
        # Nagle holds it back while something is unacknowledged, unless it is the last and followed by a FIN: CLOSE
        # implies PUSH (§3.9.1.4), and no more data will come that could fill the segment. A SYN is no data: where it
        # is all that is unacknowledged (a two-way handshake), the first octets need not wait.
        outgoing = tcb.outgoing
        return last and (outgoing.fin_queued or outgoing.retransmission_queue[-1].flags & SYN != 0)
    return (last and (tcb.outgoing.pushed or _held_long_enough(tcb))) or octets * 2 >= tcb.max_snd_wnd


def _held_long_enough(tcb: Tcb) -> bool:
    """Whether something was acknowledged since octets were queued that wait for that at most."""
    held_at = tcb.outgoing.held_at
    return held_at is not None and held_at != tcb.snd_una


def _all_in_flight_is_full(tcb: Tcb) -> bool:
    """Whether no segment with less than an MSS of text awaits acknowledgment: Minshall's way with Nagle's algorithm."""
    mss = tcb.agreed.mss
    return not any(0 < len(entry.payload) < mss for entry in tcb.outgoing.retransmission_queue)
