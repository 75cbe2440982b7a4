"""More connections than a listener has room for: full queues, a flood of SYNs, and cookies against it (RFC 4987).

Where the profile is `linux`, what happens is what a kernel was seen to do, to the number.
"""

from collections.abc import Iterator
from typing import Final

import pytest
from captures import Seen, seen_by_kernel, seen_in_simulation
from worlds import CLIENT, MS, SECOND, SERVER, a_client, a_server, a_setup, errors, fault, returned, states, wire

from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
    Fault,
    HostSetup,
    Impairments,
    Injection,
    Limits,
    Listen,
    NetworkSetup,
    Program,
    ProgramSetup,
    Recv,
    Send,
    Serve,
    Wait,
    WorldSetup,
)
from tcpsim.sim.world import World
from tcpsim.tcp import drops, signals
from tcpsim.tcp.profiles import LINUX, RFC9293, Profile
from tcpsim.tcp.states import State
from tcpsim.trace import SegmentDropped, Signalled, StateChanged, iterate
from tcpsim.wire import Segment, flag_letters, options_notation, parse_flags

TEN_MS: Final = NetworkSetup(Impairments(delay=10 * MS))
ECHO: Final[Program] = (Recv(5), Send(b"world"), Recv(), Close())
ASK: Final[Program] = (Send(b"hello"), Recv(5), Close())
CONNECT_AND_ASK: Final[Program] = (Connect(), *ASK)
LISTEN_AND_ECHO: Final[Program] = (Listen(), Serve(ECHO))


def until(world: World, time: int) -> World:
    """Let happen what happens before `time` (µs)."""
    while world.agenda.times and world.agenda.times[0] < time:
        world.step()
    return world


def half_open(world: World) -> int:
    return sum(c.tcb.state is State.SYN_RECEIVED for c in world.hosts["server"].connections.values())


def dropped(world: World, why: object) -> int:
    return sum(event.reason is why for event in iterate(world.trace, SegmentDropped))


def signalled(world: World, signal: object) -> int:
    return sum(event.signal is signal for event in iterate(world.trace, Signalled))


# ---- the accept queue --------------------------------------------------------------------------------------


def four_clients(every: int, profile: Profile = RFC9293, wait: int = 10 * SECOND) -> WorldSetup:
    """Backlog 2, and four that connect; the server begins to accept when ten seconds are over."""
    hosts = (HostSetup("client", CLIENT, profile=profile), a_server(profile, iss=()))
    more = tuple(ProgramSetup("client", (Connect(), Recv()), n * every) for n in range(1, 4))
    server: Program = (Listen(backlog=2), Wait(wait), Accept(), Accept(), Accept(), Accept())
    return a_setup((Connect(), Recv()), server, hosts=hosts, more=more)


def ports(world: World, host: str, state: State) -> list[int]:
    connections = world.hosts[host].connections.values()
    return sorted(max(c.tcb.pair.lport, c.tcb.pair.rport) for c in connections if c.tcb.state is state)


@pytest.mark.row("U01")
@pytest.mark.row("H07")
def test_one_after_the_other_the_third_is_not_answered() -> None:
    """Catalogue 51 (a): its SYN comes again after 1, 3 and 7 s, and once more after accept() has made room."""
    world = until(World(four_clients(200 * MS)), 10 * SECOND)
    assert ports(world, "client", State.ESTABLISHED) == [49_152, 49_153]
    assert ports(world, "server", State.ESTABLISHED) == [49_152, 49_153]
    assert ports(world, "client", State.SYN_SENT) == [49_154, 49_155]
    assert half_open(world) == 0
    assert dropped(world, drops.ACCEPT_QUEUE_FULL) == 8
    third = [flight.sent_at for flight in world.trace.flights if flight.segment.sport == 49_154]
    assert third == [400 * MS, 1_400 * MS, 3_400 * MS, 7_400 * MS]
    until(world, 20 * SECOND)
    assert ports(world, "server", State.ESTABLISHED) == [49_152, 49_153, 49_154, 49_155]
    assert [name for name, _ in returned(world, "server")].count("accept") == 4


