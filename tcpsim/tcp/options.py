"""What stands in the options of a segment: a SYN's offers, timestamps, selective acknowledgments; and their room.

Lives here: which options, in which order, with which padding. Must not be known here: when a segment is sent and what
else it says (`sending`), and what the peer's options mean (`opening`, `steps`).
"""

from functools import lru_cache
from typing import Final

from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.tcb import Tcb
from tcpsim.wire.options import (
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Timestamps,
    WindowScale,
)
from tcpsim.wire.seq import MASK

TICK: Final = 1_000  # µs; of the timestamp clock
TIMESTAMP_OCTETS: Final = 12  # RFC 7323 App. A: the option and two NOPs
_IPV6_IS_LONGER: Final = 20  # octets: the fixed header has 40, IPv4's 20
_SACK_OCTETS: Final = 4  # RFC 2018 §3: the option without its blocks, and two NOPs;
_SACK_BLOCK_OCTETS: Final = 8  # and each block
_SACK_BLOCKS: Final = 4  # so many fit into the 40 octets of options;
_SACK_BLOCKS_BESIDE_TIMESTAMPS: Final = 3  # and so many beside a timestamp


def timestamp(now: int) -> int:
    """The timestamp clock: milliseconds of virtual time, modulo 2³² (RFC 7323 §4.1 allows 1 ms to 1 s a tick)."""
    return (now // TICK) & MASK


def own_mss(tcb: Tcb) -> int:
    """What this end offers, and the most it sends: the MTU less the fixed headers; IPv6's is longer (§3.7.1)."""
    mss = tcb.profile.mss
    return max(mss - _IPV6_IS_LONGER, 1) if ":" in tcb.pair.local else mss


def own_scale(profile: Profile) -> int | None:
    """The shift offered (RFC 7323 §2.2), or None. Two units at least make a buffer.

    With fewer, what is free of it would be told as no window at all, even with all of it free.
    """
    shift = profile.window_scale
    return shift and min(shift, max(profile.receive_buffer.bit_length() - 2, 0))


def syn_options(tcb: Tcb, now: int, answering: bool) -> tuple[Option, ...]:
    """What a SYN offers. One that answers a SYN offers only what that SYN did (RFC 7323 §2.2, §3.2; RFC 2018 §2)."""
    profile, agreed = tcb.profile, tcb.agreed
    if answering:
        sack, timestamps = agreed.sack, agreed.timestamps
        scale = agreed.rcv_scale if agreed.scaling else None
    else:
        sack, timestamps, scale = profile.sack, profile.timestamps, own_scale(profile)
    stamps = Timestamps(timestamp(now), tcb.ts_recent if answering else 0) if timestamps else None
    mss = own_mss(tcb) if profile.offer_mss else None
    return _offer(mss, scale, stamps, sack, profile.window_scale_first, profile.syn_padding)


@lru_cache(maxsize=256)
def _offer(
    mss: int | None, scale: int | None, stamps: Timestamps | None, sack: bool, scale_first: bool, padding: str
) -> tuple[Option, ...]:
    """The options of a SYN in the order, and with the padding, of deployed stacks. EOLs are written on the wire."""
    options: list[Option] = [] if mss is None else [MaximumSegmentSize(mss)]
    window_scale: list[Option] = [] if scale is None else [NoOperation(), WindowScale(scale)]
    if scale_first:
        options += window_scale
    if sack and stamps:
        options += [SackPermitted(), stamps]
    elif sack:
        options += [SackPermitted()] if padding == "eol" else [NoOperation(), NoOperation(), SackPermitted()]
    elif stamps:
        options += [NoOperation(), NoOperation(), stamps]
    if not scale_first:
        options += window_scale
    return tuple(options)


def timestamps_alone(tcb: Tcb, now: int) -> tuple[Option, ...]:
    """Timestamps where they were agreed on, laid out in whole words as deployed stacks do."""
    if not tcb.agreed.timestamps:
        return ()
    return (NoOperation(), NoOperation(), Timestamps(timestamp(now), tcb.ts_recent))


def synchronized_options(tcb: Tcb, now: int, octets: int) -> tuple[Option, ...]:
    """Timestamps and selective acknowledgments, beside so many octets of text."""
    options = timestamps_alone(tcb, now)
    if tcb.agreed.sack and (tcb.incoming.held or tcb.duplicate):
        blocks = _sack_blocks(tcb)
        if octets:  # a segment that is sent again may be a full one: what finds no room stays out (§3.7.1 MUST-16)
            blocks = blocks[: max((tcb.agreed.mss - octets - _SACK_OCTETS) // _SACK_BLOCK_OCTETS, 0)]
        if blocks:
            tcb.duplicate = None
            options = (*options, NoOperation(), NoOperation(), Sack(blocks))
    return options


def text_beside_sack(tcb: Tcb) -> int:
    """How many octets of text a segment has room for that selective acknowledgments go with (§3.7.1 MUST-16)."""
    mss = tcb.agreed.mss
    return max(mss - _SACK_OCTETS - _SACK_BLOCK_OCTETS * len(_sack_blocks(tcb)), 1)


def _sack_blocks(tcb: Tcb) -> tuple[tuple[int, int], ...]:
    most = _SACK_BLOCKS_BESIDE_TIMESTAMPS if tcb.agreed.timestamps else _SACK_BLOCKS
    blocks = tcb.incoming.blocks(most)
    # D-SACK: the first block is of numbers that came again (RFC 2883 §4)
    return (tcb.duplicate, *blocks)[:most] if tcb.duplicate else blocks
