"""What a Linux kernel sent, read and written again: every checksum right, every octet the same.

Three small captures of Linux 6.18 over Ethernet, offloading switched off, so the checksums are the kernel's own.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tcpsim.wire import (
    MaximumSegmentSize,
    Sack,
    SackPermitted,
    WindowScale,
    decode_frame,
    decode_packet,
    encode_packet,
    segment_notation,
)

CAPTURES = Path(__file__).parent.parent / "data" / "captures"


def frames(name: str) -> Iterator[bytes]:
    """The Ethernet frames of a classic pcap file (little-endian), as whole as they were on the wire."""
    content = (CAPTURES / name).read_bytes()
    magic, _, _, _, _, _, linktype = struct.unpack_from("<IHHiIII", content)
    assert (magic, linktype) == (0xA1B2C3D4, 1)
    at = 24
    while at < len(content):
        _, _, captured, original = struct.unpack_from("<IIII", content, at)
        assert captured == original
        yield content[at + 16 : at + 16 + captured]
        at += 16 + captured


@pytest.mark.parametrize(
    ("name", "count"),
    [("simultaneous_open.pcap", 12), ("no_timestamps.pcap", 11), ("stray_to_listen_and_closed.server.pcap", 31)],
)
def test_every_packet_is_read_and_written_alike(name: str, count: int) -> None:
    packets = [frame[14:] for frame in frames(name)]
    assert len(packets) == count
    for packet in packets:
        segment = decode_packet(packet)
        identification, hop_limit = int.from_bytes(packet[4:6]), packet[8]
        if packet[6:8] == b"\x40\x00":  # DF is set, as we set it
            again = encode_packet(segment, hop_limit=hop_limit, traffic_class=packet[1], identification=identification)
            assert again == packet
        else:
            assert encode_packet(segment)[20:] == packet[20:]


def test_a_connection_without_timestamps() -> None:
    syn, syn_ack, ack, *_ = map(decode_frame, frames("no_timestamps.pcap"))
    assert [segment.kind for segment in (syn, syn_ack, ack)] == ["SYN", "SYN-ACK", "ACK"]
    assert (syn.src, syn.dst, syn.dport) == ("10.0.0.1", "10.0.0.2", 80)
    assert syn.option(MaximumSegmentSize) == MaximumSegmentSize(1460)
    assert syn.option(SackPermitted) == SackPermitted()
    assert isinstance(syn.option(WindowScale), WindowScale)
    assert syn_ack.ack == syn.end
    assert (ack.seq, ack.ack) == (syn.end, syn_ack.end)


def test_a_simultaneous_open_ends_with_a_duplicate_sack_of_the_syn() -> None:
    segments = [decode_frame(frame) for frame in frames("simultaneous_open.pcap")]
    ours, theirs = segments[:2]
    assert (ours.kind, theirs.kind) == ("SYN", "SYN")
    about_the_syn = next(segment for segment in segments if segment.option(Sack) and segment.src == ours.src)
    assert segment_notation(about_the_syn, seq_base=ours.seq, ack_base=theirs.seq, window=False).endswith("sack 0:1>")
