"""Segments as octets: vectors worked out by hand, round trips, and octets nobody should have sent."""

import pickle
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_strategies import option_lists, outcome, quick, segments

from tcpsim.wire import (
    ACK,
    PSH,
    SYN,
    URG,
    DecodeError,
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
    decode_options,
    decode_segment,
    encode_options,
    encode_segment,
    internet_checksum,
    padded_options,
)

CLIENT, SERVER = "192.0.2.1", "192.0.2.2"
NOP, EOL = NoOperation(), EndOfOptions()

VECTORS = [
    pytest.param(
        Segment(CLIENT, 40_000, SERVER, 80, 100, 0, SYN, 65_535, options=(MaximumSegmentSize(1460),)),
        "9c40 0050  00000064  00000000  6002 ffff  772e 0000  0204 05b4",
        id="SYN",
    ),
    pytest.param(  # an odd number of octets: the checksum sees a zero behind the last
        Segment(CLIENT, 40_000, SERVER, 80, 101, 301, PSH | ACK, 65_535, b"hello"),
        "9c40 0050  00000065  0000012d  5018 ffff  49cf 0000  68656c6c6f",
        id="data",
    ),
    pytest.param(
        Segment(CLIENT, 40_000, SERVER, 80, 101, 301, URG | ACK, 65_535, b"!", up=1),
        "9c40 0050  00000065  0000012d  5030 ffff  6c8c 0001  21",
        id="urgent",
    ),
    pytest.param(
        Segment(CLIENT, 40_000, SERVER, 80, 101, 301, ACK, 65_535, b"", (NOP, NOP, Sack(((305, 311),)))),
        "9c40 0050  00000065  0000012d  8010 ffff  552f 0000  01 01 050a 00000131 00000137",
        id="SACK",
    ),
    pytest.param(
        Segment(
            "2001:db8::2",
            80,
            "2001:db8::1",
            40_000,
            300,
            101,
            SYN | ACK,
            65_160,
            options=(MaximumSegmentSize(1440), SackPermitted(), Timestamps(7, 1), NOP, WindowScale(7)),
        ),
        "0050 9c40  0000012c  00000065  a012 fe88  4fdd 0000  020405a0 0402 080a0000000700000001 01 030307",
        id="SYN-ACK over IPv6",
    ),
]


@pytest.mark.row("A09")
@pytest.mark.parametrize(("segment", "octets"), VECTORS)
def test_known_segments(segment: Segment, octets: str) -> None:
    assert encode_segment(segment).hex() == octets.replace(" ", "")
    assert decode_segment(bytes.fromhex(octets), segment.src, segment.dst) == segment


@quick
@given(segments)
def test_what_is_encoded_decodes_to_itself_with_its_padding_made_visible(segment: Segment) -> None:
    octets = encode_segment(segment)
    again = decode_segment(octets, segment.src, segment.dst)
    assert again == segment.replace(options=padded_options(segment.options))
    assert encode_segment(again) == octets


# ── The checksum ─────────────────────────────────────────────────────────────────────────────────────────────────────


def one_by_one(octets: bytes) -> int:
    """RFC 1071 §4.1: add the words, fold each carry back in, complement."""
    total = 0
    for at in range(0, len(octets), 2):
        total += int.from_bytes(octets[at : at + 2].ljust(2, b"\0"))
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def test_the_example_of_rfc_1071() -> None:  # §3: the sum is ddf2
    assert internet_checksum(bytes.fromhex("0001 f203 f4f5 f6f7")) == 0xFFFF - 0xDDF2


@quick
@given(st.binary(max_size=80) | st.lists(st.sampled_from([0, 0xFF]), max_size=9).map(bytes))
def test_the_checksum_is_that_of_the_plain_loop(octets: bytes) -> None:
    assert internet_checksum(octets) == one_by_one(octets)


@pytest.mark.row("A09")
@quick
@given(segments)
def test_over_the_pseudo_header_and_the_segment_it_comes_out_as_zero(segment: Segment) -> None:
    octets = encode_segment(segment)
    src, dst = ip_address(segment.src), ip_address(segment.dst)
    size, zeros = (2, 1) if src.version == 4 else (4, 3)
    protocol = bytes(zeros) + b"\x06"
    length = len(octets).to_bytes(size)
    # RFC 9293 §3.1 has the protocol before the length, RFC 8200 §8.1 behind it.
    between = protocol + length if src.version == 4 else length + protocol
    assert one_by_one(src.packed + dst.packed + between + octets) == 0


