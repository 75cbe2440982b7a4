"""Congestion control: how much may be in flight at once (RFC 5681, RFC 6582; RFC 9293 §3.8.2 MUST-19).

The peer's window says what the peer can take; the congestion window, cwnd, what the network has been seen to take. It
opens with what is acknowledged, by much below ssthresh (slow start), by little above (congestion avoidance), and shuts
with what is lost. Both are octets. Lives here: what becomes of the two. Must not be known here: which segments leave
(`sending`), and when a loss is noticed (`acknowledgment`, `timeouts`).
"""

from functools import lru_cache
from typing import Final

from tcpsim.tcp.tcb import UNLIMITED, Tcb
from tcpsim.wire.seq import HALF, MASK

_LEAST_INITIAL: Final = 14_600  # octets; RFC 6928 §2
_TEN: Final = 10  # segments
# RFC 5681 §3.1: (SMSS above this, segments)
_SMALL_INITIAL: Final = ((2_190, 2), (1_095, 3), (0, 4))


@lru_cache(maxsize=256)
def _initial_window(rule: str, mss: int) -> int:
    """IW in octets, by the rule of a profile: how much may leave before anything has been acknowledged."""
    if rule == "ten-segments":
        return _TEN * mss
    if rule == "rfc6928":
        return min(_TEN * mss, max(2 * mss, _LEAST_INITIAL))
    return mss * next(segments for above, segments in _SMALL_INITIAL if mss > above)


def begin(tcb: Tcb, now: int) -> None:
    """The handshake is done: IW, or one segment where its SYN was lost (see `syn_lost`). ssthresh is as high as can be.

    The SYN's acknowledgment opens nothing (RFC 5681 §3.1).
    """
    profile = tcb.profile
    if profile.congestion_control == "off":
        return
    mss = tcb.agreed.mss
    tcb.initial_cwnd = _initial_window(profile.initial_window, mss)
    tcb.cwnd = tcb.initial_cwnd if tcb.cwnd == UNLIMITED else mss
    tcb.last_sent = now


def syn_lost(tcb: Tcb, transmissions: int) -> None:
    """A SYN is sent again: data begins with one segment (RFC 5681 §3.1); by RFC 6928 §2 only after a second time."""
    if tcb.profile.congestion_control != "off" and transmissions > (tcb.profile.initial_window != "rfc5681"):
        tcb.cwnd = tcb.agreed.mss


def open_by(tcb: Tcb, octets: int) -> None:
    """So many octets were acknowledged, and nothing was lost: slow start, or congestion avoidance (RFC 5681 §3.1)."""
    profile = tcb.profile
    if not profile.open_unused_window and not _is_used(tcb, octets):
        return
    cwnd = tcb.cwnd
    if cwnd < tcb.ssthresh:
        limit = profile.slow_start_limit
        if limit is not None and octets > limit * tcb.agreed.mss:
            octets = limit * tcb.agreed.mss
        tcb.cwnd = cwnd + octets  # (2)
    else:
        mss = tcb.agreed.mss
        tcb.cwnd = cwnd + max(mss * mss // cwnd, 1)  # (3)


def _is_used(tcb: Tcb, octets: int) -> bool:
    """Whether the window is what limits: a user who sends little has learnt nothing of a larger one (RFC 7661 §4.3).

    Half of it in flight is enough in slow start, for then all of it would be acknowledged before the next loss shows.
    """
    una = (tcb.snd_una - octets) & MASK  # before the acknowledgment; since the last one never was more in flight
    in_flight = (tcb.snd_nxt - una) & MASK
    most, until = tcb.most_in_flight
    if in_flight > most or (una - until) & MASK < HALF:
        most = in_flight
        tcb.most_in_flight = (most, tcb.snd_nxt)
    return tcb.cwnd < 2 * most if tcb.cwnd < tcb.ssthresh else most + tcb.agreed.mss > tcb.cwnd


def time_out(tcb: Tcb) -> None:
    """The RTO expired: one segment, and slow start up to half of what was in flight (RFC 5681 §3.1 (4)).

    When it expires again for the same segment, ssthresh stays what it is.
    """
    if tcb.cwnd == UNLIMITED:
        tcb.resend = None  # on from hole to hole
        return
    if tcb.timed_out != tcb.snd_una:
        _halve(tcb)
    tcb.cwnd = tcb.agreed.mss
    tcb.resend = tcb.timed_out = tcb.snd_una


def _halve(tcb: Tcb) -> None:
    """ssthresh is half of what is in flight, without that which limited transmit has sent beyond cwnd (§3.2 step 2)."""
    in_flight = min((tcb.snd_nxt - tcb.snd_una) & MASK, tcb.cwnd)
    tcb.ssthresh = max(in_flight // 2, 2 * tcb.agreed.mss)


def fast_recovery_begins(tcb: Tcb) -> None:
    """Three duplicate ACKs: half, and the three segments that have left the network (RFC 5681 §3.2 steps 2 and 3)."""
    if tcb.cwnd != UNLIMITED:
        _halve(tcb)
        tcb.cwnd = tcb.ssthresh + 3 * tcb.agreed.mss


def one_more_has_left(tcb: Tcb) -> None:
    """A further duplicate ACK in fast recovery: another segment has left the network (RFC 5681 §3.2 step 4)."""
    if tcb.cwnd < tcb.max_snd_wnd:
        tcb.cwnd += tcb.agreed.mss


def partially_acknowledged(tcb: Tcb, octets: int) -> None:
    """In fast recovery, less than all was acknowledged: what is acknowledged is in flight no more (RFC 6582 §3.2)."""
    mss = tcb.agreed.mss
    if tcb.cwnd != UNLIMITED:
        tcb.cwnd = max(tcb.cwnd - octets + (mss if octets >= mss else 0), mss)


def fast_recovery_ends(tcb: Tcb) -> None:
    """All that was in flight is acknowledged: no inflation any more, and no burst (RFC 6582 §3.2 step 3 (1))."""
    mss = tcb.agreed.mss
    if tcb.cwnd != UNLIMITED:
        in_flight = (tcb.snd_nxt - tcb.snd_una) & MASK
        tcb.cwnd = min(tcb.ssthresh, max(in_flight, mss) + mss)


def restart_after_idle(tcb: Tcb) -> int:
    """cwnd for a flight that begins when nothing was sent for longer than an RTO: IW at most (RFC 5681 §4.1)."""
    if tcb.profile.restart_after_idle:
        tcb.cwnd = min(tcb.initial_cwnd, tcb.cwnd)
    return tcb.cwnd
