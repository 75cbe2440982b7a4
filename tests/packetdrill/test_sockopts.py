"""Socket options: what is told, what is refused, and what the endpoint then does otherwise."""

import pytest
from running import CONNECTED, SOCKET, said

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP


def get(level: str, name: str, value: str) -> str:
    return f"+0 getsockopt(3, {level}, {name}, [{value}], [4]) = 0\n"


def put(level: str, name: str, value: str, result: str = "0", length: int = 4) -> str:
    return f"+0 setsockopt(3, {level}, {name}, {value}, {length}) = {result}\n"


@pytest.mark.parametrize(
    ("platform", "name", "given", "told"),
    [
        ("linux", "SO_REUSEADDR", "[1]", "1"),
        ("freebsd", "SO_REUSEADDR", "[1]", "4"),
        ("linux", "SO_KEEPALIVE", "[7]", "1"),
        ("linux", "SO_KEEPALIVE", "[0]", "0"),
        ("linux", "SO_ZEROCOPY", "[1]", "1"),
        ("linux", "SO_RCVBUF", "[10000]", "20000"),
        ("linux", "SO_SNDBUF", "[10000]", "20000"),
        ("linux", "SO_SNDBUF", "[99999999]", "425984"),
        ("linux", "SO_SNDBUF", "[1]", "2048"),
        ("freebsd", "SO_RCVBUF", "[10000]", "10000"),
        ("linux", "SO_LINGER", "{onoff=1, linger=5}", "{onoff=1, linger=5}"),
        ("linux", "SO_LINGER", "{onoff=0, linger=5}", "{onoff=0}"),
    ],
)
def test_an_option_of_the_socket_is_told_as_it_was_set(platform: str, name: str, given: str, told: str) -> None:
    length = 8 if name == "SO_LINGER" else 4
    setting = put("SOL_SOCKET", name, given, length=length)
    asking = f"+0 getsockopt(3, SOL_SOCKET, {name}, {told if told[0] == '{' else f'[{told}]'}, [{length}]) = 0\n"

    assert said(SOCKET + setting + asking, platform) == "PASS"


@pytest.mark.parametrize(
    ("platform", "name", "given", "told"),
    [
        ("linux", "TCP_NODELAY", 1, 1),
        ("freebsd", "TCP_NODELAY", 1, 4),
        ("linux", "TCP_CORK", 1, 1),
        ("freebsd", "TCP_NOPUSH", 1, 4096),
        ("freebsd", "TCP_NOOPT", 1, 8),
        ("freebsd", "TCP_NOOPT", 0, 0),
        ("linux", "TCP_MAXSEG", 1100, 1100),
        ("linux", "TCP_KEEPIDLE", 30, 30),
        ("linux", "TCP_KEEPINTVL", 31, 31),
        ("linux", "TCP_KEEPCNT", 4, 4),
        ("freebsd", "TCP_KEEPINIT", 20, 20),
        ("freebsd", "TCP_KEEPIDLE", 0, 7200),
        ("linux", "TCP_USER_TIMEOUT", 3000, 3000),
        ("linux", "TCP_USER_TIMEOUT", 0, 0),
        ("linux", "TCP_SYNCNT", 3, 3),
        ("linux", "TCP_LINGER2", 7, 7),
        ("linux", "TCP_LINGER2", 1000, 120),
        ("linux", "TCP_LINGER2", -5, -1),
        ("linux", "TCP_LINGER2", 0, 60),
        ("linux", "TCP_QUICKACK", 1, 0),
    ],
)
def test_an_option_of_tcp_is_told_as_it_was_set(platform: str, name: str, given: int, told: int) -> None:
    text = SOCKET + put("IPPROTO_TCP", name, f"[{given}]") + get("SOL_TCP", name, str(told))

    assert said(text, platform) == "PASS"


@pytest.mark.parametrize(
    ("name", "told"),
    [("SO_TYPE", "SOCK_STREAM"), ("SO_PROTOCOL", "IPPROTO_TCP"), ("SO_DOMAIN", "AF_INET"), ("SO_ACCEPTCONN", "0")],
)
def test_what_a_socket_is_can_be_asked_and_not_set(name: str, told: str) -> None:
    refused = put("SOL_SOCKET", name, "[1]", "-1 ENOPROTOOPT (Protocol not available)")

    assert said(SOCKET + get("SOL_SOCKET", name, told) + refused) == "PASS"


