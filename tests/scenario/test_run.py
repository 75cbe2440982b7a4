"""A run: everything expected must be seen, nothing in the scenario may be idle, and it must come to an end."""

from pathlib import Path

import pytest

from tcpsim.scenario import Outcome, loads, run, with_each_seed
from tcpsim.trace import Returned, iterate
from tcpsim.views.document import to_document
from tcpsim.views.text import text as text_of

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "scenarios").rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_scenario_file_tells_editors_where_the_schema_is(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    link = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / link).resolve() == ROOT / "tcpsim" / "scenario" / "scenario.schema.json"


def outcome(text: str) -> Outcome:
    return run(loads(f"tcpsim: 1\napps: {{client: [connect], server: [listen, accept]}}\n{text}"))


def test_a_run_that_holds() -> None:
    assert outcome("expect: [{final: {client: ESTABLISHED}}]").held


def test_a_scenario_has_as_many_seeds_as_it_says() -> None:
    scenario = loads("tcpsim: 1\nseed: 18446744073709551614\nseeds: 4")
    assert [one.seed for one in with_each_seed(scenario)] == [2**64 - 2, 2**64 - 1, 0, 1]
    assert {one.seeds for one in with_each_seed(scenario)} == {1}


def test_a_run_that_does_not_hold() -> None:
    assert not outcome("expect: [{final: {client: CLOSED}}]").held


def test_a_fault_that_never_met_its_segment_is_reported() -> None:
    found = outcome("faults: [{drop: client SYN}, {drop: client FIN}, {delay: server any, by: 1s, nth: [7, 9]}]")
    assert found.warnings == [
        "faults[1] never met its segment: drop: client FIN",
        "faults[2] never met its segment: delay: server any, nth: [7, 9]",
    ]
    assert not found.held


def test_a_fault_of_a_group_must_meet_one_segment_of_one_of_them() -> None:
    text = """tcpsim: 1
hosts: {client: {clients: 2}}
apps: {client-1: [connect], server: [listen, accept]}
faults: [{drop: client SYN}]
"""
    assert run(loads(text)).warnings == []


def test_a_call_that_failed_otherwise_than_expected_is_reported() -> None:
    text = "tcpsim: 1\napps: {client: [{connect: {port: 81}, error: ETIMEDOUT}], server: [listen]}"
    found = run(loads(text))
    assert found.warnings == ["a call of client, connect, failed with ECONNREFUSED, though ETIMEDOUT was expected"]
    assert not found.held


def test_a_call_that_was_expected_to_fail_and_did_not_is_reported() -> None:
    text = "tcpsim: 1\napps: {client: [{connect: , error: ECONNREFUSED}], server: [listen]}"
    found = run(loads(text))
    [warning] = found.warnings
    assert warning == "a call of client, connect, did not fail, though ECONNREFUSED was expected"
    told = [event.result for event in iterate(found.trace, Returned)]
    assert [(result.error, result.expected) for result in told] == [("", ""), ("", "ECONNREFUSED")]
    document = to_document(found.trace)
    assert [event["expected"] for event in document["events"] if event["type"] == "return"] == [None, "ECONNREFUSED"]
    assert "connect → no ECONNREFUSED, though it was expected" in text_of(found.trace, width=120)


def test_a_crash_ends_the_time_in_a_state() -> None:
    """An hour in ESTABLISHED, less the 40 ms of the handshake; what comes after the crash is no time in it."""
    text = """
events: [{at: 1h, client: crash}, {at: 2h, client: reboot}]
expect: [{time_in_state: {client: {ESTABLISHED: 3599.96s}}}]
"""
    assert [str(result) for result in outcome(text).results if not result.held] == []


def test_a_run_that_would_go_on_for_ever_is_stopped_and_says_so() -> None:
    found = outcome("profile: {keep_alive: on, keep_alive_idle: 1h}")
    assert found.stopped.startswith("stopped at the bound of 86,400 s of virtual time")
    assert not found.held


def test_until_ends_a_run_as_it_was_meant_to_end() -> None:
    found = outcome("profile: {keep_alive: on, keep_alive_idle: 1s}\nuntil: 10s")
    assert (found.stopped, found.held) == ("", True)
    assert max(event.time for event in found.trace.events) <= 10_000_000


def test_the_same_scenario_gives_the_same_trace() -> None:
    text = "seed: 3\nnetwork: {loss: 20%, jitter: 5ms, duplicate: 10%}"
    assert outcome(text).trace.records == outcome(text).trace.records
