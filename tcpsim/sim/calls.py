"""The socket calls that programs make, and how they block (Berkeley sockets on the RFC's user calls).

`run` takes a process from where it is as far as it gets. Each call is one function: it begins or goes on, returns True
when it is done and False when it must wait, and raises `CallRefused` when it fails. A failed call ends its program, as
an uncaught exception would, unless the program said that it would fail with this very errno. Either way a program that
ends leaves its sockets open: an experiment shows the calls that were written down, and no FIN that nobody asked for;
and one listener, and those it serves, may outlive the program that opened it. To close them is `kernel.kill`'s.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tcpsim.sim.connection import Connection
from tcpsim.sim.kernel import closed, reset_unaccepted
from tcpsim.sim.process import Process
from tcpsim.sim.setup import (
    Abort,
    Accept,
    Close,
    Connect,
    Listen,
    Recv,
    Repeat,
    Send,
    Serve,
    Shutdown,
    Step,
    StopListening,
    Wait,
)
from tcpsim.tcp.effects import Effect
from tcpsim.tcp.states import CLOSED, LISTEN, OVER, SYN_RECEIVED, SYN_SENT
from tcpsim.tcp.user_calls import CallRefused, abort, close, no_connection, receive, send, why_it_ended
from tcpsim.trace import CALLED, RETURNED, WENT_ON
from tcpsim.wire.pair import SocketPair

if TYPE_CHECKING:
    from tcpsim.sim.host import Host
    from tcpsim.sim.world import World


def run(world: "World", host: "Host", process: Process) -> None:
    """Run a process until it blocks or ends."""
    while process.at < len(process.program) or (process.around and process.end_round()):
        step = process.program[process.at]
        try:
            if not _CALLS[type(step)](world, host, process, step):
                process.blocked = True
                return
        except CallRefused as refusal:
            surprise = step.error if refusal.errno != step.error else ""
            _returned(world, host, process, step, None, error=refusal.errno, expected=surprise)
            if refusal.errno != step.error:
                break
        else:
            if step.error:
                _returned(world, host, process, step, None, expected=step.error)
                break
        process.blocked = False
        process.at += 1
    del host.processes[process.index]


# ---- going on ------------------------------------------------------------------------------------------------------


def resume(world: "World", host: "Host", connection: Connection) -> None:
    """Something happened to a connection: the processes that are blocked on it go on, if it may concern them."""
    tcb = connection.tcb
    incoming = tcb.incoming
    if not (
        incoming.unread
        or incoming.ended
        or connection.wants_room
        or (connection.opening and tcb.state is not SYN_SENT and tcb.state is not SYN_RECEIVED)
        or tcb.state in OVER
        or tcb.state is LISTEN  # handed over half-open, and come to nothing
    ):
        return
    waiting, connection.waiting = connection.waiting, ()
    for index in waiting:
        process = host.processes.get(index)
        if process is not None:
            run(world, host, process)


def resume_accepting(world: "World", host: "Host", port: int) -> None:
    """A connection was opened: the processes that are blocked in accept on its port look for it."""
    for index in host.accepting.pop(port, ()):
        process = host.processes.get(index)
        if process is not None:
            run(world, host, process)


def offer_half_open(world: "World", host: "Host", port: int) -> None:
    """A SYN may have opened something: the accept that takes what is half open looks, when all is answered."""
    waiting = host.accepting.get(port, ())
    for process in [host.processes[index] for index in waiting if host.processes[index].takes_half_open]:
        host.accepting[port].remove(process.index)
        world.schedule_process(host, process, world.now)


# ---- records ---------------------------------------------------------------------------------------------------------


def _called(world: "World", host: "Host", process: Process, step: Step, argument: Any = None) -> None:
    """A call begins: record it, whatever the endpoint will say to it. `_answered` comes next, if it says anything."""
    now = process.since = world.now
    connection = process.connection
    pair = connection.tcb.pair if connection is not None else _listening_pair(host, process)
    records = world.trace.records
    records += (CALLED, now, host.name, pair, _subject(_NAMES[type(step)], argument), process.index)


def _answered(world: "World", host: "Host", connection: Connection | None, effects: list[Effect]) -> None:
    """What the endpoint answered to the call just recorded belongs to its record, and is carried out."""
    if effects:
        world.trace.records += effects
        world.carry_out(host, connection, effects)


@lru_cache(maxsize=1024)
def _subject(name: str, argument: Any) -> tuple[str, Any]:
    """What a record says of a call: the same tuple for the same call, of which a server makes thousands."""
    return name, argument


def _returned(
    world: "World", host: "Host", process: Process, step: Step, value: Any, error: str = "", expected: str = ""
) -> None:
    connection = process.connection
    pair = connection.tcb.pair if connection is not None else _listening_pair(host, process)
    subject = (_NAMES[type(step)], value, error, process.since, expected)
    records = world.trace.records
    records += (RETURNED, world.now, host.name, pair, subject, process.index)


def _went_on(world: "World", host: "Host", process: Process, connection: Connection, effects: list[Effect]) -> None:
    """A blocked call got further; what the endpoint answered is carried out."""
    world.trace.add(WENT_ON, world.now, host.name, connection.tcb.pair, None, process.index, effects)
    world.carry_out(host, connection, effects)


def _listening_pair(host: "Host", process: Process) -> SocketPair | None:
    return None if process.port is None else SocketPair(host.setup.address, process.port, "", 0)


def _connection_of(process: Process) -> Connection:
    """The connection that a call is about. Raises CallRefused if there is none. (Send and recv do without the call.)"""
    connection = process.connection
    if connection is None or connection.tcb.state is LISTEN:
        raise _no_connection(connection)
    return connection


def _no_connection(connection: Connection | None) -> CallRefused:
    """There is none; or it was handed over half-open and came to nothing: in LISTEN, from where nothing leads back."""
    if connection is None:
        return no_connection("3.10")
    return CallRefused("connection aborted", "ECONNABORTED", "3.10.7.4")


# ---- the calls -------------------------------------------------------------------------------------------------------


def _connect(world: "World", host: "Host", process: Process, step: Connect) -> bool:
    if not process.blocked:
        process.let_go()
    if process.connection is None:
        if world.now < host.quiet_until:
            return _keep_quiet(world, host, process, step)
        _open(world, host, process, step)
    if not step.blocking:  # a socket's EINPROGRESS, which is no error: calls to come wait for the handshake
        _returned(world, host, process, step, "in progress")
        return True
    connection = _connection_of(process)
    state = connection.tcb.state
    if state is SYN_SENT or state is SYN_RECEIVED:
        connection.opening = True
        connection.waiting += (process.index,)
        return False
    connection.opening = False
    if state is CLOSED:
        raise why_it_ended(connection.tcb, "3.10.1")
    _returned(world, host, process, step, None)
    return True


def _open(world: "World", host: "Host", process: Process, step: Connect) -> None:
    """Active OPEN, at once or after the quiet time."""
    called = process.blocked
    try:
        address, port = world.resolve(host, step.host, step.port)
        connection, effects = host.new_connection(address, port, step.local_port, world.now, step.data)
    except CallRefused:
        if not called:
            _called(world, host, process, step, step.port)
        raise
    process.connection = connection
    if called:
        _went_on(world, host, process, connection, effects)
    else:
        _called(world, host, process, step, _asked(step, port))
        _answered(world, host, connection, effects)


def _asked(step: Connect, port: int | None) -> Any:
    """What a record says that a connect was given."""
    return (port, step.data) if step.data else port


def _keep_quiet(world: "World", host: "Host", process: Process, step: Connect) -> bool:
    """The host has restarted: it waits before it chooses an initial sequence number (RFC 9293 §3.4.3)."""
    _called(world, host, process, step, _asked(step, step.port))
    world.schedule_process(host, process, host.quiet_until)
    return False


def _listen(world: "World", host: "Host", process: Process, step: Listen) -> bool:
    process.let_go()
    before, process.port = process.port, host.setup.port if step.port is None else step.port
    _called(world, host, process, step, process.port)
    try:
        effects = host.listen(process.port, step.backlog, reuse=step.reuse)
    except CallRefused:
        process.port = before  # whoever listens there is another program's
        raise
    _answered(world, host, None, effects)
    return True


def _accept(world: "World", host: "Host", process: Process, step: Accept) -> bool:
    if not process.blocked:
        process.let_go()
        _called(world, host, process, step)
    connection = _next_accepted(host, process, half_open=step.half_open)
    if connection is None:
        return False
    process.connection = connection
    pair = connection.tcb.pair
    _returned(world, host, process, step, f"{pair.remote}:{pair.rport}")
    return True


def _next_accepted(host: "Host", process: Process, half_open: bool = False) -> Connection | None:
    """The next established connection, or a half-open one; or None, and the process waits for one."""
    listener = None if process.port is None else host.listeners.get(process.port)
    if listener is None:
        raise CallRefused("the socket is not listening", "EINVAL", "3.10.1")
    while listener.accept_queue:
        connection = host.connections.get(listener.accept_queue.popleft())
        if connection is not None:
            return connection
    if half_open and listener.syn_queue:
        pair = next(iter(listener.syn_queue))
        del listener.syn_queue[pair]  # it will not have to wait for accept() any more
        return host.connections[pair]
    host.offers_half_open = host.offers_half_open or half_open
    host.accepting.setdefault(listener.tcb.pair.lport, []).append(process.index)
    return None


def _serve(world: "World", host: "Host", process: Process, step: Serve) -> bool:
    if not process.blocked:
        _called(world, host, process, step)
    process.blocked = True
    while True:
        connection = _next_accepted(host, process)
        if connection is None:
            return False
        session = world.begin_process(host, step.program)
        session.port = process.port
        session.connection = connection
        run(world, host, session)


def _send(world: "World", host: "Host", process: Process, step: Send) -> bool:
    blocked = process.blocked
    rest = process.gathered if blocked else step.data
    if not blocked:
        _called(world, host, process, step, rest)
    connection = process.connection
    if connection is None or connection.tcb.state is LISTEN:
        raise _no_connection(connection)
    tcb = connection.tcb
    fits = min(tcb.send_room, len(rest)) if rest else 0
    effects = send(tcb, rest[:fits], world.now, push=not step.more) if fits or not blocked else []
    if not blocked:
        _answered(world, host, connection, effects)
    elif effects:
        _went_on(world, host, process, connection, effects)
    process.gathered = rest = rest[fits:]
    if rest:
        if tcb.state is CLOSED:
            raise why_it_ended(tcb, "3.10.2")
        connection.wants_room = True
        connection.waiting += (process.index,)
        return False
    connection.wants_room = False
    if blocked:
        _returned(world, host, process, step, len(step.data))
    return True


def _recv(world: "World", host: "Host", process: Process, step: Recv) -> bool:
    if not process.blocked:
        process.gathered = b""
        _called(world, host, process, step, step.octets)
    connection = process.connection
    if connection is None or connection.tcb.state is LISTEN:
        raise _no_connection(connection)
    tcb = connection.tcb
    incoming = tcb.incoming
    gathered, wanted = process.gathered, step.octets
    if incoming.unread or incoming.ended or tcb.state in OVER:  # `tcb.readable`, without the call
        octets, effects = receive(tcb, None if wanted is None else wanted - len(gathered), world.now)
        process.gathered = gathered = gathered + octets if gathered else octets
        if effects:
            _went_on(world, host, process, connection, effects)
    enough = len(gathered) == wanted
    if not enough and tcb.state is CLOSED and not incoming.unread:
        receive(tcb, None, world.now)  # no more will come: raises what ended the connection, unless that was told
        enough = True
    if enough or (incoming.ended and not incoming.unread) or process.deaf:
        _returned(world, host, process, step, gathered)
        process.gathered = b""
        return True
    connection.waiting += (process.index,)
    return False


def _wait(world: "World", host: "Host", process: Process, step: Wait) -> bool:
    if process.blocked:
        # Woken before its time, by nothing that a wait could care about.
        return world.now >= process.since + step.duration
    _called(world, host, process, step, step.duration)
    world.schedule_process(host, process, world.now + step.duration)
    return False


def _shutdown(world: "World", host: "Host", process: Process, step: Shutdown) -> bool:
    _called(world, host, process, step, None if step.how == "write" else step.how)
    connection = _connection_of(process)
    if step.how == "read":  # row E14: TCP is not told
        if connection.tcb.state is CLOSED:
            raise no_connection("3.10.4")
        process.deaf = True
        return True
    _answered(world, host, connection, close(connection.tcb, world.now))
    return True


def _close(world: "World", host: "Host", process: Process, step: Close) -> bool:
    _called(world, host, process, step)
    connection = _connection_of(process)
    _answered(world, host, connection, close(connection.tcb, world.now, for_good=True))
    return True


def _abort(world: "World", host: "Host", process: Process, step: Abort) -> bool:
    _called(world, host, process, step)
    connection = _connection_of(process)
    _answered(world, host, connection, abort(connection.tcb, world.now))
    return True


def _stop_listening(world: "World", host: "Host", process: Process, step: StopListening) -> bool:
    """Close the listener; connections that nobody has accepted are reset. The process goes on with its own."""
    connection, process.connection = process.connection, None  # this one is about the listener
    _called(world, host, process, step)
    process.connection = connection
    listener = None if process.port is None else host.listeners.get(process.port)
    if listener is None:
        raise CallRefused("the socket is not listening", "EINVAL", "3.10.4")
    _answered(world, host, None, closed(world, host, listener))
    reset_unaccepted(world, host, listener)
    for index in host.accepting.pop(listener.tcb.pair.lport, ()):  # there is nothing to wait for any more
        world.schedule_process(host, host.processes[index], world.now)
    return True


def _repeat(_world: "World", _host: "Host", process: Process, step: Repeat) -> bool:
    """No call, and nothing is recorded of it: the process goes into its rounds."""
    process.begin_rounds(step)
    return True


_CALLS: Final[dict[type[Any], Callable[["World", "Host", Process, Any], bool]]] = {
    Connect: _connect,
    Listen: _listen,
    Accept: _accept,
    Serve: _serve,
    Send: _send,
    Recv: _recv,
    Wait: _wait,
    Shutdown: _shutdown,
    Close: _close,
    Abort: _abort,
    StopListening: _stop_listening,
    Repeat: _repeat,
}
# What a call is called, in records: as its function here.
_NAMES: Final = {step: call.__name__.removeprefix("_") for step, call in _CALLS.items()}
