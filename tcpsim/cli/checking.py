"""`tcpsim check`: a scenario file as a test, and how its outcome is told in a line."""

from dataclasses import dataclass, field
from typing import Final

from tcpsim.api import run
from tcpsim.cli.console import Console, Quit, in_a_line, visible
from tcpsim.cli.files import read_scenario
from tcpsim.scenario import Scenario, ScenarioError, variant_of, with_each_seed
from tcpsim.sim.world import Watch

_GREEN: Final = "\x1b[32m"
_RED: Final = "\x1b[31m"
_SEEDS_NAMED: Final = 3  # of those with which something fails
_PLAIN: Final = "\x1b[0m"


@dataclass(slots=True)
class Check:
    """What came of one file.

    `runs` counts the seeds, those of variants as well. `problems` are sentences; `bad_input` says that it could not
    even be read.
    """

    name: str
    expectations: int = 0
    variants: int = 0
    runs: int = 0
    problems: list[str] = field(default_factory=list)
    bad_input: bool = False

    @property
    def held(self) -> bool:
        """Whether all was as expected."""
        return not self.problems


def check_file(file: str, name: str, console: Console, watch: Watch) -> Check:
    """Run a file and its variants and gather everything that is not as expected."""
    check = Check(name)
    try:
        scenario = read_scenario(file, console)
    except (ScenarioError, Quit, OSError) as error:
        check.bad_input = True
        check.problems = str(error).splitlines()
        return check
    _take(check, scenario, "", watch)
    for variant in scenario.what_if:
        check.variants += 1
        _take(check, variant_of(scenario, variant), f"what if {variant}: ", watch)
    if not check.expectations:
        check.problems.append("nothing is expected: a scenario ends with 'expect:'")
    return check


def _take(check: Check, scenario: Scenario, where: str, watch: Watch) -> None:
    """Run a scenario with each of its seeds. What fails with many of them is told of the first few."""
    check.runs += scenario.seeds
    failed = expectations = 0
    for seeded in with_each_seed(scenario):
        finished = run(seeded, watch=watch)
        expectations = len(finished.results)
        failed += bool(finished.failures)
        if failed <= _SEEDS_NAMED:
            seed = f"seed {seeded.seed}: " if scenario.seeds > 1 else ""
            check.problems += [where + seed + in_a_line(failure) for failure in finished.failures]
    check.expectations += expectations
    if failed > _SEEDS_NAMED:
        check.problems.append(f"{where}and with {_counted(failed - _SEEDS_NAMED, 'seed')} more")


def report_line(check: Check, *, in_colour: bool) -> str:
    """One line for a file that holds; below it, indented, what is wrong with one that does not."""
    verdict, colour = ("ok    ", _GREEN) if check.held else ("FAILED", _RED)
    if check.bad_input:
        verdict = "ERROR "
    painted = f"{colour}{verdict}{_PLAIN}" if in_colour else verdict
    counted = [_counted(check.expectations, "expectation")]
    counted += [_counted(check.variants, "variant")] if check.variants else []
    counted += [_counted(check.runs, "run")] if check.runs > 1 + check.variants else []
    told = (
        f"  ({', '.join(counted)})"
        if check.held
        else "".join(f"\n        {visible(problem)}" for problem in check.problems)
    )
    return f"{painted}  {check.name}{told}"


def summary(checks: list[Check]) -> str:
    """The last line."""
    held = sum(check.held for check in checks)
    unread = sum(check.bad_input for check in checks)
    broken = len(checks) - held - unread
    rest = [f"{broken} failed"] * bool(broken) + [f"{unread} not understood"] * bool(unread)
    holds = "scenario holds" if len(checks) == 1 else "scenarios hold"
    expectations = _counted(sum(check.expectations for check in checks), "expectation")
    return "\n" + ", ".join([f"{held} of {len(checks)} {holds}", *rest]) + f"; {expectations}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
