"""Socket options: what `setsockopt` changes in a socket's profile, and what `getsockopt` is told.

An option is a row of `_OPTIONS`: its level, how it is told, and how it is set, or None where it cannot be. One for
which a platform has no number (`constants`), or which is not here, cannot be run; its name says so. Must not be known
here: how the call was written, but for its value.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

from tcpsim.packetdrill import tcp_info
from tcpsim.packetdrill.descriptors import Descriptor
from tcpsim.packetdrill.expressions import Anything, Integer, Struct, Value, Word
from tcpsim.packetdrill.failures import CallFails, CannotRun, Failed
from tcpsim.packetdrill.program import Asked, Program
from tcpsim.tcp.effects import Effect, Timer
from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.sending import send_acknowledgment, send_pending
from tcpsim.tcp.states import CLOSED, KEPT_ALIVE, LISTEN
from tcpsim.tcp.tcb import NEVER, NOTHING, Tcb

Told: TypeAlias = int | dict[str, int]

_MILLISECOND: Final = 1_000
_SECOND: Final = 1_000_000
_INT: Final = 4  # octets of most options' values
_LINGER: Final = 8  # octets of a struct linger
_MOST_MSS: Final = 32_767
_LEAST_MSS: Final = 88  # Linux's TCP_MIN_MSS; FreeBSD's minmss is lower, but so is nobody's offer
_MOST_SYNS: Final = 127
_MOST_LINGER2: Final = 120  # s
_LEAST_BUFFER: Final = 1_024  # octets


def get(program: Program, descriptor: Descriptor, level: str, name: str) -> Told:
    """What getsockopt finds. Raises CallFails, and CannotRun for an option that is not there."""
    option = _option(program, level, name)
    _refuse_after_the_end(program, descriptor, level)
    return option.get(_At(program, descriptor, name))


def set(program: Program, asked: Asked, descriptor: Descriptor, level: str, name: str, value: Value) -> None:  # noqa: A001 - as it is called
    """What setsockopt does. Raises CallFails, and CannotRun for an option that is not there."""
    option = _option(program, level, name)
    _refuse_after_the_end(program, descriptor, level)
    if option.set is None:
        raise CallFails("ENOPROTOOPT")
    if asked.value(3) in {Word("NULL"), Integer(0)}:
        raise CallFails("EFAULT")
    if asked.number(4) < (_LINGER if name == "SO_LINGER" else _INT):
        raise CallFails("EINVAL")
    option.set(_At(program, descriptor, name, asked), value)


class _At(NamedTuple):
    """An option of a socket that is looked at, or changed by a call."""

    program: Program
    descriptor: Descriptor
    name: str
    asked: Asked | None = None

    def number(self, value: Value) -> int:
        """The number that an option is set to."""
        if type(value) is Anything or self.asked is None:
            raise CannotRun(f"{self.name} set to a value that the script leaves open")
        return self.asked.number_of(value)

    def carry_out(self, effects: list[Effect]) -> None:
        """What TCP does at once, now that an option has changed; timers are looked at again in any case."""
        connection = self.descriptor.connection
        if connection is not None and self.asked is not None:
            self.asked.carry_out(connection, effects)

    @property
    def live(self) -> Tcb | None:
        """The connection, if there is one that has not ended."""
        tcb = self.descriptor.tcb
        return tcb if tcb is not None and tcb.state is not CLOSED else None


class _Option(NamedTuple):
    level: str
    get: Callable[[_At], Told]
    set: Callable[[_At, Value], None] | None = None


def _option(program: Program, level: str, name: str) -> _Option:
    option = _OPTIONS.get(name)
    if option is None or name not in program.platform.constants or option.level != level:
        raise CannotRun(f"the socket option {level}, {name}" if option else f"the socket option {name}")
    return option


def _refuse_after_the_end(program: Program, descriptor: Descriptor, level: str) -> None:
    """Where a socket is dropped with its connection, TCP has no options for it any more."""
    tcb, errno = descriptor.tcb, program.platform.options_after_end
    if errno and level == "IPPROTO_TCP" and tcb is not None and tcb.state is CLOSED:
        raise CallFails(errno)


# ---- errors, kinds ---------------------------------------------------------------------------------------------------


def _get_error(at: _At) -> int:
    """Why the connection ended, if nobody has been told yet; then 0."""
    tcb = at.descriptor.tcb
    if tcb is None:
        return 0
    signal = None
    if tcb.error is not None and not tcb.error_told:
        tcb.error_told = True
        signal = tcb.error
    elif tcb.unreachable is not None and at.program.platform.soft_errors_are_told:
        signal, tcb.unreachable = tcb.unreachable[0], None
    return at.program.platform.constants[signal.errno] if signal is not None and signal.errno else 0


def _constant(name: str) -> Callable[[_At], int]:
    return lambda at: at.program.platform.constants[name]


def _get_domain(at: _At) -> int:
    return at.program.platform.constants["AF_INET6" if ":" in at.program.remote else "AF_INET"]


def _get_listens(at: _At) -> int:
    return _on(at, at.descriptor.listener is not None)


def _on(at: _At, is_on: bool) -> int:
    return at.program.platform.told_when_on.get(at.name, 1) if is_on else 0


# ---- the socket ------------------------------------------------------------------------------------------------------


def _get_reuse(at: _At) -> int:
    return _on(at, at.descriptor.reuse_address)


def _set_reuse(at: _At, value: Value) -> None:
    at.descriptor.reuse_address = at.number(value) != 0


def _get_kept(at: _At) -> int:
    return _on(at, bool(at.descriptor.options.get(at.name)))


def _set_kept(at: _At, value: Value) -> None:
    """What changes nothing on the wire is only kept: whose memory the octets are sent from."""
    at.descriptor.options[at.name] = at.number(value) != 0


def _get_linger(at: _At) -> dict[str, int]:
    linger = at.descriptor.linger
    return {"onoff": int(linger is not None), "linger": (linger or 0) // _SECOND}


def _set_linger(at: _At, value: Value) -> None:
    if type(value) is not Struct:
        raise Failed("setsockopt(): SO_LINGER is as in {onoff=1, linger=5}")
    on, seconds = (value.get(field) or Integer(0) for field in ("onoff", "linger"))
    at.descriptor.linger = max(at.number(seconds), 0) * _SECOND if at.number(on) else None


def _get_receive_buffer(at: _At) -> int:
    return _profile(at).receive_buffer * (1 + at.program.platform.buffers_are_doubled)


def _get_send_buffer(at: _At) -> int:
    return _profile(at).send_buffer * (1 + at.program.platform.buffers_are_doubled)


def _profile(at: _At) -> Profile:
    """The connection's, where there is one: buffers may have grown with it."""
    tcb = at.live
    return at.descriptor.profile if tcb is None else tcb.profile


