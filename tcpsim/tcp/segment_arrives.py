"""SEGMENT ARRIVES (RFC 9293 §3.10.7): a dispatch on the state, with the RFC's four arms.

CLOSED (§3.10.7.1), LISTEN (.2) and SYN-SENT (.3) are here, in the RFC's own order of checks; all other states (.4) take
the numbered steps of `tcpsim.tcp.steps`.
"""

from typing import Final

from tcpsim.tcp import drops, signals
from tcpsim.tcp.acknowledgment import acknowledge, heard_from
from tcpsim.tcp.effects import Effect, Timer
from tcpsim.tcp.ending import end, start_time_wait
from tcpsim.tcp.machine import fire
from tcpsim.tcp.opening import (
    established,
    open_four_way,
    open_passively,
    open_simultaneously,
    open_two_way,
    take_syn,
    without_syn,
)
from tcpsim.tcp.paws import check_timestamp, remember_timestamp
from tcpsim.tcp.sending import reset_for, send_acknowledgment, send_or_delay_acknowledgment, send_pending
from tcpsim.tcp.states import CLOSED, LISTEN, SYN_SENT, TIME_WAIT, State
from tcpsim.tcp.steps import STEPS_FOR_EMPTY, STEPS_FOR_TEXT, ignored_for_its_fin
from tcpsim.tcp.taking_in import eighth_check_fin_bit, seventh_process_segment_text, sixth_check_urg_bit
from tcpsim.tcp.tcb import NOW, Tcb
from tcpsim.wire.flags import ACK, FIN, RST, SYN, URG
from tcpsim.wire.options import Timestamps
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import HALF, MASK

_OTHER_STATES: Final = frozenset(State) - {CLOSED, LISTEN, SYN_SENT}  # of §3.10.7.4


def segment_arrives(tcb: Tcb, segment: Segment, now: int, iss: int | None = None) -> list[Effect]:
    """A segment reached this connection at `now` (µs); returns what the endpoint answers.

    `iss` is the initial sequence number to use should this segment open the connection passively: in LISTEN, and in
    TIME-WAIT when a new SYN may reopen the connection. None: somebody else listens, or nobody. Raises ValueError when
    a SYN reaches a listening TCB without one.
    """
    effects: list[Effect] = []
    state = tcb.state
    if state in _OTHER_STATES:
        if tcb.probes or tcb.profile.keep_alive:
            heard_from(tcb, now)
        if state is TIME_WAIT and _dealt_with_in_time_wait(tcb, segment, now, iss, effects):
            return effects
        for step in (STEPS_FOR_TEXT if segment.payload else STEPS_FOR_EMPTY)[tcb.agreed.timestamps][segment.flags]:
            if not step(tcb, segment, now, effects):
                break
    elif state is SYN_SENT:
        in_syn_sent(tcb, segment, now, effects)
    elif state is LISTEN:
        in_listen(tcb, segment, now, iss, effects)
        return effects
    else:
        in_closed(segment, effects)
        return effects
    outgoing = tcb.outgoing
    if outgoing.octets or outgoing.fin_queued:  # as `settle` does; nothing of it outlives a connection
        send_pending(tcb, now, effects)
    if tcb.ack_owed:
        send_or_delay_acknowledgment(tcb, now, effects)
    return effects


def in_closed(segment: Segment, effects: list[Effect]) -> None:
    """CLOSED, or no TCB at all: everything but a reset is answered with a reset."""
    if segment.flags & RST:
        effects.append(drops.RST_TO_NOBODY)
        return
    effects.append(drops.NO_CONNECTION)
    effects.append(reset_for(segment))


def in_listen(tcb: Tcb, segment: Segment, now: int, iss: int | None, effects: list[Effect]) -> None:
    """LISTEN: first RST, second ACK, third SYN, fourth anything else."""
    flags = segment.flags
    if flags & RST:
        effects.append(drops.RST_IN_LISTEN)
    elif flags & (SYN | ACK) == SYN | ACK and tcb.profile.syn_ack_in_listen == "drop":
        effects.append(drops.SYN_ACK_IN_LISTEN)
    elif flags & ACK:
        effects.append(drops.ACK_IN_LISTEN)
        effects.append(reset_for(segment))
    elif not flags & SYN:
        effects.append(drops.NO_SYN_IN_LISTEN)
    elif flags & FIN and tcb.profile.syn_fin != "accept":
        effects.append(drops.SYN_FIN_IN_LISTEN)
    elif iss is None:
        raise ValueError("a listening TCB needs an initial sequence number (iss) to answer a SYN with")
    elif tcb.profile.handshake == "two-way":
        open_two_way(tcb, segment, now, iss, effects)
    elif tcb.profile.handshake == "four-way":
        open_four_way(tcb, segment, now, iss, effects)
    else:
        open_passively(tcb, segment, now, iss, "rcv_syn", effects)


