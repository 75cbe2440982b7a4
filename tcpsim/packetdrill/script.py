"""A script as plain data: what it asks for, in the order in which it was written.

Lives here: the script, its options and events, what a segment is expected to look like. How a script is read must not
be known here, nor how it is run.

Times are microseconds. What a script does not say is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tcpsim.packetdrill.expressions import Value
from tcpsim.wire.options import Option

# ---- when ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class When:
    """When an event is due.

    `start` None: at any time (`*`). `end`: the end of a range (`a~b`), else None. `relative`: both count from the
    event before (`+a`, `+a~+b`), else from the beginning of the script.
    """

    start: int | None
    end: int | None = None
    relative: bool = False


# ---- segments --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimestampsPattern:
    """`TS val 100 ecr 0`. `value` None: whatever it is (`val ...`). `echo_absolute`: as on the wire (`ecr 700!`)."""

    value: int | None
    echo: int
    echo_absolute: bool = False


OptionPattern: TypeAlias = Option | TimestampsPattern  # all options but Timestamps are those of the wire


@dataclass(frozen=True, slots=True)
class SegmentPattern:
    """A segment as a script writes it: `S. 0:0(0) ack 1 win 65535 <mss 1460>`.

    `flags` are the bits of `tcpsim.wire.flags`. `seq` and `ack` are relative to the initial sequence number of their
    side; `seq` is as on the wire with `seq_absolute` (`0:0(0)!`), and None for `...(0)`: whatever it is. `octets` is
    the length of the data. `options` None: whatever they are (`<...>`); (): none. `ports`, source then destination,
    and `socket`, the file descriptor in `sock(3)`, say which connection is meant where there are several.
    """

    flags: int
    seq: int | None
    octets: int
    ack: int | None = None
    window: int | None = None
    urgent: int | None = None
    options: tuple[OptionPattern, ...] | None = ()
    seq_absolute: bool = False
    ports: tuple[int, int] | None = None
    socket: int | None = None


@dataclass(frozen=True, slots=True)
class IcmpPattern:
    """An ICMP error that quotes a segment of the stack under test: `icmp unreachable host_unreachable [1:1461(1460)]`.

    `name` and `code_name` are packetdrill's words (`code_name` is "" where none is written), `type` and `code` the
    numbers they have in the IP version of the script. `seq` and `octets` are of the segment quoted: 0 if not written.
    """

    name: str
    code_name: str
    type: int
    code: int
    mtu: int | None = None
    seq: int = 0
    octets: int = 0


# ---- what happens ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """A system call and what it must return.

    `error` is the errno's name in `= -1 EINPROGRESS (…)`, or ""; `note` what stands in the parentheses, or "". A call
    with `until` may block, and must return then: a time of the same kind as the event's own, from the same origin.
    """

    name: str
    arguments: tuple[Value, ...]
    result: Value
    error: str = ""
    note: str = ""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """`<`: what arrives at the stack under test."""

    packet: SegmentPattern | IcmpPattern


@dataclass(frozen=True, slots=True)
class Outbound:
    """`>`: what the stack under test must send."""

    segment: SegmentPattern


@dataclass(frozen=True, slots=True)
class Assertion:
    """`%{ … }%`: Python that must hold, with the margin taken off."""

    code: str


@dataclass(frozen=True, slots=True)
class Command:
    """`` `…` ``: a command for a shell. `line` is where it begins."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something that is packetdrill, and that tcpsim does not run. `construct` names it: `UDP packet`."""

    construct: str


Action: TypeAlias = Call | Inbound | Outbound | Assertion | Command | Unsupported


@dataclass(frozen=True, slots=True)
class Event:
    """One event. It begins in `line`, counted from 1; `text` is all of it as it was written."""

    when: When
    action: Action
    line: int
    text: str


# ---- the script ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScriptOptions:
    """The options of a script that tcpsim knows how to follow, with packetdrill's defaults.

    `ip_version` is "ipv4", "ipv4-mapped-ipv6" or "ipv6". `non_fatal`: of "packet", with which a segment may be another
    than expected, and come at another time, and "syscall", which changes nothing, as in packetdrill. `others` are those
    that were written and are none of these.
    """

    tolerance_usecs: int = 4_000
    tolerance_percent: float = 12.5
    ip_version: str = "ipv4"
    local_ip: str | None = None
    remote_ip: str | None = None
    bind_port: int = 8080
    connect_port: int = 8080
    mtu: int | None = None
    tcp_ts_tick_usecs: int | None = None
    strict_segments: bool = False
    non_fatal: frozenset[str] = frozenset()
    others: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """A whole script. `setup` and `cleanup` are the commands without a time before the first event and after the last.

    `unsupported` are options that ask for what tcpsim does not run: each its line and its name.
    """

    name: str
    options: ScriptOptions
    events: tuple[Event, ...]
    setup: Command | None = None
    cleanup: Command | None = None
    unsupported: tuple[tuple[int, str], ...] = ()
