"""`tcpsim statechart` and `tcpsim card`: the pictures beside the sequence diagram, as files or as text."""

import warnings
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tcpsim.cli.console import Console, Quit, in_a_line
from tcpsim.cli.experiment import FAILED, FINE, changes_of, each, run_file, say_failures
from tcpsim.cli.explaining import language_to_print
from tcpsim.cli.files import STANDARD, must_be_writable, stem, write
from tcpsim.cli.pictures import FORMATS, format_of
from tcpsim.trace import Trace
from tcpsim.views.fonts import NO_CHINESE_FONT, NoChineseFontWarning
from tcpsim.views.statechart import Way

_TEXTS: Final = {"mmd": "mermaid", "dot": "graphviz", "gv": "graphviz"}  # by suffix
_OF_A_RUN: Final = {"hosts": "--host", "apart": "--apart", "what_if": "--what-if", "seed": "--seed", "changes": "--set",
                    "profile": "--profile"}  # fmt: skip


# ---- the state diagram ----------------------------------------------------------------------------------------------


def statechart(arguments: Namespace, console: Console) -> int:
    """Draw the state diagram: of no run, or of one with the ways that hosts took."""
    file: str | None = arguments.file
    output: str = arguments.output or (f"{stem(file)}-states.svg" if file else "statechart.svg")
    format = _format_of_chart(output, every=arguments.every)  # noqa: A001 - it is called so everywhere
    must_be_writable(output, [file] if file else [])
    if file is None:
        for name, option in _OF_A_RUN.items():
            if getattr(arguments, name):
                raise Quit(f"{option} is about a run; name the FILE of a scenario too")
        _write(output, _chart(arguments, format, [], ""), console)
        return FINE
    changes = changes_of(arguments)

    def work(file: str) -> int:
        finished = run_file(file, arguments, changes, console)
        ways = _ways(file, finished.trace, arguments.hosts)
        say_failures(file, finished, console, in_full=True)
        _write(output, _chart(arguments, format, ways, finished.title), console)
        return FINE if finished.ok else FAILED

    return each([file], console, work)


def _format_of_chart(output: str, *, every: bool) -> str:
    """What is to be written, by the suffix. Raises Quit for one that nothing is written as."""
    suffix = "svg" if output == STANDARD else Path(output).suffix.lstrip(".").lower()
    if every and suffix not in _TEXTS:
        raise Quit("--every is for -o OUT.mmd and -o OUT.dot: drawn by hand, there is room for figure 5 alone")
    if suffix not in {*FORMATS, *_TEXTS}:
        said = f"'.{in_a_line(suffix)}' is none of these" if suffix else "it has none"
        raise Quit(f"{in_a_line(output)}: the suffix says what to write: .svg, .png, .pdf, .mmd or .dot; {said}")
    return suffix


def _ways(file: str, trace: Trace, hosts: list[str]) -> list[Way]:
    """The ways to be shown. Raises Quit for a host that was not there, and for more than two."""
    from tcpsim.views.statechart import ways_of

    for host in hosts:
        if host not in trace.hosts:
            known = ", ".join(trace.hosts)
            raise Quit(f"{in_a_line(file)}: there is no host '{in_a_line(host)}'; those there are: {known}")
    if len(hosts) > 2:
        raise Quit("--host: the ways of more than two hosts could not be told apart in one diagram")
    return ways_of(trace, tuple(hosts))


def _chart(arguments: Namespace, format: str, ways: list[Way], title: str) -> Callable[[], bytes]:  # noqa: A002
    from tcpsim.views.statechart import picture, statechart_text

    if form := _TEXTS.get(format):
        return lambda: statechart_text(form, ways, every=arguments.every, theme=arguments.theme, title=title).encode()
    look = {"theme": arguments.theme, "lang": arguments.lang}
    return lambda: picture(format, ways, title=title, apart=arguments.apart, **look)


# ---- the card -------------------------------------------------------------------------------------------------------


def card(arguments: Namespace, console: Console) -> int:
    """Show one segment of a run: printed, or drawn."""
    changes = changes_of(arguments)
    output: str | None = arguments.output
    if output:
        format_of(output)
        must_be_writable(output, [arguments.file])
        for option, given in {"--ascii": arguments.ascii, "--width": arguments.width}.items():
            if given:
                raise Quit(f"{option} is about the card as text, and with -o it is drawn")
    lang = arguments.lang if output else language_to_print(arguments, console)

    def work(file: str) -> int:
        finished = run_file(file, arguments, changes, console)
        say_failures(file, finished, console, in_full=True)
        try:
            shown = finished.card(arguments.number, around=not arguments.alone, theme=arguments.theme, lang=lang)
        except KeyError as error:
            raise Quit(f"{in_a_line(file)}: {error.args[0]}") from None
        except ValueError as error:
            raise Quit(f"{in_a_line(file)}: segment {arguments.number} could not travel: {error}") from None
        if output:
            _write(output, lambda: shown.picture(format_of(output)), console)
        else:
            plain = arguments.ascii or console.ascii_only
            width = arguments.width or console.width
            console.print(shown.text(width=width, ascii_only=plain, color=console.in_colour), end="")
        return FINE if finished.ok else FAILED

    return each([arguments.file], console, work)


# ---- writing --------------------------------------------------------------------------------------------------------


def _write(output: str, draw: Callable[[], bytes], console: Console) -> None:
    """Draw, and write it whole; says so, once, where a picture must be English for want of a font."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NoChineseFontWarning)
        octets = draw()
    if any(issubclass(warning.category, NoChineseFontWarning) for warning in caught):
        console.say(NO_CHINESE_FONT)
    write(output, octets, console)
    if output != STANDARD:
        console.say(f"{'wrote' if Path(output).suffix.lstrip('.').lower() in _TEXTS else 'drew'} {in_a_line(output)}")
