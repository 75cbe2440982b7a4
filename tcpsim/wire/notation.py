"""Segments as text, in packetdrill's notation: `S. 0:0(0) ack 1 win 65535 <mss 1460>`.

packetdrill writes flags, first sequence number, the number after the last octet of *data* (SYN and FIN are not
counted), the octets of data, and then what else there is. Numbers may be made relative to each side's initial
sequence number, as packetdrill and Wireshark do; one that does not belong to that incarnation (an old one, before its
start, or a forged one, farther after it than any window reaches) is written as it is behind an `@`: `S @90:@90(0)`.
"""

from tcpsim.wire.flags import ACK, URG, flag_letters
from tcpsim.wire.options import (
    EndOfOptions,
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Timestamps,
    UnknownOption,
    WindowScale,
)
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import MASK, relative


def segment_notation(
    segment: Segment, *, seq_base: int | None = None, ack_base: int | None = None, window: bool = True
) -> str:
    """One line for a segment.

    `seq_base` is what SEG.SEQ is counted from, and `ack_base` what SEG.ACK and SACK edges are: give the sender's and
    the receiver's ISS for relative numbers, nothing for those of the wire. `window=False` leaves the window out.
    """
    parts = [flag_letters(segment.flags), sequence_notation(segment, seq_base)]
    if segment.flags & ACK:
        parts.append(f"ack {number_notation(segment.ack, ack_base)}")
    if window:
        parts.append(f"win {segment.wnd}")
    if segment.flags & URG:
        parts.append(f"urg {segment.up}")
    if segment.options:
        parts.append(options_notation(segment.options, ack_base))
    return " ".join(parts)


def number_notation(number: int, base: int | None = None) -> str:
    """A sequence number counted from `base`; from nothing, or with an `@` if it does not belong there, as it is."""
    if base is None:
        return str(number)
    distance = relative(number, base)
    return f"@{number}" if distance is None else str(distance)


def sequence_notation(segment: Segment, seq_base: int | None = None) -> str:
    """The numbers of the data a segment carries: `first:after-last(octets)`."""
    octets = len(segment.payload)
    return f"{_range_notation(segment.seq, (segment.seq + octets) & MASK, seq_base)}({octets})"


def _range_notation(first: int, after_last: int, base: int | None) -> str:
    ends = number_notation(first, base), number_notation(after_last, base)
    if any(end.startswith("@") for end in ends):  # both or neither, so that they still differ by the octets between
        return f"@{first}:@{after_last}"
    return ":".join(ends)


def options_notation(options: tuple[Option, ...], ack_base: int | None = None) -> str:
    """A list of options in angle brackets: `<mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>`."""
    return "<" + ",".join(_option_notation(option, ack_base) for option in options) + ">"


def _option_notation(option: Option, ack_base: int | None) -> str:
    match option:
        case EndOfOptions():
            return "eol"
        case NoOperation():
            return "nop"
        case MaximumSegmentSize(octets):
            return f"mss {octets}"
        case WindowScale(shift):
            return f"wscale {shift}"
        case SackPermitted():
            return "sackOK"
        case Sack(blocks):
            return " ".join(["sack", *(_range_notation(left, right, ack_base) for left, right in blocks)])
        case Timestamps(value, echo):
            return f"TS val {value} ecr {echo}"
    unknown: UnknownOption = option  # all others have their case, as mypy makes sure
    return f"opt-{unknown.kind} 0x{unknown.octets.hex()}" if unknown.octets else f"opt-{unknown.kind}"
