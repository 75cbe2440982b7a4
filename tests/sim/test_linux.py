"""The profile `linux` against a Linux kernel: worlds set up as captures were, compared segment by segment.

Linux 6.18, 10 ms each way, default sysctls but where a test says otherwise. Flags, numbers, lengths, options and their
order must be the same, and the order of the segments; a kernel's clock ticks and its relay take time of their own, so
a segment's time may differ by `SLACK`. The pauses of the programs are those of the programs that were captured.

What the profile does not match is listed in docs/profiles.md.
"""

from typing import Any, Final

import pytest
from captures import Said, said_by_kernel, said_in_simulation
from worlds import MS, SECOND, errors, fault, states

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
    Program,
    ProgramSetup,
    Recv,
    SegmentKind,
    Send,
    Shutdown,
    Wait,
    WorldSetup,
)
from tcpsim.sim.world import World
from tcpsim.tcp.profiles import LINUX, Profile
from tcpsim.trace import StateChanged, iterate
from tcpsim.views.text import text
from tcpsim.wire import MaximumSegmentSize, Segment, parse_flags

CLIENT, SERVER = "10.0.0.1", "10.0.0.2"
WAY: Final = 10 * MS
SLACK: Final = 0.020  # s: two relays, a tick of 4 ms, and whoever shared the processor
LATE: Final = 0.06  # a kernel's timers are the later the longer they run: so much of the time that has passed

# What most captures begin with: "hello", and "world" in answer. The client speaks when the server has accepted.
ASKS: Final[Program] = (Connect(), Wait(12 * MS), Send(b"hello"), Recv(5))
ANSWERS: Final[Program] = (Listen(), Accept(), Recv(5), Send(b"world"))
CLIENT_CLOSES: Final[Program] = (*ASKS, Wait(100 * MS), Close())
SERVER_CLOSES_LATER: Final[Program] = (*ANSWERS, Recv(), Wait(250 * MS), Close())


def a_world(
    client: Program = CLIENT_CLOSES,
    server: Program = SERVER_CLOSES_LATER,
    *,
    profile: Profile = LINUX,
    server_profile: Profile = LINUX,
    ports: tuple[int, int] = (40_000, 80),
    **more: Any,
) -> WorldSetup:
    hosts = (
        HostSetup("client", CLIENT, ports[0], (1_000,), profile),
        HostSetup("server", SERVER, ports[1], (5_000,), server_profile),
    )
    programs = tuple(ProgramSetup(*each) for each in (("client", client), ("server", server)) if each[1])
    more["programs"] = programs + more.pop("more", ())
    return WorldSetup(hosts, network=NetworkSetup(Impairments(delay=WAY)), **more)


def as_captured(setup: WorldSetup, capture: str) -> World:
    """Run the world: from its first segment on the host of the capture sees what the kernel's host saw."""
    world = World(setup).run()
    host = SERVER if capture.endswith(".server") else CLIENT
    alike(said_in_simulation(world.trace, host), said_by_kernel(f"{capture}.pcap"))
    return world


def alike(ours: list[Said], kernels: list[Said]) -> None:
    assert [said.text for said in ours] == [said.text for said in kernels]
    for mine, its in zip(ours, kernels, strict=True):
        assert abs(mine.at - its.at) <= max(SLACK, LATE * its.at), (mine, its)


# ---- a handshake, some words, and the end ------------------------------------------------------------------


def test_four_segments_to_close_and_the_fin_is_acknowledged_late() -> None:
    """After question and answer the connection counts as interactive: the ACK of the FIN waits 40 ms for company."""
    as_captured(a_world(), "clean_four_way")


def test_without_data_the_fin_is_acknowledged_at_once() -> None:
    client: Program = (Connect(), Wait(12 * MS), Close())
    as_captured(a_world(client, (Listen(), Accept(), Recv(), Wait(250 * MS), Close())), "clean_no_data")


def test_three_segments_to_close_when_the_user_is_quicker_than_the_delayed_ack() -> None:
    as_captured(a_world(server=(*ANSWERS, Recv(), Close())), "three_segment_close")


def test_the_server_closes_first() -> None:
    client: Program = (*ASKS, Recv(), Wait(250 * MS), Close())
    as_captured(a_world(client, (*ANSWERS, Wait(110 * MS), Close())), "server_closes_first")


