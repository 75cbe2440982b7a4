"""A middlebox that forgets: what was silent for too long is lost, and nobody is told."""

from worlds import CLIENT, MS, SECOND, SERVER, WAY, a_setup, errors, fault, injected, run, states, wire

from tcpsim.sim.choices import apply, choices
from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
    Impairments,
    Listen,
    NetworkSetup,
    Program,
    ProgramSetup,
    Recv,
    Send,
    Serve,
    Wait,
)
from tcpsim.sim.world import World
from tcpsim.tcp.profiles import RFC9293

FORGETFUL = NetworkSetup(Impairments(delay=WAY, idle_timeout=300 * SECOND))
LISTENS: Program = (Listen(), Serve((Recv(), Close())))


def silent_for(time: int, *, network: NetworkSetup = FORGETFUL) -> World:
    profile = RFC9293.with_changes(data_retries=2)
    return run((Connect(), Wait(time), Send(b"ab"), Close()), LISTENS, network=network, profile=profile)


def lost(world: World) -> list[str]:
    return [flight.lost for flight in world.trace.flights if flight.lost]


def test_what_is_silent_for_less_passes() -> None:
    just = 300 * SECOND - WAY  # since the third segment of the handshake, which left when connect returned
    assert lost(silent_for(just)) == []
    assert states(silent_for(just), "server")[-1] == "CLOSED"


def test_what_was_silent_for_so_long_is_forgotten() -> None:
    world = silent_for(300 * SECOND)
    assert lost(world) == ["forgotten by a middlebox"] * 4  # data and FIN, and the data twice more
    assert [line for line in wire(world.trace) if not line.endswith("x")] == [
        "client S 0:0(0)",
        "server S. 0:0(0) ack 1",
        "client . 1:1(0) ack 1",
    ]
    assert states(world, "client")[-1] == "CLOSED"
    assert states(world, "server")[-1] == "ESTABLISHED"


def test_what_it_loses_does_not_remind_it() -> None:
    world = silent_for(300 * SECOND)
    assert all(flight.lost for flight in world.trace.flights[3:])
    assert [flight.attempt for flight in world.trace.flights[3:]] == [0, 0, 1, 2]


def test_a_segment_either_way_reminds_it() -> None:
    client: Program = (Connect(), Recv(2), Wait(200 * SECOND), Send(b"cd"), Close())
    world = run(client, (Listen(), Accept(), Wait(200 * SECOND), Send(b"ab"), Recv(), Close()), network=FORGETFUL)
    assert lost(world) == []
    assert states(world, "server")[-1] == "CLOSED"


def test_a_segment_that_the_network_loses_does_not() -> None:
    client: Program = (Connect(), Wait(200 * SECOND), Send(b"ab"), Wait(150 * SECOND), Send(b"cd"), Close())
    profile = RFC9293.with_changes(rto_initial=120 * SECOND, rto_min=120 * SECOND, rto_max=120 * SECOND)
    faults = (fault("drop", "client", "DATA", 1),)
    world = run(client, LISTENS, network=FORGETFUL, profile=profile, faults=faults)
    assert lost(world)[:2] == ["dropped by fault", "forgotten by a middlebox"]


def test_keep_alive_reminds_it() -> None:
    profile = RFC9293.with_changes(keep_alive=True, keep_alive_idle=100 * SECOND)
    programs: tuple[Program, Program] = ((Connect(), Wait(1000 * SECOND), Send(b"ab"), Close()), LISTENS)
    world = run(*programs, network=FORGETFUL, profile=profile)
    assert lost(world) == []


def test_a_syn_is_taken_for_a_new_conversation() -> None:
    """The server knows the old one still; what its challenge ACK leads to is RFC 9293's figure 9."""
    profile = RFC9293.with_changes(data_retries=1)
    again = ProgramSetup("client", (Connect(local_port=40_000), Send(b"ok"), Close()), start=400 * SECOND)
    world = run(
        (Connect(), Wait(300 * SECOND), Send(b"ab"), Recv()), LISTENS, network=FORGETFUL, profile=profile, more=(again,)
    )
    assert errors(world, "client") == ["ETIMEDOUT"]
    assert errors(world, "server") == ["ECONNRESET"]
    assert states(world, "server")[-1] == "CLOSED"
    assert [flight.lost for flight in world.trace.flights if flight.sent_at >= 400 * SECOND and flight.lost] == []


def test_a_syn_ack_alone_is_not() -> None:
    network = NetworkSetup(Impairments(delay=WAY, idle_timeout=500 * MS))
    faults = (fault("drop", "server", "SYN-ACK", 1), fault("drop", "client", "SYN", 2))
    world = run((Connect(),), LISTENS, network=network, faults=faults)
    assert wire(world.trace)[:5] == [
        "client S 0:0(0)",
        "server S. 0:0(0) ack 1 x",
        "client S 0:0(0) x",
        "server S. 0:0(0) ack 1 x",
        "client S 0:0(0)",
    ]
    assert lost(world) == ["dropped by fault"] * 2 + ["forgotten by a middlebox"]


def test_one_direction_may_forget_alone() -> None:
    there = Impairments(delay=WAY, idle_timeout=300 * SECOND)
    one_way = NetworkSetup(Impairments(delay=WAY), {("client", "server"): there})
    assert set(lost(silent_for(300 * SECOND, network=one_way))) == {"forgotten by a middlebox"}
    client: Program = (Connect(), Recv(2), Close())
    server: Program = (Listen(), Accept(), Wait(301 * SECOND), Send(b"ab"), Recv())
    deaf = run(client, server, network=one_way, profile=RFC9293.with_changes(data_retries=2))
    assert {flight.sender for flight in deaf.trace.flights if flight.lost} == {"client"}


def test_what_it_never_heard_of_passes() -> None:
    """The answer to a segment that nobody's TCP sent."""
    world = run((), (Listen(),), network=FORGETFUL, injections=(injected(SECOND, ".", 5, 7),))
    assert lost(world) == []
    assert [(line.src, line.dst) for line in world.trace.segments] == [(CLIENT, SERVER), (SERVER, CLIENT)]


def test_what_it_remembers_is_copied_and_compared() -> None:
    start = World(a_setup((Connect(), Wait(SECOND), Send(b"ab")), LISTENS, network=FORGETFUL))
    world = start
    for _ in range(6):
        world = apply(world, choices(world)[0])
    assert world.network.middlebox.heard
    assert not start.network.middlebox.heard
    copy = world.copy()
    assert copy == world
    copy.network.middlebox.heard.clear()
    assert copy != world
