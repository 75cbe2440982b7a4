"""Packets as a script writes them: `< S 0:0(0) win 65535 <mss 1460>`, `> icmp unreachable [1:1(0)]`.

Lives here: one packet's notation, from its direction to its end. What is sent, and what arrives, must not be known
here: a packet that tcpsim neither sends nor takes is only named.
"""

import re
from typing import Final

from tcpsim.packetdrill.errors import MisreadError, near, or_defined, shown
from tcpsim.packetdrill.icmp import IPV4, IPV6, IcmpType
from tcpsim.packetdrill.scanner import END, FLOAT, HEX, NUMBER, WORD, Token, Tokens
from tcpsim.packetdrill.script import IcmpPattern, Inbound, Outbound, SegmentPattern, Unsupported
from tcpsim.packetdrill.tcp_options import read_options
from tcpsim.wire.flags import CWR, ECE, parse_flags
from tcpsim.wire.seq import MASK

_OTHER_PACKETS: Final = {
    "udp": "UDP packet",
    "udplite": "UDP-Lite packet",
    "sctp": "SCTP packet",
    "ipv4": "IPv4 encapsulation",
    "ipv6": "IPv6 encapsulation",
    "gre": "GRE encapsulation",
    "GREv0": "GRE encapsulation",
    "mpls": "MPLS encapsulation",
    "encap": "PSP encapsulation",
}
_IP_FIELDS: Final = {
    "tos": "IP type of service",
    "class": "IPv6 traffic class",
    "dscp": "IP type of service",
    "ecn": "IP ECN bits",
    "ect0": "IP ECN bits",
    "ect1": "IP ECN bits",
    "ect01": "IP ECN bits",
    "ce": "IP ECN bits",
    "ttl": "IP time to live",
    "hlim": "IPv6 hop limit",
    "flowlabel": "IPv6 flow label",
}
_ECN_SAID: Final = frozenset({"noecn", "ect0", "ect1", "ect01", "ce"})

_FLAGS: Final = re.compile(r"(?=.*[^0-7])[FSRPUEWA.]*[0-7]?[FSRPU.]*")
_FLAGS_WANTED: Final = "the flags of a segment, such as S, S., P. or -"
_NUMBERED: Final = re.compile(r"(?:type|code)_([0-9]{1,3})")

Packet = Inbound | Outbound | Unsupported


def read_packet(tokens: Tokens, *, ipv6: bool | None) -> Packet:
    """The packet that comes next, which begins with its direction. Raises MisreadError.

    `ipv6` is None where the script does not say which version of IP it is about. Of a packet that is not supported,
    what follows its name may be left unread.
    """
    inbound = tokens.take().text == "<"
    unsupported = _read_ip_fields(tokens)
    kind = tokens.next.text
    if kind in _OTHER_PACKETS:
        return Unsupported(_OTHER_PACKETS[kind])
    if kind == "icmp":
        tokens.take()
        return _read_icmp(tokens, unsupported, ipv6=ipv6, inbound=inbound)
    socket = _read_socket(tokens)
    ports = _read_ports(tokens)
    if tokens.next.text in _OTHER_PACKETS:
        return Unsupported(_OTHER_PACKETS[tokens.next.text])
    return _read_segment(tokens, unsupported, socket, ports, inbound=inbound)


def _read_segment(
    tokens: Tokens, unsupported: str, socket: int | None, ports: tuple[int, int] | None, *, inbound: bool
) -> Packet:
    flags, counter = _read_flags(tokens)
    start = tokens.next
    seq, octets, absolute = _read_sequence(tokens)
    if seq is None and inbound:
        raise MisreadError(start.start, "any sequence number in a segment that arrives", "write it: 1:1(0)")
    ack = tokens.natural(32, "an acknowledgment number") if tokens.accept("ack") else None
    if inbound and tokens.next.text != "win":
        raise tokens.refusal("'win' and a window, which a segment that arrives must have")
    window = tokens.natural(16, "a window") if tokens.accept("win") else None
    urgent = tokens.natural(16, "an urgent pointer") if tokens.accept("urg") else None
    options, unknown = read_options(tokens, inbound=inbound)
    more = _read_more(tokens)
    congestion = "" if inbound or not flags & (ECE | CWR) else "ECN in what is sent"  # RFC 3168, which tcpsim has not
    if construct := unsupported or counter or congestion or unknown or more:
        return Unsupported(construct)
    segment = SegmentPattern(flags, seq, octets, ack, window, urgent, options, absolute, ports, socket)
    return Inbound(segment) if inbound else Outbound(segment)


