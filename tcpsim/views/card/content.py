"""A segment taken apart: its octets on the wire, layer by layer, every bit of them in a field that says what it means.

    layers(segment, words)     from the Ethernet frame inwards

Lives here: the formats of the headers (RFC 9293 §3.1, RFC 791 §3.1, RFC 8200 §3, Ethernet's) as fields to be shown. The
octets are `tcpsim.wire`'s. Must not be known here: places, ink.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address

from tcpsim.views.languages.card import CardWords
from tcpsim.wire.flags import ACK, FIN, RST, SYN, URG, flag_letters, flag_names
from tcpsim.wire.ip import encode_frame
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
from tcpsim.wire.seq import relative, seq_add

_ETHERNET = 14  # octets of its header
_FLAGS = ("CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN")  # from the left (RFC 9293 §3.1)
_WELL_KNOWN, _REGISTERED = 1024, 49152  # where the ranges of ports end (RFC 6335 §6)
_SHOWN_DATA = 14  # octets of data, or of an option unknown, that are shown themselves


@dataclass(frozen=True, slots=True)
class Cell:
    """Bits of a header with a name, `bits` of them from bit `start`. `short` is its name where room is scarce."""

    name: str
    start: int
    bits: int
    value: int
    flag: bool = False  # one of the control bits
    short: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name, its bits as one or several cells, its value as people write it, and what that means."""

    name: str
    cells: tuple[Cell, ...]
    hexadecimal: str
    decimal: str
    meaning: str

    @property
    def start(self) -> int:
        """Its first bit in the header."""
        return self.cells[0].start

    @property
    def bits(self) -> int:
        return sum(cell.bits for cell in self.cells)


@dataclass(slots=True)
class Layer:
    """One layer's own octets: a header, or, innermost, the data. `key` is "ethernet", "ip", "tcp" or "data"."""

    key: str
    name: str
    octets: bytes
    fields: list[Field] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Context:
    """What a segment alone does not tell: where numbers are counted from, and whose addresses these are.

    `keep_alive`: it is a probe with an old number.
    """

    seq_base: int | None = None
    ack_base: int | None = None
    source: str = ""
    destination: str = ""
    keep_alive: bool = False


def layers(segment: Segment, words: CardWords, context: Context) -> list[Layer]:
    """The layers from outside inwards: Ethernet, IP, TCP, and the data if there is any.

    Raises ValueError for a segment that cannot travel, as `wire.encode_segment` does.
    """
    frame = encode_frame(segment, src_mac=_mac(segment.src), dst_mac=_mac(segment.dst))
    six = frame[_ETHERNET] >> 4 == 6
    ip = _ETHERNET + (40 if six else 20)
    tcp = ip + (frame[ip + 12] >> 4) * 4
    found = [
        _ethernet(frame[:_ETHERNET], words, "IPv6" if six else "IPv4"),
        (_ipv6 if six else _ipv4)(frame[_ETHERNET:ip], words, context),
        _tcp(frame[ip:tcp], segment, words, context),
    ]
    if segment.payload:
        found.append(_data(segment.payload, words))
    return found


def _mac(address: str) -> bytes:
    """An address for a card that nobody has: locally administered, and as different as the IP addresses are."""
    return b"\x02\x00" + ip_address(address).packed[-4:]


class _Reader:
    """Takes a header's bits from the left and makes fields of them."""

    def __init__(self, key: str, name: str, octets: bytes, words: CardWords) -> None:
        self.layer = Layer(key, name, octets)
        self.words = words
        self.at = 0

    def cell(self, bits: int, name: str, *, flag: bool = False, short: str = "") -> Cell:
        value = int.from_bytes(self.layer.octets) >> (len(self.layer.octets) * 8 - self.at - bits) & ((1 << bits) - 1)
        self.at += bits
        return Cell(name.format(value=value), self.at - bits, bits, value, flag, short)

    def add(self, key: str, bits: int, meaning: str | Callable[[int], str], *, decimal: str | None = None) -> None:
        """A field of one cell. What it means may hang on its value; `decimal` is what is written for that."""
        name = self.words.names[key]
        cell = self.cell(bits, name, short=self.words.short.get(key, ""))
        told = meaning if isinstance(meaning, str) else meaning(cell.value)
        self.group(name, (cell,), str(cell.value) if decimal is None else decimal, told)

    def group(self, name: str, cells: tuple[Cell, ...], decimal: str, meaning: str) -> None:
        """A field of some cells."""
        bits, value = 0, 0
        for cell in cells:
            bits, value = bits + cell.bits, value << cell.bits | cell.value
        digits = f"{value:0{-(-bits // 4)}x}"
        self.layer.fields.append(Field(name, cells, digits, decimal, meaning))


