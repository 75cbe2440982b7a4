"""Why TCP refuses a segment: one row for each reason. The steps of SEGMENT ARRIVES name them."""

from tcpsim.tcp.effects import Drop

NO_CONNECTION = Drop("no connection", "Nobody is there: a reset says so.", "3.10.7.1", answered=True)
RST_TO_NOBODY = Drop("no connection", "Nobody is there, and a reset is never answered with a reset.", "3.10.7.1")
NOT_OF_ONE_HOST = Drop(
    "no one host's address", "It is from, or to, an address that many hosts have, or none.", "3.9.2.3"
)
QUIET_TIME = Drop(
    "quiet time",
    "This host has restarted, and chooses no number that an old segment of an earlier connection might bear.",
    "3.4.3",
)
RST_IN_LISTEN = Drop("RST in LISTEN", "A listener has nothing that could be reset.", "3.10.7.2")
ACK_IN_LISTEN = Drop(
    "ACK in LISTEN", "A listener has sent nothing that could be acknowledged.", "3.10.7.2", answered=True
)
SYN_ACK_IN_LISTEN = Drop(
    "SYN-ACK in LISTEN", "A listener has sent no SYN; this stack says nothing to who answers one.", "3.10.7.2"
)
NO_SYN_IN_LISTEN = Drop("no SYN", "A listener needs a SYN; this is not even an acknowledgment.", "3.10.7.2")
SYN_FIN_IN_LISTEN = Drop(
    "SYN with FIN",
    "A SYN that already carries a FIN opens nothing anyone could use; this stack ignores it.",
    "3.10.7.2",
)
SYN_FIN = Drop("SYN with FIN", "A SYN that already carries a FIN; this stack ignores it everywhere.", "3.10.7.3")
SYN_QUEUE_FULL = Drop("SYN queue full", "The listener has as many half-open connections as it may.", "3.10.7.2")
ACCEPT_QUEUE_FULL = Drop(
    "accept queue full", "No room for another connection until the application accepts one.", "3.10.7.2"
)
UNACCEPTABLE_ACK_IN_SYN_SENT = Drop(
    "ACK not of our SYN", "It acknowledges something this connection never sent.", "3.10.7.3", answered=True
)
RST_WITH_BAD_ACK = Drop("RST not for our SYN", "The reset does not acknowledge our SYN.", "3.10.7.3")
RST_WITHOUT_ACK = Drop("RST without ACK", "In SYN-SENT only a reset that acknowledges our SYN is believed.", "3.10.7.3")
IN_TIME_WAIT = Drop(
    "in TIME-WAIT", "Both have said all they had to say: whatever it is, it came too late.", "3.10.7.4", answered=True
)
NO_SYN_IN_SYN_SENT = Drop("no SYN", "Neither SYN nor RST: in SYN-SENT there is nothing to do with it.", "3.10.7.3")
OUTSIDE_WINDOW = Drop("outside the window", "None of its numbers lie in the receive window.", "3.10.7.4", answered=True)
ALREADY_RECEIVED = Drop(
    "already received",
    "All of it has been taken in before; it is acknowledged again, in case the acknowledgment was lost.",
    "3.10.7.4",
    answered=True,
)
RST_OUTSIDE_WINDOW = Drop(
    "RST outside the window", "A reset whose number lies outside the window is a forgery or old.", "3.10.7.4"
)
RST_NOT_EXACT = Drop(
    "RST not exact",
    "In the window but not the next number: ask the peer with a challenge ACK.",
    "3.10.7.4",
    answered=True,
)
RST_IN_TIME_WAIT = Drop("RST in TIME-WAIT", "A reset may not cut TIME-WAIT short (RFC 1337, fix F1).", "1337 §3")
SYN_ON_CONNECTION = Drop(
    "SYN on a connection",
    "A SYN on a running connection: ask the peer with a challenge ACK.",
    "3.10.7.4",
    answered=True,
)
SYN_IN_TIME_WAIT = Drop(
    "SYN in TIME-WAIT",
    "A SYN that may be an old one does not reopen the connection; this stack drops it in silence.",
    "6191 §2",
)
SYN_RESETS_CONNECTION = Drop("SYN in the window", "A SYN in the window is an error.", "3.10.7.4", answered=True)
ALREADY_ANSWERED = Drop(
    "a SYN was answered", "Another SYN has been answered; this stack answers that one again.", "3.10.7.4", answered=True
)
NO_ACK_BIT = Drop("no ACK bit", "Once synchronized, every segment carries an acknowledgment.", "3.10.7.4")
ACK_NOT_OF_SYN = Drop(
    "ACK not of our SYN", "It does not acknowledge our SYN: a reset refuses it.", "3.10.7.4", answered=True
)
ACK_OF_FUTURE = Drop("ACK of the future", "It acknowledges something not yet sent.", "3.10.7.4", answered=True)
ACK_TOO_OLD = Drop(
    "ACK too old",
    "Its acknowledgment lies further back than the largest window there ever was (RFC 5961 §5).",
    "3.10.7.4",
    answered=True,
)
TIMESTAMP_TOO_OLD = Drop(
    "old timestamp", "Its timestamp is older than the last one seen (PAWS).", "7323 §5.3", answered=True
)
NO_TIMESTAMP = Drop("no timestamp", "Timestamps were agreed on, and it carries none.", "7323 §3.2")
DATA_AFTER_CLOSE = Drop("nobody reads", "The user closed for good; nobody will read this data.", "3.6.1", answered=True)
TEXT_AFTER_FIN = Drop("data after FIN", "The peer had said that it would send no more.", "3.10.7.4")
TEXT_AFTER_RESET = Drop(
    "data after our RST", "This end has reset the connection, and waits for it to be forgotten.", "3.5.2"
)
