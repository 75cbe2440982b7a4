"""The user's calls in each state: OPEN, SEND, RECEIVE, CLOSE, ABORT, STATUS (RFC 9293 §3.10.1 to §3.10.6)."""

import pytest
from dialogue import (
    PAIR,
    WAYS,
    Dialogue,
    to_established,
    to_established_with_window,
    to_syn_received_actively,
    with_profile,
)

from tcpsim.tcp import signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.profiles import RFC9293
from tcpsim.tcp.states import State
from tcpsim.tcp.tcb import Tcb
from tcpsim.tcp.user_calls import CallRefused, Status, abort, close, open_active, open_passive, receive, send, status
from tcpsim.wire import MASK

ALL = tuple(State)
CLOSED_FOR_SENDING = (State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSING, State.LAST_ACK, State.TIME_WAIT)
EXISTS = "connection already exists"
NO_CONNECTION = "connection does not exist"
CLOSING = "connection closing"
NO_REMOTE = "remote socket unspecified"


@pytest.fixture
def tcp(request: pytest.FixtureRequest, closed: Dialogue) -> Dialogue:
    WAYS[request.param](closed).expect_state(request.param)
    return closed


def in_each_of(*states: State) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("tcp", states, ids=[str(state) for state in states], indirect=True)


def for_anyone() -> Tcb:
    """A TCB whose remote socket is not named."""
    return Tcb(PAIR._replace(remote="", rport=0), RFC9293, passive=False)


# ---- OPEN --------------------------------------------------------------------------------------------------


@pytest.mark.row("B01")
@pytest.mark.row("N02")
@pytest.mark.row("A03")
@pytest.mark.row("Q01")
def test_active_open_sends_a_syn(closed: Dialogue) -> None:
    closed.user_opens()
    syn = closed.expect("S", seq=0, wnd=65_535)
    assert syn.ack == 0
    closed.expect_path(State.CLOSED, State.SYN_SENT)
    closed.expect_deadline(Timer.RETRANSMISSION, after=1_000_000)
    tcb = closed.tcb
    assert (tcb.iss, tcb.snd_una, tcb.snd_nxt) == (closed.iss, closed.iss, (closed.iss + 1) & MASK)
    assert not tcb.passive


@pytest.mark.row("B02")
@pytest.mark.row("B07")
@pytest.mark.parametrize("listening", [False, True])
def test_active_open_needs_a_remote_socket(listening: bool) -> None:
    tcb = for_anyone()
    if listening:
        open_passive(tcb)
    state = tcb.state
    with pytest.raises(CallRefused, match=NO_REMOTE) as refusal:
        open_active(tcb, 0, 100)
    assert refusal.value.section == "3.10.1"
    assert tcb.state is state
    assert tcb.next_deadline() is None


@pytest.mark.row("B04")
def test_passive_open_listens(closed: Dialogue) -> None:
    closed.user_listens()
    closed.expect_nothing()
    closed.expect_path(State.CLOSED, State.LISTEN)
    closed.expect_timers()
    assert closed.tcb.passive


@pytest.mark.row("B06")
def test_active_open_turns_a_listener_active(listen: Dialogue) -> None:
    listen.user_opens()
    listen.expect("S", seq=0)
    listen.expect_path(State.LISTEN, State.SYN_SENT)
    listen.expect_timers(Timer.RETRANSMISSION)
    tcb = listen.tcb
    assert (tcb.iss, tcb.snd_una, tcb.snd_nxt) == (listen.iss, listen.iss, (listen.iss + 1) & MASK)
    assert not tcb.passive
    listen.peer_says("S", seq=0)
    listen.expect("S.", seq=0, ack=1)
    listen.peer_says("R", seq=1)
    listen.expect_told(signals.CONNECTION_REFUSED)  # it is no passive opener any more


@pytest.mark.row("B08")
@pytest.mark.row("P14")
@in_each_of(*(state for state in ALL if state not in {State.CLOSED, State.LISTEN}))
def test_open_of_what_is_open(tcp: Dialogue) -> None:
    with tcp.unchanged(), pytest.raises(CallRefused, match=EXISTS):
        tcp.user_opens()
    with tcp.unchanged(), pytest.raises(CallRefused, match=EXISTS):
        tcp.user_listens()


