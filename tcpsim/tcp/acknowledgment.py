"""What an acceptable acknowledgment does (RFC 9293 §3.10.7.4, fifth step; RFC 6298; RFC 5681).

It lays segments to rest, measures the round trip, restarts the retransmission timer, and opens or closes the send
window. Whether an acknowledgment is acceptable, and in which state that leads where, is told in `steps`.
"""

from typing import Final

from tcpsim.tcp import congestion
from tcpsim.tcp.effects import STOPPED, Effect, Timer
from tcpsim.tcp.options import TICK, timestamp
from tcpsim.tcp.sending import (
    retransmit,
    retransmit_first,
    send_pending,
    start_retransmission_timer,
)
from tcpsim.tcp.states import KEPT_ALIVE
from tcpsim.tcp.tcb import NEVER, UNLIMITED, Tcb
from tcpsim.wire.flags import FIN
from tcpsim.wire.options import Timestamps
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import HALF, MASK

_RETRANSMISSION: Final = Timer.RETRANSMISSION.value
_PERSIST: Final = Timer.PERSIST.value
_USER: Final = Timer.USER.value
_DUPLICATE_ACKS: Final = 3  # RFC 5681 §3.2


def acknowledge(tcb: Tcb, segment: Segment, octets: int, now: int, effects: list[Effect]) -> None:
    """SND.UNA ← SEG.ACK: take what is acknowledged off the retransmission queue, measure, and restart the timer.

    `octets` is how many numbers that are.
    """
    tcb.snd_una = ack = segment.ack
    tcb.duplicate_acks = 0
    outgoing = tcb.outgoing
    queue = outgoing.retransmission_queue
    if ack == tcb.snd_nxt and len(queue) == 1:  # all there is, as nearly always
        entry = queue.pop()
        sent_at = entry.sent_at if entry.transmissions == 1 else -1
    else:
        sent_at = outgoing.acknowledge(ack)
    if sent_at >= 0:
        tcb.rto.measure(now - sent_at, tcb.profile)
    elif tcb.agreed.timestamps:
        _measure_by_echo(tcb, segment, now)
    if tcb.recover is not None:
        _after_loss(tcb, tcb.recover, octets, now, effects)
    elif tcb.cwnd < tcb.max_snd_wnd and not outgoing.fin_sent:  # a larger one would not be seen
        congestion.open_by(tcb, octets)
    timers = tcb.timers
    if queue:
        # R2 counts from when a segment became the earliest unacknowledged: until then others were waited for.
        queue[0] = queue[0].earliest_since(now)
        if tcb.profile.user_timeout is not None:
            timers[_USER] = now + tcb.profile.user_timeout
        if timers[_PERSIST] == NEVER:
            start_retransmission_timer(tcb, now, effects)  # RFC 6298 (5.3)
    else:
        timers[_USER] = NEVER
        if timers[_RETRANSMISSION] != NEVER:
            timers[_RETRANSMISSION] = NEVER  # RFC 6298 (5.2)
            effects.append(STOPPED[_RETRANSMISSION])
        else:
            tcb.stop_timer(Timer.PERSIST, effects)  # a probe was taken in; what still waits begins to wait anew


def _measure_by_echo(tcb: Tcb, segment: Segment, now: int) -> None:
    """TSecr says which transmission is acknowledged, so that one sent again can be measured: Karn's exception.

    RFC 7323 §4, RFC 6298 §3. The acknowledgment is one that advances SND.UNA, as the RTTM rule demands. What was sent
    only once is measured by the clock itself, which is finer than that of the timestamps.
    """
    stamps = segment.option(Timestamps)
    if stamps is not None:
        ticks = (timestamp(now) - stamps.echo) & MASK
        if ticks < HALF:  # not the echo of something we have yet to send
            tcb.rto.measure(ticks * TICK, tcb.profile)


