"""The network: delay, rate, jitter, loss, duplicates, reordering, corruption; faults, injections, happenings."""

import pytest
from worlds import (
    CLIENT,
    MS,
    SECOND,
    SERVER,
    WAY,
    a_client,
    a_server,
    a_setup,
    errors,
    fault,
    injected,
    returned,
    run,
    states,
    wire,
)

from tcpsim.sim.chance import Chance
from tcpsim.sim.network import Path
from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
    Fault,
    Happening,
    HostSetup,
    Impairments,
    Injection,
    Listen,
    NetworkSetup,
    ProgramSetup,
    Recv,
    SegmentKind,
    Send,
    Serve,
    Wait,
)
from tcpsim.sim.world import World
from tcpsim.trace import HostEvent, SegmentArrived, SegmentLost, SegmentSent
from tcpsim.wire import Segment, parse_flags

SEND: tuple[Connect | Send | Close, ...] = (Connect(), Send(b"x" * 5000), Close())


def segment(flags: str = ".", octets: int = 0) -> Segment:
    return Segment(CLIENT, 1, SERVER, 2, 0, 0, parse_flags(flags), 0, b"x" * octets)


def carried(impairments: Impairments, count: int = 4000, seed: int = 1) -> list[tuple[int, ...]]:
    """When each of many segments put on an idle path at 0 arrives."""
    path, chance = Path(impairments), Chance(seed)
    return [path.carry(segment(), 0, chance).arrivals for _ in range(count)]


# ---- what a path does to many segments ---------------------------------------------------------------------


def test_delay_alone_needs_no_chance() -> None:
    assert carried(Impairments(delay=7), 3) == [(7,), (7,), (7,)]
    assert Path(Impairments(delay=7)).plain
    assert not Path(Impairments(delay=7, loss=0.1)).plain


def test_jitter_is_uniform_around_the_delay() -> None:
    times = [time for (time,) in carried(Impairments(delay=100, jitter=20))]
    assert (min(times), max(times)) == (80, 120)
    assert abs(sum(times) / len(times) - 100) < 1
    assert min(time for (time,) in carried(Impairments(delay=5, jitter=20))) == 0


@pytest.mark.parametrize("probability", [0.0, 0.1, 0.5, 1.0])
def test_loss(probability: float) -> None:
    lost = sum(not times for times in carried(Impairments(loss=probability)))
    assert abs(lost / 4000 - probability) < 0.02


@pytest.mark.parametrize("probability", [0.1, 0.5, 1.0])
def test_duplicates(probability: float) -> None:
    twice = sum(len(times) == 2 for times in carried(Impairments(duplicate=probability)))
    assert abs(twice / 4000 - probability) < 0.02


def test_reordering_is_jumping_the_queue() -> None:
    early = sum(times == (0,) for times in carried(Impairments(delay=50, reorder=0.25)))
    assert abs(early / 4000 - 0.25) < 0.02


def test_corruption() -> None:
    path, chance = Path(Impairments(delay=50, corrupt=0.25)), Chance(1)
    fates = [path.carry(segment(), 0, chance) for _ in range(4000)]
    corrupted = [fate for fate in fates if fate.corrupted]
    assert abs(len(corrupted) / 4000 - 0.25) < 0.02
    assert {fate.arrivals for fate in corrupted} == {(50,)}
    assert {fate.lost for fate in corrupted} == {"corrupted"}


def test_a_rate_makes_segments_queue_behind_each_other() -> None:
    path = Path(Impairments(delay=10, rate=8_000_000))  # an octet a microsecond; 40 of them are headers
    chance = Chance(0)
    assert [path.carry(segment(octets=n), 0, chance).arrivals for n in (0, 60, 1000)] == [(50,), (150,), (1190,)]
    assert path.carry(segment(), 5000, chance).arrivals == (5050,)
    other = path.copy()
    other.carry(segment(), 5000, chance)
    assert (path.busy_until, other.busy_until) == (5040, 5080)


def test_chance_follows_from_its_seed_alone() -> None:
    """The first numbers of splitmix64 for the seed 1234567, as its authors' code gives them."""
    chance = Chance(1_234_567)
    assert [chance.bits() for _ in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]
    copy = chance.copy()
    assert [copy.bits(), copy.bits()] == [chance.bits(), chance.bits()]
    draws = [chance.between(3, 5) for _ in range(300)]
    assert {3, 4, 5} == set(draws)
    before = chance.state
    assert chance.happens(1.0)
    assert not chance.happens(0.0)
    assert chance.state == before  # nothing is drawn for what is certain


# ---- impaired worlds ---------------------------------------------------------------------------------------


