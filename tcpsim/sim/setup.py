"""What a world is made of, as plain data: hosts, the network between them, faults, programs. Nothing runs here.

Every value is immutable and hashable. Times are integer microseconds, probabilities are between 0 and 1, rates are
bits a second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from tcpsim.tcp.profiles import RFC9293, Profile
from tcpsim.wire.segment import Segment


@dataclass(frozen=True, slots=True)
class HostSetup:
    """A host: its name, its address, and what its TCP is like.

    Where a program names no port, `port` is the one its listeners take, the one that others connect to, and the local
    port of its active opens; of these one that finds it in use with that remote socket takes an ephemeral port, as all
    do where `port` is 0. `iss` are the initial sequence numbers of its incarnations, in order; when they are used up
    the numbers go on from the last. Without any, RFC 6528's generator makes them, keyed by the seed.
    """

    name: str
    address: str
    port: int = 0
    iss: tuple[int, ...] = ()
    profile: Profile = RFC9293


@dataclass(frozen=True, slots=True)
class Impairments:
    """What one direction of a path does to segments, in netem's words.

    `delay` and `jitter` in µs: each segment takes delay ± jitter, uniformly. `loss`, `duplicate`, `reorder` and
    `corrupt` are probabilities; a reordered segment jumps the queue (it takes no delay), as netem's does. `rate` in
    bits a second makes segments queue behind each other, each taking its IPv4 size; None is as fast as light.
    `idle_timeout` (µs) is a middlebox's that forgets a conversation after so long without a segment of it; None: there
    is none.
    """

    delay: int = 20_000
    jitter: int = 0
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    corrupt: float = 0.0
    rate: int | None = None
    idle_timeout: int | None = None


@dataclass(frozen=True, slots=True)
class NetworkSetup:
    """The network: the same everywhere, but for the directions (sender's name, receiver's name) named apart."""

    everywhere: Impairments = Impairments()
    # No mapping is hashable; what is equal has an equal hash without it.
    directions: Mapping[tuple[str, str], Impairments] = field(default_factory=lambda: MappingProxyType({}), hash=False)


class SegmentKind(NamedTuple):
    """A kind of segment: by name (`SYN`, `SYN-ACK`, `ACK`, `DATA`, `FIN`, `RST`, `any`), or by its exact flags.

    `ACK` is nothing but an acknowledgment; `DATA` is any segment with octets; `FIN` any with a FIN. `exact` flags are
    just those: `.` is an ACK without PSH, with data or without.
    """

    name: str = "any"
    exact: int | None = None

    def matches(self, segment: Segment) -> bool:
        """Whether a segment is of this kind."""
        if self.exact is not None:
            return segment.flags == self.exact
        if self.name == "any":
            return True
        if self.name == "DATA":
            return bool(segment.payload)
        return segment.kind == self.name


@dataclass(frozen=True, slots=True)
class Fault:
    """An aimed fault: what happens to the n-th segment of a kind that a host sends.

    `nth` counts from 1; None is every one. `by` (µs) is how much longer a delayed segment takes, `after` (µs) how long
    after the original its duplicate arrives. `icmp` names what a router says of a segment that it drops, out of
    `tcpsim.tcp.icmp.ICMP_ERRORS`; "" is silence.
    """

    action: Literal["drop", "duplicate", "delay", "corrupt"]
    sender: str
    kind: SegmentKind
    nth: frozenset[int] | None = frozenset({1})
    by: int = 0
    after: int = 0
    icmp: str = ""


@dataclass(frozen=True, slots=True)
class Injection:
    """A segment that nobody's TCP sent. At `at` (µs) it is put on the wire, and takes that direction's delay.

    With `relative`, SEG.SEQ counts from the ISS last used by the end whose address is the source, and SEG.ACK from
    the other end's, as they are at that moment; which of the two is relative is told by `relative_seq`/`relative_ack`.
    """

    at: int
    segment: Segment
    relative_seq: bool = False
    relative_ack: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens to a host at `at` (µs).

    crash: the host stops at once, silently; what reaches it is lost. reboot: it is back, having forgotten every
    connection, listener and program. kill: its programs end, and its kernel closes their sockets. unplug: its cable is
    out, both ways; plug: it is in again.
    """

    at: int
    host: str
    what: Literal["crash", "reboot", "kill", "unplug", "plug"]


