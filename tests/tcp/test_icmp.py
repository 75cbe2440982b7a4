"""ICMP errors: they may end SYN-SENT, and nothing else (RFC 9293 §3.9.2.2, RFC 5461, RFC 5927)."""

from typing import get_args

import pytest
from dialogue import WAYS, Dialogue, with_profile

from tcpsim.scenario.model import IcmpName
from tcpsim.tcp import signals
from tcpsim.tcp.icmp import ICMP_ERRORS
from tcpsim.tcp.profiles import FREEBSD, LINUX, RFC9293, SECOND
from tcpsim.tcp.states import State
from tcpsim.tcp.user_calls import CallRefused

HARD = [error.name for error in ICMP_ERRORS.values() if error.weight == "hard"]
FIRM = [error.name for error in ICMP_ERRORS.values() if error.weight == "firm"]
SOFT = [error.name for error in ICMP_ERRORS.values() if error.weight == "soft"]
IN_FLIGHT = [State.ESTABLISHED, State.FIN_WAIT_1, State.CLOSE_WAIT, State.CLOSING, State.LAST_ACK]


def with_something_in_flight(state: State, tcp: Dialogue) -> int:
    """To the state, with something unacknowledged; the number of it."""
    WAYS[state](tcp)
    if state in {State.ESTABLISHED, State.CLOSE_WAIT}:
        tcp.user_sends(b"hello")
        tcp.sent.clear()
    return 0 if state is State.SYN_RECEIVED else 1


def test_a_scenario_has_a_name_for_each() -> None:
    assert list(get_args(IcmpName)) == list(ICMP_ERRORS)
    assert [profile.icmp_in_syn_sent for profile in (RFC9293, LINUX, FREEBSD)] == ["hard", "any", "firm"]
    assert [error.name for error in ICMP_ERRORS.values() if error.weight == "ignored"] == ["source quench"]


# ---- a connection attempt ----------------------------------------------------------------------------------


@pytest.mark.row("W07")
@pytest.mark.parametrize(
    ("error", "errno"), [("port unreachable", "ECONNREFUSED"), ("protocol unreachable", "ENOPROTOOPT")]
)
def test_a_hard_error_ends_the_attempt(syn_sent: Dialogue, error: str, errno: str) -> None:
    syn_sent.network_says(error, seq=0)
    syn_sent.expect_nothing()
    syn_sent.expect_path(State.SYN_SENT, State.CLOSED)
    syn_sent.expect_told(ICMP_ERRORS[error].ends)
    syn_sent.expect_timers()
    with pytest.raises(CallRefused) as refusal:
        syn_sent.user_sends(b"hello")
    assert refusal.value.errno == errno


@pytest.mark.row("W07")
@pytest.mark.parametrize("error", FIRM + SOFT)
def test_a_soft_error_is_news_and_the_attempt_goes_on(syn_sent: Dialogue, error: str) -> None:
    with syn_sent.unchanged(but=("unreachable",)):
        syn_sent.network_says(error, seq=0)
    syn_sent.expect_nothing()
    syn_sent.expect_told(ICMP_ERRORS[error].news)
    syn_sent.peer_says("S.", seq=0, ack=1)
    syn_sent.expect(".", seq=1, ack=1)
    syn_sent.expect_state(State.ESTABLISHED)


@pytest.mark.row("W07")
def test_a_soft_error_is_the_reason_if_nobody_ever_answers(syn_sent: Dialogue) -> None:
    syn_sent.network_says("host unreachable", seq=0)
    syn_sent.time_passes_quietly(183 * SECOND)
    assert syn_sent.tcb.state is State.CLOSED
    assert syn_sent.tcb.error is ICMP_ERRORS["host unreachable"].ends
    with pytest.raises(CallRefused) as refusal:
        syn_sent.user_sends(b"hello")
    assert refusal.value.errno == "EHOSTUNREACH"


@pytest.mark.row("W07")
@pytest.mark.parametrize("error", HARD + FIRM + SOFT)
@with_profile(icmp_in_syn_sent="any")
def test_a_profile_may_end_the_attempt_at_any_error(syn_sent: Dialogue, error: str) -> None:
    syn_sent.network_says(error, seq=0)
    syn_sent.expect_path(State.SYN_SENT, State.CLOSED)
    syn_sent.expect_told(ICMP_ERRORS[error].ends)


