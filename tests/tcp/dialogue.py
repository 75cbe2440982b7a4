"""A conversation with one endpoint: the peer says, time passes, the user calls; we expect, or we expect nothing.

Numbers are relative: ours to our ISS, the peer's to its own. So a SYN is number 0, the first octet of data number 1.
Every segment that the endpoint sends must be expected before anything else is said to it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

import pytest
from invariants import Endpoint, follow

from tcpsim.tcp import user_calls
from tcpsim.tcp.effects import Deliver, Drop, Effect, Probe, Retransmit, Signal, Timer
from tcpsim.tcp.icmp import ICMP_ERRORS, icmp_arrives
from tcpsim.tcp.profiles import RFC9293, SECOND, Profile
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.states import State, Transition
from tcpsim.tcp.tcb import NEVER, Tcb
from tcpsim.tcp.timeouts import time_passes
from tcpsim.wire import MASK, PSH, Segment, SocketPair, flag_letters, parse_flags, segment_notation
from tcpsim.wire.options import Option

PAIR: Final = SocketPair("192.0.2.1", 40_000, "192.0.2.2", 80)
MS: Final = SECOND // 1000
WINDOW: Final = 65_535  # what the peer offers where a test does not say

# (our ISS, the peer's). Every conversation is held twice: with numbers as in the RFC's figures, and with numbers that
# wrap: after our first octet (or FIN), which has the very last number, and after the peer's SYN (rows A03 and A04).
NUMBERS: Final = {"plain": (100, 300), "wrap": (0xFFFF_FFFE, 0xFFFF_FFFF)}


def with_profile(**changes: Any) -> pytest.MarkDecorator:
    """The conversation of a test is held with these parameters of the profile changed."""
    return pytest.mark.parametrize("profile", [RFC9293.with_changes(**changes)], ids=[""])


class Dialogue:
    """One endpoint, its peer, its user, and its clock (µs)."""

    held: ClassVar[list["Dialogue"]] = []  # every conversation of the running test (see conftest)

    def __init__(self, numbers: tuple[int, int] = (100, 300), profile: Profile = RFC9293) -> None:
        self.iss, self.irs = numbers
        self.now = 0
        self.tcb = Tcb(PAIR, profile, passive=False)
        self.effects: list[Effect] = []  # what the last thing that happened led to
        self.sent: list[tuple[int, Effect, Segment]] = []  # not yet expected: (when, how, what)
        self.walked: list[Transition] = []  # every row that fired
        self.held.append(self)
        self.incarnation = Endpoint(State.CLOSED)  # what must hold of it whatever is said (rows X01 to X06, X10)

    # ---- what happens to the endpoint ----------------------------------------------------------------------------

    def peer_says(
        self,
        flags: str,
        seq: int,
        ack: int | None = None,
        data: bytes = b"",
        *,
        wnd: int = WINDOW,
        options: tuple[Option, ...] = (),
        up: int = 0,
        iss: int | None = None,
    ) -> None:
        """A segment arrives. Flags in packetdrill's letters: `S.`, `.`, `F.`, `R`; `-` for none.

        `iss` is the initial sequence number offered to the endpoint, should the segment open a connection.
        """
        self._must_be_quiet()
        bits = parse_flags(flags)
        number = 0 if ack is None else (self.iss + ack) & MASK
        ends = (PAIR.remote, PAIR.rport, PAIR.local, PAIR.lport)
        segment = Segment(*ends, (self.irs + seq) & MASK, number, bits, wnd, data, options, up)
        if iss is None and self.tcb.state is State.LISTEN:
            iss = self.iss
        self._did(segment_arrives(self.tcb, segment, self.now, iss), segment)

    def network_says(self, error: str, seq: int) -> None:
        """An ICMP error arrives, about a segment of ours with this number."""
        self._must_be_quiet()
        self._did(icmp_arrives(self.tcb, ICMP_ERRORS[error], (self.iss + seq) & MASK))

    def time_passes(self, duration: int) -> None:
        """So many µs go by, and the endpoint is given time whenever it wants some."""
        self._must_be_quiet()
        end = self.now + duration
        effects: list[Effect] = []
        while (deadline := self.tcb.next_deadline()) is not None and deadline <= end:
            assert deadline >= self.now, "a deadline in the past"
            self.now = deadline
            self._did(time_passes(self.tcb, deadline))
            effects += self.effects
        self.now = end
        self.effects = effects

    def time_passes_quietly(self, duration: int) -> None:
        """So many µs go by; what is sent meanwhile, and what was, is not asked about."""
        self.sent.clear()
        self.time_passes(duration)
        self.sent.clear()

    def user_opens(self, data: bytes = b"") -> None:
        self._call(user_calls.open_active(self.tcb, self.now, self.iss, data))

    def user_listens(self) -> None:
        self._call(user_calls.open_passive(self.tcb))

    def user_sends(self, octets: bytes, *, urgent: bool = False, push: bool = True, on_syn: bool = False) -> None:
        self._call(user_calls.send(self.tcb, octets, self.now, iss=self.iss, urgent=urgent, push=push, on_syn=on_syn))

    def user_receives(self, limit: int | None = None) -> bytes:
        octets, effects = user_calls.receive(self.tcb, limit, self.now)
        self._call(effects)
        return octets

    def user_closes(self, *, for_good: bool = False) -> None:
        self._call(user_calls.close(self.tcb, self.now, for_good=for_good))

    def user_aborts(self) -> None:
        self._call(user_calls.abort(self.tcb, self.now))

    def _call(self, effects: list[Effect]) -> None:
        self._must_be_quiet()
        self._did(effects)

    def _did(self, effects: list[Effect], segment: Segment | None = None) -> None:
        self.effects = effects
        self.incarnation = follow(self.incarnation, self.tcb, effects, self.now, segment)
        for effect in effects:
            if isinstance(effect, Segment):
                self.sent.append((self.now, effect, effect))
            elif isinstance(effect, Retransmit | Probe):
                self.sent.append((self.now, effect, effect.segment))
            elif isinstance(effect, Transition):
                self.walked.append(effect)

    # ---- what we expect ------------------------------------------------------------------------------------------

    def expect(
        self,
        flags: str,
        seq: int,
        ack: int | None = None,
        data: bytes = b"",
        *,
        wnd: int | None = None,
        options: tuple[Option, ...] | None = None,
        at: int | None = None,
    ) -> Segment:
        """The next segment that was sent and not yet expected. PSH, `wnd`, `options` and `at` (µs) count if given."""
        assert self.sent, f"expected {flags} {seq}({len(data)}), and nothing was sent"
        time, _, segment = self.sent.pop(0)
        bits = segment.flags if "P" in flags else segment.flags & ~PSH
        said = (flag_letters(bits), segment.seq, segment.ack, segment.payload)
        number = 0 if ack is None else (self.irs + ack) & MASK
        bits = parse_flags(flags)
        assert said == (flag_letters(bits), (self.iss + seq) & MASK, number, data), self._told(segment)
        assert wnd is None or segment.wnd == wnd, self._told(segment)
        assert options is None or segment.options == options, self._told(segment)
        assert at is None or time == at, f"sent at {time} µs, expected at {at}"
        assert (segment.src, segment.sport, segment.dst, segment.dport) == PAIR
        return segment

    def expect_reset(self, *, seq: int, ack: int | None = None) -> None:
        """A reset, alone. `seq` is relative to our ISS; with `ack` it acknowledges as well."""
        self.expect("R" if ack is None else "R.", seq, ack)
        self.expect_nothing()

    def expect_absolute(self, flags: str, seq: int, ack: int = 0) -> None:
        """A segment whose numbers follow from no ISS: the reset that answers a segment without ACK has SEQ 0."""
        assert self.sent, f"expected {flags} {seq}, and nothing was sent"
        _, _, segment = self.sent.pop(0)
        assert (flag_letters(segment.flags), segment.seq, segment.ack) == (flag_letters(parse_flags(flags)), seq, ack)

    def expect_challenge_ack(self) -> None:
        """<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, and nothing else."""
        tcb = self.tcb
        self.expect(".", (tcb.snd_nxt - self.iss) & MASK, (tcb.rcv_nxt - self.irs) & MASK)
        self.expect_nothing()

    def expect_nothing(self) -> None:
        self._must_be_quiet()

    def expect_state(self, state: State) -> None:
        assert self.tcb.state is state

    def expect_path(self, *states: State) -> None:
        """The states that the last thing that happened led through, the one before included."""
        rows = [effect for effect in self.effects if isinstance(effect, Transition)]
        assert rows, "no transition fired"
        assert (rows[0].source, *(row.destination for row in rows)) == states

    def expect_told(self, *told: Signal) -> None:
        """What the user was told of the last thing that happened, all of it."""
        assert [effect for effect in self.effects if isinstance(effect, Signal)] == list(told)

    def expect_dropped(self, *why: Drop) -> None:
        assert [effect for effect in self.effects if isinstance(effect, Drop)] == list(why)

    def expect_delivered(self, octets: int) -> None:
        assert sum(effect.octets for effect in self.effects if isinstance(effect, Deliver)) == octets

    def expect_timers(self, *timers: Timer) -> None:
        """These timers run, and no others; the user timeout runs beside them silently and is not asked about."""
        running = {timer for timer in Timer if self.tcb.timers[timer] != NEVER and timer is not Timer.USER}
        assert running == set(timers)

    def expect_deadline(self, timer: Timer, after: int) -> None:
        """A timer runs, and expires so many µs from now."""
        assert self.tcb.timers[timer] - self.now == after

    @contextmanager
    def unchanged(self, *, but: tuple[str, ...] = ()) -> Iterator[None]:
        """Nothing of the TCB changes meanwhile, some of its attributes excepted."""
        before = remembered(self.tcb)
        yield
        after = remembered(self.tcb)
        changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
        assert changed.keys() <= set(but), changed

    def _must_be_quiet(self) -> None:
        assert not self.sent, "not expected: " + "; ".join(self._told(segment) for _, _, segment in self.sent)

    def _told(self, segment: Segment) -> str:
        return segment_notation(segment, seq_base=self.iss, ack_base=self.irs)


def remembered(thing: Any) -> dict[str, Any]:
    """Everything that a TCB, or a part of one, holds, by name."""
    return {name: _value(getattr(thing, name)) for name in type(thing).__slots__}


def _value(value: Any) -> Any:
    if isinstance(value, list | dict):
        return value.copy()
    compared_by_identity = "__eq__" not in vars(type(value)) and not isinstance(value, tuple | int | str | bytes)
    return remembered(value) if compared_by_identity and hasattr(type(value), "__slots__") else value


# ---- the way to each state, from the one before ------------------------------------------------------------


def to_listen(tcp: Dialogue) -> Dialogue:
    tcp.user_listens()
    tcp.expect_nothing()
    return tcp


def to_syn_sent(tcp: Dialogue) -> Dialogue:
    tcp.user_opens()
    tcp.expect("S", seq=0)
    return tcp


def to_syn_received(tcp: Dialogue) -> Dialogue:
    """Passively: LISTEN, and a SYN came. The endpoint chose the ISS that it was offered."""
    to_listen(tcp)
    tcp.peer_says("S", seq=0)
    tcp.expect("S.", seq=0, ack=1)
    return tcp


def to_syn_received_actively(tcp: Dialogue) -> Dialogue:
    """By a simultaneous open."""
    to_syn_sent(tcp)
    tcp.peer_says("S", seq=0)
    tcp.expect("S.", seq=0, ack=1)
    return tcp


def to_established(tcp: Dialogue) -> Dialogue:
    to_syn_sent(tcp)
    tcp.peer_says("S.", seq=0, ack=1)
    tcp.expect(".", seq=1, ack=1)
    return tcp


def to_established_with_window(tcp: Dialogue, wnd: int) -> Dialogue:
    """The peer has never offered more than so many octets."""
    to_syn_sent(tcp)
    tcp.peer_says("S.", seq=0, ack=1, wnd=wnd)
    tcp.expect(".", seq=1, ack=1)
    return tcp


def to_established_passively(tcp: Dialogue) -> Dialogue:
    to_syn_received(tcp)
    tcp.peer_says(".", seq=1, ack=1)
    tcp.expect_nothing()
    return tcp


def to_fin_wait_1(tcp: Dialogue) -> Dialogue:
    to_established(tcp)
    tcp.user_closes()
    tcp.expect("F.", seq=1, ack=1)
    return tcp


def to_fin_wait_2(tcp: Dialogue) -> Dialogue:
    to_fin_wait_1(tcp)
    tcp.peer_says(".", seq=1, ack=2)
    tcp.expect_nothing()
    return tcp


def to_close_wait(tcp: Dialogue) -> Dialogue:
    to_established(tcp)
    tcp.peer_says("F.", seq=1, ack=1)
    tcp.expect(".", seq=1, ack=2)
    return tcp


def to_closing(tcp: Dialogue) -> Dialogue:
    to_fin_wait_1(tcp)
    tcp.peer_says("F.", seq=1, ack=1)
    if tcp.tcb.profile.fin_again_in_closing:
        tcp.expect("F.", seq=1, ack=2)
    else:
        tcp.expect(".", seq=2, ack=2)
    return tcp


def to_last_ack(tcp: Dialogue) -> Dialogue:
    to_close_wait(tcp)
    tcp.user_closes()
    tcp.expect("F.", seq=1, ack=2)
    return tcp


def to_time_wait(tcp: Dialogue) -> Dialogue:
    to_fin_wait_2(tcp)
    tcp.peer_says("F.", seq=1, ack=2)
    tcp.expect(".", seq=2, ack=2)
    return tcp


WAYS: Final[dict[State, Callable[[Dialogue], Dialogue]]] = {
    State.CLOSED: lambda tcp: tcp,
    State.LISTEN: to_listen,
    State.SYN_SENT: to_syn_sent,
    State.SYN_RECEIVED: to_syn_received,
    State.ESTABLISHED: to_established,
    State.FIN_WAIT_1: to_fin_wait_1,
    State.FIN_WAIT_2: to_fin_wait_2,
    State.CLOSE_WAIT: to_close_wait,
    State.CLOSING: to_closing,
    State.LAST_ACK: to_last_ack,
    State.TIME_WAIT: to_time_wait,
}
