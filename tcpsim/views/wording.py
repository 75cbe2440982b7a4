"""The words of every view: how a segment, a call, a duration and a moment are written.

Lives here: text for one thing at a time. Its words are a `Language`'s; what is the same in every language is written
here. Must not be known here: columns, coordinates, colours.
"""

from dataclasses import dataclass
from math import gcd

from tcpsim.trace import Call, Flight, Return
from tcpsim.views.languages import Language, language
from tcpsim.wire.flags import ACK, RST, SYN, URG, flag_names
from tcpsim.wire.notation import number_notation, options_notation, sequence_notation
from tcpsim.wire.options import Sack

ENGLISH = language("en")
_LONGEST_OCTETS = 14  # octets that are shown themselves; of more, only how many there are
_IN_PROGRESS = "in progress"  # what a connect that does not wait comes back with


@dataclass(frozen=True, slots=True)
class Label:
    """What is written on an arrow, the indispensable apart from what may be left out where room is short.

    `head` has flags and numbers (`SYN-ACK 0:0(0) ack 1`); `extras` window, urgent pointer and options, where they
    matter.
    """

    head: str
    extras: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.head, *self.extras))


NO_LABEL = Label("")


def segment_label(flight: Flight, *, window: bool = False, absolute: bool = False) -> Label:
    """Flags by name, relative numbers (or `absolute` ones), and what else matters.

    A number that lies before the initial sequence number it would count from is written absolute, `@90`. Options are
    written on a SYN, where they are agreed on, and where they are SACK blocks; a window when it is zero, or when
    `window` says that it is news. A retransmission has the options of the original, and leaves them out.
    """
    segment = flight.segment
    parts = [short_label(flight, absolute=absolute)]
    ack_base = None if absolute else flight.ack_base
    if segment.flags & ACK:
        parts.append(f"ack {number_notation(segment.ack, ack_base)}")
    extras = []
    if window or (segment.wnd == 0 and not segment.flags & RST):
        extras.append(f"win {segment.wnd}")
    if segment.flags & URG:
        extras.append(f"urg {segment.up}")
    if segment.options and not flight.attempt:
        if segment.flags & SYN:
            extras.append(options_notation(segment.options, ack_base))
        else:
            sacks = tuple(option for option in segment.options if type(option) is Sack)
            if sacks:
                extras.append(options_notation(sacks, ack_base))
    return Label(" ".join(parts), tuple(extras))


def short_label(flight: Flight, *, absolute: bool = False) -> str:
    """Enough to recognize a segment by: `SYN-ACK 0:0(0)`."""
    base = None if absolute else flight.seq_base
    return f"{flag_names(flight.segment.flags)} {sequence_notation(flight.segment, base)}"


def call_words(call: Call) -> str:
    """A user's call as a program would write it: `connect()`, `send(b'hello')`, `recv(eof)`, `wait(100 ms)`."""
    match call.name, call.argument:
        case "wait", int() as microseconds:
            return f"wait({duration(microseconds)})"
        case "recv", None:
            return "recv(eof)"
        case name, None | 0 | "":
            return f"{name}()"
        case name, tuple() as arguments:
            return f"{name}({', '.join(_argument(argument) for argument in arguments)})"
        case name, argument:
            return f"{name}({_argument(argument)})"


def _argument(value: object) -> str:
    """An argument as a program would write it; of many octets, only how many."""
    return octets_words(value, ENGLISH)


def return_words(result: Return, lang: Language = ENGLISH) -> str:
    """What a call came back with: `recv → b'ok'`, `connect → ECONNREFUSED`, `accept returned`."""
    told = value_words(result, lang)
    return f"{result.name} → {told}" if told else lang.words.returned.format(call=result.name)


def value_words(result: Return, lang: Language = ENGLISH) -> str:
    """The value or the error that a call came back with; "" when there is nothing to tell."""
    if result.error:
        return result.error
    if result.expected:
        return lang.words.not_as_expected.format(errno=result.expected)
    if result.value == _IN_PROGRESS:
        return lang.words.in_progress
    return "" if result.value is None else octets_words(result.value, lang)


def octets_words(value: object, lang: Language = ENGLISH) -> str:
    """Octets as Python writes them when they are few, else how many; anything else as it is."""
    if isinstance(value, bytes | bytearray):
        return repr(bytes(value)) if len(value) <= _LONGEST_OCTETS else lang.octets(len(value))
    return str(value)


def duration(microseconds: int) -> str:
    """A length of time, in the largest unit that leaves it readable: `15 µs`, `20 ms`, `1.5 s`, `240 s`, `2 h`."""
    for unit, name in ((3_600_000_000, "h"), (1_000_000, "s"), (1_000, "ms")):
        if microseconds >= unit and (name != "h" or microseconds % unit == 0):
            return f"{microseconds / unit:.3f}".rstrip("0").rstrip(".") + f" {name}"
    return f"{microseconds} µs"


def moment(microseconds: int, *, digits: int = 3) -> str:
    """A point in time, in seconds: `1.020`."""
    return f"{microseconds / 1_000_000:.{digits}f}"


def digits_for(times: "list[int]") -> int:
    """How many digits after the point tell all these times exactly: 3 when all are whole milliseconds, up to 6."""
    finest = gcd(*times)
    return next(digits for digits in (3, 4, 5, 6) if finest % 10 ** (6 - digits) == 0)
