"""What each command does: `run`, `plot`, … take the parsed arguments and return the exit status."""

import json
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from tcpsim.api import Run, run
from tcpsim.cli.checking import Check, check_file, report_line, summary
from tcpsim.cli.console import BAD_INPUT, Console, Quit, in_a_line
from tcpsim.cli.files import STANDARD, each_with_name, must_be_writable, read_scenario, scenario_files, stem, write
from tcpsim.cli.pictures import draw, options_of, pictures_of
from tcpsim.cli.template import TEMPLATE
from tcpsim.scenario import Problem, Scenario, ScenarioError, variant_of
from tcpsim.sim.world import Watch, World

FINE: Final = 0
FAILED: Final = 1


def _each(files: Sequence[str], console: Console, work: Callable[[str], int]) -> int:
    """Do the work on each file; what is wrong with one does not stop the others. Returns the worst status."""
    status = FINE
    for file in files:
        try:
            status = max(status, work(file))
        except ScenarioError as error:
            _tell_problems(error, console)
            status = BAD_INPUT
        except Quit as failure:
            console.say(str(failure))
            status = max(status, failure.status)
        except OSError as error:
            console.say(f"{in_a_line(file)}: {error.strerror or error}")
            status = BAD_INPUT
    return status


def _tell_problems(error: ScenarioError, console: Console) -> None:
    """As compilers do: `file:line:column: what`, or `tcpsim: file: what` where there is no line."""
    if any(problem.span for problem in error.problems):
        console.tell(str(error))
    else:
        for line in str(error).splitlines():
            console.say(line)


# ---- run, plot ------------------------------------------------------------------------------------------------------


def _run_command(arguments: Namespace, console: Console) -> int:
    """Run each file: its timeline or JSON document on stdout, its picture where asked."""
    _refuse_contradictions(arguments)
    changes = _changes(arguments)
    pictures = pictures_of(arguments.files, arguments.plot) if arguments.plot else {}
    options = options_of(arguments, pictures.values(), console)
    told: list[str] = []

    def work(file: str) -> int:
        finished = _run(file, arguments, changes, console)
        if arguments.json:
            told.append(json.dumps(finished.to_document(), ensure_ascii=False, indent=2))
        elif arguments.plot != STANDARD:
            console.print("\n" * len(told[:1]) + _timeline(finished, arguments, console), end="")
            told.append(file)
            _say_variants(file, finished, console)
        _say_failures(file, finished, console, in_full=arguments.json or arguments.plot == STANDARD)
        if pictures:
            draw(finished, pictures[file], console, options)
        return FINE if finished.ok else FAILED

    status = _each(arguments.files, console, work)
    if arguments.json and told:
        document = told[0] if len(arguments.files) == 1 else "[" + ",\n".join(told) + "]"
        console.print_octets(f"{document}\n".encode())
    return status


def _plot_command(arguments: Namespace, console: Console) -> int:
    """Draw one file's sequence diagram."""
    changes = _changes(arguments)
    pictures = pictures_of([arguments.file], arguments.output or f"{stem(arguments.file)}.svg")
    options = options_of(arguments, pictures.values(), console)

    def work(file: str) -> int:
        finished = _run(file, arguments, changes, console)
        _say_failures(file, finished, console, in_full=True)
        draw(finished, pictures[file], console, options)
        return FINE if finished.ok else FAILED

    return _each([arguments.file], console, work)


def _refuse_contradictions(arguments: Namespace) -> None:
    """Options that cannot all have their way."""
    if arguments.files.count(STANDARD) > 1:
        raise Quit("-: stdin can be read only once")
    if arguments.json and arguments.plot == STANDARD:
        raise Quit("--json and --plot - both want stdout; give --plot a file")
    instead = "--json" if arguments.json else "--plot -" if arguments.plot == STANDARD else ""
    idle = {"--ascii": arguments.ascii, "--width": arguments.width, "--color": arguments.color == "always"}
    for option, given in idle.items():
        if instead and given:
            raise Quit(f"{option} is about the timeline, and with {instead} none is printed")


def _changes(arguments: Namespace) -> dict[str, str]:
    """What `--set` changes, in the order given; of one key given twice, the last holds."""
    changes: dict[str, str] = {}
    for key, value in arguments.changes:
        if key in {"seed", "profile"} and getattr(arguments, key) is not None:
            raise Quit(f"--{key} and --set {key} both say what it is; one is enough")
        changes.pop(key, None)
        changes[key] = value
    return changes


def _run(file: str, arguments: Namespace, changes: dict[str, str], console: Console) -> Run:
    scenario = read_scenario(file, console)
    if arguments.what_if is not None:
        scenario = _variant(file, scenario, arguments.what_if)
    watch = _watch(file, console)
    try:
        return run(scenario, seed=arguments.seed, profile=arguments.profile, changes=changes, watch=watch)
    except ScenarioError as error:
        raise ScenarioError([_of_option(problem, file, arguments) for problem in error.problems]) from None


