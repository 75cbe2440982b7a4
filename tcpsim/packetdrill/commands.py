"""`` `…` ``: commands for a shell. Those that set or ask something of TCP are done here; no shell is ever started.

`sysctl` changes the profile (`sysctls`), `sockstat` and `ss` tell which connections there are, `tcpdrop` ends some,
`sleep` lets time pass, and a script of settings beside the script is read line by line. Whatever else there may be
cannot be run, and is named. A command that finds nothing, as `grep` may, fails its script.

A command means here what it means at home, whatever the profile: FreeBSD's `sysctl` and `sockstat` act on one of Linux
too, which has neither, so that the conversation is judged that the script is about.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from tcpsim.packetdrill.failures import CannotRun, Failed
from tcpsim.packetdrill.program import Program
from tcpsim.packetdrill.script import Command
from tcpsim.packetdrill.sysctls import changes_by
from tcpsim.sim.connection import Connection
from tcpsim.tcp.states import CLOSED, State
from tcpsim.tcp.user_calls import abort

SCRIPT_AT_MOST: Final = 100_000  # octets of a script of settings
SLEEP_AT_MOST: Final = 86_400  # s
_SECOND: Final = 1_000_000


def run(command: Command, program: Program, directory: Path) -> None:
    """Do what a command asks for; `directory` is where the script lies.

    Raises Failed where it fails, CannotRun where it is not known.
    """
    for line in command.text.replace("\\\n", " ").splitlines():
        for part in _commands_of(line):
            _run_one(part, program, directory)


def _commands_of(line: str) -> Iterator[str]:
    """The commands of a line, which `;` and `&&` stand between, without what goes to /dev/null."""
    quiet = re.sub(r"\s*(?:[12]?>|&>)\s*(?:/dev/null|&[12])", "", line)
    for part in re.split(r";|&&", re.sub(r"(?:^|\s)#.*", "", quiet)):
        if part.strip():
            yield part.strip()


def _run_one(text: str, program: Program, directory: Path) -> None:
    first, *filters = [_words(piece) for piece in text.split("|")]
    name, arguments = first[0], first[1:]
    if name in _ASKS:
        _filter(_ASKS[name](program, arguments), filters, text)
    elif filters:
        raise CannotRun(f"the command {text}")
    elif name in _DOES:
        _DOES[name](program, arguments)
    elif _sets_by_path(first):
        for setting in arguments:
            _set(program, setting.removeprefix("/proc/sys/").replace("/", "."))
    elif name.endswith(".sh"):
        _run_script(program, directory, name)
    elif (name, *arguments) not in _WITHOUT_EFFECT and name not in _NOTHING_TO_DO:
        raise CannotRun(f"the command {text}")


def _words(text: str) -> list[str]:
    try:
        words = shlex.split(_worked_out(text))
    except ValueError:
        words = []
    if not words:
        raise Failed(f"the command {text.strip()!r} cannot be read")
    return words


def _worked_out(text: str) -> str:
    """`$((15*1024*1024))` as a number."""

    def product(found: re.Match[str]) -> str:
        result = 1
        for factor in found[1].split("*"):
            result *= int(factor)
        return str(result)

    return re.sub(r"\$\(\(\s*(\d{1,12}(?:\s*\*\s*\d{1,12}){0,5})\s*\)\)", product, text)


# ---- settings --------------------------------------------------------------------------------------------------------


def _sysctl(program: Program, arguments: list[str]) -> None:
    """`sysctl -w a=b c=d`. Without a value it only tells, and what it tells is not looked at."""
    for argument in arguments:
        if argument not in {"-w", "-q", "-n", "-e", "-i", "-wq", "-qw"} and "=" in argument:
            _set(program, argument)


def _set(program: Program, setting: str) -> None:
    name, _, value = setting.partition("=")
    changes, is_for_new = changes_by(name.strip(), value.strip(), program.stack.profile)
    if is_for_new:
        program.stack.change_for_new_sockets(**changes)
    elif changes:
        program.stack.change(**changes)


def _sets_by_path(words: list[str]) -> bool:
    """`set_sysctls.py /proc/sys/net/ipv4/tcp_ecn=0`, by whatever name."""
    return len(words) > 1 and all(word.startswith("/proc/sys/") and "=" in word for word in words[1:])


def _run_script(program: Program, directory: Path, name: str) -> None:
    """A shell script that does nothing but what can be done here, as those with everybody's settings do."""
    if Path(name).name.startswith("sysctl_restore_"):  # puts back what was set: the stack ends anyway
        return
    try:
        with (directory / name).open("rb") as file:
            text = file.read(SCRIPT_AT_MOST + 1)
    except (OSError, ValueError):
        raise CannotRun(f"the command {name}, which cannot be read") from None
    if len(text) > SCRIPT_AT_MOST:
        raise CannotRun(f"the command {name}, which is too long")
    for line in text.decode(errors="replace").replace("\\\n", " ").splitlines():
        for part in _commands_of(line):
            if part.split()[0].endswith(".sh"):
                raise CannotRun(f"the command {part} in {name}")
            _run_one(part, program, directory)


# ---- connections -----------------------------------------------------------------------------------------------------


