"""`python tests/mutants`: does the suite notice every planted mistake?

Each mutant is put into a copy of the project, and the suite is run there until a test fails: the file that should show
the mistake, then the conversations, the worlds, the scenarios. First of all the copy without a mistake must pass, or
the score would mean nothing. Exit status 1 if a mutant survives, 2 if one does not run at all.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from planted import ITEMS, Mutant, load
from trial import PARTS, ROOT, SURVIVED, Verdict, copy_of_the_project, judge, try_mutant


def main() -> int:
    """The exit status."""
    options = parsed()
    mutants = chosen(options.only)
    if options.list:
        tell_all(mutants)
        return 0
    with TemporaryDirectory(prefix="tcpsim-control-") as folder:
        control = Path(folder).resolve()
        copy_of_the_project(ROOT, control)
        sound = judge(PARTS, control, options.limit)
        if sound.fate != SURVIVED.fate:
            print(f"the copy without a mistake does not pass, so there is no score: {sound.by}")
            return 2
        print(f"   {'without a mistake':46} {'passes':8} {sound.seconds:5.1f} s", flush=True)
        fates = Counter(try_all(mutants, control, options))
    print(f"{fates['caught']} of {len(mutants)} killed")
    return 2 if fates["BROKEN"] else int(fates["SURVIVED"] > 0)


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


def try_all(mutants: tuple[Mutant, ...], control: Path, options: argparse.Namespace) -> Iterator[str]:
    """The fate of each, several at a time, told in their order as they come."""

    def tried(mutant: Mutant) -> Verdict:
        return try_mutant(mutant, control, options.limit, options.first)

    with ThreadPoolExecutor(options.jobs) as pool:
        for mutant, verdict in zip(mutants, pool.map(tried, mutants), strict=True):
            tell(mutant, verdict)
            yield verdict.fate


def tell(mutant: Mutant, verdict: Verdict) -> None:
    print(f"{mutant.item:2} {mutant.name:46} {verdict.fate:8} {verdict.seconds:5.1f} s  {verdict.by}", flush=True)


def tell_all(mutants: tuple[Mutant, ...]) -> None:
    for number, item in enumerate(ITEMS, 1):
        mine = [mutant for mutant in mutants if mutant.item == number]
        if mine:
            print(f"\n{number}. {item}")
        for mutant in mine:
            where = mutant.rfc if mutant.rfc.startswith("RFC") else f"RFC 9293 §{mutant.rfc}"
            print(f"   {mutant.name}  ({where}; {', '.join(mutant.rows)})\n       {mutant.wrong}")


if __name__ == "__main__":
    sys.exit(main())
