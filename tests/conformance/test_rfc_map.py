"""The catalogue, the code and the tests agree: every row is shown by a test, or says why not (see rfc_map.py)."""

import json
import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import entered
import pytest
from rfc_map import LABELS, MAP, ROOT, Row, catalogue, module_of, page, shown_by

TITLES, ROWS = catalogue()


@pytest.fixture(scope="module")
def tests() -> dict[str, list[str]]:
    return shown_by()


# ---- the catalogue -------------------------------------------------------------------------------------------------


def test_the_catalogue_is_whole() -> None:
    """Nobody loses a row by mistake: each section counts from 01, and so many rows have each label."""
    ids = [f"{letter}{number:02}" for letter in TITLES for number in range(1, len(of_section(letter)) + 1)]
    assert list(ROWS) == ids
    assert Counter(row.label for row in ROWS.values()) == dict(zip(LABELS, (169, 73, 31), strict=True))


def of_section(letter: str) -> list[Row]:
    return [row for row in ROWS.values() if row.id.startswith(letter)]


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_says_what_and_names_functions_that_exist(row: Row) -> None:
    assert row.what.endswith(".")
    assert bool(row.functions) is not bool(row.not_done), "what is done is done by some function"
    for function in row.functions:
        module = module_of(function)
        named: object = import_module(module)
        for name in function.removeprefix(f"{module}.").split("."):
            named = getattr(named, name)
        assert callable(named) or isinstance(named, property)


# ---- the tests -----------------------------------------------------------------------------------------------------


def test_every_core_and_extended_row_is_shown(tests: dict[str, list[str]]) -> None:
    assert [row.id for row in ROWS.values() if row.label != "optional" and row.id not in tests] == []


def test_an_optional_row_is_shown_or_says_why_not(tests: dict[str, list[str]]) -> None:
    assert [row.id for row in ROWS.values() if (row.id in tests) is bool(row.not_done)] == []


def test_no_mark_names_a_row_that_does_not_exist(tests: dict[str, list[str]]) -> None:
    assert sorted(tests.keys() - ROWS.keys()) == []


@pytest.mark.slow
def test_every_function_of_a_row_is_entered_by_a_test_of_the_row() -> None:
    command = [sys.executable, entered.__file__]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr
    by_row = {row: "\n".join(f"\n{name}." for name in names) for row, names in json.loads(done.stdout).items()}
    never = [
        f"{row.id}: {function}"
        for row in ROWS.values()
        for function in row.functions
        if f"\n{function}." not in by_row.get(row.id, "")  # a class is entered by its methods
    ]
    assert never == []


EXAMPLE = """\
import pytest

@pytest.mark.row("A01")
def test_always(): ...

@pytest.mark.row("A02")
@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.row("A03"))])
def test_with_parameters(x): ...

@pytest.mark.slow
@pytest.mark.row("A01")
class TestSlow:
    def test_in_a_class(self): ...

@pytest.mark.row("A04")
@pytest.mark.skipif("sys.platform == 'atari'")
def test_here_and_there(): ...

@pytest.mark.parametrize("x", [pytest.param(1, marks=[pytest.mark.row("A05"), pytest.mark.skip]), 2])
def test_never(x): ...

@pytest.mark.row("A06")
@pytest.mark.xfail
def test_that_may_fail(): ...
"""


def test_what_counts_as_showing_a_row(tmp_path: Path) -> None:
    tmp_path.joinpath("test_example.py").write_text(EXAMPLE, encoding="utf-8")
    shown = {row: [test.partition("::")[2] for test in tests] for row, tests in shown_by(tmp_path).items()}
    assert shown == {
        "A01": ["test_always", "TestSlow::test_in_a_class"],
        "A02": ["test_with_parameters"],
        "A03": ["test_with_parameters"],
    }


# ---- the page ------------------------------------------------------------------------------------------------------


def test_a_line_of_the_page() -> None:
    row = Row("K06", "core", "9293 §3.5, §3.10.7.4; 5961 §3", "a RST", "<ACK> or not.", ("tcpsim.tcp.tcb.Tcb.copy",))
    line = page({"K": "Checks"}, [row], {"K06": ["tests/x.py::TestOf::test_it"]}).splitlines()[-1]
    rfc = "https://www.rfc-editor.org/rfc/rfc"
    assert [cell.strip() for cell in line.strip("|").split("|")] == [
        *("K06", "core", "a RST", "&lt;ACK&gt; or not."),
        f"[9293 §3.5]({rfc}9293#section-3.5), [§3.10.7.4]({rfc}9293#section-3.10.7.4); [5961 §3]({rfc}5961#section-3)",
        "[`tcp.tcb.Tcb.copy`](../tcpsim/tcp/tcb.py)",
        "[`TestOf.test_it`](../tests/x.py)",
    ]


def test_the_page_is_up_to_date(tests: dict[str, list[str]]) -> None:
    there = MAP.read_text(encoding="utf-8").splitlines()
    right = page(TITLES, ROWS.values(), tests).splitlines()
    hint = "write it anew: python tests/conformance/rfc_map.py"
    assert [line for line in right if line not in there] == [], hint
    assert there == right, hint


def test_a_function_that_is_in_no_module() -> None:
    with pytest.raises(LookupError, match=r"tcpsim\.tpc\.tcb\.Tcb is in no module"):
        module_of("tcpsim.tpc.tcb.Tcb")
