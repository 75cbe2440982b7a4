"""English: what the signals of `tcpsim.tcp.signals` say, and what they mean to the user."""

from typing import Final

from tcpsim.tcp import signals
from tcpsim.views.languages.record import News

NEWS: Final = {
    "END_OF_STREAM": News(
        signals.END_OF_STREAM.name,
        "The peer's FIN says that no more will come: once all data is read, a read returns the end of the stream.",
    ),
    "CONNECTION_RESET": News(
        signals.CONNECTION_RESET.name,
        "The connection was reset: calls that wait return with an error, and what was not yet delivered is lost.",
    ),
    "RESET_IN_SYN_SENT": News(
        signals.RESET_IN_SYN_SENT.name,
        "A reset answered the SYN: the host is there, but nobody listens on that port, or the listener wants no more.",
    ),
    "CONNECTION_REFUSED": News(
        signals.CONNECTION_REFUSED.name,
        "A reset came before the handshake was done: the peer refuses the connection.",
    ),
    "USER_TIMEOUT": News(
        signals.USER_TIMEOUT.name,
        "What was sent stayed unacknowledged for longer than the user allowed: the user is told, and the connection ends.",
    ),
    "RETRANSMISSION_TIMEOUT": News(
        signals.RETRANSMISSION_TIMEOUT.name,
        "The limit R2 is reached: the user is told that the peer does not answer, and the connection ends.",
    ),
    "KEEP_ALIVE_TIMEOUT": News(
        signals.KEEP_ALIVE_TIMEOUT.name,
        "No keep-alive probe was answered: the user is told that the peer is gone, and the connection ends.",
    ),
    "SOFT_ERROR": News(
        signals.SOFT_ERROR.name,
        "The limit R1 is reached: something may be wrong on the way. IP is to look for another route; TCP goes on sending.",
    ),
    "SENDS_CLOSED": News(
        signals.SENDS_CLOSED.name,
        "The user closed before what it had queued could be sent: that data never leaves.",
    ),
    "SENDS_RESET": News(
        signals.SENDS_RESET.name,
        "The connection was aborted from this end: what was queued and not yet sent never leaves.",
    ),
    "URGENT_DATA": News(
        signals.URGENT_DATA.name,
        "The urgent pointer lies ahead of what has been read: the user is told to hurry up to there.",
    ),
    "SOURCE_QUENCH": News(
        signals.SOURCE_QUENCH.name,
        "A source quench once asked senders to slow down. TCP must ignore it: anybody can forge one.",
    ),
    "ICMP_OUT_OF_THE_BLUE": News(
        signals.ICMP_OUT_OF_THE_BLUE.name,
        "The message quotes a number that is not in flight: it is old or forged, and is ignored.",
    ),
    "SYN_COOKIE_SENT": News(
        signals.SYN_COOKIE_SENT.name,
        "The listener keeps nothing of this SYN: all it must know later is in the number of its SYN-ACK.",
    ),
    "SYN_COOKIE_CAME_BACK": News(
        signals.SYN_COOKIE_CAME_BACK.name,
        "The acknowledgment brought the cookie back: from it the connection is made that nobody had remembered.",
    ),
    "ICMP_ENDS": News(
        "connection aborted: {error}",
        "The network says that it did not deliver the segment ({error}): the user is told, and the connection ends.",
    ),
    "ICMP_NEWS": News(
        "kept in mind: {error}",
        "The network says that it did not deliver the segment ({error}): that may pass, so TCP keeps it in mind and goes on.",
    ),
}
