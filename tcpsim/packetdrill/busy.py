"""How long connections have had something to send, and what kept it back: Linux's `tcpi_busy_time` and its like.

A connection is looked at after everything that happens, for nothing changes in between. Lives here: the times. Must not
be known here: what happens, and who asks.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from tcpsim.sim.connection import Connection
from tcpsim.tcp.states import CLOSED
from tcpsim.tcp.tcb import Tcb
from tcpsim.wire.flags import SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.seq import MASK


class Doing(IntEnum):
    """What a connection does with its time."""

    NOTHING = 0
    SENDING = 1  # there is something to send, or to be acknowledged
    WAITING_FOR_WINDOW = 2  # the peer's window keeps the next segment back, and nothing else does


_KINDS: Final = len(Doing)


class Times:
    """The times of all connections, in µs."""

    __slots__ = ("_doing", "_spent")

    def __init__(self) -> None:
        self._doing: dict[SocketPair, tuple[Doing, int]] = {}  # and since when
        self._spent: defaultdict[SocketPair, list[int]] = defaultdict(lambda: [0] * _KINDS)

    def look(self, connections: Iterable[Connection], now: int) -> None:
        """Something has happened: what do these connections do from now on?"""
        for connection in connections:
            tcb = connection.tcb
            doing, since = self._doing.get(tcb.pair, (Doing.NOTHING, now))
            does = _what_it_does(tcb)
            if does is not doing:
                self._spent[tcb.pair][doing] += now - since
                self._doing[tcb.pair] = (does, now)

    def spent(self, tcb: Tcb, now: int) -> list[int]:
        """How much time this connection has spent with each of `Doing`, until now; what came before any is nothing."""
        spent = self._spent[tcb.pair].copy()
        doing, since = self._doing.get(tcb.pair, (Doing.NOTHING, now))
        spent[doing] += now - since
        return spent


def _what_it_does(tcb: Tcb) -> Doing:
    queue, unsent = tcb.outgoing.retransmission_queue, tcb.outgoing.unsent
    opening = queue and queue[0].flags & SYN
    if tcb.state is CLOSED or opening or not (queue or unsent):
        return Doing.NOTHING
    with_the_next = ((tcb.snd_nxt - tcb.snd_una) & MASK) + min(unsent, tcb.agreed.mss)
    if unsent and tcb.snd_wnd < with_the_next <= tcb.cwnd:
        return Doing.WAITING_FOR_WINDOW
    return Doing.SENDING
