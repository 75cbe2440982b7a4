"""wire: what travels. Segments, their flags and options, and their bytes.

Lives here: 32-bit sequence arithmetic, the immutable `Segment`, TCP options, the notation they are printed in, and
segment ⇄ TCP/IPv4/IPv6 bytes. Must not be known here: states, time, hosts. Imports the standard library only.
"""

from tcpsim.wire.flags import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG, flag_letters, flag_names, parse_flags
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
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import MASK, in_window, seq_add, seq_diff, seq_ge, seq_gt, seq_le, seq_lt

__all__ = [
    "ACK",
    "CWR",
    "ECE",
    "FIN",
    "MASK",
    "PSH",
    "RST",
    "SYN",
    "URG",
    "EndOfOptions",
    "MaximumSegmentSize",
    "NoOperation",
    "Option",
    "Sack",
    "SackPermitted",
    "Segment",
    "SocketPair",
    "Timestamps",
    "UnknownOption",
    "WindowScale",
    "flag_letters",
    "flag_names",
    "in_window",
    "parse_flags",
    "seq_add",
    "seq_diff",
    "seq_ge",
    "seq_gt",
    "seq_le",
    "seq_lt",
]
