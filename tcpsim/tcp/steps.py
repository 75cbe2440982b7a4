"""SEGMENT ARRIVES in all states but CLOSED, LISTEN and SYN-SENT: the RFC's numbered steps (RFC 9293 §3.10.7.4).

Lay the RFC beside this file. A step says whether to go on; one that says no has dropped the segment or is done with
it. Steps decide what happened; the table of transitions decides where that leads. The last three, in which a segment
that has passed all checks is taken in, are in `taking_in`; those of timestamps, which RFC 7323 puts between them, in
`paws`.

The third step, security and compartment, has nothing to check here: nothing in a simulation is classified.
"""

from collections.abc import Callable
from functools import cache
from typing import Final

from tcpsim.tcp import drops, signals
from tcpsim.tcp.acknowledgment import acknowledge, count_duplicate, window_opened
from tcpsim.tcp.effects import Drop, Effect, Timer
from tcpsim.tcp.ending import end, enter_fin_wait_2, start_time_wait
from tcpsim.tcp.machine import fire
from tcpsim.tcp.opening import established, without_syn
from tcpsim.tcp.paws import check_timestamp, remember_timestamp
from tcpsim.tcp.sending import repeat_syn_ack, reset_for, send_acknowledgment, send_reset
from tcpsim.tcp.states import (
    CLOSE_WAIT,
    CLOSED,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT_1,
    LAST_ACK,
    ONE_WAY_OPEN,
    SYN_RECEIVED,
    TIME_WAIT,
    State,
)
from tcpsim.tcp.taking_in import (
    came_again,
    eighth_check_fin_bit,
    seventh_process_segment_text,
    sixth_check_urg_bit,
)
from tcpsim.tcp.tcb import NEVER, NOW, Tcb
from tcpsim.wire.flags import ACK, FIN, RST, SYN, URG
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import HALF, MASK

_PERSIST: Final = Timer.PERSIST.value
_ACKS_DECIDE: Final = frozenset({FIN_WAIT_1, CLOSING, LAST_ACK})
_THEIR_FIN_IS_IN: Final = frozenset({CLOSE_WAIT, CLOSING, LAST_ACK})


