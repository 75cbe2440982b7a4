"""Keep-alive (RFC 9293 §3.8.4): off unless asked for; one unanswered probe proves nothing."""

import pytest
from dialogue import Dialogue, to_established, to_established_with_window, with_profile

from tcpsim.tcp import signals
from tcpsim.tcp.effects import Probe, Timer
from tcpsim.tcp.profiles import HOUR, RFC9293, SECOND
from tcpsim.tcp.states import State
from tcpsim.wire import ACK

KEPT_ALIVE = with_profile(keep_alive=True)
IDLE, INTERVAL = 2 * HOUR, 75 * SECOND


@pytest.mark.row("Q20")
@pytest.mark.row("O05")
def test_it_is_off_unless_asked_for(established: Dialogue) -> None:
    assert not RFC9293.keep_alive
    assert RFC9293.keep_alive_idle >= IDLE
    assert established.tcb.next_deadline() is None


@pytest.mark.row("Q21")
@pytest.mark.row("Q20")
@KEPT_ALIVE
@pytest.mark.parametrize("state", ["established", "close_wait", "fin_wait_2"])
def test_a_probe_after_two_hours_of_silence(state: str, closed: Dialogue, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(state)
    tcp = closed
    before = tcp.tcb.copy()
    seq, ack = tcp.tcb.snd_nxt - tcp.iss - 1, tcp.tcb.rcv_nxt - tcp.irs
    tcp.time_passes(IDLE - 1)
    tcp.expect_nothing()
    tcp.time_passes(1)
    probe = tcp.expect(".", seq=seq, ack=ack & 0xFFFF_FFFF)
    assert tcp.effects[-1] == Probe(probe, "keep-alive")
    assert probe.flags == ACK
    assert tcp.tcb.snd_nxt == before.snd_nxt
    tcp.peer_says(".", seq=ack & 0xFFFF_FFFF, ack=(tcp.tcb.snd_nxt - tcp.iss) & 0xFFFF_FFFF)
    tcp.expect_nothing()
    tcp.expect_deadline(Timer.KEEP_ALIVE, after=IDLE)


@pytest.mark.row("Q21")
@pytest.mark.row("K03")
@pytest.mark.row("T03")
def test_a_probe_is_answered(established: Dialogue) -> None:
    for octet in (b"", b"?"):  # MAY-6: some send an octet of garbage along
        with established.unchanged():
            established.peer_says(".", seq=0, ack=1, data=octet)
        established.expect(".", seq=1, ack=1)


@pytest.mark.row("Q22")
@KEPT_ALIVE
def test_traffic_puts_the_probe_off(established: Dialogue) -> None:
    established.time_passes(IDLE - 1)
    established.peer_says("P.", seq=1, ack=1, data=b"hello")
    established.expect(".", seq=1, ack=6)
    established.time_passes(IDLE - 1)
    established.expect_nothing()
    established.time_passes(1)
    established.expect(".", seq=0, ack=6)


@pytest.mark.row("Q22")
def test_no_probe_while_something_is_outstanding() -> None:
    tcp = to_established(Dialogue(profile=RFC9293.with_changes(keep_alive=True, r2=10**13, user_timeout=None)))
    tcp.user_sends(b"hello")
    tcp.expect("P.", seq=1, ack=1, data=b"hello")
    tcp.time_passes(5 * HOUR)
    assert not [effect for _, effect, _ in tcp.sent if isinstance(effect, Probe)]
    tcp.sent.clear()
    tcp.expect_state(State.ESTABLISHED)


@pytest.mark.row("Q23")
@pytest.mark.row("W06")
@KEPT_ALIVE
def test_only_after_the_last_of_nine_is_the_peer_taken_for_dead(established: Dialogue) -> None:
    established.time_passes(IDLE + 9 * INTERVAL - 1)
    for probe in range(9):
        established.expect(".", seq=0, ack=1, at=IDLE + probe * INTERVAL)
    established.expect_nothing()
    established.expect_state(State.ESTABLISHED)
    established.time_passes(1)
    established.expect_nothing()
    established.expect_path(State.ESTABLISHED, State.CLOSED)
    established.expect_told(signals.KEEP_ALIVE_TIMEOUT)
    assert signals.KEEP_ALIVE_TIMEOUT.errno == "ETIMEDOUT"
    assert established.tcb.next_deadline() is None


@pytest.mark.row("Q23")
@KEPT_ALIVE
def test_an_answer_begins_the_count_anew(established: Dialogue) -> None:
    established.time_passes_quietly(IDLE + 8 * INTERVAL)
    established.peer_says(".", seq=1, ack=1)
    established.time_passes_quietly(IDLE + 9 * INTERVAL - 1)
    established.expect_state(State.ESTABLISHED)


@pytest.mark.row("O07")
@KEPT_ALIVE
def test_a_peer_that_has_restarted_resets(established: Dialogue) -> None:
    established.time_passes(IDLE)
    established.expect(".", seq=0, ack=1)
    established.peer_says("R", seq=1)  # CLOSED: <SEQ=SEG.ACK><CTL=RST>
    established.expect_told(signals.CONNECTION_RESET)
    established.expect_state(State.CLOSED)


@KEPT_ALIVE
def test_unanswered_keep_alives_do_not_count_as_window_probes(closed: Dialogue) -> None:
    tcp = to_established_with_window(closed, 0)
    tcp.time_passes(IDLE + 3 * INTERVAL)
    tcp.sent.clear()
    tcp.user_sends(b"hello")
    tcp.time_passes(SECOND)
    tcp.expect(".", seq=1, ack=1, data=b"h")
    tcp.expect_state(State.ESTABLISHED)
    tcp.time_passes_quietly(99 * SECOND)
    tcp.expect_state(State.ESTABLISHED)


@KEPT_ALIVE
def test_it_goes_on_until_the_fin_is_out_and_after_it(established: Dialogue) -> None:
    established.user_closes()
    established.expect("F.", seq=1, ack=1)
    established.peer_says(".", seq=1, ack=2)
    established.expect_state(State.FIN_WAIT_2)
    established.time_passes(IDLE)
    established.expect(".", seq=1, ack=1)
    established.peer_says("F.", seq=1, ack=2)
    established.expect(".", seq=2, ack=2)
    established.expect_timers(Timer.TIME_WAIT)


HASTY = RFC9293.with_changes(
    keep_alive=True, keep_alive_idle=10 * SECOND, keep_alive_interval=SECOND, keep_alive_probes=2, r2=HOUR
)


@pytest.mark.row("Q22")
@pytest.mark.row("R02")
@pytest.mark.parametrize("theirs", [None, "before", "after"], ids=["FIN-WAIT-1", "LAST-ACK", "CLOSING"])
def test_a_fin_behind_a_closed_window_is_left_to_the_window_probes(theirs: str | None) -> None:
    tcp = to_established_with_window(Dialogue(profile=HASTY), 0)
    if theirs == "before":
        tcp.peer_says("F.", seq=1, ack=1, wnd=0)
        tcp.expect(".", seq=1, ack=2)
    tcp.user_closes()
    tcp.expect_nothing()
    if theirs == "after":
        tcp.peer_says("F.", seq=1, ack=1, wnd=0)
        tcp.expect(".", seq=1, ack=2)
    state = tcp.tcb.state
    tcp.time_passes(HOUR)  # the peer is dead
    probes = [effect.purpose for _, effect, _ in tcp.sent if isinstance(effect, Probe)]
    assert len(probes) > HASTY.keep_alive_probes
    assert set(probes) == {"window"}
    tcp.expect_state(state)
    tcp.time_passes_quietly(2 * 60 * SECOND)
    tcp.expect_told(signals.RETRANSMISSION_TIMEOUT)
    tcp.expect_state(State.CLOSED)


@pytest.mark.row("Q22")
def test_data_behind_a_closed_window_is_left_to_the_window_probes() -> None:
    tcp = to_established_with_window(Dialogue(profile=HASTY), 0)
    tcp.user_sends(b"x")
    for _ in range(8):
        tcp.time_passes(tcp.tcb.timers[Timer.PERSIST] - tcp.now)
        tcp.expect(".", seq=1, ack=1, data=b"x")
    tcp.expect_state(State.ESTABLISHED)


@pytest.mark.row("Q20")
def test_keep_alive_that_waited_in_fin_wait_1_acts_in_fin_wait_2() -> None:
    tcp = to_established_with_window(Dialogue(profile=HASTY), 0)
    tcp.user_closes()
    tcp.time_passes_quietly(30 * SECOND)
    tcp.peer_says(".", seq=1, ack=2, wnd=0)
    tcp.expect_state(State.FIN_WAIT_2)
    tcp.time_passes(10 * SECOND)
    assert isinstance(tcp.effects[-1], Probe)
    tcp.expect(".", seq=1, ack=1)
    tcp.sent.clear()
    tcp.time_passes_quietly(5 * SECOND)
    tcp.expect_told(signals.KEEP_ALIVE_TIMEOUT)
