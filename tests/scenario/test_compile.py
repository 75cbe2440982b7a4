"""A scenario becomes plain data: defaults filled in, groups written out, times in microseconds."""

from typing import Any

import pytest

from tcpsim.scenario import ScenarioError, compile_scenario, loads, variant_of
from tcpsim.scenario.model import Scenario
from tcpsim.sim import setup
from tcpsim.sim.setup import Fault, Happening, HostSetup, Impairments, SegmentKind, WorldSetup
from tcpsim.tcp.profiles import FREEBSD, LINUX, RFC9293, SECOND
from tcpsim.wire.flags import ACK, PSH, SYN
from tcpsim.wire.segment import Segment


def world(text: str) -> WorldSetup:
    return compile_scenario(loads(f"tcpsim: 1\n{text}"))


def program(text: str, host: str = "client") -> setup.Program:
    [one] = [program for program in world(text).programs if program.host == host]
    return one.program


# ---- hosts ---------------------------------------------------------------------------------------------------------


def test_nothing_written_means_a_client_and_a_server() -> None:
    assert world("").hosts == (
        HostSetup("client", "192.0.2.1", 40_000, (100,)),
        HostSetup("server", "192.0.2.2", 80, (300,)),
    )


def test_what_is_written_of_a_host_holds() -> None:
    [client, server] = world("hosts: {server: {address: 198.51.100.7, port: 8080, iss: [1, 2], profile: linux}}").hosts
    assert client == HostSetup("client", "192.0.2.1", 40_000, (100,))
    assert server == HostSetup("server", "198.51.100.7", 8080, (1, 2), LINUX)


def test_hosts_come_in_the_order_in_which_they_are_declared() -> None:
    assert [host.name for host in world("hosts: {server: {}, client: {}}").hosts] == ["server", "client"]
    assert [host.name for host in world("hosts: {server: {}}").hosts] == ["client", "server"]
    assert [host.name for host in world("hosts: {attacker: {}}").hosts] == ["client", "server", "attacker"]


def test_beside_two_other_hosts_only_those_of_the_usual_ones_are_there_that_are_mentioned() -> None:
    alone = world("hosts: {alice: {}, bob: {}}\napps: {alice: [connect], bob: [listen]}")
    assert [(host.name, host.address, host.port) for host in alone.hosts] == [
        ("alice", "192.0.2.1", 40_000),
        ("bob", "192.0.2.2", 80),
    ]
    asked = "alice: [{connect: {host: server}}]"
    declared = world(f"hosts: {{alice: {{}}, server: {{}}, bob: {{}}}}\napps: {{{asked}}}")
    assert [host.name for host in declared.hosts] == ["alice", "server", "bob"]
    programmed = world(f"hosts: {{alice: {{}}, bob: {{}}}}\napps: {{{asked}, server: [listen]}}")
    assert [host.name for host in programmed.hosts] == ["server", "alice", "bob"]
    both = world("hosts: {client: {}, alice: {}, bob: {}}\napps: {server: [listen]}")
    assert [host.name for host in both.hosts] == ["client", "server", "alice", "bob"]


def test_ipv6_is_taken_by_all_once_it_is_written() -> None:
    hosts = world("hosts: {server: {address: '2001:DB8:0::7'}}").hosts
    assert [host.address for host in hosts] == ["2001:db8::1", "2001:db8::7"]


def test_a_group_is_written_out_with_addresses_following_on() -> None:
    hosts = world("hosts: {client: {clients: 3, address: 10.0.0.254, port: 7}}").hosts
    assert [(host.name, host.address, host.port) for host in hosts] == [
        ("client-1", "10.0.0.254", 7),
        ("client-2", "10.0.0.255", 7),
        ("client-3", "10.0.1.0", 7),
        ("server", "192.0.2.2", 80),
    ]


def test_a_group_without_an_address_gets_ones_that_nobody_has() -> None:
    text = "hosts: {client: {clients: 300}, server: {address: 198.18.0.5}}"
    addresses = [host.address for host in world(text).hosts]
    assert len(set(addresses)) == 301


# ---- profiles ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("linux", LINUX),
        ("{}", RFC9293),
        ("{msl: 5s}", RFC9293.with_changes(msl=5 * SECOND)),
        ("{base: linux, delayed_ack: off, sack: off}", LINUX.with_changes(delayed_ack=None, sack=False)),
        ("{base: linux, delayed_ack: false, nagle: true}", LINUX.with_changes(delayed_ack=None)),
        ("{window_scale: 3, syn_fin: drop}", RFC9293.with_changes(window_scale=3, syn_fin="drop")),
    ],
)
def test_profiles(text: str, profile: Any) -> None:
    assert {host.profile for host in world(f"profile: {text}").hosts} == {profile}


