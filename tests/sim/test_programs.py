"""Programs: socket calls that block as real ones do, and fail with the errno of socket interfaces."""

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

from tcpsim.sim.setup import (
    Abort,
    Accept,
    Close,
    Connect,
    Happening,
    HostSetup,
    Injection,
    Listen,
    Program,
    ProgramSetup,
    Recv,
    Send,
    Serve,
    Shutdown,
    StopListening,
    Wait,
)
from tcpsim.sim.world import World
from tcpsim.tcp import drops
from tcpsim.tcp.profiles import RFC9293
from tcpsim.tcp.states import State
from tcpsim.trace import Called, Return, Returned, StateChanged
from tcpsim.wire import Segment, parse_flags

TALK: Program = (Connect(), Send(b"ping"), Recv(4), Close())
ECHO: Program = (Listen(), Accept(), Recv(4), Send(b"pong"), Recv(), Close())


# ---- calls that block --------------------------------------------------------------------------------------


def test_each_call_returns_when_it_can() -> None:
    world = run(TALK, ECHO)
    assert returned(world, "client") == [("connect", None), ("recv", b"pong")]
    assert returned(world, "server") == [("accept", f"{CLIENT}:40000"), ("recv", b"ping"), ("recv", b"")]
    blocked = {
        (event.host, event.result.name): (event.called_at, event.time)
        for event in world.trace.events
        if isinstance(event, Returned)
    }
    assert blocked["client", "connect"] == (0, 2 * WAY)
    assert blocked["server", "accept"] == (0, 3 * WAY)
    assert blocked["client", "recv"] == (2 * WAY, 4 * WAY)


def test_recv_gathers_until_it_has_enough() -> None:
    world = run(
        (Connect(), Send(b"ab"), Wait(SECOND), Send(b"cd"), Wait(SECOND), Send(b"ef"), Close()),
        (Listen(), Accept(), Recv(3), Recv(), Close()),
    )
    assert [value for name, value in returned(world, "server") if name == "recv"] == [b"abc", b"def"]


def test_recv_to_the_end_of_the_stream_may_get_less_than_it_wants() -> None:
    world = run((Connect(), Send(b"ab"), Close()), (Listen(), Accept(), Recv(10), Recv(10), Close()))
    assert [value for name, value in returned(world, "server") if name == "recv"] == [b"ab", b""]


def test_recv_of_nothing_returns_at_once() -> None:
    world = run((Connect(), Recv(0), Close()))
    assert ("recv", b"") in returned(world, "client")


def test_wait_waits() -> None:
    world = run((Wait(3 * SECOND), Connect(), Close()))
    assert world.trace.flights[0].sent_at == 3 * SECOND


def test_a_program_may_start_later() -> None:
    assert run(client_start=7 * SECOND).trace.flights[0].sent_at == 7 * SECOND


def test_send_blocks_while_the_buffer_is_full() -> None:
    profile = RFC9293.with_changes(send_buffer=1000)
    text = bytes(range(250)) * 20
    world = run((Connect(), Send(text), Close()), (Listen(), Accept(), Recv(), Close()), profile=profile)
    assert ("send", len(text)) in returned(world, "client")
    assert ("recv", text) in returned(world, "server")


def test_send_of_nothing_sends_nothing() -> None:
    world = run((Connect(), Send(b""), Close()))
    assert all(not flight.segment.payload for flight in world.trace.flights)


@pytest.mark.row("R04")
@pytest.mark.row("R05")
def test_a_slow_reader_closes_the_window_and_opens_it_again() -> None:
    profile = RFC9293.with_changes(receive_buffer=1000)
    text = b"x" * 5000
    world = run(
        (Connect(), Send(text), Close()), (Listen(), Accept(), Wait(10 * SECOND), Recv(), Close()), profile=profile
    )
    assert ("recv", text) in returned(world, "server")
    assert any(flight.probe == "window" for flight in world.trace.flights)
    assert any(flight.segment.wnd == 0 and flight.segment.kind == "ACK" for flight in world.trace.flights)


