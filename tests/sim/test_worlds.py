"""A world is data: the same setup gives the same trace; it can be copied, compared, hashed, stepped, and stopped."""

import gc
import hashlib
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import (
    CLIENT,
    MS,
    SECOND,
    SERVER,
    WAY,
    a_server,
    a_setup,
    errors,
    fault,
    run,
    states,
    wire,
)

from tcpsim.sim.choices import apply, choices
from tcpsim.sim.setup import (
    Abort,
    Accept,
    Close,
    Connect,
    Happening,
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
    Shutdown,
    Wait,
    WorldSetup,
)
from tcpsim.sim.world import World
from tcpsim.tcp.profiles import LINUX, RFC9293
from tcpsim.tcp.tcb import NEVER
from tcpsim.tcp.user_calls import send
from tcpsim.trace import (
    CALLED,
    Called,
    Event,
    Returned,
    SegmentArrived,
    SegmentLost,
    SegmentSent,
    StateChanged,
    TimerEvent,
)
from tcpsim.wire import Segment, parse_flags

STORMY = Impairments(delay=20 * MS, jitter=15 * MS, loss=0.15, duplicate=0.1, reorder=0.1, corrupt=0.05)


def stormy(seed: int) -> WorldSetup:
    caller: Program = (Connect("server"), Send(b"x" * 5000), Recv(5000), Close())
    server: Program = (Listen(), Serve((Recv(5000), Send(b"y" * 5000), Recv(), Close())))
    hosts = (a_server(LINUX), HostSetup("a", "192.0.2.11", profile=LINUX), HostSetup("b", "192.0.2.12"))
    programs = (ProgramSetup("server", server), ProgramSetup("a", caller), ProgramSetup("b", caller, MS))
    return WorldSetup(hosts, programs, NetworkSetup(STORMY), seed=seed)


def told(world: World) -> str:
    """Everything that happened, as text."""
    return "\n".join(repr(event) for event in world.trace.events)


# ---- determinism -------------------------------------------------------------------------------------------


@pytest.mark.row("X08")
@pytest.mark.row("V02")
def test_the_same_setup_gives_the_same_trace() -> None:
    one, other = World(stormy(1)).run(), World(stormy(1)).run()
    assert told(one) == told(other)
    assert told(World(stormy(2)).run()) != told(one)


