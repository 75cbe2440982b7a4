"""The system calls that make, open and close sockets: what they return, wait for, and which errno they fail with."""

import pytest
from running import ACCEPTED, BOTH, BOUND, CONNECTED, CONNECTING, LISTENING, NONBLOCKING, REFUSED, SOCKET, passes, said

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP


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


@BOTH
def test_a_pair_that_is_in_use_is_not_used_again(platform: str) -> None:
    bound = CONNECTED.replace("+0...0.1 connect", "+0 bind(3, ..., ...) = 0\n+0...0.1 connect")
    other = SOCKET.replace("= 3", "= 4") + "+0 setsockopt(4, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n"
    other += "+0 bind(4, ..., ...) = 0\n+0 connect(4, ..., ...) = -1 EADDRNOTAVAIL (…)\n"
    passes(bound + other.replace("0 socket", "+0 socket"), platform)


def test_a_connect_that_comes_to_wait() -> None:
    waits = "+0 fcntl(3, F_SETFL, O_RDWR) = 0\n+0...0.1 connect(3, ..., ...) = 0\n"
    passes(f"{CONNECTING}{waits}+.1 < S. 0:0(0) ack 1 win 60000 <mss 1000>\n+0 > . 1:1(0) ack 1\n")


def test_an_address_of_another_family() -> None:
    assert said(f"{SOCKET}+0 connect(3, {{sa_family=AF_UNSPEC}}, ...) = 0\n") == (
        "UNSUPPORTED: connect() to an address of another family"
    )


# ---- listen, accept ------------------------------------------------------------------------------------------------


@BOTH
def test_accept(platform: str) -> None:
    passes(f"{SOCKET}+0 accept(3, ..., ...) = -1 EINVAL (Invalid argument)\n", platform)
    passes(f"{LISTENING}{NONBLOCKING}+0 accept(3, ..., ...) = -1 EAGAIN (…)\n", platform)
    passes(f"{ACCEPTED}+0 read(4, ..., 0) = 0\n+0 listen(4, 1) = -1 EINVAL (Invalid argument)\n", platform)


@BOTH
def test_an_accepted_socket_waits_though_its_listener_does_not(platform: str) -> None:
    passes(f"{ACCEPTED}{NONBLOCKING}+0 fcntl(4, F_GETFL) = 2\n", platform)


def test_who_listens_without_a_port_is_given_one() -> None:
    passes(f"{SOCKET}+0 listen(3, 1) = 0\n+0 `ss -tln | grep LISTEN`\n")


def test_what_is_accepted_has_the_options_of_its_listener_also_those_that_were_set_late() -> None:
    late = f"{LISTENING}+0 setsockopt(3, IPPROTO_TCP, TCP_MAXSEG, [500], 4) = 0\n"
    passes(f"{late}+0 < S 0:0(0) win 60000 <mss 1000>\n+0 > S. 0:0(0) ack 1 <mss 500>\n")


def test_listening_twice_is_no_error() -> None:
    passes(f"{LISTENING}+0 listen(3, 5) = 0\n")


@BOTH
def test_one_listens_on_a_port(platform: str) -> None:
    other = SOCKET.replace("0 socket", "+0 socket").replace("= 3", "= 4")
    other += "+0 setsockopt(4, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n+0 bind(4, ..., ...) = 0\n"
    passes(f"{LISTENING}{other}+0 listen(4, 1) = -1 EADDRINUSE (…)\n", platform)


def test_an_accept_that_waits_ends_with_the_listener() -> None:
    """In Linux, whose shutdown ends listening; it is made after a second of patience with the one that waits."""
    waits = f"{LISTENING}+0...1.5 accept(3, ..., ...) = -1 EINVAL (…)\n"
    passes(f"{waits}+.5 shutdown(3, SHUT_WR) = 0\n+0 shutdown(3, SHUT_RD) = 0\n".replace("+0...1.5", "+0...2.5"))


def test_what_was_reset_before_it_was_accepted_is_passed_over() -> None:
    """As in every scenario: the next one is accepted."""
    comes = "+0 < {0} > 8080 S 0:0(0) win 60000\n+0 > 8080 > {0} S. 0:0(0) ack 1 <...>\n"
    comes += "+0 < {0} > 8080 . 1:1(0) ack 1 win 60000\n"
    first, second = comes.format(40000), comes.format(40001)
    listening = LISTENING.replace("listen(3, 1)", "listen(3, 5)")
    text = f"{listening}{first}{second}+0 < 40000 > 8080 R. 1:1(0) ack 1 win 0\n+0 accept(3, ..., ...) = 4\n"
    passes(f"{text}+0 write(4, ..., 9) = 9\n+0 > 8080 > 40001 P. 1:10(9) ack 1\n")


def test_who_closes_a_listener_resets_what_nobody_has_accepted() -> None:
    syn = "+0 < S 0:0(0) win 60000 <mss 1000>\n+0 > S. 0:0(0) ack 1 <...>\n+0 < . 1:1(0) ack 1 win 60000\n"
    passes(f"{LISTENING}{syn}+0 close(3) = 0\n+0 > R. 1:1(0) ack 1\n")


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
