"""SYN cookies: a listener that keeps nothing of a SYN until its SYN-ACK was acknowledged (RFC 4987 §3.6).

All that must be known later is in the initial sequence number of the SYN-ACK. Beyond the peer's, by RFC 4987's
appendix A:

    5 bits    the time, in periods of 64 s, modulo 32
    3 bits    the class of the peer's maximum segment size
    24 bits   a keyed hash of these and of the pair of sockets, which nobody else can make

The peer brings it back in its acknowledgment, with its own number beside it, and so a connection is made that nobody
had remembered. What does not fit into 32 bits is lost: window scale, SACK and timestamps are not agreed on. (Linux
hides them in a timestamp; this does not.) And there is nothing to send again: if the network loses the SYN-ACK or its
acknowledgment, only the peer can mend it. When cookies are sent is the listener's business.
"""

from hashlib import blake2b
from typing import Final

from tcpsim.tcp import signals
from tcpsim.tcp.effects import Effect
from tcpsim.tcp.opening import take_syn
from tcpsim.tcp.profiles import SECOND
from tcpsim.tcp.rto import RetransmissionTimeout
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.states import Transition
from tcpsim.tcp.tcb import Tcb
from tcpsim.wire.flags import SYN
from tcpsim.wire.options import MaximumSegmentSize, Option
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import MASK

PERIOD: Final = 64 * SECOND
# For so long after it was sent a cookie may come back: the rest of its period, and the next (RFC 4987 appendix A).
LIFETIME: Final = 2 * PERIOD
# What is common, and something for every smaller offer: no class is more than what the peer can take (MUST-16).
MSS_CLASSES: Final = (1, 64, 256, 536, 1_220, 1_380, 1_440, 1_460)


def cookie(pair: SocketPair, seq: int, mss: int, now: int, secret: bytes) -> int:
    """The initial sequence number that answers a SYN with number `seq`, whose sender takes segments of `mss` octets."""
    mss_class = max(index for index, size in enumerate(MSS_CLASSES) if size <= mss)
    return (seq + _bits(pair, now // PERIOD, mss_class, secret)) & MASK


def recognize(pair: SocketPair, segment: Segment, now: int, secret: bytes) -> int | None:
    """The maximum segment size in the cookie that `segment` acknowledges; None if it is no cookie of ours, or stale.

    The segment is the third of the handshake, or the first with data if that one was lost: both have the number after
    the SYN's.
    """
    bits = (segment.ack - segment.seq) & MASK  # one more on either side than when the cookie was made
    period = now // PERIOD
    age = (period - (bits >> 27)) % 32
    mss_class = bits >> 24 & 7
    if age > 1 or bits != _bits(pair, period - age, mss_class, secret):
        return None
    return MSS_CLASSES[mss_class]


def _bits(pair: SocketPair, period: int, mss_class: int, secret: bytes) -> int:
    local, lport, remote, rport = pair
    name = f"{local} {lport} {remote} {rport} {period} {mss_class}".encode()
    digest = blake2b(name, key=secret, digest_size=3, person=b"SYN cookie").digest()
    return period % 32 << 27 | mss_class << 24 | int.from_bytes(digest)


def answer(child: Tcb, syn: Segment, now: int, secret: bytes) -> list[Effect]:
    """Answer a SYN with a cookie. `child` listens, and is only borrowed: what becomes of it is to be forgotten."""
    bare = _bare(syn, syn.option(MaximumSegmentSize))
    take_syn(child, bare)
    iss = cookie(child.pair, syn.seq, child.agreed.mss, now, secret)
    effects = segment_arrives(child, bare, now, iss)
    return [signals.SYN_COOKIE_SENT, *(effect for effect in effects if isinstance(effect, Segment))]


def rebuild(child: Tcb, segment: Segment, mss: int, now: int) -> list[Effect]:
    """Make the connection of which `segment` brought the cookie back; `child` listens.

    By the very same table: first the child takes the SYN that the cookie stands for, then what has really arrived. Its
    SYN-ACK left long ago.
    """
    syn = _bare(segment.replace(seq=(segment.seq - 1) & MASK), MaximumSegmentSize(mss))
    rows = [effect for effect in segment_arrives(child, syn, now, segment.ack - 1) if isinstance(effect, Transition)]
    child.stop_timers([])
    queue = child.outgoing.retransmission_queue
    queue[0] = queue[0]._replace(sent_at=-1)  # when it left is forgotten: nothing is learned of the round trip
    effects = segment_arrives(child, segment, now)
    child.rto = RetransmissionTimeout(child.profile.rto_initial)  # RFC 6298 (5.7) is about a timer that expired
    return [signals.SYN_COOKIE_CAME_BACK, *rows, *effects]


def _bare(segment: Segment, mss: Option | None) -> Segment:
    """A SYN with nothing but what a cookie can hold."""
    return segment.replace(ack=0, flags=SYN, payload=b"", options=(mss,) if mss else (), up=0)
