"""Who is meant: `server SYN-ACK` (segments of a kind that a host sends), `server with client-2`, `client -> server`.

Lives here: host names, segment patterns, directions and the ends of connections, read and written. What they are used
for, faults or expectations, must not be known here.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias

from tcpsim.scenario.forms import Names, Written, WrittenWithNames, nearest, shown, wrong
from tcpsim.sim.setup import SegmentKind
from tcpsim.wire.flags import ACK, FIN, RST, SYN, flag_letters, flag_names, parse_flags

ANY: Final = "any"
KINDS: Final = ("SYN", "SYN-ACK", "ACK", "DATA", "FIN", "RST", ANY)

_NAME: Final = "[A-Za-z][A-Za-z0-9_-]{0,62}"
_HOST_NAME: Final = re.compile(_NAME)
_FLAG_LETTERS: Final = re.compile("[FSRPUEW]+")
_RESERVED: Final = frozenset({ANY, "with", "within", "all", "at", *(kind.lower() for kind in KINDS)})
_OTHER_SPELLINGS: Final = {"SYNACK": "SYN-ACK", "FIN-ACK": "FIN", "FINACK": "FIN", "RESET": "RST", "ANY": ANY}


# ---- host names ----------------------------------------------------------------------------------------------------


def read_new_name(value: Any) -> str:
    """The name that a host is given. Raises `wrong(…)` for what could be taken for something else."""
    if not isinstance(value, str) or not _HOST_NAME.fullmatch(value):
        raise wrong(f"{shown(value)} cannot name a host; a name is a letter, then letters, digits, - and _")
    if value.lower() in _RESERVED or _FLAG_LETTERS.fullmatch(value):
        raise wrong(f"'{value}' cannot name a host: it means something in a segment pattern")
    return value


def read_name(value: Any, names: Names) -> str:
    """The name of a host that there is. Raises `wrong(…)`."""
    if not isinstance(value, str):
        raise wrong(f"{shown(value)} is not a host; write its name")
    if not names.hosts:
        return read_new_name(value)
    return names.check(value)


NewHostName: TypeAlias = Annotated[str, Written(read_new_name, {"type": "string", "pattern": f"^{_NAME}$"})]
HostName: TypeAlias = Annotated[str, WrittenWithNames(read_name, {"type": "string", "pattern": f"^{_NAME}$"})]


# ---- segment patterns ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SegmentPattern:
    """The segments of a kind that a host sends. `sender` is a host, a group of hosts, or "any"."""

    sender: str
    kind: SegmentKind

    def __str__(self) -> str:
        return f"{self.sender} {kind_text(self.kind)}"


def kind_text(kind: SegmentKind) -> str:
    """A kind as it is written: `SYN-ACK`, or exact flags, `P.`."""
    return kind.name if kind.exact is None else flag_letters(kind.exact)


def read_kind(word: str) -> SegmentKind:
    """A kind by name, or by packetdrill's exact flags. Raises `wrong(…)`, also for what no host ever sends."""
    name = word.upper().replace(",", "-").replace("+", "-")
    name = _OTHER_SPELLINGS.get(name, name)
    if name in KINDS:
        return SegmentKind(name)
    try:
        flags = parse_flags(name)
    except ValueError:
        near = nearest(word, KINDS, "kinds are")
        raise wrong(
            f"'{word}' is no kind of segment{near}, or exact flags as packetdrill writes them (S. F. P.)"
        ) from None
    if reason := _never_sent(flags):
        raise wrong(f"{reason}, so '{word}' matches nothing; kinds are {', '.join(KINDS)}")
    return SegmentKind(exact=flags)


def _never_sent(flags: int) -> str:
    for first, second in ((SYN, RST), (SYN, FIN), (FIN, RST)):
        if flags & first and flags & second:
            return f"no host sends {flag_names(first)} and {flag_names(second)} together"
    if not flags & (ACK | SYN | RST):
        return "no host sends a segment without ACK, but for a SYN and a RST"
    return ""


def read_pattern(value: Any, names: Names) -> SegmentPattern:
    """A segment pattern: who sends it, and what it is. Raises `wrong(…)`."""
    words = value.split() if isinstance(value, str) else []
    if len(words) != 2:
        raise wrong(f"{shown(value)} is not a segment pattern; write who sends it and what it is: server SYN-ACK")
    sender, kind = words
    if sender != ANY:
        if names.hosts and sender not in names and kind in names:
            raise wrong(f"who sends it comes first: write '{kind} {sender}'")
        read_name(sender, names)
    return SegmentPattern(sender, read_kind(kind))


