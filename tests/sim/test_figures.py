"""The figures of RFC 9293 §3.5 and §3.6, with the RFC's own numbers, between two simulated hosts."""

import pytest
from worlds import (
    ACCEPT_AND_CLOSE,
    CLIENT,
    MS,
    SECOND,
    SERVER,
    WAY,
    a_server,
    a_setup,
    errors,
    fault,
    injected,
    numbers,
    returned,
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
    Listen,
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
from tcpsim.tcp.profiles import RFC9293
from tcpsim.trace import StateChanged

OPENED_BY_SYN_ACK = RFC9293.with_changes(figure_7=True)


@pytest.mark.row("N02")
@pytest.mark.row("N09")
@pytest.mark.row("P15")
def test_figure_6_and_figure_12() -> None:
    world = run((Connect(), Wait(SECOND), Close()))
    assert numbers(world.trace) == [
        "client <SEQ=100> SYN",
        "server <SEQ=300> <ACK=101> SYN-ACK",
        "client <SEQ=101> <ACK=301> ACK",
        "client <SEQ=101> <ACK=301> FIN",
        "server <SEQ=301> <ACK=102> ACK",
        "server <SEQ=301> <ACK=102> FIN",
        "client <SEQ=102> <ACK=302> ACK",
    ]
    assert states(world, "client") == [
        *("CLOSED", "SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED"),
    ]
    assert states(world, "server") == [
        *("CLOSED", "LISTEN", "SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"),
    ]
    assert [flight.sent_at for flight in world.trace.flights][:4] == [0, WAY, 2 * WAY, SECOND + 2 * WAY]
    opened, closed = SECOND + 2 * WAY, SECOND + 4 * WAY
    assert world.now == closed + 2 * RFC9293.msl
    assert opened < closed


@pytest.mark.row("N03")
@pytest.mark.row("J10")
@pytest.mark.parametrize("figure_7", [False, True])
def test_figure_7_simultaneous_open(figure_7: bool) -> None:
    profile = RFC9293.with_changes(figure_7=figure_7)
    hosts = (HostSetup("client", CLIENT, 40_000, (100,), profile), HostSetup("server", SERVER, 80, (300,), profile))
    programs = (
        ProgramSetup("client", (Connect(port=80), Wait(SECOND))),
        ProgramSetup("server", (Connect(port=40_000), Wait(SECOND))),
    )
    world = World(WorldSetup(hosts, programs)).run()
    assert wire(world.trace)[:4] == [
        "client S 0:0(0)",
        "server S 0:0(0)",
        "server S. 0:0(0) ack 1",
        "client S. 0:0(0) ack 1",
    ]
    assert sorted(wire(world.trace)[4:]) == ["client . 1:1(0) ack 1", "server . 1:1(0) ack 1"]
    for host in ("client", "server"):
        assert states(world, host) == ["CLOSED", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"]
        assert len(world.hosts[host].connections) == 1
    assert world.now < SECOND + 200 * MS  # without any timer


@pytest.mark.row("N04")
@pytest.mark.row("I01")
def test_figure_8_old_duplicate_syn() -> None:
    setup = a_setup(
        (Connect(), Wait(SECOND)),
        (Listen(), Accept(), Wait(SECOND)),
        injections=(injected(0, "S", 90),),
        faults=(fault("delay", "client", "SYN", by=150 * MS),),
    )
    world = World(setup).run()
    assert numbers(world.trace)[1:] == [
        "client <SEQ=100> SYN",
        "server <SEQ=300> <ACK=91> SYN-ACK",
        "client <SEQ=91> RST",
        "server <SEQ=400> <ACK=101> SYN-ACK",
        "client <SEQ=101> <ACK=401> ACK",
    ]
    assert states(world, "server") == [
        *("CLOSED", "LISTEN", "SYN-RECEIVED", "LISTEN", "SYN-RECEIVED", "ESTABLISHED"),
    ]
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "ESTABLISHED"]


@pytest.mark.row("N05")
@pytest.mark.row("J09")
def test_figure_8_when_the_real_syn_arrives_before_the_reset() -> None:
    setup = a_setup(
        (Connect(), Wait(SECOND)),
        (Listen(), Accept(), Wait(SECOND)),
        injections=(injected(0, "S", 90),),
        faults=(fault("delay", "client", "SYN", by=50 * MS),),
    )
    world = World(setup).run()
    assert numbers(world.trace)[1:] == [
        "client <SEQ=100> SYN",  # it meets SYN-RECEIVED, in whose window it lies: back to LISTEN
        "server <SEQ=300> <ACK=91> SYN-ACK",
        "client <SEQ=91> RST",  # it meets LISTEN, and is ignored
        "client <SEQ=100> SYN",
        "server <SEQ=400> <ACK=101> SYN-ACK",
        "client <SEQ=101> <ACK=401> ACK",
    ]
    moved = [event.row.trigger for event in world.trace.events if isinstance(event, StateChanged)]
    assert "rcv_syn_in_window" in moved
    assert "rcv_rst" not in moved
    assert states(world, "client")[-1] == states(world, "server")[-1] == "ESTABLISHED"


def half_open(server: Program, *, reconnects: bool) -> World:
    """They connect with the numbers of figures 9 and 10; then the client restarts, and forgets."""
    hosts = (HostSetup("client", CLIENT, 40_000, (98, 400)), HostSetup("server", SERVER, 80, (298, 700)))
    programs = [
        ProgramSetup("client", (Connect(), Send(b"a"))),
        ProgramSetup("server", (Listen(), Accept(), Recv(1), Send(b"b"), Wait(2 * SECOND), *server)),
    ]
    if reconnects:
        programs.append(ProgramSetup("client", (Connect(local_port=40_000),), start=2 * SECOND))
    happenings = (Happening(SECOND, "client", "crash"), Happening(SECOND + 1, "client", "reboot"))
    setup = a_setup(hosts=hosts, happenings=happenings)
    return World(WorldSetup(setup.hosts, tuple(programs), setup.network, happenings=happenings)).run()


@pytest.mark.row("N06")
@pytest.mark.row("T02")
def test_figure_9_half_open_found_by_a_syn() -> None:
    world = half_open((Recv(1),), reconnects=True)
    assert numbers(world.trace)[-6:] == [
        "client <SEQ=400> SYN",
        "server <SEQ=300> <ACK=100> ACK",
        "client <SEQ=100> RST",
        "client <SEQ=400> SYN",
        "server <SEQ=700> <ACK=401> SYN-ACK",
        "client <SEQ=401> <ACK=701> ACK",
    ]
    reset = [
        event for event in world.trace.events if isinstance(event, StateChanged) and event.row.trigger == "rcv_rst"
    ]
    assert [event.host for event in reset] == ["server"]
    assert returned(world, "server")[-1] == ("recv", "ECONNRESET")
    assert states(world, "client")[-2:] == ["SYN-SENT", "ESTABLISHED"]


@pytest.mark.row("N07")
@pytest.mark.row("O07")
def test_figure_10_half_open_found_by_data() -> None:
    world = half_open((Send(b"0123456789"), Recv(1)), reconnects=False)
    assert numbers(world.trace)[-2:] == ["server <SEQ=300> <ACK=100> DATA", "client <SEQ=100> RST"]
    assert errors(world, "server") == ["ECONNRESET"]


@pytest.mark.row("N08")
@pytest.mark.row("J05")
def test_figure_11_an_old_syn_between_two_passive_hosts() -> None:
    hosts = (HostSetup("client", CLIENT, 40_000), HostSetup("server", SERVER, 80, (300,)))
    programs = (ProgramSetup("client", (Listen(),)), ProgramSetup("server", (Listen(), Accept())))
    world = World(WorldSetup(hosts, programs, injections=(injected(0, "S", 90),))).run()
    assert numbers(world.trace)[1:] == ["server <SEQ=300> <ACK=91> SYN-ACK", "client <SEQ=91> RST"]
    assert states(world, "client") == ["CLOSED", "LISTEN"]
    assert states(world, "server") == ["CLOSED", "LISTEN", "SYN-RECEIVED", "LISTEN"]
    assert returned(world, "server") == []  # its user, who waits in accept, hears nothing of it
    assert not world.hosts["server"].connections
    assert not world.hosts["server"].listeners[80].syn_queue


@pytest.mark.row("N10")
@pytest.mark.row("P15")
def test_figure_13_simultaneous_close() -> None:
    both = Close()
    world = run((Connect(), Wait(SECOND), both), (Listen(), Accept(), Wait(SECOND - WAY), both))
    assert wire(world.trace)[3:5] == ["client F. 1:1(0) ack 1", "server F. 1:1(0) ack 1"]
    assert sorted(wire(world.trace)[5:]) == ["client . 2:2(0) ack 2", "server . 2:2(0) ack 2"]
    for host in ("client", "server"):
        assert states(world, host)[-5:] == ["ESTABLISHED", "FIN-WAIT-1", "CLOSING", "TIME-WAIT", "CLOSED"]


@pytest.mark.row("N12")
def test_figure_13_with_the_ack_before_the_fin() -> None:
    world = run(
        (Connect(), Wait(SECOND), Close()),
        (Listen(), Accept(), Wait(SECOND - WAY), Close()),
        faults=(fault("delay", "server", "FIN", by=200 * MS),),
    )
    assert states(world, "client")[-5:] == ["ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED"]
    assert states(world, "server")[-5:] == ["ESTABLISHED", "FIN-WAIT-1", "CLOSING", "TIME-WAIT", "CLOSED"]


@pytest.mark.row("N13")
def test_simultaneous_open_with_one_syn_lost() -> None:
    hosts = (HostSetup("client", CLIENT, 40_000, (100,)), a_server())
    programs = (
        ProgramSetup("client", (Connect(port=80), Wait(SECOND))),
        ProgramSetup("server", (Connect(port=40_000), Wait(SECOND))),
    )
    setup = a_setup(hosts=hosts, faults=(fault("drop", "client", "SYN"),))
    world = World(WorldSetup(hosts, programs, setup.network, setup.faults)).run()
    assert wire(world.trace) == [
        "client S 0:0(0) x",
        "server S 0:0(0)",
        "client S. 0:0(0) ack 1",
        "server . 1:1(0) ack 1",
    ]
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"]
    assert states(world, "server") == ["CLOSED", "SYN-SENT", "ESTABLISHED"]


@pytest.mark.row("R11")
@pytest.mark.row("M09")
def test_three_segments_close_when_the_ack_is_delayed() -> None:
    world = run(profile=RFC9293.with_changes(delayed_ack=200 * MS))
    assert wire(world.trace)[3:] == ["client F. 1:1(0) ack 1", "server F. 1:1(0) ack 2", "client . 2:2(0) ack 2"]
    assert states(world, "client")[-4:] == ["ESTABLISHED", "FIN-WAIT-1", "TIME-WAIT", "CLOSED"]
    assert states(world, "server")[-4:] == ["ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"]


@pytest.mark.row("K10")
@pytest.mark.row("J03")
@pytest.mark.parametrize("client_speaks", [False, True])
def test_the_third_ack_is_lost(client_speaks: bool) -> None:
    talk = (Send(b"hello"),) if client_speaks else ()
    world = run((Connect(), *talk, Wait(5 * SECOND), Close()), faults=(fault("drop", "client", "ACK"),))
    if client_speaks:
        assert wire(world.trace)[3:5] == ["client . 1:6(5) ack 1", "server . 1:1(0) ack 6"]
    else:
        assert wire(world.trace)[3:5] == ["server S. 0:0(0) ack 1", "client . 1:1(0) ack 1"]
    assert states(world, "server")[:4] == ["CLOSED", "LISTEN", "SYN-RECEIVED", "ESTABLISHED"]


@pytest.mark.row("J08")
@pytest.mark.row("A14")
def test_the_syn_ack_is_lost_and_the_syn_that_comes_again_finds_its_connection() -> None:
    world = run((Connect(),), (Listen(), Accept()), faults=(fault("drop", "server", "SYN-ACK"),))
    assert numbers(world.trace) == [
        "client <SEQ=100> SYN",
        "server <SEQ=300> <ACK=101> SYN-ACK",
        "client <SEQ=100> SYN",
        "server <SEQ=300> <ACK=101> SYN-ACK",  # its timer's, at the same time: no second ISS
        "server <SEQ=301> <ACK=101> ACK",
        "client <SEQ=101> <ACK=301> ACK",
    ]
    assert states(world, "server") == ["CLOSED", "LISTEN", "SYN-RECEIVED", "ESTABLISHED"]
    assert len(world.hosts["server"].connections) == world.hosts["server"].incarnations == 1


@pytest.mark.row("Q17")
@pytest.mark.row("P03")
def test_the_last_ack_is_lost() -> None:
    world = run((Connect(), Wait(SECOND), Close()), faults=(fault("drop", "client", "ACK", 2),))
    assert wire(world.trace)[5:] == [
        "server F. 1:1(0) ack 2",
        "client . 2:2(0) ack 2 x",
        "server F. 1:1(0) ack 2",
        "client . 2:2(0) ack 2",
    ]
    last = world.trace.flights[-1]
    assert world.now == last.sent_at + 2 * RFC9293.msl  # counted from the second acknowledgment, not from the first


@pytest.mark.row("Q18")
@pytest.mark.row("M19")
def test_the_last_ack_is_lost_and_time_wait_does_not_last() -> None:
    profile = RFC9293.with_changes(msl=0)
    world = run((Connect(), Wait(SECOND), Close()), profile=profile, faults=(fault("drop", "client", "ACK", 2),))
    assert wire(world.trace)[-2:] == ["server F. 1:1(0) ack 2", "client R 2:2(0)"]
    assert states(world, "server")[-1] == "CLOSED"


@pytest.mark.row("L06")
@pytest.mark.row("C06")
def test_half_close() -> None:
    world = run(
        (Connect(), Shutdown(), Send(b"no", error="EPIPE"), Recv(), Close()),
        (Listen(), Accept(), Recv(), Send(b"one "), Wait(SECOND), Send(b"two"), Close()),
    )
    assert ("recv", b"one two") in returned(world, "client")
    assert errors(world, "client") == ["EPIPE"]
    assert "R" not in "".join(line.split()[1] for line in wire(world.trace))


@pytest.mark.row("I12")
def test_a_host_connects_to_itself() -> None:
    hosts = (HostSetup("client", CLIENT, 40_000, (100, 200)), a_server())
    program = (Connect("client", port=40_000), Send(b"echo"), Recv(4), Close())
    world = World(WorldSetup(hosts, (ProgramSetup("client", program),))).run()
    assert ("recv", b"echo") in returned(world, "client")
    assert states(world, "client")[:4] == ["CLOSED", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"]
    assert not world.hosts["client"].connections
    assert ACCEPT_AND_CLOSE


@pytest.mark.row("A13")
@pytest.mark.row("A14")
def test_three_hosts_each_with_its_own_connection() -> None:
    hosts = (a_server(), HostSetup("one", "192.0.2.11", 5000), HostSetup("two", "192.0.2.12", 5000))
    session = (Recv(4), Send(b"thanks"), Close())
    programs = (
        ProgramSetup("server", (Listen(), Serve(session))),
        ProgramSetup("one", (Connect("server"), Send(b"from"), Recv(), Close())),
        ProgramSetup("two", (Connect("server"), Send(b"also"), Recv(), Close())),
        ProgramSetup("two", (Connect("server"), Send(b"more"), Recv(), Close())),
    )
    world = World(WorldSetup(hosts, programs)).run()
    assert ("recv", b"thanks") in returned(world, "one")
    assert returned(world, "two").count(("recv", b"thanks")) == 2
    assert sorted(value for name, value in returned(world, "server") if name == "recv") == [b"also", b"from", b"more"]
    assert len(world.trace.connections_of("server")) == 4  # the listener, and three children
    assert {pair.lport for pair in world.trace.connections_of("two")} == {5000, 49_152}
