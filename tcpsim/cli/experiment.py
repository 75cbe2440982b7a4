"""An experiment as a command's arguments describe it: its file read, changed by the options, and run.

Lives here: what every command does that runs scenarios, what went wrong with one included. Must not be known here: what
is made of a run.
"""

from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from tcpsim.api import Run, run
from tcpsim.cli.console import BAD_INPUT, Console, Quit, in_a_line
from tcpsim.cli.files import read_scenario
from tcpsim.scenario import Problem, Scenario, ScenarioError, variant_of
from tcpsim.sim.world import Watch, World

FINE: Final = 0
FAILED: Final = 1


def each(files: Sequence[str], console: Console, work: Callable[[str], int]) -> int:
    """Do the work on each file; what is wrong with one does not stop the others. Returns the worst status."""
    status = FINE
    for file in files:
        try:
            status = max(status, work(file))
        except ScenarioError as error:
            tell_problems(error, console)
            status = BAD_INPUT
        except Quit as failure:
            console.say(str(failure))
            status = max(status, failure.status)
        except OSError as error:
            console.say(f"{in_a_line(file)}: {error.strerror or error}")
            status = BAD_INPUT
    return status


def tell_problems(error: ScenarioError, console: Console) -> None:
    """As compilers do: `file:line:column: what`, or `tcpsim: file: what` where there is no line."""
    if any(problem.span for problem in error.problems):
        console.tell(str(error))
    else:
        for line in str(error).splitlines():
            console.say(line)


def changes_of(arguments: Namespace) -> dict[str, str]:
    """What `--set` changes, in the order given; of one key given twice, the last holds."""
    changes: dict[str, str] = {}
    for key, value in arguments.changes:
        if key in {"seed", "profile"} and getattr(arguments, key) is not None:
            raise Quit(f"--{key} and --set {key} both say what it is; one is enough")
        changes.pop(key, None)
        changes[key] = value
    return changes


def run_file(file: str, arguments: Namespace, changes: dict[str, str], console: Console) -> Run:
    """Run a file with what the options change in it. Raises ScenarioError for mistakes, Quit for no such variant."""
    scenario = read_scenario(file, console)
    if arguments.what_if is not None:
        scenario = _variant(file, scenario, arguments.what_if)
    watch = watch_of(file, console)
    try:
        return run(scenario, seed=arguments.seed, profile=arguments.profile, changes=changes, watch=watch)
    except ScenarioError as error:
        raise ScenarioError([_of_option(problem, file, arguments) for problem in error.problems]) from None


def _variant(file: str, scenario: Scenario, name: str) -> Scenario:
    """The scenario's variant of this name."""
    if name not in scenario.what_if:
        known = f"those there are: {'; '.join(scenario.what_if)}" if scenario.what_if else "the file has no what_if"
        raise Quit(f"{in_a_line(file)}: there is no variant '{in_a_line(name)}'; {known}")
    return variant_of(scenario, name)


def _of_option(problem: Problem, file: str, arguments: Namespace) -> Problem:
    """A mistake in what the options change, told as theirs: the file itself was in order."""
    if problem.where in {"seed", "profile"} and getattr(arguments, problem.where) is not None:
        return replace(problem, file=f"{file}: --{problem.where}", where="")
    return replace(problem, file=f"{file}: --set {problem.where}", where="")


def watch_of(what: str, console: Console) -> Watch:
    """What shows, on a terminal, how far a run has got."""

    def watch(world: World) -> None:
        console.progress(f"{what}: {world.events_handled:,} events, {world.now / 1e6:,.3f} s of virtual time")

    return watch


def say_failures(file: str, finished: Run, console: Console, *, in_full: bool) -> None:
    """What is wrong; not `in_full` where the timeline has said already which expectations failed, and how."""
    broken = sum(not result.held for result in finished.results)
    if broken and not in_full:
        every = len(finished.results)
        console.say(f"{file}: {broken} of {every} expectation{'s' * (every != 1)} failed")
    for failure in finished.failures[0 if in_full else broken :]:
        console.say(f"{file}: {failure}")