def test_both_close_at_once() -> None:
    client: Program = (*ASKS, Wait(100 * MS), Close())
    world = as_captured(a_world(client, (*ANSWERS, Wait(112 * MS), Close())), "simultaneous_close")
    assert "CLOSING" in states(world, "client")


def test_a_half_close() -> None:
    """The quick acknowledgments of a receiver that says nothing: each segment's leaves at once."""
    client: Program = (Connect(), Wait(12 * MS), Send(b"request"), Wait(10 * MS), Shutdown(), Recv(), Close())
    speaks: Program = (Send(bytes(100)), Wait(120 * MS)) * 3
    server: Program = (Listen(), Accept(), Recv(7), Recv(), Wait(190 * MS), *speaks, Close())
    as_captured(a_world(client, server), "half_close")


def test_without_timestamps() -> None:
    as_captured(a_world(profile=LINUX.with_changes(timestamps=False)), "no_timestamps")


def test_both_connect_at_once() -> None:
    """The last ACKs report the SYN that came twice, with the SYN-ACK (D-SACK)."""
    client: Program = (Connect(port=5002), Wait(480 * MS), Send(b"hello"), Wait(200 * MS), Close())
    server: Program = (Connect(port=5001), Recv(5), Recv(), Wait(240 * MS), Close())
    as_captured(a_world(client, server, ports=(5001, 5002)), "simultaneous_open")


# ---- lost, and sent again ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("capture", "lost"), [("syn_lost_once", (1,)), ("syn_lost_twice", (1, 2))])
def test_a_syn_is_lost(capture: str, lost: tuple[int, ...]) -> None:
    as_captured(a_world(faults=(fault("drop", "client", "SYN", *lost),)), capture)


@pytest.mark.parametrize("capture", ["synack_lost_once", "synack_lost_once.server"])
def test_a_syn_ack_is_lost(capture: str) -> None:
    """The SYN that comes again is answered, and the timer starts anew: but one SYN-ACK is sent again.

    The first SYN takes a little longer, for both ends' timers would expire at the same moment else.
    """
    faults = (fault("drop", "server", "SYN-ACK"), fault("delay", "client", "SYN", by=2 * MS))
    as_captured(a_world(faults=faults), capture)


@pytest.mark.parametrize("capture", ["final_ack_lost_silent", "final_ack_lost_silent.server"])
def test_the_last_ack_of_the_handshake_is_lost(capture: str) -> None:
    client: Program = (Connect(), Wait(1_012 * MS), Send(b"hello"), Recv(5), Wait(100 * MS), Close())
    as_captured(a_world(client, faults=(fault("drop", "client", "ACK"),)), capture)


@pytest.mark.parametrize(
    ("capture", "sender", "kind", "nth", "later"),
    [
        ("fin_lost_once", "client", "FIN", 1, 250 * MS),
        ("fin_ack_lost", "server", "ACK", 2, 612 * MS),  # the FIN that came again is reported (D-SACK)
        ("last_ack_lost", "client", "ACK", 3, 250 * MS),
    ],
)
def test_a_segment_of_the_close_is_lost(capture: str, sender: str, kind: str, nth: int, later: int) -> None:
    """The FIN is sent again by a tail-loss probe, after 220 ms where the round trip takes 20 ms."""
    server: Program = (*ANSWERS, Recv(), Wait(later), Close())
    world = as_captured(a_world(server=server, faults=(fault("drop", sender, kind, nth),)), capture)
    assert "tail-loss probe after 220 ms" in text(world.trace)


def test_a_fin_that_nobody_answers_and_nobody_waits_for() -> None:
    """The probe is no step towards giving up, and does not double the RTO: 0.22, 0.22, 0.44, 0.88, and gone."""
    profile = LINUX.with_changes(orphan_retries=3)  # tcp_orphan_retries=3
    setup = a_world(profile=profile, faults=(Fault("drop", "client", SegmentKind("FIN"), nth=None),))
    world = as_captured(setup, "fin_lost_forever_orphan")
    assert gone(world, "client") == pytest.approx(3.836, rel=LATE)


def gone(world: World, host: str) -> float:
    """When the last connection of a host ended (s)."""
    return float(max(event.time for event in iterate(world.trace, StateChanged) if event.host == host)) / 1e6


