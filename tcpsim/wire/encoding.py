"""Segments as octets: the TCP header, its options and its checksum (RFC 9293 §3.1). IP and Ethernet are in `ip.py`.

Encoding and decoding undo each other, with one thing to know. A header is counted in 32-bit words, so options that do
not fill their last word are padded with zeros on the wire, and a zero there *is* the End of Option List. `decode_*`
reports what stands on the wire, so it shows each octet of padding as an `EndOfOptions`:

    decode_segment(encode_segment(s), s.src, s.dst) == s.replace(options=padded_options(s.options))

which is `s` itself when its options fill whole words. The other way round, `encode_segment(decode_segment(octets, …))`
gives the very octets back, but for what a receiver must ignore: reserved bits, and an octet behind the End of Option
List that is not the zero it must be. Both are sent as zeros.

Whoever encodes a segment that cannot be written gets a ValueError. Whoever decodes octets gets a segment or a
`DecodeError`, whatever the octets are.
"""

from ipaddress import ip_address
from struct import Struct, unpack

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

PROTOCOL = 6  # TCP's number in IP headers and in the pseudo-header (RFC 9293 §3.1)
HEADER_OCTETS = 20  # without options: a data offset of 5
OPTION_OCTETS = 40  # a data offset of 15, less the 5 words of the header proper
LARGEST = 65_535  # octets that an IP length field can count (RFC 791 §3.1, RFC 8200 §3)

_HEADER = Struct("!HHIIBBHHH")
_CHECKSUM = slice(16, 18)
_WIDTHS = (("sport", 16), ("dport", 16), ("seq", 32), ("ack", 32), ("flags", 8), ("wnd", 16), ("up", 16))

# The two kinds of options that are one octet; all others have a length (RFC 9293 §3.1, MUST-68).
_EOL, _NOP = 0, 1


class DecodeError(ValueError):
    """Octets that are not what they should be: in which header, at which octet of it (from 0), and what is wrong."""

    def __init__(self, header: str, octet: int, problem: str) -> None:
        super().__init__(header, octet, problem)
        self.header = header
        self.octet = octet
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.header} header, octet {self.octet}: {self.problem}"


# ── Segments ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def encode_segment(segment: Segment) -> bytes:
    """TCP header, options and data, with the checksum for IPv4 or IPv6, whichever form the addresses have.

    Raises ValueError for a number that its field cannot hold, options that cannot be written (see `encode_options`),
    addresses of two families or of none, and a segment longer than an IP packet can carry.
    """
    for name, bits in _WIDTHS:
        number = getattr(segment, name)
        if number >> bits:
            raise ValueError(f"{name} is {number}; its field holds 0 to {(1 << bits) - 1}")
    addresses = packed_addresses(segment.src, segment.dst)
    options = encode_options(segment.options)
    header = _HEADER.pack(
        segment.sport,
        segment.dport,
        segment.seq,
        segment.ack,
        (HEADER_OCTETS + len(options)) // 4 << 4,  # data offset, in words; the reserved bits are sent as zeros
        segment.flags,
        segment.wnd,
        0,
        segment.up,
    )
    octets = bytearray(header + options + segment.payload)
    # IPv4's length counts its own header of 20 octets (RFC 791 §3.1), IPv6's does not (RFC 8200 §3).
    limit = LARGEST - 20 if len(addresses) == 8 else LARGEST
    if len(octets) > limit:
        raise ValueError(f"the segment has {len(octets)} octets; an IP packet carries {limit} at most")
    octets[_CHECKSUM] = _checksum(addresses, octets).to_bytes(2)  # MUST-2
    return bytes(octets)