@pytest.mark.row("U02")
def test_all_at_once_two_believe_to_be_connected_and_are_not() -> None:
    """Catalogue 51 (b): there is room for four half-open, then for two: the other acknowledgments are dropped."""
    world = until(World(four_clients(0)), 10 * SECOND)
    assert ports(world, "client", State.ESTABLISHED) == [49_152, 49_153, 49_154, 49_155]
    assert ports(world, "server", State.ESTABLISHED) == [49_152, 49_153]
    assert ports(world, "server", State.SYN_RECEIVED) == [49_154, 49_155]
    again = [
        f.sent_at - 50 * MS for f in world.trace.flights if f.segment.dport == 49_154 and f.segment.kind == "SYN-ACK"
    ]
    assert again == [0, SECOND, 3 * SECOND, 7 * SECOND]
    until(world, 20 * SECOND)
    assert ports(world, "server", State.ESTABLISHED) == [49_152, 49_153, 49_154, 49_155]


@pytest.mark.row("U02")
def test_what_a_client_sends_meanwhile_is_sent_again() -> None:
    """It knows nothing of the full queue: its data goes unanswered until there is room."""
    hosts = (HostSetup("client", CLIENT), a_server(iss=()))
    server: Program = (Listen(backlog=1), Wait(2 * SECOND), Accept(), Accept(), Recv(5))
    more = (ProgramSetup("client", (Connect(), Send(b"hello"))),)
    world = World(a_setup((Connect(), Recv()), server, hosts=hosts, more=more)).run()
    assert returned(world, "server")[-1] == ("recv", b"hello")
    data = [flight for flight in world.trace.flights if flight.segment.payload]
    assert [flight.sent_at for flight in data] == [100 * MS, 1_100 * MS, 3_100 * MS]
    assert [flight.attempt for flight in data] == [0, 1, 2]


@pytest.mark.row("U02")
def test_or_is_told_with_a_reset() -> None:
    profile = RFC9293.with_changes(accept_overflow_ack="reset")
    world = until(World(four_clients(0, profile)), 10 * SECOND)
    assert errors(world, "client") == ["ECONNRESET", "ECONNRESET"]
    assert ports(world, "client", State.ESTABLISHED) == ports(world, "server", State.ESTABLISHED) == [49_152, 49_153]
    assert half_open(world) == 0
    listener = world.hosts["server"].listeners[80]
    assert (len(listener.syn_queue), len(listener.accept_queue)) == (0, 2)


@pytest.mark.row("H07")
def test_a_reset_instead_of_silence_tells_the_client_at_once() -> None:
    profile = RFC9293.with_changes(accept_overflow_syn="reset")
    world = until(World(four_clients(200 * MS, profile)), SECOND)
    assert errors(world, "client") == ["ECONNREFUSED", "ECONNREFUSED"]


# ---- as a kernel was seen to do ----------------------------------------------------------------------------


def alike(ours: list[Seen], kernels: list[Seen]) -> None:
    """The same segments in the same order, at the same time: a kernel's timers are late by up to 30 ms each time."""
    assert [seen[1:] for seen in ours] == [seen[1:] for seen in kernels]
    for mine, its in zip(ours, kernels, strict=True):
        assert mine.at == pytest.approx(its.at, abs=0.13), (mine, its)


def linux(clients: tuple[int, ...], server: Program, end: int) -> World:
    """Clients that connect at these times (µs), until `end`."""
    hosts = (HostSetup("client", "10.0.0.1", profile=LINUX), HostSetup("server", "10.0.0.2", 80, profile=LINUX))
    programs = tuple(ProgramSetup("client", (Connect("server"), Recv(), Wait(60 * SECOND)), at) for at in clients)
    setup = WorldSetup(hosts, (ProgramSetup("server", server), *programs), TEN_MS, limits=Limits(time=end))
    return World(setup).run()


