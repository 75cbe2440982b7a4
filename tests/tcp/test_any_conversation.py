"""Whatever is said to an endpoint, in whatever order: what must hold of every conversation."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from dialogue import PAIR, WAYS, Dialogue
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tcpsim.tcp.acknowledgment import heard_from
from tcpsim.tcp.effects import Deliver, Effect, Probe, Retransmit, Timer
from tcpsim.tcp.paws import check_timestamp, remember_timestamp
from tcpsim.tcp.profiles import FREEBSD, LINUX, RFC9293, SECOND, Profile
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.sending import settle
from tcpsim.tcp.states import State, Transition
from tcpsim.tcp.steps import STEPS
from tcpsim.tcp.taking_in import eighth_check_fin_bit, seventh_process_segment_text
from tcpsim.tcp.tcb import NEVER
from tcpsim.tcp.timeouts import time_passes
from tcpsim.tcp.user_calls import CallRefused, abort, close, open_active, open_passive, receive, send
from tcpsim.wire import ACK, FIN, HALF, MASK, RST, SYN, Segment, Timestamps

Step = Callable[[Dialogue], list[Effect]]

PROFILES = (
    RFC9293,
    LINUX,
    FREEBSD,
    RFC9293.with_changes(rfc5961=False, rfc1337=False, reset_unread=False, nagle=False),
    RFC9293.with_changes(
        receive_buffer=4, send_buffer=8, keep_alive=True, delayed_ack=200_000, syn_in_time_wait="drop"
    ),
)
TIMES_STAMPED = (Timestamps(1, 0),)


def arrives(flags: int, seq: int, ack: int, octets: int, wnd: int, tcp: Dialogue) -> list[Effect]:
    """Numbers are relative to what is expected: RCV.NXT and SND.NXT."""
    tcb = tcp.tcb
    options = TIMES_STAMPED if tcb.profile.timestamps else ()
    segment = Segment(
        *PAIR.reverse, (tcb.rcv_nxt + seq) & MASK, (tcb.snd_nxt + ack) & MASK, flags, wnd, b"x" * octets, options
    )
    effects = segment_arrives(tcb, segment, tcp.now, (tcb.snd_nxt + 5000) & MASK)
    if flags & RST:
        resets = [effect for effect in effects if isinstance(effect, Segment) and effect.flags & RST]
        assert not resets, "a reset was answered with a reset (X03)"
    return effects


def passes(duration: int, tcp: Dialogue) -> list[Effect]:
    effects: list[Effect] = []
    end = tcp.now + duration
    while (deadline := tcp.tcb.next_deadline()) is not None and deadline <= end:
        tcp.now = deadline
        effects += time_passes(tcp.tcb, deadline)
    tcp.now = end
    return effects


def calls(call: str, tcp: Dialogue) -> list[Effect]:
    tcb, now = tcp.tcb, tcp.now
    try:
        match call:
            case "listen":
                return open_passive(tcb)
            case "connect":
                return open_active(tcb, now, tcp.iss)
            case "send":
                return send(tcb, b"hello", now, iss=tcp.iss)
            case "receive":
                return receive(tcb, 3, now)[1]
            case "shutdown":
                return close(tcb, now)
            case "close":
                return close(tcb, now, for_good=True)
            case _:
                return abort(tcb, now)
    except CallRefused:
        return []


flags_said = st.sampled_from([ACK] * 6 + [ACK | FIN] * 3 + [SYN, SYN | ACK, RST, RST | ACK, 0, FIN, SYN | FIN, 0xFF])
segments = st.builds(
    partial,
    st.just(arrives),
    flags_said,
    st.sampled_from([0] * 6 + [-1, 1, 2, -3, 65_535, 100_000]),
    st.sampled_from([0] * 6 + [-1, -2, 1, -100_000]),
    st.sampled_from([0, 0, 1, 3, 10]),
    st.sampled_from([65_535, 65_535, 0, 3]),
)
waits = st.builds(partial, st.just(passes), st.sampled_from([1000, SECOND, 10 * SECOND, 300 * SECOND, 8000 * SECOND]))
called = st.builds(
    partial,
    st.just(calls),
    st.sampled_from(["listen", "connect", "send", "send", "receive", "shutdown", "close", "abort"]),
)
steps: st.SearchStrategy[Step] = segments | segments | segments | waits | called


class Watch:
    """Looks at an endpoint before and after each step."""

    def __init__(self, tcp: Dialogue) -> None:
        self.tcp = tcp
        self.fin_number: int | None = None
        self.deleted = False

    def step(self, step: Step) -> None:
        tcb = self.tcp.tcb
        state, una, nxt, edge = tcb.state, tcb.snd_una, tcb.rcv_nxt, tcb.rcv_nxt + tcb.rcv_wnd
        effects = step(self.tcp)
        rows = [effect for effect in effects if isinstance(effect, Transition)]
        assert [state, *(row.destination for row in rows)] == [*(row.source for row in rows), tcb.state]
        self.deleted = any(row.destination is State.CLOSED for row in rows)
        begun = any(row.source in {State.CLOSED, State.LISTEN, State.SYN_SENT, State.TIME_WAIT} for row in rows)
        # What was in TIME-WAIT before a SYN reopened it, the host has kept (MAY-2).
        begun = begun or any(row.guard == "reopened" for row in rows)
        if state in {State.CLOSED, State.LISTEN, State.SYN_SENT} or begun or tcb.state is State.LISTEN:
            self.fin_number = None
        else:
            assert (tcb.snd_una - una) & MASK < HALF, "SND.UNA went back (X01)"
            assert (tcb.rcv_nxt - nxt) & MASK < HALF, "RCV.NXT went back (X01)"
            assert (tcb.rcv_nxt + tcb.rcv_wnd - edge) & MASK < HALF, "the right edge moved left (R07)"
        assert (tcb.snd_nxt - tcb.snd_una) & MASK < HALF, "SND.UNA is ahead of SND.NXT (X01)"
        assert tcb.rcv_wnd >= 0
        for effect in effects:
            if isinstance(effect, Segment | Retransmit | Probe):
                self.sent(effect.segment if isinstance(effect, Retransmit | Probe) else effect)
            elif isinstance(effect, Deliver):
                assert effect.octets > 0
        if tcb.state is State.CLOSED:
            assert tcb.next_deadline() is None, "a timer of a deleted TCB runs (X10)"
            assert not tcb.outgoing.retransmission_queue
        elif tcb.state not in {State.CLOSED, State.LISTEN}:
            self.waits_for_something()

    def sent(self, segment: Segment) -> None:
        flags = segment.flags
        assert flags & (ACK | RST | SYN), "a segment without ACK (X05)"
        if flags & FIN:
            number = (segment.seq + len(segment.payload)) & MASK
            assert self.fin_number in {None, number}, "a second FIN (X06)"
            self.fin_number = number
        elif self.fin_number is not None and segment.payload:
            assert (self.fin_number - segment.end) & MASK < HALF, "data after the FIN (X06)"

    def waits_for_something(self) -> None:
        """What is unacknowledged, and what waits to be sent, has a timer that will see to it."""
        tcb = self.tcp.tcb
        outgoing = tcb.outgoing
        state = tcb.state
        waiting = outgoing.retransmission_queue or (
            (outgoing.unsent or outgoing.fin_queued) and state not in {State.SYN_SENT, State.SYN_RECEIVED}
        )
        if waiting or state is State.TIME_WAIT:
            assert tcb.next_deadline() is not None, "nothing will ever happen again"
        queue = outgoing.retransmission_queue
        timers = tcb.timers
        assert queue or timers[Timer.RETRANSMISSION] == timers[Timer.USER] == NEVER, "a timer for nothing"
        for one, other in pairwise(queue):
            assert one.end == other.seq
        if queue:
            assert queue[-1].end == tcb.snd_nxt
            assert queue[0].seq == tcb.snd_una
        else:
            assert tcb.snd_una == tcb.snd_nxt


@pytest.mark.row("X01")
@pytest.mark.row("X03")
@pytest.mark.row("X05")
@pytest.mark.row("X06")
@pytest.mark.row("X10")
@settings(derandomize=True, deadline=None, database=None, max_examples=120)
@given(
    start=st.sampled_from(list(State)),
    profile=st.sampled_from(PROFILES),
    numbers=st.sampled_from([(100, 300), (0xFFFF_FFFE, 0xFFFF_FFFF)]),
    said=st.lists(steps, min_size=1, max_size=30),
)
@example(State.ESTABLISHED, RFC9293, (100, 300), [partial(arrives, ACK, 0, 0, 0, 0), partial(calls, "close")])
def test_what_must_hold(start: State, profile: Profile, numbers: tuple[int, int], said: list[Step]) -> None:
    tcp = Dialogue(numbers, profile.with_changes(timestamps=False, delayed_ack=None))
    WAYS[start](tcp)
    tcp.tcb.profile = profile
    watch = Watch(tcp)
    if start in {State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSING, State.LAST_ACK, State.TIME_WAIT}:
        watch.fin_number = (tcp.iss + 1) & MASK
    for step in said:
        watch.step(step)
        if watch.deleted:
            return


# ---- the steps that are skipped ----------------------------------------------------------------------------


@settings(derandomize=True, deadline=None, database=None, max_examples=300)
@given(
    state=st.sampled_from([state for state in State if state not in {State.CLOSED, State.LISTEN, State.SYN_SENT}]),
    profile=st.sampled_from(PROFILES),
    flags=st.integers(0, 255),
    seq=st.sampled_from([0, 0, 0, -1, 1, 100_000]),
    ack=st.sampled_from([0, 0, -1, 1]),
    octets=st.sampled_from([0, 1, 3]),
)
def test_a_step_that_is_skipped_would_have_had_nothing_to_say(
    state: State, profile: Profile, flags: int, seq: int, ack: int, octets: int
) -> None:
    """`segment_arrives` leaves out the steps that have nothing to look at: all seven in their order do the same."""
    tcp = Dialogue(profile=profile.with_changes(timestamps=False, delayed_ack=None, time_wait_answers="steps"))
    WAYS[state](tcp)
    tcb = tcp.tcb
    segment = Segment(*PAIR.reverse, (tcb.rcv_nxt + seq) & MASK, (tcb.snd_nxt + ack) & MASK, flags, 9, b"x" * octets)
    whole = tcb.copy()
    effects: list[Effect] = []
    if profile.keep_alive:
        heard_from(whole, 5)
    without: set[object] = {check_timestamp, remember_timestamp}  # steps of connections that agreed on timestamps
    if not octets and not flags & FIN:
        without |= {seventh_process_segment_text, eighth_check_fin_bit}
    for step in STEPS:
        if step not in without and not step(whole, segment, 5, effects):
            break
    if whole.state is not State.CLOSED:
        settle(whole, 5, effects)
    assert segment_arrives(tcb, segment, 5) == effects
    assert tcb.freeze(5) == whole.freeze(5)
