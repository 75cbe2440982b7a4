"""Building and sending segments: what an endpoint may send now, and what each segment says.

Data, FIN, acknowledgments, resets, retransmissions and probes are all made here, so that every rule about what they say
stands in one file: the ACK bit on everything but the first SYN and some resets, the advertised window, the place of the
FIN after the last octet of data. What options go with it is the business of `options`, whether less than a full segment
may leave that of `small_segments`, how wide the congestion window is that of `congestion`; what arrives is for
`segment_arrives`, what expires for `timeouts`.
"""

from typing import Final

from tcpsim.tcp import congestion
from tcpsim.tcp.buffers import Unacknowledged
from tcpsim.tcp.effects import Effect, Probe, Retransmit, Timer, TimerStarted
from tcpsim.tcp.options import (
    TIMESTAMP_OCTETS,
    own_mss,
    syn_options,
    synchronized_options,
    text_beside_sack,
    timestamps_alone,
)
from tcpsim.tcp.small_segments import worth_sending
from tcpsim.tcp.states import CLOSE_WAIT, CLOSING, ESTABLISHED, FIN_WAIT_1, LAST_ACK
from tcpsim.tcp.tail_loss import patience, probe_is_due
from tcpsim.tcp.tcb import NEVER, NOTHING, NOW, Tcb
from tcpsim.wire.flags import ACK, FIN, PSH, RST, SYN, URG
from tcpsim.wire.options import MaximumSegmentSize
from tcpsim.wire.segment import Segment, segment_on
from tcpsim.wire.seq import HALF, MASK

MAX_WINDOW_FIELD: Final = 65_535
_new: Final = tuple.__new__  # a NamedTuple's own __new__ costs twice as much
_RTO: Final = Timer.RETRANSMISSION
# Plain ints: a list indexed by a member of an enumeration takes a slower way.
_RETRANSMISSION: Final = Timer.RETRANSMISSION.value
_PERSIST: Final = Timer.PERSIST.value
_DELAYED_ACK: Final = Timer.DELAYED_ACK.value
_USER: Final = Timer.USER.value
# States in which data or a FIN may still have to leave (RFC 9293 §3.10.2, §3.10.4): all others have sent their last.
_MAY_SEND: Final = frozenset({ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, CLOSING, LAST_ACK})


# ---- one segment ----------------------------------------------------------------------------------------------------


def build(tcb: Tcb, seq: int, flags: int, payload: bytes, now: int, effects: list[Effect]) -> Segment:
    """A segment of this connection, with the current acknowledgment, window and options; `flags` have ACK.

    It settles what acknowledgment was owed, so the caller transmits it at once.
    """
    agreed = tcb.agreed
    options = () if agreed.bare else synchronized_options(tcb, now, len(payload))
    window = tcb.rcv_wnd >> agreed.rcv_scale
    if window > MAX_WINDOW_FIELD:  # noqa: PLR1730 - min() costs a call for every segment
        window = MAX_WINDOW_FIELD
    tcb.ack_owed = NOTHING
    tcb.unacked_segments = 0
    if tcb.timers[_DELAYED_ACK] != NEVER:
        tcb.stop_timer(Timer.DELAYED_ACK, effects)
    snd_up = tcb.snd_up
    if snd_up is not None and 0 < (snd_up - seq) & MASK < HALF:
        # §3.8.5: the urgent pointer is the offset of the first octet that is not urgent (MUST-62)
        up = min((snd_up - seq) & MASK, 65_535)
        return segment_on(tcb.pair, seq, tcb.rcv_nxt, flags | URG, window, payload, options, up)
    return segment_on(tcb.pair, seq, tcb.rcv_nxt, flags, window, payload, options)


