"""Endpoints in each of the eleven states, built by walking there from the state before."""

from collections.abc import Iterator

import pytest
from dialogue import (
    NUMBERS,
    Dialogue,
    to_close_wait,
    to_closing,
    to_established,
    to_fin_wait_1,
    to_fin_wait_2,
    to_last_ack,
    to_listen,
    to_syn_received,
    to_syn_received_actively,
    to_syn_sent,
    to_time_wait,
)

from tcpsim.tcp.profiles import RFC9293, Profile
from tcpsim.tcp.states import State


@pytest.fixture(autouse=True)
def nothing_is_left_unexpected() -> Iterator[None]:
    """What an endpoint has sent and nobody expected fails the test at its end, if not before."""
    Dialogue.held.clear()
    yield
    for tcp in Dialogue.held:
        tcp.expect_nothing()


@pytest.fixture
def profile() -> Profile:
    """`with_profile` puts another in its place."""
    return RFC9293


@pytest.fixture(params=list(NUMBERS.values()), ids=list(NUMBERS))
def numbers(request: pytest.FixtureRequest) -> tuple[int, int]:
    pair: tuple[int, int] = request.param
    return pair


@pytest.fixture
def closed(numbers: tuple[int, int], profile: Profile) -> Dialogue:
    tcp = Dialogue(numbers, profile)
    tcp.expect_state(State.CLOSED)
    return tcp


@pytest.fixture
def listen(closed: Dialogue) -> Dialogue:
    to_listen(closed).expect_state(State.LISTEN)
    return closed


@pytest.fixture
def syn_sent(closed: Dialogue) -> Dialogue:
    to_syn_sent(closed).expect_state(State.SYN_SENT)
    return closed


@pytest.fixture
def syn_received(closed: Dialogue) -> Dialogue:
    """Passively opened."""
    to_syn_received(closed).expect_state(State.SYN_RECEIVED)
    return closed


@pytest.fixture
def syn_received_actively(closed: Dialogue) -> Dialogue:
    """By a simultaneous open."""
    to_syn_received_actively(closed).expect_state(State.SYN_RECEIVED)
    return closed


@pytest.fixture
def established(closed: Dialogue) -> Dialogue:
    to_established(closed).expect_state(State.ESTABLISHED)
    return closed


@pytest.fixture
def fin_wait_1(closed: Dialogue) -> Dialogue:
    to_fin_wait_1(closed).expect_state(State.FIN_WAIT_1)
    return closed


@pytest.fixture
def fin_wait_2(closed: Dialogue) -> Dialogue:
    to_fin_wait_2(closed).expect_state(State.FIN_WAIT_2)
    return closed


@pytest.fixture
def close_wait(closed: Dialogue) -> Dialogue:
    to_close_wait(closed).expect_state(State.CLOSE_WAIT)
    return closed


@pytest.fixture
def closing(closed: Dialogue) -> Dialogue:
    to_closing(closed).expect_state(State.CLOSING)
    return closed


@pytest.fixture
def last_ack(closed: Dialogue) -> Dialogue:
    to_last_ack(closed).expect_state(State.LAST_ACK)
    return closed


@pytest.fixture
def time_wait(closed: Dialogue) -> Dialogue:
    to_time_wait(closed).expect_state(State.TIME_WAIT)
    return closed
