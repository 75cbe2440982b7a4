"""One cell of the matrix: a segment put to an endpoint in a situation, and what came of it held against the oracle."""

from typing import Final, NamedTuple

from dialogue import PAIR
from oracle import expected
from outcome import Outcome, Said
from situations import Setting, endpoint

from tcpsim.tcp.effects import Deliver, Effect, Probe, Retransmit, Signal, Timer
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.states import State, Transition
from tcpsim.tcp.tcb import NEVER, Tcb
from tcpsim.wire import MASK, PSH, RST, Segment, flag_letters, parse_flags, segment_notation, seq_diff

NOW: Final = 1000  # µs after all that came before
GONE: Final = frozenset({State.CLOSED, State.LISTEN})
TEXT: Final = bytes(range(256)) * 260


class Seen(NamedTuple):
    """What came of a segment; all of it is compared. Numbers are the wire's; None where the oracle has no opinion."""

    state: State
    path: list[State]
    sent: list[tuple[int, int, int, int, int]]  # flags but PSH, SEG.SEQ, SEG.ACK, octets, SEG.WND
    delivered: int
    told: list[str]
    snd_una: int | None = None
    snd_nxt: int | None = None
    snd_wnd: int | None = None
    rcv_nxt: int | None = None
    rcv_wnd: int | None = None
    retransmission: bool = False  # whether that timer runs, or the one of window probes
    two_msl: int = NEVER
    other_timers: bool = False
    untouched: bool = False  # nothing of the TCB has changed


def mistake(place: str, said: Said, setting: Setting) -> str:
    """How the endpoint differs from the oracle in this cell; empty if it does not."""
    at, before = endpoint(place, setting)
    tcb = before.copy()
    iss = setting.numbers[0]
    outcome = expected(at, said, tcb.profile)
    offered = None if at.offered is None else (iss + at.offered) & MASK
    effects = segment_arrives(tcb, _segment(said, setting), NOW, offered)
    right = _should_be(outcome, before, setting)
    got = _is(tcb, effects, outcome, before)
    return "" if got == right else _told(place, said, setting, outcome.rows, right, got)


def _segment(said: Said, setting: Setting) -> Segment:
    iss, irs = setting.numbers
    ack = 0 if said.ack is None else (iss + said.ack) & MASK
    seq = (irs + said.seq) & MASK
    return Segment(*PAIR.reverse, seq, ack, parse_flags(said.flags), said.wnd, TEXT[: said.octets], (), said.up)


def _should_be(outcome: Outcome, before: Tcb, setting: Setting) -> Seen:
    iss, irs = setting.numbers
    sent = [
        (
            parse_flags(flags),
            0 if seq is None else (iss + seq) & MASK,
            0 if ack is None else (irs + ack) & MASK,
            0,
            0 if "R" in flags else outcome.rcv_wnd,
        )
        for flags, seq, ack in outcome.answers
    ]
    happened = (outcome.state, outcome.path, sent, outcome.delivered, outcome.told)
    if outcome.path and outcome.state in GONE:
        return Seen(*happened)
    if outcome.dropped:
        return Seen(*happened, untouched=True)
    deadline = NEVER
    if outcome.state is State.TIME_WAIT:
        deadline = NOW + 2 * setting.profile.msl if outcome.restarted else before.timers[Timer.TIME_WAIT]
    return Seen(
        *happened,
        (iss + outcome.una) & MASK,
        (iss + outcome.nxt) & MASK,
        outcome.snd_wnd,
        (irs + outcome.rcv_nxt) & MASK,
        outcome.rcv_wnd,
        outcome.una != outcome.nxt,
        deadline,
    )


def _is(tcb: Tcb, effects: list[Effect], outcome: Outcome, before: Tcb) -> Seen:
    path: list[State] = []
    sent: list[tuple[int, int, int, int, int]] = []
    delivered = 0
    told: list[str] = []
    for effect in effects:
        if isinstance(effect, Segment | Retransmit | Probe):
            segment = effect if isinstance(effect, Segment) else effect.segment
            wnd = 0 if segment.flags & RST else segment.wnd
            sent.append((segment.flags & ~PSH, segment.seq, segment.ack, len(segment.payload), wnd))
        elif isinstance(effect, Transition):
            path.append(effect.destination)
        elif isinstance(effect, Deliver):
            delivered += effect.octets
        elif isinstance(effect, Signal):
            told.append(effect.name)
    happened = (tcb.state, path, sent, delivered, told)
    rto, persist, delayed, two_msl, orphan, keep_alive, _user = tcb.timers
    running = rto != NEVER or persist != NEVER
    stray = not delayed == orphan == keep_alive == NEVER
    if path and tcb.state in GONE:
        return Seen(*happened, retransmission=running, two_msl=two_msl, other_timers=stray)
    if outcome.dropped:
        tcb.challenges = before.challenges  # the throttle counts
        return Seen(*happened, untouched=tcb.freeze(NOW) == before.freeze(NOW))
    numbers = (tcb.snd_una, tcb.snd_nxt, tcb.snd_wnd, tcb.rcv_nxt, tcb.rcv_wnd)
    return Seen(*happened, *numbers, running, two_msl, stray)


# ---- telling -----------------------------------------------------------------------------------------------


def _told(place: str, said: Said, setting: Setting, rows: list[str], right: Seen, got: Seen) -> str:
    at, _ = endpoint(place, setting)
    iss, irs = setting.numbers
    differ = [name for name in Seen._fields if getattr(right, name) != getattr(got, name)]
    return "\n".join(
        (
            f"{place} (ISS {iss}, IRS {irs})",
            f"    at        SND.UNA {at.una}, SND.NXT {at.nxt}, RCV.NXT {at.rcv_nxt}, RCV.WND {at.rcv_wnd}",
            f"    arrives   {segment_notation(_segment(said, setting), seq_base=irs, ack_base=iss)}",
            *(f"    expected  {name}: {_shown(name, right, setting)}" for name in differ),
            *(f"    got       {name}: {_shown(name, got, setting)}" for name in differ),
            f"    by rows   {' '.join(rows) or '–'}",
        )
    )


def _shown(name: str, seen: Seen, setting: Setting) -> str:
    iss, irs = setting.numbers
    value = getattr(seen, name)
    match name:
        case "path":
            return " → ".join(value) or "stays"
        case "sent":
            return "; ".join(_segment_shown(iss, irs, *sent) for sent in value) or "nothing"
        case "snd_una" | "snd_nxt" if value is not None:
            return str(seq_diff(value, iss))
        case "rcv_nxt" if value is not None:
            return str(seq_diff(value, irs))
        case _:
            return str(value)


def _segment_shown(iss: int, irs: int, flags: int, seq: int, ack: int, octets: int, wnd: int) -> str:
    return f"{flag_letters(flags)} {seq_diff(seq, iss)}({octets}) ack {seq_diff(ack, irs)} win {wnd}"
