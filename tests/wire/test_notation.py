"""Segments in packetdrill's notation."""

import pytest
from hypothesis import given
from wire_strategies import numbers, quick

from tcpsim.wire import (
    ACK,
    FIN,
    MASK,
    PSH,
    RST,
    SYN,
    URG,
    EndOfOptions,
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Segment,
    Timestamps,
    UnknownOption,
    WindowScale,
    number_notation,
    options_notation,
    segment_notation,
    sequence_notation,
)
from tcpsim.wire.seq import FARTHEST, relative


def segment(flags: int, seq: int, ack: int = 0, payload: bytes = b"", *options: Option, up: int = 0) -> Segment:
    return Segment("192.0.2.1", 40_000, "192.0.2.2", 80, seq, ack, flags, 65_535, payload, options, up)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (segment(SYN, 100), "S 0:0(0) win 65535"),
        (segment(SYN, 100, 0, b"", MaximumSegmentSize(1460)), "S 0:0(0) win 65535 <mss 1460>"),
        (segment(SYN | ACK, 100, 301), "S. 0:0(0) ack 1 win 65535"),
        (segment(ACK, 101, 301), ". 1:1(0) ack 1 win 65535"),
        (segment(PSH | ACK, 101, 301, b"hello"), "P. 1:6(5) ack 1 win 65535"),
        (segment(FIN | ACK, 106, 301), "F. 6:6(0) ack 1 win 65535"),
        (segment(RST, 106, 99), "R 6:6(0) win 65535"),
        (segment(URG | ACK, 101, 301, b"!", up=1), ".U 1:2(1) ack 1 win 65535 urg 1"),
        (segment(0, 101, up=1), "- 1:1(0) win 65535"),
    ],
)
def test_numbers_relative_to_each_side(one: Segment, expected: str) -> None:
    assert segment_notation(one, seq_base=100, ack_base=300) == expected
    assert segment_notation(one, seq_base=100, ack_base=300, window=False) == expected.replace(" win 65535", "")


def test_numbers_of_the_wire() -> None:
    assert segment_notation(segment(PSH | ACK, 0xFFFF_FFFE, 3_000_000_000, b"hello")) == (
        "P. 4294967294:3(5) ack 3000000000 win 65535"
    )
    assert sequence_notation(segment(PSH, 7, 0, b"hello")) == "7:12(5)"


def test_relative_numbers_go_on_over_the_wrap() -> None:
    one = segment(PSH | ACK, 1, 2, b"hello")
    assert segment_notation(one, seq_base=0xFFFF_FFFF, ack_base=0xFFFF_FFFE, window=False) == "P. 2:7(5) ack 4"


def test_numbers_before_their_base_are_absolute() -> None:
    assert segment_notation(segment(SYN, 90), seq_base=100, window=False) == "S @90:@90(0)"
    assert segment_notation(segment(ACK, 101, 290), seq_base=100, ack_base=300, window=False) == ". 1:1(0) ack @290"
    assert options_notation((Sack(((280, 290), (310, 320))),), 300) == "<sack @280:@290 10:20>"


def test_a_range_over_the_base_is_absolute_at_both_ends() -> None:
    assert sequence_notation(segment(ACK, 99, 0, b"x"), 100) == "@99:@100(1)"
    assert options_notation((Sack(((290, 310),)),), 300) == "<sack @290:@310>"
    assert options_notation((Sack(((310, 290),)),), 300) == "<sack @310:@290>"


def test_a_number_that_no_window_reaches_is_absolute() -> None:
    """After a reboot the peer's old numbers have nothing to do with the new incarnation's (RFC 7323 §2.3)."""
    assert number_notation(100 + FARTHEST - 1, 100) == str(FARTHEST - 1)
    assert number_notation(100 + FARTHEST, 100) == f"@{100 + FARTHEST}"
    assert relative(100 + FARTHEST, 100) is None
    assert relative(99, 100) is None
    assert relative(3, MASK) == 4


@quick
@given(numbers, numbers)
def test_a_number_says_what_it_is(number: int, base: int) -> None:
    text = number_notation(number, base)
    if text.startswith("@"):
        assert int(text[1:]) == number
        assert (number - base) & MASK >= FARTHEST
    else:
        assert (base + int(text)) & MASK == number
        assert int(text) < FARTHEST
    assert number_notation(number) == str(number)


def test_every_option() -> None:
    options = (
        MaximumSegmentSize(1460),
        SackPermitted(),
        Timestamps(7, 0),
        NoOperation(),
        WindowScale(7),
        UnknownOption(34, b""),
        UnknownOption(254, b"\xca\xfe"),
        EndOfOptions(),
    )
    assert options_notation(options) == "<mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 7,opt-34,opt-254 0xcafe,eol>"


def test_selective_acknowledgments_are_counted_from_the_receivers_base() -> None:
    assert options_notation((NoOperation(), Sack(((311, 321), (331, 341)))), 300) == "<nop,sack 11:21 31:41>"
    assert options_notation((Sack(()),)) == "<sack>"
