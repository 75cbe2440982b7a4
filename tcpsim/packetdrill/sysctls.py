"""Sysctls: the settings of Linux and FreeBSD that a profile has a parameter for, and those that mean nothing here.

Lives here: one row for each name. A value that has no meaning here, and a name that is in no table, cannot be run; a
script is told so by the name. `commands` reads them from a command.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from tcpsim.packetdrill.errors import shown
from tcpsim.packetdrill.failures import CannotRun, Failed
from tcpsim.tcp.profiles import FREEBSD, LINUX, Profile

_MILLISECOND: Final = 1_000
_SECOND: Final = 1_000_000
_MOST_WINDOW: Final = 65_535
_MOST: Final = (1 << 32) - 1  # of any setting; of kern.ipc.maxsockbuf a script asks for all of it
_MOST_PORT: Final = 65_535

Changes: TypeAlias = dict[str, Any]
Setting: TypeAlias = Callable[[list[int], Profile], Changes]  # its numbers, and the profile so far


def changes_by(name: str, text: str, profile: Profile) -> tuple[Changes, bool]:
    """What a setting changes in a profile; and whether only sockets that are yet to be made look at it.

    Raises CannotRun for a name or a value without a meaning here, Failed for what is no number.
    """
    name = name.replace("/", ".")
    if name.startswith(_WITHOUT_EFFECT):
        return {}, False
    for table, is_for_new in ((_OF_NEW_SOCKETS, True), (_OF_ALL_SOCKETS, False)):
        if name in table:
            return table[name](_numbers(name, text), profile), is_for_new
    if name in _ONLY:
        if text not in _ONLY[name]:
            raise CannotRun(f"sysctl {name}={text}")
        return {}, False
    raise CannotRun(f"sysctl {name}")


def _numbers(name: str, text: str) -> list[int]:
    try:
        numbers = [int(number, 0) for number in text.split()] or [0]
    except ValueError:
        raise Failed(f"sysctl {name}: {shown(text)} is no number") from None
    if not all(0 <= number <= _MOST for number in numbers):
        raise Failed(f"sysctl {name}: {shown(text)} is out of range: 0 to {_MOST:,}")
    return numbers


# ---- kinds of settings -----------------------------------------------------------------------------------------------


def _flag(parameter: str, on: Any = True, off: Any = False) -> Setting:
    return lambda numbers, _: {parameter: on if numbers[0] else off}


def _number(parameter: str, unit: int = 1) -> Setting:
    return lambda numbers, _: {parameter: numbers[0] * unit}


def _scale_for(octets: int) -> int:
    """The least window scale with which a window of so many octets can be offered (RFC 7323 §2.3: 14 at most)."""
    return min(max(octets.bit_length() - 16, 0), 14)


# ---- Linux -----------------------------------------------------------------------------------------------------------


def _tcp_rmem(numbers: list[int], profile: Profile) -> Changes:
    """Least, usual and most; half of it is for octets. What is usual is offered, as far as a SYN can offer it."""
    usual, most = numbers[1] if len(numbers) > 1 else numbers[0], numbers[-1]
    scale = None if profile.window_scale is None else _scale_for(most)
    return {"receive_buffer": min(usual // 2, _MOST_WINDOW), "window_scale": scale}


def _tcp_wmem(numbers: list[int], profile: Profile) -> Changes:
    """A buffer grows with what is sent, and is never less than it would be by itself."""
    return {"send_buffer": max(numbers[1] if len(numbers) > 1 else numbers[0], profile.send_buffer)}


def _window_scaling(numbers: list[int], profile: Profile) -> Changes:
    return {"window_scale": (profile.window_scale or LINUX.window_scale) if numbers[0] else None}


def _tcp_syncookies(numbers: list[int], _: Profile) -> Changes:
    return {"syn_cookies": ("off", "when_full", "always")[min(numbers[0], 2)]}


def _tcp_orphan_retries(numbers: list[int], _: Profile) -> Changes:
    return {"orphan_retries": numbers[0] or LINUX.orphan_retries}


def _tcp_tw_reuse(numbers: list[int], _: Profile) -> Changes:
    return {"time_wait_reuse": "any" if numbers[0] == 1 else "named"}


def _ports(numbers: list[int], _: Profile) -> Changes:
    first, last = numbers[0], numbers[-1]
    if not 1 <= first <= last <= _MOST_PORT:
        raise Failed(f"sysctl net.ipv4.ip_local_port_range: {first} to {last} are no ports: 1 to {_MOST_PORT:,}")
    return {"ephemeral_ports": (first, last)}


# ---- FreeBSD ---------------------------------------------------------------------------------------------------------


def _rfc1323(numbers: list[int], profile: Profile) -> Changes:
    """1: both options of RFC 7323; 2: the window scale alone; 3: timestamps alone."""
    scale = (profile.window_scale or FREEBSD.window_scale) if numbers[0] in {1, 2} else None
    return {"window_scale": scale, "timestamps": numbers[0] in {1, 3}}


def _maxsockbuf(numbers: list[int], profile: Profile) -> Changes:
    """A window scale reaches at least this far."""
    if profile.window_scale is None:
        return {}
    return {"window_scale": next((scale for scale in range(14) if _MOST_WINDOW << scale >= numbers[0]), 14)}


def _syncookies_only(numbers: list[int], profile: Profile) -> Changes:
    if numbers[0]:
        return {"syn_cookies": "always"}
    return {"syn_cookies": "when_full"} if profile.syn_cookies == "always" else {}


def _insecure(numbers: list[int], _: Profile) -> Changes:
    """RFC 5961's answers to RST and to SYN are one parameter here; no script asks for one without the other."""
    return {"rfc5961": not numbers[0]}


