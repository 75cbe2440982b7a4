"""The states that two ends of one connection may be in together, and every way from one state to the next, as data.

The pairs are those of a model of RFC 9293's figure 5 with tokens for segments, searched to its end; those that two
opens lead to, which that model leaves out, are beside them. Nothing here knows segments, numbers or time.
"""

from itertools import combinations_with_replacement
from typing import Final

from tcpsim.tcp.states import State

Pair = frozenset[State]  # of one state, where both ends are in it


def _pairs(table: str) -> frozenset[Pair]:
    """`A: B C` is the pairs A with B and A with C."""
    lines = [line.split() for line in table.strip().splitlines()]
    return frozenset(
        frozenset({State(first.rstrip(":")), State(second)}) for first, *seconds in lines for second in seconds
    )


# Class A: what one open leads to, with nothing but what the two users call and the two ends send each other.
ORDINARY: Final = _pairs("""
    CLOSED:       CLOSED LISTEN SYN-SENT SYN-RECEIVED FIN-WAIT-1 CLOSING LAST-ACK TIME-WAIT
    LISTEN:       SYN-SENT
    SYN-SENT:     SYN-RECEIVED FIN-WAIT-1
    SYN-RECEIVED: ESTABLISHED FIN-WAIT-1
    ESTABLISHED:  ESTABLISHED FIN-WAIT-1
    FIN-WAIT-1:   FIN-WAIT-1 CLOSE-WAIT CLOSING LAST-ACK
    FIN-WAIT-2:   CLOSE-WAIT LAST-ACK
    CLOSING:      CLOSING TIME-WAIT
    LAST-ACK:     TIME-WAIT
    TIME-WAIT:    TIME-WAIT
""")
# Class B: when both ends open, or both wait to be opened.
TWO_OPENS: Final = _pairs("""
    LISTEN:       LISTEN
    SYN-SENT:     SYN-SENT
    SYN-RECEIVED: SYN-RECEIVED
""")
# Class C: one FIN was acknowledged before the other, sent earlier, came: so the other was lost, refused or overtaken.
ENTANGLED: Final = _pairs("""
    FIN-WAIT-2: CLOSING
""")
# Class R: one end has left otherwise than by the exchange of FINs.
AFTER_A_BREAK: Final = _pairs("""
    CLOSED:    ESTABLISHED FIN-WAIT-2 CLOSE-WAIT
    TIME-WAIT: LISTEN SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSE-WAIT
""")
# Class X: all others.
NEVER: Final = frozenset(
    frozenset(pair) for pair in combinations_with_replacement(State, 2)
) - ORDINARY.union(TWO_OPENS, ENTANGLED, AFTER_A_BREAK)  # fmt: skip

NOTE_3: Final = "snd_rst_lingering"  # where a profile has a reset lead to TIME-WAIT
ODD_HANDSHAKES: Final = frozenset({"rcv_syn_two_way", "rcv_syn_four_way"})  # which RFC 9293 does not know
# What breaks a connection off, so that class R may follow; by the triggers of the table.
BREAKS: Final = {
    "rcv_rst": "reset",
    "app_abort": "abort",
    NOTE_3: "abort",
    "app_close_unread": "abort",
    "rcv_data_after_close": "abort",
}
# What makes two ends of different opinions about whether there is a connection at all: even class X may follow.
CONFUSES: Final = {
    "timeout_retransmission": "time-out",
    "timeout_user": "time-out",
    "timeout_keep_alive": "time-out",
    "timeout_orphan": "time-out",
    "rcv_syn_in_window": "old duplicate",
    "rcv_syn_no_room": "no room",
    "rcv_ack_no_room": "no room",
    **dict.fromkeys(ODD_HANDSHAKES, "another handshake"),
}
CONFUSING: Final = frozenset(CONFUSES.values()) | {"crash", "injection", "SYN cookie"}


def objection(one: State, other: State, causes: frozenset[str], *, entangled: bool) -> str:
    """What is wrong with this pair of states after these causes, or ""."""
    pair = frozenset({one, other})
    if pair in ORDINARY or pair in TWO_OPENS:
        return ""
    if pair in ENTANGLED:
        return "" if entangled or causes else "nothing was lost, refused or overtaken"
    if pair in AFTER_A_BREAK:
        return "" if causes else "nothing has broken the connection off"
    return "" if causes & CONFUSING else "such a pair is never seen"


# From each state, where a connection may go (figure 5, its notes, and §3.10), whatever happens.
_WAYS: Final = """
    CLOSED:       LISTEN SYN-SENT
    LISTEN:       SYN-SENT SYN-RECEIVED CLOSED
    SYN-SENT:     SYN-RECEIVED ESTABLISHED CLOSED
    SYN-RECEIVED: ESTABLISHED FIN-WAIT-1 CLOSE-WAIT LISTEN CLOSED TIME-WAIT
    ESTABLISHED:  FIN-WAIT-1 CLOSE-WAIT CLOSED
    FIN-WAIT-1:   FIN-WAIT-2 CLOSING TIME-WAIT CLOSED
    FIN-WAIT-2:   TIME-WAIT CLOSED
    CLOSE-WAIT:   LAST-ACK CLOSED
    CLOSING:      TIME-WAIT CLOSED
    LAST-ACK:     CLOSED
    TIME-WAIT:    CLOSED SYN-RECEIVED SYN-SENT
"""
WAYS: Final = {
    State(source.strip()): frozenset(State(destination) for destination in destinations.split())
    for source, destinations in (line.split(":") for line in _WAYS.strip().splitlines())
}
