"""The system calls: what a program's `socket`, `bind`, `listen`, … do on the RFC's user calls, and what they return.

Each returns what the call returns, and raises `CallFails` where that is -1. One that may have to wait is a generator,
which yields while it does. Lives here: calls that make, open and close sockets, and the table of all. Reading and
writing are in `transfers`, questions about sockets in `questions`. Must not be known here: what a script expects.
"""

from collections.abc import Callable
from typing import Final

from tcpsim.packetdrill import questions, transfers
from tcpsim.packetdrill.descriptors import Descriptor
from tcpsim.packetdrill.expressions import Anything
from tcpsim.packetdrill.failures import CallFails, CannotRun
from tcpsim.packetdrill.program import Asked, Course, Program, refused
from tcpsim.sim.connection import Connection
from tcpsim.sim.kernel import closed, reset_unaccepted
from tcpsim.tcp.listener import Listener
from tcpsim.tcp.states import CLOSED, CLOSING, FIN_WAIT_1, LAST_ACK, LISTEN, TIME_WAIT
from tcpsim.tcp.user_calls import CallRefused, abort, close, why_it_ended


def make(program: Program, asked: Asked) -> int | Course:
    """Make a call: what it returns, or its course, for one that may have to wait.

    Raises CallFails where it returns -1, CannotRun for a call that there is not.
    """
    name = asked.call.name
    if name not in _CALLS:
        raise CannotRun(f"{name}()")
    arguments, call = _CALLS[name]
    asked.takes(arguments)
    return call(program, asked)


# ---- making ----------------------------------------------------------------------------------------------------------


def _socket(program: Program, asked: Asked) -> int:
    kind, protocol = asked.number(1), asked.number(2)
    constants = program.platform.constants
    nonblocking = asked.flag("SOCK_NONBLOCK", kind)
    kind &= ~(constants["SOCK_NONBLOCK"] | constants["SOCK_CLOEXEC"])
    if kind != constants["SOCK_STREAM"] or protocol not in {0, constants["IPPROTO_TCP"]}:
        raise CannotRun("a socket that is not TCP's")
    descriptor = Descriptor(_number_to_give(program, asked), program.stack.profile)
    descriptor.nonblocking = nonblocking
    program.descriptors.add(descriptor)
    return descriptor.number


def _number_to_give(program: Program, asked: Asked) -> int:
    """The number of a new descriptor: the one that the script calls it by, or, if it expects none, any."""
    expected = asked.number_of(asked.call.result)
    return expected if expected >= 0 else max((d.number for d in program.descriptors), default=2) + 1


def _bind(program: Program, asked: Asked) -> int:
    descriptor = asked.descriptor()
    if descriptor.port or descriptor.connection is not None:
        raise CallFails("EINVAL")
    if not descriptor.reuse_address and _in_use(program, program.port):
        raise CallFails("EADDRINUSE")
    descriptor.port = program.port
    return 0


def _in_use(program: Program, port: int) -> bool:
    """Whether a socket is bound there, or a connection from there has not ended."""
    host = program.stack.host
    return (
        any(descriptor.port == port for descriptor in program.descriptors)
        or port in host.listeners
        or any(pair.lport == port for pair in host.connections)
    )


# ---- opening ---------------------------------------------------------------------------------------------------------


def _listen(program: Program, asked: Asked) -> int:
    descriptor, backlog = asked.descriptor(), asked.number(1)
    if descriptor.connection is not None:
        raise CallFails("EINVAL")
    host = program.stack.host
    if descriptor.listener is not None:
        return 0
    if not descriptor.port:
        descriptor.port = host.setup.profile.ephemeral_ports[0]
    try:
        effects = host.listen(descriptor.port, max(backlog, 0), reuse=True, profile=descriptor.profile)
    except CallRefused as refusal:
        raise refused(refusal) from None
    descriptor.listener = host.listeners[descriptor.port]
    asked.descriptor()  # now it has a pair of sockets
    asked.carry_out(None, effects)
    return 0


def _accept(program: Program, asked: Asked) -> Course:
    descriptor = asked.descriptor()
    listener = descriptor.listener
    if listener is None:
        raise CallFails("EINVAL")
    asked.begun()
    while True:
        while listener.accept_queue:
            connection = program.stack.host.connections.get(listener.accept_queue.popleft())
            if connection is not None:
                child = descriptor.accepted(_number_to_give(program, asked), connection)
                program.descriptors.add(child, accepted=True)
                asked.pair = connection.tcb.pair
                return child.number
        if descriptor.nonblocking:
            raise CallFails("EAGAIN")
        yield None
        if descriptor.listener is None:
            raise CallFails("EINVAL")


