"""SEGMENT ARRIVES, in the RFC's own order (RFC 9293 §3.10.7): lay the RFC beside this file.

`segment_arrives` is a dispatch on the state with four arms: CLOSED (§3.10.7.1), LISTEN (.2), SYN-SENT (.3), and all
others (.4), which take the RFC's numbered steps one after the other. A step says whether to go on; one that says no
has dropped the segment or finished with it. Steps decide what happened; the table of transitions decides where that
leads, and only `tcpsim.tcp.machine` goes there.

The third step, security and compartment, has nothing to check here: nothing in a simulation is classified.
"""

from collections.abc import Callable
from typing import Final

from tcpsim.tcp.effects import (
    ACK_IN_LISTEN,
    ACK_NOT_OF_SYN,
    ACK_OF_FUTURE,
    ACK_TOO_OLD,
    CONNECTION_REFUSED,
    CONNECTION_RESET,
    DATA_AFTER_CLOSE,
    END_OF_STREAM,
    NO_ACK_BIT,
    NO_CONNECTION,
    NO_SYN_IN_LISTEN,
    NO_SYN_IN_SYN_SENT,
    NO_TIMESTAMP,
    OUTSIDE_WINDOW,
    RESET_IN_SYN_SENT,
    RST_IN_LISTEN,
    RST_IN_TIME_WAIT,
    RST_NOT_EXACT,
    RST_OUTSIDE_WINDOW,
    RST_TO_NOBODY,
    RST_WITH_BAD_ACK,
    RST_WITHOUT_ACK,
    SYN_FIN_IN_LISTEN,
    SYN_ON_CONNECTION,
    SYN_RESETS_CONNECTION,
    TEXT_AFTER_FIN,
    TIMESTAMP_TOO_OLD,
    UNACCEPTABLE_ACK_IN_SYN_SENT,
    URGENT_DATA,
    Deliver,
    Effect,
    Signal,
    Timer,
)
from tcpsim.tcp.machine import fire
from tcpsim.tcp.sending import (
    reset_for,
    retransmit_first,
    send_acknowledgment,
    send_reset,
    send_syn,
    settle,
)
from tcpsim.tcp.states import (
    CLOSE_WAIT,
    CLOSED,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    LISTEN,
    SYN_RECEIVED,
    SYN_SENT,
    TIME_WAIT,
    State,
)
from tcpsim.tcp.tcb import LATER, NEVER, NOW, Tcb
from tcpsim.wire.flags import ACK, FIN, RST, SYN, URG
from tcpsim.wire.options import MaximumSegmentSize, SackPermitted, Timestamps, WindowScale
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import HALF, MASK

_RETRANSMISSION: Final = Timer.RETRANSMISSION
_PERSIST: Final = Timer.PERSIST
_MAX_SCALE: Final = 14  # RFC 7323 §2.3
_MIN_MSS: Final = 88  # an MSS below this is taken for a mistake, as deployed stacks do
_TIMESTAMP_OCTETS: Final = 12
_DUPLICATE_ACKS: Final = 3  # RFC 5681 §3.2

# Who still takes data in (§3.10.7.4, seventh step), and who a RST must tell the user about (second step).
_RECEIVING: Final = frozenset({ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2})
_RESET_IS_TOLD: Final = frozenset({ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT})
_ACKS_DECIDE: Final = frozenset({FIN_WAIT_1, CLOSING, LAST_ACK})