def decode_segment(octets: bytes, src: str, dst: str, *, verify: bool = True) -> Segment:
    """The segment in the octets that IP delivered from `src` to `dst`.

    `verify=False` takes any checksum, for captures made before the network card has filled it in. Raises DecodeError
    when the octets are no segment (RFC 9293 §3.1), ValueError when `src` and `dst` are not two addresses of a family.
    """
    _require_whole_header(octets)
    if verify:
        _require_checksum(packed_addresses(src, dst), octets)
    sport, dport, seq, ack, offset, flags, wnd, _, up = _HEADER.unpack_from(octets)
    end = (offset >> 4) * 4  # the four reserved bits beside it are ignored
    if end < HEADER_OCTETS:
        raise DecodeError("TCP", 12, f"the data offset is {offset >> 4}; a header has 5 words or more")
    if end > len(octets):
        raise DecodeError(
            "TCP", 12, f"the data offset is {offset >> 4}, a header of {end} octets, but the segment has {len(octets)}"
        )
    options = decode_options(octets[HEADER_OCTETS:end])
    return Segment(src, sport, dst, dport, seq, ack, flags, wnd, octets[end:], options, up)


def _require_whole_header(octets: bytes) -> None:
    if len(octets) < HEADER_OCTETS:
        raise DecodeError("TCP", len(octets), f"the segment ends here; a header has {HEADER_OCTETS} octets or more")
    if len(octets) > LARGEST:
        raise DecodeError("TCP", LARGEST, f"the segment goes on here; no IP packet carries more than {LARGEST} octets")


def _require_checksum(addresses: bytes, octets: bytes) -> None:
    """Raise DecodeError unless the checksum is right (RFC 9293 §3.1, MUST-3)."""
    if _checksum(addresses, octets) == 0:
        return
    zeroed = bytearray(octets)
    zeroed[_CHECKSUM] = bytes(2)
    found, right = int.from_bytes(octets[_CHECKSUM]), _checksum(addresses, zeroed)
    raise DecodeError("TCP", 16, f"the checksum is 0x{found:04x}; 0x{right:04x} would be right")


# ── Checksums ────────────────────────────────────────────────────────────────────────────────────────────────────────


def internet_checksum(octets: bytes | bytearray) -> int:
    """The complement of the one's complement sum of all 16-bit words (RFC 1071). 0 over octets that hold their own.

    An odd last octet is taken as the first half of a word whose second half is zero.
    """
    number = int.from_bytes(octets + bytes(len(octets) % 2))
    # Read the octets as one number in base 2¹⁶. Adding its digits with end-around carry is taking it modulo 2¹⁶ − 1,
    # as adding decimal digits is taking it modulo 9; only a sum of zeros is 0, all other multiples give 0xFFFF.
    total = (number - 1) % 0xFFFF + 1 if number else 0
    return 0xFFFF - total


def packed_addresses(src: str, dst: str) -> bytes:
    """Both addresses in binary, one after the other: 8 octets for IPv4, 32 for IPv6. ValueError for a mixture."""
    source, destination = ip_address(src), ip_address(dst)
    if source.version != destination.version:
        raise ValueError(
            f"{src} is an IPv{source.version} address and {dst} an IPv{destination.version} address; "
            "a segment needs two of one family"
        )
    return source.packed + destination.packed


def _checksum(addresses: bytes, octets: bytes | bytearray) -> int:
    """TCP's checksum, over the pseudo-header and the segment.

    IPv4's pseudo-header (RFC 9293 §3.1) and IPv6's (RFC 8200 §8.1) hold the same numbers in fields of different widths,
    and a sum of words does not see the difference.
    """
    return internet_checksum(addresses + len(octets).to_bytes(4) + PROTOCOL.to_bytes(4) + octets)


# ── Options ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def padded_options(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """The options with the padding that brings them to whole 32-bit words on the wire. Raises as `encode_options`."""
    missing = len(encode_options(options)) - sum(len(_encode_option(option)) for option in options)
    return options + (EndOfOptions(),) * missing


def encode_options(options: tuple[Option, ...]) -> bytes:
    """Options as they stand in the header, padded with zeros to whole 32-bit words.

    Raises ValueError for a number that its field cannot hold, for more than 40 octets in all, for an option behind the
    end of the list (RFC 9293 §3.1, MUST-69), and for an `UnknownOption` that would be read back as a known one.
    """
    ended = False
    for option in options:
        if ended and not isinstance(option, EndOfOptions):
            raise ValueError(f"{option!r} stands behind EndOfOptions, where only padding may stand")
        ended = isinstance(option, EndOfOptions)
    octets = b"".join(map(_encode_option, options))
    if len(octets) > OPTION_OCTETS:
        raise ValueError(f"the options have {len(octets)} octets; a header has room for {OPTION_OCTETS}")
    return octets + bytes(-len(octets) % 4)