@pytest.mark.row("A09")
@pytest.mark.parametrize(("segment", "octets"), VECTORS)
def test_any_one_bit_that_flips_is_noticed(segment: Segment, octets: str) -> None:
    whole = bytes.fromhex(octets)
    for bit in range(8 * len(whole)):
        flipped = (int.from_bytes(whole) ^ 1 << bit).to_bytes(len(whole))
        with pytest.raises(DecodeError, match="checksum"):
            decode_segment(flipped, segment.src, segment.dst)


@pytest.mark.row("A09")
def test_a_wrong_checksum_is_told_with_the_right_one() -> None:
    octets = bytearray(encode_segment(Segment(CLIENT, 40_000, SERVER, 80, 101, 301, PSH | ACK, 65_535, b"hello")))
    octets[16:18] = b"\xbe\xef"
    with pytest.raises(DecodeError) as error:
        decode_segment(bytes(octets), CLIENT, SERVER)
    assert str(error.value) == "TCP header, octet 16: the checksum is 0xbeef; 0x49cf would be right"
    assert (error.value.header, error.value.octet) == ("TCP", 16)
    assert decode_segment(bytes(octets), CLIENT, SERVER, verify=False).payload == b"hello"


@pytest.mark.row("A09")
def test_addresses_are_covered() -> None:
    octets = encode_segment(Segment(CLIENT, 40_000, SERVER, 80, 101, 301, ACK, 65_535))
    with pytest.raises(DecodeError, match="checksum"):
        decode_segment(octets, CLIENT, "192.0.2.3")


# ── Headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.row("A08")
def test_reserved_bits_are_ignored_and_sent_as_zeros() -> None:
    octets = bytearray(encode_segment(Segment(CLIENT, 40_000, SERVER, 80, 101, 301, ACK, 65_535)))
    octets[12] |= 0x0F
    segment = decode_segment(bytes(octets), CLIENT, SERVER, verify=False)
    assert segment == Segment(CLIENT, 40_000, SERVER, 80, 101, 301, ACK, 65_535)
    assert encode_segment(segment)[12] == 0x50


@pytest.mark.row("A10")
@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (0, "the data offset is 0; a header has 5 words or more"),
        (4, "the data offset is 4; a header has 5 words or more"),
        (7, "the data offset is 7, a header of 28 octets, but the segment has 25"),
        (15, "the data offset is 15, a header of 60 octets, but the segment has 25"),
    ],
)
def test_a_data_offset_that_cannot_be(words: int, problem: str) -> None:
    octets = bytearray(encode_segment(Segment(CLIENT, 40_000, SERVER, 80, 101, 301, ACK, 65_535, b"hello")))
    octets[12] = words << 4
    with pytest.raises(DecodeError, match=f"TCP header, octet 12: {problem}"):
        decode_segment(bytes(octets), CLIENT, SERVER, verify=False)


@pytest.mark.row("A10")
@pytest.mark.parametrize("length", range(20))
def test_a_header_cut_short(length: int) -> None:
    with pytest.raises(DecodeError, match=f"octet {length}: the segment ends here; a header has 20 octets or more"):
        decode_segment(bytes(length), CLIENT, SERVER)


def test_more_than_ip_can_carry() -> None:
    with pytest.raises(DecodeError, match="no IP packet carries more than 65535 octets"):
        decode_segment(bytes(65_536), CLIENT, SERVER)


# ── Options ──────────────────────────────────────────────────────────────────────────────────────────────────────────