@pytest.mark.row("B05")
def test_passive_open_of_a_listener(listen: Dialogue) -> None:
    with listen.unchanged(), pytest.raises(CallRefused, match=EXISTS):
        listen.user_listens()


# ---- SEND --------------------------------------------------------------------------------------------------


@pytest.mark.row("C01")
def test_send_without_a_connection(closed: Dialogue) -> None:
    with closed.unchanged(), pytest.raises(CallRefused, match=NO_CONNECTION):
        closed.user_sends(b"hello")


@pytest.mark.row("B03")
@pytest.mark.parametrize("remote", ["224.0.0.1", "255.255.255.255", "ff02::1"])
def test_an_active_open_is_for_one_host(remote: str) -> None:
    tcb = Tcb(PAIR._replace(remote=remote), RFC9293, passive=False)
    with pytest.raises(CallRefused, match="no one host has this address") as refusal:
        open_active(tcb, 0, 100)
    assert refusal.value.errno == "ENETUNREACH"
    assert tcb.state is State.CLOSED
    assert tcb.next_deadline() is None


@pytest.mark.row("C02")
def test_send_turns_a_listener_active(listen: Dialogue) -> None:
    listen.user_sends(b"hello")
    listen.expect("S", seq=0)
    listen.expect_path(State.LISTEN, State.SYN_SENT)
    listen.peer_says("S.", seq=0, ack=1)
    listen.expect("P.", seq=1, ack=1, data=b"hello")


@pytest.mark.row("C02")
def test_send_cannot_open_without_an_initial_sequence_number(listen: Dialogue) -> None:
    with listen.unchanged(), pytest.raises(ValueError, match="a listening TCB needs an initial sequence number"):
        send(listen.tcb, b"hello", 0)


@pytest.mark.row("C03")
def test_send_needs_a_remote_socket() -> None:
    tcb = for_anyone()
    open_passive(tcb)
    with pytest.raises(CallRefused, match=NO_REMOTE):
        send(tcb, b"hello", 0)
    assert tcb.state is State.LISTEN
    assert tcb.outgoing.unsent == 0


@pytest.mark.row("C04")
@in_each_of(State.SYN_SENT, State.SYN_RECEIVED)
def test_send_before_established_queues(tcp: Dialogue) -> None:
    state = tcp.tcb.state
    tcp.user_sends(b"hello")
    tcp.expect_nothing()
    tcp.expect_state(state)
    tcp.peer_says("S." if state is State.SYN_SENT else ".", seq=state is State.SYN_RECEIVED, ack=1)
    tcp.expect("P.", seq=1, ack=1, data=b"hello")


@pytest.mark.row("C05")
@pytest.mark.row("C06")
@in_each_of(State.ESTABLISHED, State.CLOSE_WAIT)
def test_send_segmentizes(tcp: Dialogue) -> None:
    ack = (tcp.tcb.rcv_nxt - tcp.irs) & MASK
    text = bytes(range(256)) * 5
    tcp.user_sends(text)
    tcp.expect(".", seq=1, ack=ack, data=text[:536])  # 536: the peer offered no MSS
    tcp.expect(".", seq=537, ack=ack, data=text[536:1072])
    tcp.expect_nothing()  # the rest is less than a full segment and waits for an acknowledgment (Nagle)
    assert (tcp.tcb.snd_nxt - tcp.iss) & MASK == 1073
    tcp.expect_deadline(Timer.RETRANSMISSION, after=1_000_000)
    tcp.peer_says(".", seq=ack, ack=1073)
    tcp.expect("P.", seq=1073, ack=ack, data=text[1072:])


@pytest.mark.row("C08")
@with_profile(nagle=False)
def test_push_is_set_on_the_last_segment(established: Dialogue) -> None:
    established.user_sends(b"x" * 1000)
    first = established.expect(".", seq=1, ack=1, data=b"x" * 536)
    assert not first.flags & 0x08
    established.expect("P.", seq=537, ack=1, data=b"x" * 464)


@pytest.mark.row("C09")
def test_nothing_is_sent_beyond_the_window() -> None:
    tcp = to_established_with_window(Dialogue(), 1000)
    tcp.user_sends(b"x" * 1500)
    tcp.expect(".", seq=1, ack=1, data=b"x" * 536)
    tcp.expect_nothing()  # 464 would fit: less than a segment, and something is in flight
    tcp.peer_says(".", seq=1, ack=537, wnd=464)
    tcp.expect_nothing()
    tcp.peer_says(".", seq=1, ack=537, wnd=1000)
    tcp.expect(".", seq=537, ack=1, data=b"x" * 536)
    tcp.peer_says(".", seq=1, ack=1073, wnd=1000)
    tcp.expect("P.", seq=1073, ack=1, data=b"x" * 428)


