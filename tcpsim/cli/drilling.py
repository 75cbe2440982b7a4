"""`tcpsim packetdrill`: scripts run, each told in a line; what failed, with what was sent until then.

Lives here: which scripts, which stack, and putting their outcomes together with the views, which the room that runs
them does not know.
"""

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Unpack

from tcpsim.cli.console import BAD_INPUT, Console, Quit, in_a_line, visible
from tcpsim.cli.files import STANDARD, each_with_name, must_be_writable, read_stdin, script_files, write
from tcpsim.cli.pictures import draw, options_of, pictures_of
from tcpsim.packetdrill import ScriptError, load, parse
from tcpsim.packetdrill.matching import Care
from tcpsim.packetdrill.parser import OCTETS_AT_MOST, decoded
from tcpsim.packetdrill.platforms import LINUX, PLATFORMS, Platform
from tcpsim.packetdrill.report import Outcome, Verdict, in_full, line_of, summary
from tcpsim.packetdrill.runner import run
from tcpsim.packetdrill.script import Script
from tcpsim.tcp.profiles import PROFILES, Profile
from tcpsim.trace import Trace

if TYPE_CHECKING:
    from tcpsim.views.ladder import LadderOptions

_COLOURS: Final = {
    Verdict.PASS: "\x1b[32m",
    Verdict.FAIL: "\x1b[31m",
    Verdict.UNREADABLE: "\x1b[31m",
    Verdict.UNSUPPORTED: "\x1b[33m",
}
_PLAIN: Final = "\x1b[0m"
_STATUS: Final = {Verdict.FAIL: 1, Verdict.UNREADABLE: BAD_INPUT}
_MARGIN: Final = " " * 6


@dataclass(frozen=True, slots=True)
class _Stack:
    """What scripts are run against, and how closely."""

    profile: Profile
    platform: Platform
    defines: dict[str, str]
    care: Care


@dataclass(frozen=True, slots=True)
class _Picture:
    """A run of a script, as a thing to draw."""

    trace: Trace
    title: str
    footer: str

    def picture(self, format: str, **options: "Unpack[LadderOptions]") -> bytes:  # noqa: A002
        """Its sequence diagram as the bytes of a file."""
        from tcpsim.views.ladder import picture

        return picture(self.trace, format, title=self.title, footer=self.footer, **options)


def drill(arguments: Namespace, console: Console) -> int:
    """Run every script in the places; returns the exit status."""
    stack = _stack(arguments)
    files = script_files(arguments.places)
    report: str | None = arguments.junit
    if STANDARD in {report} & {arguments.plot}:
        raise Quit("--junit - and --plot - both want stdout; give one a file")
    pictures = pictures_of(files, arguments.plot) if arguments.plot else {}
    options = options_of(arguments, pictures.values(), console)
    if report:
        must_be_writable(report, reading=files, what="script")
    print_line = console.tell if STANDARD in {report, arguments.plot} else console.print
    status, outcomes = 0, list[Outcome]()
    for number, (file, name) in enumerate(each_with_name(files), 1):
        console.progress(f"{number}/{len(files)} {name}")
        outcome = _outcome(file, name, stack, console)
        outcomes.append(outcome)
        print_line(_told(outcome, arguments, console, print_line == console.print and console.in_colour))
        drawn = _draw(outcome, stack, pictures[file], console, options) if pictures else 0
        status = max(status, drawn, _STATUS.get(outcome.verdict, 0))
    print_line(f"\n{summary(outcomes)}")
    if report:
        from tcpsim.cli.junit import report as junit_report

        write(report, junit_report("tcpsim packetdrill", [_case(outcome) for outcome in outcomes]).encode(), console)
    return status


def _stack(arguments: Namespace) -> _Stack:
    """The profile that was asked for, and whose sockets it has: Linux's, where no platform is called as it is."""
    if arguments.profile not in PROFILES:
        raise Quit(f"--profile {in_a_line(arguments.profile)}: there is {', '.join(PROFILES)}")
    platform = PLATFORMS.get(arguments.profile, LINUX)
    care = Care(windows="windows" not in arguments.overlook, syn_options="syn-options" not in arguments.overlook)
    return _Stack(PROFILES[arguments.profile], platform, {platform.defines: "", **dict(arguments.defines)}, care)


def _outcome(file: str, name: str, stack: _Stack, console: Console) -> Outcome:
    try:
        script = _read(file, name, stack, console)
    except ScriptError as error:
        return Outcome(name, Verdict.UNREADABLE, why=str(error))
    return run(script, stack.profile, stack.platform, stack.care)


def _read(file: str, name: str, stack: _Stack, console: Console) -> Script:
    if file != STANDARD:
        return load(file, stack.defines)
    return parse(decoded(read_stdin("a script", console, OCTETS_AT_MOST)), name, stack.defines)


def _draw(outcome: Outcome, stack: _Stack, picture: str, console: Console, options: "LadderOptions") -> int:
    """Draw the sequence diagram of a run, below it the stack and what was wrong; none where nothing has happened.

    Returns the exit status: where one cannot be drawn, the other scripts are run all the same.
    """
    if outcome.trace is None or not outcome.trace.records:
        console.say(f"{in_a_line(picture)}: not drawn: nothing has happened")
        return 0
    where = f"line {outcome.line}: " if outcome.line else ""
    said = f"{stack.profile.name}, {outcome.verdict.value}" + f", {where}{outcome.why}" * bool(outcome.why)
    try:
        draw(_Picture(outcome.trace, Path(outcome.name).name, said), picture, console, options)
    except Quit as failure:
        console.say(str(failure))
        return failure.status
    return 0


def _told(outcome: Outcome, arguments: Namespace, console: Console, in_colour: bool) -> str:
    """What is printed of one script."""
    if outcome.verdict is Verdict.FAIL:
        told = visible(in_full(outcome)) + ("" if arguments.brief else _timeline(outcome, console, in_colour))
    else:
        told = visible(line_of(outcome))
    verdict = outcome.verdict.value
    return f"{_COLOURS[outcome.verdict]}{verdict}{_PLAIN}{told[len(verdict) :]}" if in_colour else told


def _timeline(outcome: Outcome, console: Console, in_colour: bool) -> str:
    """What happened until then, indented."""
    from tcpsim.views.text import text

    if outcome.trace is None or not outcome.trace.records:
        return ""
    width = console.width - len(_MARGIN)
    told = text(outcome.trace, width=width, ascii_only=console.ascii_only, color=in_colour)
    return "\n" + "\n".join(_MARGIN + line for line in told.splitlines())


def _case(outcome: Outcome) -> Any:
    from tcpsim.cli.junit import Case

    kinds = {Verdict.PASS: "", Verdict.FAIL: "failure", Verdict.UNSUPPORTED: "skipped", Verdict.UNREADABLE: "error"}
    kind = kinds[outcome.verdict]
    return Case(outcome.name, kind, outcome.why.splitlines()[0] if kind else "", in_full(outcome) if kind else "")
