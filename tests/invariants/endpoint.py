"""One end of one connection, followed from event to event: what must hold of it by itself (rows X01 to X06, X10).

An `Endpoint` is one incarnation: it begins when a connection is opened and is of no use to the next. It is told every
effect in its order, and shown the TCB when the dust has settled. What the other end is, is not known here.
"""

from typing import Final

from invariants.abstraction import View
from invariants.broken import Broken
from invariants.joint_states import NOTE_3, ODD_HANDSHAKES, WAYS
from tcpsim.tcp.effects import Deliver, Drop, Effect, Probe, Retransmit, TimerExpired
from tcpsim.tcp.signals import END_OF_STREAM
from tcpsim.tcp.states import State, Transition
from tcpsim.tcp.tcb import Tcb
from tcpsim.wire import ACK, FIN, HALF, MASK, RST, SYN, Segment

_CLOSES: Final = frozenset({State.FIN_WAIT_1, State.LAST_ACK})
_WITHOUT_NUMBERS: Final = frozenset({State.CLOSED, State.LISTEN})


class Endpoint:
    """What has been seen of one end.

    `stream` is every octet it has sent, by its place; `fin_at` the place of its FIN; `delivered` how many octets its
    user could read. `lingers_since` is when 2 MSL began to run, or began anew.
    """

    __slots__ = (
        "answered",
        "called",
        "closing",
        "delivered",
        "ended",
        "fin_acknowledged",
        "fin_at",
        "gone",
        "irs",
        "iss",
        "lingers",
        "lingers_since",
        "msl",
        "odd",
        "rcv_nxt",
        "restarts",
        "restored",
        "snd_nxt",
        "snd_una",
        "state",
        "stream",
        "syn_acknowledged",
    )

    def __init__(self, state: State) -> None:
        self.state = state
        self.gone = False
        self.odd = False  # it opens otherwise than RFC 9293 does
        self.lingers = False  # it has reset the connection, and waits all the same (figure 5, note 3)
        self.restored = False  # it waits again, and a TCB that is seen alone has forgotten what it was before
        self.called = self.answered = self.syn_acknowledged = False
        self.closing = self.ended = self.fin_acknowledged = False
        self.iss: int | None = None
        self.irs: int | None = None
        self.snd_una = self.snd_nxt = self.rcv_nxt = 0
        self.stream = bytearray()
        self.fin_at: int | None = None
        self.delivered = 0
        self.lingers_since = self.msl = 0
        self.restarts = True

    @property
    def view(self) -> View:
        """What there is to know of it for the teardown and the handshake."""
        return View(
            self.state,
            self.iss,
            self.irs,
            self.called,
            self.answered,
            self.syn_acknowledged,
            self.closing,
            self.ended,
            self.fin_acknowledged,
            self.gone,
        )

    # ---- a segment arrived ----------------------------------------------------------------------------------------

    def heard(self, segment: Segment, effects: list[Effect], now: int) -> None:
        """A segment arrived, and this is the answer. To be told before the effects themselves."""
        answer_to(segment, effects)
        if segment.flags == ACK and not segment.payload and any(map(_acknowledges, effects)):
            refused = any(isinstance(effect, Drop) for effect in effects)
            handed_over = any(
                isinstance(effect, Deliver) for effect in effects
            )  # the text of a SYN, not acknowledged yet
            if not (refused or handed_over) or self._is_acceptable(segment):
                raise Broken("X04", "an acceptable acknowledgment was acknowledged")
        if self.state is State.TIME_WAIT and self.restarts and self._is_fin_again(segment):
            self.lingers_since = now

    def _is_fin_again(self, segment: Segment) -> bool:
        """Whether it is the peer's FIN, sent again. Forgeries may bear its number; they are not acknowledged for it."""
        return segment.flags & (FIN | ACK | SYN | RST) == FIN | ACK and segment.end == self.rcv_nxt

    def _is_acceptable(self, segment: Segment) -> bool:
        """Whether nothing can be wrong with an acknowledgment but its numbers, and they are right."""
        if self.irs is None or self.state is State.SYN_RECEIVED or segment.options:
            return False
        outstanding = (self.snd_nxt - self.snd_una) & MASK
        return segment.seq == self.rcv_nxt and (segment.ack - self.snd_una) & MASK <= outstanding

    # ---- what it did ----------------------------------------------------------------------------------------------

    def did(self, effect: Effect, now: int) -> None:
        """One effect, in its turn."""
        if isinstance(effect, Segment):
            self._sent(effect)
        elif isinstance(effect, Retransmit | Probe):
            self._sent(effect.segment)
        elif isinstance(effect, Transition):
            self._moved(effect, now)
        elif isinstance(effect, Deliver):
            if effect.octets <= 0:
                raise Broken("X02", "nothing was delivered, and told")
            self.delivered += effect.octets
        elif isinstance(effect, TimerExpired):
            if self.gone:
                raise Broken("X10", f"a timer of a deleted TCB expired: {effect.timer.label}")
        elif effect is END_OF_STREAM:
            if self.ended:
                raise Broken("X02", "the stream ended twice")
            self.ended = True

    def _moved(self, row: Transition, now: int) -> None:
        if row.source is not self.state:
            raise Broken("states", f"{row.trigger} fired in {row.source}, but the state was {self.state}")
        if (
            row.trigger == "rcv_rst"
            and row.source is State.SYN_RECEIVED
            and self.called != (row.destination is State.CLOSED)
        ):
            raise Broken("MUST-11", f"a reset led from SYN-RECEIVED to {row.destination}, though it had {self._opened}")
        self.odd = self.odd or row.trigger in ODD_HANDSHAKES
        self.lingers = row.trigger == NOTE_3
        self.state = state = row.destination
        if state not in WAYS[row.source] and not self.odd and not self.lingers:
            raise Broken("states", f"from {row.source} to {state} there is no way in RFC 9293")
        self.gone = state is State.CLOSED or (state is State.LISTEN and row.source is State.SYN_RECEIVED)
        self.called = self.called or state is State.SYN_SENT
        self.closing = self.closing or state in _CLOSES
        if state is State.ESTABLISHED and not self.odd:
            self.syn_acknowledged = True
            self.answered = row.source is State.SYN_SENT
        elif state is State.TIME_WAIT:
            self.lingers_since = now
        if row.source is State.TIME_WAIT and row.trigger == "timeout_time_wait" and now < self._may_leave:
            early = f"{(self._may_leave - now) / 1e6:g} s too early"
            raise Broken("X07", f"TIME-WAIT was left {early}: 2 MSL count from the last FIN acknowledged")

    @property
    def _opened(self) -> str:
        return "called" if self.called else "listened"

    @property
    def _may_leave(self) -> int:
        return self.lingers_since + 2 * self.msl

    def _sent(self, segment: Segment) -> None:
        flags = segment.flags
        if self.state is State.CLOSED:
            raise Broken("X10", "a deleted TCB sends something")
        if segment.seq > MASK or segment.ack > MASK:
            raise Broken("X01", "a number that does not fit into 32 bits")
        if flags & RST:
            if flags & (SYN | FIN) or segment.payload:
                raise Broken("X05", "a reset that carries more than a reset")
            return
        if not flags & ACK and not (flags & SYN and (self.state is State.SYN_SENT or self.odd)):
            raise Broken("X05", "a segment without ACK that is neither a first SYN nor a reset")
        if flags & SYN:
            if self.syn_acknowledged:
                raise Broken("X06", "a SYN after the SYN was acknowledged")
            if self.iss is None:
                self.iss = self.snd_una = segment.seq
            elif segment.seq != self.iss:
                raise Broken("X06", f"a second initial sequence number: first {self.iss}, then {segment.seq}")
        if segment.payload or flags & FIN:
            self._sent_text(segment)

    def _sent_text(self, segment: Segment) -> None:
        if self.iss is None:
            raise Broken("X06", "text before a SYN")
        octets, stream = segment.payload, self.stream
        place = (segment.seq - self.iss - 1 + (segment.flags & SYN != 0)) & MASK
        end = place + len(octets)
        if self.fin_at is not None and end > self.fin_at:
            raise Broken("X06", "data after the FIN")
        if place > len(stream):
            raise Broken("X02", f"octets from {place} on were sent, but none of those from {len(stream)} on")
        known = stream[place:end]
        if known != octets[: len(known)]:
            raise Broken("X02", f"a retransmission of the octets from {place} on carries others")
        stream += octets[len(known) :]
        if segment.flags & FIN:
            if end != len(stream) or self.fin_at not in {None, end}:
                raise Broken("X06", f"a FIN at {end} after {len(stream)} octets; an earlier one was at {self.fin_at}")
            self.fin_at = end

    # ---- what it is then ------------------------------------------------------------------------------------------

    def settled(self, tcb: Tcb) -> None:
        """All has been told of an event, and this is the TCB now."""
        if tcb.state is not self.state:
            raise Broken("states", f"{self.state} became {tcb.state}, and no row fired")
        deadline = tcb.next_deadline()
        if self.fin_at is not None and self.iss is not None:
            self.fin_acknowledged = (tcb.snd_una - self.iss) & MASK == 1 + self.fin_at + 1  # a SYN, octets, a FIN
        self.msl, self.restarts = tcb.profile.msl, tcb.profile.restart_time_wait_on_fin
        if self.state in _WITHOUT_NUMBERS:
            if deadline is not None:
                raise Broken("X10", f"a timer runs in {self.state}")
        elif not self.restored:
            self._sending(tcb)
            self._waits(tcb, deadline)
            if self.state is not State.SYN_SENT:
                self._receiving(tcb)

    def _sending(self, tcb: Tcb) -> None:
        if self.iss is None:
            self.iss = self.snd_una = tcb.iss
        elif tcb.iss != self.iss:
            raise Broken("X01", f"the initial sequence number was {self.iss} and is {tcb.iss}")
        if (tcb.snd_una - self.snd_una) & MASK >= HALF:
            raise Broken("X01", f"SND.UNA went back from {self.snd_una} to {tcb.snd_una}")
        if (tcb.snd_nxt - tcb.snd_una) & MASK >= HALF:
            raise Broken("X01", f"SND.UNA, {tcb.snd_una}, is ahead of SND.NXT, {tcb.snd_nxt}")
        self._sends_no_burst(tcb)
        self.snd_una, self.snd_nxt = tcb.snd_una, tcb.snd_nxt
        if self.snd_una != self.iss:
            self.syn_acknowledged = True

    def _sends_no_burst(self, tcb: Tcb) -> None:
        """What is new stays within the congestion window, but for a FIN and for one segment (RFC 3042, RFC 8985)."""
        new = (tcb.snd_nxt - self.snd_nxt) & MASK
        in_flight = (tcb.snd_nxt - tcb.snd_una) & MASK
        if new > tcb.agreed.mss + 1 and in_flight > tcb.cwnd + 1:
            raise Broken("Q24", f"{new} octets left, and {in_flight} are in flight; the window is {tcb.cwnd}")

    def _receiving(self, tcb: Tcb) -> None:
        if self.irs is None:
            self.irs = self.rcv_nxt = tcb.irs
        elif tcb.irs != self.irs:
            raise Broken("X01", f"the peer's initial sequence number was {self.irs} and is {tcb.irs}")
        if (tcb.rcv_nxt - self.rcv_nxt) & MASK >= HALF:
            raise Broken("X01", f"RCV.NXT went back from {self.rcv_nxt} to {tcb.rcv_nxt}")
        self.rcv_nxt = tcb.rcv_nxt
        kept = tcb.incoming.unread if self.state is State.SYN_RECEIVED else 0  # it came with the SYN (H04)
        if (tcb.rcv_nxt - self.irs) & MASK != 1 + kept + self.delivered + self.ended:
            taken = f"{self.delivered} octets{' and a FIN' if self.ended else ''} after the SYN {self.irs}"
            raise Broken("X02", f"RCV.NXT is {tcb.rcv_nxt}, but what was delivered is {taken}")

    def _waits(self, tcb: Tcb, deadline: int | None) -> None:
        """What is unacknowledged is in the queue, end to end, the FIN last, and a timer will see to it."""
        if self.fin_at is not None and tcb.outgoing.unsent:
            raise Broken("X06", f"the FIN was sent before {tcb.outgoing.unsent} octets that are still queued")
        queue = tcb.outgoing.retransmission_queue
        first, end = (queue[0].seq, queue[-1].end) if queue else (tcb.snd_nxt, tcb.snd_nxt)
        if (first, end) != (tcb.snd_una, tcb.snd_nxt) and not self.lingers:
            raise Broken("X01", f"what may be sent again is {first} to {end}, not {tcb.snd_una} to {tcb.snd_nxt}")
        if deadline is None and (queue or self.state is State.TIME_WAIT):
            raise Broken("X07", f"{self.state}, and nothing will ever happen again")


