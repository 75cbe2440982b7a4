"""`python tests/mutants`: does the suite notice every planted mistake?

Each mutant is put into a copy of the project, and the suite is run there until a test fails: the file that should show
the mistake, then the conversations, the worlds, the scenarios. First of all the copy without a mistake must pass, or
the score would mean nothing. Exit status 1 if a mutant survives, 2 if one does not run at all.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from planted import ITEMS, Mutant, load
from suite import SCENARIOS, VERDICT

ROOT: Final = Path(__file__).resolve().parents[2]
COPIED: Final = ("docs", "scenarios", "tcpsim", "tests", "README.md", "pyproject.toml")
# The suite, in the order in which a mistake is likely to be noticed and quickly told.
PARTS: Final = (("tests/tcp",), ("tests/sim", "tests/wire"), ("tests/scenario",), (SCENARIOS,))
# A mutant that ends so did not get its chance to be wrong.
NOT_RUNNING: Final = frozenset({"NameError", "UnboundLocalError", "ImportError", "ModuleNotFoundError", "SyntaxError"})
HUNG: Final = "hung"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant: `caught` by a test, or by the clock; or `broken`, and then `by` says how."""

    caught: bool
    by: str
    seconds: float
    broken: bool = False


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


def run_part(part: tuple[str, ...], home: Path, limit: float) -> Verdict | None:
    """One part of the suite in a copy; None when nothing failed."""
    began = time.monotonic()
    command = [sys.executable, "tests/mutants/suite.py", *part]
    environment = {**os.environ, "PYTHONPATH": str(home), "PYTHONHASHSEED": "0"}
    log = home / "log.txt"
    with log.open("w", encoding="utf-8") as output:
        try:
            done = subprocess.run(
                command, cwd=home, env=environment, stdout=output, stderr=output, timeout=limit, check=False
            )
        except subprocess.TimeoutExpired:
            return Verdict(caught=True, by=f"{HUNG}, after {limit:.0f} s of {' '.join(part)}", seconds=limit)
    seconds = time.monotonic() - began
    if done.returncode == 0:
        return None
    if done.returncode != 1:
        told = log.read_text(encoding="utf-8")[-2_000:]
        return Verdict(caught=False, by=f"exit status {done.returncode}\n{told}", seconds=seconds, broken=True)
    found = json.loads((home / VERDICT).read_text(encoding="utf-8"))
    if found["exception"] in NOT_RUNNING:
        return Verdict(caught=False, by=f"{found['exception']} in {found['test']}", seconds=seconds, broken=True)
    return Verdict(caught=True, by=found["test"], seconds=seconds)


def judge(parts: tuple[tuple[str, ...], ...], home: Path, limit: float) -> Verdict:
    """The suite, part by part, until something fails. `limit` is for all of it."""
    began = time.monotonic()
    verdict = None
    for part in parts:
        verdict = run_part(part, home, max(limit - (time.monotonic() - began), 1))
        if verdict is not None:
            break
    seconds = time.monotonic() - began
    if verdict is None:
        return Verdict(caught=False, by="nothing", seconds=seconds)
    return Verdict(verdict.caught, verdict.by, seconds, verdict.broken)


def try_mutant(mutant: Mutant, control: Path, limit: float, first: list[str]) -> Verdict:
    """A mutant in a copy of its own."""
    with TemporaryDirectory(prefix="tcpsim-mutant-") as folder:
        home = Path(folder).resolve()
        copy_of_the_project(control, home)
        plant(mutant, home)
        return judge(((*first, mutant.shown_in), *PARTS), home, limit)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/mutants", description="Every planted mistake must be caught.")
    parser.add_argument("--list", action="store_true", help="say what is planted, and do nothing")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these mutants")
    parser.add_argument("--first", nargs="+", metavar="FILE", default=[], help="tests to run before all others")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="so many at a time")
    parser.add_argument("--limit", type=float, default=180, metavar="SECONDS", help="for each; who hangs is caught")
    return parser.parse_args()


def chosen(names: list[str] | None) -> tuple[Mutant, ...]:
    mutants = load()
    unknown = set(names or ()) - {mutant.name for mutant in mutants}
    if unknown:
        sys.exit(f"no such mutant: {', '.join(sorted(unknown))}")
    return tuple(mutant for mutant in mutants if not names or mutant.name in names)


def tell_all(mutants: tuple[Mutant, ...]) -> None:
    for number, item in enumerate(ITEMS, 1):
        mine = [mutant for mutant in mutants if mutant.item == number]
        if mine:
            print(f"\n{number}. {item}")
        for mutant in mine:
            print(f"   {mutant.name}  (RFC 9293 §{mutant.rfc}; {', '.join(mutant.rows)})\n       {mutant.wrong}")


def tell(mutant: Mutant, verdict: Verdict) -> None:
    mark = "BROKEN" if verdict.broken else "caught" if verdict.caught else "SURVIVED"
    print(f"{mutant.item:2} {mutant.name:46} {mark:8} {verdict.seconds:5.1f} s  {verdict.by}", flush=True)


def main() -> int:
    """0 if every mutant was caught."""
    options = parsed()
    mutants = chosen(options.only)
    if options.list:
        tell_all(mutants)
        return 0
    with TemporaryDirectory(prefix="tcpsim-control-") as folder:
        control = Path(folder).resolve()
        copy_of_the_project(ROOT, control)
        sound = judge(PARTS, control, options.limit)
        if sound.caught or sound.broken:
            print(f"the copy without a mistake does not pass, so there is no score: {sound.by}")
            return 2
        print(f"   {'without a mistake':46} {'passes':8} {sound.seconds:5.1f} s", flush=True)
        with ThreadPoolExecutor(options.jobs) as pool:
            verdicts = list(_tried(pool, mutants, control, options))
    caught = sum(verdict.caught for verdict in verdicts)
    print(f"{caught} of {len(verdicts)} killed")
    return 2 if any(verdict.broken for verdict in verdicts) else int(caught < len(verdicts))


def _tried(
    pool: ThreadPoolExecutor, mutants: tuple[Mutant, ...], control: Path, options: argparse.Namespace
) -> list[Verdict]:
    verdicts = []
    tries = pool.map(lambda mutant: try_mutant(mutant, control, options.limit, options.first), mutants)
    for mutant, verdict in zip(mutants, tries, strict=True):
        tell(mutant, verdict)
        verdicts.append(verdict)
    return verdicts


if __name__ == "__main__":
    sys.exit(main())
