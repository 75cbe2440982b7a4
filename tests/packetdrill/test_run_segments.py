"""What a script expects to be sent, and what is sent: relative numbers, options, which connection, and what is said."""

import pytest
from running import CONNECTED, SOCKET, outcome, said

from tcpsim.packetdrill import parse
from tcpsim.packetdrill.matching import Care
from tcpsim.packetdrill.platforms import FREEBSD as BSD_SOCKETS
from tcpsim.packetdrill.platforms import LINUX as LINUX_SOCKETS
from tcpsim.packetdrill.report import Verdict, in_full, line_of, summary
from tcpsim.packetdrill.runner import run
from tcpsim.tcp.profiles import FREEBSD, RFC9293
from tcpsim.wire.options import Sack

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP

CONNECTING = f"""{SOCKET}
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (…)
"""
LISTENING = f"{SOCKET}+0 bind(3, ..., ...) = 0\n+0 listen(3, 5) = 0\n"


def passes(text: str, platform: str = "linux") -> None:
    assert said(text, platform) == "PASS"


# ---- numbers -------------------------------------------------------------------------------------------------------


def test_numbers_are_relative_whatever_the_stack_has_chosen() -> None:
    passes(
        f"""{CONNECTING}
+0 > S 100:100(0) <...>
+.1 < S. 5000:5000(0) ack 101 win 60000
+0 > . 1:1(0) ack 1
+0 < P. 1:11(10) ack 1 win 60000
+0 > . 1:1(0) ack 11
"""
    )


def test_a_listeners_numbers_count_from_what_came_first() -> None:
    passes(
        f"""{LISTENING}
+0 < S 5000:5000(0) win 60000
+0 > S. 77:77(0) ack 5001 <...>
+0 < . 1:1(0) ack 1 win 60000
+0 accept(3, ..., ...) = 4
+0 < F. 1:1(0) ack 1 win 60000
+0 > . 1:1(0) ack 2
"""
    )


def test_blocks_are_relative_like_acknowledgments() -> None:
    passes(
        """
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0...0.1 connect(3, ..., ...) = 0
+0 > S 0:0(0) <...>
+.1 < S. 9000:9000(0) ack 1 win 60000 <mss 1000,nop,nop,sackOK>
+0 > . 1:1(0) ack 1
+0 < P. 101:111(10) ack 1 win 60000
+0 > . 1:1(0) ack 1 <nop,nop,sack 101:111>
"""
    )


def test_an_absolute_number_is_the_wires() -> None:
    passes(f"{SOCKET}+0 bind(3, ..., ...) = 0\n+0 < . 7:7(0) ack 99 win 9\n+0 > R 99:99(0)! win 0\n")


def test_a_number_that_does_not_matter() -> None:
    passes(f"{CONNECTING}+0 > S ...(0) <...>\n")


def test_a_socket_that_is_closed_has_the_port_it_is_bound_to() -> None:
    passes("0 socket(..., SOCK_STREAM, 0) = 3\n+0 bind(3, ..., ...) = 0\n+0 < S 0:0(0) win 9\n+0 > R. 0:0(0) ack 1\n")


def test_without_a_socket_a_segment_is_for_nobody() -> None:
    passes("0 < . 17:17(0) ack 34 win 9\n+0 > R 34:34(0) win 0\n")
    assert said("0 > R 34:34(0) win 0\n") == "FAIL: there is no socket that this could belong to"


# ---- timestamps ----------------------------------------------------------------------------------------------------

STAMPED = f"""{CONNECTING}
+0 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 10>
+.2 < S. 0:0(0) ack 1 win 60000 <mss 1000,nop,nop,TS val 700 ecr 100>
+0 > . 1:1(0) ack 1 <nop,nop,TS val 300 ecr 700>
"""


def test_timestamps_count_from_the_first_that_is_expected() -> None:
    passes(STAMPED)
    passes("--tcp_ts_tick_usecs=1000\n" + STAMPED)


def test_how_late_a_timestamp_is_counts_only_if_ticks_have_a_length() -> None:
    late = STAMPED.replace("val 300", "val 900")
    passes(late)
    assert said("--tcp_ts_tick_usecs=1000\n" + late) == (
        "FAIL: not the segment expected: options <nop,nop,TS val 300 ecr 700>, not <nop,nop,TS val 900 ecr 700>"
    )


