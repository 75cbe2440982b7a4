"""The platforms that scripts are written for: the numbers their headers give to names, and how their sockets answer.

A platform is data, as a profile is: no code asks for a platform's name. What TCP puts on the wire is the profile's
business; what a program is told by its calls is the platform's. The numbers and answers of `linux` are those of Linux
(include/uapi), of `freebsd` those of FreeBSD 14 (sys/socket.h, sys/fcntl.h, netinet/tcp.h).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tcpsim.packetdrill import constants
from tcpsim.tcp.states import State


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform. `defines` is the name that its packetdrill gives scripts to ask for with `#ifdef`."""

    name: str
    defines: str
    constants: Mapping[str, int]
    states: Mapping[State, int]  # their numbers in tcpi_state
    # connect() on a listening socket
    connect_while_listening: str
    # a connect() that did not wait is told with another that it was done: once 0, or EISCONN at once
    connect_tells_success: bool
    # write() on a socket that never had a connection; and while it is being opened: "" waits, or EAGAIN
    write_unconnected: str
    write_while_opening: str
    # write() learns why the connection ended; else it is EPIPE, and the reason is left for read() and SO_ERROR
    write_tells_error: bool
    # read() after shutdown(SHUT_RD) still hands over what comes
    reads_after_shutdown: bool
    # shutdown(SHUT_RD) on a listening socket closes the listener
    shutdown_ends_listening: bool
    # poll() finds a socket that has no connection, or none any more, hung up and writable
    poll_hangup_when_closed: bool
    # SO_RCVBUF and SO_SNDBUF are told as twice the octets that there is room for
    buffers_are_doubled: bool
    # the most that a program may ask for, and whether more is cut down to that, or refused with ENOBUFS
    buffer_most: int
    buffer_is_cut: bool
    # SO_ERROR tells an error too that did not end the connection
    soft_errors_are_told: bool
    # getsockopt() of an option that is on, where that is not 1
    told_when_on: Mapping[str, int]
    # TCP_NODELAY sends what has waited until then
    no_delay_sends: bool
    # TCP's options of a connection that has ended: the errno, or "" where they are there still
    options_after_end: str
    # tcpi_snd_cwnd and tcpi_snd_ssthresh count segments, not octets; and what the second is before anything is lost
    windows_in_segments: bool
    ssthresh_at_first: int
    # what seconds and counts TCP_KEEPIDLE and its like may have: the most, and whether 0 is one (the default)
    keep_alive_most: Mapping[str, int]
    keep_alive_takes_zero: bool


_EVERYWHERE: Final = {
    "NULL": 0,
    "AF_UNSPEC": 0,
    "AF_INET": 2,
    "PF_INET": 2,
    "SOCK_STREAM": 1,
    "SOCK_DGRAM": 2,
    "SOCK_RAW": 3,
    "IPPROTO_IP": 0,
    "IPPROTO_TCP": 6,
    "IPPROTO_UDP": 17,
    "IPPROTO_IPV6": 41,
    "SOL_IP": 0,
    "SOL_TCP": 6,
    "SOL_IPV6": 41,
    "SHUT_RD": 0,
    "SHUT_WR": 1,
    "SHUT_RDWR": 2,
    "O_RDONLY": 0,
    "O_WRONLY": 1,
    "O_RDWR": 2,
    "F_GETFD": 1,
    "F_SETFD": 2,
    "F_GETFL": 3,
    "F_SETFL": 4,
    "FD_CLOEXEC": 1,
    "MSG_OOB": 0x1,
    "MSG_PEEK": 0x2,
    "MSG_DONTROUTE": 0x4,
    "POLLIN": 0x1,
    "POLLPRI": 0x2,
    "POLLOUT": 0x4,
    "POLLERR": 0x8,
    "POLLHUP": 0x10,
    "POLLNVAL": 0x20,
    "POLLRDNORM": 0x40,
    "TCP_NODELAY": 1,
    "TCP_MAXSEG": 2,
    "EPERM": 1,
    "ENOENT": 2,
    "EINTR": 4,
    "EIO": 5,
    "ENXIO": 6,
    "EBADF": 9,
    "ENOMEM": 12,
    "EACCES": 13,
    "EFAULT": 14,
    "EBUSY": 16,
    "EEXIST": 17,
    "EINVAL": 22,
    "EMFILE": 24,
    "EPIPE": 32,
}

