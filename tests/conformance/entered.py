"""Which functions of tcpsim the tests of each row enter: what is named in the map is what runs.

    python tests/conformance/entered.py

runs every test that shows a row, watched, and prints the functions by row, as JSON.
"""

import io
import json
import sys
from collections import defaultdict
from collections.abc import Generator
from contextlib import redirect_stdout
from pathlib import Path
from types import CodeType, FrameType

import pytest

import tcpsim

PACKAGE = Path(tcpsim.__file__).parent


class Watch:
    """A plugin of pytest: runs only the tests that show a row, and notes what each enters while it is called."""

    def __init__(self) -> None:
        self.by_row: dict[str, set[str]] = defaultdict(set)
        self.names: dict[CodeType, str] = {}
        self.entered: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.get_closest_marker("row")]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        self.entered = set()
        sys.setprofile(self._called)
        try:
            yield
        finally:
            sys.setprofile(None)
            for mark in item.iter_markers("row"):
                self.by_row[mark.args[0]] |= self.entered

    def _called(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            code = frame.f_code
            name = self.names.get(code)
            if name is None:
                name = self.names[code] = _name(code)
            if name:
                self.entered.add(name)


def _name(code: CodeType) -> str:
    """`tcpsim.tcp.steps.second_check_rst_bit`; nothing for what is not tcpsim's."""
    file = Path(code.co_filename)
    if not file.is_relative_to(PACKAGE):
        return ""
    return ".".join((PACKAGE.name, *file.relative_to(PACKAGE).with_suffix("").parts, code.co_qualname))


def main() -> None:
    """Print what each row's tests enter."""
    root, watch, said = Path(__file__).parents[2], Watch(), io.StringIO()
    options = ["-o", "addopts=", "--strict-markers", "-p", "no:cacheprovider", "-q", f"--rootdir={root}"]
    with redirect_stdout(said):
        status = pytest.main([*options, f"--config-file={root / 'pyproject.toml'}", str(root / "tests")], [watch])
    if status is not pytest.ExitCode.OK:
        sys.exit(said.getvalue())
    sys.stdout.write(json.dumps({row: sorted(entered) for row, entered in watch.by_row.items()}))


if __name__ == "__main__":
    main()
