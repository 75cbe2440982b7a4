"""Initial sequence numbers (RFC 9293 §3.4.1, RFC 6528): ISN = M + F(pair of sockets, secret)."""

from hashlib import blake2b

from tcpsim.wire.pair import SocketPair
from tcpsim.wire.seq import MASK

_TICK = 4  # µs; MUST-8: the clock advances every four microseconds


def initial_sequence_number(pair: SocketPair, now: int, secret: bytes) -> int:
    """The ISN for an incarnation of `pair` that begins at `now` (µs).

    M is the four-microsecond clock, so a later incarnation of the same pair starts higher; F is a keyed hash, so
    nobody without `secret` can tell one pair's numbers from another's (SHLD-1, MUST-9). The same secret gives the same
    numbers in every run.
    """
    name = f"{pair.local} {pair.lport} {pair.remote} {pair.rport}".encode()
    digest = blake2b(name, key=secret, digest_size=4).digest()
    return (now // _TICK + int.from_bytes(digest, "big")) & MASK