@pytest.mark.parametrize(
    ("platform", "level", "name", "value", "length", "errno"),
    [
        ("linux", "IPPROTO_TCP", "TCP_MAXSEG", "[40]", 4, "EINVAL"),
        ("linux", "IPPROTO_TCP", "TCP_MAXSEG", "[40000]", 4, "EINVAL"),
        ("linux", "IPPROTO_TCP", "TCP_KEEPIDLE", "[0]", 4, "EINVAL"),
        ("linux", "IPPROTO_TCP", "TCP_KEEPCNT", "[128]", 4, "EINVAL"),
        ("freebsd", "IPPROTO_TCP", "TCP_KEEPIDLE", "[4294968]", 4, "EINVAL"),
        ("linux", "IPPROTO_TCP", "TCP_SYNCNT", "[0]", 4, "EINVAL"),
        ("linux", "IPPROTO_TCP", "TCP_USER_TIMEOUT", "[-1]", 4, "EINVAL"),
        ("linux", "IPPROTO_TCP", "TCP_NODELAY", "[1]", 3, "EINVAL"),
        ("linux", "IPPROTO_TCP", "TCP_NODELAY", "NULL", 4, "EFAULT"),
        ("linux", "IPPROTO_TCP", "TCP_INFO", "[1]", 4, "ENOPROTOOPT"),
        ("linux", "SOL_SOCKET", "SO_LINGER", "{onoff=1, linger=1}", 4, "EINVAL"),
        ("freebsd", "SOL_SOCKET", "SO_RCVBUF", "[0]", 4, "EINVAL"),
        ("freebsd", "SOL_SOCKET", "SO_SNDBUF", "[9999999]", 4, "ENOBUFS"),
    ],
)
def test_what_an_option_cannot_be_is_refused(
    platform: str, level: str, name: str, value: str, length: int, errno: str
) -> None:
    assert said(SOCKET + put(level, name, value, f"-1 {errno} (refused)", length), platform) == "PASS"


@pytest.mark.parametrize(
    ("platform", "level", "name", "construct"),
    [
        ("linux", "IPPROTO_TCP", "TCP_DEFER_ACCEPT", "the socket option TCP_DEFER_ACCEPT"),
        ("freebsd", "IPPROTO_TCP", "TCP_CORK", "the socket option IPPROTO_TCP, TCP_CORK"),
        ("linux", "SOL_SOCKET", "TCP_NODELAY", "the socket option SOL_SOCKET, TCP_NODELAY"),
        ("linux", "IPPROTO_IP", "IP_TOS", "the socket option IP_TOS"),
    ],
)
def test_an_option_that_is_not_there_is_named(platform: str, level: str, name: str, construct: str) -> None:
    assert said(SOCKET + put(level, name, "[1]"), platform) == f"UNSUPPORTED: {construct}"
    assert said(SOCKET + get(level, name, "1"), platform) == f"UNSUPPORTED: {construct}"


def test_a_value_that_is_left_open_cannot_be_set() -> None:
    text = SOCKET + put("IPPROTO_TCP", "TCP_NODELAY", "...")

    assert said(text) == "UNSUPPORTED: TCP_NODELAY set to a value that the script leaves open"


@pytest.mark.parametrize("platform", ["linux", "freebsd"])
def test_why_a_connection_ended_is_told_once(platform: str) -> None:
    reset = "+.1 < R. 1:1(0) ack 1 win 0\n"
    asked_twice = get("SOL_SOCKET", "SO_ERROR", "ECONNRESET") + get("SOL_SOCKET", "SO_ERROR", "0")

    assert said(CONNECTED + get("SOL_SOCKET", "SO_ERROR", "0") + reset + asked_twice, platform) == "PASS"


def test_a_socket_without_a_connection_has_no_error_and_is_closed() -> None:
    asked = get("SOL_SOCKET", "SO_ERROR", "0") + "+0 getsockopt(3, SOL_TCP, TCP_INFO, {tcpi_state=7}, [4]) = 0\n"

    assert said(SOCKET + asked) == "PASS"


def test_where_the_socket_is_dropped_with_its_connection_tcp_has_no_options_any_more() -> None:
    ended = CONNECTED + "+.1 < R. 1:1(0) ack 1 win 0\n"

    assert said(ended + get("IPPROTO_TCP", "TCP_NODELAY", "0"), "linux") == "PASS"
    refused = "+0 getsockopt(3, IPPROTO_TCP, TCP_NODELAY, [0], [4]) = -1 ECONNRESET (Connection reset by peer)\n"
    assert said(ended + refused, "freebsd") == "PASS"


def test_the_receive_buffer_of_freebsd_is_whole_segments_once_there_is_a_connection() -> None:
    assert said(SOCKET + get("SOL_SOCKET", "SO_RCVBUF", "65536"), "freebsd") == "PASS"
    assert said(CONNECTED + get("SOL_SOCKET", "SO_RCVBUF", "66000"), "freebsd") == "PASS"