def _acknowledges(effect: Effect) -> bool:
    return isinstance(effect, Segment) and effect.kind == "ACK"


def answer_to(segment: Segment, effects: list[Effect]) -> None:
    """What must hold of any answer, whoever gives it."""
    if segment.flags & RST and any(isinstance(effect, Segment) and effect.flags & RST for effect in effects):
        raise Broken("X03", "a reset was answered with a reset")


def answer_from_nobody(segment: Segment, effects: list[Effect]) -> None:
    """What must hold of the resets with which a host refuses a segment (§3.5.2, group 1): they can be believed."""
    answer_to(segment, effects)
    for effect in effects:
        if isinstance(effect, Segment) and effect.flags & RST:
            form = (effect.flags, effect.seq, effect.ack)
            bare, full = (RST, segment.ack, 0), (RST | ACK, 0, segment.end)
            if form != (bare if segment.flags & ACK else full):
                raise Broken("X05", f"{segment!r} was refused with {effect!r}")


def begins(row: Transition) -> bool:
    """Whether a row begins an incarnation: a connection is opened, by its user or by a SYN."""
    return (
        row.source is State.CLOSED
        or (row.source is State.LISTEN and row.destination is not State.CLOSED)
        or (row.source is State.TIME_WAIT and row.destination is not State.CLOSED)
    )


def returns(row: Transition) -> bool:
    """Whether a row leads back to the incarnation before, which was only interrupted (§3.6.1 MAY-2)."""
    return row.source is State.SYN_RECEIVED and row.destination is State.TIME_WAIT and row.trigger != NOTE_3


def follow(end: Endpoint, tcb: Tcb, effects: list[Effect], now: int, segment: Segment | None = None) -> Endpoint:
    """A TCB that is seen alone, after one event: check it, and return the incarnation that it is in then."""
    if segment is not None and end.state is State.CLOSED:
        answer_from_nobody(segment, effects)
        return end
    if segment is not None:
        end.heard(segment, effects, now)
    for effect in effects:
        if isinstance(effect, Transition) and begins(effect):
            end = Endpoint(effect.source)
        end.did(effect, now)
        end.restored = end.restored or (isinstance(effect, Transition) and returns(effect))
    end.settled(tcb)
    return end
