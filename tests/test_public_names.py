"""The public names: few, listed, documented, sorted, and there when asked for without anything heavy before."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import tcpsim

NAMES = [
    # constants
    "PROFILES",
    "TRANSITIONS",
    # classes
    "Card",
    "Choice",
    "Difference",
    "Event",
    "Explanation",
    "Flight",
    "Profile",
    "Reason",
    "Result",
    "Run",
    "Scenario",
    "ScenarioError",
    "Segment",
    "State",
    "Trace",
    "Transition",
    "World",
    "WorldSetup",
    # functions
    "apply",
    "build",
    "card",
    "choices",
    "diff",
    "json_schema",
    "load",
    "loads",
    "run",
    "sliders",
    "statechart",
    "statechart_text",
    "what_if",
    "write",
]
RUN = [
    "card",
    "errors",
    "explain",
    "failures",
    "ok",
    "picture",
    "plot",
    "received",
    "results",
    "save",
    "scenario",
    "segments",
    "statechart",
    "statechart_text",
    "states",
    "step",
    "subtitle",
    "text",
    "title",
    "to_ascii",
    "to_csv",
    "to_dataframe",
    "to_document",
    "to_html",
    "to_json",
    "to_markdown",
    "to_mermaid",
    "to_plantuml",
    "trace",
]


def test_these_and_no_others() -> None:
    assert tcpsim.__all__ == NAMES
    assert dir(tcpsim) == sorted([*NAMES, "__version__"])


def test_the_names_of_a_run() -> None:
    assert [name for name in dir(tcpsim.Run) if not name.startswith("_")] == RUN


@pytest.mark.parametrize("name", NAMES)
def test_each_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(tcpsim, name)
    if not isinstance(value, type) and not inspect.isfunction(value):
        return  # data
    assert value.__name__ == name
    told = inspect.getdoc(value) or ""
    assert told, "a public name has a docstring"
    assert not told.startswith(f"{name}("), "one that was written, not generated"
    assert told.splitlines()[0].endswith((".", ":")), "its first line is a sentence"


@pytest.mark.parametrize("name", RUN)
def test_everything_of_a_run_says_what_it_is(name: str) -> None:
    assert (inspect.getdoc(inspect.getattr_static(tcpsim.Run, name)) or "").splitlines()[0]


def test_functions_are_typed_from_end_to_end() -> None:
    for name in NAMES:
        if inspect.isfunction(value := getattr(tcpsim, name)):
            signature = inspect.signature(value)
            assert signature.return_annotation is not signature.empty, name
            assert all(each.annotation is not each.empty for each in signature.parameters.values()), name


def test_what_type_checkers_see_is_what_is_loaded() -> None:
    tree = ast.parse(Path(str(tcpsim.__file__)).read_text("utf-8"))
    seen = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == tcpsim._HOMES


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'tcpsim' has no attribute 'runn'"):
        _ = tcpsim.runn


def test_importing_it_costs_nothing() -> None:
    names = ["tcpsim", "transitions", "pydantic", "yaml", "matplotlib", "numpy", "pandas", "argparse"]
    script = f"import sys; import tcpsim; print(*({{name.split('.')[0] for name in sys.modules}} & set({names})))"
    script += "; print(*(name for name in sys.modules if name.startswith('tcpsim')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == ["tcpsim", "tcpsim"]


def test_the_version_is_one() -> None:
    assert [part.isdecimal() for part in tcpsim.__version__.split(".")] == [True, True, True]
