"""The system calls that ask about sockets: flags, what waits to be sent or read, poll."""

import pytest
from running import BOTH, CONNECTED, CONNECTING, LISTENING, NONBLOCKING, RESET, SOCKET, passes, said

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP


@pytest.mark.parametrize(("platform", "nonblocking"), [("linux", 0o4002), ("freebsd", 6)])
def test_the_flags_of_a_descriptor(platform: str, nonblocking: int) -> None:
    passes(f"{SOCKET}+0 fcntl(3, F_GETFL) = 0x02 (flags O_RDWR)\n", platform)
    passes(f"{SOCKET}{NONBLOCKING}+0 fcntl(3, F_GETFL) = {nonblocking}\n", platform)
    passes(f"{SOCKET}+0 ioctl(3, FIONBIO, [1]) = 0\n+0 fcntl(3, F_GETFL) = O_RDWR|O_NONBLOCK\n", platform)
    passes(f"{SOCKET}+0 fcntl(3, F_SETFD, FD_CLOEXEC) = 0\n", platform)
    assert said(f"{SOCKET}+0 fcntl(3, 1234) = 0\n", platform) == "UNSUPPORTED: fcntl(…, 1234)"
    assert said(f"{SOCKET}+0 fcntl(3) = 0\n", platform) == (
        "FAIL: fcntl() takes 2 or 3 arguments, and the script gives it 1"
    )


def test_what_waits_to_be_sent() -> None:
    passes(
        f"""{CONNECTED}
+0 ioctl(3, SIOCOUTQ, [0]) = 0
+0 write(3, ..., 500) = 500
+0 send(3, ..., 100, 0) = 100
+0 ioctl(3, SIOCOUTQ, [600]) = 0
+0 ioctl(3, SIOCOUTQNSD, [100]) = 0
"""
    )
    passes(f"{LISTENING}+0 ioctl(3, SIOCINQ, [0]) = -1 EINVAL (…)\n")
    assert said(f"{SOCKET}+0 ioctl(3, SIOCGIFADDR, [0]) = 0\n") == "UNSUPPORTED: ioctl(…, SIOCGIFADDR)"
    assert said(f"{CONNECTED}+0 ioctl(3, SIOCINQ, [7]) = 0\n") == "FAIL: ioctl() finds SIOCINQ 0, and 7 was expected"


POLL = "poll([{{fd={fd}, events=POLLIN|POLLOUT, revents={found}}}], 1, {wait}) = {ready}\n"


@BOTH
def test_poll(platform: str) -> None:
    writable = POLL.format(fd=3, found="POLLOUT", wait=0, ready=1)
    both = POLL.format(fd=3, found="POLLIN|POLLOUT", wait=0, ready=1)
    nothing = POLL.format(fd=3, found=0, wait=0, ready=0)
    comes = "+0 < P. 1:11(10) ack 1 win 60000\n+0~+.1 > . 1:1(0) ack 11\n"
    passes(f"{CONNECTING}+0 {nothing}", platform)
    passes(f"{CONNECTED}+0 {writable}{comes}+0 {both}", platform)
    passes(f"{CONNECTED}+0 {POLL.format(fd=8, found='POLLNVAL', wait=0, ready=1)}", platform)
    passes(f"{RESET}+0 {POLL.format(fd=3, found='POLLIN|POLLOUT|POLLERR|POLLHUP', wait=0, ready=1)}", platform)
    passes(f"{LISTENING}+0 {nothing}", platform)


def test_poll_waits_as_long_as_it_was_told() -> None:
    silent = "poll([{fd=3, events=POLLIN, revents=0}], 1, 500) = 0\n"
    passes(f"{CONNECTED}+0...0.5 {silent}+1 close(3) = 0\n")
    comes = "poll([{fd=3, events=POLLIN, revents=POLLIN}], 1, -1) = 1\n"
    passes(f"{CONNECTED}+0...0.2 {comes}+.2 < P. 1:11(10) ack 1 win 60000\n")


def test_what_poll_finds_is_told() -> None:
    assert said(f"{CONNECTED}+0 {POLL.format(fd=3, found=0, wait=0, ready=0)}") == (
        "FAIL: poll() finds revents=POLLOUT in {fd=3, events=POLLIN|POLLOUT, revents=0}"
    )


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("poll(3, 1, 0) = 0", "FAIL: poll(): its first argument is as in [{fd=4, events=POLLIN, revents=0}]"),
        ("poll([{fd=3, events=POLLIN, revents=POLLOUT|POLLHUP}], 1, 0) = 1", "FAIL: poll() finds revents=POLLHUP in "),
        ("poll([{fd=3, events=POLLIN|POLLOUT, revents=POLLOUT|POLLHUP}], 1, 0) = 1", "PASS"),
        ("poll([{fd=9, events=POLLIN, revents=POLLNVAL}], 1, 0) = 1", "PASS"),
        ("ioctl(3, SIOCINQ, [0]) = 0", "PASS"),
        ("ioctl(3, SIOCINQ, [...]) = 0", "PASS"),
        ("ioctl(3, SIOCINQ, [1]) = 0", "FAIL: ioctl() finds SIOCINQ 0, and 1 was expected"),
        ("ioctl(3, SIOCINQ, 0) = 0", "FAIL: ioctl(): 0 is not one value in brackets"),
        ("ioctl(3, SIOCGIFCONF, [0]) = 0", "UNSUPPORTED: ioctl(…, SIOCGIFCONF)"),
        ("getsockopt(3, 6, 1, [1], [4]) = 0", "UNSUPPORTED: the socket option 6, 1"),
        (
            "getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1}, [8]) = 0",
            "FAIL: getsockopt() finds onoff=0, and onoff=1 was expected",
        ),
        (
            "getsockopt(3, SOL_SOCKET, SO_LINGER, [1], [8]) = 0",
            "FAIL: getsockopt(): SO_LINGER is a struct, and 1 is not",
        ),
        ("getsockopt(3, SOL_SOCKET, SO_LINGER, {on=1}, [8]) = 0", "UNSUPPORTED: on=1 of SO_LINGER"),
        ("getsockopt(3, SOL_TCP, TCP_INFO, {tcpi_sacked=0}, ...) = 0", "UNSUPPORTED: tcpi_sacked=0 of TCP_INFO"),
    ],
)
def test_a_question_about_a_socket_without_a_connection(call: str, why: str) -> None:
    assert said(f"{SOCKET}+0 {call}\n").startswith(why)


def test_a_listener_has_nothing_to_read() -> None:
    passes(f"{LISTENING}+0 ioctl(3, SIOCINQ, [0]) = -1 EINVAL (…)\n")


def test_who_has_no_room_may_not_write() -> None:
    full = f"{CONNECTED}{NONBLOCKING}+0 write(3, ..., 33000) = 33000\n"
    passes(f"{full}+0 poll([{{fd=3, events=POLLOUT, revents=0}}], 1, 0) = 0\n", "freebsd")
