"""`%%tcpsim`: a cell of YAML is run, and shows its sequence diagram.

Lives here: the magic, its options, and what is printed. A mistake is told as it is on the command line, with the line
of the cell that it is in; there is no traceback.
"""

import shlex
import sys
from argparse import ArgumentParser, Namespace
from typing import Any, Final, NoReturn

from tcpsim.api import Run, run
from tcpsim.scenario import ScenarioError, loads, variant_of

_CELL: Final = "cell"  # what stands for the file in messages


class _Told(Exception):  # noqa: N818 - it ends the cell, and may be the help that was asked for
    """There is nothing to show but this sentence."""


class _Options(ArgumentParser):
    """Options on the line of the magic: what is wrong with them is a sentence, and nothing exits."""

    def error(self, message: str) -> NoReturn:
        raise _Told(f"%%tcpsim: {message}\n(try '%%tcpsim --help')")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise _Told(message or f"{status}")

    def print_help(self, _: Any = None) -> NoReturn:
        raise _Told(self.format_help())


def _options() -> ArgumentParser:
    options = _Options(prog="%%tcpsim", description="Run the scenario in this cell and show what happened.")
    options.add_argument("name", nargs="?", help="a variable to keep the run in")
    shown = options.add_mutually_exclusive_group()
    for how, what in (("step", "the stepper"), ("text", "the timeline"), ("explain", "why what happened happened")):
        shown.add_argument(f"--{how}", action="store_true", help=f"show {what} instead of the diagram")
    options.add_argument("--what-if", metavar="NAME", help="the variant of that name")
    options.add_argument("--profile", metavar="NAME", help="rfc9293, linux, freebsd or teaching")
    options.add_argument("--seed", metavar="N", type=int, help="where chance begins")
    options.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], help="change one value: network.delay=50ms"
    )
    options.add_argument("--lang", choices=("en", "zh"), default="en", help="en (default) or zh")
    return options


class Cells:
    """Runs cells in one shell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def run(self, line: str, cell: str) -> Any:
        """Run the scenario in this cell and show what happened; `%%tcpsim --help` tells the options."""
        try:
            wanted = _wanted(line)
            finished = _run(wanted, cell)
            if wanted.name:
                self._shell.user_ns[wanted.name] = finished
            for failure in finished.failures:
                _say(failure)
            return _shown(finished, wanted)
        except (_Told, ScenarioError) as told:
            return _say(str(told))


def _wanted(line: str) -> Namespace:
    try:
        wanted = _options().parse_args(shlex.split(line))
    except ValueError as error:  # a quote without an end
        raise _Told(f"%%tcpsim: {error}") from None
    if wanted.name and not wanted.name.isidentifier():
        raise _Told(f"%%tcpsim: '{wanted.name}' is not the name of a variable")
    for change in wanted.set:
        if "=" not in change:
            raise _Told(f"%%tcpsim: --set {change} is not key=value, as in network.delay=50ms")
    return wanted


def _run(wanted: Namespace, cell: str) -> Run:
    scenario = loads(f"\n{cell}", name=_CELL)  # in the cell, the line of the magic is the first
    if wanted.what_if:
        if wanted.what_if not in scenario.what_if:
            known = "; ".join(scenario.what_if) or "none"
            raise _Told(f"{_CELL}: there is no variant '{wanted.what_if}'; those there are: {known}")
        scenario = variant_of(scenario, wanted.what_if)
    changes = {key: value for key, _, value in (change.partition("=") for change in wanted.set)}
    return run(scenario, profile=wanted.profile, seed=wanted.seed, changes=changes)


def _shown(finished: Run, wanted: Namespace) -> Any:
    """What the cell's value is: a notebook shows it."""
    if wanted.explain:
        return finished.explain(wanted.lang)
    if wanted.text:
        print(finished.text(lang=wanted.lang), end="")  # noqa: T201 - a cell prints
        return None
    if wanted.step:
        try:
            return finished.step(lang=wanted.lang)
        except (ImportError, ValueError) as error:  # no anywidget; too much to draw
            raise _Told(str(error)) from None
    return finished if wanted.lang == "en" else _InLanguage(finished, wanted.lang)


class _InLanguage:
    """A run as a notebook shows it, in another language than English."""

    def __init__(self, finished: Run, lang: str) -> None:
        self._finished = finished
        self._lang = lang

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return self._finished._repr_mimebundle_(lang=self._lang)


def _say(message: str) -> None:
    """A sentence for the reader, where a notebook shows what went wrong."""
    print(message, file=sys.stderr)  # noqa: T201 - a cell prints
