"""Why a run was stopped though something was still going on, in a sentence for people."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tcpsim.sim.world import World

_NAMED: Final = 4  # of what is still going on


def why_stopped(world: "World", *, by_events: bool) -> str:
    """Which limit stopped the world, and what was still going on: connections, programs that wait."""
    limits = world.setup.limits
    now = f"{world.now / 1e6:,.6g} s"
    if by_events:
        bound = f"stopped after {limits.events:,} events, at {now}"
    else:
        bound = f"stopped at the bound of {limits.time / 1e6:,.6g} s of virtual time (the last thing happened at {now})"
    going_on = [
        f"{host.name} {connection.tcb.state} with {pair.remote}:{pair.rport}"
        for host in world.hosts.values()
        for pair, connection in host.connections.items()
    ]
    going_on += [
        f"{host.name} in {process.place}"
        for host in world.hosts.values()
        for process in host.processes.values()
        if process.blocked
    ]
    named = "; ".join(going_on[:_NAMED]) or "nothing but timers"
    more = f"; and {len(going_on) - _NAMED} more" if len(going_on) > _NAMED else ""
    return f"{bound}; still going on: {named}{more}"
