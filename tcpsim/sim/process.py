"""A program in the middle of running: where it is, what it waits for, what it has read so far.

A process is data: a list of calls and a place in it. So a world with running programs can be copied and hashed, and
the explorer may stop one anywhere. What the calls do is told in `calls`.
"""

from tcpsim.sim.connection import Connection
from tcpsim.sim.setup import Accept, Connect, Listen, Program, Repeat, Serve


class Process:
    """One run of a program.

    `at` is the place in `program`, which within a repeat is that of its rounds; `around` then are the programs around
    it, the innermost last, each with its place and how many rounds are still to come. `blocked` tells whether the call
    there has begun and waits; `since` (µs) when it began. `connection` is what connect or accept gave it, `port` what
    it listens on; `deaf` says that it has shut the connection down for reading; `gathered` is what a recv has read of
    the octets that it wants.
    """

    __slots__ = ("around", "at", "blocked", "connection", "deaf", "gathered", "index", "port", "program", "since")

    def __init__(self, index: int, program: Program) -> None:
        self.index = index
        self.program = program
        self.at = 0
        self.around: tuple[tuple[Program, int, int], ...] = ()
        self.blocked = False
        self.since = 0
        self.connection: Connection | None = None
        self.port: int | None = None
        self.deaf = False
        self.gathered = b""

    @property
    def not_begun(self) -> bool:
        """Whether it is still to start: once run, a process has ended, got further, or waits."""
        return self.at == 0 and not self.blocked and not self.around

    @property
    def takes_half_open(self) -> bool:
        """Whether it is at an accept that takes a connection in SYN-RECEIVED."""
        step = self.program[self.at]
        return type(step) is Accept and step.half_open

    @property
    def may_open(self) -> bool:
        """Whether it has calls to make that open something."""
        done = self.blocked and self.connection is not None and type(self.program[self.at]) is Connect
        return _opens(self.program[self.at + done :]) or any(
            _opens(program[at + (not rounds) :]) for program, at, rounds in self.around
        )

    def let_go(self) -> None:
        """The calls to come are about another connection."""
        self.connection = None
        self.deaf = False

    def begin_rounds(self, repeat: Repeat) -> None:
        """Go into a repeat, which is the step that the process is at: in front of its first, for that step is done."""
        if repeat.times < 1:
            return
        self.around = (*self.around, (self.program, self.at, repeat.times - 1))
        self.program = repeat.program
        self.at = -1

    def end_round(self) -> bool:
        """The program has come to its end: begin the next round, or go on behind the repeat. False: that was all."""
        while self.around:
            *outer, (program, at, rounds) = self.around
            if rounds:
                self.around = (*outer, (program, at, rounds - 1))
                self.at = 0
            else:
                self.around = tuple(outer)
                self.program = program
                self.at = at + 1
            if self.at < len(self.program):
                return True
        return False

    @property
    def place(self) -> str:
        """Where it is, for people: `call 2 of its program`, `call 2 of its program (in a repeat, call 1)`."""
        outermost = self.around[0][1] if self.around else self.at
        within = f" (in a repeat, call {self.at + 1})" if self.around else ""
        return f"call {outermost + 1} of its program{within}"

    def copy(self, connection: Connection | None) -> "Process":
        """A copy that goes on, with the copy of its connection."""
        other = Process(self.index, self.program)
        other.at = self.at
        other.around = self.around
        other.blocked = self.blocked
        other.since = self.since
        other.connection = connection
        other.port = self.port
        other.deaf = self.deaf
        other.gathered = self.gathered
        return other

    def freeze(self, now: int) -> tuple[object, ...]:
        """All that this process is, hashable."""
        connection = None if self.connection is None else self.connection.tcb.freeze(now)
        return (
            self.index,
            self.program,
            self.at,
            self.around,
            self.blocked,
            connection,
            self.port,
            self.deaf,
            self.gathered,
        )


def _opens(program: Program) -> bool:
    return any(
        isinstance(step, Connect | Listen) or (isinstance(step, Serve | Repeat) and _opens(step.program))
        for step in program
    )
