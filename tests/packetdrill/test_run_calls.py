"""The system calls of a script: what they return, what they wait for, and which errno they fail with where."""

import pytest
from running import CONNECTED, SOCKET, said

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP

NONBLOCKING = "+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n"
BOUND = f"""{SOCKET}
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0 bind(3, ..., ...) = 0
"""
LISTENING = f"{BOUND}+0 listen(3, 1) = 0\n"
ACCEPTED = f"""{LISTENING}
+0 < S 0:0(0) win 60000 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 60000
+0 accept(3, ..., ...) = 4
"""
CONNECTING = f"""{SOCKET}{NONBLOCKING}
+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0 > S 0:0(0) <...>
"""
REFUSED = f"{CONNECTING}+.1 < R. 0:0(0) ack 1 win 0\n"
RESET = f"{CONNECTED}+.1 < R 1:1(0) win 0\n"
BOTH = pytest.mark.parametrize("platform", ["linux", "freebsd"])


def passes(text: str, platform: str = "linux") -> None:
    assert said(text, platform) == "PASS"


# ---- making --------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    "call",
    ["close(9)", "listen(9, 1)", "bind(9, ..., ...)", "accept(9, ..., ...)", "connect(9, ..., ...)", "read(9, ..., 1)"],
)
def test_a_descriptor_that_is_not_open(call: str, platform: str) -> None:
    passes(f"{SOCKET}+0 {call} = -1 EBADF (Bad file descriptor)", platform)


def test_a_descriptor_is_closed_once() -> None:
    passes(f"{SOCKET}+0 close(3) = 0\n+0 close(3) = -1 EBADF (Bad file descriptor)")


@BOTH
def test_a_socket_that_does_not_wait_from_the_beginning(platform: str) -> None:
    passes("0 socket(..., SOCK_STREAM|SOCK_NONBLOCK, 0) = 3\n+0 connect(3, ..., ...) = -1 EINPROGRESS (…)\n", platform)


@pytest.mark.parametrize("kind", ["SOCK_DGRAM, IPPROTO_UDP", "SOCK_RAW, 255", "SOCK_STREAM, 132"])
def test_only_sockets_of_tcp_are_made(kind: str) -> None:
    assert said(f"0 socket(..., {kind}) = 3\n") == "UNSUPPORTED: a socket that is not TCP's"


def test_a_socket_that_should_not_have_been_made() -> None:
    assert said("0 socket(..., SOCK_STREAM, 0) = -1 EACCES (…)") == (
        "FAIL: socket() returned 3, and -1 EACCES was expected"
    )


def test_one_number_for_two_descriptors() -> None:
    assert said(f"{SOCKET}+0 socket(..., SOCK_STREAM, 0) = 3\n") == (
        "FAIL: descriptor 3 is open already: the script gives its number away twice"
    )


def test_what_is_accepted_may_bear_a_number_that_is_in_use_until_it_is_closed() -> None:
    one = """
+0 < S 0:0(0) win 60000 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 60000
+0 accept(3, ..., ...) = 4
"""
    text = f"""{SOCKET}+0 bind(3, ..., ...) = 0
+0 listen(3, 2) = 0
{one}+0 setsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0
+0 close(3) = 0
+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0 bind(3, ..., ...) = 0
+0 listen(3, 2) = 0
{one}+0 getsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [0], [4]) = 0
+0 close(4) = 0
+0 > F. 1:1(0) ack 1
+0 getsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [1], [4]) = 0
+0 close(4) = 0
+0 close(4) = -1 EBADF (Bad file descriptor)
"""
    assert said(text) == "PASS"


@BOTH
def test_a_socket_is_bound_once_and_a_port_by_one(platform: str) -> None:
    again = "+0 bind(3, ..., ...) = -1 EINVAL (Invalid argument)\n"
    other = "+0 socket(..., SOCK_STREAM, 0) = 4\n+0 bind(4, ..., ...) = -1 EADDRINUSE (Address in use)\n"
    reuse = "+0 setsockopt(4, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n+0 bind(4, ..., ...) = 0\n"
    passes(BOUND + again + other + reuse, platform)


