"""A mutant on trial: a copy of the project with the mistake in it, and the suite run there until a test fails.

Who is put on trial, and what is told of it, is the command's business (`__main__`); what runs in the copy, `suite`'s.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from planted import Mutant
from suite import SCENARIOS, VERDICT

Part = tuple[str, ...]
ROOT: Final = Path(__file__).resolve().parents[2]
COPIED: Final = ("docs", "scenarios", "tcpsim", "tests", "README.md", "pyproject.toml")
# The suite, in the order in which a mistake is likely to be noticed and quickly told.
PARTS: Final[tuple[Part, ...]] = (("tests/tcp",), ("tests/sim", "tests/wire"), ("tests/scenario",), (SCENARIOS,))
NOT_RUNNING: Final = frozenset({"NameError", "UnboundLocalError", "ImportError", "ModuleNotFoundError", "SyntaxError"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant, and `by` which test, or which accident, after so many `seconds`.

    BROKEN did not get its chance to be wrong: it does not run.
    """

    fate: Literal["caught", "SURVIVED", "BROKEN"]
    by: str
    seconds: float = 0


SURVIVED: Final = Verdict("SURVIVED", "nothing noticed")


def copy_of_the_project(source: Path, target: Path) -> None:
    """What the suite needs. Compiled files come along: the copy of a copy that has run once starts faster."""
    for name in COPIED:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns(".*"))
        else:
            shutil.copy2(source / name, target / name)


def plant(mutant: Mutant, home: Path) -> None:
    """Put the mistake into the copy, and make sure that nothing compiled before it is used."""
    for name, text in mutant.mistaken(home).items():
        file = home / name
        file.write_text(text, encoding="utf-8")
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            compiled.unlink()


def run_part(part: Part, home: Path, limit: float) -> Verdict | None:
    """One part of the suite in a copy, killed after `limit` seconds; None when nothing failed."""
    command = [sys.executable, "tests/mutants/suite.py", *part]
    environment = {**os.environ, "PYTHONPATH": str(home), "PYTHONHASHSEED": "0"}
    log, verdict = home / "log.txt", home / VERDICT
    verdict.unlink(missing_ok=True)
    with log.open("w", encoding="utf-8") as output:
        try:
            done = subprocess.run(
                command, cwd=home, env=environment, stdout=output, stderr=output, timeout=limit, check=False
            )
        except subprocess.TimeoutExpired:
            return Verdict("caught", f"it hung: killed after {limit:.0f} s of {' '.join(part)}")
    if done.returncode == 0:
        return None
    found = json.loads(verdict.read_text(encoding="utf-8")) if verdict.exists() else {"test": ""}
    if done.returncode != 1 or not found["test"]:  # no test has failed: none could begin
        told = log.read_text(encoding="utf-8", errors="replace")[-2_000:]
        return Verdict("BROKEN", f"exit status {done.returncode} of {' '.join(part)}\n{told}")
    how = "" if found["exception"] in {"", "AssertionError"} else f"  ({found['exception']})"
    return Verdict("BROKEN" if found["exception"] in NOT_RUNNING else "caught", found["test"] + how)


def judge(parts: Iterable[Part], home: Path, limit: float) -> Verdict:
    """The suite, part by part, until something fails. `limit` (s) is for all of it."""
    began = time.monotonic()
    verdict = None
    for part in parts:
        verdict = run_part(part, home, max(limit - (time.monotonic() - began), 1))
        if verdict is not None:
            break
    return replace(verdict or SURVIVED, seconds=time.monotonic() - began)


def try_mutant(mutant: Mutant, control: Path, limit: float, first: Iterable[str] = ()) -> Verdict:
    """A mutant in a copy of its own, made from `control`: the tests `first`, then where it should show, then all."""
    with TemporaryDirectory(prefix="tcpsim-mutant-") as folder:
        home = Path(folder).resolve()
        copy_of_the_project(control, home)
        plant(mutant, home)
        return judge(((*first, mutant.shown_in), *PARTS), home, limit)
