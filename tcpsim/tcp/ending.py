"""The end of a connection: the user is told why, the row fires, and nothing of the TCB goes on (RFC 9293 §3.10.8)."""

from tcpsim.tcp.effects import Effect, Signal, Timer
from tcpsim.tcp.machine import fire
from tcpsim.tcp.tcb import NOTHING, Tcb


def end(tcb: Tcb, trigger: str, effects: list[Effect], signal: Signal | None = None) -> None:
    """Move along `trigger` to where the TCB is deleted; `signal`, if any, is what the user learns of it."""
    if signal is not None:
        tcb.error = signal
        effects.append(signal)
    effects.append(fire(trigger, tcb))
    tcb.outgoing.flush()
    tcb.ack_owed = NOTHING
    tcb.stop_timers(effects)


def limit_orphan(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """In FIN-WAIT-2 without a user many stacks do not wait for the peer's FIN for ever (M11). RFC 9293 has no limit."""
    timeout = tcb.profile.orphan_timeout
    if timeout is not None:
        tcb.start_timer(Timer.ORPHAN, now + timeout, effects)
