"""Segments that nobody's TCP sends: what their numbers are when they are put on the wire."""

from tcpsim.sim.setup import Injection
from tcpsim.trace import Trace
from tcpsim.wire.flags import SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import MASK


def absolute(injection: Injection, trace: Trace) -> Segment:
    """An injected segment with its numbers made absolute, by the initial numbers last seen on its pair."""
    segment = injection.segment
    here = SocketPair(segment.src, segment.sport, segment.dst, segment.dport)
    initial: dict[SocketPair, int] = {}
    if injection.relative_seq or injection.relative_ack:
        for flight in trace.flights:
            if flight.segment.flags & SYN and not flight.injected:
                initial[flight.pair] = flight.segment.seq
    if injection.relative_seq:
        segment = segment.replace(seq=(segment.seq + initial.get(here, 0)) & MASK)
    if injection.relative_ack:
        segment = segment.replace(ack=(segment.ack + initial.get(here.reverse, 0)) & MASK)
    return segment
