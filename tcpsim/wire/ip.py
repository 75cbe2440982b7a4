"""What carries a segment: IPv4 (RFC 791), IPv6 (RFC 8200) and Ethernet (RFC 894, RFC 2464).

Only as much of them as a capture needs: headers are written in their plain form and, when read, passed over once they
have been found to carry one whole TCP segment. Whatever else they carry is a `DecodeError`, never another exception.
"""

from ipaddress import ip_address
from struct import Struct

from tcpsim.wire.encoding import (
    PROTOCOL,
    DecodeError,
    decode_segment,
    encode_segment,
    internet_checksum,
    packed_addresses,
)
from tcpsim.wire.segment import Segment

_IPV4 = Struct("!BBHHHBBH8s")  # the last field is both addresses
_IPV6 = Struct("!IHBB32s")
_DONT_FRAGMENT, _MORE_FRAGMENTS, _FRAGMENT_OFFSET = 0x4000, 0x2000, 0x1FFF  # RFC 791 §3.1

# IPv6 extension headers that may stand before TCP (RFC 8200 §4); 44 is special in having no length.
_HOP_BY_HOP, _ROUTING, _FRAGMENT, _DESTINATION = 0, 43, 44, 60
_EXTENSIONS = {_HOP_BY_HOP, _ROUTING, _FRAGMENT, _DESTINATION}

_ETHERTYPE_IPV4, _ETHERTYPE_IPV6 = 0x0800, 0x86DD
_VLAN_TAGS = {0x8100, 0x88A8}  # IEEE 802.1Q: four octets more, the type behind them
_SOURCE_MAC = bytes.fromhex("020000000001")  # locally administered
_DESTINATION_MAC = bytes.fromhex("020000000002")