# ---- before the flags ------------------------------------------------------------------------------------------------


def _read_ip_fields(tokens: Tokens) -> str:
    """`[ect0]`, `(tos 0x10, ttl 64)`: what the IP header must say. The first field that tcpsim does not have, or ""."""
    if tokens.next.text not in {"(", "["}:
        return ""
    closing = "]" if tokens.take().text == "[" else ")"
    unsupported = ""
    while True:
        field = _read_ip_field(tokens)
        unsupported = unsupported or field
        if not tokens.accept(","):
            break
    tokens.expect(closing, "after the fields of the IP header")
    return unsupported


def _read_ip_field(tokens: Tokens) -> str:
    field = tokens.expect_kind(WORD, "a field of the IP header, such as ect0, tos 0x10 or ttl 64")
    name = field.text
    if name == "noecn":
        return ""
    if name not in _IP_FIELDS:
        right = (
            near(name, _IP_FIELDS) or "fields are noecn, ect0, ect1, ect01, ce, tos, class, dscp, ttl, hlim, flowlabel"
        )
        raise MisreadError(field.start, f"{shown(name)} is not a field of the IP header", right)
    if name in _ECN_SAID:
        return _IP_FIELDS[name]
    if tokens.next.kind not in {NUMBER, HEX, WORD}:
        raise tokens.refusal(f"the value of {name}")
    value = tokens.take()
    if name == "ecn" and value.text == "noecn":
        return ""
    if value.kind == WORD and tokens.next.kind != WORD and tokens.accept("-"):  # voice-admit
        tokens.take()
    return _IP_FIELDS[name]


def _read_socket(tokens: Tokens) -> int | None:
    """`sock(3)`: the socket whose connection is meant."""
    if tokens.next.text != "sock":
        return None
    tokens.take()
    tokens.expect("(", "and a file descriptor after 'sock'")
    socket = tokens.natural(31, "a file descriptor")
    tokens.expect(")", "after the file descriptor")
    return socket


def _read_ports(tokens: Tokens) -> tuple[int, int] | None:
    """`1234 > 80`: from which port, to which."""
    if tokens.next.kind != NUMBER:
        return None
    source = tokens.natural(16, "a port")
    tokens.expect(">", "between two ports")
    return source, tokens.natural(16, "a port")


# ---- the segment -----------------------------------------------------------------------------------------------------


def _read_flags(tokens: Tokens) -> tuple[int, str]:
    """The control bits; and what of Accurate ECN they say, which tcpsim does not have, or ""."""
    first = tokens.next
    if tokens.accept("-"):
        return 0, ""
    letters = tokens.take().text if first.kind == WORD else ""
    if tokens.next.kind == FLOAT and tokens.next.text.startswith("."):  # `.5`: ACK, and a counter
        letters += tokens.take().text
    elif tokens.accept("."):
        letters += "." + (tokens.take().text if tokens.next.kind == WORD else "")
    if not letters:
        raise tokens.refusal(_FLAGS_WANTED)
    if not _FLAGS.fullmatch(letters):
        raise MisreadError(first.start, f"{shown(letters)} are not flags", "flags are F S R P . U E W, or - for none")
    counter = "".join(filter(str.isdigit, letters))
    if "A" in letters or counter.strip("0"):
        return 0, "AccECN"
    return parse_flags(letters.replace("0", "")), ""


def _read_sequence(tokens: Tokens) -> tuple[int | None, int, bool]:
    """`1:1461(1460)`, `0:0(0)!` as on the wire, `...(0)` whatever it is: number, octets, and whether it is absolute."""
    start = tokens.next
    if tokens.accept("..."):
        return None, _read_octets(tokens), False
    seq = tokens.natural(32, "a sequence number, as in 1:1461(1460)")
    tokens.expect(":", "after the first sequence number")
    end = tokens.natural(32, "a sequence number, as in 1:1461(1460)")
    octets = _read_octets(tokens)
    if end != (seq + octets) & MASK:
        right = f"expected {seq}:{(seq + octets) & MASK}({octets}) or {seq}:{end}({(end - seq) & MASK})"
        raise MisreadError(start.start, f"{seq}:{end}({octets}) does not add up", right)
    return seq, octets, tokens.accept("!")


