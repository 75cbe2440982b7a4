"""Segments as a scenario writes them, in packetdrill's notation: `client > S. 0:0(0) ack 1 win 100 <mss 1460>`.

Lives here: reading such a line, writing it, and reading the blocks of lines that `wire` expects. What is compared with
what, and what becomes of an injected segment, must not be known here.

Numbers are relative to the initial sequence number of their side; with `@` in front they are absolute. What a line does
not say is left None.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, NamedTuple, TypeAlias

from tcpsim.scenario.forms import Names, WrittenWithNames, all_wrong, shown, wrong
from tcpsim.scenario.patterns import read_name
from tcpsim.scenario.scalars import duration_text, read_absolute_duration, read_address
from tcpsim.wire.flags import ACK, flag_letters, parse_flags
from tcpsim.wire.notation import options_notation
from tcpsim.wire.options import (
    EndOfOptions,
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Timestamps,
    WindowScale,
)
from tcpsim.wire.seq import MASK

SKIP: Final = "..."


class Number(NamedTuple):
    """A sequence or acknowledgment number, counted from the ISS unless it is absolute."""

    value: int
    absolute: bool = False

    def __str__(self) -> str:
        return f"@{self.value}" if self.absolute else str(self.value)


class End(NamedTuple):
    """Where a segment comes from or goes to: a host or a bare address; the port is 0 where none is written."""

    host: str
    port: int = 0

    def __str__(self) -> str:
        host = f"[{self.host}]" if self.port and ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """A segment, as far as a line says what it is. `flags` None: any (`*`). `octets` is the length of its data.

    `at` (µs) is when it was sent.
    """

    sender: End
    receiver: End | None = None
    flags: int | None = None
    seq: Number | None = None
    octets: int | None = None
    ack: Number | None = None
    window: int | None = None
    urgent: int | None = None
    at: int | None = None
    options: tuple[Option, ...] | None = None

    def __str__(self) -> str:
        parts = [f"{self.sender} >", *([str(self.receiver)] if self.receiver else [])]
        parts.append("*" if self.flags is None else flag_letters(self.flags))
        parts += [self._sequence()] if self.seq is not None else []
        parts += [f"ack {self.ack}"] if self.ack is not None else []
        parts += [f"win {self.window}"] if self.window is not None else []
        parts += [f"urg {self.urgent}"] if self.urgent is not None else []
        parts += [f"at {duration_text(self.at)}"] if self.at is not None else []
        parts += [options_notation(self.options)] if self.options is not None else []
        return " ".join(parts)

    def _sequence(self) -> str:
        if self.seq is None or self.octets is None:
            return str(self.seq)
        last = "" if self.seq.absolute else f":{(self.seq.value + self.octets) & MASK}"
        return f"{self.seq}{last}({self.octets})"


WireLine: TypeAlias = SegmentLine | None  # None skips any number of segments


# ---- a line --------------------------------------------------------------------------------------------------------

_EXAMPLE: Final = "client > S 0:0(0)"
_DIGITS: Final = "@?[0-9]{1,10}"
_SEQUENCE: Final = re.compile(rf"({_DIGITS})(?::({_DIGITS}))?(?:\(([0-9]{{1,8}})\))?")
_FIELDS: Final = {"ack": "ack", "win": "window", "urg": "urgent", "at": "at"}


def read_line(value: Any, names: Names) -> SegmentLine:
    """A segment from a line of text. Raises `wrong(…)`."""
    if not isinstance(value, str):
        raise wrong(f"{shown(value)} is not a segment; write one like {_EXAMPLE}")
    text, options = _split_options(value)
    left, arrow, right = text.partition(">")
    words = right.split()
    if not arrow or not words or not left.strip():
        raise wrong(f"{shown(value)} is not a segment; write who sends it, '>', and its flags: {_EXAMPLE}")
    line: dict[str, Any] = {"sender": _end(left.strip(), names), "options": options}
    if len(words) > 1 and _names_an_end(words[0], words[1], names):
        line["receiver"] = _end(words.pop(0), names)
    line["flags"] = _flags(words.pop(0))
    if words and words[0] not in _FIELDS:
        line["seq"], line["octets"] = _sequence(words.pop(0))
    while words:
        field, number = words.pop(0), words.pop(0) if words else ""
        if field not in _FIELDS:
            raise wrong(
                f"'{field}' is not understood in a segment; after the numbers come ack, win, urg, at and <options>"
            )
        line[_FIELDS[field]] = _field(field, number)
    return SegmentLine(**line)


def _names_an_end(word: str, following: str, names: Names) -> bool:
    """Whether a word is the receiver and not the flags: flags are followed by a number or a field."""
    try:
        _flags(word)
    except ValueError:
        return following == "*" or _is_flags(following) or ":" in word
    return bool(names.hosts) and word in names


def _is_flags(word: str) -> bool:
    try:
        _flags(word)
    except ValueError:
        return False
    return True


def _flags(word: str) -> int | None:
    if word == "*":
        return None
    try:
        return parse_flags(word)
    except ValueError:
        raise wrong(
            f"'{word}' is not a combination of flags; write letters such as S. or names such as SYN-ACK"
        ) from None


def _end(text: str, names: Names) -> End:
    host, port = text, ""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, port = text.split(":")
    if text != host and not (re.fullmatch("[0-9]{1,5}", port) and 1 <= int(port) <= 65_535):
        raise wrong(f"{shown(text)} has no port that could be one; a port lies between 1 and 65,535")
    if re.fullmatch(r"[0-9.]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*", host):
        return End(read_address(host), int(port or 0))
    return End(read_name(host, names), int(port or 0))


def _number(text: str) -> Number:
    value = int(text.removeprefix("@"))
    if value > MASK:
        raise wrong(f"{value} is more than 4294967295, the largest sequence number")
    return Number(value, text.startswith("@"))


def _sequence(word: str) -> tuple[Number, int | None]:
    match = _SEQUENCE.fullmatch(word)
    if match is None:
        raise wrong(f"'{word}' is not a range of sequence numbers; write first:last(octets), 1:11(10), or @90(0)")
    first, octets = _number(match[1]), int(match[3]) if match[3] else None
    if match[2]:
        last = _number(match[2])
        between = (last.value - first.value) & MASK
        if octets is not None and between != octets:
            raise wrong(f"'{word}' does not add up: from {first} to {last} are {between} octets, not {octets}")
        octets = between
    if octets is not None and octets > 65_535:
        raise wrong(f"'{word}' is more data than a segment holds: at most 65,535 octets")
    return first, octets


def _field(field: str, text: str) -> Number | int:
    if field == "at":
        return int(read_absolute_duration(text).amount)
    if field == "ack" and re.fullmatch(_DIGITS, text):
        return _number(text)
    if field != "ack" and re.fullmatch("[0-9]{1,5}", text) and int(text) <= 65_535:
        return int(text)
    limit = "a sequence number" if field == "ack" else "a number up to 65,535"
    raise wrong(f"'{field}' is followed by {limit}, not {shown(text)}")


# ---- options -------------------------------------------------------------------------------------------------------


def _split_options(text: str) -> tuple[str, tuple[Option, ...] | None]:
    before, bracket, inside = text.partition("<")
    if not bracket:
        return text, None
    inside = inside.strip()
    if not inside.endswith(">"):
        raise wrong("the options end with '>': <mss 1460,sackOK>")
    words = [word.strip() for word in inside[:-1].split(",") if word.strip()]
    return before, tuple(_option(word) for word in words)


def _number_up_to(limit: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if len(text) > 10 or int(text) > limit:
            raise wrong(f"{text} is too large for this option; it holds at most {limit}")
        return int(text)

    return read


_16, _32 = _number_up_to(0xFFFF), _number_up_to(MASK)
_OPTIONS: Final[tuple[tuple[str, Callable[..., Option]], ...]] = (
    ("eol", EndOfOptions),
    ("nop", NoOperation),
    ("sackOK", SackPermitted),
    ("mss ([0-9]+)", lambda octets: MaximumSegmentSize(_16(octets))),
    ("wscale ([0-9]+)", lambda shift: WindowScale(_number_up_to(255)(shift))),
    ("TS val ([0-9]+) ecr ([0-9]+)", lambda value, echo: Timestamps(_32(value), _32(echo))),
    ("sack((?: [0-9]+:[0-9]+){1,4})", lambda edges: Sack(tuple(_block(edge) for edge in edges.split()))),
)


def _block(text: str) -> tuple[int, int]:
    left, right = text.split(":")
    return _32(left), _32(right)


def _option(text: str) -> Option:
    for pattern, build in _OPTIONS:
        if match := re.fullmatch(pattern, text):
            return build(*match.groups())
    raise wrong(
        f"'{text}' is not an option; there are mss 1460, wscale 7, sackOK, sack 1:2, TS val 1 ecr 0, nop and eol"
    )


# ---- an injected segment, and a block of lines ---------------------------------------------------------------------


def read_injected(value: Any, names: Names) -> SegmentLine:
    """A segment to be put on the wire, which must say all that matters. Raises `wrong(…)`."""
    line = read_line(value, names)
    if line.flags is None:
        raise wrong("an injected segment needs its flags; '*' says nothing")
    if line.seq is None:
        raise wrong(f"an injected segment needs its sequence number: {line.sender} > {flag_letters(line.flags)} @90(0)")
    if line.at is not None:
        raise wrong("when it is put on the wire is written beside it: {at: 5ms, segment: …}")
    if line.flags & ACK and line.ack is None:
        raise wrong(f"'{flag_letters(line.flags)}' carries an acknowledgment: write 'ack' and its number")
    return line


def read_wire(value: Any, names: Names) -> tuple[WireLine, ...]:
    """The lines of a `wire` expectation. Raises every line's mistake together."""
    if not isinstance(value, str):
        raise wrong(f"must be lines of text after 'wire: |', not {shown(value)}")
    lines: list[WireLine] = []
    problems = []
    for index, text in enumerate(value.split("\n")):
        content = re.sub(r"(^|\s)#.*", "", text).strip()
        if not content:
            continue
        try:
            lines.append(None if content in {SKIP, "…"} else read_line(content, names))
        except ValueError as problem:
            message = (getattr(problem, "context", None) or {}).get("message", str(problem))
            problems.append(wrong(message, line=index))
    if problems:
        raise all_wrong(problems, None)
    if not lines:
        raise wrong(f"expects nothing; write the segments in the order sent, each on a line: {_EXAMPLE}")
    return tuple(lines)


def wire_text(lines: tuple[WireLine, ...]) -> str:
    """The lines of a `wire` expectation as a block of text."""
    return "".join(f"{line if line is not None else SKIP}\n" for line in lines)


InjectedSegment: TypeAlias = Annotated[
    SegmentLine,
    WrittenWithNames(
        read_injected,
        {
            "type": "string",
            "pattern": "^[^>]+>.+$",
            "description": "packetdrill's notation: client > S @90(0). @ is absolute; the rest counts from the ISS.",
        },
    ),
]
WireLines: TypeAlias = Annotated[
    tuple[WireLine, ...],
    WrittenWithNames(
        read_wire,
        {"type": "string", "description": "Segments in the order sent, a line each; ... skips any number of them."},
        wire_text,
    ),
]
