"""Sliders: each changes one thing in the scenario, and moving one runs it again."""

from pathlib import Path
from typing import Any

import pytest

import tcpsim
from tcpsim.jupyter.sliders import changes, places

pytest.importorskip("ipywidgets", reason="no notebook tests: pip install 'tcpsim[jupyter]'")

LOST = Path(__file__).parents[2] / "scenarios" / "loss" / "syn-ack-lost.yaml"


def test_they_stand_where_the_scenario_stands_and_change_only_what_is_moved() -> None:
    scenario = tcpsim.build(
        network={"delay": "30ms", "loss": "2.5%"}, profile={"base": "rfc9293", "rto_initial": "2s"}, seed=4
    )
    assert places(scenario) == (2.5, 30.0, 2_000.0, 4)
    assert changes(scenario, *places(scenario)) == {}
    assert changes(scenario, 10, 30.0, 1_500, 4) == {"network.loss": "10%", "profile.rto_initial": "1500ms"}


def test_moving_one_runs_the_scenario_again() -> None:
    shown = tcpsim.sliders(LOST)
    before = shown.run
    assert before.ok
    assert shown.children[-1].value.startswith("<svg ")
    shown.rto.value = 300
    assert shown.run is not before
    assert next(flight.sent_at for flight in shown.run.trace.flights if flight.attempt) == 300_000
    assert "no longer hold" in shown.children[-2].value
    shown.rto.value = 1_000
    assert shown.run.ok
    assert "no longer" not in shown.children[-2].value


def test_loss_delay_and_seed() -> None:
    apps: Any = {
        "client": ["connect", {"send": {"octets": 10_000}}, "close"],
        "server": ["listen", "accept", {"recv": "eof"}],
    }
    shown = tcpsim.sliders(tcpsim.build(apps=apps))
    assert not any(flight.lost for flight in shown.run.trace.flights)
    shown.loss.value = 40
    lost = [flight.number for flight in shown.run.trace.flights if flight.lost]
    assert lost
    shown.seed.value = 5
    assert [flight.number for flight in shown.run.trace.flights if flight.lost] != lost
    shown.delay.value = 200
    assert shown.run.subtitle == "rfc9293, delay 200 ms, seed 5"


def test_what_cannot_be_drawn_is_a_sentence() -> None:
    hosts: Any = {"client": {"clients": 40}}
    crowd: Any = {"client": ["connect"], "server": ["listen"]}
    shown = tcpsim.sliders(tcpsim.build(hosts=hosts, apps=crowd))
    assert shown.children[-1].value == ""
    assert "could not be read" in shown.children[-2].value


def test_in_chinese() -> None:
    assert "丢失" in tcpsim.sliders(LOST, lang="zh").children[-1].value


def test_a_scenario_that_cannot_be_understood(tmp_path: Path) -> None:
    with pytest.raises(tcpsim.ScenarioError, match="there is no such file"):
        tcpsim.sliders(tmp_path / "none.yaml")