# ---- the tables ------------------------------------------------------------------------------------------------------

# What a socket is made with.
_OF_NEW_SOCKETS: Final[Mapping[str, Setting]] = {
    "net.ipv4.tcp_rmem": _tcp_rmem,
    "net.ipv4.tcp_wmem": _tcp_wmem,
    "net.inet.tcp.recvspace": _number("receive_buffer"),
    "net.inet.tcp.sendspace": _number("send_buffer"),
    "net.inet.tcp.rfc1323": _rfc1323,
    "net.inet.tcp.sack.enable": _flag("sack"),
    "net.inet.tcp.rexmit_initial": _number("rto_initial", _MILLISECOND),
    "net.inet.tcp.rexmit_min": _number("rto_min", _MILLISECOND),
    "kern.ipc.maxsockbuf": _maxsockbuf,
}

# What every socket looks at whenever it matters.
_OF_ALL_SOCKETS: Final[Mapping[str, Setting]] = {
    "net.ipv4.ip_local_port_range": _ports,
    "net.ipv4.tcp_abort_on_overflow": _flag("accept_overflow_ack", "reset", "drop"),
    "net.ipv4.tcp_dsack": _flag("duplicate_sack"),
    "net.ipv4.tcp_early_retrans": _flag("tail_loss_probe", LINUX.tail_loss_probe, None),
    "net.ipv4.tcp_fin_timeout": _number("orphan_timeout", _SECOND),
    "net.ipv4.tcp_invalid_ratelimit": _number("challenge_ack_window", _MILLISECOND),
    "net.ipv4.tcp_keepalive_intvl": _number("keep_alive_interval", _SECOND),
    "net.ipv4.tcp_keepalive_probes": _number("keep_alive_probes"),
    "net.ipv4.tcp_keepalive_time": _number("keep_alive_idle", _SECOND),
    "net.ipv4.tcp_min_snd_mss": _number("mss_min"),
    "net.ipv4.tcp_orphan_retries": _tcp_orphan_retries,
    "net.ipv4.tcp_retries1": _number("r1"),
    "net.ipv4.tcp_retries2": _number("data_retries"),
    "net.ipv4.tcp_rfc1337": _flag("rfc1337"),
    "net.ipv4.tcp_rto_max_ms": _number("rto_max", _MILLISECOND),
    "net.ipv4.tcp_rto_min_us": _number("rto_min"),
    "net.ipv4.tcp_sack": _flag("sack"),
    "net.ipv4.tcp_slow_start_after_idle": _flag("restart_after_idle"),
    "net.ipv4.tcp_syn_linear_timeouts": _number("syn_linear_retries"),
    "net.ipv4.tcp_syn_retries": _number("syn_retries"),
    "net.ipv4.tcp_synack_retries": _number("syn_ack_retries"),
    "net.ipv4.tcp_syncookies": _tcp_syncookies,
    "net.ipv4.tcp_timestamps": _flag("timestamps"),
    "net.ipv4.tcp_tw_reuse": _tcp_tw_reuse,
    "net.ipv4.tcp_window_scaling": _window_scaling,
    "net.inet.tcp.always_keepalive": _flag("keep_alive"),
    "net.inet.tcp.delacktime": _number("delayed_ack", _MILLISECOND),
    "net.inet.tcp.delayed_ack": _flag("delayed_ack", FREEBSD.delayed_ack, None),
    "net.inet.tcp.drop_synfin": _flag("syn_fin", "drop-always", "accept"),
    "net.inet.tcp.insecure_rst": _insecure,
    "net.inet.tcp.insecure_syn": _insecure,
    "net.inet.tcp.keepcnt": _number("keep_alive_probes"),
    "net.inet.tcp.keepidle": _number("keep_alive_idle", _MILLISECOND),
    "net.inet.tcp.keepinit": _number("connect_timeout", _MILLISECOND),
    "net.inet.tcp.keepintvl": _number("keep_alive_interval", _MILLISECOND),
    "net.inet.tcp.minmss": _number("mss_min"),
    "net.inet.tcp.msl": _number("msl", _MILLISECOND),
    "net.inet.tcp.mssdflt": _number("mss_default"),
    "net.inet.tcp.rexmit_drop_options": _flag("syn_option_retries", 2, None),  # from the third on
    "net.inet.tcp.rexmit_slop": _number("rto_variance_min", _MILLISECOND),
    "net.inet.tcp.syncache.rexmtlimit": _number("syn_ack_retries"),
    "net.inet.tcp.syncookies": _flag("syn_cookies", "when_full", "off"),
    "net.inet.tcp.syncookies_only": _syncookies_only,
    "net.inet.tcp.tolerate_missing_ts": _flag("require_timestamps", False, True),
}

