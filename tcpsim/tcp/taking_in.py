"""SEGMENT ARRIVES, the sixth to the eighth step: urgent data, text and FIN are taken in (RFC 9293 §3.10.7.4).

What came before them, the checks and the acknowledgment, is in `steps`, which puts all of them into their order.
"""

from typing import Final

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Deliver, Effect
from tcpsim.tcp.ending import enter_fin_wait_2, reset, start_time_wait
from tcpsim.tcp.machine import fire
from tcpsim.tcp.sending import repeat_fin, send_acknowledgment
from tcpsim.tcp.states import CLOSE_WAIT, CLOSING, FIN_WAIT_1, RECEIVING, TIME_WAIT
from tcpsim.tcp.tcb import LATER, NOW, Tcb
from tcpsim.wire.flags import FIN, URG
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import HALF, MASK

_new: Final = tuple.__new__  # a NamedTuple's own __new__ costs twice as much


def sixth_check_urg_bit(tcb: Tcb, segment: Segment, _now: int, effects: list[Effect]) -> bool:
    """RCV.UP ← max(RCV.UP, SEG.SEQ+SEG.UP); the user is told once for each run of urgent data (MUST-31, MUST-32)."""
    if segment.flags & URG and tcb.state in RECEIVING:
        up = (segment.seq + segment.up) & MASK
        news = tcb.rcv_up is None or (tcb.rcv_nxt - tcb.rcv_up) & MASK < HALF
        if news or 0 < (up - (tcb.rcv_up or 0)) & MASK < HALF:
            tcb.rcv_up = up
        if news and 0 < (up - tcb.rcv_nxt) & MASK < HALF:
            effects.append(signals.URGENT_DATA)
    return True


def seventh_process_segment_text(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """Take in the octets that are new and lie in the window; hold what came above a hole.

    The eighth step comes next, unless neither this segment nor an earlier one has a FIN for it.
    """
    payload = segment.payload
    if tcb.state not in RECEIVING:
        # "This should not occur since a FIN has been received from the remote side. Ignore the segment text."
        if payload:
            effects.append(drops.TEXT_AFTER_FIN if tcb.incoming.ended else drops.TEXT_AFTER_RESET)
        return True
    seq, rcv_nxt, room = segment.seq, tcb.rcv_nxt, tcb.rcv_wnd
    new = payload and tcb.reader_gone and 0 < (seq + len(payload) - rcv_nxt) & MASK < HALF
    if new and tcb.profile.reset_unread:  # §3.6.1 SHLD-3: nobody will read it
        effects.append(drops.DATA_AFTER_CLOSE)
        answering = segment if tcb.profile.reset_as_closed else None
        reset(tcb, "rcv_data_after_close", now, effects, answering=answering)  # and nobody is told who is gone
        return False
    if seq != rcv_nxt:
        old = (rcv_nxt - seq) & MASK
        if old < HALF:  # straddles old and new: only the new part is processed
            came_again(tcb, (seq, rcv_nxt))
            payload = payload[old:]
            seq = rcv_nxt
        else:
            room = (rcv_nxt + room - seq) & MASK
    fin = fin_fits = segment.flags & FIN != 0
    if len(payload) + fin > room:  # beyond the right edge, octets and FIN alike are cut off (L03)
        fin_fits = fin and len(payload) < room
        payload = payload[:room]
    if fin_fits:
        tcb.incoming.fin_at = (seq + len(payload)) & MASK
    if seq != rcv_nxt:
        came_again(tcb, tcb.incoming.overlap(seq, len(payload)))
        tcb.incoming.hold(seq, payload, rcv_nxt)
        tcb.ack_owed = NOW  # a duplicate ACK, at once, tells the sender of the hole (RFC 5681 §4.2)
    elif payload:
        _take_text(tcb, payload, now, effects)
    return fin or tcb.incoming.fin_at is not None


def came_again(tcb: Tcb, numbers: tuple[int, int] | None) -> None:
    """These numbers, [first, end), came before: a D-SACK tells at once, where that was agreed on (RFC 2883 §4).

    Of several such runs in one segment it tells the first.
    """
    if numbers and not tcb.duplicate and tcb.agreed.sack and tcb.profile.duplicate_sack:
        tcb.duplicate = numbers
        tcb.ack_owed = NOW


def _take_text(tcb: Tcb, payload: bytes, now: int, effects: list[Effect]) -> None:
    """RCV.NXT moves over the octets, RCV.WND shrinks by as many: the right edge stays where it was (SHLD-14)."""
    incoming = tcb.incoming
    incoming.append(payload)
    octets = len(payload)
    rcv_nxt = (tcb.rcv_nxt + octets) & MASK
    delayed_ack = tcb.profile.delayed_ack
    at_once = delayed_ack is None
    if incoming.held:
        came_again(tcb, incoming.overlap(tcb.rcv_nxt, octets))
        filled = incoming.fill(rcv_nxt)
        octets += (filled - rcv_nxt) & MASK
        rcv_nxt = filled
        at_once = True  # a hole was filled, in whole or in part (RFC 5681 §4.2)
    tcb.rcv_nxt = rcv_nxt
    tcb.rcv_wnd -= octets
    effects.append(_new(Deliver, (octets,)))
    if len(payload) >= tcb.agreed.mss or tcb.profile.ack_small_pairs:
        tcb.unacked_segments += 1
    if at_once or tcb.unacked_segments > 1:  # SHLD-19: every second segment
        tcb.ack_owed = NOW
    elif tcb.quick_acks:  # until the user has been seen to answer, nothing is likely to carry the acknowledgment
        tcb.quick_acks -= 1
        tcb.interactive_until = now + (delayed_ack or 0)
        tcb.ack_owed = NOW
    elif tcb.ack_owed != NOW:
        tcb.ack_owed = LATER


def eighth_check_fin_bit(tcb: Tcb, _segment: Segment, now: int, effects: list[Effect]) -> bool:
    """The FIN is taken in once everything before it has been. It occupies a number, so it is acknowledged like data."""
    incoming = tcb.incoming
    if incoming.fin_at != tcb.rcv_nxt or incoming.ended:  # none has come, or it is above a hole, or it came before
        if tcb.state is FIN_WAIT_1 and tcb.fin_acknowledged:
            enter_fin_wait_2(tcb, now, effects)  # what the fifth step left to this one
        return True
    tcb.rcv_nxt = (tcb.rcv_nxt + 1) & MASK
    if tcb.profile.fin_takes_room:
        tcb.rcv_wnd -= 1  # one beyond the right edge was cut off, so there is room
    incoming.ended = True
    effects.append(signals.END_OF_STREAM)
    row = fire("rcv_fin", tcb)
    effects.append(row)
    if tcb.profile.delayed_ack is None or tcb.ack_owed == NOW or not _fin_can_wait(tcb):
        tcb.ack_owed = NOW
    else:
        tcb.ack_owed = LATER
    if row.destination is TIME_WAIT:
        send_acknowledgment(tcb, now, effects)
        start_time_wait(tcb, now, effects)
    elif row.destination is CLOSING and tcb.outgoing.fin_sent and tcb.profile.fin_again_in_closing:
        repeat_fin(tcb, now, effects)
    return True


def _fin_can_wait(tcb: Tcb) -> bool:
    """Whether the acknowledgment of a FIN just taken in may be delayed."""
    policy = tcb.profile.delay_ack_of_fin
    if policy == "interactive":
        only_syn_and_fin_came = tcb.rcv_nxt == (tcb.irs + 2) & MASK
        return tcb.state is CLOSE_WAIT and not only_syn_and_fin_came
    return policy == "always"