def test_an_echo_must_be_of_something() -> None:
    assert said(STAMPED.replace("ecr 100", "ecr 555")) == (
        "FAIL: nothing that the stack has sent had a timestamp of 555, which this segment echoes"
    )
    assert said(STAMPED.replace("ecr 100", "ecr 555!")).startswith("PASS")


# ---- what is compared ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        ("F. 1:6(5) ack 1", "flags P., not F."),
        ("P. 2:7(5) ack 1", "seq 1, not 2"),
        ("P. 1:5(4) ack 1", "octets 5, not 4"),
        ("P. 1:6(5) ack 2", "ack 1, not 2"),
        ("P. 1:6(5) ack 1 win 9", "win 64240, not 9"),
        ("P. 1:6(5) ack 1 <nop,nop,sackOK>", "options <>, not <nop,nop,sackOK>"),
        ("P.U 1:6(5) ack 1 urg 5", "flags P., not P.U, urg 0, not 5"),
    ],
)
def test_each_field_that_differs_is_told(expected: str, difference: str) -> None:
    text = f"{CONNECTED}+0 write(3, ..., 5) = 5\n+0 > {expected}\n"
    assert said(text) == f"FAIL: not the segment expected: {difference}"


def test_a_failure_in_full() -> None:
    came = outcome(f"{CONNECTED}+0 write(3, ..., 5) = 5\n+.5 > F. 1:1(0) ack 1 win 9\n")
    line = CONNECTED.count("\n") + 2
    assert in_full(came).splitlines() == [
        f"FAIL         test.pkt:{line}: not the segment expected: flags P., not F., octets 5, not 0, win 64240, not 9",
        "      script    +.5 > F. 1:1(0) ack 1 win 9",
        "      expected       0.6 s  F. 1:1(0) ack 1 win 9",
        "      sent           0.1 s  P. 1:6(5) ack 1 win 64240",
    ]
    assert came.trace is not None
    assert len(came.trace.flights) == 4


def test_several_segments_may_stand_for_one() -> None:
    passes(f"{CONNECTED}+0 write(3, ..., 3000) = 3000\n+0 > P. 1:3001(3000) ack 1\n")
    assert said(f"--strict_segments\n{CONNECTED}+0 write(3, ..., 3000) = 3000\n+0 > P. 1:3001(3000) ack 1\n") == (
        "FAIL: not the segment expected: flags ., not P., octets 1000, not 3000"
    )


def test_segments_that_do_not_make_up_one() -> None:
    came = outcome(f"{CONNECTED}+0 write(3, ..., 5) = 5\n+0 > P. 1:2001(2000) ack 1\n", "freebsd")
    assert came.why == "what was sent does not make up the segment that was expected"
    assert [line.split()[3:] for line in came.details] == [
        ["P.", "1:2001(2000)", "ack", "1"],
        ["P.", "1:6(5)", "ack", "1", "win", "65535"],
        ["P.", "1:6(5)", "ack", "1", "win", "65535"],
    ]


def test_what_may_be_overlooked() -> None:
    text = f"""{CONNECTING}
+0 getsockopt(3, SOL_SOCKET, SO_RCVBUF, [7], [4]) = 0
+0 > S 0:0(0) win 5 <mss 5>
"""
    script = parse(text, "test.pkt")
    for care, why in (
        (Care(windows=False, syn_options=False), ""),
        (Care(windows=False), "not the segment expected: options <mss 1460>, not <mss 5>"),
        (Care(syn_options=False), "getsockopt() finds SO_RCVBUF 131070, and 7 was expected"),
    ):
        assert run(script, RFC9293, LINUX_SOCKETS, care).why == why


def test_the_mtu_is_the_scripts() -> None:
    passes(f"--mtu=1040\n{CONNECTING}+0 > S 0:0(0) <mss 1000,sackOK,TS val 0 ecr 0,nop,wscale 10>\n")
    text = f"--ip_version=ipv6\n--mtu=1040\n{CONNECTING}+0 > S 0:0(0) <mss 980,nop,wscale 6,sackOK,TS val 0 ecr 0>\n"
    assert run(parse(text, "test.pkt"), FREEBSD, BSD_SOCKETS).verdict is Verdict.PASS


# ---- what nobody expects -------------------------------------------------------------------------------------------


def test_what_nobody_expects_is_found_when_the_next_is_expected() -> None:
    twice = f"{CONNECTED}+0 write(3, ..., 5) = 5\n+0 < F. 1:1(0) ack 1 win 60000\n"
    assert said(f"{twice}+0 > . 6:6(0) ack 2\n") == (
        "FAIL: not the segment expected: flags P., not ., seq 1, not 6, octets 5, not 0, ack 1, not 2"
    )
    passes(twice)