def segment_arrives(tcb: Tcb, segment: Segment, now: int, iss: int | None = None) -> list[Effect]:
    """A segment reached this connection at `now` (µs); returns what the endpoint answers.

    `iss` is the initial sequence number to use should this segment open the connection passively: in LISTEN, and in
    TIME-WAIT when a new SYN may reopen the connection. None: somebody else listens, or nobody.
    """
    effects: list[Effect] = []
    state = tcb.state
    if state in _OTHERWISE:
        if tcb.profile.keep_alive or tcb.probes:
            _heard_from(tcb, now)
        if state is TIME_WAIT and iss is not None and segment.flags & SYN and _reopens(tcb, segment, now, iss, effects):
            return effects
        for step in _STEPS:
            if not step(tcb, segment, now, effects):
                break
        if tcb.state is not CLOSED:
            settle(tcb, now, effects)
    elif state is SYN_SENT:
        in_syn_sent(tcb, segment, now, effects)
        if tcb.state is not CLOSED:
            settle(tcb, now, effects)
    elif state is LISTEN:
        in_listen(tcb, segment, now, iss or 0, effects)
    else:
        in_closed(segment, effects)
    return effects


# ---- 3.10.7.1 -------------------------------------------------------------------------------------------------------


def in_closed(segment: Segment, effects: list[Effect]) -> None:
    """CLOSED, or no TCB at all: everything but a reset is answered with a reset."""
    if segment.flags & RST:
        effects.append(RST_TO_NOBODY)
        return
    effects.append(NO_CONNECTION)
    effects.append(reset_for(segment))


# ---- 3.10.7.2 -------------------------------------------------------------------------------------------------------


def in_listen(tcb: Tcb, segment: Segment, now: int, iss: int, effects: list[Effect]) -> None:
    """LISTEN: first RST, second ACK, third SYN, fourth anything else."""
    flags = segment.flags
    if flags & RST:
        effects.append(RST_IN_LISTEN)
    elif flags & ACK:
        effects.append(ACK_IN_LISTEN)
        effects.append(reset_for(segment))
    elif not flags & SYN:
        effects.append(NO_SYN_IN_LISTEN)
    elif flags & FIN and tcb.profile.syn_fin == "drop":
        effects.append(SYN_FIN_IN_LISTEN)
    else:
        _open_passively(tcb, segment, now, iss, "rcv_syn", effects)


def _open_passively(tcb: Tcb, segment: Segment, now: int, iss: int, trigger: str, effects: list[Effect]) -> None:
    """The third step of LISTEN: take the SYN in, answer with ours."""
    _take_syn(tcb, segment)
    tcb.iss = tcb.snd_una = tcb.snd_nxt = iss & MASK
    effects.append(fire(trigger, tcb))
    send_syn(tcb, now, effects, answering=True)
    # "Any other incoming control or data (combined with SYN) will be processed in the SYN-RECEIVED state, but
    # processing of SYN and ACK should not be repeated": the peer sends unacknowledged text and FIN again after the
    # handshake, so they are not kept here (H04 and H05 leave the choice).


# ---- 3.10.7.3 -------------------------------------------------------------------------------------------------------


