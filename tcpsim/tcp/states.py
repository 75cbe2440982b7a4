"""The eleven states of RFC 9293 §3.3.2 and every way from one to another, once, as data.

Two rules of this file: no transition exists outside `TRANSITIONS` and `VARIANTS`, and nothing but `tcpsim.tcp.machine`
moves a connection along them. The machine runs the table, the statechart is drawn from it, the tests enumerate it, and
an explanation of why a connection changed its state is the row that fired.

`VARIANTS` is apart: rows that no connection takes unless its profile asks for them. What would happen if TCP opened
otherwise, which is not in RFC 9293; and what its text says in one place and not in another.

The steps of SEGMENT ARRIVES and the user calls decide *what happened* and name it with a trigger (`rcv_fin`,
`app_close`); the table decides *where that leads*. Where one trigger leads two ways from one state, each row has a
guard, and exactly one guard holds.

A CLOSED connection is fictional (§3.3.2): a row that leads to CLOSED is where the TCB is deleted.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """A connection's state. Prints as the RFC spells it: `str(State.SYN_SENT) == "SYN-SENT"`."""

    CLOSED = "CLOSED"
    LISTEN = "LISTEN"
    SYN_SENT = "SYN-SENT"
    SYN_RECEIVED = "SYN-RECEIVED"
    ESTABLISHED = "ESTABLISHED"
    FIN_WAIT_1 = "FIN-WAIT-1"
    FIN_WAIT_2 = "FIN-WAIT-2"
    CLOSE_WAIT = "CLOSE-WAIT"
    CLOSING = "CLOSING"
    LAST_ACK = "LAST-ACK"
    TIME_WAIT = "TIME-WAIT"


# Members under their bare names: a global is looked up faster than an attribute of an Enum, and steps read shorter.
CLOSED = State.CLOSED
LISTEN = State.LISTEN
SYN_SENT = State.SYN_SENT
SYN_RECEIVED = State.SYN_RECEIVED
ESTABLISHED = State.ESTABLISHED
FIN_WAIT_1 = State.FIN_WAIT_1
FIN_WAIT_2 = State.FIN_WAIT_2
CLOSE_WAIT = State.CLOSE_WAIT
CLOSING = State.CLOSING
LAST_ACK = State.LAST_ACK
TIME_WAIT = State.TIME_WAIT


@dataclass(frozen=True, slots=True, eq=False)
class Transition:
    """One row: in `source`, when `trigger` happens and `guard` holds, go to `destination`.

    `guard` is empty or the name of a condition in `tcpsim.tcp.machine.GUARDS`. `event` and `action` are the two halves
    of an arrow's label in RFC 9293 figure 5 ("rcv SYN", "snd SYN,ACK"). `section` is where the RFC says so, and `why`
    is the sentence that a learner is shown.
    """

    trigger: str
    source: State
    destination: State
    section: str
    event: str
    action: str
    why: str
    guard: str = ""


def _row(trigger: str, source: State, destination: State, section: str, label: str, why: str, guard: str = "") -> Transition:
    event, _, action = label.partition(" / ")
    return Transition(trigger, source, destination, section, event, action, why, guard)


_RESET = "The reset had a number that this end accepts, so it is believed: the connection is gone, at once."
_ABORTED = "The user aborted: queues are flushed and the peer is told with a reset."
_ABORTED_QUIETLY = "The user aborted; both FINs have been exchanged or no connection was made, so there is nobody to reset."
_GAVE_UP = "Retransmission went unanswered until the limit R2: the connection is given up."
_USER_TIMEOUT = "Data or a FIN stayed unacknowledged for as long as the user was willing to wait."
_SYN_RESETS = "A SYN inside the window of a running connection is an error: without RFC 5961 it resets the connection."
_UNREAD = "The user closed without reading what had arrived: a reset tells the peer that data was lost."
_NOBODY_READS = "Data arrived for a user who has closed for good: a reset tells the peer that nobody will read it."
_KEEP_ALIVE = "Keep-alive probes went unanswered: the peer is taken for dead."