def _set_receive_buffer(at: _At, value: Value) -> None:
    at.descriptor.change(receive_buffer=_buffer(at, value))


def _set_send_buffer(at: _At, value: Value) -> None:
    at.descriptor.change(send_buffer=_buffer(at, value))


def _buffer(at: _At, value: Value) -> int:
    platform, octets = at.program.platform, at.number(value)
    if platform.buffer_is_cut:
        return max(min(octets & 0x7FFFFFFF, platform.buffer_most), _LEAST_BUFFER)
    if octets < 1:
        raise CallFails("EINVAL")
    if octets > platform.buffer_most:
        raise CallFails("ENOBUFS")
    return octets


# ---- keep-alive ------------------------------------------------------------------------------------------------------


def _get_keep_alive(at: _At) -> int:
    return _on(at, at.descriptor.profile.keep_alive)


def _set_keep_alive(at: _At, value: Value) -> None:
    on = at.number(value) != 0
    at.descriptor.change(keep_alive=on)
    tcb = at.live
    if tcb is None or tcb.state not in KEPT_ALIVE:
        return
    if not on:
        tcb.timers[Timer.KEEP_ALIVE] = NEVER
    elif tcb.timers[Timer.KEEP_ALIVE] == NEVER:
        tcb.timers[Timer.KEEP_ALIVE] = at.program.now + tcb.profile.keep_alive_idle
    at.carry_out([])


class _Time(NamedTuple):
    """An option that is a time, or a count (`unit` 1), of the profile."""

    parameter: str
    unit: int = _SECOND

    def get(self, at: _At) -> int:
        return (getattr(at.descriptor.profile, self.parameter) or 0) // self.unit

    def set(self, at: _At, value: Value) -> None:
        number, platform = at.number(value), at.program.platform
        if not (0 if platform.keep_alive_takes_zero else 1) <= number <= platform.keep_alive_most[at.name]:
            raise CallFails("EINVAL")
        usual = getattr(at.program.stack.profile, self.parameter)
        before = at.descriptor.profile.keep_alive_idle
        at.descriptor.change(**{self.parameter: number * self.unit if number else usual})
        _idle_since(at, before)