@pytest.mark.row("W07")
@pytest.mark.parametrize("error", HARD + FIRM + SOFT)
@with_profile(icmp_in_syn_sent="firm")
def test_or_at_those_that_are_not_worth_waiting_for(syn_sent: Dialogue, error: str) -> None:
    syn_sent.network_says(error, seq=0)
    if error in SOFT:
        syn_sent.expect_told(ICMP_ERRORS[error].news)
        syn_sent.expect_state(State.SYN_SENT)
    else:
        syn_sent.expect_told(ICMP_ERRORS[error].ends)
        syn_sent.expect_state(State.CLOSED)


@pytest.mark.row("W07")
@pytest.mark.parametrize(
    ("error", "errno"),
    [
        ("port unreachable", "ECONNREFUSED"),
        ("protocol unreachable", "ECONNREFUSED"),
        ("administratively prohibited", "ECONNREFUSED"),
        ("time exceeded", "EHOSTUNREACH"),
    ],
)
@with_profile(icmp_in_syn_sent="firm", errno_of_icmp_refusal="ECONNREFUSED")
def test_a_profile_may_call_every_refusal_the_same(syn_sent: Dialogue, error: str, errno: str) -> None:
    syn_sent.network_says(error, seq=0)
    with pytest.raises(CallRefused) as refusal:
        syn_sent.user_sends(b"hello")
    assert refusal.value.errno == errno


# ---- a connection ------------------------------------------------------------------------------------------


@pytest.mark.row("W08")
@pytest.mark.parametrize("error", HARD + FIRM + SOFT)
@pytest.mark.parametrize("state", [State.SYN_RECEIVED, *IN_FLIGHT])
@with_profile(icmp_in_syn_sent="any")
def test_no_error_ends_a_connection(closed: Dialogue, state: State, error: str) -> None:
    seq = with_something_in_flight(state, closed)
    with closed.unchanged(but=("unreachable",)):
        closed.network_says(error, seq)
    closed.expect_nothing()
    closed.expect_told(ICMP_ERRORS[error].news)


@pytest.mark.row("W08")
def test_it_is_the_reason_when_the_connection_is_given_up(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.expect(".", seq=1, ack=1, data=b"hello")
    established.network_says("host unreachable", seq=1)
    established.time_passes_quietly(200 * SECOND)
    assert established.tcb.error is ICMP_ERRORS["host unreachable"].ends


@pytest.mark.row("W08")
def test_a_word_of_the_peer_makes_it_old_news(established: Dialogue) -> None:
    established.user_sends(b"hello")
    established.expect(".", seq=1, ack=1, data=b"hello")
    established.network_says("host unreachable", seq=1)
    told = established.tcb.copy()
    established.peer_says(".", seq=1, ack=6)
    established.user_sends(b"again")
    established.sent.clear()
    established.time_passes_quietly(200 * SECOND)
    assert established.tcb.error is signals.RETRANSMISSION_TIMEOUT
    untold = told.copy()
    untold.unreachable = None
    assert told.freeze(0) != untold.freeze(0)
    told.snd_una = untold.snd_una = told.snd_nxt
    assert told.freeze(0) == untold.freeze(0)


# ---- what is not believed ----------------------------------------------------------------------------------


@pytest.mark.row("W08")
@pytest.mark.parametrize("state", [State.SYN_SENT, State.SYN_RECEIVED, *IN_FLIGHT])
def test_source_quench_is_for_nobody(closed: Dialogue, state: State) -> None:
    seq = with_something_in_flight(state, closed)
    with closed.unchanged():
        closed.network_says("source quench", seq)
    closed.expect_nothing()
    closed.expect_told(signals.SOURCE_QUENCH)


@pytest.mark.row("W07")
@pytest.mark.row("W08")
@pytest.mark.parametrize("state", list(WAYS))
@pytest.mark.parametrize("seq", [-1, 100])
def test_an_error_about_nothing_in_flight_is_old_or_forged(closed: Dialogue, state: State, seq: int) -> None:
    WAYS[state](closed)
    with closed.unchanged():
        closed.network_says("port unreachable", seq)
    closed.expect_nothing()
    closed.expect_told(signals.ICMP_OUT_OF_THE_BLUE)