def send_acknowledgment(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>."""
    seq = tcb.snd_nxt if tcb.snd_nxt == tcb.snd_una else _number_in_window(tcb)
    effects.append(build(tcb, seq, ACK, b"", now, effects))


def send_reset(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """<SEQ=SND.NXT><CTL=RST>, with an acknowledgment as deployed stacks send it (RFC 9293 §3.10.5 asks for none).

    Timestamps, once agreed on, SHOULD be in a reset too (RFC 7323 §3.2).
    """
    options = timestamps_alone(tcb, now)
    effects.append(segment_on(tcb.pair, _number_in_window(tcb), tcb.rcv_nxt, RST | ACK, 0, b"", options))


def _number_in_window(tcb: Tcb) -> int:
    """SND.NXT; or the last of the window, where a probe, or a window that shrank, has left SND.NXT beyond the edge.

    The peer refuses what lies beyond its window, and answers. Two ends that probe each other would answer each other's
    answers for ever; a reset would not be believed. SND.UNA would do only as long as the peer has not taken it in,
    unless nothing else is in the window. Before our SYN is acknowledged, no window says anything of it.
    """
    edge = (tcb.snd_una + tcb.snd_wnd) & MASK
    queue = tcb.outgoing.retransmission_queue
    if (edge - tcb.snd_nxt) & MASK < HALF or (queue and queue[0].flags & SYN):
        return tcb.snd_nxt
    return (edge - 1) & MASK if tcb.snd_wnd else tcb.snd_una


def reset_for(segment: Segment) -> Segment:
    """The reset that answers a segment for which there is no connection (RFC 9293 §3.5.2 group 1, §3.10.7.1).

    With an acknowledgment in it, the reset takes its number from there, so that the peer believes it; without one, it
    has sequence number zero and acknowledges the segment.
    """
    if segment.flags & ACK:
        return segment_on(segment.pair.reverse, segment.ack, 0, RST, 0)
    return segment_on(segment.pair.reverse, 0, segment.end, RST | ACK, 0)


# ---- SYN, data, FIN -------------------------------------------------------------------------------------------------


def send_syn(tcb: Tcb, now: int, effects: list[Effect], answering: bool, text: bytes = b"") -> None:
    """The first SYN, or with `answering` the SYN-ACK; it takes one number, ISS (RFC 9293 §3.4).

    `text` goes with it (§3.10.2). The two await acknowledgment apart: a peer may take the SYN alone, and a SYN that is
    sent again goes alone, as deployed stacks do it.
    """
    flags = SYN | ACK if answering else SYN
    queue = tcb.outgoing.retransmission_queue
    effects.append(_syn_segment(tcb, flags, text, now))
    tcb.snd_nxt = end = (tcb.iss + 1) & MASK
    queue.append(_new(Unacknowledged, (tcb.iss, end, flags, b"", now, now, 1)))
    if text:
        tcb.snd_nxt = after = (end + len(text)) & MASK
        queue.append(_new(Unacknowledged, (end, after, ACK | PSH, text, now, now, 1)))
    start_retransmission_timer(tcb, now, effects)
    connect_timeout = tcb.profile.connect_timeout
    if connect_timeout is not None and not tcb.passive:
        tcb.timers[_USER] = now + connect_timeout


def _offer_whole_segments(tcb: Tcb) -> None:
    """The first window offered is as many whole segments as fit: with timestamps agreed on, segments are shorter."""
    octets = max(own_mss(tcb) - (TIMESTAMP_OCTETS if tcb.agreed.timestamps else 0), 1)
    window = min(tcb.rcv_wnd, MAX_WINDOW_FIELD)
    tcb.rcv_wnd = max(window - window % octets, min(window, octets))


def _syn_segment(tcb: Tcb, flags: int, payload: bytes, now: int, *, bare: bool = False) -> Segment:
    profile = tcb.profile
    if profile.whole_segment_window and tcb.rcv_wnd == profile.receive_buffer:
        _offer_whole_segments(tcb)
    # RFC 7323 §2.2: the window field of a SYN is never scaled.
    window = min(MAX_WINDOW_FIELD, tcb.rcv_wnd)
    ack = 0
    if flags & ACK:
        ack = tcb.rcv_nxt
        if tcb.passive:
            tcb.rcv_wnd = window  # no more has been offered; the rest follows with the scale (`opening.established`)
        tcb.ack_owed = NOTHING
    options = syn_options(tcb, now, flags & ACK != 0)
    if bare:
        options = tuple(option for option in options if isinstance(option, MaximumSegmentSize))
    return segment_on(tcb.pair, tcb.iss, ack, flags, window, payload, options)


def send_pending(tcb: Tcb, now: int, effects: list[Effect], override: bool = False) -> None:
    """Send what may be sent now: queued data as far as the window and Nagle allow, and the FIN after the last of it.

    `override` sends what fits into the window however little it is (§3.8.6.2.1, the override time-out).
    """
    if tcb.state not in _MAY_SEND:
        return
    outgoing = tcb.outgoing
    agreed = tcb.agreed
    mss = agreed.mss
    if agreed.sack and (tcb.incoming.held or tcb.duplicate):
        mss = text_beside_sack(tcb)
    second = False  # of a pair of segments that leave together
    cwnd = tcb.cwnd
    if cwnd > tcb.initial_cwnd and now - tcb.last_sent > tcb.rto.rto and tcb.snd_nxt == tcb.snd_una:
        cwnd = congestion.restart_after_idle(tcb)
    while True:
        unsent = len(outgoing.octets) - outgoing.offset
        in_flight = (tcb.snd_nxt - tcb.snd_una) & MASK
        usable = tcb.snd_wnd - in_flight
        octets = unsent
        if octets > usable:  # the peer may have shrunk its window below what is in flight (§3.8.6, SHLD-14)
            octets = max(usable, 0)
        if in_flight + octets > cwnd:  # the FIN takes no part of it
            octets = max(cwnd - in_flight, 0)
        if octets > mss:  # noqa: PLR1730 - min() costs a call for every segment
            octets = mss
        last = octets == unsent
        fin = last and outgoing.fin_queued and octets < usable
        whole = octets == mss or (last and not in_flight and outgoing.pushed)  # so says `worth_sending` at more length
        if not fin and (not octets or not (whole or override or worth_sending(tcb, octets, last))):
            break
        entry = _queue_text(tcb, octets, fin, last and outgoing.pushed, now)
        flags = entry.flags
        if second and tcb.profile.push_pairs and not last:
            flags |= PSH  # this once: when it is sent again, it goes alone
        effects.append(build(tcb, entry.seq, flags, entry.payload, now, effects))
        if tcb.timers[_RETRANSMISSION] == NEVER:
            if tcb.timers[_PERSIST] != NEVER:
                tcb.stop_timer(Timer.PERSIST, effects)  # what waited for the override is on its way
            start_retransmission_timer(tcb, now, effects)
        elif tcb.profile.tail_loss_probe is not None and probe_is_due(tcb):
            start_retransmission_timer(tcb, now, effects)  # RFC 8985 §7.2: the wait counts from what was sent last
        if last:
            return
        second = not second
    if tcb.snd_una == tcb.snd_nxt:
        _arm_persist(tcb, now, effects)


def _queue_text(tcb: Tcb, octets: int, fin: bool, push: bool, now: int) -> Unacknowledged:
    """Give numbers to the next octets, and to the FIN behind them: from here on they await acknowledgment."""
    outgoing = tcb.outgoing
    payload = outgoing.take(octets) if octets else b""
    # PSH on the last segment of what is queued (§3.9.1.2, MUST-61), unless the user has said that more is to come
    flags = (ACK | FIN if fin else ACK) | (PSH if payload and push else 0)
    seq = tcb.snd_nxt
    tcb.snd_nxt = end = (seq + octets + fin) & MASK
    tcb.last_sent = now
    entry = _new(Unacknowledged, (seq, end, flags, payload, now, now, 1))
    outgoing.retransmission_queue.append(entry)
    if fin:
        outgoing.fin_queued = False
        outgoing.fin_sent = True
    return entry


def start_retransmission_timer(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """RFC 6298 (5.1). The user timeout runs beside it from the first unacknowledged octet on (RFC 9293 §3.10.8)."""
    timers = tcb.timers
    profile = tcb.profile
    timers[_RETRANSMISSION] = deadline = now + (tcb.rto.rto if profile.tail_loss_probe is None else patience(tcb))
    effects.append(_new(TimerStarted, (_RTO, deadline)))
    if profile.user_timeout is not None and timers[_USER] == NEVER:
        timers[_USER] = now + profile.user_timeout


def _arm_persist(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """When something waits and nothing is in flight, only a timer can end the waiting (§3.8.6.1, MUST-36)."""
    if tcb.timers[_PERSIST] == NEVER and (tcb.outgoing.unsent or tcb.outgoing.fin_queued):
        tcb.probes = 0
        profile = tcb.profile
        wait = profile.sws_override if tcb.snd_wnd else None
        if wait is None:
            wait = max(tcb.rto.rto, profile.persist_min)
        tcb.start_timer(Timer.PERSIST, now + wait, effects)


# ---- again ----------------------------------------------------------------------------------------------------------


def retransmit_first(tcb: Tcb, now: int, effects: list[Effect], *, fast: bool = False) -> None:
    """Send the earliest unacknowledged segment again (RFC 6298 (5.4))."""
    retransmit(tcb, 0, now, effects, fast=fast)


def retransmit(tcb: Tcb, index: int, now: int, effects: list[Effect], *, fast: bool = False) -> None:
    """Send a segment of the retransmission queue again.

    The numbers are the same; acknowledgment and window are as they are now.
    """
    queue = tcb.outgoing.retransmission_queue
    entry = queue[index]
    queue[index] = entry._replace(sent_at=now, transmissions=entry.transmissions + 1)
    if tcb.resend is not None and (entry.end - tcb.resend) & MASK < HALF:
        tcb.resend = entry.end
    effects.append(Retransmit(_segment_again(tcb, entry, now, effects), entry.transmissions, fast))


def retransmit_last(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """A tail-loss probe with nothing new to send: the last segment again (RFC 8985 §7.3).

    It is no step towards R2, and Karn's algorithm learns nothing from its acknowledgment.
    """
    queue = tcb.outgoing.retransmission_queue
    entry = queue[-1]
    queue[-1] = entry._replace(sent_at=-1)
    effects.append(Retransmit(_segment_again(tcb, entry, now, effects), entry.transmissions, probe="tail-loss"))


def repeat_syn_ack(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """The SYN came again: so does the SYN-ACK, and waits anew. The timer has not expired; it is no step towards R2."""
    queue = tcb.outgoing.retransmission_queue
    entry = queue[0]
    queue[0] = entry._replace(sent_at=-1)
    effects.append(Retransmit(_segment_again(tcb, entry, now, effects), entry.transmissions))
    start_retransmission_timer(tcb, now, effects)


def repeat_fin(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """Our FIN again, with the acknowledgment that is owed. The timer has not expired; it is no step towards R2."""
    queue = tcb.outgoing.retransmission_queue
    entry = queue[-1]
    queue[-1] = entry._replace(sent_at=-1)
    effects.append(Retransmit(_segment_again(tcb, entry, now, effects), entry.transmissions))


def _segment_again(tcb: Tcb, entry: Unacknowledged, now: int, effects: list[Effect]) -> Segment:
    if entry.flags & SYN:
        enough = tcb.profile.syn_option_retries
        bare = enough is not None and entry.flags == SYN and entry.transmissions > enough
        return _syn_segment(tcb, entry.flags, b"", now, bare=bare)
    return build(tcb, entry.seq, entry.flags, entry.payload, now, effects)


def send_window_probe(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """Ask for the window: one octet beyond it (or the FIN), sent again and again until the window opens (§3.8.6.1).

    Where the profile says so, an old number without an octet, which must be answered as well.
    """
    outgoing = tcb.outgoing
    queue = outgoing.retransmission_queue
    tcb.probes += 1
    if not queue and tcb.profile.empty_window_probe:
        effects.append(Probe(build(tcb, (tcb.snd_nxt - 1) & MASK, ACK, b"", now, effects), "window"))
        return
    if queue:
        entry = queue[0] = queue[0]._replace(sent_at=now, transmissions=queue[0].transmissions + 1)
    else:
        octets = min(outgoing.unsent, 1)
        entry = _queue_text(tcb, octets, not octets, octets == outgoing.unsent, now)
    effects.append(Probe(_segment_again(tcb, entry, now, effects), "window"))


def send_keep_alive(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """<SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=ACK>, without data: an old number, so the peer must answer (§3.8.4)."""
    effects.append(Probe(build(tcb, (tcb.snd_nxt - 1) & MASK, ACK, b"", now, effects), "keep-alive"))
    if not tcb.probes:
        tcb.probing_since = now
    tcb.probes += 1


def settle(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """The last thing after anything happened: send what has become sendable, then the acknowledgment still owed."""
    outgoing = tcb.outgoing
    if outgoing.octets or outgoing.fin_queued:
        send_pending(tcb, now, effects)
    if tcb.ack_owed:
        send_or_delay_acknowledgment(tcb, now, effects)


def send_or_delay_acknowledgment(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """The acknowledgment that is owed leaves now; or later, with data or by a timer (§3.8.6.3)."""
    if tcb.ack_owed == NOW:  # as `send_acknowledgment` does
        seq = tcb.snd_nxt if tcb.snd_nxt == tcb.snd_una else _number_in_window(tcb)
        effects.append(build(tcb, seq, ACK, b"", now, effects))
    elif tcb.timers[_DELAYED_ACK] == NEVER:
        tcb.start_timer(Timer.DELAYED_ACK, now + (tcb.profile.delayed_ack or 0), effects)
