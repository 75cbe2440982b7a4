"""The trace: what its events and flights say of numbers that come before anybody knows what they count from."""

from tcpsim.trace import ARRIVED, CALLED, INJECTED, Trace
from tcpsim.wire import ACK, RST, SYN, Segment, SocketPair

CLIENT, SERVER = "192.0.2.1", "192.0.2.2"
PAIR = SocketPair(CLIENT, 40000, SERVER, 80)


def from_client(flags: int, seq: int, ack: int = 0) -> Segment:
    return Segment(CLIENT, 40000, SERVER, 80, seq, ack, flags, 1000)


def from_server(flags: int, seq: int, ack: int = 0) -> Segment:
    return Segment(SERVER, 80, CLIENT, 40000, seq, ack, flags, 1000)


def empty() -> Trace:
    return Trace(("client", "server"), {CLIENT: "client", SERVER: "server"})


def bases(trace: Trace) -> list[tuple[int, int]]:
    return [(flight.seq_base, flight.ack_base) for flight in trace.flights]


def test_an_old_duplicate_counts_from_the_incarnation_to_come() -> None:
    """RFC 9293 figure 8: the old SYN has number 90, the connection that follows begins at 100."""
    trace = empty()
    old, answer, refusal = from_client(SYN, 90), from_server(SYN | ACK, 300, 91), from_client(RST, 91)
    trace.add(INJECTED, 0, "server", PAIR.reverse, old)
    trace.add(ARRIVED, 10, "server", PAIR.reverse, old, effects=[answer])
    trace.add(ARRIVED, 20, "client", PAIR, answer, effects=[refusal])
    trace.add(CALLED, 30, "client", PAIR, ("connect", 80), effects=[from_client(SYN, 100)])
    assert bases(trace) == [(100, 0), (300, 100), (100, 0), (100, 0)]


def test_a_stray_syn_that_no_connection_follows_counts_from_itself() -> None:
    trace = empty()
    stray, answer = from_client(SYN, 90), from_server(SYN | ACK, 300, 91)
    trace.add(INJECTED, 0, "server", PAIR.reverse, stray)
    trace.add(ARRIVED, 10, "server", PAIR.reverse, stray, effects=[answer])
    assert bases(trace) == [(90, 0), (300, 90)]


def test_each_incarnation_counts_from_its_own_iss() -> None:
    trace = empty()
    for time, iss in ((0, 100), (50, 5000)):
        trace.add(CALLED, time, "client", PAIR, ("connect", 80), effects=[from_client(SYN, iss)])
        trace.add(CALLED, time + 10, "client", PAIR, ("send", b""), effects=[from_client(ACK, iss + 1, 7)])
    assert [base for base, _ in bases(trace)] == [100, 100, 5000, 5000]
