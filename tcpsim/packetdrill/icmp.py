"""ICMP's words: the types and codes that packetdrill names, and their numbers in IPv4 and IPv6.

Lives here: the two tables. What becomes of an error that arrives must not be known here.
"""

from typing import Final, NamedTuple


class IcmpType(NamedTuple):
    """A type of message: its number, its codes by name. `quotes`: it is an error, which quotes what it is about."""

    number: int
    codes: dict[str, int]
    quotes: bool = True


def _numbered(*names: str) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


# RFC 792; RFC 1122 §3.2.2.1; RFC 1812 §5.2.7.1
IPV4: Final[dict[str, IcmpType]] = {
    "unreachable": IcmpType(
        3,
        _numbered(
            "net_unreachable",
            "host_unreachable",
            "protocol_unreachable",
            "port_unreachable",
            "frag_needed",
            "source_route_failed",
            "net_unknown",
            "host_unknown",
            "source_host_isolated",
            "net_prohibited",
            "host_prohibited",
            "net_unreachable_for_tos",
            "host_unreachable_for_tos",
            "packet_filtered",
            "precedence_violation",
            "precedence_cutoff",
        ),
    ),
    "source_quench": IcmpType(4, {}),
    "redirect": IcmpType(5, {}),
    "time_exceeded": IcmpType(11, _numbered("ttl_exceeded_in_transit", "frag_reass_exceeded")),
    "parameter_problem": IcmpType(12, {}),
    "echo_reply": IcmpType(0, {}, quotes=False),
    "echo_request": IcmpType(8, {}, quotes=False),
    "timestamp_request": IcmpType(13, {}, quotes=False),
    "timestamp_reply": IcmpType(14, {}, quotes=False),
    "information_request": IcmpType(15, {}, quotes=False),
    "information_reply": IcmpType(16, {}, quotes=False),
    "address_mask_request": IcmpType(17, {}, quotes=False),
    "address_mask_reply": IcmpType(18, {}, quotes=False),
}

# RFC 4443 §3
IPV6: Final[dict[str, IcmpType]] = {
    "unreachable": IcmpType(
        1,
        {
            "net_unreachable": 0,
            "no_route": 0,
            "admin_prohibited": 1,
            "not_neighbour": 2,
            "address_unreachable": 3,
            "port_unreachable": 4,
        },
    ),
    "packet_too_big": IcmpType(2, {}),
    "time_exceeded": IcmpType(3, _numbered("exceeded_hop_limit", "exceeded_frag_time")),
    "parameter_problem": IcmpType(4, _numbered("header_field", "unknown_next_header", "unknown_option")),
    "echo_request": IcmpType(128, {}, quotes=False),
    "echo_reply": IcmpType(129, {}, quotes=False),
    "router_advertisement": IcmpType(134, {}, quotes=False),
}