def first_check_sequence_number(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """Is any of it in the receive window? What is not is acknowledged, so that the peer can find its place again."""
    # Table 6: the first or the last number lies in the window; a window of zero takes only an empty segment at RCV.NXT.
    ahead = (segment.seq - tcb.rcv_nxt) & MASK
    window = tcb.rcv_wnd
    if ahead < window or (window and _ends_in_window(tcb, segment)):
        return True
    # MUST-66: with a window of zero, ACK, URG and RST are still processed.
    if not window and not ahead and (not segment.length or segment.flags & RST):
        return True
    if segment.flags & RST:
        if _reset_before_fin(tcb, ahead):
            return True
        effects.append(drops.RST_OUTSIDE_WINDOW)
        return False
    return _unacceptable(tcb, segment, now, effects)


def _reset_before_fin(tcb: Tcb, ahead: int) -> bool:
    """A reset with the number of the peer's FIN: from a peer that gave up before it heard that its FIN had come."""
    return ahead == MASK and tcb.profile.reset_before_fin and tcb.state in _THEIR_FIN_IS_IN


def _ends_in_window(tcb: Tcb, segment: Segment) -> bool:
    length = segment.length
    return length > 0 and (segment.seq + length - 1 - tcb.rcv_nxt) & MASK < tcb.rcv_wnd


def _why_unacceptable(tcb: Tcb, segment: Segment) -> Drop:
    """Before the window, or beyond it? A reader takes a FIN that comes again for something else than a forgery."""
    before = segment.length > 0 and (tcb.rcv_nxt - segment.end) & MASK < HALF
    return drops.ALREADY_RECEIVED if before else drops.OUTSIDE_WINDOW


def _unacceptable(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """Answer what lies outside the window, minding four old acquaintances: SYN, SYN-ACK, FIN, and a probed window."""
    flags = segment.flags
    if flags & SYN and ignored_for_its_fin(tcb, segment, effects):
        return False
    if flags & SYN and _answer_syn_again(tcb, segment, now, effects):
        return False
    why = _why_unacceptable(tcb, segment)
    effects.append(why)
    if flags & (ACK | SYN) == ACK:
        if tcb.state is TIME_WAIT and flags & FIN and segment.end == tcb.rcv_nxt:
            # "The only thing that can arrive in this state is a retransmission of the remote FIN. Acknowledge it, and
            # restart the 2 MSL timeout." Read to the letter, the FIN is refused before that sentence (ambiguity 1).
            _fin_again_in_time_wait(tcb, now, effects)
        bare = _with_valid_ack(tcb, segment, why)
        if bare and not _take_ack(tcb, bare, now, effects):
            return False
    if why is drops.ALREADY_RECEIVED and not flags & SYN and tcb.state is not TIME_WAIT:
        tcb.quick_acks = tcb.profile.quick_acks  # an acknowledgment was lost, it seems: no more waiting with them
        came_again(tcb, (segment.seq, segment.end))
    send_acknowledgment(tcb, now, effects)
    return False


def _fin_again_in_time_wait(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    if tcb.profile.restart_time_wait_on_fin:
        start_time_wait(tcb, now, effects)


def _with_valid_ack(tcb: Tcb, segment: Segment, why: Drop) -> Segment | None:
    """What is left of an unacceptable segment whose ACK field counts all the same, or None where it does not."""
    if not tcb.rcv_wnd and segment.seq == tcb.rcv_nxt:
        # Text and FIN find no room; the ACK and URG fields are valid (§3.4 MUST-66).
        return segment.replace(payload=b"", flags=segment.flags & ~FIN)
    if why is not drops.ALREADY_RECEIVED or not tcb.profile.ack_of_duplicate or tcb.state is SYN_RECEIVED:
        return None
    # BSD trims off what came again, and goes on; what acknowledges something new cannot be old.
    new = 0 < (segment.ack - tcb.snd_una) & MASK <= (tcb.snd_nxt - tcb.snd_una) & MASK
    return segment.replace(seq=tcb.rcv_nxt, payload=b"", flags=ACK) if new else None


def _take_ack(tcb: Tcb, bare: Segment, now: int, effects: list[Effect]) -> bool:
    """The ACK and URG fields of an unacceptable segment, which is then still to be answered. Or is it not?"""
    if tcb.agreed.timestamps and not check_timestamp(tcb, bare, now, effects):
        return False  # RFC 7323 §5.3 R1 comes first: an old duplicate acknowledges nothing
    before = len(effects)
    if fifth_check_ack_field(tcb, bare, now, effects):
        sixth_check_urg_bit(tcb, bare, now, effects)
    refused = any(isinstance(effect, Drop) for effect in effects[before:])  # then the fifth step has answered
    return not refused and tcb.state is not CLOSED


def _answer_syn_again(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """The peer's SYN once more in SYN-RECEIVED. True when the profile has another answer than an acknowledgment."""
    flags, profile = segment.flags, tcb.profile
    if tcb.state is not SYN_RECEIVED or segment.seq != tcb.irs:
        return False
    if flags & ACK and profile.figure_7 and (not tcb.passive or profile.handshake == "four-way"):
        # Figure 7, line 6: the SYN-ACK of a simultaneous open. Its SYN has been taken in already; its ACK counts.
        # It ends a four-way handshake too, whose opener takes our SYN for one that crossed its own.
        _take_figure_7(tcb, segment, now, effects)
        return True
    if not flags & ACK and profile.syn_ack_to_duplicate_syn:
        effects.append(drops.ALREADY_RECEIVED)
        repeat_syn_ack(tcb, now, effects)
        return True
    return False


def _take_figure_7(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> None:
    rest = without_syn(segment)
    if fifth_check_ack_field(tcb, rest, now, effects):
        sixth_check_urg_bit(tcb, rest, now, effects)
        seventh_process_segment_text(tcb, rest, now, effects)
        eighth_check_fin_bit(tcb, rest, now, effects)
        if tcb.state is CLOSED:
            return
        came_again(tcb, (tcb.irs, (tcb.irs + 1) & MASK))  # the SYN
        tcb.ack_owed = NOW


def second_check_rst_bit(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """Only a reset with just the next number is believed (RFC 5961 §3); one elsewhere in the window is questioned."""
    if not segment.flags & RST:
        return True
    state = tcb.state
    profile = tcb.profile
    ahead = (segment.seq - tcb.rcv_nxt) & MASK
    if ahead and not _reset_before_fin(tcb, ahead):
        if ahead >= tcb.rcv_wnd:
            effects.append(drops.RST_OUTSIDE_WINDOW)
            return False
        if profile.rfc5961:
            effects.append(drops.RST_NOT_EXACT)
            _challenge(tcb, now, effects)
            return False
    if state is TIME_WAIT and profile.rfc1337:
        effects.append(drops.RST_IN_TIME_WAIT)
        return False
    if state is SYN_RECEIVED:
        if tcb.passive:
            _back_to_waiting(tcb, "rcv_rst", now, effects)  # the user need not be told
        else:
            refused = signals.said_as(signals.CONNECTION_REFUSED, profile.errno_of_reset_in_syn_received)
            end(tcb, "rcv_rst", effects, refused)
    elif state is CLOSE_WAIT:
        end(tcb, "rcv_rst", effects, signals.said_as(signals.CONNECTION_RESET, profile.errno_of_reset_in_close_wait))
    elif state in ONE_WAY_OPEN or (profile.reset_told_in_closing and state is not TIME_WAIT and not tcb.reader_gone):
        # outstanding RECEIVEs and SENDs "should receive 'reset' responses"
        end(tcb, "rcv_rst", effects, signals.CONNECTION_RESET)
    else:
        end(tcb, "rcv_rst", effects)
    return False


def _back_to_waiting(tcb: Tcb, trigger: str, now: int, effects: list[Effect]) -> None:
    """A passive opener listens again: what the first SYN had brought is forgotten, its options and a CLOSE included.

    One that a SYN had opened out of TIME-WAIT waits there again (§3.6.1 MAY-2).
    """
    tcb.stop_timers(effects)
    row = fire(trigger, tcb)
    effects.append(row)
    tcb.begin(passive=True)
    if row.destination is TIME_WAIT:
        start_time_wait(tcb, now, effects)


def fourth_check_syn_bit(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """A SYN on a running connection: a new attempt, an error, or an attack. RFC 5961 §4 asks the peer."""
    if not segment.flags & SYN:
        return True
    if ignored_for_its_fin(tcb, segment, effects):
        return False
    before_window = (segment.seq - tcb.rcv_nxt) & MASK >= tcb.rcv_wnd  # its text, or its FIN, reaches into the window
    if before_window and _answer_syn_again(tcb, segment, now, effects):
        return False
    waits = tcb.state is SYN_RECEIVED and tcb.passive
    if before_window and (waits or not tcb.profile.rfc5961):
        return _take_without_syn(tcb, segment, now, effects)
    if waits:
        _another_syn(tcb, segment, now, effects)
        return False
    if tcb.profile.rfc5961:
        effects.append(drops.SYN_ON_CONNECTION)
        _challenge(tcb, now, effects)
        return False
    effects.append(drops.SYN_RESETS_CONNECTION)
    send_reset(tcb, now, effects)
    end(tcb, "rcv_syn_in_window", effects, signals.CONNECTION_RESET)
    return False


def ignored_for_its_fin(tcb: Tcb, segment: Segment, effects: list[Effect]) -> bool:
    """A SYN with a FIN is dropped in silence where the profile says so, whatever the state."""
    if segment.flags & (SYN | FIN) != SYN | FIN or tcb.profile.syn_fin != "drop-always":
        return False
    effects.append(drops.SYN_FIN)
    return True


def _take_without_syn(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """§3.10.7.4, first: "trimming off any portions that lie outside the window (including SYN and FIN)"."""
    rest = without_syn(segment)
    for step in STEPS_FOR_TEXT[tcb.agreed.timestamps][rest.flags]:
        if not step(tcb, rest, now, effects):
            break
    return False


def _another_syn(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> None:
    """A passive opener that has answered one SYN sees another: was the first an old duplicate, or is this one?"""
    answer = tcb.profile.syn_in_syn_received
    if answer == "syn-ack":
        effects.append(drops.ALREADY_ANSWERED)
        repeat_syn_ack(tcb, now, effects)
        return
    effects.append(drops.SYN_RESETS_CONNECTION)
    if answer == "reset":
        effects.append(reset_for(segment))
    _back_to_waiting(tcb, "rcv_syn_in_window", now, effects)


def _challenge(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """An acknowledgment that asks "did you mean that?": at most so many in a while on each connection (RFC 5961 §7)."""
    profile = tcb.profile
    if not profile.rfc5961:  # an ACK of the future was always answered (§3.10.7.4); the throttle came with RFC 5961
        send_acknowledgment(tcb, now, effects)
        return
    began, sent = tcb.challenges
    if not sent or now - began >= profile.challenge_ack_window:
        began, sent = now, 0
    if sent < profile.challenge_ack_limit:
        tcb.challenges = (began, sent + 1)
        send_acknowledgment(tcb, now, effects)


def fifth_check_ack_bit(_tcb: Tcb, segment: Segment, _now: int, effects: list[Effect]) -> bool:
    """The fifth step begins: "if the ACK bit is off, drop the segment and return"."""
    if segment.flags & ACK:
        return True
    effects.append(drops.NO_ACK_BIT)
    return False


def fifth_check_ack_field(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """What does it acknowledge? Here SYNs, data and FINs are laid to rest, and windows open and close."""
    ack = segment.ack
    snd_una = tcb.snd_una
    state = tcb.state
    advance = (ack - snd_una) & MASK
    outstanding = (tcb.snd_nxt - snd_una) & MASK
    if state is SYN_RECEIVED:
        if not 0 < advance <= outstanding:
            effects.append(drops.ACK_NOT_OF_SYN)
            effects.append(reset_for(segment))
            return False
        effects.append(fire("rcv_ack_of_syn", tcb))
        acknowledge(tcb, segment, advance, now, effects)
        established(tcb, segment, now, effects)
        state = tcb.state
    elif advance > outstanding:  # not in SND.UNA … SND.NXT
        return _ack_out_of_range(tcb, ack, now, effects)
    else:
        if advance:
            acknowledge(tcb, segment, advance, now, effects)
        elif outstanding and tcb.profile.fast_retransmit:
            count_duplicate(tcb, segment, now, effects)
        # SND.WND ← SEG.WND: "this check … prevents using old segments to update the window" (K15, K16)
        seq = segment.seq
        newer = (seq - tcb.snd_wl1) & MASK
        if newer < HALF and (newer or (ack - tcb.snd_wl2) & MASK < HALF):
            tcb.snd_wl1 = seq
            tcb.snd_wl2 = ack
            tcb.snd_wnd = window = segment.wnd << tcb.agreed.snd_scale
            if window > tcb.max_snd_wnd:  # noqa: PLR1730 - max() costs a call for every acknowledgment
                tcb.max_snd_wnd = window
            if tcb.timers[_PERSIST] != NEVER and window:
                window_opened(tcb, now, effects)
        elif 0 < (tcb.rcv_nxt - seq) & MASK < HALF:
            # What counts is the number of the "idealized segment that begins at RCV.NXT": old text is trimmed off.
            return fifth_check_ack_field(tcb, segment.replace(seq=tcb.rcv_nxt), now, effects)
    if state in _ACKS_DECIDE:
        return _fin_acknowledged_in(state, tcb, segment, now, effects)
    return True


def _ack_out_of_range(tcb: Tcb, ack: int, now: int, effects: list[Effect]) -> bool:
    behind = (tcb.snd_una - ack) & MASK
    if behind >= HALF:
        # "If the ACK acks something not yet sent (SEG.ACK > SND.NXT), then send an ACK, drop the segment"
        effects.append(drops.ACK_OF_FUTURE)
        if tcb.profile.answer_ack_of_unsent or tcb.state is not ESTABLISHED:
            _challenge(tcb, now, effects)
        return False
    if tcb.profile.rfc5961 and behind > tcb.max_snd_wnd:  # MAY-12; RFC 5961 §5
        effects.append(drops.ACK_TOO_OLD)
        _challenge(tcb, now, effects)
        return False
    # A duplicate, SEG.ACK < SND.UNA: the acknowledgment can be ignored; text and FIN are still processed.
    return True


def _fin_acknowledged_in(state: State, tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """FIN-WAIT-1, CLOSING and LAST-ACK wait for one thing: the acknowledgment of our FIN."""
    if not tcb.fin_acknowledged:
        # CLOSING: "otherwise, ignore the segment". LAST-ACK: nothing else can arrive.
        return state is FIN_WAIT_1
    if state is FIN_WAIT_1:
        if not segment.flags & FIN and (tcb.incoming.fin_at is None or not segment.payload):
            enter_fin_wait_2(tcb, now, effects)
        # else the eighth step decides: a FIN taken in with the same segment makes it TIME-WAIT at once (§3.3.2 note 2)
        return True
    if state is LAST_ACK:
        end(tcb, "rcv_ack_of_fin", effects)
    else:
        if tcb.agreed.timestamps:
            remember_timestamp(tcb, segment, now, effects)  # this segment sees no further step
        effects.append(fire("rcv_ack_of_fin", tcb))
        start_time_wait(tcb, now, effects)
    return False


_Step = Callable[[Tcb, Segment, int, list[Effect]], bool]
STEPS: Final[tuple[_Step, ...]] = (
    first_check_sequence_number,
    check_timestamp,
    second_check_rst_bit,
    fourth_check_syn_bit,
    fifth_check_ack_bit,
    fifth_check_ack_field,
    remember_timestamp,
    sixth_check_urg_bit,
    seventh_process_segment_text,
    eighth_check_fin_bit,
)
# The bits without which a step has nothing to look at; the seventh and eighth also look at text.
_LOOKS_AT: Final = {second_check_rst_bit: RST, fourth_check_syn_bit: SYN, sixth_check_urg_bit: URG}
_TEXT_STEPS: Final = frozenset({seventh_process_segment_text, eighth_check_fin_bit})
_TIMESTAMP_STEPS: Final = frozenset({check_timestamp, remember_timestamp})


_LOOKED_AT: Final = RST | SYN | ACK | URG | FIN


@cache
def _steps_for(flags: int, *, empty: bool, timestamps: bool) -> tuple[_Step, ...]:
    return tuple(
        step
        for step in STEPS
        if (step not in _LOOKS_AT or flags & _LOOKS_AT[step])
        and not (step is fifth_check_ack_bit and flags & ACK)
        and not (step in _TEXT_STEPS and empty and not flags & FIN)
        and (timestamps or step not in _TIMESTAMP_STEPS)
    )


def _tables(*, empty: bool) -> tuple[tuple[tuple[_Step, ...], ...], ...]:
    return tuple(
        tuple(_steps_for(flags & _LOOKED_AT, empty=empty, timestamps=timestamps) for flags in range(256))
        for timestamps in (False, True)
    )


# By whether timestamps were agreed on, and by flags: the steps that have something to look at, in their order. Most
# segments have neither RST, SYN nor URG, and most of those no text: choosing beforehand saves half the calls.
STEPS_FOR_TEXT: Final = _tables(empty=False)
STEPS_FOR_EMPTY: Final = _tables(empty=True)
