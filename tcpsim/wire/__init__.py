"""wire: what travels. Segments, their flags and options, and their bytes.

Lives here: 32-bit sequence arithmetic, the immutable `Segment`, TCP options, the notation they are printed in, and
segment ⇄ TCP/IPv4/IPv6/Ethernet bytes. Must not be known here: states, time, hosts. Imports the standard library only.
"""

from tcpsim.wire.encoding import (
    DecodeError,
    decode_options,
    decode_segment,
    encode_options,
    encode_segment,
    internet_checksum,
    padded_options,
)
from tcpsim.wire.flags import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG, flag_letters, flag_names, parse_flags
from tcpsim.wire.ip import decode_frame, decode_packet, encode_frame, encode_packet
from tcpsim.wire.notation import number_notation, options_notation, segment_notation, sequence_notation
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
from tcpsim.wire.segment import Segment, segment_on
from tcpsim.wire.seq import HALF, MASK, in_window, seq_add, seq_diff, seq_ge, seq_gt, seq_le, seq_lt

__all__ = [
    "ACK",
    "CWR",
    "ECE",
    "FIN",
    "HALF",
    "MASK",
    "PSH",
    "RST",
    "SYN",
    "URG",
    "DecodeError",
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
    "decode_frame",
    "decode_options",
    "decode_packet",
    "decode_segment",
    "encode_frame",
    "encode_options",
    "encode_packet",
    "encode_segment",
    "flag_letters",
    "flag_names",
    "in_window",
    "internet_checksum",
    "number_notation",
    "options_notation",
    "padded_options",
    "parse_flags",
    "segment_notation",
    "segment_on",
    "seq_add",
    "seq_diff",
    "seq_ge",
    "seq_gt",
    "seq_le",
    "seq_lt",
    "sequence_notation",
]
