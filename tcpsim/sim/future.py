"""What a world's future follows from: all that a search compares, and nothing of the past."""

from typing import TYPE_CHECKING

from tcpsim.sim.agenda import INJECTION, WAKE, QueuedEvent
from tcpsim.sim.injecting import absolute
from tcpsim.tcp.tcb import NEVER

if TYPE_CHECKING:
    from tcpsim.sim.world import World


def future_of(world: "World") -> tuple[object, ...]:
    """All that a world's future follows from, hashable, with times relative to now.

    The past (the trace, the numbers of transmissions, when calls were made) is not part of it: two worlds with
    different pasts and the same future are one state to a search. Of the past only that counts which something may
    still ask for: the time itself, where initial sequence numbers or timestamps are made from it, and the initial
    numbers that injections to come are relative to. The setup, and so its limits, is not part of it either.
    """
    now = world.now
    pending = [event for event in world.agenda.pending() if is_live(world, event)]
    return (
        tuple(host.freeze(now) for host in world.hosts.values()),
        tuple((time - now, kind, host, subject) for time, kind, host, subject in pending),
        world.network.freeze(now),
        world.chance.state,
        now if any(host.asks_the_time for host in world.hosts.values()) else None,
        tuple(absolute(subject, world.trace) for _, kind, _, subject in pending if kind == INJECTION),
    )


def is_live(world: "World", event: QueuedEvent) -> bool:
    """Whether an event will do anything.

    A wake for a connection that is gone, that was promised another time, or whose timers are all off will not.
    """
    if event[1] != WAKE:
        return True
    connection = world.hosts[event[2]].connections.get(event[3])
    return connection is not None and connection.wake_at == event[0] and min(connection.tcb.timers) != NEVER