def read_aimed_pattern(value: Any, names: Names) -> SegmentPattern:
    """A segment pattern whose sender is named. Raises `wrong(…)`."""
    pattern = read_pattern(value, names)
    if pattern.sender == ANY:
        raise wrong("a fault is aimed at one host's segments: name the host that sends them instead of 'any'")
    return pattern


PATTERN_SCHEMA: Final[dict[str, Any]] = {
    "type": "string",
    "pattern": f"^{_NAME} +[A-Za-z.,+-]+$",
    "description": "A host, and a kind of segment that it sends: server SYN-ACK. Kinds: SYN, SYN-ACK, ACK (nothing "
    "but an acknowledgment), DATA, FIN, RST, any; or packetdrill's exact flags: S S. . P. F. R R.",
}
Pattern: TypeAlias = Annotated[SegmentPattern, WrittenWithNames(read_pattern, PATTERN_SCHEMA)]
AimedPattern: TypeAlias = Annotated[SegmentPattern, WrittenWithNames(read_aimed_pattern, PATTERN_SCHEMA)]


# ---- directions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Direction:
    """One way between two hosts (or groups of hosts)."""

    sender: str
    receiver: str

    def __str__(self) -> str:
        return f"{self.sender} -> {self.receiver}"


def read_direction(value: Any, names: Names) -> Direction:
    """A direction, `client -> server`. Raises `wrong(…)`."""
    ends = [end.strip() for end in str(value).split("->")]
    if len(ends) != 2 or not all(ends):
        raise wrong(f"{shown(value)} is not a direction; write client -> server")
    sender, receiver = (read_name(end, names) for end in ends)
    if sender == receiver:
        raise wrong(f"{shown(value)} leads from a host to itself; the network lies between two hosts")
    return Direction(sender, receiver)


DirectionKey: TypeAlias = Annotated[
    Direction, WrittenWithNames(read_direction, {"type": "string", "pattern": f"^{_NAME} *-> *{_NAME}$"})
]


# ---- one end of a connection ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Who:
    """A host's end of its connections: of all, of those with `peer`, or of those with that peer's `port`.

    Of these, `nth` is the one that began so much later than the others, counted from 1; 0 is every one.
    """

    host: str
    peer: str = ""
    port: int = 0
    nth: int = 0

    def __str__(self) -> str:
        which = f"{ordinal(self.nth)} connection of " if self.nth else ""
        if not self.peer:
            return which + self.host
        return f"{which}{self.host} with {self.peer}" + (f":{self.port}" if self.port else "")


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    teens = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def read_who(value: Any, names: Names) -> Who:
    """A host, or `server with client-2`, or `server with client:40001`, or `2nd connection of server`.

    Raises `wrong(…)`.
    """
    words = str(value).split()
    nth = 0
    if words[1:3] == ["connection", "of"]:
        digits = words[0].rstrip("stndrh")
        if not re.fullmatch("[1-9][0-9]{0,6}", digits) or words[0] != ordinal(int(digits)):
            raise wrong(f"{shown(words[0])} counts no connection; write 1st, 2nd, 3rd, 4th … connection of server")
        nth, words = int(digits), words[3:]
    if len(words) == 1:
        return Who(read_name(words[0], names), nth=nth)
    if len(words) != 3 or words[1] != "with":
        raise wrong(f"{shown(value)} does not say whose connection; write server, or server with client-2")
    peer, colon, port = words[2].partition(":")
    if colon and not (port.isdecimal() and port.isascii() and len(port) <= 5 and 1 <= int(port) <= 65_535):
        raise wrong(f"{shown(port)} is not a port; a port lies between 1 and 65,535")
    return Who(read_name(words[0], names), read_name(peer, names), int(port) if port else 0, nth)


WHO_SCHEMA: Final[dict[str, Any]] = {
    "type": "string",
    "pattern": f"^([1-9][0-9]*(st|nd|rd|th) +connection +of +)?{_NAME}( +with +{_NAME}(:[0-9]+)?)?$",
}
WhoKey: TypeAlias = Annotated[Who, WrittenWithNames(read_who, WHO_SCHEMA)]
