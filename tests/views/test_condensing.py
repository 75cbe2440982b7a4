"""Crowds: what is alike is told once with its number, and nothing else is."""

from pathlib import Path

import pytest

import tcpsim
from tcpsim.trace import Trace
from tcpsim.views.condensing import MANY, condensed, shown

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def flood(syns: int, *, more: str = "") -> tcpsim.Run:
    return tcpsim.run(
        tcpsim.loads(f"""
tcpsim: 1
title: A small flood
apps:
  client: [{{wait: 1s}}, connect]
  server: [listen, accept]
inject:
  - at: 0ms
    segment: 203.0.113.1:1024 > server S @7000(0)
    times: {syns}
    every: 100us
    counting: address
{more}
""")
    )


def labels(run: tcpsim.Run) -> str:
    return run.text(width=120)


def test_as_many_as_may_be_are_each_told() -> None:
    trace = flood(MANY).trace
    assert condensed(trace) is trace
    assert "×" not in labels(flood(MANY))


def test_one_more_is_a_crowd_with_its_number_and_how_long_it_took() -> None:
    run = flood(MANY + 1)
    assert shown(condensed(run.trace)) < len(run.trace.flights) / 2
    told = labels(run)
    assert "SYN 0:0(0) × 9 in 800 µs  injected from 203.0.113.1" in told
    assert "SYN-ACK 0:0(0) ack 1 × 9" in told
    assert "203.0.113.2" not in told
    assert "── SYN 0:0(0) <mss 1460> ─" in told  # the honest client's


def test_one_that_differs_stands_apart_and_does_not_part_the_crowd() -> None:
    odd = """
  - at: 5050us
    segment: 203.0.113.51:1024 > server R @7001(0)
"""
    told = labels(flood(100, more=odd))
    assert "SYN 0:0(0) × 99 in 9.9 ms  injected from 203.0.113.1" in told
    assert "SYN 0:0(0)  injected from 203.0.113.51" in told
    assert "203.0.113.52" not in told


def test_what_lies_between_two_crowds_parts_them() -> None:
    others = "".join(
        f"""
  - at: {5000 + 3 * more}us
    segment: 203.0.113.200:{2000 + more} > server S @{more}(0) <mss {1000 + more}>
"""
        for more in range(MANY + 1)
    )
    told = labels(flood(100, more=others))
    assert "SYN 0:0(0) × 51 in 5 ms  injected from 203.0.113.1" in told
    assert "SYN 0:0(0) × 49 in 4.8 ms  injected from 203.0.113.52" in told


def test_each_is_told_where_that_is_asked_for() -> None:
    run = flood(MANY + 1)
    told = run.text(width=120, collapse=False)
    assert "×" not in told
    assert "injected from 203.0.113.9" in told
    assert run.picture("svg").count(b'id="seg-') < run.picture("svg", collapse=False).count(b'id="seg-')


def test_connections_that_a_program_knows_of_are_never_a_crowd() -> None:
    trace = tcpsim.run(SCENARIOS / "time-wait" / "accumulation.yaml").trace
    assert condensed(trace) is trace


@pytest.mark.parametrize("name", ["load/syn-flood", "load/syn-cookies"])
def test_the_floods_of_the_catalogue_fit_a_page(name: str) -> None:
    run = tcpsim.run(SCENARIOS / f"{name}.yaml")
    assert shown(condensed(run.trace)) < 30
    assert len(run.trace.flights) > 300
    assert len(labels(run).splitlines()) < 100


def test_a_crowd_has_a_lane_with_its_number() -> None:
    svg = tcpsim.run(SCENARIOS / "load" / "syn-flood.yaml").picture("svg").decode()
    assert ">203.0.113.1 × 16<" in svg
    assert ">SYN 0:0(0) × 184 in 18.3 ms<" in svg


def test_nothing_at_all_is_no_crowd() -> None:
    trace = Trace(("client", "server"), {})
    assert condensed(trace) is trace
