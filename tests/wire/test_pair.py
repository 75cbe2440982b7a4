"""The pair of sockets that names a connection."""

from tcpsim.wire import SocketPair


def test_the_same_connection_from_the_other_end() -> None:
    client = SocketPair("192.0.2.1", 40_000, "192.0.2.2", 80)
    assert client.reverse == SocketPair("192.0.2.2", 80, "192.0.2.1", 40_000)
    assert client.reverse.reverse == client
