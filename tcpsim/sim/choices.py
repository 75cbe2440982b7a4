"""What can happen next: the choices that a simulation leaves to the clock and to chance.

`World.run` follows one path: the earliest event first, and the network as the setup says. A search wants them all.
`choices` lists what could happen next in a world; `apply` makes the world in which it did. Bounds (how many losses,
how many duplicates) are the search's own business.
"""

from typing import Literal, NamedTuple

from tcpsim.sim.agenda import ARRIVAL, QueuedEvent
from tcpsim.sim.future import is_live
from tcpsim.sim.world import World


class Choice(NamedTuple):
    """One thing that could happen next to an event.

    happen: it is the next to happen. lose: a segment under way is lost. duplicate: it arrives, and once more.
    overtake: a segment sent later arrives now, before what is ahead of it.
    """

    what: Literal["happen", "lose", "duplicate", "overtake"]
    event: QueuedEvent


def choices(world: World) -> tuple[Choice, ...]:
    """Everything that could happen next, the simulation's own choice first; empty when nothing is left.

    Of the events due at the earliest time each may come first. A segment that is due may be lost or duplicated; one
    that is due later may overtake it.
    """
    pending = [event for event in world.agenda.pending() if is_live(world, event)]
    if not pending:
        return ()
    earliest = pending[0][0]
    due = [event for event in pending if event[0] == earliest]
    later = [event for event in pending if event[0] > earliest and event[1] == ARRIVAL]
    arrivals = [event for event in due if event[1] == ARRIVAL]
    return (
        *(Choice("happen", event) for event in due),
        *(Choice("lose", event) for event in arrivals),
        *(Choice("duplicate", event) for event in arrivals),
        *(Choice("overtake", event) for event in later if _can_overtake(event, arrivals)),
    )


def _can_overtake(event: QueuedEvent, arrivals: list[QueuedEvent]) -> bool:
    """Only what travels to the same host can overtake: between others, order is simultaneity."""
    return any(arrival[2] == event[2] for arrival in arrivals)


def apply(world: World, choice: Choice) -> World:
    """The world in which `choice` happened; `world` itself is left as it is. Raises KeyError for a stale choice."""
    after = world.copy()
    earliest = after.agenda.times[0]
    event = choice.event
    after.agenda.take(event)
    match choice.what:
        case "lose":
            after.now = event[0]
            after.lose(event[3], "loss")
        case "duplicate":
            after.agenda.schedule(*event)  # once more, after all that is due now
            after.happen(event)
        case "overtake":
            after.happen((earliest, *event[1:]))
        case _:
            after.happen(event)
    return after
