"""`tcpsim check`: a scenario file as a test, and how its outcome is told in a line."""

from dataclasses import dataclass, field
from typing import Final

from tcpsim.api import Run, run, what_if
from tcpsim.cli.console import Console, Quit, in_a_line, visible
from tcpsim.cli.files import read_scenario
from tcpsim.scenario import ScenarioError
from tcpsim.sim.world import Watch

_GREEN: Final = "\x1b[32m"
_RED: Final = "\x1b[31m"
_PLAIN: Final = "\x1b[0m"


@dataclass(slots=True)
class Check:
    """What came of one file. `problems` are sentences; `bad_input` says that it could not even be read."""

    name: str
    expectations: int = 0
    variants: int = 0
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
    _take(check, run(scenario, watch=watch), "")
    for variant, finished in what_if(scenario, watch=watch).items():
        check.variants += 1
        _take(check, finished, f"what if {variant}: ")
    if not check.expectations:
        check.problems.append("nothing is expected: a scenario ends with 'expect:'")
    return check


def _take(check: Check, finished: Run, where: str) -> None:
    check.expectations += len(finished.results)
    check.problems += [where + in_a_line(failure) for failure in finished.failures]


def report_line(check: Check, *, in_colour: bool) -> str:
    """One line for a file that holds; below it, indented, what is wrong with one that does not."""
    verdict, colour = ("ok    ", _GREEN) if check.held else ("FAILED", _RED)
    if check.bad_input:
        verdict = "ERROR "
    painted = f"{colour}{verdict}{_PLAIN}" if in_colour else verdict
    held = _counted(check.expectations, "expectation") + (
        f", {_counted(check.variants, 'variant')}" if check.variants else ""
    )
    told = f"  ({held})" if check.held else "".join(f"\n        {visible(problem)}" for problem in check.problems)
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
