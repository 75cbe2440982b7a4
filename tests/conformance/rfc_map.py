"""The map from the RFC to the code and its tests: catalogue row → section → function → test, as docs/rfc-map.md.

    python tests/conformance/rfc_map.py

writes it. The catalogue is rows.toml, beside this file; which test shows which row is asked of pytest itself, so a mark
on one parameter of a test counts as one on the test. Whether every row has what it needs is `test_rfc_map.py`'s
business.
"""

import io
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
CATALOGUE: Final = Path(__file__).with_name("rows.toml")
MAP: Final = ROOT / "docs" / "rfc-map.md"
LABELS: Final = ("core", "extended", "optional")
# A test that is skipped here or there, or may fail, shows nothing.
_SHOW_NOTHING: Final = ("skip", "skipif", "xfail")


# ---- the catalogue -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the catalogue; rows.toml says what its fields mean. `not_done` is empty where a row is to be shown."""

    id: str
    label: str
    section: str
    subject: str
    what: str
    functions: tuple[str, ...] = ()
    not_done: str = ""


def catalogue() -> tuple[dict[str, str], dict[str, Row]]:
    """The titles of the sections by their letters, and the rows by their ids, in the catalogue's order."""
    tables = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    titles = tables.pop("sections")
    rows = {}
    for name, fields in tables.items():
        functions = tuple(fields.pop("functions", ()))
        rows[name] = Row(id=name, functions=functions, **fields)
    return titles, rows


def module_of(function: str) -> str:
    """The module in a function's dotted name: all that comes before a class or a function."""
    parts = function.split(".")
    while not (ROOT.joinpath(*parts[:-1]).with_suffix(".py")).exists():
        parts.pop()
        if len(parts) == 1:
            raise LookupError(f"{function} is in no module of this repository")
    return ".".join(parts[:-1])


# ---- the tests -----------------------------------------------------------------------------------------------------


class _Collector:
    """A plugin of pytest: notes the rows that each test shows."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if any(item.get_closest_marker(name) for name in _SHOW_NOTHING):
                continue
            test = item.nodeid.partition("[")[0]
            for mark in item.iter_markers("row"):
                tests = self.tests.setdefault(mark.args[0], [])
                if test not in tests:
                    tests.append(test)


def collect(folder: str) -> dict[str, list[str]]:
    """Below a folder, the tests that show a row, by row: `tests/tcp/test_closed.py::test_…`, in pytest's order."""
    collector, said = _Collector(), io.StringIO()
    # Without our own options, which leave the slow tests out.
    options = ["--collect-only", "-o", "addopts=", "--strict-markers", "-p", "no:cacheprovider", "-q"]
    with redirect_stdout(said):
        status = pytest.main(
            [*options, f"--rootdir={ROOT}", f"--config-file={ROOT / 'pyproject.toml'}", folder], [collector]
        )
    if status is not pytest.ExitCode.OK:
        raise RuntimeError(f"the tests cannot be collected:\n{said.getvalue()}")
    return collector.tests


def shown_by(folder: Path = ROOT / "tests") -> dict[str, list[str]]:
    """What `collect` says of a folder, asked in a process of its own: pytest cannot collect while it runs tests."""
    command = [sys.executable, __file__, "--collect", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


# ---- the page ------------------------------------------------------------------------------------------------------

_HEAD = """\
# From the RFC to the code and its tests

Each row of the [conformance catalogue](../tests/conformance/rows.toml) with the RFC's section, the functions that see
to it, and the tests that show it. {rows} rows: {counts}.

`core`: a simulator without it teaches something false. `extended`: expected of a serious one. `optional`: nice to have.
Numbers such as 9293 are RFCs; "practice" is what deployed stacks do and no RFC demands.

This page is written by `python tests/conformance/rfc_map.py` from the catalogue and from the tests' own marks
(`@pytest.mark.row("K06")`). A [test](../tests/conformance/test_rfc_map.py) fails when a core or extended row has no
test, when a mark, a function or a test named here does not exist, and when this page is not what would be written.
"""


def page(titles: dict[str, str], rows: Iterable[Row], tests: dict[str, list[str]]) -> str:
    """docs/rfc-map.md."""
    rows = list(rows)
    parts = [_HEAD.format(rows=len(rows), counts=_counts(rows, tests)), *_left_out(rows)]
    for letter, title in titles.items():
        parts.append(f"## {letter}. {title}\n")
        parts.append("| row | label | of what | what must come of it | RFC | function | test |")
        parts.append("|---|---|---|---|---|---|---|")
        parts += [_line(row, tests.get(row.id, [])) for row in rows if row.id.startswith(letter)]
        parts.append("")
    return "\n".join(parts)


def _counts(rows: list[Row], tests: dict[str, list[str]]) -> str:
    all_of = Counter(row.label for row in rows)
    shown = Counter(row.label for row in rows if tests.get(row.id))
    return ", ".join(f"{shown[label]} of {all_of[label]} {label} shown" for label in LABELS)


def _left_out(rows: list[Row]) -> list[str]:
    left_out = [row for row in rows if row.not_done]
    if not left_out:
        return []
    lines = [f"| {row.id} | {_cell(row.subject)} | {_cell(row.not_done)} |" for row in left_out]
    return ["## Optional rows that are not done\n", "| row | of what | why not |", "|---|---|---|", *lines, ""]


def _line(row: Row, tests: list[str]) -> str:
    functions = "<br>".join(_function(function) for function in row.functions)
    shown = "<br>".join(_test(test) for test in tests) or "not done"
    cells = (row.id, row.label, _cell(row.subject), _cell(row.what), _references(row.section), functions, shown)
    return f"| {' | '.join(cells)} |"


def _function(function: str) -> str:
    module = module_of(function)
    return f"[`{function.removeprefix('tcpsim.')}`](../{module.replace('.', '/')}.py)"


def _test(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[`{name.replace('::', '.')}`](../{file})"


def _references(section: str) -> str:
    """`9293 §3.4; 6298 (5.3)` with a link on each §; those without an RFC before them are of the last one named."""
    rfc = ""

    def link(match: re.Match[str]) -> str:
        nonlocal rfc
        rfc = match["rfc"] or rfc
        return f"[{match[0]}](https://www.rfc-editor.org/rfc/rfc{rfc}#section-{match['section']})"

    return re.sub(r"(?:(?P<rfc>\d{4}) )?§(?P<section>\d+(?:\.\d+)*)", link, section)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")


def written() -> str:
    """docs/rfc-map.md as it should be now."""
    titles, rows = catalogue()
    return page(titles, rows.values(), shown_by())


def main(arguments: list[str]) -> None:
    """Write the page; with `--collect folder`, print which tests there show which rows."""
    if arguments[:1] == ["--collect"]:
        sys.stdout.write(json.dumps(collect(arguments[1])))
    else:
        MAP.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