def test_a_call_with_too_few_arguments_and_one_that_there_is_not() -> None:
    assert said(f"{SOCKET}+0 listen(3) = 0") == "FAIL: listen() takes 2 arguments, and the script gives it 1"
    assert said("0 epoll_create(1) = 3") == "UNSUPPORTED: epoll_create()"


# ---- connect -------------------------------------------------------------------------------------------------------


@BOTH
def test_a_connect_that_does_not_wait(platform: str) -> None:
    again = "+0 connect(3, ..., ...) = -1 EALREADY (Operation already in progress)\n"
    answer = "+.1 < S. 0:0(0) ack 1 win 60000 <mss 1000>\n+0 > . 1:1(0) ack 1\n"
    done = "+0 connect(3, ..., ...) = 0\n" * (platform == "linux")
    passes(f"{CONNECTING}{again}{answer}{done}+0 connect(3, ..., ...) = -1 EISCONN (…)\n", platform)


@BOTH
def test_a_connect_that_is_refused(platform: str) -> None:
    passes(f"{REFUSED}+0 connect(3, ..., ...) = -1 ECONNREFUSED (Connection refused)\n", platform)
    passes(f"{REFUSED}+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0\n", platform)


def test_after_a_refusal_the_socket_may_be_tried_again() -> None:
    passes(f"{REFUSED}+0 connect(3, ..., ...) = -1 ECONNREFUSED (…)\n+0 connect(3, ..., ...) = -1 EINPROGRESS (…)\n")


@BOTH
def test_a_connect_that_waits_for_a_refusal(platform: str) -> None:
    refusal = "+0 > S 0:0(0) <...>\n+.1 < R. 0:0(0) ack 1 win 0\n"
    passes(f"{SOCKET}+0...0.1 connect(3, ..., ...) = -1 ECONNREFUSED (…)\n{refusal}", platform)


def test_a_connect_that_times_out() -> None:
    """FreeBSD's keepinit: 75 s."""
    passes(f"{SOCKET}+0 connect(3, ..., ...) = -1 ETIMEDOUT (Operation timed out)\n", "freebsd")


@pytest.mark.parametrize(("platform", "errno"), [("linux", "EISCONN"), ("freebsd", "EOPNOTSUPP")])
def test_a_listening_socket_does_not_connect(platform: str, errno: str) -> None:
    passes(f"{LISTENING}+0 connect(3, ..., ...) = -1 {errno} (…)\n", platform)


def test_a_connect_from_a_port_that_was_bound_has_it() -> None:
    passes(f"{BOUND}{NONBLOCKING}+0 connect(3, ..., ...) = -1 EINPROGRESS (…)\n+0 > 8080 > 8080 S 0:0(0) <...>\n")


# ---- listen, accept ------------------------------------------------------------------------------------------------


@BOTH
def test_accept(platform: str) -> None:
    passes(f"{SOCKET}+0 accept(3, ..., ...) = -1 EINVAL (Invalid argument)\n", platform)
    passes(f"{LISTENING}{NONBLOCKING}+0 accept(3, ..., ...) = -1 EAGAIN (…)\n", platform)
    passes(f"{ACCEPTED}+0 read(4, ..., 0) = 0\n+0 listen(4, 1) = -1 EINVAL (Invalid argument)\n", platform)


@BOTH
def test_an_accepted_socket_waits_though_its_listener_does_not(platform: str) -> None:
    passes(f"{ACCEPTED}{NONBLOCKING}+0 fcntl(4, F_GETFL) = 2\n", platform)


def test_listening_twice_is_no_error() -> None:
    passes(f"{LISTENING}+0 listen(3, 5) = 0\n")


def test_who_closes_a_listener_resets_what_nobody_has_accepted() -> None:
    syn = "+0 < S 0:0(0) win 60000 <mss 1000>\n+0 > S. 0:0(0) ack 1 <...>\n+0 < . 1:1(0) ack 1 win 60000\n"
    passes(f"{LISTENING}{syn}+0 close(3) = 0\n+0 > R. 1:1(0) ack 1\n")


