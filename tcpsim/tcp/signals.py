"""What a user can be told: the RFC's words, a socket's errno, and where the RFC says so. One row for each.

The last four are for whoever runs the host: no program hears of them, a kernel's log would.
"""

from dataclasses import replace
from functools import cache

from tcpsim.tcp.effects import Signal

END_OF_STREAM = Signal("connection closing", "", "3.10.7.4")
CONNECTION_RESET = Signal("connection reset", "ECONNRESET", "3.10.7.4")
# The RFC's word for a reset in SYN-SENT is "connection reset", in SYN-RECEIVED "connection refused"; every socket
# interface says ECONNREFUSED to both (conformance rows W01, J06).
RESET_IN_SYN_SENT = Signal("connection reset", "ECONNREFUSED", "3.10.7.3")
CONNECTION_REFUSED = Signal("connection refused", "ECONNREFUSED", "3.10.7.4")
USER_TIMEOUT = Signal("connection aborted due to user timeout", "ETIMEDOUT", "3.10.8")
RETRANSMISSION_TIMEOUT = Signal("connection aborted: no answer after R2", "ETIMEDOUT", "3.8.3")
KEEP_ALIVE_TIMEOUT = Signal("connection aborted: keep-alive unanswered", "ETIMEDOUT", "3.8.4")
SOFT_ERROR = Signal("retransmitting: R1 reached", "", "3.8.3")
# What a SEND that was queued and never left is told when its own user closes or aborts.
SENDS_CLOSED = Signal("connection closing", "", "3.10.4")
SENDS_RESET = Signal("connection reset", "ECONNRESET", "3.10.5")
URGENT_DATA = Signal("urgent data", "", "3.10.7.4")
SOURCE_QUENCH = Signal("nobody minds a source quench any more", "", "3.9.2.2")
ICMP_OUT_OF_THE_BLUE = Signal("ICMP about nothing that is in flight: old, or forged", "", "5927 §4.1")
SYN_COOKIE_SENT = Signal("SYN cookie: nothing kept", "", "4987 §3.6")
SYN_COOKIE_CAME_BACK = Signal("SYN cookie came back", "", "4987 §3.6")


@cache
def said_as(signal: Signal, errno: str) -> Signal:
    """The same news under the errno that a profile has for it."""
    return signal if signal.errno == errno else replace(signal, errno=errno)
