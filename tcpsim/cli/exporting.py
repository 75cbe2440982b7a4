"""`tcpsim export`: a run in the notation of another tool."""

from argparse import Namespace
from collections.abc import Callable

from tcpsim.api import Run
from tcpsim.cli.console import Console, in_a_line
from tcpsim.cli.experiment import FAILED, FINE, changes_of, each, run_file, say_failures
from tcpsim.cli.files import STANDARD, must_be_writable, write


def _written(run: Run, arguments: Namespace) -> str:
    lang, collapse = arguments.lang, arguments.collapse
    forms: dict[str, Callable[[], str]] = {
        "mermaid": lambda: run.to_mermaid(lang=lang, collapse=collapse),
        "plantuml": lambda: run.to_plantuml(lang=lang, collapse=collapse),
        "ascii": lambda: run.to_ascii(collapse=collapse),
        "markdown": lambda: run.to_markdown(lang=lang, collapse=collapse),
        "csv": run.to_csv,
        "json": lambda: run.to_json() + "\n",
    }
    return forms[arguments.form]()


def export(arguments: Namespace, console: Console) -> int:
    """Write the run of one file, on stdout unless told otherwise."""
    changes = changes_of(arguments)
    must_be_writable(arguments.output, [arguments.file])

    def work(file: str) -> int:
        finished = run_file(file, arguments, changes, console)
        say_failures(file, finished, console, in_full=True)
        write(arguments.output, _written(finished, arguments).encode(), console)
        if arguments.output != STANDARD:
            console.say(f"wrote {in_a_line(arguments.output)}")
        return FINE if finished.ok else FAILED

    return each([arguments.file], console, work)
