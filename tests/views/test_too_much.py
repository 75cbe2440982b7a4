"""A picture that nobody could read is refused at once, with the reason, instead of drawn for minutes."""

import pytest

from tcpsim.sim.setup import HostSetup, WorldSetup
from tcpsim.sim.world import World
from tcpsim.trace import Trace
from tcpsim.views.ladder import MOST_HOSTS, TooMuchToDraw, ladder


def world_of(hosts: int) -> Trace:
    setups = tuple(HostSetup(f"host-{number}", f"198.51.100.{number}") for number in range(1, hosts + 1))
    return World(WorldSetup(setups)).run().trace


def test_too_many_hosts_are_refused_with_the_numbers() -> None:
    with pytest.raises(TooMuchToDraw, match=rf"{MOST_HOSTS + 1} hosts and 0 segments .* at most {MOST_HOSTS} hosts"):
        ladder(world_of(MOST_HOSTS + 1))


def test_as_many_as_may_be_are_drawn() -> None:
    assert ladder(world_of(MOST_HOSTS)).figure is not None
