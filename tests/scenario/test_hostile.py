"""Whatever is read, the answer is a scenario or a ScenarioError: never a traceback, never an hour."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpsim.scenario import Scenario, ScenarioError, compile_scenario, loads, run, write
from tcpsim.scenario.yaml_source import MAXIMUM_SIZE

ROOT = Path(__file__).parents[2]
FILES = [path.read_text("utf-8") for path in sorted((ROOT / "scenarios").rglob("*.yaml"))]
FILES.append((ROOT / "tests" / "data" / "scenario" / "every-mistake.yaml").read_text("utf-8"))


def read(text: str | bytes) -> Scenario | None:
    """A scenario or None; what is no scenario must be able to say why."""
    try:
        scenario = loads(text)
    except ScenarioError as error:
        if not error.problems or not str(error):
            raise AssertionError("no scenario, and no reason why") from error
        return None
    compile_scenario(scenario)
    assert loads(write(scenario)) == scenario
    return scenario


@given(st.text())
def test_any_text(text: str) -> None:
    read(text)
    read(f"tcpsim: 1\n{text}")


@given(st.binary())
def test_any_octets(octets: bytes) -> None:
    read(octets)
    read(b"tcpsim: 1\n" + octets)


@given(st.text("{}[]:,-?&*!|>'\"%@`#\n\t ab1~<.$", max_size=200))
def test_any_punctuation(text: str) -> None:
    read(f"tcpsim: 1\n{text}")


WORDS = [
    "client", "server", "any", "server SYN-ACK", "client F.", "client -> server", "client > S 0:0(0)", "...", "20ms",
    "2msl", "10%", "10mbit", "linux", "off", "connect", "listen", "accept", "close", "eof", "CLOSED", "FIN-WAIT-1",
    "ECONNRESET", "none", "all", "crash", "192.0.2.1", "2001:db8::1", "client-2", "server with client-2", "hello",
]  # fmt: skip
KEYS = [
    "title", "about", "rfc", "profile", "base", "msl", "nagle", "seed", "seeds", "hosts", "address", "port", "iss",
    "clients", "network", "delay", "loss", "rate", "apps", "at", "do", "send", "recv", "wait", "serve", "connect",
    "listen", "from", "backlog", "error", "octets", "hex", "faults", "drop", "duplicate", "corrupt", "nth", "by",
    "after", "inject", "segment", "data", "times", "every", "counting", "events", "until", "expect", "states",
    "accept", "blocking", "half_open", "repeat", "more", "state", "connections", "dropped", "idle_timeout",
    "final", "count", "received", "time_in_state", "never", "wire", "retransmitted", "within", "because",
    "at_least", "at_most", "what_if", "client", "server", "client -> server", "server SYN-ACK",
]  # fmt: skip
SCALARS = st.one_of(
    st.sampled_from(WORDS), st.integers(-2, 10**12), st.floats(), st.booleans(), st.none(), st.text(max_size=5)
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=4)), inner, max_size=4),
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=6))
@settings(max_examples=80, deadline=None)
def test_any_structure(data: dict[str, Any]) -> None:
    read(yaml.safe_dump({"tcpsim": 1, **data}, allow_unicode=True))


@given(st.sampled_from(FILES), st.data())
@settings(max_examples=80, deadline=None)
def test_a_scenario_with_a_few_characters_changed(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 6))
        put = data.draw(st.one_of(st.text("{}[]:,->*&!% \n0123456789aA.", max_size=4), st.sampled_from(WORDS + KEYS)))
        text = text[:start] + put + text[end:]
    read(text)


@given(st.sampled_from(FILES), st.data())
@settings(max_examples=50, deadline=None)
def test_a_scenario_with_a_value_put_elsewhere(text: str, data: st.DataObject) -> None:
    words = text.split(" ")
    for _ in range(data.draw(st.integers(1, 3))):
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(words))
    read(" ".join(words))


@pytest.mark.parametrize(
    "piece",
    [
        "[", "{", "- ", "? ", "a: ", "&a ", "!a ", "*a ", '"', "'", "- [", "#", "\n", "a\n", "a: 1\n", "[a, ", "{a: ",
        "|\n", "%", "---\n", "...\n", "!!str ", '"\\u0041', "a: b\n c: d\n", "[],", "{},", "\t", " ", "? a\n: b\n",
        "expect:\n - wire: |\n", "k", "9", "k: 握\n",
    ],
)  # fmt: skip
def test_a_mebibyte_of_the_same_is_answered_soon(piece: str) -> None:
    started = time.perf_counter()
    text = "tcpsim: 1\n" + piece * (MAXIMUM_SIZE // len(piece.encode()))
    read(text[: MAXIMUM_SIZE // len(piece.encode()) * len(piece) - 10])
    assert time.perf_counter() - started < 5


def test_a_large_scenario_with_a_mistake_in_every_line_is_answered_soon() -> None:
    started = time.perf_counter()
    assert read("tcpsim: 1\nfaults:\n" + "  - {drop: server SYNC}\n" * 4_000) is None
    assert time.perf_counter() - started < 10


def test_a_long_wait_is_a_scenario() -> None:
    assert read("tcpsim: 1\napps: {client: [{wait: 10000h}]}\n") is not None


def test_many_clients_are_a_scenario_but_not_too_many() -> None:
    assert read("tcpsim: 1\nhosts: {client: {clients: 10000}}\n") is not None
    assert read("tcpsim: 1\nhosts: {client: {clients: 10001}}\n") is None


def test_what_is_expected_of_a_crowd_is_looked_up_soon() -> None:
    crowd = """
hosts: {client: {clients: 1000}}
apps: {client: [connect, {send: hello}, close], server: [listen, {serve: [{recv: eof}, close]}]}
expect:
  - final: {client: CLOSED, 1st connection of client with server: CLOSED}
  - states: {1st connection of client: [CLOSED, SYN-SENT, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT, CLOSED]}
  - time_in_state: {client: {SYN-SENT: {at_least: 40ms}}, within: 1s}
  - state: {client: SYN-SENT, at: 20ms}
  - error: {client: none}
  - received: {client: ""}
  - dropped: {client: none}
"""
    scenario = read(f"tcpsim: 1{crowd}")
    assert scenario is not None
    started = time.process_time()
    results = run(scenario).results
    assert time.process_time() - started < 10
    assert [str(result) for result in results if not result.held][:3] == []


def test_a_block_of_nothing_but_skips_is_compared_soon() -> None:
    text = "apps: {client: [connect, {send: {octets: 2000000}}, close], server: [listen, accept, {recv: eof}]}"
    scenario = read(f"tcpsim: 1\n{text}\nexpect:\n  - wire: |\n" + "      ...\n      client > .\n      ...\n" * 1000)
    assert scenario is not None
    started = time.process_time()
    assert run(scenario).held
    assert time.process_time() - started < 10
