"""Packets: segments with all their fields and options, ICMP errors, and what is only named."""

import pytest
from reading import action, script, segment

from tcpsim.packetdrill import parse
from tcpsim.packetdrill.script import (
    IcmpPattern,
    Inbound,
    OptionPattern,
    Outbound,
    SegmentPattern,
    TimestampsPattern,
    Unsupported,
)
from tcpsim.wire.flags import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG
from tcpsim.wire.options import (
    EndOfOptions,
    MaximumSegmentSize,
    NoOperation,
    Sack,
    SackPermitted,
    UnknownOption,
    WindowScale,
)


def test_a_segment_that_arrives() -> None:
    assert action("< S 0:0(0) win 65535 <mss 1460>") == Inbound(
        SegmentPattern(SYN, 0, 0, window=65_535, options=(MaximumSegmentSize(1460),))
    )


def test_a_segment_that_is_sent() -> None:
    assert action("> P. 1:1461(1460) ack 20") == Outbound(SegmentPattern(PSH | ACK, 1, 1460, 20))


@pytest.mark.parametrize(
    ("letters", "flags"),
    [
        ("S", SYN),
        ("S.", SYN | ACK),
        (".", ACK),
        ("F.", FIN | ACK),
        ("F .", FIN | ACK),
        ("FP.", FIN | PSH | ACK),
        ("R", RST),
        ("SF", SYN | FIN),
        ("UP.", URG | PSH | ACK),
        ("SEW", SYN | ECE | CWR),
        ("SE.", SYN | ECE | ACK),
        ("S.E", SYN | ECE | ACK),
        ("S0", SYN),
        ("-", 0),
    ],
)
def test_flags(letters: str, flags: int) -> None:
    assert segment(f"< {letters} 1:1(0) win 1").flags == flags


def test_numbers_that_wrap() -> None:
    assert segment("> . 4294967295:0(1) ack 4294967295") == SegmentPattern(ACK, 4_294_967_295, 1, 4_294_967_295)


def test_a_number_as_on_the_wire_and_one_that_may_be_any() -> None:
    absolute, unknown = segment("> R. 0:0(0)! ack 1 win 0"), segment("> S. ...(0) ack 1")

    assert (absolute.seq, absolute.seq_absolute) == (0, True)
    assert (unknown.seq, unknown.seq_absolute) == (None, False)


def test_window_and_urgent_pointer() -> None:
    assert segment("< U. 1:3(2) ack 1 win 100 urg 2") == SegmentPattern(URG | ACK, 1, 2, 1, window=100, urgent=2)


def test_which_connection_is_meant() -> None:
    assert segment("< 40000 > 80 . 1:1(0) win 1").ports == (40_000, 80)
    assert segment("> sock(4) . 1:1(0)").socket == 4
    assert segment("> . 1:1(0)").ports is None
    assert len(script("which-connection").events) == 13


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", ()),
        ("<...>", None),
        ("<mss 1460,sackOK,eol,eol>", (MaximumSegmentSize(1460), SackPermitted(), EndOfOptions(), EndOfOptions())),
        ("<nop, wscale 14>", (NoOperation(), WindowScale(14))),
        ("<nop,nop,sack 1:2 5:9>", (NoOperation(), NoOperation(), Sack(((1, 2), (5, 9))))),
        ("<TS val 5 ecr 0,nop,nop>", (TimestampsPattern(5, 0), NoOperation(), NoOperation())),
        ("<nop,nop,TS val ... ecr 7>", (NoOperation(), NoOperation(), TimestampsPattern(None, 7))),
        ("<nop,nop,TS val 5 ecr 7!>", (NoOperation(), NoOperation(), TimestampsPattern(5, 7, echo_absolute=True))),
    ],
)
def test_options(text: str, options: tuple[OptionPattern, ...] | None) -> None:
    assert segment(f"> . 1:1(0) ack 1 {text}").options == options


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("FO,nop,nop", UnknownOption(34, b"")),
        ("FO 01AB", UnknownOption(34, b"\x01\xab")),
        ("FO 0123", UnknownOption(34, b"\x01\x23")),
        ("FOEXP", UnknownOption(254, b"\xf9\x89")),
        ("exp-FO", UnknownOption(254, b"\xf9\x89")),
        ("md5 0001", UnknownOption(19, b"\x00\x01")),
        ("gen-253 abcd", UnknownOption(253, b"\xab\xcd")),
        ("opt-253 0xabcd", UnknownOption(253, b"\xab\xcd")),
        ("gen-77,nop,nop", UnknownOption(77, b"")),
    ],
)
def test_an_option_that_arrives_and_that_the_stack_does_not_know(text: str, option: UnknownOption) -> None:
    options = segment(f"< . 1:1(0) ack 1 win 1 <{text}>").options

    assert options is not None
    assert options[0] == option


def test_the_segments_of_a_script() -> None:
    segments = [
        happening.action.packet if isinstance(happening.action, Inbound) else happening.action.segment
        for happening in script("segments").events
        if isinstance(happening.action, Inbound | Outbound)
    ]

    assert segments[0] == SegmentPattern(SYN, 0, 0, window=8000, options=(MaximumSegmentSize(1000),))
    assert segments[3] == SegmentPattern(0, 1, 0, window=8000)
    assert segments[-1] == SegmentPattern(ACK, None, 0, 22)


