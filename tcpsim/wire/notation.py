"""Segments as text, in packetdrill's notation: `S. 0:0(0) ack 1 win 65535 <mss 1460>`.

packetdrill writes flags, first sequence number, the number after the last octet of *data* (SYN and FIN are not
counted), the octets of data, and then what else there is. Numbers may be made relative to each side's initial
sequence number, as packetdrill and Wireshark do.
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
from tcpsim.wire.seq import MASK


def segment_notation(segment: Segment, *, seq_base: int = 0, ack_base: int = 0, window: bool = True) -> str:
    """One line for a segment.

    `seq_base` is subtracted (modulo 2³²) from SEG.SEQ and `ack_base` from SEG.ACK and SACK edges: give the sender's
    and the receiver's ISS for relative numbers. `window=False` leaves the window out.
    """
    parts = [flag_letters(segment.flags), sequence_notation(segment, seq_base)]
    if segment.flags & ACK:
        parts.append(f"ack {(segment.ack - ack_base) & MASK}")
    if window:
        parts.append(f"win {segment.wnd}")
    if segment.flags & URG:
        parts.append(f"urg {segment.up}")
    if segment.options:
        parts.append(options_notation(segment.options, ack_base))
    return " ".join(parts)


def sequence_notation(segment: Segment, seq_base: int = 0) -> str:
    """The numbers of the data a segment carries: `first:after-last(octets)`."""
    first = (segment.seq - seq_base) & MASK
    octets = len(segment.payload)
    return f"{first}:{(first + octets) & MASK}({octets})"


def options_notation(options: tuple[Option, ...], ack_base: int = 0) -> str:
    """A list of options in angle brackets: `<mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>`."""
    return "<" + ",".join(_option_notation(option, ack_base) for option in options) + ">"


def _option_notation(option: Option, ack_base: int) -> str:
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
            edges = (f"{(left - ack_base) & MASK}:{(right - ack_base) & MASK}" for left, right in blocks)
            return "sack " + " ".join(edges)
        case Timestamps(value, echo):
            return f"TS val {value} ecr {echo}"
        case UnknownOption(kind, octets):
            return f"opt-{kind} 0x{octets.hex()}" if octets else f"opt-{kind}"