@pytest.mark.row("U01")
@pytest.mark.row("H07")
def test_five_clients_of_a_linux_listener_with_a_backlog_of_one() -> None:
    """Two get in, one more than the backlog; one accept() makes room for a third, whose SYN comes again just then."""
    server: Program = (Listen(backlog=1), Wait(2_004 * MS), Accept(), Close())
    world = linux((0, 102_500, 202_800, 303_200, 403_500), server, 5_540 * MS)
    alike(seen_in_simulation(world.trace, "10.0.0.2"), seen_by_kernel("backlog_overflow.server.pcap"))


@pytest.mark.row("U02")
@pytest.mark.row("U05")
def test_three_clients_at_once_of_a_linux_listener_with_a_backlog_of_zero() -> None:
    """The second and third SYN find the SYN queue full, and get cookies; these come back to a full accept queue.

    So two clients are ESTABLISHED, and the server has never heard of them.
    """
    server: Program = (Listen(backlog=0), Wait(4_000 * MS), Accept(), Close())
    world = linux((0, 100, 130), server, 8 * SECOND)
    alike(seen_in_simulation(world.trace, "10.0.0.2"), seen_by_kernel("backlog_overflow_burst.server.pcap"))
    assert signalled(world, signals.SYN_COOKIE_SENT) == 2
    assert dropped(world, drops.ACCEPT_QUEUE_FULL) == 2
    assert ports(world, "client", State.ESTABLISHED) == [32_769, 32_770]
    assert len(world.hosts["server"].connections) == 1


