"""What happened, as immutable events, and questions about it. How it came about is not known here.

The simulator adds flat *records* (`records`). That is all a run costs: the *events* (`events`) are made from them when
somebody looks, and it is events that pictures, texts and expectations are made from.
"""

from tcpsim.trace.events import (
    Arrival,
    Call,
    Called,
    Delivered,
    Event,
    Flight,
    HostEvent,
    Microseconds,
    Return,
    Returned,
    SegmentArrived,
    SegmentDropped,
    SegmentLost,
    SegmentSent,
    Signalled,
    StateChanged,
    TimerEvent,
)
from tcpsim.trace.records import (
    ARRIVED,
    CALLED,
    ENDS_PROGRAMS,
    FORGETS,
    HAPPENED,
    INJECTED,
    LOST,
    NO_EVENT,
    RETURNED,
    TIMED_OUT,
    WENT_ON,
)
from tcpsim.trace.trace import Trace, iterate, listener_closes

__all__ = [
    "ARRIVED",
    "CALLED",
    "ENDS_PROGRAMS",
    "FORGETS",
    "HAPPENED",
    "INJECTED",
    "LOST",
    "NO_EVENT",
    "RETURNED",
    "TIMED_OUT",
    "WENT_ON",
    "Arrival",
    "Call",
    "Called",
    "Delivered",
    "Event",
    "Flight",
    "HostEvent",
    "Microseconds",
    "Return",
    "Returned",
    "SegmentArrived",
    "SegmentDropped",
    "SegmentLost",
    "SegmentSent",
    "Signalled",
    "StateChanged",
    "TimerEvent",
    "Trace",
    "iterate",
    "listener_closes",
]