OPTIONS: list[tuple[tuple[Option, ...], str]] = [
    ((), ""),
    ((NOP, NOP, NOP, NOP), "01 01 01 01"),
    ((MaximumSegmentSize(1460),), "02 04 05b4"),
    ((WindowScale(14), NOP), "03 03 0e 01"),  # they may begin anywhere (MUST-64)
    ((NOP, WindowScale(255)), "01 03 03 ff"),
    ((SackPermitted(), NOP, EOL), "04 02 01 00"),
    ((NOP, NOP, Sack(())), "01 01 05 02"),
    ((Sack(((1, 2), (0xFFFF_FFFF, 4))), EOL, EOL), "05 12 00000001 00000002 ffffffff 00000004 0000"),
    ((NOP, Timestamps(0xFFFF_FFFF, 7), EOL), "01 08 0a ffffffff 00000007 00"),
    ((EOL, EOL, EOL, EOL), "00 00 00 00"),
    ((UnknownOption(34, b""), UnknownOption(254, b"\xca\xfe"), NOP, NOP), "22 02 fe 04 cafe 01 01"),
    # A known kind with a length that is not its own is not what it says it is: ignored, and kept.
    ((UnknownOption(2, b"\x05"), NOP), "02 03 05 01"),
    ((UnknownOption(3, b"\x07\x08"),), "03 04 07 08"),
    ((UnknownOption(4, b"\x07\x08"),), "04 04 07 08"),
    ((UnknownOption(5, b"\x01"), UnknownOption(8, b""), NOP, NOP, NOP), "05 03 01 08 02 01 01 01"),
]


@pytest.mark.row("A12")
@pytest.mark.parametrize(("options", "octets"), OPTIONS)
def test_known_options(options: tuple[Option, ...], octets: str) -> None:
    assert encode_options(options).hex() == octets.replace(" ", "")
    assert decode_options(bytes.fromhex(octets)) == options
    assert padded_options(options) == options


@pytest.mark.parametrize(
    ("options", "padding"), [((WindowScale(7),), 1), ((SackPermitted(),), 2), ((NOP,), 3), ((NOP, EOL), 2)]
)
def test_options_are_padded_to_whole_words(options: tuple[Option, ...], padding: int) -> None:
    octets = encode_options(options)
    assert len(octets) % 4 == 0
    assert octets.endswith(bytes(padding))
    assert decode_options(octets) == padded_options(options) == options + (EOL,) * padding


@quick
@given(option_lists)
def test_options_decode_to_themselves_with_their_padding(options: tuple[Option, ...]) -> None:
    assert decode_options(encode_options(options)) == padded_options(options)


@pytest.mark.row("A12")
def test_what_stands_behind_the_end_of_the_list_is_ignored() -> None:
    assert decode_options(b"\x01\x00\x02\x04") == (NOP, EOL, EOL, EOL)
    assert encode_options((NOP, EOL, EOL, EOL)) == b"\x01\x00\x00\x00"  # and sent as zeros (MUST-69)


@pytest.mark.row("A12")
@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        ("02 00 05b4", "octet 21: the option of kind 2 has length 0; 2 to 4, where the header ends, would be right"),
        ("01 fe 01 00", "octet 22: the option of kind 254 has length 1; 2 to 3"),
        ("01 01 02 04", "octet 23: the option of kind 2 has length 4; 2 to 2"),
        ("08 0a 00000001", "octet 21: the option of kind 8 has length 10; 2 to 6"),
        ("01 01 01 02", "octet 23: the header ends before the length of the option of kind 2"),
    ],
)
def test_illegal_option_lengths(octets: str, problem: str) -> None:  # MUST-7
    with pytest.raises(DecodeError, match=f"TCP header, {problem}"):
        decode_options(bytes.fromhex(octets))


