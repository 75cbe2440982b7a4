"""The command line: its commands, their options, and what `--help` says of them. Nothing happens here."""

from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter, _SubParsersAction
from typing import Any, NoReturn

import tcpsim
from tcpsim.cli.values import change, columns, define, named, number, rows, seed

_PICTURES = "svg, png or pdf, by its suffix; - writes SVG to stdout"
_EPILOG = """\
examples:
  tcpsim run scenarios/loss/syn-ack-lost.yaml --plot out.svg
  tcpsim run scenarios/opening/three-way-handshake.yaml --set network.delay=50ms --profile linux
  tcpsim check scenarios --junit report.xml
  tcpsim new my-experiment.yaml
  tcpsim packetdrill tests/packetdrill/scripts/retransmission.pkt --profile linux

exit status: 0 fine, 1 an expectation failed, 2 bad input or usage, 130 interrupted
"""


class _Parser(ArgumentParser):
    """`ArgumentParser` whose complaint is one line and a hint, instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n(try '{self.prog} --help')\n")


class _Command(_Parser):
    """A command's parser: options and FILEs may stand in any order, `run a.yaml --json b.yaml`."""

    _mixing = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        # What reads them in any order is made from what reads them in one, and does not know what "--" means.
        if self._mixing or "--" in (args or ()):
            return super().parse_known_args(args, namespace)
        self._mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._mixing = False


def parser() -> ArgumentParser:
    """The parser of the whole command line; the parsed `command` names the command."""
    whole = _Parser(
        prog="tcpsim",
        description="TCP's handshake, data and teardown, simulated to the letter of RFC 9293.",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    whole.add_argument("--version", action="version", version=f"tcpsim {tcpsim.__version__}")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Command)
    _new(commands)
    _list(commands)
    _run(commands)
    _check(commands)
    _plot(commands)
    _explain(commands)
    _html(commands)
    _statechart(commands)
    _card(commands)
    _diff(commands)
    _export(commands)
    _packetdrill(commands)
    _schema(commands)
    return whole


def _add(commands: "_SubParsersAction[Any]", name: str, help: str, **more: Any) -> ArgumentParser:  # noqa: A002
    added: ArgumentParser = commands.add_parser(
        name,
        help=help,
        description=more.pop("description", help[0].upper() + help[1:] + "."),
        allow_abbrev=False,
        **more,
    )
    return added


def _scenario(command: ArgumentParser) -> None:
    """The one FILE of a command that runs one."""
    command.add_argument("file", type=named, metavar="FILE", help="a scenario; - reads it from stdin")


def _experiment(command: ArgumentParser) -> None:
    """The options that change what is run."""
    group = command.add_argument_group("changing the experiment")
    group.add_argument("--what-if", metavar="NAME", help="the variant of that name, instead of the file as it stands")
    group.add_argument("--seed", type=seed, metavar="N", help="where chance begins, instead of the file's seed")
    group.add_argument("--profile", metavar="NAME", help="rfc9293, linux, freebsd or teaching, instead of the file's")
    group.add_argument(
        "--set",
        type=change,
        action="append",
        default=[],
        dest="changes",
        metavar="KEY=VALUE",
        help="change one value by its dotted name: network.delay=50ms, profile.msl=5s, faults.0.nth=2",
    )


def _picture(command: ArgumentParser) -> None:
    """The options of the sequence diagram; what is not given is not there, and the picture is as usual."""
    group = command.add_argument_group("the picture")

    def add(option: str, help: str, **more: Any) -> None:  # noqa: A002
        group.add_argument(option, default=SUPPRESS, help=help, **more)

    add("--absolute", "sequence numbers as they are on the wire", action="store_true")
    add("--no-states", "without the lanes of states", action="store_false", dest="states")
    add("--no-timers", "without timers", action="store_false", dest="timers")
    add("--no-apps", "without the programs' calls", action="store_false", dest="apps")
    add("--window", "the window on every label", action="store_true")
    add("--no-collapse", "each of many alike, as in a flood", action="store_false", dest="collapse")
    add("--theme", "light (default), dark or print", choices=("light", "dark", "print"))
    add("--lang", "en (default) or zh, in the timeline too", choices=("en", "zh"))


def _colours(command: ArgumentParser) -> None:
    command.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="default: on a terminal")


def _run(commands: "_SubParsersAction[Any]") -> None:
    command = _add(
        commands,
        "run",
        "run scenarios and print what happened",
        description="Run each scenario, print its timeline, and say whether what was expected was seen.",
    )
    command.add_argument("files", nargs="+", type=named, metavar="FILE", help="a scenario; - reads it from stdin")
    _experiment(command)
    group = command.add_argument_group("output")
    group.add_argument(
        "--plot",
        type=named,
        metavar="OUT",
        help=f"also draw the sequence diagram ({_PICTURES}); a folder, for several FILEs",
    )
    group.add_argument("--json", action="store_true", help="print a JSON document instead of the timeline")
    group.add_argument("--ascii", action="store_true", help="draw the timeline with ASCII alone")
    group.add_argument(
        "--width", type=columns, metavar="N", help="columns to keep to (default: the terminal's, at most 100)"
    )
    _colours(group)  # type: ignore[arg-type]
    _picture(command)


