"""Traces told by hand, record by record, for the tests of the views: no simulator had a part in them.

A story is told in order of time. Numbers are relative to the ISS of each host; `Story.segment` makes them absolute.
"""

from typing import Any

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Deliver, Probe, Retransmit, Timer, TimerExpired, TimerStarted, TimerStopped
from tcpsim.tcp.states import TRANSITIONS, State, Transition
from tcpsim.trace import ARRIVED, CALLED, HAPPENED, INJECTED, LOST, RETURNED, TIMED_OUT, Trace
from tcpsim.wire import MaximumSegmentSize, Segment, SocketPair, parse_flags

MS = 1_000
S = 1_000_000
WAY = 20 * MS
RTO = Timer.RETRANSMISSION
MSS = (MaximumSegmentSize(1460),)

ISS = {"client": 100, "server": 300, "client-1": 1000, "client-2": 2000, "client-3": 3000}
PORTS = {"server": 80}


def row(source: State, trigger: str, destination: State | None = None) -> Transition:
    """The row of the table that a trigger fires in a state."""
    return next(
        r for r in TRANSITIONS if r.source is source and r.trigger == trigger and destination in {None, r.destination}
    )


def started(timer: Timer, deadline: int) -> TimerStarted:
    return TimerStarted(timer, deadline)


