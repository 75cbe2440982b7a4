"""What each command does: `run`, `plot`, … take the parsed arguments and return the exit status."""

import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tcpsim.api import Run
from tcpsim.cli.checking import Check, check_file, report_line, summary
from tcpsim.cli.console import BAD_INPUT, Console, Quit, in_a_line
from tcpsim.cli.experiment import FAILED, FINE, changes_of, each, run_file, say_failures, watch_of
from tcpsim.cli.explaining import language_to_print
from tcpsim.cli.files import STANDARD, each_with_name, must_be_writable, read_scenario, scenario_files, stem, write
from tcpsim.cli.pictures import draw, options_of, pictures_of
from tcpsim.cli.template import TEMPLATE

# ---- run, plot ------------------------------------------------------------------------------------------------------


def _run_command(arguments: Namespace, console: Console) -> int:
    """Run each file: its timeline or JSON document on stdout, its picture where asked."""
    _refuse_contradictions(arguments)
    changes = changes_of(arguments)
    pictures = pictures_of(arguments.files, arguments.plot) if arguments.plot else {}
    options = options_of(arguments, pictures.values(), console)
    with_timeline = not arguments.json and arguments.plot != STANDARD
    lang = language_to_print(arguments, console) if with_timeline else "en"
    told: list[str] = []

    def work(file: str) -> int:
        finished = run_file(file, arguments, changes, console)
        if arguments.json:
            told.append(json.dumps(finished.to_document(), ensure_ascii=False, indent=2))
        elif with_timeline:
            console.print("\n" * len(told[:1]) + _timeline(finished, arguments, console, lang), end="")
            told.append(file)
            _say_variants(file, finished, console)
        say_failures(file, finished, console, in_full=arguments.json or arguments.plot == STANDARD)
        if pictures:
            draw(finished, pictures[file], console, options)
        return FINE if finished.ok else FAILED

    status = each(arguments.files, console, work)
    if arguments.json and told:
        document = told[0] if len(arguments.files) == 1 else "[" + ",\n".join(told) + "]"
        console.print_octets(f"{document}\n".encode())
    return status


def _plot_command(arguments: Namespace, console: Console) -> int:
    """Draw one file's sequence diagram."""
    changes = changes_of(arguments)
    pictures = pictures_of([arguments.file], arguments.output or f"{stem(arguments.file)}.svg")
    options = options_of(arguments, pictures.values(), console)

    def work(file: str) -> int:
        finished = run_file(file, arguments, changes, console)
        say_failures(file, finished, console, in_full=True)
        draw(finished, pictures[file], console, options)
        return FINE if finished.ok else FAILED

    return each([arguments.file], console, work)


def _refuse_contradictions(arguments: Namespace) -> None:
    """Options that cannot all have their way."""
    if arguments.files.count(STANDARD) > 1:
        raise Quit("-: stdin can be read only once")
    if arguments.json and arguments.plot == STANDARD:
        raise Quit("--json and --plot - both want stdout; give --plot a file")
    instead = "--json" if arguments.json else "--plot -" if arguments.plot == STANDARD else ""
    idle = {"--ascii": arguments.ascii, "--width": arguments.width, "--color": arguments.color == "always"}
    idle["--lang"] = hasattr(arguments, "lang") and not arguments.plot
    idle["--no-collapse"] = hasattr(arguments, "collapse") and not arguments.plot
    for option, given in idle.items():
        if instead and given:
            raise Quit(f"{option} is about the timeline, and with {instead} none is printed")


def _timeline(finished: Run, arguments: Namespace, console: Console, lang: str) -> str:
    return finished.text(
        width=arguments.width or console.width,
        ascii_only=arguments.ascii or console.ascii_only,
        color=console.in_colour,
        lang=lang,
        collapse=getattr(arguments, "collapse", True),
    )


def _say_variants(file: str, finished: Run, console: Console) -> None:
    """That there is more to see."""
    if finished.scenario.what_if:
        first, *others = (f'"{in_a_line(name)}"' for name in finished.scenario.what_if)
        or_else = f" (or {', '.join(others)})" if others else ""
        console.say(f"what if? tcpsim run {in_a_line(file)} --what-if {first}{or_else}")


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
        checks.append(check_file(file, name, console, watch_of(where, console)))
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

    return each(files, console, work)


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


# ---- export, diff ---------------------------------------------------------------------------------------------------


def _export_command(arguments: Namespace, console: Console) -> int:
    """Write one file's run in another notation."""
    from tcpsim.cli.exporting import export

    return export(arguments, console)


# ---- explain --------------------------------------------------------------------------------------------------------


def _explain_command(arguments: Namespace, console: Console) -> int:
    """Say why what happened in one file's run happened."""
    from tcpsim.cli.explaining import explain

    return explain(arguments, console)


# ---- html -----------------------------------------------------------------------------------------------------------


def _html_command(arguments: Namespace, console: Console) -> int:
    """Write one file's run as a page to go through step by step."""
    from tcpsim.cli.paging import html

    return html(arguments, console)


def _diff_command(arguments: Namespace, console: Console) -> int:
    """Compare two runs."""
    from tcpsim.cli.comparing import compare

    return compare(arguments, console)


# ---- other pictures -------------------------------------------------------------------------------------------------


def _statechart_command(arguments: Namespace, console: Console) -> int:
    """Draw the state diagram."""
    from tcpsim.cli.drawing import statechart

    return statechart(arguments, console)


def _card_command(arguments: Namespace, console: Console) -> int:
    """Show one segment bit by bit."""
    from tcpsim.cli.drawing import card

    return card(arguments, console)


COMMANDS: Final[dict[str, Callable[[Namespace, Console], int]]] = {
    "run": _run_command,
    "plot": _plot_command,
    "check": _check_command,
    "list": _list_command,
    "new": _new_command,
    "schema": _schema_command,
    "packetdrill": _packetdrill_command,
    "export": _export_command,
    "diff": _diff_command,
    "explain": _explain_command,
    "html": _html_command,
    "statechart": _statechart_command,
    "card": _card_command,
}
