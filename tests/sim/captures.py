"""What a Linux kernel was seen to do: captures at one host, told in a few words for each segment, or word for word."""

import re
import struct
from pathlib import Path
from typing import Final, NamedTuple

from tcpsim.trace import Trace
from tcpsim.wire import RST, SYN, Segment, decode_frame, segment_notation

CAPTURES: Final = Path(__file__).parent.parent / "data" / "captures"
_STAMPS: Final = re.compile(r"TS val \d+ ecr \d+")


class Seen(NamedTuple):
    """A segment seen at the server's host: when (s, since the first), who sent it, which client, and of what kind."""

    at: float
    sender: str
    client: int
    kind: str


def seen_by_kernel(name: str) -> list[Seen]:
    """A classic pcap file of Ethernet frames (little-endian) whose server is 10.0.0.2."""
    return _told(_captured(name), "10.0.0.2")


def _captured(name: str) -> list[tuple[float, Segment]]:
    content = (CAPTURES / name).read_bytes()
    segments = []
    at = 24
    while at < len(content):
        seconds, microseconds, length, _ = struct.unpack_from("<IIII", content, at)
        segments.append((seconds + microseconds / 1e6, decode_frame(content[at + 16 : at + 16 + length])))
        at += 16 + length
    return segments


def seen_in_simulation(trace: Trace, server: str) -> list[Seen]:
    """The same of a simulation: what the server's host sent, and what reached it."""
    return _told(_simulated(trace, server), server)


def _simulated(trace: Trace, host: str) -> list[tuple[float, Segment]]:
    """What a host sent, lost or not, and what reached it, injected or not."""
    segments = []
    for flight in trace.flights:
        sent = flight.segment.src == host and not flight.injected
        times = [flight.sent_at] if sent else [arrival.time for arrival in flight.arrivals]
        segments += [(time / 1e6, flight.segment) for time in times]
    return sorted(segments, key=lambda item: item[0])


def _told(segments: list[tuple[float, Segment]], server: str) -> list[Seen]:
    """Clients are numbered by their ports, in order."""
    ports = [segment.dport if segment.src == server else segment.sport for _, segment in segments]
    numbers = {port: number for number, port in enumerate(sorted(set(ports)))}
    begin = segments[0][0]
    return [
        Seen(time - begin, "server" if segment.src == server else "client", numbers[port], segment.kind)
        for (time, segment), port in zip(segments, ports, strict=True)
    ]


# ---- word for word -----------------------------------------------------------------------------------------


class Said(NamedTuple):
    """A segment seen at one host: when (s, since the first), and what it says, from flags to options."""

    at: float
    text: str


def said_by_kernel(name: str) -> list[Said]:
    """Every segment of a capture. The client is 10.0.0.1, the server 10.0.0.2."""
    return _said(_captured(name))


def said_in_simulation(trace: Trace, host: str) -> list[Said]:
    """Every segment that a host of a simulation sent, and that reached it."""
    return _said(_simulated(trace, host))


def _said(segments: list[tuple[float, Segment]]) -> list[Said]:
    """In packetdrill's notation, with numbers relative to each end's first SYN.

    The window counts in a SYN, where it is not scaled. Of a timestamp counts that it is there, and of a reset's options
    nothing: which a reset has depends on whether it is a socket that sends it.
    """
    bases: dict[tuple[str, int], int] = {}
    begin = segments[0][0]
    said = []
    for at, segment in segments:
        us, them = (segment.src, segment.sport), (segment.dst, segment.dport)
        syn = bool(segment.flags & SYN)
        if syn:
            bases.setdefault(us, segment.seq)
        told = segment.replace(options=()) if segment.flags & RST else segment
        numbers = {"seq_base": bases.get(us, 0), "ack_base": bases.get(them, 0)}
        text = _STAMPS.sub("TS", segment_notation(told, **numbers, window=syn))
        said.append(Said(at - begin, f"{'client' if segment.src == '10.0.0.1' else 'server'} {text}"))
    return said