# ---- reading and writing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "never", "opening"), [("linux", "EPIPE", "EAGAIN"), ("freebsd", "ENOTCONN", "ENOTCONN")]
)
def test_writing_without_a_connection(platform: str, never: str, opening: str) -> None:
    passes(f"{SOCKET}+0 write(3, ..., 9) = -1 {never} (…)\n+0 read(3, ..., 9) = -1 ENOTCONN (…)\n", platform)
    passes(f"{CONNECTING}+0 send(3, ..., 9, 0) = -1 {opening} (…)\n+0 read(3, ..., 9) = -1 EAGAIN (…)\n", platform)


def test_a_write_that_waits_for_the_handshake() -> None:
    blocking = CONNECTING + "+0 fcntl(3, F_SETFL, O_RDWR) = 0\n"
    answer = "+.1 < S. 0:0(0) ack 1 win 60000 <mss 1000>\n+0 > . 1:1(0) ack 1\n"
    passes(f"{blocking}+0...0.1 write(3, ..., 9) = 9\n{answer}+0 > P. 1:10(9) ack 1\n")


@BOTH
def test_octets_come_and_go(platform: str) -> None:
    passes(
        f"""{CONNECTED}
+0 < P. 1:11(10) ack 1 win 60000
+0~+.1 > . 1:1(0) ack 11
+0 ioctl(3, FIONREAD, [10]) = 0
+0 recv(3, ..., 4, MSG_PEEK) = 4
+0 read(3, ..., 4) = 4
+0 recv(3, ..., 100, MSG_DONTWAIT) = 6
+0 recvfrom(3, ..., 100, MSG_DONTWAIT, ..., ...) = -1 EAGAIN (…)
+0 send(3, ..., 5, 0) = 5
+0 > P. 1:6(5) ack 11
+0 < . 11:11(0) ack 6 win 60000
+0 writev(3, [{{..., 2}}, {{..., 3}}], 2) = 5
+0 > P. 6:11(5) ack 11
""",
        platform,
    )


def test_messages() -> None:
    passes(
        f"""{CONNECTED}
+0 sendmsg(3, {{msg_name(...)=..., msg_iov(2)=[{{..., 2}}, {{..., 3}}], msg_flags=0}}, 0) = 5
+0 > P. 1:6(5) ack 1
+0 < P. 1:4(3) ack 6 win 60000
+0~+.1 > . 6:6(0) ack 4
+0 recvmsg(3, {{msg_name(...)=..., msg_iov(1)=[{{..., 9}}], msg_flags=0}}, 0) = 3
"""
    )
    assert said(f"{CONNECTED}+0 sendmsg(3, {{msg_iov(3)=[{{..., 2}}], msg_flags=0}}, 0) = 2\n") == (
        "FAIL: sendmsg(): its count says 3, and [{..., 2}] has 1"
    )


def test_more_may_follow() -> None:
    passes(
        f"""{CONNECTED}
+0 send(3, ..., 10, MSG_MORE) = 10
+.01 send(3, ..., 10, 0) = 10
+0 > P. 1:21(20) ack 1
"""
    )


def test_more_may_follow_until_something_is_acknowledged_but_a_cork_stays() -> None:
    passes(
        f"""{CONNECTED}
+0 setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 4) = 0
+0 write(3, ..., 10) = 10
+0 > P. 1:11(10) ack 1
+.01 send(3, ..., 10, MSG_MORE) = 10
+.01 < . 1:1(0) ack 11 win 60000
+0 > . 11:21(10) ack 1
+0 setsockopt(3, SOL_TCP, TCP_CORK, [1], 4) = 0
+.01 send(3, ..., 10, MSG_MORE) = 10
+.01 < . 1:1(0) ack 21 win 60000
+.01 setsockopt(3, SOL_TCP, TCP_CORK, [0], 4) = 0
+0 > P. 21:31(10) ack 1
"""
    )


