"""cli: the command `tcpsim`. The only room that opens files to write, prints and exits.

Data goes to stdout, talk to stderr. Exit status: 0 all is fine, 1 an expectation failed, 2 bad input or usage, 130
interrupted. Nothing here imports pydantic, matplotlib or the simulator before a command needs them, so that `--help`
answers at once.
"""

import os
import sys
from collections.abc import Sequence

from tcpsim.cli.arguments import parser
from tcpsim.cli.console import BAD_INPUT, Console, Quit

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status, and raises SystemExit only for `--help`, `--version` and usage."""
    console = Console(sys.stdout, sys.stderr)
    try:
        try:
            return _obey(argv, console)
        finally:
            console.flush()
    except KeyboardInterrupt:
        console.say("interrupted")
        return INTERRUPTED
    except Quit as failure:
        console.say(str(failure))
        return failure.status
    except OSError as error:
        console.say(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return BAD_INPUT


def _obey(argv: Sequence[str] | None, console: Console) -> int:
    arguments = parser().parse_args(argv)
    # Plug-ins of pydantic's are for programs that validate all day; looking for them costs a tenth of a second.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from tcpsim.cli import commands

    console.colour = getattr(arguments, "color", "auto")
    status: int = commands.COMMANDS[arguments.command](arguments, console)
    return status
