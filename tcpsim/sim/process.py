"""A program in the middle of running: where it is, what it waits for, what it has read so far.

A process is data: a list of calls and a place in it. So a world with running programs can be copied and hashed, and
the explorer may stop one anywhere. What the calls do is told in `calls`.
"""

from typing import TYPE_CHECKING

from tcpsim.sim.setup import Accept, Connect, Listen, Program, Serve

if TYPE_CHECKING:
    from tcpsim.sim.host import Connection


class Process:
    """One run of a program.

    `at` is the place in `program`; `blocked` tells whether the call there has begun and waits; `since` (µs) when it
    began. `connection` is what connect or accept gave it, `port` what it listens on; `gathered` what a recv has read
    of the octets that it wants.
    """

    __slots__ = ("at", "blocked", "connection", "gathered", "index", "port", "program", "since")

    def __init__(self, index: int, program: Program) -> None:
        self.index = index
        self.program = program
        self.at = 0
        self.blocked = False
        self.since = 0
        self.connection: Connection | None = None
        self.port: int | None = None
        self.gathered = b""

    @property
    def not_begun(self) -> bool:
        """Whether it is still to start: once run, a process has ended, got further, or waits."""
        return self.at == 0 and not self.blocked

    @property
    def takes_half_open(self) -> bool:
        """Whether it is at an accept that takes a connection in SYN-RECEIVED."""
        step = self.program[self.at]
        return type(step) is Accept and step.half_open

    @property
    def may_open(self) -> bool:
        """Whether it has calls to make that open something."""
        done = self.blocked and type(self.program[self.at]) is Connect
        return _opens(self.program[self.at + done :])

    def copy(self, connection: "Connection | None") -> "Process":
        """A copy that goes on, with the copy of its connection."""
        other = Process(self.index, self.program)
        other.at = self.at
        other.blocked = self.blocked
        other.since = self.since
        other.connection = connection
        other.port = self.port
        other.gathered = self.gathered
        return other

    def freeze(self, now: int) -> tuple[object, ...]:
        """All that this process is, hashable."""
        connection = None if self.connection is None else self.connection.tcb.freeze(now)
        return (self.index, self.program, self.at, self.blocked, connection, self.port, self.gathered)


def _opens(program: Program) -> bool:
    return any(
        isinstance(step, Connect | Listen) or (isinstance(step, Serve) and _opens(step.program)) for step in program
    )
