"""Nobody starves: whatever the network loses, delays and repeats, once it heals all octets arrive and both ends close.

Worlds are drawn by number. Their TCPs never give up, and differ in what may hold a sender back: buffers, segment sizes,
windows that are scaled, Nagle's algorithm, delayed acknowledgments, the congestion window and its rules, probes. A
world's losses are of the first 200 segments at most; then nothing is lost any more.
"""

from random import Random
from typing import Any, Final, Literal

import pytest
from worlds import CLIENT, MS, SECOND, SERVER

from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
    Fault,
    HostSetup,
    Impairments,
    Limits,
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
from tcpsim.tcp.profiles import PROFILES, Profile
from tcpsim.trace import Delivered, Returned

MANY: Final = 1_000
FEW: Final = 25
FOR_EVER: Final = 1 << 60
# Nobody gives up, whatever the network does; and whoever has closed still takes in what comes.
PATIENT: Final[dict[str, Any]] = {
    "r2": FOR_EVER,
    "r2_syn": FOR_EVER,
    "syn_retries": 1_000,
    "syn_ack_retries": 1_000,
    "orphan_retries": 1_000,
    "user_timeout": None,
    "connect_timeout": None,
    "orphan_timeout": None,
    "reset_unread": False,
}
DRAWN: Final[dict[str, tuple[Any, ...]]] = {
    "mss": (100, 250, 536, 1_460),
    "send_buffer": (400, 3_000, 20_000, 100_000),
    "receive_buffer": (70, 400, 3_000, 20_000, 100_000),
    "window_scale": (None, 0, 3, 7, 14),
    "nagle": (False, True),
    "minshall": (False, True),
    "delayed_ack": (None, 40 * MS, 200 * MS),
    "congestion_control": ("off", "newreno"),
    "initial_window": ("rfc5681", "rfc6928", "ten-segments"),
    "slow_start_limit": (1, 2, None),
    "open_unused_window": (False, True),
    "restart_after_idle": (False, True),
    "tail_loss_probe": (None, 20 * MS, 200 * MS),
    "sack": (False, True),
    "timestamps": (False, True),
    "empty_window_probe": (False, True),
    "sws_override": (None, 1, 500 * MS),
    "offer_small_room": (False, True),
    "window_update": ("half-shut", "quarter"),
    "whole_segment_buffers": (False, True),
    "data_retries": (None, 1_000),
}
ACTIONS: Final[tuple[Literal["drop", "delay", "duplicate"], ...]] = ("drop", "delay", "duplicate")
NUMBERS: Final = (100, 0xFFFF_F000, 0x7FFF_F000)  # initial sequence numbers that wrap, or come half round


def a_profile(draw: Random, base: Profile) -> Profile:
    changes = {name: draw.choice(values) for name, values in DRAWN.items() if draw.random() < 0.3}
    return base.with_changes(**{"data_retries": 1_000, **PATIENT, **changes})


def sending(draw: Random, octets: int) -> Program:
    steps: list[Any] = []
    while octets:
        some = min(octets, draw.choice((1, 50, 536, 1_000, 3_000, 8_000, octets)))
        steps.append(Send(bytes(some), more=draw.random() < 0.1))
        octets -= some
        if draw.random() < 0.2:
            steps.append(Wait(draw.choice((10 * MS, 300 * MS, 2 * SECOND))))
    return tuple(steps)


def reading(draw: Random, octets: int) -> Program:
    steps: list[Any] = [Wait(draw.choice((0, 100 * MS, 20 * SECOND)))]
    while octets and len(steps) < 60:
        some = min(octets, draw.choice((1, 100, 500, 1_500, 4_000)))
        steps.append(Recv(some))
        octets -= some
        if draw.random() < 0.3:
            steps.append(Wait(draw.choice((MS, 50 * MS, 700 * MS))))
    return (*steps, Recv(octets)) if octets else tuple(steps)


def losses(draw: Random, sender: str) -> list[Fault]:
    """Some of the first segments are lost, one by one and in a row; a few come late, or twice."""
    likely, until, row = draw.choice((0.02, 0.1, 0.3, 0.6)), draw.choice((20, 60, 200)), draw.randrange(3, 40)
    lost = {number for number in range(1, until) if draw.random() < likely} | set(range(row, row + draw.randrange(9)))
    faults = [Fault("drop", sender, SegmentKind(), frozenset(lost))]
    for kind in ("DATA", "ACK", "FIN"):
        nth, late = frozenset(draw.randrange(1, 30) for _ in range(4)), draw.choice((5 * MS, 200 * MS, 3 * SECOND))
        faults.append(Fault(draw.choice(ACTIONS), sender, SegmentKind(kind), nth, by=late, after=late))
    return faults


def a_world(number: int, base: Profile) -> tuple[WorldSetup, dict[str, int]]:
    """A bulk transfer, and how many octets each host is to get."""
    draw = Random(number)
    client, server = a_profile(draw, base), a_profile(draw, base)
    octets, back = draw.choice((2_000, 8_000, 20_000)), draw.choice((0, 0, 1, 2_000, 8_000))
    talks_first = draw.random() < 0.5 and back <= server.send_buffer  # if it finds room: who opened does not read yet
    programs = (
        (Connect(), *sending(draw, octets), Shutdown(), Recv(), Close()),
        (
            *(Listen(), Accept(), *(sending(draw, back) if talks_first else ())),
            *reading(draw, octets),
            *(() if talks_first else sending(draw, back)),
            *(Recv(), Close()),
        ),
    )
    setup = WorldSetup(
        hosts=(
            HostSetup("client", CLIENT, 40_000, (draw.choice(NUMBERS),), client),
            HostSetup("server", SERVER, 80, (draw.choice(NUMBERS),), server),
        ),
        programs=(ProgramSetup("client", programs[0]), ProgramSetup("server", programs[1])),
        network=NetworkSetup(
            Impairments(delay=draw.choice((0, 5 * MS, 150 * MS)), rate=draw.choice((None, 1_000_000)))
        ),
        faults=(*losses(draw, "client"), *losses(draw, "server")),
        limits=Limits(time=3 * 24 * 3_600 * SECOND),
    )
    return setup, {"server": octets, "client": back}


def ends_well(number: int, base: Profile) -> None:
    setup, expected = a_world(number, base)
    world = World(setup).run()
    assert not world.stopped, (number, world.stopped)
    delivered = dict.fromkeys(expected, 0)
    for event in world.trace.events:
        if isinstance(event, Delivered):
            delivered[event.host] += event.octets
        assert not (isinstance(event, Returned) and event.result.error), (number, event)
    assert delivered == expected, number
    assert not any(host.connections for host in world.hosts.values()), number


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_everything_arrives_once_the_network_heals(profile: Profile) -> None:
    for number in range(FEW):
        ends_well(number, profile)


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_everything_arrives_in_many_worlds(profile: Profile) -> None:
    for number in range(FEW, MANY):
        ends_well(number, profile)
