"""The program whose system calls a script makes: what it may use, and one call with what it was given.

Lives here: arguments read as numbers, octets and descriptors; an endpoint's answers carried out and recorded. Must not
be known here: what the calls do.
"""

from collections.abc import Generator
from typing import Final, TypeAlias

from tcpsim.packetdrill.descriptors import Descriptor, Descriptors
from tcpsim.packetdrill.expressions import (
    Anything,
    Apply,
    Array,
    Struct,
    Text,
    UnknownNameError,
    Value,
    number,
    written,
)
from tcpsim.packetdrill.failures import CallFails, CannotRun, Failed
from tcpsim.packetdrill.platforms import Platform
from tcpsim.packetdrill.script import Call
from tcpsim.packetdrill.stack import HOST, Stack
from tcpsim.sim.connection import Connection
from tcpsim.tcp.effects import Effect
from tcpsim.tcp.user_calls import CallRefused
from tcpsim.trace import CALLED, RETURNED, WENT_ON
from tcpsim.wire.pair import SocketPair

# A call in its course: it yields whenever it has to wait, until when at most (µs; None: for as long as it takes), and
# comes back with what it returns.
Course: TypeAlias = Generator[int | None, None, int]

# Calls that a reader of the trace wants to see; the others tell the stack nothing.
_RECORDED: Final = frozenset(
    {"listen", "accept", "connect", "close", "shutdown"}
    | {"read", "readv", "recv", "recvfrom", "recvmsg", "write", "writev", "send", "sendto", "sendmsg"}
)
BUFFER_AT_MOST: Final = 1 << 26  # octets that one call writes; the longest of the public suites has a sixteenth of it
_SIZES: Final = {"char": 1, "short": 2, "int": 4, "long": 8, "size_t": 8, "socklen_t": 4, "struct linger": 8}


class Program:
    """A program on the stack under test. `remote` and `rport` are whom it connects to, `port` where it binds.

    `buffers_matter`: what it is told of the sizes of buffers must be what the script says.
    """

    __slots__ = ("buffers_matter", "descriptors", "platform", "port", "remote", "rport", "stack")

    def __init__(
        self, stack: Stack, platform: Platform, *, remote: str, rport: int, port: int, buffers_matter: bool = True
    ) -> None:
        self.buffers_matter = buffers_matter
        self.stack = stack
        self.platform = platform
        self.remote = remote
        self.rport = rport
        self.port = port
        self.descriptors = Descriptors()

    @property
    def now(self) -> int:
        """µs since the script began."""
        return self.stack.now