def spoofed(count: int, every: int = 2_500, address: str = "10.9.{}.{}", at: int = 0) -> tuple[Injection, ...]:
    """SYNs from addresses that nobody has, or (without braces) from ports of one host, which has not sent them."""
    return tuple(
        Injection(
            at + n * every,
            Segment(
                address.format(n // 250, n % 250 + 1), 20_000 + n, SERVER, 80, n * 1000, 0, parse_flags("S"), 64_240
            ),
        )
        for n in range(count)
    )


@pytest.mark.row("U03")
@pytest.mark.row("U05")
@pytest.mark.parametrize(
    ("cookies", "sent", "kept", "refused", "got_in"), [("off", 0, 9, 194, False), ("when_full", 192, 9, 0, True)]
)
def test_a_flood_over_a_linux_listener(cookies: str, sent: int, kept: int, refused: int, got_in: bool) -> None:
    """Backlog 8, 200 SYNs in half a second, then a client that waits 2.5 s: the kernel's own counts."""
    profile = LINUX.with_changes(syn_cookies=cookies)
    world = World(
        a_setup(
            (Connect(), *ASK),
            (Listen(backlog=8), Serve(ECHO)),
            hosts=(a_client(profile), a_server(profile, iss=())),
            injections=spoofed(200),
            network=TEN_MS,
            client_start=700 * MS,
        )
    )
    until(world, 720 * MS)
    assert half_open(world) == kept
    until(world, 3_200 * MS)
    assert signalled(world, signals.SYN_COOKIE_SENT) == sent
    assert signalled(world, signals.SYN_COOKIE_CAME_BACK) == got_in
    assert dropped(world, drops.SYN_QUEUE_FULL) == refused
    assert (("recv", b"world") in returned(world, "client")) is got_in


# ---- a flood -----------------------------------------------------------------------------------------------

SIXTEEN: Final = RFC9293.with_changes(syn_backlog=16)
AGAIN: Final = ProgramSetup("client", CONNECT_AND_ASK, 200 * SECOND)


def flooded(
    profile: Profile = SIXTEEN,
    client: Program = CONNECT_AND_ASK,
    server: Program = LISTEN_AND_ECHO,
    *,
    injections: tuple[Injection, ...] | None = None,
    more: tuple[ProgramSetup, ...] = (),
    hosts: tuple[HostSetup, ...] = (),
    faults: tuple[Fault, ...] = (),
) -> World:
    """200 SYNs in half a second from addresses that nobody has; a second after the first, somebody real connects."""
    return World(
        a_setup(
            client,
            server,
            hosts=(a_client(profile), a_server(profile, iss=()), *hosts),
            injections=spoofed(200) if injections is None else injections,
            client_start=SECOND,
            more=more,
            faults=faults,
        )
    )


def syn_acks(world: World) -> dict[int, list[int]]:
    """When SYN-ACKs were sent, by the port they went to."""
    sent: dict[int, list[int]] = {}
    for flight in world.trace.flights:
        if flight.segment.kind == "SYN-ACK":
            sent.setdefault(flight.segment.dport, []).append(flight.sent_at)
    return sent


@pytest.mark.row("U03")
def test_a_flood_from_silent_hosts_fills_the_queue_until_r2() -> None:
    """Catalogue 52: 16 half-open, the rest refused; who is real starves, and gets in when the flood's are given up."""
    world = flooded(more=(AGAIN,))
    until(world, 60 * SECOND)
    assert half_open(world) == 16
    assert dropped(world, drops.SYN_QUEUE_FULL) == 184 + 6  # the real one's, at 0, 1, 3, 7, 15 and 31 s
    sent = syn_acks(world)
    assert sorted(sent) == list(range(20_000, 20_016))
    assert [time - sent[20_000][0] for time in sent[20_000]] == [n * SECOND for n in (0, 1, 3, 7, 15, 31)]
    until(world, 190 * SECOND)
    assert half_open(world) == 0
    assert errors(world, "client") == ["ETIMEDOUT"]
    world.run()
    assert errors(world, "client") == ["ETIMEDOUT"]
    assert returned(world, "client")[-2:] == [("connect", None), ("recv", b"world")]


@pytest.mark.row("U04")
def test_a_flood_from_hosts_that_live_frees_its_places_itself() -> None:
    """They have sent no SYN, and answer each SYN-ACK with a reset: the place is free a round trip later."""
    bystander = HostSetup("bystander", "192.0.2.77")
    flood = spoofed(200, every=10 * MS, address="192.0.2.77")
    world = flooded(injections=flood, hosts=(bystander,), client=(Connect("server"), *ASK))
    most = max(half_open(world) for _ in steps(world))
    assert most == 12  # one every 10 ms, each for 100 ms from its SYN to its reset; and the real one
    assert dropped(world, drops.SYN_QUEUE_FULL) == 0
    assert sum(line.startswith("bystander R ") for line in wire(world.trace)) == 200
    assert errors(world, "client") == []
    assert returned(world, "client")[-1] == ("recv", b"world")
    assert not world.hosts["server"].connections


def steps(world: World) -> Iterator[None]:
    while world.step():
        yield


@pytest.mark.row("U01")
@pytest.mark.row("U03")
@pytest.mark.parametrize(("every", "gets_in"), [(2_500, False), (25_000, True)])
def test_where_the_oldest_gives_way_it_depends_on_the_rate(every: int, gets_in: bool) -> None:
    """RFC 4987 §3.4: a real one must be acknowledged before 16 others have come, that is within 40 ms, or 400 ms."""
    profile = SIXTEEN.with_changes(syn_overflow="evict")
    world = flooded(profile, injections=spoofed(2_000_000 // every, every))
    until(world, 1_300 * MS)
    assert half_open(world) == 16
    assert ("connect", None) in returned(world, "client"), "its SYN is answered in any case"
    assert bool(ports(world, "server", State.ESTABLISHED) or ports(world, "server", State.LAST_ACK)) is gets_in
    evicted = [event for event in iterate(world.trace, StateChanged) if event.row.trigger == "rcv_syn_no_room"]
    assert evicted[0].pair is not None
    assert evicted[0].pair.rport == 20_000, "the oldest first"
    assert {str(event.destination) for event in evicted} == {"CLOSED"}
    assert len({event.pair for event in evicted}) == len(evicted)
    world.run()
    assert not world.hosts["server"].listeners[80].syn_queue


@pytest.mark.row("U01")
@pytest.mark.row("P09")
@pytest.mark.parametrize(("policy", "gets_in"), [("drop", False), ("reset", False), ("evict", True)])
def test_a_new_syn_in_time_wait_needs_a_place_as_any_other_does(policy: str, gets_in: bool) -> None:
    """Where the oldest gives way it gives way to this one too; else the SYN is questioned, and TIME-WAIT goes on."""
    profile = SIXTEEN.with_changes(syn_overflow=policy)
    client: Program = (Connect(), Recv(), Close(), Wait(2 * SECOND), Connect(local_port=40_000), *ASK)
    world = World(
        a_setup(
            client,
            (Listen(), Accept(), Close(), Serve(ECHO)),
            hosts=(a_client(profile, iss=(100, 9_000)), a_server(profile, iss=())),
            injections=spoofed(16, at=SECOND),
        )
    )
    until(world, 4 * SECOND)
    assert half_open(world) == (15 if gets_in else 16)
    assert (("recv", b"world") in returned(world, "client")) is gets_in
    if not gets_in:
        assert ports(world, "server", State.TIME_WAIT) == [40_000]


@pytest.mark.row("P09")
@pytest.mark.parametrize(("policy", "answered"), [("drop", False), ("answer", True)])
def test_a_new_syn_in_time_wait_may_be_answered_though_the_accept_queue_is_full(policy: str, answered: bool) -> None:
    profile = RFC9293.with_changes(accept_overflow_syn=policy)
    client: Program = (Connect(), Recv(), Close(), Connect(local_port=50_000), Wait(SECOND), Connect(local_port=40_000))
    server: Program = (Listen(backlog=1), Accept(), Close(), Wait(30 * SECOND), Accept(), Accept())
    world = World(a_setup(client, server, hosts=(a_client(profile, iss=(100, 3_000, 5_000)), a_server(profile))))
    until(world, 3 * SECOND)
    assert any(f.segment.kind == "SYN-ACK" and f.segment.ack == 5_001 for f in world.trace.flights) is answered


# ---- cookies -----------------------------------------------------------------------------------------------

COOKIES: Final = SIXTEEN.with_changes(syn_cookies="always")


@pytest.mark.row("U05")
@pytest.mark.row("U06")
def test_with_cookies_a_flood_leaves_nothing_behind() -> None:
    """Catalogue 53: every SYN is answered, no TCB is kept, and who is real gets in."""
    world = flooded(COOKIES)
    until(world, SECOND)
    assert not world.hosts["server"].connections
    assert signalled(world, signals.SYN_COOKIE_SENT) == 200
    world.run()
    assert signalled(world, signals.SYN_COOKIE_SENT) == 201
    assert signalled(world, signals.SYN_COOKIE_CAME_BACK) == 1
    assert all(len(times) == 1 for times in syn_acks(world).values()), "nothing to send again"
    assert dropped(world, drops.SYN_QUEUE_FULL) == 0
    assert returned(world, "client")[-1] == ("recv", b"world")
    assert states(world, "client")[:3] == ["CLOSED", "SYN-SENT", "ESTABLISHED"]
    (pair, *_) = [pair for pair in world.trace.connections_of("server") if pair.rport]
    assert [str(state) for state in world.trace.states_of("server", pair)][:3] == [
        "LISTEN",
        "SYN-RECEIVED",
        "ESTABLISHED",
    ]


@pytest.mark.row("U06")
@pytest.mark.row("H02")
def test_a_forged_acknowledgment_meets_a_listener() -> None:
    """Whoever cannot see the SYN-ACK must guess 24 bits; a wrong guess is reset, and nobody is there to hear it."""
    forged = tuple(
        Injection(2 * SECOND + n, Segment("10.9.0.1", 20_000, SERVER, 80, 1, n * 77_777_777, parse_flags("."), 64_240))
        for n in range(50)
    )
    world = flooded(COOKIES, injections=(*spoofed(200), *forged)).run()
    assert signalled(world, signals.SYN_COOKIE_CAME_BACK) == 1
    resets = [flight.segment for flight in world.trace.flights if flight.segment.dst == "10.9.0.1"][1:]
    assert [(flag_letters(segment.flags), segment.seq) for segment in resets] == [
        ("R", n * 77_777_777) for n in range(50)
    ]


@pytest.mark.row("U05")
def test_what_was_offered_is_lost() -> None:
    """The client offers all, the cookie's SYN-ACK only a segment size: so nothing else is agreed on."""
    world = flooded(LINUX.with_changes(syn_cookies="always"))
    until(world, 1_200 * MS)
    real = [flight.segment for flight in world.trace.flights if CLIENT in {flight.segment.src, flight.segment.dst}]
    offered, answer = (options_notation(segment.options) for segment in real[:2])
    assert offered.startswith("<mss 1460,sackOK,TS val ")
    assert offered.endswith(f",nop,wscale {LINUX.window_scale}>")
    assert answer == "<mss 1460>"
    agreed = {c.tcb.agreed for host in world.hosts.values() for c in host.connections.values()}
    assert {(a.mss, a.scaling, a.sack, a.timestamps) for a in agreed} == {(1460, False, False, False)}


@pytest.mark.row("U07")
def test_the_third_segment_lost_and_the_client_speaks() -> None:
    """Its data brings the cookie back."""
    world = flooded(COOKIES, faults=(fault("drop", "client", "ACK"),)).run()
    assert errors(world, "client") == errors(world, "server") == []
    assert returned(world, "client")[-1] == ("recv", b"world")
    assert all(len(times) == 1 for times in syn_acks(world).values())


@pytest.mark.row("U07")
def test_the_third_segment_lost_and_the_server_should_speak_first() -> None:
    """The client waits for a greeting, from a server that has forgotten it: for ever, without keep-alive."""
    greet: Program = (Listen(), Serve((Send(b"welcome"), Close())))
    world = flooded(COOKIES, (Connect(), Recv()), greet, faults=(fault("drop", "client", "ACK"),)).run()
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "ESTABLISHED"]
    assert not world.hosts["server"].connections
    kept = SIXTEEN.with_changes(syn_backlog=1000)
    world = flooded(kept, (Connect(), Recv()), greet, faults=(fault("drop", "client", "ACK"),))
    until(world, 3 * SECOND)
    assert returned(world, "client")[-1] == ("recv", b"welcome"), "a SYN-ACK that is kept is sent again"


@pytest.mark.row("U07")
def test_the_syn_ack_lost_the_client_asks_again_and_gets_another_cookie() -> None:
    world = flooded(COOKIES, injections=(), faults=(fault("drop", "server", "SYN-ACK"),)).run()
    assert wire(world.trace)[:5] == [
        "client S 0:0(0)",
        "server S. 0:0(0) ack 1 x",
        "client S 0:0(0)",
        "server S. 0:0(0) ack 1",
        "client . 1:1(0) ack 1",
    ]
    assert returned(world, "client")[-1] == ("recv", b"world")


def test_a_world_with_cookies_about_can_be_copied_and_goes_on_alike() -> None:
    world = flooded(COOKIES)
    until(world, 1_120 * MS)
    copy = world.copy()
    assert copy == world
    assert copy.run().freeze() == world.run().freeze()
    assert returned(copy, "client")[-1] == ("recv", b"world")
