"""Commands: settings, questions about sockets, time; and no shell for any of them."""

from pathlib import Path

import pytest
from running import CONNECTED, SOCKET, outcome, said

from tcpsim.packetdrill.commands import SCRIPT_AT_MOST

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP


def syn_with(command: str, offer: str, platform: str) -> str:
    """What becomes of a script that gives a command, and expects this of the SYN of a connect."""
    return said(
        f"""0 `{command}`
        +0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
        +0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
        +0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
        +0 > S 0:0(0) <{offer}>
        """,
        platform,
    )


@pytest.mark.parametrize(
    ("platform", "command", "offer"),
    [
        ("linux", "sysctl -q net.ipv4.tcp_timestamps=0", "mss 1460,nop,nop,sackOK,nop,wscale 10"),
        ("linux", "sysctl -w net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0", "mss 1460,nop,wscale 10"),
        (
            "linux",
            'sysctl -q net.ipv4.tcp_rmem="4096 540000 $((15*1024*1024))"',
            "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 8",
        ),
        ("linux", "sysctl -q net.ipv4.tcp_window_scaling=0 > /dev/null 2>&1", "mss 1460,sackOK,TS val 1 ecr 0"),
        ("linux", "set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0 /proc/sys/net/ipv4/tcp_timestamps=0",
         "mss 1460,nop,wscale 10"),
        ("linux", "sysctl -w net/ipv4/tcp_sack=0; sysctl net.ipv4.tcp_timestamps=0", "mss 1460,nop,wscale 10"),
        ("freebsd", "sysctl -w net.inet.tcp.rfc1323=0", "mss 1460,sackOK,eol,eol"),
        ("freebsd", "sysctl -w kern.ipc.maxsockbuf=1048576", "mss 1460,nop,wscale 5,sackOK,TS val 1 ecr 0"),
        ("freebsd", "sysctl -w kern.ipc.maxsockbuf=4294967295", "mss 1460,nop,wscale 14,sackOK,TS val 1 ecr 0"),
        ("freebsd", "sysctl -w net.inet.tcp.hostcache.purgenow=1", "mss 1460,nop,wscale 6,sackOK,TS val 1 ecr 0"),
    ],
)  # fmt: skip
def test_a_sysctl_changes_what_is_offered(platform: str, command: str, offer: str) -> None:
    assert syn_with(command, offer, platform) == "PASS"


@pytest.mark.parametrize(
    "command",
    [
        "sysctl -n net.ipv4.tcp_sack",
        "true",
        "ip tcp_metrics flush all > /dev/null 2>&1",
        "sysctl -q net.ipv4.tcp_ecn=2 && sysctl -q net.ipv4.tcp_congestion_control=cubic",
    ],
)
def test_some_commands_change_nothing(command: str) -> None:
    assert syn_with(command, "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 10", "linux") == "PASS"


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        ("sysctl -w net.ipv4.tcp_ecn=1", "UNSUPPORTED: sysctl net.ipv4.tcp_ecn=1"),
        ("sysctl -w net.ipv4.nothing=1", "UNSUPPORTED: sysctl net.ipv4.nothing"),
        ("sysctl -w net.ipv4.tcp_sack=yes", "FAIL: sysctl net.ipv4.tcp_sack: 'yes' is no number"),
        (
            "sysctl -w net.ipv4.tcp_retries2=-5",
            "FAIL: sysctl net.ipv4.tcp_retries2: '-5' is out of range: 0 to 4,294,967,295",
        ),
        (
            "sysctl -w net.ipv4.ip_local_port_range='60000 99999'",
            "FAIL: sysctl net.ipv4.ip_local_port_range: 60000 to 99999 are no ports: 1 to 65,535",
        ),
        ("ip route add default via 192.0.2.1", "UNSUPPORTED: the command ip route add default via 192.0.2.1"),
        ("ifconfig tun0 mtu 1000", "UNSUPPORTED: the command ifconfig tun0 mtu 1000"),
        ("rm -rf /", "UNSUPPORTED: the command rm -rf /"),
        ("echo 1 | sh", "UNSUPPORTED: the command echo 1 | sh"),
        ("sleep now", "UNSUPPORTED: the command sleep now"),
        ("sleep 1e9", "UNSUPPORTED: the command sleep 1e9"),
        ("tcpdrop -a", "UNSUPPORTED: the command tcpdrop -a"),
        ("sockstat | wc -l", "UNSUPPORTED: the command sockstat | wc -l"),
        ("sockstat | grep 'a.*b'", "UNSUPPORTED: the command sockstat | grep 'a.*b'"),
        ('sysctl "', "FAIL: the command 'sysctl \"' cannot be read"),
        ("nowhere.sh", "UNSUPPORTED: the command nowhere.sh, which cannot be read"),
    ],
)
def test_what_cannot_be_run_is_named(command: str, verdict: str) -> None:
    assert said(f"0 `{command}`\n") == verdict


