"""A scenario from a file or a text. Every mistake in it is found at once, and told with its line and column.

Lives here: the way from YAML through the model to a checked scenario, and from pydantic's errors to ours.
"""

from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from tcpsim.scenario.check import complaints_about
from tcpsim.scenario.errors import Problem, ScenarioError
from tcpsim.scenario.hosts import names_in
from tcpsim.scenario.model import VERSION, Scenario
from tcpsim.scenario.steps import ALONE
from tcpsim.scenario.variants import variant_of
from tcpsim.scenario.yaml_source import DataPath, Placed, Source, decode, parse, read_text

_NAMED: Final[dict[str, Any]] = {"hosts": {}, "apps": []}  # by host, and what is left of one that holds a mistake
_MISSING_VERSION: Final = f"'tcpsim' is missing; the first line of a scenario is 'tcpsim: {VERSION}'"


def load(path: str | PathLike[str]) -> Scenario:
    """The scenario in a file. Raises ScenarioError, with every mistake in it, if there is none to be had."""
    return loads(read_text(Path(path), str(path)), name=str(path))


def loads(text: str | bytes, *, name: str = "scenario") -> Scenario:
    """The scenario in a text; `name` stands for it in messages. Raises ScenarioError with every mistake in it."""
    source = parse(decode(text, name) if isinstance(text, bytes) else text, name)
    scenario, problems = _read(source)
    if problems or scenario is None:
        raise ScenarioError(problems)
    return scenario


def line_of(text: str, path: DataPath) -> int | None:
    """The line (from 1) where a scenario's text has what lies at a path, such as ("expect", 3); None if it has not.

    Raises ScenarioError for a text that cannot be read.
    """
    placed = parse(text, "scenario").root.at(path)
    return None if placed is None else placed.start.line + 1


def _read(source: Source) -> tuple[Scenario | None, list[Problem]]:
    data: dict[str, Any] = source.root.value
    version = data.get("tcpsim", VERSION)
    if isinstance(version, int) and not isinstance(version, bool) and version != VERSION:
        # The rest is in a language that is not known here: nothing can be said about it.
        return None, [_located(source, error) for error in _errors({"tcpsim": version})[0]]
    passed_over = {path for path, placed in _walk(source.root, ()) if not placed.usable}
    empty = {path for path, placed in _walk(source.root, ()) if placed.usable and _is_empty(path, placed)}
    problems = source.problems + [source.problem(path, "nothing is written here", key=True) for path in empty]
    if "tcpsim" not in data:
        problems.append(source.at("", _MISSING_VERSION, source.root.start, source.root.start))
        data = {"tcpsim": VERSION, **data}
    errors, scenario = _errors(data)
    nameless = [error for error in _nameless(data) if error not in errors]
    problems += [
        _located(source, error)
        for error in (*errors, *nameless)
        if not _lies_in(_path(source.root, error["loc"])[0], passed_over | empty)
    ]
    if scenario is None:
        mistaken = [_path(source.root, error["loc"]) for error in errors]
        scenario = _errors(_without(mistaken, data), whole=data)[1]
    problems += () if nameless else _complaints(source, scenario)
    return scenario, list(dict.fromkeys(problems))


def _errors(data: dict[str, Any], whole: dict[str, Any] | None = None) -> tuple[list[Any], Scenario | None]:
    try:
        return [], Scenario.model_validate(data, context=names_in(data if whole is None else whole))
    except ValidationError as error:
        return error.errors(include_url=False, include_input=False), None


def _without(mistaken: Iterable[tuple[DataPath, bool]], data: dict[str, Any]) -> dict[str, Any]:
    """The data without the keys that hold mistakes.

    Who talks to whom must stay clear: of hosts only what is mistaken itself goes, and of programs that of one host.
    """
    rest = {key: dict(value) if key in _NAMED and isinstance(value, dict) else value for key, value in data.items()}
    for path, is_key in mistaken:
        key, *inside = map(str, path or ("",))
        named = rest.get(key)
        if key not in _NAMED or not inside or not isinstance(named, dict):
            rest.pop(key, None)
        elif is_key and len(inside) == 1:
            named.pop(inside[0], None)
        elif inside[0] in named:
            host = named[inside[0]]
            whole = key == "hosts" and isinstance(host, dict)
            named[inside[0]] = {k: v for k, v in host.items() if k not in inside} if whole else _NAMED[key]
    return rest


def _nameless(data: dict[str, Any]) -> Iterator[Any]:
    """The errors of who means a host that only a variant has, or only another one.

    Looked for in the scenario without its variants and in each variant alone, where those have fewer hosts.
    """
    without = {key: value for key, value in data.items() if key != "what_if"}
    variants = data.get("what_if")
    named = variants.items() if isinstance(variants, dict) else ()
    for part in (without, *({**without, "what_if": {name: variant}} for name, variant in named)):
        if set(names_in(part).hosts) != set(names_in(data).hosts):
            yield from (
                error for error in _errors(part)[0] if (error["loc"][:1] == ("what_if",)) == ("what_if" in part)
            )


def _complaints(source: Source, scenario: Scenario | None) -> Iterator[Problem]:
    if scenario is None:
        return
    general = complaints_about(scenario)
    for complaint in general:
        yield source.problem(complaint.path, complaint.message)
    for name in scenario.what_if:
        for complaint in complaints_about(variant_of(scenario, name)):
            if complaint not in general or complaint.path[0] == "expect":  # a variant has its own
                inside: DataPath = ("what_if", name, *complaint.path)
                yield source.problem(inside if source.root.at(inside) else complaint.path, complaint.message)


# ---- places --------------------------------------------------------------------------------------------------------


def _walk(placed: Placed, path: DataPath) -> Iterator[tuple[DataPath, Placed]]:
    yield path, placed
    for step, child in placed.children.items():
        yield from _walk(child, (*path, step))


def _is_empty(path: DataPath, placed: Placed) -> bool:
    is_call = len(path) > 1 and isinstance(path[-2], int) and path[-1] in ALONE  # `- close:`, an item of a list
    return placed.value is None and bool(path) and not is_call


def _lies_in(path: DataPath, paths: set[DataPath]) -> bool:
    return any(path[:length] in paths for length in range(1, len(path) + 1))


def _located(source: Source, error: Any) -> Problem:
    context = error.get("ctx", {})
    path, is_key = _path(source.root, error["loc"])
    key = context.get("key")
    if key:
        path = (*path, key)
    return source.problem(path, context["message"], key=is_key or key is not None, line=context.get("line"))


def _path(root: Placed, location: tuple[str | int, ...]) -> tuple[DataPath, bool]:
    """pydantic's location as a path in the document, and whether a key is meant.

    What pydantic adds is left out: `<tags>` of unions and gathered names, `[key]`, and the 0 of a list of one item
    written without brackets. What is missing in the document ends the path.
    """
    path: DataPath = ()
    for step in location:
        here = root.at(path)
        if here is not None and (step in here.children or step in here.keys):
            path = (*path, step)
    return path, bool(location) and location[-1] == "[key]"
