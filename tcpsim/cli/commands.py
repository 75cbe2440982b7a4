"""What each command does: `run`, `plot`, … take the parsed arguments and return the exit status."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tcpsim.api import Run, run
from tcpsim.cli.checking import Check, check_file, report_line, summary
from tcpsim.cli.console import BAD_INPUT, Console, Quit, write_whole
from tcpsim.cli.junit import junit
from tcpsim.cli.template import TEMPLATE
from tcpsim.scenario import Scenario, ScenarioError, load, loads
from tcpsim.scenario.schema import schema_text

if TYPE_CHECKING:
    from tcpsim.sim.world import World

FINE: Final = 0
FAILED: Final = 1
PICTURES: Final = ("svg", "png", "pdf")
_SUFFIXES: Final = (".yaml", ".yml")


# ---- run, plot ------------------------------------------------------------------------------------------------------


def _run_command(arguments: Namespace, console: Console) -> int:
    """Run each file: its timeline or JSON document on stdout, its picture where asked."""
    _check_pictures(arguments)
    status = FINE
    documents: list[str] = []
    for file in arguments.files:
        try:
            finished = _run(file, arguments, console)
        except ScenarioError as error:
            console.say(str(error))
            status = BAD_INPUT
            continue
        if arguments.json:
            documents.append(finished.to_json())
        elif arguments.plot != "-":
            _print_timeline(finished, arguments, console, first=file == arguments.files[0])
        for failure in finished.failures:
            console.say(f"{file}: {failure}")
        if arguments.plot:
            _draw(finished, _picture_for(file, arguments), console)
        if not finished.ok:
            status = max(status, FAILED)
    if documents:
        console.print(documents[0] if len(arguments.files) == 1 else "[" + ",\n".join(documents) + "]")
    return status


def _plot_command(arguments: Namespace, console: Console) -> int:
    """Draw one file's sequence diagram."""
    output = arguments.output or f"{'scenario' if arguments.file == '-' else Path(arguments.file).stem}.svg"
    _picture_format(output)
    try:
        finished = _run(arguments.file, arguments, console)
    except ScenarioError as error:
        raise Quit(str(error)) from None
    for failure in finished.failures:
        console.say(f"{arguments.file}: {failure}")
    _draw(finished, output, console)
    return FINE if finished.ok else FAILED


def _run(file: str, arguments: Namespace, console: Console) -> Run:
    changes = dict(arguments.changes)
    scenario = _load(file)
    return run(
        scenario,
        seed=arguments.seed,
        profile=arguments.profile,
        changes=changes,
        watch=_watch(file, console),
    )


def _watch(file: str, console: Console) -> "Callable[[World], None]":
    def watch(world: "World") -> None:
        console.progress(f"{file}: {world.events_handled:,} events, {world.now / 1e6:,.3f} s of virtual time")

    return watch


def _load(file: str) -> Scenario:
    if file == "-":
        return loads(sys.stdin.buffer.read((1 << 20) + 1), name="stdin")
    return load(file)


def _print_timeline(finished: Run, arguments: Namespace, console: Console, *, first: bool) -> None:
    width = arguments.width or console.width
    plain = arguments.ascii or console.ascii_only
    gap = "" if first else "\n"
    console.print(gap + finished.text(width=width, ascii_only=plain, color=console.in_colour), end="")


# ---- pictures -------------------------------------------------------------------------------------------------------


def _check_pictures(arguments: Namespace) -> None:
    """Refuse what could not be drawn before anything is run."""
    plot = arguments.plot
    if not plot:
        return
    if len(arguments.files) > 1:
        if not Path(plot).is_dir():
            raise Quit(f"--plot {plot}: with several FILEs it must be a folder that exists")
    elif not Path(plot).is_dir():
        _picture_format(plot)
    if arguments.json and plot == "-":
        raise Quit("--json and --plot - both want stdout; give --plot a file")


