"""The user's calls: OPEN, SEND, RECEIVE, CLOSE, ABORT, STATUS (RFC 9293 §3.10.1 to §3.10.6).

Each call looks at the state, does what that state's paragraph says, and returns the effects. What the RFC answers with
"error: …" is raised as a `CallRefused`, which carries the RFC's words and the errno of socket interfaces.
"""

from dataclasses import dataclass
from typing import Final

from tcpsim.tcp import signals
from tcpsim.tcp.effects import Effect, Signal, Timer
from tcpsim.tcp.ending import end, limit_orphan, reset
from tcpsim.tcp.machine import fire
from tcpsim.tcp.opening import hand_over_text, octets_on_syn
from tcpsim.tcp.sending import send_acknowledgment, send_syn, settle
from tcpsim.tcp.states import (
    CLOSED,
    CLOSING,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    LISTEN,
    ONE_WAY_OPEN,
    OVER,
    RECEIVING,
    SYN_RECEIVED,
    SYN_SENT,
    TIME_WAIT,
    State,
)
from tcpsim.tcp.tcb import NEVER, Tcb
from tcpsim.wire.addresses import is_unicast
from tcpsim.wire.seq import MASK


class CallRefused(Exception):  # noqa: N818 - the call was refused, as the RFC's "error: …" says; nothing is in error
    """The RFC's "error: …" to a user's call. `words` are the RFC's, `errno` a socket's, `section` where it stands."""

    def __init__(self, words: str, errno: str, section: str) -> None:
        super().__init__(f"{words} ({errno}; RFC 9293 §{section})")
        self.words = words
        self.errno = errno
        self.section = section


def no_connection(section: str) -> CallRefused:
    """There is no TCB for this call."""
    return CallRefused("connection does not exist", "ENOTCONN", section)


# ---- 3.10.1 OPEN ----------------------------------------------------------------------------------------------------


def open_passive(tcb: Tcb) -> list[Effect]:
    """Passive OPEN: LISTEN. Nothing is sent and no timer runs. Raises CallRefused if the TCB is in use."""
    if tcb.state is not CLOSED:
        raise CallRefused("connection already exists", "EADDRINUSE", "3.10.1")
    tcb.passive = True
    return [fire("app_open_passive", tcb)]


def open_active(tcb: Tcb, now: int, iss: int, data: bytes = b"") -> list[Effect]:
    """Active OPEN: <SEQ=ISS><CTL=SYN>, SYN-SENT. Also turns a listening TCB, whose remote socket is named, active.

    `data` goes with the SYN, as far as it has room, as if a SEND came with the OPEN (MSG_FASTOPEN, without its cookie).
    Raises CallRefused for an unspecified remote socket, and if the connection already exists.
    """
    if tcb.state is not CLOSED and tcb.state is not LISTEN:
        raise CallRefused("connection already exists", "EISCONN", "3.10.1")
    return _open_actively(tcb, now, iss, "app_open_active", "3.10.1", data)


def open_again(tcb: Tcb, now: int, iss: int, data: bytes = b"") -> list[Effect]:
    """Active OPEN in TIME-WAIT: the next incarnation of the same pair.

    RFC 9293 has no such thing (§3.10.1: "connection already exists"). Some stacks have it, where timestamps were agreed
    on: whether it may be done, the caller has asked the profile.
    """
    effects: list[Effect] = []
    tcb.stop_timers(effects)
    tcb.begin(passive=False)
    return effects + _open_actively(tcb, now, iss, "app_open_again", "3.10.1", data)


def _open_actively(tcb: Tcb, now: int, iss: int | None, trigger: str, section: str, data: bytes = b"") -> list[Effect]:
    if not tcb.pair.remote or not tcb.pair.rport:
        raise CallRefused("remote socket unspecified", "EDESTADDRREQ", section)
    if not is_unicast(tcb.pair.remote):  # MUST-46
        raise CallRefused("remote socket invalid: no one host has this address", "ENETUNREACH", "3.9.1.1")
    if iss is None:
        raise ValueError("a listening TCB needs an initial sequence number (iss) to open actively")
    tcb.passive = False
    tcb.iss = tcb.snd_una = tcb.snd_nxt = iss & MASK
    effects: list[Effect] = [fire(trigger, tcb)]
    text = b""
    if data:
        tcb.outgoing.append(data)
        text = tcb.outgoing.take(octets_on_syn(tcb, now))
    send_syn(tcb, now, effects, False, text)
    return effects


# ---- 3.10.2 SEND ----------------------------------------------------------------------------------------------------