def test_nothing_is_sent() -> None:
    came = outcome(f"{CONNECTED}+.5~+.6 > . 1:1(0) ack 1\n")
    assert (came.why, came.details) == ("nothing was sent", ("expected       0.6 s to 0.7 s  . 1:1(0) ack 1",))
    assert said(f"{CONNECTED}* > . 1:1(0) ack 1\n") == "FAIL: nothing was sent"


def test_the_segments_of_two_connections_are_told_apart_by_their_ports() -> None:
    passes(
        f"""{LISTENING}
+0 < 40000 > 8080 S 0:0(0) win 8000
+0 > 8080 > 40000 S. 0:0(0) ack 1 <...>
+0 < 40001 > 8080 S 50:50(0) win 8000
+0 > 8080 > 40001 S. 0:0(0) ack 51 <...>
+0 < 40000 > 8080 . 1:1(0) ack 1 win 8000
+0 < 40001 > 8080 . 1:1(0) ack 1 win 8000
+0 accept(3, ..., ...) = 4
+0 accept(3, ..., ...) = 5
+0 write(4, ..., 4) = 4
+0 write(5, ..., 5) = 5
+0 > sock(5) P. 1:6(5) ack 1
+0 > sock(4) P. 1:5(4) ack 1
"""
    )


def test_the_socket_made_last_is_the_one_that_is_tested() -> None:
    """The first goes on sending its SYN; nobody looks."""
    other = CONNECTING.replace("3", "4").replace("0 socket", "+0 socket")
    passes(f"{CONNECTING}+0 > S 0:0(0) <...>\n{other}+0 > S 0:0(0) <...>\n+1 > S 0:0(0) <...>\n")


# ---- ICMP ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said_by_icmp", "errno"),
    [
        ("unreachable port_unreachable", "ECONNREFUSED"),
        ("unreachable host_unreachable", "EHOSTUNREACH"),
        ("unreachable net_unreachable", "ENETUNREACH"),
        ("unreachable net_unknown", "ENETUNREACH"),
        ("unreachable packet_filtered", "EHOSTUNREACH"),
    ],
)
def test_icmp_about_a_syn(said_by_icmp: str, errno: str) -> None:
    error = f"+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [{errno}], [4]) = 0\n"
    passes(f"{CONNECTING}+0 > S 0:0(0) <...>\n+0 < icmp {said_by_icmp} [0:0(0)]\n{error}")


def test_icmp_that_the_endpoint_does_not_know() -> None:
    text = f"{CONNECTING}+0 > S 0:0(0) <...>\n+0 < icmp unreachable frag_needed mtu 1000 [0:0(0)]\n"
    assert said(text) == "UNSUPPORTED: ICMP unreachable frag_needed"


# ---- the report ----------------------------------------------------------------------------------------------------


def test_lines_and_their_sum() -> None:
    outcomes = [
        outcome(CONNECTED),
        outcome(f"{CONNECTED}+0 close(3) = 7\n"),
        outcome("--udp_encapsulation=yes\n" + SOCKET),
        outcome("0 epoll_create(1) = 3"),
    ]
    line = CONNECTED.count("\n") + 1
    assert [line_of(each) for each in outcomes] == [
        "pass         test.pkt",
        f"FAIL         test.pkt:{line}: close() returned 0, and 7 was expected",
        "unsupported  test.pkt:1: UDP encapsulation",
        "unsupported  test.pkt:1: epoll_create()",
    ]
    assert summary(outcomes) == "1 of 4 scripts pass, 1 failed, 2 not supported"
    assert summary(outcomes[:1]) == "1 of 1 script passes"


# ---- what differs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("does", "expects", "why"),
    [
        ("write(3, ..., 9) = 9", "P. 2:11(9) ack 1", "seq 1, not 2"),
        ("write(3, ..., 9) = 9", "P. 1:9(8) ack 1", "octets 9, not 8"),
        ("write(3, ..., 9) = 9", "P. 1:10(9) ack 2", "ack 1, not 2"),
        ("write(3, ..., 9) = 9", "P. 1:10(9) ack 1 win 5", "win 64240, not 5"),
        ("write(3, ..., 9) = 9", "P.U 1:10(9) ack 1 urg 9", "flags P., not P.U, urg 0, not 9"),
        ("send(3, ..., 9, MSG_OOB) = 9", "P. 1:10(9) ack 1", "flags P.U, not P., urg 9, not 0"),
        ("write(3, ..., 9) = 9", "P. 1:10(9) ack 1 <nop,nop,sackOK>", "options <>, not <nop,nop,sackOK>"),
        ("close(3) = 0", "FP. 1:1(0) ack 1", "flags F., not FP."),
    ],
)
def test_each_field_that_differs_is_named(does: str, expects: str, why: str) -> None:
    assert said(f"{CONNECTED}+0 {does}\n+0 > {expects}\n") == f"FAIL: not the segment expected: {why}"


