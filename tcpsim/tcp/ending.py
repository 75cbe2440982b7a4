"""The end of a connection: the user is told why, the row fires, and nothing of the TCB goes on (RFC 9293 §3.10.8).

Two states only wait for the end: FIN-WAIT-2 for the peer's FIN, TIME-WAIT for 2 MSL. How they begin is here as well.
"""

from tcpsim.tcp.buffers import Incoming
from tcpsim.tcp.effects import Effect, Signal, Timer
from tcpsim.tcp.machine import fire
from tcpsim.tcp.sending import reset_for, send_reset
from tcpsim.tcp.states import SYN_RECEIVED
from tcpsim.tcp.tcb import NOTHING, Tcb
from tcpsim.wire.segment import Segment


def reset(tcb: Tcb, trigger: str, now: int, effects: list[Effect], *, answering: Segment | None = None) -> None:
    """Tell the peer with a reset, and end along `trigger`; or, where the profile has it so, in TIME-WAIT.

    `answering` a segment, it is what CLOSED answers (§3.10.7.1): it has the number that the segment acknowledges.
    """
    if answering is None:
        send_reset(tcb, now, effects)
    else:
        effects.append(reset_for(answering))
    if tcb.profile.reset_leads_to == "time-wait":
        end(tcb, "snd_rst_lingering", effects)
        start_time_wait(tcb, now, effects)
    else:
        end(tcb, trigger, effects)


def end(tcb: Tcb, trigger: str, effects: list[Effect], signal: Signal | None = None) -> None:
    """Move along `trigger` to where the TCB is deleted; `signal`, if any, is what the user learns of it."""
    if signal is not None:
        tcb.error = signal
        effects.append(signal)
    if tcb.state is SYN_RECEIVED:
        tcb.incoming = Incoming()  # what had come with the SYN would have been the user's in ESTABLISHED only (H04)
    effects.append(fire(trigger, tcb))
    tcb.outgoing.flush()
    tcb.ack_owed = NOTHING
    tcb.stop_timers(effects)


def limit_orphan(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """In FIN-WAIT-2 without a user many stacks do not wait for the peer's FIN for ever (M11). RFC 9293 has no limit."""
    timeout = tcb.profile.orphan_timeout
    if timeout is not None:
        tcb.start_timer(Timer.ORPHAN, now + timeout, effects)


def enter_fin_wait_2(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """Our FIN is acknowledged, and the peer's is waited for."""
    effects.append(fire("rcv_ack_of_fin", tcb))
    if tcb.reader_gone:
        limit_orphan(tcb, now, effects)


def start_time_wait(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """Start, or restart, the 2 MSL timer; all others are off (MUST-13)."""
    tcb.stop_timers(effects, but=Timer.TIME_WAIT)
    tcb.start_timer(Timer.TIME_WAIT, now + 2 * tcb.profile.msl, effects)