@pytest.mark.parametrize(
    ("capture", "changes", "gives_up"),
    [
        ("blackhole_default", {}, 133.9),
        ("blackhole_no_linear", {"syn_linear_retries": 0, "syn_retries": 5}, 64.2),
        ("blackhole_user_timeout", {"user_timeout": 2500 * MS}, 2.54),
    ],
)
def test_every_syn_is_lost(capture: str, changes: dict[str, Any], gives_up: float) -> None:
    nothing_arrives = (Fault("drop", "client", SegmentKind(), nth=None),)
    setup = a_world((Connect(error="ETIMEDOUT"),), profile=LINUX.with_changes(**changes), faults=nothing_arrives)
    world = as_captured(setup, capture)
    assert errors(world, "client") == ["ETIMEDOUT"]
    assert gone(world, "client") == pytest.approx(gives_up, rel=LATE)


def test_a_syn_ack_that_nobody_answers() -> None:
    """At 0, 1, 3, 7, 15 and 31.5 s, and it is given up at 64 s: measured, but the capture is not kept."""
    syn = Injection(0, Segment(CLIENT, 43_000, SERVER, 80, 7_000, 0, parse_flags("S"), 64_240))
    nothing_arrives = (Fault("drop", "server", SegmentKind(), nth=None),)
    world = World(a_world((), (Listen(),), injections=(syn,), faults=nothing_arrives)).run()
    _, *syn_acks = said_in_simulation(world.trace, SERVER)
    assert [said.at for said in syn_acks] == pytest.approx([0, 1, 3, 7, 15, 31.5], rel=LATE)
    assert gone(world, "server") == pytest.approx(64, rel=LATE)


def test_the_first_of_six_segments_is_lost() -> None:
    """Three duplicate ACKs with SACK, and it is sent again: Nagle's algorithm is off."""
    nodelay = LINUX.with_changes(nagle=False)
    six: Program = (Send(bytes(100)), Wait(2_200)) * 6
    client: Program = (*ASKS, Wait(100 * MS), *six, Wait(302 * MS), Close())
    setup = a_world(client, profile=nodelay, faults=(fault("drop", "client", "DATA", 2),))
    as_captured(setup, "data_lost_fast_retransmit")


def test_thirty_thousand_octets_leave_as_their_acknowledgments_come() -> None:
    """Ten segments, then two for each ACK, then the FIN: what the client says, up to there.

    What came between, and when within microseconds, was chance; and the kernel's last ACKs were not delayed.
    """
    client: Program = (Connect(), Wait(12 * MS), Send(bytes(30_000)), Wait(24 * MS), Close())
    world = World(a_world(client, (Listen(), Accept(), Recv(), Wait(250 * MS), Close()))).run()
    both = said_in_simulation(world.trace, CLIENT), said_by_kernel("bulk_30k.pcap")
    ours, kernels = ([said for said in each if said.text.startswith("client")] for each in both)
    assert len(kernels) == 25
    alike(ours[:24], kernels[:24])


# ---- twice -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("capture", "sender", "kind"),
    [("dup_syn", "client", "SYN"), ("dup_synack", "server", "SYN-ACK"), ("dup_data", "client", "DATA")],
)
def test_a_segment_comes_twice(capture: str, sender: str, kind: str) -> None:
    """Data that came twice is reported (D-SACK); a SYN-ACK that did is only acknowledged."""
    as_captured(a_world(faults=(fault("duplicate", sender, kind, after=5 * MS),)), capture)


# ---- resets ------------------------------------------------------------------------------------------------


def test_nobody_listens() -> None:
    setup = a_world((Connect(port=81, error="ECONNREFUSED"),), ())
    as_captured(setup, "closed_port_rst")


def test_close_with_octets_unread() -> None:
    client: Program = (Connect(), Wait(112 * MS), Close())
    server: Program = (Listen(), Accept(), Wait(2 * MS), Send(b"unread"), Wait(290 * MS), Recv(error="ECONNRESET"))
    as_captured(a_world(client, server), "close_unread_data_rst")


def test_close_before_anything_has_come() -> None:
    client: Program = (Connect(blocking=False), Wait(300 * MS), Close())
    as_captured(a_world(client, (), faults=(fault("drop", "client", "SYN"),)), "close_in_syn_sent")


def test_a_server_that_has_forgotten() -> None:
    client: Program = (*ASKS, Wait(400 * MS), Send(b"hello"), Wait(300 * MS), Recv(error="ECONNRESET"))
    happenings = (Happening(154 * MS, "server", "crash"), Happening(155 * MS, "server", "reboot"))
    as_captured(a_world(client, (*ANSWERS, Recv()), happenings=happenings), "half_open_rst")


