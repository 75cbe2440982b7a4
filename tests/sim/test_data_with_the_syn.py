"""Octets that a connect takes along with its SYN, between two hosts: kept by the receiver, or sent again (row H04)."""

import json

import pytest
from worlds import SECOND, WAY, a_client, a_server, a_setup, errors, fault, injected, returned, run, states, wire

from tcpsim.sim.setup import Accept, Close, Connect, Listen, Program, Recv, Wait
from tcpsim.sim.world import World
from tcpsim.tcp.profiles import RFC9293
from tcpsim.trace import Called, Delivered
from tcpsim.views.document import to_document
from tcpsim.views.wording import call_words

KEEP = RFC9293.with_changes(syn_data="keep")
CLIENT: Program = (Connect(data=b"hello"), Wait(SECOND), Close())
SERVER: Program = (Listen(), Accept(), Recv(5), Recv(), Close())
HANDSHAKE = ["CLOSED", "LISTEN", "SYN-RECEIVED", "ESTABLISHED"]


@pytest.mark.row("H04")
def test_kept_they_are_there_when_the_handshake_is_done() -> None:
    world = run(CLIENT, SERVER, profile=KEEP)
    assert wire(world.trace)[:3] == ["client S 0:5(5)", "server S. 0:0(0) ack 6", "client . 6:6(0) ack 1"]
    assert ("recv", b"hello") in returned(world, "server")
    assert [(event.time, event.octets) for event in world.trace.events if isinstance(event, Delivered)] == [
        (3 * WAY, 5)
    ]
    assert states(world, "server")[:4] == HANDSHAKE


@pytest.mark.row("H04")
def test_not_kept_they_are_sent_again_as_soon_as_the_handshake_is_done() -> None:
    world = run(CLIENT, SERVER)
    assert wire(world.trace)[:4] == [
        "client S 0:5(5)",
        "server S. 0:0(0) ack 1",
        "client . 1:6(5) ack 1",
        "server . 1:1(0) ack 6",
    ]
    assert world.trace.flights[2].sent_at == 2 * WAY  # no round trip more than the handshake takes
    assert ("recv", b"hello") in returned(world, "server")


@pytest.mark.row("H04")
@pytest.mark.parametrize("profile", [RFC9293, KEEP], ids=["drop", "keep"])
@pytest.mark.parametrize("lost", [("client", "SYN"), ("server", "SYN-ACK"), ("client", "ACK"), ("client", "DATA", 2)])
def test_whatever_is_lost_they_arrive_once(profile: object, lost: tuple[str, str]) -> None:
    world = run(CLIENT, SERVER, profile=profile, faults=(fault("drop", *lost),))
    assert returned(world, "server")[1:3] == [("recv", b"hello"), ("recv", b"")]
    assert errors(world, "client") == errors(world, "server") == []
    assert states(world, "client")[-1] == states(world, "server")[-1] == "CLOSED"


@pytest.mark.row("H04")
@pytest.mark.row("N04")
@pytest.mark.parametrize(("handshake", "heard"), [("three-way", []), ("two-way", [("recv", b"hello")])])
def test_the_octets_of_an_old_syn_reach_nobody_but_by_two_segments(handshake: str, heard: list[object]) -> None:
    hosts = (a_client(), a_server(KEEP.with_changes(handshake=handshake)))
    server: Program = (Listen(), Accept(), Recv(5))
    world = World(a_setup((), server, hosts=hosts, injections=(injected(0, "S", 90, data=b"hello"),))).run()
    assert [result for result in returned(world, "server") if result[0] == "recv"] == heard


def test_more_than_the_syn_takes_along_follows() -> None:
    text = bytes(range(256)) * 8
    world = run((Connect(data=text), Close()), (Listen(), Accept(), Recv(), Close()), profile=KEEP)
    assert wire(world.trace)[0] == "client S 0:532(532)"
    assert ("recv", text) in returned(world, "server")


def test_a_view_shows_them_with_the_call() -> None:
    world = run(CLIENT, SERVER)
    call = next(event.call for event in world.trace.events if isinstance(event, Called) and event.host == "client")
    assert call_words(call) == "connect(80, b'hello')"
    document = json.loads(json.dumps(to_document(world.trace)))
    arguments = [event["argument"] for event in document["events"] if event["type"] == "call"]
    assert [80, {"octets": 5, "text": "hello"}] in arguments