@pytest.mark.row("C07")
@pytest.mark.row("W04")
@in_each_of(*CLOSED_FOR_SENDING)
def test_send_after_close(tcp: Dialogue) -> None:
    with tcp.unchanged(), pytest.raises(CallRefused, match=CLOSING) as refusal:
        tcp.user_sends(b"hello")
    assert refusal.value.errno == "EPIPE"


@pytest.mark.row("C07")
def test_send_after_a_close_that_waits(syn_received: Dialogue) -> None:
    syn_received.user_sends(b"hello")
    syn_received.user_closes()
    with syn_received.unchanged(), pytest.raises(CallRefused, match=CLOSING):
        syn_received.user_sends(b"more")


@pytest.mark.row("W03")
@pytest.mark.row("W04")
@pytest.mark.row("W05")
def test_a_reset_is_reported_once_and_then_it_is_a_broken_pipe(established: Dialogue) -> None:
    established.peer_says("R", seq=1)
    errors = []
    for _ in range(3):
        with pytest.raises(CallRefused) as refusal:
            established.user_sends(b"hello")
        errors.append((refusal.value.words, refusal.value.errno))
    assert errors == [("connection reset", "ECONNRESET"), (NO_CONNECTION, "EPIPE"), (NO_CONNECTION, "EPIPE")]


# ---- RECEIVE -----------------------------------------------------------------------------------------------


@pytest.mark.row("D01")
def test_receive_without_a_connection(closed: Dialogue) -> None:
    with closed.unchanged(), pytest.raises(CallRefused, match=NO_CONNECTION):
        closed.user_receives()


@pytest.mark.row("D02")
@in_each_of(State.LISTEN, State.SYN_SENT, State.SYN_RECEIVED)
def test_receive_before_established_waits(tcp: Dialogue) -> None:
    with tcp.unchanged():
        assert tcp.user_receives() == b""
    assert not tcp.tcb.readable


@pytest.mark.row("D03")
@in_each_of(State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2)
def test_receive_hands_over_in_order(tcp: Dialogue) -> None:
    una = (tcp.tcb.snd_una - tcp.iss) & MASK
    assert tcp.user_receives() == b""
    tcp.peer_says(".", seq=1, ack=una, data=b"hello ")
    tcp.sent.clear()
    tcp.peer_says(".", seq=7, ack=una, data=b"world")
    tcp.sent.clear()
    assert tcp.tcb.readable
    assert tcp.user_receives(3) == b"hel"
    assert tcp.user_receives(1000) == b"lo world"
    assert not tcp.tcb.readable


@pytest.mark.row("D04")
@pytest.mark.row("W09")
def test_receive_in_close_wait_data_first_then_the_end(established: Dialogue) -> None:
    established.peer_says("F.", seq=1, ack=1, data=b"bye")
    established.expect(".", seq=1, ack=5)
    assert established.user_receives() == b"bye"
    for _ in range(3):
        assert established.tcb.readable
        assert established.user_receives() == b""


@pytest.mark.row("D05")
@pytest.mark.parametrize("state", [State.CLOSING, State.LAST_ACK, State.TIME_WAIT, State.CLOSED])
def test_receive_after_both_closed_still_hands_over(state: State) -> None:
    tcp = to_established(Dialogue())
    tcp.peer_says(".", seq=1, ack=1, data=b"unread")
    tcp.expect(".", seq=1, ack=7)
    if state in {State.LAST_ACK, State.CLOSED}:
        tcp.peer_says("F.", seq=7, ack=1)
        tcp.expect(".", seq=1, ack=8)
        tcp.user_closes()
        tcp.expect("F.", seq=1, ack=8)
        if state is State.CLOSED:
            tcp.peer_says(".", seq=8, ack=2)
    else:
        tcp.user_closes()
        tcp.expect("F.", seq=1, ack=7)
        tcp.peer_says("F.", seq=7, ack=1 if state is State.CLOSING else 2)
        tcp.expect(".", seq=2, ack=8)
    tcp.expect_state(state)
    assert tcp.user_receives() == b"unread"
    assert tcp.user_receives() == b""
    assert tcp.tcb.incoming.ended
    tcp.expect_nothing()  # and no window update


