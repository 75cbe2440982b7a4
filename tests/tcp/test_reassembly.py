"""Segments that come out of order, twice, or overlapping: each octet once, in order (RFC 9293 §3.10.7.4, seventh)."""

from itertools import permutations

import pytest
from dialogue import Dialogue, to_established
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpsim.tcp.states import State

TEXT = bytes(range(256)) * 2
quick = settings(derandomize=True, deadline=None, database=None, max_examples=150)


@pytest.mark.row("L04")
@pytest.mark.row("M03")
@pytest.mark.parametrize("order", list(permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_every_order_of_four_segments_the_last_with_fin(order: tuple[int, ...]) -> None:
    tcp = to_established(Dialogue((0xFFFF_FFFA, 0xFFFF_FFFA)))
    pieces = [(1, b"ab"), (3, b"cde"), (6, b"f"), (7, b"gh")]
    come: set[int] = set()
    for piece in order:
        come.add(piece)
        seq, data = pieces[piece]
        tcp.peer_says("F." if piece == 3 else ".", seq=seq, ack=1, data=data)
        whole = next((count for count in range(4) if count not in come), 4)  # so many from the first on, without a hole
        tcp.expect(".", seq=1, ack=[1, 3, 6, 7, 10][whole])  # at once, and never beyond a hole
    assert tcp.user_receives() == b"abcdefgh"
    tcp.expect_state(State.CLOSE_WAIT)
    tcp.expect_nothing()


@pytest.mark.row("L02")
@pytest.mark.parametrize(
    ("seq", "data", "new"),
    [(1, b"12345678", b"678"), (3, b"345678", b"678"), (5, b"56", b"6"), (-4, b"wxyz012345678", b"678")],
)
def test_old_and_new_in_one_segment(established: Dialogue, seq: int, data: bytes, new: bytes) -> None:
    established.peer_says(".", seq=1, ack=1, data=b"12345")
    established.expect(".", seq=1, ack=6)
    assert established.user_receives() == b"12345"
    established.peer_says(".", seq=seq, ack=1, data=data)
    established.expect(".", seq=1, ack=6 + len(new))
    established.expect_delivered(len(new))
    assert established.user_receives() == new


@pytest.mark.row("L04")
@pytest.mark.row("L02")
def test_overlapping_pieces_above_a_hole(established: Dialogue) -> None:
    for seq, data in ((4, b"456"), (5, b"5678"), (4, b"456"), (9, b"9")):
        established.peer_says(".", seq=seq, ack=1, data=data)
        established.expect(".", seq=1, ack=1)
        established.expect_delivered(0)
    established.peer_says(".", seq=1, ack=1, data=b"12345")
    established.expect(".", seq=1, ack=10)
    established.expect_delivered(9)
    assert established.user_receives() == b"123456789"


@pytest.mark.row("L04")
def test_a_piece_that_fills_one_of_two_holes(established: Dialogue) -> None:
    established.peer_says(".", seq=3, ack=1, data=b"3")
    established.expect(".", seq=1, ack=1)
    established.peer_says(".", seq=5, ack=1, data=b"5")
    established.expect(".", seq=1, ack=1)
    established.peer_says(".", seq=1, ack=1, data=b"12")
    established.expect(".", seq=1, ack=4)
    established.peer_says(".", seq=4, ack=1, data=b"4")
    established.expect(".", seq=1, ack=6)
    assert established.user_receives() == b"12345"


@pytest.mark.row("L04")
def test_in_fin_wait_2_as_well(fin_wait_2: Dialogue) -> None:
    fin_wait_2.peer_says("F.", seq=3, ack=2, data=b"3")
    fin_wait_2.expect(".", seq=2, ack=1)
    fin_wait_2.peer_says(".", seq=1, ack=2, data=b"12")
    fin_wait_2.expect(".", seq=2, ack=5)
    fin_wait_2.expect_state(State.TIME_WAIT)
    assert fin_wait_2.user_receives() == b"123"


@pytest.mark.row("X02")
@pytest.mark.row("X01")
@quick
@given(
    length=st.integers(1, 60),
    cuts=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=25),
    irs=st.sampled_from([0, 300, 0xFFFF_FFFF, 0xFFFF_FFE0]),
    buffer=st.sampled_from([16, 65_535]),
)
def test_whatever_comes_each_octet_is_delivered_once_and_in_order(
    length: int, cuts: list[tuple[int, int]], irs: int, buffer: int
) -> None:
    from tcpsim.tcp.profiles import RFC9293

    tcp = to_established(Dialogue((100, irs), RFC9293.with_changes(receive_buffer=buffer)))
    text = TEXT[:length]
    received = b""

    def segment(start: int, octets: int) -> None:
        nonlocal received
        data = text[start : start + octets]
        before = tcp.tcb.rcv_nxt
        fin = bool(octets) and start + octets >= length
        tcp.peer_says("F." if fin else ".", seq=1 + start, ack=1, data=data)
        tcp.sent.clear()
        assert (tcp.tcb.rcv_nxt - before) & 0xFFFF_FFFF <= length + 1
        received += tcp.user_receives()
        tcp.sent.clear()
        assert received == text[: len(received)]

    for start, octets in cuts:
        segment(min(start, length), octets)
    for start in range(0, length, 8):  # and then all of it, in order
        segment(start, 8)
    assert received == text
    assert tcp.tcb.incoming.ended
    assert not tcp.tcb.incoming.held
    tcp.expect_state(State.CLOSE_WAIT)
