"""How a parameter is written that is neither a time, a number, a switch nor a word: a range of ports."""

import pytest

from tcpsim.scenario import ScenarioError, loads, write
from tcpsim.tcp.profiles import LINUX

SCENARIO = """
tcpsim: 1
profile: {base: linux, ephemeral_ports: %s}
apps: {client: [connect], server: [listen, accept]}
"""


def test_a_range_of_ports_is_read_and_written_alike() -> None:
    scenario = loads(SCENARIO % "40000-40007")
    assert scenario.profile.over(LINUX).ephemeral_ports == (40_000, 40_007)
    assert "ephemeral_ports: 40000-40007" in write(scenario)
    assert loads(SCENARIO % "80-80").profile.over(LINUX).ephemeral_ports == (80, 80)


@pytest.mark.parametrize("text", ["40007-40000", "0-9", "1-65536", "40000", "a-b", "1 - 9", "[1, 9]"])
def test_what_is_no_range_of_ports(text: str) -> None:
    with pytest.raises(ScenarioError, match="is the first and the last port, such as '49152-65535', not"):
        loads(SCENARIO % text)
