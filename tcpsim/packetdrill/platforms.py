"""The platforms that scripts are written for: how their sockets answer. Their numbers are in `constants`.

A platform is data, as a profile is: no code asks for a platform's name. What TCP puts on the wire is the profile's
business; what a program is told by its calls is the platform's. The answers of `linux` are those of Linux, of
`freebsd` those of FreeBSD 14.
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


LINUX: Final = Platform(
    name="linux",
    defines="Linux",
    constants=MappingProxyType(constants.LINUX),
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
    constants=MappingProxyType(constants.FREEBSD),
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