def _sockstat(program: Program, arguments: list[str]) -> list[str]:
    """A line for each socket, as FreeBSD tells them: whose it is, its ports, its state."""
    port = _argument(arguments, "-p")
    return [line for line, ports in _sockets(program, _FREEBSD_WORDS) if port is None or port in ports]


def _ss(program: Program, arguments: list[str]) -> list[str]:
    """A line for each socket, as Linux tells them; without -a those that listen are not among them."""
    everything = any(argument.startswith("-") and {"a", "l"} & {*argument} for argument in arguments)
    lines = [line for line, _ in _sockets(program, _LINUX_WORDS)]
    return [line for line in lines if everything or "LISTEN" not in line]


def _argument(arguments: list[str], option: str) -> str | None:
    return next((value for given, value in pairwise(arguments) if given == option), None)


def _sockets(program: Program, words: dict[State, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """A line for each socket and each connection, and its two ports."""
    host = program.stack.host
    held = {descriptor.tcb.pair: descriptor for descriptor in program.descriptors if descriptor.tcb is not None}
    for descriptor in program.descriptors:
        tcb = descriptor.tcb or (descriptor.listener.tcb if descriptor.listener else None)
        state = descriptor.state
        ports = (str(tcb.pair.lport), str(tcb.pair.rport)) if tcb is not None else (str(descriptor.port), "*")
        yield f"packetdrill tcp {':'.join(ports)} {words.get(state, state.name)}", ports
    for pair, connection in host.connections.items():
        if pair not in held:
            state, ports = connection.tcb.state, (str(pair.lport), str(pair.rport))
            yield f"? tcp {':'.join(ports)} {words.get(state, state.name)}", ports


_FREEBSD_WORDS: Final = {State.SYN_RECEIVED: "SYN_RCVD"}
_LINUX_WORDS: Final = {
    State.CLOSED: "UNCONN",
    State.SYN_SENT: "SYN-SENT",
    State.SYN_RECEIVED: "SYN-RECV",
    State.ESTABLISHED: "ESTAB",
    State.FIN_WAIT_1: "FIN-WAIT-1",
    State.FIN_WAIT_2: "FIN-WAIT-2",
    State.CLOSE_WAIT: "CLOSE-WAIT",
    State.LAST_ACK: "LAST-ACK",
    State.TIME_WAIT: "TIME-WAIT",
}


def _filter(lines: list[str], filters: list[list[str]], text: str) -> None:
    """`grep word`, `grep -v word` and `grep -c word`, one behind the other. Raises Failed where nothing is left."""
    before = lines
    for name, *arguments in filters:
        options = [argument for argument in arguments if argument.startswith("-")]
        words = [argument for argument in arguments if not argument.startswith("-")]
        known = {"-c", "-v", "-q", "-w", "-i", "-F"}
        if name != "grep" or len(words) != 1 or not {*options} <= known or not re.fullmatch(r"[\w :-]+", words[0]):
            raise CannotRun(f"the command {text}")
        before, lines = lines, [line for line in lines if (words[0] in line) is ("-v" not in options)]
        if "-c" in options:
            lines = [str(len(lines))]
    if not lines:
        raise Failed(f"the command {text} finds nothing", *(f"  {line}" for line in before))


def _tcpdrop(program: Program, arguments: list[str]) -> None:
    """`tcpdrop -s STATE`: end every connection in a state."""
    if len(arguments) != 2 or arguments[0] != "-s":
        raise CannotRun(f"the command tcpdrop {' '.join(arguments)}")
    stack = program.stack
    state = arguments[1].replace("RCVD", "RECEIVED")
    for connection in _in_state(program, state):
        stack.carry_out(connection, abort(connection.tcb, program.now))


def _in_state(program: Program, name: str) -> list[Connection]:
    connections = program.stack.host.connections.values()
    return [connection for connection in connections if connection.tcb.state.name == name != CLOSED.name]


# ---- time ------------------------------------------------------------------------------------------------------------


def _sleep(program: Program, arguments: list[str]) -> None:
    try:
        seconds = float(arguments[0]) if len(arguments) == 1 else -1.0
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= SLEEP_AT_MOST:
        raise CannotRun(f"the command sleep {' '.join(arguments)}")
    stack = program.stack
    until = stack.now + round(seconds * _SECOND)
    while stack.due is not None and stack.due <= until:
        stack.step()
    stack.be_at(until)


_ASKS: Final[dict[str, Callable[[Program, list[str]], list[str]]]] = {"sockstat": _sockstat, "ss": _ss}
_DOES: Final[dict[str, Callable[[Program, list[str]], None]]] = {
    "sysctl": _sysctl,
    "tcpdrop": _tcpdrop,
    "sleep": _sleep,
}
_NOTHING_TO_DO: Final = frozenset({"true", ":", "echo"})
_WITHOUT_EFFECT: Final = frozenset(
    {
        ("ip", "tcp_metrics", "flush", "all"),  # caches of what earlier connections have learnt: there are none
        ("tc", "qdisc", "add", "dev", "tun0", "root", "pfifo"),  # a queue that holds nothing up
        ("ethtool", "-K", "tun0", "tso", "off", "gso", "off"),  # who cuts octets into segments: they are cut anyway
    }
)
