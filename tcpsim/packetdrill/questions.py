"""The system calls that ask about sockets, or set something: `fcntl`, `ioctl`, `poll`, `getsockopt`, `setsockopt`.

What they find out is compared here with what the script says in the arguments that they write to. Must not be known
here: what a socket option means (`sockopts`).
"""

from collections.abc import Callable, Mapping
from typing import Final

from tcpsim.packetdrill import sockopts
from tcpsim.packetdrill.descriptors import Descriptor
from tcpsim.packetdrill.expressions import Anything, Array, Field, Integer, Struct, Value, Word, written
from tcpsim.packetdrill.failures import CallFails, CannotRun, Failed
from tcpsim.packetdrill.program import Asked, Course, Program
from tcpsim.tcp.states import CLOSED, SYN_SENT
from tcpsim.wire.seq import MASK

_MILLISECOND: Final = 1_000  # µs

# ---- fcntl, ioctl ----------------------------------------------------------------------------------------------------


def _fcntl(program: Program, asked: Asked) -> int:
    descriptor, command = asked.descriptor(), asked.number(1)
    constants = program.platform.constants
    if command == constants["F_GETFL"]:
        return constants["O_RDWR"] | (constants["O_NONBLOCK"] if descriptor.nonblocking else 0)
    if command == constants["F_SETFL"]:
        asked.takes(3)
        descriptor.nonblocking = asked.flag("O_NONBLOCK", asked.number(2))
        return 0
    if command in {constants["F_GETFD"], constants["F_SETFD"]}:
        return 0
    raise CannotRun(f"fcntl(…, {written(asked.value(1))})")


def _ioctl(_program: Program, asked: Asked) -> int:
    descriptor, request = asked.descriptor(), written(asked.value(1))
    tcb = descriptor.tcb
    if request == "FIONBIO":
        descriptor.nonblocking = asked.number_of(_only(asked, asked.value(2))) != 0
        return 0
    if request not in {"FIONREAD", "SIOCINQ", "SIOCOUTQ", "SIOCOUTQNSD", "FIONWRITE"}:
        raise CannotRun(f"ioctl(…, {request})")
    if descriptor.listener is not None:
        raise CallFails("EINVAL")
    if tcb is None:
        found = 0
    elif request in {"FIONREAD", "SIOCINQ"}:
        found = tcb.incoming.unread
    elif request == "SIOCOUTQNSD":
        found = tcb.outgoing.unsent
    else:
        found = tcb.outgoing.unsent + ((tcb.snd_nxt - tcb.snd_una) & MASK)
    _compare(asked, request, _only(asked, asked.value(2)), found)
    return 0


# ---- poll ------------------------------------------------------------------------------------------------------------


def _poll(program: Program, asked: Asked) -> Course:
    asked_for = asked.value(0)
    if type(asked_for) is not Array or not all(type(item) is Struct for item in asked_for.items):
        raise Failed("poll(): its first argument is as in [{fd=4, events=POLLIN, revents=0}]")
    polls = [item for item in asked_for.items if type(item) is Struct]
    if asked.number(1) != len(polls):
        raise Failed(f"poll(): its count says {written(asked.value(1))}, and {written(asked_for)} has {len(polls)}")
    timeout = asked.number(2)
    until = None if timeout < 0 else program.now + timeout * _MILLISECOND
    while True:
        ready = [_ready(program, asked, poll) for poll in polls]
        if any(ready) or (until is not None and program.now >= until):
            break
        yield until
    for poll, found in zip(polls, ready, strict=True):
        expected = asked.number_of(poll.get("revents") or Integer(0))
        if found != expected:
            raise Failed(f"poll() finds revents={_poll_words(program, found)} in {written(poll)}")
    return sum(map(bool, ready))


def _ready(program: Program, asked: Asked, poll: Struct) -> int:
    """What poll() finds on a socket, of what it was asked for; errors it always tells."""
    constants = program.platform.constants
    always = constants["POLLERR"] | constants["POLLHUP"] | constants["POLLNVAL"]
    events = asked.number_of(poll.get("events") or Integer(0))
    try:
        descriptor = program.descriptors[asked.number_of(poll.get("fd") or Integer(-1))]
    except CallFails:
        return constants["POLLNVAL"]
    return _state_of(program, descriptor) & (events | always)


