"""A part of the suite, run in a copy of the project; what it found is left in `verdict.json` beside it.

`python tests/mutants/suite.py tests/tcp …` runs those tests until one fails; with `scenarios`, every scenario. It first
makes sure that the package under test is the copy's: anything else would say nothing about the mutant.
"""

import json
import sys
from pathlib import Path
from typing import Final

import pytest

import tcpsim
from tcpsim.cli import main as tcpsim_command

VERDICT: Final = "verdict.json"
SCENARIOS: Final = "scenarios"
WRONG_PACKAGE: Final = 70


class Witness:
    """Remembers the first test that failed, and with which exception."""

    def __init__(self) -> None:
        self.test = ""
        self.exception = ""

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None and not self.test and not call.excinfo.errisinstance(pytest.skip.Exception):
            self.test = item.nodeid
            self.exception = call.excinfo.typename


def run(parts: list[str]) -> int:
    """0: nothing failed; 1: something did; anything else: it could not be found out."""
    home = Path.cwd()
    if not Path(tcpsim.__file__).is_relative_to(home):
        sys.stderr.write(f"{tcpsim.__file__} is not the package in {home}\n")
        return WRONG_PACKAGE
    witness = Witness()
    if parts == [SCENARIOS]:
        status = tcpsim_command(["check", SCENARIOS])
        witness.test = "tcpsim check scenarios"
    else:
        status = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *parts], plugins=[witness]))
    found = {"test": witness.test, "exception": witness.exception}
    (home / VERDICT).write_text(json.dumps(found), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