def in_syn_sent(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> None:
    """SYN-SENT: first ACK, second RST, (third security,) fourth SYN, fifth anything else."""
    flags = segment.flags
    if ignored_for_its_fin(tcb, segment, effects):
        return
    acceptable_ack = False
    if flags & ACK:
        # "If SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset (unless the RST bit is set …)". Nothing but the SYN has
        # been sent, so ISS is SND.UNA.
        acceptable_ack = 0 < (segment.ack - tcb.snd_una) & MASK <= (tcb.snd_nxt - tcb.snd_una) & MASK
        if not acceptable_ack:
            if flags & RST:
                effects.append(drops.RST_WITH_BAD_ACK)
                return
            effects.append(drops.UNACCEPTABLE_ACK_IN_SYN_SENT)
            effects.append(reset_for(segment))
            _send_syn_again_soon(tcb, now, effects)
            return
    if flags & RST:
        if acceptable_ack:
            reset = signals.said_as(signals.RESET_IN_SYN_SENT, tcb.profile.errno_of_reset_in_syn_sent)
            end(tcb, "rcv_rst", effects, reset)
        else:
            effects.append(drops.RST_WITHOUT_ACK)
        return
    if not flags & SYN:
        effects.append(drops.NO_SYN_IN_SYN_SENT)
        return
    take_syn(tcb, segment)
    if not acceptable_ack:
        open_simultaneously(tcb, segment, now, effects)
        return
    acknowledge(tcb, segment, (segment.ack - tcb.snd_una) & MASK, now, effects)
    effects.append(fire("rcv_syn_ack", tcb))
    tcb.ack_owed = NOW
    established(tcb, segment, now, effects)
    # "If there are other controls or text in the segment, then continue processing at the sixth step under Section
    # 3.10.7.4 where the URG bit is checked"
    if segment.payload or flags & (FIN | URG):
        rest = without_syn(segment)
        sixth_check_urg_bit(tcb, rest, now, effects)
        seventh_process_segment_text(tcb, rest, now, effects)
        eighth_check_fin_bit(tcb, rest, now, effects)


def _send_syn_again_soon(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """Our reset rids the peer of its half-open connection. Some stacks do not wait for the RTO then, the first time."""
    soon = tcb.profile.syn_again_after_bad_ack
    if soon is not None and tcb.outgoing.retransmission_queue[0].transmissions == 1:
        tcb.start_timer(Timer.RETRANSMISSION, now + soon, effects)


def _dealt_with_in_time_wait(tcb: Tcb, segment: Segment, now: int, iss: int | None, effects: list[Effect]) -> bool:
    """A segment in TIME-WAIT. True when it was dealt with here, False when the steps shall see it."""
    if ignored_for_its_fin(tcb, segment, effects) or (iss is not None and _reopens(tcb, segment, now, iss, effects)):
        return True
    answers = tcb.profile.time_wait_answers
    if answers == "steps" or (answers == "any-but-next" and segment.flags & RST and segment.seq == tcb.rcv_nxt):
        return False
    silent = _needs_no_answer if answers == "any-ack" else _is_next
    if not silent(tcb, segment, now, effects):
        effects.append(drops.IN_TIME_WAIT)
        send_acknowledgment(tcb, now, effects)
    return True


def _needs_no_answer(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """What has no ACK in it, or is just the last ACK again, as BSD sees it."""
    flags = segment.flags
    if flags & RST or not flags & ACK:
        effects.append(drops.RST_IN_TIME_WAIT if flags & RST else drops.NO_ACK_BIT)
        return True
    if flags & FIN and segment.end == tcb.rcv_nxt and tcb.profile.restart_time_wait_on_fin:
        start_time_wait(tcb, now, effects)
    return flags == ACK and not segment.payload and segment.seq == tcb.rcv_nxt and segment.ack == tcb.snd_nxt


def _is_next(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> bool:
    """A bare segment with the next number, as Linux sees it; or what has been dealt with. ACKs start 2 MSL again."""
    if segment.flags & RST:
        effects.append(drops.RST_OUTSIDE_WINDOW)
        return True
    if segment.flags & ACK:
        start_time_wait(tcb, now, effects)
    if tcb.agreed.timestamps and not check_timestamp(tcb, segment, now, effects):
        return True
    bare = segment.seq == tcb.rcv_nxt and not segment.length
    if bare and tcb.agreed.timestamps:
        remember_timestamp(tcb, segment, now, effects)
    return bare


def _reopens(tcb: Tcb, segment: Segment, now: int, iss: int, effects: list[Effect]) -> bool:
    """A SYN in TIME-WAIT. True when it was dealt with here, False when the steps shall see it.

    It may open a new connection if it can only be new (MAY-2): its timestamp is later (RFC 6191 §2, SHLD-4), or its
    number is higher than any used before. Ours must then be higher than any we used.
    """
    policy = tcb.profile.syn_in_time_wait
    if policy == "challenge" or segment.flags & (SYN | ACK | RST) != SYN:
        return False
    stamps = segment.option(Timestamps)
    if policy == "by-number":
        new = 0 < (segment.seq - tcb.rcv_nxt) & MASK < HALF
    elif stamps is not None and tcb.agreed.timestamps:
        later = (stamps.value - tcb.ts_recent) & MASK
        new = 0 < later < HALF or (not later and 0 < (segment.seq - tcb.rcv_nxt + 1) & MASK < HALF)
    elif stamps is not None and tcb.profile.timestamps:
        new = True  # RFC 6191 §2: the incarnation before it had none
    else:
        new = (segment.seq - tcb.rcv_nxt) & MASK < HALF
    if not new:
        if policy == "reopen":
            return False
        effects.append(drops.SYN_IN_TIME_WAIT)
        return True
    higher = 0 < (iss - tcb.snd_nxt) & MASK < HALF
    next_iss = iss if higher else (tcb.snd_nxt + 65_537) & MASK  # as Linux chooses it
    tcb.stop_timers(effects)
    tcb.begin(passive=True, reopened=True)
    open_passively(tcb, segment, now, next_iss, "rcv_new_syn", effects)
    return True
