"""The situations that the matrix asks about: how each is walked to, and what its numbers must then be, by hand.

A situation is a state and what matters beside it: who opened, what is unacknowledged, what is held above a hole. A
setting is what the same situation may have in different numbers: the ISNs, the window, a profile.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from dialogue import (
    Dialogue,
    to_close_wait,
    to_closing,
    to_established,
    to_established_passively,
    to_fin_wait_1,
    to_fin_wait_2,
    to_last_ack,
    to_listen,
    to_syn_received,
    to_syn_received_actively,
    to_syn_sent,
    to_time_wait,
)
from outcome import Situation

from tcpsim.tcp.profiles import RFC9293, Profile
from tcpsim.tcp.states import State
from tcpsim.tcp.tcb import Tcb

OURS: Final = b"0123456789"  # what of ours is unacknowledged, where something is
BUFFER: Final = RFC9293.receive_buffer
Way = Callable[[Dialogue], Dialogue]

# (our ISS, the peer's): where on the circle the conversation stands.
NUMBERS: Final[dict[str, tuple[int, int]]] = {
    "plain": (100, 300),
    "SYNs last": (0xFFFF_FFFF, 0xFFFF_FFFF),  # both SYNs have the last number before the wrap
    "FINs last": (0xFFFF_FFFE, 0xFFFF_FFFE),  # the number after the SYN's is the last: the FIN's, or the first octet's
    "text across": (0xFFFF_FFFB, 0xFFFF_FFFC),  # some octets have numbers before the wrap, some behind it
    "FIN after text last": (0xFFFF_FFF4, 0xFFFF_FFF9),  # our FIN behind ten octets, the peer's behind five
    "edge across": (0x7FFF_FFFF, 0xFFFF_0000),  # the peer's window ends at the wrap, ours stands at half the circle
    "zero": (0, 0),
}


class Setting(NamedTuple):
    """`window` is what the peer may send when the segment arrives; None for a buffer of the usual size."""

    numbers: tuple[int, int] = NUMBERS["plain"]
    window: int | None = None
    profile: Profile = RFC9293


class Place(NamedTuple):
    """A situation, the way to it, and how many numbers of the peer's window have been used up on it."""

    at: Situation
    way: Way
    used: int = 0


def to_established_with_text(tcp: Dialogue) -> Dialogue:
    to_established(tcp)
    tcp.user_sends(OURS)
    tcp.expect("P.", seq=1, ack=1, data=OURS)
    return tcp


def to_established_with_hole(tcp: Dialogue) -> Dialogue:
    to_established(tcp)
    tcp.peer_says(".", seq=4, ack=1, data=b"45")
    tcp.expect(".", seq=1, ack=1)
    return tcp


def to_fin_wait_1_with_text(tcp: Dialogue) -> Dialogue:
    to_established_with_text(tcp)
    tcp.user_closes()
    tcp.expect("F.", seq=11, ack=1)
    return tcp


def to_fin_wait_1_with_syn(tcp: Dialogue) -> Dialogue:
    """CLOSE came before our SYN was acknowledged (ambiguity 9)."""
    to_syn_received(tcp)
    tcp.user_closes()
    tcp.expect("F.", seq=1, ack=1)
    return tcp


def to_fin_wait_1_with_hole(tcp: Dialogue) -> Dialogue:
    """Above the hole the peer's FIN is held, too."""
    to_fin_wait_1(tcp)
    tcp.peer_says("F.", seq=4, ack=1, data=b"45")
    tcp.expect(".", seq=2, ack=1)
    return tcp


def to_close_wait_with_text(tcp: Dialogue) -> Dialogue:
    to_close_wait(tcp)
    tcp.user_sends(OURS)
    tcp.expect("P.", seq=1, ack=2, data=OURS)
    return tcp


def to_closing_with_text(tcp: Dialogue) -> Dialogue:
    to_fin_wait_1_with_text(tcp)
    tcp.peer_says("F.", seq=1, ack=1)
    if tcp.tcb.profile.fin_again_in_closing:
        tcp.expect("F.", seq=11, ack=2)
    else:
        tcp.expect(".", seq=12, ack=2)
    return tcp