def _read_octets(tokens: Tokens) -> int:
    tokens.expect("(", "and how many octets of data")
    octets = tokens.natural(16, "a length")
    tokens.expect(")", "after the length")
    return octets


def _read_more(tokens: Tokens) -> str:
    """What may follow the options: `/udp(9899 > 9899)`, `[code 1,pen 2]`. The name of it, or ""."""
    found = ""
    if tokens.next.text == "[":
        _skip_to("]", tokens)
        found = "diagnostic payload of a reset"
    return _read_udp(tokens) or found


def _read_udp(tokens: Tokens) -> str:
    if not tokens.accept("/"):
        return ""
    tokens.expect("udp", "after '/'")
    tokens.expect("(", "and the ports of UDP")
    if _read_ports(tokens) is None:
        raise tokens.refusal("the ports of UDP, as in /udp(9899 > 9899)")
    tokens.expect(")", "after the ports of UDP")
    return "TCP over UDP"


def _skip_to(closing: str, tokens: Tokens) -> None:
    while tokens.next.text != closing and tokens.next.kind != END and not tokens.begins_line:
        tokens.take()
    tokens.expect(closing, "to end what begins here")


# ---- ICMP ------------------------------------------------------------------------------------------------------------


def _read_icmp(tokens: Tokens, unsupported: str, *, ipv6: bool | None, inbound: bool) -> Packet:
    type_word = tokens.expect_kind(WORD, "the type of an ICMP message, such as unreachable")
    code_word = tokens.take() if tokens.next.kind == WORD and tokens.next.text not in {"mtu", "id"} else None
    names = _names(ipv6, type_word.text, code_word.text if code_word else "")
    kind = _type(type_word, names)
    code = 0 if code_word is None else _code(code_word, type_word.text, kind)
    mtu = tokens.natural(32, "an MTU") if tokens.accept("mtu") else None
    if tokens.accept("id"):
        tokens.natural(16, "an identifier")
    seq, octets, other = _read_quoted(tokens)
    if not inbound:
        return Unsupported("ICMP sent by the stack")
    if not kind.quotes:
        return Unsupported(f"ICMP {type_word.text}")
    if construct := unsupported or other:
        return Unsupported(construct)
    code_name = code_word.text if code_word else ""
    return Inbound(IcmpPattern(type_word.text, code_name, kind.number, code, mtu, seq, octets))


def _names(ipv6: bool | None, type_name: str, code_name: str) -> dict[str, IcmpType]:
    """The table of an IP version; where the script does not say which, IPv4's, or IPv6's if only that has the names."""
    if ipv6 is None:
        ipv6 = not _has(IPV4, type_name, code_name) and _has(IPV6, type_name, code_name)
    return IPV6 if ipv6 else IPV4


def _has(names: dict[str, IcmpType], type_name: str, code_name: str) -> bool:
    return type_name in names and (not code_name or code_name in names[type_name].codes)


def _type(word: Token, names: dict[str, IcmpType]) -> IcmpType:
    if numbered := _NUMBERED.fullmatch(word.text):
        number = int(numbered[1])
        known = next((kind for kind in names.values() if kind.number == number), None)
        return known or IcmpType(number, {}, quotes=False)
    if word.text not in names:
        types = f"types are {', '.join(name for name, kind in names.items() if kind.quotes)}"
        raise MisreadError(word.start, f"{shown(word.text)} is not a type of ICMP", near(word.text, names) or types)
    return names[word.text]


def _code(word: Token, type_name: str, kind: IcmpType) -> int:
    if numbered := _NUMBERED.fullmatch(word.text):
        return int(numbered[1])
    if word.text not in kind.codes:
        codes = f"codes are {', '.join(kind.codes)}" if kind.codes else "its codes have no names: write code_0"
        right = near(word.text, kind.codes) or codes + or_defined(word.text)
        raise MisreadError(word.start, f"{shown(word.text)} is not a code of ICMP {type_name}", right)
    return kind.codes[word.text]


def _read_quoted(tokens: Tokens) -> tuple[int, int, str]:
    """What the error is about, in brackets: sequence number, octets; or the name of what is not TCP, or ""."""
    if not tokens.accept("["):
        return 0, 0, ""
    if tokens.next.kind == WORD:
        what = tokens.next.text
        _skip_to("]", tokens)
        return 0, 0, f"ICMP about {what}"
    seq, octets, _ = _read_sequence(tokens)
    other = _read_udp(tokens)
    tokens.expect("]", "after what the error is about")
    return seq or 0, octets, other
