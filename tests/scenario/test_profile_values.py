"""How parameters are written whose values have bounds of their own, and a range of ports."""

import pytest
from jsonschema import Draft7Validator

from tcpsim.scenario import ScenarioError, loads, run, write
from tcpsim.scenario.schema import json_schema
from tcpsim.scenario.yaml_source import parse
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


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("mss: 0", "is a whole number from 1 to 65,535, not 0"),
        ("mss: 65536", "is a whole number from 1 to 65,535, not 65536"),
        ("mss_default: 0", "is a whole number from 1 to 65,535, not 0"),
        ("window_scale: 15", "is a whole number from 0 to 14, not 15"),
        ("send_buffer: 1073741825", "is a whole number from 0 to 1,073,741,824, not 1073741825"),
        ("rto_initial: 0ms", "begins anew whenever it is over, and would never be with '0ms'; write 1us or more"),
        ("rto_max: 0.000 s", "begins anew whenever it is over"),
        ("rto_variance_min: 0us", "begins anew whenever it is over"),
        ("keep_alive_idle: 0h", "begins anew whenever it is over"),
        ("keep_alive_interval: 00min", "begins anew whenever it is over"),
    ],
)
def test_what_no_tcp_could_live_with(parameter: str, message: str) -> None:
    text = f"tcpsim: 1\nprofile: {{{parameter}}}\n"
    with pytest.raises(ScenarioError) as caught:
        loads(text)
    [problem] = caught.value.problems
    assert problem.message.startswith(message)
    assert not Draft7Validator(json_schema()).is_valid(parse(text, "x").root.value)


@pytest.mark.parametrize(
    "parameter", ["mss: 1", "mss: 65535", "window_scale: off", "window_scale: 14", "rto_max: 0.001ms", "rto_min: 0ms"]
)
def test_what_a_tcp_could_just_live_with(parameter: str) -> None:
    text = f"tcpsim: 1\nprofile: {{{parameter}}}\napps: {{client: [connect, close], server: [listen, accept, close]}}\n"
    assert run(loads(text)).stopped == ""
    assert Draft7Validator(json_schema()).is_valid(parse(text, "x").root.value)
