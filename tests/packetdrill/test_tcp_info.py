"""`tcpi_*`: what the endpoint and the trace know of a connection; the rest is named."""

import pytest
from running import CONNECTED, SOCKET, said

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP


def asserts(*lines: str) -> str:
    return f"+0 %{{ {'; '.join(f'assert {line}' for line in lines)} }}%\n"


@pytest.mark.parametrize("platform", ["linux", "freebsd"])
def test_the_state_has_the_platforms_number_and_freebsds_name(platform: str) -> None:
    assert said(SOCKET + asserts("tcpi_state == TCPI_CLOSED"), platform) == "PASS"
    assert said(CONNECTED + asserts("tcpi_state == TCPI_ESTABLISHED"), platform) == "PASS"


def test_linux_has_names_of_its_own_for_states() -> None:
    assert said(SOCKET + asserts("tcpi_state == TCP_CLOSE == 7")) == "PASS"
    assert said(CONNECTED + asserts("tcpi_state in (TCP_ESTABLISHED, TCP_SYN_SENT)")) == "PASS"
    assert said(SOCKET + asserts("tcpi_state == TCP_CLOSE"), "freebsd") == "UNSUPPORTED: TCP_CLOSE"


def test_a_listener_tells_its_state() -> None:
    text = f"""{SOCKET}
        +0 bind(3, ..., ...) = 0
        +0 listen(3, 1) = 0
        {asserts("tcpi_state == TCPI_LISTEN", "tcpi_bytes_acked == 0")}"""

    assert said(text) == "PASS"


def test_options_are_those_that_both_ends_have_offered() -> None:
    text = f"""{SOCKET}
        +0...0.1 connect(3, ..., ...) = 0
        +0 > S 0:0(0) <...>
        +.1 < S. 0:0(0) ack 1 win 60000 <mss 1000,sackOK,nop,nop,nop,wscale 3>
        +0 > . 1:1(0) ack 1
        {asserts(
            "tcpi_options == TCPI_OPT_SACK | TCPI_OPT_WSCALE",
            "(tcpi_options & TCPI_OPT_SYN_DATA) == 0",
            "tcpi_snd_wscale == 3",
            "tcpi_rcv_wscale == 10",
            "tcpi_snd_mss == 1000 and tcpi_advmss == 1460",
        )}"""  # fmt: skip

    assert said(text) == "PASS"


def test_what_was_sent_and_what_came_is_counted() -> None:
    text = f"""{CONNECTED}
        {asserts("95000 <= tcpi_rtt <= 105000", "tcpi_rttvar == tcpi_rtt / 2", "tcpi_rto >= 200000")}
        +0 send(3, ..., 1500, MSG_MORE) = 1500
        +0 > . 1:1001(1000) ack 1
        {asserts("tcpi_unacked == 1", "tcpi_notsent_bytes == 500", "tcpi_snd_wnd == 60000")}
        +.1 < P. 1:101(100) ack 1001 win 60000
        +0 > . 1001:1501(500) ack 101
        +.3~+.5 > . 1001:1501(500) ack 101
        {asserts(
            "tcpi_bytes_acked == 1001, tcpi_bytes_acked",
            "tcpi_bytes_received == 100",
            "tcpi_segs_out == 5 and tcpi_segs_in == 2",
            "tcpi_data_segs_out == 3 and tcpi_data_segs_in == 1",
            "tcpi_bytes_sent == 2000 and tcpi_bytes_retrans == 500",
            "tcpi_total_retrans == 1",
            "tcpi_probes == 0",
        )}"""  # fmt: skip

    assert said("--strict_segments\n" + text) == "PASS"


def test_how_long_ago_something_came_is_told_in_milliseconds() -> None:
    text = f"""{CONNECTED}
        +1 %{{ assert tcpi_last_data_recv == tcpi_last_data_sent == 1000, tcpi_last_data_recv }}%
        +0 < P. 1:101(100) ack 1 win 60000
        +0 > . 1:1(0) ack 101
        +.25 %{{ assert tcpi_last_data_recv == tcpi_last_ack_recv == 250 and tcpi_last_data_sent == 1250 }}%
        """

    assert said(text) == "PASS"


@pytest.mark.parametrize("name", ["tcpi_sacked", "tcpi_lost", "tcpi_pmtu"])
def test_what_is_not_simulated_is_named(name: str) -> None:
    assert said(CONNECTED + asserts(f"{name} == 10")) == f"UNSUPPORTED: {name}"
    asked = f"+0 getsockopt(3, SOL_TCP, TCP_INFO, {{{name}=10}}, [4]) = 0\n"
    assert said(CONNECTED + asked) == f"UNSUPPORTED: {name}=10 of TCP_INFO"