class Asked:
    """One call that was made: its program, and what it was given. It began at `since` (µs)."""

    __slots__ = ("call", "pair", "program", "recorded", "since")

    def __init__(self, program: Program, call: Call) -> None:
        self.program = program
        self.call = call
        self.since = program.now
        self.pair: SocketPair | None = None
        self.recorded = call.name in _RECORDED

    # ---- arguments --------------------------------------------------------------------------------------------------

    def takes(self, arguments: int | None) -> None:
        """Refuse a call with more or fewer arguments. None: how many depends, and is two or three."""
        given = len(self.call.arguments)
        if given not in ({2, 3} if arguments is None else {arguments}):
            right = "2 or 3 arguments" if arguments is None else f"{arguments} argument{'s' * (arguments != 1)}"
            raise Failed(f"{self.call.name}() takes {right}, and the script gives it {given}")

    def value(self, index: int) -> Value:
        """An argument as it was written."""
        return self.call.arguments[index]

    def number(self, index: int) -> int:
        """An argument that is a number. Raises CannotRun for a name that has none here."""
        return self.number_of(self.value(index))

    def number_of(self, value: Value) -> int:
        """The number that a value stands for."""
        if type(value) is Apply and value.function == "sizeof" and (size := _SIZES.get(written(value.argument))):
            return size
        try:
            return number(value, self.program.platform.constants)
        except UnknownNameError as unknown:
            raise CannotRun(f"{unknown.name} in {self.call.name}()") from None
        except ValueError as error:
            raise Failed(f"{self.call.name}(): {error}") from None

    def flag(self, name: str, flags: int) -> bool:
        """Whether a flag that the platform has is among these."""
        return flags & self.program.platform.constants.get(name, 0) != 0

    def descriptor(self, index: int = 0) -> Descriptor:
        """The descriptor that an argument is the number of. Raises CallFails (EBADF) where it is none."""
        descriptor = self.program.descriptors[self.number(index)]
        if descriptor.connection is not None:
            self.pair = descriptor.connection.tcb.pair
        elif descriptor.listener is not None:
            self.pair = descriptor.listener.tcb.pair
        return descriptor

    def must_be_buffer(self, index: int, length: int) -> None:
        """Refuse an argument that is no buffer. Raises CallFails: EINVAL for less than nothing, EFAULT for NULL."""
        value = self.value(index)
        if length < 0:
            raise CallFails("EINVAL")
        if type(value) in {Anything, Text}:
            return
        if self.number(index) != 0:
            raise Failed(f"{self.call.name}(): {written(value)} is no buffer; it would be ... or a string")
        if length > 0:
            raise CallFails("EFAULT")

    def buffer(self, index: int, length: int) -> bytes:
        """What is in a buffer of this length; zeros, where the script does not say. Raises as `must_be_buffer`."""
        self.must_be_buffer(index, length)
        value = self.value(index)
        known = value.octets[:length] if type(value) is Text else b""
        return known + self.zeros(length - len(known))

    def zeros(self, length: int) -> bytes:
        """So many octets that the script does not say. Raises CannotRun for more than anybody writes at once."""
        if length > BUFFER_AT_MOST:
            raise CannotRun(f"{self.call.name}() of more than {BUFFER_AT_MOST:,} octets")
        return bytes(length)

    def pieces(self, value: Value, count: Value | None) -> int:
        """How long the `count` pieces of an iovec are together: `[{..., 10}, {..., 20}]`. None: that is not said.

        Raises CallFails (EINVAL) where one is less than nothing.
        """
        if type(value) is not Array or not all(type(item) is Struct and len(item.items) == 2 for item in value.items):
            raise Failed(f"{self.call.name}(): {written(value)} is no array of buffers; it would be [{{..., 10}}]")
        lengths = [self.number_of(item.items[1]) for item in value.items if type(item) is Struct]
        if count is not None and self.number_of(count) != len(lengths):
            raise Failed(
                f"{self.call.name}(): its count says {written(count)}, and {written(value)} has {len(lengths)}"
            )
        if any(length < 0 for length in lengths):
            raise CallFails("EINVAL")
        return sum(lengths)

    # ---- what comes of it -------------------------------------------------------------------------------------------

    def begun(self) -> None:
        """The call begins: the trace shall say so, before anything that it leads to."""
        if self.recorded:
            said = ", ".join(map(written, self.call.arguments))
            self.program.stack.trace.add(CALLED, self.program.now, HOST, self.pair, (self.call.name, said))
            self.recorded = False

    def carry_out(self, connection: Connection | None, effects: list[Effect]) -> None:
        """What the endpoint answered happens."""
        self.begun()
        stack = self.program.stack
        if effects:
            stack.trace.add(WENT_ON, stack.now, HOST, self.pair, None, 0, effects)
        stack.carry_out(connection, effects)

    def returned(self, value: int, errno: str) -> None:
        """The call is over."""
        if self.call.name in _RECORDED:
            self.begun()
            told = value if value > 0 else None
            subject = (self.call.name, told, errno, self.since, "")
            self.program.stack.trace.add(RETURNED, self.program.now, HOST, self.pair, subject)


def refused(refusal: CallRefused) -> CallFails:
    """What a program hears of a refusal of TCP's."""
    return CallFails(refusal.errno)