def _state_of(program: Program, descriptor: Descriptor) -> int:
    """All that poll() could find on a socket."""
    bits = program.platform.constants
    readable = bits["POLLIN"] | bits["POLLRDNORM"]
    writable = bits["POLLOUT"] | bits["POLLWRNORM"]
    if descriptor.listener is not None:
        return readable if descriptor.listener.accept_queue else 0
    tcb = descriptor.tcb
    if tcb is None:
        return writable | bits["POLLHUP"] if program.platform.poll_hangup_when_closed else 0
    if tcb.state is SYN_SENT:
        return 0
    shut = tcb.outgoing.fin_queued or tcb.outgoing.fin_sent
    found = 0
    if tcb.state is CLOSED or ((tcb.incoming.ended or descriptor.deaf) and shut):
        found |= bits["POLLHUP"]
    if tcb.readable or descriptor.deaf:
        found |= readable
    if tcb.incoming.ended or descriptor.deaf or tcb.state is CLOSED:
        found |= bits["POLLRDHUP"]
    if tcb.state is CLOSED or shut or (not descriptor.opening and tcb.send_room):
        found |= writable
    if tcb.state is CLOSED and tcb.error is not None and tcb.error.errno and not tcb.error_told:
        found |= bits["POLLERR"]
    return found


def _poll_words(program: Program, bits: int) -> str:
    """`POLLIN|POLLOUT`."""
    names = [name for name, bit in program.platform.constants.items() if name.startswith("POLL") and bits & bit]
    return "|".join(names) or "0"


# ---- socket options --------------------------------------------------------------------------------------------------


def _setsockopt(program: Program, asked: Asked) -> int:
    descriptor = asked.descriptor()
    level, name = _option(asked)
    value = asked.value(3)
    held = _only(asked, value) if type(value) is Array else value
    sockopts.set(program, asked, descriptor, level, name, held)
    return 0


def _getsockopt(program: Program, asked: Asked) -> int:
    descriptor = asked.descriptor()
    level, name = _option(asked)
    found = sockopts.get(program, descriptor, level, name)
    value = asked.value(3)
    overlooked = name in {"SO_RCVBUF", "SO_SNDBUF"} and not program.buffers_matter
    if type(value) is not Anything and not overlooked:
        _compare(asked, name, _only(asked, value) if type(value) is Array else value, found)
    return 0


def _option(asked: Asked) -> tuple[str, str]:
    """The level and the name of an option, `SOL_TCP` under its other name. Raises CannotRun for bare numbers."""
    level, name = asked.value(1), asked.value(2)
    if type(level) is not Word or type(name) is not Word:
        raise CannotRun(f"the socket option {written(level)}, {written(name)}")
    return {"SOL_TCP": "IPPROTO_TCP", "SOL_IP": "IPPROTO_IP", "SOL_IPV6": "IPPROTO_IPV6"}.get(
        level.name, level.name
    ), name.name


# ---- what a call writes to its arguments -----------------------------------------------------------------------------


def _only(asked: Asked, value: Value) -> Value:
    """The one thing in `[…]`."""
    if type(value) is not Array or len(value.items) != 1:
        raise Failed(f"{asked.call.name}(): {written(value)} is not one value in brackets")
    return value.items[0]


def _compare(asked: Asked, name: str, expected: Value, found: int | Mapping[str, int]) -> None:
    """What was found must be what the script says; of a struct, those fields that it names."""
    if type(expected) is Anything:
        return
    if isinstance(found, int):
        if asked.number_of(expected) != found:
            raise Failed(f"{asked.call.name}() finds {name} {found}, and {written(expected)} was expected")
        return
    if type(expected) is not Struct:
        raise Failed(f"{asked.call.name}(): {name} is a struct, and {written(expected)} is not")
    for item in expected.items:
        if type(item) is not Field or item.name not in found:
            raise CannotRun(f"{written(item)} of {name}")
        if type(item.value) is not Anything and asked.number_of(item.value) != found[item.name]:
            raise Failed(f"{asked.call.name}() finds {item.name}={found[item.name]}, and {written(item)} was expected")


CALLS: Final[dict[str, tuple[int | None, Callable[[Program, Asked], int | Course]]]] = {
    "fcntl": (None, _fcntl),
    "ioctl": (3, _ioctl),
    "poll": (3, _poll),
    "setsockopt": (5, _setsockopt),
    "getsockopt": (5, _getsockopt),
}
