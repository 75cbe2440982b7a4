"""What happens when time passes (RFC 9293 §3.10.8, §3.8): retransmission, persist, delayed ACK, keep-alive, 2MSL.

Time comes in as `now` and leaves as `Tcb.next_deadline()`. A driver calls `time_passes` at that deadline; calling it
earlier, or more often, does no harm.
"""

from collections.abc import Callable
from typing import Final

from tcpsim.tcp import congestion, signals
from tcpsim.tcp.effects import EXPIRED, TIMERS, Effect, Signal, Timer
from tcpsim.tcp.ending import end
from tcpsim.tcp.sending import (
    retransmit_first,
    retransmit_last,
    send_acknowledgment,
    send_keep_alive,
    send_pending,
    send_reset,
    send_window_probe,
)
from tcpsim.tcp.states import KEPT_ALIVE, SYN_RECEIVED, SYN_SENT
from tcpsim.tcp.tail_loss import probe_is_due
from tcpsim.tcp.tcb import NEVER, Tcb
from tcpsim.wire.flags import SYN
from tcpsim.wire.seq import MASK


def time_passes(tcb: Tcb, now: int) -> list[Effect]:
    """It is `now` (µs): do what every timer that has expired by then asks for, earliest first."""
    effects: list[Effect] = []
    timers = tcb.timers
    while True:
        deadline = min(timers)
        if deadline > now:
            return effects
        timer = TIMERS[timers.index(deadline)]
        timers[timer] = NEVER
        effects.append(EXPIRED[timer])
        _ON_EXPIRY[timer](tcb, now, effects)