# ── What cannot be sent ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "number", "highest"),
    [
        ("sport", 65_536, 65_535),
        ("dport", -1, 65_535),
        ("seq", 2**32, 4_294_967_295),
        ("ack", -1, 4_294_967_295),
        ("flags", 256, 255),
        ("wnd", 65_536, 65_535),
        ("up", 65_536, 65_535),
    ],
)
def test_a_number_that_its_field_cannot_hold(field: str, number: int, highest: int) -> None:
    segment = Segment(CLIENT, 40_000, SERVER, 80, 101, 301, ACK, 65_535)
    with pytest.raises(ValueError, match=f"{field} is {number}; its field holds 0 to {highest}"):
        encode_segment(segment.replace(**{field: number}))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ((MaximumSegmentSize(65_536),), "65536 does not fit; the field holds 0 to 65535"),
        ((WindowScale(256),), "256 does not fit; the field holds 0 to 255"),
        ((Timestamps(2**32, 0),), "4294967296 does not fit"),
        ((Timestamps(0, -1),), "-1 does not fit"),
        ((Sack(((0, 2**32),)),), "4294967296 does not fit"),
        ((UnknownOption(1, b""),), "kinds with a length are 2 to 255"),
        ((UnknownOption(256, b""),), "kinds with a length are 2 to 255"),
        ((UnknownOption(3, b"\x07"),), r"is on the wire what WindowScale\(shift=7\) is: write it so"),
        ((UnknownOption(254, bytes(39)),), "an option of kind 254 has 41 octets; a header has room for 40"),
        ((Sack(((1, 2),) * 5),), "an option of kind 5 has 42 octets"),
        ((NOP,) * 41, "the options have 41 octets; a header has room for 40"),
        ((EOL, NOP), r"NoOperation\(\) stands behind EndOfOptions, where only padding may stand"),
    ],
)
def test_options_that_cannot_be_written(options: tuple[Option, ...], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        encode_options(options)
    with pytest.raises(ValueError, match=problem):
        padded_options(options)


def test_forty_octets_of_options_fit() -> None:
    segment = Segment(CLIENT, 40_000, SERVER, 80, 101, 301, ACK, 65_535, b"x", (NOP,) * 40)
    octets = encode_segment(segment)
    assert octets[12] == 0xF0
    assert decode_segment(octets, CLIENT, SERVER) == segment


@pytest.mark.parametrize(
    ("src", "dst", "problem"),
    [
        (CLIENT, "2001:db8::1", "192.0.2.1 is an IPv4 address and 2001:db8::1 an IPv6 address"),
        ("2001:db8::1", SERVER, "2001:db8::1 is an IPv6 address and 192.0.2.2 an IPv4 address"),
        ("client", SERVER, "'client' does not appear to be an IPv4 or IPv6 address"),
    ],
)
def test_addresses_must_be_of_one_family(src: str, dst: str, problem: str) -> None:
    segment = Segment(src, 40_000, dst, 80, 101, 301, ACK, 65_535)
    with pytest.raises(ValueError, match=problem):
        encode_segment(segment)
    with pytest.raises(ValueError, match=problem):
        decode_segment(bytes(20), src, dst)


@pytest.mark.parametrize(("src", "dst", "largest"), [(CLIENT, SERVER, 65_515), ("2001:db8::1", "2001:db8::2", 65_535)])
def test_the_largest_segment(src: str, dst: str, largest: int) -> None:
    segment = Segment(src, 40_000, dst, 80, 101, 301, ACK, 65_535, bytes(largest - 20))
    assert decode_segment(encode_segment(segment), src, dst) == segment
    with pytest.raises(ValueError, match=f"has {largest + 1} octets; an IP packet carries {largest} at most"):
        encode_segment(segment.replace(payload=bytes(largest - 19)))


# ── Hostile octets ───────────────────────────────────────────────────────────────────────────────────────────────────


@quick
@given(st.binary(max_size=80))
def test_any_octets_are_a_segment_or_a_decode_error(octets: bytes) -> None:
    for verify in (True, False):
        result = outcome(lambda: decode_segment(octets, CLIENT, SERVER, verify=verify))  # noqa: B023 - called at once
        if isinstance(result, DecodeError):
            assert 0 <= result.octet <= len(octets)
            assert str(result).startswith("TCP header, octet ")
        else:
            assert len(encode_segment(result)) == len(octets)


@pytest.mark.row("A12")
@quick
@given(st.binary(max_size=40) | st.lists(st.sampled_from([0, 1, 2, 4, 8, 10]), max_size=12).map(bytes))
def test_any_octets_are_options_or_a_decode_error(octets: bytes) -> None:
    result = outcome(lambda: decode_options(octets))
    if isinstance(result, DecodeError):
        assert 20 <= result.octet < 20 + len(octets)
    else:
        before_padding = octets[: len(octets) - result.count(EOL)]
        length = -(-len(octets) // 4) * 4
        assert encode_options(result) == before_padding.ljust(length, b"\0")


def test_a_decode_error_travels_between_processes() -> None:
    error = DecodeError("TCP", 12, "the data offset is 4")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (str(again), again.header, again.octet, again.problem) == (str(error), "TCP", 12, "the data offset is 4")
