"""What a Linux kernel was seen to do: captures at the server's host, told in a few words for each segment."""

import struct
from pathlib import Path
from typing import Final, NamedTuple

from tcpsim.trace import Trace
from tcpsim.wire import Segment, decode_frame

CAPTURES: Final = Path(__file__).parent.parent / "data" / "captures"


class Seen(NamedTuple):
    """A segment seen at the server's host: when (s, since the first), who sent it, which client, and of what kind."""

    at: float
    sender: str
    client: int
    kind: str


def seen_by_kernel(name: str) -> list[Seen]:
    """A classic pcap file of Ethernet frames (little-endian) whose server is 10.0.0.2."""
    content = (CAPTURES / name).read_bytes()
    segments = []
    at = 24
    while at < len(content):
        seconds, microseconds, length, _ = struct.unpack_from("<IIII", content, at)
        segments.append((seconds + microseconds / 1e6, decode_frame(content[at + 16 : at + 16 + length])))
        at += 16 + length
    return _told(segments, "10.0.0.2")


def seen_in_simulation(trace: Trace, server: str) -> list[Seen]:
    """The same of a simulation: what the server's host sent, and what reached it."""
    segments = []
    for flight in trace.flights:
        times = [flight.sent_at] if flight.segment.src == server else [arrival.time for arrival in flight.arrivals]
        segments += [(time / 1e6, flight.segment) for time in times]
    return _told(sorted(segments, key=lambda item: item[0]), server)


def _told(segments: list[tuple[float, Segment]], server: str) -> list[Seen]:
    """Clients are numbered by their ports, in order."""
    ports = [segment.dport if segment.src == server else segment.sport for _, segment in segments]
    numbers = {port: number for number, port in enumerate(sorted(set(ports)))}
    begin = segments[0][0]
    return [
        Seen(time - begin, "server" if segment.src == server else "client", numbers[port], segment.kind)
        for (time, segment), port in zip(segments, ports, strict=True)
    ]