def _connect(program: Program, asked: Asked) -> Course:
    descriptor = asked.descriptor()
    if type(asked.value(1)) is not Anything:
        raise CannotRun("connect() to an address of another family")
    platform = program.platform
    if descriptor.listener is not None:
        raise CallFails(platform.connect_while_listening)
    if descriptor.connection is None:
        _open(program, asked, descriptor)
        if descriptor.nonblocking and descriptor.opening:
            raise CallFails("EINPROGRESS")
    elif descriptor.opening:
        if descriptor.nonblocking:
            raise CallFails("EALREADY")
    elif descriptor.state is not CLOSED:
        if not descriptor.told and platform.connect_tells_success:
            descriptor.told = True
            return 0
        raise CallFails("EISCONN")
    else:
        return _opened(descriptor)
    while descriptor.opening:
        yield None
    return _opened(descriptor)


def _open(program: Program, asked: Asked, descriptor: Descriptor) -> None:
    """Active OPEN, to whom the script means."""
    host = program.stack.host
    try:
        connection, effects = host.new_connection(
            program.remote, program.rport, descriptor.port or None, program.now, profile=descriptor.profile
        )
    except CallRefused as refusal:
        raise refused(refusal) from None
    descriptor.connection = connection
    asked.descriptor()
    asked.carry_out(connection, effects)


def _opened(descriptor: Descriptor) -> int:
    """The connection is established, or it has come to nothing, and the socket may be used for another."""
    connection = descriptor.connection
    if connection is not None and connection.tcb.state is CLOSED:
        descriptor.connection = None
        raise refused(why_it_ended(connection.tcb, "3.10.1"))
    descriptor.told = True
    return 0


# ---- closing ---------------------------------------------------------------------------------------------------------

_NOTHING_TO_SHUT: Final = frozenset({CLOSED, LISTEN})
_NOT_YET_GONE: Final = frozenset({FIN_WAIT_1, CLOSING, LAST_ACK})  # what was sent is not yet acknowledged


def _shutdown(program: Program, asked: Asked) -> int:
    descriptor, how = asked.descriptor(), asked.number(1)
    constants = program.platform.constants
    if how not in {constants["SHUT_RD"], constants["SHUT_WR"], constants["SHUT_RDWR"]}:
        raise CallFails("EINVAL")
    if descriptor.listener is not None and program.platform.shutdown_ends_listening:
        if how != constants["SHUT_WR"]:
            _stop_listening(program, asked, descriptor, descriptor.listener)
        return 0
    connection = descriptor.connection
    if connection is None or descriptor.state in _NOTHING_TO_SHUT:
        raise CallFails("ENOTCONN")
    asked.begun()
    if how != constants["SHUT_WR"]:
        descriptor.deaf = True
    tcb = connection.tcb
    if how != constants["SHUT_RD"] and not (tcb.outgoing.fin_queued or tcb.outgoing.fin_sent):
        asked.carry_out(connection, close(tcb, program.now))
    return 0


def _close(program: Program, asked: Asked) -> Course:
    descriptor = asked.descriptor()
    program.descriptors.remove(descriptor.number)
    asked.begun()
    if descriptor.listener is not None:
        _stop_listening(program, asked, descriptor, descriptor.listener)
    connection = descriptor.connection
    if connection is None:
        return 0
    tcb = connection.tcb
    if descriptor.linger == 0 and tcb.state not in {CLOSED, TIME_WAIT}:
        asked.carry_out(connection, abort(tcb, program.now))
        return 0
    asked.carry_out(connection, close(tcb, program.now, for_good=True))
    if descriptor.linger and not descriptor.nonblocking:
        yield from _linger(program, connection, program.now + descriptor.linger)
    return 0


def _linger(program: Program, connection: Connection, until: int) -> Course:
    """Wait until the peer has acknowledged everything, but no longer than SO_LINGER says."""
    tcb = connection.tcb
    while (tcb.state in _NOT_YET_GONE or tcb.outgoing.fin_queued) and program.now < until:
        yield until
    return 0


def _stop_listening(program: Program, asked: Asked, descriptor: Descriptor, listener: Listener) -> None:
    """Close the listener of a descriptor; connections that nobody has accepted are reset."""
    descriptor.listener = None
    world, host = program.stack.world, program.stack.host
    asked.carry_out(None, closed(world, host, listener))
    reset_unaccepted(world, host, listener)
    program.stack.carry_out(None, [])


_CALLS: Final[dict[str, tuple[int | None, Callable[[Program, Asked], int | Course]]]] = {
    "socket": (3, _socket),
    "bind": (3, _bind),
    "listen": (2, _listen),
    "accept": (3, _accept),
    "connect": (3, _connect),
    "shutdown": (2, _shutdown),
    "close": (1, _close),
    **transfers.CALLS,
    **questions.CALLS,
}
