"""The two queues between a user and the wire: octets to be sent, and octets received.

`Outgoing` holds what the user gave and TCP has not yet put into a segment, and the retransmission queue: what was sent
and is not yet acknowledged. `Incoming` holds what arrived in order and the user has not yet read, and what arrived
above a hole. Neither knows about windows or timers.
"""

from typing import Final, NamedTuple

from tcpsim.wire.flags import SYN
from tcpsim.wire.seq import HALF, MASK

_new: Final = tuple.__new__  # a NamedTuple's own __new__ costs twice as much


class Unacknowledged(NamedTuple):
    """An entry of the retransmission queue: a segment's worth of sequence space, [seq, end).

    `flags` are the SYN, FIN and PSH to send with it; `sent_at` (µs) is its last transmission, -1 if an acknowledgment
    would not tell how long it took. `waiting_since` is when it became the earliest unacknowledged, or was first sent;
    `transmissions` counts how often it was sent.
    """

    seq: int
    end: int
    flags: int
    payload: bytes
    waiting_since: int
    sent_at: int
    transmissions: int = 1

    def earliest_since(self, now: int) -> "Unacknowledged":
        """The same entry when it has become the earliest. (`_replace` costs three times as much, for each segment.)"""
        seq, end, flags, payload, _, sent_at, transmissions = self
        return _new(Unacknowledged, (seq, end, flags, payload, now, sent_at, transmissions))

    def in_pieces(self, size: int) -> "list[Unacknowledged]":
        """An entry of text as several, each with so many octets at most."""
        return [
            self._replace(
                seq=(self.seq + start) & MASK,
                end=(self.seq + min(start + size, len(self.payload))) & MASK,
                payload=self.payload[start : start + size],
            )
            for start in range(0, len(self.payload), size)
        ]


class Outgoing:
    """What the user wants sent.

    `octets` from `offset` on wait to be sent for the first time; `octets` is empty when nothing waits. `pushed`: they
    wait for no more to fill a segment with; where they do, but only until something is acknowledged, `held_at` is what
    SND.UNA was. `fin_queued`: a FIN waits behind them; `fin_sent`: it has left.
    """

    __slots__ = ("fin_queued", "fin_sent", "held_at", "octets", "offset", "pushed", "retransmission_queue")

    def __init__(self) -> None:
        self.octets = b""
        self.offset = 0
        self.pushed = True
        self.held_at: int | None = None
        self.fin_queued = False
        self.fin_sent = False
        self.retransmission_queue: list[Unacknowledged] = []

    def copy(self) -> "Outgoing":
        """An independent copy; the octets and the entries, immutable, are shared."""
        other = Outgoing()
        other.octets = self.octets
        other.offset = self.offset
        other.pushed = self.pushed
        other.held_at = self.held_at
        other.fin_queued = self.fin_queued
        other.fin_sent = self.fin_sent
        other.retransmission_queue = self.retransmission_queue.copy()
        return other

    @property
    def unsent(self) -> int:
        """How many octets wait to be sent for the first time."""
        return len(self.octets) - self.offset

    def append(self, more: bytes) -> None:
        """Queue octets behind those that wait already."""
        self.octets = self.octets[self.offset :] + more if self.octets else more
        self.offset = 0

    def take(self, count: int) -> bytes:
        """The next `count` octets to send; they no longer wait."""
        start, octets = self.offset, self.octets
        end = start + count
        if end >= len(octets):
            self.octets = b""
            self.offset = 0
            return octets[start:]
        self.offset = end
        return octets[start:end]

    def acknowledge(self, ack: int) -> int:
        """Remove what SEG.ACK covers; returns when the newest of it was sent (µs), or -1 if that tells nothing.

        An entry goes when all of it is covered (RFC 9293 §3.4); one that is covered in part keeps only the rest. By
        Karn's algorithm (RFC 6298 §3) nothing is learned when any of it was sent twice.
        """
        queue = self.retransmission_queue
        sent_at, most = -1, 0
        while queue:
            entry = queue[0]
            if (ack - entry.end) & MASK >= HALF:
                covered = (ack - entry.seq) & MASK
                if 0 < covered < HALF:
                    queue[0] = _rest_of(entry, covered)
                break
            del queue[0]
            sent_at = entry.sent_at
            most = max(most, entry.transmissions)
        return sent_at if most == 1 else -1

    def flush(self) -> None:
        """Forget everything: the connection is gone."""
        self.octets = b""
        self.offset = 0
        self.fin_queued = False
        self.retransmission_queue.clear()

    def freeze(self, now: int) -> tuple[object, ...]:
        """What this queue is, hashable, with times relative to `now`."""
        queue = tuple(
            (
                *(e.seq, e.end, e.flags, e.payload, now - e.waiting_since, e.transmissions),
                now - e.sent_at if e.sent_at >= 0 else None,
            )
            for e in self.retransmission_queue
        )
        held_at = None if self.pushed else self.held_at
        return (self.octets[self.offset :], self.pushed, held_at, self.fin_queued, self.fin_sent, queue)