def _idle_since(at: _At, before: int) -> None:
    """How long a silence may last has changed while it lasts: it began as long ago as before."""
    tcb = at.live
    if tcb is None or tcb.timers[Timer.KEEP_ALIVE] == NEVER or tcb.probes:
        return
    expires = tcb.timers[Timer.KEEP_ALIVE] - before + tcb.profile.keep_alive_idle
    tcb.timers[Timer.KEEP_ALIVE] = max(expires, at.program.now)
    at.carry_out([])


# ---- when TCP sends --------------------------------------------------------------------------------------------------


def _get_no_delay(at: _At) -> int:
    return _on(at, not at.descriptor.profile.nagle)


def _set_no_delay(at: _At, value: Value) -> None:
    """RFC 9293 §3.7.4 MUST-17. Where the platform does so, what has waited leaves, even from under a cork."""
    at.descriptor.change(nagle=at.number(value) == 0)
    if at.number(value) and at.program.platform.no_delay_sends:
        _send_what_waited(at, push=not at.descriptor.more)


def _get_cork(at: _At) -> int:
    return _on(at, at.descriptor.corked)


def _set_cork(at: _At, value: Value) -> None:
    """What is written fills segments; without the cork, what is left leaves."""
    at.descriptor.corked = at.number(value) != 0
    if not at.descriptor.corked:
        _send_what_waited(at, push=True)


def _send_what_waited(at: _At, *, push: bool) -> None:
    """Send what has waited for more to fill a segment with; `push`: there will be no more."""
    tcb = at.live
    if tcb is None or not tcb.outgoing.unsent:
        return
    effects: list[Effect] = []
    if push:
        tcb.outgoing.pushed = True
    send_pending(tcb, at.program.now, effects, override=not tcb.profile.nagle)
    at.carry_out(effects)


def _get_quick_ack(at: _At) -> int:
    return int(at.live is not None and at.live.quick_acks > 0)


def _set_quick_ack(at: _At, value: Value) -> None:
    """Acknowledgments leave at once for a while, beginning with the one that waits; or no longer."""
    tcb = at.live
    if tcb is None:
        return
    if at.number(value) == 0:
        tcb.quick_acks = 0
        return
    tcb.quick_acks = max(tcb.quick_acks, tcb.profile.quick_acks)
    if tcb.ack_owed != NOTHING or tcb.timers[Timer.DELAYED_ACK] != NEVER:
        effects: list[Effect] = []
        send_acknowledgment(tcb, at.program.now, effects)
        at.carry_out(effects)


# ---- sizes, patience -------------------------------------------------------------------------------------------------


def _get_mss(at: _At) -> int:
    """What was agreed on; before, what the user has asked for, or what is assumed."""
    descriptor = at.descriptor
    if descriptor.tcb is not None and descriptor.tcb.state not in {CLOSED, LISTEN}:
        return descriptor.tcb.agreed.mss
    asked_for: int = descriptor.options.get("TCP_MAXSEG", 0)
    return asked_for or descriptor.profile.mss_default


def _set_mss(at: _At, value: Value) -> None:
    octets = at.number(value)
    if octets and not _LEAST_MSS <= octets <= _MOST_MSS:
        raise CallFails("EINVAL")
    at.descriptor.options["TCP_MAXSEG"] = octets
    usual = at.program.stack.profile.mss
    at.descriptor.change(mss=min(octets, usual) if octets else usual)


def _get_no_options(at: _At) -> int:
    return _on(at, not at.descriptor.profile.offer_mss)


def _set_no_options(at: _At, value: Value) -> None:
    """Connections to be made offer nothing in their SYN, and so agree on nothing; or what is usual again."""
    usual = at.program.stack.profile
    names = ("offer_mss", "window_scale", "sack", "timestamps")
    nothing = {"offer_mss": False, "window_scale": None, "sack": False, "timestamps": False}
    at.descriptor.change(**(nothing if at.number(value) else {name: getattr(usual, name) for name in names}))


def _get_user_timeout(at: _At) -> int:
    return (at.descriptor.profile.user_timeout or 0) // _MILLISECOND


