"""What is still to happen: events in order of time, and at one time in the order in which they were scheduled.

An event is a plain tuple,

    (time, kind, host, subject)

with `time` in µs. Those of one time lie in one list, in order, and only the times lie on a heap: whole numbers are
compared faster than tuples, and a thousand connections that move at the same moment cost one place on it.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import Any, Final

# Kinds of events, and what their subject is.
ARRIVAL: Final = 0  # a segment reaches a host
CORRUPTED: Final = 1  # a segment reaches a host with a checksum that does not hold
WAKE: Final = 2  # a connection (its pair) was promised time
PROCESS: Final = 3  # a program begins, or a wait is over (the process' index)
INJECTION: Final = 4  # an `Injection`
HAPPENING: Final = 5  # a `Happening`
ICMP: Final = 6  # an ICMP error reaches a host: its name, and the segment that it quotes

# The subject is what the kind says.
QueuedEvent = tuple[int, int, str, Any]


class Agenda:
    """The events still to come. `times` is a heap of the times at which there are any; `due` holds those of each."""

    __slots__ = ("due", "times")

    def __init__(self) -> None:
        self.times: list[int] = []
        self.due: dict[int, list[QueuedEvent]] = {}

    def copy(self) -> "Agenda":
        """An independent copy; the events themselves are shared."""
        other = Agenda()
        other.times = self.times.copy()
        other.due = {time: events.copy() for time, events in self.due.items()}
        return other

    def schedule(self, time: int, kind: int, host: str, subject: object) -> None:
        """Something will happen at `time`, after all that is scheduled for then already."""
        events = self.due.get(time)
        if events is None:
            heappush(self.times, time)
            self.due[time] = [(time, kind, host, subject)]
        else:
            events.append((time, kind, host, subject))

    def forget(self, time: int, events: int) -> None:
        """The first so many events of the earliest time have happened."""
        due = self.due[time]
        del due[:events]
        if not due:
            heappop(self.times)
            del self.due[time]

    def take_first(self) -> QueuedEvent:
        """Remove the next event. Raises IndexError if there is none."""
        time = self.times[0]
        event = self.due[time][0]
        self.forget(time, 1)
        return event

    def pending(self) -> Iterable[QueuedEvent]:
        """The events still to come, in order."""
        return (event for time in sorted(self.times) for event in self.due[time])

    def take(self, event: QueuedEvent) -> None:
        """Remove one event, or one just like it. Raises KeyError if there is none."""
        time = event[0]
        events = self.due.get(time, [])
        if event not in events:
            raise KeyError(f"no event {event} is pending")
        events.remove(event)
        if not events:
            del self.due[time]
            self.times.remove(time)
            heapify(self.times)