_LINUX: Final = {
    **_EVERYWHERE,
    **constants.LINUX,
    "AF_INET6": 10,
    "PF_INET6": 10,
    "SOCK_NONBLOCK": 0o4000,
    "SOCK_CLOEXEC": 0o2000000,
    "SOL_SOCKET": 1,
    "O_NONBLOCK": 0o4000,
    "O_CLOEXEC": 0o2000000,
    "MSG_CTRUNC": 0x8,
    "MSG_TRUNC": 0x20,
    "MSG_DONTWAIT": 0x40,
    "MSG_EOR": 0x80,
    "MSG_WAITALL": 0x100,
    "MSG_ERRQUEUE": 0x2000,
    "MSG_NOSIGNAL": 0x4000,
    "MSG_MORE": 0x8000,
    "MSG_ZEROCOPY": 0x4000000,
    "MSG_FASTOPEN": 0x20000000,
    "POLLRDBAND": 0x80,
    "POLLWRNORM": 0x100,
    "POLLWRBAND": 0x200,
    "POLLRDHUP": 0x2000,
    "FIONREAD": 0x541B,
    "SIOCINQ": 0x541B,
    "FIONBIO": 0x5421,
    "SIOCOUTQ": 0x5411,
    "SIOCOUTQNSD": 0x894B,
    "EAGAIN": 11,
    "EWOULDBLOCK": 11,
    "EINPROGRESS": 115,
    "EALREADY": 114,
    "ENOTSOCK": 88,
    "EDESTADDRREQ": 89,
    "EMSGSIZE": 90,
    "EPROTOTYPE": 91,
    "ENOPROTOOPT": 92,
    "EPROTONOSUPPORT": 93,
    "EOPNOTSUPP": 95,
    "EAFNOSUPPORT": 97,
    "EADDRINUSE": 98,
    "EADDRNOTAVAIL": 99,
    "ENETDOWN": 100,
    "ENETUNREACH": 101,
    "ENETRESET": 102,
    "ECONNABORTED": 103,
    "ECONNRESET": 104,
    "ENOBUFS": 105,
    "EISCONN": 106,
    "ENOTCONN": 107,
    "ETIMEDOUT": 110,
    "ECONNREFUSED": 111,
    "EHOSTDOWN": 112,
    "EHOSTUNREACH": 113,
    "EPROTO": 71,
}

_FREEBSD: Final = {
    **_EVERYWHERE,
    **constants.FREEBSD,
    "AF_INET6": 28,
    "PF_INET6": 28,
    "SOCK_CLOEXEC": 0x10000000,
    "SOCK_NONBLOCK": 0x20000000,
    "SOL_SOCKET": 0xFFFF,
    "O_NONBLOCK": 0x4,
    "O_CLOEXEC": 0x100000,
    "MSG_EOR": 0x8,
    "MSG_TRUNC": 0x10,
    "MSG_CTRUNC": 0x20,
    "MSG_WAITALL": 0x40,
    "MSG_DONTWAIT": 0x80,
    "MSG_EOF": 0x100,
    "MSG_NOSIGNAL": 0x20000,
    "POLLWRNORM": 0x4,
    "POLLRDBAND": 0x80,
    "POLLWRBAND": 0x100,
    "POLLRDHUP": 0x4000,
    "FIONREAD": 0x4004667F,
    "FIONBIO": 0x8004667E,
    "FIONWRITE": 0x40046677,
    "FIONSPACE": 0x40046676,
    "EAGAIN": 35,
    "EWOULDBLOCK": 35,
    "EINPROGRESS": 36,
    "EALREADY": 37,
    "ENOTSOCK": 38,
    "EDESTADDRREQ": 39,
    "EMSGSIZE": 40,
    "EPROTOTYPE": 41,
    "ENOPROTOOPT": 42,
    "EPROTONOSUPPORT": 43,
    "EOPNOTSUPP": 45,
    "EAFNOSUPPORT": 47,
    "EADDRINUSE": 48,
    "EADDRNOTAVAIL": 49,
    "ENETDOWN": 50,
    "ENETUNREACH": 51,
    "ENETRESET": 52,
    "ECONNABORTED": 53,
    "ECONNRESET": 54,
    "ENOBUFS": 55,
    "EISCONN": 56,
    "ENOTCONN": 57,
    "ETIMEDOUT": 60,
    "ECONNREFUSED": 61,
    "EHOSTDOWN": 64,
    "EHOSTUNREACH": 65,
    "EPROTO": 92,
}