def test_a_host_changes_the_common_profile_or_has_its_own() -> None:
    text = "profile: {base: linux, msl: 5s}\nhosts: {client: {profile: {nagle: off}}, server: {profile: freebsd}}"
    [client, server] = world(text).hosts
    assert client.profile == LINUX.with_changes(msl=5 * SECOND, nagle=False)
    assert server.profile == FREEBSD


# ---- the network and its faults ------------------------------------------------------------------------------------


def test_a_direction_says_only_what_differs() -> None:
    network = world("network: {delay: 50ms, loss: 1%, rate: 1mbit, client -> server: {loss: 10%}}").network
    assert world("network: {idle_timeout: 5min}").network.everywhere == Impairments(idle_timeout=300 * SECOND)
    assert network.everywhere == Impairments(delay=50_000, loss=0.01, rate=1_000_000)
    assert dict(network.directions) == {
        ("client", "server"): Impairments(delay=50_000, loss=0.1, rate=1_000_000),
    }


def test_a_direction_of_a_group_is_one_for_each() -> None:
    network = world("hosts: {client: {clients: 2}}\nnetwork: {client -> server: {delay: 1ms}}").network
    assert list(network.directions) == [("client-1", "server"), ("client-2", "server")]


def test_faults() -> None:
    text = """
faults:
  - drop: server SYN-ACK
  - {duplicate: client F., nth: [1, 3], after: 40ms}
  - {delay: client DATA, by: 1rto, nth: all}
  - {corrupt: server ACK, nth: 2}
"""
    assert world(text).faults == (
        Fault("drop", "server", SegmentKind("SYN-ACK")),
        Fault("duplicate", "client", SegmentKind(exact=0x11), frozenset({1, 3}), after=40_000),
        Fault("delay", "client", SegmentKind("DATA"), None, by=SECOND),
        Fault("corrupt", "server", SegmentKind("ACK"), frozenset({2})),
    )


def test_a_fault_of_a_group_is_aimed_at_each() -> None:
    faults = world("hosts: {client: {clients: 2}}\nfaults: [{drop: client SYN}]").faults
    assert [fault.sender for fault in faults] == ["client-1", "client-2"]


def test_events() -> None:
    text = "hosts: {client: {clients: 2}}\nevents: [{at: 2s, server: crash, client: unplug}]"
    assert world(text).happenings == (
        Happening(2 * SECOND, "server", "crash"),
        Happening(2 * SECOND, "client-1", "unplug"),
        Happening(2 * SECOND, "client-2", "unplug"),
    )


def test_the_end() -> None:
    assert world("").limits == setup.Limits()
    assert world("until: 2msl").limits.time == 240 * SECOND


# ---- injected segments ---------------------------------------------------------------------------------------------


def test_an_injected_segment_bears_the_addresses_of_its_hosts() -> None:
    [injection] = world("inject: [{at: 5ms, segment: client > S @90(0)}]").injections
    assert injection.segment == Segment("192.0.2.1", 40_000, "192.0.2.2", 80, 90, 0, SYN, 65_535)
    assert (injection.at, injection.relative_seq, injection.relative_ack) == (5_000, False, False)


def test_relative_numbers_are_left_to_the_world() -> None:
    [injection] = world("inject: [{at: 5ms, segment: server > P. 1:5(4) ack 1 win 9, data: evil}]").injections
    assert injection.segment == Segment("192.0.2.2", 80, "192.0.2.1", 40_000, 1, 1, PSH | ACK, 9, b"evil")
    assert (injection.relative_seq, injection.relative_ack) == (True, True)


def test_injected_octets_are_filler_unless_given() -> None:
    [injection] = world("inject: [{at: 0ms, segment: client > . 1:31(30) ack 1}]").injections
    assert injection.segment.payload == b"abcdefghijklmnopqrstuvwxyzabcd"


def test_a_flood() -> None:
    text = "inject: [{at: 1ms, segment: 203.0.113.255:9 > server S @0(0), times: 3, every: 2ms, counting: address}]"
    assert [(one.at, one.segment.src, one.segment.sport) for one in world(text).injections] == [
        (1_000, "203.0.113.255", 9),
        (3_000, "203.0.114.0", 9),
        (5_000, "203.0.114.1", 9),
    ]
    text = "inject: [{at: 1ms, segment: client:65535 > S @0(0), times: 2, counting: port}]"
    assert [one.segment.sport for one in world(text).injections] == [65_535, 1]


# ---- programs ------------------------------------------------------------------------------------------------------


