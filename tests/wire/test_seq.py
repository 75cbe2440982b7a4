"""Sequence numbers against the same arithmetic on Python's unbounded integers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_strategies import numbers, quick

from tcpsim.wire import HALF, MASK, in_window, seq_add, seq_diff, seq_ge, seq_gt, seq_le, seq_lt

# A position on an unrolled circle, and a step of less than half of it: what integers say of `position + step` and
# `position`, sequence numbers must say of both modulo 2³².
positions = st.integers(0, 4 * 2**32) | st.integers(2**32 - 5, 2**32 + 5)
steps = st.integers(-HALF + 1, HALF - 1) | st.integers(-3, 3)


@pytest.mark.row("A02")
@quick
@given(positions, steps)
def test_comparisons_are_those_of_the_unrolled_numbers(position: int, step: int) -> None:
    there, here = (position + step) & MASK, position & MASK
    assert seq_diff(there, here) == step
    assert seq_add(here, step) == there
    assert seq_lt(there, here) is (step < 0)
    assert seq_le(there, here) is (step <= 0)
    assert seq_gt(there, here) is (step > 0)
    assert seq_ge(there, here) is (step >= 0)


@quick
@given(numbers, numbers)
def test_less_and_greater_are_each_others_mirror_but_at_half_the_circle(a: int, b: int) -> None:
    if (a - b) & MASK == HALF:
        assert seq_lt(a, b)
        assert seq_lt(b, a)
    else:
        assert seq_lt(a, b) is seq_gt(b, a)
        assert seq_lt(a, b) + (a == b) + seq_gt(a, b) == 1


@quick
@given(positions, st.integers(0, 2**30) | st.integers(0, 3), steps)
def test_a_window_is_a_half_open_interval_of_the_unrolled_numbers(start: int, size: int, step: int) -> None:
    assert in_window((start + step) & MASK, start & MASK, size) is (start <= start + step < start + size)


def test_a_window_of_no_octets_holds_none() -> None:
    assert not in_window(7, 7, 0)


@pytest.mark.row("A02")
def test_a_window_over_the_wrap() -> None:
    window = [number & MASK for number in range(0xFFFF_FFF0, 0x1_0000_0010)]
    assert all(in_window(number, 0xFFFF_FFF0, 0x20) for number in window)
    assert not in_window(0x10, 0xFFFF_FFF0, 0x20)
    assert not in_window(0xFFFF_FFEF, 0xFFFF_FFF0, 0x20)


def acceptable(una: int, ack: int, nxt: int) -> bool:
    """RFC 9293 §3.4: SND.UNA < SEG.ACK =< SND.NXT."""
    return seq_lt(una, ack) and seq_le(ack, nxt)


@pytest.mark.row("A02")
@pytest.mark.row("A05")
@pytest.mark.parametrize(
    ("ack", "expected"),
    [
        (0xFFFF_FFE0, False),  # old
        (0xFFFF_FFF0, False),  # SND.UNA itself acknowledges nothing new
        (0xFFFF_FFF1, True),
        (0x0000_0000, True),
        (0x0000_0005, True),
        (0x0000_0010, True),  # SND.NXT: everything sent
        (0x0000_0011, False),  # not yet sent
    ],
)
def test_an_acceptable_ack_over_the_wrap(ack: int, expected: bool) -> None:
    assert acceptable(0xFFFF_FFF0, ack, 0x10) is expected


@pytest.mark.row("A02")
@pytest.mark.row("A05")
@quick
@given(positions, st.integers(0, 2**30) | st.integers(0, 3), st.integers(-(2**30), 2**30) | st.integers(-3, 3))
def test_an_acceptable_ack_is_that_of_the_unrolled_numbers(una: int, in_flight: int, step: int) -> None:
    ack, nxt = una + step, una + in_flight
    assert acceptable(una & MASK, ack & MASK, nxt & MASK) is (una < ack <= nxt)
    assert ((ack - una - 1) & MASK < in_flight) is (una < ack <= nxt)  # as the hot path writes it


@pytest.mark.row("A02")
def test_the_number_after_the_last_is_zero() -> None:
    assert seq_add(0xFFFF_FFFF, 1) == 0
    assert seq_add(0, -1) == 0xFFFF_FFFF
    assert seq_diff(0, 0xFFFF_FFFF) == 1
    assert seq_lt(0xFFFF_FFFF, 0)