def _plot(commands: "_SubParsersAction[Any]") -> None:
    command = _add(commands, "plot", "draw the sequence diagram of a scenario")
    _scenario(command)
    command.add_argument(
        "-o",
        "--output",
        type=named,
        metavar="OUT",
        help=f"{_PICTURES} (default: FILE's name with .svg, in this folder)",
    )
    _experiment(command)
    _picture(command)


def _check(commands: "_SubParsersAction[Any]") -> None:
    command = _add(
        commands,
        "check",
        "run every scenario of a folder and say which hold",
        description="Run every scenario below each DIR, one line each. A fault that never met its segment fails too.",
    )
    command.add_argument(
        "places",
        nargs="*",
        type=named,
        default=["scenarios"],
        metavar="DIR",
        help="folders or files (default: scenarios)",
    )
    command.add_argument(
        "--junit", type=named, metavar="OUT", help="also write a JUnit XML report; - writes it to stdout"
    )
    _colours(command)


def _list(commands: "_SubParsersAction[Any]") -> None:
    command = _add(commands, "list", "list the scenarios of a folder, a line each")
    command.add_argument(
        "places",
        nargs="*",
        type=named,
        default=["scenarios"],
        metavar="DIR",
        help="folders or files (default: scenarios)",
    )


def _new(commands: "_SubParsersAction[Any]") -> None:
    command = _add(
        commands,
        "new",
        "write a scenario to start from",
        description="Write a small commented scenario that runs as it is, and says how to go on.",
    )
    command.add_argument("file", nargs="?", type=named, default="-", metavar="FILE", help="where to (default: stdout)")
    command.add_argument("--force", action="store_true", help="replace a file that exists")


def _schema(commands: "_SubParsersAction[Any]") -> None:
    command = _add(commands, "schema", "print the JSON Schema of the scenario language, for editors")
    command.add_argument("-o", "--output", type=named, default="-", metavar="OUT", help="a file (default: stdout)")


def _packetdrill(commands: "_SubParsersAction[Any]") -> None:
    command = _add(
        commands,
        "packetdrill",
        "run packetdrill scripts with tcpsim as the stack under test",
        description="Run each packetdrill script, one line each. Exit status: 1 if one failed, 2 if one is no script.",
    )
    command.add_argument(
        "places", nargs="+", type=named, metavar="FILE", help="scripts, or folders of them; - reads one from stdin"
    )
    group = command.add_argument_group("the stack under test")
    group.add_argument(
        "--profile", default="rfc9293", metavar="NAME", help="rfc9293 (default), linux, freebsd or teaching"
    )
    group.add_argument(
        "-D", type=define, action="append", default=[], dest="defines", metavar="NAME=VALUE", help="define a name"
    )
    group.add_argument(
        "--overlook",
        choices=("windows", "syn-options"),
        action="append",
        default=[],
        help="do not compare this: windows and buffers, or the options of SYNs",
    )
    group = command.add_argument_group("output")
    group.add_argument("--brief", action="store_true", help="of a script that fails, do not print the timeline")
    group.add_argument(
        "--plot",
        type=named,
        metavar="OUT",
        help=f"also draw the sequence diagram ({_PICTURES}); a folder, for several",
    )
    group.add_argument(
        "--junit", type=named, metavar="OUT", help="also write a JUnit XML report; - writes it to stdout"
    )
    _colours(group)  # type: ignore[arg-type]
    _picture(command)


def _explain(commands: "_SubParsersAction[Any]") -> None:
    command = _add(
        commands,
        "explain",
        "say why what happened happened, with the RFC's sections",
        description="Run a scenario and say why: each change of a state, each retransmission, refusal and loss.",
    )
    _scenario(command)
    _experiment(command)
    group = command.add_argument_group("output")
    group.add_argument("--lang", choices=("en", "zh"), default="en", help="en (default) or zh")
    group.add_argument("--no-collapse", action="store_false", dest="collapse", help="each of many alike, as in a flood")
    group.add_argument("--markdown", action="store_true", help="print Markdown, with links to the RFCs")
    group.add_argument("--ascii", action="store_true", help="print ASCII alone (in Chinese, Chinese characters too)")
    group.add_argument(
        "--width", type=columns, metavar="N", help="columns to keep to (default: the terminal's, at most 100)"
    )


