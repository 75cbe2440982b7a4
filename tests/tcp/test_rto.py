"""The retransmission time-out: the numbers of RFC 6298 §2, worked by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpsim.tcp.profiles import LINUX, RFC9293
from tcpsim.tcp.rto import RetransmissionTimeout

SECOND, MS = 1_000_000, 1_000


def after(*samples: int) -> RetransmissionTimeout:
    rto = RetransmissionTimeout(RFC9293.rto_initial)
    for sample in samples:
        rto.measure(sample, RFC9293)
    return rto


@pytest.mark.row("Q01")
def test_one_second_before_any_measurement() -> None:
    assert after().rto == SECOND


@pytest.mark.row("Q05")
@pytest.mark.parametrize(
    ("sample", "rto"),
    [
        (500 * MS, 1500 * MS),
        (100 * MS, SECOND),
        (0, SECOND),
        (333_333, SECOND),
        (400 * MS, 1200 * MS),
        (59 * SECOND, 60 * SECOND),
    ],
)
def test_the_first_measurement(sample: int, rto: int) -> None:
    estimator = after(sample)
    assert (estimator.srtt, estimator.rttvar, estimator.rto) == (sample, sample // 2, rto)


@pytest.mark.row("Q06")
def test_the_second_measurement_uses_the_old_srtt_for_the_deviation() -> None:
    estimator = after(500 * MS, 700 * MS)
    assert (estimator.rttvar, estimator.srtt, estimator.rto) == (237_500, 525_000, 1_475_000)


def test_many_equal_measurements_leave_the_mean_and_no_deviation() -> None:
    estimator = after(*[2 * SECOND] * 200)
    assert estimator.srtt == 2 * SECOND
    assert estimator.rto <= 2 * SECOND + 100


def test_the_deviation_has_a_minimum() -> None:
    rto = RetransmissionTimeout(SECOND)
    for _ in range(200):
        rto.measure(SECOND, LINUX)
    assert rto.rto == SECOND + max(LINUX.rto_variance_min, 4 * rto.rttvar)


@pytest.mark.row("Q08")
def test_back_off_doubles_up_to_a_maximum() -> None:
    estimator = after()
    seen = []
    for _ in range(8):
        estimator.back_off(RFC9293)
        seen.append(estimator.rto // SECOND)
    assert seen == [2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.row("Q09")
def test_a_measurement_ends_the_back_off() -> None:
    estimator = after(500 * MS)
    estimator.back_off(RFC9293)
    estimator.back_off(RFC9293)
    assert estimator.rto == 6 * SECOND
    estimator.measure(500 * MS, RFC9293)
    assert estimator.rto == 500 * MS + 4 * 187_500


@pytest.mark.row("Q04")
def test_data_after_a_lost_syn_begins_with_three_seconds_unless_measured() -> None:
    unmeasured, measured = after(), after(500 * MS)
    for estimator in (unmeasured, measured):
        estimator.begin_data_after_lost_syn(RFC9293)
    assert (unmeasured.rto, measured.rto) == (3 * SECOND, 1500 * MS)


def test_a_copy_goes_its_own_way() -> None:
    estimator = after(500 * MS)
    other = estimator.copy()
    other.back_off(RFC9293)
    assert (estimator.rto, other.rto) == (1500 * MS, 3 * SECOND)
    assert (other.srtt, other.rttvar) == (estimator.srtt, estimator.rttvar)


@settings(derandomize=True, database=None, deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 100 * SECOND), min_size=1, max_size=30))
def test_the_estimator_stays_within_its_bounds(samples: list[int]) -> None:
    estimator = after(*samples)
    assert min(samples) - 30 <= estimator.srtt <= max(samples)  # each step rounds down by less than one
    assert 0 <= estimator.rttvar <= max(samples)
    assert SECOND <= estimator.rto <= 60 * SECOND