# ---- programs: ordinary socket calls, one after the other, blocking as real ones do --------------------------------


class Connect(NamedTuple):
    """Open actively, to a host by its name (None: the only other one), and wait for the handshake.

    Without `blocking` it is a non-blocking socket's: it returns at once, with the SYN on its way. `data` is handed to
    TCP with the call, to go with the SYN as far as it has room.
    """

    host: str | None = None
    port: int | None = None
    local_port: int | None = None
    error: str = ""
    blocking: bool = True
    data: bytes = b""


class Listen(NamedTuple):
    """Open passively. `backlog` is the size of the accept queue (None: the profile's).

    `reuse` is SO_REUSEADDR: without it, a port whose earlier connections have not all ended is refused.
    """

    port: int | None = None
    backlog: int | None = None
    error: str = ""
    reuse: bool = False


class Accept(NamedTuple):
    """Wait for a connection on the listener; the calls that follow are about that connection.

    With `half_open` it need not be ESTABLISHED: one in SYN-RECEIVED is handed over, as a passive OPEN of RFC 9293 has
    a connection from its SYN on. No socket does that.
    """

    error: str = ""
    half_open: bool = False


class Send(NamedTuple):
    """Hand octets to TCP. Blocks while the send buffer is full.

    `more` is a socket's MSG_MORE, the RFC's SEND without PUSH: more will follow, which may share a segment with these.
    """

    data: bytes
    error: str = ""
    more: bool = False


class Recv(NamedTuple):
    """Wait until so many octets have come, or, with None, for the end of the stream (reading all before it)."""

    octets: int | None = None
    error: str = ""


class Wait(NamedTuple):
    """Do nothing for so many µs."""

    duration: int
    error: str = ""


class Shutdown(NamedTuple):
    """Send no more (half-close): the RFC's CLOSE. What the peer sends can still be received.

    With `how` "read" it is the other half: a recv finds the end of the stream behind what had come. TCP knows nothing
    of it, and acknowledges what comes as ever.
    """

    error: str = ""
    how: Literal["write", "read"] = "write"


class Close(NamedTuple):
    """Close for good, as a socket's close(): send what is queued and a FIN, and receive no more."""

    error: str = ""


class Abort(NamedTuple):
    """The RFC's ABORT; a socket's close() with SO_LINGER at zero."""

    error: str = ""


class StopListening(NamedTuple):
    """Close the listener itself."""

    error: str = ""


class Serve(NamedTuple):
    """Accept connection after connection, and run `program` on each, side by side."""

    program: "Program"
    error: str = ""


class Repeat(NamedTuple):
    """Run `program` so many times, round after round. It is no call: nothing is recorded of it."""

    times: int
    program: "Program"
    error: str = ""


Step: TypeAlias = (
    Connect | Listen | Accept | Send | Recv | Wait | Shutdown | Close | Abort | StopListening | Serve | Repeat
)
Program: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class ProgramSetup:
    """A program that a host runs from `start` (µs) on.

    A call that fails ends the program, as an uncaught exception does, unless its `error` names that very errno: then
    failing so was expected, and the program goes on.
    """

    host: str
    program: Program
    start: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run is stopped though something is still going on: events handled, and µs of virtual time."""

    events: int = 250_000
    time: int = 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class WorldSetup:
    """Everything that a run follows from. The same setup gives the same trace, byte for byte."""

    hosts: tuple[HostSetup, ...]
    programs: tuple[ProgramSetup, ...] = ()
    network: NetworkSetup = NetworkSetup()
    faults: tuple[Fault, ...] = ()
    injections: tuple[Injection, ...] = ()
    happenings: tuple[Happening, ...] = ()
    seed: int = 0
    limits: Limits = Limits()
