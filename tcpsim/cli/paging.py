"""`tcpsim html`: a run as a page to go through step by step."""

from argparse import Namespace

from tcpsim.cli.console import Console, Quit, in_a_line
from tcpsim.cli.experiment import FAILED, FINE, changes_of, each, run_file, say_failures
from tcpsim.cli.files import STANDARD, must_be_writable, stem, write


def html(arguments: Namespace, console: Console) -> int:
    """Write the page of one file's run."""
    from tcpsim.views.ladder import TooMuchToDraw

    changes = changes_of(arguments)
    output: str = arguments.output or f"{stem(arguments.file)}.html"
    must_be_writable(output, [arguments.file])

    def work(file: str) -> int:
        finished = run_file(file, arguments, changes, console)
        say_failures(file, finished, console, in_full=True)
        console.progress(f"{output}: drawing {len(finished.trace.flights):,} segments")
        try:
            page = finished.to_html(lang=arguments.lang)
        except TooMuchToDraw as error:
            raise Quit(f"{in_a_line(output)}: not written: {error}") from None
        write(output, page.encode(), console)
        if output != STANDARD:
            console.say(f"wrote {in_a_line(output)}; open it in a browser")
        return FINE if finished.ok else FAILED

    return each([arguments.file], console, work)
