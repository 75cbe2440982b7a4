"""When things are due, and whether they came in time.

A script's times are exact, and a kernel's are not: packetdrill lets everything be off by `--tolerance_usecs`, or by a
part of the time since the event before, whichever is more. Lives here: an event's times made absolute, and that
tolerance. Must not be known here: what happens then.
"""

from typing import NamedTuple

from tcpsim.packetdrill.failures import Failed
from tcpsim.packetdrill.script import Call, Event, Inbound, ScriptOptions


class Due(NamedTuple):
    """When an event is due (µs since the script began): from `start` to `end`.

    `any_time`: whenever it comes. `until`: when a call that may block is to return. `origin` is what relative times
    counted from.
    """

    start: int
    end: int
    any_time: bool = False
    until: int | None = None
    origin: int = 0


class Timekeeper:
    """Makes each event's time absolute, in their order, and judges what came when."""

    __slots__ = ("_before", "_options", "last")

    def __init__(self, options: ScriptOptions) -> None:
        self._options = options
        self._before: Event | None = None
        self.last: int | None = None  # when the event before was due

    def due(self, event: Event, now: int) -> Due:
        """When an event is due that is the next now.

        Relative times count from when the event before has happened; those of segments that arrive one after another
        from when the one before was due.
        """
        when, call = event.when, event.action
        arrives_after_another = _arrives(event) and self._before is not None and _arrives(self._before)
        origin = self.last if arrives_after_another and self.last is not None else now
        until = call.until if type(call) is Call else None
        if when.start is None:
            return Due(origin, origin, any_time=True, origin=origin)
        if not when.relative:
            return Due(when.start, when.start if when.end is None else when.end, until=until)
        return Due(
            origin + when.start,
            origin + (when.start if when.end is None else when.end),
            until=None if until is None else origin + until,
            origin=origin,
        )

    def passed(self, event: Event, due: Due) -> None:
        """An event is over."""
        self._before, self.last = event, due.start

    def tolerance(self, time: int, since: int | None) -> int:
        """By how much (µs) what is due at `time` may be off, if what came before it was due at `since`."""
        options = self._options
        part = 0 if since is None else int((time - since) * options.tolerance_percent / 100)
        return max(options.tolerance_usecs, part)

    def judge(self, what: str, due: Due, actual: int, since: int | None) -> None:
        """Whether something came when it was due. Raises Failed where it did not."""
        if due.any_time:
            return
        tolerance = self.tolerance(due.start, since)
        if not due.start - tolerance <= actual <= due.end + tolerance:
            expected = seconds(due.start) + (f" to {seconds(due.end)}" if due.end != due.start else "")
            raise Failed(
                f"{what} was due at {expected}, and came at {seconds(actual)} (tolerance {seconds(tolerance)})"
            )


def _arrives(event: Event) -> bool:
    return type(event.action) is Inbound


def seconds(microseconds: int) -> str:
    """`0.1 s`, with as many digits as it takes."""
    return f"{microseconds / 1_000_000:.6f}".rstrip("0").rstrip(".") + " s"