def _picture_format(path: str) -> str:
    chosen = "svg" if path == "-" else Path(path).suffix.lstrip(".").lower()
    if chosen not in PICTURES:
        raise Quit(f"{path}: the suffix says how to draw, and must be .svg, .png or .pdf")
    return chosen


def _picture_for(file: str, arguments: Namespace) -> str:
    plot: str = arguments.plot
    if plot != "-" and Path(plot).is_dir():
        return str(Path(plot) / f"{'scenario' if file == '-' else Path(file).stem}.svg")
    return plot


def _draw(finished: Run, path: str, console: Console) -> None:
    from tcpsim.views.ladder_files import rendered

    octets = rendered(finished.plot(), _picture_format(path))
    if path == "-":
        console.print_octets(octets)
    else:
        write_whole(path, octets)
        console.say(f"drew {path}")


# ---- check, list ----------------------------------------------------------------------------------------------------


def _check_command(arguments: Namespace, console: Console) -> int:
    """Run every scenario below the given places, one line each; and every `what_if` in them."""
    checks: list[Check] = []
    files = list(_files(arguments.places))
    for number, (file, name) in enumerate(files, 1):
        console.progress(f"{number}/{len(files)} {name}")
        check = check_file(file, name)
        checks.append(check)
        console.print(report_line(check, in_colour=console.in_colour))
    console.print(summary(checks))
    if arguments.junit:
        _write(arguments.junit, junit(checks).encode(), console)
    if any(check.bad_input for check in checks):
        return BAD_INPUT
    return FINE if all(check.held for check in checks) else FAILED


def _list_command(arguments: Namespace, console: Console) -> int:
    """A line for each scenario: its file, its title, and what it is about."""
    status = FINE
    found: list[tuple[str, Scenario]] = []
    for file, name in _files(arguments.places):
        try:
            found.append((name, load(file)))
        except ScenarioError as error:
            console.say(str(error))
            status = BAD_INPUT
    width = max((len(name) for name, _ in found), default=0)
    for name, scenario in found:
        console.print(f"{name:<{width}}  {scenario.title}")
    return status


def _files(places: list[str]) -> Iterator[tuple[Path, str]]:
    """Every scenario file in the places, in the order of their names, each once. Raises Quit for a place without any."""
    seen: set[Path] = set()
    for place in places:
        path = Path(place)
        if path.is_dir():
            below = sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
            if not below:
                raise Quit(f"{place}: no scenarios (*.yaml) in this folder")
        elif path.exists():
            below = [path]
        else:
            hint = "; say which folder: tcpsim check DIR" if places == ["scenarios"] else ""
            raise Quit(f"{place}: there is no such file or folder{hint}")
        for file in below:
            if file not in seen:
                seen.add(file)
                yield file, str(file)


# ---- new, schema ----------------------------------------------------------------------------------------------------


def _new_command(arguments: Namespace, console: Console) -> int:
    """Write the scenario to start from."""
    if arguments.file != "-" and Path(arguments.file).exists() and not arguments.force:
        raise Quit(f"{arguments.file}: there is such a file already; --force replaces it")
    _write(arguments.file, TEMPLATE.encode(), console)
    if arguments.file != "-":
        console.say(f"wrote {arguments.file}; now: tcpsim run {arguments.file}")
    return FINE


def _schema_command(arguments: Namespace, console: Console) -> int:
    """Print the JSON Schema of the scenario language."""
    _write(arguments.output, schema_text().encode(), console)
    return FINE


def _write(path: str, octets: bytes, console: Console) -> None:
    if path == "-":
        console.print(octets.decode(), end="")
    else:
        write_whole(path, octets)


COMMANDS: Final[dict[str, Callable[[Namespace, Console], int]]] = {
    "run": _run_command,
    "plot": _plot_command,
    "check": _check_command,
    "list": _list_command,
    "new": _new_command,
    "schema": _schema_command,
}
