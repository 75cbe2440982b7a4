"""The pair of sockets that names a connection."""

from typing import NamedTuple


class SocketPair(NamedTuple):
    """A connection's name, seen from one end (RFC 9293 §3.3.1). A listener's remote is ("", 0)."""

    local: str
    lport: int
    remote: str
    rport: int

    @property
    def reverse(self) -> "SocketPair":
        """The same connection, seen from the other end."""
        local, lport, remote, rport = self
        return SocketPair(remote, rport, local, lport)