@pytest.mark.parametrize(("text", "line"), [("--mtu=1500\n`rm`\n0 close(9) = -1\n", 2), ("0 close(9) = -1\n`rm`\n", 2)])
def test_a_command_without_a_time_is_told_in_its_own_line(text: str, line: int) -> None:
    came = outcome(text)
    assert (came.line, came.text, came.why) == (line, "`rm`", "the command rm")


def test_a_script_of_settings_beside_the_script_is_read(tmp_path: Path) -> None:
    (tmp_path / "defaults.sh").write_text("#!/bin/sh\n# as usual\nsysctl -q \\\n  net.ipv4.tcp_ecn=0\n\nsleep 2\n")

    assert said("`defaults.sh`\n2 `sysctl_restore_1.sh`\n", directory=tmp_path) == "PASS"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("rm -rf .\n", "UNSUPPORTED: the command rm -rf ."),
        ("./self.sh\n", "UNSUPPORTED: the command ./self.sh in self.sh"),
        (" " * (SCRIPT_AT_MOST + 1), "UNSUPPORTED: the command self.sh, which is too long"),
    ],
    ids=["something else", "another script", "too long"],
)
def test_a_script_of_anything_else_is_not_run(tmp_path: Path, text: str, verdict: str) -> None:
    (tmp_path / "self.sh").write_text(text)

    assert said("0 `self.sh`\n", directory=tmp_path) == verdict


def test_sleep_lets_time_pass_and_what_is_due_happens() -> None:
    text = f"""{CONNECTED}
        +0 write(3, ..., 10) = 10
        +0 > P. 1:11(10) ack 1
        +0 `sleep 0.5`
        +0 write(3, ..., 10) = 10
        0.4~0.6 > P. 1:11(10) ack 1
        """

    assert said(text) == "PASS"


@pytest.mark.parametrize(
    ("command", "verdict"),
    [
        ("sockstat -4 -P tcp -s | grep packetdril | grep -c ESTABLISHED | grep 1", "PASS"),
        ("sockstat -4 -P tcp -p 8080 -s | grep -c ESTABLISHED | grep 1", "PASS"),
        ("sockstat -P tcp -p 9 -s | grep -c ESTABLISHED | grep 0", "PASS"),
        ("ss -tan | grep -v LISTEN | grep -q ESTAB", "PASS"),
        ("ss -t | grep -c TIME-WAIT | grep 0", "PASS"),
        ("ss -t | grep TIME-WAIT", "FAIL: the command ss -t | grep TIME-WAIT finds nothing"),
    ],
)
def test_sockets_can_be_asked_for(command: str, verdict: str) -> None:
    assert said(f"{CONNECTED}+0 `{command}`\n") == verdict


def test_a_half_open_connection_belongs_to_nobody_yet() -> None:
    text = f"""{SOCKET}
        +0 bind(3, ..., ...) = 0
        +0 listen(3, 1) = 0
        +0 `sockstat -s -p 8080 | grep -c LISTEN | grep 1`
        +0 < S 0:0(0) win 60000 <mss 1000>
        +0 > S. 0:0(0) ack 1 <...>
        +0 `sockstat -s -p 8080 | grep -v packetdrill | grep -c SYN_RCVD | grep 1`
        +0 `ss -tl | grep -c SYN-RECV | grep 1`
        """

    assert said(text, "freebsd") == "PASS"


def test_what_waits_in_time_wait_can_be_dropped() -> None:
    text = f"""{CONNECTED}
        +0 close(3) = 0
        +0 > F. 1:1(0) ack 1
        +0 < F. 1:1(0) ack 2 win 60000
        +0 > . 2:2(0) ack 2
        +0 `sockstat -s | grep -c TIME_WAIT | grep 1`
        +0 `tcpdrop -s TIME_WAIT`
        +0 `sockstat -s | grep -c TIME_WAIT | grep 0`
        """

    assert said(text, "freebsd") == "PASS"