def send(
    tcb: Tcb,
    octets: bytes,
    now: int,
    *,
    iss: int | None = None,
    on_syn: bool = False,
    urgent: bool = False,
    push: bool = True,
    until_acknowledged: bool = False,
) -> list[Effect]:
    """SEND: segmentize and send as far as window and Nagle allow; before ESTABLISHED, queue.

    Without `push` (§3.9.1.2) more is to come: what fills no segment waits for it, for a CLOSE, or for the override
    time-out of §3.8.6.2.1; with `until_acknowledged` not beyond the next acknowledgment either.
    On a listening TCB whose remote socket is named it opens actively first, with `iss`; with `on_syn` the octets go
    with that SYN, as far as it has room. Raises CallRefused when there is no connection, when this side has closed, and
    for an unspecified remote socket; ValueError for such a TCB without an `iss`.
    """
    state = tcb.state
    if state is CLOSED:
        raise why_it_ended(tcb, "3.10.2")
    outgoing = tcb.outgoing
    if state in _CLOSED_FOR_SENDING or outgoing.fin_queued:
        raise CallRefused("connection closing", "EPIPE", "3.10.2")
    if tcb.quick_acks and now < tcb.interactive_until:
        tcb.quick_acks = 0  # request and reply: the next reply may carry the acknowledgment
    effects: list[Effect] = []
    if state is LISTEN:
        effects = _open_actively(tcb, now, iss, "app_send", "3.10.2", octets if on_syn else b"")
        octets = b"" if on_syn else octets
    outgoing.append(octets)
    outgoing.pushed = push
    outgoing.held_at = tcb.snd_una if until_acknowledged else None
    if urgent:
        tcb.snd_up = (tcb.snd_nxt + outgoing.unsent) & MASK
    settle(tcb, now, effects)
    return effects


def why_it_ended(tcb: Tcb, section: str) -> CallRefused:
    """What a call learns from a connection that is no more: why it ended, once (W03), then only that it did (W04)."""
    error = tcb.error
    if error is not None and error.errno and not tcb.error_told:
        tcb.error_told = True
        return CallRefused(error.name, error.errno, error.section)
    return CallRefused("connection does not exist", "EPIPE" if tcb.error else "ENOTCONN", section)


# ---- 3.10.3 RECEIVE -------------------------------------------------------------------------------------------------


def receive(tcb: Tcb, limit: int | None, now: int) -> tuple[bytes, list[Effect]]:
    """RECEIVE: at most `limit` octets (None: all there are) that arrived in order, and the effects of reading them.

    No octets mean either that there are none yet, or, when `tcb.incoming.ended`, the end of the stream. What had
    arrived before the peer's FIN is handed over in CLOSING, LAST-ACK and TIME-WAIT too, as deployed stacks do; where
    the profile says `receive_after_fin="refuse"`, §3.10.3's "connection closing" loses it. After a reset, what had
    arrived can still be read; then CallRefused is raised with the reason, never an end of stream (MUST-12).
    """
    incoming = tcb.incoming
    if incoming.unread and tcb.state is not SYN_RECEIVED:
        octets = incoming.read(limit)
        effects: list[Effect] = []
        if tcb.state in RECEIVING:
            _widen_window(tcb, now, effects)
        else:
            _refuse_after_fin(tcb)
        return octets, effects
    _refuse_after_fin(tcb)
    if tcb.error is not None or (tcb.state in OVER and not incoming.ended):
        if tcb.error is not None and tcb.error_told and tcb.error is signals.CONNECTION_RESET:
            return b"", []  # told once; afterwards a socket reads an end of stream
        raise why_it_ended(tcb, "3.10.3")
    return b"", []


def _refuse_after_fin(tcb: Tcb) -> None:
    """§3.10.3 to the letter: in CLOSING, LAST-ACK and TIME-WAIT "return 'error: connection closing' response"."""
    if tcb.profile.receive_after_fin == "refuse" and tcb.state in _BOTH_HAVE_CLOSED:
        raise CallRefused("connection closing", "ENOTCONN", "3.10.3")