@pytest.mark.row("X02")
@pytest.mark.parametrize(
    "impairments",
    [
        Impairments(loss=0.2),
        Impairments(duplicate=0.5),
        Impairments(jitter=20 * MS),
        Impairments(reorder=0.3),
        Impairments(corrupt=0.2),
        Impairments(rate=1_000_000),
        Impairments(jitter=20 * MS, loss=0.1, duplicate=0.1, reorder=0.1, corrupt=0.1, rate=1_000_000),
    ],
    ids=["loss", "duplicate", "jitter", "reorder", "corrupt", "rate", "everything"],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_the_network_does_the_octets_arrive(impairments: Impairments, seed: int) -> None:
    text = bytes(range(250)) * 40
    world = run((Connect(), Send(text), Close()), network=NetworkSetup(impairments), seed=seed)
    assert ("recv", text) in returned(world, "server")
    assert not errors(world, "client")


def test_directions_may_differ() -> None:
    network = NetworkSetup(Impairments(delay=10 * MS), {("server", "client"): Impairments(delay=90 * MS)})
    world = run(network=network)
    assert [flight.sent_at for flight in world.trace.flights][:3] == [0, 10 * MS, 100 * MS]


@pytest.mark.row("A09")
def test_what_is_corrupted_is_lost_where_it_arrives_without_a_word() -> None:
    world = run(faults=(fault("corrupt", "client", "SYN"),))
    (lost,) = [event for event in world.trace.events if isinstance(event, SegmentLost)]
    assert (lost.why, lost.time) == ("corrupted", WAY)
    assert wire(world.trace)[:2] == ["client S 0:0(0) x", "client S 0:0(0)"]


def test_nobody_has_that_address() -> None:
    setup = a_setup((), (), injections=(Injection(5, Segment(CLIENT, 1, "203.0.113.9", 2, 0, 0, parse_flags("S"), 0)),))
    world = World(setup).run()
    (flight,) = world.trace.flights
    assert (flight.lost, flight.sender, flight.receiver) == ("no such host", "client", "")


# ---- faults ------------------------------------------------------------------------------------------------


@pytest.mark.row("Q02")
def test_the_nth_of_a_kind_is_dropped() -> None:
    world = run(faults=(fault("drop", "client", "SYN", 1, 2),))
    assert [(flight.sent_at, flight.lost) for flight in world.trace.flights[:3]] == [
        *((0, "dropped by fault"), (SECOND, "dropped by fault"), (3 * SECOND, "")),
    ]
    assert not world.unused_faults()


def test_every_one_of_a_kind_is_dropped() -> None:
    every = Fault("drop", "client", SegmentKind("SYN"), None)
    assert errors(run(faults=(every,)), "client") == ["ETIMEDOUT"]


def test_a_fault_that_never_met_its_segment_is_told() -> None:
    never = fault("drop", "client", "SYN", 9)
    met = fault("delay", "client", "SYN", by=MS)
    assert run(faults=(never, met)).unused_faults() == (never,)


@pytest.mark.parametrize(
    ("kind", "matches"),
    [
        (SegmentKind("SYN"), "S"),
        (SegmentKind("SYN-ACK"), "S."),
        (SegmentKind("ACK"), "."),
        (SegmentKind("FIN"), "F."),
        (SegmentKind("RST"), "R"),
        (SegmentKind(exact=parse_flags("F.")), "F."),
    ],
)
def test_kinds_of_segments(kind: SegmentKind, matches: str) -> None:
    for flags in ("S", "S.", ".", "F.", "R"):
        assert kind.matches(segment(flags)) is (flags == matches)
    assert SegmentKind().matches(segment("-"))
    assert SegmentKind("DATA").matches(segment("F.", octets=1))
    assert not SegmentKind("DATA").matches(segment("F."))


@pytest.mark.row("X09")
def test_a_duplicate_arrives_after_the_original() -> None:
    world = run(faults=(fault("duplicate", "client", "SYN", after=7 * MS),))
    arrivals = [(event.time, event.copy) for event in world.trace.events if isinstance(event, SegmentArrived)][:2]
    assert arrivals == [(WAY, 0), (WAY + 7 * MS, 1)]
    assert states(world, "server").count("SYN-RECEIVED") == 1


def test_a_delayed_segment_takes_longer() -> None:
    world = run(faults=(fault("delay", "client", "SYN", by=7 * MS),))
    assert world.trace.flights[0].arrivals[0].time == WAY + 7 * MS


def test_faults_and_chance_go_together() -> None:
    network = NetworkSetup(Impairments(delay=WAY, duplicate=1.0))
    world = run(faults=(fault("duplicate", "client", "SYN", after=MS),), network=network)
    assert [arrival.time for arrival in world.trace.flights[0].arrivals] == [WAY, WAY, WAY + MS]


# ---- injections --------------------------------------------------------------------------------------------


def test_an_injected_segment_travels_like_any_other() -> None:
    world = World(a_setup((), (), injections=(injected(5, "S", 7),))).run()
    sent = [event for event in world.trace.events if isinstance(event, SegmentSent)]
    assert (sent[0].host, sent[0].injected, sent[0].time) == ("server", True, 5)
    assert world.trace.flights[0].arrivals[0].time == 5 + WAY
    assert wire(world.trace, absolute=True) == ["client S 7:7(0)", "server R. 0:0(0) ack 8"]


@pytest.mark.row("K06")
def test_injected_numbers_may_be_relative_to_the_initial_ones() -> None:
    blind = Segment(CLIENT, 40_000, SERVER, 80, 2, 1, parse_flags("R."), 0)
    injections = (Injection(SECOND, blind, relative_seq=True, relative_ack=True),)
    world = World(a_setup((Connect(), Wait(5 * SECOND)), injections=injections)).run()
    assert wire(world.trace)[3:] == ["client R. 2:2(0) ack 1", "server . 1:1(0) ack 1"]
    assert states(world, "server")[-1] == "ESTABLISHED"
    assert world.trace.flights[3].segment.seq == 102


def test_a_segment_from_nobodys_address_takes_as_long_as_any() -> None:
    spoofed = Segment("198.51.100.9", 40_000, SERVER, 80, 7, 0, parse_flags("S"), 0)
    world = World(a_setup((), (), injections=(Injection(5, spoofed),))).run()
    assert world.trace.flights[0].arrivals[0].time == 5 + WAY


# ---- happenings --------------------------------------------------------------------------------------------


@pytest.mark.row("O05")
def test_a_crash_is_silent() -> None:
    world = run((Connect(), Wait(SECOND)), happenings=(Happening(500 * MS, "server", "crash"),))
    assert states(world, "client")[-1] == "ESTABLISHED"
    assert not world.hosts["server"].connections
    assert [event.what for event in world.trace.events if isinstance(event, HostEvent)] == ["crash"]


@pytest.mark.row("O07")
def test_a_host_that_is_back_knows_nothing() -> None:
    happenings = (Happening(500 * MS, "server", "crash"), Happening(600 * MS, "server", "reboot"))
    world = run((Connect(), Wait(SECOND), Send(b"x"), Recv(1)), happenings=happenings)
    assert wire(world.trace)[-1] == "server R 1:1(0)"
    assert errors(world, "client") == ["ECONNRESET"]


def test_a_program_that_is_to_start_while_the_host_is_down_does_not() -> None:
    more = (ProgramSetup("client", (Connect(),), 2 * SECOND), ProgramSetup("client", (Connect(),), 4 * SECOND))
    happenings = (Happening(SECOND, "client", "crash"), Happening(3 * SECOND, "client", "reboot"))
    world = run((), (Listen(), Serve((Recv(),))), more=more, happenings=happenings)
    assert min(flight.sent_at for flight in world.trace.flights) == 4 * SECOND


def test_a_cable_that_is_out_loses_both_ways_and_nothing_is_forgotten() -> None:
    happenings = (Happening(SECOND, "server", "unplug"), Happening(10 * SECOND, "server", "plug"))
    world = run(
        (Connect(), Wait(2 * SECOND), Send(b"x"), Recv(1), Close()),
        (Listen(), Accept(), Wait(2 * SECOND), Send(b"y"), Recv(), Close()),
        happenings=happenings,
    )
    lost = {(flight.sender, flight.lost) for flight in world.trace.flights if flight.lost}
    assert lost == {("client", "unplugged"), ("server", "unplugged")}
    assert ("recv", b"x") in returned(world, "server")
    assert states(world, "server")[-1] == states(world, "client")[-1] == "CLOSED"


def test_what_stays_inside_a_host_needs_no_cable() -> None:
    host = HostSetup("client", CLIENT, 80)
    programs = ((Listen(), Accept(), Recv()), (Connect("client", local_port=40_000), Send(b"x"), Close()))
    more = (ProgramSetup("client", programs[1], SECOND),)
    unplugged = (Happening(0, "client", "unplug"),)
    world = run(programs[0], (), more=more, hosts=(host, a_server()), happenings=unplugged)
    assert returned(world, "client")[-1] == ("recv", b"x")
    assert not any(flight.lost for flight in world.trace.flights)
    crashed = run(programs[0], (), more=more, hosts=(host, a_server()), happenings=(Happening(0, "client", "crash"),))
    assert not crashed.trace.flights


def test_what_is_under_way_when_a_host_goes_down_is_lost() -> None:
    world = run(happenings=(Happening(10 * MS, "server", "crash"),), hosts=(a_client(), a_server()))
    assert world.trace.flights[0].lost == "host down"


def test_many_hosts_with_programs_of_their_own() -> None:
    hosts = (a_server(), *(HostSetup(f"h{n}", f"192.0.2.{10 + n}") for n in range(5)))
    programs = tuple(ProgramSetup(f"h{n}", (Connect("server"), Send(b"x" * n), Recv(), Close())) for n in range(5))
    world = run((), (Listen(), Serve((Recv(), Send(b"ok"), Close()))), hosts=hosts, more=programs)
    # each waits for the other's end of stream: nothing more is sent, and nobody is at fault
    assert {states(world, f"h{n}")[-1] for n in range(5)} == {"ESTABLISHED"}