# Where at least one way is still open: a user may lose something if the connection ends (§3.10.5, §3.10.7.4).
ONE_WAY_OPEN = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT)
# Where the peer has not sent its FIN: data is still taken in (§3.10.3; §3.10.7.4, sixth and seventh step).
RECEIVING = frozenset({ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2})
# Where a RECEIVE need not wait: nothing will come any more. (In TIME-WAIT after a reset of our own, not even the end.)
OVER = frozenset({TIME_WAIT, CLOSED})
_SYNCHRONIZED = (*ONE_WAY_OPEN, CLOSING, LAST_ACK, TIME_WAIT)
# Where keep-alive acts: nothing of ours need be outstanding there, so silence could last for ever (§3.8.4).
KEPT_ALIVE = (ESTABLISHED, FIN_WAIT_2, CLOSE_WAIT)
_WITH_SOMETHING_UNACKNOWLEDGED = (SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT, CLOSING, LAST_ACK)

TRANSITIONS: tuple[Transition, ...] = (
    # ---- opening ------------------------------------------------------------------------------------------------
    _row("app_open_passive", CLOSED, LISTEN, "3.10.1", "passive OPEN / create TCB",
         "The application listens: it waits for a SYN from anyone."),
    _row("app_open_active", CLOSED, SYN_SENT, "3.10.1", "active OPEN / create TCB, snd SYN",
         "The application connects: a SYN asks the peer to synchronize sequence numbers."),
    _row("app_open_active", LISTEN, SYN_SENT, "3.10.1", "active OPEN / snd SYN",
         "A listening application changed its mind and connects to a peer that it names."),
    _row("app_send", LISTEN, SYN_SENT, "3.10.2", "SEND / snd SYN",
         "Sending on a listening connection whose peer is named opens it actively."),
    _row("rcv_syn", LISTEN, SYN_RECEIVED, "3.10.7.2", "rcv SYN / snd SYN,ACK",
         "A SYN arrived: answer with our own SYN and acknowledge theirs, both in one segment."),
    _row("rcv_syn", SYN_SENT, SYN_RECEIVED, "3.10.7.3", "rcv SYN / snd SYN,ACK",
         "The peer's SYN crossed ours: a simultaneous open. Acknowledge it with the same ISS."),
    _row("rcv_syn_ack", SYN_SENT, ESTABLISHED, "3.10.7.3", "rcv SYN,ACK / snd ACK",
         "The peer acknowledged our SYN and sent its own: both numbers are known here, so this side is open."),
    _row("rcv_ack_of_syn", SYN_RECEIVED, ESTABLISHED, "3.10.7.4", "rcv ACK of SYN",
         "Our SYN is acknowledged: now each side knows that it was heard."),
    # ---- opening refused or withdrawn -----------------------------------------------------------------------------
    _row("rcv_rst", SYN_SENT, CLOSED, "3.10.7.3", "rcv RST / delete TCB",
         "A reset that acknowledges our SYN: nobody listens there."),
    _row("rcv_icmp_error", SYN_SENT, CLOSED, "3.9.2.2", "rcv ICMP error / delete TCB",
         "The network says that our SYN cannot be delivered, and that this will not change."),
    _row("rcv_rst", SYN_RECEIVED, LISTEN, "3.10.7.4", "rcv RST",
         "A reset answered our SYN-ACK: the SYN was an old duplicate. A passive opener just listens again.",
         "passive_open"),
    _row("rcv_rst", SYN_RECEIVED, CLOSED, "3.10.7.4", "rcv RST / delete TCB",
         "A reset refused our simultaneous open: the user is told that the connection was refused.", "active_open"),
    _row("rcv_syn_in_window", SYN_RECEIVED, LISTEN, "3.10.7.4", "rcv SYN",
         "Another SYN inside the window: the first was an old duplicate. A passive opener listens again.",
         "passive_open"),
    _row("rcv_syn_in_window", SYN_RECEIVED, CLOSED, "3.10.7.4", "rcv SYN / snd RST", _SYN_RESETS, "active_open"),
    *(_row("rcv_syn_in_window", state, CLOSED, "3.10.7.4", "rcv SYN / snd RST", _SYN_RESETS)
      for state in _SYNCHRONIZED),
    # ---- closing ----------------------------------------------------------------------------------------------------
    _row("app_close", LISTEN, CLOSED, "3.10.4", "CLOSE / delete TCB",
         "The application stops listening; no peer knows of it, so nothing is sent."),
    _row("app_close", SYN_SENT, CLOSED, "3.10.4", "CLOSE / delete TCB",
         "The application gave up before the peer answered; nothing is sent."),
    _row("app_close", SYN_RECEIVED, FIN_WAIT_1, "3.10.4", "CLOSE / snd FIN",
         "The application closes before the handshake is done: the FIN follows the SYN, and takes the next number."),
    _row("app_close", ESTABLISHED, FIN_WAIT_1, "3.10.4", "CLOSE / snd FIN",
         "The application has no more to send: a FIN, after all queued data, says so. It still receives."),
    _row("app_close", CLOSE_WAIT, LAST_ACK, "3.10.4", "CLOSE / snd FIN",
         "This side has no more to send either: its own FIN, and only the acknowledgment of that is awaited."),
    _row("rcv_fin", SYN_RECEIVED, CLOSE_WAIT, "3.10.7.4", "rcv FIN / snd ACK",
         "The peer will send no more. The application may go on sending until it closes."),
    _row("rcv_fin", ESTABLISHED, CLOSE_WAIT, "3.10.7.4", "rcv FIN / snd ACK",
         "The peer will send no more. The application may go on sending until it closes: that is why closing takes four."),
    _row("rcv_fin", FIN_WAIT_1, CLOSING, "3.10.7.4", "rcv FIN / snd ACK",
         "The peer's FIN crossed ours: a simultaneous close. Ours is still to be acknowledged.", "fin_not_acknowledged"),
    _row("rcv_fin", FIN_WAIT_1, TIME_WAIT, "3.3.2 note 2", "rcv FIN,ACK of FIN / snd ACK",
         "One segment brought the peer's FIN and the acknowledgment of ours: closing took three segments.",
         "fin_acknowledged"),
    _row("rcv_fin", FIN_WAIT_2, TIME_WAIT, "3.10.7.4", "rcv FIN / snd ACK",
         "The peer's FIN came: acknowledge it, and stay 2 MSL in case that acknowledgment is lost."),
    _row("rcv_ack_of_fin", FIN_WAIT_1, FIN_WAIT_2, "3.10.7.4", "rcv ACK of FIN",
         "Our FIN is acknowledged: this direction is closed. The peer may go on sending."),
    _row("rcv_ack_of_fin", CLOSING, TIME_WAIT, "3.10.7.4", "rcv ACK of FIN",
         "Our FIN, which had crossed the peer's, is acknowledged: both directions are closed."),
    _row("rcv_ack_of_fin", LAST_ACK, CLOSED, "3.10.7.4", "rcv ACK of FIN / delete TCB",
         "Our FIN, the last segment that needed one, is acknowledged: nothing is left to wait for."),
    _row("timeout_time_wait", TIME_WAIT, CLOSED, "3.10.8", "Timeout=2MSL / delete TCB",
         "Two maximum segment lifetimes have passed: no old segment of this connection can still be on its way."),
    _row("rcv_rst", SYN_RECEIVED, TIME_WAIT, "3.6.1", "rcv RST",
         "The SYN that had reopened TIME-WAIT was an old duplicate after all: back to waiting (MAY-2).", "reopened"),
    _row("rcv_syn_in_window", SYN_RECEIVED, TIME_WAIT, "3.6.1", "rcv SYN",
         "The SYN that had reopened TIME-WAIT was an old duplicate after all: back to waiting (MAY-2).", "reopened"),
    _row("rcv_new_syn", TIME_WAIT, SYN_RECEIVED, "3.6.1", "rcv new SYN / snd SYN,ACK",
         "A SYN that can only be new arrived in TIME-WAIT: the same pair of sockets may be used again (MAY-2)."),
    _row("app_open_again", TIME_WAIT, SYN_SENT, "7323 §B.2", "active OPEN / snd SYN",
         "The application connects again by the same pair of sockets: timestamps will tell old segments from new."),
    # ---- reset, abort, time-out -------------------------------------------------------------------------------------
    *(_row("rcv_rst", state, CLOSED, "3.10.7.4", "rcv RST / delete TCB", _RESET) for state in _SYNCHRONIZED),
    *(_row("app_abort", state, CLOSED, "3.10.5", "ABORT / delete TCB", _ABORTED_QUIETLY)
      for state in (LISTEN, SYN_SENT, CLOSING, LAST_ACK, TIME_WAIT)),
    *(_row("app_abort", state, CLOSED, "3.10.5", "ABORT / snd RST", _ABORTED)
      for state in (SYN_RECEIVED, *ONE_WAY_OPEN)),
    *(_row("app_close_unread", state, CLOSED, "3.6.1", "CLOSE with data unread / snd RST", _UNREAD)
      for state in ONE_WAY_OPEN),
    *(_row("rcv_data_after_close", state, CLOSED, "3.6.1", "rcv data / snd RST", _NOBODY_READS)
      for state in (FIN_WAIT_1, FIN_WAIT_2)),
    *(_row("timeout_retransmission", state, CLOSED, "3.8.3", "R2 reached / delete TCB", _GAVE_UP)
      for state in _WITH_SOMETHING_UNACKNOWLEDGED),
    *(_row("timeout_user", state, CLOSED, "3.10.8", "user timeout / delete TCB", _USER_TIMEOUT)
      for state in _WITH_SOMETHING_UNACKNOWLEDGED),
    *(_row("timeout_keep_alive", state, CLOSED, "3.8.4", "keep-alive failed / delete TCB", _KEEP_ALIVE)
      for state in KEPT_ALIVE),
    _row("timeout_orphan", FIN_WAIT_2, CLOSED, "3.6", "orphan timeout / delete TCB",
         "No user is left and the peer's FIN never came: many stacks end FIN-WAIT-2 by a timer of their own."),
    # ---- a listener under load --------------------------------------------------------------------------------------
    _row("rcv_syn_no_room", SYN_RECEIVED, CLOSED, "4987 §3.4", "SYN queue full / delete TCB",
         "The SYN queue was full and this was its oldest connection: it gave way to a newer SYN, and nobody is told."),
    _row("rcv_ack_no_room", SYN_RECEIVED, CLOSED, "3.10.5", "accept queue full / snd RST",
         "The handshake is done, but so many wait for accept() that there is no room: a reset tells the peer."),
)

# What `Transition.section` says of a row that no RFC has.
NOT_IN_THE_RFC = "not in RFC 9293"

VARIANTS: tuple[Transition, ...] = (
    # ---- the profile's `handshake`: why three segments, and not two or four? ----------------------------------------
    _row("rcv_syn_two_way", LISTEN, ESTABLISHED, NOT_IN_THE_RFC, "rcv SYN / snd SYN,ACK",
         "Two-way handshake: the SYN alone is believed, though it may be an old one that nobody means any more."),
    _row("rcv_syn_four_way", LISTEN, SYN_RECEIVED, NOT_IN_THE_RFC, "rcv SYN / snd ACK, snd SYN",
         "Four-way handshake: acknowledge their SYN and send our own, each in a segment of its own."),
    # ---- the profile's `reset_leads_to`: §3.10.5 and §3.6.1 have CLOSED ---------------------------------------------
    *(_row("snd_rst_lingering", state, TIME_WAIT, "3.3.2 note 3", "snd RST / start 2MSL timer",
           "This end has reset the connection, and lingers: the pair of sockets rests until nothing old can arrive.")
      for state in (SYN_RECEIVED, *ONE_WAY_OPEN)),
)
