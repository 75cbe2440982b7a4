"""Expected against actual: where a segment that the stack has sent is not the one that the script expects.

Compared is what packetdrill compares: flags, numbers, length, the window and the urgent pointer where they are said,
and the options one by one with their padding; of timestamps only that they are there, unless the script says how long
a tick of their clock is. Lives here: that, and both as text, in packetdrill's notation. Must not be known here: when.
"""

from typing import NamedTuple

from tcpsim.packetdrill.script import OptionPattern, SegmentPattern, TimestampsPattern
from tcpsim.wire.encoding import padded_options
from tcpsim.wire.flags import ACK, CWR, FIN, PSH, SYN, URG, flag_letters
from tcpsim.wire.notation import options_notation
from tcpsim.wire.options import Option, Timestamps
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import HALF, MASK


class Difference(NamedTuple):
    """One field of a segment that is not as expected."""

    field: str
    expected: str
    actual: str


class Care(NamedTuple):
    """What is compared beyond flags and numbers.

    `windows`: those that the script says, and the sizes of the buffers behind them. `syn_options`: a SYN's.
    `stamps_off`: how far timestamps may be off, in ticks of their clock; None: they are not looked at.
    """

    windows: bool = True
    syn_options: bool = True
    stamps_off: int | None = None


def differences(pattern: SegmentPattern, actual: Segment, care: Care) -> list[Difference]:
    """Where `actual`, in the script's numbers, is not what was expected."""
    fields = [("flags", flag_letters(pattern.flags), flag_letters(actual.flags))]
    if pattern.seq is not None:
        fields.append(("seq", str(pattern.seq), str(actual.seq)))
    fields += [
        ("octets", str(pattern.octets), str(len(actual.payload))),
        ("ack", str(pattern.ack or 0), str(actual.ack)),
    ]
    if pattern.window is not None and care.windows:
        fields.append(("win", str(pattern.window), str(actual.wnd)))
    fields.append(("urg", str(pattern.urgent or 0), str(actual.up)))
    found = [Difference(*compared) for compared in fields if compared[1] != compared[2]]
    if pattern.options is not None and (care.syn_options or not actual.flags & SYN):
        found += _option_differences(pattern.options, padded_options(actual.options), care)
    return found


def _option_differences(
    expected: tuple[OptionPattern, ...], actual: tuple[Option, ...], care: Care
) -> list[Difference]:
    """All options as one difference: what one is for depends on the others."""
    same = len(expected) == len(actual) and all(map(lambda e, a: _same_option(e, a, care), expected, actual))
    return [] if same else [Difference("options", _options_words(expected), options_notation(actual))]


def _same_option(expected: OptionPattern, actual: Option, care: Care) -> bool:
    if type(expected) is not TimestampsPattern:
        return expected == actual
    if type(actual) is not Timestamps:
        return False
    if care.stamps_off is None or expected.value is None:
        return True
    ahead = (actual.value - expected.value) & MASK
    return min(ahead, MASK + 1 - ahead) <= care.stamps_off


def joined(pieces: list[Segment]) -> Segment | None:
    """Segments that follow each other as the one large segment that a script may expect in their place.

    It has the header of the last, with the number of the first, as a card that splits segments would have had it. None
    where they do not belong together: they follow each other in number, acknowledge the same, and are of one size.
    """
    first, last = pieces[0], pieces[-1]
    kept = ~(FIN | PSH | CWR)
    end = first.seq
    for piece in pieces:
        alike = piece.flags & kept == first.flags & kept and piece.ack == first.ack
        if not alike or piece.seq != end or (piece is not last and len(piece.payload) != len(first.payload)):
            return None
        end = piece.end
    payload = b"".join(piece.payload for piece in pieces)
    return last.replace(seq=first.seq, payload=payload, flags=last.flags & ~CWR | first.flags & CWR)


# ---- as text ---------------------------------------------------------------------------------------------------------


def pattern_notation(pattern: SegmentPattern) -> str:
    """A segment as a script writes it: `S. 0:0(0) ack 1 win 65535 <mss 1460>`."""
    octets = pattern.octets
    numbers = "..." if pattern.seq is None else f"{pattern.seq}:{(pattern.seq + octets) & MASK}"
    parts = [flag_letters(pattern.flags), f"{numbers}({octets}){'!' * pattern.seq_absolute}"]
    if pattern.flags & ACK or pattern.ack is not None:
        parts.append(f"ack {pattern.ack or 0}")
    if pattern.window is not None:
        parts.append(f"win {pattern.window}")
    if pattern.flags & URG:
        parts.append(f"urg {pattern.urgent or 0}")
    if pattern.options is None:
        parts.append("<...>")
    elif pattern.options:
        parts.append(_options_words(pattern.options))
    return " ".join(parts)


def sent_notation(segment: Segment) -> str:
    """What was sent, in the script's numbers; one that lies before the beginning is written as negative."""
    seq = _signed(segment.seq)
    parts = [flag_letters(segment.flags), f"{seq}:{seq + len(segment.payload)}({len(segment.payload)})"]
    if segment.flags & ACK:
        parts.append(f"ack {_signed(segment.ack)}")
    parts.append(f"win {segment.wnd}")
    if segment.flags & URG:
        parts.append(f"urg {segment.up}")
    if segment.options:
        parts.append(options_notation(padded_options(segment.options)))
    return " ".join(parts)


def _signed(number: int) -> int:
    return number if number < HALF else number - MASK - 1


def _options_words(options: tuple[OptionPattern, ...]) -> str:
    return f"<{','.join(map(_option_words, options))}>"


def _option_words(option: OptionPattern) -> str:
    if type(option) is TimestampsPattern:
        value = "..." if option.value is None else option.value
        return f"TS val {value} ecr {option.echo}{'!' * option.echo_absolute}"
    return options_notation((option,))[1:-1]  # type: ignore[arg-type]  # it is one of the wire's
