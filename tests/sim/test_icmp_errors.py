"""A router that says why it drops a segment, and what becomes of a program that waits (rows W07 and W08)."""

import pytest
from worlds import MS, SECOND, WAY, a_client, a_server, a_setup, errors, returned, states

from tcpsim.sim.setup import Accept, Close, Connect, Fault, Listen, Program, Recv, SegmentKind, Send
from tcpsim.sim.world import World
from tcpsim.tcp.profiles import RFC9293, Profile
from tcpsim.trace import HostEvent, Returned, Signalled

ALL = None


def dropped(kind: str, icmp: str, *, nth: frozenset[int] | None = frozenset({1})) -> Fault:
    return Fault("drop", "client", SegmentKind(kind), nth, icmp=icmp)


def run(fault: Fault, client: Program, *, profile: Profile = RFC9293) -> World:
    server: Program = (Listen(), Accept(), Recv(), Close())
    return World(a_setup(client, server, hosts=(a_client(profile), a_server()), faults=(fault,))).run()


def returned_at(world: World, host: str) -> list[int]:
    return [event.time for event in world.trace.events if isinstance(event, Returned) and event.host == host]


@pytest.mark.row("W07")
def test_a_hard_error_refuses_a_connect_at_once() -> None:
    world = run(dropped("SYN", "port unreachable", nth=ALL), (Connect(),))
    assert errors(world, "client") == ["ECONNREFUSED"]
    assert returned_at(world, "client") == [2 * WAY]
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "CLOSED"]
    (heard,) = [event for event in world.trace.events if isinstance(event, HostEvent)]
    assert (heard.host, heard.time, heard.what) == ("client", 2 * WAY, "ICMP: port unreachable")


@pytest.mark.row("W07")
@pytest.mark.parametrize(
    ("policy", "at"), [("hard", 183 * SECOND), ("any", 2 * WAY)], ids=["it goes on trying", "it gives up at once"]
)
def test_a_soft_error_is_the_reason_in_the_end(policy: str, at: int) -> None:
    profile = RFC9293.with_changes(icmp_in_syn_sent=policy)
    world = run(dropped("SYN", "host unreachable", nth=ALL), (Connect(),), profile=profile)
    assert errors(world, "client") == ["EHOSTUNREACH"]
    assert returned_at(world, "client") == [at]


@pytest.mark.row("W07")
@pytest.mark.row("W08")
@pytest.mark.parametrize("kind", ["SYN", "ACK", "DATA", "FIN"])
def test_what_a_retransmission_mends_needs_no_error(kind: str) -> None:
    world = run(dropped(kind, "network unreachable"), (Connect(), Send(b"hello"), Close()))
    assert errors(world, "client") == errors(world, "server") == []
    assert ("recv", b"hello") in returned(world, "server")
    told = [event.signal.name for event in world.trace.events if isinstance(event, Signalled)]
    assert "kept in mind: network unreachable" in told


def test_an_unplugged_host_and_one_without_that_connection_hear_nothing_of_it() -> None:
    gone: Program = (Connect(blocking=False), Close())  # in SYN-SENT, before the error is back
    world = run(dropped("SYN", "port unreachable"), gone)
    assert errors(world, "client") == []
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "CLOSED"]
    setup = a_setup((Connect(),), (Listen(),), faults=(dropped("SYN", "port unreachable"),))
    world = World(setup)
    while world.now < 0 or not world.trace.flights:
        world.step()
    world.hosts["client"].plug(plugged=False)
    while world.now < 500 * MS and world.step():
        pass
    assert states(world, "client") == ["CLOSED", "SYN-SENT"]
    assert not [event for event in world.trace.events if isinstance(event, HostEvent)]