def test_every_call() -> None:
    text = """
apps:
  client:
    - connect
    - {connect: {host: server, port: 81, from: 5}, error: ECONNREFUSED}
    - listen
    - {listen: {port: 82, backlog: 0, reuse: on}}
    - accept
    - {send: hé}
    - {send: {octets: 28}, more: on}
    - {send: {hex: "00 fF"}}
    - {recv: 5}
    - {recv: eof, error: ECONNRESET}
    - {wait: 2msl}
    - shutdown
    - close
    - {abort: , error: ENOTCONN}
    - stop_listening
    - {serve: [{recv: eof}, close]}
    - {connect: {blocking: off}}
    - {connect: {data: {hex: "00 fF"}}}
    - {accept: {half_open: on}, error: EINVAL}
    - {repeat: 3, do: [close, {repeat: 2, do: [accept]}]}
    - {shutdown: read, error: ENOTCONN}
    - {shutdown: write}
"""
    assert program(text) == (
        setup.Connect("server", 80),
        setup.Connect("server", 81, 5, "ECONNREFUSED"),
        setup.Listen(),
        setup.Listen(82, 0, reuse=True),
        setup.Accept(),
        setup.Send("hé".encode()),
        setup.Send(b"abcdefghijklmnopqrstuvwxyzab", more=True),
        setup.Send(b"\0\xff"),
        setup.Recv(5),
        setup.Recv(None, "ECONNRESET"),
        setup.Wait(240 * SECOND),
        setup.Shutdown(),
        setup.Close(),
        setup.Abort("ENOTCONN"),
        setup.StopListening(),
        setup.Serve((setup.Recv(None), setup.Close())),
        setup.Connect("server", 80, blocking=False),
        setup.Connect("server", 80, data=b"\0\xff"),
        setup.Accept("EINVAL", half_open=True),
        setup.Repeat(3, (setup.Close(), setup.Repeat(2, (setup.Accept(),)))),
        setup.Shutdown("ENOTCONN", "read"),
        setup.Shutdown(),
    )


def test_programs_that_begin_later() -> None:
    programs = world("apps: {client: [{at: 5ms, do: [connect]}, {do: [connect]}], server: {at: 1s, do: []}}").programs
    assert [(one.host, one.start, len(one.program)) for one in programs] == [
        ("client", 5_000, 1),
        ("client", 0, 1),
        ("server", SECOND, 0),
    ]


def test_the_program_of_a_group_is_run_by_each_and_leads_to_the_server() -> None:
    programs = world("hosts: {client: {clients: 2}}\napps: {client: [connect]}").programs
    assert [(one.host, one.program) for one in programs] == [
        ("client-1", (setup.Connect("server", 80),)),
        ("client-2", (setup.Connect("server", 80),)),
    ]


def test_durations_of_a_program_are_by_its_hosts_profile() -> None:
    text = "hosts: {client: {profile: {msl: 1s}}}\napps: {client: [{wait: 1msl}]}"
    assert program(text) == (setup.Wait(SECOND),)


# ---- variants ------------------------------------------------------------------------------------------------------


def variant(text: str) -> Scenario:
    return variant_of(loads(f"tcpsim: 1\ntitle: t\n{text}"), "v")


def test_a_variant_is_laid_over_its_scenario() -> None:
    found = variant("""
profile: {base: linux, msl: 5s}
hosts: {client: {port: 7, profile: {nagle: off}}}
network: {delay: 1ms, client -> server: {loss: 1%}}
apps: {client: [connect], server: [listen]}
faults: [{drop: client SYN}]
seed: 3
expect: [{never: any RST}]
what_if:
  v:
    profile: {sack: off}
    hosts: {client: {iss: 5, profile: {sack: on}}, server: {port: 81}}
    network: {jitter: 1ms, client -> server: {delay: 9ms}}
    apps: {server: []}
    faults: []
    expect: [{never: any FIN}]
""")
    compiled = compile_scenario(found)
    assert compiled.hosts == (
        HostSetup("client", "192.0.2.1", 7, (5,), LINUX.with_changes(msl=5 * SECOND, nagle=False, sack=True)),
        HostSetup("server", "192.0.2.2", 81, (300,), LINUX.with_changes(msl=5 * SECOND, sack=False)),
    )
    assert compiled.network.everywhere == Impairments(delay=1_000, jitter=1_000)
    assert compiled.network.directions["client", "server"] == Impairments(delay=9_000, jitter=1_000, loss=0.01)
    assert [len(one.program) for one in compiled.programs] == [1, 0]
    assert (compiled.faults, compiled.seed, found.title) == ((), 3, "t — v")
    assert str(found.expect[0]) != str(variant("what_if: {v: {expect: [{never: any RST}]}}").expect[0])


def test_a_variant_with_a_profile_of_its_own_forgets_the_other() -> None:
    found = variant("profile: {msl: 5s}\nwhat_if: {v: {profile: freebsd, expect: [{never: any RST}]}}")
    assert compile_scenario(found).hosts[0].profile == FREEBSD


# ---- built in Python -----------------------------------------------------------------------------------------------


def test_a_scenario_built_in_python_is_checked_when_it_is_compiled() -> None:
    scenario = Scenario.model_validate(
        {"tcpsim": 1, "title": "t", "hosts": {"client": {"address": "192.0.2.2"}, "server": {"address": "192.0.2.2"}}}
    )
    with pytest.raises(ScenarioError, match=r"t: hosts.server.address: '192.0.2.2' is already the address of client"):
        compile_scenario(scenario)