def _widen_window(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """Offer the room that reading made: only when the edge can move by a worthwhile amount (§3.8.6.2.2, MUST-39).

    The next segment tells the peer. One is sent for that alone when the peer may be waiting for it. Where the profile
    offers less as well, as long as no window is offered that has no room for a segment, that is no reason to send one.
    """
    buffer = tcb.profile.receive_buffer
    room = buffer - tcb.incoming.unread
    window = tcb.rcv_wnd - tcb.added_in_silence
    mss = tcb.agreed.mss
    if room - window >= mss or room - window >= buffer // 2:
        tcb.rcv_wnd = room
        tcb.added_in_silence = 0
        if _worth_a_segment(tcb, window, room):
            send_acknowledgment(tcb, now, effects)
        elif tcb.profile.window_update == "quarter" and tcb.timers[Timer.DELAYED_ACK] == NEVER:
            tcb.added_in_silence = room - window  # what is opened bit by bit adds up to a quarter
    elif tcb.profile.offer_small_room and room >= max(min(buffer // 4, mss), tcb.rcv_wnd):
        tcb.added_in_silence = room - window
        tcb.rcv_wnd = room


def _worth_a_segment(tcb: Tcb, window: int, room: int) -> bool:
    """Whether the peer is told at once that its window has opened. No RFC says when; stacks do."""
    buffer = tcb.profile.receive_buffer
    if tcb.profile.window_update == "half-shut":
        return window * 2 < buffer
    if tcb.timers[Timer.DELAYED_ACK] != NEVER:
        return False  # the acknowledgment that is due anyway tells of it
    opened, two = room - window, 2 * tcb.agreed.mss
    much = opened * 4 >= buffer or room * 8 <= buffer or buffer <= 4 * two
    return (opened >= two and much) or opened * 2 >= buffer


# ---- 3.10.4 CLOSE ---------------------------------------------------------------------------------------------------


def close(tcb: Tcb, now: int, *, for_good: bool = False) -> list[Effect]:
    """CLOSE: no more will be sent; a FIN follows what is queued. What the peer sends is still received.

    `for_good` is a socket's close(): nobody will read any more either. Octets left unread, or arriving later, are then
    answered with a reset (§3.6.1 SHLD-3) where the profile says `reset_unread`.
    Raises CallRefused when there is no connection or this side has closed already.
    """
    state = tcb.state
    if state is CLOSED:
        if for_good:
            tcb.reader_gone = True
            return []  # closing a socket whose connection is gone already is no error
        raise no_connection("3.10.4")
    outgoing = tcb.outgoing
    closed = state in _CLOSED_FOR_SENDING or outgoing.fin_queued
    if for_good and not tcb.reader_gone:
        tcb.reader_gone = True
        if tcb.incoming.unread and tcb.profile.reset_unread and state in ONE_WAY_OPEN:  # §3.6.1 SHLD-3
            return _end(tcb, "app_close_unread", signals.SENDS_RESET, now, resets=True)
        if closed:
            told: list[Effect] = []  # nothing: the sending side was closed before, now the receiving side is
            if state is FIN_WAIT_2:
                limit_orphan(tcb, now, told)
            return told
    if closed:
        raise CallRefused("connection closing", "EPIPE", "3.10.4")
    if state is LISTEN or state is SYN_SENT:
        return _end(tcb, "app_close", signals.SENDS_CLOSED, now, resets=False)  # nothing is sent: nobody knows of us
    outgoing.fin_queued = True
    outgoing.pushed = True  # §3.9.1.4: CLOSE implies PUSH
    effects: list[Effect] = []
    if state is SYN_RECEIVED and (outgoing.unsent or tcb.profile.close_in_syn_received == "wait"):
        return effects  # "queue for processing after entering ESTABLISHED state" (E06)
    effects.append(fire("app_close", tcb))
    if state is SYN_RECEIVED:
        hand_over_text(tcb, effects)
    settle(tcb, now, effects)
    return effects


# ---- 3.10.5 ABORT ---------------------------------------------------------------------------------------------------


def abort(tcb: Tcb, now: int) -> list[Effect]:
    """ABORT: flush the queues, reset the peer if it knows of this connection, CLOSED. Raises CallRefused in CLOSED.

    Note 3 of figure 5 would have the sender of a reset linger in TIME-WAIT: the profile says (`reset_leads_to`).
    """
    if tcb.state is CLOSED:
        raise no_connection("3.10.5")
    return _end(tcb, "app_abort", signals.SENDS_RESET, now, resets=tcb.state in _ABORT_RESETS)


def _end(tcb: Tcb, trigger: str, queued: Signal, now: int, *, resets: bool) -> list[Effect]:
    """The user's own end of it; `queued` is what SENDs are told that never left."""
    effects: list[Effect] = [queued] if tcb.outgoing.unsent else []
    tcb.reader_gone = True
    if resets:
        reset(tcb, trigger, now, effects)
    else:
        end(tcb, trigger, effects)
    return effects


# ---- 3.10.6 STATUS --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Status:
    """What STATUS tells. Windows in octets; `unacknowledged` counts segments, `unsent` and `unread` octets."""

    state: State
    send_window: int
    receive_window: int
    unacknowledged: int
    unsent: int
    unread: int


def status(tcb: Tcb) -> Status:
    """STATUS: the state and counts, without any effect. Raises CallRefused in CLOSED."""
    if tcb.state is CLOSED:
        raise no_connection("3.10.6")
    outgoing = tcb.outgoing
    return Status(
        tcb.state,
        tcb.snd_wnd,
        tcb.rcv_wnd,
        len(outgoing.retransmission_queue),
        outgoing.unsent,
        tcb.incoming.unread,
    )


_CLOSED_FOR_SENDING: Final = frozenset({FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT})
_BOTH_HAVE_CLOSED: Final = frozenset({CLOSING, LAST_ACK, TIME_WAIT})
_ABORT_RESETS: Final = frozenset({SYN_RECEIVED, *ONE_WAY_OPEN})
