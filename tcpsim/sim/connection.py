"""A connection as its host keeps it: a TCB, and who waits for it. What a host does with its connections is `host`'s."""

from tcpsim.tcp.tcb import NEVER, Tcb


class Connection:
    """A TCB with what the host keeps beside it.

    `wake_at` is the earliest time (µs) at which the world has promised to give it time; `waiting` are the processes
    blocked on it: `opening` if for the handshake, `wants_room` if for room in the send buffer. `previous` is the
    connection in TIME-WAIT that this one has reopened, until this one is ESTABLISHED (RFC 9293 §3.6.1 MAY-2).
    """

    __slots__ = ("opening", "previous", "tcb", "waiting", "wake_at", "wants_room")

    def __init__(self, tcb: Tcb) -> None:
        self.tcb = tcb
        self.wake_at = NEVER
        self.waiting: tuple[int, ...] = ()
        self.opening = False
        self.wants_room = False
        self.previous: Connection | None = None

    def copy(self) -> "Connection":
        """An independent copy, but for `previous`, which the host copies."""
        other = Connection(self.tcb.copy())
        other.wake_at = self.wake_at
        other.waiting = self.waiting
        other.opening = self.opening
        other.wants_room = self.wants_room
        return other


def copied(connection: Connection, copies: dict[int, Connection]) -> Connection:
    """The one copy of a connection, for all that share it: the table, a process, the connection that reopened it."""
    copy = copies.get(id(connection))
    if copy is None:
        copy = copies[id(connection)] = connection.copy()
        if connection.previous is not None:
            copy.previous = copied(connection.previous, copies)
    return copy
