"""Small worlds, and what went over their wires, told in packetdrill's notation."""

from typing import Any, Final

from tcpsim.sim.setup import (
    Accept,
    Close,
    Connect,
    Fault,
    HostSetup,
    Impairments,
    Injection,
    Listen,
    NetworkSetup,
    Program,
    ProgramSetup,
    Recv,
    SegmentKind,
    WorldSetup,
)
from tcpsim.sim.world import World
from tcpsim.tcp.profiles import RFC9293, Profile
from tcpsim.trace import Returned, Trace
from tcpsim.wire import Segment, number_notation, parse_flags, segment_notation

MS: Final = 1_000
SECOND: Final = 1_000_000
WAY: Final = 50 * MS
CLIENT, SERVER = "192.0.2.1", "192.0.2.2"

CONNECT_AND_CLOSE: Final[Program] = (Connect(), Close())
ACCEPT_AND_CLOSE: Final[Program] = (Listen(), Accept(), Recv(), Close())


def a_client(profile: Profile = RFC9293, *, iss: tuple[int, ...] = (100,), port: int = 40_000) -> HostSetup:
    return HostSetup("client", CLIENT, port, iss, profile)


def a_server(profile: Profile = RFC9293, *, iss: tuple[int, ...] = (300, 400, 500)) -> HostSetup:
    return HostSetup("server", SERVER, 80, iss, profile)


def a_setup(
    client: Program = CONNECT_AND_CLOSE,
    server: Program = ACCEPT_AND_CLOSE,
    *,
    profile: Profile = RFC9293,
    iss: tuple[int, ...] = (100,),
    delay: int = WAY,
    more: tuple[ProgramSetup, ...] = (),
    client_start: int = 0,
    **changes: Any,
) -> WorldSetup:
    """A client and a server, 50 ms apart unless said otherwise."""
    changes.setdefault("network", NetworkSetup(Impairments(delay=delay)))
    changes.setdefault("hosts", (a_client(profile, iss=iss), a_server(profile)))
    programs = (ProgramSetup("client", client, client_start), ProgramSetup("server", server), *more)
    return WorldSetup(programs=tuple(program for program in programs if program.program), **changes)


def run(client: Program = CONNECT_AND_CLOSE, server: Program = ACCEPT_AND_CLOSE, **changes: Any) -> World:
    """A client and a server, run to the end."""
    world = World(a_setup(client, server, **changes)).run()
    assert not world.stopped, world.stopped
    return world


def fault(action: Any, sender: str, kind: str, *nth: int, by: int = 0, after: int = 0) -> Fault:
    """What happens to the n-th (default: the first) segment of a kind."""
    return Fault(action, sender, SegmentKind(kind), frozenset(nth or {1}), by=by, after=after)


def injected(at: int, flags: str, seq: int, ack: int = 0, data: bytes = b"", *, to: str = "server") -> Injection:
    """An old duplicate from the other host, with the numbers of the wire."""
    ends = (CLIENT, 40_000, SERVER, 80) if to == "server" else (SERVER, 80, CLIENT, 40_000)
    return Injection(at, Segment(*ends, seq, ack, parse_flags(flags), 65_535, data))


def wire(trace: Trace, *, absolute: bool = False) -> list[str]:
    """Every transmission in the order sent: `client S 0:0(0)`; what was lost has an `x` at its end."""
    lines = []
    for flight in trace.flights:
        bases = (None, None) if absolute else (flight.seq_base, flight.ack_base)
        text = segment_notation(flight.segment, seq_base=bases[0], ack_base=bases[1], window=False)
        text = text.partition(" <")[0].replace("P.", ".").replace("P", "")
        lines.append(f"{flight.sender} {text}{' x' if flight.lost else ''}")
    return lines


def numbers(trace: Trace) -> list[str]:
    """The same, as the RFC's figures show them: `client <100> SYN`."""
    lines = []
    for flight in trace.flights:
        segment = flight.segment
        ack = f" <ACK={number_notation(segment.ack)}>" if segment.flags & 0x10 else ""
        lines.append(f"{flight.sender} <SEQ={segment.seq}>{ack} {segment.kind}")
    return lines


def states(world: World, host: str) -> list[str]:
    return [str(state) for state in world.trace.states_of(host)]


def returned(world: World, host: str) -> list[Any]:
    """What the calls of a host's programs came back with: a value, or an errno."""
    return [
        (event.result.name, event.result.error or event.result.value)
        for event in world.trace.events
        if isinstance(event, Returned) and event.host == host
    ]


def errors(world: World, host: str) -> list[str]:
    return [
        event.result.error
        for event in world.trace.events
        if isinstance(event, Returned) and event.host == host and event.result.error
    ]