def _set_user_timeout(at: _At, value: Value) -> None:
    """RFC 9293 §3.10.8, and RFC 5482. 0: none."""
    milliseconds = at.number(value)
    if milliseconds < 0:
        raise CallFails("EINVAL")
    at.descriptor.change(user_timeout=milliseconds * _MILLISECOND or None)
    tcb = at.live
    if tcb is None:
        return
    queue = tcb.outgoing.retransmission_queue
    since = queue[0].waiting_since if queue and milliseconds else None
    tcb.timers[Timer.USER] = NEVER if since is None else max(since + milliseconds * _MILLISECOND, at.program.now)
    at.carry_out([])


def _get_syn_count(at: _At) -> int:
    return at.descriptor.profile.syn_retries or 0


def _set_syn_count(at: _At, value: Value) -> None:
    count = at.number(value)
    if not 1 <= count <= _MOST_SYNS:
        raise CallFails("EINVAL")
    at.descriptor.change(syn_retries=count)


def _get_linger2(at: _At) -> int:
    timeout = at.descriptor.profile.orphan_timeout
    return -1 if timeout == 0 else (timeout or 0) // _SECOND


def _set_linger2(at: _At, value: Value) -> None:
    """How long FIN-WAIT-2 lasts without a user: 0 as usual, less than that not at all."""
    seconds = at.number(value)
    usual = at.program.stack.profile.orphan_timeout
    at.descriptor.change(orphan_timeout=min(max(seconds, 0), _MOST_LINGER2) * _SECOND if seconds else usual)


def _get_info(at: _At) -> dict[str, int]:
    listener = at.descriptor.listener
    return tcp_info.fields(at.program, listener.tcb if listener else at.descriptor.tcb)


_OPTIONS: Final[Mapping[str, _Option]] = {
    "SO_ERROR": _Option("SOL_SOCKET", _get_error),
    "SO_TYPE": _Option("SOL_SOCKET", _constant("SOCK_STREAM")),
    "SO_PROTOCOL": _Option("SOL_SOCKET", _constant("IPPROTO_TCP")),
    "SO_DOMAIN": _Option("SOL_SOCKET", _get_domain),
    "SO_ACCEPTCONN": _Option("SOL_SOCKET", _get_listens),
    "SO_REUSEADDR": _Option("SOL_SOCKET", _get_reuse, _set_reuse),
    "SO_ZEROCOPY": _Option("SOL_SOCKET", _get_kept, _set_kept),
    "SO_LINGER": _Option("SOL_SOCKET", _get_linger, _set_linger),
    "SO_RCVBUF": _Option("SOL_SOCKET", _get_receive_buffer, _set_receive_buffer),
    "SO_SNDBUF": _Option("SOL_SOCKET", _get_send_buffer, _set_send_buffer),
    "SO_KEEPALIVE": _Option("SOL_SOCKET", _get_keep_alive, _set_keep_alive),
    "TCP_KEEPIDLE": _Option("IPPROTO_TCP", _Time("keep_alive_idle").get, _Time("keep_alive_idle").set),
    "TCP_KEEPINTVL": _Option("IPPROTO_TCP", _Time("keep_alive_interval").get, _Time("keep_alive_interval").set),
    "TCP_KEEPCNT": _Option(
        "IPPROTO_TCP", _Time("keep_alive_probes", unit=1).get, _Time("keep_alive_probes", unit=1).set
    ),
    "TCP_KEEPINIT": _Option("IPPROTO_TCP", _Time("connect_timeout").get, _Time("connect_timeout").set),
    "TCP_NODELAY": _Option("IPPROTO_TCP", _get_no_delay, _set_no_delay),
    "TCP_CORK": _Option("IPPROTO_TCP", _get_cork, _set_cork),
    "TCP_NOPUSH": _Option("IPPROTO_TCP", _get_cork, _set_cork),
    "TCP_QUICKACK": _Option("IPPROTO_TCP", _get_quick_ack, _set_quick_ack),
    "TCP_MAXSEG": _Option("IPPROTO_TCP", _get_mss, _set_mss),
    "TCP_NOOPT": _Option("IPPROTO_TCP", _get_no_options, _set_no_options),
    "TCP_USER_TIMEOUT": _Option("IPPROTO_TCP", _get_user_timeout, _set_user_timeout),
    "TCP_SYNCNT": _Option("IPPROTO_TCP", _get_syn_count, _set_syn_count),
    "TCP_LINGER2": _Option("IPPROTO_TCP", _get_linger2, _set_linger2),
    "TCP_INFO": _Option("IPPROTO_TCP", _get_info),
}
