"""Every path, not one: what could happen next, and small worlds searched to their very ends."""

from collections.abc import Iterator

import pytest
from worlds import CLIENT, MS, SERVER, a_server, a_setup, injected, returned, states

from tcpsim.sim.agenda import ARRIVAL
from tcpsim.sim.choices import Choice, apply, choices
from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
    HostSetup,
    Impairments,
    Listen,
    NetworkSetup,
    Program,
    ProgramSetup,
    Recv,
    Send,
    WorldSetup,
)
from tcpsim.sim.world import World
from tcpsim.tcp.profiles import RFC9293

SILENT = RFC9293.with_changes(fast_retransmit=False)


def ends(setup: WorldSetup, *, lose: int = 0, duplicate: int = 0, overtake: int = 0) -> Iterator[World]:
    """Every world in which nothing is left to happen, with at most so many of the network's mischiefs on the way."""
    start = World(setup)
    left = {"lose": lose, "duplicate": duplicate, "overtake": overtake}
    todo = [(start, left)]
    seen = {(start.freeze(), *left.values())}
    found = 0
    while todo:
        world, left = todo.pop()
        offered = choices(world)
        if not offered:
            found += 1
            yield world
        for choice in offered:
            if not left.get(choice.what, 1):
                continue
            after = apply(world, choice)
            remaining = {what: count - (what == choice.what) for what, count in left.items()}
            key = (after.freeze(), *remaining.values())
            if key not in seen:
                seen.add(key)
                assert len(seen) < 20_000, "this world is not small"
                todo.append((after, remaining))
    assert found, "no path ends"


def test_the_first_choice_is_what_the_simulation_does() -> None:
    walked, whole = World(a_setup()), World(a_setup()).run()
    while offered := choices(walked):
        assert offered[0].what == "happen"
        walked = apply(walked, offered[0])
    assert [repr(event) for event in walked.trace.events] == [repr(event) for event in whole.trace.events]


def test_a_choice_leaves_the_world_as_it_is() -> None:
    world = World(a_setup())
    for _ in range(4):
        world.step()
    before = world.freeze()
    for choice in choices(world):
        assert apply(world, choice) is not world
    assert world.freeze() == before


def test_a_stale_choice_is_an_error() -> None:
    world = World(a_setup())
    (first, *_) = choices(world)
    with pytest.raises(KeyError, match="no event"):
        apply(apply(world, first), first)


def test_what_is_due_may_be_lost_or_come_twice() -> None:
    setup = a_setup((Connect(), Send(b"a"), Send(b"b")), (Listen(),), profile=RFC9293.with_changes(nagle=False))
    world = World(setup)
    for _ in range(4):  # both programs begin; the SYN, and the SYN-ACK arrive
        world.step()
    offered = choices(world)  # an ACK and two segments of data
    assert [choice.what for choice in offered] == ["happen"] * 3 + ["lose"] * 3 + ["duplicate"] * 3
    due = offered[0].event
    lost = apply(world, Choice("lose", due))
    assert lost.trace.flights[2].lost == "loss"
    twice = apply(world, Choice("duplicate", due))
    assert len(twice.trace.flights[2].arrivals) == 1
    assert len(list(twice.agenda.pending())) == len(list(world.agenda.pending()))


def test_what_is_sent_later_may_overtake() -> None:
    network = NetworkSetup(Impairments(delay=10 * MS, jitter=9 * MS))
    world = World(a_setup((Connect(), Send(b"a"), Send(b"b")), (Listen(),), network=network))
    while not any(choice.what == "overtake" for choice in choices(world)):
        assert world.step()
    overtaking = next(choice for choice in choices(world) if choice.what == "overtake")
    ahead = choices(world)[0]
    after = apply(world, overtaking)
    assert ahead.event in after.agenda.pending()  # what was ahead is still to come, and due
    assert ahead.event[0] == after.now


def test_nothing_is_left_to_happen() -> None:
    assert choices(World(a_setup()).run()) == ()
    with pytest.raises(KeyError):
        World(a_setup()).agenda.take((10**9, ARRIVAL, "client", None))


OPEN: tuple[Program, Program] = ((Connect(),), (Listen(),))


@pytest.mark.row("X07")
@pytest.mark.row("J11")
@pytest.mark.parametrize(
    ("lose", "duplicate", "overtake"), [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0), (2, 0, 0), (1, 0, 1)]
)
def test_a_handshake_always_ends_established(lose: int, duplicate: int, overtake: int) -> None:
    for world in ends(a_setup(*OPEN, profile=SILENT), lose=lose, duplicate=duplicate, overtake=overtake):
        assert states(world, "client")[-1] == states(world, "server")[-1] == "ESTABLISHED"
        (client,) = world.hosts["client"].connections.values()
        (server,) = world.hosts["server"].connections.values()
        assert (client.tcb.snd_nxt, client.tcb.rcv_nxt) == (server.tcb.rcv_nxt, server.tcb.snd_nxt) == (101, 301)


@pytest.mark.row("X07")
@pytest.mark.row("X09")
@pytest.mark.row("X02")
@pytest.mark.parametrize(("lose", "duplicate"), [(0, 0), (1, 0), (0, 1)])
def test_a_conversation_always_ends_closed_with_every_octet_once(lose: int, duplicate: int) -> None:
    client: Program = (Connect(), Send(b"hi"), Recv(), Close())
    server: Program = (Listen(), Accept(), Recv(2), Send(b"ho"), Close())
    for world in ends(a_setup(client, server, profile=SILENT), lose=lose, duplicate=duplicate):
        assert states(world, "client")[-1] == states(world, "server")[-1] == "CLOSED"
        assert ("recv", b"ho") in returned(world, "client")
        assert ("recv", b"hi") in returned(world, "server")
        assert not world.hosts["client"].connections
        assert not world.hosts["server"].connections


@pytest.mark.row("N03")
@pytest.mark.row("N13")
@pytest.mark.row("N14")
@pytest.mark.row("X07")
@pytest.mark.parametrize("figure_7", [False, True])
@pytest.mark.parametrize("lose", [0, 1, 2])
def test_a_simultaneous_open_always_ends_established(figure_7: bool, lose: int) -> None:
    profile = SILENT.with_changes(figure_7=figure_7)
    hosts = (HostSetup("client", CLIENT, 40_000, (100,), profile), HostSetup("server", SERVER, 80, (300,), profile))
    programs = (ProgramSetup("client", (Connect(port=80),)), ProgramSetup("server", (Connect(port=40_000),)))
    for world in ends(WorldSetup(hosts, programs), lose=lose):
        assert states(world, "client")[-1] == states(world, "server")[-1] == "ESTABLISHED"


@pytest.mark.row("N10")
@pytest.mark.row("X07")
@pytest.mark.parametrize("lose", [0, 1])
def test_a_simultaneous_close_always_ends_closed(lose: int) -> None:
    setup = a_setup((Connect(), Close()), (Listen(), Accept(), Close()), profile=SILENT)
    for world in ends(setup, lose=lose):
        assert states(world, "client")[-1] == states(world, "server")[-1] == "CLOSED"


@pytest.mark.row("N04")
@pytest.mark.row("N05")
def test_an_old_duplicate_syn_never_ends_in_half_open() -> None:
    setup = a_setup(
        *OPEN,
        profile=SILENT,
        injections=(injected(0, "S", 90),),
        hosts=(HostSetup("client", CLIENT, 40_000, (100,), SILENT), a_server(SILENT)),
    )
    for world in ends(setup, overtake=1):
        assert states(world, "client")[-1] == states(world, "server")[-1] == "ESTABLISHED"