def test_serve_runs_its_program_for_each_connection_side_by_side() -> None:
    session: Program = (Recv(1), Wait(5 * SECOND), Send(b"done"), Close())
    caller: Program = (Connect(), Send(b"x"), Recv(), Close())
    more = tuple(ProgramSetup("client", caller, start) for start in (MS, 2 * MS, 20 * SECOND))
    hosts = (HostSetup("client", CLIENT), a_server())  # a port of its own for each
    world = World(a_setup(caller, (Listen(), Serve(session)), more=more, hosts=hosts)).run()
    assert returned(world, "client").count(("recv", b"done")) == 4
    ends = [event.time for event in world.trace.events if isinstance(event, Returned) and event.result.value == b"done"]
    assert max(ends[:3]) < 6 * SECOND
    assert [
        type(step).__name__
        for step in (process.program[process.at] for process in world.hosts["server"].processes.values())
    ] == ["Serve"]


def test_two_listeners_wait_in_accept_side_by_side() -> None:
    """Each gets what comes to its own port, whoever began to wait first."""
    more = (
        ProgramSetup("server", (Listen(81), Accept(), Send(b"81"), Close()), MS),
        ProgramSetup("client", (Connect(port=81), Recv(2), Close()), 2 * MS),
        ProgramSetup("client", (Connect(port=80), Recv(2), Close()), SECOND),
    )
    world = run((), (Listen(80), Accept(), Send(b"80"), Close()), more=more)
    accepted = [event for event in world.trace.events if isinstance(event, Returned) and event.result.name == "accept"]
    assert [(event.pair.lport, event.result.process) for event in accepted if event.pair] == [(81, 1), (80, 0)]
    assert [value for name, value in returned(world, "client") if name == "recv"] == [b"81", b"80"]


# ---- calls that fail ---------------------------------------------------------------------------------------


@pytest.mark.row("G02")
@pytest.mark.row("I03")
@pytest.mark.row("W01")
def test_nobody_listens() -> None:
    world = run((Connect(), Close()), ())
    assert wire(world.trace) == ["client S 0:0(0)", "server R. 0:0(0) ack 1"]
    assert returned(world, "client") == [("connect", "ECONNREFUSED")]
    assert states(world, "client") == ["CLOSED", "SYN-SENT", "CLOSED"]
    assert states(world, "server") == ["CLOSED"]