# What tcpsim has no choice about: these values are how it is.
_ONLY: Final[Mapping[str, frozenset[str]]] = {
    "net.ipv4.tcp_ecn": frozenset({"0", "2"}),  # it is never asked for, and never granted: RFC 3168 is not simulated
    "net.ipv4.tcp_reordering": frozenset({"3"}),  # RFC 5681 §3.2
    "net.ipv4.tcp_l3mdev_accept": frozenset({"0"}),
    "net.inet.tcp.blackhole": frozenset({"0"}),
    "net.inet.tcp.ecn.enable": frozenset({"0", "2"}),
    "net.inet.tcp.icmp_may_rst": frozenset({"1"}),
    "net.inet.tcp.pmtud_blackhole_detection": frozenset({"0"}),
    "net.inet.tcp.udp_tunneling_port": frozenset({"0"}),
    "net.inet.tcp.functions_default": frozenset({"freebsd"}),
}

# What changes nothing that is simulated.
_WITHOUT_EFFECT: Final = (
    # caches of what earlier connections have learnt: there are none
    "net.inet.tcp.hostcache.",
    "net.ipv4.tcp_no_metrics_save",
    "net.ipv4.tcp_no_ssthresh_metrics_save",
    # congestion control, pacing, segmentation by the interface
    "net.inet.tcp.cc.",
    "net.inet.tcp.initcwnd_segments",
    "net.inet.tcp.rfc3042",
    "net.inet.tcp.rfc3390",
    "net.inet.tcp.rfc3465",
    "net.inet.tcp.rfc6675_pipe",
    "net.inet.tcp.tso",
    "net.ipv4.tcp_autocorking",
    "net.ipv4.tcp_congestion_control",
    "net.ipv4.tcp_fack",
    "net.ipv4.tcp_frto",
    "net.ipv4.tcp_limit_output_bytes",
    "net.ipv4.tcp_min_tso_segs",
    "net.ipv4.tcp_moderate_rcvbuf",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_pacing_",
    "net.ipv4.tcp_recovery",
    "net.ipv4.tcp_tso_",
    "net.core.default_qdisc",
    # ECN's options and retries, where ECN is not asked for
    "net.inet.tcp.ecn.maxretries",
    "net.ipv4.tcp_ecn_option",
    "net.ipv4.tcp_ecn_fallback",
    # TCP Fast Open: a socket that asks for it is told that it cannot be run
    "net.inet.tcp.fastopen.",
    "net.ipv4.tcp_fastopen",
    # path MTU discovery
    "net.inet.tcp.path_mtu_discovery",
    "net.inet.tcp.pmtud_blackhole_mss",
    "net.inet.tcp.udp_tunneling_overhead",
    "net.inet.tcp.v6pmtud_blackhole_mss",
    "net.ipv4.tcp_mtu_probing",
)