def test_a_smaller_segment_is_offered_and_sent() -> None:
    text = f"""{SOCKET}
        +0 setsockopt(3, SOL_TCP, TCP_MAXSEG, [600], 4) = 0
        +0...0.1 connect(3, ..., ...) = 0
        +0 > S 0:0(0) <mss 600,sackOK,TS val 100 ecr 0,nop,wscale 10>
        +.1 < S. 0:0(0) ack 1 win 60000 <mss 1000>
        +0 > . 1:1(0) ack 1
        +0 getsockopt(3, SOL_TCP, TCP_MAXSEG, [600], [4]) = 0
        +0 write(3, ..., 1200) = 1200
        +0 > . 1:601(600) ack 1
        +0 > P. 601:1201(600) ack 1
        """

    assert said("--strict_segments\n" + text) == "PASS"


def test_what_nagle_holds_back_leaves_with_nodelay() -> None:
    text = f"""{CONNECTED}
        +0 write(3, ..., 100) = 100
        +0 > P. 1:101(100) ack 1
        +.01 write(3, ..., 100) = 100
        +.01 setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 4) = 0
        +0 > P. 101:201(100) ack 1
        +.01 write(3, ..., 100) = 100
        +0 > P. 201:301(100) ack 1
        """

    assert said(text) == "PASS"


@pytest.mark.parametrize(("last", "offered"), [(1, ""), (0, "<mss 1460,nop,wscale 6,sackOK,TS val 1 ecr 0>")])
def test_a_socket_may_ask_to_offer_nothing_at_all(last: int, offered: str) -> None:
    text = f"""{SOCKET}
        +0 setsockopt(3, IPPROTO_TCP, TCP_NOOPT, [1], 4) = 0
        +0 setsockopt(3, IPPROTO_TCP, TCP_NOOPT, [{last}], 4) = 0
        +0...0.1 connect(3, ..., ...) = 0
        +0 > S 0:0(0) {offered}
        +.1 < S. 0:0(0) ack 1 win 60000
        +0 > . 1:1(0) ack 1
        """

    assert said(text, "freebsd") == "PASS"


@pytest.mark.parametrize(("platform", "option"), [("linux", "TCP_CORK"), ("freebsd", "TCP_NOPUSH")])
def test_a_cork_holds_back_what_fills_no_segment(platform: str, option: str) -> None:
    text = f"""{CONNECTED}
        +0 setsockopt(3, IPPROTO_TCP, {option}, [1], 4) = 0
        +0 write(3, ..., 100) = 100
        +.1 write(3, ..., 100) = 100
        +0 setsockopt(3, IPPROTO_TCP, {option}, [0], 4) = 0
        +0 > P. 1:201(200) ack 1
        """

    assert said(text, platform) == "PASS"


def test_keep_alive_begins_when_it_is_turned_on_and_ends_when_it_is_turned_off() -> None:
    text = f"""{CONNECTED}
        +0 setsockopt(3, SOL_TCP, TCP_KEEPIDLE, [10], 4) = 0
        +0 setsockopt(3, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0
        +10 > . 0:0(0) ack 1
        +0 < . 1:1(0) ack 1 win 60000
        +4 setsockopt(3, SOL_TCP, TCP_KEEPIDLE, [6], 4) = 0
        +2 > . 0:0(0) ack 1
        +0 < . 1:1(0) ack 1 win 60000
        +0 setsockopt(3, SOL_SOCKET, SO_KEEPALIVE, [0], 4) = 0
        +20 write(3, ..., 10) = 10
        +0 > P. 1:11(10) ack 1
        """

    assert said(text) == "PASS"


def test_the_user_timeout_counts_from_what_was_sent_first() -> None:
    text = f"""{CONNECTED}
        +0 write(3, ..., 10) = 10
        +0 > P. 1:11(10) ack 1
        +0.1 setsockopt(3, SOL_TCP, TCP_USER_TIMEOUT, [1000], 4) = 0
        +0.8 getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0
        +0.2 getsockopt(3, SOL_SOCKET, SO_ERROR, [ETIMEDOUT], [4]) = 0
        """

    assert said(text) == "PASS"


def test_quick_acknowledgments_can_be_had_and_given_up() -> None:
    text = f"""{CONNECTED}
        +0 setsockopt(3, SOL_TCP, TCP_QUICKACK, [0], 4) = 0
        +0 < P. 1:11(10) ack 1 win 60000
        +.01 setsockopt(3, SOL_TCP, TCP_QUICKACK, [1], 4) = 0
        +0 > . 1:1(0) ack 11
        +0 < P. 11:21(10) ack 1 win 60000
        +0 > . 1:1(0) ack 21
        """

    assert said(text) == "PASS"
