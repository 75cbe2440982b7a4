"""CLOSED: nobody is there. Everything but a reset is answered with a reset (RFC 9293 §3.10.7.1)."""

import pytest
from dialogue import Dialogue

from tcpsim.tcp import drops
from tcpsim.tcp.states import State
from tcpsim.wire import MASK


@pytest.mark.row("G01")
@pytest.mark.parametrize("flags", ["R", "R.", "SR", "FR."])
def test_a_reset_is_not_answered(closed: Dialogue, flags: str) -> None:
    with closed.unchanged():
        closed.peer_says(flags, seq=7, ack=9 if "." in flags else None)
    closed.expect_nothing()
    closed.expect_dropped(drops.RST_TO_NOBODY)


@pytest.mark.row("A01")
@pytest.mark.parametrize(
    ("flags", "data", "length"),
    [
        pytest.param("S", b"", 1, marks=pytest.mark.row("G02")),
        pytest.param("S", b"hello", 6, marks=pytest.mark.row("G02")),
        pytest.param("F", b"", 1, marks=[pytest.mark.row("G03"), pytest.mark.row("M20")]),
        pytest.param("F", b"hello", 6, marks=pytest.mark.row("G03")),
        pytest.param("SF", b"hello", 7, marks=pytest.mark.row("G04")),
        pytest.param("-", b"hello", 5, marks=pytest.mark.row("G07")),
        pytest.param("-", b"", 0, marks=pytest.mark.row("G07")),
    ],
)
def test_without_ack_the_reset_acknowledges_the_segment(closed: Dialogue, flags: str, data: bytes, length: int) -> None:
    with closed.unchanged():
        closed.peer_says(flags, seq=0, data=data)
    closed.expect_absolute("R.", seq=0, ack=(closed.irs + length) & MASK)
    closed.expect_dropped(drops.NO_CONNECTION)


@pytest.mark.parametrize(
    ("flags", "data"),
    [
        pytest.param(".", b"", marks=pytest.mark.row("G05")),
        pytest.param(".", b"hello", marks=pytest.mark.row("G05")),
        pytest.param("F.", b"", marks=[pytest.mark.row("G05"), pytest.mark.row("M20")]),
        pytest.param("S.", b"", marks=pytest.mark.row("G06")),
    ],
)
def test_with_ack_the_reset_takes_its_number_from_there(closed: Dialogue, flags: str, data: bytes) -> None:
    with closed.unchanged():
        closed.peer_says(flags, seq=7, ack=9, data=data)
    closed.expect_reset(seq=9)


@pytest.mark.row("N07")
def test_figure_10_data_from_a_half_open_peer(closed: Dialogue) -> None:
    closed.peer_says(".", seq=0, ack=0, data=b"0123456789")
    closed.expect_reset(seq=0)


@pytest.mark.row("M19")
def test_a_stray_ack_after_last_ack(last_ack: Dialogue) -> None:
    last_ack.peer_says(".", seq=2, ack=2)
    last_ack.expect_state(State.CLOSED)
    last_ack.peer_says(".", seq=2, ack=2)
    last_ack.expect_reset(seq=2)


@pytest.mark.row("X10")
def test_a_closed_connection_asks_for_no_time(closed: Dialogue) -> None:
    assert closed.tcb.next_deadline() is None
    with closed.unchanged():
        closed.time_passes(24 * 3600 * 1_000_000)
    closed.expect_nothing()
