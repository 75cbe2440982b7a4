"""The system calls that read and write: what they return, what they wait for, and which errno they fail with where."""

import pytest
from running import BOTH, CONNECTED, CONNECTING, NONBLOCKING, RESET, SOCKET, passes, said

from tcpsim.packetdrill import parse
from tcpsim.packetdrill.platforms import LINUX
from tcpsim.packetdrill.report import Verdict
from tcpsim.packetdrill.runner import run
from tcpsim.tcp.profiles import PROFILES

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP


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


def test_a_write_that_was_interrupted_tells_how_much_was_taken() -> None:
    waits = f"{CONNECTED}+0...0.1 write(3, ..., 500000) = {{}}\n"
    reset = "+.1 < R. 1:1(0) ack 1 win 0\n"
    came = said(waits.format(1) + reset)
    taken = int(came.removeprefix("FAIL: write() returned ").partition(",")[0])
    assert 0 < taken < 500_000
    passes(f"{waits.format(taken)}{reset}+0 write(3, ..., 9) = -1 ECONNRESET (…)\n")
    full = f"{CONNECTED}{NONBLOCKING}+0 write(3, ..., 500000) = {taken}\n+0 fcntl(3, F_SETFL, O_RDWR) = 0\n"
    passes(f"{full}+0...0.1 write(3, ..., 9) = -1 ECONNRESET (…)\n{reset}")


def test_waiting_for_all_ends_with_the_stream_or_with_patience() -> None:
    half = f"{CONNECTED}+0...0.1 recv(3, ..., 20, MSG_WAITALL) = 10\n+.1 < FP. 1:11(10) ack 1 win 60000\n"
    passes(f"{half}+0 read(3, ..., 9) = 0\n")
    there = "+0 < P. 1:11(10) ack 1 win 60000\n+0~+.1 > . 1:1(0) ack 11\n"
    passes(f"{CONNECTED}{there}+0 recv(3, ..., 20, MSG_WAITALL|MSG_DONTWAIT) = 10\n")


def test_octets_are_not_handed_over_after_both_have_closed_where_the_profile_says_so() -> None:
    """RFC 9293 §3.10.3: "connection closing"; every stack hands them over."""
    text = (
        f"{CONNECTED}+0 shutdown(3, SHUT_WR) = 0\n+0 > F. 1:1(0) ack 1\n"
        "+0 < FP. 1:11(10) ack 2 win 60000\n+0 > . 2:2(0) ack 12\n+0 read(3, ..., 9) = -1 ENOTCONN (…)\n"
    )
    profile = PROFILES["linux"].with_changes(receive_after_fin="refuse")
    assert run(parse(text, "test.pkt"), profile, LINUX).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("write(3, 5, 9) = 9", "FAIL: write(): 5 is no buffer; it would be ... or a string"),
        ("write(3, NULL, 0) = 0", "PASS"),
        ("writev(3, ..., 1) = 9", "FAIL: writev(): ... is no array of buffers; it would be [{..., 10}]"),
        ("sendmsg(3, {msg_flags=0}, 0) = 0", "PASS"),
        ("recvmsg(3, {msg_iov(1)=[{..., 9}], msg_control=[]}, 0) = 0", "UNSUPPORTED: recvmsg() with msg_control"),
        (
            "recvmsg(3, {msg_iov(1)=[{..., 0}], msg_flags=2}, 0) = 0",
            "FAIL: recvmsg() sets no msg_flags, and 0x2 were expected",
        ),
        ("sendmsg(3, ..., 0) = 0", "FAIL: sendmsg(): its second argument is a message, as in {msg_iov(1)=[{..., 10}]}"),
    ],
)  # fmt: skip
def test_arguments_of_another_kind(call: str, why: str) -> None:
    assert said(f"{CONNECTED}+0 {call}\n") == why
