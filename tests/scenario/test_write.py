"""A scenario that is written reads back as the same scenario, and looks as if a person had written it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpsim.scenario import Scenario, loads, write

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "scenario-language.md").read_text("utf-8")
TEXTS = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)
TEXTS += [path.read_text("utf-8") for path in sorted((ROOT / "scenarios").rglob("*.yaml"))]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_what_is_written_reads_back(text: str) -> None:
    scenario = loads(text)
    written = write(scenario)
    assert loads(written) == scenario
    assert write(loads(written)) == written


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])),
    st.text("0123456789.eExo+-~ yesnotrufal:\n#"),
)
def test_any_text_reads_back(title: str, data: str) -> None:
    scenario = Scenario.model_validate(
        {"tcpsim": 1, "title": title, "about": data, "apps": {"client": [{"send": data}, {"send": title}]}}
    )
    assert loads(write(scenario)) == scenario


def test_a_shutdown_is_written_as_short_as_may_be() -> None:
    text = "tcpsim: 1\napps: {client: [shutdown, {shutdown: write}, {shutdown: read}]}\n"
    assert "[shutdown, shutdown, {shutdown: read}]" in write(loads(text))


def test_reasons_are_written_as_short_as_may_be() -> None:
    dropped = "{client: {any: 0}, server: {no SYN: {at_least: 1}}, server with client: {any: 2}}"
    written = write(loads(f"tcpsim: 1\nexpect: [dropped: {dropped}]"))
    assert "dropped: {client: none, server: no SYN, server with client: {any: 2}}" in written


def test_the_layout() -> None:
    text = """\
# yaml-language-server: $schema=../scenario.schema.json
tcpsim: 1
title: SYN-ACK lost, FIN duplicated
rfc: [9293 §3.5, 6298 §2.1]
profile: {base: linux, msl: 5s, delayed_ack: off}
seed: 7

hosts:
  client: {address: 192.0.2.1, port: 40000, iss: 100}
  server: {address: 192.0.2.2, port: 80, iss: [300, 400]}

network:
  delay: 20ms
  client -> server: {loss: 10%}

apps:
  client: [connect, {send: hello}, {recv: 2}, close]
  server: [listen, accept, {recv: 5}, {send: ok}, {recv: eof}, {wait: 100ms}, close]

faults:
  - drop: server SYN-ACK
  - delay: client DATA
    by: 300ms

inject:
  - at: 5ms
    segment: client > S @90(0)

events:
  - at: 2s
    server: crash

expect:
  - final: {client: CLOSED, server: CLOSED}
  - received: {server: '123'}
  - wire: |
      client > S 0:0(0)
      ...
      client > . ack 2
  - because: a lost SYN-ACK is sent again after the initial RTO
    retransmitted: {server SYN-ACK: 1s, within: 100ms}

what_if:
  two rules:
    network: {delay: 1ms}
    expect:
      - never: any RST
"""
    assert write(loads(text), schema="../scenario.schema.json") == text


def test_what_goes_without_saying_is_left_out() -> None:
    assert write(loads("tcpsim: 1\nseed: 0\nnetwork: {}\nfaults: []\nexpect: []\n")) == "tcpsim: 1\n"