# ---- around the segment ---------------------------------------------------------------------------------------------


def _ethernet(octets: bytes, words: CardWords, protocol: str) -> Layer:
    reader = _Reader("ethernet", "Ethernet", octets, words)
    reader.add("destination_mac", 48, words.made_up, decimal=octets[:6].hex(":"))
    reader.add("source_mac", 48, words.made_up, decimal=octets[6:12].hex(":"))
    reader.add("ethertype", 16, words.ethertype.format(protocol=protocol))
    return reader.layer


def _ipv4(octets: bytes, words: CardWords, context: Context) -> Layer:
    reader = _Reader("ip", "IPv4", octets, words)
    reader.add("version", 4, lambda version: words.version.format(version=version))
    reader.add("header_length", 4, lambda length: words.header_words.format(words=length, octets=4 * length))
    reader.add("service", 8, lambda service: words.service if service else words.service_plain)
    reader.add("total_length", 16, lambda total: words.total_length.format(header=20, rest=total - 20))
    reader.add("identification", 16, words.identification)
    reader.add("ip_flags", 3, words.dont_fragment)
    reader.add("fragment_offset", 13, words.fragment_offset)
    reader.add("ttl", 8, words.hops)
    reader.add("protocol", 8, words.protocol)
    reader.add("ip_checksum", 16, words.ip_checksum)
    _addresses(reader, octets[12:], context)
    return reader.layer


def _ipv6(octets: bytes, words: CardWords, context: Context) -> Layer:
    reader = _Reader("ip", "IPv6", octets, words)
    reader.add("version", 4, lambda version: words.version.format(version=version))
    reader.add("traffic_class", 8, lambda service: words.service if service else words.service_plain)
    reader.add("flow_label", 20, lambda label: "" if label else words.flow_label)
    reader.add("payload_length", 16, words.payload_length)
    reader.add("next_header", 8, words.protocol)
    reader.add("hop_limit", 8, words.hops)
    _addresses(reader, octets[8:], context)
    return reader.layer


def _addresses(reader: _Reader, octets: bytes, context: Context) -> None:
    half = len(octets) // 2
    for key, part, host in (
        ("source_address", octets[:half], context.source),
        ("destination_address", octets[half:], context.destination),
    ):
        reader.add(key, half * 8, host, decimal=str(ip_address(part)))


# ---- the segment ----------------------------------------------------------------------------------------------------


def _tcp(octets: bytes, segment: Segment, words: CardWords, context: Context) -> Layer:
    reader = _Reader("tcp", "TCP", octets, words)
    flags = segment.flags
    reader.add("source_port", 16, lambda port: _port(port, words))
    reader.add("destination_port", 16, lambda port: _port(port, words))
    reader.add("seq", 32, _both(_of_seq(segment, words, context), segment.seq, context.seq_base, words))
    ack = _both(words.ack_next, segment.ack, context.ack_base, words) if flags & ACK else words.ack_void
    reader.add("ack", 32, ack)
    reader.add("data_offset", 4, lambda offset: words.header_words.format(words=offset, octets=4 * offset))
    reader.add("reserved", 4, words.reserved)
    _control_bits(reader, flags)
    reader.add("window", 16, _of_window(segment, words))
    reader.add("checksum", 16, words.checksum)
    urgent = words.urgent.format(number=_edge(seq_add(segment.seq, segment.up), context.seq_base))
    reader.add("urgent", 16, urgent if flags & URG else words.urgent_void)
    for option in _on_the_wire(segment, octets):
        _option(reader, option, context, acknowledges=bool(flags & ACK))
    return reader.layer


def _port(port: int, words: CardWords) -> str:
    return words.well_known if port < _WELL_KNOWN else words.registered if port < _REGISTERED else words.dynamic


def _both(meaning: str, number: int, base: int | None, words: CardWords) -> str:
    """What a number means, and what it is when counted from its start, where it belongs to that incarnation."""
    counted = relative(number, base) if base is not None else None
    return meaning if counted is None else words.also.join((meaning, words.relative.format(number=counted)))


def _of_seq(segment: Segment, words: CardWords, context: Context) -> str:
    if context.keep_alive:
        return words.seq_of_keep_alive
    if segment.flags & RST:
        return words.seq_of_rst
    if segment.flags & SYN:
        return words.seq_of_syn
    if segment.payload:
        return words.seq_of_data
    return words.seq_of_fin if segment.flags & FIN else words.seq_next


def _of_window(segment: Segment, words: CardWords) -> str:
    if segment.flags & RST:
        return words.window_of_rst
    if segment.wnd == 0:
        return words.window_zero
    return words.window_of_syn if segment.flags & SYN else words.window