def _variant(file: str, scenario: Scenario, name: str) -> Scenario:
    """The scenario's variant of this name."""
    if name not in scenario.what_if:
        known = "; ".join(scenario.what_if) or "none"
        raise Quit(f"{in_a_line(file)}: there is no variant '{in_a_line(name)}'; those there are: {known}")
    return variant_of(scenario, name)


def _of_option(problem: Problem, file: str, arguments: Namespace) -> Problem:
    """A mistake in what the options change, told as theirs: the file itself was in order."""
    if problem.where in {"seed", "profile"} and getattr(arguments, problem.where) is not None:
        return replace(problem, file=f"{file}: --{problem.where}", where="")
    return replace(problem, file=f"{file}: --set {problem.where}", where="")


def _watch(what: str, console: Console) -> Watch:
    def watch(world: World) -> None:
        console.progress(f"{what}: {world.events_handled:,} events, {world.now / 1e6:,.3f} s of virtual time")

    return watch


def _timeline(finished: Run, arguments: Namespace, console: Console) -> str:
    return finished.text(
        width=arguments.width or console.width,
        ascii_only=arguments.ascii or console.ascii_only,
        color=console.in_colour,
    )


def _say_variants(file: str, finished: Run, console: Console) -> None:
    """That there is more to see."""
    if finished.scenario.what_if:
        names = ", ".join(f'"{in_a_line(name)}"' for name in finished.scenario.what_if)
        console.say(f"{file}: the same with another rule, by --what-if NAME: {names}")


def _say_failures(file: str, finished: Run, console: Console, *, in_full: bool) -> None:
    """What is wrong; not `in_full` where the timeline has said already which expectations failed, and how."""
    broken = sum(not result.held for result in finished.results)
    if broken and not in_full:
        every = len(finished.results)
        console.say(f"{file}: {broken} of {every} expectation{'s' * (every != 1)} failed")
    for failure in finished.failures[0 if in_full else broken :]:
        console.say(f"{file}: {failure}")


# ---- check, list ----------------------------------------------------------------------------------------------------


def _check_command(arguments: Namespace, console: Console) -> int:
    """Run every scenario in the places, one line each; and every `what_if` in them."""
    files = scenario_files(arguments.places, "check")
    report: str | None = arguments.junit
    if report:
        must_be_writable(report, files)
    print_line = console.tell if report == STANDARD else console.print
    in_colour = console.in_colour and report != STANDARD
    checks: list[Check] = []
    for number, (file, name) in enumerate(each_with_name(files), 1):
        where = f"{number}/{len(files)} {name}"
        console.progress(where)
        checks.append(check_file(file, name, console, _watch(where, console)))
        print_line(report_line(checks[-1], in_colour=in_colour))
    print_line(summary(checks))
    if report:
        from tcpsim.cli.junit import junit

        write(report, junit(checks).encode(), console)
    if any(check.bad_input for check in checks):
        return BAD_INPUT
    return FINE if all(check.held for check in checks) else FAILED


def _list_command(arguments: Namespace, console: Console) -> int:
    """A line for each scenario: its file and its title."""
    files = scenario_files(arguments.places, "list")
    names = dict(each_with_name(files))
    width = max(map(len, names.values()))

    def work(file: str) -> int:
        title = in_a_line(read_scenario(file, console).title)
        console.print(f"{names[file]:<{width}}  {title}".rstrip())
        return FINE

    return _each(files, console, work)


# ---- new, schema ----------------------------------------------------------------------------------------------------


def _new_command(arguments: Namespace, console: Console) -> int:
    """Write the scenario to start from."""
    file: str = arguments.file
    _write_anew(file, TEMPLATE.encode(), arguments, console)
    if file != STANDARD:
        console.say(f"wrote {in_a_line(file)}; now: tcpsim run {in_a_line(file)}")
    return FINE


def _write_anew(file: str, octets: bytes, arguments: Namespace, console: Console) -> None:
    must_be_writable(file)
    if Path(file).is_file() and not arguments.force:
        raise Quit(f"{in_a_line(file)}: there is such a file already; --force replaces it")
    write(file, octets, console)


def _schema_command(arguments: Namespace, console: Console) -> int:
    """Print the JSON Schema of the scenario language."""
    from tcpsim.scenario.schema import schema_text

    write(arguments.output, schema_text().encode(), console)
    return FINE


# ---- packetdrill ----------------------------------------------------------------------------------------------------


def _packetdrill_command(arguments: Namespace, console: Console) -> int:
    """Run packetdrill scripts with tcpsim as the stack under test."""
    from tcpsim.cli.drilling import drill

    return drill(arguments, console)


COMMANDS: Final[dict[str, Callable[[Namespace, Console], int]]] = {
    "run": _run_command,
    "plot": _plot_command,
    "check": _check_command,
    "list": _list_command,
    "new": _new_command,
    "schema": _schema_command,
    "packetdrill": _packetdrill_command,
}