LINUX: Final = Platform(
    name="linux",
    defines="Linux",
    constants=MappingProxyType(_LINUX),
    states=MappingProxyType(constants.LINUX_STATES),
    connect_while_listening="EISCONN",
    connect_tells_success=True,
    write_unconnected="EPIPE",
    write_while_opening="EAGAIN",
    write_tells_error=True,
    reads_after_shutdown=True,
    shutdown_ends_listening=True,
    poll_hangup_when_closed=True,
    buffers_are_doubled=True,
    buffer_most=212_992,  # net.core.rmem_max and wmem_max, SK_WMEM_MAX
    buffer_is_cut=True,
    soft_errors_are_told=True,
    told_when_on=MappingProxyType({}),
    no_delay_sends=True,
    options_after_end="",
    windows_in_segments=True,
    ssthresh_at_first=0x7FFFFFFF,  # TCP_INFINITE_SSTHRESH
    keep_alive_most=MappingProxyType({"TCP_KEEPIDLE": 32_767, "TCP_KEEPINTVL": 32_767, "TCP_KEEPCNT": 127}),
    keep_alive_takes_zero=False,
)

FREEBSD: Final = Platform(
    name="freebsd",
    defines="FreeBSD",
    constants=MappingProxyType(_FREEBSD),
    states=MappingProxyType(constants.FREEBSD_STATES),
    connect_while_listening="EOPNOTSUPP",
    connect_tells_success=False,
    write_unconnected="ENOTCONN",
    write_while_opening="ENOTCONN",
    write_tells_error=False,
    reads_after_shutdown=False,
    shutdown_ends_listening=False,
    poll_hangup_when_closed=False,
    buffers_are_doubled=False,
    buffer_most=2_097_152,  # kern.ipc.maxsockbuf
    buffer_is_cut=False,
    soft_errors_are_told=False,
    # SOL_SOCKET's answer with their own bit, TCP's with that of t_flags
    told_when_on=MappingProxyType(
        {
            "SO_REUSEADDR": 0x4,
            "SO_KEEPALIVE": 0x8,
            "SO_ACCEPTCONN": 0x2,
            "TCP_NODELAY": 0x4,
            "TCP_NOOPT": 0x8,
            "TCP_NOPUSH": 0x1000,
        }
    ),
    no_delay_sends=False,
    options_after_end="ECONNRESET",
    windows_in_segments=False,
    ssthresh_at_first=65_535 << 14,  # TCP_MAXWIN << TCP_MAX_WINSHIFT
    keep_alive_most=MappingProxyType(
        {  # UINT_MAX / hz, with hz=1000
            "TCP_KEEPINIT": 4_294_967,
            "TCP_KEEPIDLE": 4_294_967,
            "TCP_KEEPINTVL": 4_294_967,
            "TCP_KEEPCNT": 2_147_483_647,
        }
    ),
    keep_alive_takes_zero=True,
)

PLATFORMS: Final = {platform.name: platform for platform in (LINUX, FREEBSD)}