def test_when_nothing_follows_it_leaves_after_the_rto() -> None:
    passes(
        f"""{CONNECTED}
+0 send(3, ..., 10, MSG_MORE) = 10
+.3 > P. 1:11(10) ack 1
"""
    )


def test_a_write_that_waits_for_room() -> None:
    passes(
        f"""{CONNECTED}
+0 setsockopt(3, SOL_SOCKET, SO_SNDBUF, [2000], 4) = 0
+0...0.1 write(3, ..., 3000) = 3000
+0 > . 1:1001(1000) ack 1
+0 > P. 1001:2001(1000) ack 1
+.1 < . 1:1(0) ack 2001 win 60000
+0 > P. 2001:3001(1000) ack 1
"""
    )


def test_of_a_write_that_does_not_wait_only_what_fits_is_taken() -> None:
    passes(
        f"""{CONNECTED}{NONBLOCKING}
+0 setsockopt(3, SOL_SOCKET, SO_SNDBUF, [2000], 4) = 0
+0 write(3, ..., 5000) = 2000
+0 write(3, ..., 5000) = -1 EAGAIN (…)
"""
    )


def test_waiting_for_all() -> None:
    passes(
        f"""{CONNECTED}
+0...0.2 recv(3, ..., 20, MSG_WAITALL) = 20
+.1 < P. 1:11(10) ack 1 win 60000
+0~+.1 > . 1:1(0) ack 11
 0.3 < P. 11:21(10) ack 1 win 60000
"""
    )


@BOTH
def test_a_buffer_that_does_not_exist(platform: str) -> None:
    there = "+0 < P. 1:11(10) ack 1 win 60000\n+0~+.1 > . 1:1(0) ack 11\n"
    passes(f"{CONNECTED}+0 write(3, NULL, 9) = -1 EFAULT (Bad address)\n", platform)
    passes(f"{CONNECTED}{there}+0 read(3, NULL, 9) = -1 EFAULT (Bad address)\n", platform)
    passes(f"{CONNECTED}{there}+0 read(3, NULL, 0) = 0\n", platform)
    passes(f"{CONNECTED}{there}+0 read(3, ..., 99999999999999999999) = 10\n", platform)


@BOTH
@pytest.mark.parametrize(
    "call",
    [
        *("write(3, ..., -1)", 'write(3, "abc", -1)', "writev(3, [{..., 9}, {..., -1}], 2)"),
        *("read(3, ..., -1)", "readv(3, [{..., 9}, {..., -1}], 2)", "recvmsg(3, {msg_iov(1)=[{..., -1}]}, 0)"),
    ],
)
def test_less_than_nothing(platform: str, call: str) -> None:
    passes(f"{CONNECTED}+0 {call} = -1 EINVAL (Invalid argument)\n", platform)


@BOTH
@pytest.mark.parametrize(
    ("call", "octets"),
    [("write", "..., 99999999999999999999"), ("send", '"a", 2147483647, 0'), ("writev", "[{..., 67108865}], 1")],
)
def test_more_than_there_is_room_for_anywhere(platform: str, call: str, octets: str) -> None:
    assert said(f"{CONNECTED}+0 {call}(3, {octets}) = 1\n", platform) == (
        f"UNSUPPORTED: {call}() of more than 67,108,864 octets"
    )


def test_how_many_pieces_there_are() -> None:
    assert said(f"{CONNECTED}+0 writev(3, [{{..., 2}}, {{..., 3}}], 1) = 5\n") == (
        "FAIL: writev(): its count says 1, and [{..., 2}, {..., 3}] has 2"
    )
    assert said(f"{CONNECTED}+0 poll([{{fd=3, events=POLLIN, revents=0}}], 2, 0) = 0\n") == (
        "FAIL: poll(): its count says 2, and [{fd=3, events=POLLIN, revents=0}] has 1"
    )


@BOTH
def test_after_a_reset_a_read_is_told_once(platform: str) -> None:
    passes(f"{RESET}+0 read(3, ..., 9) = -1 ECONNRESET (…)\n+0 read(3, ..., 9) = 0\n", platform)


