"""What a host's kernel does with sockets when no program asks for it: it closes those of programs that were killed.

Lives here: the end of programs, and the end of a listener with what it had not handed over. Must not be known here:
what the calls do that programs make (`calls`), and what befalls a whole host (`host`).
"""

from typing import TYPE_CHECKING

from tcpsim.tcp.user_calls import abort, close
from tcpsim.trace import TIMED_OUT

if TYPE_CHECKING:
    from tcpsim.sim.host import Host
    from tcpsim.sim.world import World
    from tcpsim.tcp.effects import Effect
    from tcpsim.tcp.listener import Listener


def kill(world: "World", host: "Host") -> None:
    """Every program that runs on a host ends at once; the kernel closes their sockets, as at any exit of a process.

    Close() is what it calls: a FIN follows what is queued, or a reset where something was left unread (§3.6.1 SHLD-3).
    Programs that are to begin later will.
    """
    host.processes = {index: process for index, process in host.processes.items() if process.not_begun}
    host.accepting.clear()
    for port in sorted(host.listeners):
        listener = host.listeners[port]
        world.trace.add(TIMED_OUT, world.now, host.name, listener.tcb.pair, None, 0, closed(world, host, listener))
        reset_unaccepted(world, host, listener)
    for connection in list(host.connections.values()):
        connection.waiting = ()
        connection.wants_room = connection.opening = False
        if not connection.tcb.reader_gone:
            world.endpoint_answered(host, connection, close(connection.tcb, world.now, for_good=True))


def closed(world: "World", host: "Host", listener: "Listener") -> "list[Effect]":
    """Close a listener, and forget it; what TCP answers."""
    effects = close(listener.tcb, world.now)
    del host.listeners[listener.tcb.pair.lport]
    return effects


def reset_unaccepted(world: "World", host: "Host", listener: "Listener") -> None:
    """Reset the connections of a closed listener that nobody has accepted, as deployed stacks do (row E03)."""
    for pair in (*listener.syn_queue, *listener.accept_queue):
        connection = host.connections[pair]
        world.endpoint_answered(host, connection, abort(connection.tcb, world.now))