def decode_options(octets: bytes) -> tuple[Option, ...]:
    """The options in the octets between the TCP header proper and the data.

    They may begin at any octet (MUST-64). A kind we do not know, or one whose length is not that kind's, is kept as an
    `UnknownOption` (MUST-6). From the End of Option List on, each octet is an `EndOfOptions`. Raises DecodeError for an
    illegal length (MUST-7), counting octets from the beginning of the TCP header.
    """
    options: list[Option] = []
    at = 0
    while at < len(octets):
        kind = octets[at]
        if kind == _EOL:
            options += [EndOfOptions()] * (len(octets) - at)
            break
        if kind == _NOP:
            options.append(NoOperation())
            at += 1
            continue
        end = at + _option_length(octets, at)
        options.append(_decode_option(kind, octets[at + 2 : end]))
        at = end
    return tuple(options)


def _option_length(octets: bytes, at: int) -> int:
    """The length octet of the option at `at`, at least 2: it counts itself and the kind, so the list always ends."""
    kind, left = octets[at], len(octets) - at
    if left < 2:
        raise DecodeError("TCP", HEADER_OCTETS + at, f"the header ends before the length of the option of kind {kind}")
    length = octets[at + 1]
    if not 2 <= length <= left:
        raise DecodeError(
            "TCP",
            HEADER_OCTETS + at + 1,
            f"the option of kind {kind} has length {length}; 2 to {left}, where the header ends, would be right",
        )
    return length


def _decode_option(kind: int, content: bytes) -> Option:
    """An option that has a length: `content` is what stands behind the length octet."""
    match kind, len(content):
        case 2, 2:
            return MaximumSegmentSize(int.from_bytes(content))
        case 3, 1:
            return WindowScale(content[0])
        case 4, 0:
            return SackPermitted()
        case 5, octets if octets % 8 == 0:
            edges = unpack(f"!{octets // 4}I", content)
            return Sack(tuple(zip(edges[::2], edges[1::2], strict=True)))
        case 8, 8:
            return Timestamps(*unpack("!II", content))
    return UnknownOption(kind, content)


def _encode_option(option: Option) -> bytes:
    match option:
        case EndOfOptions():
            return bytes([_EOL])
        case NoOperation():
            return bytes([_NOP])
        case MaximumSegmentSize(octets):
            return _with_length(2, _field(option, octets, 16))
        case WindowScale(shift):
            return _with_length(3, _field(option, shift, 8))
        case SackPermitted():
            return _with_length(4, b"")
        case Sack(blocks):
            return _with_length(5, b"".join(_field(option, edge, 32) for block in blocks for edge in block))
        case Timestamps(value, echo):
            return _with_length(8, _field(option, value, 32) + _field(option, echo, 32))
    unknown: UnknownOption = option  # all others have their case, as mypy makes sure
    if not 2 <= unknown.kind <= 0xFF:
        raise ValueError(f"{option!r}: kinds with a length are 2 to 255")
    if (known := _decode_option(unknown.kind, unknown.octets)) != option:
        raise ValueError(f"{option!r} is on the wire what {known!r} is: write it so")
    return _with_length(unknown.kind, unknown.octets)


def _with_length(kind: int, content: bytes) -> bytes:
    length = 2 + len(content)
    if length > OPTION_OCTETS:
        raise ValueError(f"an option of kind {kind} has {length} octets; a header has room for {OPTION_OCTETS}")
    return bytes([kind, length]) + content


def _field(option: Option, number: int, bits: int) -> bytes:
    if number >> bits:
        raise ValueError(f"{option!r}: {number} does not fit; the field holds 0 to {(1 << bits) - 1}")
    return number.to_bytes(bits // 8)
