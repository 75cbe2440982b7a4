"""The two queues between a user and the wire."""

from tcpsim.tcp.buffers import Incoming, Outgoing, Unacknowledged
from tcpsim.wire import ACK, FIN, MASK, SYN


def entry(seq: int, text: bytes, *, flags: int = ACK, at: int = 0, transmissions: int = 1) -> Unacknowledged:
    end = (seq + len(text) + bool(flags & SYN) + bool(flags & FIN)) & MASK
    return Unacknowledged(seq, end, flags, text, at, at, transmissions)


def outgoing(*entries: Unacknowledged) -> Outgoing:
    queue = Outgoing()
    queue.retransmission_queue.extend(entries)
    return queue


def test_octets_leave_in_the_order_in_which_they_came() -> None:
    queue = Outgoing()
    queue.append(b"hello ")
    assert queue.take(2) == b"he"
    queue.append(b"world")
    assert queue.unsent == 9
    assert queue.take(5) == b"llo w"
    assert queue.take(100) == b"orld"
    assert queue.unsent == 0
    assert queue.octets == b""


def test_an_acknowledgment_removes_what_it_covers() -> None:
    queue = outgoing(entry(0xFFFF_FFFE, b"abcd", at=10), entry(2, b"efgh", at=20), entry(6, b"ijkl", at=30))
    assert queue.acknowledge(6) == 20  # when the newest of it was sent
    assert [left.payload for left in queue.retransmission_queue] == [b"ijkl"]
    assert queue.acknowledge(10) == 30
    assert not queue.retransmission_queue


def test_what_is_covered_in_part_keeps_the_rest() -> None:
    queue = outgoing(entry(0xFFFF_FFFE, b"abcd", flags=ACK | FIN))
    assert queue.acknowledge(1) == -1
    assert queue.retransmission_queue == [Unacknowledged(1, 3, ACK | FIN, b"d", 0, 0)]
    assert queue.acknowledge(2) == -1
    assert queue.retransmission_queue == [Unacknowledged(2, 3, ACK | FIN, b"", 0, 0)]
    assert queue.acknowledge(2) == -1  # nothing new
    assert queue.acknowledge(3) == 0


def test_a_syn_takes_the_first_number() -> None:
    queue = outgoing(entry(100, b"data", flags=SYN))
    queue.acknowledge(101)
    assert queue.retransmission_queue == [Unacknowledged(101, 105, 0, b"data", 0, 0)]


def test_nothing_is_learned_when_any_of_it_was_sent_twice() -> None:
    assert outgoing(entry(0, b"ab", at=5, transmissions=2)).acknowledge(2) == -1
    assert outgoing(entry(0, b"ab", transmissions=2), entry(2, b"cd", at=5)).acknowledge(4) == -1
    assert outgoing(entry(0, b"ab", at=3), entry(2, b"cd", at=5)).acknowledge(4) == 5


def test_an_outgoing_copy_goes_its_own_way() -> None:
    queue = outgoing(entry(0, b"ab"))
    queue.append(b"cd")
    other = queue.copy()
    assert other.freeze(0) == queue.freeze(0)
    other.take(1)
    other.acknowledge(2)
    assert (queue.unsent, len(queue.retransmission_queue)) == (2, 1)
    assert other.freeze(0) != queue.freeze(0)
    queue.flush()
    assert (queue.unsent, queue.retransmission_queue) == (0, [])


def test_times_in_a_frozen_queue_are_relative() -> None:
    assert outgoing(entry(0, b"ab", at=5)).freeze(10) == outgoing(entry(0, b"ab", at=105)).freeze(110)
    unmeasured = entry(0, b"ab", at=5)._replace(sent_at=-1)
    later = entry(0, b"ab", at=105)._replace(sent_at=-1)
    assert outgoing(unmeasured).freeze(10) == outgoing(later).freeze(110)


def test_reading_in_pieces() -> None:
    queue = Incoming()
    for text in (b"abc", b"def", b"ghi"):
        queue.append(text)
    assert queue.unread == 9
    assert queue.read(4) == b"abcd"
    assert queue.read(0) == b""
    assert queue.read() == b"efghi"
    assert queue.unread == 0
    queue.append(b"x")
    assert queue.read(10) == b"x"


def test_held_pieces_are_sorted_from_the_hole_on() -> None:
    queue = Incoming()
    rcv_nxt = 0xFFFF_FFF0
    for seq, text in ((5, b"z"), (0xFFFF_FFF8, b"abc"), (0, b"m"), (0xFFFF_FFF8, b"abc"), (0xFFFF_FFF8, b"")):
        queue.hold(seq, text, rcv_nxt)
    assert list(queue.held) == [(0xFFFF_FFF8, b"abc"), (0, b"m"), (5, b"z")]
    assert queue.blocks() == ((0xFFFF_FFF8, 0xFFFF_FFFB), (0, 1), (5, 6))
    assert queue.fill(0xFFFF_FFF8) == 0xFFFF_FFFB
    assert queue.read() == b"abc"
    assert queue.fill(0xFFFF_FFFC) == 0xFFFF_FFFC
    assert queue.fill(6) == 6  # old by now, all of it
    assert not queue.held
    assert queue.unread == 0


def test_blocks_that_touch_or_overlap_are_one() -> None:
    queue = Incoming()
    for seq, text in ((10, b"abcdef"), (12, b"c"), (16, b"gh"), (17, b"hij"), (30, b"x")):
        queue.hold(seq, text, 0)
    assert queue.blocks() == ((30, 31), (10, 20))  # RFC 2018 §4: what came last is told first
    queue.hold(16, b"gh", 0)  # again
    assert queue.blocks() == ((10, 20), (30, 31))


def test_an_incoming_copy_goes_its_own_way() -> None:
    queue = Incoming()
    queue.append(b"ab")
    queue.hold(10, b"x", 2)
    other = queue.copy()
    assert other.freeze() == queue.freeze()
    other.read()
    other.hold(20, b"y", 2)
    other.fin_at = 21
    assert (queue.unread, len(queue.held), queue.fin_at) == (2, 1, None)
    assert other.freeze() != queue.freeze()
