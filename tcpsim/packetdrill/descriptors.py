"""File descriptors: what a number in a script's calls stands for.

A descriptor is a socket, which is closed, listens, or has a connection; a connection that has ended is still the
descriptor's, for it tells why. Lives here: the table, and what a descriptor is. Must not be known here: what the calls
do (`calls`), and what options mean (`sockopts`).
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from tcpsim.packetdrill.failures import CallFails, Failed
from tcpsim.sim.connection import Connection
from tcpsim.tcp.listener import Listener
from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.states import CLOSED, LISTEN, SYN_RECEIVED, SYN_SENT, State
from tcpsim.tcp.tcb import Tcb


class Descriptor:
    """A socket. `profile` is what its TCP is like: the stack's, with what setsockopt has changed.

    `options` is what setsockopt was given, by the option's name. `corked`: what is written waits until it fills a
    segment (TCP_CORK, TCP_NOPUSH). `more`: it was last written to with MSG_MORE. `port` is where it is bound (0:
    nowhere). `linger` is SO_LINGER's time in µs, None where it is off. `deaf`: it is shut down for reading. `told`: a
    connect that did not wait has been told that it was done.
    """

    __slots__ = (
        "connection",
        "corked",
        "deaf",
        "linger",
        "listener",
        "more",
        "nonblocking",
        "number",
        "options",
        "port",
        "profile",
        "reuse_address",
        "told",
    )

    def __init__(self, number: int, profile: Profile) -> None:
        self.number = number
        self.profile = profile
        self.options: dict[str, Any] = {}
        self.port = 0
        self.reuse_address = False
        self.nonblocking = False
        self.corked = False
        self.more = False
        self.linger: int | None = None
        self.deaf = False
        self.told = False
        self.listener: Listener | None = None
        self.connection: Connection | None = None

    @property
    def tcb(self) -> Tcb | None:
        """What TCP knows of the connection; None where there has been none."""
        return None if self.connection is None else self.connection.tcb

    @property
    def state(self) -> State:
        """The state of its connection, LISTEN, or CLOSED."""
        if self.listener is not None:
            return LISTEN
        return CLOSED if self.connection is None else self.connection.tcb.state

    @property
    def opening(self) -> bool:
        """Whether its connect() is not done yet."""
        return self.state in {SYN_SENT, SYN_RECEIVED}

    def change(self, **changes: Any) -> None:
        """Change parameters of this socket's TCP, now and for what comes of it: those that it accepts later on too."""
        self.profile = self.profile.with_changes(**changes)
        if self.connection is not None:
            self.connection.tcb.profile = self.connection.tcb.profile.with_changes(**changes)
        if self.listener is not None:
            self.listener.tcb.profile = self.listener.tcb.profile.with_changes(**changes)

    def accepted(self, number: int, connection: Connection) -> "Descriptor":
        """The descriptor of a connection that this listener has accepted; it has its listener's options."""
        child = Descriptor(number, connection.tcb.profile)
        child.options = self.options.copy()
        child.port = self.port
        child.linger = self.linger
        child.reuse_address = self.reuse_address
        child.connection = connection
        return child


class Descriptors:
    """The open descriptors, by their numbers in the script.

    A script may call what it accepts by a number that is in use: until that is closed, the number is the newer one's.
    """

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: dict[int, list[Descriptor]] = {}

    def __iter__(self) -> Iterator[Descriptor]:
        return chain.from_iterable(self._open.values())

    def __getitem__(self, number: int) -> Descriptor:
        """The descriptor with this number. Raises CallFails with EBADF where it is not open."""
        if number not in self._open:
            raise CallFails("EBADF")
        return self._open[number][-1]

    def add(self, descriptor: Descriptor, *, accepted: bool = False) -> None:
        """Open a descriptor. Raises Failed where its number is in use, unless it is of what was accepted."""
        holders = self._open.setdefault(descriptor.number, [])
        if holders and not accepted:
            raise Failed(f"descriptor {descriptor.number} is open already: the script gives its number away twice")
        holders.append(descriptor)

    def remove(self, number: int) -> None:
        """Close one."""
        self._open[number].pop()
        if not self._open[number]:
            del self._open[number]
