"""A scenario built in Python: the keys of the YAML as arguments, and the very same checks and sentences.

    build(title="SYN-ACK lost", apps={"client": ["connect"], "server": ["listen"]}, faults=[{"drop": "server SYN-ACK"}])

Lives here: the way from Python's values to the plain data that YAML holds. What a value may be is the language's
business: the data is read as a file would be, and a mistake is told with the path to it, for it has no line.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from numbers import Integral, Real
from typing import Any, Final, TypedDict, Unpack

from tcpsim.scenario.errors import Problem, ScenarioError
from tcpsim.scenario.forms import shown
from tcpsim.scenario.load import loads
from tcpsim.scenario.model import VERSION, Scenario
from tcpsim.scenario.write import data_text
from tcpsim.scenario.yaml_source import MAXIMUM_DEPTH, DataPath, path_text

_NAME: Final = "scenario"  # what stands for the file in messages
_LARGEST: Final = 1 << 64  # beyond any number of the language


class Keys(TypedDict, total=False):
    """The keys of a scenario. docs/scenario-language.md tells what each may hold."""

    tcpsim: int
    title: str
    about: str
    rfc: str | list[str]
    profile: str | Mapping[str, Any]
    seed: int
    seeds: int
    hosts: Mapping[str, Any]
    network: Mapping[str, Any]
    apps: Mapping[str, Any]
    faults: list[Any]
    inject: list[Any]
    events: list[Any]
    until: str
    expect: list[Any]
    what_if: Mapping[str, Any]


def build(**keys: Unpack[Keys]) -> Scenario:
    """The scenario with these keys, as its YAML would have them; `tcpsim: 1` goes without saying.

    Mappings are dicts, calls are `"close"` or `{"send": "hello"}`; octets may be given as bytes, a list as a tuple.
    Raises ScenarioError with every mistake, each with the path to it, as in `faults[0].drop`.
    """
    problems: list[Problem] = []
    data = {"tcpsim": VERSION, **_plain(dict(keys), (), problems)}
    if problems:
        raise ScenarioError(problems)
    try:
        return loads(data_text(data), name=_NAME)
    except ScenarioError as error:
        # The lines are those of a text nobody wrote: the path says where.
        raise ScenarioError([replace(problem, span=None, source="") for problem in error.problems]) from None


def _plain(value: Any, path: DataPath, problems: list[Problem]) -> Any:
    """A value as YAML could hold it; what it could not is a problem, and left out."""
    if len(path) >= MAXIMUM_DEPTH:  # a list that holds itself, too
        problems.append(Problem(_NAME, path_text(path[:3]), f"nested more than {MAXIMUM_DEPTH} deep"))
        return None
    match value:
        case bool():
            return value
        case Integral() if -_LARGEST < int(value) < _LARGEST:
            return int(value)
        case Real() if not isinstance(value, Integral):
            return float(value)
        case str():
            return str(value)  # a member of an Enum is what it is called
        case bytes() | bytearray():
            return _octets(bytes(value))
        case Mapping():
            return {
                _key(key, path, problems): _plain(inner, (*path, str(key)), problems) for key, inner in value.items()
            }
        case list() | tuple() | range():
            return [_plain(inner, (*path, place), problems) for place, inner in enumerate(value)]
        case AbstractSet() if all(type(inner) is int for inner in value):
            return sorted(value)
        case None:
            return None  # as in `- connect:`; where nothing may not stand, the language says so
        case _:
            of_which_kind = f"{shown(value)}, of type {type(value).__name__},"
            message = f"{of_which_kind} has no place in a scenario; write what its YAML would hold"
            problems.append(Problem(_NAME, path_text(path), message))
    return None


def _octets(octets: bytes) -> Any:
    """As text where they are some that can be read, else in hexadecimal."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = ""
    return text if text.isprintable() and text else {"hex": octets.hex()}


def _key(key: Any, path: DataPath, problems: list[Problem]) -> str:
    if isinstance(key, str) and key:
        return str(key)
    problems.append(Problem(_NAME, path_text(path), f"a key must be a word, not {shown(key)}"))
    return ""