def test_the_options_of_a_script() -> None:
    arrived = [
        happening.action.packet.options
        for happening in script("tcp-options").events
        if isinstance(happening.action, Inbound) and isinstance(happening.action.packet, SegmentPattern)
    ]

    assert arrived[0] == (
        MaximumSegmentSize(1000),
        NoOperation(),
        WindowScale(7),
        SackPermitted(),
        TimestampsPattern(100, 0),
    )
    assert arrived[3] == (UnknownOption(34, bytes.fromhex("0123456789abcdef")), NoOperation(), NoOperation())
    assert arrived[5] == (
        UnknownOption(253, b"\xab\xcd"),
        UnknownOption(254, b"\xf9\x89\x01\x02\x03\x04"),
        UnknownOption(252, b"\x00\xff"),
    )


# ---- ICMP ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "icmp"),
    [
        (
            "unreachable host_unreachable [1:11(10)]",
            IcmpPattern("unreachable", "host_unreachable", 3, 1, seq=1, octets=10),
        ),
        ("unreachable frag_needed mtu 1400 [0:0(0)]", IcmpPattern("unreachable", "frag_needed", 3, 4, mtu=1400)),
        ("unreachable", IcmpPattern("unreachable", "", 3, 0)),
        ("unreachable code_13", IcmpPattern("unreachable", "code_13", 3, 13)),
        ("type_11 code_1", IcmpPattern("type_11", "code_1", 11, 1)),
        ("source_quench [4294967295:4294967295(0)]", IcmpPattern("source_quench", "", 4, 0, seq=4_294_967_295)),
    ],
)
def test_icmp(text: str, icmp: IcmpPattern) -> None:
    assert action(f"< icmp {text}") == Inbound(icmp)


@pytest.mark.parametrize(
    ("text", "icmp"),
    [
        ("unreachable port_unreachable", IcmpPattern("unreachable", "port_unreachable", 1, 4)),
        ("packet_too_big mtu 1280", IcmpPattern("packet_too_big", "", 2, 0, mtu=1280)),
        ("time_exceeded exceeded_hop_limit", IcmpPattern("time_exceeded", "exceeded_hop_limit", 3, 0)),
    ],
)
@pytest.mark.parametrize("head", ["--ip_version=ipv6", "--local_ip=2001:db8::1"])
def test_icmp_has_other_numbers_in_ipv6(head: str, text: str, icmp: IcmpPattern) -> None:
    (only,) = parse(f"{head}\n0 < icmp {text}", "test.pkt").events

    assert only.action == Inbound(icmp)


@pytest.mark.parametrize(
    "text", ["packet_too_big mtu 1280", "unreachable no_route", "parameter_problem unknown_option"]
)
def test_names_that_only_ipv6_has_are_ipv6_where_the_script_does_not_say(text: str) -> None:
    assert isinstance(action(f"< icmp {text}"), Inbound)


# ---- what is only named ----------------------------------------------------------------------------------------------


def test_what_is_not_supported_is_named_and_does_not_hide_what_follows() -> None:
    unsupported = script("unsupported")

    assert unsupported.unsupported == ((2, "UDP encapsulation"),)
    assert [
        (happening.line, happening.action.construct)
        for happening in unsupported.events
        if isinstance(happening.action, Unsupported)
    ] == [
        (3, "UDP packet"),
        (4, "UDP packet"),
        (5, "IPv4 encapsulation"),
        (6, "IPv6 encapsulation"),
        (7, "MPLS encapsulation"),
        (8, "SCTP packet"),
        (10, "PSP encapsulation"),
        (11, "IP ECN bits"),
        (12, "IP type of service"),
        (13, "IP type of service"),
        (14, "AccECN"),
        (15, "AccECN"),
        (16, "AccECN"),
        (17, "TCP Fast Open"),
        (18, "TCP-MD5"),
        (19, "options as octets"),
        (20, "TCP over UDP"),
        (21, "diagnostic payload of a reset"),
        (22, "ICMP echo_request"),
        (23, "ICMP about udp"),
        (24, "ICMP sent by the stack"),
    ]
    assert unsupported.events[5].text == "+0 < sctp: DATA[flgs=BE, len=116,\n                tsn=1]"


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ("< udplite (10, 8)", "UDP-Lite packet"),
        ("< GREv0: S 0:0(0) win 1", "GRE encapsulation"),
        ("< (hlim 3) . 1:1(0) win 1", "IPv6 hop limit"),
        ("< (class 0x20, flowlabel 0x5) . 1:1(0) win 1", "IPv6 traffic class"),
        ("< [flowlabel 0x5] . 1:1(0) win 1", "IPv6 flow label"),
        ("> [ecn ect01] . 1:1(0)", "IP ECN bits"),
        ("> SEW 0:0(0)", "ECN in what is sent"),
        ("> S.E 0:0(0) ack 1", "ECN in what is sent"),
        ("> PW. 1:2(1) ack 1", "ECN in what is sent"),
        ("> . 1:1(0) <exp-f989 0102>", "experimental option"),
        ("> . 1:1(0) <gen-77 0102>", "TCP option 77"),
        ("> . 1:1(0) <FOEXP>", "TCP Fast Open"),
        ("< icmp type_77", "ICMP type_77"),
        ("< icmp unreachable [1:1(0)/udp(1 > 2)]", "TCP over UDP"),
        ("< [ce] icmp unreachable", "IP ECN bits"),
    ],
)
def test_what_else_is_only_named(text: str, construct: str) -> None:
    assert action(text) == Unsupported(construct)


@pytest.mark.parametrize("field", ["[noecn]", "(ecn noecn)"])
def test_a_segment_that_has_nothing_to_do_with_ecn_is_any_segment(field: str) -> None:
    assert action(f"> {field} . 1:1(0)") == Outbound(SegmentPattern(ACK, 1, 0))