class Story:
    """Appends records to a trace and keeps count of the transmissions."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts or ("client", "server")
        self.address = {name: f"192.0.2.{place}" for place, name in enumerate(self.hosts, 1)}
        self.trace = Trace(self.hosts, {address: name for name, address in self.address.items()})
        self.sent: list[Segment] = []
        self.called: dict[tuple[str, str], int] = {}

    def segment(
        self, way: str, flags: str, seq: int = 0, ack: int = 0, data: bytes = b"", *, wnd: int = 65535, **more: Any
    ) -> Segment:
        """`way` is "client server"; `port` another port than 40000 for the host that is not the server."""
        sender, receiver = way.split()
        port = more.pop("port", 40000)
        bits = parse_flags(flags)
        return Segment(
            self.address[sender],
            PORTS.get(sender, port),
            self.address[receiver],
            PORTS.get(receiver, port),
            (ISS[sender] + seq) & 0xFFFF_FFFF,
            ISS[receiver] + ack if "ACK" in flags else 0,
            bits,
            wnd,
            data,
            **more,
        )

    def pair(self, host: str, peer: str, port: int = 40000) -> SocketPair:
        local, remote = self.address[host], self.address[peer]
        return SocketPair(local, PORTS.get(host, port), remote, PORTS.get(peer, port))

    def _add(self, time: int, kind: str, host: str, pair: Any, subject: Any, number: int, did: tuple[Any, ...]) -> None:
        self.trace.add(kind, time, host, pair, subject, number, did)
        for effect in did:
            if isinstance(effect, Segment):
                self.sent.append(effect)
            elif isinstance(effect, Retransmit | Probe):
                self.sent.append(effect.segment)

    def call(self, time: int, host: str, name: str, argument: Any = None, *did: Any, pair: Any = None) -> None:
        if pair is None and len(self.hosts) == 2:
            pair = self.pair(host, next(other for other in self.hosts if other != host))
        self._add(time, CALLED, host, pair, (name, argument), 0, did)
        self.called[host, name] = time

    def back(self, time: int, host: str, name: str, value: Any = None, error: str = "") -> None:
        self._add(time, RETURNED, host, None, (name, value, error, self.called[host, name], ""), 0, ())

    def arrive(self, time: int, number: int, *did: Any) -> None:
        segment = self.sent[number - 1]
        host = self.trace.addresses[segment.dst]
        pair = SocketPair(segment.dst, segment.dport, segment.src, segment.sport)
        self._add(time, ARRIVED, host, pair, segment, number, did)

    def lose(self, time: int, number: int, why: str = "dropped by fault") -> None:
        segment = self.sent[number - 1]
        host = self.trace.addresses[segment.src]
        pair = SocketPair(segment.src, segment.sport, segment.dst, segment.dport)
        self._add(time, LOST, host, pair, (segment, why), number, ())

    def timeout(self, time: int, host: str, *did: Any, peer: str = "") -> None:
        other = peer or next(name for name in self.hosts if name != host)
        self._add(time, TIMED_OUT, host, self.pair(host, other), None, 0, did)

    def inject(self, time: int, segment: Segment) -> None:
        host = self.trace.addresses[segment.dst]
        pair = SocketPair(segment.dst, segment.dport, segment.src, segment.sport)
        self._add(time, INJECTED, host, pair, segment, 0, ())
        self.sent.append(segment)

    def happen(self, time: int, host: str, what: str) -> None:
        self._add(time, HAPPENED, host, None, what, 0, ())


def lost_syn_ack() -> Trace:
    """The canonical run: SYN-ACK lost once, data each way, four-way close, 2MSL."""
    s, c, v = Story(), "client server", "server client"
    listener = SocketPair("192.0.2.2", 80, "", 0)
    s.call(0, "server", "listen", 80, row(State.CLOSED, "app_open_passive"), pair=listener)
    s.call(0, "server", "accept")
    s.call(
        0,
        "client",
        "connect",
        None,
        row(State.CLOSED, "app_open_active"),
        s.segment(c, "SYN", options=MSS),
        started(RTO, 1 * S),
    )  # 1
    s.arrive(
        20 * MS, 1, row(State.LISTEN, "rcv_syn"), s.segment(v, "SYN-ACK", 0, 1, options=MSS), started(RTO, 1020 * MS)
    )  # 2
    s.lose(20 * MS, 2)
    s.timeout(1 * S, "client", TimerExpired(RTO), Retransmit(s.sent[0], 1), started(RTO, 3 * S))  # 3
    s.arrive(1020 * MS, 3, drops.SYN_ON_CONNECTION, s.segment(v, "ACK", 1, 1))  # 4
    s.timeout(1020 * MS, "server", TimerExpired(RTO), Retransmit(s.sent[1], 1), started(RTO, 3020 * MS))  # 5
    s.arrive(1040 * MS, 4, drops.NO_SYN_IN_SYN_SENT)
    s.arrive(1040 * MS, 5, TimerStopped(RTO), row(State.SYN_SENT, "rcv_syn_ack"), s.segment(c, "ACK", 1, 1))  # 6
    s.back(1040 * MS, "client", "connect")
    s.call(1040 * MS, "client", "send", b"hello", s.segment(c, "PSH-ACK", 1, 1, b"hello"), started(RTO, 2040 * MS))  # 7
    s.back(1040 * MS, "client", "send", 5)
    s.call(1040 * MS, "client", "recv", 2)
    s.arrive(1060 * MS, 6, TimerStopped(RTO), row(State.SYN_RECEIVED, "rcv_ack_of_syn"))
    s.back(1060 * MS, "server", "accept")
    s.call(1060 * MS, "server", "recv", 5)
    s.arrive(1060 * MS, 7, Deliver(5), s.segment(v, "ACK", 1, 6))  # 8
    s.back(1060 * MS, "server", "recv", b"hello")
    s.call(1060 * MS, "server", "send", b"ok", s.segment(v, "PSH-ACK", 1, 6, b"ok"), started(RTO, 2060 * MS))  # 9
    s.back(1060 * MS, "server", "send", 2)
    s.call(1060 * MS, "server", "recv")
    s.arrive(1080 * MS, 8, TimerStopped(RTO))
    s.arrive(1080 * MS, 9, Deliver(2), s.segment(c, "ACK", 6, 3))  # 10
    s.back(1080 * MS, "client", "recv", b"ok")
    s.call(
        1080 * MS,
        "client",
        "close",
        None,
        row(State.ESTABLISHED, "app_close"),
        s.segment(c, "FIN-ACK", 6, 3),
        started(RTO, 2080 * MS),
    )  # 11
    s.arrive(1100 * MS, 10, TimerStopped(RTO))
    s.arrive(1100 * MS, 11, row(State.ESTABLISHED, "rcv_fin"), s.segment(v, "ACK", 3, 7), signals.END_OF_STREAM)  # 12
    s.back(1100 * MS, "server", "recv", b"")
    s.call(1100 * MS, "server", "wait", 100 * MS)
    s.arrive(1120 * MS, 12, TimerStopped(RTO), row(State.FIN_WAIT_1, "rcv_ack_of_fin"))
    s.back(1200 * MS, "server", "wait")
    s.call(
        1200 * MS,
        "server",
        "close",
        None,
        row(State.CLOSE_WAIT, "app_close"),
        s.segment(v, "FIN-ACK", 3, 7),
        started(RTO, 2200 * MS),
    )  # 13
    s.arrive(
        1220 * MS,
        13,
        row(State.FIN_WAIT_2, "rcv_fin"),
        s.segment(c, "ACK", 7, 4),
        started(Timer.TIME_WAIT, 241_220 * MS),
    )  # 14
    s.arrive(1240 * MS, 14, TimerStopped(RTO), row(State.LAST_ACK, "rcv_ack_of_fin"))
    s.timeout(241_220 * MS, "client", TimerExpired(Timer.TIME_WAIT), row(State.TIME_WAIT, "timeout_time_wait"))
    return s.trace


def plain_handshake() -> Trace:
    """Three segments and nothing else."""
    s = Story()
    _listen_and_connect(s)
    return s.trace


def _listen_and_connect(s: Story) -> None:
    """Transmissions 1 to 3, up to 60 ms."""
    listener = SocketPair("192.0.2.2", 80, "", 0)
    s.call(0, "server", "listen", 80, row(State.CLOSED, "app_open_passive"), pair=listener)
    s.call(0, "client", "connect", None, row(State.CLOSED, "app_open_active"), s.segment("client server", "SYN"))
    s.arrive(20 * MS, 1, row(State.LISTEN, "rcv_syn"), s.segment("server client", "SYN-ACK", 0, 1))
    s.arrive(40 * MS, 2, row(State.SYN_SENT, "rcv_syn_ack"), s.segment("client server", "ACK", 1, 1))
    s.back(40 * MS, "client", "connect")
    s.arrive(60 * MS, 3, row(State.SYN_RECEIVED, "rcv_ack_of_syn"))


def duplicated_fin() -> Trace:
    """A FIN that the network delivers twice, a corrupted ACK and an injected reset that TCP drops."""
    s, c, v = Story(), "client server", "server client"
    _listen_and_connect(s)
    s.call(100 * MS, "client", "close", None, row(State.ESTABLISHED, "app_close"), s.segment(c, "FIN-ACK", 1, 1))  # 4
    s.arrive(120 * MS, 4, row(State.ESTABLISHED, "rcv_fin"), s.segment(v, "ACK", 1, 2))  # 5
    s.lose(120 * MS, 5, "corrupted")
    s.inject(130 * MS, s.segment(v, "RST", 90_000))  # 6
    s.arrive(150 * MS, 6, drops.RST_OUTSIDE_WINDOW)
    s.arrive(160 * MS, 4, drops.OUTSIDE_WINDOW, s.segment(v, "ACK", 1, 2))  # 7
    s.arrive(180 * MS, 7, row(State.FIN_WAIT_1, "rcv_ack_of_fin"))
    return s.trace


def crossing_data() -> Trace:
    """Bursts both ways at the same instant, one segment late and overtaken."""
    s, c, v = Story(), "client server", "server client"
    _listen_and_connect(s)
    s.call(
        100 * MS, "client", "send", b"x" * 30, *(s.segment(c, "PSH-ACK", 1 + 10 * k, 1, b"x" * 10) for k in range(3))
    )  # 4 5 6
    s.call(
        100 * MS, "server", "send", b"y" * 20, *(s.segment(v, "PSH-ACK", 1 + 10 * k, 1, b"y" * 10) for k in range(2))
    )  # 7 8
    s.arrive(120 * MS, 4, s.segment(v, "ACK", 21, 11))  # 9
    s.arrive(120 * MS, 6, s.segment(v, "ACK", 21, 11))  # 10
    s.arrive(120 * MS, 7, s.segment(c, "ACK", 31, 11))  # 11
    s.arrive(120 * MS, 8, s.segment(c, "ACK", 31, 21))  # 12
    for number in (9, 10, 11, 12):
        s.arrive(140 * MS, number)
    s.arrive(160 * MS, 5, s.segment(v, "ACK", 21, 31))  # 13
    s.arrive(180 * MS, 13)
    return s.trace


def simultaneous_open() -> Trace:
    s = Story()
    ways = ("client server", "server client")
    for host, way in zip(("client", "server"), ways, strict=True):
        s.call(0, host, "connect", None, row(State.CLOSED, "app_open_active"), s.segment(way, "SYN"))
    s.arrive(20 * MS, 1, row(State.SYN_SENT, "rcv_syn"), s.segment(ways[1], "SYN-ACK", 0, 1))
    s.arrive(20 * MS, 2, row(State.SYN_SENT, "rcv_syn"), s.segment(ways[0], "SYN-ACK", 0, 1))
    s.arrive(40 * MS, 3, row(State.SYN_RECEIVED, "rcv_ack_of_syn"))
    s.arrive(40 * MS, 4, row(State.SYN_RECEIVED, "rcv_ack_of_syn"))
    s.back(40 * MS, "client", "connect")
    s.back(40 * MS, "server", "connect")
    return s.trace


def refused() -> Trace:
    """Nobody listens: a reset."""
    s = Story()
    s.call(0, "client", "connect", None, row(State.CLOSED, "app_open_active"), s.segment("client server", "SYN"))
    answer = s.segment("server client", "RST-ACK", -300, 1)
    s.arrive(20 * MS, 1, drops.NO_CONNECTION, answer)
    s.arrive(40 * MS, 2, signals.RESET_IN_SYN_SENT, row(State.SYN_SENT, "rcv_rst"))
    s.back(40 * MS, "client", "connect", None, "ECONNREFUSED")
    return s.trace


def three_hosts() -> Trace:
    """Two clients at one server, one of whose SYNs is lost; the server crashes."""
    s = Story("client-1", "client-2", "server")
    listener = SocketPair(s.address["server"], 80, "", 0)
    s.call(0, "server", "listen", 80, row(State.CLOSED, "app_open_passive"), pair=listener)
    for host in ("client-1", "client-2"):
        s.call(
            0,
            host,
            "connect",
            None,
            row(State.CLOSED, "app_open_active"),
            s.segment(f"{host} server", "SYN"),
            started(RTO, 1 * S),
            pair=s.pair(host, "server"),
        )  # 1 2
    s.lose(10 * MS, 2, "loss")
    s.arrive(20 * MS, 1, row(State.LISTEN, "rcv_syn"), s.segment("server client-1", "SYN-ACK", 0, 1))  # 3
    s.arrive(
        40 * MS, 3, TimerStopped(RTO), row(State.SYN_SENT, "rcv_syn_ack"), s.segment("client-1 server", "ACK", 1, 1)
    )  # 4
    s.arrive(60 * MS, 4, row(State.SYN_RECEIVED, "rcv_ack_of_syn"))
    s.timeout(1 * S, "client-2", TimerExpired(RTO), Retransmit(s.sent[1], 1), started(RTO, 3 * S), peer="server")  # 5
    s.arrive(1020 * MS, 5, row(State.LISTEN, "rcv_syn"), s.segment("server client-2", "SYN-ACK", 0, 1))  # 6
    s.arrive(
        1040 * MS, 6, TimerStopped(RTO), row(State.SYN_SENT, "rcv_syn_ack"), s.segment("client-2 server", "ACK", 1, 1)
    )  # 7
    s.arrive(1060 * MS, 7, row(State.SYN_RECEIVED, "rcv_ack_of_syn"))
    s.happen(2 * S, "server", "crash")
    return s.trace


def long_story(segments: int) -> Trace:
    """Data and acknowledgments until there are so many segments."""
    s, c, v = Story(), "client server", "server client"
    _listen_and_connect(s)
    time, sent = 100 * MS, 3
    while sent < segments:
        k = (sent - 3) // 2
        data = s.segment(c, "PSH-ACK", 1 + 10 * k, 1, b"x" * 10)
        s.call(time, "client", "send", b"x" * 10, data, started(RTO, time + S))
        s.arrive(time + WAY, sent + 1, Deliver(10), s.segment(v, "ACK", 1, 11 + 10 * k))
        s.arrive(time + 2 * WAY, sent + 2, TimerStopped(RTO))
        sent += 2
        time += 2 * WAY
    return s.trace


STORIES = {
    story.__name__: story
    for story in (
        plain_handshake,
        lost_syn_ack,
        duplicated_fin,
        crossing_data,
        simultaneous_open,
        refused,
        three_hosts,
    )
}