def _control_bits(reader: _Reader, flags: int) -> None:
    """Eight cells of one bit; which are set, what they are called together, and packetdrill's letters for them."""
    words = reader.words
    cells = tuple(reader.cell(1, name, flag=True) for name in _FLAGS)
    meaning = words.also.join(
        words.flag.format(flag=cell.name, means=words.flags[cell.name]) for cell in cells if cell.value
    )
    reader.group(words.names["flags"], cells, f"{flag_names(flags)} ({flag_letters(flags)})", meaning or words.no_flag)


# ---- options --------------------------------------------------------------------------------------------------------


def _on_the_wire(segment: Segment, octets: bytes) -> Iterator[tuple[Option, int]]:
    """The options of a segment with how many octets each has on the wire, and the padding at their end as one."""
    at = 20
    for option in segment.options:
        if isinstance(option, EndOfOptions):
            break
        length = 1 if isinstance(option, NoOperation) else octets[at + 1]
        yield option, length
        at += length
    if at < len(octets):
        yield EndOfOptions(), len(octets) - at


def _option(reader: _Reader, of: tuple[Option, int], context: Context, *, acknowledges: bool) -> None:
    """One option: its kind and its length, each a cell, then what it says, each number a cell.

    A segment that acknowledges nothing echoes no timestamp (RFC 7323 §3.2).
    """
    option, length = of
    names = reader.words.names
    key, decimal, meaning = _about(option, reader.words, context)
    if isinstance(option, Timestamps) and not acknowledges:
        meaning = reader.words.timestamps_alone.format(value=option.value)
    if isinstance(option, NoOperation | EndOfOptions):
        reader.group(names[key], (reader.cell(8 * length, names[key]),), decimal, meaning)
        return
    head = reader.cell(8, names["kind"]), reader.cell(8, names["length"])
    rest = [reader.cell(bits, names.get(name, name)) for name, bits in _parts(option, length)]
    reader.group(names[key], (*head, *rest), decimal, meaning)


def _parts(option: Option, length: int) -> list[tuple[str, int]]:
    """What stands behind an option's length: names and bits."""
    match option:
        case MaximumSegmentSize():
            return [("mss", 16)]
        case WindowScale():
            return [("shift", 8)]
        case Timestamps():
            return [("value", 32), ("echo", 32)]
        case Sack(blocks):
            return [("left_edge", 32), ("right_edge", 32)] * len(blocks)
    return [("unknown", 8 * (length - 2))] if length > 2 else []


def _about(option: Option, words: CardWords, context: Context) -> tuple[str, str, str]:
    """Which name an option has, its value, and what that means."""
    match option:
        case EndOfOptions():
            return "end", "0", words.end
        case NoOperation():
            return "nop", "1", words.nop
        case MaximumSegmentSize(octets):
            return "mss", str(octets), words.mss.format(octets=octets)
        case WindowScale(shift):
            # A receiver takes more than 14 for 14 (RFC 7323 §2.3).
            return "window_scale", str(shift), words.window_scale.format(shift=shift, factor=1 << min(shift, 14))
        case SackPermitted():
            return "sack_permitted", "", words.sack_permitted
        case Sack(blocks):
            told = ", ".join("–".join(_edge(edge, context.ack_base) for edge in block) for block in blocks)
            return "sack", str(len(blocks)), words.sack.format(blocks=told)
        case Timestamps(value, echo):
            return "timestamps", f"{value}, {echo}", words.timestamps.format(value=value, echo=echo)
    unknown: UnknownOption = option
    told = unknown.octets[:_SHOWN_DATA].hex() + "…" * (len(unknown.octets) > _SHOWN_DATA) or "–"
    return "unknown", str(unknown.kind), words.unknown.format(kind=unknown.kind, octets=told)


def _edge(number: int, base: int | None) -> str:
    counted = relative(number, base) if base is not None else None
    return str(number if counted is None else counted)


# ---- the data -------------------------------------------------------------------------------------------------------


def _data(octets: bytes, words: CardWords) -> Layer:
    layer = Layer("data", words.data, octets)
    name = words.names["data"]
    shown = repr(octets[:_SHOWN_DATA])[1:] + ("…" if len(octets) > _SHOWN_DATA else "")
    cell = Cell(name, 0, 8 * len(octets), 0)
    hexadecimal = octets[:_SHOWN_DATA].hex()
    told = words.payload.format(octets=f"{len(octets):,}", words=shown)
    layer.fields.append(Field(name, (cell,), hexadecimal, "", told))
    return layer
