"""Steps that are repeated: executed round by round, never written out."""

from worlds import MS, SECOND, WAY, a_setup, errors, returned, run, states

from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
    Limits,
    Listen,
    Program,
    ProgramSetup,
    Recv,
    Repeat,
    Send,
    Serve,
    Wait,
)
from tcpsim.sim.world import World


def octets(world: World, host: str) -> bytes:
    return b"".join(value for name, value in returned(world, host) if name == "recv")


def test_each_round_makes_the_calls_again() -> None:
    client = (Connect(), Repeat(3, (Send(b"ab"), Recv(2))), Close())
    world = run(client, (Listen(), Serve((Repeat(3, (Recv(2), Send(b"cd"))), Recv(), Close()))))
    assert octets(world, "server") == b"ababab"
    assert octets(world, "client") == b"cdcdcd"
    assert states(world, "client")[-1] == "CLOSED"
    assert not world.hosts["client"].processes


def test_repeats_nest_and_what_stands_behind_them_follows() -> None:
    inner = Repeat(2, (Send(b"b"),))
    client: Program = (Connect(), Repeat(2, (Send(b"a"), inner, Repeat(1, (Send(b"c"),)))), Send(b"d"), Close())
    world = run(client)
    assert octets(world, "server") == b"abbcabbcd"


def test_a_program_may_be_nothing_but_rounds() -> None:
    world = run((Repeat(2, (Repeat(2, (Wait(SECOND),)),)),), ())
    assert world.now == 4 * SECOND


def test_no_rounds_are_none() -> None:
    world = run((Repeat(0, (Wait(SECOND),)), Repeat(2, ()), Wait(MS)), ())
    assert world.now == MS


def test_connections_one_after_the_other() -> None:
    world = run((Repeat(4, (Connect(), Close())),), (Listen(), Repeat(4, (Accept(), Recv(), Close()))))
    assert [pair.lport for pair in world.trace.connections_of("client")] == [40_000, 49_152, 49_153, 49_154]
    assert returned(world, "client") == [("connect", None)] * 4


def test_a_call_that_fails_ends_the_rounds_and_the_program() -> None:
    world = run((Connect(), Repeat(5, (Close(), Send(b"x"))), Wait(SECOND)), (Listen(), Accept()))
    assert errors(world, "client") == ["EPIPE"]
    assert ("wait", None) not in returned(world, "client")
    assert not world.hosts["client"].processes


def test_a_failure_that_was_expected_goes_on_with_the_round() -> None:
    world = run((Repeat(3, (Connect(error="ECONNREFUSED"), Wait(MS))),), ())
    assert errors(world, "client") == ["ECONNREFUSED"] * 3


def test_a_world_within_a_round_can_be_copied_and_compared() -> None:
    setup = a_setup((Connect(), Repeat(3, (Send(b"ab"), Wait(SECOND))), Close()))
    world = World(setup)
    while world.now < SECOND:
        world.step()
    copy = world.copy()
    assert copy == world
    assert hash(copy) == hash(world)
    world.run()
    assert copy != world
    copy.run()
    assert copy == world
    assert octets(copy, "server") == octets(world, "server") == b"ababab"


def test_rounds_still_to_come_are_not_one_and_the_same() -> None:
    """Two worlds that differ in nothing but how often a program will go round have different futures."""
    once, twice = (World(a_setup((Connect(), Repeat(2, (Wait(SECOND),))), ())) for _ in range(2))
    for world in (once, twice):
        [process] = world.hosts["client"].processes.values()
        process.begin_rounds(Repeat(2, (Wait(SECOND),)))
    [process] = twice.hosts["client"].processes.values()
    assert once == twice
    process.end_round()
    assert once != twice


def test_a_round_in_which_something_is_opened_may_open() -> None:
    world = World(a_setup((Repeat(2, (Connect(), Wait(SECOND))), Wait(SECOND)), (Listen(), Accept(), Accept())))
    expected = {SECOND // 2: True, 3 * SECOND // 2: False, 5 * SECOND // 2: False}  # the last round's wait, and behind
    for time, may_open in expected.items():
        while world.agenda.times[0] < time:
            world.step()
        [process] = world.hosts["client"].processes.values()
        assert process.may_open == may_open


def test_a_limit_tells_which_call_was_going_on() -> None:
    programs = (Connect(), Repeat(9, (Send(b"a"), Recv(1)))), (Listen(), Accept())
    setup = a_setup(*programs, limits=Limits(time=WAY // 2), more=(ProgramSetup("server", (Wait(SECOND),)),))
    assert "client in call 1 of its program" in World(setup).run().stopped
    later = a_setup(*programs, limits=Limits(time=SECOND), more=(ProgramSetup("server", (Wait(2 * SECOND),)),))
    assert "client in call 2 of its program (in a repeat, call 2)" in World(later).run().stopped


def test_a_million_rounds_take_no_memory_before_they_run() -> None:
    program: Program = (Repeat(1_000_000, (Repeat(1_000_000, (Wait(SECOND),)),)),)
    world = World(a_setup(program, (), limits=Limits(time=10 * SECOND))).run()
    assert world.events_handled == 11
