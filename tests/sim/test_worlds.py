"""A world is data: the same setup gives the same trace; it can be copied, compared, hashed, stepped, and stopped."""

import gc
import hashlib
import os
import subprocess
import sys

import pytest
from worlds import (
    CLIENT,
    MS,
    SECOND,
    WAY,
    a_server,
    a_setup,
    errors,
    fault,
    run,
    states,
    wire,
)

from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
    Happening,
    HostSetup,
    Impairments,
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
from tcpsim.tcp.profiles import LINUX, RFC9293
from tcpsim.tcp.user_calls import send

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
    assert world.stopped.startswith("stopped after 100 s of virtual time, at ")
    assert world.stopped.endswith(" s; still going on: client TIME-WAIT with 192.0.2.2:80")


def test_a_stopped_run_names_blocked_programs_and_not_too_many() -> None:
    more = tuple(ProgramSetup("client", (Connect(), Recv()), start) for start in range(1, 6))
    stopped = World(a_setup(server=(Listen(), Serve((Recv(),))), more=more, limits=Limits(events=20))).run().stopped
    assert stopped.count(";") == 5
    assert stopped.endswith(" more")


def test_a_stopped_run_with_nothing_but_timers() -> None:
    waiting = World(a_setup((Wait(SECOND),), (), limits=Limits(time=SECOND // 2))).run()
    assert waiting.stopped == (
        "stopped after 0.5 s of virtual time, at 0 s; still going on: client in call 1 of its program"
    )
    crash = Happening(SECOND, "client", "crash")
    idle = World(a_setup((), (), happenings=(crash,), limits=Limits(time=SECOND // 2))).run()
    assert idle.stopped == "stopped after 0.5 s of virtual time, at 0 s; still going on: nothing but timers"


@pytest.mark.row("O03")
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