def test_forged_syns_are_questioned() -> None:
    """Out of the window, within it, and exact: each draws a challenge ACK, though it has no timestamp."""
    client: Program = (*ASKS, Wait(2_214 * MS), Send(b"hello"), Recv(5), Wait(100 * MS), Close())
    server: Program = (*ANSWERS, Recv(5), Send(b"world"), Recv(), Wait(250 * MS), Close())
    mss = (MaximumSegmentSize(1460),)
    syns = [(142, 1_000 + 100_000_006), (849, 1_000 + 1_006), (1_553, 1_000 + 6)]
    forged = tuple(
        Injection(at * MS, Segment(CLIENT, 40_000, SERVER, 80, seq, 0, parse_flags("S"), 64_240, b"", mss))
        for at, seq in syns
    )
    as_captured(a_world(client, server, injections=forged), "challenge_ack_blind_syn.server")


def test_odd_flags_to_a_listener_and_to_nobody() -> None:
    """LISTEN answers what acknowledges something, and nothing else; CLOSED answers all but resets."""
    flags = ("A", "R", "RA", "SA", "F", "FA", "PA", "SF", "SR", "")
    times = (
        0,
        141,
        258,
        381,
        623,
        754,
        949,
        1082,
        1207,
        1333,
        1457,
        1579,
        1705,
        1831,
        1953,
        2077,
        2203,
        2327,
        2447,
        2573,
    )
    odd = tuple(
        Injection(at * MS, Segment(CLIENT, 43_000, SERVER, port, 7_000, 9_000, bits(letters), 64_240))
        for at, (port, letters) in zip(times, ((port, letters) for port in (80, 81) for letters in flags), strict=True)
    )
    as_captured(a_world((), (Listen(),), injections=odd), "stray_to_listen_and_closed.server")


def bits(letters: str) -> int:
    return sum(parse_flags("." if letter == "A" else letter) for letter in letters)


def test_an_orphan_in_fin_wait_2_is_gone_after_a_minute_and_a_later_fin_draws_a_reset() -> None:
    world = World(a_world(server=(*ANSWERS, Recv(), Wait(90 * SECOND), Close()))).run()
    assert [said.text for said in said_in_simulation(world.trace, CLIENT)][-2:] == [
        "server F. 6:6(0) ack 7 <nop,nop,TS>",
        "client R 7:7(0)",
    ]
    assert states(world, "client")[-2:] == ["FIN-WAIT-2", "CLOSED"]


# ---- time ---------------------------------------------------------------------------------------------------


def test_keep_alive_that_is_answered() -> None:
    """Idle for a second, a probe each second: without an octet, and an old number."""
    profile = LINUX.with_changes(keep_alive=True, keep_alive_idle=SECOND, keep_alive_interval=SECOND)
    client: Program = (Connect(), Wait(4_312 * MS), Close())
    server: Program = (Listen(), Accept(), Recv(), Wait(250 * MS), Close())
    as_captured(a_world(client, server, profile=profile), "keepalive_answered")


def test_time_wait_lasts_a_minute() -> None:
    world = as_captured(a_world(), "clean_four_way")
    entered = next(e.time for e in iterate(world.trace, StateChanged) if str(e.destination) == "TIME-WAIT")
    assert gone(world, "client") - entered / 1e6 == 60.0


def test_the_same_port_again_out_of_time_wait() -> None:
    """By a connect that names the port: at once, with the ISS 65,537 beyond the last number that was used."""
    asks: Program = (Connect(), Wait(25 * MS), Send(b"hello"), Recv(5), Wait(100 * MS), Close())
    client: Program = (*asks, Wait(770 * MS), Connect(local_port=40_000))
    server: Program = (*SERVER_CLOSES_LATER, Accept(), Wait(SECOND))
    world = World(a_world(client, server)).run()
    *before, syn = said_in_simulation(world.trace, CLIENT)[:12]
    *kernels, its_syn = said_by_kernel("time_wait_client_connect_again.pcap")[:12]
    alike(before, kernels)
    # The kernel counts on timestamps already, and so offers 45 segments of 1,448 octets, not 44 of 1,460.
    alike([syn], [its_syn._replace(text=its_syn.text.replace("win 65160", "win 64240"))])