def test_after_a_reset_a_write_is_told_in_linux_and_only_fails_in_freebsd() -> None:
    passes(f"{RESET}+0 write(3, ..., 9) = -1 ECONNRESET (…)\n+0 write(3, ..., 9) = -1 EPIPE (…)\n", "linux")
    passes(f"{RESET}+0 write(3, ..., 9) = -1 EPIPE (…)\n+0 read(3, ..., 9) = -1 ECONNRESET (…)\n", "freebsd")


@pytest.mark.parametrize("flag", ["MSG_ERRQUEUE", "MSG_FASTOPEN", "MSG_EOR"])
def test_what_is_not_done_is_named(flag: str) -> None:
    assert said(f"{CONNECTED}+0 recv(3, ..., 9, {flag}) = 9\n") == f"UNSUPPORTED: {flag}"


@BOTH
def test_no_urgent_data_are_handed_over_apart(platform: str) -> None:
    passes(f"{CONNECTED}+0 recv(3, ..., 9, MSG_OOB) = -1 EINVAL (…)\n", platform)


# ---- shutdown, close -----------------------------------------------------------------------------------------------


@BOTH
def test_shutdown(platform: str) -> None:
    passes(f"{SOCKET}+0 shutdown(3, SHUT_WR) = -1 ENOTCONN (…)\n", platform)
    passes(f"{CONNECTED}+0 shutdown(3, 7) = -1 EINVAL (…)\n", platform)
    passes(
        f"""{CONNECTED}
+0 shutdown(3, SHUT_WR) = 0
+0 > F. 1:1(0) ack 1
+0 shutdown(3, SHUT_WR) = 0
+0 write(3, ..., 9) = -1 EPIPE (…)
+0 < . 1:1(0) ack 2 win 60000
+0 < F. 1:1(0) ack 2 win 60000
+0 > . 2:2(0) ack 2
+0 read(3, ..., 9) = 0
""",
        platform,
    )


def test_after_shutdown_for_reading_linux_still_reads_and_freebsd_does_not() -> None:
    deaf = f"{CONNECTED}+0 shutdown(3, SHUT_RD) = 0\n+0 read(3, ..., 9) = 0\n"
    comes = "+0 < P. 1:11(10) ack 1 win 60000\n+0~+.1 > . 1:1(0) ack 11\n"
    passes(f"{deaf}{comes}+0 read(3, ..., 9) = 9\n", "linux")
    passes(f"{deaf}{comes}+0 read(3, ..., 9) = 0\n", "freebsd")


def test_shutdown_of_a_listener() -> None:
    passes(f"{LISTENING}+0 shutdown(3, SHUT_RD) = 0\n+0 accept(3, ..., ...) = -1 EINVAL (…)\n", "linux")
    passes(f"{LISTENING}+0 shutdown(3, SHUT_RD) = -1 ENOTCONN (…)\n", "freebsd")


@BOTH
def test_close(platform: str) -> None:
    passes(f"{CONNECTED}+0 close(3) = 0\n+0 > F. 1:1(0) ack 1\n", platform)
    passes(f"{CONNECTED}+0 shutdown(3, SHUT_WR) = 0\n+0 > F. 1:1(0) ack 1\n+0 close(3) = 0\n", platform)


@BOTH
def test_who_does_not_linger_aborts(platform: str) -> None:
    linger = "+0 setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0\n"
    passes(f"{CONNECTED}{linger}+0 close(3) = 0\n+0 > R. 1:1(0) ack 1 <...>\n", platform)


def test_who_lingers_waits_for_the_acknowledgment_of_the_fin() -> None:
    linger = "+0 setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}, 8) = 0\n"
    acknowledged = "+0 > F. 1:1(0) ack 1\n+.1 < . 1:1(0) ack 2 win 60000\n"
    passes(f"{CONNECTED}{linger}+0...0.1 close(3) = 0\n{acknowledged}")
    passes(f"{CONNECTED}{linger}+0...5 close(3) = 0\n+6 socket(..., SOCK_STREAM, 0) = 4\n")


# ---- questions -----------------------------------------------------------------------------------------------------


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