def encode_packet(
    segment: Segment, *, hop_limit: int = 64, traffic_class: int = 0, identification: int = 0, flow_label: int = 0
) -> bytes:
    """The segment in an IPv4 or IPv6 packet, whichever form its addresses have.

    `hop_limit` is IPv4's time to live; `traffic_class` is IPv4's type of service, DSCP and ECN. `identification` is
    written in IPv4 only, where the packet may not be fragmented and so needs none (RFC 6864 §4.1); `flow_label` in
    IPv6 only. Raises ValueError for numbers that do not fit, and as `encode_segment`.
    """
    for name, number, bits in (
        ("hop_limit", hop_limit, 8),
        ("traffic_class", traffic_class, 8),
        ("identification", identification, 16),
        ("flow_label", flow_label, 20),
    ):
        if number >> bits:
            raise ValueError(f"{name} is {number}; its field holds 0 to {(1 << bits) - 1}")
    octets = encode_segment(segment)
    addresses = packed_addresses(segment.src, segment.dst)
    if len(addresses) == 32:
        first_word = 6 << 28 | traffic_class << 20 | flow_label
        return _IPV6.pack(first_word, len(octets), PROTOCOL, hop_limit, addresses) + octets
    total = _IPV4.size + len(octets)
    before = (4 << 4 | _IPV4.size // 4, traffic_class, total, identification, _DONT_FRAGMENT, hop_limit, PROTOCOL)
    checksum = internet_checksum(_IPV4.pack(*before, 0, addresses))
    return _IPV4.pack(*before, checksum, addresses) + octets


def decode_packet(octets: bytes, *, verify: bool = True) -> Segment:
    """The segment in an IPv4 or IPv6 packet; octets behind the packet's own end (Ethernet's padding) are left out.

    `verify=False` takes any checksum, IPv4's and TCP's. Raises DecodeError when the packet is cut short, is a
    fragment, is of another version, carries something other than TCP, or carries what `decode_segment` refuses.
    """
    if not octets:
        raise DecodeError("IP", 0, "the packet ends here; its first four bits are the version, 4 or 6")
    match octets[0] >> 4:
        case 4:
            start, end = _ipv4_payload(octets, verify)
            addresses = octets[12:20]
        case 6:
            start, end = _ipv6_payload(octets)
            addresses = octets[8:40]
        case version:
            raise DecodeError("IP", 0, f"the version is {version}; 4 or 6 would be right")
    half = len(addresses) // 2
    src, dst = str(ip_address(addresses[:half])), str(ip_address(addresses[half:]))
    return decode_segment(octets[start:end], src, dst, verify=verify)


def encode_frame(segment: Segment, *, src_mac: bytes = _SOURCE_MAC, dst_mac: bytes = _DESTINATION_MAC) -> bytes:
    """The segment in a packet in an Ethernet frame, without padding and check sequence: those are the card's.

    Raises ValueError for a MAC address that has not six octets, and as `encode_packet`.
    """
    for mac in (dst_mac, src_mac):
        if len(mac) != 6:
            raise ValueError(f"the MAC address {mac.hex(':')} has {len(mac)} octets; it must have 6")
    packet = encode_packet(segment)
    ethertype = _ETHERTYPE_IPV4 if packet[0] >> 4 == 4 else _ETHERTYPE_IPV6
    return dst_mac + src_mac + ethertype.to_bytes(2) + packet


def decode_frame(octets: bytes, *, verify: bool = True) -> Segment:
    """The segment in an Ethernet frame, VLAN tags passed over.

    Raises DecodeError for a frame that is cut short or carries no IP packet, and as `decode_packet`.
    """
    at = 12  # behind the two addresses
    while (ethertype := _ethertype(octets, at)) in _VLAN_TAGS:
        at += 4
    if ethertype not in {_ETHERTYPE_IPV4, _ETHERTYPE_IPV6}:
        raise DecodeError("Ethernet", at, f"the type is 0x{ethertype:04x}; right are 0x0800 (IPv4) and 0x86dd (IPv6)")
    return decode_packet(octets[at + 2 :], verify=verify)


def _ethertype(octets: bytes, at: int) -> int:
    if len(octets) < at + 2:
        raise DecodeError("Ethernet", len(octets), f"the frame ends here; its type stands in octets {at} and {at + 1}")
    return int.from_bytes(octets[at : at + 2])


def _ipv4_payload(octets: bytes, verify: bool) -> tuple[int, int]:
    """Where the segment starts and ends in an IPv4 packet (RFC 791 §3.1). Options of IP are passed over."""
    if len(octets) < _IPV4.size:
        raise DecodeError("IPv4", len(octets), f"the packet ends here; a header has {_IPV4.size} octets or more")
    first, _, total, _, fragment, _, protocol, checksum, _ = _IPV4.unpack_from(octets)
    start = (first & 0x0F) * 4
    if start < _IPV4.size:
        raise DecodeError("IPv4", 0, f"the header length is {first & 0x0F}; a header has 5 words or more")
    if not start <= total <= len(octets):
        raise DecodeError("IPv4", 2, f"the total length is {total}; {start} to {len(octets)}, what is here, is right")
    if verify and internet_checksum(octets[:start]):
        right = internet_checksum(octets[:10] + bytes(2) + octets[12:start])
        raise DecodeError("IPv4", 10, f"the checksum is 0x{checksum:04x}; 0x{right:04x} would be right")
    if fragment & (_MORE_FRAGMENTS | _FRAGMENT_OFFSET):
        raise DecodeError("IPv4", 6, "this is a fragment; a whole packet would be right")
    if protocol != PROTOCOL:
        raise DecodeError("IPv4", 9, f"the protocol is {protocol}; {PROTOCOL} (TCP) would be right")
    return start, total


def _ipv6_payload(octets: bytes) -> tuple[int, int]:
    """Where the segment starts and ends in an IPv6 packet (RFC 8200 §3)."""
    if len(octets) < _IPV6.size:
        raise DecodeError("IPv6", len(octets), f"the packet ends here; a header has {_IPV6.size} octets")
    length, here = int.from_bytes(octets[4:6]), len(octets) - _IPV6.size
    if length > here:
        raise DecodeError("IPv6", 4, f"the payload length is {length}; {here}, what is here, or less would be right")
    end = _IPV6.size + length
    return _behind_extensions(octets, end), end


def _behind_extensions(octets: bytes, end: int) -> int:
    """Where TCP starts, behind any extension headers (RFC 8200 §4). Each is 8 octets or more, so the walk ends."""
    names_next, at = 6, _IPV6.size  # the octet that says what comes next, and where that stands
    while (protocol := octets[names_next]) in _EXTENSIONS:
        if at + 8 > end:
            raise DecodeError("IPv6", at, f"the packet ends in extension header {protocol}, which has 8 octets or more")
        words = octets[at + 1]  # of 8 octets, the first not counted
        if protocol == _FRAGMENT:
            # An offset of 0 and no more to come is a whole packet all the same: an atomic fragment (RFC 6946).
            if int.from_bytes(octets[at + 2 : at + 4]) & 0xFFF9:
                raise DecodeError("IPv6", at + 2, "this is a fragment; a whole packet would be right")
            words = 0
        elif protocol == _ROUTING and octets[at + 3]:
            # Until it gets there, its destination is not the one that TCP's checksum covers (RFC 8200 §8.1).
            raise DecodeError("IPv6", at + 3, f"the route has {octets[at + 3]} segments left; 0 would be right")
        names_next, at = at, at + 8 * (words + 1)
    if protocol != PROTOCOL:
        raise DecodeError("IPv6", names_next, f"the next header is {protocol}; {PROTOCOL} (TCP) would be right")
    if at > end:
        raise DecodeError("IPv6", names_next, f"the extension headers end at {at}, behind the packet at {end}")
    return at
