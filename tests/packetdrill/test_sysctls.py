"""Sysctls: which parameter of a profile each changes, and to what."""

from typing import Any

import pytest
from running import CONNECTED, LISTENING, passes

from tcpsim.packetdrill.sysctls import changes_by
from tcpsim.tcp.profiles import FREEBSD, LINUX, RFC9293, Profile

ALWAYS = FREEBSD.with_changes(syn_cookies="always")
NEW = True  # only sockets that are yet to be made look at it


@pytest.mark.parametrize(
    ("setting", "profile", "changes", "of_new"),
    [
        ("net.ipv4.tcp_syncookies=0", LINUX, {"syn_cookies": "off"}, False),
        ("net.ipv4.tcp_syncookies=2", LINUX, {"syn_cookies": "always"}, False),
        ("net.ipv4.tcp_orphan_retries=3", LINUX, {"orphan_retries": 3}, False),
        ("net.ipv4.tcp_orphan_retries=0", RFC9293, {"orphan_retries": LINUX.orphan_retries}, False),
        ("net.ipv4.tcp_tw_reuse=1", LINUX, {"time_wait_reuse": "any"}, False),
        ("net.ipv4.tcp_tw_reuse=0", LINUX, {"time_wait_reuse": "named"}, False),
        ("net.ipv4.ip_local_port_range=50000 50010", LINUX, {"ephemeral_ports": (50_000, 50_010)}, False),
        ("net.ipv4.tcp_wmem=4096 9000000 9000000", LINUX, {"send_buffer": 9_000_000}, NEW),
        ("net.ipv4.tcp_wmem=4096", LINUX, {"send_buffer": LINUX.send_buffer}, NEW),
        ("net.ipv4.tcp_rmem=4096 131072 131072", RFC9293, {"receive_buffer": 65_535, "window_scale": None}, NEW),
        ("net.ipv4.tcp_fin_timeout=7", LINUX, {"orphan_timeout": 7_000_000}, False),
        ("net.ipv4.tcp_early_retrans=0", LINUX, {"tail_loss_probe": None}, False),
        ("net.inet.tcp.rfc1323=1", RFC9293, {"window_scale": FREEBSD.window_scale, "timestamps": True}, NEW),
        ("net.inet.tcp.rfc1323=2", FREEBSD, {"window_scale": FREEBSD.window_scale, "timestamps": False}, NEW),
        ("net.inet.tcp.rfc1323=3", FREEBSD, {"window_scale": None, "timestamps": True}, NEW),
        ("kern.ipc.maxsockbuf=1048576", RFC9293, {}, NEW),
        ("kern.ipc.maxsockbuf=4294967295", FREEBSD, {"window_scale": 14}, NEW),
        ("net.inet.tcp.syncookies_only=1", FREEBSD, {"syn_cookies": "always"}, False),
        ("net.inet.tcp.syncookies_only=0", FREEBSD, {}, False),
        ("net.inet.tcp.syncookies_only=0", ALWAYS, {"syn_cookies": "when_full"}, False),
        ("net.inet.tcp.insecure_rst=1", FREEBSD, {"rfc5961": False}, False),
        ("net.inet.tcp.msl=1000", FREEBSD, {"msl": 1_000_000}, False),
        ("net/ipv4/tcp_sack=0", LINUX, {"sack": False}, False),
        ("net.ipv4.tcp_congestion_control=bbr", LINUX, {}, False),
        ("net.ipv4.tcp_ecn=0", LINUX, {}, False),
    ],
)  # fmt: skip
def test_a_sysctl(setting: str, profile: Profile, changes: dict[str, Any], of_new: bool) -> None:
    name, _, value = setting.partition("=")
    assert changes_by(name, value, profile) == (changes, of_new)
    profile.with_changes(**changes)  # which there are


@pytest.mark.unobserved  # what the peer says is the script's: it is no TCP
def test_sockets_that_exist_look_at_it_too() -> None:
    """A connection's patience, and whether a listener asks for timestamps."""
    again = "+0 write(3, ..., 9) = 9\n+0 > P. 1:10(9) ack 1\n+0~+9 > P. 1:10(9) ack 1\n"
    passes(f"{CONNECTED}+0 `sysctl -w net.ipv4.tcp_retries2=1`\n{again}+60 write(3, ..., 9) = -1 ETIMEDOUT (…)\n")
    stamps = (
        "+0 < S 0:0(0) win 60000 <mss 1000,sackOK,TS val 1 ecr 0>\n+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>\n"
    )
    passes(f"{LISTENING}+0 `sysctl -w net.ipv4.tcp_timestamps=0`\n{stamps}")