def _after_loss(tcb: Tcb, recover: int, octets: int, now: int, effects: list[Effect]) -> None:
    """A partial acknowledgment: what was sent before the loss was noticed has another hole. Fill it at once.

    RFC 6582 §3.2 step 3; after a time-out slow start sends all of it again (RFC 5681 §3.1), and where there is no
    congestion window, hole by hole: without it each further hole would wait for a timer of its own.
    """
    partial = (tcb.snd_una - recover) & MASK >= HALF
    if tcb.resend is not None:
        if tcb.cwnd < tcb.max_snd_wnd:
            congestion.open_by(tcb, octets)
        if partial:
            _send_again(tcb, tcb.resend, recover, now, effects)
    elif partial:
        congestion.partially_acknowledged(tcb, octets)
        retransmit_first(tcb, now, effects, fast=True)
    else:
        congestion.fast_recovery_ends(tcb)
    if not partial:
        tcb.recovered = recover
        tcb.recover = tcb.resend = None


def _send_again(tcb: Tcb, resend: int, recover: int, now: int, effects: list[Effect]) -> None:
    """What was in flight when the RTO expired, from `resend` to `recover`, as far as both windows allow it.

    The earliest goes in any case.
    """
    una = tcb.snd_una
    window = min(tcb.cwnd, tcb.snd_wnd)
    if (una - resend) & MASK < HALF:
        resend = una
    for index, entry in enumerate(tcb.outgoing.retransmission_queue):
        if (entry.seq - recover) & MASK < HALF or (index and (entry.end - una) & MASK > window):
            return
        if (entry.seq - resend) & MASK < HALF:
            retransmit(tcb, index, now, effects)


def count_duplicate(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> None:
    """RFC 5681 §2: a duplicate ACK acknowledges nothing new, carries nothing, and leaves the window as it was."""
    if segment.payload or segment.flags & FIN or segment.wnd << tcb.agreed.snd_scale != tcb.snd_wnd:
        return
    if not tcb.outgoing.retransmission_queue:
        return  # this end has reset the connection, and lingers: it has nothing to send again
    tcb.duplicate_acks += 1
    limited = tcb.cwnd != UNLIMITED
    if limited and tcb.recover is not None:
        if tcb.resend is None:
            congestion.one_more_has_left(tcb)
    elif tcb.duplicate_acks == _DUPLICATE_ACKS:
        # RFC 6582 §3.2 step 1: not for ACKs of what was sent again, until something beyond that is acknowledged.
        if tcb.snd_wnd and tcb.snd_una != tcb.recovered:
            tcb.recover = tcb.snd_nxt
            congestion.fast_recovery_begins(tcb)
            retransmit_first(tcb, now, effects, fast=True)
    elif limited and tcb.duplicate_acks < _DUPLICATE_ACKS:
        _limited_transmit(tcb, now, effects)


def _limited_transmit(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """One of the first two duplicate ACKs: a new segment may leave beyond the congestion window (RFC 3042)."""
    cwnd, mss = tcb.cwnd, tcb.agreed.mss
    in_flight = (tcb.snd_nxt - tcb.snd_una) & MASK
    tcb.cwnd = max(cwnd, min(in_flight, cwnd + (tcb.duplicate_acks - 1) * mss) + mss)
    send_pending(tcb, now, effects)
    tcb.cwnd = cwnd


def window_opened(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """Leave the persist state: what the closed window refused is sent again at once, timed and counted as if new."""
    tcb.stop_timer(Timer.PERSIST, effects)
    tcb.probes = 0
    tcb.persist_interval = 0
    queue = tcb.outgoing.retransmission_queue
    if queue:
        queue[0] = queue[0]._replace(waiting_since=now, transmissions=1)  # MUST-37: probing was no step towards R2
        retransmit_first(tcb, now, effects)
        start_retransmission_timer(tcb, now, effects)


def heard_from(tcb: Tcb, now: int) -> None:
    """The peer lives: probes are counted anew, and keep-alive waits for the next silence (MUST-26)."""
    tcb.probes = 0
    if tcb.profile.keep_alive and tcb.state in KEPT_ALIVE:
        tcb.timers[Timer.KEEP_ALIVE] = now + tcb.profile.keep_alive_idle
