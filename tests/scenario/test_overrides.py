"""Single values of a scenario changed by name."""

import pytest

from tcpsim.scenario import ScenarioError, loads
from tcpsim.scenario.overrides import with_changes

SCENARIO = loads("""
tcpsim: 1
title: '1e5'
about: 'off'
faults: [{drop: client SYN}]
what_if: {x: {expect: [{wire: client > S}]}}
""")


def test_values_are_changed_by_their_path() -> None:
    changes = {
        "network.delay": "50ms",
        "network.client -> server.loss": "3%",
        "profile.msl": "5s",
        "faults.0.nth": "[2, 3]",
        "seed": "7",
    }
    assert with_changes(SCENARIO, changes) == loads("""
tcpsim: 1
title: '1e5'
about: 'off'
seed: 7
profile: {msl: 5s}
network: {delay: 50ms, client -> server: {loss: 3%}}
faults: [{drop: client SYN, nth: [2, 3]}]
what_if: {x: {expect: [{wire: client > S}]}}
""")


def test_nothing_changed_is_the_same_scenario() -> None:
    assert with_changes(SCENARIO, {}) == SCENARIO


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("network", "3"),
        ("network", "[1]"),
        ("faults", "{}"),
        ("faults.1.nth", "2"),
        ("faults.x", "2"),
        ("faults.0", "hello"),
        ("expect", "3"),
        ("what_if.x", "3"),
        ("what_if", "3"),
        ("a.b.c", "1"),
        ("hosts", "[1]"),
        ("network.delay", "x: y: z"),
        ("network.delay", "20"),
        ("title.x", "1"),
        ("tcpsim", "2"),
        ("", ""),
        ("faults." + "9" * 5000 + ".nth", "2"),
        ("faults.-1.nth", "2"),
        ("title", "a\nseed: 3"),
        ("title", "!!str x"),
        ("rfc", "[1, &a 2]"),
    ],
)
def test_what_cannot_be_changed_so_is_refused_without_a_place(path: str, value: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        with_changes(SCENARIO, {path: value})
    assert [problem.span for problem in caught.value.problems] == [None] * len(caught.value.problems)


def test_nothing_of_a_value_is_passed_over() -> None:
    with pytest.raises(ScenarioError, match=r"hosts\.client: the key 'port' is given twice, first in line 1"):
        with_changes(SCENARIO, {"hosts.client": "{port: 1, port: 2}"})
    with pytest.raises(ScenarioError, match="is more than a value"):
        with_changes(SCENARIO, {"title": "a\nseed: 3"})


def test_an_item_that_is_not_there_is_named() -> None:
    with pytest.raises(ScenarioError, match=r"no item is '7'; there is 1, counted from 0"):
        with_changes(SCENARIO, {"faults.7.nth": "2"})