def _rest_of(entry: Unacknowledged, covered: int) -> Unacknowledged:
    """What is left of an entry whose first `covered` numbers are acknowledged."""
    octets = covered - (entry.flags & SYN != 0)
    return entry._replace(
        seq=(entry.seq + covered) & MASK, flags=entry.flags & ~SYN, payload=entry.payload[max(octets, 0) :]
    )


class Incoming:
    """What the peer sent.

    `unread` octets wait in order for the user. `held` are the pieces above a hole, (first number, octets), sorted by
    distance; `arrivals` are their first numbers, the newest first. `fin_at` is the number of the peer's FIN once it has
    been seen, even above a hole; `ended` that it has been taken in, so that what is unread is all there is.
    """

    __slots__ = ("arrivals", "chunks", "ended", "fin_at", "held", "unread")

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.unread = 0
        self.held: tuple[tuple[int, bytes], ...] = ()
        self.arrivals: tuple[int, ...] = ()
        self.fin_at: int | None = None
        self.ended = False

    def copy(self) -> "Incoming":
        """An independent copy; the octets, immutable, are shared."""
        other = Incoming()
        other.chunks = self.chunks.copy()
        other.unread = self.unread
        other.held = self.held
        other.arrivals = self.arrivals
        other.fin_at = self.fin_at
        other.ended = self.ended
        return other

    def append(self, octets: bytes) -> None:
        """Octets arrived in order."""
        self.chunks.append(octets)
        self.unread += len(octets)

    def read(self, limit: int | None = None) -> bytes:
        """Hand the user at most `limit` octets (None: all there are)."""
        if limit is None or limit >= self.unread:
            octets = self.chunks[0] if len(self.chunks) == 1 else b"".join(self.chunks)
            self.chunks.clear()
            self.unread = 0
            return octets
        everything = b"".join(self.chunks)
        self.chunks[:] = [everything[limit:]]
        self.unread -= limit
        return everything[:limit]

    def hold(self, seq: int, octets: bytes, rcv_nxt: int) -> None:
        """Keep a piece that arrived above a hole (RFC 9293 SHLD-31)."""
        if not octets:
            return
        self.arrivals = (seq, *(number for number in self.arrivals if number != seq))
        if (seq, octets) not in self.held:
            pieces = [*self.held, (seq, octets)]
            self.held = tuple(sorted(pieces, key=lambda piece: ((piece[0] - rcv_nxt) & MASK, -len(piece[1]))))

    def fill(self, rcv_nxt: int) -> int:
        """Move to the user what is no longer above a hole; returns RCV.NXT after it."""
        while self.held:
            seq, octets = self.held[0]
            old = (rcv_nxt - seq) & MASK
            if old >= HALF:  # still above the hole
                break
            self.held = self.held[1:]
            if old < len(octets):
                self.append(octets[old:])
                rcv_nxt = (rcv_nxt + len(octets) - old) & MASK
        held = {seq for seq, _ in self.held}
        self.arrivals = tuple(number for number in self.arrivals if number in held)
        return rcv_nxt

    def overlap(self, seq: int, octets: int) -> tuple[int, int] | None:
        """Of so many numbers from `seq` on the first that are held already, as far as they go; None if none is."""
        first = end = 0
        for number, piece in self.held:
            start = ((number - seq + HALF) & MASK) - HALF  # how far from `seq`; negative before it
            stop = min(start + len(piece), octets)
            if end and start > end:
                break
            if max(start, 0) < stop:
                first, end = first if end else max(start, 0), max(stop, end)
        return ((seq + first) & MASK, (seq + end) & MASK) if end else None

    def blocks(self, most: int | None = None) -> tuple[tuple[int, int], ...]:
        """The held pieces joined into blocks, (first number, number after the last): what SACK reports, `most` of them.

        The block with the piece that came last is the first, then those reported most recently (RFC 2018 §4).
        """
        blocks: list[tuple[int, int]] = []
        for seq, octets in self.held:
            end = (seq + len(octets)) & MASK
            if not blocks or 0 < (seq - blocks[-1][1]) & MASK < HALF:
                blocks.append((seq, end))
            elif (end - blocks[-1][1]) & MASK < HALF:  # touches or overlaps the block before it
                blocks[-1] = (blocks[-1][0], end)
        newest_first: dict[tuple[int, int], None] = {}
        for number in self.arrivals:
            if len(newest_first) == most:
                break
            its_block = next(block for block in blocks if (number - block[0]) & MASK < (block[1] - block[0]) & MASK)
            newest_first[its_block] = None
        return tuple(newest_first)

    def freeze(self) -> tuple[object, ...]:
        """What this queue is, hashable."""
        return (b"".join(self.chunks), self.held, self.arrivals, self.fin_at, self.ended)