@pytest.mark.row("Q03")
@pytest.mark.row("W02")
def test_nobody_answers() -> None:
    world = run((Connect(), Close()), (), happenings=(Happening(0, "server", "crash"),))
    assert returned(world, "client") == [("connect", "ETIMEDOUT")]
    assert [flight.sent_at // SECOND for flight in world.trace.flights] == [0, 1, 3, 7, 15, 31, 63, 123]
    assert {flight.lost for flight in world.trace.flights} == {"host down"}


@pytest.mark.row("O06")
@pytest.mark.row("W06")
def test_the_peer_is_gone() -> None:
    world = run(
        (Connect(), Wait(SECOND), Send(b"hello"), Recv(1)),
        (Listen(), Accept(), Recv()),
        happenings=(Happening(SECOND, "server", "unplug"),),
    )
    assert returned(world, "client") == [("connect", None), ("recv", "ETIMEDOUT")]


@pytest.mark.row("W03")
@pytest.mark.row("W04")
@pytest.mark.row("W05")
@pytest.mark.row("E12")
def test_the_peer_closed_without_reading() -> None:
    world = run(
        (
            *(Connect(), Send(b"hello"), Wait(SECOND)),
            *(Send(b"more", error="ECONNRESET"), Send(b"more", error="EPIPE"), Recv(), Close()),
        ),
        (Listen(), Accept(), Wait(SECOND // 2), Close()),
    )
    assert errors(world, "client") == ["ECONNRESET", "EPIPE"]
    assert returned(world, "client")[-1] == ("recv", b"")  # told once; then a socket reads the end of the stream
    assert "server R. 1:1(0) ack 6" in wire(world.trace)


@pytest.mark.row("W05")
def test_the_peer_closed_and_is_gone() -> None:
    """The first SEND is accepted here and reset there; the second fails."""
    world = run(
        (
            Connect(),
            Wait(SECOND),
            Send(b"first"),
            Wait(SECOND),
            Send(b"second", error="ECONNRESET"),
            Send(b"", error="EPIPE"),
        ),
        (Listen(), Accept(), Close()),
    )
    assert errors(world, "client") == ["ECONNRESET", "EPIPE"]


@pytest.mark.row("D06")
@pytest.mark.row("W03")
def test_what_had_arrived_before_the_reset_is_read_first() -> None:
    world = run(
        (Connect(), Wait(SECOND), Recv(5), Recv(1, error="ECONNRESET"), Recv(1)),
        (Listen(), Accept(), Send(b"hello"), Wait(SECOND // 2), Abort()),
    )
    assert [value for name, value in returned(world, "client") if name == "recv"] == [b"hello", "ECONNRESET", b""]


@pytest.mark.row("D06")
@pytest.mark.parametrize("wanted", [10, None])
def test_a_reset_before_enough_has_come(wanted: int | None) -> None:
    world = run(
        (Connect(), Wait(SECOND), Recv(wanted)),
        (Listen(), Accept(), Send(b"hello"), Wait(SECOND // 2), Abort()),
    )
    assert returned(world, "client")[-1] == ("recv", "ECONNRESET")


def test_a_reset_wakes_a_blocked_recv() -> None:
    world = run((Connect(), Recv(10)), (Listen(), Accept(), Send(b"hello"), Wait(SECOND), Abort()))
    assert returned(world, "client")[-1] == ("recv", "ECONNRESET")


def test_a_reset_wakes_a_blocked_send() -> None:
    profile = RFC9293.with_changes(send_buffer=1000, receive_buffer=1000)
    world = run((Connect(), Send(b"x" * 5000)), (Listen(), Accept(), Wait(SECOND), Abort()), profile=profile)
    assert returned(world, "client")[-1] == ("send", "ECONNRESET")


def test_a_reset_wakes_a_send_that_finds_no_room_even_then() -> None:
    profile = RFC9293.with_changes(send_buffer=500)
    world = run(
        (Connect(), Send(b"x" * 900)),
        (Listen(), Accept(), Wait(SECOND)),
        profile=profile,
        faults=(fault("drop", "server", "ACK", *range(1, 40)),),
        injections=(injected(SECOND, "R", 301, to="client"),),
    )
    assert returned(world, "client")[-1] == ("send", "ECONNRESET")


@pytest.mark.row("C07")
@pytest.mark.row("W04")
def test_send_after_shutdown() -> None:
    world = run((Connect(), Shutdown(), Send(b"no", error="EPIPE"), Shutdown(error="EPIPE"), Close()))
    assert errors(world, "client") == ["EPIPE", "EPIPE"]


def test_a_call_without_a_connection() -> None:
    calls: Program = tuple(call(error="ENOTCONN") for call in (Recv, Shutdown, Close, Abort))
    world = run((Send(b"", error="ENOTCONN"), *calls), ())
    assert errors(world, "client") == ["ENOTCONN"] * 5
    assert not world.trace.flights


def test_accept_and_stop_listening_without_a_listener() -> None:
    world = run((Accept(error="EINVAL"), StopListening(error="EINVAL")), ())
    assert errors(world, "client") == ["EINVAL", "EINVAL"]


def test_a_call_that_fails_ends_its_program() -> None:
    world = run((Connect(), Send(b"never")), ())
    called = [event.call.name for event in world.trace.events if isinstance(event, Called) and event.host == "client"]
    assert called == ["connect"]


def test_a_call_that_was_to_fail_and_did_not_ends_its_program() -> None:
    world = World(a_setup((Connect(error="ECONNREFUSED"), Close()))).run()
    assert errors(world, "client") == []
    told = [(result.name, result.error, result.expected) for result in results(world, "client")]
    assert told == [("connect", "", ""), ("connect", "", "ECONNREFUSED")]
    assert "close" not in calls(world, "client")


# ---- calls that are refused: recorded as any other ---------------------------------------------------------


def results(world: World, host: str) -> list[Return]:
    return [event.result for event in world.trace.events if isinstance(event, Returned) and event.host == host]


def calls(world: World, host: str) -> list[str]:
    return [event.call.name for event in world.trace.events if isinstance(event, Called) and event.host == host]


def test_a_refused_call_is_recorded_with_its_own_time() -> None:
    world = run((Connect(), Shutdown(), Wait(SECOND), Send(b"no", error="EPIPE"), Shutdown(error="EPIPE"), Close()))
    assert calls(world, "client") == ["connect", "shutdown", "wait", "send", "shutdown", "close"]
    refused = [event for event in world.trace.events if isinstance(event, Returned) and event.result.error]
    assert [(event.result.name, event.called_at, event.time) for event in refused] == [
        ("send", 2 * WAY + SECOND, 2 * WAY + SECOND),
        ("shutdown", 2 * WAY + SECOND, 2 * WAY + SECOND),
    ]


def test_every_kind_of_call_is_recorded_before_it_is_refused() -> None:
    refused: Program = tuple(call(error="ENOTCONN") for call in (Recv, Shutdown, Close, Abort))
    program = (Accept("EINVAL"), StopListening("EINVAL"), Send(b"", "ENOTCONN"), *refused, Connect(port=0))
    world = run(program, (Listen(), Listen(error="EADDRINUSE")))
    names = ["accept", "stop_listening", "send", "recv", "shutdown", "close", "abort", "connect"]
    assert calls(world, "client") == names
    assert [result.name for result in results(world, "client")] == names
    assert calls(world, "server") == ["listen", "listen"]


@pytest.mark.row("B02")
def test_a_refused_connect_leaves_nothing_behind() -> None:
    world = run((Connect(port=0, error="EDESTADDRREQ"), Connect(), Close()))
    assert errors(world, "client") == ["EDESTADDRREQ"]
    assert world.trace.flights[0].segment.sport == 40_000  # the host's own port is still free
    assert world.trace.flights[0].segment.seq == 100  # and its first ISS not used up
    assert not world.hosts["client"].connections


@pytest.mark.row("B05")
def test_a_refused_listener_does_not_take_what_is_meant_for_another() -> None:
    intruder = ProgramSetup("server", (Listen(error="EADDRINUSE"), Accept(error="EINVAL")), MS)
    world = run(more=(intruder,))
    assert errors(world, "server") == ["EADDRINUSE", "EINVAL"]
    accepted = [event for event in world.trace.events if isinstance(event, Returned) and event.result.name == "accept"]
    assert [event.result.process for event in accepted if not event.result.error] == [0]


# ---- addresses and ports -----------------------------------------------------------------------------------


@pytest.mark.row("B05")
def test_two_listeners_on_one_port() -> None:
    world = run((), (Listen(), Listen(error="EADDRINUSE"), Listen(81), Listen(81, reuse=True, error="EADDRINUSE")))
    assert errors(world, "server") == ["EADDRINUSE", "EADDRINUSE"]
    assert set(world.hosts["server"].listeners) == {80, 81}


@pytest.mark.row("P14")
@pytest.mark.parametrize("reuse", [False, True])
def test_a_port_in_time_wait_and_a_listener(reuse: bool) -> None:
    again = ProgramSetup("server", (Listen(reuse=reuse),), 10 * SECOND)
    world = run((Connect(), Recv(), Close()), (Listen(), Accept(), Close(), StopListening()), more=(again,))
    assert errors(world, "server") == ([] if reuse else ["EADDRINUSE"])


@pytest.mark.row("P14")
def test_an_active_openers_port_in_time_wait_and_a_listener() -> None:
    again = ProgramSetup("client", (Listen(40_000, error="EADDRINUSE"), Listen(40_000, reuse=True)), 10 * SECOND)
    assert errors(run(more=(again,)), "client") == ["EADDRINUSE"]


@pytest.mark.row("P14")
@pytest.mark.row("B08")
def test_a_pair_in_time_wait_and_an_active_open() -> None:
    again = ProgramSetup("client", (Connect(local_port=40_000, error="EADDRNOTAVAIL"), Connect()), 10 * SECOND)
    world = run(server=(Listen(), Serve((Recv(), Close()))), more=(again,))
    assert errors(world, "client") == ["EADDRNOTAVAIL"]
    assert {pair.lport for pair in world.trace.connections_of("client")} == {40_000, 49_152}


@pytest.mark.row("P02")
def test_after_time_wait_the_pair_is_free() -> None:
    again = ProgramSetup("client", (Connect(local_port=40_000), Close()), 300 * SECOND)
    world = run(server=(Listen(), Serve((Recv(), Close()))), more=(again,), iss=(100, 200))
    assert not errors(world, "client")
    assert states(world, "client").count("ESTABLISHED") == 2


@pytest.mark.row("B09")
def test_a_listener_beside_a_half_open_connection_of_its_port() -> None:
    more = (ProgramSetup("client", (Listen(40_000),), MS),)
    world = World(a_setup((Connect(),), (Listen(),), more=more)).run()
    assert not errors(world, "client")
    assert 40_000 in world.hosts["client"].listeners


@pytest.mark.row("B11")
def test_ephemeral_ports() -> None:
    more = tuple(ProgramSetup("client", (Connect(), Close()), start) for start in (MS, 2 * MS))
    hosts = (HostSetup("client", CLIENT), a_server())
    world = World(a_setup(server=(Listen(), Serve((Recv(), Close()))), more=more, hosts=hosts)).run()
    assert [pair.lport for pair in world.trace.connections_of("client")] == [49_152, 49_153, 49_154]


@pytest.mark.row("B11")
@pytest.mark.row("B10")
def test_ephemeral_ports_run_out() -> None:
    world = World(a_setup((), (), hosts=(HostSetup("client", CLIENT), a_server())))
    host = world.hosts["client"]
    for _ in range(65_536 - 49_152):
        host.new_connection(SERVER, 80, None, 0)
    from tcpsim.tcp.user_calls import CallRefused

    with pytest.raises(CallRefused, match="insufficient resources"):
        host.new_connection(SERVER, 80, None, 0)
    host.new_connection(SERVER, 81, None, 0)  # with another remote socket they are free


@pytest.mark.row("B02")
def test_a_connect_to_nobody_in_particular_among_three() -> None:
    hosts = (a_client(), a_server(), HostSetup("third", "192.0.2.3"))
    world = run((Connect(error="EDESTADDRREQ"),), (), hosts=hosts)
    assert errors(world, "client") == ["EDESTADDRREQ"]


# ---- listeners ---------------------------------------------------------------------------------------------


@pytest.mark.row("E02")
@pytest.mark.row("E03")
def test_stop_listening_resets_those_whom_nobody_accepted() -> None:
    more = (ProgramSetup("client", (Connect(error="ECONNREFUSED"),), 5 * SECOND),)
    world = World(
        a_setup(
            (Connect(), Recv()),
            (Listen(), Wait(SECOND), StopListening()),
            more=more,
        )
    ).run()
    assert errors(world, "client") == ["ECONNRESET", "ECONNREFUSED"]
    assert states(world, "server")[-1] == "CLOSED"
    assert not world.hosts["server"].listeners
    assert not world.hosts["server"].connections


@pytest.mark.row("E03")
def test_stop_listening_resets_the_half_open() -> None:
    world = World(
        a_setup(
            (Connect(), Recv()), (Listen(), Wait(60 * MS), StopListening()), faults=(fault("drop", "client", "ACK"),)
        )
    ).run()
    assert "server R. 1:1(0) ack 1" in wire(world.trace)


@pytest.mark.row("H07")
@pytest.mark.row("U01")
def test_a_syn_that_finds_no_room_is_sent_again() -> None:
    more = (ProgramSetup("client", (Connect(), Close()), 200 * MS),)  # the first waits for accept by then
    server: Program = (Listen(backlog=1), Wait(500 * MS), Accept(), Recv(), Close(), Accept(), Recv(), Close())
    world = World(a_setup((Connect(), Close()), server, more=more, hosts=(a_client(), a_server()))).run()
    syns = [flight for flight in world.trace.flights if flight.segment.kind == "SYN"]
    assert [(flight.sent_at, flight.pair.lport) for flight in syns] == [
        *((0, 40_000), (200 * MS, 49_152), (200 * MS + SECOND, 49_152)),
    ]
    assert syns[1].arrivals[0].dropped is drops.ACCEPT_QUEUE_FULL
    assert errors(world, "client") == []
    assert states(world, "client").count("ESTABLISHED") == 2


@pytest.mark.row("U01")
@pytest.mark.row("U03")
def test_a_flood_from_silent_hosts_shuts_a_client_out_until_the_half_open_are_given_up() -> None:
    flood = tuple(
        Injection(n, Segment("198.51.100.9", 1000 + n, SERVER, 80, n, 0, parse_flags("S"), 65_535)) for n in range(5)
    )
    profile = RFC9293.with_changes(syn_backlog=3)
    again = ProgramSetup("client", (Connect(), Close()), 400 * SECOND)
    world = run(
        (Connect(), Close()),
        (Listen(), Serve((Recv(), Close()))),
        profile=profile,
        injections=flood,
        client_start=SECOND,
        more=(again,),
    )
    assert errors(world, "client") == ["ETIMEDOUT"]
    assert states(world, "client").count("ESTABLISHED") == 1


def test_a_connection_that_is_reset_before_accept_is_not_accepted() -> None:
    server: Program = (Listen(), Wait(SECOND), Accept())
    world = World(a_setup((Connect(), Abort()), server)).run()
    assert [name for name, _ in returned(world, "server")] == []
    assert [process.blocked for process in world.hosts["server"].processes.values()] == [True]
    listener = world.hosts["server"].listeners[80]
    assert not listener.accept_queue
    assert listener.tcb.state is State.LISTEN


@pytest.mark.row("F07")
def test_abort() -> None:
    world = run((Connect(), Send(b"x"), Abort()), (Listen(), Accept(), Recv()))
    assert wire(world.trace)[4] == "client R. 2:2(0) ack 1"
    assert errors(world, "server") == ["ECONNRESET"]


@pytest.mark.row("E02")
def test_who_serves_hears_that_a_session_has_closed_the_listener() -> None:
    """Else it would take what a later listener on the same port is there for."""
    server: Program = (Listen(), Serve((Recv(4), StopListening(), Close())))
    later = ProgramSetup("server", (Listen(reuse=True), Accept(), Send(b"hi"), Close()), SECOND)
    again = ProgramSetup("client", (Connect(local_port=50_000), Recv(), Close()), 2 * SECOND)
    world = run((Connect(), Send(b"stop"), Close()), server, more=(later, again))
    assert errors(world, "server") == ["EINVAL"]
    assert ("recv", b"hi") in returned(world, "client")
    assert not world.hosts["server"].processes


@pytest.mark.row("D01")
@pytest.mark.row("F04")
@pytest.mark.parametrize("leads_to", ["closed", "time-wait"])
def test_after_an_abort_there_is_nothing_to_wait_for(leads_to: str) -> None:
    profile = RFC9293.with_changes(reset_leads_to=leads_to)
    world = run((Connect(), Abort(), Recv()), (Listen(), Accept(), Recv()), profile=profile)
    (answer,) = [e for e in world.trace.events if isinstance(e, Returned) and e.result.error == "ENOTCONN"]
    assert answer.time == 2 * WAY


@pytest.mark.row("P09")
def test_a_syn_that_proves_old_gives_the_time_wait_back() -> None:
    """MAY-2 (2): the host of its pretended sender knows of no such connection, and resets it."""
    old = injected(10 * SECOND, "S", 5000)
    world = run((Connect(), Recv(), Close()), (Listen(), Accept(), Close()), injections=(old,))
    assert " ".join(states(world, "server")).endswith("TIME-WAIT SYN-RECEIVED TIME-WAIT CLOSED")
    last = max(event.time for event in world.trace.events if isinstance(event, StateChanged))
    assert last >= 10 * SECOND + 2 * RFC9293.msl
    assert not world.hosts["server"].connections


@pytest.mark.row("F05")
@pytest.mark.row("P09")
@pytest.mark.parametrize("proves_old", [False, True])
def test_who_aborts_the_old_connection_does_nothing_to_the_one_that_reopens_it(proves_old: bool) -> None:
    """The abort comes while the new one is in SYN-RECEIVED; so there is no TIME-WAIT to give back any more."""
    server: Program = (Listen(), Accept(), Shutdown(), Recv(), Wait(1_800 * MS), Abort(), Accept(), Recv(2), Close())
    again: Program = (Connect(local_port=40_000), Send(b"hi"), Recv(), Close())
    world = run(
        (Connect(), Recv(), Close()),
        server,
        hosts=(a_client(iss=(100, 50_000)), a_server()),
        injections=(injected(1_950 * MS, "S", 50_000),) if proves_old else (),
        more=() if proves_old else (ProgramSetup("client", again, 1_950 * MS),),
    )
    lane = " ".join(states(world, "server"))
    assert "TIME-WAIT SYN-RECEIVED TIME-WAIT CLOSED SYN-RECEIVED" in lane
    assert lane.endswith("SYN-RECEIVED LISTEN" if proves_old else "ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
    assert (("recv", b"hi") in returned(world, "server")) is not proves_old
    assert not world.hosts["server"].connections


@pytest.mark.row("P09")
@pytest.mark.row("V03")
def test_a_new_connection_ends_the_time_wait_of_the_old_one() -> None:
    hosts = (HostSetup("client", CLIENT, 40_000, (100, 100_000)), a_server(iss=(300, 5_000)))
    server: Program = (Listen(), Serve((Send(b"hi"), Close())))
    again = ProgramSetup("client", (Connect(local_port=40_000), Recv(), Close()), 10 * SECOND)
    world = World(a_setup((Connect(), Recv(), Close()), server, hosts=hosts, more=(again,))).run()
    assert returned(world, "client").count(("recv", b"hi")) == 2
    assert states(world, "server").count("TIME-WAIT") == 2
    assert " ".join(states(world, "server")).count("TIME-WAIT SYN-RECEIVED ESTABLISHED") == 1