@pytest.mark.row("D06")
@pytest.mark.row("W03")
@pytest.mark.row("W09")
def test_receive_after_a_reset_drains_then_fails_once(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"hello")
    established.expect(".", seq=1, ack=6)
    established.peer_says("R", seq=6)
    assert established.user_receives() == b"hello"
    with pytest.raises(CallRefused, match="connection reset") as refusal:
        established.user_receives()
    assert refusal.value.errno == "ECONNRESET"
    assert established.user_receives() == b""
    assert not established.tcb.incoming.ended


@pytest.mark.row("D07")
def test_a_fin_above_a_hole_and_a_reset_is_no_end_of_stream(established: Dialogue) -> None:
    established.peer_says("F.", seq=4, ack=1)
    established.expect(".", seq=1, ack=1)
    established.peer_says("R", seq=1)
    with pytest.raises(CallRefused, match="connection reset"):
        established.user_receives()


@pytest.mark.row("W09")
def test_a_reset_after_the_end_of_the_stream_is_an_error_all_the_same(close_wait: Dialogue) -> None:
    close_wait.peer_says("R", seq=2)
    with pytest.raises(CallRefused, match="connection reset"):
        close_wait.user_receives()


@pytest.mark.row("W06")
def test_after_a_time_out_the_user_learns_of_it(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.expect("P.", seq=1, ack=1, data=b"hello")
    established.time_passes(200_000_000)
    established.sent.clear()
    for words, errno in (("no answer after R2", "ETIMEDOUT"), (NO_CONNECTION, "EPIPE")):
        with pytest.raises(CallRefused, match=words) as refusal:
            established.user_receives()
        assert refusal.value.errno == errno


# ---- CLOSE -------------------------------------------------------------------------------------------------


@pytest.mark.row("E01")
def test_close_without_a_connection(closed: Dialogue) -> None:
    with closed.unchanged(), pytest.raises(CallRefused, match=NO_CONNECTION):
        closed.user_closes()
    closed.user_closes(for_good=True)  # a socket may be closed, whatever became of its connection
    closed.expect_nothing()


@pytest.mark.row("E02")
@pytest.mark.row("E04")
@in_each_of(State.LISTEN, State.SYN_SENT)
@pytest.mark.parametrize("for_good", [False, True])
def test_close_before_anyone_knows_of_us_sends_nothing(tcp: Dialogue, for_good: bool) -> None:
    state = tcp.tcb.state
    if state is State.SYN_SENT:
        tcp.user_sends(b"never")
    tcp.user_closes(for_good=for_good)
    tcp.expect_nothing()
    tcp.expect_path(state, State.CLOSED)
    tcp.expect_told(*[signals.SENDS_CLOSED] * (state is State.SYN_SENT))
    assert signals.SENDS_CLOSED.name == "connection closing"
    assert tcp.tcb.next_deadline() is None
    assert tcp.tcb.outgoing.unsent == 0
    with pytest.raises(CallRefused, match=NO_CONNECTION):
        tcp.user_sends(b"more")


@pytest.mark.row("E02")
def test_a_syn_for_a_closed_listener_is_refused(listen: Dialogue) -> None:
    listen.user_closes()
    listen.peer_says("S", seq=0)
    listen.expect_absolute("R.", 0, (listen.irs + 1) & MASK)


@pytest.mark.row("E04")
def test_a_late_syn_ack_is_refused(syn_sent: Dialogue) -> None:
    syn_sent.user_closes()
    syn_sent.peer_says("S.", seq=0, ack=1)
    syn_sent.expect_reset(seq=1)


@pytest.mark.row("E07")
@pytest.mark.row("N09")
def test_close_sends_a_fin(established: Dialogue) -> None:
    established.user_closes()
    established.expect("F.", seq=1, ack=1)
    established.expect_path(State.ESTABLISHED, State.FIN_WAIT_1)
    established.expect_deadline(Timer.RETRANSMISSION, after=1_000_000)
    assert (established.tcb.snd_nxt - established.iss) & MASK == 2


@pytest.mark.row("E08")
@pytest.mark.row("E15")
def test_the_fin_follows_the_last_octet_and_may_ride_with_it(established: Dialogue) -> None:
    established.user_sends(b"first")
    established.expect("P.", seq=1, ack=1, data=b"first")
    established.user_sends(b"second")  # Nagle holds it back
    established.expect_nothing()
    established.user_closes()  # CLOSE implies PUSH
    established.expect("FP.", seq=6, ack=1, data=b"second")
    established.peer_says(".", seq=1, ack=13)
    established.expect_state(State.FIN_WAIT_2)


@pytest.mark.row("E09")
@pytest.mark.row("E11")
@pytest.mark.row("X06")
@in_each_of(*CLOSED_FOR_SENDING)
def test_close_again(tcp: Dialogue) -> None:
    tcp.time_passes(1000)
    with tcp.unchanged(), pytest.raises(CallRefused, match=CLOSING):
        tcp.user_closes()
    with tcp.unchanged(but=("reader_gone",)):
        tcp.user_closes(for_good=True)
    tcp.expect_nothing()


@pytest.mark.row("E09")
def test_close_again_while_the_first_waits(syn_received: Dialogue) -> None:
    syn_received.user_sends(b"hello")
    syn_received.user_closes()
    with syn_received.unchanged(), pytest.raises(CallRefused, match=CLOSING):
        syn_received.user_closes()


@pytest.mark.row("E12")
@in_each_of(State.ESTABLISHED)
@pytest.mark.parametrize("flags", [".", "F."], ids=["ESTABLISHED", "CLOSE-WAIT"])
def test_close_with_data_unread_resets(tcp: Dialogue, flags: str) -> None:
    tcp.peer_says(flags, seq=1, ack=1, data=b"unread")
    ack = 8 if "F" in flags else 7
    tcp.expect(".", seq=1, ack=ack)
    state = tcp.tcb.state
    tcp.user_closes(for_good=True)
    tcp.expect_reset(seq=1, ack=ack)
    tcp.expect_path(state, State.CLOSED)
    assert tcp.tcb.next_deadline() is None


@pytest.mark.row("E12")
@pytest.mark.parametrize("acknowledged", [False, True], ids=["FIN-WAIT-1", "FIN-WAIT-2"])
def test_close_after_shutdown_with_data_unread_resets(established: Dialogue, acknowledged: bool) -> None:
    established.user_closes()
    established.expect("F.", seq=1, ack=1)
    established.peer_says(".", seq=1, ack=2 if acknowledged else 1, data=b"unread")
    established.expect(".", seq=2, ack=7)
    established.user_closes(for_good=True)
    established.expect_reset(seq=2, ack=7)
    established.expect_path(State.FIN_WAIT_2 if acknowledged else State.FIN_WAIT_1, State.CLOSED)
    assert established.tcb.next_deadline() is None


@pytest.mark.row("E12")
@with_profile(reset_unread=False)
def test_a_profile_may_close_after_shutdown_with_data_unread(established: Dialogue) -> None:
    established.user_closes()
    established.expect("F.", seq=1, ack=1)
    established.peer_says(".", seq=1, ack=2, data=b"unread")
    established.expect(".", seq=2, ack=7)
    established.user_closes(for_good=True)
    established.expect_nothing()
    established.expect_state(State.FIN_WAIT_2)


@pytest.mark.row("E12")
@with_profile(reset_unread=False)
def test_a_profile_may_close_with_data_unread(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"u")
    established.expect(".", seq=1, ack=2)
    established.user_closes(for_good=True)
    established.expect("F.", seq=1, ack=2)


@pytest.mark.row("E13")
def test_shutdown_leaves_the_reader_alone(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"u")
    established.expect(".", seq=1, ack=2)
    established.user_closes()
    established.expect("F.", seq=1, ack=2)
    established.peer_says(".", seq=2, ack=2, data=b"n")
    established.expect(".", seq=2, ack=3)
    assert established.user_receives() == b"un"


# ---- ABORT -------------------------------------------------------------------------------------------------


@pytest.mark.row("F01")
def test_abort_without_a_connection(closed: Dialogue) -> None:
    with closed.unchanged(), pytest.raises(CallRefused, match=NO_CONNECTION):
        closed.user_aborts()


@pytest.mark.row("F02")
@pytest.mark.row("F03")
@pytest.mark.row("F05")
@in_each_of(State.LISTEN, State.SYN_SENT, State.CLOSING, State.LAST_ACK, State.TIME_WAIT)
def test_abort_where_nobody_is_to_be_reset(tcp: Dialogue) -> None:
    state = tcp.tcb.state
    if state is State.SYN_SENT:
        tcp.user_sends(b"never")
    tcp.user_aborts()
    tcp.expect_nothing()
    tcp.expect_path(state, State.CLOSED)
    tcp.expect_told(*[signals.SENDS_RESET] * (state is State.SYN_SENT))
    assert tcp.tcb.next_deadline() is None
    assert tcp.tcb.outgoing.unsent == 0
    for call in (tcp.user_closes, tcp.user_aborts):
        with pytest.raises(CallRefused, match=NO_CONNECTION):
            call()
    with pytest.raises(CallRefused, match=NO_CONNECTION):
        tcp.user_sends(b"more")


@pytest.mark.row("F04")
@pytest.mark.row("F06")
@in_each_of(State.SYN_RECEIVED, State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSE_WAIT)
def test_abort_resets_the_peer(tcp: Dialogue) -> None:
    state = tcp.tcb.state
    if state in {State.SYN_RECEIVED, State.ESTABLISHED, State.CLOSE_WAIT}:
        tcp.user_sends(b"x" * 2000)
        tcp.sent.clear()
    nxt, ack = (tcp.tcb.snd_nxt - tcp.iss) & MASK, (tcp.tcb.rcv_nxt - tcp.irs) & MASK
    tcp.user_aborts()
    tcp.expect_reset(seq=nxt, ack=ack)  # SND.NXT, not SND.UNA
    tcp.expect_path(state, State.CLOSED)
    tcp.expect_told(*[signals.SENDS_RESET] * (state not in {State.FIN_WAIT_1, State.FIN_WAIT_2}))
    assert (signals.SENDS_RESET.name, signals.SENDS_RESET.errno) == ("connection reset", "ECONNRESET")
    assert tcp.tcb.next_deadline() is None
    assert tcp.tcb.outgoing.unsent == 0
    assert not tcp.tcb.outgoing.retransmission_queue


@pytest.mark.row("F04")
def test_abort_of_a_simultaneous_open(syn_received_actively: Dialogue) -> None:
    syn_received_actively.user_aborts()
    syn_received_actively.expect_reset(seq=1, ack=1)


# ---- STATUS ------------------------------------------------------------------------------------------------


@pytest.mark.row("F08")
@in_each_of(*(state for state in ALL if state is not State.CLOSED))
def test_status_tells_and_changes_nothing(tcp: Dialogue) -> None:
    with tcp.unchanged():
        told = status(tcp.tcb)
    assert told.state is tcp.tcb.state
    assert told.unacknowledged == len(tcp.tcb.outgoing.retransmission_queue)


@pytest.mark.row("F08")
def test_status_counts(established: Dialogue) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"hello", wnd=600)
    established.expect(".", seq=1, ack=6)
    established.user_sends(b"x" * 2000)
    established.sent.clear()
    assert status(established.tcb) == Status(State.ESTABLISHED, 600, 65_530, 1, 1464, 5)


@pytest.mark.row("F08")
def test_status_without_a_connection(closed: Dialogue) -> None:
    with pytest.raises(CallRefused, match=NO_CONNECTION):
        status(closed.tcb)


# ---- errors ------------------------------------------------------------------------------------------------


def test_a_refusal_says_what_and_where() -> None:
    tcp = Dialogue()
    for call in (
        lambda: send(tcp.tcb, b"", 0),
        lambda: receive(tcp.tcb, None, 0),
        lambda: close(tcp.tcb, 0),
        lambda: abort(tcp.tcb, 0),
    ):
        with pytest.raises(CallRefused, match=r"connection does not exist \(ENOTCONN; RFC 9293 §3\.10\.\d\)"):
            call()


@pytest.mark.row("W01")
def test_after_a_refused_simultaneous_open_a_call_says_refused() -> None:
    tcp = to_syn_received_actively(Dialogue())
    tcp.peer_says("R", seq=1)
    with pytest.raises(CallRefused) as refusal:
        tcp.user_sends(b"x")
    assert refusal.value.errno == "ECONNREFUSED"