def test_what_was_sent_is_told_as_a_script_would_write_it() -> None:
    came = outcome(f"{CONNECTED}+0 send(3, ..., 9, MSG_OOB) = 9\n+0 > P. 1:10(9) ack 1\n")
    assert came.details == (
        "expected       0.1 s  P. 1:10(9) ack 1",
        "sent           0.1 s  P.U 1:10(9) ack 1 win 64240 urg 9",
    )


def test_another_segment_is_not_fatal_where_the_script_says_so_but_none_is() -> None:
    text = f"{CONNECTED}+0 write(3, ..., 9) = 9\n+0 > F. 7:7(0) ack 9\n"
    assert said(text).startswith("FAIL: not the segment expected: ")
    assert said(f"--non_fatal=syscall\n{text}").startswith("FAIL: not the segment expected: ")
    assert said(f"--non_fatal=packet\n{text}") == "PASS"
    assert said(f"--non_fatal=packet\n{CONNECTED}+0 > . 1:1(0) ack 1\n") == "FAIL: nothing was sent"


def test_of_very_many_pieces_only_the_first_are_told() -> None:
    """The congestion window has grown to 40 segments."""
    text = CONNECTED.replace("<mss 1000>", "<mss 100>")
    for octets, end in ((1000, 1001), (2000, 3001)):
        text += f"+0 write(3, ..., {octets}) = {octets}\n+0 > P. {end - octets}:{end}({octets}) ack 1\n"
        text += f"+.1 < . 1:1(0) ack {end} win 60000\n"
    came = outcome(f"{text}+0 write(3, ..., 3000) = 3000\n+0 > P. 3001:6001(3000) ack 2\n")
    assert came.why == "not the segment expected: ack 1, not 2"
    assert (len(came.details), came.details[-1]) == (22, "… and 10 more")


def test_options_in_another_order() -> None:
    text = f"{SOCKET}+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n+0 connect(3, ..., ...) = -1 EINPROGRESS (…)\n"
    assert said(f"{text}+0 > S 0:0(0) <mss 1460,TS val 1 ecr 0,sackOK,nop,wscale 10>\n") == (
        "FAIL: not the segment expected: options <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 10>, "
        "not <mss 1460,TS val 1 ecr 0,sackOK,nop,wscale 10>"
    )


# ---- assertions, and what they are about -----------------------------------------------------------------------------


def test_an_assertion_is_about_a_connection_that_nobody_has_accepted_yet() -> None:
    text = f"{LISTENING}+0 < S 0:0(0) win 60000 <mss 1000>\n+0 > S. 0:0(0) ack 1 <...>\n"
    assert said(f"{text}+0 %{{ assert tcpi_snd_mss == 1000 }}%\n") == "PASS"
    assert said(f"{text}+0 < R 1:1(0) win 0\n+0 %{{ assert tcpi_state }}%\n") == (
        "FAIL: there is no connection that the assertion could be about"
    )


def test_blocks_that_arrive_count_from_the_stacks_first_number() -> None:
    """RFC 2018 §3: the second of two segments has come, and the first is sent again after the RTO."""
    offers = CONNECTED.replace("<mss 1000>", "<mss 1000,nop,nop,sackOK>")
    came = outcome(
        f"""{offers}
+0 write(3, ..., 2000) = 2000
+0 > . 1:1001(1000) ack 1
+0 > P. 1001:2001(1000) ack 1
+.1 < . 1:1(0) ack 1 win 60000 <nop,nop,sack 1001:2001>
+.2 > . 1:1001(1000) ack 1
""",
        "freebsd",
    )
    assert (came.why, came.verdict) == ("", Verdict.PASS)
    assert came.trace is not None
    (told,) = [flight.segment for flight in came.trace.flights if flight.segment.option(Sack)]
    first = next(flight.segment for flight in came.trace.flights if len(flight.segment.payload) == 1000)
    assert told.option(Sack) == Sack(((first.end, first.end + 1000),))