def _export(commands: "_SubParsersAction[Any]") -> None:
    command = _add(
        commands,
        "export",
        "write a run as Mermaid, PlantUML, a figure of the RFC, Markdown, CSV or JSON",
        description="Run a scenario and write it in another notation: for a page, a document, a spreadsheet.",
    )
    _scenario(command)
    forms = ("mermaid", "plantuml", "ascii", "markdown", "csv", "json")
    command.add_argument(
        "--to",
        choices=forms,
        required=True,
        dest="form",
        help="ascii is a figure as in RFC 9293; csv has a row for each segment; json is docs/trace-json.md",
    )
    command.add_argument("-o", "--output", type=named, default="-", metavar="OUT", help="a file (default: stdout)")
    command.add_argument(
        "--lang", choices=("en", "zh"), default="en", help="of mermaid, plantuml and markdown: en (default) or zh"
    )
    command.add_argument(
        "--no-collapse",
        action="store_false",
        dest="collapse",
        help="each of many alike, as in a flood; csv and json always have them all",
    )
    _experiment(command)


def _diff(commands: "_SubParsersAction[Any]") -> None:
    command = _add(
        commands,
        "diff",
        "compare two runs, side by side",
        description=(
            "Compare the runs of two scenarios; or one scenario as it stands with its variant (--what-if), or with "
            "what --set, --profile and --seed make of it. With --what-if or two FILEs these hold for both. "
            "Exit status: 0 the same, 1 different, 2 trouble."
        ),
    )
    _scenario(command)
    command.add_argument("other", nargs="?", type=named, metavar="FILE", help="the scenario to compare it with")
    _experiment(command)
    group = command.add_argument_group("output")
    group.add_argument("--plot", type=named, metavar="OUT", help=f"also draw both sequence diagrams ({_PICTURES})")
    group.add_argument("--ascii", action="store_true", help="ASCII alone")
    group.add_argument("--width", type=columns, metavar="N", help="columns to keep to (default: the terminal's)")
    group.add_argument(
        "--context", type=rows, metavar="N", help="show only so many rows around what differs (default: all rows)"
    )
    _colours(group)  # type: ignore[arg-type]
    _picture(command)


def _html(commands: "_SubParsersAction[Any]") -> None:
    command = _add(
        commands,
        "html",
        "write a run as a page to go through step by step",
        description="Run a scenario and write it as one HTML page that works offline: step by step, with both TCBs.",
    )
    _scenario(command)
    command.add_argument(
        "-o",
        "--output",
        type=named,
        metavar="OUT",
        help="the page; - writes it to stdout (default: FILE's name with .html, in this folder)",
    )
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="en (default) or zh")
    _experiment(command)


def _look(command: ArgumentParser) -> None:
    """What every picture has."""
    command.add_argument("--theme", choices=("light", "dark", "print"), default="light", help="light is the default")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="en (default) or zh")


def _statechart(commands: "_SubParsersAction[Any]") -> None:
    command = _add(
        commands,
        "statechart",
        "draw the state diagram, and the ways that hosts took through it",
        description="Draw RFC 9293's figure 5; of a scenario, with the way of each host, its steps numbered.",
    )
    command.add_argument("file", nargs="?", type=named, metavar="FILE", help="a scenario; - reads it from stdin")
    command.add_argument(
        "-o",
        "--output",
        type=named,
        metavar="OUT",
        help="svg, png, pdf, mmd (Mermaid) or dot (Graphviz), by its suffix; - writes SVG to stdout (default: FILE's "
        "name with -states.svg, in this folder)",
    )
    group = command.add_argument_group("the picture")
    group.add_argument(
        "--host", action="append", default=[], dest="hosts", metavar="NAME", help="only this host's way; or two, of two"
    )
    group.add_argument("--apart", action="store_true", help="a diagram for each host, side by side")
    group.add_argument("--every", action="store_true", help="every transition, not only the figure's (mmd and dot)")
    _look(group)  # type: ignore[arg-type]
    _experiment(command)


def _card(commands: "_SubParsersAction[Any]") -> None:
    command = _add(
        commands,
        "card",
        "show one segment bit by bit, and the layers around it",
        description="Run a scenario and show one segment: its headers bit by bit, the layers around it, its octets.",
    )
    _scenario(command)
    command.add_argument("number", type=number, metavar="NUMBER", help="which segment, counted from 1 as they are sent")
    command.add_argument(
        "-o", "--output", type=named, metavar="OUT", help=f"draw it instead of printing it ({_PICTURES})"
    )
    group = command.add_argument_group("output")
    group.add_argument("--alone", action="store_true", help="only the segment, without IP and Ethernet")
    group.add_argument("--ascii", action="store_true", help="print it with ASCII alone")
    group.add_argument(
        "--width", type=columns, metavar="N", help="columns to keep to (default: the terminal's, at most 100)"
    )
    _look(group)  # type: ignore[arg-type]
    _colours(group)  # type: ignore[arg-type]
    _experiment(command)
