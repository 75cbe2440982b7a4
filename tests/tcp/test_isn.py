"""Initial sequence numbers: a clock, and a keyed hash of the pair of sockets (RFC 9293 §3.4.1, RFC 6528)."""

import pytest

from tcpsim.tcp.isn import initial_sequence_number
from tcpsim.wire import MASK, SocketPair

PAIR = SocketPair("192.0.2.1", 40_000, "192.0.2.2", 80)
KEY = b"secret"
SECOND = 1_000_000


def isn(now: int = 0, pair: SocketPair = PAIR, key: bytes = KEY) -> int:
    return initial_sequence_number(pair, now, key)


@pytest.mark.row("V01")
def test_the_clock_advances_every_four_microseconds() -> None:
    assert (isn(4) - isn(0)) & MASK == 1
    assert isn(3) == isn(0)
    assert (isn(SECOND) - isn(0)) & MASK == 250_000
    assert isn(4 << 32) == isn(0)  # after some 4.77 hours


@pytest.mark.row("V02")
@pytest.mark.row("V03")
def test_a_later_incarnation_of_the_same_pair_begins_higher() -> None:
    for later in (4, SECOND, 3600 * SECOND, 2 * 3600 * SECOND):
        assert 0 < (isn(later) - isn(0)) & MASK < 1 << 31


@pytest.mark.row("V02")
def test_pairs_and_keys_have_nothing_to_do_with_each_other() -> None:
    neighbours = [PAIR, PAIR.reverse, PAIR._replace(lport=40_001), PAIR._replace(rport=81), PAIR._replace(remote="::1")]
    numbers = [isn(pair=pair) for pair in neighbours] + [isn(key=b"another")]
    assert len(set(numbers)) == len(numbers)
    assert min(abs(a - b) for a in numbers for b in numbers if a != b) > 1000
