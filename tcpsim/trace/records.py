"""Records: what the simulator writes down, flat and cheap. Only `reader` reads them.

There is one for each thing that reached a host (a segment, a user's call, a time-out), with everything the endpoint
answered. They lie flat behind each other in one list, because a tuple for each would take half as much memory again:

    kind, time, host, pair, subject, number, then each effect; and so on with the next record's kind

`time` is integer microseconds of virtual time. `pair` is the connection, seen from the host. What `subject` is depends
on the kind, and is told beside each kind. `number` is the process that made a call. For a segment that arrived or was
lost it may say which transmission that was (they are numbered from 1 in the order sent, lost ones included); 0 means
the latest in which that very object was sent, which is enough, because every transmission builds its own segment. No
effect is a string, so a string where an effect could stand is the kind of the next record.
"""

from typing import Final

CALLED = "called"  # subject: (name, argument) of a user's call that began; number: the process; effects: the answer
RETURNED = "returned"  # subject: (name, value, errno or "", when called, `Return.expected`); number: the process
WENT_ON = "went on"  # a blocked call got further; number: the process; effects: what the endpoint answered
ARRIVED = "arrived"  # subject: Segment; effects: what the endpoint answered
TIMED_OUT = "timed out"  # subject: None; effects: what the endpoint did
LOST = "lost"  # subject: (Segment, why)
INJECTED = "injected"  # subject: Segment, put on the wire by nobody's TCP, on its way to the host
HAPPENED = "happened"  # subject: str, something happened to a host: crash, reboot, kill, …

FORGETS: Final = frozenset({"crash", "reboot"})  # what happens to a host after which it knows nothing
ENDS_PROGRAMS: Final = FORGETS | {"kill"}  # what happens to a host after which none of its programs runs on
NO_EVENT: Final = frozenset({WENT_ON, TIMED_OUT})  # records of which only the effects are events
HEADER: Final = 6  # items of a record before its effects