def to_last_ack_with_text(tcp: Dialogue) -> Dialogue:
    to_close_wait_with_text(tcp)
    tcp.user_closes()
    tcp.expect("F.", seq=11, ack=2)
    return tcp


def stay(tcp: Dialogue) -> Dialogue:
    return tcp


def _fin_came(at: Situation, way: Way) -> Place:
    """The peer's FIN, number 1, set SND.WL1 and took a number of the window."""
    return Place(replace(at, wl1=1, rcv_nxt=2), way, used=1)


def _at(state: State, una: int = 1, nxt: int = 1) -> Situation:
    return Situation(state, una, nxt)


def _fin_out(state: State, una: int = 1, nxt: int = 2) -> Situation:
    """Our FIN has the last number before SND.NXT."""
    return Situation(state, una, nxt, fin_sent=True)


HOLE: Final = (4, 6)
PLACES: Final[dict[str, Place]] = {
    "CLOSED": Place(Situation(State.CLOSED), stay),
    "LISTEN": Place(Situation(State.LISTEN, offered=0), to_listen),
    "SYN-SENT": Place(Situation(State.SYN_SENT), to_syn_sent),
    "SYN-RECEIVED passive": Place(Situation(State.SYN_RECEIVED, passive=True), to_syn_received),
    "SYN-RECEIVED active": Place(Situation(State.SYN_RECEIVED), to_syn_received_actively),
    "ESTABLISHED": Place(_at(State.ESTABLISHED), to_established),
    "ESTABLISHED passive": Place(replace(_at(State.ESTABLISHED), wl1=1), to_established_passively),
    "ESTABLISHED, text out": Place(_at(State.ESTABLISHED, nxt=11), to_established_with_text),
    "FIN-WAIT-1": Place(_fin_out(State.FIN_WAIT_1), to_fin_wait_1),
    "FIN-WAIT-1, text out": Place(_fin_out(State.FIN_WAIT_1, nxt=12), to_fin_wait_1_with_text),
    "FIN-WAIT-1, SYN out": Place(_fin_out(State.FIN_WAIT_1, una=0), to_fin_wait_1_with_syn),
    "FIN-WAIT-2": Place(replace(_fin_out(State.FIN_WAIT_2, una=2), wl1=1, wl2=2), to_fin_wait_2),
    "CLOSE-WAIT": _fin_came(_at(State.CLOSE_WAIT), to_close_wait),
    "CLOSE-WAIT, text out": _fin_came(_at(State.CLOSE_WAIT, nxt=11), to_close_wait_with_text),
    "CLOSING": _fin_came(_fin_out(State.CLOSING), to_closing),
    "CLOSING, text out": _fin_came(_fin_out(State.CLOSING, nxt=12), to_closing_with_text),
    "LAST-ACK": _fin_came(_fin_out(State.LAST_ACK), to_last_ack),
    "LAST-ACK, text out": _fin_came(_fin_out(State.LAST_ACK, nxt=12), to_last_ack_with_text),
    "TIME-WAIT": _fin_came(replace(_fin_out(State.TIME_WAIT, una=2), wl2=2, offered=1000), to_time_wait),
}
WITH_A_HOLE: Final[dict[str, Place]] = {
    "ESTABLISHED, hole": Place(replace(_at(State.ESTABLISHED), wl1=4, held=HOLE), to_established_with_hole),
    "FIN-WAIT-1, hole": Place(
        replace(_fin_out(State.FIN_WAIT_1), wl1=4, held=HOLE, fin_held=True), to_fin_wait_1_with_hole
    ),
}


@cache
def endpoint(place: str, setting: Setting) -> tuple[Situation, Tcb]:
    """What the situation should be, and an endpoint that has walked there. Look, copy, and leave it as it is."""
    at, way, used = (PLACES | WITH_A_HOLE)[place]
    buffer = BUFFER if setting.window is None else setting.window + used
    tcp = way(Dialogue(setting.numbers, setting.profile.with_changes(receive_buffer=buffer)))
    return replace(at, rcv_wnd=buffer - used), tcp.tcb
