"""Initial sequence numbers (RFC 9293 §3.4.1, RFC 6528): ISN = M + F(pair of sockets, secret)."""

from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import Final

from tcpsim.wire.pair import SocketPair
from tcpsim.wire.seq import MASK

_TICK: Final = 4  # µs; MUST-8: the clock advances every four microseconds


def initial_sequence_number(pair: SocketPair, now: int, secret: bytes) -> int:
    """The ISN for an incarnation of `pair` that begins at `now` (µs).

    M is the four-microsecond clock, so a later incarnation of the same pair starts higher; F is a keyed hash, so
    nobody without `secret` can tell one pair's numbers from another's (SHLD-1, MUST-9). The same secret gives the same
    numbers in every run.
    """
    local, lport, remote, rport = pair
    neighbours = _neighbours(local, lport >> 2, remote, rport >> 2, secret)
    return (now // _TICK + neighbours[(lport & 3) << 2 | rport & 3]) & MASK


_SIXTEEN_NUMBERS: Final = Struct(">16I")


@lru_cache(maxsize=256)
def _neighbours(local: str, lports: int, remote: str, rports: int, secret: bytes) -> tuple[int, ...]:
    """F for the sixteen pairs whose ports differ in their last two bits: one hash of 64 octets, four for each.

    No octets of a hash tell of its others. Connections are opened from one port after the other, so this saves hashes.
    """
    name = f"{local} {lports} {remote} {rports}".encode()
    return _SIXTEEN_NUMBERS.unpack(blake2b(name, key=secret, digest_size=64).digest())