def test_the_congestion_window_is_told_in_segments_by_linux_and_in_octets_by_freebsd() -> None:
    in_segments = ("tcpi_snd_cwnd == 10", "tcpi_snd_ssthresh == 0x7fffffff", "tcpi_ca_state == TCP_CA_Open")
    assert said(CONNECTED + asserts(*in_segments)) == "PASS"
    in_octets = ("tcpi_snd_cwnd == 10000", "tcpi_snd_ssthresh == 1073725440")
    assert said(CONNECTED + asserts(*in_octets), "freebsd") == "PASS"
    assert said(CONNECTED + asserts("tcpi_ca_state == 0"), "freebsd") == "UNSUPPORTED: tcpi_ca_state"


def test_a_loss_that_duplicate_acks_tell_of() -> None:
    text = f"""{CONNECTED}
        +0 write(3, ..., 8000) = 8000
        +0 > P. 1:8001(8000) ack 1
        +.1 < . 1:1(0) ack 1 win 60000
        {asserts("tcpi_ca_state == TCP_CA_Disorder and tcpi_snd_cwnd == 10")}
        +0 < . 1:1(0) ack 1 win 60000
        +0 < . 1:1(0) ack 1 win 60000
        +0 > . 1:1001(1000) ack 1
        {asserts("tcpi_ca_state == TCP_CA_Recovery", "tcpi_snd_ssthresh == 4", "tcpi_backoff == 0")}
        +.1 < . 1:1(0) ack 8001 win 60000
        {asserts("tcpi_ca_state == TCP_CA_Open and tcpi_snd_cwnd == 2")}
        """

    assert said(text) == "PASS"


def test_a_loss_that_a_timer_tells_of() -> None:
    text = f"""{CONNECTED}
        +0 write(3, ..., 1000) = 1000
        +0 > P. 1:1001(1000) ack 1
        {asserts("tcpi_backoff == 0")}
        +.3 > P. 1:1001(1000) ack 1
        +.6 > P. 1:1001(1000) ack 1
        {asserts("tcpi_ca_state == TCP_CA_Loss", "tcpi_snd_cwnd == 1", "tcpi_snd_ssthresh == 2", "tcpi_backoff == 2")}
        """

    assert said(text) == "PASS"


def test_window_probes_back_off_and_the_first_syns_of_linux_do_not() -> None:
    probing = f"""{CONNECTED}
        +0 < . 1:1(0) ack 1 win 0
        +0 write(3, ..., 1000) = 1000
        +.3 > . 0:0(0) ack 1
        +.6 > . 0:0(0) ack 1
        {asserts("tcpi_probes == 2 and tcpi_backoff == 2")}
        """
    assert said(probing) == "PASS"
    calling = f"""{SOCKET}
        +0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
        +0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
        +0 > S 0:0(0) <...>
        +1 > S 0:0(0) <...>
        {asserts("tcpi_backoff == 0")}
        """
    assert said(calling) == "PASS"


def test_how_long_there_was_something_to_send_and_the_window_kept_it_back() -> None:
    text = f"""{CONNECTED}
        +.1 < . 1:1(0) ack 1 win 1500
        {asserts("tcpi_busy_time == 0")}
        +.1 write(3, ..., 2000) = 2000
        +0 > . 1:1001(1000) ack 1
        +.05 {asserts("tcpi_busy_time == 50000", "tcpi_rwnd_limited == 50000")[2:]}
        +.05 < . 1:1(0) ack 1001 win 1500
        +0 > P. 1001:2001(1000) ack 1
        +.02 < . 1:1(0) ack 2001 win 1500
        +.1 {asserts("tcpi_busy_time == 120000", "tcpi_rwnd_limited == 100000")[2:]}
        """

    assert said("--tolerance_usecs=100\n" + text) == "PASS"


def test_a_window_that_is_not_all_that_keeps_it_back_does_not_count() -> None:
    text = f"""{CONNECTED}
        +0 write(3, ..., 20000) = 20000
        +0 > P. 1:10001(10000) ack 1
        +.1 {asserts("tcpi_busy_time == 100000", "tcpi_rwnd_limited == 0")[2:]}
        """

    assert said(text) == "PASS"


def test_an_assertion_may_go_on_on_the_line_of_its_end() -> None:
    assert said(CONNECTED + "+0 %{ assert tcpi_rtt > 0;\\\n assert tcpi_probes == 0;\\\n}%\n") == "PASS"