@pytest.mark.row("X08")
def test_the_same_setup_gives_the_same_trace_in_every_process() -> None:
    """The hashes of strings differ between processes; nothing may follow from them."""
    code = "from test_worlds import *; print(hashlib.sha256(told(World(stormy(3)).run()).encode()).hexdigest())"
    here = hashlib.sha256(told(World(stormy(3)).run()).encode()).hexdigest()
    for seed in ("0", "1234"):
        out = subprocess.run(  # noqa: S603 - our own interpreter, our own words
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=os.path.dirname(__file__),  # noqa: PTH120 - shorter
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        assert out.stdout.strip() == here


def test_looking_at_a_trace_changes_nothing() -> None:
    looked, other = World(stormy(1)), World(stormy(1))
    while looked.step():
        assert looked.trace.events is not None
    assert told(looked) == told(other.run())


def test_step_by_step_is_the_same_as_at_once() -> None:
    stepped = World(a_setup())
    count = 0
    while stepped.step():
        count += 1
    whole = run()
    assert told(stepped) == told(whole)
    assert (stepped.now, stepped.events_handled, whole.events_handled) == (whole.now, count, count)
    assert not stepped.step()


# ---- copying, comparing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [0, 1, 5, 20, 60])
def test_a_copy_goes_on_as_the_original_would_and_leaves_it_alone(steps: int) -> None:
    world = World(stormy(5))
    for _ in range(steps):
        world.step()
    before = world.freeze()
    copy = world.copy()
    assert copy == world
    assert hash(copy) == hash(world)
    copy.run()
    assert world.freeze() == before
    assert copy != world
    world.run()
    assert told(copy) == told(world)
    assert copy == world


def test_worlds_that_differ_in_something_that_matters_are_not_equal() -> None:
    at_first = World(a_setup())
    assert at_first == World(a_setup())
    assert at_first != World(a_setup(seed=1))
    assert at_first != World(a_setup(delay=1))
    assert at_first != 5
    other = World(a_setup())
    other.step()
    assert other != at_first


def test_two_pasts_with_one_future_are_one_world() -> None:
    """Nothing differs but the time, and that is the past."""
    early, late = World(a_setup((), ())), World(a_setup((), ()))
    late.now = 12 * SECOND
    assert early == late
    assert hash(early) == hash(late)


def test_the_next_ephemeral_port_matters() -> None:
    one, other = World(a_setup((), ())), World(a_setup((), ()))
    other.hosts["client"].next_port += 1
    assert one != other


def test_who_waits_in_accept_matters() -> None:
    one, other = World(a_setup((), ())), World(a_setup((), ()))
    other.hosts["server"].accepting[80] = [3]
    assert one != other


def test_the_time_matters_where_a_number_is_made_from_it() -> None:
    """Initial sequence numbers and timestamps read the clock; where none can be made any more, nobody does."""
    for profile, same in ((RFC9293, True), (LINUX, False)):
        early, late = (World(a_setup((Connect(),), (Listen(), Accept()), profile=profile)) for _ in range(2))
        assert early == late
        late.now = 12 * SECOND
        assert early != late
        late.now = 0
        for world in (early, late):
            world.run()
            world.hosts["server"].listeners.clear()
        assert early == late
        late.now += 12 * SECOND
        for timers in (c.tcb.timers for host in late.hosts.values() for c in host.connections.values()):
            assert min(timers) == NEVER
        assert (early == late) is same


def test_initial_numbers_matter_to_relative_injections_to_come() -> None:
    blind = Segment(CLIENT, 40_000, SERVER, 80, 2, 0, parse_flags("R"), 0)
    injections = (Injection(5 * SECOND, blind, relative_seq=True),)
    setup = a_setup((), (), injections=injections)
    one, other = World(setup), World(setup)
    syn = Segment(CLIENT, 40_000, SERVER, 80, 77, 0, parse_flags("S"), 0)
    other.trace.add(CALLED, 0, "client", None, ("connect", 80), effects=[syn])
    assert one != other
    one.run()
    other.run()
    assert one == other  # nobody will ask any more


def test_what_is_over_does_not_matter() -> None:
    """A path that was busy, a window for challenge ACKs that is over."""
    limited = NetworkSetup(Impairments(delay=WAY, rate=1_000_000))
    one, other = World(a_setup((), (), network=limited)), World(a_setup((), (), network=limited))
    one.network.path("client", "server").busy_until = 5
    assert one != other
    one.now = other.now = 5
    assert one == other
    opened = [World(a_setup((Connect(),), (Listen(),))).run() for _ in range(2)]
    (connection,) = opened[0].hosts["client"].connections.values()
    connection.tcb.challenges = (opened[0].now, 1)
    assert opened[0] != opened[1]
    connection.tcb.challenges = (opened[0].now - 5 * SECOND, 1)
    assert opened[0] == opened[1]


CALLS = st.sampled_from([Send(b"a"), Send(b"bc"), Recv(1), Wait(30 * MS), Shutdown(), Close(), Abort()])
TALKS = st.lists(CALLS, max_size=3).map(tuple)
SMALL_WORLDS = st.builds(
    lambda client, server, two, iss, rate: a_setup(
        (Connect(), *client),
        (Listen(), Accept(), *server),
        more=(ProgramSetup("client", (Connect(), *client), 10 * MS),) * two,
        hosts=(HostSetup("client", CLIENT, iss=iss), a_server(iss=iss)),
        network=NetworkSetup(Impairments(delay=20 * MS, rate=rate)),
    ),
    *(TALKS, TALKS, st.booleans(), st.sampled_from([(), (100, 200, 300)]), st.sampled_from([None, 1_000_000])),
)


def future(world: World) -> list[object]:
    """What will happen in two seconds, with times relative to now; when a call was made is the past's."""
    first, began = len(world.trace.events), world.now
    while world.agenda.times and world.agenda.times[0] <= began + 2 * SECOND:
        world.step()
    return [_relative_to(began, event) for event in world.trace.events[first:]]


def _relative_to(began: int, event: Event) -> object:
    about: list[object] = [type(event), event.time - began, event.host, event.pair]
    match event:
        case TimerEvent(timer=timer, what=what, deadline=deadline):
            about += [timer, what, deadline - began]
        case SegmentSent(segment=segment, attempt=attempt, probe=probe):
            about += [segment, attempt, probe]
        case SegmentArrived(segment=segment) | SegmentLost(segment=segment):
            about.append(segment)
        case Called(call=call):
            about.append(call)
        case Returned(result=result):
            about.append(result)
        case StateChanged(row=row):
            about.append(row)
    return tuple(about)


@given(SMALL_WORLDS, st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_equal_has_an_equal_future(setup: WorldSetup, data: st.DataObject) -> None:
    """Walk about in a world, losing and duplicating this and that: worlds that meet go on together."""
    met: dict[object, World] = {}
    start = World(setup)
    for _ in range(3):
        world = start
        for _ in range(12):
            offered = choices(world)
            if not offered:
                break
            world = apply(world, data.draw(st.sampled_from(offered)))
            other = met.setdefault(world.freeze(), world)
            if other is not world:
                assert future(other.copy()) == future(world.copy())


def test_setups_are_values() -> None:
    assert a_setup() == a_setup()
    assert hash(a_setup()) == hash(a_setup())
    assert len({a_setup(), a_setup(), a_setup(seed=1)}) == 2


def test_a_run_makes_no_reference_cycles() -> None:
    gc.collect()
    gc.disable()
    try:
        World(stormy(1)).run()
        assert gc.collect() == 0
    finally:
        gc.enable()


# ---- limits ------------------------------------------------------------------------------------------------


def test_a_run_that_ends_by_itself_is_not_stopped() -> None:
    assert run().stopped == ""


def test_a_limit_of_events() -> None:
    world = World(a_setup(limits=Limits(events=4))).run()
    assert world.events_handled == 4
    assert world.stopped == (
        "stopped after 4 events, at 0.1 s; still going on: client FIN-WAIT-1 with 192.0.2.2:80; "
        "server SYN-RECEIVED with 192.0.2.1:40000; server in call 2 of its program"
    )


def test_a_limit_of_time() -> None:
    world = World(a_setup(limits=Limits(time=100 * SECOND))).run()
    assert world.now <= 100 * SECOND
    assert world.stopped.startswith("stopped at the bound of 100 s of virtual time (the last thing ")
    assert world.stopped.endswith(" s); still going on: client TIME-WAIT with 192.0.2.2:80")


def test_a_stopped_run_names_blocked_programs_and_not_too_many() -> None:
    more = tuple(ProgramSetup("client", (Connect(), Recv()), start) for start in range(1, 6))
    stopped = World(a_setup(server=(Listen(), Serve((Recv(),))), more=more, limits=Limits(events=20))).run().stopped
    assert stopped.count(";") == 5
    assert stopped.endswith(" more")


def test_a_stopped_run_with_nothing_but_timers() -> None:
    waiting = World(a_setup((Wait(SECOND),), (), limits=Limits(time=SECOND // 2))).run()
    assert waiting.stopped == (
        "stopped at the bound of 0.5 s of virtual time (the last thing happened at 0 s); "
        "still going on: client in call 1 of its program"
    )
    crash = Happening(SECOND, "client", "crash")
    idle = World(a_setup((), (), happenings=(crash,), limits=Limits(time=SECOND // 2))).run()
    assert idle.stopped.endswith(
        " of virtual time (the last thing happened at 0 s); still going on: nothing but timers"
    )


@pytest.mark.row("O03")
@pytest.mark.unobserved
def test_two_ends_that_acknowledge_each_other_for_ever_are_stopped() -> None:
    """RFC 1337 §2.3, hazard H2: each acknowledges what the other never sent. Only without RFC 5961's throttle."""
    profile = RFC9293.with_changes(rfc5961=False)
    limits = Limits(events=500)
    world = World(a_setup((Connect(), Wait(SECOND)), (Listen(), Accept()), profile=profile, limits=limits))
    while world.now < 3 * WAY:
        world.step()
    (client,) = world.hosts["client"].connections.values()
    (server,) = world.hosts["server"].connections.values()
    client.tcb.rcv_nxt += 100  # each believes to have received what the other has not sent
    server.tcb.rcv_nxt += 100
    world.carry_out(world.hosts["client"], client, send(client.tcb, b"x", world.now))
    assert "500 events" in world.run().stopped


def test_a_watch_is_called_now_and_then() -> None:
    seen: list[int] = []
    callers = tuple(ProgramSetup("client", (Connect(), Close()), n * MS) for n in range(1, 1000))
    hosts = (HostSetup("client", CLIENT), a_server())
    setup = a_setup(server=(Listen(), Serve((Recv(), Close()))), more=callers, hosts=hosts)
    watched = World(setup).run(lambda world: seen.append(world.events_handled))
    assert seen == [10_000]
    assert not watched.stopped


# ---- ends --------------------------------------------------------------------------------------------------


@pytest.mark.row("X07")
@pytest.mark.row("P15")
def test_a_run_ends_with_both_closed_and_nothing_left() -> None:
    world = run(faults=(fault("drop", "client", "SYN"),))
    assert states(world, "client")[-1] == states(world, "server")[-1] == "CLOSED"
    assert not world.hosts["client"].connections
    assert not errors(world, "client")
    assert wire(world.trace)[0].endswith("x")
