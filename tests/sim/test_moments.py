"""Every moment of a run: what the TCBs were after each thing that happened, without a change to what happens."""

from pathlib import Path

import pytest

from tcpsim.scenario import Scenario, build, compile_scenario, load
from tcpsim.sim.moments import Moment, moments
from tcpsim.sim.world import World
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.states import State
from tcpsim.trace import Trace

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").rglob("*.yaml"))


def looked_at(scenario: Scenario) -> tuple[Trace, list[Moment]]:
    return moments(compile_scenario(scenario))


def states(moment: Moment) -> dict[str, list[str]]:
    return {host: [str(end.state) for end in then.connections] for host, then in moment.hosts.items()}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_who_looks_changes_nothing_and_misses_nothing(path: Path) -> None:
    setup = compile_scenario(load(path))
    trace, seen = moments(setup)
    unseen = World(setup).run()
    assert trace.records == unseen.trace.records
    assert type(trace.records) is list
    assert seen[-1].events == len(trace.events)
    assert [moment.events for moment in seen] == sorted(moment.events for moment in seen)
    for moment in seen[1:]:
        last = trace.events[moment.events - 1] if moment.events else None
        assert last is None or last.time <= moment.time
    ends = {name: {c.pair for c in then.connections} for name, then in seen[-1].hosts.items()}
    assert ends == {name: set(host.connections) for name, host in unseen.hosts.items()}


def test_a_handshake_moment_by_moment() -> None:
    apps = {"client": ["connect", {"send": "hello"}], "server": ["listen", "accept", {"recv": 5}]}
    _, seen = looked_at(build(apps=apps))
    walked = [states(moment) for moment in seen]
    assert [pair for pair, before in zip(walked[1:], walked, strict=False) if pair != before] == [
        {"client": ["SYN-SENT"], "server": []},
        {"client": ["SYN-SENT"], "server": ["SYN-RECEIVED"]},
        {"client": ["ESTABLISHED"], "server": ["SYN-RECEIVED"]},
        {"client": ["ESTABLISHED"], "server": ["ESTABLISHED"]},
    ]
    listening = [[(one.half_open, one.waiting) for one in moment.hosts["server"].listeners] for moment in seen]
    assert [now for now, before in zip(listening[1:], listening, strict=False) if now != before] == [
        [(0, 0)],  # it listens
        [(1, 0)],  # a SYN came
        [(0, 0)],  # the ACK came, and accept() took what it opened
    ]


def test_the_variables_are_the_ones_of_the_rfc() -> None:
    apps = {"client": ["connect", {"send": "hello"}], "server": ["listen", "accept", {"recv": 5}]}
    _, seen = looked_at(build(apps=apps))
    sent = next(
        m for m in seen if any(end.unacknowledged and end.snd_nxt == 106 for end in m.hosts["client"].connections)
    )
    client = sent.hosts["client"].connections[0]
    assert (client.iss, client.snd_una, client.snd_nxt, client.snd_wnd) == (100, 101, 106, 65535)
    assert (client.irs, client.rcv_nxt, client.unsent, client.unread) == (300, 301, 0, 0)
    assert client.timers[0] == (Timer.RETRANSMISSION, sent.time + client.rto)
    last = seen[-1].hosts["client"].connections[0]
    assert (last.snd_una, last.unacknowledged, last.timers) == (106, 0, ())
    assert last.srtt > 0


def test_calls_of_one_moment_are_moments_apart() -> None:
    """What a program does at one instant is seen call by call."""
    apps = {"client": ["connect", {"send": "one"}, {"send": "two"}, "close"], "server": ["listen"]}
    _, seen = looked_at(build(apps=apps))
    then = [end for moment in seen if moment.time == 40_000 for end in moment.hosts["client"].connections]
    walked = dict.fromkeys((end.snd_nxt, end.unsent, str(end.state)) for end in then)
    assert list(walked) == [
        (101, 0, "ESTABLISHED"),
        (104, 0, "ESTABLISHED"),
        (104, 3, "ESTABLISHED"),  # Nagle's algorithm holds it back
        (108, 0, "FIN-WAIT-1"),  # with the FIN
    ]


def test_what_is_over_is_gone_and_a_host_that_crashed_has_nothing() -> None:
    closing = {"client": ["connect", "abort"], "server": ["listen", "accept"]}
    _, seen = looked_at(build(apps=closing))
    assert seen[-1].hosts["client"].connections == ()
    crashing = {"client": ["connect"], "server": ["listen", "accept"]}
    _, seen = looked_at(build(apps=crashing, events=[{"at": "1s", "server": "crash"}]))
    before, after = seen[-2].hosts["server"], seen[-1].hosts["server"]
    assert (before.up, len(before.connections), len(before.listeners)) == (True, 1, 1)
    assert (after.up, after.connections, after.listeners) == (False, (), ())
    assert [end.state for end in seen[-1].hosts["client"].connections] == [State.ESTABLISHED]
