"""The yardstick's job, done by tcpsim: N connections, each handshake, 1,024 octets each way, close, 2 MSL.

The same as `bare_loop.run(N)`: 10 ms one way, connections 1 ms apart, RTO 1 s, 2 MSL 240 s; but with RFC 9293's checks,
options, windows and timers, programs that call sockets, `transitions` behind every change of state, and a full trace.
"""

from tcpsim.sim.setup import (
    Close,
    Connect,
    HostSetup,
    Impairments,
    Limits,
    Listen,
    NetworkSetup,
    ProgramSetup,
    Recv,
    Send,
    Serve,
    WorldSetup,
)
from tcpsim.sim.world import World
from tcpsim.wire.segment import Segment

OCTETS = bytes(1024)
SERVER_PORT = 80
UNBOUNDED = 1 << 60


def setup(connections: int) -> WorldSetup:
    """The world in which the job is done. Like the yardstick's, its port numbers are not bounded by 16 bits."""
    exchange = (Send(OCTETS), Recv(len(OCTETS)), Close())
    serve = (Listen(backlog=UNBOUNDED), Serve((Recv(len(OCTETS)), Send(OCTETS), Recv(None), Close())))
    clients = (
        ProgramSetup("A", (Connect(local_port=number + 1), *exchange), start=number * 1_000)
        for number in range(connections)
    )
    return WorldSetup(
        hosts=(HostSetup("A", "192.0.2.1"), HostSetup("B", "192.0.2.2", port=SERVER_PORT)),
        programs=(ProgramSetup("B", serve), *clients),
        network=NetworkSetup(Impairments(delay=10_000)),
        limits=Limits(events=UNBOUNDED, time=UNBOUNDED),
    )


def check(world: World, connections: int) -> None:
    """The job was really done: every connection is gone, every segment was sent and arrived, no error was told."""
    assert not any(host.connections for host in world.hosts.values())
    segments = sum(isinstance(item, Segment) for item in world.trace.records)
    assert segments == 2 * 11 * connections, segments
    assert not world.stopped