def in_syn_sent(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> None:
    """SYN-SENT: first ACK, second RST, (third security,) fourth SYN, fifth anything else."""
    flags = segment.flags
    acceptable_ack = False
    if flags & ACK:
        # "If SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset (unless the RST bit is set …)". Nothing but the SYN has
        # been sent, so ISS is SND.UNA.
        acceptable_ack = 0 < (segment.ack - tcb.snd_una) & MASK <= (tcb.snd_nxt - tcb.snd_una) & MASK
        if not acceptable_ack:
            if flags & RST:
                effects.append(RST_WITH_BAD_ACK)
                return
            effects.append(UNACCEPTABLE_ACK_IN_SYN_SENT)
            effects.append(reset_for(segment))
            return
    if flags & RST:
        if acceptable_ack:
            _end(tcb, "rcv_rst", RESET_IN_SYN_SENT, effects)
        else:
            effects.append(RST_WITHOUT_ACK)
        return
    if not flags & SYN:
        effects.append(NO_SYN_IN_SYN_SENT)
        return
    _take_syn(tcb, segment)
    if not acceptable_ack:
        _open_simultaneously(tcb, now, effects)
        return
    _acknowledge(tcb, segment.ack, now, effects)
    effects.append(fire("rcv_syn_ack", tcb))
    tcb.ack_owed = NOW
    _established(tcb, segment, now, effects)
    # "If there are other controls or text in the segment, then continue processing at the sixth step under Section
    # 3.10.7.4 where the URG bit is checked"
    if segment.payload or flags & (FIN | URG):
        _rest_after_syn(tcb, _without_syn(segment), now, effects)


def _open_simultaneously(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """A SYN without an acknowledgment crossed ours: <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>, the same ISS (MUST-10)."""
    effects.append(fire("rcv_syn", tcb))
    tcb.outgoing.retransmission_queue.clear()
    tcb.stop_timer(_RETRANSMISSION, effects)
    send_syn(tcb, now, effects, answering=True)


def _take_syn(tcb: Tcb, segment: Segment) -> None:
    """RCV.NXT ← SEG.SEQ+1, IRS ← SEG.SEQ, and what the SYN offers."""
    tcb.irs = segment.seq
    tcb.rcv_nxt = (segment.seq + 1) & MASK
    tcb.snd_wnd = tcb.max_snd_wnd = segment.wnd  # never scaled in a SYN (RFC 7323 §2.2)
    tcb.snd_wl1 = segment.seq
    tcb.snd_wl2 = segment.ack
    profile, agreed = tcb.profile, tcb.agreed
    mss = segment.option(MaximumSegmentSize)
    # §3.7.1 MUST-15: 536 (1,220 over IPv6) if the SYN does not say
    default = 1_220 if ":" in segment.src else profile.mss_default
    offered = mss.octets if mss is not None and mss.octets else default
    agreed.mss = min(max(offered, _MIN_MSS), profile.mss)
    if not segment.options:
        return
    scale = segment.option(WindowScale)
    if scale is not None and profile.window_scale is not None:  # RFC 7323 §2.2: only when both sent it
        agreed.snd_scale = min(scale.shift, _MAX_SCALE)
        agreed.rcv_scale = profile.window_scale
    agreed.sack = profile.sack and segment.option(SackPermitted) is not None
    stamps = segment.option(Timestamps)
    if stamps is not None and profile.timestamps:
        agreed.timestamps = True
        agreed.ts_recent = stamps.value
        agreed.mss -= _TIMESTAMP_OCTETS  # options take room from the data (§3.7.1)


def _without_syn(segment: Segment) -> Segment:
    """The same segment as it looks once its SYN has been taken in."""
    return segment.replace(seq=(segment.seq + 1) & MASK, flags=segment.flags & ~SYN)


def _rest_after_syn(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> None:
    for step in (sixth_check_urg_bit, seventh_process_segment_text, eighth_check_fin_bit):
        if not step(tcb, segment, now, effects):
            return


# ---- 3.10.7.4 -------------------------------------------------------------------------------------------------------


def first_check_sequence_number(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """Is any of it in the receive window? What is not is acknowledged, so that the peer can find its place again."""
    rcv_nxt, window = tcb.rcv_nxt, tcb.rcv_wnd
    seq, flags = segment.seq, segment.flags
    length = len(segment.payload) + (flags & SYN != 0) + (flags & FIN != 0)
    # Table 6: first or last number in the window; with a window of zero, only an empty segment at RCV.NXT.
    ahead = (seq - rcv_nxt) & MASK
    if window:
        acceptable = ahead < window or (length > 0 and (seq + length - 1 - rcv_nxt) & MASK < window)
    else:
        # MUST-66: with a window of zero, ACK, URG and RST are still processed.
        acceptable = not ahead and (not length or flags & RST != 0)
    if acceptable:
        return not tcb.agreed.timestamps or _check_timestamp(tcb, segment, now, effects)
    if flags & RST:
        effects.append(RST_OUTSIDE_WINDOW)
        return False
    return _unacceptable(tcb, segment, now, effects)


def _unacceptable(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """Answer what lies outside the window, minding four old acquaintances: SYN, SYN-ACK, FIN, and a probed window."""
    state, flags, profile = tcb.state, segment.flags, tcb.profile
    if state is SYN_RECEIVED and segment.seq == tcb.irs and flags & SYN:
        if flags & ACK and not tcb.passive and profile.figure_7:
            # Figure 7, line 6: the SYN-ACK of a simultaneous open. Its SYN has been taken in already; its ACK counts.
            return _take_figure_7(tcb, segment, now, effects)
        if not flags & ACK and profile.syn_ack_to_duplicate_syn:
            effects.append(OUTSIDE_WINDOW)
            retransmit_first(tcb, now, effects)
            return False
    effects.append(OUTSIDE_WINDOW)
    if not tcb.rcv_wnd and segment.seq == tcb.rcv_nxt and flags & ACK and not flags & SYN:
        # Zero window: the text and the FIN find no room, the ACK field is valid all the same (MUST-66).
        bare = segment.replace(payload=b"", flags=flags & ~FIN)
        if not fifth_check_ack_field(tcb, bare, now, effects):
            return False
    if state is TIME_WAIT and flags & FIN and segment.end == tcb.rcv_nxt:
        # "The only thing that can arrive in this state is a retransmission of the remote FIN. Acknowledge it, and
        # restart the 2 MSL timeout." Read to the letter, the FIN is refused before that sentence (ambiguity 1).
        _start_time_wait(tcb, now, effects)
    send_acknowledgment(tcb, now, effects)
    return False


def _take_figure_7(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    rest = _without_syn(segment)
    for step in _STEPS[3:]:
        if not step(tcb, rest, now, effects):
            break
    tcb.ack_owed = NOW
    return False


def _check_timestamp(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """PAWS (RFC 7323 §5.3) and the update of TS.Recent (§4.3)."""
    stamps = segment.option(Timestamps)
    flags = segment.flags
    if stamps is None:
        if flags & RST:
            return True
        effects.append(NO_TIMESTAMP)  # §3.2: dropped silently
        return False
    agreed = tcb.agreed
    older = (stamps.value - agreed.ts_recent) & MASK >= HALF
    if older and not flags & RST:
        effects.append(TIMESTAMP_TOO_OLD)
        send_acknowledgment(tcb, now, effects)
        return False
    if not older and (tcb.rcv_nxt - segment.seq) & MASK < HALF:
        agreed.ts_recent = stamps.value
    return True


def second_check_rst_bit(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """Only a reset with exactly the next number is believed (RFC 5961 §3); one elsewhere in the window is questioned."""
    if not segment.flags & RST:
        return True
    state = tcb.state
    profile = tcb.profile
    ahead = (segment.seq - tcb.rcv_nxt) & MASK
    if ahead:
        if ahead >= tcb.rcv_wnd:
            effects.append(RST_OUTSIDE_WINDOW)
            return False
        if profile.rfc5961:
            effects.append(RST_NOT_EXACT)
            _challenge(tcb, now, effects)
            return False
    if state is TIME_WAIT and profile.rfc1337:
        effects.append(RST_IN_TIME_WAIT)
        return False
    if state is SYN_RECEIVED:
        if tcb.passive:
            _back_to_listen(tcb, "rcv_rst", effects)  # the user need not be told
        else:
            _end(tcb, "rcv_rst", CONNECTION_REFUSED, effects)
    elif state in _RESET_IS_TOLD:
        _end(tcb, "rcv_rst", CONNECTION_RESET, effects)
    else:
        _end(tcb, "rcv_rst", None, effects)
    return False


def fourth_check_syn_bit(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """A SYN on a running connection: a new attempt, an error, or an attack. RFC 5961 §4 asks the peer."""
    if not segment.flags & SYN:
        return True
    if tcb.state is SYN_RECEIVED and tcb.passive:
        effects.append(SYN_RESETS_CONNECTION)
        _back_to_listen(tcb, "rcv_syn_in_window", effects)
        return False
    if tcb.profile.rfc5961:
        effects.append(SYN_ON_CONNECTION)
        _challenge(tcb, now, effects)
        return False
    effects.append(SYN_RESETS_CONNECTION)
    send_reset(tcb, effects)
    _end(tcb, "rcv_syn_in_window", CONNECTION_RESET, effects)
    return False


def fifth_check_ack_field(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """What does it acknowledge? Here SYNs, data and FINs are laid to rest, and windows open and close."""
    if not segment.flags & ACK:
        effects.append(NO_ACK_BIT)
        return False
    ack = segment.ack
    snd_una, snd_nxt = tcb.snd_una, tcb.snd_nxt
    state = tcb.state
    advance = (ack - snd_una) & MASK
    outstanding = (snd_nxt - snd_una) & MASK
    if state is SYN_RECEIVED:
        if not 0 < advance <= outstanding:
            effects.append(ACK_NOT_OF_SYN)
            effects.append(reset_for(segment))
            return False
        effects.append(fire("rcv_ack_of_syn", tcb))
        _acknowledge(tcb, ack, now, effects)
        _established(tcb, segment, now, effects)
        state = tcb.state
    elif advance > outstanding:  # not in SND.UNA … SND.NXT
        return _ack_out_of_range(tcb, ack, now, effects)
    elif advance:
        _acknowledge(tcb, ack, now, effects)
        _update_send_window(tcb, segment, now, effects)
    else:
        if outstanding and tcb.profile.fast_retransmit:
            _count_duplicate(tcb, segment, now, effects)
        _update_send_window(tcb, segment, now, effects)
    if state in _ACKS_DECIDE:
        return _fin_acknowledged_in(state, tcb, segment, now, effects)
    return True


def _ack_out_of_range(tcb: Tcb, ack: int, now: int, effects: list[Effect]) -> bool:
    behind = (tcb.snd_una - ack) & MASK
    if behind >= HALF:
        # "If the ACK acks something not yet sent (SEG.ACK > SND.NXT), then send an ACK, drop the segment"
        effects.append(ACK_OF_FUTURE)
        _challenge(tcb, now, effects)
        return False
    if tcb.profile.rfc5961 and behind > tcb.max_snd_wnd:  # MAY-12; RFC 5961 §5
        effects.append(ACK_TOO_OLD)
        _challenge(tcb, now, effects)
        return False
    # A duplicate, SEG.ACK < SND.UNA: the acknowledgment can be ignored; text and FIN are still processed.
    return True


def _acknowledge(tcb: Tcb, ack: int, now: int, effects: list[Effect]) -> None:
    """SND.UNA ← SEG.ACK: take what is acknowledged off the retransmission queue, measure, and restart the timer."""
    tcb.snd_una = ack
    tcb.duplicate_acks = 0
    outgoing = tcb.outgoing
    sent_at, transmissions = outgoing.acknowledge(ack)
    if transmissions == 1:  # Karn (RFC 6298 §3): nothing is learned from what was sent twice
        tcb.rto.measure(now - sent_at, tcb.profile)
    if outgoing.retransmission_queue:
        if tcb.timers[_PERSIST] == NEVER:
            tcb.start_timer(_RETRANSMISSION, now + tcb.rto.rto, effects)  # RFC 6298 (5.3)
        user_timeout = tcb.profile.user_timeout
        if user_timeout is not None:
            tcb.timers[Timer.USER] = now + user_timeout
    else:
        tcb.stop_timer(_RETRANSMISSION, effects)  # RFC 6298 (5.2)
        tcb.timers[Timer.USER] = NEVER


def _count_duplicate(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> None:
    """RFC 5681 §2: a duplicate ACK acknowledges nothing new, carries nothing, and leaves the window as it was."""
    if segment.payload or segment.flags & FIN or segment.wnd << tcb.agreed.snd_scale != tcb.snd_wnd:
        return
    tcb.duplicate_acks += 1
    if tcb.duplicate_acks == _DUPLICATE_ACKS and tcb.snd_wnd:
        retransmit_first(tcb, now, effects, fast=True)


def _update_send_window(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> None:
    """ "This check … prevents using old segments to update the window" (K15, K16)."""
    seq, ack = segment.seq, segment.ack
    newer = (seq - tcb.snd_wl1) & MASK
    if newer >= HALF or (not newer and (ack - tcb.snd_wl2) & MASK >= HALF):
        return
    tcb.snd_wl1 = seq
    tcb.snd_wl2 = ack
    window = segment.wnd << tcb.agreed.snd_scale
    tcb.snd_wnd = window
    tcb.max_snd_wnd = max(tcb.max_snd_wnd, window)
    if window and tcb.timers[_PERSIST] != NEVER:
        _window_opened(tcb, now, effects)


def _window_opened(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """Leave the persist state: a probe that the closed window refused is sent again at once, and timed as usual."""
    tcb.stop_timer(_PERSIST, effects)
    tcb.probes = 0
    if tcb.outgoing.retransmission_queue:
        retransmit_first(tcb, now, effects)
        tcb.start_timer(_RETRANSMISSION, now + tcb.rto.rto, effects)


def _fin_acknowledged_in(state: State, tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """FIN-WAIT-1, CLOSING and LAST-ACK wait for one thing: the acknowledgment of our FIN."""
    if not tcb.fin_acknowledged:
        # CLOSING: "otherwise, ignore the segment". LAST-ACK: nothing else can arrive.
        return state is FIN_WAIT_1
    if state is FIN_WAIT_1:
        if not segment.flags & FIN and tcb.incoming.fin_at is None:
            _enter_fin_wait_2(tcb, now, effects)
        # else the eighth step decides: the FIN in the same segment makes it TIME-WAIT at once (§3.3.2 note 2)
        return True
    effects.append(fire("rcv_ack_of_fin", tcb))
    if state is CLOSING:
        _start_time_wait(tcb, now, effects)
    else:
        _delete(tcb, effects)
    return False


def sixth_check_urg_bit(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """RCV.UP ← max(RCV.UP, SEG.SEQ+SEG.UP); the user is told once for each run of urgent data (MUST-31, MUST-32)."""
    if segment.flags & URG and tcb.state in _RECEIVING:
        up = (segment.seq + segment.up) & MASK
        news = tcb.rcv_up is None or (tcb.rcv_nxt - tcb.rcv_up) & MASK < HALF
        if news or 0 < (up - (tcb.rcv_up or 0)) & MASK < HALF:
            tcb.rcv_up = up
        if news and (up - tcb.rcv_nxt) & MASK < HALF:
            effects.append(URGENT_DATA)
    return True


def seventh_process_segment_text(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """Take in the octets that are new and lie in the window; hold what came above a hole."""
    payload, flags = segment.payload, segment.flags
    if not payload and not flags & FIN:
        return True
    if tcb.state not in _RECEIVING:
        # "This should not occur since a FIN has been received from the remote side. Ignore the segment text."
        if payload:
            effects.append(TEXT_AFTER_FIN)
        return True
    incoming = tcb.incoming
    seq = segment.seq
    if payload and tcb.reader_gone and (seq + len(payload) - tcb.rcv_nxt) & MASK < HALF:
        effects.append(DATA_AFTER_CLOSE)
        send_reset(tcb, effects)
        _end(tcb, "rcv_data_after_close", CONNECTION_RESET, effects)
        return False
    old = (tcb.rcv_nxt - seq) & MASK
    if old and old < HALF:  # straddles old and new: only the new part is processed
        payload = payload[old:]
        seq = tcb.rcv_nxt
    room = (tcb.rcv_nxt + tcb.rcv_wnd - seq) & MASK
    fin = flags & FIN != 0
    if len(payload) + fin > room:  # beyond the right edge, octets and FIN alike are cut off (L03)
        fin = fin and len(payload) < room
        payload = payload[:room]
    if fin:
        incoming.fin_at = (seq + len(payload)) & MASK
    if seq != tcb.rcv_nxt:
        incoming.hold(seq, payload, tcb.rcv_nxt)
        tcb.ack_owed = NOW  # a duplicate ACK, at once, tells the sender of the hole (RFC 5681 §4.2)
    elif payload:
        _take_text(tcb, payload, effects)
    return True


def _take_text(tcb: Tcb, payload: bytes, effects: list[Effect]) -> None:
    """RCV.NXT moves over the octets, RCV.WND shrinks by as many: the right edge stays where it was (SHLD-14)."""
    incoming = tcb.incoming
    incoming.append(payload)
    octets = len(payload)
    rcv_nxt = (tcb.rcv_nxt + octets) & MASK
    at_once = False
    if incoming.held:
        filled = incoming.fill(rcv_nxt)
        octets += (filled - rcv_nxt) & MASK
        rcv_nxt = filled
        at_once = True  # a hole was filled, in whole or in part (RFC 5681 §4.2)
    tcb.rcv_nxt = rcv_nxt
    tcb.rcv_wnd -= octets
    effects.append(Deliver(octets))
    if len(payload) >= tcb.agreed.mss:
        tcb.unacked_segments += 1
    if at_once or tcb.profile.delayed_ack is None or tcb.unacked_segments > 1:  # SHLD-19: every second segment
        tcb.ack_owed = NOW
    elif tcb.ack_owed != NOW:
        tcb.ack_owed = LATER


def eighth_check_fin_bit(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """The FIN is taken in once everything before it has been. It occupies a number, so it is acknowledged like data."""
    incoming = tcb.incoming
    if incoming.fin_at is None or incoming.ended:
        return True
    state = tcb.state
    if incoming.fin_at != tcb.rcv_nxt:  # above a hole
        if state is FIN_WAIT_1 and tcb.fin_acknowledged:
            _enter_fin_wait_2(tcb, now, effects)
        return True
    tcb.rcv_nxt = (tcb.rcv_nxt + 1) & MASK
    tcb.rcv_wnd = max(tcb.rcv_wnd - 1, 0)
    incoming.ended = True
    if tcb.profile.delayed_ack is None or tcb.ack_owed == NOW:
        tcb.ack_owed = NOW
    else:
        tcb.ack_owed = LATER
    effects.append(END_OF_STREAM)
    row = fire("rcv_fin", tcb)
    effects.append(row)
    if row.destination is TIME_WAIT:
        send_acknowledgment(tcb, now, effects)
        _start_time_wait(tcb, now, effects)
    return True


_Step = Callable[[Tcb, Segment, int, list[Effect]], bool]
_STEPS: Final[tuple[_Step, ...]] = (
    first_check_sequence_number,
    second_check_rst_bit,
    fourth_check_syn_bit,
    fifth_check_ack_field,
    sixth_check_urg_bit,
    seventh_process_segment_text,
    eighth_check_fin_bit,
)
_OTHERWISE: Final = frozenset(
    {SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT}
)


# ---- what several steps need ----------------------------------------------------------------------------------------


def _established(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> None:
    """On entering ESTABLISHED: the send window, RFC 6298 (5.7), and a CLOSE that had to wait for queued data (E06)."""
    in_syn_ack = segment.flags & SYN
    tcb.snd_wnd = segment.wnd if in_syn_ack else segment.wnd << tcb.agreed.snd_scale
    tcb.max_snd_wnd = max(tcb.max_snd_wnd, tcb.snd_wnd)
    tcb.snd_wl1 = segment.seq
    tcb.snd_wl2 = segment.ack
    if tcb.rto.srtt < 0:  # the SYN was sent more than once, so no round trip could be measured
        tcb.rto.begin_data_after_lost_syn(tcb.profile)
    if tcb.profile.keep_alive:
        _heard_from(tcb, now)
    if tcb.outgoing.fin_queued:
        effects.append(fire("app_close", tcb))


def _enter_fin_wait_2(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    effects.append(fire("rcv_ack_of_fin", tcb))
    orphan_timeout = tcb.profile.orphan_timeout
    if tcb.reader_gone and orphan_timeout is not None:
        tcb.start_timer(Timer.TIME_WAIT, now + orphan_timeout, effects)


def _start_time_wait(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """Start, or restart, the 2 MSL timer; all others are off (MUST-13)."""
    for timer in Timer:
        if timer is not Timer.TIME_WAIT:
            tcb.stop_timer(timer, effects)
    tcb.start_timer(Timer.TIME_WAIT, now + 2 * tcb.profile.msl, effects)


def _back_to_listen(tcb: Tcb, trigger: str, effects: list[Effect]) -> None:
    """A passive opener listens again: what the first SYN had brought is forgotten."""
    tcb.outgoing.flush()
    tcb.stop_timers(effects)
    effects.append(fire(trigger, tcb))


def _end(tcb: Tcb, trigger: str, signal: Signal | None, effects: list[Effect]) -> None:
    """The connection is over before its time: tell the user why, flush the queues, delete the TCB."""
    if signal is not None:
        tcb.error = signal
        effects.append(signal)
    effects.append(fire(trigger, tcb))
    _delete(tcb, effects)


def _delete(tcb: Tcb, effects: list[Effect]) -> None:
    tcb.outgoing.flush()
    tcb.stop_timers(effects)


def _challenge(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """An acknowledgment that asks "did you mean that?": at most so many in a while, for each connection (RFC 5961 §7)."""
    profile = tcb.profile
    began, sent = tcb.challenges
    if not sent or now - began >= profile.challenge_ack_window:
        began, sent = now, 0
    if sent < profile.challenge_ack_limit:
        tcb.challenges = (began, sent + 1)
        send_acknowledgment(tcb, now, effects)


def _heard_from(tcb: Tcb, now: int) -> None:
    """The peer lives: probes are counted anew, and keep-alive waits for the next silence (MUST-26)."""
    tcb.probes = 0
    if tcb.profile.keep_alive and tcb.state in {ESTABLISHED, CLOSE_WAIT, FIN_WAIT_2}:
        tcb.timers[Timer.KEEP_ALIVE] = now + tcb.profile.keep_alive_idle


def _reopens(tcb: Tcb, segment: Segment, now: int, iss: int, effects: list[Effect]) -> bool:
    """A SYN in TIME-WAIT. True when it was dealt with here, False when the steps shall see it.

    It may open a new connection if it can only be new (MAY-2): its timestamp is later (RFC 6191 §2, SHLD-4), or its
    number is higher than any used before. Ours must then be higher than any we used.
    """
    policy = tcb.profile.syn_in_time_wait
    if policy == "challenge" or segment.flags & (ACK | RST):
        return False
    stamps = segment.option(Timestamps)
    if stamps is not None and tcb.agreed.timestamps:
        later = (stamps.value - tcb.agreed.ts_recent) & MASK
        new = 0 < later < HALF or (not later and 0 < (segment.seq - tcb.rcv_nxt + 1) & MASK < HALF)
    else:
        new = (segment.seq - tcb.rcv_nxt) & MASK < HALF
    if not new:
        if policy == "reopen":
            return False
        effects.append(SYN_ON_CONNECTION)
        return True
    higher = 0 < (iss - tcb.snd_nxt) & MASK < HALF
    next_iss = iss if higher else (tcb.snd_nxt + 65_537) & MASK  # as Linux chooses it
    tcb.stop_timers(effects)
    tcb.begin(passive=True)
    _open_passively(tcb, segment, now, next_iss, "rcv_new_syn", effects)
    return True
