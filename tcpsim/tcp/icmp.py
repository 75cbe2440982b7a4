"""What a network says of a segment that it did not deliver: ICMP errors, passed up by IP (RFC 9293 §3.9.2.2).

Such an error is nobody's segment: it has no number that TCP could check but that of the segment it quotes. Only one
that quotes what is in flight is heard (RFC 5927 §4.1), and none ends a synchronized connection: that the network drops
something now does not mean that it always will, and anybody can write such a message (RFC 5461 §4).

Path MTU discovery is not simulated: "fragmentation needed", hard in the RFC's list, is no more than news here.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from tcpsim.tcp import signals
from tcpsim.tcp.effects import Effect, Signal
from tcpsim.tcp.ending import end
from tcpsim.tcp.states import CLOSED, SYN_SENT
from tcpsim.tcp.tcb import Tcb
from tcpsim.wire.seq import MASK

Weight: TypeAlias = Literal["hard", "firm", "soft", "ignored"]


@dataclass(frozen=True, slots=True, eq=False)
class IcmpError:
    """One kind of error. `ends` is what a user is told whose connection it ends, `news` what others are told.

    "hard": it will not go away. "soft": it may. "firm": it may, and some stacks do not wait for that. "ignored": nobody
    acts on it any more. `refuses`: somebody does not want this connection.
    """

    name: str
    weight: Weight
    ends: Signal
    news: Signal
    refuses: bool


def _error(name: str, weight: Weight, errno: str, *, refuses: bool = False) -> IcmpError:
    ends = Signal(f"connection aborted: {name}", errno, "3.9.2.2")
    return IcmpError(name, weight, ends, Signal(f"kept in mind: {name}", "", "3.9.2.2"), refuses)


# The errnos are Linux's, to the IPv4 types and codes in RFC 9293 §3.9.2.2.
ICMP_ERRORS: Final[dict[str, IcmpError]] = {
    error.name: error
    for error in (
        _error("network unreachable", "soft", "ENETUNREACH"),  # destination unreachable, code 0
        _error("host unreachable", "soft", "EHOSTUNREACH"),  # 1
        _error("protocol unreachable", "hard", "ENOPROTOOPT", refuses=True),  # 2
        _error("port unreachable", "hard", "ECONNREFUSED", refuses=True),  # 3
        _error("fragmentation needed", "soft", "EMSGSIZE"),  # 4
        _error("source route failed", "soft", "EOPNOTSUPP"),  # 5
        _error("administratively prohibited", "firm", "EHOSTUNREACH", refuses=True),  # 13, RFC 1812 §5.2.7.1
        _error("time exceeded", "firm", "EHOSTUNREACH"),
        _error("parameter problem", "soft", "EPROTO"),
        _error("source quench", "ignored", ""),  # MUST-55; RFC 6633
    )
}


# By what the profile says of SYN-SENT: what ends it.
_ENDS: Final[dict[str, frozenset[str]]] = {
    "hard": frozenset({"hard"}),
    "firm": frozenset({"hard", "firm"}),
    "any": frozenset({"hard", "firm", "soft"}),
}


def icmp_arrives(tcb: Tcb, error: IcmpError, quoted: int) -> list[Effect]:
    """An error about the segment of this connection whose number was `quoted`; returns what comes of it.

    In SYN-SENT a hard one ends the connection (SHLD-26); where the profile says so, others do, as a user would rather
    try another address than wait (RFC 5461 §4). Else the user is told (SHLD-25), and told again should R2 be reached
    without another word from the peer.
    """
    if error.weight == "ignored":
        return [signals.SOURCE_QUENCH]
    if tcb.state is CLOSED or (quoted - tcb.snd_una) & MASK >= (tcb.snd_nxt - tcb.snd_una) & MASK:
        return [signals.ICMP_OUT_OF_THE_BLUE]
    profile = tcb.profile
    ends = error.ends
    if error.refuses and profile.errno_of_icmp_refusal != "by-code":
        ends = signals.said_as(ends, profile.errno_of_icmp_refusal)
    if tcb.state is SYN_SENT and error.weight in _ENDS[profile.icmp_in_syn_sent]:
        effects: list[Effect] = []
        end(tcb, "rcv_icmp_error", effects, ends)
        return effects
    tcb.unreachable = (ends, tcb.snd_una)
    return [error.news]
