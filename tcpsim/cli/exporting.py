"""`tcpsim export`: a run in the notation of another tool."""

from argparse import Namespace
from collections.abc import Callable
from typing import Final

from tcpsim.api import Run
from tcpsim.cli.console import Console, in_a_line
from tcpsim.cli.experiment import FAILED, FINE, changes_of, each, run_file, say_failures
from tcpsim.cli.files import STANDARD, must_be_writable, write

FORMS: Final[dict[str, Callable[[Run, str], str]]] = {
    "mermaid": lambda run, lang: run.to_mermaid(lang=lang),
    "plantuml": lambda run, lang: run.to_plantuml(lang=lang),
    "ascii": lambda run, _: run.to_ascii(),
    "markdown": lambda run, lang: run.to_markdown(lang=lang),
    "csv": lambda run, _: run.to_csv(),
    "json": lambda run, _: run.to_json() + "\n",
}


def export(arguments: Namespace, console: Console) -> int:
    """Write the run of one file, on stdout unless told otherwise."""
    changes = changes_of(arguments)
    must_be_writable(arguments.output, [arguments.file])

    def work(file: str) -> int:
        finished = run_file(file, arguments, changes, console)
        say_failures(file, finished, console, in_full=True)
        write(arguments.output, FORMS[arguments.form](finished, arguments.lang).encode(), console)
        if arguments.output != STANDARD:
            console.say(f"wrote {in_a_line(arguments.output)}")
        return FINE if finished.ok else FAILED

    return each([arguments.file], console, work)
