"""Changing single values of a scenario by name: `network.delay=50ms`, `profile.msl=5s`, `faults.0.nth=2`.

Lives here: the way from a dotted name into a scenario's data. What a value may be is the language's business: the
changed scenario is read again, and its mistakes are told as those of a file are.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tcpsim.scenario.errors import Problem, ScenarioError
from tcpsim.scenario.forms import shown
from tcpsim.scenario.load import loads
from tcpsim.scenario.model import Scenario
from tcpsim.scenario.write import data_text, plain_data
from tcpsim.scenario.yaml_source import parse


def with_changes(scenario: Scenario, changes: Mapping[str, str], *, name: str = "changes") -> Scenario:
    """The scenario with some values changed.

    Keys are dotted paths (a number counts the items of a list from 0), values are written as YAML would have them.
    `name` stands for the changes in messages. Raises ScenarioError for a path that leads nowhere or a value that the
    language refuses.
    """
    data = plain_data(scenario)
    for path, text in changes.items():
        _put(data, path, _value(text, path, name), name)
    try:
        return loads(data_text(data), name=name)
    except ScenarioError as error:
        # The places are those of a text nobody wrote: the path says where.
        raise ScenarioError([replace(problem, span=None, source="") for problem in error.problems]) from None


def _value(text: str, path: str, name: str) -> Any:
    """What a text means as YAML: one value, with nothing beside it."""
    try:
        source = parse(f"value: {text}", name)
    except ScenarioError:
        raise _wrong(name, path, f"{text!r} is not a value that YAML could hold") from None
    if source.problems:
        raise _wrong(name, path, source.problems[0].message)
    if len(source.root.value) > 1:
        raise _wrong(name, path, f"{text!r} is more than a value")
    return source.root.value["value"]


def _put(data: dict[str, Any], path: str, value: Any, name: str) -> None:
    *way, last = path.split(".")
    here: Any = data
    for step in way:
        if isinstance(here, list):
            here = _item(here, step, path, name)
        else:
            inner = here.get(step)
            if step == "profile" and isinstance(inner, str):
                inner = here[step] = {"base": inner}
            elif inner is None:
                inner = here[step] = {}
            here = inner
        if not isinstance(here, dict | list):
            raise _wrong(name, path, f"'{step}' has nothing inside it that could be changed")
    if isinstance(here, list):
        _item(here, last, path, name)
        here[int(last)] = value
    else:
        here[last] = value


def _item(items: list[Any], step: str, path: str, name: str) -> Any:
    if not re.fullmatch("[0-9]{1,9}", step) or int(step) >= len(items):
        there_are = f"there are {len(items)}" if len(items) != 1 else "there is 1"
        raise _wrong(name, path, f"no item is {shown(step)}; {there_are}, counted from 0")
    return items[int(step)]


def _wrong(name: str, path: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(name, path, message)])
