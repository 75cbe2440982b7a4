"""cli: the command `tcpsim`. The only room that opens files to write, prints and exits.

Data goes to stdout, talk to stderr. Exit status: 0 all is fine, 1 an expectation failed, 2 bad input or usage, 130
interrupted. Nothing here imports pydantic, matplotlib or the simulator before a command needs them, so that `--help`
answers at once.
"""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from tcpsim.cli.arguments import parser
from tcpsim.cli.console import Console, Quit

FINE = 0
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status, and raises SystemExit only for `--help`, `--version` and usage."""
    console = Console(sys.stdout, sys.stderr)
    arguments = parser().parse_args(argv)
    try:
        status = _obey(arguments, console)
        console.flush()
    except BrokenPipeError:
        console.abandon()
        return FINE  # the reader has seen enough, as `head` has
    except KeyboardInterrupt:
        console.say("interrupted")
        return INTERRUPTED
    except Quit as failure:
        console.say(str(failure))
        return failure.status
    return status


def _obey(arguments: Namespace, console: Console) -> int:
    # Plug-ins of pydantic's are for programs that validate all day; looking for them costs a tenth of a second.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from tcpsim.cli import commands

    console.colour = getattr(arguments, "color", "auto")
    status: int = commands.COMMANDS[arguments.command](arguments, console)
    return status
