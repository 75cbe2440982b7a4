"""A scenario built in Python is the one that its YAML would be, mistakes and all; and it can be saved as that YAML."""

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tcpsim
from tcpsim.scenario import Scenario, ScenarioError, build, load, loads
from tcpsim.scenario.write import plain_data
from tcpsim.scenario.yaml_source import parse

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").rglob("*.yaml"))

TEXT = """\
tcpsim: 1
title: SYN-ACK lost
network: {delay: 20ms}
apps:
  client: [connect, {send: hello}, close]
  server: [listen, accept, {recv: 5}, {recv: eof}, close]
faults:
  - drop: server SYN-ACK
expect:
  - final: {client: CLOSED, server: CLOSED}
"""


def built() -> Scenario:
    return build(
        title="SYN-ACK lost",
        network={"delay": "20ms"},
        apps={
            "client": ["connect", {"send": "hello"}, "close"],
            "server": ["listen", "accept", {"recv": 5}, {"recv": "eof"}, "close"],
        },
        faults=[{"drop": "server SYN-ACK"}],
        expect=[{"final": {"client": "CLOSED", "server": "CLOSED"}}],
    )


def mistakes(**keys: Any) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        build(**keys)
    assert all(problem.span is None for problem in caught.value.problems), "no line: nobody wrote one"
    return str(caught.value).splitlines()


def test_it_is_the_scenario_of_its_yaml() -> None:
    assert built() == loads(TEXT)
    assert tcpsim.run(built()).ok


def test_what_is_built_is_saved_and_loaded(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    built().save(path)
    assert path.read_text("utf-8") == built().to_yaml()
    assert load(path) == built()


def test_a_notebook_shows_its_yaml() -> None:
    assert built()._repr_markdown_() == f"````yaml\n{built().to_yaml()}````\n"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_of_the_catalogue_can_be_built(path: Path) -> None:
    scenario = load(path)
    assert build(**plain_data(scenario)) == scenario
    assert build(**parse(path.read_text("utf-8"), path.name).root.value) == scenario, "from its YAML as it is written"
    assert build(**parse(scenario.to_yaml(), path.name).root.value) == scenario


def test_a_call_may_have_nothing_behind_it_as_in_yaml() -> None:
    refused = {"client": [{"connect": None, "error": "ECONNREFUSED"}]}
    assert build(apps=refused) == loads("tcpsim: 1\napps: {client: [{connect: , error: ECONNREFUSED}]}\n")


def test_values_as_python_has_them() -> None:
    data = build(
        seed=np.int64(7),  # type: ignore[arg-type]
        profile={"base": "linux", "delayed_ack": False, "msl": "5s"},
        apps={"client": ("connect", {"send": b"hello"}, {"send": b"\x00\xff"}), "server": ("listen",)},
        faults=[{"drop": "client DATA", "nth": range(1, 3)}, {"drop": "client FIN", "nth": {2, 1}}],
    )
    text = data.to_yaml()
    assert "seed: 7" in text
    assert "delayed_ack: off" in text
    assert "[connect, {send: hello}, {send: {hex: 00ff}}]" in text
    assert text.count("nth: [1, 2]") == 2


def test_mistakes_are_those_of_a_file_with_the_path_to_each() -> None:
    assert mistakes(faults=[{"drp": "server SYN-ACK"}], network={"delay": 20}) == [
        "scenario: faults[0].drp: unknown key 'drp'; did you mean 'drop'?",
        "scenario: network.delay: 20 has no unit; write 20ms or 20s",
    ]
    assert mistakes(fault=[]) == ["scenario: fault: unknown key 'fault'; did you mean 'faults'?"]
    assert mistakes(apps={"client": ["conect"]}) == [
        "scenario: apps.client[0]: there is no call 'conect'; did you mean 'connect'?"
    ]
    assert mistakes(tcpsim=2)[0].endswith("only version 1 is")


def test_what_no_yaml_could_hold() -> None:
    assert mistakes(title=None) == ["scenario: title: nothing is written here"]
    assert mistakes(apps={3: []}) == ["scenario: apps: a key must be a word, not 3"]
    assert mistakes(until=Decimal(1)) == [
        "scenario: until: 1, of type Decimal, has no place in a scenario; write what its YAML would hold"
    ]
    assert mistakes(seed=10**5000)[0].startswith("scenario: seed: a number so large, of type int, has no place")
    assert mistakes(title="a\x00b")[0].startswith("scenario: title: a control character has no place")
    itself: list[Any] = []
    itself.append(itself)
    assert mistakes(expect=itself) == ["scenario: expect[0][0]: nested more than 64 deep"]


def test_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("precious", "utf-8")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="No space left"):
        built().save(path)
    assert path.read_text("utf-8") == "precious"
    assert os.listdir(tmp_path) == ["mine.yaml"]  # noqa: PTH208 - hidden ones, too


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="this system has no symbolic links")
def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "there.yaml").write_text("", "utf-8")
    link = tmp_path / "link.yaml"
    link.symlink_to(tmp_path / "there.yaml")
    built().save(str(link))
    assert link.is_symlink()
    assert load(tmp_path / "there.yaml") == built()


@pytest.mark.parametrize("value", [print, object(), 1j, iter(())], ids=["function", "object", "complex", "iterator"])
def test_nothing_is_a_traceback(value: Callable[[], None]) -> None:
    assert "has no place in a scenario" in mistakes(apps={"client": [value]})[0]
