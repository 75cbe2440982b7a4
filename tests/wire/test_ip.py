"""Packets and frames around a segment: the plain form written, every form read, and nothing else taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_strategies import octets as octet
from wire_strategies import outcome, quick, segments, words

from tcpsim.wire import (
    ACK,
    SYN,
    DecodeError,
    MaximumSegmentSize,
    Segment,
    decode_frame,
    decode_packet,
    encode_frame,
    encode_packet,
    encode_segment,
    internet_checksum,
    padded_options,
)

SYN_4 = Segment("192.0.2.1", 40_000, "192.0.2.2", 80, 100, 0, SYN, 65_535, options=(MaximumSegmentSize(1460),))
DATA_6 = Segment("2001:db8::1", 40_000, "2001:db8::2", 80, 101, 301, ACK, 65_535, b"hello")
PACKET_4, PACKET_6 = encode_packet(SYN_4), encode_packet(DATA_6)
ADDRESSES_6 = "20010db8000000000000000000000001 20010db8000000000000000000000002"


def changed(octets: bytes, at: int, new: bytes) -> bytes:
    return octets[:at] + new + octets[at + len(new) :]


def with_extensions(extensions: bytes, first: int) -> bytes:
    """DATA_6 behind extension headers, `first` being the number of the first of them."""
    payload = extensions + encode_segment(DATA_6)
    return changed(PACKET_6[:40], 4, len(payload).to_bytes(2) + bytes([first])) + payload


# ── As they should be ────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_ipv4_packet() -> None:
    header = bytes.fromhex("45 00 002c  0000 4000  40 06 b6c8  c0000201  c0000202")
    assert encode_packet(SYN_4) == header + encode_segment(SYN_4)
    assert decode_packet(PACKET_4) == SYN_4


def test_an_ipv6_packet() -> None:
    header = bytes.fromhex("60000000  0019 06 40" + ADDRESSES_6)
    assert encode_packet(DATA_6) == header + encode_segment(DATA_6)
    assert decode_packet(PACKET_6) == DATA_6


def test_the_fields_a_sender_may_choose() -> None:
    packet = encode_packet(SYN_4, hop_limit=1, traffic_class=3, identification=0xBEEF)
    assert packet[:10] == bytes.fromhex("45 03 002c beef 4000 01 06")
    assert internet_checksum(packet[:20]) == 0
    assert encode_packet(DATA_6, hop_limit=255, traffic_class=0xB8, flow_label=0xFACED)[:8] == bytes.fromhex(
        "6b8faced 0019 06 ff"
    )


@pytest.mark.parametrize(
    ("field", "number", "highest"),
    [
        ("hop_limit", 256, 255),
        ("traffic_class", -1, 255),
        ("identification", 2**16, 65_535),
        ("flow_label", 2**20, 1_048_575),
    ],
)
def test_fields_out_of_range(field: str, number: int, highest: int) -> None:
    with pytest.raises(ValueError, match=f"{field} is {number}; its field holds 0 to {highest}"):
        encode_packet(SYN_4, **{field: number})


@pytest.mark.parametrize(("segment", "ethertype"), [(SYN_4, "0800"), (DATA_6, "86dd")])
def test_an_ethernet_frame(segment: Segment, ethertype: str) -> None:
    frame = encode_frame(segment)
    assert frame == bytes.fromhex("020000000002 020000000001" + ethertype) + encode_packet(segment)
    assert decode_frame(frame) == segment
    assert encode_frame(segment, src_mac=b"source", dst_mac=b"destin")[:12] == b"destinsource"


def test_a_mac_address_has_six_octets() -> None:
    with pytest.raises(ValueError, match="the MAC address 00:01 has 2 octets; it must have 6"):
        encode_frame(SYN_4, src_mac=b"\x00\x01")


@quick
@given(segments, octet, octet, words)
def test_round_trips(segment: Segment, hop_limit: int, traffic_class: int, identification: int) -> None:
    expected = segment.replace(options=padded_options(segment.options))
    packet = encode_packet(
        segment,
        hop_limit=hop_limit,
        traffic_class=traffic_class,
        identification=identification,
        flow_label=identification,
    )
    assert decode_packet(packet) == expected
    assert decode_frame(encode_frame(segment)) == expected


# ── As they also may be ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("packet", [PACKET_4, PACKET_6])
def test_what_ethernet_pads_with_is_no_data(packet: bytes) -> None:
    assert decode_packet(packet + b"\xff\xff") == decode_packet(packet)


@pytest.mark.parametrize("tags", ["8100 0007", "88a8 0007 8100 0008"])
def test_vlan_tags_are_passed_over(tags: str) -> None:
    frame = encode_frame(SYN_4)
    assert decode_frame(frame[:12] + bytes.fromhex(tags) + frame[12:]) == SYN_4


def test_options_of_ipv4_are_passed_over() -> None:
    header = bytes.fromhex("46 00 0030  0000 4000  40 06 0000  c0000201  c0000202  01010100")
    header = changed(header, 10, internet_checksum(header).to_bytes(2))
    assert decode_packet(header + encode_segment(SYN_4)) == SYN_4


@pytest.mark.parametrize(
    ("first", "extensions"),
    [
        (0, "06 00 0104 00000000"),  # hop by hop
        (60, "06 01 010c 000000000000000000000000"),  # destination, of 16 octets
        (43, "06 00 00 00 00000000"),  # a route at its end
        (44, "06 00 0000 12345678"),  # an atomic fragment: all there is (RFC 6946)
        (0, "3c 00 0104 00000000  2c 00 0104 00000000  06 00 0000 12345678"),
    ],
)
def test_extension_headers_of_ipv6_are_passed_over(first: int, extensions: str) -> None:
    assert decode_packet(with_extensions(bytes.fromhex(extensions), first)) == DATA_6


def test_checksums_may_be_left_to_the_card() -> None:
    packet = changed(changed(PACKET_4, 10, bytes(2)), 36, bytes(2))
    assert decode_packet(packet, verify=False) == SYN_4
    frame = encode_frame(SYN_4)
    assert decode_frame(frame[:14] + packet, verify=False) == SYN_4


# ── As they must not be ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("at", "new", "problem"),
    [
        (0, "55", "IP header, octet 0: the version is 5; 4 or 6 would be right"),
        (0, "44", "IPv4 header, octet 0: the header length is 4; a header has 5 words or more"),
        (2, "0013", "IPv4 header, octet 2: the total length is 19; 20 to 44, what is here, is right"),
        (2, "002d", "IPv4 header, octet 2: the total length is 45; 20 to 44"),
        (10, "1234", "IPv4 header, octet 10: the checksum is 0x1234; 0xb6c8 would be right"),
    ],
)
def test_what_is_no_ipv4_packet(at: int, new: str, problem: str) -> None:
    with pytest.raises(DecodeError, match=problem):
        decode_packet(changed(PACKET_4, at, bytes.fromhex(new)))


@pytest.mark.parametrize(
    ("at", "new", "problem"),
    [
        (6, "2000", "IPv4 header, octet 6: this is a fragment; a whole packet would be right"),
        (6, "0001", "IPv4 header, octet 6: this is a fragment"),
        (9, "11", r"IPv4 header, octet 9: the protocol is 17; 6 \(TCP\) would be right"),
        (36, "0000", "TCP header, octet 16: the checksum is 0x0000; 0x772e would be right"),
    ],
)
def test_what_ipv4_carries_must_be_one_whole_segment(at: int, new: str, problem: str) -> None:
    packet = changed(changed(PACKET_4, at, bytes.fromhex(new)), 10, bytes(2))
    packet = changed(packet, 10, internet_checksum(packet[:20]).to_bytes(2))
    with pytest.raises(DecodeError, match=problem):
        decode_packet(packet)


@pytest.mark.parametrize(
    ("packet", "problem"),
    [
        (changed(PACKET_6, 4, b"\x00\x1a"), "octet 4: the payload length is 26; 25, what is here, or less"),
        (changed(PACKET_6, 6, b"\x11"), r"octet 6: the next header is 17; 6 \(TCP\) would be right"),
        (with_extensions(bytes.fromhex("11 00 0104 00000000"), 0), "octet 40: the next header is 17"),
        (with_extensions(bytes.fromhex("06 00 0001 00000000"), 44), "octet 42: this is a fragment"),
        (with_extensions(bytes.fromhex("06 00 0008 00000000"), 44), "octet 42: this is a fragment"),
        (with_extensions(bytes.fromhex("06 00 00 01 00000000"), 43), "octet 43: the route has 1 segments left; 0"),
        (
            with_extensions(bytes.fromhex("06 09 0104 00000000"), 0),
            "octet 40: the extension headers end at 120, behind",
        ),
        (
            changed(PACKET_6[:40], 4, bytes.fromhex("0007 00")) + bytes(7),
            "octet 40: the packet ends in extension header 0, which has 8 octets or more",
        ),
    ],
)
def test_what_ipv6_carries_must_be_one_whole_segment(packet: bytes, problem: str) -> None:
    with pytest.raises(DecodeError, match=f"IPv6 header, {problem}"):
        decode_packet(packet)


@pytest.mark.parametrize("packet", [PACKET_4, PACKET_6])
def test_a_packet_cut_short_anywhere(packet: bytes) -> None:
    for length in range(len(packet)):
        with pytest.raises(DecodeError):
            decode_packet(packet[:length])


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (b"", "octet 0: the frame ends here; its type stands in octets 12 and 13"),
        (bytes(13), "octet 13: the frame ends here"),
        (bytes(12) + b"\x81\x00\x00\x07", "octet 16: the frame ends here; its type stands in octets 16 and 17"),
        (bytes(12) + b"\x08\x06", r"octet 12: the type is 0x0806; right are 0x0800 \(IPv4\) and 0x86dd \(IPv6\)"),
    ],
)
def test_what_is_no_frame_with_ip_in_it(frame: bytes, problem: str) -> None:
    with pytest.raises(DecodeError, match=f"Ethernet header, {problem}"):
        decode_frame(frame)


@quick
@given(st.sampled_from([b"", PACKET_4, PACKET_6]), st.integers(0, 65), st.binary(max_size=24), st.integers(0, 90))
def test_any_octets_are_a_packet_or_a_decode_error(packet: bytes, at: int, new: bytes, length: int) -> None:
    damaged = changed(packet, at, new)[:length]
    for decode in (decode_packet, decode_frame):
        for verify in (True, False):
            outcome(lambda: decode(damaged, verify=verify))  # noqa: B023 - called at once
            outcome(lambda: decode(new, verify=verify))  # noqa: B023