def _retransmission(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """RFC 6298 (5.4)–(5.7), and the limits R1 and R2 of RFC 9293 §3.8.3."""
    profile = tcb.profile
    entry = tcb.outgoing.retransmission_queue[0]  # it runs only while there is one
    if not tcb.snd_wnd and not entry.flags & SYN:
        # The window was shut over what is in flight: probe it (MUST-35), do not give the connection up (SHLD-17).
        _probe_window(tcb, now, effects)
        return
    if profile.tail_loss_probe is not None and not entry.flags & SYN and _probed_or_put_off(tcb, now, effects):
        return
    if _reached_r2(tcb, now):
        # Of a passive open that came to nothing the user is not told: nobody has heard of that connection (J11).
        unheard_of = tcb.state is SYN_RECEIVED and tcb.passive
        _give_up(tcb, now, "timeout_retransmission", effects, None if unheard_of else signals.RETRANSMISSION_TIMEOUT)
        return
    if entry.transmissions == profile.r1:
        effects.append(signals.SOFT_ERROR)  # SHLD-9: tell, and go on
    tcb.duplicate_acks = 0
    in_linear_phase = tcb.state is SYN_SENT and entry.transmissions <= profile.syn_linear_retries
    if not in_linear_phase:
        tcb.rto.back_off(profile)
    if entry.flags & SYN:
        congestion.syn_lost(tcb, entry.transmissions)
    else:
        tcb.recover = tcb.snd_nxt
        congestion.time_out(tcb)
    retransmit_first(tcb, now, effects)
    tcb.start_timer(Timer.RETRANSMISSION, now + tcb.rto.rto, effects)


def _probed_or_put_off(tcb: Tcb, now: int, effects: list[Effect]) -> bool:
    """The timer was set for a tail-loss probe (RFC 8985 §7.3), or a fast retransmission came before the probe.

    False if neither: the RTO has expired.
    """
    if probe_is_due(tcb):
        before = tcb.snd_nxt
        _send_new(tcb, now, effects)
        if tcb.snd_nxt == before:
            retransmit_last(tcb, now, effects)
        tcb.loss_probe = tcb.snd_nxt
        tcb.start_timer(Timer.RETRANSMISSION, now + tcb.rto.rto, effects)
        return True
    rto_expires = tcb.outgoing.retransmission_queue[0].sent_at + tcb.rto.rto
    if rto_expires > now:
        tcb.start_timer(Timer.RETRANSMISSION, rto_expires, effects)
        return True
    return False


def _send_new(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """What Nagle's algorithm has held back, or a segment beyond the congestion window, if the peer's allows it."""
    cwnd = tcb.cwnd
    tcb.cwnd = max(cwnd, ((tcb.snd_nxt - tcb.snd_una) & MASK) + tcb.agreed.mss)
    send_pending(tcb, now, effects, override=True)
    tcb.cwnd = cwnd


def _give_up(tcb: Tcb, now: int, trigger: str, effects: list[Effect], signal: Signal | None) -> None:
    """The user is told, and where the profile says so the peer as well, should it still be there.

    What ICMP has said of what is still unacknowledged is the better reason (§3.9.2.2 SHLD-25, RFC 1122 §4.2.3.9).
    """
    if tcb.unreachable is not None and tcb.unreachable[1] == tcb.snd_una and signal is signals.RETRANSMISSION_TIMEOUT:
        signal = tcb.unreachable[0]
    when = tcb.profile.reset_on_timeout
    resets = when == "always" or (when == "keep-alive" and signal is signals.KEEP_ALIVE_TIMEOUT)
    if resets and signal and tcb.state is not SYN_SENT:  # whom nobody has heard of, nobody is told of
        send_reset(tcb, now, effects)
    end(tcb, trigger, effects, signal)


def _reached_r2(tcb: Tcb, now: int) -> bool:
    """Whether the first of the queue has been sent often enough, or for long enough (MUST-20, MUST-23)."""
    profile = tcb.profile
    entry = tcb.outgoing.retransmission_queue[0]
    retransmissions = entry.transmissions - 1
    waited = now - entry.waiting_since
    if tcb.state is SYN_SENT:
        if profile.syn_retries is None:
            return waited >= profile.r2_syn
        return retransmissions >= profile.syn_retries + profile.syn_linear_retries
    if tcb.state is SYN_RECEIVED:
        if profile.syn_ack_retries is None:
            return waited >= profile.r2_syn
        return retransmissions >= profile.syn_ack_retries
    limit = _retries(tcb)
    if limit is None:
        # R2 is reached in time, but never before R1: a segment that was hardly sent again proves nothing (§3.8.3).
        return waited >= profile.r2 and retransmissions >= profile.r1
    return retransmissions >= limit


def _retries(tcb: Tcb) -> int | None:
    """R2 as a count, where a stack counts. A user who has closed for good is not there to be kept waiting for."""
    profile = tcb.profile
    if tcb.reader_gone and profile.orphan_retries is not None:
        return profile.orphan_retries
    return profile.data_retries


def _persist(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """The window is closed or small, and something waits."""
    if tcb.snd_wnd and not tcb.outgoing.retransmission_queue:
        # Not closed but small: the override of silly-window avoidance (§3.8.6.2.1) sends what fits, and pushes it.
        tcb.outgoing.pushed = True
        send_pending(tcb, now, effects, override=True)
    else:
        _probe_window(tcb, now, effects)


def _probe_window(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """The window is closed: probe it, for ever while the peer answers (§3.8.6.1, MUST-37)."""
    tcb.timers[Timer.USER] = NEVER
    profile = tcb.profile
    limit = _retries(tcb)
    in_vain = now - tcb.probing_since >= profile.r2 if limit is None else tcb.probes >= limit
    if tcb.probes and in_vain:
        _give_up(tcb, now, "timeout_retransmission", effects, signals.RETRANSMISSION_TIMEOUT)
        return
    if not tcb.probes:
        tcb.probing_since = now
    send_window_probe(tcb, now, effects)
    # SHLD-30: the interval doubles, answered or not. The RTO itself stays as it is: nothing was lost.
    doubled = min(2 * max(tcb.persist_interval, tcb.rto.rto), tcb.profile.rto_max)
    tcb.persist_interval = max(doubled, profile.persist_min)
    tcb.start_timer(Timer.PERSIST, now + tcb.persist_interval, effects)


def _delayed_ack(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """Nothing came along that could have carried the acknowledgment (§3.8.6.3)."""
    send_acknowledgment(tcb, now, effects)


def _keep_alive(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """§3.8.4: only when nothing is outstanding (MUST-26), and not dead after one unanswered probe (MUST-29).

    While window probes ask (§3.8.6.1), they do its work, and count for themselves. It waits for as long as they last:
    in FIN-WAIT-1 for FIN-WAIT-2, where it acts again.
    """
    profile = tcb.profile
    outstanding = tcb.outgoing.retransmission_queue or tcb.timers[Timer.PERSIST] != NEVER
    if outstanding or tcb.state not in KEPT_ALIVE:
        tcb.timers[Timer.KEEP_ALIVE] = now + profile.keep_alive_idle
    elif tcb.probes >= profile.keep_alive_probes:
        _give_up(tcb, now, "timeout_keep_alive", effects, signals.KEEP_ALIVE_TIMEOUT)
    else:
        send_keep_alive(tcb, now, effects)
        tcb.timers[Timer.KEEP_ALIVE] = now + profile.keep_alive_interval


def _time_wait(tcb: Tcb, _now: int, effects: list[Effect]) -> None:
    """Two maximum segment lifetimes have passed."""
    end(tcb, "timeout_time_wait", effects)


def _orphan(tcb: Tcb, _now: int, effects: list[Effect]) -> None:
    """The patience with a peer that does not close, in FIN-WAIT-2 without a user, is at its end."""
    end(tcb, "timeout_orphan", effects)


def _user(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """§3.10.8: "For any state if the user timeout expires, flush all queues, signal the user …, delete the TCB"."""
    _give_up(tcb, now, "timeout_user", effects, signals.USER_TIMEOUT)  # it runs only while something is unacknowledged


_ON_EXPIRY: Final[tuple[Callable[[Tcb, int, list[Effect]], None], ...]] = (
    _retransmission,
    _persist,
    _delayed_ack,
    _time_wait,
    _orphan,
    _keep_alive,
    _user,
)
